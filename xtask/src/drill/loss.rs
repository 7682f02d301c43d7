//! A database goes while people play, and comes back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::journals::{self, percentile};
use super::{Arguments, LAST_TIME, Promise, progress};
use crate::draw::Draw;
use crate::realm::{Realm, micros};

/// Milliseconds until an operation is refused while PostgreSQL is away. Source: reliability F2.
const REFUSED_MILLIS: f64 = 1_000.0;
/// Seconds until business goes on after it is back. Source: the same.
const RECOVERED_SECONDS: f64 = 5.0;
/// Hertz of which a second of ticks may fall short while it is away: one tick in twenty, as measured.
const SLOW_HERTZ: f64 = 1.0;
/// Ticks a second.
const HERTZ: f64 = 20.0;
/// Milliseconds of play between two losses, and of a loss.
const PLAY_MILLIS: (u64, u64) = (4_000, 8_000);
const AWAY_MILLIS: (u64, u64) = (2_000, 6_000);
/// Counts the ticks of the zone in which the bots are.
const TICKS: &str = "massless_tick_duration_seconds_count{zone=\"1\"";

/// One loss.
struct Blow {
    gone: u64,
    back: u64,
    hertz: f64,
}

pub(super) fn of_postgres(realm: &mut Realm, arguments: &Arguments) -> Result<Vec<Promise>> {
    let mut draw = Draw::of(arguments.seed);
    let mut blows = Vec::new();
    for round in 0..arguments.rounds() {
        realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
        let gone = micros();
        // By turns a power cut and an update.
        if round % 2 == 0 {
            postgres(realm)?.kill();
        } else {
            postgres(realm)?.stop();
        }
        let hertz = play_without(realm, draw.millis(AWAY_MILLIS.0, AWAY_MILLIS.1))?;
        postgres(realm)?.start_again();
        blows.push(Blow { gone, back: micros(), hertz });
        let what = if round % 2 == 0 { "killed" } else { "stopped" };
        progress(arguments, round, &format!("PostgreSQL was {what}, {hertz:.1} ticks a second"));
    }
    finish(realm)?;
    let bots = journals::read(&realm.journals())?;
    let (mut refused, mut slowest, mut recovered) = (0, 0.0_f64, 0.0_f64);
    for blow in &blows {
        let (_, count, longest) = journals::within(&bots, (blow.gone, blow.back));
        refused += count;
        slowest = slowest.max(longest);
        let millis = journals::until_done(&bots, blow.back);
        recovered = recovered.max(millis.context("no business after PostgreSQL came back")?);
    }
    let mut promises = common(&bots, &blows);
    promises.extend([
        Promise::told("refused_while_away", refused as f64),
        Promise::at_most("refused_ms_max", slowest, REFUSED_MILLIS),
        Promise::at_most("recovered_s", recovered / 1_000.0, RECOVERED_SECONDS),
    ]);
    Ok(promises)
}

pub(super) fn of_redis(realm: &mut Realm, arguments: &Arguments) -> Result<Vec<Promise>> {
    let mut draw = Draw::of(arguments.seed);
    let mut blows = Vec::new();
    for round in 0..arguments.rounds() {
        realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
        let gone = micros();
        redis(realm)?.flush();
        if round % 2 == 1 {
            redis(realm)?.kill();
        }
        let hertz = play_without(realm, draw.millis(AWAY_MILLIS.0, AWAY_MILLIS.1))?;
        if round % 2 == 1 {
            redis(realm)?.start_again();
        }
        blows.push(Blow { gone, back: micros(), hertz });
        let what = if round % 2 == 1 { "emptied and away" } else { "emptied" };
        progress(arguments, round, &format!("Redis was {what}, {hertz:.1} ticks a second"));
    }
    finish(realm)?;
    let bots = journals::read(&realm.journals())?;
    let spans = blows.iter().map(|blow| journals::within(&bots, (blow.gone, blow.back)));
    let done: Vec<u64> = spans.map(|(done, ..)| done).collect();
    let idle = done.iter().filter(|count| **count == 0).count();
    let mut promises = common(&bots, &blows);
    promises.extend([
        Promise::told("done_while_away", done.iter().sum::<u64>() as f64),
        Promise::at_most("losses_without_business", idle as f64, 0.0),
    ]);
    Ok(promises)
}

fn common(bots: &[Vec<journals::Line>], blows: &[Blow]) -> Vec<Promise> {
    let away = blows.iter().map(|blow| (blow.back - blow.gone) as f64 / 1_000_000.0);
    let mut slow: Vec<f64> = blows.iter().map(|blow| HERTZ - blow.hertz).collect();
    vec![
        Promise::told("away_s", away.sum()),
        Promise::at_most("hertz_missing_max", percentile(&mut slow, 1.0), SLOW_HERTZ),
        Promise::at_most("sessions_lost", journals::comings_back(bots) as f64, 0.0),
    ]
}

/// Lets everybody play for a while; the ticks a second meanwhile.
fn play_without(realm: &mut Realm, time: Duration) -> Result<f64> {
    let begun = Instant::now();
    let before = realm.metric(TICKS).context("no ticks are told")?;
    realm.let_play(time)?;
    let seconds = begun.elapsed().as_secs_f64();
    let after = realm.metric(TICKS).context("no ticks are told")?;
    Ok((after - before) / seconds)
}

fn finish(realm: &mut Realm) -> Result<()> {
    realm.let_play(LAST_TIME)?;
    realm.end_bots()
}

fn postgres(realm: &mut Realm) -> Result<&mut massless_testbed::Postgres> {
    realm.postgres.as_mut().context("there is no PostgreSQL")
}

fn redis(realm: &mut Realm) -> Result<&mut massless_testbed::Redis> {
    realm.redis.as_mut().context("there is no Redis")
}
