//! Everything that is stored of one account, as JSON for its owner.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::EXPORT_ROWS_MAX;
use crate::repo::accounts::key;
use crate::repo::friends::{self, Tie};
use crate::schema::{
    account, ban, character, character_quest, character_rank, item, ledger_account, ledger_entry,
    ledger_tx, listing, mail, mute, refresh_token,
};

/// `item.owner_kind` of what a character has.
const OF_CHARACTER: i16 = 1;
/// `ledger_account.kind` of a character's coin.
const WALLET: i16 = 1;

/// All of an account, at one moment. Of entries in the ledger the newest `EXPORT_ROWS_MAX`.
///
/// # Errors
/// `Missing` when there is no such account.
pub fn account(conn: &mut Connection, id: u64) -> Result<Value, StoreError> {
    conn.reading(|conn| {
        let id = key(id)?;
        let mut characters = Vec::new();
        let ids: Vec<i64> = each!(conn, link => character::table
            .filter(character::account_id.eq(id).and(character::purged_at.is_null()))
            .order(character::id)
            .select(character::id)
            .load(link))?;
        for id in ids {
            characters.push(of_character(conn, id)?);
        }
        Ok(json!({
            "account": of_account(conn, id)?,
            "sessions": sessions(conn, id)?,
            "bans": bans(conn, id)?,
            "characters": characters,
        }))
    })
}

fn of_account(conn: &mut Connection, id: i64) -> Result<Value, StoreError> {
    type Row = (i16, Option<String>, Option<String>, String, i64, Option<i64>);
    let row: Option<Row> = each!(conn, link => account::table
        .filter(account::id.eq(id).and(account::deleted_at.is_null()))
        .select((
            account::kind, account::login, account::email, account::roles, account::created_at,
            account::seen_at,
        ))
        .first(link)
        .optional())?;
    let (kind, login, email, roles, created_at, seen_at) =
        row.ok_or(StoreError::Missing("account"))?;
    Ok(json!({
        "id": id, "guest": kind == 2, "name": login, "email": email, "roles": roles,
        "created_at": created_at, "seen_at": seen_at,
    }))
}

fn sessions(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<(i64, i64, Option<i64>)> = each!(conn, link => refresh_token::table
        .filter(refresh_token::account_id.eq(id).and(refresh_token::used_at.is_null()))
        .order(refresh_token::created_at)
        .select((refresh_token::created_at, refresh_token::expires_at, refresh_token::revoked_at))
        .load(link))?;
    let shown = rows.into_iter().map(|(since, until, revoked_at)| {
        json!({ "refreshed_at": since, "expires_at": until, "ended_at": revoked_at })
    });
    Ok(shown.collect())
}

fn bans(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> = each!(conn, link => ban::table
        .filter(ban::account_id.eq(id))
        .order(ban::id)
        .select((ban::reason, ban::created_at, ban::until_at, ban::lifted_at))
        .load(link))?;
    let shown = rows.into_iter().map(|(reason, since, until, lifted_at)| {
        json!({ "reason": reason, "since": since, "until": until, "lifted_at": lifted_at })
    });
    Ok(shown.collect())
}

fn of_character(conn: &mut Connection, id: i64) -> Result<Value, StoreError> {
    type Row = (String, i16, i16, i16, i32, i64, Option<i64>, Option<i64>);
    let row: Row = each!(conn, link => character::table
        .filter(character::id.eq(id))
        .select((
            character::name, character::class, character::faction, character::level,
            character::zone_id, character::created_at, character::played_at,
            character::deleted_at,
        ))
        .first(link))?;
    let (name, class, faction, level, zone, created_at, played_at, deleted_at) = row;
    let number = u64::try_from(id).map_err(|_| StoreError::Damaged(format!("character {id}")))?;
    let names = |conn: &mut Connection, tie| -> Result<Vec<String>, StoreError> {
        Ok(friends::list(conn, tie, number)?.into_iter().map(|tied| tied.name).collect())
    };
    let (friends, blocks) = (names(conn, Tie::Friend)?, names(conn, Tie::Block)?);
    let (coin, ledger) = coin(conn, id)?;
    let muted_until: Option<i64> = each!(conn, link => mute::table
        .filter(mute::character_id.eq(id))
        .select(mute::until_at)
        .first(link)
        .optional())?;
    Ok(json!({
        "id": id, "name": name, "class": class, "faction": faction, "level": level, "zone": zone,
        "created_at": created_at, "played_at": played_at, "deleted_at": deleted_at,
        "coin": coin, "ledger": ledger, "muted_until": muted_until,
        "items": items(conn, id)?,
        "quests": quests(conn, id)?,
        "ranks": ranks(conn, id)?,
        "letters": letters(conn, id)?,
        "offers": offers(conn, id)?,
        "friends": friends, "blocks": blocks,
    }))
}

fn coin(conn: &mut Connection, id: i64) -> Result<(i64, Vec<Value>), StoreError> {
    let wallet: Option<(i64, i64)> = each!(conn, link => ledger_account::table
        .filter(ledger_account::owner_id.eq(id).and(ledger_account::kind.eq(WALLET)))
        .select((ledger_account::id, ledger_account::balance))
        .first(link)
        .optional())?;
    let Some((wallet, balance)) = wallet else { return Ok((0, Vec::new())) };
    let rows: Vec<(i16, i64, i64, i64)> = each!(conn, link => ledger_entry::table
        .inner_join(ledger_tx::table)
        .filter(ledger_entry::account_id.eq(wallet))
        .order(ledger_entry::account_version.desc())
        .limit(EXPORT_ROWS_MAX)
        .select((
            ledger_tx::kind, ledger_entry::delta, ledger_entry::balance_after,
            ledger_tx::created_at,
        ))
        .load(link))?;
    let shown = rows.into_iter().map(|(reason, delta, after, at)| {
        json!({ "reason": reason, "delta": delta, "balance": after, "at": at })
    });
    Ok((balance, shown.collect()))
}

fn items(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    type Row = (i64, i32, i16, i16, i32, bool, Option<i16>, Option<i16>);
    let rows: Vec<Row> = each!(conn, link => item::table
        .filter(item::owner_kind.eq(OF_CHARACTER).and(item::owner_id.eq(id)))
        .order(item::id)
        .select((
            item::id, item::def_id, item::rarity, item::upgrade, item::quantity, item::is_bound,
            item::area, item::slot,
        ))
        .load(link))?;
    let shown =
        rows.into_iter().map(|(id, definition, rarity, upgrade, quantity, bound, area, slot)| {
            json!({
                "id": id, "definition": definition, "rarity": rarity, "upgrade": upgrade,
                "quantity": quantity, "bound": bound, "area": area, "slot": slot,
            })
        });
    Ok(shown.collect())
}

fn quests(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<(i32, i16)> = each!(conn, link => character_quest::table
        .filter(character_quest::character_id.eq(id))
        .order(character_quest::quest)
        .select((character_quest::quest, character_quest::state))
        .load(link))?;
    let shown =
        rows.into_iter().map(|(quest, state)| json!({ "quest": quest, "done": state == 2 }));
    Ok(shown.collect())
}

fn ranks(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<(i32, i16)> = each!(conn, link => character_rank::table
        .filter(character_rank::character_id.eq(id))
        .order(character_rank::skill)
        .select((character_rank::skill, character_rank::grade))
        .load(link))?;
    Ok(rows.into_iter().map(|(skill, rank)| json!({ "skill": skill, "rank": rank })).collect())
}

fn letters(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    type Row = (i64, Option<i64>, i64, String, String, i64, i64);
    let rows: Vec<Row> = each!(conn, link => mail::table
        .filter(mail::recipient_id.eq(id).or(mail::sender_id.eq(id)))
        .order(mail::id.desc())
        .limit(EXPORT_ROWS_MAX)
        .select((
            mail::id, mail::sender_id, mail::recipient_id, mail::subject, mail::body, mail::coin,
            mail::sent_at,
        ))
        .load(link))?;
    let shown = rows.into_iter().map(|(letter, from, to, subject, text, coin, at)| {
        json!({
            "id": letter, "sent": from == Some(id), "received": to == id, "subject": subject,
            "text": text, "coin": coin, "at": at,
        })
    });
    Ok(shown.collect())
}

fn offers(conn: &mut Connection, id: i64) -> Result<Vec<Value>, StoreError> {
    type Row = (i64, i64, i32, i32, i64, i16, i64);
    let rows: Vec<Row> = each!(conn, link => listing::table
        .filter(listing::seller_id.eq(id).or(listing::buyer_id.eq(id)))
        .order(listing::id.desc())
        .limit(EXPORT_ROWS_MAX)
        .select((
            listing::id, listing::seller_id, listing::def_id, listing::quantity, listing::price,
            listing::state, listing::listed_at,
        ))
        .load(link))?;
    let shown = rows.into_iter().map(|(offer, seller, definition, quantity, price, state, at)| {
        json!({
            "id": offer, "sold": seller == id, "definition": definition, "quantity": quantity,
            "price": price, "state": state, "at": at,
        })
    });
    Ok(shown.collect())
}

/// Begins the seven days after which the account's characters are gone.
///
/// # Errors
/// What the database says.
pub fn delete_characters(conn: &mut Connection, now: i64, id: u64) -> Result<usize, StoreError> {
    let id = key(id)?;
    Ok(each!(conn, link => diesel::update(character::table.filter(
            character::account_id.eq(id)
                .and(character::deleted_at.is_null())
                .and(character::purged_at.is_null()),
        ))
        .set(character::deleted_at.eq(now))
        .execute(link))?)
}
