//! Backups of PostgreSQL, its archived log, and what comes back of them: the real programs on private servers.

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use common::{PATIENCE, boards, get, massless};
use massless_testbed::{Durability, Postgres};
use serde_json::Value;

/// A database with players, its backups, and a place to work in that PostgreSQL's user may enter.
struct Realm {
    postgres: Postgres,
    url: String,
    backups: tempfile::TempDir,
}

impl Realm {
    fn new() -> Self {
        let postgres = Postgres::start_private(Durability::Memory);
        let url = postgres.create_database("realm", None);
        let realm = Self { postgres, url, backups: tempfile::tempdir().expect("a folder") };
        assert_eq!(realm.ask(&["migrate"]).0, Some(0));
        assert_eq!(realm.ask(&["seed", "--players", "3"]).0, Some(0));
        realm
    }

    /// The same by the role that production's backups have: it reads all and changes nothing.
    fn by_the_reader(mut self) -> Self {
        let role = "CREATE ROLE massless_backup LOGIN REPLICATION NOSUPERUSER NOCREATEDB";
        self.postgres.sql("postgres", role);
        self.postgres.sql("postgres", "GRANT pg_read_all_data TO massless_backup");
        let (_, place) = self.url.split_once('@').expect("an address names a user");
        self.url = format!("postgres://massless_backup@{place}");
        self
    }

    fn run(&self, arguments: &[&str]) -> Output {
        massless(arguments)
            .env("DATABASE_URL", &self.url)
            .env("PATH", "/usr/bin:/bin:/usr/sbin")
            .current_dir(self.backups.path())
            .output()
            .expect("the program starts")
    }

    fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[arguments, &["--json"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), line.unwrap_or(Value::from(words)))
    }

    /// Runs a task of the agent beside the one that runs.
    fn ask_agent(&self, task: &str) -> (Option<i32>, Value) {
        let output = self.run(&["backup-agent", "--to", ".", "--once", task]);
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
        (output.status.code(), line.unwrap_or_default())
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Leaves a mark in the database; the moment after it.
    fn mark(&self, what: &str) -> String {
        let row = format!("(1, 'test', '{what}', 'mark')");
        let insert = "INSERT INTO audit (happened_at, actor, action, subject) VALUES";
        self.postgres.sql("realm", &format!("{insert} {row}"));
        let form = "YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"";
        let now = format!("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', '{form}')");
        let moment = self.postgres.sql("realm", &now);
        // The next mark must not be of the same millisecond.
        self.postgres.sql("realm", "SELECT pg_sleep(0.02)");
        moment
    }

    fn marks(&self, database: &str) -> Vec<String> {
        let marks = "SELECT action FROM audit WHERE actor = 'test' ORDER BY id";
        self.postgres.sql(database, marks).lines().map(str::to_owned).collect()
    }
}

/// The agent at work.
struct Agent {
    child: Child,
    port: u16,
}

impl Agent {
    fn start(realm: &Realm, more: &[&str]) -> Self {
        let mut child = massless(&["backup-agent", "--to", ".", "--port", "0"])
            .args(more)
            .env("DATABASE_URL", &realm.url)
            .env("PATH", "/usr/bin:/bin:/usr/sbin")
            .current_dir(realm.backups.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("the ready line");
        Self { child, port: ready["admin"].as_u64().expect("a port") as u16 }
    }

    fn page(&self) -> String {
        String::from_utf8(get(self.port, "/metrics").1).expect("text")
    }

    /// Waits until a metric is more than so much.
    fn wait(&self, metric: &str, more_than: f64) {
        let begun = Instant::now();
        loop {
            let page = self.page();
            let line = page.lines().find(|line| line.starts_with(metric));
            let value = line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
            if value.is_some_and(|value| value > more_than) {
                return;
            }
            assert!(begun.elapsed() < 4 * PATIENCE, "{metric} stays at {value:?}\n{page}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A gap in the archive and a damaged base backup.
fn what_is_broken_is_named(realm: &Realm, (base, two): (&Value, &str)) {
    // A gap in the archive: all before it comes back, and the segment is named.
    let archive =
        realm.backups.path().join("wal").join(base["archive"].as_str().expect("it is there"));
    let mut segments: Vec<_> = std::fs::read_dir(&archive)
        .expect("it is there")
        .map(|it| it.expect("it is there").path())
        .collect();
    segments.sort();
    let partial = segments.pop().expect("it is there");
    assert!(partial.extension().is_some_and(|ending| ending == "partial"), "{partial:?}");
    let name = partial.file_name().expect("it is there").to_str().expect("it is there");
    let further = name.replacen("00000001000000000000000", "0000000100000000000000F", 1);
    std::fs::rename(&partial, archive.join(further)).expect("it is there");
    let words = realm.refused(&["restore", "--from", ".", "--to-time", two, "--into", "later"]);
    assert!(words.contains("is missing from the archive"), "{words}");

    // A damaged base backup is not believed.
    let file =
        std::path::Path::new(base["file"].as_str().expect("it is there")).join("backup_manifest");
    let text = std::fs::read_to_string(&file).expect("it is there");
    std::fs::write(&file, text.replacen("\"Checksum\": \"", "\"Checksum\": \"00", 1))
        .expect("it is there");
    let words =
        realm.refused(&["restore", "--from", ".", "--to-time", "latest", "--into", "later"]);
    assert!(words.contains("is damaged"), "{words}");
}

#[test]
fn postgres_comes_back_as_it_was_at_a_moment() {
    let realm = Realm::new();
    let agent = Agent::start(&realm, &["--no-tasks"]);
    agent.wait("massless_wal_receiver_up", 0.0);
    let before_all = realm.mark("before");
    let (code, base) = realm.ask(&["backup", "--base", "--to", "."]);
    assert_eq!(code, Some(0), "{base}");
    assert!(base["archive"].is_string(), "{base}");
    let one = realm.mark("one");
    realm.postgres.sql("realm", "SELECT pg_switch_wal()");
    let two = realm.mark("two");
    realm.mark("three");
    // What is archived until now is what there is.
    let archived = |realm: &Realm| {
        let sql = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'massless_backup' \
                   AND restart_lsn >= pg_current_wal_flush_lsn()";
        realm.postgres.sql("realm", sql) == "1"
    };
    let begun = Instant::now();
    while !archived(&realm) {
        assert!(begun.elapsed() < PATIENCE, "the log is not archived");
    }
    drop(agent);

    for (moment, database, marks) in [
        (one.as_str(), "first", &["before", "one"][..]),
        (&two, "second", &["before", "one", "two"]),
        ("latest", "newest", &["before", "one", "two", "three"]),
    ] {
        let (code, line) =
            realm.ask(&["restore", "--from", ".", "--to-time", moment, "--into", database]);
        assert_eq!((code, &line["violations"]), (Some(0), &Value::from(0)), "{line}");
        assert_eq!(realm.marks(database), marks, "{moment}: {line}");
        assert!(line["rpo_s"].as_f64().is_some_and(|rpo| rpo < 60.0), "{line}");
    }
    let again = ["restore", "--from", ".", "--to-time", "latest", "--into", "newest"];
    assert!(realm.refused(&again).contains("--yes"));
    let early = ["restore", "--from", ".", "--to-time", &before_all, "--into", "later"];
    let words = realm.refused(&early);
    assert!(words.contains("no base backup from before"), "{words}");
    let later = ["restore", "--from", ".", "--to-time", "2126-01-01T00:00:00Z", "--into", "later"];
    let words = realm.refused(&later);
    assert!(words.contains("is not reached") && words.contains("latest"), "{words}");
    let words = realm.refused(&["restore", "--from", ".", "--to-time", "yesterday"]);
    assert!(words.contains("no moment"), "{words}");

    what_is_broken_is_named(&realm, (&base, &two));
    let left = std::fs::read_dir(realm.backups.path()).unwrap().filter(|entry| {
        entry.as_ref().is_ok_and(|it| it.file_name().to_string_lossy().starts_with("restoring-"))
    });
    assert_eq!(left.count(), 0, "nothing is left behind");
}

#[test]
fn the_agent_archives_takes_backups_tests_them_and_tells() {
    let realm = Realm::new().by_the_reader();
    let agent = Agent::start(&realm, &["--disk", "postgres=/tmp"]);
    agent.wait("massless_disk_used_ratio{dir=\"postgres\"}", 0.0);
    agent.wait("massless_disk_used_ratio{dir=\"backups\"}", 0.0);
    // On a folder without backups it does all of it at once.
    agent.wait("massless_backup_last_success_timestamp_seconds{kind=\"base\"}", 1e9);
    agent.wait("massless_backup_last_success_timestamp_seconds{kind=\"dump\"}", 1e9);
    agent.wait("massless_restore_test_last_success_timestamp_seconds", 1e9);
    agent.wait("massless_wal_receiver_up", 0.0);
    agent.wait("massless_backup_bytes{kind=\"base\"}", 1e5);
    let page = agent.page();
    assert!(page.contains("massless_backup_task_ok{task=\"restore-test\"} 1"), "{page}");
    let (code, verified) = realm.ask_agent("verify");
    assert_eq!((code, &verified["violations"]), (Some(0), &Value::from(0)));

    // A task that fails is told, and what was good before is not forgotten.
    let dump = std::fs::read_dir(realm.backups.path()).unwrap().map(|it| it.unwrap().path());
    let dump = dump.filter(|path| path.extension().is_some_and(|it| it == "pgdump")).max();
    std::fs::write(dump.unwrap(), b"damaged").unwrap();
    assert_eq!(realm.ask_agent("restore-test").0, Some(1));
    let page = agent.page();
    assert!(page.contains("massless_backup_task_ok{task=\"restore-test\"} 0"), "{page}");
    agent.wait("massless_restore_test_last_success_timestamp_seconds", 1e9);

    let measured: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned))
        .collect();
    let read = |name: &str| std::fs::read_to_string(boards::docker().join(name)).unwrap();
    let text = read("prometheus/alerts.yml") + &read("grafana/dashboards/backups.json");
    let mut shown = boards::metrics_in(&text);
    shown.retain(|name| boards::is_of_agent(name));
    let unknown: Vec<_> = shown.difference(&measured).collect();
    let unseen: Vec<_> = measured.iter().filter(|name| !text.contains(name.as_str())).collect();
    assert!(
        unknown.is_empty() && unseen.is_empty(),
        "not measured {unknown:?}; not shown {unseen:?}"
    );
}

/// Folders of archives.
fn archives(realm: &Realm) -> usize {
    std::fs::read_dir(realm.backups.path().join("wal")).map_or(0, Iterator::count)
}

#[test]
fn where_the_server_has_not_kept_the_log_a_new_archive_begins() {
    let realm = Realm::new();
    let agent = Agent::start(&realm, &[]);
    agent.wait("massless_backup_last_success_timestamp_seconds{kind=\"base\"}", 1e9);
    let first = std::fs::read(realm.backups.path().join("status/base.json")).unwrap();
    drop(agent);
    let begun = Instant::now();
    // The slot is free a moment after who held it is gone.
    while realm.postgres.sql("realm", "SELECT count(*) FROM pg_replication_slots WHERE active")
        != "0"
    {
        assert!(begun.elapsed() < PATIENCE, "the slot is still held");
    }
    realm.postgres.sql("realm", "SELECT pg_drop_replication_slot('massless_backup')");
    for turn in 0..8 {
        realm.mark(&format!("mark {turn}"));
        realm.postgres.sql("realm", "SELECT pg_switch_wal()");
        realm.postgres.sql("realm", "CHECKPOINT");
    }
    let agent = Agent::start(&realm, &[]);
    let begun = Instant::now();
    while archives(&realm) < 2
        || std::fs::read(realm.backups.path().join("status/base.json")).unwrap() == first
    {
        assert!(begun.elapsed() < PATIENCE, "no new archive begins");
        std::thread::sleep(Duration::from_millis(50));
    }
    agent.wait("massless_backup_task_ok{task=\"base\"}", 0.0);
    drop(agent);
    let (code, line) =
        realm.ask(&["restore", "--from", ".", "--to-time", "latest", "--into", "newest"]);
    assert_eq!(code, Some(0), "{line}");
    assert_eq!(realm.marks("newest").len(), 8, "the new base backup has them all");
}

#[test]
fn a_task_that_these_settings_have_not_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display().to_string();
    for task in ["base", "smoke"] {
        let arguments = ["backup-agent", "--to", &to, "--data", &to, "--once", task];
        assert_eq!(massless(&arguments).output().unwrap().status.code(), Some(2), "{task}");
    }
}
