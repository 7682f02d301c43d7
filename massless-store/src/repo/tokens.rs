//! Refresh tokens: used once each; one that comes twice ends the whole log-in it belongs to.
//!
//! Only the hash of a token is stored. The tokens of one log-in are a family.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::REFRESH_MILLIS;
use crate::repo::accounts::{key, number};
use crate::schema::{account, refresh_token};

/// The hash of a token: 32 bytes of blake3.
pub type Hash = [u8; 32];
/// The number of a log-in.
pub type Family = [u8; 16];

/// A log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// The account.
    pub account: u64,
    /// The account's epoch when it logged in.
    pub session_epoch: u64,
    /// Its number.
    pub family: Family,
}

/// What became of a refresh token that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good; the next one is stored.
    Done(Login),
    /// Unknown, expired, taken back, or of before a logout.
    Refused,
    /// It was handed in before: somebody else has it. Its family is void from now on.
    Reused(Login),
}

/// Stores the first token of a log-in.
///
/// # Errors
/// What the database says.
pub fn begin(
    conn: &mut Connection,
    now: i64,
    login: &Login,
    hash: &Hash,
) -> Result<(), StoreError> {
    insert(conn, now, login, (hash, None))
}

/// Exchanges a token for its follower, once.
///
/// # Errors
/// What the database says; then nothing was exchanged.
pub fn rotate(
    conn: &mut Connection,
    now: i64,
    old: &Hash,
    new: &Hash,
) -> Result<Rotation, StoreError> {
    conn.transaction(|conn| {
        let taken: Option<(Vec<u8>, i64, i64)> = each!(conn, link => diesel::update(
            refresh_token::table.filter(
                refresh_token::hash.eq(&old[..])
                    .and(refresh_token::used_at.is_null())
                    .and(refresh_token::revoked_at.is_null())
                    .and(refresh_token::expires_at.gt(now)),
            ))
            .set(refresh_token::used_at.eq(now))
            .returning((
                refresh_token::family, refresh_token::account_id, refresh_token::session_epoch,
            ))
            .get_result(link)
            .optional())?;
        let Some((family, account, epoch)) = taken else { return judge_used(conn, now, old) };
        let login = login(family, account, epoch)?;
        let current: Option<i64> = each!(conn, link => account::table
            .filter(account::id.eq(account).and(account::deleted_at.is_null()))
            .select(account::session_epoch)
            .first(link)
            .optional())?;
        if current != Some(epoch) {
            return Ok(Rotation::Refused);
        }
        insert(conn, now, &login, (new, Some(old)))?;
        Ok(Rotation::Done(login))
    })
}

/// Whether a log-in of an account still stands.
///
/// # Errors
/// What the database says.
pub fn is_alive(
    conn: &mut Connection,
    now: i64,
    account: u64,
    family: &Family,
) -> Result<bool, StoreError> {
    let account = key(account)?;
    let found: Option<i64> = each!(conn, link => refresh_token::table
        .filter(
            refresh_token::family.eq(&family[..])
                .and(refresh_token::account_id.eq(account))
                .and(refresh_token::revoked_at.is_null())
                .and(refresh_token::expires_at.gt(now)),
        )
        .select(refresh_token::account_id)
        .first(link)
        .optional())?;
    Ok(found.is_some())
}

/// The log-in that a token belongs to, whether or not it was used.
///
/// # Errors
/// What the database says.
pub fn login_of(conn: &mut Connection, hash: &Hash) -> Result<Option<Login>, StoreError> {
    let row: Option<(Vec<u8>, i64, i64)> = each!(conn, link => refresh_token::table
        .filter(refresh_token::hash.eq(&hash[..]))
        .select((
            refresh_token::family, refresh_token::account_id, refresh_token::session_epoch,
        ))
        .first(link)
        .optional())?;
    row.map(|(family, account, epoch)| login(family, account, epoch)).transpose()
}

/// Ends a log-in.
///
/// # Errors
/// What the database says.
pub fn revoke(conn: &mut Connection, now: i64, family: &Family) -> Result<(), StoreError> {
    each!(conn, link => diesel::update(refresh_token::table.filter(
            refresh_token::family.eq(&family[..]).and(refresh_token::revoked_at.is_null()),
        ))
        .set(refresh_token::revoked_at.eq(now))
        .execute(link))?;
    Ok(())
}

/// Ends all log-ins of an account.
///
/// # Errors
/// What the database says.
pub fn revoke_all(conn: &mut Connection, now: i64, account: u64) -> Result<(), StoreError> {
    let account = key(account)?;
    each!(conn, link => diesel::update(refresh_token::table.filter(
            refresh_token::account_id.eq(account).and(refresh_token::revoked_at.is_null()),
        ))
        .set(refresh_token::revoked_at.eq(now))
        .execute(link))?;
    Ok(())
}

/// Drops tokens whose time was over a while ago; how many. One that expired just now still answers
/// as one that was used.
///
/// # Errors
/// What the database says.
pub fn sweep(conn: &mut Connection, now: i64) -> Result<usize, StoreError> {
    let long_ago = now - REFRESH_MILLIS;
    Ok(each!(conn, link => diesel::delete(
            refresh_token::table.filter(refresh_token::expires_at.lt(long_ago)),
        )
        .execute(link))?)
}

/// Why a token could not be exchanged; ends its family when it was used before.
fn judge_used(conn: &mut Connection, now: i64, hash: &Hash) -> Result<Rotation, StoreError> {
    let row: Option<(Vec<u8>, i64, i64, Option<i64>)> = each!(conn, link => refresh_token::table
        .filter(refresh_token::hash.eq(&hash[..]))
        .select((
            refresh_token::family, refresh_token::account_id, refresh_token::session_epoch,
            refresh_token::used_at,
        ))
        .first(link)
        .optional())?;
    match row {
        Some((family, account, epoch, Some(_))) => {
            let login = login(family, account, epoch)?;
            revoke(conn, now, &login.family)?;
            Ok(Rotation::Reused(login))
        }
        _ => Ok(Rotation::Refused),
    }
}

fn insert(
    conn: &mut Connection,
    now: i64,
    login: &Login,
    (hash, parent): (&Hash, Option<&Hash>),
) -> Result<(), StoreError> {
    let (account, epoch) = (key(login.account)?, key(login.session_epoch)?);
    each!(conn, link => diesel::insert_into(refresh_token::table)
        .values((
            refresh_token::hash.eq(&hash[..]),
            refresh_token::family.eq(&login.family[..]),
            refresh_token::account_id.eq(account),
            refresh_token::parent.eq(parent.map(|parent| &parent[..])),
            refresh_token::session_epoch.eq(epoch),
            refresh_token::created_at.eq(now),
            refresh_token::expires_at.eq(now + REFRESH_MILLIS),
        ))
        .execute(link))?;
    Ok(())
}

fn login(family: Vec<u8>, account: i64, epoch: i64) -> Result<Login, StoreError> {
    let family = Family::try_from(family)
        .map_err(|_| StoreError::Damaged("the family of a refresh token".to_owned()))?;
    Ok(Login { account: number(account)?, session_epoch: number(epoch)?, family })
}
