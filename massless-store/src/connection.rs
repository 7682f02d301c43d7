//! One connection to either database, and the few words in which the two differ.
//!
//! Queries are written once, in diesel's words, and compiled for both: `each!(conn, c => query.load(c))`.
//! `locked!` adds the row lock that PostgreSQL needs; SQLite has one writer at a time and needs none.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use crate::errand::Errand;
use crate::error::StoreError;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// PostgreSQL 15 or newer: production.
    Postgres,
    /// SQLite, built in: one machine, no set-up.
    Sqlite,
}

/// A connection; what runs on it is in the order it was called.
#[expect(missing_debug_implementations, reason = "connections have nothing to show")]
pub struct Connection {
    pub(crate) link: Link,
    pub(crate) is_lost: bool,
}

/// The connection of the one or the other.
pub(crate) enum Link {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Runs a query on whichever database it is; compiled for both.
macro_rules! each {
    ($conn:expr, $link:ident => $body:expr) => {
        match &mut $conn.link {
            $crate::connection::Link::Postgres($link) => $body,
            $crate::connection::Link::Sqlite($link) => $body,
        }
    };
}

/// Loads rows and keeps others from changing them (`for_no_key_update`) or from changing what they
/// say (`for_share`) until the transaction ends. On SQLite the transaction itself does.
macro_rules! locked {
    ($conn:expr, $lock:ident, $query:expr) => {
        match &mut $conn.link {
            $crate::connection::Link::Postgres(link) => $query.$lock().load(link),
            $crate::connection::Link::Sqlite(link) => $query.load(link),
        }
    };
}

pub(crate) use {each, locked};

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    what: String,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Changes.
    Write,
    /// Reads all of one moment.
    Read,
}

impl Connection {
    /// Which database it leads to.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self.link {
            Link::Postgres(_) => Backend::Postgres,
            Link::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// All of `work` or none of it. Inside another transaction it is a savepoint.
    ///
    /// # Errors
    /// What `work` says, and what the database says to the commit: after `Unavailable` nobody knows whether
    /// it was committed.
    pub fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(Mode::Write, work)
    }

    /// Reads that all see the same moment.
    ///
    /// # Errors
    /// What `work` says, and what the database says.
    pub fn reading<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(Mode::Read, work)
    }

    /// Runs statements as they stand: for tools and tests. What the tables are for has functions in `repo`.
    ///
    /// # Errors
    /// What the database says.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(each!(self, link => link.batch_execute(sql))?)
    }

    /// What a query brings whose one column is text and called `what`: for tools and tests.
    ///
    /// # Errors
    /// What the database says.
    pub fn texts(&mut self, sql: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<Text> = each!(self, link => diesel::sql_query(sql).load(link))?;
        Ok(rows.into_iter().map(|row| row.what).collect())
    }

    fn run<T>(
        &mut self,
        mode: Mode,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin(mode)?;
        let outcome = match work(self) {
            // Whoever asked was told that it was not done.
            Ok(_) if mode == Mode::Write && Errand::is_over() => {
                Err(StoreError::Busy("nobody waits for it any more".to_owned()))
            }
            outcome => outcome,
        };
        if outcome.is_ok() {
            each!(self, link => AnsiTransactionManager::commit_transaction(link))?;
            return outcome;
        }
        // What cannot be rolled back ends with the connection.
        if each!(self, link => AnsiTransactionManager::rollback_transaction(link)).is_err() {
            self.is_lost = true;
        }
        outcome
    }

    fn begin(&mut self, mode: Mode) -> Result<(), StoreError> {
        let (postgres, sqlite) = match mode {
            Mode::Write => ("BEGIN", "BEGIN IMMEDIATE"),
            Mode::Read => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN"),
        };
        if self.is_in_transaction() {
            return Ok(each!(self, link => AnsiTransactionManager::begin_transaction(link))?);
        }
        Ok(match &mut self.link {
            Link::Postgres(link) => AnsiTransactionManager::begin_transaction_sql(link, postgres),
            Link::Sqlite(link) => AnsiTransactionManager::begin_transaction_sql(link, sqlite),
        }?)
    }

    fn is_in_transaction(&mut self) -> bool {
        each!(self, link => {
            let status = AnsiTransactionManager::transaction_manager_status_mut(link);
            matches!(status.transaction_depth(), Ok(Some(_)))
        })
    }
}
