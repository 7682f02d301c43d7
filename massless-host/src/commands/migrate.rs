//! `massless migrate`: brings the database to what this build needs, or says what is missing.

use std::path::PathBuf;

use massless_store::{Store, StoreSettings};
use serde_json::json;

use super::report::{Outcome, Report, WrongUse, fields};
use crate::config::{Config, Overrides};

/// Arguments of commands that work on the database.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Database {
    /// Settings file; default massless.toml if it exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which the embedded database is; of no meaning for PostgreSQL.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Database {
    /// The settings that hold.
    pub(crate) fn settings(&self) -> anyhow::Result<Config> {
        let mut flags = Overrides::default();
        flags.set("data.dir", self.data.as_ref().map(|path| path.display().to_string()));
        Ok(Config::load(self.config.as_deref(), &flags)?)
    }

    /// The same arguments again, for another command of this program.
    pub(crate) fn words(&self) -> Vec<std::ffi::OsString> {
        let given = [("--config", &self.config), ("--data", &self.data)];
        let given = given.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?)));
        given.flat_map(|(name, path)| [name.into(), path.into()]).collect()
    }

    /// The database that the settings name, which has to be there.
    pub(crate) fn open(&self) -> anyhow::Result<Store> {
        let config = self.settings()?;
        let address = config.store.database(&config.data.dir);
        if let Some(path) = address.strip_prefix("sqlite:")
            && !std::path::Path::new(path).is_file()
        {
            let sentence = format!(
                "there is no database {path}; name another folder with --data, or a PostgreSQL \
                 server in DATABASE_URL"
            );
            return Err(WrongUse(sentence).into());
        }
        Ok(Store::open(&address, StoreSettings::default())?)
    }
}

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Only say what is missing: exit code 0 when nothing is, 1 when something is.
    #[arg(long, conflicts_with = "revert")]
    check: bool,
    /// Take the newest migration back, with all that is stored in it.
    #[arg(long)]
    revert: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Migrates, checks or reverts.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("migrate", 0);
    let store = if arguments.check || arguments.revert {
        arguments.database.open()?
    } else {
        let config = arguments.database.settings()?;
        Store::open(&config.store.database(&config.data.dir), StoreSettings::default())?
    };
    let (what, names) = if arguments.revert {
        ("reverted", vec![store.revert_last()?])
    } else if arguments.check {
        ("pending", store.pending_migrations()?)
    } else {
        ("applied", store.migrate()?)
    };
    let outcome = if arguments.check && !names.is_empty() { Outcome::Missed } else { Outcome::Met };
    for name in &names {
        println!("{what}: {name}");
    }
    if names.is_empty() {
        println!("the database is as this build needs it");
    }
    if arguments.json {
        report.print(outcome, fields(json!({ what: names })));
    }
    Ok(outcome)
}
