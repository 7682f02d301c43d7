//! The host's probe: how long each system of a tick took.

use std::time::Instant;

use massless_core::zone::Probe;

use crate::record::SystemTime;

/// Times the systems of one tick after the other.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    current: Option<(&'static str, Instant)>,
    systems: Vec<SystemTime>,
    /// Tests only: the system at which the probe panics, and how often it still will.
    #[cfg(test)]
    pub(crate) trap: Option<(&'static str, u32)>,
}

impl Timer {
    /// Forgets the tick before.
    pub(crate) fn reset(&mut self) {
        self.current = None;
        self.systems.clear();
    }

    /// Times so far, the running system included.
    pub(crate) fn systems(&mut self) -> Vec<SystemTime> {
        self.leave();
        self.systems.clone()
    }

    #[cfg(test)]
    pub(crate) fn spring(&mut self, system: &'static str) {
        if let Some((name, left)) = &mut self.trap
            && *name == system
            && *left > 0
        {
            *left -= 1;
            panic!("the trap at {system} was sprung");
        }
    }
}

impl Probe for Timer {
    fn enter(&mut self, system: &'static str) {
        self.leave();
        self.current = Some((system, Instant::now()));
        #[cfg(test)]
        self.spring(system);
    }

    fn leave(&mut self) {
        if let Some((system, since)) = self.current.take() {
            let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.systems.push(SystemTime { system, micros });
        }
    }
}
