//! `Shared` on Redis: what hosts see of each other. Its own twin knows this process's part too, and
//! answers alone while Redis is away or has lost everything.

mod link;
mod presence;
mod subscription;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::{Client, Script};

use self::link::Link;
use self::presence::Said;
use self::subscription::ORIGIN_BYTES;
use super::board::best_of;
use super::keys::{
    self, BOARD_MILLIS, CACHE_MILLIS_MAX, HISTORY_LINES, HISTORY_MILLIS, VALUE_BYTES_MAX,
};
use super::{
    Board, BoardEntry, Bucket, Line, Listener, Local, Online, Population, Shared, TooMany, Topic,
    UnixMillis,
};

/// `rate::Bucket::plan_take` where all hosts count together. Keys: the bucket. Arguments: now, pause,
/// room. Returns the milliseconds to wait, 0 when a token was taken.
const TAKE: &str = "
local now, pause, room = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = tonumber(redis.call('GET', KEYS[1]) or '0')
if full_at > now + 2 * room then full_at = now end
local following = math.max(full_at, now) + pause
if following - now > room then return following - now - room end
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', string.format('%.0f', room + pause))
return 0
";

/// Field of a board's hash that says until when the board is believed.
const UNTIL: &str = "until";

/// Why a Redis cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the address of Redis cannot be read: {0}")]
pub struct AddressError(#[from] redis::RedisError);

/// What hosts share, on Redis.
pub struct Redis(Arc<Inner>);

struct Inner {
    link: Link,
    twin: Local,
    /// Marks what this process publishes, so that it does not hear itself twice.
    origin: [u8; ORIGIN_BYTES],
    is_subscribed: AtomicBool,
    said: Said,
    take: Script,
}

impl Redis {
    /// The Redis at `url` (`redis://[user:password@]host:port[/db]`). It need not be there yet.
    pub fn open(url: &str) -> Result<Self, AddressError> {
        let client = Client::open(url)?;
        let mut origin = [0; ORIGIN_BYTES];
        getrandom::fill(&mut origin).expect("the system has randomness");
        let inner = Arc::new(Inner {
            link: Link::new(client.clone()),
            twin: Local::new(),
            origin,
            is_subscribed: AtomicBool::new(false),
            said: Said::default(),
            take: Script::new(TAKE),
        });
        let owner = Arc::downgrade(&inner);
        std::thread::Builder::new()
            .name("redis-sub".to_owned())
            .spawn(move || subscription::run(&client, &owner))
            .expect("a thread can be started");
        let shared = Self(inner);
        shared.0.link.ask(|to| redis::cmd("PING").query::<()>(to));
        Ok(shared)
    }

    /// Whether what other hosts publish is heard.
    #[must_use]
    pub fn is_subscribed(&self) -> bool {
        self.0.is_subscribed.load(Ordering::Acquire)
    }
}

impl Shared for Redis {
    fn is_shared(&self) -> bool {
        self.0.link.is_up()
    }

    fn take(&self, now: UnixMillis, bucket: &Bucket) -> Result<(), TooMany> {
        let asked = self.0.link.ask(|to| {
            let mut call = self.0.take.key(keys::rate(&bucket.name));
            call.arg(now.get()).arg(bucket.pause()).arg(bucket.room_millis());
            call.invoke::<u64>(to)
        });
        match asked {
            Some(0) => Ok(()),
            Some(wait_millis) => Err(TooMany { wait_millis }),
            None => self.0.twin.take(now, bucket),
        }
    }

    fn heartbeat(&self, now: UnixMillis, host: &str, people: &[Online], zones: &[Population]) {
        self.0.twin.heartbeat(now, host, people, zones);
        self.0.say_presence(now, host, people, zones);
    }

    fn came(&self, now: UnixMillis, who: &Online) {
        self.0.twin.came(now, who);
        self.0.say_came(now, who);
    }

    fn went(&self, now: UnixMillis, host: &str, character: u64) {
        self.0.twin.went(now, host, character);
        self.0.say_went(host, character);
    }

    fn find(&self, now: UnixMillis, folded: &str) -> Option<Online> {
        let here = self.0.twin.find(now, folded);
        here.or_else(|| {
            let who = self.0.who_by(now, &keys::name(folded))?;
            (who.folded == folded).then_some(who)
        })
    }

    fn online(&self, now: UnixMillis, characters: &[u64]) -> Vec<Option<Online>> {
        let here = self.0.twin.online(now, characters);
        let there = self.0.who_all(now, characters);
        here.into_iter().zip(there).map(|(here, there)| here.or(there)).collect()
    }

    fn session(&self, now: UnixMillis, account: u64) -> Option<Online> {
        let here = self.0.twin.session(now, account);
        here.or_else(|| {
            let who = self.0.who_by(now, &keys::session(account))?;
            (who.account == account).then_some(who)
        })
    }

    fn populations(&self, now: UnixMillis) -> Vec<Population> {
        self.0.populations(now)
    }

    fn publish(&self, topic: Topic, payload: &[u8]) {
        if payload.len() > VALUE_BYTES_MAX {
            return;
        }
        self.0.twin.tell(topic, payload);
        let message = [&self.0.origin[..], payload].concat();
        self.0.link.ask(|to| {
            redis::cmd("PUBLISH").arg(keys::channel(topic)).arg(&message).query::<()>(to)
        });
    }

    fn listen(&self, listener: Listener) {
        self.0.twin.listen(listener);
    }

    fn remember(&self, room: &str, line: &Line) {
        self.0.twin.remember(room, line);
        let (key, last) = (keys::history(room), HISTORY_LINES - 1);
        let Ok(line) = serde_json::to_vec(line) else { return };
        self.0.link.ask(|to| {
            let mut lines = redis::pipe();
            lines.atomic();
            lines.cmd("LPUSH").arg(&key).arg(&line).ignore();
            lines.cmd("LTRIM").arg(&key).arg(0).arg(last).ignore();
            lines.cmd("PEXPIRE").arg(&key).arg(HISTORY_MILLIS).ignore();
            lines.exec(to)
        });
    }

    fn history(&self, now: UnixMillis, room: &str) -> Vec<Line> {
        let key = keys::history(room);
        let asked = self
            .0
            .link
            .ask(|to| redis::cmd("LRANGE").arg(&key).arg(0).arg(-1).query::<Vec<Vec<u8>>>(to));
        let lines: Vec<Line> = asked
            .unwrap_or_default()
            .iter()
            .rev()
            .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
            .filter(|line| now.since(line.at) < HISTORY_MILLIS)
            .collect();
        // Redis may just have lost everything; what was said here is known here.
        if lines.is_empty() { self.0.twin.history(now, room) } else { lines }
    }

    fn put(&self, now: UnixMillis, key: &str, value: &[u8], millis: u64) {
        if value.len() > VALUE_BYTES_MAX {
            return;
        }
        self.0.twin.put(now, key, value, millis);
        let millis = millis.clamp(1, CACHE_MILLIS_MAX);
        let until = now.plus(millis).get().to_le_bytes();
        let value = [&until[..], value].concat();
        self.0.link.ask(|to| {
            let mut set = redis::cmd("SET");
            set.arg(keys::cache(key)).arg(&value).arg("PX").arg(millis).query::<()>(to)
        });
    }

    fn get(&self, now: UnixMillis, key: &str) -> Option<Vec<u8>> {
        let asked = self
            .0
            .link
            .ask(|to| redis::cmd("GET").arg(keys::cache(key)).query::<Option<Vec<u8>>>(to));
        let kept = asked.flatten().and_then(|value| {
            let (until, value) = value.split_first_chunk::<8>()?;
            (u64::from_le_bytes(*until) > now.get()).then(|| value.to_vec())
        });
        kept.or_else(|| self.0.twin.get(now, key))
    }

    fn put_board(&self, now: UnixMillis, board: Board, entries: &[BoardEntry]) {
        self.0.twin.put_board(now, board, entries);
        let (scores, names) = (keys::board(board), keys::board_names(board));
        let best = best_of(entries);
        self.0.link.ask(|to| {
            let mut lines = redis::pipe();
            lines.atomic();
            lines.cmd("DEL").arg(&scores).arg(&names).ignore();
            for entry in &best {
                let told = serde_json::to_vec(entry).unwrap_or_default();
                lines.cmd("ZADD").arg(&scores).arg(entry.score).arg(entry.character).ignore();
                lines.cmd("HSET").arg(&names).arg(entry.character).arg(told).ignore();
            }
            let until = now.plus(BOARD_MILLIS).get();
            lines.cmd("HSET").arg(&names).arg(UNTIL).arg(until).ignore();
            lines.cmd("PEXPIRE").arg(&scores).arg(BOARD_MILLIS).ignore();
            lines.cmd("PEXPIRE").arg(&names).arg(BOARD_MILLIS).ignore();
            lines.exec(to)
        });
    }

    fn board(&self, now: UnixMillis, board: Board, limit: usize) -> Option<Vec<BoardEntry>> {
        let asked = self.0.link.ask(|to| {
            let names = keys::board_names(board);
            let until = redis::cmd("HGET").arg(&names).arg(UNTIL).query::<Option<u64>>(to)?;
            let range = redis::cmd("ZREVRANGE").arg(keys::board(board)).arg(0).arg(-1).query(to);
            let members: Vec<u64> = range?;
            if members.is_empty() {
                return Ok((until, Vec::new()));
            }
            let told = redis::cmd("HMGET").arg(&names).arg(&members).query(to)?;
            Ok((until, told))
        });
        let there = asked.and_then(|(until, told): (Option<u64>, Vec<Option<Vec<u8>>>)| {
            if until.is_none_or(|until| until <= now.get()) {
                return None;
            }
            let told = told.iter().flatten();
            let entries: Vec<BoardEntry> =
                told.filter_map(|entry| serde_json::from_slice(entry).ok()).collect();
            let mut best = best_of(&entries);
            best.truncate(limit);
            Some(best)
        });
        there.or_else(|| self.0.twin.board(now, board, limit))
    }
}
