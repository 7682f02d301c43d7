//! A meadow with sheep: the packaged core in a program of somebody else, with content of their own.

use std::error::Error;
use std::sync::Arc;

use massless_core::content::{Content, SourceFile};
use massless_core::ids::ZoneId;
use massless_core::replay::{self, LogWriter};
use massless_core::zone::{NoProbe, Zone};

fn main() -> Result<(), Box<dyn Error>> {
    let content = Arc::new(Content::load(&[
        file("rules.ron", include_bytes!("../content/rules.ron")),
        file("creatures/1-sheep.ron", include_bytes!("../content/creatures/1-sheep.ron")),
        file("zones/1-meadow.ron", include_bytes!("../content/zones/1-meadow.ron")),
    ])?);
    let mut zone = Zone::new(content.clone(), ZoneId::new(1), 11, 1)?;
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    let mut places = Vec::new();
    for tick in 0..600 {
        let output = zone.step(&[], &mut NoProbe);
        writer.tick(&[], &output, &mut log);
        if tick == 100 || tick == 599 {
            places.push(output.view.position.clone());
        }
    }
    let walked = places[0].iter().zip(&places[1]).filter(|(a, b)| a.distance(**b) > 0.5).count();
    assert!(walked > 3, "sheep walk about");
    let verdict = replay::play(content, &log, &mut |_, _| {})?;
    assert!(verdict.divergence.is_none(), "the same bits");
    println!(
        "{walked} of {} sheep walked; {} ticks replayed to the same bits",
        places[0].len(),
        verdict.ticks
    );
    Ok(())
}

fn file<'a>(path: &'a str, bytes: &'a [u8]) -> SourceFile<'a> {
    SourceFile { path, bytes }
}
