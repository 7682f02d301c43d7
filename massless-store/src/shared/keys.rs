//! Every key that Redis may hold for a Massless server, how long it lives, and who writes it.
//!
//! | key | type | life | owner | rebuilt by |
//! |---|---|---|---|---|
//! | `massless:rate:{bucket}` | string | until the bucket is full again | REST of any host | counting anew |
//! | `massless:online:{character}` | string, `Online` | 15 s | the host it plays on | its heartbeat, 5 s |
//! | `massless:name:{folded}` | string, character id | 15 s | the same | the same |
//! | `massless:session:{account}` | string, character id | 15 s | the same | the same |
//! | `massless:zones:{host}` | string, `[Population]` | 15 s | that host | the same |
//! | `massless:hosts` | sorted set, host by last heartbeat | 15 s | all hosts | the same |
//! | `massless:history:{room}` | list, `Line` | 1 h | the host of the speaker | talk itself |
//! | `massless:cache:{key}` | string | as its writer says, 1 h at most | its writer | its reader |
//! | `massless:board:{board}` | sorted set, character id by score | 1 min | any host's board keeper | 5 s |
//! | `massless:board:{board}:names` | hash, character id to `BoardEntry` | 1 min | the same | the same |
//! | `massless:say:{topic}` | channel of pub/sub | none | any host | nothing: at most once |
//!
//! A key that is not in this list is a bug; a test compares it with what a server holds after use.

use std::time::Duration;

use super::Board;

/// Beginning of every key and channel.
pub const PREFIX: &str = "massless:";

/// Time between two heartbeats of a host. Presence is whole again that long after Redis lost it.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Milliseconds after which a host that says nothing more is taken for gone: three heartbeats.
pub const PRESENCE_MILLIS: u64 = 15_000;
/// Milliseconds a line of talk is remembered. Reason: game rules, section 13.
pub const HISTORY_MILLIS: u64 = 3_600_000;
/// Lines of a room that are remembered. Reason: game rules, section 13.
pub const HISTORY_LINES: usize = 100;
/// Milliseconds a board is believed; its keeper makes it anew every `BOARD_PAUSE`.
pub const BOARD_MILLIS: u64 = 60_000;
/// Time between two makings of the boards: below the 10 s within which what was lost is rebuilt.
pub const BOARD_PAUSE: Duration = Duration::from_secs(5);
/// Entries of a board.
pub const BOARD_ENTRIES: usize = 100;
/// Milliseconds a cached value is kept, at most.
pub const CACHE_MILLIS_MAX: u64 = 3_600_000;
/// Bytes of a cached value or a published message, at most.
pub const VALUE_BYTES_MAX: usize = 65_536;
/// Longest pause of a rate bucket, milliseconds (a day).
pub const PAUSE_MILLIS_MAX: u64 = 86_400_000;
/// Tokens of a rate bucket, at most.
pub const BURST_MAX: u64 = 1_000_000;
/// Rate buckets, cached values and rooms a twin holds, of each; beyond it the stalest go.
pub const LOCAL_ENTRIES_MAX: usize = 65_536;

/// Time that a call waits for Redis at most.
pub const REDIS_TIMEOUT: Duration = Duration::from_millis(250);
/// Time after a failure in which Redis is not asked again.
pub const REDIS_PAUSE: Duration = Duration::from_millis(500);
/// Connections to Redis beside the subscription's own.
pub const REDIS_CONNECTIONS: u32 = 8;
/// Silence after which a subscription asks whether its server still lives.
pub const SUBSCRIPTION_SILENCE: Duration = Duration::from_secs(2);

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Lines of talk that other hosts' players may hear.
    Talk,
    /// Words of the operators to everybody.
    Announcement,
    /// Orders of moderators: who is sent away, whose voice is taken, whose lists changed.
    Order,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 3] = [Self::Talk, Self::Announcement, Self::Order];

    /// The topic's word in the channel's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Announcement => "announcement",
            Self::Order => "order",
        }
    }

    /// The topic of a channel's name.
    #[must_use]
    pub fn of_channel(channel: &str) -> Option<Self> {
        let word = channel.strip_prefix(PREFIX)?.strip_prefix("say:")?;
        Self::ALL.into_iter().find(|topic| topic.word() == word)
    }
}

pub(super) fn rate(bucket: &str) -> String {
    format!("{PREFIX}rate:{bucket}")
}

pub(super) fn online(character: u64) -> String {
    format!("{PREFIX}online:{character}")
}

pub(super) fn name(folded: &str) -> String {
    format!("{PREFIX}name:{folded}")
}

pub(super) fn session(account: u64) -> String {
    format!("{PREFIX}session:{account}")
}

pub(super) fn zones(host: &str) -> String {
    format!("{PREFIX}zones:{host}")
}

pub(super) fn hosts() -> String {
    format!("{PREFIX}hosts")
}

pub(super) fn history(room: &str) -> String {
    format!("{PREFIX}history:{room}")
}

pub(super) fn cache(key: &str) -> String {
    format!("{PREFIX}cache:{key}")
}

pub(super) fn board(board: Board) -> String {
    format!("{PREFIX}board:{}", board.word())
}

pub(super) fn board_names(board: Board) -> String {
    format!("{PREFIX}board:{}:names", board.word())
}

pub(super) fn channel(topic: Topic) -> String {
    format!("{PREFIX}say:{}", topic.word())
}
