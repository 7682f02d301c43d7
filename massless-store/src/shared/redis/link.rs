//! Connections to Redis with a deadline on everything, and a circuit that opens.
//!
//! A call that fails or takes longer than `REDIS_TIMEOUT` opens the circuit for `REDIS_PAUSE`: until
//! then nobody asks, after that one caller tries. So a Redis that hangs costs one caller in half a
//! second a quarter of one, and the others nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool};
use redis::{Client, Connection, ConnectionLike as _, RedisError, RedisResult};

use crate::shared::keys::{REDIS_CONNECTIONS, REDIS_PAUSE, REDIS_TIMEOUT};

/// The way to one Redis.
pub(super) struct Link {
    pool: Pool<Manager>,
    started: Instant,
    /// Milliseconds after `started` from which Redis may be asked again.
    open_until: AtomicU64,
    is_up: AtomicBool,
}

struct Manager(Client);

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<Connection> {
        connect(&self.0)
    }

    fn is_valid(&self, connection: &mut Connection) -> RedisResult<()> {
        redis::cmd("PING").query(connection)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        !connection.is_open()
    }
}

/// A connection whose every call has a deadline.
pub(super) fn connect(client: &Client) -> RedisResult<Connection> {
    let connection = client.get_connection_with_timeout(REDIS_TIMEOUT)?;
    connection.set_read_timeout(Some(REDIS_TIMEOUT))?;
    connection.set_write_timeout(Some(REDIS_TIMEOUT))?;
    Ok(connection)
}

impl Link {
    /// A way to that Redis; nothing is dialled yet.
    pub(super) fn new(client: Client) -> Self {
        let pool = Pool::builder()
            .max_size(REDIS_CONNECTIONS)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(REDIS_TIMEOUT)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(Manager(client));
        let started = Instant::now();
        Self { pool, started, open_until: AtomicU64::new(0), is_up: AtomicBool::new(true) }
    }

    /// Whether the last call was answered.
    pub(super) fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }

    /// Asks Redis; `None` when it does not answer, or did not a moment ago.
    pub(super) fn ask<T>(&self, question: impl Fn(&mut Connection) -> RedisResult<T>) -> Option<T> {
        if !self.may_ask() {
            return None;
        }
        match self.ask_fresh(question) {
            Some(Ok(answer)) => {
                self.note(true, None);
                Some(answer)
            }
            Some(Err(error)) => {
                self.note(false, Some(&error));
                None
            }
            None => {
                self.note(false, None);
                None
            }
        }
    }

    /// Connections that a restarted Redis no longer knows fail at once: the next one is taken.
    fn ask_fresh<T>(
        &self,
        question: impl Fn(&mut Connection) -> RedisResult<T>,
    ) -> Option<RedisResult<T>> {
        for _ in 0..REDIS_CONNECTIONS {
            let mut connection = self.pool.get().ok()?;
            match question(&mut connection) {
                Err(error) if error.is_connection_dropped() => {}
                answer => return Some(answer),
            }
        }
        None
    }

    /// Whether the circuit is closed, or this caller is the one that tries again.
    fn may_ask(&self) -> bool {
        if self.is_up() {
            return true;
        }
        let now = self.now();
        let until = self.open_until.load(Ordering::Relaxed);
        let next = now + pause_millis();
        now >= until
            && self
                .open_until
                .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    fn note(&self, is_up: bool, error: Option<&RedisError>) {
        if !is_up {
            self.open_until.store(self.now() + pause_millis(), Ordering::Relaxed);
        }
        metrics::gauge!("massless_redis_up").set(if is_up { 1.0 } else { 0.0 });
        if self.is_up.swap(is_up, Ordering::Relaxed) == is_up {
            return;
        }
        if is_up {
            tracing::info!("redis answers again");
        } else {
            let why = error.map_or_else(|| "no connection".to_owned(), RedisError::to_string);
            tracing::warn!(why, "redis does not answer; this process's own twin serves");
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn pause_millis() -> u64 {
    u64::try_from(REDIS_PAUSE.as_millis()).unwrap_or(u64::MAX)
}
