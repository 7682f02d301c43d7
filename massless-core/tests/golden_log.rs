//! A recorded log of 60 walkers plays back to its hashes, on any number of threads; the same file is
//! played by the WebAssembly build.
//!
//! `MASSLESS_MINT=1 cargo test --release -p massless-core --test golden_log` records it anew. That belongs in a
//! commit of its own which says what was meant to change.

mod common;

use std::path::PathBuf;

use massless_core::content::Content;
use massless_core::ids::ZoneId;
use massless_core::par::with_threads;
use massless_core::replay::{LogWriter, play};
use massless_core::units::Tick;
use massless_core::zone::{NoProbe, Zone};

/// Ticks recorded: five minutes.
const TICKS: u64 = 6_000;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vale-60.mlr")
}

fn record() -> Vec<u8> {
    let crowd = common::Crowd { seed: 60, players: 60 };
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 60, 1).expect("zone 1");
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    let mut commands = Vec::new();
    while zone.tick() < Tick::new(TICKS) {
        crowd.commands(zone.tick(), &mut commands);
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut log);
    }
    log
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a person asks for a new recording by a variable")]
fn the_golden_log_plays_back() {
    if std::env::var_os("MASSLESS_MINT").is_some() {
        std::fs::write(path(), record()).expect("the golden folder is writable");
    }
    let log = std::fs::read(path()).expect("the golden log is committed");
    let threads: &[usize] = if cfg!(debug_assertions) { &[1] } else { &[1, 2, 3, 8] };
    for &threads in threads {
        let verdict = with_threads(threads, || play(Content::embedded(), &log, &mut |_, _| {}));
        let verdict = verdict.expect("the log fits this build and its content");
        assert_eq!(verdict.divergence, None, "{threads} threads");
        assert_eq!(verdict.ticks, TICKS);
    }
}
