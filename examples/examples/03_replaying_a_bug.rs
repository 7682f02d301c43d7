//! Replaying a bug: record, damage, find.
//!
//! A zone is recorded as the server does it. Its log is played again to the same bits. Then
//! somebody with another idea of what was asked plays it: the first tick and the part of the state
//! that differ have a name, and the zone can be opened just before it.

use std::error::Error;

use massless_core::command::{Command, Input};
use massless_core::content::Content;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::replay::{self, LogWriter};
use massless_core::units::Tick;
use massless_core::zone::{NoProbe, Zone};

const TICKS: u16 = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let log = record(None)?;
    println!("recorded {TICKS} ticks in {} bytes", log.len());

    let verdict = replay::play(Content::embedded(), &log, &mut |_, _| {})?;
    assert!(verdict.divergence.is_none(), "the same bits");
    println!(
        "played {} ticks again: the same bits, last state {}",
        verdict.ticks, verdict.last_hash
    );

    let other = record(Some(250))?;
    let difference = replay::diff(Content::embedded(), &log, &other)?;
    let difference = difference.ok_or("another step was taken")?;
    println!("the other log differs first at tick {}: {difference:?}", difference.tick);

    let before = replay::play_until(Content::embedded(), &log, difference.tick)?;
    let (_, ada) = before.view().player(PlayerId::new(1)).ok_or("Ada is in the zone")?;
    println!(
        "opened the zone before tick {}: Ada stands at {}",
        before.tick(),
        ada.walker.position
    );
    assert_eq!(before.tick(), Tick::new(250), "the difference is found where it was made");
    Ok(())
}

/// Records someone walking north, who at the tick `aside` takes one step to the east instead.
fn record(aside: Option<u16>) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 7, 1)?;
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    let player = PlayerId::new(1);
    for sequence in 0..TICKS {
        let direction = if aside == Some(sequence) { [127, 0] } else { [0, 127] };
        let input = Input { direction, ..Input::default() };
        let command = if sequence == 0 {
            let character = massless_examples::newcomer("Ada");
            Command::Join { player, character }
        } else {
            Command::Input { player, sequence, input }
        };
        let commands = [command];
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut log);
    }
    Ok(log)
}
