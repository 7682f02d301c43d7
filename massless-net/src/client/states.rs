//! States that came by datagram: what of them the server hears, and the own states that later ones build on.

use std::collections::VecDeque;

use massless_core::units::Tick;

use crate::limits::BASE_TICKS_MAX;
use crate::wire::state::{StateHead, base_of};
use crate::wire::update::OwnState;
use crate::wire::{Ack, ShortTick};

/// States of the present zone.
#[derive(Clone, Debug, Default)]
pub(super) struct States {
    visit: u8,
    newest: Option<Tick>,
    ack: Ack,
    owns: VecDeque<(Tick, OwnState)>,
}

impl States {
    /// The client is in another zone.
    pub(super) fn move_on(&mut self) {
        *self = Self { visit: self.visit.wrapping_add(1), ..Self::default() };
    }

    /// The own state that a state of `tick` builds on; `None` when the state is of no use: of another zone, not newer
    /// than what came already, or built on what never came.
    pub(super) fn own_before(&mut self, head: &StateHead, tick: Tick) -> Option<OwnState> {
        let is_new = self.newest.is_none_or(|newest| tick > newest);
        if head.visit != self.visit || !is_new {
            return None;
        }
        let Some(base) = base_of(head, tick) else { return Some(OwnState::default()) };
        let at = self.owns.iter().position(|(tick, _)| *tick == base)?;
        // Nothing will build on one before it any more.
        self.owns.drain(..at);
        self.owns.front().map(|(_, own)| own.clone())
    }

    /// The state of `tick` was taken in.
    pub(super) fn took(&mut self, tick: Tick, own: &OwnState) {
        let short = ShortTick::of(tick);
        match self.newest {
            None => self.ack = Ack { newest: short, ..Ack::default() },
            Some(newest) => self.ack.advance(short, u64::from(tick.since(newest).get())),
        }
        self.newest = Some(tick);
        let is_of_use = |then: Tick| tick.since(then).get() <= BASE_TICKS_MAX;
        while self.owns.front().is_some_and(|(then, _)| !is_of_use(*then)) {
            self.owns.pop_front();
        }
        self.owns.push_back((tick, own.clone()));
    }

    /// What the server is told of it; `updates` is the number of the update that is due next. `None` where no state
    /// came.
    pub(super) fn ack(&self, updates: u8) -> Option<Ack> {
        self.newest.map(|_| Ack { visit: self.visit, updates, ..self.ack })
    }
}
