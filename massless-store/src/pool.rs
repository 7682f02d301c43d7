//! The way into the database: a pool of connections behind a circuit.
//!
//! Everything here blocks, but never for long: a free connection, a row and a statement have their
//! time limits, and while the database is away the circuit answers at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};
use diesel::sqlite::SqliteConnection;

use crate::breaker::{Breaker, BreakerSettings};
use crate::connection::{Backend, Connection, Link, each};
use crate::errand::Errand;
use crate::error::StoreError;
use crate::limits::{
    ATTEMPTS_MAX, CHECKOUT_TIMEOUT, IDLE_TIMEOUT, LOCK_TIMEOUT, POSTGRES_CONNECTIONS_MAX,
    RECONNECTS_MAX, SQLITE_CONNECTIONS_MAX, SQLITE_PATIENCE, STATEMENT_TIMEOUT,
};

/// How the store behaves.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Connections at most; 0 is the default of the database.
    pub connections_max: u32,
    /// Time a statement may take.
    pub statement_timeout: Duration,
    /// Time a statement waits for a row.
    pub lock_timeout: Duration,
    /// Time a transaction may do nothing.
    pub idle_timeout: Duration,
    /// Time to wait for a free connection.
    pub checkout_timeout: Duration,
    /// The circuit.
    pub breaker: BreakerSettings,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            connections_max: 0,
            statement_timeout: STATEMENT_TIMEOUT,
            lock_timeout: LOCK_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            checkout_timeout: CHECKOUT_TIMEOUT,
            breaker: BreakerSettings::default(),
        }
    }
}

/// Where the database is.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// As libpq takes it.
    Postgres(String),
    /// A file.
    Sqlite(String),
}

impl Address {
    fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or_else(|| StoreError::Address(scheme(url)))?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(StoreError::Address("sqlite needs a file".to_owned()));
        }
        Ok(Self::Sqlite(path.to_owned()))
    }
}

/// What may be shown of an address: it can hold a password.
fn scheme(url: &str) -> String {
    url.split(':').next().unwrap_or_default().chars().take(16).collect()
}

/// Makes connections and looks after them.
#[derive(Debug)]
pub(crate) struct Maker {
    address: Address,
    settings: StoreSettings,
    breaker: Arc<Breaker>,
}

impl ManageConnection for Maker {
    type Connection = Connection;
    type Error = StoreError;

    fn connect(&self) -> Result<Connection, StoreError> {
        let mut conn = connect(&self.address, &self.settings)?;
        let breaker = Arc::clone(&self.breaker);
        each!(conn, link => link.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::FinishQuery { error: None, .. }) {
                breaker.answered(Instant::now());
            }
        }));
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Connection) -> Result<(), StoreError> {
        Ok(each!(conn, link => link.ping())?)
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        conn.is_lost || each!(conn, link => R2D2Connection::is_broken(link))
    }
}

/// A new connection, set up.
pub(crate) fn connect(
    address: &Address,
    settings: &StoreSettings,
) -> Result<Connection, StoreError> {
    let link = match address {
        Address::Postgres(url) => {
            let mut link = PgConnection::establish(&with_keepalive(url))
                .map_err(|_| StoreError::Unavailable)?;
            link.batch_execute(&format!(
                "SET statement_timeout = {}; SET lock_timeout = {}; \
                 SET idle_in_transaction_session_timeout = {}; SET synchronous_commit = on; \
                 SET default_transaction_isolation = 'read committed'; SET TIME ZONE 'UTC'; \
                 SET client_min_messages = warning;",
                settings.statement_timeout.as_millis(),
                settings.lock_timeout.as_millis(),
                settings.idle_timeout.as_millis(),
            ))?;
            Link::Postgres(link)
        }
        Address::Sqlite(path) => {
            let mut link =
                SqliteConnection::establish(path).map_err(|_| StoreError::Unavailable)?;
            link.batch_execute(&format!(
                "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
                settings.statement_timeout.as_millis()
            ))?;
            Link::Sqlite(link)
        }
    };
    Ok(Connection { link, is_lost: false })
}

/// A peer that vanished without a word is noticed; a server that takes no connection is given up.
fn with_keepalive(url: &str) -> String {
    const WISHES: [(&str, &str); 6] = [
        ("connect_timeout", "2"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "5000"),
        ("application_name", "massless"),
    ];
    let mut url = url.to_owned();
    for (name, value) in WISHES {
        if !url.contains(&format!("{name}=")) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{name}={value}"));
        }
    }
    url
}

/// The store of one realm. Cheap to clone; all clones share connections and circuit.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    address: Address,
    settings: StoreSettings,
    pool: Pool<Maker>,
    breaker: Arc<Breaker>,
}

impl Store {
    /// Prepares the way to a database: `postgres://user:password@host/name` or `sqlite:PATH`. Connects when
    /// it is first needed; a missing SQLite file is made, its folder too.
    ///
    /// # Errors
    /// When the address is not understood or the folder cannot be made.
    pub fn open(url: &str, settings: StoreSettings) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let default = match &address {
            Address::Postgres(_) => POSTGRES_CONNECTIONS_MAX,
            Address::Sqlite(path) => {
                make_folder(path)?;
                SQLITE_CONNECTIONS_MAX
            }
        };
        let size = if settings.connections_max == 0 { default } else { settings.connections_max };
        let breaker = Arc::new(Breaker::new(settings.breaker));
        let maker = Maker {
            address: address.clone(),
            settings: settings.clone(),
            breaker: Arc::clone(&breaker),
        };
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(true)
            .connection_timeout(settings.checkout_timeout)
            .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
            .build_unchecked(maker);
        Ok(Self { inner: Arc::new(Inner { address, settings, pool, breaker }) })
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.inner.address {
            Address::Postgres(_) => Backend::Postgres,
            Address::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Whether the circuit is open: the next call would be refused at once, or is a probe.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.inner.breaker.is_open(Instant::now())
    }

    /// For how long the database has answered nobody, not a single statement, though somebody waits or has
    /// failed since; zero while it answers. A slow statement counts until it is answered.
    #[must_use]
    pub fn silence(&self) -> Duration {
        let since = self.inner.breaker.silent_since();
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Does something with a connection, once. For what may be done twice, use `repeat`.
    ///
    /// # Errors
    /// `Unavailable` within `checkout_timeout` when there is no connection, at once while the circuit is
    /// open; else what `work` says.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let inner = &*self.inner;
        let pass = inner.breaker.try_enter(Instant::now()).ok_or(StoreError::Unavailable)?;
        let outcome = inner.call(work);
        let is_away = matches!(outcome, Err(StoreError::Unavailable));
        inner.breaker.leave(pass, is_away, Instant::now());
        outcome
    }

    /// Does something that may be done twice (an operation with an id, a snapshot with a number, a read): again
    /// when transactions stood in each other's way or the connection was lost.
    ///
    /// # Errors
    /// As `with`, when it does not succeed in a few attempts.
    pub fn repeat<T>(
        &self,
        mut work: impl FnMut(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (mut tries, mut losses) = (0, 0);
        loop {
            let outcome = self.with(&mut work);
            match &outcome {
                Err(_) if Errand::is_over() => return outcome,
                Err(error) if error.is_passing() && tries < ATTEMPTS_MAX => tries += 1,
                Err(StoreError::Unavailable) if losses < RECONNECTS_MAX && !self.is_away() => {
                    losses += 1;
                }
                _ => return outcome,
            }
        }
    }

    /// A connection of its own, outside the pool and without time limits: for migrations and checks.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn connect(&self) -> Result<Connection, StoreError> {
        // No time limit means no patience at all to SQLite; its own set-up may meet another's last write.
        let statement_timeout = match self.backend() {
            Backend::Postgres => Duration::ZERO,
            Backend::Sqlite => SQLITE_PATIENCE,
        };
        let settings = StoreSettings {
            statement_timeout,
            lock_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            ..self.inner.settings.clone()
        };
        connect(&self.inner.address, &settings)
    }

    /// Writes an embedded database as it is at this moment into a new file, while others go on.
    ///
    /// # Errors
    /// `Denied` for PostgreSQL, which has its own tools; `Database` when the file is there or cannot be written.
    pub fn copy_to(&self, path: &std::path::Path) -> Result<(), StoreError> {
        let mut conn = self.connect()?;
        let Link::Sqlite(link) = &mut conn.link else {
            return Err(StoreError::Denied("PostgreSQL is dumped by its own tools"));
        };
        let path = path.display().to_string().replace('\'', "''");
        Ok(link.batch_execute(&format!("VACUUM INTO '{path}'"))?)
    }
}

impl Inner {
    fn call<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut conn = self.pool.get().map_err(|_| StoreError::Unavailable)?;
        let outcome = work(&mut conn);
        if matches!(outcome, Err(StoreError::Unavailable)) {
            conn.is_lost = true;
        }
        outcome
    }
}

fn make_folder(path: &str) -> Result<(), StoreError> {
    let Some(folder) = std::path::Path::new(path).parent() else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|error| StoreError::Address(format!("no folder for the database: {error}")))
}
