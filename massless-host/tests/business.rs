//! The development database, the checker, and bots whose journals are held against the ledger.

mod common;

use std::path::Path;
use std::process::{Output, Stdio};

use common::{Server, massless, run};
use massless_testbed::{Durability, Postgres};
use serde_json::Value;

/// The last line of a command that ends with JSON.
fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line)
        .unwrap_or_else(|_| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// A command on the database in `data`: its exit code and its line.
fn ask(data: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let data = data.display().to_string();
    let output = run(&[arguments, &["--json", "--data", &data]].concat());
    (output.status.code(), last_line(&output))
}

fn fill(data: &Path, players: &str) -> Value {
    assert_eq!(ask(data, &["migrate"]).0, Some(0));
    let (code, line) = ask(data, &["seed", "--players", players, "--seed", "7"]);
    assert_eq!(code, Some(0), "{line}");
    line
}

#[test]
fn a_database_is_filled_once_and_the_checker_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let made = fill(folder.path(), "5");
    assert_eq!(made["accounts_made"], 5);
    assert_eq!(made["endowed"], 5);
    let (_, again) = ask(folder.path(), &["seed", "--players", "6", "--seed", "7"]);
    assert_eq!(again["accounts_made"], 1);
    assert_eq!(again["endowed"], 1);
    let (code, line) = ask(folder.path(), &["verify"]);
    assert_eq!(code, Some(0), "{line}");
    assert_eq!(line["invariants"]["I1"], 0);
    assert_eq!(line["invariants"].as_object().unwrap().len(), 14);
}

#[test]
fn no_database_and_one_that_is_elsewhere_are_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    for command in ["seed", "verify"] {
        assert_eq!(run(&[command, "--data", &data]).status.code(), Some(2), "{command}");
    }
    let elsewhere = massless(&["seed"])
        .env("DATABASE_URL", "postgres://massless@192.0.2.1/massless")
        .output()
        .unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("--yes"));
}

/// Bots do business for a while; their journals are in `journal`.
fn trade(server: &Server, journal: &Path, seconds: &str) -> Value {
    let url = format!("http://127.0.0.1:{}", server.http);
    let output = massless(&["bots", "economy", "--clients", "4", "--json", "--seconds", seconds])
        .args(["--url", &url, "--journal"])
        .arg(journal)
        .output()
        .expect("it runs");
    let line = last_line(&output);
    assert_eq!(output.status.code(), Some(0), "{line}");
    line
}

#[test]
fn journals_prove_a_ledger_and_find_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, journal) = (folder.path().join("data"), folder.path().join("journal"));
    std::fs::create_dir(&data).unwrap();
    fill(&data, "4");
    let server = Server::start(&data, &["--zones", "1,2"]);
    let told = trade(&server, &journal, "12");
    drop(server);
    let path = journal.display().to_string();
    let verify = || ask(&data, &["verify", "--journal", &path]);
    let (code, line) = verify();
    assert_eq!(code, Some(0), "{line}");
    assert_eq!(line["acknowledged"], told["acknowledged"]);
    assert!(line["acknowledged"].as_u64().unwrap() > 3, "{told}");

    // Something that moved coin: what only lies elsewhere than before may as well not have been done.
    let is_done = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["outcome"] == "done" && line["before"]["coin"] != line["after"]["coin"]
    };
    let files = std::fs::read_dir(&journal).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.map(|file| (std::fs::read_to_string(&file).unwrap(), file));
    let mut told = texts.filter(|(text, _)| text.lines().any(is_done));
    let (whole, file) = told.next().expect("somebody did something");
    let lines: Vec<&str> = whole.lines().collect();
    let index = lines.iter().position(|line| is_done(line)).unwrap();
    let without: Vec<&str> =
        lines.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, line)| *line).collect();
    std::fs::write(&file, without.join("\n") + "\n").unwrap();
    let (code, line) = verify();
    assert_eq!((code, line["doubled"].as_u64() > Some(0)), (Some(1), true), "{line}");

    let mut forged: Value = serde_json::from_str(lines[index]).unwrap();
    forged["after"]["coin"] = (forged["after"]["coin"].as_i64().unwrap() + 1).into();
    let forged = forged.to_string();
    let with: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at == index { forged.as_str() } else { *line })
        .collect();
    std::fs::write(&file, with.join("\n") + "\n").unwrap();
    let (code, line) = verify();
    assert_eq!((code, line["lost"].as_u64() > Some(0)), (Some(1), true), "{line}");
}

#[test]
fn an_armed_place_kills_the_server_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (data, journal) = (folder.path().join("data"), folder.path().join("journal"));
    std::fs::create_dir(&data).unwrap();
    fill(&data, "4");
    let armed = [("FAILPOINTS", "after_commit_before_answer=return")];
    let server = Server::start_with(&data, &["--zones", "1,2"], &armed);
    let url = format!("http://127.0.0.1:{}", server.http);
    let mut bots = massless(&["bots", "economy", "--clients", "4", "--seconds", "600"])
        .args(["--url", &url, "--journal"])
        .arg(&journal)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(server.wait(), None, "it dies by a signal");
    bots.kill().unwrap();
    bots.wait().unwrap();
    let path = journal.display().to_string();
    let (code, line) = ask(&data, &["verify", "--journal", &path]);
    // Nobody was told of what was committed, so nothing may be missing.
    assert_eq!(line["lost"], 0, "{line}");
    assert_eq!(line["violations"], 0, "{line}");
    assert!(matches!(code, Some(0 | 1 | 3)), "{line}");
}

/// The only backup in a folder.
fn only_backup(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).expect("a folder");
    let files = files.map(|entry| entry.expect("an entry").path());
    let mut files = files.filter(|path| path.extension().is_none_or(|ending| ending != "json"));
    let file = files.next().expect("a backup").display().to_string();
    assert_eq!(files.next(), None, "and nothing half written");
    file
}

#[test]
fn a_backup_is_made_beside_a_running_server_and_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let part = |name: &str| folder.path().join(name);
    let (data, backups, journal) = (part("data"), part("backups"), part("journal"));
    std::fs::create_dir(&data).unwrap();
    fill(&data, "4");
    let server = Server::start(&data, &["--zones", "1,2"]);
    trade(&server, &journal, "6");
    let to = backups.display().to_string();
    let (code, made) = ask(&data, &["backup", "--to", &to]);
    assert_eq!((code, &made["backend"]), (Some(0), &Value::from("sqlite")), "{made}");
    let file = only_backup(&backups);
    let running = run(&["restore", &file, "--yes", "--data", &data.display().to_string()]);
    assert_eq!(running.status.code(), Some(2), "not under a running server");
    drop(server);

    let other = part("other");
    let (code, back) = ask(&other, &["restore", &file]);
    assert_eq!((code, &back["violations"]), (Some(0), &Value::from(0)), "{back}");
    let path = journal.display().to_string();
    let (code, line) = ask(&other, &["verify", "--journal", &path]);
    assert_eq!(code, Some(0), "all that was acknowledged before the backup is in it: {line}");
    let there = run(&["restore", &file, "--data", &other.display().to_string()]);
    assert_eq!(there.status.code(), Some(2), "it does not replace unasked");
    assert_eq!(ask(&other, &["restore", &file, "--yes"]).0, Some(0));
    assert!(other.join("massless.before-restore").exists(), "what was there is kept");

    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let damaged = run(&["restore", &file, "--data", &part("third").display().to_string()]);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&damaged.stderr).contains("damaged"));
}

#[test]
fn a_backup_of_postgres_comes_back_in_another_database() {
    let postgres = Postgres::start_private(Durability::Memory);
    let (one, two) = (postgres.create_database("one", None), postgres.create_database("two", None));
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display().to_string();
    let on = |url: &str, arguments: &[&str]| {
        let output = massless(arguments).arg("--json").env("DATABASE_URL", url).output().unwrap();
        (output.status.code(), last_line(&output))
    };
    assert_eq!(on(&one, &["migrate"]).0, Some(0));
    assert_eq!(on(&one, &["seed", "--players", "3"]).0, Some(0));
    let (code, made) = on(&one, &["backup", "--to", &to]);
    assert_eq!((code, &made["backend"]), (Some(0), &Value::from("postgres")), "{made}");
    let file = only_backup(folder.path());
    let (code, back) = on(&two, &["restore", &file]);
    assert_eq!((code, &back["violations"]), (Some(0), &Value::from(0)), "{back}");
    let (_, again) = on(&two, &["seed", "--players", "3"]);
    assert_eq!(again["accounts_made"], 0, "everybody is there");
    let replaced = massless(&["restore", &file]).env("DATABASE_URL", &two).output().unwrap();
    assert_eq!(replaced.status.code(), Some(2), "it does not replace unasked");
    assert_eq!(on(&two, &["restore", &file, "--yes"]).0, Some(0));
}
