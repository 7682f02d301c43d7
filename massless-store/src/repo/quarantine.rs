//! What was put aside because nobody knows what it is: items without a definition, snapshots that
//! cannot be read. Reads only.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::STAFF_PAGE;
use crate::repo::accounts::{key, number};
use crate::schema::{character, item, item_quarantine, snapshot_quarantine};

/// An item that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedItem {
    /// `item.id`.
    pub item: u64,
    /// Its definition.
    pub definition: i32,
    /// How many.
    pub quantity: i32,
    /// Who has it: `item.owner_kind`, `item.owner_id`.
    pub owner: (i16, i64),
    /// Why.
    pub reason: String,
    /// Since when, Unix milliseconds.
    pub seen_at: i64,
}

/// A snapshot of a character that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedSnapshot {
    /// Its number.
    pub id: u64,
    /// `character.id`.
    pub character: u64,
    /// The character's name.
    pub name: String,
    /// Under which epoch it was written, and its number there.
    pub epoch: (i64, i64),
    /// Why.
    pub reason: String,
    /// Since when, Unix milliseconds.
    pub seen_at: i64,
}

/// A page of items above the number `after`, rising.
///
/// # Errors
/// What the database says.
pub fn items(conn: &mut Connection, after: u64) -> Result<Vec<QuarantinedItem>, StoreError> {
    type Row = (i64, i32, i32, i16, i64, String, i64);
    let after = key(after)?;
    let rows: Vec<Row> = each!(conn, link => item_quarantine::table
        .inner_join(item::table)
        .filter(item_quarantine::item_id.gt(after))
        .order(item_quarantine::item_id)
        .limit(STAFF_PAGE)
        .select((
            item::id, item::def_id, item::quantity, item::owner_kind, item::owner_id,
            item_quarantine::reason, item_quarantine::seen_at,
        ))
        .load(link))?;
    rows.into_iter()
        .map(|(item, definition, quantity, kind, owner, reason, seen_at)| {
            let (item, owner) = (number(item)?, (kind, owner));
            Ok(QuarantinedItem { item, definition, quantity, owner, reason, seen_at })
        })
        .collect()
}

/// The newest snapshots, a page of them.
///
/// # Errors
/// What the database says.
pub fn snapshots(conn: &mut Connection) -> Result<Vec<QuarantinedSnapshot>, StoreError> {
    type Row = (i64, i64, String, i64, i64, String, i64);
    let rows: Vec<Row> = each!(conn, link => snapshot_quarantine::table
        .inner_join(character::table)
        .order(snapshot_quarantine::id.desc())
        .limit(STAFF_PAGE)
        .select((
            snapshot_quarantine::id, character::id, character::name, snapshot_quarantine::epoch,
            snapshot_quarantine::seq, snapshot_quarantine::reason, snapshot_quarantine::seen_at,
        ))
        .load(link))?;
    rows.into_iter()
        .map(|(id, character, name, epoch, seq, reason, seen_at)| {
            let (id, character) = (number(id)?, number(character)?);
            Ok(QuarantinedSnapshot { id, character, name, epoch: (epoch, seq), reason, seen_at })
        })
        .collect()
}
