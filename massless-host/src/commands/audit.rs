//! `massless audit`: what the staff did.

use massless_store::repo::audit::Filter;
use serde_json::Value;

use super::players::Common;
use super::report::{Outcome, Report};
use super::table::{self, at, list, text};
use crate::office::records;

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only of that actor: a login, or console for the command line.
    #[arg(long)]
    actor: Option<String>,
    /// Only that action, such as ban, kick, drain, refused.
    #[arg(long)]
    action: Option<String>,
    /// Only what concerns the account of that number.
    #[arg(long)]
    account: Option<u64>,
    /// Only lines before that number: the next page.
    #[arg(long)]
    before: Option<u64>,
    #[command(flatten)]
    common: Common,
}

/// Lists it.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("audit", 0);
    let Arguments { actor, action, account, before, common } = arguments;
    let filter =
        Filter { actor: actor.clone(), action: action.clone(), account: *account, before: *before };
    let page = records::audit(&common.database.open()?, &filter)?;
    Ok(table::end(&report, common.json, page, |page| {
        print(list(page, "lines"));
        if let Some(next) = page["next"].as_u64() {
            println!("more: --before {next}");
        }
    }))
}

/// Lines of the audit.
pub(super) fn print(lines: &[Value]) {
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|it| {
            let words = ["actor", "action", "subject", "detail"].map(|key| text(&it[key]));
            [at(&it["at"])].into_iter().chain(words).collect()
        })
        .collect();
    table::print(&["at (UTC)", "who", "what", "whom", "more"], &rows);
}
