//! The command line: one file a subcommand.

mod bots;
mod content;
mod doctor;
mod map;
mod replay;
pub(crate) mod report;
mod serve;

use clap::{Parser, Subcommand};

pub(crate) use report::{EXIT_WRONG_USE, Outcome, WrongUse};

/// The Massless game server: an authoritative world at 20 ticks a second.
///
/// Without a command it serves, with everything at its default.
#[derive(Debug, Parser)]
#[command(name = "massless", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the game until it is told to stop.
    Serve(serve::Arguments),
    /// Headless players: for company, for load, for measuring, for logs.
    #[command(subcommand)]
    Bots(bots::Command),
    /// Plays zone logs again and says whether every bit came out as recorded.
    #[command(subcommand)]
    Replay(replay::Command),
    /// Checks and lists content sets.
    #[command(subcommand)]
    Content(content::Command),
    /// Makes map files.
    #[command(subcommand)]
    Map(map::Command),
    /// Looks whether this machine is ready to serve: limits, ports, disk, clock, client, content.
    Doctor(doctor::Arguments),
}

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    match cli.command {
        Some(Command::Doctor(arguments)) => doctor::run(&arguments),
        Some(Command::Bots(command)) => bots::run(&command),
        Some(Command::Replay(command)) => replay::run(&command),
        Some(Command::Content(command)) => content::run(&command),
        Some(Command::Map(command)) => map::run(&command),
        Some(Command::Serve(arguments)) => serve::run(&arguments),
        None => serve::run(&serve::Arguments::default()),
    }
}
