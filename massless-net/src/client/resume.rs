//! Another connection for the same session: what the client knows is named to the server, and goes on if that can build
//! on it.

use massless_core::units::Tick;

use super::{Client, ClientConfig, Output};
use crate::clock::Millis;
use crate::error::ClientError;
use crate::wire::update::OwnState;
use crate::wire::{
    Claim, ClientFrame, Coding, Kept, PROTOCOL_VERSION, PROTOCOL_VERSION_OLDEST, Welcome,
};

/// Where the session stands on its connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// The server has let the client in on this connection.
    pub(super) is_in: bool,
    /// What is known of the world is whole: the server can build on it.
    pub(super) holds: bool,
    /// The own state is that of the connection before; the next one is told from nothing.
    pub(super) is_own_old: bool,
    /// Tick of the newest update, or that before the welcome.
    pub(super) streamed: Tick,
}

impl Standing {
    /// The client is in a zone that it knows nothing of.
    pub(super) const fn begin(welcome: &Welcome) -> Self {
        let streamed = Tick::new(welcome.tick.get().saturating_sub(1));
        Self { is_in: true, holds: false, is_own_old: false, streamed }
    }
}

impl Client {
    /// Goes on by a connection that was just opened, after the one before was lost. `config` says as whom, as for `new`;
    /// with the token of this very session what is known is kept and shown meanwhile, and if the server can build on it
    /// `Output::Resumed` follows, and only what has changed is told. Else `Output::Welcome` follows: the world is told
    /// from nothing.
    pub fn reconnect(&mut self, config: ClientConfig) {
        let kept = self.kept().filter(|_| config.resume.is_some());
        self.config = config;
        self.closed = false;
        self.standing.is_in = false;
        self.outputs.retain(|output| !matches!(output, Output::Frame(_)));
        self.prediction.forget();
        self.foresight.clear();
        self.sequence = 0;
        self.ping_due = Millis::default();
        self.greet(kept);
    }

    /// Says hello.
    pub(super) fn greet(&mut self, kept: Option<Kept>) {
        let ClientConfig { look, class, faction, resume, ticket, speaks_oldest, .. } = self.config;
        let claim = match (resume, ticket) {
            (Some(token), _) => Claim::Resume { token, kept },
            (None, Some(ticket)) => Claim::Ticket(ticket),
            (None, None) => Claim::Guest { name: self.config.name.clone(), look, class, faction },
        };
        let version = if speaks_oldest { PROTOCOL_VERSION_OLDEST } else { PROTOCOL_VERSION };
        self.send(&ClientFrame::Hello { version, claim: Some(claim) });
    }

    /// How the server tells of motion on this connection.
    pub(super) const fn coding(&self) -> Coding {
        Coding::of(if self.config.speaks_oldest {
            PROTOCOL_VERSION_OLDEST
        } else {
            PROTOCOL_VERSION
        })
    }

    /// What the server may build on.
    fn kept(&self) -> Option<Kept> {
        let welcome = self.welcome.as_ref().filter(|_| self.standing.holds)?;
        Some(Kept {
            zone: welcome.zone,
            epoch: welcome.epoch,
            tick: self.others.newest(),
            streamed: self.standing.streamed,
            ack: self.states.ack(self.expected),
        })
    }

    /// The server builds on what is known.
    pub(super) fn take_resumed(&mut self, welcome: Box<Welcome>) -> Result<(), ClientError> {
        if self.standing.is_in || !self.standing.holds {
            return Err(ClientError::Unexpected("a resumption of nothing"));
        }
        self.standing.is_in = true;
        self.standing.is_own_old = true;
        self.others.go_on();
        self.forget_trade();
        self.expected = 0;
        self.states = super::States::default();
        self.welcome = Some(welcome.clone());
        self.outputs.push_back(Output::Resumed(welcome));
        Ok(())
    }

    /// What was known on the connection before is void.
    pub(super) fn forget_world(&mut self) {
        self.map = None;
        self.others.clear();
        self.timeline.rebase();
        self.past.rebase();
        self.own = OwnState::default();
        self.sheet = None;
        self.forget_trade();
        self.party = super::Party::default();
        self.expected = 0;
        self.states = super::States::default();
        self.moved_at = None;
    }

    pub(super) fn forget_trade(&mut self) {
        self.trade = None;
        self.trades_told = self.trades_told.wrapping_add(1);
    }
}
