//! Before the despawn: items that lay on the ground too long vanish, unless somebody is taking them.
//!
//! Reads drops, writes the list of departures.

use shipyard::{Get, UniqueView, UniqueViewMut, View, World};

use crate::components::Drop;
use crate::event::Exit;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Departures};

pub(crate) fn run(world: &World) {
    world.run(
        |clock: UniqueView<'_, Clock>,
         roster: UniqueView<'_, Roster>,
         drops: View<'_, Drop>,
         mut departures: UniqueViewMut<'_, Departures>| {
            if drops.is_empty() {
                return;
            }
            for (actor, slot) in roster.iter() {
                let Ok(drop) = (&drops).get(slot) else { continue };
                if drop.gone_at <= clock.0 && drop.taken_by.is_none() {
                    departures.0.push((actor, Exit::World));
                }
            }
        },
    );
}
