//! Disks are full: PostgreSQL's with its log, then that of Redis, then that of the host's own files; and there is
//! room again each time.
//!
//! PostgreSQL refuses at first what needs a new page; then it is made to need a new segment of its log, for which it
//! ends itself, as it does. Who looks after services starts it again once there is room; here that is the drill.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::disks::Ballast;
use super::journals::{self, Line, percentile};
use super::{Arguments, LAST_TIME, Promise, progress};
use crate::draw::Draw;
use crate::realm::{Disks, Realm, micros};

/// Milliseconds until an operation is refused. Source: reliability F2, which holds for F6, too.
const REFUSED_MILLIS: f64 = 1_000.0;
/// Seconds until business goes on after there is room: the circuit's pause and what PostgreSQL plays again.
const RECOVERED_SECONDS: f64 = 15.0;
/// Hertz of which a second of ticks may fall short: one tick in twenty.
const SLOW_HERTZ: f64 = 1.0;
const HERTZ: f64 = 20.0;
/// Share of a disk above which somebody is called. Source: the alert DiskFilling.
const ALERT_RATIO: f64 = 0.85;
/// Milliseconds of play before a disk fills, and that it stays full.
const PLAY_MILLIS: (u64, u64) = (3_000, 5_000);
const FULL_MILLIS: (u64, u64) = (6_000, 9_000);
/// Time between two looks at what became free.
const TOP_UP_PAUSE: Duration = Duration::from_millis(200);
/// Time PostgreSQL has to come back by itself.
const RETURN_TIME: Duration = Duration::from_secs(5);
/// Time in which a host that could keep nobody has to say that it can.
const READY_TIME: Duration = Duration::from_secs(20);

/// One disk that was full.
struct Blow {
    full: u64,
    free: u64,
    hertz: f64,
}

/// All of them.
#[derive(Default)]
struct Blows {
    postgres: Vec<Blow>,
    others: Vec<Blow>,
    /// Whether `/readyz` ever said no while PostgreSQL's disk was full.
    unready: bool,
    /// Restarts of PostgreSQL by the drill.
    restarts: u32,
    /// Times the host did not say how full its disk is, or not that its log broke off.
    silent: u32,
}

pub(super) fn run(realm: &mut Realm, arguments: &Arguments) -> Result<Vec<Promise>> {
    let disks = realm.disks().cloned().context("the drill has disks of its own")?;
    let mut draw = Draw::of(arguments.seed);
    let mut blows = Blows::default();
    for round in 0..arguments.rounds() {
        postgres(realm, (&disks, &mut draw), &mut blows)?;
        progress(arguments, round, "PostgreSQL's disk was full");
        redis(realm, (&disks, &mut draw), &mut blows)?;
        progress(arguments, round, "that of Redis was full");
        data(realm, (&disks, &mut draw), &mut blows)?;
        progress(arguments, round, "that of the host was full");
    }
    realm.let_play(LAST_TIME)?;
    realm.end_bots()?;
    figures(&blows, &journals::read(&realm.journals())?)
}

fn postgres(
    realm: &mut Realm,
    (disks, draw): (&Disks, &mut Draw),
    blows: &mut Blows,
) -> Result<()> {
    realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
    let full = micros();
    let mut ballast = Ballast::fill(&disks.postgres)?;
    let before = Ticks::read(realm)?;
    play_full(realm, &mut ballast, draw.millis(FULL_MILLIS.0, FULL_MILLIS.1))?;
    // A new segment, for which there is no room.
    let url = realm.postgres.as_ref().context("there is no PostgreSQL")?.url("postgres");
    let mut switch = Command::new("psql");
    switch
        .args(["--no-psqlrc", "--command", "SELECT pg_switch_wal()", "--command", "CHECKPOINT"])
        .arg(&url);
    let _ = switch.output();
    play_full(realm, &mut ballast, draw.millis(FULL_MILLIS.0, FULL_MILLIS.1))?;
    blows.unready |= !realm.is_ready();
    let hertz = before.hertz(realm)?;
    drop(ballast);
    let free = micros();
    if !answers(realm, &url)? {
        blows.restarts += 1;
        let postgres = realm.postgres.as_mut().context("there is no PostgreSQL")?;
        postgres.kill();
        postgres.start_again();
    }
    blows.postgres.push(Blow { full, free, hertz });
    let begun = Instant::now();
    while !realm.is_ready() && begun.elapsed() < READY_TIME {
        realm.let_play(TOP_UP_PAUSE)?;
    }
    anyhow::ensure!(realm.is_ready(), "the host is not ready {READY_TIME:?} after there was room");
    Ok(())
}

fn redis(realm: &mut Realm, (disks, draw): (&Disks, &mut Draw), blows: &mut Blows) -> Result<()> {
    realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
    let blow = other(realm, &disks.redis, draw.millis(FULL_MILLIS.0, FULL_MILLIS.1))?;
    blows.others.push(blow);
    Ok(())
}

fn data(realm: &mut Realm, (disks, draw): (&Disks, &mut Draw), blows: &mut Blows) -> Result<()> {
    realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
    let errors = realm.metric("massless_recorder_errors_total").context("no errors are told")?;
    let full = micros();
    let mut ballast = Ballast::fill(&disks.data)?;
    let before = Ticks::read(realm)?;
    play_full(realm, &mut ballast, draw.millis(FULL_MILLIS.0, FULL_MILLIS.1))?;
    let ratio = realm.metric("massless_disk_used_ratio{dir=\"data\"").unwrap_or(0.0);
    let broken = realm.metric("massless_recorder_errors_total").unwrap_or(0.0) - errors;
    blows.silent += u32::from(ratio <= ALERT_RATIO) + u32::from(broken <= 0.0);
    let hertz = before.hertz(realm)?;
    drop(ballast);
    blows.others.push(Blow { full, free: micros(), hertz });
    Ok(())
}

fn other(realm: &mut Realm, disk: &Path, time: Duration) -> Result<Blow> {
    let full = micros();
    let mut ballast = Ballast::fill(disk)?;
    let before = Ticks::read(realm)?;
    play_full(realm, &mut ballast, time)?;
    let hertz = before.hertz(realm)?;
    drop(ballast);
    Ok(Blow { full, free: micros(), hertz })
}

fn play_full(realm: &mut Realm, ballast: &mut Ballast, time: Duration) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < time {
        realm.let_play(TOP_UP_PAUSE)?;
        ballast.top_up();
    }
    Ok(())
}

/// Whether PostgreSQL is back by itself.
fn answers(realm: &mut Realm, url: &str) -> Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < RETURN_TIME {
        if !realm.postgres.as_ref().is_some_and(massless_testbed::Postgres::is_running) {
            return Ok(false);
        }
        let ask =
            Command::new("psql").args(["--no-psqlrc", "--command", "SELECT 1"]).arg(url).output();
        if ask.context("psql cannot be started")?.status.success() {
            return Ok(true);
        }
        realm.let_play(TOP_UP_PAUSE)?;
    }
    Ok(false)
}

/// Ticks at a moment.
struct Ticks {
    at: Instant,
    count: f64,
}

impl Ticks {
    fn read(realm: &Realm) -> Result<Self> {
        let ticks = realm.metric("massless_tick_duration_seconds_count{zone=\"1\"");
        Ok(Self { at: Instant::now(), count: ticks.context("no ticks are told")? })
    }

    /// Ticks a second since then.
    fn hertz(&self, realm: &Realm) -> Result<f64> {
        let now = Self::read(realm)?;
        Ok((now.count - self.count) / (now.at - self.at).as_secs_f64())
    }
}

fn figures(blows: &Blows, bots: &[Vec<Line>]) -> Result<Vec<Promise>> {
    let (mut refused, mut slowest, mut recovered) = (0, 0.0_f64, 0.0_f64);
    for blow in &blows.postgres {
        let (_, count, longest) = journals::within(bots, (blow.full, blow.free));
        refused += count;
        slowest = slowest.max(longest);
        let millis = journals::until_done(bots, blow.free).context("no business afterwards")?;
        recovered = recovered.max(millis / 1_000.0);
    }
    let done = |blow: &Blow| journals::within(bots, (blow.full, blow.free)).0;
    let idle = blows.others.iter().filter(|blow| done(blow) == 0).count();
    let all = blows.postgres.iter().chain(&blows.others);
    let mut slow: Vec<f64> = all.map(|blow| HERTZ - blow.hertz).collect();
    let nothing_refused =
        blows.postgres.iter().filter(|blow| journals::within(bots, (blow.full, blow.free)).1 == 0);
    Ok(vec![
        Promise::told("refused_while_full", refused as f64),
        Promise::at_most("fillings_without_refusal", nothing_refused.count() as f64, 0.0),
        Promise::at_most("refused_ms_max", slowest, REFUSED_MILLIS),
        Promise::at_most("recovered_s", recovered, RECOVERED_SECONDS),
        Promise::at_most("hertz_missing_max", percentile(&mut slow, 1.0), SLOW_HERTZ),
        Promise::at_most("sessions_lost", journals::comings_back(bots) as f64, 0.0),
        Promise::at_most("fillings_without_business", idle as f64, 0.0),
        Promise::at_most("fillings_not_told", f64::from(blows.silent), 0.0),
        Promise::at_most("ready_all_the_time", f64::from(u8::from(!blows.unready)), 0.0),
        Promise::told("postgres_restarts", f64::from(blows.restarts)),
    ])
}
