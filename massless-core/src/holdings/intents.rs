//! The one place where intents are made.

use super::person::Person;
use super::stakes::Stakes;
use crate::event::Rejection;
use crate::ids::{ActorId, IntentId};
use crate::intent::{Entry, Intent, Reason};
use crate::limits::PENDING_PER_PLAYER_MAX;

impl Person<'_> {
    /// What waits for the store.
    pub(crate) const fn stakes(&self) -> Stakes<'_> {
        Stakes::new(self.pending, self.player)
    }

    /// There is room for one more operation.
    pub(crate) fn may_ask(&self) -> Result<(), Rejection> {
        if self.stakes().intents().count() < PENDING_PER_PLAYER_MAX {
            Ok(())
        } else {
            Err(Rejection::Locked)
        }
    }

    /// Asks the store for an operation; its entries must have been checked against all that is pending.
    pub(crate) fn ask(
        &mut self,
        reason: Reason,
        entries: Vec<Entry>,
    ) -> Result<IntentId, Rejection> {
        self.ask_for(None, reason, entries)
    }

    /// Asks the store for an item on the ground.
    pub(crate) fn ask_for(
        &mut self,
        thing: Option<ActorId>,
        reason: Reason,
        entries: Vec<Entry>,
    ) -> Result<IntentId, Rejection> {
        self.may_ask()?;
        assert!(!entries.is_empty(), "an operation does something");
        self.pending.newest += 1;
        let id = IntentId::new(self.pending.newest);
        let intent = Intent { id, player: self.player, reason, thing, entries };
        if reason.is_shown() {
            self.hero.change();
        }
        self.pending.fresh.push(intent.clone());
        self.pending.list.push(intent);
        Ok(id)
    }
}
