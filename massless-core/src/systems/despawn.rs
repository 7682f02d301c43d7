//! Fourteenth in the game rules' tick: those who leave are taken out, and what is kept of a character is told.

use shipyard::{AllStoragesViewMut, Get, UniqueView, UniqueViewMut, View, World};

use crate::command::Character;
use crate::components::{Body, Controls, Identity, Vitals};
use crate::event::Event;
use crate::ids::ActorId;
use crate::math::ground;
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::spawn;
use crate::zone::state::{Departures, Outbox};

pub(crate) fn run(world: &World) {
    let mut departures =
        world.run(|mut list: UniqueViewMut<'_, Departures>| core::mem::take(&mut list.0));
    departures.sort_unstable();
    departures.dedup();
    for &actor in &departures {
        tell(world, actor);
        world.run(|mut all: AllStoragesViewMut<'_>| spawn::remove(&mut all, actor));
    }
    departures.clear();
    world.run(|mut list: UniqueViewMut<'_, Departures>| list.0 = departures);
}

fn tell(world: &World, actor: ActorId) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         (identities, vitals): (View<'_, Identity>, View<'_, Vitals>),
         controls: View<'_, Controls>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            let Some(slot) = roster.slot(actor) else { return };
            let Ok(controls) = (&controls).get(slot) else { return };
            let identity = (&identities).get(slot).expect("every actor has an identity");
            let Kind::Character { look } = identity.kind else { return };
            let body = (&bodies).get(slot).expect("every actor has a body");
            let vitals = (&vitals).get(slot).expect("every actor has vitals");
            let character = Character {
                name: controls.name.clone(),
                look,
                level: identity.level,
                hit_points: vitals.hit_points,
                place: Some(ground(body.walker.position)),
                facing: body.facing,
            };
            outbox.0.push(Event::Left { player: controls.player, actor, character });
        },
    );
}
