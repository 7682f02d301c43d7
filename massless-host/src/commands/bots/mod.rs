//! `massless bots`: headless players, for company, for load, for measuring, for logs.

mod economy;
mod fight;
mod idle;
mod join_burst;
mod level;
mod login_storm;
mod record;
mod resumes;
mod slow_readers;
mod transfer;
mod walk;
mod zone_walk;

use clap::Subcommand;

use super::report::Outcome;

/// What the bots do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Wanders through a running world and chats now and then.
    Walk(walk::Arguments),
    /// Fights what is near in a running world.
    Fight(fight::Arguments),
    /// Fights in a running world, all in one spawn group.
    Crowd(fight::Arguments),
    /// Does business in a running world and keeps journals of it, for `massless verify --journal`.
    Economy(economy::Arguments),
    /// Logs in by password, very many at once, and looks what that does to those who play.
    LoginStorm(login_storm::Arguments),
    /// Opens very many connections that say nothing, and looks what one costs the server.
    Idle(idle::Arguments),
    /// Joins with very many in one moment, and looks what that does to the ticks.
    JoinBurst(join_burst::Arguments),
    /// Stops reading with very many in one moment, and looks what that costs the server and the others.
    SlowReaders(slow_readers::Arguments),
    /// Plays from level 1 on: quests, fights, loot, gear; in a running world or in process.
    Level(level::Arguments),
    /// Goes to and fro between zones, and measures how long one is without a world.
    Transfer(transfer::Arguments),
    /// Measures a server of the reference scene (`massless serve --scenario zone-walk`).
    ZoneWalk(zone_walk::Arguments),
    /// Records bot play in process, faster than real time.
    Record(record::Arguments),
}

/// Runs what was asked for.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Walk(arguments) => walk::run(arguments),
        Command::Fight(arguments) => fight::run(arguments),
        Command::Crowd(arguments) => fight::run_crowd(arguments),
        Command::Economy(arguments) => economy::run(arguments),
        Command::LoginStorm(arguments) => login_storm::run(arguments),
        Command::Idle(arguments) => idle::run(arguments),
        Command::JoinBurst(arguments) => join_burst::run(arguments),
        Command::SlowReaders(arguments) => slow_readers::run(arguments),
        Command::Level(arguments) => level::run(arguments),
        Command::Transfer(arguments) => transfer::run(arguments),
        Command::ZoneWalk(arguments) => zone_walk::run(arguments),
        Command::Record(arguments) => record::run(arguments),
    }
}
