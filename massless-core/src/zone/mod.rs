//! A zone: a pure value that steps from tick to tick.
//!
//! It has no clock, no socket, no file, no log. What enters is in the commands, what leaves is in the
//! `StepOutput`. The same snapshot and the same commands give the same bits on any machine with any
//! number of threads.

mod input_buffer;
pub(crate) mod places;
mod publish;
pub(crate) mod roster;
mod schedule;
pub(crate) mod spawn;
pub(crate) mod state;
pub(crate) mod stock;
#[cfg(test)]
mod tests;
pub(crate) mod trades;
pub(crate) mod trails;

use std::sync::Arc;

use shipyard::{UniqueView, UniqueViewMut, World};
use thiserror::Error;

pub use self::input_buffer::{Arrival, InputBuffer};
use self::roster::Roster;
use self::schedule::SYSTEMS;
use self::state::{
    Blows, Clock, Deaths, Departures, Flights, Graves, Inbox, Outbox, PathQueue, Pending, People,
    Scene, Secret,
};
use self::trails::Trails;
use crate::command::Command;
use crate::content::Content;
use crate::event::Event;
use crate::hash::StateHash;
use crate::ids::{ActorId, ZoneId};
use crate::intent::Intent;
use crate::spatial::cells::CellIndex;
use crate::systems;
pub use crate::systems::digest::{Digests, PARTS};
use crate::units::Tick;
use crate::view::View;

/// Is told which system runs: the host's timer, a test's recorder.
pub trait Probe {
    /// The system of that name begins; the one before has ended.
    fn enter(&mut self, system: &'static str);

    /// The last system has ended and the zone shows what became of it.
    fn leave(&mut self) {}
}

/// A probe that listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl Probe for NoProbe {
    fn enter(&mut self, _system: &'static str) {}
}

/// Why a zone could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// The content has no such zone.
    #[error("the content has no zone {0}")]
    UnknownZone(ZoneId),
}

/// What one step gave.
#[derive(Clone, Copy, Debug)]
pub struct StepOutput<'a> {
    /// The tick that was stepped.
    pub tick: Tick,
    /// Hash of the whole state after it.
    pub hash: StateHash,
    /// Digests of its parts.
    pub digests: &'a Digests,
    /// What happened, in order.
    pub events: &'a [Event],
    /// What the zone asks of the store, in order.
    pub intents: &'a [Intent],
    /// What the zone shows.
    pub view: &'a View,
}

/// One zone of the world.
pub struct Zone {
    world: World,
    epoch: u32,
    tick: Tick,
    view: View,
    events: Vec<Event>,
    intents: Vec<Intent>,
    digests: Digests,
}

impl core::fmt::Debug for Zone {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let actors = self.view.len();
        f.debug_struct("Zone").field("tick", &self.tick).field("actors", &actors).finish()
    }
}

impl Zone {
    /// A fresh zone at tick 0: its NPCs and creatures come with the first steps.
    ///
    /// `seed` decides every draw; `epoch` is raised by the host with every start or restore.
    pub fn new(
        content: Arc<Content>,
        zone: ZoneId,
        seed: u64,
        epoch: u32,
    ) -> Result<Self, ZoneError> {
        let map = content.zone(zone).ok_or(ZoneError::UnknownZone(zone))?.map.clone();
        let scene = Scene { content, map, zone, seed };
        Ok(Self::assemble(scene, Tick::default(), Roster::default(), epoch))
    }

    pub(crate) fn assemble(scene: Scene, tick: Tick, roster: Roster, epoch: u32) -> Self {
        let extent = scene.map.extent();
        let cells = || CellIndex::new(extent.x, extent.y);
        let world = World::new();
        world.add_unique(scene);
        world.add_unique(Clock(tick));
        world.add_unique(roster);
        world.add_unique(Inbox::default());
        world.add_unique(Outbox::default());
        world.add_unique(Departures::default());
        world.add_unique(PathQueue::default());
        world.add_unique(Flights::default());
        world.add_unique(Graves::default());
        world.add_unique(Secret::default());
        world.add_unique(Pending::default());
        world.add_unique(Trails::default());
        world.add_unique(Blows::default());
        world.add_unique(Deaths::default());
        world.add_unique(People { cells: cells(), ..People::default() });
        world.add_unique(Digests::default());
        world.add_unique(systems::brain::Scratch::default());
        world.add_unique(systems::skills::Scratch::default());
        world.add_unique(systems::hits::Scratch::default());
        world.add_unique(systems::periodic::Scratch::default());
        world.add_unique(systems::commit::Scratch::default());
        world.add_unique(systems::digest::Scratch::default());
        world.add_unique(systems::movement::Scratch::default());
        world.add_unique(systems::populate::Scratch::default());
        let view = View { cells: cells(), ..View::default() };
        let (events, intents) = (Vec::new(), Vec::new());
        Self { world, epoch, tick, view, events, intents, digests: Digests::default() }
    }

    /// Advances by exactly one tick of 50 ms.
    ///
    /// `commands` in their order: the host's first, then acts by player id in the order they came, then at
    /// most one input a player, by player id. What
    /// breaks the order or a bound is reported as `Event::Rejected` and changes nothing.
    pub fn step(&mut self, commands: &[Command], probe: &mut dyn Probe) -> StepOutput<'_> {
        self.accept(commands);
        for (name, system) in SYSTEMS {
            probe.enter(name);
            system(&self.world);
        }
        probe.enter("publish");
        let stepped = self.tick;
        self.tick = self.tick.next();
        self.publish(stepped);
        probe.leave();
        StepOutput {
            tick: stepped,
            hash: self.digests.whole(),
            digests: &self.digests,
            events: &self.events,
            intents: &self.intents,
            view: &self.view,
        }
    }

    fn accept(&mut self, commands: &[Command]) {
        self.world.run(
            |mut clock: UniqueViewMut<'_, Clock>,
             mut inbox: UniqueViewMut<'_, Inbox>,
             mut outbox: UniqueViewMut<'_, Outbox>,
             mut pending: UniqueViewMut<'_, Pending>| {
                pending.fresh.clear();
                clock.0 = self.tick;
                inbox.0.clear();
                inbox.0.extend_from_slice(commands);
                outbox.0.clear();
            },
        );
    }

    fn publish(&mut self, stepped: Tick) {
        let Self { world, view, events, intents, digests, .. } = self;
        publish::columns(world, stepped, view);
        world.run(
            |mut outbox: UniqueViewMut<'_, Outbox>,
             mut pending: UniqueViewMut<'_, Pending>,
             fresh: UniqueView<'_, Digests>| {
                core::mem::swap(events, &mut outbox.0);
                core::mem::swap(intents, &mut pending.fresh);
                *digests = fresh.clone();
            },
        );
    }

    /// Fills in what is derived from state: needed after a restore.
    pub(crate) fn derive(&mut self) {
        crate::systems::reindex::run(&self.world);
        publish::columns(&self.world, self.tick, &mut self.view);
    }

    /// Which zone this is.
    #[must_use]
    pub fn id(&self) -> ZoneId {
        self.world.run(|scene: UniqueView<'_, Scene>| scene.zone)
    }

    /// The seed of its draws.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.world.run(|scene: UniqueView<'_, Scene>| scene.seed)
    }

    /// Its definitions.
    #[must_use]
    pub fn content(&self) -> Arc<Content> {
        self.world.run(|scene: UniqueView<'_, Scene>| scene.content.clone())
    }

    /// The tick the next step will be.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// How often the zone was started or restored.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// What waits for the store, rising by id: a host asks for it again after a restore.
    #[must_use]
    pub fn pending(&self) -> Vec<Intent> {
        self.world.run(|pending: UniqueView<'_, Pending>| pending.list.clone())
    }

    /// What it shows after the last step (after a restore: of the restored state).
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Bytes that the zone's actors take, near enough for a gauge: what they are made of, and the view of them. Their
    /// lists (cooldowns, effects, hatred) and the content, which zones share, do not count.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.view().memory_bytes() + self.view().len() * crate::components::BODY_BYTES
    }

    /// The whole state as bytes; see `snapshot`.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        crate::snapshot::encode(self)
    }

    /// A zone with the state of a snapshot, under a new epoch.
    pub fn restore(
        content: Arc<Content>,
        snapshot: &[u8],
        epoch: u32,
    ) -> Result<Self, crate::snapshot::RestoreError> {
        crate::snapshot::restore(content, snapshot, epoch, spawn::InsertOrder::Forward)
    }

    pub(crate) const fn world(&self) -> &World {
        &self.world
    }

    /// Canonical bytes of one actor, one entry a component: how two zones are compared in detail.
    #[must_use]
    pub fn describe(&self, actor: ActorId) -> Vec<(&'static str, String)> {
        publish::describe(&self.world, actor)
    }
}
