//! Backups of PostgreSQL, by its own programs. Their arguments show no password: it goes by the environment.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use massless_store::{Store, StoreSettings};
use url::Url;

use crate::commands::report::WrongUse;

/// Dumps the database in one snapshot, packed, into `part`.
pub(super) fn dump(address: &str, part: &Path) -> anyhow::Result<()> {
    let mut command = program("pg_dump", address)?;
    command.args(["--format=custom", "--compress=6", "--no-owner", "--file"]).arg(part);
    run(command)
}

/// Restores into the database of that address, in one transaction: all of it or nothing.
pub(super) fn load(file: &Path, address: &str, is_allowed: bool) -> anyhow::Result<()> {
    if !address.starts_with("postgres") {
        let sentence = "this is a backup of PostgreSQL; name the database in DATABASE_URL";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let store = Store::open(address, StoreSettings::default())?;
    if !store.is_empty()? && !is_allowed {
        let sentence = "the database is not empty; --yes replaces what is in it";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    drop(store);
    let mut command = program("pg_restore", address)?;
    command.args(["--no-owner", "--exit-on-error", "--single-transaction"]);
    command.args(["--clean", "--if-exists"]);
    command.arg("--dbname").arg(database(&parsed(address)?)).arg(file);
    run(command)
}

fn parsed(address: &str) -> anyhow::Result<Url> {
    Url::parse(address).map_err(|_| WrongUse("DATABASE_URL is no address".to_owned()).into())
}

fn database(url: &Url) -> String {
    url.path().trim_start_matches('/').to_owned()
}

/// One of PostgreSQL's programs, told where the database is by its environment.
fn program(name: &str, address: &str) -> anyhow::Result<Command> {
    let url = parsed(address)?;
    let mut command = Command::new(name);
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    command.env("PGHOST", url.host_str().unwrap_or("localhost"));
    command.env("PGPORT", url.port().unwrap_or(5432).to_string());
    command.env("PGUSER", decoded(url.username()));
    command.env("PGDATABASE", database(&url));
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", decoded(password));
    }
    Ok(command)
}

fn run(mut command: Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg} is at work");
    bar.set_style(style.expect("the template is fixed"));
    bar.set_message(name.clone());
    bar.enable_steady_tick(Duration::from_millis(200));
    let output = command.output().with_context(|| {
        format!("{name} cannot be started; it comes with PostgreSQL's client programs")
    });
    bar.finish_and_clear();
    let output = output?;
    ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
