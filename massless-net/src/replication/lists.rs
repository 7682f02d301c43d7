//! Whom a client looks at first, and what goes into one of its frames.

use massless_core::limits::PARTY_MAX;

use super::fill::enter_cost;
use super::tracks::Tracks;
use crate::interest::slots::SlotSet;

/// Slots that come first in a client's frames, and are in sight in the whole zone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Focus {
    /// Of the chosen target.
    pub(super) target: Option<u32>,
    members: [u32; PARTY_MAX],
    count: usize,
}

impl Focus {
    /// The target alone.
    pub(super) fn on(target: Option<u32>) -> Self {
        Self { target, ..Self::default() }
    }

    /// Adds a member of the party.
    pub(super) fn add(&mut self, slot: u32) {
        if self.count < PARTY_MAX {
            self.members[self.count] = slot;
            self.count += 1;
        }
    }

    /// Slots of the party.
    pub(super) fn party(&self) -> &[u32] {
        &self.members[..self.count]
    }
}

/// What goes into one frame, by slot; each slot is in one list at most.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) leave: SlotSet,
    pub(super) enter: SlotSet,
    pub(super) absolute: SlotSet,
    pub(super) delta: SlotSet,
    /// What a cut keeps.
    pub(super) chosen: SlotSet,
    /// Whom the client knows once it has read the frame.
    pub(super) known: SlotSet,
}

impl Lists {
    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        let Self { leave, enter, absolute, delta, chosen, known } = self;
        for set in [leave, enter, absolute, delta, chosen, known] {
            set.grow(words);
        }
    }

    /// Bits of a slot's record without its gap; `None` when nothing is to be told.
    pub(super) fn cost_of(&self, tracks: &Tracks, slot: u32, ring: usize) -> Option<u32> {
        if self.delta.contains(slot) {
            Some(tracks.delta_bits(ring, slot))
        } else if self.absolute.contains(slot) {
            Some(tracks.absolute_bits(ring, slot))
        } else if self.enter.contains(slot) {
            Some(enter_cost(tracks, slot, ring))
        } else {
            None
        }
    }

    /// Records of all lists.
    pub(super) fn count(&self) -> u32 {
        let Self { leave, enter, absolute, delta, .. } = self;
        let words = leave.words().iter().zip(enter.words());
        let words = words.zip(absolute.words()).zip(delta.words());
        words
            .map(|(((leave, enter), absolute), delta)| {
                (leave | enter | absolute | delta).count_ones()
            })
            .sum()
    }

    /// Forgets all that was not chosen.
    pub(super) fn keep_chosen(&mut self) {
        let Self { leave, enter, absolute, delta, chosen, .. } = self;
        for list in [leave, enter, absolute, delta] {
            list.intersect(chosen);
        }
    }
}
