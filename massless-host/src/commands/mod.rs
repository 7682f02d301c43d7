//! The command line: one file a subcommand.

mod account;
mod audit;
mod backup;
mod backup_agent;
mod bots;
mod config;
mod content;
mod doctor;
mod factor;
mod incident;
mod keys;
mod ledger;
mod map;
mod migrate;
mod players;
mod quarantine;
mod replay;
pub(crate) mod report;
mod seed;
mod serve;
mod smoke;
mod staff;
mod studio;
mod switches;
mod table;
mod verify;
mod zones;

use clap::{Parser, Subcommand};

pub(crate) use replay::kind_of;
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
    /// Brings the database to what this build needs.
    Migrate(migrate::Arguments),
    /// Fills a development database with made-up players who can do business.
    Seed(seed::Arguments),
    /// Proves that nothing was created or destroyed outside of a named source or sink.
    Verify(verify::Arguments),
    /// Writes the whole database into one packed, checked file, or with --base PostgreSQL's files, while the server
    /// runs.
    Backup(backup::BackupArguments),
    /// Takes backups on a schedule, archives PostgreSQL's log all the time, tests that it comes back, and tells
    /// Prometheus how all of it went.
    BackupAgent(backup_agent::Arguments),
    /// Brings a backup back, or PostgreSQL as it was at a moment, and verifies it.
    Restore(backup::RestoreArguments),
    /// Two made-up players log in, join, walk and trade a coin; says how long each step took.
    Smoke(smoke::Arguments),
    /// Shows the tables of the database on a page, read only, to this machine alone.
    Studio(studio::Arguments),
    /// Makes, lists and exchanges the keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Hands out, forgets and promotes accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// Finds players and shows what is known of an account.
    #[command(subcommand)]
    Players(players::Command),
    /// Follows an item from hand to hand, or a character's coin.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Lists what was put aside because nobody knows what it is.
    Quarantine(quarantine::Arguments),
    /// Lists the zones of a running server, or fetches one's log while it is written.
    #[command(subcommand)]
    Zones(zones::Command),
    /// Lists the kill switches, or turns one: paths of wealth that are shut at run time.
    #[command(subcommand)]
    Switches(switches::Command),
    /// Shows what the staff did, the newest first.
    Audit(audit::Arguments),
    /// Shows the settings that hold, and where each came from.
    #[command(subcommand)]
    Config(config::Command),
    /// Lists incidents, or says in sentences what happened in one.
    #[command(subcommand)]
    Incident(incident::Command),
    /// Says something to everybody on a running server.
    Announce(staff::Announce),
    /// Ends somebody's sessions on a running server.
    Kick(staff::Whom),
    /// Takes a character's voice for a while.
    Mute(staff::Mute),
    /// Bans an account and ends its sessions.
    Ban(staff::Ban),
    /// Lifts all bans of an account.
    Unban(staff::Whom),
    /// Tells the players of a running server that it restarts, then stops it.
    Drain(staff::Drain),
    /// Prints what a running server is and does; exit code 1 when it is not ready.
    Status(staff::Status),
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
        Some(Command::Migrate(arguments)) => migrate::run(&arguments),
        Some(Command::Seed(arguments)) => seed::run(&arguments),
        Some(Command::Verify(arguments)) => verify::run(&arguments),
        Some(Command::Backup(arguments)) => backup::backup(&arguments),
        Some(Command::BackupAgent(arguments)) => backup_agent::run(&arguments),
        Some(Command::Restore(arguments)) => backup::restore(&arguments),
        Some(Command::Smoke(arguments)) => smoke::run(&arguments),
        Some(Command::Studio(arguments)) => studio::run(&arguments),
        Some(Command::Keys(command)) => keys::run(&command),
        Some(Command::Account(command)) => account::run(&command),
        Some(Command::Players(command)) => players::run(&command),
        Some(Command::Ledger(command)) => ledger::run(&command),
        Some(Command::Quarantine(arguments)) => quarantine::run(&arguments),
        Some(Command::Zones(command)) => zones::run(&command),
        Some(Command::Switches(command)) => switches::run(&command),
        Some(Command::Audit(arguments)) => audit::run(&arguments),
        Some(Command::Config(command)) => config::run(&command),
        Some(Command::Incident(command)) => incident::run(&command),
        Some(Command::Announce(arguments)) => staff::announce(arguments),
        Some(Command::Kick(arguments)) => staff::kick(arguments),
        Some(Command::Mute(arguments)) => staff::mute(arguments),
        Some(Command::Ban(arguments)) => staff::ban(arguments),
        Some(Command::Unban(arguments)) => staff::unban(arguments),
        Some(Command::Drain(arguments)) => staff::drain(&arguments),
        Some(Command::Status(arguments)) => staff::status(&arguments),
        Some(Command::Serve(arguments)) => serve::run(&arguments),
        None => serve::run(&serve::Arguments::default()),
    }
}
