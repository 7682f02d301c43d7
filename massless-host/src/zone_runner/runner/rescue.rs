//! What a runner does when something went wrong: the incident, and new connections after a panic that
//! did not touch the zone itself. The zone's own recovery is `Runner::recover`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use massless_core::event::Event;
use massless_core::units::Tick;
use massless_core::zone::InputBuffer;
use massless_net::session::close::CloseCode;

use super::{Runner, replicator_of};
use crate::clock;
use crate::record::{Incident, IncidentKind};

impl Runner {
    /// Publishing a good step panicked. The zone is sound and goes on; what served the connections
    /// is not, so it is made anew, and everybody connects again and finds the body where it was.
    pub(super) fn connect_anew(&mut self, what: (Tick, &str), events: &[Event], started: Instant) {
        let (tick, reason) = what;
        self.meters.panics.increment(1);
        let zone = self.zone_id();
        tracing::error!(zone.id = zone.get(), tick = tick.get(), reason, "publishing panicked");
        self.report(IncidentKind::PublishPanic, what, started.elapsed());
        // The registry may not have heard of all; to hear of it twice does no harm.
        for event in events {
            match event {
                Event::Joined { player, .. } => self.parts.registry.entered(*player),
                Event::Left { player, character, .. } => {
                    self.parts.registry.left(*player, Some(character.clone()), true);
                }
                Event::Rejected { .. } | Event::Frozen { .. } => {}
            }
        }
        self.clients.close_all(CloseCode::Stopping);
        self.arriving.clear();
        self.inputs = InputBuffer::new();
        self.replicator = replicator_of(&self.parts);
        // A turn of the log may have stopped halfway: it begins a new segment.
        self.parts.recorder.restart(self.parts.zone.epoch(), &self.parts.zone);
        self.detach_the_unconnected();
    }

    /// Leaves an incident, unless there was one of its kind just now.
    pub(super) fn report(&mut self, kind: IncidentKind, what: (Tick, &str), time: Duration) {
        if !self.parts.recorder.wants(kind) {
            return;
        }
        let log = match kind {
            // The tick that panicked is not in the log yet.
            IncidentKind::Panic => self.parts.recorder.segment_with(&self.commands),
            IncidentKind::PublishPanic | IncidentKind::SlowTick => {
                self.parts.recorder.segment().to_vec()
            }
        };
        let (tick, reason) = what;
        let zone = &self.parts.zone;
        let view = zone.view();
        self.parts.recorder.report(Incident {
            kind,
            reason: reason.to_owned(),
            zone: zone.id().get(),
            tick: tick.get(),
            epoch: zone.epoch(),
            seed: zone.seed(),
            content: self.parts.content.hash().to_string(),
            build: format!("{} {}", env!("CARGO_PKG_VERSION"), env!("MASSLESS_COMMIT")),
            unix_millis: clock::unix_millis(),
            players: view.players.len() as u32,
            actors: view.len() as u32,
            commands: self.commands.len(),
            tick_micros: u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
            systems: self.timer.systems(),
            replay: format!("massless replay inspect segment.mlr --tick {tick}"),
            log: Arc::new(log),
        });
    }
}
