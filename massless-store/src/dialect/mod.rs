//! What PostgreSQL and SQLite are asked in different words: the time, fresh numbers, changes of many
//! rows at once. Each function has its two halves in `postgres` and `sqlite`.

mod postgres;
mod sqlite;

use std::collections::BTreeSet;

use crate::connection::{Connection, Link};
use crate::error::StoreError;
use crate::repo::snapshots::Sealed;
use crate::rows::item::ItemRow;
use crate::rows::ledger::AccountRow;

/// The database's clock and its switches.
#[derive(Debug)]
pub(crate) struct Moment {
    /// Unix milliseconds.
    pub(crate) now: i64,
    /// Paths of wealth that are shut.
    pub(crate) shut: BTreeSet<String>,
}

/// A changed row and the version it must still have.
#[derive(Debug)]
pub(crate) struct Changed<'a, T> {
    pub(crate) row: &'a T,
    pub(crate) was: i64,
}

/// Runs one of the two halves.
macro_rules! halves {
    ($conn:expr, $function:ident ( $($argument:expr),* )) => {
        match &mut $conn.link {
            Link::Postgres(link) => postgres::$function(link, $($argument),*),
            Link::Sqlite(link) => sqlite::$function(link, $($argument),*),
        }
    };
}

/// What time it is for the database, Unix milliseconds: now, not when the transaction began.
pub(crate) fn now(conn: &mut Connection) -> Result<i64, StoreError> {
    Ok(moment(conn)?.now)
}

/// The time, and what is shut at that time.
pub(crate) fn moment(conn: &mut Connection) -> Result<Moment, StoreError> {
    let (now, shut) = halves!(conn, moment())?;
    let names = shut.unwrap_or_default();
    let names = names.split(',').filter(|name| !name.is_empty());
    Ok(Moment { now, shut: names.map(str::to_owned).collect() })
}

/// Numbers that no row of the table has or ever had, falling.
pub(crate) fn fresh_ids(
    conn: &mut Connection,
    table: &'static str,
    count: usize,
) -> Result<Vec<i64>, StoreError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut ids = halves!(conn, fresh_ids(table, count))?;
    ids.sort_unstable_by(|a, b| b.cmp(a));
    Ok(ids)
}

/// Writes changed accounts; `Again` when one of them is not what was read.
pub(crate) fn update_accounts(
    conn: &mut Connection,
    changed: &[Changed<'_, AccountRow>],
) -> Result<(), StoreError> {
    let count = halves!(conn, update_accounts(changed))?;
    all_of(count, changed.len(), "account")
}

/// Writes changed items; `Again` when one of them is not what was read.
pub(crate) fn update_items(
    conn: &mut Connection,
    changed: &[Changed<'_, ItemRow>],
) -> Result<(), StoreError> {
    let count = halves!(conn, update_items(changed))?;
    all_of(count, changed.len(), "item")
}

/// Writes snapshots that are newer than what is there and whose epoch is the lease's; the characters
/// whose snapshot was written.
pub(crate) fn save_snapshots(
    conn: &mut Connection,
    snapshots: &[Sealed<'_>],
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    halves!(conn, save_snapshots(snapshots, now))
}

/// Renews leases that are still held under these epochs; the characters whose lease holds on.
pub(crate) fn renew_leases(
    conn: &mut Connection,
    host: &str,
    held: &[(i64, i64)],
    millis: i64,
) -> Result<Vec<i64>, StoreError> {
    if held.is_empty() {
        return Ok(Vec::new());
    }
    halves!(conn, renew_leases(host, held, millis))
}

fn all_of(count: usize, wanted: usize, what: &str) -> Result<(), StoreError> {
    if count == wanted {
        Ok(())
    } else {
        Err(StoreError::Again(format!("{} of {wanted} {what}s are as they were", count)))
    }
}
