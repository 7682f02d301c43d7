//! `massless keys`: the key pairs that sign access tokens, in the data folder.

use std::path::PathBuf;

use serde_json::json;

use super::migrate::Database;
use super::report::{Outcome, Report, WrongUse, fields};
use crate::accounts::keyfolder::{self, Use};
use crate::config::Config;

/// What to do with the keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes a pair that is believed at once and signs after the next `rotate`.
    New(Arguments),
    /// Lists all pairs.
    List(Arguments),
    /// Lets the newest pair that does not sign yet sign from now on, or a new one. What the one
    /// before has signed is believed for another hour; running hosts notice within seconds.
    Rotate(Arguments),
}

/// Arguments of all of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Makes, lists or exchanges keys.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let (Command::New(arguments) | Command::List(arguments) | Command::Rotate(arguments)) = command;
    let report = Report::start("keys", 0);
    let folder = folder(&arguments.database.settings()?)?;
    match command {
        Command::New(_) => println!("new: {}", keyfolder::add(&folder)?),
        Command::Rotate(_) => println!("signing: {}", keyfolder::rotate(&folder)?),
        Command::List(_) => {}
    }
    let listed = keyfolder::list(&folder)?;
    let word = |usage| match usage {
        Use::Signing => "signing",
        Use::Next => "next",
        Use::Past => "past",
    };
    if matches!(command, Command::List(_)) {
        for one in &listed {
            println!("{} {} since {}", one.kid, word(one.usage), one.since);
        }
    }
    if arguments.json {
        let keys: Vec<_> = listed
            .iter()
            .map(|one| json!({ "kid": one.kid, "use": word(one.usage), "since": one.since }))
            .collect();
        report.print(Outcome::Met, fields(json!({ "keys": keys })));
    }
    Ok(Outcome::Met)
}

/// The folder of the keys; not where the environment gives them.
fn folder(config: &Config) -> Result<PathBuf, WrongUse> {
    if config.auth.private_key.is_some() || config.auth.private_key_file.is_some() {
        let sentence = "the keys come from JWT_PRIVATE_KEY and JWT_PUBLIC_KEY; exchange them \
            there: put the old public key into JWT_PUBLIC_KEY beside the new private one";
        return Err(WrongUse(sentence.to_owned()));
    }
    Ok(config.data.dir.join("keys"))
}
