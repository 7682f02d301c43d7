//! Before the step: what came from connections and from the host, sorted into commands.

use std::sync::Arc;

use massless_core::command::{Act, Command};
use massless_core::ids::PlayerId;
use massless_core::units::{Tick, Ticks};
use massless_net::session::close::CloseCode;
use massless_net::wire::{Kept, Report};

use super::Runner;
use crate::limits::SECRET_TICKS;
use crate::zone_runner::mailbox::{Message, Note, Request};
use crate::zone_runner::outbox::Outbox;

/// Ticks between two lines in the log about clients that walk otherwise (1 min).
const DIVERGENCE_TICKS: Ticks = Ticks::new(1_200);

impl Runner {
    /// Sorts what came since the last tick into commands, acts, inputs and talk.
    pub(super) fn receive(&mut self) {
        for note in self.parts.mailbox.take_notes() {
            self.hear(note);
        }
        let mut received = std::mem::take(&mut self.received);
        self.parts.mailbox.take(&mut received);
        for message in received.drain(..) {
            self.take_in(message);
        }
        self.received = received;
    }

    /// The commands of `tick` in their order: the host's, acts by player, inputs by player.
    pub(super) fn order_commands(&mut self, tick: Tick) {
        if tick.get().is_multiple_of(SECRET_TICKS) || !self.has_secret {
            self.change_secret();
        }
        self.acts.sort_by_key(Command::player);
        self.commands.append(&mut self.acts);
        self.inputs.take(tick, &mut self.commands);
    }

    /// A new secret word for the loot draws, from the system's own generator.
    fn change_secret(&mut self) {
        match getrandom::u64() {
            Ok(word) => {
                self.has_secret = true;
                self.commands.push(Command::Secret { word });
            }
            Err(error) => {
                tracing::error!(%error, "the system has no randomness; the old secret word stays");
            }
        }
    }

    fn hear(&mut self, note: Note) {
        match note {
            Note::Answer(answer) => {
                if answer.life == self.parts.vault.life() {
                    let (intent, answer) = (answer.intent, answer.answer);
                    self.commands.push(Command::Answer { intent, answer });
                }
            }
            Note::Party { player, party } => {
                if self.parts.zone.view().player(player).is_some() {
                    self.commands.push(Command::Party { player, party });
                }
                self.is_party_news = true;
            }
            Note::Remove { player } => {
                self.depart(player);
                self.clients.close(player, CloseCode::Replaced);
                self.commands.push(Command::Remove { player });
            }
        }
    }

    fn take_in(&mut self, message: Message) {
        let is_current = self.clients.is_current(message.player, &message.outbox);
        let Message { player, outbox, request } = message;
        match request {
            Request::Join(character, kept) => {
                self.arrive(player, outbox, kept);
                self.commands.push(Command::Join { player, character });
            }
            Request::Transfer(transfer) => self.receive_transfer(player, outbox, *transfer),
            Request::Attach(kept) => {
                self.arrive(player, outbox, kept);
                self.commands.push(Command::Attach { player });
            }
            // What a connection sent before it was replaced or went on: its inputs count from
            // elsewhere.
            request if !is_current => self.follow(Message { player, outbox, request }),
            Request::Detach => {
                self.clients.lose(player);
                self.park(player);
                self.commands.push(Command::Detach { player });
            }
            Request::Leave => self.commands.push(Command::Leave { player }),
            // Before the welcome a client can only mean the zone it comes from.
            Request::Input { .. } if self.arriving.contains(&player) => {}
            Request::Input { sequence, meant, input } => {
                let now = self.parts.zone.tick();
                self.inputs.push(now, player, (sequence, meant.near(now)), input);
            }
            Request::Act(act) if self.is_unwanted(player, &act) => {}
            Request::Act(act) => self.acts.push(Command::Act { player, act }),
            Request::Report(report) => self.judge(report),
            Request::Party(verb) => self.wishes.push((player, verb)),
            Request::Chat { channel, to, text } => self.talk.push((player, channel, to, text)),
        }
    }

    /// A client's figure and its character part only through a bug: the operator learns where to look.
    fn judge(&mut self, report: Report) {
        let equal = report.compared.saturating_sub(report.diverged);
        self.meters.predicted.increment(u64::from(equal));
        self.meters.diverged.increment(u64::from(report.diverged));
        let now = self.parts.zone.tick();
        let Some(first) = report.first.filter(|_| now >= self.divergence_due) else { return };
        self.divergence_due = now + DIVERGENCE_TICKS;
        let (zone, part) = (self.parts.channel, first.part.label());
        let (tick, states) = (first.tick.near(now), report.diverged);
        tracing::warn!(zone.id = %zone, tick = tick.get(), part, states,
            "a client walked otherwise than the zone: the log of the zone has that tick");
    }

    /// Who asks somebody for a trade that does not want to hear of him is not heard, as with talk.
    fn is_unwanted(&self, player: PlayerId, act: &Act) -> bool {
        let Act::TradeRequest { partner } = act else { return false };
        let view = self.parts.zone.view();
        let index = view.index_of(*partner).and_then(|index| u32::try_from(index).ok());
        let partner = view.players.iter().find(|entry| Some(entry.index) == index);
        partner.is_some_and(|it| self.parts.registry.deaf_to(player).contains(&it.player))
    }

    pub(super) fn arrive(&mut self, player: PlayerId, outbox: Arc<Outbox>, kept: Option<Kept>) {
        self.park(player);
        self.clients.arrive(player, outbox, kept);
        self.arriving.insert(player);
    }

    /// Nothing more is read from or sent to the player's connection.
    pub(super) fn depart(&mut self, player: PlayerId) {
        self.park(player);
        self.replicator.leave(player);
    }

    /// Nothing more is read from or sent to the player's connection, but another one may go on from what its client
    /// knows.
    pub(super) fn park(&mut self, player: PlayerId) {
        self.inputs.remove(player);
        self.arriving.remove(&player);
        self.homes.remove(&player);
        self.replicator.park(player);
    }
}
