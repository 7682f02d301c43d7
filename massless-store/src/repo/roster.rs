//! The characters of an account, as their owner sees them before playing.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::accounts::{key, number};
use crate::schema::character;

/// A character that is not gone for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `character.id`.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its class, 1..=4.
    pub class: u8,
    /// Its faction, 1..=3.
    pub faction: u8,
    /// Its appearance, 0..=15.
    pub look: u8,
    /// Its level, 1..=120.
    pub level: u16,
    /// Where it was last; 0 is nowhere yet.
    pub zone: u32,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it was played last.
    pub played_at: Option<i64>,
    /// When its owner deleted it; it can be restored for seven days.
    pub deleted_at: Option<i64>,
}

#[derive(Queryable)]
struct Row {
    id: i64,
    name: String,
    class: i16,
    faction: i16,
    look: i16,
    level: i16,
    zone_id: i32,
    created_at: i64,
    played_at: Option<i64>,
    deleted_at: Option<i64>,
}

/// The characters of an account, oldest first.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut Connection, account: u64) -> Result<Vec<Listed>, StoreError> {
    let account = key(account)?;
    let rows: Vec<Row> = each!(conn, link => character::table
        .filter(character::account_id.eq(account).and(character::purged_at.is_null()))
        .order(character::id)
        .select((
            character::id, character::name, character::class, character::faction,
            character::look, character::level, character::zone_id, character::created_at,
            character::played_at, character::deleted_at,
        ))
        .load(link))?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Listed, StoreError> {
    let damaged = || StoreError::Damaged(format!("character {}", row.id));
    Ok(Listed {
        id: number(row.id)?,
        class: u8::try_from(row.class).map_err(|_| damaged())?,
        faction: u8::try_from(row.faction).map_err(|_| damaged())?,
        look: u8::try_from(row.look).map_err(|_| damaged())?,
        level: u16::try_from(row.level).map_err(|_| damaged())?,
        zone: u32::try_from(row.zone_id).map_err(|_| damaged())?,
        created_at: row.created_at,
        played_at: row.played_at,
        deleted_at: row.deleted_at,
        name: row.name,
    })
}
