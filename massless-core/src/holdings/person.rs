//! One character with all that an act, an answer or a reward reads and changes of it.

use shipyard::{Get, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::{Body, Controls, Fighter, Hero, Identity, Vitals};
use crate::content::Content;
use crate::event::{Event, Rejection};
use crate::ids::{ActorId, PlayerId};
use crate::math::Vec3;
use crate::units::{Level, Tick};
use crate::zone::roster::Roster;
use crate::zone::state::{Blows, Clock, Outbox, Pending, Scene};

/// A character in the hands of a rule.
pub(crate) struct Person<'a> {
    pub(crate) now: Tick,
    pub(crate) scene: &'a Scene,
    pub(crate) player: PlayerId,
    pub(crate) actor: ActorId,
    /// Feet.
    pub(crate) place: Vec3,
    pub(crate) identity: &'a mut Identity,
    pub(crate) vitals: &'a mut Vitals,
    pub(crate) fighter: &'a mut Fighter,
    pub(crate) hero: &'a mut Hero,
    pub(crate) pending: &'a mut Pending,
    pub(crate) blows: &'a mut Blows,
    pub(crate) events: &'a mut Vec<Event>,
}

impl<'a> Person<'a> {
    /// All definitions.
    pub(crate) fn content(&self) -> &'a Content {
        &self.scene.content
    }

    pub(crate) const fn level(&self) -> Level {
        self.identity.level
    }

    /// Refuses the dead.
    pub(crate) const fn alive(&self) -> Result<(), Rejection> {
        if self.vitals.is_alive() { Ok(()) } else { Err(Rejection::Dead) }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// Does something with a player's character; `None` when it is not here.
pub(crate) fn with_person<R>(
    world: &World,
    player: PlayerId,
    act: impl FnOnce(&mut Person<'_>) -> R,
) -> Option<R> {
    world.run(
        |(clock, scene, roster): (
            UniqueView<'_, Clock>,
            UniqueView<'_, Scene>,
            UniqueView<'_, Roster>,
        ),
         bodies: View<'_, Body>,
         (mut identities, mut vitals): (ViewMut<'_, Identity>, ViewMut<'_, Vitals>),
         (mut fighters, mut heroes): (ViewMut<'_, Fighter>, ViewMut<'_, Hero>),
         (mut pending, mut blows, mut outbox): (
            UniqueViewMut<'_, Pending>,
            UniqueViewMut<'_, Blows>,
            UniqueViewMut<'_, Outbox>,
        )| {
            let actor = roster.actor_of(player)?;
            let slot = roster.slot(actor).expect("a player's actor is in the roster");
            let body = (&bodies).get(slot).expect("every actor has a body");
            let mut identity = (&mut identities).get(slot).expect("every actor has an identity");
            let mut vitals = (&mut vitals).get(slot).expect("every actor has vitals");
            let mut fighter = (&mut fighters).get(slot).expect("every character can fight");
            let mut hero = (&mut heroes).get(slot).expect("every character has progress");
            Some(act(&mut Person {
                now: clock.0,
                scene: &scene,
                player,
                actor,
                place: body.walker.position,
                identity: &mut identity,
                vitals: &mut vitals,
                fighter: &mut fighter,
                hero: &mut hero,
                pending: &mut pending,
                blows: &mut blows,
                events: &mut outbox.0,
            }))
        },
    )
}

/// Whose character an actor is.
pub(crate) fn player_of(world: &World, actor: ActorId) -> Option<PlayerId> {
    world.run(|roster: UniqueView<'_, Roster>, controls: View<'_, Controls>| {
        let slot = roster.slot(actor)?;
        (&controls).get(slot).ok().map(|held| held.player)
    })
}
