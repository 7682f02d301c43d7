//! `cargo xtask containers`: the files of `docker/` by a real engine, on a machine without a registry of images.
//!
//! A private engine is started, the published images that the files name are stood in for by local ones
//! (`docker/bases`), `server`, `client` and `backup` are built through all stages, and the compositions are run:
//! development, then production with players, an update by `docker/deploy.sh`, two updates that fail, backups
//! and restores, then staging with an update. What has no stand-in here (Grafana, Loki, Alloy, Uptime Kuma) is left out and named.
//!
//! Needs root, Debian's packages and about 10 GB in the target folder. The first run compiles everything in
//! release, twice: it is no step of the gate.

mod backup;
mod bases;
mod compose;
mod development;
mod engine;
mod images;
mod keys;
mod production;
mod staging;
mod update;
mod watched;

use std::time::Instant;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use serde_json::{Value, json};

use self::engine::Engine;
use crate::packages;
use crate::project::Project;
use crate::verdict::Verdict;

/// Debian's names of what is needed.
const PACKAGES: [&str; 7] =
    ["curl", "docker-compose", "docker.io", "iptables", "mmdebstrap", "openssl", "python3-venv"];
/// Services of production whose images no registry of packages has.
const LEFT_OUT: [&str; 4] = ["grafana", "loki", "alloy", "uptime-kuma"];

/// What is run, and what stays.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only a part; the images are built for each.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// How many bots play while production is updated.
    #[arg(long, value_name = "N", default_value_t = 16,
        value_parser = clap::value_parser!(u32).range(2..=200))]
    clients: u32,
    /// Keep images and what was compiled, in the target folder: the next run is fast. The engine ends anyway.
    #[arg(long)]
    keep: bool,
    /// Take the images that an earlier run built and kept, as they are.
    #[arg(long)]
    built: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// A part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The images, each run alone.
    Images,
    /// The composition of development.
    Development,
    /// The composition of production.
    Production,
    /// The composition of staging.
    Staging,
}

/// Does all of it, or the part.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let begun = Instant::now();
    ensure!(
        rustix::process::geteuid().is_root(),
        "an engine of its own needs root: networks, mounts and control groups are made"
    );
    ensure!(cfg!(target_arch = "x86_64"), "the stand-ins are for x86-64 alone");
    engine::refuse_another()?;
    packages::ensure(&PACKAGES)?;
    // What runs in front is ended by the terminal; then all of this goes, the engine last.
    ctrlc::set_handler(|| say("stopped; what runs is ended"))?;
    let engine = Engine::start(project, arguments.keep)?;
    bases::make(project, &engine)?;
    let mut told = json!({ "built": !arguments.built });
    if !arguments.built {
        images::build(project, &engine)?;
    }
    told["images"] = images::weigh(&engine)?;
    let wants = |part| arguments.only.is_none_or(|only| only == part);
    if wants(Part::Images) {
        told["alone"] = images::run_alone(&engine)?;
    }
    if wants(Part::Development) {
        told["development"] = development::run(project, &engine)?;
    }
    if wants(Part::Production) {
        told["production"] = production::run(project, &engine, arguments.clients)?;
    }
    if wants(Part::Staging) {
        told["staging"] = staging::run(project, &engine)?;
    }
    say(&format!("left out, no stand-in: {}", LEFT_OUT.join(", ")));
    say(&format!("all is as it should be, after {} s", begun.elapsed().as_secs()));
    if arguments.json {
        println!("{}", line(project, &told, begun));
    }
    Ok(Verdict::Met)
}

fn line(project: &Project, told: &Value, begun: Instant) -> Value {
    let mut line = json!({
        "task": "containers",
        "commit": project.commit(),
        "verdict": "met",
        "left_out": LEFT_OUT,
        "seconds": begun.elapsed().as_secs_f64().round(),
    });
    for (name, value) in told.as_object().into_iter().flatten() {
        line[name.as_str()] = value.clone();
    }
    line
}

/// A line of progress.
fn say(words: &str) {
    eprintln!("containers: {words}");
}
