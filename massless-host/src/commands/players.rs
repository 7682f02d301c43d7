//! `massless players`: who somebody is, straight from the database.

use serde_json::Value;

use super::migrate::Database;
use super::report::{Outcome, Report, WrongUse};
use super::table::{self, at, list, text};
use crate::office::people;
use crate::{clock, staff};

/// What to look for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Finds characters and accounts by the beginning of a name.
    Search(Search),
    /// Shows an account: characters, log-ins, bans, and what the staff did about it.
    Show(Show),
}

/// Whom to find.
#[derive(Debug, clap::Args)]
pub(crate) struct Search {
    /// How the name of a character or a login begins; after an @ only logins, after a # the number of an account.
    name: String,
    #[command(flatten)]
    common: Common,
}

/// Whom to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// A login after an @ (as in @anna), the name of a character, or the number of an account after a #.
    whom: String,
    #[command(flatten)]
    common: Common,
}

/// What all commands take that look into the database.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(super) database: Database,
    /// End with one line of JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// Looks.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let now = clock::unix_millis().cast_signed();
    match command {
        Command::Search(Search { name, common }) => {
            let report = Report::start("players search", 0);
            let found = people::search(&common.database.open()?, now, name)?;
            Ok(table::end(&report, common.json, found, print_found))
        }
        Command::Show(Show { whom, common }) => {
            let report = Report::start("players show", 0);
            let store = common.database.open()?;
            let id = match whom.strip_prefix('#') {
                Some(id) => id.parse().ok(),
                None => store.with(|conn| staff::find(conn, whom))?.map(|account| account.id),
            };
            let person = match id {
                Some(id) => people::person(&store, now, id)?,
                None => None,
            };
            let person =
                person.ok_or_else(|| WrongUse(format!("there is nobody called {whom}")))?;
            Ok(table::end(&report, common.json, person, print_person))
        }
    }
}

fn print_found(found: &Value) {
    let rows: Vec<Vec<String>> = list(found, "found")
        .iter()
        .map(|it| {
            let character = &it["character"];
            vec![
                text(&character["name"]),
                text(&character["level"]),
                text(&it["login"]),
                format!("#{}", it["account"]),
                text(&it["roles"]),
                at(&it["seen_at"]),
            ]
        })
        .collect();
    table::print(&["character", "level", "login", "account", "roles", "seen (UTC)"], &rows);
}

fn print_person(it: &Value) {
    let login = it["login"].as_str().unwrap_or("(guest)");
    println!("account #{} {login} {}", it["id"], text(&it["roles"]));
    let factor = if it["second_factor"] == true { "yes" } else { "no" };
    let (made, seen) = (at(&it["created_at"]), at(&it["seen_at"]));
    println!("made {made}, seen {seen} UTC; second factor: {factor}\n");
    let characters: Vec<Vec<String>> = list(it, "characters")
        .iter()
        .map(|one| {
            let keys = ["id", "name", "level", "zone", "coin", "host"];
            keys.iter().map(|key| text(&one[*key])).chain([at(&one["played_at"])]).collect()
        })
        .collect();
    table::print(
        &["id", "character", "level", "zone", "coin", "host", "played (UTC)"],
        &characters,
    );
    let log_ins: Vec<Vec<String>> = list(it, "log_ins")
        .iter()
        .map(|one| {
            vec![text(&one["id"]), at(&one["since"]), at(&one["refreshed_at"]), text(&one["open"])]
        })
        .collect();
    println!();
    table::print(&["log-in", "since", "refreshed", "open"], &log_ins);
    let bans: Vec<Vec<String>> = list(it, "bans")
        .iter()
        .map(|one| {
            let until =
                one["until"].as_i64().map_or_else(|| "for good".to_owned(), crate::office::moment);
            vec![
                at(&one["since"]),
                until,
                text(&one["holds"]),
                text(&one["by"]),
                text(&one["reason"]),
            ]
        })
        .collect();
    println!();
    table::print(&["banned", "until", "holds", "by", "reason"], &bans);
    println!();
    super::audit::print(list(it, "staff"));
}
