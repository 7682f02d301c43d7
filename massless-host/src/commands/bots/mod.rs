//! `massless bots`: headless players, for company, for load, for measuring, for logs.

mod record;
mod walk;
mod zone_walk;

use clap::Subcommand;

use super::report::Outcome;

/// What the bots do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Wanders through a running world and chats now and then.
    Walk(walk::Arguments),
    /// Measures a server of the reference scene (`massless serve --scenario zone-walk`).
    ZoneWalk(zone_walk::Arguments),
    /// Records bot play in process, faster than real time.
    Record(record::Arguments),
}

/// Runs what was asked for.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Walk(arguments) => walk::run(arguments),
        Command::ZoneWalk(arguments) => zone_walk::run(arguments),
        Command::Record(arguments) => record::run(arguments),
    }
}
