//! Measurements, run by `cargo xtask bench`. Each prints its values beside their targets
//! (`--json`: one line each) and the program ends with 1 when one is missed.
//!
//! Times on shared machines wander: quote medians and ratios of one run, with the machine.

mod physics;
mod report;
mod zone;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use report::Report;

/// Measures Massless on this machine.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when absent.
    names: Vec<Name>,
    /// One line of JSON for each instead of a table.
    #[arg(long)]
    json: bool,
    /// Where all randomness starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Cost of a capsule's step, beside rapier3d.
    Physics,
    /// Cost of a tick with 1,000 to 20,000 creatures, by system.
    Tick,
    /// State hash, snapshot and restore of 10,000 creatures.
    State,
    /// What more threads bring to 20,000 creatures.
    Threads,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let names = if arguments.names.is_empty() { Name::value_variants() } else { &arguments.names };
    let mut met = true;
    for name in names {
        let report: Report = match name {
            Name::Physics => physics::run(arguments.seed)?,
            Name::Tick => zone::ticks(arguments.seed)?,
            Name::State => zone::state(arguments.seed)?,
            Name::Threads => zone::threads(arguments.seed)?,
        };
        report.print(arguments.json);
        met &= report.is_met();
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
