//! What a client may have been told, or not: what was in the frames that it has not acknowledged.
//!
//! Changes of tracks are not among it: when a track was published last is known for all clients at once
//! (`Tracks::published`). So most frames have nothing to be noted. Of the rest there are two sets of slots for each of
//! two spans, whatever happens: frames are not remembered, only whom they were about. Once all of the older span is
//! acknowledged it is forgotten, and the newer one takes its place.
//!
//! ```text
//!  certainly told | older span | newer span -> now
//!              since[0]     since[1]       latest
//! ```

use massless_core::units::Tick;

use super::lists::Lists;
use crate::interest::slots::SlotSet;

/// An update: its tick, and how many came before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its tick.
    pub(super) tick: Tick,
    /// Its number, from 1 on and never round again.
    pub(super) count: u64,
}

/// Whom the updates of a span told about.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    /// Whose tracks, as a whole.
    pub(super) tracks: SlotSet,
    /// Who came or went.
    pub(super) comings: SlotSet,
    /// Somebody is in one of them.
    is_used: bool,
}

impl Span {
    fn clear(&mut self) {
        if core::mem::take(&mut self.is_used) {
            self.tracks.clear();
            self.comings.clear();
        }
    }

    fn grow(&mut self, words: usize) {
        self.tracks.grow(words);
        self.comings.grow(words);
    }

    fn unite(&mut self, other: &Self) {
        self.tracks.unite(&other.tracks);
        self.comings.unite(&other.comings);
        self.is_used |= other.is_used;
    }

    fn memory_bytes(&self) -> usize {
        self.tracks.memory_bytes() + self.comings.memory_bytes()
    }
}

/// One client's frames that may not have come.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt {
    older: Span,
    newer: Span,
    since: [Mark; 2],
    latest: Mark,
}

impl Doubt {
    /// The first update to come is that of the tick after `tick`.
    pub(super) fn start(&mut self, words: usize, tick: Tick) {
        *self = Self::default();
        self.grow(words);
        let mark = Mark { tick, count: 0 };
        (self.since, self.latest) = ([mark; 2], mark);
    }

    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        self.older.grow(words);
        self.newer.grow(words);
    }

    /// Bytes it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.older.memory_bytes() + self.newer.memory_bytes()
    }

    /// Tick of the newest update; before the first one, the tick before that.
    pub(super) const fn latest(&self) -> Tick {
        self.latest.tick
    }

    /// How many updates were sent.
    pub(super) const fn count(&self) -> u64 {
        self.latest.count
    }

    /// An update of `tick` is on its way.
    pub(super) fn note(&mut self, tick: Tick, lists: &Lists) {
        self.latest = Mark { tick, count: self.latest.count + 1 };
        let Span { tracks, comings, is_used } = &mut self.newer;
        let add = |set: &mut SlotSet, told: &SlotSet| {
            let is_any = !told.is_empty();
            if is_any {
                set.unite(told);
            }
            is_any
        };
        *is_used |= add(tracks, &lists.absolute);
        *is_used |= add(comings, &lists.enter);
        *is_used |= add(comings, &lists.leave);
    }

    /// The client has taken in all updates of which `is_in` is true.
    pub(super) fn confirm(&mut self, is_in: impl FnOnce(Mark) -> bool) {
        if self.since[0] != self.latest && is_in(self.since[1]) {
            core::mem::swap(&mut self.older, &mut self.newer);
            self.newer.clear();
            self.since = [self.since[1], self.latest];
        }
    }

    /// Whom updates after `tick` may have told about beside changes of tracks, if that can be said.
    pub(super) fn after(&self, tick: Tick) -> Option<Span> {
        if tick < self.since[0].tick || tick > self.latest.tick {
            return None;
        }
        let mut span = self.newer.clone();
        if tick < self.since[1].tick {
            span.unite(&self.older);
        }
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(slot: u32) -> Lists {
        let mut lists = Lists::default();
        lists.grow(1);
        lists.absolute.insert(slot);
        lists.enter.insert(slot + 1);
        lists
    }

    fn told(doubt: &Doubt, tick: u64) -> Option<(Vec<u32>, Vec<u32>)> {
        let span = doubt.after(Tick::new(tick))?;
        Some((span.tracks.iter().collect(), span.comings.iter().collect()))
    }

    #[test]
    fn what_is_acknowledged_is_beyond_doubt_and_nothing_else() {
        let mut doubt = Doubt::default();
        doubt.start(1, Tick::new(10));
        for tick in 11..=14 {
            doubt.note(Tick::new(tick), &lists(tick as u32));
        }
        assert_eq!(told(&doubt, 10), Some((vec![11, 12, 13, 14], vec![12, 13, 14, 15])));
        assert_eq!(told(&doubt, 9), None, "of before the first update");
        assert_eq!(told(&doubt, 15), None, "nothing was sent then");
        // At first what was sent by now is the older span.
        doubt.confirm(|mark| mark.tick <= Tick::new(10));
        doubt.note(Tick::new(15), &lists(15));
        doubt.confirm(|mark| mark.tick <= Tick::new(13));
        assert_eq!(told(&doubt, 13).expect("known").0, vec![11, 12, 13, 14, 15]);
        assert_eq!(told(&doubt, 14).expect("known").0, vec![15]);
        doubt.confirm(|mark| mark.count <= 4);
        assert_eq!(told(&doubt, 13), None, "it said that it had the next one");
        assert_eq!(told(&doubt, 14).expect("known").0, vec![15]);
        doubt.confirm(|mark| mark.count <= 5);
        assert_eq!(told(&doubt, 15), Some((vec![], vec![])));
    }
}
