//! The host gets kill -9.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::journals::{self, percentile};
use super::{Arguments, LAST_TIME, Promise, progress};
use crate::draw::Draw;
use crate::realm::{Realm, micros};

/// Seconds until one can join again. Source: reliability F1, the issue "Run it".
const JOINABLE_SECONDS: f64 = 10.0;
/// Milliseconds until everybody is back. Source: reliability F21.
const BACK_MILLIS: f64 = 60_000.0;
/// Milliseconds of play between two kills.
const PLAY_MILLIS: (u64, u64) = (6_000, 11_000);

pub(super) fn run(realm: &mut Realm, arguments: &Arguments) -> Result<Vec<Promise>> {
    let mut draw = Draw::of(arguments.seed);
    let (mut blows, mut joinable, mut ages) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..arguments.rounds() {
        realm.let_play(draw.millis(PLAY_MILLIS.0, PLAY_MILLIS.1))?;
        blows.push(micros());
        realm.kill_host();
        ages.extend(saved_ages(realm, blows[round as usize])?);
        let time = realm.start_host(None)?.context("the host ended before it was ready")?;
        joinable.push(time.as_secs_f64());
        progress(arguments, round, &format!("one can join after {time:.1?}"));
    }
    realm.let_play(LAST_TIME.max(Duration::from_millis(PLAY_MILLIS.0)))?;
    realm.end_bots()?;
    let (mut gaps, lost) = journals::gaps(&journals::read(&realm.journals())?, &blows);
    Ok(vec![
        Promise::at_most("joinable_s", percentile(&mut joinable, 1.0), JOINABLE_SECONDS),
        Promise::told("gap_ms_p50", percentile(&mut gaps, 0.5)),
        Promise::told("gap_ms_p99", percentile(&mut gaps, 0.99)),
        Promise::at_most("gap_ms_max", percentile(&mut gaps, 1.0), BACK_MILLIS),
        Promise::at_most("sessions_lost", lost as f64, 0.0),
        // Who stands still is not saved again, so the oldest says nothing against the promise of 5 s.
        Promise::told("snapshot_age_s_p50", percentile(&mut ages, 0.5)),
        Promise::told("snapshot_age_s", percentile(&mut ages, 1.0)),
    ])
}

/// For everybody who was held by the host: how old the newest snapshot is, seconds.
fn saved_ages(realm: &Realm, now_micros: u64) -> Result<Vec<f64>> {
    let now = now_micros / 1_000;
    let answer = realm.sql(&format!(
        "SELECT {now} - max(s.saved_at) FROM character_lease l \
         JOIN character_snapshot s ON s.character_id = l.character_id \
         WHERE l.host_id IS NOT NULL GROUP BY l.character_id"
    ))?;
    let millis = answer.lines().filter_map(|line| line.trim().parse::<f64>().ok());
    Ok(millis.map(|millis| millis.max(0.0) / 1_000.0).collect())
}
