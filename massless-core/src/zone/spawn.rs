//! Creation and removal of actors: the only code that changes who is in the roster.

use shipyard::UniqueViewMut;
use shipyard::all_storages::AllStorages;

use super::roster::Roster;
use crate::components::{
    Body, Brain, Controls, Drop, Effects, Field, Fighter, Grudge, Hero, Identity, Vitals,
};
use crate::ids::{ActorId, PlayerId};

/// Everything an actor starts with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Blueprint {
    /// Place and facing.
    pub(crate) body: Body,
    /// Kind and level.
    pub(crate) identity: Identity,
    /// Hit points.
    pub(crate) vitals: Vitals,
    /// What else it has.
    pub(crate) role: Role,
}

/// What an actor has beside body, identity and vitals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    /// A player's character.
    Character {
        /// Timers.
        fighter: Fighter,
        /// Effects.
        effects: Effects,
        /// Input.
        controls: Controls,
        /// Progress.
        hero: Box<Hero>,
    },
    /// A creature, or an NPC that fights.
    Creature {
        /// Timers.
        fighter: Fighter,
        /// Effects.
        effects: Effects,
        /// Mind.
        brain: Brain,
        /// Threat.
        grudge: Grudge,
    },
    /// An NPC that does not fight.
    Bystander,
    /// An item on the ground.
    Item(Drop),
    /// An area.
    Area(Field),
}

impl Blueprint {
    /// Mind and body of a creature.
    pub(crate) fn mind(&self) -> Option<(&Brain, &Body)> {
        match &self.role {
            Role::Creature { brain, .. } => Some((brain, &self.body)),
            _ => None,
        }
    }

    fn player(&self) -> Option<PlayerId> {
        match &self.role {
            Role::Character { controls, .. } => Some(controls.player),
            _ => None,
        }
    }
}

/// Brings an actor into the zone and names it.
pub(crate) fn add(all: &mut AllStorages, blueprint: Blueprint) -> ActorId {
    let player = blueprint.player();
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
        .filter_map(|(actor, blueprint)| Some((blueprint.player()?, *actor)))
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
    let mut names: [Vec<ActorId>; 2] = Default::default();
    let (mut characters, mut creatures) = (Vec::new(), Vec::new());
    let mut named = Vec::new();
    for (actor, blueprint) in actors {
        let Blueprint { body, identity, vitals, role } = blueprint;
        match role {
            Role::Character { fighter, effects, controls, hero } => {
                names[0].push(actor);
                characters.push((body, identity, vitals, fighter, effects, controls, *hero));
            }
            Role::Creature { fighter, effects, brain, grudge } => {
                names[1].push(actor);
                creatures.push((body, identity, vitals, fighter, effects, brain, grudge));
            }
            role => {
                let slot = insert(all, Blueprint { body, identity, vitals, role });
                named.push((actor, slot));
            }
        }
    }
    let [people, beasts] = names;
    // An empty bulk panics in shipyard 0.11.5.
    if !people.is_empty() {
        named.extend(people.into_iter().zip(all.bulk_add_entity(characters)));
    }
    if !beasts.is_empty() {
        named.extend(beasts.into_iter().zip(all.bulk_add_entity(creatures)));
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
    let Blueprint { body, identity, vitals, role } = blueprint;
    let slot = all.add_entity((body, identity, vitals));
    match role {
        Role::Character { fighter, effects, controls, hero } => {
            all.add_component(slot, (fighter, effects, controls, *hero));
        }
        Role::Creature { fighter, effects, brain, grudge } => {
            all.add_component(slot, (fighter, effects, brain, grudge));
        }
        Role::Bystander => {}
        Role::Item(drop) => all.add_component(slot, (drop,)),
        Role::Area(field) => all.add_component(slot, (field,)),
    }
    slot
}

#[cfg(test)]
fn insert_backward(all: &mut AllStorages, blueprint: Blueprint) -> shipyard::EntityId {
    let Blueprint { body, identity, vitals, role } = blueprint;
    let slot = all.add_entity(());
    match role {
        Role::Character { fighter, effects, controls, hero } => {
            all.add_component(slot, (*hero,));
            all.add_component(slot, (controls,));
            all.add_component(slot, (effects,));
            all.add_component(slot, (fighter,));
        }
        Role::Creature { fighter, effects, brain, grudge } => {
            all.add_component(slot, (grudge,));
            all.add_component(slot, (brain,));
            all.add_component(slot, (effects,));
            all.add_component(slot, (fighter,));
        }
        Role::Bystander => {}
        Role::Item(drop) => all.add_component(slot, (drop,)),
        Role::Area(field) => all.add_component(slot, (field,)),
    }
    all.add_component(slot, (vitals,));
    all.add_component(slot, (identity,));
    all.add_component(slot, (body,));
    slot
}
