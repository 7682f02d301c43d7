//! Writes what was planned: all operations of a batch in a few statements.

use diesel::prelude::*;

use super::desk::{Desk, QUEST_DONE, QUEST_TAKEN, Stroke};
use crate::connection::{Connection, each};
use crate::dialect::{self, Changed};
use crate::error::StoreError;
use crate::rows::item::ItemRow;
use crate::rows::ledger::AccountRow;
use crate::rows::post::{ListingRow, MailRow};
use crate::schema::{
    character, character_pity, character_quest, character_rank, item, item_event, ledger_entry,
    ledger_tx, listing, mail, mail_draft, outbox, trade,
};

/// Writes the desk's pages.
pub(super) fn write(conn: &mut Connection, desk: &mut Desk) -> Result<(), StoreError> {
    if desk.pages.txs.is_empty() {
        return Ok(());
    }
    let pages = std::mem::take(&mut desk.pages);
    each!(conn, link => {
        diesel::insert_into(ledger_tx::table).values(&pages.txs).execute(link)?;
    });
    write_accounts(conn, desk, &pages.entries)?;
    each!(conn, link => {
        if !pages.entries.is_empty() {
            diesel::insert_into(ledger_entry::table).values(&pages.entries).execute(link)?;
        }
    });
    write_items(conn, desk)?;
    each!(conn, link => {
        if !pages.events.is_empty() {
            diesel::insert_into(item_event::table).values(&pages.events).execute(link)?;
        }
    });
    write_post(conn, desk, &pages.spent_drafts)?;
    for stroke in &pages.strokes {
        write_stroke(conn, *stroke, desk.now)?;
    }
    each!(conn, link => {
        if !pages.trades.is_empty() {
            diesel::insert_into(trade::table).values(&pages.trades).execute(link)?;
        }
        diesel::insert_into(outbox::table).values(&pages.outbox).execute(link)?;
    });
    Ok(())
}

fn write_accounts(
    conn: &mut Connection,
    desk: &Desk,
    entries: &[crate::rows::ledger::EntryRow],
) -> Result<(), StoreError> {
    let changed: Vec<Changed<'_, AccountRow>> = desk
        .accounts
        .values()
        .filter_map(|row| {
            let entries = entries.iter().filter(|entry| entry.account_id == row.id);
            let steps = entries.count() as i64;
            (steps > 0).then_some(Changed { row, was: row.version - steps })
        })
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    dialect::update_accounts(conn, &changed)
}

/// First all that moves lets go of its place, so that two may swap.
fn write_items(conn: &mut Connection, desk: &Desk) -> Result<(), StoreError> {
    let mut fresh: Vec<&ItemRow> = Vec::new();
    let mut changed: Vec<Changed<'_, ItemRow>> = Vec::new();
    let mut moved: Vec<i64> = Vec::new();
    for row in desk.items.values() {
        match desk.were.get(&row.id) {
            None => fresh.push(row),
            Some(was) if was.version != row.version => {
                if was.place.is_some() && (was.owner, was.place) != (row.owner_id, row.place()) {
                    moved.push(row.id);
                }
                changed.push(Changed { row, was: was.version });
            }
            Some(_) => {}
        }
    }
    if moved.len() > 1 {
        each!(conn, link => diesel::update(item::table.filter(item::id.eq_any(&moved)))
            .set((item::area.eq(None::<i16>), item::slot.eq(None::<i16>)))
            .execute(link))?;
    }
    if !changed.is_empty() {
        dialect::update_items(conn, &changed)?;
    }
    if !fresh.is_empty() {
        each!(conn, link => diesel::insert_into(item::table).values(fresh).execute(link))?;
    }
    Ok(())
}

fn write_post(conn: &mut Connection, desk: &Desk, spent: &[i64]) -> Result<(), StoreError> {
    if !spent.is_empty() {
        let drafts = mail_draft::table.filter(mail_draft::id.eq_any(spent));
        each!(conn, link => diesel::delete(drafts).execute(link))?;
    }
    let new: Vec<&MailRow> = desk.new_mails.iter().filter_map(|id| desk.mails.get(id)).collect();
    if !new.is_empty() {
        each!(conn, link => diesel::insert_into(mail::table).values(new).execute(link))?;
    }
    for row in desk.changed_mails.iter().filter_map(|id| desk.mails.get(id)) {
        each!(conn, link => diesel::update(mail::table.find(row.id))
            .set((
                mail::coin.eq(row.coin),
                mail::read_at.eq(row.read_at),
                mail::claimed_at.eq(row.claimed_at),
                mail::deleted_at.eq(row.deleted_at),
            ))
            .execute(link))?;
    }
    let new: Vec<&ListingRow> =
        desk.new_listings.iter().filter_map(|id| desk.listings.get(id)).collect();
    if !new.is_empty() {
        each!(conn, link => diesel::insert_into(listing::table).values(new).execute(link))?;
    }
    for row in desk.changed_listings.iter().filter_map(|id| desk.listings.get(id)) {
        each!(conn, link => diesel::update(listing::table.find(row.id))
            .set((
                listing::state.eq(row.state),
                listing::buyer_id.eq(row.buyer_id),
                listing::closed_at.eq(row.closed_at),
                listing::closing_tx.eq(row.closing_tx.as_ref()),
            ))
            .execute(link))?;
    }
    Ok(())
}

fn write_stroke(conn: &mut Connection, stroke: Stroke, now: i64) -> Result<(), StoreError> {
    use character::dsl;
    match stroke {
        Stroke::Level { who, level } => {
            each!(conn, link => diesel::update(dsl::character.find(who))
                .set((dsl::level.eq(level), dsl::version.eq(dsl::version + 1)))
                .execute(link))?;
        }
        Stroke::Storage { who, slots } => {
            each!(conn, link => diesel::update(dsl::character.find(who))
                .set((dsl::storage_slots.eq(slots), dsl::version.eq(dsl::version + 1)))
                .execute(link))?;
        }
        Stroke::Reset { who } => {
            each!(conn, link => diesel::update(dsl::character.find(who))
                .set((dsl::resets.eq(dsl::resets + 1), dsl::version.eq(dsl::version + 1)))
                .execute(link))?;
        }
        Stroke::QuestTaken { who, quest } => {
            write_quest(conn, (who, quest), (QUEST_TAKEN, 0), now)?;
        }
        Stroke::QuestDone { who, quest, experience } => {
            write_quest(conn, (who, quest), (QUEST_DONE, experience), now)?;
        }
        Stroke::Rank { who, skill, grade } => {
            use character_rank::dsl;
            each!(conn, link => diesel::insert_into(dsl::character_rank)
                .values((dsl::character_id.eq(who), dsl::skill.eq(skill), dsl::grade.eq(grade)))
                .on_conflict((dsl::character_id, dsl::skill))
                .do_update()
                .set(dsl::grade.eq(grade))
                .execute(link))?;
        }
        Stroke::Pity { who, definition, rarity, target, failures } => {
            write_pity(conn, who, (definition, rarity, target), failures)?;
        }
    }
    Ok(())
}

fn write_quest(
    conn: &mut Connection,
    (who, quest): (i64, i32),
    (state, experience): (i16, i64),
    now: i64,
) -> Result<(), StoreError> {
    use character_quest::dsl;
    each!(conn, link => diesel::insert_into(dsl::character_quest)
        .values((
            dsl::character_id.eq(who),
            dsl::quest.eq(quest),
            dsl::state.eq(state),
            dsl::experience.eq(experience),
            dsl::changed_at.eq(now),
        ))
        .on_conflict((dsl::character_id, dsl::quest))
        .do_update()
        .set((dsl::state.eq(state), dsl::experience.eq(experience), dsl::changed_at.eq(now)))
        .execute(link))?;
    Ok(())
}

/// Sets a counter and makes it the newest; beyond `PITY_MAX` the oldest goes.
fn write_pity(
    conn: &mut Connection,
    who: i64,
    (definition, rarity, target): (i32, i16, i16),
    failures: i32,
) -> Result<(), StoreError> {
    use character_pity::dsl;
    let own = dsl::character_pity.filter(dsl::character_id.eq(who));
    each!(conn, link => diesel::delete(
        dsl::character_pity.find((who, definition, rarity, target))).execute(link))?;
    if failures == 0 {
        return Ok(());
    }
    let newest: Option<i64> =
        each!(conn, link => own.select(diesel::dsl::max(dsl::touched)).get_result(link))?;
    each!(conn, link => diesel::insert_into(dsl::character_pity)
        .values((
            dsl::character_id.eq(who),
            dsl::definition.eq(definition),
            dsl::rarity.eq(rarity),
            dsl::target.eq(target),
            dsl::failures.eq(failures),
            dsl::touched.eq(newest.unwrap_or(0) + 1),
        ))
        .execute(link))?;
    let kept = massless_core::limits::PITY_MAX as i64;
    let too_old: Option<i64> = each!(conn, link => own
        .select(dsl::touched)
        .order(dsl::touched.desc())
        .offset(kept)
        .first(link)
        .optional())?;
    if let Some(oldest) = too_old {
        let gone = own.filter(dsl::touched.le(oldest));
        each!(conn, link => diesel::delete(gone).execute(link))?;
    }
    Ok(())
}
