//! Last in the tick: the 128-bit state hash, with a digest per component so that a divergence has a name.
//!
//! Reads everything that is state, in `ActorId` order; writes the digests.

use shipyard::{Component, Get, Unique, UniqueView, UniqueViewMut, View, World};

use crate::codec::Sink;
use crate::components::{Body, Brain, Canonical, Controls, Identity, Vitals, put_vec2};
use crate::hash::{Hasher, StateHash};
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, PathQueue, Scene};

/// Parts of the state that have a digest of their own, in the order of `Digests`.
pub const PARTS: [&str; 7] =
    ["zone", "body", "identity", "vitals", "controls", "brain", "path queue"];

/// Digests of the parts named in `PARTS`.
#[derive(Unique, Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// 128 bits each, `[PARTS]`.
    pub parts: [u128; PARTS.len()],
}

impl Digests {
    /// The hash over all parts.
    #[must_use]
    pub fn whole(&self) -> StateHash {
        let mut hasher = Hasher::new();
        for part in self.parts {
            hasher.u64(part as u64);
            hasher.u64((part >> 64) as u64);
        }
        StateHash::new(hasher.finish())
    }

    /// The low 16 bits of each part: what a log keeps to name the part that diverged.
    #[must_use]
    pub fn fingerprints(&self) -> [u16; PARTS.len()] {
        self.parts.map(|part| part as u16)
    }
}

pub(crate) fn run(world: &World) {
    let parts = [
        zone(world),
        component::<Body>(world),
        component::<Identity>(world),
        component::<Vitals>(world),
        component::<Controls>(world),
        component::<Brain>(world),
        path_queue(world),
    ];
    world.run(|mut digests: UniqueViewMut<'_, Digests>| digests.parts = parts);
}

fn zone(world: &World) -> u128 {
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>| {
            let mut hasher = Hasher::new();
            hasher.u32(scene.zone.get());
            hasher.u64(scene.seed);
            hasher.u64(clock.0.get());
            hasher.u64(roster.newest());
            for actor in roster.actors() {
                hasher.u64(actor.get());
            }
            hasher.finish()
        },
    )
}

fn component<C: Component + Canonical + Send + Sync>(world: &World) -> u128
where
    C::Tracking: Send + Sync,
{
    world.run(|roster: UniqueView<'_, Roster>, view: View<'_, C>| {
        let mut hasher = Hasher::new();
        for (actor, slot) in roster.iter() {
            if let Ok(component) = (&view).get(slot) {
                hasher.u64(actor.get());
                component.put(&mut hasher);
            }
        }
        hasher.finish()
    })
}

fn path_queue(world: &World) -> u128 {
    world.run(|queue: UniqueView<'_, PathQueue>| {
        let mut hasher = Hasher::new();
        for query in &queue.waiting {
            hasher.u64(query.actor.get());
            put_vec2(&mut hasher, query.goal);
        }
        hasher.finish()
    })
}
