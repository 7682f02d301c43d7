//! What waits to be written of characters: the newest of each, older ones are dropped. Zones put in and never
//! wait.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use massless_core::ids::PlayerId;
use massless_store::repo::snapshots::Snapshot;

use crate::channels::ChannelId;

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<PlayerId, Snapshot>,
    writing: HashSet<PlayerId>,
    /// Who has come into which channel.
    seats: HashMap<PlayerId, ChannelId>,
    is_over: bool,
}

/// All that waits.
#[derive(Debug, Default)]
pub(super) struct Saves {
    state: Mutex<State>,
    changed: Condvar,
}

impl Saves {
    /// Puts in what replaces an older save of the same character.
    pub(super) fn put(&self, save: Snapshot) {
        let mut state = self.lock();
        let number = |save: &Snapshot| (save.epoch, save.seq);
        let waiting = state.waiting.get(&save.player);
        if waiting.is_none_or(|waiting| number(waiting) < number(&save)) {
            state.waiting.insert(save.player, save);
        }
    }

    /// Somebody is in that channel from now on.
    pub(super) fn put_seat(&self, player: PlayerId, channel: ChannelId) {
        self.lock().seats.insert(player, channel);
    }

    /// Takes all changes of channels.
    pub(super) fn take_seats(&self) -> HashMap<PlayerId, ChannelId> {
        std::mem::take(&mut self.lock().seats)
    }

    /// A change of channel that could not be written, unless there is a newer one.
    pub(super) fn put_back_seat(&self, player: PlayerId, channel: ChannelId) {
        self.lock().seats.entry(player).or_insert(channel);
    }

    /// Takes up to `max` to be written; what is being written already has to wait.
    pub(super) fn take(&self, max: usize) -> Vec<Snapshot> {
        let mut state = self.lock();
        let State { waiting, writing, .. } = &mut *state;
        let next: Vec<PlayerId> =
            waiting.keys().filter(|player| !writing.contains(player)).copied().take(max).collect();
        next.into_iter()
            .filter_map(|player| {
                writing.insert(player);
                waiting.remove(&player)
            })
            .collect()
    }

    /// Those were written, or not: then they wait again, unless something newer does.
    pub(super) fn done(&self, taken: Vec<Snapshot>, is_written: bool) {
        let mut state = self.lock();
        for save in taken {
            state.writing.remove(&save.player);
            if !is_written {
                state.waiting.entry(save.player).or_insert(save);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Takes what waits of one character, once nobody is writing it any more. `None` when nothing waits.
    pub(super) fn take_one(&self, player: PlayerId) -> Option<Snapshot> {
        let is_busy = |state: &mut State| state.writing.contains(&player);
        let waited = self.changed.wait_while(self.lock(), is_busy);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let save = state.waiting.remove(&player)?;
        state.writing.insert(player);
        Some(save)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Waits for `pause` or until it is over; true when it is over.
    pub(super) fn rest(&self, pause: Duration) -> bool {
        let goes_on = |state: &mut State| !state.is_over;
        let waited = self.changed.wait_timeout_while(self.lock(), pause, goes_on);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_over
    }

    /// Nobody puts in any more; what waits is still written.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PlayerId = PlayerId::new(1);

    fn save(seq: u64) -> Snapshot {
        Snapshot { player: ADA, epoch: 3, seq, tick: 9, bytes: vec![1] }
    }

    #[test]
    fn the_newest_save_waits_and_nothing_is_written_twice_at_a_time() {
        let saves = Saves::default();
        saves.put(save(2));
        saves.put(save(1));
        let taken = saves.take(10);
        assert_eq!(taken, [save(2)]);
        saves.put(save(3));
        assert_eq!(saves.take(10), [], "it is being written");
        saves.done(taken, true);
        assert_eq!(saves.take_one(ADA), Some(save(3)));
        assert_eq!(saves.len(), 0);
    }

    #[test]
    fn what_could_not_be_written_waits_again_unless_something_newer_does() {
        let saves = Saves::default();
        saves.put(save(1));
        let taken = saves.take(10);
        saves.done(taken, false);
        let taken = saves.take(10);
        assert_eq!(taken, [save(1)]);
        saves.put(save(2));
        saves.done(taken, false);
        assert_eq!(saves.take(10), [save(2)]);
    }
}
