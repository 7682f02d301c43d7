//! Characters: creating, listing, deleting, restoring, and loading one as a zone takes it in.

mod economy;
mod merge;
mod visitors;

use diesel::prelude::*;
use massless_core::character::Character;
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, ItemUid, PlayerId};
use massless_core::intent::{Place, Reason};
use massless_core::ledger;
use massless_core::limits::STORAGE_SLOTS_MIN;

pub use self::economy::{Economy, QuestRow};
pub use self::merge::merge;
pub use self::visitors::{create_visitor, end_visitor, end_visitors, visitors_among, whereabouts};
use crate::connection::{Connection, each, locked};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::{CHARACTERS_PER_ACCOUNT_MAX, DELETION_GRACE_MILLIS};
use crate::repo::accounts;
use crate::repo::operations::{
    Endowment, Job, Kind, KitItem, OperationId, Outcome, Work, commit_jobs, created, number, settle,
};
use crate::repo::snapshots;
use crate::schema::{
    account, block, character, character_lease, character_snapshot, friend, ledger_tx,
};

/// A character as its account's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub id: PlayerId,
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: ClassId,
    /// Its faction.
    pub faction: FactionId,
    /// Its looks.
    pub look: u8,
    /// Its level.
    pub level: u8,
    /// Where it was last; 0 is nowhere yet.
    pub zone: u32,
    /// When it was deleted; it can be restored for `DELETION_GRACE_MILLIS`.
    pub deleted_at: Option<i64>,
    /// When it was played last.
    pub played_at: Option<i64>,
}

/// What a new character is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewCharacter<'a> {
    /// Its name, checked by the rules for names.
    pub name: &'a str,
    /// The name folded by case and look-alikes: no two characters share it.
    pub name_key: &'a str,
    /// Its class.
    pub class: ClassId,
    /// Its faction.
    pub faction: FactionId,
    /// Its looks, 0..=15.
    pub look: u8,
}

/// Creates a character with its class's starter kit, all in one transaction.
///
/// # Errors
/// `Taken` when the name is; `Denied` when the account has as many as it may, or there is no such class
/// or faction; `Missing` for an account that is not there.
pub fn create(
    conn: &mut Connection,
    now: i64,
    account: u64,
    (content, new): (&Content, NewCharacter<'_>),
) -> Result<PlayerId, StoreError> {
    let account = accounts::key(account)?;
    let mut count = 0_u64;
    let draft = starter(content, &new, &mut || {
        count += 1;
        ItemUid::new(count)
    })?;
    conn.transaction(|conn| {
        lock_account(conn, account)?;
        if count_live(conn, account)? >= CHARACTERS_PER_ACCOUNT_MAX as i64 {
            return Err(StoreError::Denied("an account has four characters at most"));
        }
        let id = insert(conn, now, account, &new)?;
        let uids = hand_out_kit(conn, id, &draft)?;
        let mut uids = uids.into_iter();
        let born = starter(content, &new, &mut || {
            ItemUid::new(uids.next().unwrap_or_default().cast_unsigned())
        })?;
        snapshots::save_first(conn, id, &born.to_bytes(), now)?;
        Ok(PlayerId::new(id.cast_unsigned()))
    })
}

fn starter(
    content: &Content,
    new: &NewCharacter<'_>,
    uids: &mut dyn FnMut() -> ItemUid,
) -> Result<Character, StoreError> {
    ledger::starter(content, new.class, new.faction, new.name, new.look, uids)
        .ok_or(StoreError::Denied("there is no such class or faction"))
}

/// Two creations of one account wait for each other.
fn lock_account(conn: &mut Connection, id: i64) -> Result<(), StoreError> {
    let rows: Vec<i64> = locked!(
        conn,
        for_no_key_update,
        account::table
            .filter(account::id.eq(id).and(account::deleted_at.is_null()))
            .select(account::id)
    )?;
    if rows.is_empty() { Err(StoreError::Missing("account")) } else { Ok(()) }
}

fn count_live(conn: &mut Connection, account: i64) -> Result<i64, StoreError> {
    Ok(each!(conn, link => character::table
        .filter(character::account_id.eq(account))
        .filter(character::deleted_at.is_null().and(character::purged_at.is_null()))
        .count()
        .get_result(link))?)
}

fn insert(
    conn: &mut Connection,
    now: i64,
    account: i64,
    new: &NewCharacter<'_>,
) -> Result<i64, StoreError> {
    use character::dsl;
    Ok(each!(conn, link => diesel::insert_into(dsl::character)
        .values((
            dsl::account_id.eq(account),
            dsl::name.eq(new.name),
            dsl::name_key.eq(new.name_key),
            dsl::class.eq(i16::from(new.class.get())),
            dsl::faction.eq(i16::from(new.faction.get())),
            dsl::look.eq(i16::from(new.look)),
            dsl::level.eq(1_i16),
            dsl::storage_slots.eq(STORAGE_SLOTS_MIN as i16),
            dsl::created_at.eq(now),
        ))
        .returning(dsl::id)
        .get_result(link))?)
}

/// The kit through the ledger; the names of its items, in the order in which `starter` asks for them.
fn hand_out_kit(conn: &mut Connection, id: i64, draft: &Character) -> Result<Vec<i64>, StoreError> {
    let bag = draft.sheet.bag.iter().enumerate().map(|(slot, it)| (Place::Bag(slot as u8), it));
    let worn = draft.sheet.worn.iter().enumerate().map(|(slot, it)| (Place::Worn(slot as u8), it));
    let mut pieces: Vec<_> =
        bag.chain(worn).filter_map(|(place, item)| Some((place, item.as_ref()?))).collect();
    pieces.sort_by_key(|(_, item)| item.uid);
    let items = pieces.into_iter().map(|(place, item)| KitItem {
        definition: item.definition,
        quantity: item.quantity,
        place,
    });
    let work = Work::Kit { character: id, coin: draft.sheet.coin, items: items.collect() };
    let job = Job::of_realm(OperationId::of_realm("kit", id), Kind::Of(Reason::Kit), work);
    match &settle(conn, &[job])?[..] {
        [Outcome::Done(answer)] => Ok(created(answer)),
        other => Err(StoreError::Damaged(format!("a starter kit: {other:?}"))),
    }
}

/// Gives a character what a development database wants it to have, once, from the faucet `seed`; false when
/// it has it already.
///
/// # Errors
/// `Denied` when it does not fit.
pub fn endow(
    conn: &mut Connection,
    player: PlayerId,
    endowment: &Endowment,
) -> Result<bool, StoreError> {
    let character = number(player);
    let id = OperationId::of_realm("seed", character);
    let is_known: i64 = each!(conn, link => ledger_tx::table
        .filter(ledger_tx::id.eq(&id.get()[..]))
        .count()
        .get_result(link))?;
    if is_known > 0 {
        return Ok(false);
    }
    let job = Job::of_realm(id, Kind::Seed, Work::Endow { character, endowment });
    match &commit_jobs(conn, &[job])?[..] {
        [Outcome::Done(_)] => Ok(true),
        _ => Err(StoreError::Denied("what is to be given does not fit")),
    }
}

type ListedRow = (i64, String, i16, i16, i16, i16, i32, Option<i64>, Option<i64>);

/// All characters of an account that are not gone for good, the oldest first.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut Connection, account: u64) -> Result<Vec<Listed>, StoreError> {
    use character::dsl;
    let account = accounts::key(account)?;
    let rows: Vec<ListedRow> = each!(conn, link => dsl::character
        .filter(dsl::account_id.eq(account).and(dsl::purged_at.is_null()))
        .order(dsl::id)
        .select((
            dsl::id,
            dsl::name,
            dsl::class,
            dsl::faction,
            dsl::look,
            dsl::level,
            dsl::zone_id,
            dsl::deleted_at,
            dsl::played_at,
        ))
        .load(link))?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(id, name, class, faction, look, level, zone, deleted_at, played_at)| Listed {
            id: PlayerId::new(id.cast_unsigned()),
            name,
            class: ClassId::new(class as u8),
            faction: FactionId::new(faction as u8),
            look: look as u8,
            level: level as u8,
            zone: zone.cast_unsigned(),
            deleted_at,
            played_at,
        })
        .collect())
}

/// Marks a character as deleted; it can be restored for seven days.
///
/// # Errors
/// `Missing` when the account has no such character; `Denied` while it is in the world.
pub fn delete(
    conn: &mut Connection,
    now: i64,
    account: u64,
    player: PlayerId,
) -> Result<(), StoreError> {
    use character::dsl;
    let (account, who) = (accounts::key(account)?, number(player));
    conn.transaction(|conn| {
        let clock = dialect::now(conn)?;
        let held: Vec<i64> = locked!(
            conn,
            for_update,
            character_lease::table
                .filter(character_lease::character_id.eq(who))
                .filter(character_lease::expires_at.ge(clock))
                .select(character_lease::character_id)
        )?;
        if !held.is_empty() {
            return Err(StoreError::Denied("the character is in the world"));
        }
        let own = dsl::character
            .filter(dsl::id.eq(who).and(dsl::account_id.eq(account)))
            .filter(dsl::deleted_at.is_null().and(dsl::purged_at.is_null()));
        let count = each!(conn, link => diesel::update(own)
            .set(dsl::deleted_at.eq(now))
            .execute(link))?;
        if count == 0 { Err(StoreError::Missing("character")) } else { Ok(()) }
    })
}

/// Takes a deletion back.
///
/// # Errors
/// `Missing` when there is nothing to restore, or no longer; `Denied` when the account has as many others as
/// it may.
pub fn restore(
    conn: &mut Connection,
    now: i64,
    account: u64,
    player: PlayerId,
) -> Result<(), StoreError> {
    use character::dsl;
    let (account, who) = (accounts::key(account)?, number(player));
    conn.transaction(|conn| {
        lock_account(conn, account)?;
        if count_live(conn, account)? >= CHARACTERS_PER_ACCOUNT_MAX as i64 {
            return Err(StoreError::Denied("an account has four characters at most"));
        }
        let own = dsl::character
            .filter(dsl::id.eq(who).and(dsl::account_id.eq(account)))
            .filter(dsl::deleted_at.gt(now - DELETION_GRACE_MILLIS).and(dsl::purged_at.is_null()));
        let count = each!(conn, link => diesel::update(own)
            .set(dsl::deleted_at.eq(None::<i64>))
            .execute(link))?;
        if count == 0 { Err(StoreError::Missing("character")) } else { Ok(()) }
    })
}

/// Ends characters whose grace is over: what they own goes to the ledger's sinks, their name is free. At most
/// `most` at a time; how many.
///
/// # Errors
/// What the database says.
pub fn purge_due(conn: &mut Connection, now: i64, most: i64) -> Result<usize, StoreError> {
    use character::dsl;
    let due: Vec<i64> = each!(conn, link => dsl::character
        .filter(dsl::deleted_at.le(now - DELETION_GRACE_MILLIS).and(dsl::purged_at.is_null()))
        .order(dsl::id)
        .limit(most)
        .select(dsl::id)
        .load(link))?;
    for &who in &due {
        purge(conn, now, who)?;
    }
    Ok(due.len())
}

fn purge(conn: &mut Connection, now: i64, who: i64) -> Result<(), StoreError> {
    use character::dsl;
    conn.transaction(|conn| {
        let id = OperationId::of_realm("purge", who);
        let job = Job::of_realm(id, Kind::Purge, Work::Purge { character: who });
        let outcomes = commit_jobs(conn, &[job])?;
        let [Outcome::Done(_)] = &outcomes[..] else {
            return Err(StoreError::Damaged(format!("character {who} cannot go: {outcomes:?}")));
        };
        let ties = friend::table.filter(friend::character_id.eq(who).or(friend::friend_id.eq(who)));
        let blocks = block::table.filter(block::character_id.eq(who).or(block::blocked_id.eq(who)));
        let own = character_snapshot::table.filter(character_snapshot::character_id.eq(who));
        each!(conn, link => {
            diesel::delete(ties).execute(link)?;
            diesel::delete(blocks).execute(link)?;
            diesel::delete(own).execute(link)?;
            diesel::update(dsl::character.find(who))
                .set((dsl::name.eq(""), dsl::name_key.eq(None::<String>), dsl::purged_at.eq(now)))
                .execute(link)?;
        });
        Ok(())
    })
}

/// A character as a zone takes it in: the newest whole snapshot, and over it all that the economy says.
/// Claim it first, so that nobody changes it meanwhile. Items that this build's content does not know are
/// put into quarantine and stay there.
///
/// # Errors
/// `Missing` for a character that is not there.
pub fn load(
    conn: &mut Connection,
    content: &Content,
    player: PlayerId,
) -> Result<Character, StoreError> {
    conn.transaction(|conn| {
        let economy = economy::read(conn, content, player)?;
        let saved = snapshots::load(conn, player)?;
        Ok(merge(saved, &economy, content))
    })
}
