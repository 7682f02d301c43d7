//! A zone in a loop: a whole program. It has a zone, a player who walks north, and no server.

use massless_core::command::{Command, Input};
use massless_core::content::Content;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::zone::{NoProbe, Zone};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 7, 1)?;
    let player = PlayerId::new(1);
    let character = massless_examples::newcomer("Ada");
    zone.step(&[Command::Join { player, character }], &mut NoProbe);
    let input = Input { direction: [0, 127], ..Input::default() };
    for sequence in 1..=200 {
        let output = zone.step(&[Command::Input { player, sequence, input }], &mut NoProbe);
        if sequence % 40 == 0 {
            let (_, ada) = output.view.player(player).ok_or("Ada is in the zone")?;
            println!("tick {}: Ada at {}, state {}", output.tick, ada.walker.position, output.hash);
        }
    }
    Ok(())
}
