//! `massless`: the Massless game server, its headless players, its replay tools and its doctor.

mod accounts;
mod admin;
mod board;
mod boards;
mod bots;
mod caretaker;
mod certificates;
mod channels;
mod chat;
mod clock;
mod commands;
mod config;
mod content;
mod drain;
mod explain;
mod floor;
mod gateway;
mod hex;
mod http;
mod keep;
mod limits;
mod live;
mod mark;
mod memory;
mod office;
mod parties;
mod presence;
mod record;
mod registry;
mod rest;
mod scenario;
mod shutdown;
mod staff;
mod standby;
mod system;
mod telemetry;
mod vault;
mod web;
mod wiring;
mod workers;
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
