//! What is locked of a character's things: all that its pending intents name.
//!
//! Nothing is stored for it: the pending intents are the state, this reads them. What was used up
//! (`Reason::Use`) is gone already and locks nothing.

use crate::ids::{ItemUid, PlayerId};
use crate::intent::{Entry, Intent, Place, Reason};
use crate::zone::state::Pending;

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

    /// All that wait for the store.
    pub(crate) fn intents(self) -> impl Iterator<Item = &'a Intent> {
        self.pending.list.iter().filter(move |intent| intent.player == self.player)
    }

    /// All that will still change the character.
    fn entries(self) -> impl Iterator<Item = Entry> + 'a {
        let coming = self.intents().filter(|intent| intent.reason != Reason::Use);
        coming.flat_map(|intent| intent.entries.iter().copied())
    }

    /// An item that may not be touched: it is named, or somebody moves from or to its place.
    pub(crate) fn is_locked(self, uid: ItemUid, place: Place) -> bool {
        self.entries().any(|entry| match entry {
            Entry::Grow { uid: named, .. } | Entry::Shrink { uid: named, .. } => named == uid,
            Entry::Move { uid: named, from, to } => named == uid || from == place || to == place,
            Entry::Create { slot, .. } => Place::Bag(slot) == place,
            Entry::Coin { .. }
            | Entry::Level { .. }
            | Entry::QuestDone { .. }
            | Entry::QuestTaken { .. } => false,
        })
    }

    /// A place that something is on its way to or from.
    pub(crate) fn is_reserved(self, place: Place) -> bool {
        self.entries().any(|entry| match entry {
            Entry::Move { from, to, .. } => from == place || to == place,
            Entry::Create { slot, .. } => Place::Bag(slot) == place,
            _ => false,
        })
    }

    /// By how much a stack will grow; `None` when something else happens to it, too.
    pub(crate) fn growth(self, uid: ItemUid, place: Place) -> Option<u16> {
        self.entries().try_fold(0_u16, |sum, entry| match entry {
            Entry::Grow { uid: named, quantity } if named == uid => sum.checked_add(quantity),
            Entry::Shrink { uid: named, .. } if named == uid => None,
            Entry::Move { uid: named, .. } if named == uid => None,
            Entry::Move { from, to, .. } if from == place || to == place => None,
            _ => Some(sum),
        })
    }

    /// Coin that is on its way.
    pub(crate) fn coin(self) -> i64 {
        let coin = self.entries().map(|entry| match entry {
            Entry::Coin { delta } => delta,
            _ => 0,
        });
        coin.sum()
    }

    /// A level is on its way.
    pub(crate) fn rises(self) -> bool {
        self.entries().any(|entry| matches!(entry, Entry::Level { .. }))
    }
}
