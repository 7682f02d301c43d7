//! Measurements, run by `cargo xtask bench`. Each prints its values beside their targets
//! (`--json`: one line each) and the program ends with 1 when one is missed.
//!
//! Times on shared machines wander: quote medians and ratios of one run, with the machine.

mod camp;
mod naive;
mod physics;
mod replication;
mod report;
mod stopwatch;
mod tick;
mod trades;
mod zones;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use report::{Report, cores};

/// Measures Massless on this machine.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when absent.
    names: Vec<Name>,
    /// One line of JSON for each instead of a table.
    #[arg(long)]
    json: bool,
    /// Players of the camp; all sizes and thread counts when absent.
    #[arg(long)]
    players: Option<u32>,
    /// A zone's log for the scene of recorded play; the golden log when absent.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Where all randomness starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Cost of a whole tick of a camp in which everybody fights.
    Camp,
    /// Cost of a tick by number of creatures and by system.
    CrowdAi,
    /// Cost of the state hash, of snapshot and restore.
    Hash,
    /// Cost of a tick by number of threads.
    Threads,
    /// Cost of a capsule's step, beside rapier3d.
    Physics,
    /// Cost and size of what clients are told.
    Replication,
    /// Durable trades a second on PostgreSQL, beside pgbench.
    Trades,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let names = if arguments.names.is_empty() { Name::value_variants() } else { &arguments.names };
    let mut met = true;
    for name in names {
        let report: Report = match name {
            Name::Camp => camp::run(arguments.seed, arguments.players)?,
            Name::CrowdAi => tick::crowd_ai(arguments.seed)?,
            Name::Hash => tick::hash(arguments.seed)?,
            Name::Threads => tick::threads(arguments.seed)?,
            Name::Replication => replication::run(arguments.seed, arguments.log.as_deref())?,
            Name::Trades => trades::run(arguments.seed)?,
            Name::Physics => physics::run(arguments.seed)?,
        };
        report.print(arguments.json);
        met &= report.is_met();
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A well-mixed word of another one (splitmix64): the only randomness here.
fn mix(word: u64) -> u64 {
    let mut word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
