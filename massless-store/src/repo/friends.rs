//! Friends and blocks of a character: two lists of names, each at most a hundred long.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::{BLOCKS_MAX, FRIENDS_MAX};
use crate::repo::accounts::{key, number};
use crate::schema::{block, character, friend};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Whom one likes to meet.
    Friend,
    /// Whom one does not want to hear.
    Block,
}

/// Somebody on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tied {
    /// `character.id`.
    pub character: u64,
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: u16,
    /// Its class.
    pub class: u8,
    /// Its faction.
    pub faction: u8,
    /// Since when it stands there, Unix milliseconds.
    pub since: i64,
}

type Row = (i64, String, i16, i16, i16, i64);

/// A list, by name.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut Connection, tie: Tie, owner: u64) -> Result<Vec<Tied>, StoreError> {
    let owner = key(owner)?;
    let rows: Vec<Row> = match tie {
        Tie::Friend => each!(conn, link => friend::table
            .inner_join(character::table.on(character::id.eq(friend::friend_id)))
            .filter(friend::character_id.eq(owner).and(character::purged_at.is_null()))
            .order(character::name)
            .select((
                character::id, character::name, character::level, character::class,
                character::faction, friend::created_at,
            ))
            .load(link)),
        Tie::Block => each!(conn, link => block::table
            .inner_join(character::table.on(character::id.eq(block::blocked_id)))
            .filter(block::character_id.eq(owner).and(character::purged_at.is_null()))
            .order(character::name)
            .select((
                character::id, character::name, character::level, character::class,
                character::faction, block::created_at,
            ))
            .load(link)),
    }?;
    rows.into_iter().map(read).collect()
}

/// Puts somebody on a list; false when it stands there already.
///
/// # Errors
/// `Denied` when the list is full or it is oneself.
pub fn add(
    conn: &mut Connection,
    now: i64,
    tie: Tie,
    (owner, other): (u64, u64),
) -> Result<bool, StoreError> {
    if owner == other {
        return Err(StoreError::Denied("oneself"));
    }
    let (owner, other) = (key(owner)?, key(other)?);
    conn.transaction(|conn| {
        let (count, most) = match tie {
            Tie::Friend => {
                let count: i64 = each!(conn, link => friend::table
                    .filter(friend::character_id.eq(owner)).count().get_result(link))?;
                (count, FRIENDS_MAX)
            }
            Tie::Block => {
                let count: i64 = each!(conn, link => block::table
                    .filter(block::character_id.eq(owner)).count().get_result(link))?;
                (count, BLOCKS_MAX)
            }
        };
        let is_there = is_tied(conn, tie, (owner, other))?;
        if !is_there && usize::try_from(count).is_ok_and(|count| count >= most) {
            return Err(StoreError::Denied("the list is full"));
        }
        if !is_there {
            insert(conn, now, tie, (owner, other))?;
        }
        Ok(!is_there)
    })
}

/// Takes somebody off a list; false when it was not there.
///
/// # Errors
/// What the database says.
pub fn remove(
    conn: &mut Connection,
    tie: Tie,
    (owner, other): (u64, u64),
) -> Result<bool, StoreError> {
    let (owner, other) = (key(owner)?, key(other)?);
    let gone = match tie {
        Tie::Friend => each!(conn, link => diesel::delete(friend::table.filter(
                friend::character_id.eq(owner).and(friend::friend_id.eq(other)),
            ))
            .execute(link)),
        Tie::Block => each!(conn, link => diesel::delete(block::table.filter(
                block::character_id.eq(owner).and(block::blocked_id.eq(other)),
            ))
            .execute(link)),
    }?;
    Ok(gone > 0)
}

/// Whom a character blocks.
///
/// # Errors
/// What the database says.
pub fn blocked_by(conn: &mut Connection, owner: u64) -> Result<Vec<u64>, StoreError> {
    let owner = key(owner)?;
    let rows: Vec<i64> = each!(conn, link => block::table
        .filter(block::character_id.eq(owner))
        .select(block::blocked_id)
        .order(block::blocked_id)
        .load(link))?;
    rows.into_iter().map(number).collect()
}

/// The living character of a folded name, with its account.
///
/// # Errors
/// What the database says.
pub fn named(conn: &mut Connection, folded: &str) -> Result<Option<(u64, u64)>, StoreError> {
    let row: Option<(i64, i64)> = each!(conn, link => character::table
        .filter(character::name_key.eq(folded).and(character::purged_at.is_null()))
        .select((character::id, character::account_id))
        .first(link)
        .optional())?;
    row.map(|(id, account)| Ok((number(id)?, number(account)?))).transpose()
}

fn is_tied(
    conn: &mut Connection,
    tie: Tie,
    (owner, other): (i64, i64),
) -> Result<bool, StoreError> {
    let found: Option<i64> = match tie {
        Tie::Friend => each!(conn, link => friend::table
            .filter(friend::character_id.eq(owner).and(friend::friend_id.eq(other)))
            .select(friend::friend_id)
            .first(link)
            .optional()),
        Tie::Block => each!(conn, link => block::table
            .filter(block::character_id.eq(owner).and(block::blocked_id.eq(other)))
            .select(block::blocked_id)
            .first(link)
            .optional()),
    }?;
    Ok(found.is_some())
}

fn insert(
    conn: &mut Connection,
    now: i64,
    tie: Tie,
    (owner, other): (i64, i64),
) -> Result<(), StoreError> {
    match tie {
        Tie::Friend => each!(conn, link => diesel::insert_into(friend::table)
            .values((
                friend::character_id.eq(owner),
                friend::friend_id.eq(other),
                friend::created_at.eq(now),
            ))
            .execute(link)),
        Tie::Block => each!(conn, link => diesel::insert_into(block::table)
            .values((
                block::character_id.eq(owner),
                block::blocked_id.eq(other),
                block::created_at.eq(now),
            ))
            .execute(link)),
    }?;
    Ok(())
}

fn read(row: Row) -> Result<Tied, StoreError> {
    let (id, name, level, class, faction, since) = row;
    Ok(Tied {
        character: number(id)?,
        name,
        level: u16::try_from(level).unwrap_or(0),
        class: u8::try_from(class).unwrap_or(0),
        faction: u8::try_from(faction).unwrap_or(0),
        since,
    })
}
