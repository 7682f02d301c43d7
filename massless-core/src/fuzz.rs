//! Fuzz bodies: ordinary functions that every build compiles and every test run calls over a small corpus.
//!
//! Each takes arbitrary bytes and panics when a promise is broken; a returned error is fine. Where a
//! checksum would stop all bytes at the door, the body also edits a valid input and repairs the
//! checksum, so that the values behind it are reached.

mod acts;

use std::sync::{Arc, LazyLock};

pub use self::acts::{acts, refused_act};

use crate::codec::{CodecError, Reader};
use crate::command::{Character, Command, Input};
use crate::content::{Content, SourceFile, embedded};
use crate::hash::checksum;
use crate::ids::{ActorId, PlayerId, ZoneId};
use crate::limits::ACTORS_MAX;
use crate::math::{Vec2, ground};
use crate::replay::{LogReader, LogWriter, play};
use crate::units::{HitPoints, TICK_SECONDS};
use crate::walk::SPEED_MAX;
use crate::zone::{NoProbe, Zone};

/// Ticks a restored zone must survive.
const TICKS_AFTER_RESTORE: u32 = 8;
/// Ticks of the log that is edited.
const LOG_TICKS: u16 = 12;
/// Commands one run of `commands` steps through.
const COMMANDS_MAX: usize = 200;
/// Highest player number in `commands`: few enough that they meet each other's bodies.
const PLAYERS: u8 = 8;

static CONTENT: LazyLock<Arc<Content>> = LazyLock::new(Content::embedded);

fn zone_at_work() -> (Zone, Vec<u8>) {
    let mut zone = Zone::new(CONTENT.clone(), ZoneId::new(1), 5, 1).expect("zone 1");
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    for sequence in 0..LOG_TICKS {
        let player = PlayerId::new(3);
        let commands = if sequence == 0 {
            vec![Command::Join { player, character: Box::new(newcomer(1)) }]
        } else {
            let input = Input { direction: [127, 1], ..Input::default() };
            vec![Command::Input { player, sequence, input }]
        };
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut log);
    }
    (zone, log)
}

fn newcomer(look: u8) -> Character {
    Character { hit_points: Some(HitPoints::new(5)), ..Character::plain("Fuzz", look) }
}

/// Applies edits (position, value) taken from `bytes` to a valid input.
fn edited(valid: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut touched = valid.to_vec();
    for edit in bytes.chunks_exact(4) {
        let at = usize::from(edit[0]) | usize::from(edit[1]) << 8 | usize::from(edit[2]) << 16;
        let len = touched.len();
        touched[at % len] = edit[3];
    }
    touched
}

/// Arbitrary bytes as a log, and a valid log with edits.
pub fn log(bytes: &[u8]) {
    static VALID: LazyLock<Vec<u8>> = LazyLock::new(|| zone_at_work().1);
    if let Ok(mut reader) = LogReader::open(bytes) {
        while let Ok(Some(_)) = reader.next() {}
    }
    let touched = edited(&VALID, bytes);
    let verdict = play(CONTENT.clone(), &touched, &mut |_, _| {});
    let same = touched == *VALID;
    let intact = verdict.is_ok_and(|verdict| verdict.divergence.is_none());
    assert_eq!(intact, same, "a changed log must not pass, an unchanged one must");
}

/// Arbitrary bytes as a snapshot, and a valid snapshot with edits behind a repaired checksum.
pub fn snapshot(bytes: &[u8]) {
    static VALID: LazyLock<Vec<u8>> = LazyLock::new(|| zone_at_work().0.snapshot());
    let _ = Zone::restore(CONTENT.clone(), bytes, 2);
    let mut touched = edited(&VALID, bytes);
    let body_len = touched.len() - 4;
    let sum = checksum(&touched[..body_len]);
    touched[body_len..].copy_from_slice(&sum.to_le_bytes());
    if let Ok(mut zone) = Zone::restore(CONTENT.clone(), &touched, 2) {
        assert_eq!(zone.snapshot(), touched, "what is read is written again");
        for _ in 0..TICKS_AFTER_RESTORE {
            zone.step(&[], &mut NoProbe);
        }
        check_conservation(&zone);
    }
}

/// The embedded content with one file replaced: by the bytes, or by itself with edits.
pub fn content(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let mut files: Vec<SourceFile<'_>> = embedded::FILES.to_vec();
    let index = usize::from(choice) % files.len();
    let touched = edited(files[index].bytes, rest);
    files[index].bytes = if choice >= 128 { rest } else { &touched };
    if let Ok(content) = Content::load(&files) {
        let Some(first) = content.zones().first().map(|zone| zone.id) else { return };
        let mut zone = Zone::new(Arc::new(content), first, 1, 1).expect("it was just listed");
        for _ in 0..TICKS_AFTER_RESTORE {
            zone.step(&[], &mut NoProbe);
        }
    }
}

/// Arbitrary command sequences against a zone; the conservation laws hold after every tick.
pub fn commands(bytes: &[u8]) {
    let mut zone = Zone::new(CONTENT.clone(), ZoneId::new(1), 5, 1).expect("zone 1");
    let mut reader = Reader::new(bytes);
    let mut pending = Vec::new();
    for _ in 0..COMMANDS_MAX {
        match read_command(&mut reader) {
            Ok(Some(command)) => pending.push(command),
            Ok(None) => {
                step_checked(&mut zone, &pending);
                pending.clear();
            }
            Err(_) => break,
        }
    }
    step_checked(&mut zone, &pending);
    let bytes = zone.snapshot();
    let restored = Zone::restore(CONTENT.clone(), &bytes, 2).expect("just made");
    assert_eq!(restored.snapshot(), bytes);
}

/// `None` ends the tick.
fn read_command(reader: &mut Reader<'_>) -> Result<Option<Command>, CodecError> {
    let kind = reader.u8()?;
    let player = PlayerId::new(u64::from(reader.u8()? % PLAYERS));
    let place = |reader: &mut Reader<'_>| {
        Ok::<_, CodecError>(Vec2::new(f32::from_bits(reader.u32()?), f32::from(reader.u8()?)))
    };
    Ok(Some(match kind % 9 {
        0 => Command::Join { player, character: Box::new(newcomer(reader.u8()?)) },
        1 => {
            let character = Character { place: Some(place(reader)?), ..newcomer(2) };
            Command::Join { player, character: Box::new(character) }
        }
        2 => Command::Leave { player },
        3 => Command::Detach { player },
        4 => Command::Attach { player },
        5 => Command::Place { player, place: place(reader)? },
        6 => {
            let direction = [reader.u8()?.cast_signed(), reader.u8()?.cast_signed()];
            let target = Some(ActorId::new(u64::from(reader.u8()?)));
            let input = Input { direction, target, ..Input::default() };
            Command::Input { player, sequence: reader.u16()?, input }
        }
        7 => Command::Remove { player },
        _ => return Ok(None),
    }))
}

fn step_checked(zone: &mut Zone, commands: &[Command]) {
    let before: Vec<_> = zone.view().players.clone();
    let moved: Vec<PlayerId> = commands
        .iter()
        .filter(|command| !matches!(command, Command::Input { .. }))
        .map(Command::player)
        .collect();
    zone.step(commands, &mut NoProbe);
    check_conservation(zone);
    for old in before.iter().filter(|old| !moved.contains(&old.player)) {
        let Some((_, new)) = zone.view().player(old.player) else { continue };
        let distance = ground(new.walker.position).distance(ground(old.walker.position));
        assert!(distance <= SPEED_MAX * TICK_SECONDS + 1e-3, "law 5: {distance} m in a tick");
    }
}

/// Laws 5 and 6 of the game rules, as far as one state shows them.
fn check_conservation(zone: &Zone) {
    let view = zone.view();
    assert!(view.len() <= ACTORS_MAX);
    assert!(view.position.iter().all(|position| position.is_finite()));
    let def_max = zone.content().zone(zone.id()).expect("its zone").characters_max as usize;
    assert!(view.players.len() <= def_max);
    assert_eq!(view.players.len(), view.names.len());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Draws, Stream};
    use crate::units::Tick;

    fn noise(seed: u64, len: u32) -> Vec<u8> {
        let draws = Draws::new(seed, ActorId::new(1), Tick::new(1), Stream::Wander);
        (0..len).map(|n| draws.bits(n) as u8).collect()
    }

    #[test]
    fn bodies_survive_noise() {
        for seed in 0..24 {
            let bytes = noise(seed, 40 + seed as u32 * 11);
            log(&bytes);
            snapshot(&bytes);
            content(&bytes);
            commands(&bytes);
        }
        for body in [log, snapshot, content, commands] {
            body(&[]);
        }
    }
}
