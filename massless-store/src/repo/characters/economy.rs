//! What the economy says of a character: the part that no snapshot may speak for.

use std::collections::BTreeSet;

use diesel::prelude::*;
use massless_core::character::{Item, Pity};
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, ItemId, PlayerId, QuestId, SkillId};
use massless_core::intent::Place;
use massless_core::limits::{BAG_SLOTS, STORAGE_SLOTS_MAX};
use massless_core::units::Level;

use crate::connection::{Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::repo::operations::number;
use crate::rows::item::{ItemRow, OF_CHARACTER};
use crate::rows::ledger::AccountRow;
use crate::schema::{
    character, character_pity, character_quest, character_rank, item, item_quarantine,
    ledger_account,
};

/// A quest as the economy knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestRow {
    /// Which.
    pub quest: QuestId,
    /// Done, or only taken.
    pub is_done: bool,
    /// What it gave when it was done.
    pub experience: u32,
}

/// All that is committed before it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Economy {
    /// Name.
    pub name: String,
    /// Looks.
    pub look: u8,
    /// Class.
    pub class: ClassId,
    /// Faction.
    pub faction: FactionId,
    /// Level.
    pub level: Level,
    /// How often its points were given back.
    pub resets: u16,
    /// Coin.
    pub coin: i64,
    /// Slots of its storage.
    pub storage_slots: u8,
    /// Items and their places.
    pub items: Vec<(Place, Item)>,
    /// Quests, in the order in which they were taken or done.
    pub quests: Vec<QuestRow>,
    /// Ranks of skills, rising by skill.
    pub ranks: Vec<(SkillId, u8)>,
    /// Counters of failures, the longest untouched first.
    pub pity: Vec<Pity>,
}

type PersonRow = (String, i16, i16, i16, i16, i32, i16);

/// Reads all of it, and puts into quarantine what makes no sense.
pub(super) fn read(
    conn: &mut Connection,
    content: &Content,
    player: PlayerId,
) -> Result<Economy, StoreError> {
    use character::dsl;
    let who = number(player);
    let row: Option<PersonRow> = each!(conn, link => dsl::character
        .filter(dsl::id.eq(who).and(dsl::purged_at.is_null()))
        .select((
            dsl::name,
            dsl::look,
            dsl::class,
            dsl::faction,
            dsl::level,
            dsl::resets,
            dsl::storage_slots,
        ))
        .first(link)
        .optional())?;
    let (name, look, class, faction, level, resets, slots) =
        row.ok_or(StoreError::Missing("character"))?;
    let storage_slots = slots.clamp(0, STORAGE_SLOTS_MAX as i16) as u8;
    let wallet = ledger_account::table.find(AccountRow::wallet(who).id);
    let coin: Option<i64> = each!(conn, link => wallet
        .select(ledger_account::balance)
        .first(link)
        .optional())?;
    Ok(Economy {
        name,
        look: look as u8,
        class: ClassId::new(class as u8),
        faction: FactionId::new(faction as u8),
        level: Level::new(level as u8),
        resets: u16::try_from(resets).unwrap_or(u16::MAX),
        coin: coin.unwrap_or(0),
        storage_slots,
        items: read_items(conn, content, who, storage_slots)?,
        quests: read_quests(conn, who)?,
        ranks: read_ranks(conn, who)?,
        pity: read_pity(conn, who)?,
    })
}

fn read_items(
    conn: &mut Connection,
    content: &Content,
    who: i64,
    storage_slots: u8,
) -> Result<Vec<(Place, Item)>, StoreError> {
    let rows: Vec<ItemRow> = each!(conn, link => item::table
        .filter(item::owner_kind.eq(OF_CHARACTER).and(item::owner_id.eq(who)))
        .order(item::id)
        .select(ItemRow::as_select())
        .load(link))?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let aside: Vec<i64> = each!(conn, link => item_quarantine::table
        .filter(item_quarantine::item_id.eq_any(&ids))
        .select(item_quarantine::item_id)
        .load(link))?;
    let aside: BTreeSet<i64> = aside.into_iter().collect();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let known = row.item().ok().filter(|item| content.item(item.definition).is_some());
        match (known, place_of(&row, storage_slots)) {
            (Some(item), Some(place)) => {
                // What was put aside under other content is whole again.
                if aside.contains(&row.id) {
                    let gone = item_quarantine::table.find(row.id);
                    each!(conn, link => diesel::delete(gone).execute(link))?;
                }
                items.push((place, item));
            }
            (known, _) if !aside.contains(&row.id) => {
                let reason = if known.is_some() { "no such place" } else { "unknown definition" };
                put_aside(conn, row.id, reason)?;
            }
            _ => {}
        }
    }
    Ok(items)
}

fn place_of(row: &ItemRow, storage_slots: u8) -> Option<Place> {
    let (area, slot) = row.place()?;
    let slot = u8::try_from(slot).ok()?;
    match area {
        0 if usize::from(slot) < BAG_SLOTS => Some(Place::Bag(slot)),
        1 if usize::from(slot) < massless_core::character::WORN_SLOTS => Some(Place::Worn(slot)),
        2 if slot < storage_slots => Some(Place::Stored(slot)),
        _ => None,
    }
}

fn put_aside(conn: &mut Connection, id: i64, reason: &str) -> Result<(), StoreError> {
    use item_quarantine::dsl;
    tracing::warn!(item.id = id, reason, "an item is put into quarantine");
    metrics::counter!("massless_store_quarantined_items_total").increment(1);
    let now = dialect::now(conn)?;
    each!(conn, link => diesel::insert_into(dsl::item_quarantine)
        .values((dsl::item_id.eq(id), dsl::reason.eq(reason), dsl::seen_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(link))?;
    Ok(())
}

fn read_quests(conn: &mut Connection, who: i64) -> Result<Vec<QuestRow>, StoreError> {
    use character_quest::dsl;
    let rows: Vec<(i32, i16, i64)> = each!(conn, link => dsl::character_quest
        .filter(dsl::character_id.eq(who))
        .order((dsl::changed_at, dsl::quest))
        .select((dsl::quest, dsl::state, dsl::experience))
        .load(link))?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(quest, state, experience)| QuestRow {
            quest: QuestId::new(quest as u16),
            is_done: state == 2,
            experience: u32::try_from(experience).unwrap_or(u32::MAX),
        })
        .collect())
}

fn read_ranks(conn: &mut Connection, who: i64) -> Result<Vec<(SkillId, u8)>, StoreError> {
    use character_rank::dsl;
    let rows: Vec<(i32, i16)> = each!(conn, link => dsl::character_rank
        .filter(dsl::character_id.eq(who))
        .order(dsl::skill)
        .select((dsl::skill, dsl::grade))
        .load(link))?;
    Ok(rows.into_iter().map(|(skill, rank)| (SkillId::new(skill as u16), rank as u8)).collect())
}

fn read_pity(conn: &mut Connection, who: i64) -> Result<Vec<Pity>, StoreError> {
    use character_pity::dsl;
    let rows: Vec<(i32, i16, i16, i32)> = each!(conn, link => dsl::character_pity
        .filter(dsl::character_id.eq(who))
        .order(dsl::touched)
        .select((dsl::definition, dsl::rarity, dsl::target, dsl::failures))
        .load(link))?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(definition, rarity, target, failures)| Pity {
            definition: ItemId::new(definition as u16),
            rarity: rarity as u8,
            target: target as u8,
            failures: failures as u16,
        })
        .collect())
}
