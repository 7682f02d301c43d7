//! What goes into a frame that has no room for all.
//!
//! What a record takes is that of the tight coding: where another one takes more, the frame is filled again with less.
//! Only what gets in is looked at, and the first of each ring that does not: each ring goes on there in the
//! next frame that is too small. So everybody has his turn, and the cost is that of what is sent.

use super::lists::Lists;
use super::tracks::Tracks;
use crate::interest::RINGS;
use crate::interest::slots::{BitsOf, SlotSet};
use crate::wire::bits::gap_bits;
use crate::wire::record::{LEFT_BITS, enter_bits};
use crate::wire::update::order_of;

/// Bits of a record with its gap in a crowd, about.
pub(super) const RECORD_BITS_MEAN: u32 = 40;
/// Bits a gap may be longer than the mean gap is.
const GAP_SLACK_BITS: u32 = 2;
/// The outer rings have this share of the room together, if they have anything to tell: 1 / n. The
/// inner ring has what is left, and what they do not need.
const OUTER_SHARE: u32 = 4;
/// Of so many frames that are too small, one tells of the outermost ring before the middle one.
const OUTERMOST_FRAMES: u8 = 4;

/// Where each ring goes on.
pub(super) type Cursors = [u32; RINGS];

/// Chooses records until there is no room.
pub(super) struct Filler<'a> {
    tracks: &'a Tracks,
    lists: &'a mut Lists,
    room: u32,
    gap: u32,
    cut: bool,
}

impl<'a> Filler<'a> {
    /// Chooses among the lists for a frame with `room` bits for records, of a zone with so many
    /// slots.
    pub(super) fn new(tracks: &'a Tracks, lists: &'a mut Lists, room: u32, slots: u32) -> Self {
        lists.chosen.clear();
        let count = lists.count().min(room / RECORD_BITS_MEAN).max(1);
        let gap = gap_bits(slots / count, order_of(count, slots)) + GAP_SLACK_BITS;
        Self { tracks, lists, room, gap, cut: false }
    }

    /// Keeps of the lists what fits: who left, then target, attackers and party, then ring by ring from
    /// the cursors on, which are moved. Returns whether something had to be left out.
    pub(super) fn fill(
        mut self,
        rings: &[SlotSet; RINGS],
        focus: &[u32],
        (number, cursors): (u8, &mut Cursors),
    ) -> bool {
        self.take_left();
        for &slot in focus {
            if let Some(ring) = rings.iter().position(|ring| ring.contains(slot)) {
                self.try_take(slot, ring);
            }
        }
        let has_outer = self.has_any(&rings[1]) || self.has_any(&rings[2]);
        let held = if has_outer { self.room / OUTER_SHARE } else { 0 };
        self.room -= held;
        self.take_ring(0, &rings[0], cursors);
        self.room += held;
        let is_outermost = number.is_multiple_of(OUTERMOST_FRAMES);
        for ring in if is_outermost { [2, 1] } else { [1, 2] } {
            self.take_ring(ring, &rings[ring], cursors);
        }
        if self.cut {
            self.lists.keep_chosen();
        }
        self.cut
    }

    fn take_left(&mut self) {
        let Lists { leave, chosen, .. } = &mut *self.lists;
        let cost = LEFT_BITS + self.gap;
        for slot in leave.iter() {
            if cost > self.room {
                self.cut = true;
                break;
            }
            self.room -= cost;
            chosen.insert(slot);
        }
    }

    fn has_any(&self, ring: &SlotSet) -> bool {
        let Lists { enter, absolute, delta, .. } = &*self.lists;
        let words = ring.words().iter().zip(enter.words()).zip(absolute.words()).zip(delta.words());
        words.fold(0, |any, (((ring, enter), absolute), delta)| {
            any | ring & (enter | absolute | delta)
        }) != 0
    }

    /// Takes a slot that is on a list and has room.
    fn try_take(&mut self, slot: u32, ring: usize) {
        let cost = self.lists.cost_of(self.tracks, slot, ring);
        let Some(cost) = cost.map(|cost| cost + self.gap) else { return };
        if cost <= self.room && !self.lists.chosen.contains(slot) {
            self.room -= cost;
            self.lists.chosen.insert(slot);
        }
    }

    /// Takes a ring's slots from its cursor on, once round, up to the first one that has no room.
    fn take_ring(&mut self, ring: usize, seen: &SlotSet, cursors: &mut Cursors) {
        let words = seen.words().len();
        let cursor = cursors[ring];
        let (first, below) = ((cursor / 64) as usize, (1_u64 << (cursor % 64)) - 1);
        for (turn, at) in (first..words).chain(0..=first).enumerate() {
            let part = match turn {
                0 => !below,
                _ if at == first => below,
                _ => u64::MAX,
            };
            let stop = self.take_word(ring, at, seen.words()[at] & part);
            if let Some(slot) = stop {
                cursors[ring] = slot;
                self.cut = true;
                return;
            }
        }
    }

    /// Takes of these slots of a word what is on a list; returns the first one that has no room.
    fn take_word(&mut self, ring: usize, at: usize, seen: u64) -> Option<u32> {
        let Lists { enter, absolute, delta, chosen, .. } = &mut *self.lists;
        let (enter, absolute) = (enter.words()[at], absolute.words()[at]);
        let listed = enter | absolute | delta.words()[at];
        let chosen = &mut chosen.words_mut()[at];
        for bit in BitsOf(seen & listed & !*chosen) {
            let slot = at as u32 * 64 + bit;
            let cost = self.gap
                + if enter >> bit & 1 == 1 {
                    enter_cost(self.tracks, slot, ring)
                } else if absolute >> bit & 1 == 1 {
                    self.tracks.absolute_bits(ring, slot)
                } else {
                    self.tracks.delta_bits(ring, slot)
                };
            if cost > self.room {
                return Some(slot);
            }
            self.room -= cost;
            *chosen |= 1 << bit;
        }
        None
    }
}

/// Bits of a slot's enter record.
pub(super) fn enter_cost(tracks: &Tracks, slot: u32, ring: usize) -> u32 {
    let absolute = tracks.absolute_bits(ring, slot);
    tracks.identity(slot).map_or(0, |identity| enter_bits(identity, absolute))
}
