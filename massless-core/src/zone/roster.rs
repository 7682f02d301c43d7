//! Who is in the zone: `ActorId` to shipyard's entity, sorted by `ActorId`, and players to actors.
//!
//! Every loop whose order could be seen goes through here, since shipyard's own order depends on
//! the history of removals. Only `zone/` names the type `EntityId`.

use shipyard::{EntityId, Unique};

use crate::ids::{ActorId, PlayerId};

/// Where an actor's components are, for the time of one system. A name of its own, so that nothing
/// outside `zone/` is tempted to keep one.
pub(crate) type Slot = EntityId;

/// All actors, rising, and which of them players own.
#[derive(Unique, Debug, Default)]
pub(crate) struct Roster {
    actors: Vec<ActorId>,
    slots: Vec<EntityId>,
    players: Vec<(PlayerId, ActorId)>,
    newest: u64,
}

impl Roster {
    /// An empty roster whose next actor is `newest + 1`.
    pub(crate) fn starting_after(newest: u64) -> Self {
        Self { newest, ..Self::default() }
    }

    /// Number of the newest actor ever; state.
    pub(crate) const fn newest(&self) -> u64 {
        self.newest
    }

    /// Number of actors.
    pub(crate) fn len(&self) -> usize {
        self.actors.len()
    }

    /// Actors and their entities, rising.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (ActorId, EntityId)> + '_ {
        self.actors.iter().copied().zip(self.slots.iter().copied())
    }

    /// Entities, in the order of `actors`: what parallel passes run over.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Ids, rising.
    pub(crate) fn actors(&self) -> &[ActorId] {
        &self.actors
    }

    /// The entity of an actor that is still here.
    pub(crate) fn slot(&self, actor: ActorId) -> Option<EntityId> {
        self.actors.binary_search(&actor).ok().map(|index| self.slots[index])
    }

    /// Players and their actors, rising by player.
    pub(crate) fn players(&self) -> &[(PlayerId, ActorId)] {
        &self.players
    }

    /// The actor of a player.
    pub(crate) fn actor_of(&self, player: PlayerId) -> Option<ActorId> {
        let index = self.players.binary_search_by_key(&player, |&(player, _)| player).ok()?;
        Some(self.players[index].1)
    }

    /// Names a new entity.
    pub(super) fn add(&mut self, slot: EntityId) -> ActorId {
        self.newest += 1;
        let actor = ActorId::new(self.newest);
        self.actors.push(actor);
        self.slots.push(slot);
        actor
    }

    /// Takes in an actor under the name it already has.
    pub(super) fn restore(&mut self, actor: ActorId, slot: EntityId) {
        if self.actors.last().is_none_or(|&last| last < actor) {
            self.actors.push(actor);
            self.slots.push(slot);
            return;
        }
        match self.actors.binary_search(&actor) {
            Ok(_) => panic!("actor {actor} is in the snapshot once: checked while reading"),
            Err(index) => {
                self.actors.insert(index, actor);
                self.slots.insert(index, slot);
            }
        }
    }

    /// Notes that a player owns an actor.
    pub(super) fn own(&mut self, player: PlayerId, actor: ActorId) {
        match self.players.binary_search_by_key(&player, |&(player, _)| player) {
            Ok(_) => panic!("player {player} has one body: checked on joining"),
            Err(index) => self.players.insert(index, (player, actor)),
        }
    }

    /// Forgets an actor and gives its entity back.
    pub(super) fn remove(&mut self, actor: ActorId) -> Option<EntityId> {
        let index = self.actors.binary_search(&actor).ok()?;
        self.actors.remove(index);
        self.players.retain(|&(_, owned)| owned != actor);
        Some(self.slots.remove(index))
    }
}
