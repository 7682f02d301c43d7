//! `massless switches`: paths of wealth that are shut at run time. Every operation looks at them, on
//! every host, from its next one on.

use massless_store::repo::operations::PATHS;
use massless_store::repo::switches;
use serde_json::Value;

use super::players::Common;
use super::report::{Outcome, Report};
use super::table::{self, at, list, text};
use crate::clock;
use crate::office::records;

/// What to do with them.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists all, with who turned each last.
    List(Common),
    /// Shuts a path: its operations are refused from now on.
    Off(Path),
    /// Opens a path again.
    On(Path),
}

/// Which path.
#[derive(Debug, clap::Args)]
pub(crate) struct Path {
    /// trade, mail, market, shop, loot or upgrade.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(PATHS))]
    path: String,
    #[command(flatten)]
    common: Common,
}

/// Lists or turns.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let report = Report::start("switches", 0);
    let (Command::List(common)
    | Command::Off(Path { common, .. })
    | Command::On(Path { common, .. })) = command;
    let store = common.database.open()?;
    let now = clock::unix_millis().cast_signed();
    let turned = match command {
        Command::List(_) => None,
        Command::Off(it) => Some((it.path.as_str(), true)),
        Command::On(it) => Some((it.path.as_str(), false)),
    };
    if let Some(turned) = turned {
        store.with(|conn| switches::turn(conn, now, turned, "console"))?;
    }
    Ok(table::end(&report, common.json, records::switches(&store)?, print))
}

fn print(all: &Value) {
    let rows: Vec<Vec<String>> = list(all, "switches")
        .iter()
        .map(|it| {
            let state = if it["off"] == true { "SHUT" } else { "open" };
            vec![text(&it["path"]), state.to_owned(), text(&it["by"]), at(&it["at"])]
        })
        .collect();
    table::print(&["path", "state", "turned by", "at (UTC)"], &rows);
}
