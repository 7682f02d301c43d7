//! What is locked of a character's things: all that its pending intents name, and what it offers in a trade.
//!
//! Nothing is stored for it: pending intents and trades are the state, this reads them. What was used up
//! (`Reason::Use`) is gone already and locks nothing.

use crate::ids::{ItemUid, PlayerId};
use crate::intent::{Entry, Intent, Place, Reason};
use crate::zone::state::Pending;
use crate::zone::trades::{Side, Stage};

/// The pending intents of one player.
#[derive(Clone, Copy)]
pub(crate) struct Stakes<'a> {
    pending: &'a Pending,
    player: PlayerId,
}

impl<'a> Stakes<'a> {
    pub(crate) const fn new(pending: &'a Pending, player: PlayerId) -> Self {
        Self { pending, player }
    }

    /// Whose they are.
    pub(crate) const fn player(self) -> PlayerId {
        self.player
    }

    /// Something is going to happen to that item, or it is offered in a trade.
    pub(crate) fn is_named(self, uid: ItemUid) -> bool {
        self.entries().any(|entry| names(entry, uid))
            || self.offer().is_some_and(|side| side.items.contains(&uid))
    }

    /// What it offers in a trade that is not booked yet.
    fn offer(self) -> Option<&'a Side> {
        let trade = self.pending.trades.of(self.player)?;
        let side = &trade.sides[trade.side_of(self.player)?];
        (!matches!(trade.stage, Stage::Booked(_))).then_some(side)
    }

    /// An operation works on the item or its place; a trade does not count.
    pub(crate) fn waits(self, uid: ItemUid, place: Place) -> bool {
        self.entries().any(|entry| names(entry, uid)) || self.is_reserved(place)
    }

    /// All that wait for the store and concern the player, also those a partner asked for.
    pub(crate) fn intents(self) -> impl Iterator<Item = &'a Intent> {
        self.pending.list.iter().filter(move |intent| intent.concerns(self.player))
    }

    /// All that will still change the character.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry> + 'a {
        let coming = self.intents().filter(|intent| intent.reason != Reason::Use);
        coming.flat_map(|intent| intent.entries.iter().copied())
    }

    /// An item that may not be touched: it is named, or somebody moves from or to its place.
    pub(crate) fn is_locked(self, uid: ItemUid, place: Place) -> bool {
        self.is_named(uid) || self.is_reserved(place)
    }

    /// A place that something is on its way to or from.
    pub(crate) fn is_reserved(self, place: Place) -> bool {
        self.entries().any(|entry| match entry {
            Entry::Move { from, to, .. } => from == place || to == place,
            Entry::Create { slot, .. } | Entry::Buy { slot, .. } => Place::Bag(slot) == place,
            Entry::Pass { to, slot, .. } => to == self.player && Place::Bag(slot) == place,
            Entry::Claim { slots, .. } => {
                matches!(place, Place::Bag(slot) if slots.contains(slot))
            }
            _ => false,
        })
    }

    /// By how much a stack will grow; `None` when something else happens to it, too.
    pub(crate) fn growth(self, uid: ItemUid, place: Place) -> Option<u16> {
        if self.is_reserved(place) {
            return None;
        }
        if self.offer().is_some_and(|side| side.items.contains(&uid)) {
            return None;
        }
        self.entries().try_fold(0_u16, |sum, entry| match entry {
            Entry::Grow { uid: named, quantity } if named == uid => sum.checked_add(quantity),
            _ if names(entry, uid) => None,
            _ => Some(sum),
        })
    }

    /// Coin that may still come, as far as the zone knows; what goes is not taken off.
    pub(crate) fn coin_coming(self) -> i64 {
        let coin = self.entries().map(|entry| match entry {
            Entry::Coin { delta } => delta.max(0),
            Entry::Pay { to, amount, .. } if to == self.player => amount,
            _ => 0,
        });
        coin.fold(0, i64::saturating_add)
    }

    /// Coin that may still go, what it offers in a trade included: nobody may count on it.
    pub(crate) fn coin_going(self) -> i64 {
        self.coin_waiting().saturating_add(self.offer().map_or(0, |side| side.coin))
    }

    /// Coin that goes with what waits for the store.
    pub(crate) fn coin_waiting(self) -> i64 {
        let coin = self.entries().map(|entry| match entry {
            Entry::Coin { delta } => delta.min(0).saturating_neg(),
            Entry::Pay { from, amount, .. } if from == self.player => amount,
            Entry::Post { coin, .. } => coin,
            Entry::Buy { price, .. } => price,
            _ => 0,
        });
        coin.fold(0, i64::saturating_add)
    }

    /// A level is on its way.
    pub(crate) fn rises(self) -> bool {
        self.entries().any(|entry| matches!(entry, Entry::Level { .. }))
    }
}

/// An entry that does something to that item.
fn names(entry: Entry, uid: ItemUid) -> bool {
    match entry {
        Entry::Grow { uid: named, .. }
        | Entry::Shrink { uid: named, .. }
        | Entry::Move { uid: named, .. }
        | Entry::Upgrade { uid: named, .. }
        | Entry::Pass { uid: named, .. }
        | Entry::Escrow { uid: named }
        | Entry::List { uid: named, .. } => named == uid,
        Entry::Coin { .. }
        | Entry::Create { .. }
        | Entry::Level { .. }
        | Entry::QuestDone { .. }
        | Entry::QuestTaken { .. }
        | Entry::Pity { .. }
        | Entry::Rank { .. }
        | Entry::ResetPoints
        | Entry::StorageSlots { .. }
        | Entry::Depart { .. }
        | Entry::Pay { .. }
        | Entry::Post { .. }
        | Entry::Claim { .. }
        | Entry::Buy { .. }
        | Entry::Unlist { .. } => false,
    }
}
