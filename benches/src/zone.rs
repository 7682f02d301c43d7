//! Cost of a whole tick of a zone full of creatures that walk, by system; of its state hash, snapshot and restore;
//! and what more threads bring.
//!
//! The ground is Cinder Vale with its props and slopes, its creatures multiplied and restless (they
//! stroll every half second to second and a half), so that about three in four are on their way in any tick.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use massless_core::content::{Content, SourceFile};
use massless_core::ids::ZoneId;
use massless_core::par::with_threads;
use massless_core::zone::{NoProbe, Probe, Zone};
use serde_json::{Value, json};

use crate::report::{Report, Target, percentile};

const COUNTS: [u32; 4] = [1_000, 5_000, 10_000, 20_000];
/// The count the targets are for.
const COUNT_REFERENCE: u32 = 10_000;
/// Ticks until the largest zone is full and all of them stroll.
const TICKS_FILLING: u64 = 700;
const TICKS_MEASURED: usize = 400;
const REPEATS: usize = 5;
const GROUPS: u32 = 20;
const TICK_MILLIS: f64 = 50.0;

/// A tick's cost and its parts, by number of creatures.
pub(crate) fn ticks(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench tick", seed);
    let mut per_creature = Vec::new();
    for count in COUNTS {
        let cost = with_threads(1, || measure(count, seed))?;
        let target = if count == COUNT_REFERENCE { Target::AtMost(10.0) } else { Target::None };
        report.add(&format!("{count} creatures, p50"), cost.p50_ms, "ms", target);
        report.add(&format!("{count} creatures, p99"), cost.p99_ms, "ms", Target::None);
        report.add(&format!("{count} creatures, on their way"), cost.walking, "", Target::None);
        report.field(&format!("by_system_{count}"), cost.by_system);
        per_creature.push(cost.p50_ms * 1_000.0 / f64::from(count));
    }
    let (least, most) = (per_creature[0], per_creature[COUNTS.len() - 1]);
    report.add("1,000 creatures, each", least, "us", Target::None);
    report.add("20,000 creatures, each", most, "us", Target::AtMost(1.0));
    Ok(report)
}

/// Hash, snapshot and restore.
pub(crate) fn state(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench state", seed);
    let content = restless(COUNT_REFERENCE)?;
    let mut zone = filled(content.clone(), seed)?;
    let mut probe = Timer::default();
    for _ in 0..TICKS_MEASURED {
        zone.step(&[], &mut probe);
    }
    let digest = probe.median_ms("digest");
    report.add("state hash of 10,000, p50", digest, "ms", Target::None);
    report.add("share of a 50 ms tick", digest / TICK_MILLIS, "", Target::AtMost(0.01));
    let bytes = zone.snapshot();
    let snapshot = least(|| zone.snapshot().len());
    let restore = least(|| Zone::restore(content.clone(), &bytes, 2).map(|zone| zone.view().len()));
    report.add("snapshot of 10,000", snapshot, "ms", Target::AtMost(2.0));
    report.add("restore of 10,000", restore, "ms", Target::AtMost(2.0));
    report.add(
        "snapshot, each",
        bytes.len() as f64 / f64::from(COUNT_REFERENCE),
        "B",
        Target::None,
    );
    Ok(report)
}

/// The largest zone by number of threads.
pub(crate) fn threads(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench threads", seed);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let count = COUNTS[COUNTS.len() - 1];
    let alone = with_threads(1, || measure(count, seed))?.p50_ms;
    report.add("20,000 creatures, 1 thread, p50", alone, "ms", Target::None);
    for threads in [2, 4, 8].into_iter().filter(|&threads| threads <= cores) {
        let together = with_threads(threads, || measure(count, seed))?.p50_ms;
        report.add(&format!("{threads} threads, p50"), together, "ms", Target::None);
        let wanted = match threads {
            2 => Target::AtLeast(1.7),
            8 => Target::AtLeast(5.0),
            _ => Target::None,
        };
        report.add(&format!("{threads} threads, times faster"), alone / together, "x", wanted);
    }
    Ok(report)
}

struct Cost {
    p50_ms: f64,
    p99_ms: f64,
    walking: f64,
    by_system: Value,
}

fn measure(count: u32, seed: u64) -> Result<Cost> {
    let mut zone = filled(restless(count)?, seed)?;
    let mut probe = Timer::default();
    let mut times = Vec::with_capacity(TICKS_MEASURED);
    for _ in 0..TICKS_MEASURED {
        let start = Instant::now();
        zone.step(&[], &mut probe);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let walking = zone.view().velocity.iter().filter(|v| v.length_squared() > 0.0).count();
    Ok(Cost {
        p50_ms: percentile(&mut times, 0.5),
        p99_ms: percentile(&mut times, 0.99),
        walking: walking as f64,
        by_system: probe.by_system(),
    })
}

fn filled(content: Arc<Content>, seed: u64) -> Result<Zone> {
    let mut zone = Zone::new(content, ZoneId::new(1), seed, 1)?;
    while zone.tick().get() < TICKS_FILLING {
        zone.step(&[], &mut NoProbe);
    }
    Ok(zone)
}

fn least<T>(mut run: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..REPEATS).map(once).fold(f64::INFINITY, f64::min)
}

/// The default content with `count` restless creatures in zone 1.
fn restless(count: u32) -> Result<Arc<Content>> {
    let files = Content::embedded_files();
    let mut texts = Vec::new();
    for file in files {
        let text = match file.path {
            "rules.ron" => replaced(file, "(100, 200)", "(10, 30)")?.into_bytes(),
            path if path.starts_with("zones/") => crowded(file, count)?.into_bytes(),
            _ => file.bytes.to_vec(),
        };
        texts.push((file.path, text));
    }
    let files: Vec<SourceFile<'_>> =
        texts.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    Ok(Arc::new(Content::load(&files)?))
}

fn replaced(file: &SourceFile<'_>, from: &str, to: &str) -> Result<String> {
    let text = std::str::from_utf8(file.bytes)?;
    anyhow::ensure!(text.contains(from), "{} no longer has {from}", file.path);
    Ok(text.replace(from, to))
}

fn crowded(file: &SourceFile<'_>, count: u32) -> Result<String> {
    let text = std::str::from_utf8(file.bytes)?;
    let (head, rest) = text.split_once("spawn_groups").context("a zone has spawn groups")?;
    let (_, tail) = rest.split_once("npcs").context("a zone has NPCs")?;
    let groups: Vec<String> = (0..GROUPS)
        .map(|index| {
            let (x, z) = (60 + index % 5 * 35, 80 + index / 5 * 35);
            let (creature, count) = (101 + index % 8, count / GROUPS);
            format!("(creature: {creature}, count: {count}, centre: ({x}.0, {z}.0), radius: 40.0)")
        })
        .collect();
    Ok(format!("{head}spawn_groups: [{}], npcs{tail}", groups.join(", ")))
}

/// Keeps how long each system took in each tick.
#[derive(Default)]
struct Timer {
    running: Option<(&'static str, Instant)>,
    millis: BTreeMap<&'static str, Vec<f64>>,
}

impl Timer {
    fn median_ms(&self, system: &str) -> f64 {
        let mut times = self.millis.get(system).cloned().unwrap_or_default();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(0.0)
    }

    fn by_system(&self) -> Value {
        let medians =
            self.millis.keys().map(|name| ((*name).to_owned(), json!(self.median_ms(name))));
        Value::Object(medians.collect())
    }

    fn end(&mut self) {
        if let Some((name, start)) = self.running.take() {
            self.millis.entry(name).or_default().push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
}

impl Probe for Timer {
    fn enter(&mut self, system: &'static str) {
        self.end();
        self.running = Some((system, Instant::now()));
    }

    fn leave(&mut self) {
        self.end();
    }
}
