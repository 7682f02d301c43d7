//! Under which epochs this host writes for whom.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::ids::PlayerId;

/// Characters this host has loaded, each with the epoch of its lease.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    epochs: Mutex<HashMap<PlayerId, i64>>,
}

impl Leases {
    /// This host holds the lease under `epoch`; an older claim changes nothing.
    pub(crate) fn claimed(&self, player: PlayerId, epoch: i64) {
        let mut epochs = self.lock();
        let held = epochs.entry(player).or_insert(epoch);
        *held = epoch.max(*held);
    }

    /// The epoch to write under; `None` when the character is not this host's.
    pub(crate) fn epoch(&self, player: PlayerId) -> Option<i64> {
        self.lock().get(&player).copied()
    }

    /// The lease is given back; its epoch, when it was held.
    pub(crate) fn give_up(&self, player: PlayerId) -> Option<i64> {
        self.lock().remove(&player)
    }

    /// All that are held.
    pub(crate) fn held(&self) -> Vec<(PlayerId, i64)> {
        self.lock().iter().map(|(&player, &epoch)| (player, epoch)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlayerId, i64>> {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_claim_counts_until_it_is_given_up() {
        let leases = Leases::default();
        let ada = PlayerId::new(7);
        assert_eq!(leases.epoch(ada), None);
        leases.claimed(ada, 4);
        leases.claimed(ada, 3);
        assert_eq!(leases.epoch(ada), Some(4));
        assert_eq!(leases.held(), [(ada, 4)]);
        assert_eq!(leases.give_up(ada), Some(4));
        assert_eq!(leases.give_up(ada), None);
    }
}
