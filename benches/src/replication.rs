//! Cost of telling clients what changed: the replicator with people in process, without sockets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::par::with_threads;
use massless_core::replay::play;
use massless_core::view::View;
use massless_core::zone::{NoProbe, Zone};
use massless_net::interest::InterestSettings;
use massless_net::replication::{Counts, Link, Replicator};

use crate::naive;
use crate::report::{Report, Target, percentile};
use crate::zones::{self, Crowd};

const SIZE_METRES: u32 = 512;
const CREATURES: u32 = 200;
/// Ticks until everybody has been told who is there.
const WARM_TICKS: u32 = 100;
const TICKS: u32 = 200;

/// What one scene took, in the ticks that counted.
#[derive(Default)]
struct Cost {
    milliseconds: Vec<f64>,
    pairs: u64,
    records: u64,
    bytes: u64,
    frames: u64,
    ticks: u32,
    /// The same ticks without any of the replicator's ideas.
    naive: naive::Cost,
}

/// The replicator, fed with the ticks of a scene.
struct Meter {
    replicator: Replicator,
    players: BTreeSet<PlayerId>,
    warm_ticks: u32,
    before: Counts,
    buffer: Vec<u8>,
    cost: Cost,
}

impl Meter {
    /// Counts from the tick after so many.
    fn new(content: &Content, warm_ticks: u32) -> Result<Self> {
        let zone = content.zone(ZoneId::new(1)).ok_or_else(|| anyhow!("the zone exists"))?;
        let replicator = Replicator::new(InterestSettings::GAME, zone.map.clone());
        let (before, cost) = (replicator.counts(), Cost::default());
        let (players, buffer) = (BTreeSet::new(), Vec::new());
        Ok(Self { replicator, players, warm_ticks, before, buffer, cost })
    }

    /// Tells everybody of a tick.
    fn tick(&mut self, view: &View, events: &[Event]) {
        let Self { replicator, players, warm_ticks, before, buffer, cost } = self;
        let present = view.players.iter().map(|entry| entry.player);
        if !present.clone().eq(players.iter().copied()) {
            let present: BTreeSet<PlayerId> = present.collect();
            players.difference(&present).for_each(|player| replicator.leave(*player));
            present.difference(players).for_each(|player| replicator.join(*player));
            *players = present;
        }
        let link = Link { writable: true, margin: Some(1), ..Link::default() };
        let (mut bytes, mut frames) = (0, 0);
        let start = Instant::now();
        replicator.update(
            view,
            events,
            |_| link,
            |_, frame| {
                bytes += frame.len() as u64;
                frames += 1;
            },
        );
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        if *warm_ticks > 0 {
            *warm_ticks -= 1;
            *before = replicator.counts();
            return;
        }
        cost.milliseconds.push(milliseconds);
        cost.bytes += bytes;
        cost.frames += frames;
        cost.ticks += 1;
        let plain = naive::tick(view, buffer);
        cost.naive.milliseconds += plain.milliseconds;
        cost.naive.records += plain.records;
        cost.naive.bytes += plain.bytes;
    }

    fn finish(mut self) -> Cost {
        let counts = self.replicator.counts();
        self.cost.pairs = counts.pairs_due - self.before.pairs_due;
        self.cost.records = counts.records - self.before.records;
        self.cost
    }
}

/// Bits of a frame that shows nobody else: its head and the own state of somebody who walks alone.
fn bits_of_a_frame_alone(seed: u64) -> Result<f64> {
    let crowd = Crowd { people: 1, spread_metres: 100.0, size_metres: SIZE_METRES as f32 };
    let cost = with_threads(1, || measure(&crowd, 0, seed))?;
    Ok(cost.bytes as f64 * 8.0 / cost.frames as f64)
}

/// People spread over the map, people in one crowd, and people who play.
pub(crate) fn run(seed: u64, log: Option<&Path>) -> Result<Report> {
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
        let tick = percentile(&mut cost.milliseconds, 0.5);
        let tick_target = if people == 4_000 { Target::AtMost(25.0) } else { Target::None };
        report.add(&format!("{title}, tick p50"), tick, "ms", tick_target);
        let sent_target = if name == "uniform" { 6.0 } else { 12.0 };
        tell(&mut report, &title, &cost, (alone, sent_target));
    }
    let log = log.map_or_else(golden_log, Path::to_path_buf);
    for (title, has_events) in [("recorded play", true), ("recorded play, no events", false)] {
        let cost = with_threads(1, || measure_play(&log, has_events))?;
        tell(&mut report, title, &cost, (alone, 6.0));
    }
    Ok(report)
}

/// The rows that every scene has.
fn tell(report: &mut Report, title: &str, cost: &Cost, (alone, sent_target): (f64, f64)) {
    let total: f64 = cost.milliseconds.iter().sum();
    let pair = total * 1e6 / cost.pairs as f64;
    report.add(&format!("{title}, per due pair"), pair, "ns", Target::AtMost(140.0));
    let all = cost.bytes as f64 * 8.0;
    let bits = all / cost.records as f64;
    report.add(&format!("{title}, per record, all included"), bits, "bits", Target::AtMost(40.0));
    let others = (all - alone * cost.frames as f64) / cost.records as f64;
    let name_alone = format!("{title}, per record, without head and own state");
    report.add(&name_alone, others, "bits", Target::None);
    // Who goes on as it was told is due, and nothing is sent.
    let due_bits = all / cost.pairs as f64;
    report.add(&format!("{title}, per due pair, all included"), due_bits, "bits", Target::None);
    let plain = cost.naive;
    let per_pair = plain.milliseconds * 1e6 / plain.records as f64;
    report.add(&format!("{title}, naive per pair"), per_pair, "ns", Target::None);
    let per_record = plain.bytes as f64 * 8.0 / plain.records as f64;
    report.add(&format!("{title}, naive per record"), per_record, "bits", Target::None);
    let whole = plain.milliseconds / f64::from(cost.ticks);
    report.add(&format!("{title}, naive tick, mean"), whole, "ms", Target::None);
    let times = plain.bytes as f64 / cost.bytes as f64;
    report.add(&format!("{title}, naive sends more"), times, "times", Target::None);
    let each = cost.bytes as f64 / cost.frames as f64 * 20.0 / 1e3;
    report.add(&format!("{title}, sent to each"), each, "kB/s", Target::AtMost(sent_target));
    let due = cost.pairs as f64 / cost.frames as f64;
    report.add(&format!("{title}, pairs due per client and tick"), due, "", Target::None);
    let told = cost.records as f64 / cost.frames as f64;
    report.add(&format!("{title}, records per frame"), told, "", Target::None);
}

fn measure(crowd: &Crowd, creatures: u32, seed: u64) -> Result<Cost> {
    let mut zone: Zone = zones::settled(creatures, Some(SIZE_METRES), seed)?;
    let mut meter = Meter::new(&zone.content(), WARM_TICKS)?;
    zone.step(&crowd.join(), &mut NoProbe);
    for tick in 0..WARM_TICKS + TICKS {
        let output = zone.step(&crowd.walk(tick + 1), &mut NoProbe);
        meter.tick(output.view, output.events);
    }
    Ok(meter.finish())
}

/// 60 bots that hunt, loot, die and travel in Cinder Vale for more than three minutes.
fn golden_log() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../massless-core/tests/golden/vale-fight.mlr")
}

/// Tells everybody who is in a log of what was recorded; of the fights only if it `has_events`: they are no updates of
/// entities, but ride in the same frames.
fn measure_play(log: &Path, has_events: bool) -> Result<Cost> {
    let bytes = std::fs::read(log).with_context(|| format!("{} cannot be read", log.display()))?;
    let content = Content::embedded();
    let mut meter = Meter::new(&content, WARM_TICKS)?;
    let verdict = play(content, &bytes, &mut |_, output| {
        let events = if has_events { output.events } else { &[] };
        meter.tick(output.view, events);
    })?;
    ensure!(verdict.divergence.is_none(), "{} does not play back", log.display());
    let cost = meter.finish();
    ensure!(cost.records > 0, "{} shows nobody", log.display());
    Ok(cost)
}
