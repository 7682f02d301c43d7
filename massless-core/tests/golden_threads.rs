//! The same play gives the same hashes on any number of threads, in debug and release, today and tomorrow.
//!
//! The numbers in `golden.toml` change only in a commit of their own that says what was meant to change.
//! Release runs 25 000 ticks at 1, 2, 3 and 8 threads (100 000 in all), debug 2 000 at one.

mod common;

use std::collections::BTreeMap;

use massless_core::content::Content;
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
