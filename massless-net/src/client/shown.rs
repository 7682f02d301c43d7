//! What a client shows of the others, and in which tick.

use massless_core::limits::REWIND_TICKS_MAX;
use massless_core::units::Tick;

use super::{Client, Figure};
use crate::clock::Millis;

impl Client {
    /// The tick, with its fraction, that the others are shown at by `figures`; `None` before the first update.
    #[must_use]
    pub fn shown_tick(&self, now: Millis) -> Option<f64> {
        let arrived = self.timeline.shown_tick(now)?;
        Some(self.others.shown_tick(self.past.shown(now, arrived)))
    }

    pub(super) fn advance_past(&mut self, now: Millis) {
        if let Some(arrived) = self.timeline.shown_tick(now) {
            self.past.advance(now, arrived);
            self.stats.delay_ticks = arrived - self.past.shown(now, arrived);
        }
    }

    /// The others as they are shown now; empty before the map is there.
    pub fn figures(&mut self, now: Millis) -> &[Figure] {
        self.advance_past(now);
        match (&self.map, self.timeline.shown_tick(now)) {
            (Some(map), Some(arrived)) => {
                let shown = self.past.shown(now, arrived);
                self.stats.pictures += 1;
                self.stats.guessed += u64::from(shown > self.others.newest().get() as f64);
                self.others.show(map, shown)
            }
            _ => &[],
        }
    }

    /// By how many ticks the others are shown now before the tick of an input: what the host measures
    /// blows by.
    pub(super) fn rewind_of(&self, now: Millis, tick: Tick) -> u8 {
        let Some(shown) = self.shown_tick(now) else { return 0 };
        let ticks = tick.get() as f64 - shown;
        ticks.round().clamp(0.0, f64::from(REWIND_TICKS_MAX)) as u8
    }
}
