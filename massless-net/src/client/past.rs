//! How far in the past the others are shown: two ticks, and as much more as the arrival of states needs.
//!
//! ```text
//! need of a gap = where states should have come to at its end - the newest tick known in it
//! delay         = the least of 2..=4 ticks by which no more than 3 % of the last 100 gaps' time had to be guessed
//! shown         = arrived - delay, followed at 0.95 to 1.05 of the clock's pace
//! ```
//!
//! So a jump of the clock's own estimate does not make figures jump either.

use std::collections::VecDeque;

use massless_core::units::{TICK_MILLIS, Tick};

use crate::clock::Millis;
use crate::limits::{SHOWN_PAST_TICKS, SHOWN_PAST_TICKS_MAX};

const TICK_MICROS: f64 = TICK_MILLIS as f64 * 1_000.0;
/// Gaps between arrivals that are remembered: 5 s.
const GAPS: usize = 100;
/// Gaps before which nothing is concluded from them.
const GAPS_MIN: usize = 50;
/// Share of the time that may have to be guessed.
const GUESSED_SHARE: f64 = 0.03;
/// Steps of the delay, ticks.
const STEP_TICKS: f64 = 0.25;
/// A gap's need beyond this counts as this: no delay helps against a line that stands still for a while.
const NEED_TICKS_MAX: f64 = SHOWN_PAST_TICKS_MAX as f64 + 0.5;
/// Pace of the figures' time while it falls behind, and while it catches up.
const PACES: (f64, f64) = (0.95, 1.05);
/// Ticks by which the delay shrinks in a tick.
const SHRINK: f64 = 0.02;
/// Ticks that the figures' time may be off before it jumps: the page was asleep, or the server was away.
const JUMP_TICKS: f64 = 10.0;

/// Time between two arrivals, and the delay that would have bridged it; ticks.
#[derive(Clone, Copy, Debug)]
struct Gap {
    length: f64,
    need: f64,
}

impl Gap {
    /// How much of it has to be guessed at a delay.
    fn guessed(self, delay: f64) -> f64 {
        (self.need - delay).clamp(0.0, self.length)
    }
}

/// The figures' clock.
#[derive(Clone, Debug)]
pub struct Past {
    gaps: VecDeque<Gap>,
    heard_at: Option<f64>,
    wanted: f64,
    delay: f64,
    /// What was shown when.
    anchor: Option<(Millis, f64)>,
}

impl Default for Past {
    fn default() -> Self {
        Self::new()
    }
}

impl Past {
    /// Nothing has arrived yet.
    #[must_use]
    pub fn new() -> Self {
        let delay = SHOWN_PAST_TICKS as f64;
        let gaps = VecDeque::with_capacity(GAPS);
        Self { gaps, heard_at: None, wanted: delay, delay, anchor: None }
    }

    /// The ticks are those of another zone from now on; the way to the server is the same.
    pub fn rebase(&mut self) {
        (self.heard_at, self.anchor) = (None, None);
    }

    /// Something new came, when the states should have come as far as `arrived`; until then `newest` was the newest
    /// tick known.
    pub fn heard(&mut self, arrived: f64, newest: Tick) {
        let length = arrived - self.heard_at.replace(arrived).unwrap_or(arrived);
        let need = (arrived - newest.get() as f64).min(NEED_TICKS_MAX);
        if self.gaps.len() >= GAPS {
            self.gaps.pop_front();
        }
        self.gaps.push_back(Gap { length: length.clamp(0.0, NEED_TICKS_MAX), need });
        if self.gaps.len() >= GAPS_MIN {
            self.wanted = self.least_delay();
        }
    }

    /// The least delay that is enough for what came last.
    fn least_delay(&self) -> f64 {
        let (first, last) = (SHOWN_PAST_TICKS as f64, SHOWN_PAST_TICKS_MAX as f64);
        let all: f64 = self.gaps.iter().map(|gap| gap.length).sum();
        let mut delay = first;
        while delay < last {
            let guessed: f64 = self.gaps.iter().map(|gap| gap.guessed(delay)).sum();
            if guessed <= all * GUESSED_SHARE {
                break;
            }
            delay += STEP_TICKS;
        }
        delay
    }

    /// The tick that is shown when the states should have come as far as `arrived`.
    #[must_use]
    pub fn shown(&self, now: Millis, arrived: f64) -> f64 {
        let wanted = arrived - self.delay;
        let Some((at, shown)) = self.anchor else { return wanted };
        let ticks = now.micros().saturating_sub(at.micros()) as f64 / TICK_MICROS;
        if (wanted - shown - ticks).abs() > JUMP_TICKS {
            return wanted;
        }
        wanted.clamp(shown + ticks * PACES.0, shown + ticks * PACES.1)
    }

    /// Time has come to `now`.
    pub fn advance(&mut self, now: Millis, arrived: f64) {
        let shown = self.shown(now, arrived);
        if let Some((at, _)) = self.anchor.replace((now, shown)) {
            let ticks = now.micros().saturating_sub(at.micros()) as f64 / TICK_MICROS;
            let (most, least) = (ticks * (1.0 - PACES.0), -ticks * SHRINK);
            self.delay += (self.wanted - self.delay).clamp(least, most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// States of a tick each that come late by turns; what is shown, every 5 ms.
    fn shown(past: &mut Past, ticks: core::ops::Range<u64>, late: impl Fn(u64) -> f64) -> Vec<f64> {
        let mut newest = ticks.start;
        let mut list = Vec::new();
        for step in ticks.start * 10..ticks.end * 10 {
            let arrived = step as f64 / 10.0;
            while newest < ticks.end && newest as f64 + 1.0 + late(newest + 1) <= arrived {
                past.heard(arrived, Tick::new(newest));
                newest += 1;
            }
            let now = Millis::new(1_000 + step * 5);
            past.advance(now, arrived);
            list.push(arrived - past.shown(now, arrived));
        }
        list
    }

    #[test]
    fn on_a_clean_line_it_is_two_ticks() {
        let delays = shown(&mut Past::new(), 10..400, |_| 0.0);
        assert!(delays.iter().all(|delay| (delay - 2.0).abs() < 1e-9));
        // Once in five seconds somebody is late: no reason to show all later.
        let delays =
            shown(&mut Past::new(), 10..400, |tick| f64::from(u8::from(tick % 100 == 0)) * 6.0);
        assert!(delays.iter().all(|delay| (delay - 2.0).abs() < 1e-9));
    }

    #[test]
    fn it_grows_with_jitter_and_shrinks_slowly_and_never_jumps() {
        let mut past = Past::new();
        let mut delays = shown(&mut past, 10..300, |tick| if tick % 4 == 0 { 2.0 } else { 0.0 });
        let grown = *delays.last().expect("some");
        assert!((2.75..=3.25).contains(&grown), "{grown}");
        delays.extend(shown(&mut past, 300..360, |_| 0.0));
        assert!(delays.last().is_some_and(|delay| *delay > 2.5), "it waits");
        delays.extend(shown(&mut past, 360..700, |_| 0.0));
        assert!(delays.last().is_some_and(|delay| (delay - 2.0).abs() < 1e-9));
        delays.extend(shown(&mut past, 700..1_000, |tick| (tick % 7) as f64));
        assert!((delays.last().expect("some") - 4.0).abs() < 0.3, "not more than four");
        for pair in delays.windows(2) {
            let pace = 1.0 - (pair[1] - pair[0]) * 10.0;
            assert!((0.949..=1.051).contains(&pace), "at {pace} of the pace");
        }
    }
}
