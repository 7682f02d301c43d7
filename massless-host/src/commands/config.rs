//! `massless config show`: the settings that hold, and where each came from.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::report::{Outcome, Report};
use super::table::{self, list, text};
use crate::config::{Config, Overrides};

/// What to do with the settings.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists all. Of a secret only whether it is set.
    Show(Show),
}

/// Which settings.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Settings file; default massless.toml if it exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only those that are not at their default.
    #[arg(long)]
    changed: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Shows them.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let Command::Show(Show { config, changed, json }) = command;
    let report = Report::start("config show", 0);
    let all = Config::shown(config.as_deref(), &Overrides::default())?;
    let wanted = all.iter().filter(|it| !changed || it.source != "default");
    let shown = wanted.map(|it| json!({ "key": it.key, "value": it.value, "source": it.source }));
    let value = json!({ "settings": shown.collect::<Vec<_>>() });
    Ok(table::end(&report, *json, value, print))
}

fn print(all: &Value) {
    let rows: Vec<Vec<String>> = list(all, "settings")
        .iter()
        .map(|it| ["key", "value", "source"].iter().map(|key| text(&it[*key])).collect())
        .collect();
    table::print(&["setting", "value", "from"], &rows);
}
