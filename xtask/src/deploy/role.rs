//! The role of the backups as production makes it, on a private PostgreSQL with production's rules of who may
//! connect: it can read everything and take the log, and change nothing.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use massless_testbed::{Durability, Postgres};

use crate::shell;

/// Passwords that would break a script which puts them into a statement as they are.
const PASSWORD: &str = "it's \"$PATH\" `id` \\ :name";

pub(super) fn check(folder: &Path, home: &Path) -> Result<()> {
    let postgres = Postgres::start_private(Durability::Memory);
    postgres.create_database("massless", None);
    // The private server has no password; the others are read by the script.
    postgres.sql("massless", "CREATE TABLE wealth (coin INT); INSERT INTO wealth VALUES (7)");
    for (name, text) in [("db", "none"), ("backup", PASSWORD)] {
        std::fs::write(home.join(format!("{name}_password")), text)?;
    }
    let url = postgres.url("massless");
    let port = url.rsplit(':').next().and_then(|rest| rest.split('/').next());
    let port = port.context("the address has a port")?;
    let run = || -> Result<()> {
        let mut command = Command::new("./postgres/backup-role.sh");
        command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
        command.env("PGHOST", "127.0.0.1").env("PGPORT", port).env("PGUSER", "massless");
        command.env("DB_PASSWORD_FILE", home.join("db_password"));
        command.env("BACKUP_DB_PASSWORD_FILE", home.join("backup_password"));
        shell::run(&mut command)
    };
    run()?;
    // Every start does it again.
    run()?;
    let hba = std::fs::read_to_string(folder.join("postgres/pg_hba.conf"))?;
    postgres.admit(&hba.replace("samenet", "127.0.0.1/32"));
    let ask = |statement: &str, password: &str, words: &str| {
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement]);
        command.arg(format!("host=127.0.0.1 port={port} user=massless_backup {words}"));
        command.env("PGPASSWORD", password).output()
    };
    let answer = |statement: &str, words: &str| -> Result<String> {
        let output = ask(statement, PASSWORD, words)?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{statement}: {error}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // New rules hold a moment after they were read.
    for _ in 0..100 {
        if !ask("SELECT 1", "wrong", "dbname=massless")?.status.success() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    ensure!(answer("SELECT coin FROM wealth", "dbname=massless")? == "7", "it reads");
    ensure!(!answer("IDENTIFY_SYSTEM", "replication=true")?.is_empty(), "it takes the log");
    let refused = [
        ("INSERT INTO wealth VALUES (1)", PASSWORD, "dbname=massless"),
        ("CREATE TABLE mine (x INT)", PASSWORD, "dbname=massless"),
        ("CREATE DATABASE mine", PASSWORD, "dbname=massless"),
        ("SELECT 1", "wrong", "dbname=massless"),
        ("IDENTIFY_SYSTEM", "wrong", "replication=true"),
    ];
    for (statement, password, words) in refused {
        ensure!(!ask(statement, password, words)?.status.success(), "allowed: {statement}");
    }
    Ok(())
}
