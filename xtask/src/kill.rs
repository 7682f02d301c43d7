//! `cargo xtask kill-test`: the real programs do business while host, PostgreSQL and Redis are killed.
//!
//! Bots in a process of their own buy, sell, refine, store, trade, mail and list, and keep journals of what
//! they were told, each line on the disk before the next operation. Meanwhile seeded kills hit the host (from
//! outside, and from inside at named places), PostgreSQL and Redis. In the end the checker must be silent, every
//! acknowledged operation must be in the ledger with its result, and none may be there twice.

mod flight;
mod plan;
mod play;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::{Value, json};

use self::play::Tally;
use crate::project::Project;
use crate::realm::{Programs, Realm};
use crate::verdict::Verdict;
use crate::{build, packages};

/// Share of kills that must hit something on its way.
const IN_FLIGHT_MIN: f64 = 0.3;
/// Seeds after which every named place was reached, or something is wrong.
const SEEDS_FOR_ALL_PLACES: u64 = 5;

/// What is killed, and how often.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds; each is a round of kills.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) from: u64,
    /// Seconds of business in each round, at least.
    #[arg(long, value_name = "SECONDS", default_value_t = 12)]
    pub(crate) seconds: u64,
    /// How many bots do business.
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) clients: u32,
    /// Where everything is kept.
    #[arg(long, value_enum, default_value_t = Backend::Postgres)]
    pub(crate) backend: Backend,
    /// This server instead of the one that is built here in release.
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Keep the folder with logs and journals.
    #[arg(long)]
    pub(crate) keep: bool,
    /// End with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    /// As the gate runs it.
    pub(crate) const fn short() -> Self {
        Self {
            seeds: SEEDS_FOR_ALL_PLACES,
            from: 1,
            seconds: 8,
            clients: 24,
            backend: Backend::Postgres,
            server: None,
            keep: false,
            json: false,
        }
    }
}

/// Where everything is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// A private PostgreSQL, and a private Redis.
    Postgres,
    /// A file.
    Sqlite,
}

impl Backend {
    const fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

/// Kills, then checks.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let begun = Instant::now();
    if arguments.backend == Backend::Postgres {
        packages::ensure(&["postgresql", "redis-server"])?;
    }
    let server = match &arguments.server {
        Some(server) => server.clone(),
        None => {
            build::server(project)?;
            project.target().join("release/massless")
        }
    };
    let stop = Arc::new(AtomicBool::new(false));
    let order = Arc::clone(&stop);
    // The gate may have a handler of its own already.
    let _ = ctrlc::set_handler(move || order.store(true, std::sync::atomic::Ordering::SeqCst));
    let programs = Programs {
        server,
        clients: arguments.clients,
        has_databases: arguments.backend == Backend::Postgres,
        keeps: arguments.keep,
        disks: None,
    };
    let mut realm = Realm::start(programs, stop)?;
    let played = play::play(&mut realm, arguments);
    if let Err(error) = &played {
        eprintln!("{error:#}\n{}", realm.last_words());
    }
    let tally = played?;
    let report = realm.verify()?;
    let flight = flight::count(&realm.journals(), &tally.kills)?;
    drop(realm);
    let line = line(arguments, &tally, &flight, &report, begun)?;
    let verdict = judge(arguments, &line);
    say(&line, verdict);
    if arguments.json {
        let mut line = line;
        line["ok"] = json!(verdict == Verdict::Met);
        println!("{line}");
    }
    Ok(verdict)
}

fn line(
    arguments: &Arguments,
    tally: &Tally,
    flight: &flight::Flight,
    report: &Value,
    begun: Instant,
) -> Result<Value> {
    let count = |name: &str| report[name].as_u64().with_context(|| format!("no {name} told"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(json!({
        "schema": 1,
        "ok": false,
        "command": "kill-test",
        "seed": arguments.from,
        "commit": report["commit"],
        "cores": cores,
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "backend": arguments.backend.word(),
        "seeds": arguments.seeds,
        "clients": arguments.clients,
        "kills": {
            "host": tally.of("host"),
            "postgres": tally.of("postgres"),
            "redis": tally.of("redis"),
        },
        "failpoints": tally.places,
        "acknowledged": count("acknowledged")?,
        "refused": count("refused")?,
        "unknown": count("unknown")?,
        "unknown_done": count("unknown_done")?,
        "in_flight_at_kill": flight.operations,
        "kills_in_flight": flight.kills,
        "lost": count("lost")?,
        "doubled": count("doubled")?,
        "violations": count("violations")?,
        "invariants": report["invariants"],
        "retries_from_ledger": tally.retries,
        "joinable_ms_max": tally.joinable.as_millis() as u64,
        "findings": [report["findings"], report["journal_findings"]],
    }))
}

fn judge(arguments: &Arguments, line: &Value) -> Verdict {
    let number = |name: &str| line[name].as_u64().unwrap_or(u64::MAX);
    if number("acknowledged") == 0 {
        return Verdict::Void;
    }
    let kills = line["kills"].as_object().into_iter().flatten();
    let kills: u64 = kills.filter_map(|(_, count)| count.as_u64()).sum();
    let is_clean = ["lost", "doubled", "violations"].iter().all(|name| number(name) == 0);
    let hits = number("kills_in_flight") as f64 >= IN_FLIGHT_MIN * kills as f64;
    let reached = line["failpoints"].as_object().is_some_and(|places| {
        places.values().all(|count| count.as_u64().is_some_and(|count| count > 0))
    });
    let reached = reached || arguments.seeds < SEEDS_FOR_ALL_PLACES;
    if is_clean && hits && reached { Verdict::Met } else { Verdict::Missed }
}

fn say(line: &Value, verdict: Verdict) {
    eprintln!(
        "\n{verdict:?}: {} seeds on {}, kills {}, {} of them with operations on their way ({})",
        line["seeds"],
        line["backend"].as_str().unwrap_or_default(),
        line["kills"],
        line["kills_in_flight"],
        line["in_flight_at_kill"],
    );
    eprintln!("places reached: {}", line["failpoints"]);
    eprintln!(
        "{} operations acknowledged, {} refused, {} unknown: {} lost, {} doubled, {} violations, \
         {} answered from the ledger",
        line["acknowledged"],
        line["refused"],
        line["unknown"],
        line["lost"],
        line["doubled"],
        line["violations"],
        line["retries_from_ledger"],
    );
    for finding in line["findings"].as_array().into_iter().flatten() {
        for finding in finding.as_array().into_iter().flatten() {
            eprintln!("  {}", finding.as_str().unwrap_or_default());
        }
    }
}
