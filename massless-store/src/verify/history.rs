//! What the ledger says of characters, operation by operation: what a player's own journal is held against.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use massless_core::ids::PlayerId;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::operations::number;
use crate::rows::item::{EventRow, OF_CHARACTER};
use crate::rows::ledger::AccountRow;
use crate::schema::{item_event, ledger_entry, ledger_tx, outbox};

/// What one operation did to one character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The operation's name.
    pub operation: Vec<u8>,
    /// Why: a reason's number, or one of the realm's own above 99.
    pub kind: i16,
    /// Where it stands among all operations.
    pub seq: i64,
    /// What is in the purse afterwards; `None` when it is not touched.
    pub balance: Option<i64>,
    /// Items that it touches, in the order in which they change.
    pub items: Vec<ItemStep>,
}

/// What an operation did to one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemStep {
    /// Which.
    pub uid: u64,
    /// Whether the character has it afterwards.
    pub is_own: bool,
    /// How many there are afterwards.
    pub quantity: i32,
    /// Its upgrade afterwards.
    pub upgrade: i16,
}

/// Kind, place and actor of an operation.
type Operation = (i16, i64, Option<i64>);

/// All operations that concern these characters, in the order in which they were committed. Call it inside
/// `Connection::reading`, so that all of it is of one moment.
///
/// # Errors
/// What the database says.
pub fn history(
    conn: &mut Connection,
    players: &BTreeSet<PlayerId>,
) -> Result<BTreeMap<PlayerId, Vec<Step>>, StoreError> {
    let mut book = Book { operations: operations(conn)?, steps: BTreeMap::new() };
    let known: BTreeSet<i64> = players.iter().map(|&player| number(player)).collect();
    book.take_actors(&known);
    book.take_balances(conn, players)?;
    book.take_items(conn, &known)?;
    let mut histories: BTreeMap<PlayerId, Vec<Step>> = BTreeMap::new();
    for ((who, _), step) in book.steps {
        histories.entry(PlayerId::new(who.cast_unsigned())).or_default().push(step);
    }
    histories.values_mut().for_each(|steps| steps.sort_by_key(|step| step.seq));
    Ok(histories)
}

fn operations(conn: &mut Connection) -> Result<BTreeMap<Vec<u8>, Operation>, StoreError> {
    let rows: Vec<(Vec<u8>, i16, i64, Option<i64>)> = each!(conn, link => ledger_tx::table
        .inner_join(outbox::table.on(outbox::tx_id.eq(ledger_tx::id)))
        .select((ledger_tx::id, ledger_tx::kind, outbox::seq, ledger_tx::actor_id))
        .load(link))?;
    Ok(rows.into_iter().map(|(id, kind, seq, actor)| (id, (kind, seq, actor))).collect())
}

/// Steps by character and operation, while they are gathered.
struct Book {
    operations: BTreeMap<Vec<u8>, Operation>,
    steps: BTreeMap<(i64, Vec<u8>), Step>,
}

impl Book {
    fn step(&mut self, who: i64, tx: Vec<u8>) -> &mut Step {
        let (kind, seq, _) = self.operations.get(&tx).copied().unwrap_or_default();
        let new = Step { operation: tx.clone(), kind, seq, ..Step::default() };
        self.steps.entry((who, tx)).or_insert(new)
    }

    /// Who asked is concerned, even when neither coin nor items change.
    fn take_actors(&mut self, known: &BTreeSet<i64>) {
        let asked = self.operations.iter().filter_map(|(tx, (_, _, actor))| {
            actor.filter(|actor| known.contains(actor)).map(|actor| (actor, tx.clone()))
        });
        let asked: Vec<(i64, Vec<u8>)> = asked.collect();
        for (actor, tx) in asked {
            self.step(actor, tx);
        }
    }

    fn take_balances(
        &mut self,
        conn: &mut Connection,
        players: &BTreeSet<PlayerId>,
    ) -> Result<(), StoreError> {
        let wallets = players.iter().map(|&player| {
            let who = number(player);
            (AccountRow::wallet(who).id, who)
        });
        let wallets: BTreeMap<i64, i64> = wallets.collect();
        let ids: Vec<i64> = wallets.keys().copied().collect();
        let rows: Vec<(Vec<u8>, i64, i64)> = each!(conn, link => ledger_entry::table
            .filter(ledger_entry::account_id.eq_any(ids))
            .select((ledger_entry::tx_id, ledger_entry::account_id, ledger_entry::balance_after))
            .load(link))?;
        for (tx, account, balance) in rows {
            self.step(wallets[&account], tx).balance = Some(balance);
        }
        Ok(())
    }

    fn take_items(
        &mut self,
        conn: &mut Connection,
        known: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        use item_event::dsl;
        let rows: Vec<EventRow> = each!(conn, link => dsl::item_event
            .filter(dsl::from_kind.eq(OF_CHARACTER).or(dsl::to_kind.eq(OF_CHARACTER)))
            .order((dsl::item_id, dsl::version))
            .load(link))?;
        for row in rows {
            let to = (row.to_kind == OF_CHARACTER).then_some(row.to_id);
            let from = (row.from_kind == OF_CHARACTER).then_some(row.from_id);
            let from = from.filter(|from| to != Some(*from));
            for who in from.into_iter().chain(to).filter(|who| known.contains(who)) {
                let step = ItemStep {
                    uid: row.item_id.cast_unsigned(),
                    is_own: to == Some(who),
                    quantity: row.quantity_after,
                    upgrade: row.upgrade_after,
                };
                self.step(who, row.tx_id.clone()).items.push(step);
            }
        }
        Ok(())
    }
}
