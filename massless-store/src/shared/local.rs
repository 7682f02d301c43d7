//! The twin of one process: the same contract as Redis, for a host alone and for while Redis is away.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use super::board::best_of;
use super::keys::{
    BOARD_MILLIS, CACHE_MILLIS_MAX, HISTORY_LINES, HISTORY_MILLIS, LOCAL_ENTRIES_MAX,
    PRESENCE_MILLIS, VALUE_BYTES_MAX,
};
use super::{
    Board, BoardEntry, Bucket, Line, Listener, Online, Population, Shared, TooMany, Topic,
    UnixMillis,
};

/// What a process shares with itself.
#[derive(Default)]
pub struct Local {
    state: Mutex<State>,
    listeners: RwLock<Vec<Listener>>,
}

#[derive(Default)]
struct State {
    full_at: HashMap<String, u64>,
    people: HashMap<u64, (UnixMillis, Online)>,
    by_name: HashMap<String, u64>,
    by_account: HashMap<u64, u64>,
    zones: BTreeMap<String, (UnixMillis, Vec<Population>)>,
    rooms: HashMap<String, VecDeque<Line>>,
    cache: HashMap<String, (UnixMillis, Vec<u8>)>,
    boards: BTreeMap<Board, (UnixMillis, Vec<BoardEntry>)>,
}

impl Local {
    /// Nobody and nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells this process's listeners.
    pub(super) fn tell(&self, topic: Topic, payload: &[u8]) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(topic, payload);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared for Local {
    fn is_shared(&self) -> bool {
        false
    }

    fn take(&self, now: UnixMillis, bucket: &Bucket) -> Result<(), TooMany> {
        let mut state = self.lock();
        let full_at = state.full_at.get(&bucket.name).copied().unwrap_or(0);
        let next = bucket.plan_take(now, full_at)?;
        if state.full_at.len() >= LOCAL_ENTRIES_MAX {
            make_room(&mut state.full_at, |full_at| *full_at, now.get());
        }
        state.full_at.insert(bucket.name.clone(), next);
        Ok(())
    }

    fn heartbeat(&self, now: UnixMillis, host: &str, people: &[Online], zones: &[Population]) {
        let mut state = self.lock();
        let until = now.plus(PRESENCE_MILLIS);
        let gone: Vec<u64> = state
            .people
            .values()
            .filter(|(until, who)| *until <= now || who.host == host)
            .map(|(_, who)| who.character)
            .collect();
        for character in gone {
            state.forget(character);
        }
        for who in people {
            state.know(until, who);
        }
        state.zones.insert(host.to_owned(), (until, zones.to_vec()));
        state.zones.retain(|_, (until, _)| *until > now);
    }

    fn came(&self, now: UnixMillis, who: &Online) {
        self.lock().know(now.plus(PRESENCE_MILLIS), who);
    }

    fn went(&self, _now: UnixMillis, host: &str, character: u64) {
        let mut state = self.lock();
        if state.people.get(&character).is_some_and(|(_, who)| who.host == host) {
            state.forget(character);
        }
    }

    fn find(&self, now: UnixMillis, folded: &str) -> Option<Online> {
        let state = self.lock();
        state.who(now, *state.by_name.get(folded)?)
    }

    fn online(&self, now: UnixMillis, characters: &[u64]) -> Vec<Option<Online>> {
        let state = self.lock();
        characters.iter().map(|character| state.who(now, *character)).collect()
    }

    fn session(&self, now: UnixMillis, account: u64) -> Option<Online> {
        let state = self.lock();
        state.who(now, *state.by_account.get(&account)?)
    }

    fn populations(&self, now: UnixMillis) -> Vec<Population> {
        let state = self.lock();
        let fresh = state.zones.values().filter(|(until, _)| *until > now);
        let mut all: Vec<Population> = fresh.flat_map(|(_, zones)| zones).cloned().collect();
        all.sort();
        all
    }

    fn publish(&self, topic: Topic, payload: &[u8]) {
        if payload.len() <= VALUE_BYTES_MAX {
            self.tell(topic, payload);
        }
    }

    fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    fn remember(&self, room: &str, line: &Line) {
        let mut state = self.lock();
        if state.rooms.len() >= LOCAL_ENTRIES_MAX && !state.rooms.contains_key(room) {
            let newest = |lines: &VecDeque<Line>| lines.back().map_or(0, |line| line.at.get());
            let old = line.at.get().saturating_sub(HISTORY_MILLIS);
            make_room(&mut state.rooms, newest, old);
        }
        let lines = state.rooms.entry(room.to_owned()).or_default();
        lines.push_back(line.clone());
        while lines.len() > HISTORY_LINES {
            lines.pop_front();
        }
    }

    fn history(&self, now: UnixMillis, room: &str) -> Vec<Line> {
        let state = self.lock();
        let lines = state.rooms.get(room).into_iter().flatten();
        lines.filter(|line| now.since(line.at) < HISTORY_MILLIS).cloned().collect()
    }

    fn put(&self, now: UnixMillis, key: &str, value: &[u8], millis: u64) {
        if value.len() > VALUE_BYTES_MAX {
            return;
        }
        let mut state = self.lock();
        if state.cache.len() >= LOCAL_ENTRIES_MAX {
            make_room(&mut state.cache, |(until, _)| until.get(), now.get());
        }
        let until = now.plus(millis.min(CACHE_MILLIS_MAX));
        state.cache.insert(key.to_owned(), (until, value.to_vec()));
    }

    fn get(&self, now: UnixMillis, key: &str) -> Option<Vec<u8>> {
        let state = self.lock();
        let (until, value) = state.cache.get(key)?;
        (*until > now).then(|| value.clone())
    }

    fn put_board(&self, now: UnixMillis, board: Board, entries: &[BoardEntry]) {
        let best = best_of(entries);
        self.lock().boards.insert(board, (now.plus(BOARD_MILLIS), best));
    }

    fn board(&self, now: UnixMillis, board: Board, limit: usize) -> Option<Vec<BoardEntry>> {
        let state = self.lock();
        let (until, entries) = state.boards.get(&board)?;
        (*until > now).then(|| entries.iter().take(limit).cloned().collect())
    }
}

impl State {
    fn know(&mut self, until: UnixMillis, who: &Online) {
        self.forget(who.character);
        self.by_name.insert(who.folded.clone(), who.character);
        self.by_account.insert(who.account, who.character);
        self.people.insert(who.character, (until, who.clone()));
    }

    fn forget(&mut self, character: u64) {
        let Some((_, who)) = self.people.remove(&character) else { return };
        if self.by_name.get(&who.folded) == Some(&character) {
            self.by_name.remove(&who.folded);
        }
        if self.by_account.get(&who.account) == Some(&character) {
            self.by_account.remove(&who.account);
        }
    }

    fn who(&self, now: UnixMillis, character: u64) -> Option<Online> {
        let (until, who) = self.people.get(&character)?;
        (*until > now).then(|| who.clone())
    }
}

/// Drops what is stale by `now`, or the stalest half where too little is: room for new entries costs
/// the ones that matter least.
fn make_room<V>(entries: &mut HashMap<String, V>, age: impl Fn(&V) -> u64, now: u64) {
    entries.retain(|_, value| age(value) > now);
    if entries.len() < LOCAL_ENTRIES_MAX / 2 {
        return;
    }
    let mut ages: Vec<u64> = entries.values().map(&age).collect();
    let middle = ages.len() / 2;
    let (_, median, _) = ages.select_nth_unstable(middle);
    let median = *median;
    entries.retain(|_, value| age(value) > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_names_stays_within_the_bound_and_keeps_who_is_being_counted() {
        let local = Local::new();
        let bucket = |name: String| Bucket { name, pause_millis: 60_000, burst: 3 };
        let now = UnixMillis::new(1_000_000);
        let rival = bucket("login:10.0.0.9:anna".to_owned());
        for _ in 0..3 {
            local.take(now, &rival).expect("a burst of three");
        }
        for n in 0..LOCAL_ENTRIES_MAX + 10 {
            local.take(now, &bucket(format!("login:10.0.0.{n}"))).expect("a fresh bucket");
        }
        assert!(local.lock().full_at.len() <= LOCAL_ENTRIES_MAX);
        assert!(local.take(now, &rival).is_err(), "the fullest count is what is kept");
    }
}
