//! `massless quarantine`: items without a definition and snapshots that cannot be read.

use serde_json::Value;

use super::players::Common;
use super::report::{Outcome, Report};
use super::table::{self, at, list, text};
use crate::office::ledger;

/// Arguments of `quarantine`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only items above that number: the next page.
    #[arg(long, default_value_t = 0)]
    after: u64,
    #[command(flatten)]
    common: Common,
}

/// Lists it.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("quarantine", 0);
    let all = ledger::put_aside(&arguments.common.database.open()?, arguments.after)?;
    Ok(table::end(&report, arguments.common.json, all, print))
}

fn print(all: &Value) {
    let row = |it: &Value, keys: [&str; 3]| {
        let facts = keys.iter().map(|key| text(&it[*key]));
        facts.chain([at(&it["seen_at"]), text(&it["reason"])]).collect::<Vec<String>>()
    };
    let items = list(all, "items").iter();
    let items: Vec<_> = items.map(|it| row(it, ["item", "definition", "quantity"])).collect();
    table::print(&["item", "definition", "quantity", "since (UTC)", "why"], &items);
    let snapshots = list(all, "snapshots").iter();
    let snapshots: Vec<_> = snapshots.map(|it| row(it, ["id", "name", "seq"])).collect();
    println!();
    table::print(&["snapshot", "character", "number", "since (UTC)", "why"], &snapshots);
}
