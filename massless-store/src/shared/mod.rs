//! What hosts share and what may be lost at any moment: presence, talk, counters, caches, boards.
//!
//! ```text
//!             Shared (trait)
//!      Redis  = many hosts, one view        Local = one host, the twin
//!      `redis.rs` writes to its own `Local` too, and reads it while Redis is away
//! ```
//! Nothing here is true because it stands here: the database knows who owns what and who may log in.
//! Losing all of it, at any moment, costs no progress and disconnects nobody. Every key, its life and
//! its owner are listed in `keys.rs`. Calls may wait up to `keys::REDIS_TIMEOUT` and are never made
//! from a tick or from an async thread.

mod board;
pub mod keys;
mod local;
mod rate;
mod redis;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::board::{Board, BoardEntry};
pub use self::keys::Topic;
pub use self::local::Local;
pub use self::rate::{Bucket, TooMany};
pub use self::redis::Redis;

/// A moment of the wall clock in milliseconds since 1970; the caller's clock, given as an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixMillis(u64);

impl UnixMillis {
    /// That many milliseconds after the beginning of 1970.
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the beginning of 1970.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to here; 0 when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// One character that plays somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Online {
    /// Whose session this is.
    pub account: u64,
    /// `character.id`.
    pub character: u64,
    /// The character's name as it is shown.
    pub name: String,
    /// The name as it is looked up (`fold_name`).
    pub folded: String,
    /// The host it plays on.
    pub host: String,
    /// The zone it is in.
    pub zone: u32,
    /// Its faction, 1..=3.
    pub faction: u8,
    /// Its level, 1..=120.
    pub level: u16,
}

/// How many play in one channel of a zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Population {
    /// The host that runs it.
    pub host: String,
    /// The zone.
    pub zone: u32,
    /// Which of the zone's channels, from 1.
    pub channel: u32,
    /// Characters in it.
    pub players: u32,
}

/// A line of talk that is remembered for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it was said.
    pub at: UnixMillis,
    /// `character.id` of who said it; 0 is the server.
    pub character: u64,
    /// The name that is shown with it.
    pub name: String,
    /// What was said.
    pub text: String,
}

/// Hears what is published. It is called on the publisher's or the subscription's thread, must not
/// wait and must not call back into `Shared`.
pub type Listener = Arc<dyn Fn(Topic, &[u8]) + Send + Sync>;

/// What hosts share. Every call answers: where Redis does not, the process's own twin does.
pub trait Shared: Send + Sync {
    /// Whether all hosts see the same; false while only this process's twin answers.
    fn is_shared(&self) -> bool;

    /// Takes a token of `bucket` at `now`, or says how long to wait.
    fn take(&self, now: UnixMillis, bucket: &Bucket) -> Result<(), TooMany>;

    /// All who play on `host`, and how full its zones are: replaces what it said before. Said every
    /// `keys::HEARTBEAT`; what is not said again for `keys::PRESENCE_MILLIS` is forgotten.
    fn heartbeat(&self, now: UnixMillis, host: &str, people: &[Online], zones: &[Population]);

    /// Somebody began to play, or moved; known at once and until the next heartbeats miss them.
    fn came(&self, now: UnixMillis, who: &Online);

    /// Somebody plays no more on `host`.
    fn went(&self, now: UnixMillis, host: &str, character: u64);

    /// Where the character of that folded name plays.
    fn find(&self, now: UnixMillis, folded: &str) -> Option<Online>;

    /// Which of these characters play, in their order.
    fn online(&self, now: UnixMillis, characters: &[u64]) -> Vec<Option<Online>>;

    /// The character that an account plays with.
    fn session(&self, now: UnixMillis, account: u64) -> Option<Online>;

    /// How full all zones of all hosts are, by host, zone and channel.
    fn populations(&self, now: UnixMillis) -> Vec<Population>;

    /// Tells all listeners of all hosts, this one's at once. At most once, in no order between hosts.
    fn publish(&self, topic: Topic, payload: &[u8]);

    /// Hears everything that is published from now on.
    fn listen(&self, listener: Listener);

    /// Remembers a line of `room`: `keys::HISTORY_LINES` of them, for `keys::HISTORY_MILLIS`.
    fn remember(&self, room: &str, line: &Line);

    /// The lines of `room`, oldest first.
    fn history(&self, now: UnixMillis, room: &str) -> Vec<Line>;

    /// Keeps `value` for `millis`.
    fn put(&self, now: UnixMillis, key: &str, value: &[u8], millis: u64);

    /// What is kept under `key`.
    fn get(&self, now: UnixMillis, key: &str) -> Option<Vec<u8>>;

    /// Replaces a board by `entries`, best first; at most `keys::BOARD_ENTRIES` count.
    fn put_board(&self, now: UnixMillis, board: Board, entries: &[BoardEntry]);

    /// The best of a board; `None` when nobody has made it lately.
    fn board(&self, now: UnixMillis, board: Board, limit: usize) -> Option<Vec<BoardEntry>>;
}

#[cfg(test)]
mod tests;
