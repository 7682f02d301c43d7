//! Letters as their readers and writers see them. Sending one and emptying one are operations of the
//! economy; here they are drafted, read, marked and swept.

use diesel::prelude::*;
use massless_core::character::Item;
use massless_core::ids::PlayerId;

use crate::connection::{Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::{DRAFT_MILLIS, DRAFTS_MAX, INBOX_MAX};
use crate::repo::operations::{
    Job, Kind, Letter as Gift, OperationId, Outcome, Work, commit_jobs, number,
};
use crate::rows::item::{ItemRow, OF_MAIL};
use crate::rows::post::{MAIL_OF_PLAYER, MAIL_RETURNED, MailRow};
use crate::schema::{block, character, item, mail, mail_draft};

/// Who a letter is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A player.
    Player,
    /// The realm: market, gifts.
    System,
    /// It came back from whom it was sent to.
    Returned,
}

/// A letter in an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its number, which `Entry::Claim` names.
    pub id: u64,
    /// Who it is from.
    pub from: From,
    /// The other side's name; none for the realm's.
    pub name: Option<String>,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// Coin in it.
    pub coin: i64,
    /// Items in it.
    pub items: Vec<Item>,
    /// When it was there, Unix milliseconds.
    pub arrived_at: i64,
    /// When it goes back or is gone.
    pub expires_at: i64,
    /// It was opened.
    pub is_read: bool,
}

/// A letter as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Who writes.
    pub from: PlayerId,
    /// To whom.
    pub to: PlayerId,
    /// Subject, checked.
    pub subject: &'a str,
    /// Text, checked.
    pub body: &'a str,
}

/// Keeps a draft; its number is what `Entry::Post` names.
///
/// # Errors
/// `Missing` when there is nobody to write to; `Denied` when that one does not want it, has no room, or when
/// there are too many drafts.
pub fn draft(conn: &mut Connection, now: i64, it: Draft<'_>) -> Result<u64, StoreError> {
    use mail_draft::dsl;
    let (from, to) = (number(it.from), number(it.to));
    conn.transaction(|conn| {
        let old = dsl::mail_draft.filter(dsl::sender_id.eq(from).and(dsl::expires_at.le(now)));
        each!(conn, link => diesel::delete(old).execute(link))?;
        let known: i64 = each!(conn, link => character::table
            .filter(character::id.eq(to))
            .filter(character::deleted_at.is_null().and(character::purged_at.is_null()))
            .count()
            .get_result(link))?;
        if known == 0 || from == to {
            return Err(StoreError::Missing("recipient"));
        }
        let blocked: i64 = each!(conn, link => block::table
            .filter(block::character_id.eq(to).and(block::blocked_id.eq(from)))
            .count()
            .get_result(link))?;
        if blocked > 0 {
            return Err(StoreError::Denied("the recipient does not want it"));
        }
        if count_inbox(conn, to)? >= INBOX_MAX {
            return Err(StoreError::Denied("the recipient's inbox is full"));
        }
        let drafts: i64 = each!(conn, link => dsl::mail_draft
            .filter(dsl::sender_id.eq(from))
            .count()
            .get_result(link))?;
        if drafts >= DRAFTS_MAX {
            return Err(StoreError::Denied("too many drafts"));
        }
        let id: i64 = each!(conn, link => diesel::insert_into(dsl::mail_draft)
            .values((
                dsl::sender_id.eq(from),
                dsl::recipient_id.eq(to),
                dsl::subject.eq(it.subject),
                dsl::body.eq(it.body),
                dsl::created_at.eq(now),
                dsl::expires_at.eq(now + DRAFT_MILLIS),
            ))
            .returning(dsl::id)
            .get_result(link))?;
        Ok(id.cast_unsigned())
    })
}

fn count_inbox(conn: &mut Connection, who: i64) -> Result<i64, StoreError> {
    Ok(each!(conn, link => mail::table
        .filter(mail::recipient_id.eq(who).and(mail::deleted_at.is_null()))
        .count()
        .get_result(link))?)
}

/// The letters that have arrived, the newest first.
///
/// # Errors
/// What the database says.
pub fn inbox(conn: &mut Connection, now: i64, who: PlayerId) -> Result<Vec<Letter>, StoreError> {
    let who = number(who);
    let rows: Vec<MailRow> = each!(conn, link => mail::table
        .filter(mail::recipient_id.eq(who).and(mail::deleted_at.is_null()))
        .filter(mail::arrives_at.le(now).and(mail::expires_at.gt(now)))
        .order(mail::id.desc())
        .select(MailRow::as_select())
        .load(link))?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items: Vec<ItemRow> = each!(conn, link => item::table
        .filter(item::owner_kind.eq(OF_MAIL).and(item::owner_id.eq_any(&ids)))
        .order(item::id)
        .select(ItemRow::as_select())
        .load(link))?;
    let senders: Vec<i64> = rows.iter().filter_map(|row| row.sender_id).collect();
    let names: Vec<(i64, String)> = each!(conn, link => character::table
        .filter(character::id.eq_any(&senders))
        .select((character::id, character::name))
        .load(link))?;
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let inside = items.iter().filter(|item| item.owner_id == row.id);
        let inside = inside.map(ItemRow::item).collect::<Result<Vec<Item>, StoreError>>()?;
        let name = row.sender_id.and_then(|id| names.iter().find(|(known, _)| *known == id));
        letters.push(letter(row, inside, name.map(|(_, name)| name.clone())));
    }
    Ok(letters)
}

fn letter(row: MailRow, items: Vec<Item>, name: Option<String>) -> Letter {
    Letter {
        id: row.id.cast_unsigned(),
        from: match row.kind {
            MAIL_OF_PLAYER => From::Player,
            MAIL_RETURNED => From::Returned,
            _ => From::System,
        },
        name,
        subject: row.subject,
        body: row.body,
        coin: row.coin,
        items,
        arrived_at: row.arrives_at,
        expires_at: row.expires_at,
        is_read: row.read_at.is_some(),
    }
}

/// A letter was opened.
///
/// # Errors
/// `Missing` when it is not that character's.
pub fn mark_read(
    conn: &mut Connection,
    now: i64,
    who: PlayerId,
    id: u64,
) -> Result<(), StoreError> {
    let own = mail::table
        .filter(mail::id.eq(id.cast_signed()).and(mail::recipient_id.eq(number(who))))
        .filter(mail::deleted_at.is_null().and(mail::arrives_at.le(now)));
    let count = each!(conn, link => diesel::update(own)
        .set(mail::read_at.eq(now))
        .execute(link))?;
    if count == 0 { Err(StoreError::Missing("letter")) } else { Ok(()) }
}

/// Throws an empty letter away.
///
/// # Errors
/// `Missing` when it is not that character's; `Denied` while something is in it.
pub fn delete(conn: &mut Connection, now: i64, who: PlayerId, id: u64) -> Result<(), StoreError> {
    let id = id.cast_signed();
    conn.transaction(|conn| {
        let own = mail::table
            .filter(mail::id.eq(id).and(mail::recipient_id.eq(number(who))))
            .filter(mail::deleted_at.is_null().and(mail::arrives_at.le(now)));
        let coin: Vec<i64> =
            crate::connection::locked!(conn, for_no_key_update, own.select(mail::coin))?;
        let coin = *coin.first().ok_or(StoreError::Missing("letter"))?;
        if coin > 0 || count_items(conn, id)? > 0 {
            return Err(StoreError::Denied("something is in it"));
        }
        each!(conn, link => diesel::update(mail::table.find(id))
            .set(mail::deleted_at.eq(now))
            .execute(link))?;
        Ok(())
    })
}

fn count_items(conn: &mut Connection, mail: i64) -> Result<i64, StoreError> {
    Ok(each!(conn, link => item::table
        .filter(item::owner_kind.eq(OF_MAIL).and(item::owner_id.eq(mail)))
        .count()
        .get_result(link))?)
}

/// Letters whose time is over by the database's clock: empty ones go, players' letters return once, all
/// others are destroyed with what is in them. At most `most`; how many.
///
/// # Errors
/// What the database says.
pub fn sweep(conn: &mut Connection, most: i64) -> Result<usize, StoreError> {
    let now = dialect::now(conn)?;
    let due: Vec<(i64, i16, i64, Option<i64>)> = each!(conn, link => mail::table
        .filter(mail::deleted_at.is_null().and(mail::expires_at.le(now)))
        .order(mail::id)
        .limit(most)
        .select((mail::id, mail::kind, mail::coin, mail::sender_id))
        .load(link))?;
    for &(id, kind, coin, sender) in &due {
        let is_empty = coin == 0 && count_items(conn, id)? == 0;
        let returns = kind == MAIL_OF_PLAYER && !is_empty && is_there(conn, sender)?;
        let job = if returns {
            let work = Work::Return { mail: id };
            Job::of_realm(OperationId::of_realm("mail-return", id), Kind::Return, work)
        } else {
            let work = Work::Expire { mail: id };
            Job::of_realm(OperationId::of_realm("mail-expiry", id), Kind::Expiry, work)
        };
        if is_empty {
            each!(conn, link => diesel::update(mail::table.find(id))
                .set(mail::deleted_at.eq(now))
                .execute(link))?;
        } else {
            commit_jobs(conn, &[job])?;
        }
    }
    Ok(due.len())
}

fn is_there(conn: &mut Connection, who: Option<i64>) -> Result<bool, StoreError> {
    let Some(who) = who else { return Ok(false) };
    let count: i64 = each!(conn, link => character::table
        .filter(character::id.eq(who).and(character::purged_at.is_null()))
        .count()
        .get_result(link))?;
    Ok(count > 0)
}

/// A letter of the realm with coin and new items, once for each `key`.
///
/// # Errors
/// `Denied` when it cannot be sent; else what the database says.
pub fn gift(
    conn: &mut Connection,
    key: &str,
    to: PlayerId,
    (subject, body): (&str, &str),
    (coin, items): (i64, &[(massless_core::ids::ItemId, u8, u16)]),
) -> Result<(), StoreError> {
    let id = OperationId::of_realm(&format!("gift {key}"), number(to));
    let letter = Gift {
        to: number(to),
        subject: subject.to_owned(),
        body: body.to_owned(),
        coin,
        items: items.to_vec(),
    };
    let job = Job::of_realm(id, Kind::Gift, Work::Gift(letter));
    match &commit_jobs(conn, &[job])?[..] {
        [Outcome::Done(_)] => Ok(()),
        _ => Err(StoreError::Denied("the gift does not fit")),
    }
}
