//! Under which epochs this host writes for whom, and how many snapshots it has written.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::ids::PlayerId;
use massless_store::repo::leases::Lease;

/// Characters this host has loaded, each with its lease.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: Mutex<HashMap<PlayerId, Lease>>,
}

impl Leases {
    /// This host holds that lease; an older claim changes nothing.
    pub(super) fn claimed(&self, player: PlayerId, lease: Lease) {
        let mut held = self.lock();
        let newest = held.entry(player).or_insert(lease);
        if newest.epoch < lease.epoch {
            *newest = lease;
        }
    }

    /// The epoch to write under; `None` when the character is not this host's.
    pub(super) fn epoch(&self, player: PlayerId) -> Option<u64> {
        self.lock().get(&player).map(|lease| lease.epoch)
    }

    /// Epoch and number of the next snapshot.
    pub(super) fn next_snapshot(&self, player: PlayerId) -> Option<(u64, u64)> {
        let mut held = self.lock();
        let lease = held.get_mut(&player)?;
        lease.snapshot_seq += 1;
        Some((lease.epoch, lease.snapshot_seq))
    }

    /// The lease is given back, or was lost; its epoch, when it was held.
    pub(super) fn give_up(&self, player: PlayerId) -> Option<u64> {
        self.lock().remove(&player).map(|lease| lease.epoch)
    }

    /// All that are held.
    pub(super) fn held(&self) -> Vec<(PlayerId, u64)> {
        self.lock().iter().map(|(&player, lease)| (player, lease.epoch)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlayerId, Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_claim_counts_until_it_is_given_up() {
        let leases = Leases::default();
        let ada = PlayerId::new(7);
        assert_eq!(leases.next_snapshot(ada), None);
        leases.claimed(ada, Lease { epoch: 4, snapshot_seq: 9 });
        leases.claimed(ada, Lease { epoch: 3, snapshot_seq: 20 });
        assert_eq!(leases.epoch(ada), Some(4));
        assert_eq!(leases.next_snapshot(ada), Some((4, 10)));
        assert_eq!(leases.next_snapshot(ada), Some((4, 11)));
        assert_eq!(leases.held(), [(ada, 4)]);
        assert_eq!(leases.give_up(ada), Some(4));
        assert_eq!(leases.give_up(ada), None);
    }
}
