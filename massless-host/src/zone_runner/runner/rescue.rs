//! What a runner does when something went wrong: the incident, the zone's own recovery, and new
//! connections after a panic that did not touch the zone itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use massless_core::command::Character;
use massless_core::event::{Event, Exit};
use massless_core::ids::PlayerId;
use massless_core::units::Tick;
use massless_core::zone::InputBuffer;
use massless_net::session::close::CloseCode;

use super::{Runner, replicator_of};
use crate::clock;
use crate::record::{Incident, IncidentKind};
use crate::zone_runner::recovery;

impl Runner {
    /// Publishing a good step panicked. The zone is sound and goes on; what served the connections
    /// is not, so it is made anew, and everybody connects again and finds the body where it was.
    pub(super) fn connect_anew(&mut self, what: (Tick, &str), events: &[Event], started: Instant) {
        let (tick, reason) = what;
        self.meters.panics.increment(1);
        let zone = self.parts.channel;
        tracing::error!(zone.id = %zone, tick = tick.get(), reason, "publishing panicked");
        self.report(IncidentKind::PublishPanic, what, started.elapsed());
        // The registry may not have heard of all; to hear of it twice does no harm.
        for event in events {
            match event {
                Event::Joined { player, .. } => self.parts.registry.entered(*player),
                Event::Left { player, character, exit, .. } => {
                    self.parts.channels.rise(*player, self.parts.channel);
                    if let Exit::Zone { zone, place } = *exit {
                        let moved = Character { place: Some(place), ..(**character).clone() };
                        self.parts.registry.moves(*player, zone, &moved);
                        self.parts.registry.left(*player, None, true);
                    } else {
                        self.parts.registry.left(*player, Some(character.clone()), true);
                    }
                }
                _ => {}
            }
        }
        self.clients.close_all(CloseCode::Stopping);
        for player in std::mem::take(&mut self.arriving) {
            if self.parts.zone.view().player(player).is_none() {
                self.parts.channels.rise(player, self.parts.channel);
                self.parts.registry.left(player, None, true);
            }
        }
        self.homes.clear();
        self.inputs = InputBuffer::new();
        self.replicator = replicator_of(&self.parts);
        // A turn of the log may have stopped halfway: it begins a new segment.
        self.parts.recorder.restart(self.parts.zone.epoch(), &self.parts.zone);
        self.detach_the_unconnected();
    }

    /// A system panicked: save what is needed to look at it, then go on from the tick before.
    pub(super) fn recover(&mut self, tick: Tick, reason: &str, started: Instant) {
        self.meters.panics.increment(1);
        let zone = self.parts.channel;
        tracing::error!(zone.id = %zone, tick = tick.get(), reason, "the zone panicked");
        self.report(IncidentKind::Panic, (tick, reason), started.elapsed());
        let epoch = match self.parts.folder.claim_epoch() {
            Ok(epoch) => epoch,
            Err(error) => {
                tracing::error!(%error, "no new epoch could be stored; it is only in memory");
                self.parts.zone.epoch() + 1
            }
        };
        let is_row = self.panics.add(tick);
        let (content, seed) = (&self.parts.content, self.parts.zone.seed());
        let restored = if is_row {
            None
        } else {
            recovery::restore(content, self.parts.recorder.checkpoint(), tick, epoch)
        };
        let is_afresh = restored.is_none();
        let view = self.parts.zone.view();
        let bodies: Vec<PlayerId> = view.players.iter().map(|entry| entry.player).collect();
        let next = restored.unwrap_or_else(|| recovery::afresh(content, zone.zone, seed, epoch));
        let old_epoch = self.parts.zone.epoch();
        if is_afresh {
            self.remember_all();
        }
        self.parts.zone = next;
        self.parts.vault.restart(self.parts.zone.pending(), is_afresh);
        self.has_secret = false;
        self.parts.recorder.restart(old_epoch, &self.parts.zone);
        self.commands.clear();
        self.acts.clear();
        if is_afresh {
            self.send_all_away(&bodies);
        } else {
            self.send_away_who_was_dropped();
        }
        self.detach_the_unconnected();
        tracing::warn!(zone.id = %zone, epoch, is_afresh, "the zone goes on");
    }

    /// The zone began anew: everybody connects again and brings the character along. `bodies` were
    /// in the old zone, with a connection or without.
    fn send_all_away(&mut self, bodies: &[PlayerId]) {
        let connected = self.clients.close_all(CloseCode::Stopping);
        for &player in connected.iter().chain(bodies) {
            self.depart(player);
            self.parts.channels.rise(player, self.parts.channel);
            self.parts.registry.left(player, None, true);
        }
        self.inputs = InputBuffer::new();
        // Actor ids and ticks begin anew, so nothing that was published holds any more.
        self.replicator = replicator_of(&self.parts);
    }

    /// Joins of the tick that panicked were dropped with it.
    fn send_away_who_was_dropped(&mut self) {
        for player in std::mem::take(&mut self.arriving) {
            if self.parts.zone.view().player(player).is_none() {
                // Who came from another zone has a character to lose: it may come back.
                let is_new = self.homes.remove(&player).is_none();
                let code = if is_new { CloseCode::ZoneRefused } else { CloseCode::Stopping };
                self.clients.close(player, code);
                self.parts.channels.rise(player, self.parts.channel);
                self.parts.registry.left(player, None, !is_new);
            } else {
                self.arriving.insert(player);
            }
        }
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
            channel: self.parts.channel.number,
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
