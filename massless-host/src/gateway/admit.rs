//! Who comes in: somebody new, somebody with a session, and what it takes until a zone has the body.
//!
//! With a store the character comes from there, on a thread of the loaders; a host without one (the reference
//! scenes) makes characters that last as long as their bodies.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use massless_core::command::Character;
use massless_core::ids::{PlayerId, ZoneId};
use massless_net::session::close::CloseCode;
use massless_net::session::ticket::Ticket;
use massless_net::session::token::SessionName;
use massless_store::StoreError;

use super::{Connection, Gateway, Newcomer, now};
use crate::accounts::AuthError;
use crate::clock;
use crate::keep::{Keeper, Loaded, Visitor};
use crate::memory::Pressure;
use crate::registry::Resumption;
use crate::scenario::Scenario;
use crate::zone_runner::{Note, Request};

impl Gateway {
    /// A new character of a host without a store; `None` for a class or faction that the content
    /// lacks.
    fn newborn(&self, newcomer: &Newcomer) -> Option<Box<Character>> {
        let Newcomer { name, look, class, faction } = newcomer;
        if self.scenario == Scenario::ZoneWalk {
            let n = self.joined.fetch_add(1, Ordering::Relaxed);
            let place = Some(self.spread.place(n));
            return Some(Box::new(Character { place, ..Character::plain(name, *look) }));
        }
        let kind = (*class, *faction);
        self.vault.newborn(&self.content, kind, (name, *look)).map(Box::new)
    }

    /// Gives free whose bodies and sessions are gone, and ends those whom another host holds by now. Who
    /// still has a body stays in `gone`.
    pub(crate) async fn let_go(&self, gone: &mut Vec<PlayerId>) {
        let Some(keeper) = self.vault.keeper() else {
            gone.clear();
            return;
        };
        for player in keeper.take_lost() {
            if let Some((_, mailbox)) = self.channels.seat_of(player) {
                mailbox.tell(Note::Remove { player });
            }
        }
        let (bodies, free): (Vec<_>, Vec<_>) =
            gone.drain(..).partition(|&player| self.channels.seat_of(player).is_some());
        gone.extend(bodies);
        if free.is_empty() {
            return;
        }
        let keeper = Arc::clone(keeper);
        // When the loaders are busy the leases run out by themselves.
        let _ = self.loaders.run(move || keeper.release(&free)).await;
    }

    /// Has the keeper do something on a loader's thread.
    async fn fetch(
        &self,
        keeper: &Arc<Keeper>,
        work: impl FnOnce(&Keeper) -> Result<Loaded, StoreError> + Send + 'static,
    ) -> Result<Loaded, CloseCode> {
        let keeper = Arc::clone(keeper);
        match self.loaders.run(move || work(&keeper)).await {
            Ok(loaded) => loaded.map_err(refusal),
            Err(_) => Err(CloseCode::Full),
        }
    }

    /// Has the keeper make a visitor, with all others that wait meanwhile.
    async fn receive(&self, keeper: &Arc<Keeper>, visitor: Visitor) -> Result<Loaded, CloseCode> {
        let keeper = Arc::clone(keeper);
        let received = keeper.announce(visitor);
        let done = self.loaders.run(move || keeper.receive_waiting()).await;
        done.map_err(|_| CloseCode::Full)?;
        match received.await {
            Ok(loaded) => loaded.map_err(refusal),
            Err(_) => Err(CloseCode::Full),
        }
    }
}

/// What somebody is told whose character could not be loaded.
fn refusal(error: StoreError) -> CloseCode {
    match error {
        StoreError::Taken(_) => CloseCode::NameTaken,
        StoreError::Missing(_) | StoreError::Denied(_) => CloseCode::ZoneRefused,
        error => {
            tracing::warn!(%error, "a character could not be loaded");
            CloseCode::Full
        }
    }
}

impl Connection<'_> {
    /// The client has said who it is: its states may go by datagram, if its connection has them.
    fn open_ways(&mut self) {
        let takes_states = self.socket.transport().has_datagrams();
        if takes_states {
            self.outbox.take_datagrams();
        }
        self.outbox.set_coding(self.session.coding());
        self.session.watch_reading(now(), takes_states);
    }

    /// Whether somebody new may come in.
    fn may_join(&self) -> Result<(), CloseCode> {
        if self.gateway.board.is_stopping() {
            return Err(CloseCode::Stopping);
        }
        if self.gateway.board.pressure() > Pressure::None {
            metrics::counter!("massless_shed_total", "stage" => "memory").increment(1);
            return Err(CloseCode::Full);
        }
        Ok(())
    }

    /// Somebody comes by a name alone.
    pub(super) async fn join(&mut self, newcomer: Newcomer) -> Result<(), CloseCode> {
        self.open_ways();
        self.may_join()?;
        if !self.gateway.has_names {
            return Err(CloseCode::TicketRefused);
        }
        if let Some(keeper) = self.gateway.vault.keeper() {
            let Newcomer { name, look, class, faction } = newcomer;
            let visitor = Visitor { name, look, class, faction };
            let loaded = self.gateway.receive(keeper, visitor).await?;
            return self.enter_loaded(loaded);
        }
        let character = self.gateway.newborn(&newcomer).ok_or(CloseCode::ZoneRefused)?;
        let zone = self.gateway.start_zone(newcomer.faction);
        self.name = Some(self.gateway.registry.admit(None, zone, character.clone())?);
        self.enter(zone, character)
    }

    /// Who holds a ticket comes in as the character it was written for.
    pub(super) async fn redeem(&mut self, ticket: Ticket) -> Result<(), CloseCode> {
        self.open_ways();
        self.may_join()?;
        let accounts = Arc::clone(&self.gateway.accounts);
        let now = clock::unix_millis().cast_signed();
        let redeemed = self.gateway.loaders.run(move || accounts.redeem(now, &ticket)).await;
        let admitted = match redeemed {
            Ok(Ok(admitted)) => admitted,
            Ok(Err(AuthError::NoTicket)) => return Err(CloseCode::TicketRefused),
            Ok(Err(_)) | Err(_) => return Err(CloseCode::Unavailable),
        };
        let player = PlayerId::new(admitted.character);
        self.join_as(player).await?;
        self.gateway.registry.belongs(player, admitted.account);
        Ok(())
    }

    /// Somebody has proved to own that character.
    async fn join_as(&mut self, player: PlayerId) -> Result<(), CloseCode> {
        if self.gateway.board.is_stopping() {
            return Err(CloseCode::Stopping);
        }
        let keeper = self.gateway.vault.keeper().ok_or(CloseCode::Unexpected)?;
        match self.gateway.registry.take_over(player) {
            Some((name, resumption)) => self.go_on(name, resumption).await,
            None => {
                let loaded = self.gateway.fetch(keeper, move |keeper| keeper.load(player));
                self.enter_loaded(loaded.await?)
            }
        }
    }

    /// Somebody comes back with the token of a lost session.
    pub(super) async fn resume(&mut self, lost: SessionName) -> Result<(), CloseCode> {
        self.open_ways();
        if self.gateway.board.is_stopping() {
            return Err(CloseCode::Stopping);
        }
        // Somebody was just sent away to make room: the token keeps the place meanwhile.
        if self.gateway.board.pressure() == Pressure::Critical {
            return Err(CloseCode::Stopping);
        }
        let (name, resumption) = self.gateway.registry.resume(now(), lost)?;
        self.go_on(name, resumption).await
    }

    async fn go_on(&mut self, name: SessionName, resumption: Resumption) -> Result<(), CloseCode> {
        self.name = Some(name);
        // A body, or one on its way: whoever has it answers.
        if self.attach() {
            return Ok(());
        }
        if let Some(keeper) = self.gateway.vault.keeper() {
            // What was kept of it here may be older than what it owns by now.
            let player = name.player;
            let loaded = self.gateway.fetch(keeper, move |keeper| keeper.load(player)).await?;
            let zone = self.zone_of(&loaded);
            return self.enter(zone, loaded.character);
        }
        let (zone, character) = match resumption {
            Resumption::Character(zone, character) => (zone, character),
            Resumption::Body => {
                let kept = self.gateway.registry.character(name.player);
                kept.ok_or(CloseCode::ResumeRefused)?
            }
        };
        self.enter(zone, character)
    }

    /// Takes the body over that is here; false when there is none.
    fn attach(&self) -> bool {
        let Some(SessionName { player, .. }) = self.name else { return false };
        let Some((_, mailbox)) = self.gateway.channels.seat_of(player) else { return false };
        self.gateway.registry.connected(player, &self.outbox);
        self.outbox.set_route(&mailbox);
        self.put(Request::Attach(self.kept))
    }

    /// A character that nobody here knew until now.
    fn enter_loaded(&mut self, loaded: Loaded) -> Result<(), CloseCode> {
        let zone = self.zone_of(&loaded);
        let Loaded { player, character, .. } = loaded;
        let registry = &self.gateway.registry;
        let name = match registry.admit(Some(player), zone, character.clone()) {
            // Another connection of the same player was quicker.
            Err(CloseCode::Replaced) => {
                let known = registry.take_over(player);
                known.map(|(name, _)| name).ok_or(CloseCode::Replaced)?
            }
            other => other?,
        };
        self.name = Some(name);
        if self.attach() { Ok(()) } else { self.enter(zone, character) }
    }

    fn zone_of(&self, loaded: &Loaded) -> ZoneId {
        let faction = loaded.character.sheet.faction;
        loaded.zone.unwrap_or_else(|| self.gateway.start_zone(faction))
    }

    /// Takes a seat in a channel of `zone` and asks for a body there.
    fn enter(&self, zone: ZoneId, character: Box<Character>) -> Result<(), CloseCode> {
        let Some(SessionName { player, .. }) = self.name else { return Err(CloseCode::Unexpected) };
        let Gateway { registry, channels, vault, .. } = self.gateway;
        registry.connected(player, &self.outbox);
        let (mut zone, mut character) = (zone, character);
        if !channels.has(zone) {
            // It was taken out of service since; its places mean nothing elsewhere.
            zone = self.gateway.start_zone(character.sheet.faction);
            character.place = None;
        }
        registry.moves(player, zone, &character);
        vault.enrol(player, &character);
        let seat = channels.seat(player, zone, &registry.friends(player));
        let (channel, mailbox) = seat.ok_or(CloseCode::Full)?;
        self.outbox.set_route(&mailbox);
        if self.put(Request::Join(character, self.kept)) {
            Ok(())
        } else {
            channels.rise(player, channel);
            Err(CloseCode::Full)
        }
    }
}
