//! Accounts, operations and their entries.

use diesel::prelude::*;

use crate::schema::{ledger_account, ledger_entry, ledger_tx, outbox, trade};

/// The only currency so far.
const COIN: i16 = 1;

const WALLET: i16 = 1;
const ESCROW: i16 = 2;
const FAUCET: i16 = 3;
const SINK: i16 = 4;

/// An account and what is in it.
///
/// Its number is made of what it is, so that nobody has to look it up:
/// owner x 16 + (8 for an escrow) + currency, and for faucets and sinks the same of
/// (reason x 256 + shard), negative.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_account)]
pub(crate) struct AccountRow {
    pub(crate) id: i64,
    pub(crate) kind: i16,
    pub(crate) owner_id: i64,
    pub(crate) currency: i16,
    pub(crate) shard: i16,
    pub(crate) balance: i64,
    pub(crate) version: i64,
}

impl AccountRow {
    /// What a character has on it.
    pub(crate) const fn wallet(character: i64) -> Self {
        Self::new(WALLET, character, 0, character * 16 + COIN as i64)
    }

    /// What waits for a character in letters.
    pub(crate) const fn escrow(character: i64) -> Self {
        Self::new(ESCROW, character, 0, character * 16 + 8 + COIN as i64)
    }

    /// Where coin comes from.
    pub(crate) const fn faucet(reason: i16, shard: u8) -> Self {
        let id = -((reason as i64 * 256 + shard as i64) * 16 + COIN as i64);
        Self::new(FAUCET, reason as i64, shard, id)
    }

    /// Where coin goes.
    pub(crate) const fn sink(reason: i16, shard: u8) -> Self {
        let id = -((reason as i64 * 256 + shard as i64) * 16 + 8 + COIN as i64);
        Self::new(SINK, reason as i64, shard, id)
    }

    const fn new(kind: i16, owner_id: i64, shard: u8, id: i64) -> Self {
        let shard = shard as i16;
        Self { id, kind, owner_id, currency: COIN, shard, balance: 0, version: 0 }
    }

    /// Whether it may not fall below 0.
    pub(crate) const fn is_owned(&self) -> bool {
        matches!(self.kind, WALLET | ESCROW)
    }

    /// Whether it is a character's purse.
    pub(crate) const fn is_wallet(&self) -> bool {
        self.kind == WALLET
    }
}

/// An operation that is committed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = ledger_tx)]
pub(crate) struct TxRow {
    pub(crate) id: Vec<u8>,
    pub(crate) kind: i16,
    pub(crate) request_hash: Vec<u8>,
    pub(crate) result: String,
    pub(crate) actor_id: Option<i64>,
    pub(crate) actor_host: Option<String>,
    pub(crate) actor_epoch: Option<i64>,
    pub(crate) reverses: Option<Vec<u8>>,
    pub(crate) created_at: i64,
}

/// What an operation did to one account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = ledger_entry)]
pub(crate) struct EntryRow {
    pub(crate) tx_id: Vec<u8>,
    pub(crate) account_id: i64,
    pub(crate) delta: i64,
    pub(crate) account_version: i64,
    pub(crate) balance_after: i64,
}

/// What others are told of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = outbox)]
pub(crate) struct NewOutbox {
    pub(crate) tx_id: Vec<u8>,
    pub(crate) topic: String,
    pub(crate) payload: String,
    pub(crate) created_at: i64,
}

/// A trade that was committed.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = trade)]
pub(crate) struct NewTrade {
    pub(crate) a_id: i64,
    pub(crate) b_id: i64,
    pub(crate) state: i16,
    pub(crate) a_offer: String,
    pub(crate) b_offer: String,
    pub(crate) a_revision: i32,
    pub(crate) b_revision: i32,
    pub(crate) tx_id: Option<Vec<u8>>,
    pub(crate) created_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_accounts_share_a_number() {
        let mut all = Vec::new();
        for n in 1..=40_i16 {
            all.push(AccountRow::wallet(i64::from(n)).id);
            all.push(AccountRow::escrow(i64::from(n)).id);
            for shard in [0, 1, 15, 255] {
                all.push(AccountRow::faucet(n, shard).id);
                all.push(AccountRow::sink(n, shard).id);
            }
        }
        let len = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), len);
    }
}
