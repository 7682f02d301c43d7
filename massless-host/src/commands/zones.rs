//! `massless zones`: asks the administration's port of a running host.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;

use super::report::{Outcome, Report, WrongUse};
use super::staff::{Host, ask};
use super::table::{self, at, list, text};

/// What to ask for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists all channels with players, actors and how long their ticks take.
    List(List),
    /// Lists a channel's log segments, or fetches one; the zone and its log go on meanwhile.
    Log(Log),
}

/// Which host.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    host: Host,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Which log.
#[derive(Debug, clap::Args)]
pub(crate) struct Log {
    /// The channel as the list names it: 1, 1-c2.
    zone: String,
    /// Which segment; without it the newest one, which is still written.
    #[arg(long, value_name = "NAME")]
    segment: Option<String>,
    /// Where to write it; without it the segments are listed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    host: Host,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Asks.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::List(List { host, json }) => {
            let report = Report::start("zones list", 0);
            let zones = get_json(host, "/console/api/zones")?;
            Ok(table::end(&report, *json, zones, print_zones))
        }
        Command::Log(arguments) => log(arguments),
    }
}

fn log(arguments: &Log) -> anyhow::Result<Outcome> {
    let Log { zone, segment, out, host, json } = arguments;
    let report = Report::start("zones log", 0);
    let path = format!("/console/api/zones/{zone}/logs");
    let all = get_json(host, &path)?;
    let Some(out) = out else {
        return Ok(table::end(&report, *json, all, print_segments));
    };
    let newest = list(&all, "segments").first().map(|it| text(&it["file"]));
    let name = segment.clone().or(newest);
    let name = name.ok_or_else(|| WrongUse(format!("zone {zone} has no log")))?;
    let bytes = get(host, &format!("{path}/{name}"))?;
    std::fs::write(out, &bytes).with_context(|| format!("{}", out.display()))?;
    let told = serde_json::json!({ "segment": name, "bytes": bytes.len() });
    Ok(table::end(&report, *json, told, |it| {
        println!("{}: {} bytes of {}", out.display(), it["bytes"], text(&it["segment"]));
    }))
}

fn get_json(host: &Host, path: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&get(host, path)?)?)
}

fn get(host: &Host, path: &str) -> anyhow::Result<Vec<u8>> {
    let config = host.database.settings()?;
    let answer = ask(host, &config, ("GET", path), "")?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    anyhow::bail!("{}", problem["detail"].as_str().unwrap_or("the host refuses that"))
}

fn print_zones(all: &Value) {
    let rows: Vec<Vec<String>> = list(all, "zones")
        .iter()
        .map(|it| {
            let millis = |key: &str| format!("{:.1}", it[key].as_f64().unwrap_or(0.0) / 1_000.0);
            let words =
                ["label", "name", "players", "actors", "epoch", "tick"].map(|key| text(&it[key]));
            let times = ["p50_micros", "p99_micros", "max_micros"].map(millis);
            words.into_iter().chain(times).chain([text(&it["missed"])]).collect()
        })
        .collect();
    let heads = [
        "zone", "name", "players", "actors", "epoch", "tick", "p50 ms", "p99 ms", "max ms",
        "missed",
    ];
    table::print(&heads, &rows);
}

fn print_segments(all: &Value) {
    let rows: Vec<Vec<String>> = list(all, "segments")
        .iter()
        .map(|it| vec![text(&it["file"]), text(&it["bytes"]), at(&it["written_at"])])
        .collect();
    table::print(&["segment", "bytes", "written (UTC)"], &rows);
}
