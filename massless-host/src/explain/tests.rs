//! Bundles as a host writes them, and what is said of them.

use massless_core::command::{Character, Command};
use massless_core::content::Content;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::replay::LogWriter;
use massless_core::zone::{NoProbe, Zone};

use super::*;

/// A log of a zone with a player, and its last tick.
fn log(content: &Arc<Content>) -> (Vec<u8>, u64) {
    let mut zone = Zone::new(Arc::clone(content), ZoneId::new(1), 7, 1).expect("zone 1");
    let mut bytes = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut bytes);
    let player = PlayerId::new(5);
    let character = Box::new(Character::plain("Ada", 3));
    let mut last = 0;
    for tick in 0..60 {
        let commands = match tick {
            0 => vec![Command::Join { player, character: character.clone() }],
            59 => vec![Command::Detach { player }, Command::Attach { player }],
            _ => Vec::new(),
        };
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut bytes);
        last = output.tick.get();
    }
    (bytes, last)
}

fn write(folder: &Path, log: &[u8], facts: &Value) {
    std::fs::write(folder.join("segment.mlr"), log).expect("it writes");
    std::fs::write(folder.join("incident.json"), facts.to_string()).expect("it writes");
}

fn facts(kind: &str, tick: u64, systems: &Value) -> Value {
    json!({
        "kind": kind, "reason": "the tick took 300 ms", "zone": 1, "channel": 1, "tick": tick,
        "epoch": 1, "seed": 7, "content": "", "build": "b", "unix_millis": 1_790_000_000_000_i64,
        "players": 1, "actors": 40, "commands": 2, "tick_micros": 300_000, "systems": systems,
        "replay": "",
    })
}

#[test]
fn a_slow_tick_names_system_share_and_entities() {
    let content = Content::embedded();
    let (log, last) = log(&content);
    let folder = tempfile::tempdir().expect("a folder");
    let systems = json!([
        { "system": "brain", "micros": 10_000 }, { "system": "paths", "micros": 270_000 },
    ]);
    write(folder.path(), &log, &facts("slow_tick", last, &systems));
    let found = bundle(folder.path(), &[Arc::clone(&content)]).expect("a bundle");
    let text = found.sentences().join("\n");
    for part in [
        "Slow tick in zone 1",
        "300 ms",
        "The system paths took 270 ms, 90 % of the tick; in the ticks before it has",
        "the work itself does not explain it",
        "1 player",
        "Commands of the tick: 1 attach, 1 detach.",
        "Most of them came from Ada (2).",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(!text.contains("The system brain"), "{text}");
    let line = found.json();
    assert_eq!(line["systems"][0]["system"], "paths");
    assert_eq!(line["systems"][0]["share"], 90);
    assert!(line["systems"][0]["usual_share"].is_u64(), "{line}");
    assert_eq!(line["replay"]["same_hash"], true);
    assert_eq!(line["replay"]["usual_ticks"], 59);
    assert_eq!(line["replay"]["crowd"]["kinds"]["player"], 1);
    assert_eq!(line["outside_micros"], 20_000);
}

#[test]
fn time_outside_of_the_systems_is_named() {
    let content = Content::embedded();
    let (log, last) = log(&content);
    let folder = tempfile::tempdir().expect("a folder");
    let systems = json!([{ "system": "brain", "micros": 1_000 }]);
    write(folder.path(), &log, &facts("slow_tick", last, &systems));
    let found = bundle(folder.path(), &[content]).expect("a bundle");
    let text = found.sentences().join("\n");
    assert!(text.contains("299 ms of it passed outside of the zone's systems"), "{text}");
}

#[test]
fn a_panic_that_does_not_come_again_and_logs_that_do_not_fit_are_told() {
    let content = Content::embedded();
    let (log, last) = log(&content);
    let folder = tempfile::tempdir().expect("a folder");
    let systems = json!([{ "system": "movement", "micros": 10 }]);
    write(folder.path(), &log, &facts("panic", last, &systems));
    let told = |contents: &[Arc<Content>]| {
        bundle(folder.path(), contents).expect("a bundle").sentences().join("\n")
    };
    let text = told(&[Arc::clone(&content)]);
    assert!(text.contains("It happened in the system movement."), "{text}");
    assert!(text.contains("the tick does not panic"), "{text}");
    assert!(told(&[]).contains("is not at hand"), "{}", told(&[]));
    write(folder.path(), &log, &facts("slow_tick", last + 5, &systems));
    assert!(told(&[Arc::clone(&content)]).contains("before the incident"));
    write(folder.path(), &log[..log.len() / 3], &facts("slow_tick", last, &systems));
    assert!(told(&[content]).contains("could not be played"));
    assert!(bundle(&folder.path().join("nothing"), &[]).is_err());
}
