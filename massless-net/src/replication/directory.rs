//! Which actor has which replication slot: the lowest free number, kept as long as it is in the zone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use massless_core::content::map::Map;
use massless_core::ids::ActorId;
use massless_core::view::View;

use super::tracks::{Tracks, has_name};
use crate::limits::SLOTS_MAX;

/// Words by which all sets grow at once: room for 512 more actors. Every word is walked for every
/// client, so there are few to spare.
const GROWTH_WORDS: usize = 8;

/// Actors of the last view and their slots.
#[derive(Debug, Default)]
pub(super) struct Directory {
    actors: Vec<ActorId>,
    slot_of: Vec<u32>,
    actors_before: Vec<ActorId>,
    slot_of_before: Vec<u32>,
    free: BinaryHeap<Reverse<u32>>,
    freed: Vec<u32>,
    slots: u32,
    words: usize,
}

impl Directory {
    /// Highest slot plus one.
    pub(super) const fn slots(&self) -> u32 {
        self.slots
    }

    /// Words of 64 slots that all sets have to have.
    pub(super) const fn words(&self) -> usize {
        self.words
    }

    /// The slots of the view's actors: `[actor]`.
    pub(super) fn column(&self) -> &[u32] {
        &self.slot_of
    }

    /// The slot of an actor of the view; 0 is nobody.
    pub(super) fn slot_of(&self, actor: ActorId) -> Option<u32> {
        if actor == ActorId::default() {
            return None;
        }
        self.actors.binary_search(&actor).ok().map(|index| self.slot_of[index])
    }

    /// Gives slots to actors that are new in the view and frees those of actors that are gone.
    /// A slot freed in this tick is not given away before the next one.
    pub(super) fn assign(&mut self, view: &View, tracks: &mut Tracks, map: &Map) {
        core::mem::swap(&mut self.actors, &mut self.actors_before);
        core::mem::swap(&mut self.slot_of, &mut self.slot_of_before);
        self.actors.clear();
        self.slot_of.clear();
        self.actors.extend_from_slice(&view.actor);
        let mut before = 0;
        let mut named = false;
        for (index, &actor) in view.actor.iter().enumerate() {
            while self.actors_before.get(before).is_some_and(|old| *old < actor) {
                self.free_slot(before, tracks);
                before += 1;
            }
            let slot = if self.actors_before.get(before) == Some(&actor) {
                before += 1;
                self.slot_of_before[before - 1]
            } else {
                named |= has_name(view.kind[index]);
                let slot = self.take_slot(tracks);
                tracks.spawn(slot, view, index, map);
                slot
            };
            self.slot_of.push(slot);
        }
        while before < self.actors_before.len() {
            self.free_slot(before, tracks);
            before += 1;
        }
        self.free.extend(self.freed.drain(..).map(Reverse));
        if named {
            for (entry, name) in view.players.iter().zip(&view.names) {
                tracks.set_name(self.slot_of[entry.index as usize], name);
            }
        }
    }

    fn free_slot(&mut self, index: usize, tracks: &mut Tracks) {
        let slot = self.slot_of_before[index];
        tracks.despawn(slot);
        self.freed.push(slot);
    }

    fn take_slot(&mut self, tracks: &mut Tracks) -> u32 {
        let slot = if let Some(Reverse(slot)) = self.free.pop() {
            slot
        } else {
            assert!(self.slots < SLOTS_MAX, "a zone holds fewer actors than slots");
            self.slots += 1;
            self.slots - 1
        };
        let words = (self.slots as usize).div_ceil(64);
        if words > self.words {
            self.words = words + GROWTH_WORDS;
            tracks.grow(self.words);
        }
        slot
    }
}
