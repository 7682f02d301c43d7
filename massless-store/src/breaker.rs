//! The circuit: when the database has failed several times in a row, or a call hangs, nobody waits
//! for it any more. From time to time one caller may try.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{BREAKER_FAILURES_MAX, BREAKER_PAUSE, HANG_TIMEOUT};

/// How the circuit behaves.
#[derive(Clone, Copy, Debug)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures_max: u32,
    /// Time between two tries while it is open.
    pub pause: Duration,
    /// Age of a call that opens it.
    pub hang: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures_max: BREAKER_FAILURES_MAX, pause: BREAKER_PAUSE, hang: HANG_TIMEOUT }
    }
}

#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when nobody may ask; `None` is closed.
    open_until: Option<Instant>,
    /// When calls began that have not ended, by number.
    calls: BTreeMap<u64, Instant>,
    newest: u64,
    opened: u64,
    /// Since when somebody waits and nobody was answered; `None` while nobody waits.
    silent_since: Option<Instant>,
}

impl State {
    fn hear(&mut self, now: Instant) {
        self.silent_since = (!self.calls.is_empty()).then_some(now);
    }
}

/// The right to make one call.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(crate) struct Pass(u64);

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: Mutex::default() }
    }

    /// A pass, or `None` while the circuit is open. After the pause one caller gets one: the probe.
    pub(crate) fn try_enter(&self, now: Instant) -> Option<Pass> {
        let mut state = self.lock();
        let oldest = state.calls.first_key_value().map(|(_, since)| *since);
        if oldest.is_some_and(|since| now.duration_since(since) >= self.settings.hang) {
            return None;
        }
        if let Some(until) = state.open_until {
            if now < until {
                return None;
            }
            state.open_until = Some(now + self.settings.pause);
        }
        state.newest += 1;
        let number = state.newest;
        state.calls.insert(number, now);
        state.silent_since.get_or_insert(now);
        Some(Pass(number))
    }

    /// The database has answered somebody: a statement, or a call that ended well.
    pub(crate) fn answered(&self, now: Instant) {
        self.lock().hear(now);
    }

    /// Since when it has answered nobody though somebody waits, or has failed since; `None` when it answers.
    pub(crate) fn silent_since(&self) -> Option<Instant> {
        self.lock().silent_since
    }

    /// The call ended; `is_away` when the database did not answer.
    pub(crate) fn leave(&self, pass: Pass, is_away: bool, now: Instant) {
        let mut state = self.lock();
        state.calls.remove(&pass.0);
        if !is_away {
            state.failures = 0;
            state.open_until = None;
            state.hear(now);
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.settings.failures_max && state.open_until.is_none() {
            state.open_until = Some(now + self.settings.pause);
            state.opened += 1;
            metrics::counter!("massless_store_circuit_opened_total").increment(1);
        }
    }

    /// Whether nobody may ask now.
    pub(crate) fn is_open(&self, now: Instant) -> bool {
        let state = self.lock();
        let oldest = state.calls.first_key_value().map(|(_, since)| *since);
        let hangs = oldest.is_some_and(|since| now.duration_since(since) >= self.settings.hang);
        hangs || state.open_until.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn breaker() -> (Breaker, Instant) {
        let settings = BreakerSettings { failures_max: 2, pause: 100 * MILLI, hang: 1_000 * MILLI };
        (Breaker::new(settings), Instant::now())
    }

    fn fail(breaker: &Breaker, now: Instant) {
        let pass = breaker.try_enter(now).expect("still closed");
        breaker.leave(pass, true, now);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_probe_through() {
        let (breaker, start) = breaker();
        fail(&breaker, start);
        let pass = breaker.try_enter(start).expect("closed");
        breaker.leave(pass, false, start);
        fail(&breaker, start);
        assert!(!breaker.is_open(start), "the row was broken by a success");
        fail(&breaker, start);
        assert!(breaker.is_open(start));
        assert!(breaker.try_enter(start + 99 * MILLI).is_none());
        let probe = breaker.try_enter(start + 100 * MILLI).expect("one probe");
        assert!(breaker.try_enter(start + 150 * MILLI).is_none(), "and only one");
        breaker.leave(probe, true, start + 150 * MILLI);
        assert!(breaker.try_enter(start + 199 * MILLI).is_none());
        let probe = breaker.try_enter(start + 200 * MILLI).expect("the next probe");
        breaker.leave(probe, false, start + 201 * MILLI);
        assert!(!breaker.is_open(start + 201 * MILLI));
    }

    #[test]
    fn a_call_that_hangs_keeps_others_away_until_it_ends() {
        let (breaker, start) = breaker();
        let stuck = breaker.try_enter(start).expect("closed");
        assert!(breaker.try_enter(start + 999 * MILLI).is_some());
        assert!(breaker.try_enter(start + 1_000 * MILLI).is_none());
        assert!(breaker.is_open(start + 1_000 * MILLI));
        breaker.leave(stuck, false, start + 1_900 * MILLI);
        assert!(breaker.try_enter(start + 1_900 * MILLI).is_some());
    }

    #[test]
    fn it_is_silent_while_somebody_waits_and_nobody_is_answered() {
        let (breaker, start) = breaker();
        assert_eq!(breaker.silent_since(), None, "nobody asks");
        let first = breaker.try_enter(start).expect("closed");
        let second = breaker.try_enter(start + 10 * MILLI).expect("closed");
        assert_eq!(breaker.silent_since(), Some(start));
        breaker.answered(start + 20 * MILLI);
        assert_eq!(breaker.silent_since(), Some(start + 20 * MILLI), "they wait for more");
        breaker.leave(first, true, start + 30 * MILLI);
        assert_eq!(breaker.silent_since(), Some(start + 20 * MILLI), "a failure is no answer");
        breaker.leave(second, false, start + 40 * MILLI);
        assert_eq!(breaker.silent_since(), None);
        fail(&breaker, start + 50 * MILLI);
        assert_eq!(breaker.silent_since(), Some(start + 50 * MILLI), "until one succeeds");
    }
}
