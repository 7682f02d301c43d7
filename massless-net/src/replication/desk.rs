//! The events of a tick, encoded once for all clients, by whom they are about.

use massless_core::event::{Audience, Event};
use massless_core::ids::{ActorId, PlayerId};

use crate::interest::slots::SlotSet;
use crate::wire::event::{Encoded, encode};

/// No slot: nobody, or somebody who is gone.
const NOWHERE: u32 = u32::MAX;

/// An event of this tick.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// What it says.
    pub(super) encoded: Encoded,
    /// Bits it takes in a frame, at most.
    pub(super) bits: u32,
    slots: [u32; 2],
}

impl Told {
    /// Slots of those it is about.
    pub(super) fn slots(&self) -> [Option<u32>; 2] {
        self.slots.map(|slot| (slot != NOWHERE).then_some(slot))
    }
}

/// All events of a tick.
#[derive(Debug, Default)]
pub(super) struct Desk {
    list: Vec<Told>,
    /// Slot, index, and whether those who see that slot are told; rising.
    by_slot: Vec<(u32, u32, bool)>,
    /// Where a slot's entries begin and end: `[slot]`, of those that are `named`.
    range: Vec<(u32, u32)>,
    /// Slots with entries.
    named: SlotSet,
    /// Player and index; rising.
    by_player: Vec<(PlayerId, u32)>,
    /// Slots with events for those who see them.
    heard: SlotSet,
    /// Bits of the shortest event for those who see somebody.
    bits_min: u32,
}

impl Desk {
    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        self.heard.grow(words);
        self.named.grow(words);
        self.range.resize(words * 64, (0, 0));
    }

    /// Takes in the events of a tick; slots have `width` bits.
    pub(super) fn take(
        &mut self,
        events: &[Event],
        width: u32,
        slot_of: impl Fn(ActorId) -> Option<u32>,
    ) {
        self.list.clear();
        self.by_slot.clear();
        self.by_player.clear();
        self.heard.clear();
        self.named.clear();
        self.bits_min = u32::MAX;
        for event in events {
            let Some(encoded) = encode(event) else { continue };
            let index = self.list.len() as u32;
            let bits = 1 + encoded.bits_max(width);
            let mut told = Told { encoded, bits, slots: [NOWHERE; 2] };
            match event.audience() {
                Audience::Host => continue,
                Audience::Player(player) => self.by_player.push((player, index)),
                Audience::Around(first, second) => {
                    told.slots = encoded.named.map(|actor| slot_of(actor).unwrap_or(NOWHERE));
                    self.bits_min = self.bits_min.min(bits);
                    for (actor, slot) in encoded.named.into_iter().zip(told.slots) {
                        if slot != NOWHERE {
                            let is_heard = actor == first || actor == second;
                            self.by_slot.push((slot, index, is_heard));
                        }
                    }
                }
            }
            self.list.push(told);
        }
        self.by_slot.sort_unstable();
        self.by_player.sort_unstable();
        self.note_ranges();
    }

    fn note_ranges(&mut self) {
        for (at, &(slot, _, is_heard)) in self.by_slot.iter().enumerate() {
            let range = &mut self.range[slot as usize];
            if !self.named.contains(slot) {
                self.named.insert(slot);
                range.0 = at as u32;
            }
            range.1 = at as u32 + 1;
            if is_heard {
                self.heard.insert(slot);
            }
        }
    }

    /// Number of events.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// An event.
    pub(super) fn event(&self, index: u32) -> &Told {
        &self.list[index as usize]
    }

    /// Slots with events for those who see them.
    pub(super) fn heard(&self) -> &SlotSet {
        &self.heard
    }

    /// Bits of the shortest event for those who see somebody.
    pub(super) fn bits_min(&self) -> u32 {
        self.bits_min
    }

    /// Events about a slot, and whether those who see it are told.
    pub(super) fn of_slot(&self, slot: u32) -> impl Iterator<Item = (u32, bool)> + '_ {
        let (start, end) =
            if self.named.contains(slot) { self.range[slot as usize] } else { (0, 0) };
        self.by_slot[start as usize..end as usize].iter().map(|entry| (entry.1, entry.2))
    }

    /// Events for a player alone.
    pub(super) fn of_player(&self, player: PlayerId) -> impl Iterator<Item = u32> + '_ {
        let start = self.by_player.partition_point(|entry| entry.0 < player);
        let same = self.by_player[start..].iter().take_while(move |entry| entry.0 == player);
        same.map(|entry| entry.1)
    }
}

/// Which events were chosen for a client already, so that nobody is told twice.
#[derive(Debug, Default)]
pub(super) struct Marks {
    client: u32,
    chosen_for: Vec<u32>,
}

impl Marks {
    /// A tick with so many events begins.
    pub(super) fn begin(&mut self, events: usize) {
        self.client = 0;
        self.chosen_for.clear();
        self.chosen_for.resize(events, 0);
    }

    /// It is the turn of another client.
    pub(super) fn next_client(&mut self) {
        self.client += 1;
    }

    /// Marks an event; false when it was marked for this client before.
    pub(super) fn try_mark(&mut self, index: u32) -> bool {
        let chosen_for = &mut self.chosen_for[index as usize];
        let is_first = *chosen_for != self.client;
        *chosen_for = self.client;
        is_first
    }
}
