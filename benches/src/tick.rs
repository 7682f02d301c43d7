//! Cost of a zone's tick: creatures with brains that walk and collide on Cinder Vale's ground, by
//! number, by system and by thread count; what the state hash takes of it; snapshot and restore.

use std::time::Instant;

use anyhow::Result;
use massless_core::par::with_threads;
use massless_core::units::TICK_MILLIS;
use massless_core::zone::{NoProbe, Probe, Zone};
use serde_json::{Map, json};

use crate::report::{Report, Target, percentile};
use crate::stopwatch::Stopwatch;
use crate::{cores, zones};

/// Ticks measured, but of large zones.
const TICKS: u32 = 200;
/// Ticks times creatures that are measured of a size at most, so that the whole bench ends within a minute
/// or so; and ticks at least.
const WORK_MAX: u32 = 2_000_000;
const TICKS_MIN: u32 = 20;
const SIZES: [u32; 7] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];
/// What still counts as linear: caches hold the smaller sizes and not the larger ones.
const GROWTH_MAX: f64 = 2.0;
/// The number of creatures that the targets name.
const SIZE: u32 = 10_000;

/// Ticks to measure of a zone with so many creatures.
fn ticks_of(size: u32) -> u32 {
    (WORK_MAX / size).clamp(TICKS_MIN, TICKS)
}

/// Milliseconds of each of so many ticks.
fn milliseconds(zone: &mut Zone, ticks: u32, probe: &mut dyn Probe) -> Vec<f64> {
    (0..ticks)
        .map(|_| {
            let start = Instant::now();
            zone.step(&[], probe);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect()
}

/// Tick by number of creatures, one thread.
pub(crate) fn crowd_ai(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench crowd-ai", seed);
    let mut by_size = Map::new();
    let mut per_creature = Vec::new();
    for size in SIZES {
        let mut zone = zones::settled(size, None, seed)?;
        let mut watch = Stopwatch::default();
        let ticks = ticks_of(size);
        let mut times = with_threads(1, || milliseconds(&mut zone, ticks, &mut watch));
        let (median, high) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
        let target = if size == SIZE { Target::AtMost(10.0) } else { Target::None };
        report.add(&format!("{size} creatures, tick p50"), median, "ms", target);
        report.add(&format!("{size} creatures, tick p99"), high, "ms", Target::None);
        per_creature.push(median / f64::from(size));
        let systems = watch.milliseconds(ticks);
        if size == SIZE {
            for (name, sum) in &watch.seconds {
                let each = sum * 1e3 / f64::from(ticks);
                report.add(&format!("    of it {name}"), each, "ms", Target::None);
            }
            report.field("p50_ms", json!(median));
            report.field("p99_ms", json!(high));
            report.field("p99_9_ms", json!(percentile(&mut times, 0.999)));
            report.field("by_system", systems.clone().into());
        }
        by_size.insert(
            size.to_string(),
            json!({"ticks": ticks, "p50_ms": median, "p99_ms": high, "by_system": systems}),
        );
    }
    let growth = per_creature[SIZES.len() - 1] / per_creature[0];
    let title = "cost of one creature, at 100,000 / at 1,000";
    report.add(title, growth, "x", Target::AtMost(GROWTH_MAX));
    plot(&mut report, &per_creature);
    report.field("by_size", by_size.into());
    Ok(report)
}

/// A bar a size: microseconds of one creature in a tick. Equal bars are linear cost.
fn plot(report: &mut Report, milliseconds: &[f64]) {
    let most = milliseconds.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    report.line("creatures      us each".to_owned());
    for (size, each) in SIZES.iter().zip(milliseconds) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=50")]
        let bar = "#".repeat((each / most * 50.0).round() as usize);
        report.line(format!("{size:>9}  {:>10.3}  {bar}", each * 1e3));
    }
}

/// Share of the hash; snapshot and restore of 10,000 creatures.
pub(crate) fn hash(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench hash", seed);
    let mut zone = zones::settled(SIZE, None, seed)?;
    let mut watch = Stopwatch::default();
    let times = with_threads(1, || milliseconds(&mut zone, TICKS, &mut watch));
    let whole: f64 = times.iter().sum();
    let digest = watch.seconds.iter().find(|(name, _)| *name == "digest");
    let digest = digest.map_or(f64::NAN, |(_, seconds)| seconds * 1e3);
    let each = digest / f64::from(TICKS);
    // The target speaks of the tick, which is 50 ms however little of it is needed.
    let share = each / f64::from(TICK_MILLIS) * 100.0;
    report.add("state hash of a 50 ms tick", share, "%", Target::AtMost(1.0));
    report.add("state hash", each, "ms", Target::None);
    report.add("state hash of the work done", digest / whole * 100.0, "%", Target::None);
    let least = |work: &mut dyn FnMut()| {
        (0..20)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64() * 1e3
            })
            .fold(f64::INFINITY, f64::min)
    };
    let snapshot = zone.snapshot();
    let content = zone.content();
    let taken = least(&mut || drop(zone.snapshot()));
    let restored = least(&mut || drop(Zone::restore(content.clone(), &snapshot, 2)));
    report.add("snapshot of 10,000 creatures", taken, "ms", Target::AtMost(2.0));
    report.add("restore of 10,000 creatures", restored, "ms", Target::AtMost(2.0));
    report.add("size of the snapshot", snapshot.len() as f64 / 1e3, "kB", Target::None);
    let again = Zone::restore(content, &snapshot, 2)?;
    assert_eq!(again.snapshot(), snapshot, "a restored zone is the same");
    Ok(report)
}

/// The same ticks on more threads: the same bits, less time.
pub(crate) fn threads(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench threads", seed);
    let start = zones::settled(SIZE, None, seed)?;
    let (snapshot, content) = (start.snapshot(), start.content());
    let mut alone = f64::NAN;
    let mut states = Vec::new();
    for count in [1, 2, 4, 8].into_iter().filter(|count| *count <= cores().max(2)) {
        let mut zone = Zone::restore(content.clone(), &snapshot, 2)?;
        let mut times = with_threads(count, || milliseconds(&mut zone, TICKS, &mut NoProbe));
        let median = percentile(&mut times, 0.5);
        report.add(
            &format!("10,000 creatures, {count} threads, tick p50"),
            median,
            "ms",
            Target::None,
        );
        states.push(zone.snapshot());
        if count == 1 {
            alone = median;
            continue;
        }
        let target = match count {
            2 => Target::AtLeast(1.7),
            8 => Target::AtLeast(5.0),
            _ => Target::None,
        };
        report.add(&format!("times faster on {count} threads"), alone / median, "x", target);
    }
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "the same bits on any threads");
    Ok(report)
}
