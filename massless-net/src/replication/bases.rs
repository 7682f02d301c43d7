//! What clients that are told by datagram may still have: the last few published tracks of every slot and ring,
//! each with a number, and the changes from each of them to the newest one.
//!
//! Like the tracks these are made once for all clients. Nothing is kept as long as no such client looks.

use massless_core::codec::BitWriter;
use massless_core::units::Tick;

use crate::interest::RINGS;
use crate::wire::Coding;
use crate::wire::packed::Bits;
use crate::wire::record::{Track, absolute_bits, delta_bits, plan_delta};

/// Tracks that are remembered for each slot and ring, the newest among them.
const KEPT: usize = 4;
/// Bits of a number; a ring takes two more.
const NUMBER_BITS: u32 = 14;

/// A published track that a client may have: a ring and the number of the publication, 1 to 16,383 and round again.
/// That many publications take 13 minutes at least, and no client has the same track for so long while it is
/// published anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Base(u16);

impl Base {
    /// None at all.
    pub(super) const NONE: Self = Self(0);

    const fn new(ring: usize, number: u16) -> Self {
        Self((ring as u16) << NUMBER_BITS | number)
    }
}

/// One slot in one ring.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// The newest first. Number 0 is none.
    kept: [(u16, Track); KEPT],
    /// The changes from the kept ones to the newest in the tight coding, as of `told`; empty where there is none.
    deltas: [Bits; KEPT],
    told: Tick,
    /// The newest one goes another way.
    moved: bool,
}

/// A change from a track that a client may have to the newest one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'a> {
    row: &'a Row,
    from: usize,
}

impl Change<'_> {
    /// Appends its record.
    pub(super) fn write(&self, coding: Coding, out: &mut BitWriter) {
        let Row { kept, deltas, told, moved } = self.row;
        if coding == Coding::Tight {
            return deltas[self.from].copy_to(out);
        }
        let newest = &kept[0].1;
        match plan_delta(&kept[self.from].1, newest, *moved, coding) {
            Some(delta) => delta_bits(&delta, coding).copy_to(out),
            None => absolute_bits(newest, *told, coding).copy_to(out),
        }
    }
}

impl Row {
    fn number_next(&self) -> u16 {
        self.kept[0].0 % ((1 << NUMBER_BITS) - 1) + 1
    }

    /// Nothing that was known before is of use any more.
    fn restart(&mut self, track: &Track) {
        let number = self.number_next();
        self.kept = [(0, Track::default()); KEPT];
        self.kept[0] = (number, *track);
        self.deltas = [Bits::default(); KEPT];
    }

    fn push(&mut self, new: &Track, moved: bool, tick: Tick) {
        let number = self.number_next();
        self.kept.rotate_right(1);
        self.kept[0] = (number, *new);
        (self.told, self.moved) = (tick, moved);
        for ((number, old), delta) in self.kept[1..].iter().zip(&mut self.deltas[1..]) {
            let way =
                |track: &Track| (track.tick, track.x, track.z, track.velocity_x, track.velocity_z);
            // A change that leaves the way alone says nothing of it; one from another way has to.
            let is_of_use = *number != 0 && (moved || way(old) == way(new));
            let planned = if is_of_use { plan_delta(old, new, moved, Coding::Tight) } else { None };
            *delta = planned.map_or(Bits::default(), |it| delta_bits(&it, Coding::Tight));
        }
    }
}

/// All slots, by ring.
#[derive(Clone, Debug, Default)]
pub(super) struct Bases {
    is_kept: bool,
    rows: [Vec<Row>; RINGS],
}

impl Bases {
    /// From now on tracks are remembered.
    pub(super) fn start(&mut self, slots: usize, track: impl Fn(usize, usize) -> Track) {
        if self.is_kept {
            return;
        }
        self.is_kept = true;
        self.grow(slots);
        for (ring, rows) in self.rows.iter_mut().enumerate() {
            for (slot, row) in rows.iter_mut().enumerate() {
                row.restart(&track(ring, slot));
            }
        }
    }

    /// Bytes it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.rows.iter().map(|rows| rows.capacity() * size_of::<Row>()).sum()
    }

    /// Makes room for slots.
    pub(super) fn grow(&mut self, slots: usize) {
        if self.is_kept {
            self.rows.iter_mut().for_each(|rows| rows.resize(slots, Row::default()));
        }
    }

    /// A slot's tracks are all this one, whatever they were.
    pub(super) fn restart(&mut self, slot: u32, track: &Track) {
        if self.is_kept {
            self.rows.iter_mut().for_each(|rows| rows[slot as usize].restart(track));
        }
    }

    /// A slot's track was published in a tick; `moved`: with another way.
    pub(super) fn publish(
        &mut self,
        (ring, slot): (usize, u32),
        new: &Track,
        moved: bool,
        tick: Tick,
    ) {
        if self.is_kept {
            self.rows[ring][slot as usize].push(new, moved, tick);
        }
    }

    /// The newest track of a slot in a ring.
    pub(super) fn newest(&self, ring: usize, slot: u32) -> Base {
        self.rows[ring].get(slot as usize).map_or(Base::NONE, |row| Base::new(ring, row.kept[0].0))
    }

    /// The record that turns `base` into the newest track of a slot in a ring, if that was published in `tick` and
    /// a change can say it.
    pub(super) fn change(
        &self,
        (ring, slot): (usize, u32),
        base: Base,
        tick: Tick,
    ) -> Option<Change<'_>> {
        let row = self.rows[ring].get(slot as usize).filter(|row| row.told == tick)?;
        let found = |from: &usize| {
            let number = row.kept[*from].0;
            let is_it = number != 0 && base != Base::NONE && Base::new(ring, number) == base;
            is_it && !row.deltas[*from].is_empty()
        };
        (1..KEPT).find(found).map(|from| Change { row, from })
    }
}
