//! `massless`: the Massless game server, its headless players, its replay tools and its doctor.

mod admin;
mod board;
mod bots;
mod channels;
mod chat;
mod clock;
mod commands;
mod config;
mod content;
mod floor;
mod gateway;
mod http;
mod limits;
mod parties;
mod record;
mod registry;
mod scenario;
mod shutdown;
mod system;
mod telemetry;
mod vault;
mod web;
mod wiring;
mod zone_runner;

use std::process::ExitCode;

use clap::Parser as _;

use commands::{Cli, EXIT_WRONG_USE, WrongUse};

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("massless: {error:#}");
            let is_usage = error.is::<WrongUse>() || error.is::<config::ConfigError>();
            if is_usage { ExitCode::from(EXIT_WRONG_USE) } else { ExitCode::FAILURE }
        }
    }
}
