//! One tick of a zone and all around it: receive, step, record, publish, replicate.

mod rescue;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use massless_core::command::Command;
use massless_core::content::Content;
use massless_core::event::{Event, Rejection};
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::units::Tick;
use massless_core::zone::{InputBuffer, Zone};
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::token::{ResumeToken, TOKEN_BYTES};
use massless_net::wire::{ServerFrame, Welcome};
use metrics::{Counter, Gauge, Histogram};

use super::clients::Clients;
use super::mailbox::{Mailbox, Message, Request};
use super::outbox::{Reliable, count_shed_talk};
use super::recovery::{self, PanicRow};
use super::timer::Timer;
use crate::board::Board;
use crate::clock;
use crate::limits::CHAT_LOCAL_METRES;
use crate::record::{IncidentKind, Recorder, ZoneFolder};
use crate::registry::Registry;

/// Number of the local channel. Reason: game rules, section 13.
const CHANNEL_LOCAL: u8 = 1;

/// What a runner is made of.
pub(crate) struct RunnerParts {
    /// The zone, restored or fresh.
    pub(crate) zone: Zone,
    /// Its definitions.
    pub(crate) content: Arc<Content>,
    /// Its folder.
    pub(crate) folder: ZoneFolder,
    /// Its log.
    pub(crate) recorder: Recorder,
    /// Who sees how much.
    pub(crate) interest: InterestSettings,
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// Where its facts are shown.
    pub(crate) board: Arc<Board>,
    /// A longer tick leaves an incident.
    pub(crate) slow_tick: Duration,
}

/// A zone with its connections.
pub(crate) struct Runner {
    parts: RunnerParts,
    replicator: Replicator,
    inputs: InputBuffer,
    clients: Clients,
    /// Who waits for a welcome.
    arriving: BTreeSet<PlayerId>,
    received: Vec<Message>,
    commands: Vec<Command>,
    talk: Vec<(PlayerId, String)>,
    panics: PanicRow,
    timer: Timer,
    meters: Meters,
}

struct Meters {
    players: Gauge,
    actors: Gauge,
    epoch: Gauge,
    duration: Histogram,
    missed: Counter,
    panics: Counter,
}

impl Meters {
    fn new(zone: ZoneId) -> Self {
        let zone = zone.to_string();
        Self {
            players: metrics::gauge!("massless_players", "zone" => zone.clone()),
            actors: metrics::gauge!("massless_actors", "zone" => zone.clone()),
            epoch: metrics::gauge!("massless_zone_epoch", "zone" => zone.clone()),
            duration: metrics::histogram!("massless_tick_duration_seconds", "zone" => zone.clone()),
            missed: metrics::counter!("massless_tick_missed_total", "zone" => zone.clone()),
            panics: metrics::counter!("massless_zone_panics_total", "zone" => zone),
        }
    }
}

/// What the replicator has to know of a player's connection.
fn link_of(clients: &Clients, inputs: &InputBuffer, player: PlayerId) -> Link {
    Link {
        writable: clients.get(player).is_some_and(|client| client.outbox.is_writable()),
        margin: inputs.margin(player),
        target: inputs.target(player),
    }
}

fn replicator_of(parts: &RunnerParts) -> Replicator {
    let zone = parts.content.zone(parts.zone.id()).expect("the zone was made from it");
    Replicator::new(parts.interest, Arc::clone(&zone.map))
}

impl Runner {
    /// A runner before its first tick. Bodies without a connection begin to leave at once.
    pub(crate) fn new(parts: RunnerParts) -> Self {
        let meters = Meters::new(parts.zone.id());
        meters.missed.absolute(0);
        meters.panics.absolute(0);
        let mut runner = Self {
            replicator: replicator_of(&parts),
            parts,
            inputs: InputBuffer::new(),
            clients: Clients::default(),
            arriving: BTreeSet::new(),
            received: Vec::new(),
            commands: Vec::new(),
            talk: Vec::new(),
            panics: PanicRow::default(),
            timer: Timer::default(),
            meters,
        };
        runner.detach_the_unconnected();
        runner
    }

    /// Which zone this is.
    pub(crate) fn zone_id(&self) -> ZoneId {
        self.parts.zone.id()
    }

    #[cfg(test)]
    pub(crate) fn zone(&self) -> &Zone {
        &self.parts.zone
    }

    #[cfg(test)]
    pub(crate) fn link(&self, player: PlayerId) -> Link {
        link_of(&self.clients, &self.inputs, player)
    }

    #[cfg(test)]
    pub(crate) fn set_trap(&mut self, system: &'static str, count: u32) {
        self.timer.trap = Some((system, count));
    }

    /// Ticks that were given up because the thread was late.
    pub(crate) fn count_missed(&self, ticks: u64) {
        if ticks > 0 {
            self.meters.missed.increment(ticks);
            let zone = self.zone_id().get();
            tracing::warn!(zone.id = zone, ticks, "the zone is overloaded; game time slowed down");
        }
    }

    /// Makes one tick.
    pub(crate) fn tick(&mut self, mailbox: &Mailbox) {
        let started = Instant::now();
        #[cfg(test)]
        self.timer.spring("receive");
        self.receive(mailbox);
        let tick = self.parts.zone.tick();
        self.inputs.take(tick, &mut self.commands);
        self.timer.reset();
        let Self { parts, commands, timer, .. } = self;
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            let output = parts.zone.step(commands, timer);
            parts.recorder.tick(commands, &output);
            output.events.to_vec()
        }));
        match stepped {
            Ok(events) => {
                self.commands.clear();
                let publish = AssertUnwindSafe(|| self.publish(tick, &events, started));
                if let Err(payload) = catch_unwind(publish) {
                    let reason = recovery::message(&*payload);
                    self.connect_anew((tick, &reason), &events, started);
                }
            }
            Err(payload) => self.recover(tick, &recovery::message(&*payload), started),
        }
        self.talk.clear();
    }

    /// Everything after a good step.
    fn publish(&mut self, tick: Tick, events: &[Event], started: Instant) {
        #[cfg(test)]
        self.timer.spring("replicate");
        self.parts.recorder.turn(&self.parts.zone);
        for event in events {
            self.obey(event);
        }
        self.welcome_arrived();
        self.pass_on_talk();
        self.replicate();
        self.show(tick, started.elapsed());
    }

    /// Sorts what came since the last tick into commands, inputs and talk.
    fn receive(&mut self, mailbox: &Mailbox) {
        let mut received = std::mem::take(&mut self.received);
        mailbox.take(&mut received);
        for message in received.drain(..) {
            self.take_in(message);
        }
        self.received = received;
    }

    fn take_in(&mut self, message: Message) {
        let Message { player, outbox, request } = message;
        match request {
            Request::Join(character) => {
                self.arrive(player, outbox);
                self.commands.push(Command::Join { player, character });
            }
            Request::Attach => {
                self.arrive(player, outbox);
                self.commands.push(Command::Attach { player });
            }
            // What a connection sent before it was replaced: its inputs count from elsewhere.
            _ if !self.clients.is_current(player, &outbox) => {}
            Request::Detach => {
                self.clients.lose(player);
                self.depart(player);
                self.commands.push(Command::Detach { player });
            }
            Request::Leave => self.commands.push(Command::Leave { player }),
            Request::Input { sequence, meant, input } => {
                let now = self.parts.zone.tick();
                self.inputs.push(now, player, (sequence, meant.near(now)), input);
            }
            Request::Chat(text) => self.talk.push((player, text)),
        }
    }

    fn arrive(&mut self, player: PlayerId, outbox: Arc<super::Outbox>) {
        self.depart(player);
        self.clients.arrive(player, outbox);
        self.arriving.insert(player);
    }

    /// Nothing more is read from or sent to the player's connection.
    fn depart(&mut self, player: PlayerId) {
        self.inputs.remove(player);
        self.arriving.remove(&player);
        self.replicator.leave(player);
    }

    fn obey(&mut self, event: &Event) {
        match event {
            Event::Joined { player, .. } => self.parts.registry.entered(*player),
            Event::Left { player, character, .. } => {
                // Who left by choice is still connected; who was lost may come back.
                let is_goodbye = self.clients.get(*player).is_some();
                let kept = Some(character.clone());
                self.parts.registry.left(*player, kept, !is_goodbye);
                self.depart(*player);
                self.clients.close(*player, CloseCode::Left);
            }
            Event::Rejected { player, reason } => self.refuse(*player, *reason),
            Event::Frozen { actor } => {
                tracing::error!(actor.id = actor.get(), "an actor's numbers went astray");
            }
        }
    }

    fn refuse(&mut self, player: PlayerId, reason: Rejection) {
        if self.arriving.contains(&player) {
            // The body may have gone while its owner was on the way back to it.
            let kept = self.parts.registry.character(player);
            if let (Rejection::NotHere, Some(character)) = (reason, kept) {
                self.commands.push(Command::Join { player, character });
                return;
            }
            let code = match reason {
                Rejection::ZoneFull | Rejection::TooManyCommands => CloseCode::Full,
                Rejection::NotHere => CloseCode::ResumeRefused,
                _ => CloseCode::ZoneRefused,
            };
            self.depart(player);
            self.clients.close(player, code);
            self.parts.registry.left(player, None, false);
        } else if let Some(client) = self.clients.get(player).filter(|client| client.is_playing) {
            client.outbox.put(Reliable::Notice(Notice::Rejected));
        }
    }

    /// Lets in who got a body in this tick.
    fn welcome_arrived(&mut self) {
        let arriving = std::mem::take(&mut self.arriving);
        for player in arriving {
            let view = self.parts.zone.view();
            let Some((index, entry)) = view.player(player) else {
                self.arriving.insert(player);
                continue;
            };
            let welcome = Welcome {
                player,
                actor: view.actor[entry.index as usize],
                name: view.names[index].clone(),
                zone: self.parts.zone.id(),
                epoch: self.parts.zone.epoch(),
                tick: view.tick,
                content: self.parts.content.hash().get(),
                resume: ResumeToken::from_bytes([0; TOKEN_BYTES]),
                sight_metres: self.replicator.sight_metres(),
                speed: entry.speed,
            };
            if let Some(client) = self.clients.get_mut(player) {
                client.is_playing = true;
                client.outbox.put(Reliable::Welcome(Box::new(welcome)));
                self.replicator.join(player);
            }
        }
    }

    /// Hands each line to all within reach.
    fn pass_on_talk(&mut self) {
        let now = clock::uptime_millis();
        for (player, text) in std::mem::take(&mut self.talk) {
            match self.parts.registry.judge(now, player, &text) {
                Ok(text) => self.say(player, text),
                Err(refusal) => {
                    metrics::counter!("massless_chat_messages_total",
                        "result" => refusal.label())
                    .increment(1);
                    if let Some(client) = self.clients.get(player) {
                        client.outbox.put(Reliable::Notice(refusal.notice()));
                    }
                }
            }
        }
    }

    fn say(&mut self, player: PlayerId, text: String) {
        let Self { parts, clients, replicator, .. } = self;
        let view = parts.zone.view();
        let Some((index, entry)) = view.player(player) else { return };
        let speaker = entry.index as usize;
        let frame = ServerFrame::Chat {
            actor: Some(view.actor[speaker]),
            name: view.names[index].clone(),
            channel: CHANNEL_LOCAL,
            text,
        };
        let bytes: Arc<[u8]> = frame.to_bytes().into();
        for listener in &view.players {
            let gap = view.position[listener.index as usize] - view.position[speaker];
            let is_near = gap.x * gap.x + gap.z * gap.z <= CHAT_LOCAL_METRES * CHAT_LOCAL_METRES;
            let Some(client) = clients.get(listener.player).filter(|_| is_near) else { continue };
            if replicator.spend(listener.player, bytes.len() as u32) {
                client.outbox.put(Reliable::Chat(Arc::clone(&bytes)));
            } else {
                count_shed_talk();
            }
        }
        metrics::counter!("massless_chat_messages_total", "result" => "said").increment(1);
    }

    /// Gives every writable connection its update.
    fn replicate(&mut self) {
        let Self { parts, replicator, clients, inputs, .. } = self;
        replicator.update(
            parts.zone.view(),
            |player| link_of(clients, inputs, player),
            |player, frame| {
                if let Some(client) = clients.get(player) {
                    client.outbox.put_update(frame);
                }
            },
        );
    }

    fn show(&mut self, tick: Tick, duration: Duration) {
        let view = self.parts.zone.view();
        let (players, actors) = (view.players.len() as u32, view.len() as u32);
        let epoch = self.parts.zone.epoch();
        self.meters.duration.record(duration.as_secs_f64());
        self.meters.players.set(f64::from(players));
        self.meters.actors.set(f64::from(actors));
        self.meters.epoch.set(f64::from(epoch));
        let id = self.zone_id().get();
        if let Some(board) = self.parts.board.zones.iter().find(|zone| zone.id == id) {
            board.players.store(players, Relaxed);
            board.actors.store(actors, Relaxed);
            board.epoch.store(epoch, Relaxed);
            let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
            board.tick_micros.store(micros, Relaxed);
            board.ticked(tick.get());
        }
        if duration > self.parts.slow_tick {
            let reason = format!("the tick took {} ms", duration.as_millis());
            self.report(IncidentKind::SlowTick, (tick, &reason), duration);
        }
    }

    /// A system panicked: save what is needed to look at it, then go on from the tick before.
    fn recover(&mut self, tick: Tick, reason: &str, started: Instant) {
        self.meters.panics.increment(1);
        let zone = self.zone_id();
        tracing::error!(zone.id = zone.get(), tick = tick.get(), reason, "the zone panicked");
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
        let next = restored.unwrap_or_else(|| recovery::afresh(content, zone, seed, epoch));
        let old_epoch = self.parts.zone.epoch();
        self.parts.zone = next;
        self.parts.recorder.restart(old_epoch, &self.parts.zone);
        self.commands.clear();
        if is_afresh {
            self.send_all_away(&bodies);
        } else {
            self.send_away_who_was_dropped();
        }
        self.detach_the_unconnected();
        tracing::warn!(zone.id = zone.get(), epoch, is_afresh, "the zone goes on");
    }

    /// The zone began anew: everybody connects again and brings the character along. `bodies` were
    /// in the old zone, with a connection or without.
    fn send_all_away(&mut self, bodies: &[PlayerId]) {
        let connected = self.clients.close_all(CloseCode::Stopping);
        for &player in connected.iter().chain(bodies) {
            self.depart(player);
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
                self.clients.close(player, CloseCode::ZoneRefused);
                self.parts.registry.left(player, None, false);
            } else {
                self.arriving.insert(player);
            }
        }
    }

    /// Bodies whose connection is gone, after a restore: their leaving was forgotten.
    fn detach_the_unconnected(&mut self) {
        for entry in &self.parts.zone.view().players {
            if self.clients.get(entry.player).is_none() {
                self.commands.push(Command::Detach { player: entry.player });
            }
        }
    }

    /// The last act: everybody is told, the state is stored, the log ends.
    pub(crate) fn stop(mut self, mailbox: &Mailbox) {
        for player in self.clients.close_all(CloseCode::Stopping) {
            self.depart(player);
        }
        // One more tick marks all bodies as left behind, so that the state says so.
        self.detach_the_unconnected();
        self.tick(mailbox);
        let RunnerParts { zone, content, folder, recorder, .. } = self.parts;
        let stored = folder.ensure_epoch(zone.epoch());
        let stored =
            stored.and_then(|()| folder.store_final(content.hash().get(), &zone.snapshot()));
        if let Err(error) = stored {
            let zone = zone.id().get();
            tracing::error!(zone.id = zone, %error, "the zone's last state could not be stored");
        }
        recorder.finish(zone.epoch());
    }
}
