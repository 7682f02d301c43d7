//! What waits to be written of characters: the newest of each, older ones are dropped. Zones put in and never
//! wait.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use massless_core::ids::{PlayerId, ZoneId};

/// A character at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Save {
    /// Where it is.
    pub(crate) zone: ZoneId,
    /// When, by the zone's count.
    pub(crate) tick: u64,
    /// Rises with every save of this host.
    pub(crate) seq: i64,
    /// `Character::to_bytes`.
    pub(crate) blob: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<PlayerId, Save>,
    writing: HashSet<PlayerId>,
    is_over: bool,
}

/// All that waits.
#[derive(Debug, Default)]
pub(crate) struct Saves {
    state: Mutex<State>,
    changed: Condvar,
}

impl Saves {
    /// Puts in what replaces an older save of the same character.
    pub(crate) fn put(&self, player: PlayerId, save: Save) {
        let mut state = self.lock();
        let older = state.waiting.get(&player).is_none_or(|waiting| waiting.seq < save.seq);
        if older {
            state.waiting.insert(player, save);
        }
    }

    /// Takes up to `max` to be written; what is being written already has to wait.
    pub(crate) fn take(&self, max: usize) -> Vec<(PlayerId, Save)> {
        let mut state = self.lock();
        let State { waiting, writing, .. } = &mut *state;
        let next: Vec<PlayerId> =
            waiting.keys().filter(|player| !writing.contains(player)).copied().take(max).collect();
        next.into_iter()
            .filter_map(|player| {
                writing.insert(player);
                waiting.remove(&player).map(|save| (player, save))
            })
            .collect()
    }

    /// Those were written, or not: then they wait again, unless something newer does.
    pub(crate) fn done(&self, taken: Vec<(PlayerId, Save)>, is_written: bool) {
        let mut state = self.lock();
        for (player, save) in taken {
            state.writing.remove(&player);
            if !is_written {
                state.waiting.entry(player).or_insert(save);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Takes what waits of one character, once nobody is writing it any more. `None` when nothing waits.
    pub(crate) fn take_one(&self, player: PlayerId) -> Option<(PlayerId, Save)> {
        let is_busy = |state: &mut State| state.writing.contains(&player);
        let waited = self.changed.wait_while(self.lock(), is_busy);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let save = state.waiting.remove(&player)?;
        state.writing.insert(player);
        Some((player, save))
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Waits for `pause` or until it is over; true when it is over.
    pub(crate) fn rest(&self, pause: Duration) -> bool {
        let goes_on = |state: &mut State| !state.is_over;
        let waited = self.changed.wait_timeout_while(self.lock(), pause, goes_on);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_over
    }

    /// Nobody puts in any more; what waits is still written.
    pub(crate) fn end(&self) {
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

    fn save(seq: i64) -> Save {
        Save { zone: ZoneId::new(1), tick: 9, seq, blob: vec![1] }
    }

    #[test]
    fn the_newest_save_waits_and_nothing_is_written_twice_at_a_time() {
        let saves = Saves::default();
        saves.put(ADA, save(2));
        saves.put(ADA, save(1));
        let taken = saves.take(10);
        assert_eq!(taken, [(ADA, save(2))]);
        saves.put(ADA, save(3));
        assert_eq!(saves.take(10), [], "it is being written");
        saves.done(taken, true);
        assert_eq!(saves.take_one(ADA), Some((ADA, save(3))));
        assert_eq!(saves.len(), 0);
    }

    #[test]
    fn what_could_not_be_written_waits_again_unless_something_newer_does() {
        let saves = Saves::default();
        saves.put(ADA, save(1));
        let taken = saves.take(10);
        saves.done(taken, false);
        let taken = saves.take(10);
        assert_eq!(taken, [(ADA, save(1))]);
        saves.put(ADA, save(2));
        saves.done(taken, false);
        assert_eq!(saves.take(10), [(ADA, save(2))]);
    }
}
