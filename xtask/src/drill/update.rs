//! A live server is updated to a newer build, and goes back to the older one.
//!
//! ```text
//! blue (older) -- newer migrates, newer stands by, blue drains --> green (newer)
//! green (newer) -- older stands by on the newer tables, green drains --> blue (older)
//! ```
//!
//! Behind production's proxy, on PostgreSQL and Redis. The players of the way forward are of the older build, as
//! pages are that were loaded before the update: merchants with journals, and walkers. Before the way back the
//! walkers are replaced by merchants of the newer build, as pages are that were loaded since; the older host
//! refuses their version, and they fall back to the one before.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use massless_testbed::{Durability, Postgres, Redis};
use serde_json::{Value, json};

use super::builds::{self, Build, Builds};
use super::journals::{self, percentile};
use super::{Arguments, Promise};
use crate::deploy::place::{BLUE, GREEN, PATIENCE, Place};
use crate::deploy::process::Process;
use crate::project::Project;
use crate::realm::micros;
use crate::verdict::Verdict;

/// Name of the database.
const DATABASE: &str = "massless";
/// Milliseconds that one player may miss, all but one in a hundred. Source: targets U5.
const GAP_MILLIS: f64 = 3_000.0;
/// Seconds from the first cut until everybody is back. Source: the same.
const TOTAL_SECONDS: f64 = 30.0;
/// Time of play before a drain, and after it.
const PLAY_TIME: Duration = Duration::from_secs(12);
/// Time in which everybody has to be in. Reason: passwords are hashed one after the other, 33 ms each.
const IN_TIME: Duration = Duration::from_secs(120);
/// Time the players may take to end: what is on its way is waited for.
const END_TIME: Duration = Duration::from_secs(120);
/// One in so many only walks.
const WALKERS: u32 = 4;

/// The way from one host to the other.
struct Way {
    name: &'static str,
    /// When the players were cut off, microseconds since 1970.
    cut: u64,
    /// From then on: the end of the one, and the other one ready.
    ended_s: f64,
    ready_s: f64,
}

/// All that was seen.
struct Seen {
    ways: Vec<Way>,
    walkers: Vec<Value>,
    /// What the hosts said of themselves, the older and the newer one.
    versions: [Value; 2],
    migrated: Vec<Value>,
    report: Value,
    bots: Vec<Vec<journals::Line>>,
}

/// Drills, then checks.
pub(super) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let begun = Instant::now();
    let builds = builds::of(project, arguments.from.as_deref())?;
    let seen = drill(project, arguments, &builds)?;
    let promises = promises(&seen)?;
    let differs = ["content", "protocol"].iter().all(|what| {
        let [old, new] = &seen.versions;
        !old[*what].is_null() && old[*what] != new[*what]
    });
    let is_void = !differs
        || seen.migrated.is_empty()
        || seen.report["acknowledged"].as_u64().unwrap_or(0) == 0;
    let verdict = if is_void {
        Verdict::Void
    } else if promises.iter().all(Promise::is_kept) {
        Verdict::Met
    } else {
        Verdict::Missed
    };
    super::say(arguments, &promises, verdict);
    if arguments.json {
        let mut line = super::line(arguments, &promises, (&seen.report, verdict), begun);
        tell(&mut line, &seen, &builds);
        println!("{line}");
    }
    Ok(verdict)
}

/// The fields that other drills do not have.
fn tell(line: &mut Value, seen: &Seen, builds: &Builds) {
    let [old, new] = &seen.versions;
    line["from_commit"] = json!(builds.old.commit);
    line["to_commit"] = json!(builds.new.commit);
    line["put_in"] = builds.put_in.iter().map(|step| step.word()).collect();
    line["steps"] = json!({
        "migrations": seen.migrated,
        "content": [old["content"], new["content"]],
        "wire": [old["protocol"], new["protocol"]],
    });
    let gap = |name: &str| line[format!("gap_ms_{name}")].clone();
    line["gap_ms"] = json!({ "p50": gap("p50"), "p99": gap("p99"), "max": gap("max") });
    line["ways"] = seen
        .ways
        .iter()
        .map(|way| {
            let (mut gaps, lost) = journals::gaps(&seen.bots, &[way.cut]);
            let mut at = |share| percentile(&mut gaps, share).round();
            json!({
                "way": way.name,
                "gap_ms": { "p50": at(0.5), "p99": at(0.99), "max": at(1.0) },
                "lost": lost,
                "ended_s": way.ended_s,
                "ready_s": way.ready_s,
            })
        })
        .collect();
    line["walkers"] = json!(seen.walkers);
}

fn promises(seen: &Seen) -> Result<Vec<Promise>> {
    let (mut all, mut lost, mut total) = (Vec::new(), 0, 0.0_f64);
    for way in &seen.ways {
        let (gaps, missing) = journals::gaps(&seen.bots, &[way.cut]);
        total = gaps.iter().copied().fold(total, |most, gap| most.max(gap / 1_000.0));
        total = total.max(way.ready_s);
        lost += missing;
        all.extend(gaps);
    }
    let walker = |name: &str| {
        let values = seen.walkers.iter().filter_map(|line| line["gap_ms"][name].as_f64());
        values.fold(0.0, f64::max)
    };
    let walkers_lost = seen.walkers.iter().filter_map(|line| line["lost"].as_u64()).sum::<u64>();
    let mut promises = vec![
        Promise::told("gap_ms_p50", percentile(&mut all, 0.5)),
        Promise::at_most("gap_ms_p99", percentile(&mut all, 0.99), GAP_MILLIS),
        Promise::told("gap_ms_max", percentile(&mut all, 1.0)),
        Promise::at_most("walkers_gap_ms_p99", walker("p99"), GAP_MILLIS),
        Promise::at_most("total_s", total.max(walker("max") / 1_000.0), TOTAL_SECONDS),
        Promise::at_most("sessions_lost", (lost + walkers_lost) as f64, 0.0),
    ];
    for name in ["lost", "doubled", "violations"] {
        let count = seen.report[name].as_f64().with_context(|| format!("no {name} told"))?;
        promises.push(Promise::at_most(name, count, 0.0));
    }
    Ok(promises)
}

/// The place with the databases that its hosts use.
struct Ground {
    place: Place,
    postgres: Postgres,
    // Ends when the drill does.
    _redis: Redis,
}

fn drill(project: &Project, arguments: &Arguments, builds: &Builds) -> Result<Seen> {
    let (postgres, redis) = (Postgres::start_private(Durability::Disk), Redis::start());
    postgres.create_database(DATABASE, None);
    let mut place = Place::new(project)?;
    place.folder.disable_cleanup(arguments.keep);
    place.server.clone_from(&builds.new.server);
    place.variables = vec![
        ("DATABASE_URL".to_owned(), postgres.url(DATABASE)),
        ("REDIS_URL".to_owned(), redis.url()),
        // Walkers come by a name alone.
        ("MASSLESS_AUTH_GUESTS".to_owned(), "true".to_owned()),
    ];
    let ground = Ground { place, postgres, _redis: redis };
    let seen = ground.drill(project, arguments, builds);
    if arguments.keep || seen.is_err() {
        eprintln!("logs and journals are in {}", ground.place.folder.path().display());
    }
    seen
}

impl Ground {
    fn drill(&self, project: &Project, arguments: &Arguments, builds: &Builds) -> Result<Seen> {
        let Builds { old, new, .. } = builds;
        let clients = arguments.clients();
        let walkers = (clients / WALKERS).max(2) & !1;
        let merchants = (clients - walkers) & !1;
        let place = &self.place;
        self.tool(old, &["migrate"])?;
        self.tool(old, &["seed", "--players", &(merchants + walkers).to_string(), "--seed", "1"])?;
        let mut blue = place.host(&old.server, BLUE, &[])?;
        place.ready(BLUE, &mut blue)?;
        let _caddy = place.caddy(project)?;
        let mut seen = Seen {
            ways: Vec::new(),
            walkers: Vec::new(),
            versions: [self.version(BLUE)?, Value::Null],
            migrated: Vec::new(),
            report: Value::Null,
            bots: Vec::new(),
        };
        let mut older = self.merchants(old, (0, merchants), arguments.seed)?;
        let mut newer: Option<Process> = None;
        for round in 0..arguments.rounds() {
            let mut walking = self.walkers(old, walkers, arguments.seed)?;
            self.play(BLUE, merchants + walkers)?;
            let migrated = self.tool(new, &["migrate", "--json"])?;
            seen.migrated.extend(migrated["applied"].as_array().into_iter().flatten().cloned());
            let (way, green) = self.hand_over("forward", (BLUE, blue), (GREEN, new), arguments)?;
            say(round, &way);
            seen.ways.push(way);
            self.play(GREEN, merchants + walkers)?;
            seen.versions[1] = self.version(GREEN)?;
            ensure!(walking.ended()?.is_none(), "the walkers ended: {}", walking.words());
            seen.walkers.push(end(&mut walking)?);

            let mut fresh = self.merchants(new, (merchants, walkers), arguments.seed)?;
            self.play(GREEN, merchants + walkers)?;
            let (way, back) = self.hand_over("back", (GREEN, green), (BLUE, old), arguments)?;
            blue = back;
            say(round, &way);
            seen.ways.push(way);
            self.play(BLUE, merchants + walkers)?;
            ensure!(fresh.ended()?.is_none(), "the newer players ended: {}", fresh.words());
            if round + 1 < arguments.rounds() {
                end(&mut fresh)?;
            } else {
                newer = Some(fresh);
            }
        }
        ensure!(older.ended()?.is_none(), "the older players ended: {}", older.words());
        for bots in [Some(&mut older), newer.as_mut()].into_iter().flatten() {
            end(bots)?;
        }
        blue.terminate();
        let ended = blue.wait(PATIENCE)?;
        ensure!(ended.success(), "blue ended badly: {}", blue.words());
        let journal = place.folder.path().join("journal");
        let journal = journal.to_str().context("a plain path")?;
        seen.report = self.tool(new, &["verify", "--json", "--journal", journal])?;
        seen.bots = journals::read(Path::new(journal))?;
        Ok(seen)
    }

    /// A command of a build with the line of JSON it ends with, whatever it says.
    fn tool(&self, build: &Build, arguments: &[&str]) -> Result<Value> {
        let output = self.place.massless(&build.server).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let is_told = line.is_some() && arguments.contains(&"--json");
        ensure!(
            output.status.success() || is_told,
            "massless {}: {}\n{}",
            arguments[0],
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(line.unwrap_or_default())
    }

    fn version(&self, address: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.place.told(address, "/version")?)?)
    }

    fn merchants(&self, build: &Build, (first, count): (u32, u32), seed: u64) -> Result<Process> {
        let mut command = self.place.massless(&build.server);
        command.args(["bots", "economy", "--seconds", "86400", "--json", "--journal", "journal"]);
        command.args(["--url", &self.place.url(), "--seed", &seed.to_string()]);
        command.args(["--first", &first.to_string(), "--clients", &count.to_string()]);
        Process::start(&mut command, self.place.folder.path(), &format!("merchants-{first}"))
    }

    fn walkers(&self, build: &Build, count: u32, seed: u64) -> Result<Process> {
        let mut command = self.place.massless(&build.server);
        command.args(["bots", "walk", "--come-back", "--json", "--url", &self.place.url()]);
        command.args(["--clients", &count.to_string(), "--seed", &seed.to_string()]);
        Process::start(&mut command, self.place.folder.path(), "walkers")
    }

    /// Waits until all are in, and lets them play.
    fn play(&self, address: &str, players: u32) -> Result<()> {
        let begun = Instant::now();
        let mut count = 0.0;
        while count < f64::from(players) {
            ensure!(begun.elapsed() < IN_TIME, "only {count} of {players} players are in");
            std::thread::sleep(Duration::from_millis(100));
            let page = self.place.told(address, "/metrics").unwrap_or_default();
            let lines = page.lines().filter(|line| line.starts_with("massless_players{"));
            count = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum();
        }
        std::thread::sleep(PLAY_TIME);
        Ok(())
    }

    /// The one drains and ends, the other takes over.
    fn hand_over(
        &self,
        name: &'static str,
        (from, mut before): (&str, Process),
        (to, build): (&str, &Build),
        arguments: &Arguments,
    ) -> Result<(Way, Process)> {
        let place = &self.place;
        let mut after = place.host(&build.server, to, &["--standby"])?;
        place.answers((to, "/livez"), &mut after)?;
        let notice = format!("{}s", arguments.notice);
        let admin = place.admin.to_string();
        let drain = ["drain", "--host", from, "--no-wait", "--admin-port", &admin, "--notice"];
        let ordered = (Instant::now(), micros());
        place.tool(&[&drain[..], &[notice.as_str()]].concat())?;
        let notice = Duration::from_secs(arguments.notice);
        let ended = before.wait(PATIENCE + notice)?;
        ensure!(ended.success(), "the host ended badly: {}", before.words());
        let since_cut = || (ordered.0.elapsed().saturating_sub(notice)).as_secs_f64();
        let ended_s = since_cut();
        place.ready(to, &mut after)?;
        let way = Way {
            name,
            cut: ordered.1 + arguments.notice * 1_000_000,
            ended_s,
            ready_s: since_cut(),
        };
        let tables = self.postgres.sql(DATABASE, "SELECT count(*) FROM __diesel_schema_migrations");
        eprintln!("  {} migrations are applied, {to} serves", tables.trim());
        Ok((way, after))
    }
}

fn say(round: u32, way: &Way) {
    let Way { name, ended_s, ready_s, .. } = way;
    eprintln!(
        "update {}: {name}: from the cut {ended_s:.2} s to the end of the host, {ready_s:.2} s until the \
         other was ready",
        round + 1
    );
}

/// Tells players to end; the line of JSON they end with.
fn end(bots: &mut Process) -> Result<Value> {
    bots.terminate();
    bots.wait(END_TIME)?;
    let text = bots.text();
    let line = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
    line.with_context(|| format!("players ended badly: {}", bots.words()))
}
