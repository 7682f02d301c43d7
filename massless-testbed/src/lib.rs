//! Real servers for tests and measurements: private ones, in a temporary folder, on a free port of the
//! loopback, run by an ordinary user, gone with the process that started them, however it ends. And a link
//! to reach a server by that is as bad as the test wants it (`link`).
//!
//! A test without its server fails: nothing here is skipped in silence. Debian's packages `postgresql` and
//! `redis-server` are all that is needed; `TEST_DATABASE_URL` names a PostgreSQL to use instead.

mod guard;
pub mod link;
mod postgres;
mod redis;

pub use guard::Guarded;
pub use postgres::{Durability, Postgres, program};
pub use redis::Redis;
pub use rustix::process::Signal;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time a server may take to start or to stop.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A port of the loopback that nobody listens on, and that this process was not given before.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has ports");
        let port = listener.local_addr().expect("it listens").port();
        if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return port;
        }
    }
}
