//! What the host shows of itself to the status page and the health checks: a few atomics that the
//! zone runners write and the web reads. Channels come and go.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::channels::ChannelId;
use crate::clock;
use crate::live::Live;
use crate::memory::Pressure;

/// A zone without a tick for so long (milliseconds) is not ready.
const STALLED_MILLIS: u64 = 2_000;
/// Leases that were not renewed for so long (milliseconds): two renewals. Whoever comes could not be kept.
const UNKEPT_MILLIS: u64 = 10_000;

/// One channel's facts of the last tick.
#[derive(Debug)]
pub(crate) struct ZoneBoard {
    /// Which channel.
    pub(crate) id: ChannelId,
    /// The zone's name.
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
    /// What the staff sees of it.
    pub(crate) live: Live,
    last_tick_at: AtomicU64,
}

impl ZoneBoard {
    /// A zone that has not ticked yet.
    pub(crate) fn new(id: ChannelId, name: String) -> Self {
        Self {
            id,
            name,
            players: AtomicU32::new(0),
            actors: AtomicU32::new(0),
            tick: AtomicU64::new(0),
            epoch: AtomicU32::new(0),
            tick_micros: AtomicU64::new(0),
            live: Live::new(),
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
    zones: RwLock<BTreeMap<ChannelId, Arc<ZoneBoard>>>,
    started: AtomicBool,
    draining: AtomicBool,
    /// How many drains were called off.
    called_off: AtomicU32,
    stopping: AtomicBool,
    /// When the database took the leases last; 0: there is none, or it was not asked yet.
    kept_at: AtomicU64,
    /// How scarce memory is, as `Pressure`.
    pressure: AtomicU8,
}

impl Board {
    /// A host that is starting.
    pub(crate) fn new() -> Self {
        Self {
            zones: RwLock::default(),
            started: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            called_off: AtomicU32::new(0),
            stopping: AtomicBool::new(false),
            kept_at: AtomicU64::new(0),
            pressure: AtomicU8::new(Pressure::None as u8),
        }
    }

    /// A channel that is about to run; its place on the board.
    pub(crate) fn add(&self, id: ChannelId, name: &str) -> Arc<ZoneBoard> {
        let zone = Arc::new(ZoneBoard::new(id, name.to_owned()));
        let mut zones = self.zones.write().unwrap_or_else(PoisonError::into_inner);
        zones.insert(id, Arc::clone(&zone));
        zone
    }

    /// A channel that runs no more.
    pub(crate) fn remove(&self, id: ChannelId) {
        self.zones.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// All channels that run, by zone and number.
    pub(crate) fn zones(&self) -> Vec<Arc<ZoneBoard>> {
        let zones = self.zones.read().unwrap_or_else(PoisonError::into_inner);
        zones.values().map(Arc::clone).collect()
    }

    /// All ports are open and all zones run.
    pub(crate) fn set_started(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// Players were told that the host will stop, or that it does not after all.
    pub(crate) fn set_draining(&self, is_draining: bool) {
        if self.draining.swap(is_draining, Ordering::Relaxed) && !is_draining {
            self.called_off.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many drains were called off since the start.
    pub(crate) fn called_off(&self) -> u32 {
        self.called_off.load(Ordering::Relaxed)
    }

    /// Whether players were told that the host will stop.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
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

    /// Memory is as scarce as that.
    pub(crate) fn set_pressure(&self, pressure: Pressure) {
        self.pressure.store(pressure as u8, Ordering::Relaxed);
    }

    /// How scarce memory is.
    pub(crate) fn pressure(&self) -> Pressure {
        let raw = self.pressure.load(Ordering::Relaxed);
        [Pressure::None, Pressure::Tight, Pressure::Critical][usize::from(raw.min(2))]
    }

    /// The database has just taken this host's leases.
    pub(crate) fn kept(&self) {
        self.kept_at.store(clock::uptime_millis().max(1), Ordering::Relaxed);
    }

    /// Why players should not be sent here; `None` when they may.
    pub(crate) fn not_ready(&self) -> Option<String> {
        if !self.is_started() {
            return Some("starting".to_owned());
        }
        if self.is_stopping() {
            return Some("stopping".to_owned());
        }
        if self.is_unkept(clock::uptime_millis()) {
            return Some("the database takes nothing".to_owned());
        }
        let zones = self.zones();
        let stalled = zones.iter().find(|zone| !zone.is_running())?;
        Some(format!("zone {} has not ticked for {STALLED_MILLIS} ms", stalled.id))
    }

    fn is_unkept(&self, now_millis: u64) -> bool {
        let last = self.kept_at.load(Ordering::Relaxed);
        last != 0 && now_millis.saturating_sub(last) > UNKEPT_MILLIS
    }

    /// Characters in all zones.
    pub(crate) fn players(&self) -> u32 {
        self.zones().iter().map(|zone| zone.players.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ZoneId;

    #[test]
    fn ready_needs_a_start_and_ticking_zones_and_no_stop() {
        let board = Board::new();
        let first = ChannelId::first(ZoneId::new(1));
        let second = ChannelId { number: 2, ..first };
        let zone = board.add(first, "Vale");
        assert_eq!(board.not_ready().as_deref(), Some("starting"));
        board.set_started();
        assert!(board.not_ready().is_some_and(|why| why.contains("zone 1")));
        zone.ticked(1);
        assert_eq!(board.not_ready(), None);
        board.add(second, "Vale");
        assert!(board.not_ready().is_some_and(|why| why.contains("zone 1-c2")));
        board.remove(second);
        assert_eq!(board.not_ready(), None);
        assert!(!board.is_unkept(u64::MAX), "where there is no database none is missed");
        board.kept();
        let now = clock::uptime_millis();
        assert!(
            !board.is_unkept(now + UNKEPT_MILLIS / 2) && board.is_unkept(now + 2 * UNKEPT_MILLIS)
        );
        assert_eq!(board.not_ready(), None);
        board.set_stopping();
        assert_eq!(board.not_ready().as_deref(), Some("stopping"));
    }
}
