//! The ledger as the staff reads it: every event of an item, every entry of a character's coin. Reads
//! only, a page at a time, by the ledger's own keys.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::STAFF_PAGE;
use crate::repo::accounts::{key, number};
use crate::repo::operations::kind_label;
use crate::schema::{
    character, item, item_def, item_event, item_quarantine, ledger_account, ledger_entry, ledger_tx,
};

/// `ledger_account.kind` of a character's coin.
const WALLET: i16 = 1;
/// Other sides of one operation that are named; trades have one, letters and offers two.
const OTHERS_MAX: usize = 8;

/// One end of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// What it is: `character`, `escrow`, `mail`, `market`, `void`, `faucet`, `sink`.
    pub kind: &'static str,
    /// Its number; of `void`, `faucet` and `sink` the number of the operation's kind.
    pub id: i64,
    /// The character's name, or the word of the operation.
    pub name: Option<String>,
}

/// The operation that made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name: 16 bytes.
    pub operation: Vec<u8>,
    /// Its kind's word.
    pub kind: &'static str,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The host that asked for it.
    pub host: Option<String>,
    /// The operation that it takes back.
    pub reverses: Option<Vec<u8>>,
}

/// An item as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedItem {
    /// `item.id`.
    pub id: u64,
    /// Its definition and the name that the definition had when it was seen last.
    pub definition: (i32, String),
    /// 0 common to 4 legendary.
    pub rarity: i16,
    /// 0 to 9.
    pub upgrade: i16,
    /// How many.
    pub quantity: i32,
    /// Whether it is bound to its owner.
    pub is_bound: bool,
    /// Who has it.
    pub owner: Party,
    /// Its newest version.
    pub version: i64,
    /// Why it was put aside, if it was.
    pub quarantine: Option<String>,
}

/// One change of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEvent {
    /// The item's version after it.
    pub version: i64,
    /// By which operation.
    pub made: Made,
    /// From whom.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// Change of the quantity, and the quantity after it.
    pub quantity: (i32, i32),
    /// Upgrade after it.
    pub upgrade: i16,
}

/// One change of a character's coin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoinEntry {
    /// The account's version after it.
    pub version: i64,
    /// By which operation.
    pub made: Made,
    /// Coin that came, or went if negative.
    pub delta: i64,
    /// Coin after it.
    pub balance: i64,
    /// Where it came from or went to, with what each of them lost or got.
    pub others: Vec<(Party, i64)>,
}

/// An item.
///
/// # Errors
/// What the database says.
pub fn item(conn: &mut Connection, id: u64) -> Result<Option<TracedItem>, StoreError> {
    type Row = (i64, i32, String, i16, i16, i32, bool, i16, i64, i64);
    let id = key(id)?;
    let row: Option<Row> = each!(conn, link => item::table
        .inner_join(item_def::table)
        .filter(item::id.eq(id))
        .select((
            item::id, item::def_id, item_def::name, item::rarity, item::upgrade, item::quantity,
            item::is_bound, item::owner_kind, item::owner_id, item::version,
        ))
        .first(link)
        .optional())?;
    let Some((id, definition, name, rarity, upgrade, quantity, is_bound, kind, owner, version)) =
        row
    else {
        return Ok(None);
    };
    let quarantine: Option<String> = each!(conn, link => item_quarantine::table
        .find(id)
        .select(item_quarantine::reason)
        .first(link)
        .optional())?;
    let names = names(conn, &[(kind, owner)])?;
    Ok(Some(TracedItem {
        id: number(id)?,
        definition: (definition, name),
        rarity,
        upgrade,
        quantity,
        is_bound,
        owner: holder(&names, kind, owner),
        version,
        quarantine,
    }))
}

/// A page of an item's events above the version `after`, in their order.
///
/// # Errors
/// What the database says.
pub fn item_events(
    conn: &mut Connection,
    id: u64,
    after: i64,
) -> Result<Vec<ItemEvent>, StoreError> {
    type Event = (i64, i16, i64, i16, i64, i32, i32, i16);
    let id = key(id)?;
    let rows: Vec<(Event, Tx)> = each!(conn, link => item_event::table
        .inner_join(ledger_tx::table)
        .filter(item_event::item_id.eq(id).and(item_event::version.gt(after)))
        .order(item_event::version)
        .limit(STAFF_PAGE)
        .select((
            (
                item_event::version, item_event::from_kind, item_event::from_id,
                item_event::to_kind, item_event::to_id, item_event::quantity_delta,
                item_event::quantity_after, item_event::upgrade_after,
            ),
            (
                ledger_tx::id, ledger_tx::kind, ledger_tx::created_at, ledger_tx::actor_host,
                ledger_tx::reverses,
            ),
        ))
        .load(link))?;
    let ends: Vec<(i16, i64)> =
        rows.iter().flat_map(|(it, _)| [(it.1, it.2), (it.3, it.4)]).collect();
    let names = names(conn, &ends)?;
    let events = rows.into_iter().map(|(event, tx)| {
        let (version, from_kind, from, to_kind, to, delta, after, upgrade) = event;
        ItemEvent {
            version,
            made: made(tx),
            from: holder(&names, from_kind, from),
            to: holder(&names, to_kind, to),
            quantity: (delta, after),
            upgrade,
        }
    });
    Ok(events.collect())
}

/// What a character has; `None` when it never had any.
///
/// # Errors
/// What the database says.
pub fn balance(conn: &mut Connection, character: u64) -> Result<Option<i64>, StoreError> {
    let character = key(character)?;
    Ok(wallet(conn, character)?.map(|(_, balance)| balance))
}

/// A page of a character's entries below the version `before`, the newest first.
///
/// # Errors
/// What the database says.
pub fn coin(
    conn: &mut Connection,
    character: u64,
    before: Option<i64>,
) -> Result<Vec<CoinEntry>, StoreError> {
    let character = key(character)?;
    let Some((wallet, _)) = wallet(conn, character)? else { return Ok(Vec::new()) };
    let before = before.unwrap_or(i64::MAX);
    let rows: Vec<((i64, i64, i64), Tx)> = each!(conn, link => ledger_entry::table
        .inner_join(ledger_tx::table)
        .filter(
            ledger_entry::account_id.eq(wallet).and(ledger_entry::account_version.lt(before)),
        )
        .order(ledger_entry::account_version.desc())
        .limit(STAFF_PAGE)
        .select((
            (ledger_entry::account_version, ledger_entry::delta, ledger_entry::balance_after),
            (
                ledger_tx::id, ledger_tx::kind, ledger_tx::created_at, ledger_tx::actor_host,
                ledger_tx::reverses,
            ),
        ))
        .load(link))?;
    let operations: Vec<&Vec<u8>> = rows.iter().map(|(_, tx)| &tx.0).collect();
    let others: Vec<(Vec<u8>, i64, i16, i64)> = each!(conn, link => ledger_entry::table
        .inner_join(ledger_account::table)
        .filter(
            ledger_entry::tx_id.eq_any(operations).and(ledger_entry::account_id.ne(wallet)),
        )
        .order((ledger_entry::tx_id, ledger_entry::account_id))
        .select((
            ledger_entry::tx_id, ledger_entry::delta, ledger_account::kind,
            ledger_account::owner_id,
        ))
        .load(link))?;
    let people: Vec<(i16, i64)> =
        others.iter().filter(|it| it.2 <= 2).map(|it| (OF_CHARACTER, it.3)).collect();
    let names = names(conn, &people)?;
    let entries = rows.into_iter().map(|((version, delta, balance), tx)| {
        // What has the other sign is where it came from or went to; a third side of a trade is none.
        let sides = others.iter().filter(|it| it.0 == tx.0 && (it.1 < 0) != (delta < 0));
        let others = sides.take(OTHERS_MAX).map(|it| (account(&names, it.2, it.3), it.1));
        let others = others.collect();
        CoinEntry { version, made: made(tx), delta, balance, others }
    });
    Ok(entries.collect())
}

type Tx = (Vec<u8>, i16, i64, Option<String>, Option<Vec<u8>>);

const OF_CHARACTER: i16 = 1;

fn wallet(conn: &mut Connection, character: i64) -> Result<Option<(i64, i64)>, StoreError> {
    Ok(each!(conn, link => ledger_account::table
        .filter(ledger_account::owner_id.eq(character).and(ledger_account::kind.eq(WALLET)))
        .select((ledger_account::id, ledger_account::balance))
        .first(link)
        .optional())?)
}

fn made((operation, kind, at, host, reverses): Tx) -> Made {
    Made { operation, kind: kind_label(kind), at, host, reverses }
}

/// The names of the characters among owners.
fn names(
    conn: &mut Connection,
    owners: &[(i16, i64)],
) -> Result<BTreeMap<i64, String>, StoreError> {
    let mut ids: Vec<i64> =
        owners.iter().filter(|(kind, _)| *kind == OF_CHARACTER).map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<(i64, String)> = each!(conn, link => character::table
        .filter(character::id.eq_any(ids))
        .select((character::id, character::name))
        .load(link))?;
    Ok(rows.into_iter().collect())
}

/// Who has or had an item.
fn holder(names: &BTreeMap<i64, String>, kind: i16, id: i64) -> Party {
    let word = || i16::try_from(id).ok().map(|kind| kind_label(kind).to_owned());
    match kind {
        1 => Party { kind: "character", id, name: names.get(&id).cloned() },
        2 => Party { kind: "ground", id, name: None },
        3 => Party { kind: "escrow", id, name: None },
        4 => Party { kind: "mail", id, name: None },
        5 => Party { kind: "market", id, name: None },
        6 => Party { kind: "void", id, name: word() },
        _ => Party { kind: "faucet", id, name: word() },
    }
}

/// Who has or had coin.
fn account(names: &BTreeMap<i64, String>, kind: i16, owner: i64) -> Party {
    let word = || i16::try_from(owner).ok().map(|kind| kind_label(kind).to_owned());
    match kind {
        1 => Party { kind: "character", id: owner, name: names.get(&owner).cloned() },
        2 => Party { kind: "escrow", id: owner, name: names.get(&owner).cloned() },
        3 => Party { kind: "faucet", id: owner, name: word() },
        _ => Party { kind: "sink", id: owner, name: word() },
    }
}
