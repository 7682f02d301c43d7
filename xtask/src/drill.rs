//! `cargo xtask drill NAME`: what an operator fears, done to the real programs while bots do business, with
//! the figures that say how bad it was.
//!
//! | drill | what is done | what is told |
//! | --- | --- | --- |
//! | `crash` | the host gets kill -9 at seeded moments | time until one can join, each player's gap, age of what was saved |
//! | `database-restart` | PostgreSQL is killed or stopped and comes back | refusals, sessions lost, time until business goes on, ticks meanwhile |
//! | `reconnect` | the same to a host that very many play on | how long it takes until all are back |
//! | `update` | an older build hands over to this one and back, with a migration, other content and another wire | each player's gap, how long all of it took, sessions lost |
//! | `redis-loss` | Redis is emptied, killed and comes back | the same |
//! | `restore` | PostgreSQL is lost; it comes back to seconds named afterwards, and as it was last | target and reached time, what was lost of the last second, how long it took |
//! | `disk-full` | the disks of PostgreSQL, Redis and the host are full, and there is room again | refusals and how fast, sessions lost, ticks meanwhile, time until business goes on |
//!
//! Each ends like the kill test: the checker over the tables, and the bots' journals against the ledger.

mod builds;
mod crash;
mod disks;
mod full;
pub(crate) mod journals;
mod loss;
mod restore;
mod update;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::project::Project;
use crate::realm::{Programs, Realm};
use crate::verdict::Verdict;
use crate::{build, packages};

/// Time before the first blow, for everybody to come in and begin.
const WARM_TIME: Duration = Duration::from_secs(6);
/// Time after the last one, for everybody to come back.
const LAST_TIME: Duration = Duration::from_secs(8);

/// Which drill, and how hard.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What is done.
    name: Name,
    /// How often; 10 when absent, of an update (there and back) and a reconnect 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: Option<u32>,
    /// How many bots play; 48 when absent, in an update 200, in a reconnect 500.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(8..=1_000))]
    clients: Option<u32>,
    /// Update only: the commit of the older build.
    #[arg(long, value_name = "COMMIT", default_value = "HEAD~1")]
    from: Option<String>,
    /// Update only: notice of a drain, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=360))]
    notice: u64,
    /// The same seed means the same moments.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// This server instead of the one that is built here in release.
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Keep the folder with logs and journals.
    #[arg(long)]
    keep: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// As the gate runs it.
    pub(crate) const fn short(name: Name) -> Self {
        let is_large = matches!(name, Name::Update | Name::Reconnect);
        let rounds = if matches!(name, Name::DiskFull | Name::Restore) { 1 } else { 2 };
        Self {
            name,
            rounds: if is_large { None } else { Some(rounds) },
            clients: if is_large { None } else { Some(24) },
            from: None,
            notice: 10,
            seed: 1,
            server: None,
            keep: false,
            json: false,
        }
    }

    fn rounds(&self) -> u32 {
        let is_large = matches!(self.name, Name::Update | Name::Reconnect);
        self.rounds.unwrap_or(if is_large { 1 } else { 10 })
    }

    fn clients(&self) -> u32 {
        self.clients.unwrap_or(match self.name {
            Name::Update => 200,
            Name::Reconnect => 500,
            _ => 48,
        })
    }

    /// The same again, for another process of this program.
    fn words(&self) -> Vec<std::ffi::OsString> {
        let numbers = [
            ("--rounds", u64::from(self.rounds())),
            ("--clients", u64::from(self.clients())),
            ("--seed", self.seed),
        ];
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        for (name, number) in numbers {
            words.extend([name.into(), number.to_string().into()]);
        }
        if let Some(server) = &self.server {
            words.extend(["--server".into(), server.into()]);
        }
        let flags = [("--keep", self.keep), ("--json", self.json)];
        words.extend(flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name.into()));
        words
    }
}

/// A drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// The host is killed.
    Crash,
    /// PostgreSQL is killed or stopped, and comes back.
    DatabaseRestart,
    /// Redis is emptied, killed and comes back.
    RedisLoss,
    /// The host is killed, and very many come back at once.
    Reconnect,
    /// An older build hands over to this one, and back.
    Update,
    /// PostgreSQL is lost and restored from its backups.
    Restore,
    /// The disks of PostgreSQL, Redis and the host are full.
    DiskFull,
}

impl Name {
    const fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::DatabaseRestart => "database-restart",
            Self::RedisLoss => "redis-loss",
            Self::Reconnect => "reconnect",
            Self::Update => "update",
            Self::Restore => "restore",
            Self::DiskFull => "disk-full",
        }
    }
}

/// A promise and what came of it.
pub(crate) struct Promise {
    /// Name of the figure.
    name: &'static str,
    value: f64,
    /// The most that is promised; `None`: only told.
    most: Option<f64>,
}

impl Promise {
    const fn told(name: &'static str, value: f64) -> Self {
        Self { name, value, most: None }
    }

    const fn at_most(name: &'static str, value: f64, most: f64) -> Self {
        Self { name, value, most: Some(most) }
    }

    fn is_kept(&self) -> bool {
        self.most.is_none_or(|most| self.value <= most)
    }
}

/// What came of a drill.
struct Drilled {
    promises: Vec<Promise>,
    /// What `massless verify` says, where it is not the database that was played on.
    report: Option<Value>,
    /// What is no number.
    words: Map<String, Value>,
}

impl From<Vec<Promise>> for Drilled {
    fn from(promises: Vec<Promise>) -> Self {
        Self { promises, report: None, words: Map::new() }
    }
}

/// Drills, then checks.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let begun = Instant::now();
    packages::ensure(&["postgresql", "redis-server"])?;
    if arguments.name == Name::Update {
        packages::ensure(&["caddy"])?;
        return update::run(project, arguments);
    }
    if arguments.name == Name::DiskFull && !disks::is_inside() {
        return disks::enter(project, arguments);
    }
    let server = match &arguments.server {
        Some(server) => std::path::absolute(server)?,
        None => {
            build::server(project)?;
            project.target().join("release/massless")
        }
    };
    let stop = Arc::new(AtomicBool::new(false));
    let order = Arc::clone(&stop);
    // The gate may have a handler of its own already.
    let _ = ctrlc::set_handler(move || order.store(true, std::sync::atomic::Ordering::SeqCst));
    let (clients, keeps) = (arguments.clients(), arguments.keep);
    // It outlives the realm on it.
    let stage = (arguments.name == Name::DiskFull).then(disks::Stage::make).transpose()?;
    let disks = stage.as_ref().map(|stage| stage.disks.clone());
    let programs = Programs { server, clients, has_databases: true, keeps, disks };
    let mut realm = Realm::start(programs, stop)?;
    let drilled = drill(&mut realm, arguments);
    if let Err(error) = &drilled {
        eprintln!("{error:#}\n{}", realm.last_words());
    }
    let Drilled { mut promises, report, words } = drilled?;
    let report = match report {
        Some(report) => report,
        None => realm.verify()?,
    };
    for name in ["lost", "doubled", "violations"] {
        let count = report[name].as_f64().with_context(|| format!("no {name} told"))?;
        promises.push(Promise::at_most(name, count, 0.0));
    }
    drop(realm);
    let verdict = if report["acknowledged"].as_u64().unwrap_or(0) == 0 {
        Verdict::Void
    } else if promises.iter().all(Promise::is_kept) {
        Verdict::Met
    } else {
        Verdict::Missed
    };
    say(arguments, &promises, verdict);
    if arguments.json {
        let mut line = line(arguments, &promises, (&report, verdict), begun);
        words.into_iter().for_each(|(name, word)| line[name] = word);
        println!("{line}");
    }
    Ok(verdict)
}

fn drill(realm: &mut Realm, arguments: &Arguments) -> Result<Drilled> {
    realm.start_host(None)?.context("the host ended before it was ready")?;
    realm.start_bots(arguments.seed)?;
    realm.gather()?;
    realm.let_play(WARM_TIME)?;
    match arguments.name {
        Name::Crash | Name::Reconnect => crash::run(realm, arguments).map(Drilled::from),
        Name::DatabaseRestart => loss::of_postgres(realm, arguments).map(Drilled::from),
        Name::RedisLoss => loss::of_redis(realm, arguments).map(Drilled::from),
        Name::Restore => restore::run(realm, arguments),
        Name::DiskFull => full::run(realm, arguments).map(Drilled::from),
        Name::Update => unreachable!("it has a place of its own"),
    }
}

fn progress(arguments: &Arguments, round: u32, what: &str) {
    eprintln!("{} {}/{}: {what}", arguments.name.word(), round + 1, arguments.rounds());
}

fn say(arguments: &Arguments, promises: &[Promise], verdict: Verdict) {
    eprintln!("\n{} {verdict:?}, {} rounds:", arguments.name.word(), arguments.rounds());
    for Promise { name, value, most } in promises {
        let target = most.map_or(String::new(), |most| format!("  (at most {most})"));
        eprintln!("  {name:<24} {value:>10.3}{target}");
    }
}

fn line(
    arguments: &Arguments,
    promises: &[Promise],
    (report, verdict): (&Value, Verdict),
    begun: Instant,
) -> Value {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut line = json!({
        "schema": 1,
        "ok": verdict == Verdict::Met,
        "command": format!("drill {}", arguments.name.word()),
        "seed": arguments.seed,
        "commit": report["commit"],
        "cores": cores,
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "rounds": arguments.rounds(),
        "players": arguments.clients(),
        "acknowledged": report["acknowledged"],
        "refused": report["refused"],
        "unknown": report["unknown"],
    });
    let mut targets = Map::new();
    for Promise { name, value, most } in promises {
        line[*name] = json!((value * 1_000.0).round() / 1_000.0);
        if let Some(most) = most {
            targets.insert((*name).to_owned(), json!(most));
        }
    }
    line["at_most"] = Value::Object(targets);
    line
}
