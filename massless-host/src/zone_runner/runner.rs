//! One tick of a zone and all around it: receive, step, record, publish, replicate.

mod keep;
mod obey;
mod receive;
mod rescue;
mod talk;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use massless_core::command::Command;
use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::intent::Intent;
use massless_core::units::Tick;
use massless_core::zone::{InputBuffer, Zone};
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};
use massless_net::session::close::CloseCode;
use massless_net::wire::server_frame::id;
use massless_net::wire::{Coding, PartyVerb};
use massless_store::fault;
use metrics::{Counter, Gauge, Histogram};

use super::clients::Clients;
use super::mailbox::{Mailbox, Message};
use super::outbox::Outbox;
use super::post::Post;
use super::recovery::{self, PanicRow};
use super::timer::Timer;
use crate::board::ZoneBoard;
use crate::channels::{ChannelId, Channels};
use crate::keep::Keeper;
use crate::record::{IncidentKind, Recorder, ZoneFolder};
use crate::registry::Registry;
use crate::vault::Sender;

pub(crate) use obey::characters_in;
pub(crate) use transfer::Transfer;

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
    pub(crate) board: Arc<ZoneBoard>,
    /// Which channel of the zone it is.
    pub(crate) channel: ChannelId,
    /// Where others are.
    pub(crate) channels: Arc<Channels>,
    /// What waits for its next tick.
    pub(crate) mailbox: Arc<Mailbox>,
    /// The way to the storage.
    pub(crate) vault: Sender,
    /// Who saves characters; nobody in the reference scenes.
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// Wakes the connections.
    pub(crate) post: Post,
    /// A longer tick leaves an incident.
    pub(crate) slow_tick: Duration,
}

/// A zone with its connections.
pub(crate) struct Runner {
    parts: RunnerParts,
    replicator: Replicator,
    inputs: InputBuffer,
    clients: Clients,
    /// Whom to wake after this tick.
    addressed: Vec<Arc<Outbox>>,
    /// Who waits for a welcome.
    arriving: BTreeSet<PlayerId>,
    /// Where those of them go back who came from another zone.
    homes: BTreeMap<PlayerId, transfer::Home>,
    received: Vec<Message>,
    /// The host's own commands of the next tick; acts and inputs follow.
    commands: Vec<Command>,
    acts: Vec<Command>,
    /// Who says what on which channel, and to whom.
    talk: Vec<(PlayerId, u8, String, String)>,
    wishes: Vec<(PlayerId, PartyVerb)>,
    is_party_news: bool,
    /// Until then no divergence is logged.
    divergence_due: Tick,
    has_secret: bool,
    panics: PanicRow,
    timer: Timer,
    marks: keep::Marks,
    meters: Meters,
}

/// Ticks between two looks at the memory that a zone takes (1 s).
const MEMORY_TICKS: u64 = 20;

struct Meters {
    players: Gauge,
    actors: Gauge,
    epoch: Gauge,
    memory: Gauge,
    duration: Histogram,
    missed: Counter,
    panics: Counter,
    predicted: Counter,
    diverged: Counter,
    transfers: Counter,
    transfer: Histogram,
}

impl Meters {
    fn new(channel: ChannelId) -> Self {
        let zone = channel.label();
        Self {
            players: metrics::gauge!("massless_players", "zone" => zone.clone()),
            actors: metrics::gauge!("massless_actors", "zone" => zone.clone()),
            epoch: metrics::gauge!("massless_zone_epoch", "zone" => zone.clone()),
            memory: metrics::gauge!("massless_zone_memory_bytes", "zone" => zone.clone()),
            duration: metrics::histogram!("massless_tick_duration_seconds", "zone" => zone.clone()),
            missed: metrics::counter!("massless_tick_missed_total", "zone" => zone.clone()),
            panics: metrics::counter!("massless_zone_panics_total", "zone" => zone),
            predicted: metrics::counter!("massless_prediction_total", "result" => "equal"),
            diverged: metrics::counter!("massless_prediction_total", "result" => "diverged"),
            transfers: metrics::counter!("massless_transfers_total", "result" => "done"),
            transfer: metrics::histogram!("massless_transfer_duration_seconds"),
        }
    }
}

/// What the replicator has to know of a player's connection.
fn link_of(clients: &Clients, inputs: &InputBuffer, player: PlayerId) -> Link {
    let outbox = clients.get(player).map(|client| &client.outbox);
    Link {
        writable: outbox.is_some_and(|outbox| outbox.is_writable()),
        datagrams: outbox.and_then(|outbox| outbox.datagrams()),
        seen: outbox.and_then(|outbox| outbox.seen()),
        margin: inputs.margin(player),
        target: inputs.target(player),
        coding: outbox.map_or(Coding::default(), |outbox| outbox.coding()),
    }
}

fn replicator_of(parts: &RunnerParts) -> Replicator {
    let zone = parts.content.zone(parts.zone.id()).expect("the zone was made from it");
    Replicator::new(parts.interest, Arc::clone(&zone.map))
}

impl Runner {
    /// A runner before its first tick. Bodies without a connection begin to leave at once.
    pub(crate) fn new(mut parts: RunnerParts) -> Self {
        let meters = Meters::new(parts.channel);
        meters.missed.absolute(0);
        meters.panics.absolute(0);
        parts.vault.restart(parts.zone.pending(), false);
        let mut runner = Self {
            replicator: replicator_of(&parts),
            parts,
            inputs: InputBuffer::new(),
            clients: Clients::default(),
            addressed: Vec::new(),
            arriving: BTreeSet::new(),
            homes: BTreeMap::new(),
            received: Vec::new(),
            commands: Vec::new(),
            acts: Vec::new(),
            talk: Vec::new(),
            wishes: Vec::new(),
            is_party_news: false,
            divergence_due: Tick::default(),
            has_secret: false,
            panics: PanicRow::default(),
            timer: Timer::default(),
            marks: keep::Marks::default(),
            meters,
        };
        runner.detach_the_unconnected();
        runner
    }

    /// Which zone this is.
    pub(crate) fn zone_id(&self) -> ZoneId {
        self.parts.zone.id()
    }

    /// Which channel of it.
    pub(crate) const fn channel(&self) -> ChannelId {
        self.parts.channel
    }

    /// What waits for its next tick.
    pub(crate) const fn mailbox(&self) -> &Arc<Mailbox> {
        &self.parts.mailbox
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
            self.parts.board.live.missed.fetch_add(ticks, Relaxed);
            let zone = self.parts.channel;
            tracing::warn!(zone.id = %zone, ticks, "the zone is overloaded; game time slowed down");
        }
    }

    /// Makes one tick.
    pub(crate) fn tick(&mut self) {
        let started = Instant::now();
        #[cfg(test)]
        self.timer.spring("receive");
        self.receive();
        let tick = self.parts.zone.tick();
        self.order_commands(tick);
        self.timer.reset();
        let Self { parts, commands, timer, .. } = self;
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            fault::place(fault::ZONE_TICK);
            let output = parts.zone.step(commands, timer);
            parts.recorder.tick(commands, &output);
            (output.events.to_vec(), output.intents.to_vec())
        }));
        match stepped {
            Ok((events, intents)) => {
                self.commands.clear();
                self.send_intents(&intents);
                let publish = AssertUnwindSafe(|| self.publish(tick, &events, started));
                if let Err(payload) = catch_unwind(publish) {
                    let reason = recovery::message(&*payload);
                    self.connect_anew((tick, &reason), &events, started);
                }
            }
            Err(payload) => self.recover(tick, &recovery::message(&*payload), started),
        }
        self.talk.clear();
        self.wishes.clear();
    }

    fn send_intents(&mut self, intents: &[Intent]) {
        let RunnerParts { vault, zone, mailbox, .. } = &mut self.parts;
        let view = zone.view();
        let character_of = |player| {
            let index = view.players.iter().position(|entry| entry.player == player)?;
            Some(obey::character_in(view, index))
        };
        vault.send(intents, character_of, mailbox);
    }

    /// Everything after a good step.
    fn publish(&mut self, tick: Tick, events: &[Event], started: Instant) {
        #[cfg(test)]
        self.timer.spring("replicate");
        self.parts.recorder.turn(&self.parts.zone);
        for event in events {
            self.obey(event);
        }
        self.save_due(tick);
        self.welcome_arrived();
        self.pass_on_talk();
        self.grant_wishes();
        self.show_parties(tick);
        self.replicate(events);
        self.show(tick, started.elapsed());
    }

    /// Gives every writable connection its update.
    fn replicate(&mut self, events: &[Event]) {
        let Self { parts, replicator, clients, inputs, addressed, .. } = self;
        replicator.update(
            parts.zone.view(),
            events,
            |player| link_of(clients, inputs, player),
            |player, frame| {
                let Some(client) = clients.get(player) else { return };
                let is_asleep = match frame.first() {
                    Some(&id::STATE) => client.outbox.put_state(frame),
                    _ => client.outbox.put_update(frame),
                };
                if is_asleep {
                    addressed.push(Arc::clone(&client.outbox));
                }
            },
        );
        parts.post.hand_over(addressed);
    }

    fn show(&mut self, tick: Tick, duration: Duration) {
        let view = self.parts.zone.view();
        let (players, actors) = (view.players.len() as u32, view.len() as u32);
        let epoch = self.parts.zone.epoch();
        self.meters.duration.record(duration.as_secs_f64());
        self.meters.players.set(f64::from(players));
        self.meters.actors.set(f64::from(actors));
        self.meters.epoch.set(f64::from(epoch));
        if tick.get().is_multiple_of(MEMORY_TICKS) {
            let kept = self.parts.zone.memory_bytes() + self.replicator.memory_bytes();
            self.meters.memory.set((kept as u64 + self.parts.recorder.bytes()) as f64);
        }
        let board = &self.parts.board;
        board.players.store(players, Relaxed);
        board.actors.store(actors, Relaxed);
        board.epoch.store(epoch, Relaxed);
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        board.tick_micros.store(micros, Relaxed);
        board.ticked(tick.get());
        board.live.took(micros);
        board.live.log_bytes.store(self.parts.recorder.bytes(), Relaxed);
        board.live.draw(view);
        if duration > self.parts.slow_tick {
            let reason = format!("the tick took {} ms", duration.as_millis());
            self.report(IncidentKind::SlowTick, (tick, &reason), duration);
        }
    }

    /// Bodies whose connection is gone, after a restore: their leaving was forgotten.
    fn detach_the_unconnected(&mut self) {
        let bodies: Vec<PlayerId> =
            self.parts.zone.view().players.iter().map(|entry| entry.player).collect();
        for player in bodies {
            if self.clients.get(player).is_none() {
                self.commands.push(Command::Detach { player });
            }
            // Parties are the host's: what the state says of them may be older than the host.
            self.tell_party(player);
        }
    }

    /// The last act: everybody is told, the state is stored (unless the channel closes), the log
    /// ends.
    pub(crate) fn stop(mut self) {
        for player in self.clients.close_all(CloseCode::Stopping) {
            self.depart(player);
        }
        // One more tick marks all bodies as left behind, so that the state says so.
        self.detach_the_unconnected();
        self.tick();
        self.remember_all();
        self.save_all();
        self.meters.players.set(0.0);
        self.meters.actors.set(0.0);
        let RunnerParts { zone, channel, content, folder, recorder, mailbox, vault, .. } =
            self.parts;
        let mut stored = folder.ensure_epoch(zone.epoch());
        if !mailbox.is_closing() {
            let (content, life) = (content.hash().get(), vault.life());
            stored = stored.and_then(|()| folder.store_final(content, life, &zone.snapshot()));
        }
        if let Err(error) = stored {
            tracing::error!(zone.id = %channel, %error, "the zone's last state could not be stored");
        }
        recorder.finish(zone.epoch());
    }

    /// The registry takes note of all characters as they are now.
    fn remember_all(&self) {
        for (player, character) in obey::characters_in(self.parts.zone.view()) {
            self.parts.registry.note(player, character);
        }
    }
}
