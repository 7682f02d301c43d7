//! Creation and removal of actors: the only code that changes who is in the roster.

use shipyard::UniqueViewMut;
use shipyard::all_storages::AllStorages;

use super::roster::Roster;
use crate::components::{Body, Brain, Controls, Identity, Vitals};
use crate::ids::ActorId;

/// Everything an actor starts with. A character has `controls`, a creature a `brain`, an NPC neither.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Blueprint {
    /// Place and facing.
    pub(crate) body: Body,
    /// Kind and level.
    pub(crate) identity: Identity,
    /// Hit points.
    pub(crate) vitals: Vitals,
    /// Of a character.
    pub(crate) controls: Option<Controls>,
    /// Of a creature.
    pub(crate) brain: Option<Brain>,
}

/// Brings an actor into the zone and names it.
pub(crate) fn add(all: &mut AllStorages, blueprint: Blueprint) -> ActorId {
    let player = blueprint.controls.as_ref().map(|controls| controls.player);
    let slot = insert(all, blueprint);
    let mut roster = roster(all);
    let actor = roster.add(slot);
    if let Some(player) = player {
        roster.own(player, actor);
    }
    actor
}

/// Brings actors back under their old names (rising), kind by kind since that is faster; `order`
/// must make no difference.
pub(crate) fn restore(
    all: &mut AllStorages,
    actors: Vec<(ActorId, Blueprint)>,
    order: InsertOrder,
) {
    let players: Vec<_> = actors
        .iter()
        .filter_map(|(actor, blueprint)| Some((blueprint.controls.as_ref()?.player, *actor)))
        .collect();
    let mut named = match order {
        InsertOrder::Forward => insert_all(all, actors),
        #[cfg(test)]
        InsertOrder::Backward => actors
            .into_iter()
            .rev()
            .map(|(actor, blueprint)| (actor, insert_backward(all, blueprint)))
            .collect(),
    };
    named.sort_unstable_by_key(|&(actor, _)| actor);
    let mut roster = roster(all);
    for (actor, slot) in named {
        roster.restore(actor, slot);
    }
    for (player, actor) in players {
        roster.own(player, actor);
    }
}

fn insert_all(
    all: &mut AllStorages,
    actors: Vec<(ActorId, Blueprint)>,
) -> Vec<(ActorId, shipyard::EntityId)> {
    let mut names: [Vec<ActorId>; 3] = Default::default();
    let (mut characters, mut creatures, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (actor, Blueprint { body, identity, vitals, controls, brain }) in actors {
        match (controls, brain) {
            (Some(controls), _) => {
                names[0].push(actor);
                characters.push((body, identity, vitals, controls));
            }
            (None, Some(brain)) => {
                names[1].push(actor);
                creatures.push((body, identity, vitals, brain));
            }
            (None, None) => {
                names[2].push(actor);
                others.push((body, identity, vitals));
            }
        }
    }
    let [people, beasts, rest] = names;
    let mut named = Vec::new();
    // An empty bulk panics in shipyard 0.11.5.
    if !people.is_empty() {
        named.extend(people.into_iter().zip(all.bulk_add_entity(characters)));
    }
    if !beasts.is_empty() {
        named.extend(beasts.into_iter().zip(all.bulk_add_entity(creatures)));
    }
    if !rest.is_empty() {
        named.extend(rest.into_iter().zip(all.bulk_add_entity(others)));
    }
    named
}

/// Order in which components are inserted. It must not be observable; a test uses both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InsertOrder {
    /// As new actors are made.
    Forward,
    /// Last component first.
    #[cfg(test)]
    Backward,
}

/// Takes an actor out of the zone.
pub(crate) fn remove(all: &mut AllStorages, actor: ActorId) {
    let slot = roster(all).remove(actor);
    if let Some(slot) = slot {
        all.delete_entity(slot);
    }
}

fn roster(all: &AllStorages) -> UniqueViewMut<'_, Roster> {
    all.borrow::<UniqueViewMut<'_, Roster>>().expect("the zone adds its roster first")
}

fn insert(all: &mut AllStorages, blueprint: Blueprint) -> shipyard::EntityId {
    let Blueprint { body, identity, vitals, controls, brain } = blueprint;
    let slot = all.add_entity((body, identity, vitals));
    if let Some(controls) = controls {
        all.add_component(slot, (controls,));
    }
    if let Some(brain) = brain {
        all.add_component(slot, (brain,));
    }
    slot
}

#[cfg(test)]
fn insert_backward(all: &mut AllStorages, blueprint: Blueprint) -> shipyard::EntityId {
    let Blueprint { body, identity, vitals, controls, brain } = blueprint;
    let slot = all.add_entity(());
    if let Some(brain) = brain {
        all.add_component(slot, (brain,));
    }
    if let Some(controls) = controls {
        all.add_component(slot, (controls,));
    }
    all.add_component(slot, (vitals,));
    all.add_component(slot, (identity,));
    all.add_component(slot, (body,));
    slot
}
