//! Where creatures were in the last ticks: what a player's blow is measured against, because that is what
//! the player saw (game rules, section 3, rewind).
//!
//! State. Only who moved within the last four ticks has an entry, so a zone at rest keeps, hashes and saves
//! nothing of this; and only creatures have one, since nobody else is a target of players. Two sets of
//! columns take turns: movement goes through the actors in rising order and writes the other set.

use shipyard::Unique;

use crate::codec::{CodecError, Reader, Sink};
use crate::components::{get_vec3, put_vec3};
use crate::ids::ActorId;
use crate::limits::{ACTORS_MAX, REWIND_TICKS_MAX};
use crate::math::Vec3;

/// Ticks remembered.
const TICKS: usize = REWIND_TICKS_MAX as usize;

/// Places after the last ticks, the newest first.
type Past = [Vec3; TICKS];

/// Entries by actor, rising.
#[derive(Debug, Default)]
struct Columns {
    actor: Vec<ActorId>,
    past: Vec<Past>,
}

/// Recent places of whoever moved.
#[derive(Unique, Debug, Default)]
pub(crate) struct Trails {
    kept: Columns,
    /// Scratch: the columns that are being written, and how far the others are read.
    next: Columns,
    cursor: usize,
}

impl Trails {
    /// The bodies begin to move; there are so many actors.
    pub(crate) fn begin(&mut self, actors: usize) {
        let Columns { actor, past } = &mut self.next;
        actor.clear();
        past.clear();
        // Room for everybody, so that a steady tick never asks for memory.
        actor.reserve(actors);
        past.reserve(actors);
        self.cursor = 0;
    }

    /// Whether an actor has moved lately. Asked and `note`d in rising order.
    pub(crate) fn follows(&mut self, actor: ActorId) -> bool {
        while self.kept.actor.get(self.cursor).is_some_and(|&other| other < actor) {
            // It has left the zone.
            self.cursor += 1;
        }
        self.kept.actor.get(self.cursor) == Some(&actor)
    }

    /// An actor was at `before` after the last tick and is at `now`.
    pub(crate) fn note(&mut self, actor: ActorId, before: Vec3, now: Vec3) {
        let mut past = [before; TICKS];
        if self.follows(actor) {
            past[1..].copy_from_slice(&self.kept.past[self.cursor][..TICKS - 1]);
        }
        if past.iter().any(|&place| place != now) {
            self.next.actor.push(actor);
            self.next.past.push(past);
        }
    }

    /// All have moved.
    pub(crate) fn end(&mut self) {
        core::mem::swap(&mut self.kept, &mut self.next);
    }

    /// Where an actor that is at `now` was so many ticks ago; what is older than is remembered counts as the
    /// oldest.
    pub(crate) fn place(&self, actor: ActorId, ticks: u8, now: Vec3) -> Vec3 {
        let Some(index) = usize::from(ticks).min(TICKS).checked_sub(1) else { return now };
        let found = self.kept.actor.binary_search(&actor);
        found.map_or(now, |entry| self.kept.past[entry][index])
    }

    /// For snapshot and hash.
    pub(crate) fn put(&self, sink: &mut impl Sink) {
        sink.u32(self.kept.actor.len() as u32);
        for (actor, past) in self.kept.actor.iter().zip(&self.kept.past) {
            sink.u64(actor.get());
            past.iter().for_each(|&place| put_vec3(sink, place));
        }
    }

    /// What `put` wrote; `has_one` says who may be in it.
    pub(crate) fn get(
        reader: &mut Reader<'_>,
        has_one: impl Fn(ActorId) -> bool,
    ) -> Result<Self, CodecError> {
        let count = reader.u32()?;
        if count as usize > ACTORS_MAX {
            return Err(CodecError::OutOfRange("trails"));
        }
        let mut kept = Columns::default();
        for _ in 0..count {
            let actor = ActorId::new(reader.u64()?);
            if kept.actor.last().is_some_and(|&last| last >= actor) || !has_one(actor) {
                return Err(CodecError::OutOfRange("actor of a trail"));
            }
            let mut past = [Vec3::ZERO; TICKS];
            for place in &mut past {
                *place = get_vec3(reader)?;
            }
            kept.actor.push(actor);
            kept.past.push(past);
        }
        Ok(Self { kept, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ActorId = ActorId::new(1);
    const TWO: ActorId = ActorId::new(2);

    fn at(x: f32) -> Vec3 {
        Vec3::new(x, 0.0, 0.0)
    }

    /// A tick in which actors go from place to place.
    fn tick(trails: &mut Trails, moves: &[(ActorId, f32, f32)]) {
        trails.begin(moves.len());
        for &(actor, before, now) in moves {
            trails.note(actor, at(before), at(now));
        }
        trails.end();
    }

    #[test]
    fn a_place_is_what_it_was_so_many_ticks_ago() {
        let mut trails = Trails::default();
        for step in 0..6_u8 {
            let before = f32::from(step);
            tick(&mut trails, &[(ONE, before, before + 1.0), (TWO, 9.0, 9.0)]);
        }
        let places: Vec<f32> = (0..7).map(|ticks| trails.place(ONE, ticks, at(6.0)).x).collect();
        assert_eq!(places, [6.0, 5.0, 4.0, 3.0, 2.0, 2.0, 2.0]);
        assert_eq!(trails.place(TWO, 4, at(9.0)), at(9.0));
        assert_eq!(trails.kept.actor, [ONE], "who stands is not kept");
    }

    #[test]
    fn four_ticks_after_a_halt_nothing_is_left() {
        let mut trails = Trails::default();
        tick(&mut trails, &[(ONE, 0.0, 1.0)]);
        for left in (0..4_u8).rev() {
            assert_eq!(trails.place(ONE, 4, at(1.0)), at(0.0), "{left}");
            assert!(!trails.kept.actor.is_empty(), "{left}");
            tick(&mut trails, &[(ONE, 1.0, 1.0)]);
        }
        assert!(trails.kept.actor.is_empty());
    }

    #[test]
    fn who_leaves_is_forgotten_and_others_are_not_mixed_up() {
        let mut trails = Trails::default();
        tick(&mut trails, &[(ONE, 0.0, 1.0), (TWO, 5.0, 6.0)]);
        tick(&mut trails, &[(TWO, 6.0, 7.0)]);
        assert_eq!(trails.kept.actor, [TWO]);
        assert_eq!(trails.place(TWO, 2, at(7.0)), at(5.0));
    }

    #[test]
    fn bytes_come_back_and_strangers_are_refused() {
        let mut trails = Trails::default();
        tick(&mut trails, &[(ONE, 0.0, 1.0), (TWO, 5.0, 6.0)]);
        let mut writer = crate::codec::Writer::new();
        trails.put(&mut writer);
        let read = |may: fn(ActorId) -> bool| Trails::get(&mut Reader::new(writer.as_bytes()), may);
        assert_eq!(read(|_| true).expect("just written").kept.past, trails.kept.past);
        assert!(read(|actor| actor == ONE).is_err());
    }
}
