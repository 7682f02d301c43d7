//! Cost of telling clients what changed: the replicator with people in process, without sockets.

use std::time::Instant;

use anyhow::{Result, anyhow};
use massless_core::ids::ZoneId;
use massless_core::par::with_threads;
use massless_core::zone::{NoProbe, Zone};
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};

use crate::naive;
use crate::report::{Report, Target, percentile};
use crate::zones::{self, Crowd};

const SIZE_METRES: u32 = 512;
const CREATURES: u32 = 200;
/// Ticks until everybody has been told who is there.
const WARM_TICKS: u32 = 100;
const TICKS: u32 = 200;

/// What one scene took.
struct Cost {
    milliseconds: Vec<f64>,
    pairs: u64,
    records: u64,
    bytes: u64,
    frames: u64,
    /// The same ticks without any of the replicator's ideas.
    naive: naive::Cost,
}

/// Bits of a frame that shows nobody else: its head and the own state of somebody who walks alone.
fn bits_of_a_frame_alone(seed: u64) -> Result<f64> {
    let crowd = Crowd { people: 1, spread_metres: 100.0, size_metres: SIZE_METRES as f32 };
    let cost = with_threads(1, || measure(&crowd, 0, seed))?;
    Ok(cost.bytes as f64 * 8.0 / cost.frames as f64)
}

/// People spread over the map, and people in one crowd.
pub(crate) fn run(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench replication", seed);
    let half = SIZE_METRES as f32 / 2.0;
    let alone = bits_of_a_frame_alone(seed)?;
    report.add("a frame that shows nobody else", alone, "bits", Target::None);
    for (name, people, spread) in
        [("uniform", 1_000, half), ("uniform", 4_000, half), ("crowd", 1_000, 21.0)]
    {
        let crowd = Crowd { people, spread_metres: spread, size_metres: SIZE_METRES as f32 };
        let mut cost = with_threads(1, || measure(&crowd, CREATURES, seed))?;
        let title = format!("{people} clients {name}");
        let total: f64 = cost.milliseconds.iter().sum();
        let tick = percentile(&mut cost.milliseconds, 0.5);
        let tick_target = if people == 4_000 { Target::AtMost(25.0) } else { Target::None };
        report.add(&format!("{title}, tick p50"), tick, "ms", tick_target);
        let pair = total * 1e6 / cost.pairs as f64;
        report.add(&format!("{title}, per due pair"), pair, "ns", Target::AtMost(140.0));
        let bits = cost.bytes as f64 * 8.0 / cost.records as f64;
        report.add(
            &format!("{title}, per record, all included"),
            bits,
            "bits",
            Target::AtMost(40.0),
        );
        let others = (cost.bytes as f64 * 8.0 - alone * cost.frames as f64) / cost.records as f64;
        let name_alone = format!("{title}, per record, without head and own state");
        report.add(&name_alone, others, "bits", Target::None);
        // Who goes on as it was told is due, and nothing is sent.
        let due_bits = cost.bytes as f64 * 8.0 / cost.pairs as f64;
        report.add(&format!("{title}, per due pair, all included"), due_bits, "bits", Target::None);
        let plain = cost.naive;
        let per_pair = plain.milliseconds * 1e6 / plain.records as f64;
        report.add(&format!("{title}, naive per pair"), per_pair, "ns", Target::None);
        let per_record = plain.bytes as f64 * 8.0 / plain.records as f64;
        report.add(&format!("{title}, naive per record"), per_record, "bits", Target::None);
        let whole = plain.milliseconds / f64::from(TICKS);
        report.add(&format!("{title}, naive tick, mean"), whole, "ms", Target::None);
        let times = plain.bytes as f64 / cost.bytes as f64;
        report.add(&format!("{title}, naive sends more"), times, "times", Target::None);
        let seconds = f64::from(TICKS) / 20.0;
        let sent = cost.bytes as f64 / 1e3 / seconds / f64::from(people);
        let sent_target = if name == "uniform" { 6.0 } else { 12.0 };
        report.add(&format!("{title}, sent to each"), sent, "kB/s", Target::AtMost(sent_target));
        let due = cost.pairs as f64 / cost.frames as f64;
        report.add(&format!("{title}, pairs due per client and tick"), due, "", Target::None);
    }
    Ok(report)
}

fn measure(crowd: &Crowd, creatures: u32, seed: u64) -> Result<Cost> {
    let mut zone: Zone = zones::settled(creatures, Some(SIZE_METRES), seed)?;
    let content = zone.content();
    let map = &content.zone(ZoneId::new(1)).ok_or_else(|| anyhow!("the zone exists"))?.map;
    let mut replicator = Replicator::new(InterestSettings::GAME, map.clone());
    let joins = crowd.join();
    for join in &joins {
        replicator.join(join.player());
    }
    zone.step(&joins, &mut NoProbe);
    let link = Link { writable: true, ..Link::default() };
    let mut milliseconds = Vec::new();
    let mut bytes = 0_u64;
    let mut frames = 0_u64;
    let (mut naive, mut buffer) = (naive::Cost::default(), Vec::new());
    let mut before = replicator.counts();
    for tick in 0..WARM_TICKS + TICKS {
        if tick == WARM_TICKS {
            (milliseconds, bytes, frames, before) = (Vec::new(), 0, 0, replicator.counts());
        }
        let output = zone.step(&crowd.walk(tick + 1), &mut NoProbe);
        let start = Instant::now();
        replicator.update(
            output.view,
            output.events,
            |_| link,
            |_, frame| {
                bytes += frame.len() as u64;
                frames += 1;
            },
        );
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        if tick >= WARM_TICKS {
            let cost = naive::tick(output.view, &mut buffer);
            naive.milliseconds += cost.milliseconds;
            naive.records += cost.records;
            naive.bytes += cost.bytes;
        }
    }
    let counts = replicator.counts();
    Ok(Cost {
        milliseconds,
        pairs: counts.pairs_due - before.pairs_due,
        records: counts.records - before.records,
        bytes,
        frames,
        naive,
    })
}
