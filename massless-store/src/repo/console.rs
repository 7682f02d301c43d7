//! Sessions of the admin console. Only the hash of a cookie is stored; a session ends by itself, by a
//! sign-out, and with everything that ends the account's other sessions.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::{CONSOLE_IDLE_MILLIS, CONSOLE_MILLIS};
use crate::repo::accounts::{self, Account, key, number};
use crate::repo::tokens::Hash;
use crate::schema::console_session;

/// A session that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// When it ends in any case, Unix milliseconds.
    pub expires_at: i64,
}

/// Begins a session.
///
/// # Errors
/// What the database says.
pub fn begin(
    conn: &mut Connection,
    now: i64,
    account: &Account,
    hash: &Hash,
) -> Result<(), StoreError> {
    let (id, epoch) = (key(account.id)?, key(account.session_epoch)?);
    each!(conn, link => diesel::insert_into(console_session::table)
        .values((
            console_session::hash.eq(&hash[..]),
            console_session::account_id.eq(id),
            console_session::session_epoch.eq(epoch),
            console_session::created_at.eq(now),
            console_session::seen_at.eq(now),
            console_session::expires_at.eq(now + CONSOLE_MILLIS),
        ))
        .execute(link))?;
    Ok(())
}

/// The session of a cookie if it still stands, with its account as it is now; notes that it was used
/// when `is_active`: what a page asks by itself keeps nobody signed in.
///
/// # Errors
/// What the database says.
pub fn find(
    conn: &mut Connection,
    now: i64,
    hash: &Hash,
    is_active: bool,
) -> Result<Option<Session>, StoreError> {
    let row: Option<(i64, i64, i64)> = each!(conn, link => console_session::table
        .find(&hash[..])
        .filter(
            console_session::expires_at.gt(now)
                .and(console_session::seen_at.gt(now - CONSOLE_IDLE_MILLIS)),
        )
        .select((
            console_session::account_id, console_session::session_epoch,
            console_session::expires_at,
        ))
        .first(link)
        .optional())?;
    let Some((account, epoch, expires_at)) = row else { return Ok(None) };
    let Some(account) = accounts::by_id(conn, number(account)?)? else { return Ok(None) };
    if account.session_epoch != number(epoch)? {
        return Ok(None);
    }
    if is_active {
        each!(conn, link => diesel::update(console_session::table.find(&hash[..]))
            .set(console_session::seen_at.eq(now))
            .execute(link))?;
    }
    Ok(Some(Session { account, expires_at }))
}

/// Ends a session.
///
/// # Errors
/// What the database says.
pub fn end(conn: &mut Connection, hash: &Hash) -> Result<(), StoreError> {
    each!(conn, link => diesel::delete(console_session::table.find(&hash[..])).execute(link))?;
    Ok(())
}

/// Drops sessions that are over; how many.
///
/// # Errors
/// What the database says.
pub fn sweep(conn: &mut Connection, now: i64) -> Result<usize, StoreError> {
    Ok(each!(conn, link => diesel::delete(console_session::table.filter(
            console_session::expires_at.le(now)
                .or(console_session::seen_at.le(now - CONSOLE_IDLE_MILLIS)),
        ))
        .execute(link))?)
}
