//! Last in the tick: the 128-bit state hash, with a digest per component so that a divergence has a name.
//!
//! Reads everything that is state, in `ActorId` order; writes the digests.

use shipyard::{Component, Get, Unique, UniqueView, UniqueViewMut, View, World};

use crate::codec::Sink;
use crate::components::{
    Body, Brain, Canonical, Controls, Drop, Effects, Field, Fighter, Grudge, Hero, Identity,
    Vitals, put_vec2,
};
use crate::hash::{Hasher, StateHash};
use crate::par;
use crate::zone::roster::{Roster, Slot};
use crate::zone::state::{Clock, PathQueue, Scene};
use crate::zone::stock;
use crate::zone::trails::Trails;

/// Parts of the state that have a digest of their own, in the order of `Digests`.
pub const PARTS: [&str; 15] = [
    "zone",
    "body",
    "identity",
    "vitals",
    "fighter",
    "effects",
    "controls",
    "hero",
    "brain",
    "grudge",
    "drop",
    "field",
    "path queue",
    "trails",
    "stock",
];

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

/// Digests of the components of one chunk of actors.
type ChunkDigests = [u128; 11];

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    chunks: Vec<ChunkDigests>,
}

pub(crate) fn run(world: &World) {
    let components = components(world);
    let mut parts = [0; PARTS.len()];
    parts[0] = zone(world);
    parts[1..=components.len()].copy_from_slice(&components);
    parts[PARTS.len() - 3] = path_queue(world);
    parts[PARTS.len() - 2] = trails(world);
    parts[PARTS.len() - 1] = stocked(world);
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

/// Chunks are hashed in parallel; a component's digest is the hash of its chunks' in order.
fn components(world: &World) -> ChunkDigests {
    world.run(
        |roster: UniqueView<'_, Roster>,
         (bodies, identities, vitals): (View<'_, Body>, View<'_, Identity>, View<'_, Vitals>),
         (fighters, effects): (View<'_, Fighter>, View<'_, Effects>),
         (controls, heroes): (View<'_, Controls>, View<'_, Hero>),
         (brains, grudges): (View<'_, Brain>, View<'_, Grudge>),
         (drops, fields): (View<'_, Drop>, View<'_, Field>),
         mut scratch: UniqueViewMut<'_, Scratch>| {
            par::map_chunks(roster.slots(), &mut scratch.chunks, |slots| {
                [
                    chunk(&bodies, slots),
                    chunk(&identities, slots),
                    chunk(&vitals, slots),
                    chunk(&fighters, slots),
                    chunk(&effects, slots),
                    chunk(&controls, slots),
                    chunk(&heroes, slots),
                    chunk(&brains, slots),
                    chunk(&grudges, slots),
                    chunk(&drops, slots),
                    chunk(&fields, slots),
                ]
            });
            let mut hashers = [const { Hasher::new() }; 11];
            for digests in &scratch.chunks {
                for (hasher, &digest) in hashers.iter_mut().zip(digests) {
                    hasher.u64(digest as u64);
                    hasher.u64((digest >> 64) as u64);
                }
            }
            hashers.map(Hasher::finish)
        },
    )
}

/// Who has the component is part of the digest; who the actors are is in the zone's.
fn chunk<C: Component + Canonical>(view: &View<'_, C>, slots: &[Slot]) -> u128 {
    let mut hasher = Hasher::new();
    for (place, &slot) in (0_u32..).zip(slots) {
        if let Ok(component) = view.get(slot) {
            hasher.u32(place);
            component.put(&mut hasher);
        }
    }
    hasher.finish()
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

fn trails(world: &World) -> u128 {
    let mut hasher = Hasher::new();
    world.run(|trails: UniqueView<'_, Trails>| trails.put(&mut hasher));
    hasher.finish()
}

fn stocked(world: &World) -> u128 {
    let mut hasher = Hasher::new();
    stock::put(world, &mut hasher);
    hasher.finish()
}
