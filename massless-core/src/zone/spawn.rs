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

/// Brings an actor back under its old name; `reversed` inserts its components in the other order,
/// which must make no difference.
pub(crate) fn restore(
    all: &mut AllStorages,
    actor: ActorId,
    blueprint: Blueprint,
    order: InsertOrder,
) {
    let player = blueprint.controls.as_ref().map(|controls| controls.player);
    let slot = match order {
        InsertOrder::Forward => insert(all, blueprint),
        InsertOrder::Backward => insert_backward(all, blueprint),
    };
    let mut roster = roster(all);
    roster.restore(actor, slot);
    if let Some(player) = player {
        roster.own(player, actor);
    }
}

/// Order in which components are inserted. It must not be observable; a test uses both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InsertOrder {
    /// As new actors are made.
    Forward,
    /// Last component first.
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
