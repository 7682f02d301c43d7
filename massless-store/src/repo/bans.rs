//! Bans of accounts, for a while or for good, mutes of characters, and the audit of what staff does.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::accounts::key;
use crate::schema::{audit, ban, mute};

/// A ban that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Why, for the one who is banned.
    pub reason: String,
    /// Until when, Unix milliseconds; none is for good.
    pub until_at: Option<i64>,
}

/// The ban of an account that holds longest.
///
/// # Errors
/// What the database says.
pub fn current(conn: &mut Connection, now: i64, account: u64) -> Result<Option<Ban>, StoreError> {
    let account = key(account)?;
    let rows: Vec<(String, Option<i64>)> = each!(conn, link => ban::table
        .filter(
            ban::account_id.eq(account)
                .and(ban::lifted_at.is_null())
                .and(ban::until_at.is_null().or(ban::until_at.gt(now))),
        )
        .select((ban::reason, ban::until_at))
        .load(link))?;
    let longest = rows.into_iter().max_by_key(|(_, until)| until.unwrap_or(i64::MAX));
    Ok(longest.map(|(reason, until_at)| Ban { reason, until_at }))
}

/// Bans an account; `by` is who does it.
///
/// # Errors
/// What the database says.
pub fn ban(
    conn: &mut Connection,
    now: i64,
    account: u64,
    (by, ban): (&str, &Ban),
) -> Result<(), StoreError> {
    let account = key(account)?;
    each!(conn, link => diesel::insert_into(ban::table)
        .values((
            ban::account_id.eq(account),
            ban::reason.eq(&ban.reason),
            ban::banned_by.eq(by),
            ban::created_at.eq(now),
            ban::until_at.eq(ban.until_at),
        ))
        .execute(link))?;
    Ok(())
}

/// Lifts all bans of an account; how many held.
///
/// # Errors
/// What the database says.
pub fn lift(conn: &mut Connection, now: i64, account: u64) -> Result<usize, StoreError> {
    let account = key(account)?;
    Ok(each!(conn, link => diesel::update(ban::table.filter(
            ban::account_id.eq(account)
                .and(ban::lifted_at.is_null())
                .and(ban::until_at.is_null().or(ban::until_at.gt(now))),
        ))
        .set(ban::lifted_at.eq(now))
        .execute(link))?)
}

/// Mutes a character until then (Unix milliseconds), instead of what held before; a time that is over gives the
/// voice back. `by` is who does it.
///
/// # Errors
/// What the database says.
pub fn mute(
    conn: &mut Connection,
    now: i64,
    character: u64,
    (by, until_at): (&str, i64),
) -> Result<(), StoreError> {
    let character = key(character)?;
    conn.transaction(|conn| {
        each!(conn, link => diesel::delete(mute::table.filter(mute::character_id.eq(character)))
            .execute(link))?;
        if until_at <= now {
            return Ok(());
        }
        each!(conn, link => diesel::insert_into(mute::table)
            .values((
                mute::character_id.eq(character),
                mute::until_at.eq(until_at),
                mute::muted_by.eq(by),
                mute::created_at.eq(now),
            ))
            .execute(link))?;
        Ok(())
    })
}

/// Until when a character is muted (Unix milliseconds); `None` when it may speak.
///
/// # Errors
/// What the database says.
pub fn muted_until(
    conn: &mut Connection,
    now: i64,
    character: u64,
) -> Result<Option<i64>, StoreError> {
    let character = key(character)?;
    Ok(each!(conn, link => mute::table
        .filter(mute::character_id.eq(character).and(mute::until_at.gt(now)))
        .select(mute::until_at)
        .first(link)
        .optional())?)
}

/// One line of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed<'a> {
    /// Who: a login, or where the order came from.
    pub actor: &'a str,
    /// The account that did it or that it was done to.
    pub account: Option<u64>,
    /// What, in kebab-case.
    pub action: &'a str,
    /// To whom or what.
    pub subject: &'a str,
    /// More about it.
    pub detail: &'a str,
}

/// Writes down what was done. It cannot be changed afterwards.
///
/// # Errors
/// What the database says.
pub fn audit(conn: &mut Connection, now: i64, deed: &Deed<'_>) -> Result<(), StoreError> {
    let account = deed.account.map(key).transpose()?;
    each!(conn, link => diesel::insert_into(audit::table)
        .values((
            audit::happened_at.eq(now),
            audit::actor.eq(deed.actor),
            audit::account_id.eq(account),
            audit::action.eq(deed.action),
            audit::subject.eq(deed.subject),
            audit::detail.eq(deed.detail),
        ))
        .execute(link))?;
    Ok(())
}
