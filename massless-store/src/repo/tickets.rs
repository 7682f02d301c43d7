//! Tickets for joining: good once, for half a minute, on the host they were written for. The database
//! decides who used one first, so it makes no difference how many hosts there are or what Redis lost.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::TICKET_MILLIS;
use crate::repo::accounts::{key, number};
use crate::repo::bans;
use crate::repo::tokens::Hash;
use crate::schema::{account, character, ticket};

/// What a ticket lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Whose character.
    pub account: u64,
    /// `character.id`.
    pub character: u64,
}

/// Writes a ticket for `host`.
///
/// # Errors
/// What the database says.
pub fn issue(
    conn: &mut Connection,
    now: i64,
    (host, hash): (&str, &Hash),
    admitted: Admitted,
) -> Result<(), StoreError> {
    let (account, character) = (key(admitted.account)?, key(admitted.character)?);
    each!(conn, link => diesel::insert_into(ticket::table)
        .values((
            ticket::hash.eq(&hash[..]),
            ticket::account_id.eq(account),
            ticket::character_id.eq(character),
            ticket::host_id.eq(host),
            ticket::created_at.eq(now),
            ticket::expires_at.eq(now + TICKET_MILLIS),
        ))
        .execute(link))?;
    Ok(())
}

/// Takes a ticket on `host`; `None` when it is unknown, used, expired, another host's, or its bearer
/// may not play any more. It is used up even then.
///
/// # Errors
/// What the database says; then nobody knows whether it was used.
pub fn redeem(
    conn: &mut Connection,
    now: i64,
    host: &str,
    hash: &Hash,
) -> Result<Option<Admitted>, StoreError> {
    conn.transaction(|conn| {
        let taken: Option<(i64, i64)> = each!(conn, link => diesel::update(
            ticket::table.filter(
                ticket::hash.eq(&hash[..])
                    .and(ticket::used_at.is_null())
                    .and(ticket::expires_at.gt(now))
                    .and(ticket::host_id.eq(host).or(ticket::host_id.eq(""))),
            ))
            .set(ticket::used_at.eq(now))
            .returning((ticket::account_id, ticket::character_id))
            .get_result(link)
            .optional())?;
        let Some((account, character)) = taken else { return Ok(None) };
        let may_play: Option<i64> = each!(conn, link => character::table
            .inner_join(account::table)
            .filter(
                character::id.eq(character)
                    .and(character::account_id.eq(account))
                    .and(character::deleted_at.is_null())
                    .and(account::deleted_at.is_null()),
            )
            .select(character::id)
            .first(link)
            .optional())?;
        let admitted = Admitted { account: number(account)?, character: number(character)? };
        let is_banned = bans::current(conn, now, admitted.account)?.is_some();
        Ok(may_play.filter(|_| !is_banned).map(|_| admitted))
    })
}

/// Drops tickets whose time is over; how many.
///
/// # Errors
/// What the database says.
pub fn sweep(conn: &mut Connection, now: i64) -> Result<usize, StoreError> {
    Ok(each!(conn, link => diesel::delete(
            ticket::table.filter(ticket::expires_at.lt(now - TICKET_MILLIS)),
        )
        .execute(link))?)
}
