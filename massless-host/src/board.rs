//! What the host shows of itself to the status page and the health checks: a few atomics that the
//! zone runners write and the web reads.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::clock;

/// A zone without a tick for so long (milliseconds) is not ready.
const STALLED_MILLIS: u64 = 2_000;

/// One zone's facts of the last tick.
#[derive(Debug)]
pub(crate) struct ZoneBoard {
    /// The zone's id.
    pub(crate) id: u32,
    /// Its name.
    pub(crate) name: String,
    /// Characters in it.
    pub(crate) players: AtomicU32,
    /// Actors in it, characters too.
    pub(crate) actors: AtomicU32,
    /// Its last tick.
    pub(crate) tick: AtomicU64,
    /// Its epoch.
    pub(crate) epoch: AtomicU32,
    /// Duration of its last tick, microseconds.
    pub(crate) tick_micros: AtomicU64,
    last_tick_at: AtomicU64,
}

impl ZoneBoard {
    /// A zone that has not ticked yet.
    pub(crate) fn new(id: u32, name: String) -> Self {
        Self {
            id,
            name,
            players: AtomicU32::new(0),
            actors: AtomicU32::new(0),
            tick: AtomicU64::new(0),
            epoch: AtomicU32::new(0),
            tick_micros: AtomicU64::new(0),
            last_tick_at: AtomicU64::new(0),
        }
    }

    /// The zone has just ticked.
    pub(crate) fn ticked(&self, tick: u64) {
        self.tick.store(tick, Ordering::Relaxed);
        self.last_tick_at.store(clock::uptime_millis().max(1), Ordering::Relaxed);
    }

    fn is_running(&self) -> bool {
        let last = self.last_tick_at.load(Ordering::Relaxed);
        last != 0 && clock::uptime_millis().saturating_sub(last) < STALLED_MILLIS
    }
}

/// The whole host's facts.
#[derive(Debug)]
pub(crate) struct Board {
    /// All zones, by id.
    pub(crate) zones: Vec<ZoneBoard>,
    started: AtomicBool,
    stopping: AtomicBool,
}

impl Board {
    /// A host that is starting.
    pub(crate) fn new(zones: Vec<ZoneBoard>) -> Self {
        Self { zones, started: AtomicBool::new(false), stopping: AtomicBool::new(false) }
    }

    /// All ports are open and all zones run.
    pub(crate) fn set_started(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// Nobody is admitted from now on.
    pub(crate) fn set_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether start-up is over.
    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// Whether the host is on its way out.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Why players should not be sent here; `None` when they may.
    pub(crate) fn not_ready(&self) -> Option<String> {
        if !self.is_started() {
            return Some("starting".to_owned());
        }
        if self.is_stopping() {
            return Some("stopping".to_owned());
        }
        let stalled = self.zones.iter().find(|zone| !zone.is_running())?;
        Some(format!("zone {} has not ticked for {STALLED_MILLIS} ms", stalled.id))
    }

    /// Characters in all zones.
    pub(crate) fn players(&self) -> u32 {
        self.zones.iter().map(|zone| zone.players.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_needs_a_start_and_ticking_zones_and_no_stop() {
        let board = Board::new(vec![ZoneBoard::new(1, "Vale".to_owned())]);
        assert_eq!(board.not_ready().as_deref(), Some("starting"));
        board.set_started();
        assert!(board.not_ready().is_some_and(|why| why.contains("zone 1")));
        board.zones[0].ticked(1);
        assert_eq!(board.not_ready(), None);
        board.set_stopping();
        assert_eq!(board.not_ready().as_deref(), Some("stopping"));
    }
}
