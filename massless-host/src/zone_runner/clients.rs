//! The connections that play in a zone.

use std::collections::HashMap;
use std::sync::Arc;

use massless_core::ids::PlayerId;

use super::outbox::{Outbox, Reliable};
use massless_net::session::close::CloseCode;
use massless_net::wire::{Kept, Party};

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    /// Where its frames go.
    pub(crate) outbox: Arc<Outbox>,
    /// Whether it was welcomed: only then it gets updates.
    pub(crate) is_playing: bool,
    /// What it has kept of the world, until it is let in.
    pub(crate) kept: Option<Kept>,
    /// The party it was told last.
    pub(crate) party_told: Option<Party>,
}

/// All connections, by player.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    by_player: HashMap<PlayerId, Client>,
}

impl Clients {
    /// A connection of `player` begins; an older one is closed.
    pub(crate) fn arrive(&mut self, player: PlayerId, outbox: Arc<Outbox>, kept: Option<Kept>) {
        self.close(player, CloseCode::Replaced);
        let client = Client { outbox, is_playing: false, kept, party_told: None };
        self.by_player.insert(player, client);
    }

    /// Whether `outbox` is that of the connection `player` has now, not of an older one.
    pub(crate) fn is_current(&self, player: PlayerId, outbox: &Arc<Outbox>) -> bool {
        self.by_player.get(&player).is_some_and(|now| Arc::ptr_eq(&now.outbox, outbox))
    }

    /// The connection of `player` is lost.
    pub(crate) fn lose(&mut self, player: PlayerId) {
        self.by_player.remove(&player);
    }

    /// Hands the connection of `player` out: it goes on elsewhere.
    pub(crate) fn take(&mut self, player: PlayerId) -> Option<Arc<Outbox>> {
        self.by_player.remove(&player).map(|client| client.outbox)
    }

    /// Ends the connection of `player`, if there is one.
    pub(crate) fn close(&mut self, player: PlayerId, code: CloseCode) {
        if let Some(client) = self.by_player.remove(&player) {
            client.outbox.put(Reliable::Close(code));
        }
    }

    /// Ends all connections; returns whose they were.
    pub(crate) fn close_all(&mut self, code: CloseCode) -> Vec<PlayerId> {
        let players: Vec<PlayerId> = self.by_player.keys().copied().collect();
        for player in &players {
            self.close(*player, code);
        }
        players
    }

    /// The connection of `player`.
    pub(crate) fn get(&self, player: PlayerId) -> Option<&Client> {
        self.by_player.get(&player)
    }

    /// The connection of `player`, to change.
    pub(crate) fn get_mut(&mut self, player: PlayerId) -> Option<&mut Client> {
        self.by_player.get_mut(&player)
    }
}
