//! The host's heartbeat: tells all others who plays here and how full its zones are, every few
//! seconds. What Redis lost is there again with the next one.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use massless_store::shared::keys::HEARTBEAT;
use massless_store::shared::{Population, Shared, UnixMillis};

use crate::board::Board;
use crate::clock;
use crate::registry::Registry;

/// What the heartbeat tells of.
pub(crate) struct Presence {
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// What the zones do.
    pub(crate) board: Arc<Board>,
    /// The way to the others.
    pub(crate) shared: Arc<dyn Shared>,
    /// This host's name.
    pub(crate) host: String,
}

impl Presence {
    /// Beats until the sender of `stop` is gone.
    pub(crate) fn run(&self, stop: &Receiver<()>) {
        loop {
            self.beat();
            if stop.recv_timeout(HEARTBEAT) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        // The host is going: nobody plays here any more.
        self.shared.heartbeat(now(), &self.host, &[], &[]);
    }

    fn beat(&self) {
        let people = self.registry.online(&self.host);
        let zones = self.board.zones();
        let populations = zones.iter().map(|zone| Population {
            host: self.host.clone(),
            zone: zone.id.zone.get(),
            channel: zone.id.number,
            players: zone.players.load(Relaxed),
        });
        let populations: Vec<Population> = populations.collect();
        self.shared.heartbeat(now(), &self.host, &people, &populations);
    }
}

fn now() -> UnixMillis {
    UnixMillis::new(clock::unix_millis())
}
