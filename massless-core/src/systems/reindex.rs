//! Sixth in the tick: living characters by cell, for the creatures that look around in the next tick.

use shipyard::{Get, UniqueView, UniqueViewMut, View, World};

use crate::components::{Body, Identity, Vitals};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::People;

pub(crate) fn run(world: &World) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         (bodies, vitals): (View<'_, Body>, View<'_, Vitals>),
         identities: View<'_, Identity>,
         mut people: UniqueViewMut<'_, People>| {
            let People { cells, actor, position, level } = &mut *people;
            actor.clear();
            position.clear();
            level.clear();
            actor.extend(roster.players().iter().map(|&(_, owned)| owned));
            actor.sort_unstable();
            actor.retain(|&owned| {
                let slot = roster.slot(owned).expect("a player's actor is in the roster");
                (&vitals).get(slot).expect("every actor has vitals").is_alive()
            });
            for &owned in actor.iter() {
                let slot = roster.slot(owned).expect("a player's actor is in the roster");
                let identity = (&identities).get(slot).expect("every actor has an identity");
                debug_assert!(matches!(identity.kind, Kind::Character { .. }));
                position.push((&bodies).get(slot).expect("every actor has a body").walker.position);
                level.push(identity.level);
            }
            cells.rebuild(position);
        },
    );
}
