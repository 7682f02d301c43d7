//! A recorded zone plays back, and every way to tamper with the log is noticed.

use std::sync::Arc;

use super::*;
use crate::command::{Character, Command, Input};
use crate::content::Content;
use crate::ids::{PlayerId, ZoneId};
use crate::math::Vec2;
use crate::units::Tick;
use crate::zone::{NoProbe, Zone};

fn commands(tick: u64) -> Vec<Command> {
    let player = PlayerId::new(5);
    if tick == 2 {
        let place = Some(Vec2::new(128.0, 40.0));
        let character = Box::new(Character { place, ..Character::plain("Anna", 1) });
        return vec![Command::Join { player, character }];
    }
    if tick < 2 {
        return Vec::new();
    }
    let direction = if tick % 60 < 30 { [127, 0] } else { [0, -90] };
    let input = Input { direction, ..Input::default() };
    vec![Command::Input { player, sequence: tick as u16, input }]
}

fn recorded(ticks: u64) -> Vec<u8> {
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 9, 3).expect("zone 1");
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    for tick in 0..ticks {
        let commands = commands(tick);
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut log);
    }
    log
}

fn verdict(log: &[u8]) -> Result<Verdict, LogError> {
    play(Content::embedded(), log, &mut |_, _| {})
}

#[test]
fn a_log_plays_back_to_the_same_hashes() {
    let log = recorded(120);
    let verdict = verdict(&log).expect("just recorded");
    assert_eq!(verdict.ticks, 120);
    assert_eq!(verdict.divergence, None);
}

#[test]
fn one_flipped_byte_anywhere_is_noticed() {
    let log = recorded(25);
    // Read once: for each byte that would be most of the work.
    let content = Content::embedded();
    for index in (0..log.len()).step_by(7) {
        let mut touched = log.clone();
        touched[index] ^= 1;
        let verdict = play(Arc::clone(&content), &touched, &mut |_, _| {});
        let noticed = verdict.map_or(true, |verdict| verdict.divergence.is_some());
        assert!(noticed, "byte {index}");
    }
}

#[test]
fn a_log_that_is_cut_short_says_where() {
    let log = recorded(25);
    let cut = verdict(&log[..log.len() - 3]);
    assert_eq!(cut, Err(LogError::CutShort { tick: Tick::new(24) }));
    assert_eq!(verdict(b"nonsense"), Err(LogError::NotALog));
}

#[test]
fn another_version_is_refused_by_number() {
    let mut log = recorded(1);
    log[4] = 77;
    assert_eq!(verdict(&log), Err(LogError::DamagedHead { tick: Tick::new(0) }));
    log[40] ^= 1;
    assert_eq!(verdict(&log), Err(LogError::Version { found: 77 }));
}

#[test]
fn a_damaged_head_names_the_first_tick() {
    let log = recorded(25);
    let mut zone = play_until(Content::embedded(), &log, Tick::new(20)).expect("just recorded");
    let mut second = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut second);
    let output = zone.step(&[], &mut NoProbe);
    writer.tick(&[], &output, &mut second);
    for index in [0, 4, 10, 200] {
        let mut touched = second.clone();
        touched[index] ^= 1;
        assert_eq!(verdict(&touched), Err(LogError::DamagedHead { tick: Tick::new(20) }));
    }
}

#[test]
fn a_forged_hash_names_its_tick() {
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 9, 3).expect("zone 1");
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    for tick in 0..10 {
        let honest = commands(tick);
        let output = zone.step(&honest, &mut NoProbe);
        let told = if tick == 6 { Vec::new() } else { honest };
        writer.tick(&told, &output, &mut log);
    }
    let divergence = verdict(&log).expect("well formed").divergence.expect("tick 6 is a lie");
    assert_eq!((divergence.tick, divergence.part), (Tick::new(6), Some("controls")));
}

#[test]
fn diff_names_the_first_other_command() {
    let one = recorded(40);
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 9, 3).expect("zone 1");
    let mut two = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut two);
    for tick in 0..40 {
        let commands = if tick == 17 { Vec::new() } else { commands(tick) };
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut two);
    }
    let content = Content::embedded();
    let found = diff(Arc::clone(&content), &one, &two).expect("well formed").expect("they part");
    assert_eq!((found.tick, found.cause), (Tick::new(17), "commands"));
    assert_eq!(diff(content, &one, &one), Ok(None));
}
