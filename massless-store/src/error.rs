//! What can go wrong with the store, named after what the caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

/// Why something could not be stored or read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database is away, or was a moment ago. Whether the last change was committed is not known:
    /// ask again with the same id later.
    #[error("the database does not answer")]
    Unavailable,
    /// Others hold what is needed, or it took too long. Nothing changed; try again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// Two transactions stood in each other's way. Nothing changed; try again at once.
    #[error("the transaction must be tried again: {0}")]
    Again(String),
    /// Something with that name is there already. Nothing changed.
    #[error("it is there already: {0}")]
    Taken(String),
    /// It is not there.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The epoch is not the newest one: somebody else writes for this character or zone now.
    #[error("another host holds the lease")]
    Fenced,
    /// The rules do not allow it. Nothing changed.
    #[error("refused: {0}")]
    Denied(&'static str),
    /// One name for two different requests. Nothing changed.
    #[error("the same id came with another request")]
    Mismatch,
    /// What is stored makes no sense.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The address of the database is not understood.
    #[error("not an address of a database: {0}")]
    Address(String),
    /// The tables are not as this build needs them.
    #[error("migration: {0}")]
    Migration(String),
    /// The database refuses it: a bug of ours.
    #[error("the database refuses it: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same transaction may succeed when it is simply done again.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Again(_) | Self::Busy(_))
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::Missing("row"),
            DieselError::DatabaseError(kind, info) => of_database(kind, info.message()),
            DieselError::BrokenTransactionManager => Self::Unavailable,
            other => Self::Database(other.to_string()),
        }
    }
}

fn of_database(kind: DatabaseErrorKind, message: &str) -> StoreError {
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Taken(message.to_owned()),
        DatabaseErrorKind::SerializationFailure => StoreError::Again(message.to_owned()),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Unavailable
        }
        _ => of_message(message),
    }
}

/// What diesel has no kind for is told apart by PostgreSQL's and SQLite's words.
fn of_message(message: &str) -> StoreError {
    const AWAY: [&str; 11] = [
        "server closed the connection",
        "connection to server",
        "could not connect",
        "could not receive data",
        "could not send data",
        "no connection to the server",
        "terminating connection",
        "the database system is",
        "connection not open",
        "SSL SYSCALL",
        "crash of another server process",
    ];
    const FULL: [&str; 4] =
        ["No space left", "disk is full", "could not extend file", "disk I/O error"];
    const BUSY: [&str; 5] = [
        "statement timeout",
        "lock timeout",
        "database is locked",
        "database table is locked",
        "database is busy",
    ];
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if message.contains("deadlock detected") || message.contains("could not serialize") {
        return StoreError::Again(message.to_owned());
    }
    if has(&BUSY) {
        return StoreError::Busy(message.to_owned());
    }
    if has(&AWAY) || has(&FULL) {
        return StoreError::Unavailable;
    }
    StoreError::Database(message.to_owned())
}
