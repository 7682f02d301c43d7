//! The same play gives the same hashes on any number of threads, in debug and release, today and tomorrow.
//!
//! The numbers in `golden.toml` change only in a commit of their own that says what was meant to change.
//! Release runs 25 000 ticks at 1, 2, 3 and 8 threads (100 000 in all), debug 2 000 at one. A second play
//! has so many creatures that every parallel pass is split into several chunks.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use massless_core::content::{Content, SourceFile};
use massless_core::ids::ZoneId;
use massless_core::par::with_threads;
use massless_core::units::Tick;
use massless_core::zone::{NoProbe, Zone};

const GOLDEN: &str = include_str!("golden/golden.toml");
/// Players in the golden play.
const PLAYERS: u64 = 60;
/// Ticks at which hashes are compared.
const CHECKPOINTS: [u64; 6] = [100, 500, 2_000, 5_000, 10_000, 25_000];

fn play(until: u64) -> BTreeMap<u64, String> {
    let crowd = common::Crowd { seed: 11, players: PLAYERS };
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 77, 1).expect("zone 1");
    let mut commands = Vec::new();
    let mut found = BTreeMap::new();
    while zone.tick() < Tick::new(until) {
        crowd.commands(zone.tick(), &mut commands);
        let output = zone.step(&commands, &mut NoProbe);
        let done = output.tick.get() + 1;
        if CHECKPOINTS.contains(&done) {
            found.insert(done, output.hash.to_string());
        }
    }
    found
}

/// Creatures of the crowded play: more than a dozen chunks of every parallel pass.
const CREATURES: u32 = 4_000;
/// Ticks of the crowded play; the zone is full after 16.
const CROWDED_TICKS: u64 = 400;

/// The default content with `CREATURES` creatures, strolling twice a second, so that path queries queue up.
fn crowded() -> Arc<Content> {
    let groups: Vec<String> = (0..20)
        .map(|index| {
            let (x, z) = (60 + index % 5 * 35, 80 + index / 5 * 35);
            let (creature, count) = (101 + index % 8, CREATURES / 20);
            format!("(creature: {creature}, count: {count}, centre: ({x}.0, {z}.0), radius: 40.0)")
        })
        .collect();
    let mut texts = Vec::new();
    for file in Content::embedded_files() {
        let text = std::str::from_utf8(file.bytes).unwrap_or_default();
        let bytes = match file.path {
            "rules.ron" => text.replace("(100, 200)", "(10, 30)").into_bytes(),
            path if path.starts_with("zones/") => {
                let (head, rest) = text.split_once("spawn_groups").expect("a zone has groups");
                let (_, tail) = rest.split_once("npcs").expect("a zone has NPCs");
                format!("{head}spawn_groups: [{}], npcs{tail}", groups.join(", ")).into_bytes()
            }
            _ => file.bytes.to_vec(),
        };
        texts.push((file.path, bytes));
    }
    let files: Vec<SourceFile<'_>> =
        texts.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    Arc::new(Content::load(&files).expect("only numbers were changed"))
}

fn play_crowded() -> Vec<String> {
    let crowd = common::Crowd { seed: 12, players: 100 };
    let mut zone = Zone::new(crowded(), ZoneId::new(1), 78, 1).expect("zone 1");
    let mut commands = Vec::new();
    let mut hashes = Vec::new();
    while zone.tick() < Tick::new(CROWDED_TICKS) {
        crowd.commands(zone.tick(), &mut commands);
        hashes.push(zone.step(&commands, &mut NoProbe).hash.to_string());
    }
    assert!(zone.view().len() > CREATURES as usize, "every pass has many chunks");
    hashes
}

#[test]
fn a_crowded_play_is_the_same_on_any_number_of_threads() {
    let threads: &[usize] = if cfg!(debug_assertions) { &[2] } else { &[2, 3, 8] };
    let alone = with_threads(1, play_crowded);
    let lines = GOLDEN.lines().find_map(|line| line.strip_prefix("crowded_400 = "));
    assert_eq!(alone.last().map(String::as_str), lines.map(|hash| hash.trim_matches('"')));
    for &threads in threads {
        let together = with_threads(threads, play_crowded);
        let parted = alone.iter().zip(&together).position(|(one, other)| one != other);
        assert_eq!(parted, None, "first tick that differs on {threads} threads");
    }
}

fn golden(until: u64) -> BTreeMap<u64, String> {
    let lines = GOLDEN.lines().filter(|line| line.starts_with("tick_"));
    lines
        .map(|line| {
            let (tick, hash) = line.split_once(" = ").expect("key = value");
            let tick = tick.trim_start_matches("tick_").parse().expect("a tick");
            (tick, hash.trim_matches('"').to_owned())
        })
        .filter(|&(tick, _)| tick <= until)
        .collect()
}

#[test]
fn golden_play_has_its_hashes() {
    let (until, threads): (u64, &[usize]) =
        if cfg!(debug_assertions) { (2_000, &[1]) } else { (25_000, &[1, 2, 3, 8]) };
    for &threads in threads {
        let found = with_threads(threads, || play(until));
        assert_eq!(found, golden(until), "{threads} threads; left: found, right: golden.toml");
    }
}
