//! `massless incident`: which incidents there are, and what happened in one.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::migrate::Database;
use super::replay;
use super::report::{Outcome, Report, WrongUse, fields};
use super::table::{self, at, list, text};
use crate::explain;
use crate::office::incidents;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists the incidents of the data folder, the newest first.
    List(List),
    /// Says in sentences what happened: plays the bundle's log again and compares.
    Explain(Explain),
}

/// Where to look.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    database: Database,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Which incident.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The bundle's folder, such as data/incidents/1764153000000-zone-1-slow_tick.
    dir: PathBuf,
    /// Folder of the content set the zone ran with, if it is neither built in nor a scenario's.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Lists or explains.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::List(List { database, json }) => {
            let report = Report::start("incident list", 0);
            let all = incidents::list(&database.settings()?.data.dir);
            Ok(table::end(&report, *json, json!({ "incidents": all }), print))
        }
        Command::Explain(arguments) => explain_one(arguments),
    }
}

fn explain_one(Explain { dir, content, json }: &Explain) -> anyhow::Result<Outcome> {
    let report = Report::start("incident explain", 0);
    if !dir.join("incident.json").is_file() {
        let sentence = format!("{} is no incident: it has no incident.json", dir.display());
        return Err(WrongUse(sentence).into());
    }
    let found = explain::bundle(dir, &replay::contents(content.as_deref())?)?;
    for sentence in found.sentences() {
        eprintln!("{sentence}");
    }
    if *json {
        report.print(Outcome::Met, fields(found.json()));
    }
    Ok(Outcome::Met)
}

fn print(all: &Value) {
    let rows: Vec<Vec<String>> = list(all, "incidents")
        .iter()
        .map(|it| {
            let words = ["kind", "zone", "channel", "tick", "reason", "name"];
            [at(&it["at"])].into_iter().chain(words.map(|key| text(&it[key]))).collect()
        })
        .collect();
    table::print(&["at (UTC)", "kind", "zone", "channel", "tick", "what", "folder"], &rows);
}
