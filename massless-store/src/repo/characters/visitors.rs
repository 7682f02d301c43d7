//! Visitors: who plays by a name alone. Their account is closed from the start, so nobody can log in to it,
//! and their character ends with their visit.

use diesel::prelude::*;
use massless_core::content::Content;
use massless_core::ids::{PlayerId, ZoneId};

use super::{NewCharacter, create, purge};
use crate::connection::{Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::repo::accounts::{self, NewAccount};
use crate::repo::operations::number;
use crate::schema::{account, character, character_lease};

/// Creates a visitor's character, with an account of its own.
///
/// # Errors
/// As `create`.
pub fn create_visitor(
    conn: &mut Connection,
    now: i64,
    (content, new): (&Content, NewCharacter<'_>),
) -> Result<PlayerId, StoreError> {
    conn.transaction(|conn| {
        let host = accounts::create(conn, now, &NewAccount::Guest)?;
        let player = create(conn, now, host, (content, new))?;
        let key = accounts::key(host)?;
        each!(conn, link => diesel::update(account::table.find(key))
            .set(account::deleted_at.eq(now))
            .execute(link))?;
        Ok(player)
    })
}

/// Ends a visitor's character for good: its name is free, what it owned goes to the ledger's sinks.
///
/// # Errors
/// What the database says.
pub fn end_visitor(conn: &mut Connection, now: i64, player: PlayerId) -> Result<(), StoreError> {
    purge(conn, now, number(player))
}

/// Those of `players` that are visitors.
///
/// # Errors
/// What the database says.
pub fn visitors_among(
    conn: &mut Connection,
    players: &[PlayerId],
) -> Result<Vec<PlayerId>, StoreError> {
    let ids: Vec<i64> = players.iter().copied().map(number).collect();
    let found: Vec<i64> = each!(conn, link => character::table
        .inner_join(account::table)
        .filter(account::deleted_at.is_not_null().and(account::login_key.is_null()))
        .filter(account::password_hash.is_null())
        .filter(character::id.eq_any(&ids))
        .select(character::id)
        .load(link))?;
    Ok(found.into_iter().map(|id| PlayerId::new(id.cast_unsigned())).collect())
}

/// Ends what crashes have left of visitors: those that no other host holds, but `kept`. At most `most` at a
/// time; how many.
///
/// # Errors
/// What the database says.
pub fn end_visitors(
    conn: &mut Connection,
    now: i64,
    (host, kept, most): (&str, &[PlayerId], i64),
) -> Result<usize, StoreError> {
    let kept: Vec<i64> = kept.iter().copied().map(number).collect();
    let is_free = character_lease::host_id
        .is_null()
        .or(character_lease::host_id.eq(host))
        .or(character_lease::expires_at.lt(dialect::now(conn)?));
    let left: Vec<i64> = each!(conn, link => character::table
        .inner_join(account::table)
        .left_join(character_lease::table)
        .filter(account::deleted_at.is_not_null().and(account::login_key.is_null()))
        .filter(account::password_hash.is_null())
        .filter(character::purged_at.is_null().and(character::deleted_at.is_null()))
        .filter(character::id.ne_all(&kept))
        .filter(character_lease::character_id.is_null().or(is_free))
        .order(character::id)
        .limit(most)
        .select(character::id)
        .load(link))?;
    for &who in &left {
        purge(conn, now, who)?;
    }
    Ok(left.len())
}

/// The zone a character was in last; 0 is nowhere yet.
///
/// # Errors
/// `Missing` for a character that is not there.
pub fn whereabouts(conn: &mut Connection, player: PlayerId) -> Result<ZoneId, StoreError> {
    let zone: Option<i32> = each!(conn, link => character::table
        .find(number(player))
        .select(character::zone_id)
        .first(link)
        .optional())?;
    let zone = zone.ok_or(StoreError::Missing("character"))?;
    Ok(ZoneId::new(zone.cast_unsigned()))
}
