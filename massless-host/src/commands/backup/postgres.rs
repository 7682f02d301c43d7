//! Backups of PostgreSQL, by its own programs. Their arguments show no password: it goes by the environment.

use std::path::Path;
use std::process::Command;

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
    may_replace(address, is_allowed)?;
    let mut command = program("pg_restore", address)?;
    command.args(["--no-owner", "--exit-on-error", "--single-transaction"]);
    command.args(["--clean", "--if-exists"]);
    command.arg("--dbname").arg(database(&parsed(address)?)).arg(file);
    run(command)
}

/// An error when there is something in the database and nobody said that it may go.
pub(super) fn may_replace(address: &str, is_allowed: bool) -> anyhow::Result<()> {
    parsed(address)?;
    if !is_allowed && !Store::open(address, StoreSettings::default())?.is_empty()? {
        let sentence = "the database is not empty; --yes replaces what is in it";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    Ok(())
}

fn parsed(address: &str) -> anyhow::Result<Url> {
    let url = Url::parse(address).ok().filter(|url| url.scheme().starts_with("postgres"));
    let sentence = "this needs PostgreSQL; name the database in DATABASE_URL";
    url.ok_or_else(|| WrongUse(sentence.to_owned()).into())
}

fn database(url: &Url) -> String {
    decoded(url.path().trim_start_matches('/'))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The names of the database and of the user in an address.
pub(super) fn names(address: &str) -> anyhow::Result<(String, String)> {
    let url = parsed(address)?;
    Ok((database(&url), decoded(url.username())))
}

/// The address of another database on the same server, which is made when it is not there.
pub(super) fn beside(address: &str, name: &str) -> anyhow::Result<String> {
    let letters =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !(1..=63).contains(&name.len()) || !name.chars().all(letters) {
        let sentence = "a database is called by 1 to 63 small letters, digits and underscores";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let mut url = parsed(address)?;
    let known = ask(address, &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))?;
    if known.is_empty() {
        ask(address, &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
    }
    url.set_path(name);
    Ok(url.into())
}

/// What the database answers to a statement, by `psql`.
pub(super) fn ask(address: &str, statement: &str) -> anyhow::Result<String> {
    let mut command = program("psql", address)?;
    command.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"]);
    command.args(["--set", "ON_ERROR_STOP=1", "--command", statement]);
    let output = super::server::finish(command)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// One of PostgreSQL's programs, told where the database is by its environment.
pub(in crate::commands) fn program(name: &str, address: &str) -> anyhow::Result<Command> {
    let url = parsed(address)?;
    let mut command = Command::new(super::server::program(name, None));
    let named = |name: &str| {
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let host = named("host").unwrap_or_else(|| url.host_str().unwrap_or("localhost").to_owned());
    command.env("PGHOST", host);
    command.env("PGPORT", url.port().unwrap_or(5432).to_string());
    command.env("PGUSER", decoded(url.username()));
    command.env("PGDATABASE", database(&url));
    command.env("PGCONNECT_TIMEOUT", "10");
    for (name, variable) in [("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")] {
        if let Some(value) = named(name) {
            command.env(variable, value);
        }
    }
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", decoded(password));
    }
    Ok(command)
}

/// Runs one of them to its end, and shows that it is at work.
pub(super) fn run(command: Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy();
    let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
    let bar = super::spinner(&format!("{name} is at work"));
    let ended = super::server::finish(command);
    bar.finish_and_clear();
    ended.map(|_| ())
}
