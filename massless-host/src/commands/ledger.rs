//! `massless ledger`: what became of an item, where a character's coin came from and went to.

use serde_json::Value;

use super::players::Common;
use super::report::{Outcome, Report, WrongUse};
use super::table::{self, at, list, party, text};
use crate::office::ledger;

/// What to follow.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Every change of an item, with operation, time, from whom and to whom.
    Item(Item),
    /// Every entry of a character's coin, the newest first, with balance and the other side.
    Coin(Coin),
}

/// Which item.
#[derive(Debug, clap::Args)]
pub(crate) struct Item {
    /// Its number.
    id: u64,
    /// Only what came after that version; a page ends with the next one.
    #[arg(long, default_value_t = 0)]
    after: i64,
    #[command(flatten)]
    common: Common,
}

/// Whose coin.
#[derive(Debug, clap::Args)]
pub(crate) struct Coin {
    /// The name of a character, or its number after a #.
    whom: String,
    /// Only what came before that version; a page ends with the next one.
    #[arg(long)]
    before: Option<i64>,
    #[command(flatten)]
    common: Common,
}

/// Follows it.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Item(Item { id, after, common }) => {
            let report = Report::start("ledger item", 0);
            let item = ledger::item(&common.database.open()?, *id, *after)?;
            let item = item.ok_or_else(|| WrongUse(format!("there is no item {id}")))?;
            Ok(table::end(&report, common.json, item, print_item))
        }
        Command::Coin(Coin { whom, before, common }) => {
            let report = Report::start("ledger coin", 0);
            let coin = ledger::coin(&common.database.open()?, whom, *before)?;
            let coin = coin.ok_or_else(|| WrongUse(format!("there is no character {whom}")))?;
            Ok(table::end(&report, common.json, coin, print_coin))
        }
    }
}

fn print_item(it: &Value) {
    println!(
        "item {}: {} x {} (definition {}), +{}, rarity {}; {}",
        it["id"],
        it["quantity"],
        text(&it["name"]),
        it["definition"],
        it["upgrade"],
        it["rarity"],
        party(&it["owner"])
    );
    if let Some(reason) = it["quarantine"].as_str() {
        println!("put aside: {reason}");
    }
    let rows: Vec<Vec<String>> = list(it, "events")
        .iter()
        .map(|one| {
            let made = &one["made"];
            vec![
                text(&one["version"]),
                at(&made["at"]),
                text(&made["kind"]),
                party(&one["from"]),
                party(&one["to"]),
                text(&one["delta"]),
                text(&one["quantity"]),
                text(&made["operation"]),
            ]
        })
        .collect();
    table::print(
        &["version", "at (UTC)", "by", "from", "to", "change", "then", "operation"],
        &rows,
    );
    if let Some(next) = it["next"].as_i64() {
        println!("more: --after {next}");
    }
}

fn print_coin(it: &Value) {
    println!("character #{} has {} coin", it["character"], it["balance"]);
    let rows: Vec<Vec<String>> = list(it, "entries")
        .iter()
        .map(|one| {
            let made = &one["made"];
            let others: Vec<String> = list(one, "others").iter().map(party).collect();
            vec![
                text(&one["version"]),
                at(&made["at"]),
                text(&made["kind"]),
                text(&one["delta"]),
                text(&one["balance"]),
                others.join(", "),
                text(&made["operation"]),
            ]
        })
        .collect();
    table::print(
        &["version", "at (UTC)", "by", "change", "balance", "other side", "operation"],
        &rows,
    );
    if let Some(next) = it["next"].as_i64() {
        println!("more: --before {next}");
    }
}
