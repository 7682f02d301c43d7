//! Answers as they stand in the ledger: JSON, so that a retry is told the same.

use massless_core::character::Item;
use massless_core::ids::{ItemId, ItemUid};
use massless_core::intent::Answer;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    created: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    brought: Vec<Brought>,
    #[serde(default, skip_serializing_if = "is_zero")]
    coin: i64,
}

/// What a letter or the market brought into a slot.
#[derive(Debug, Serialize, Deserialize)]
struct Brought {
    slot: u8,
    uid: u64,
    definition: u16,
    rarity: u8,
    upgrade: u8,
    quantity: u16,
    bound: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(coin: &i64) -> bool {
    *coin == 0
}

/// As it is kept.
pub(super) fn to_text(answer: &Answer) -> String {
    let Answer::Done { created, brought, coin } = answer else { return String::new() };
    let brought = brought.iter().map(|&(slot, item)| Brought {
        slot,
        uid: item.uid.get(),
        definition: item.definition.get(),
        rarity: item.rarity,
        upgrade: item.upgrade,
        quantity: item.quantity,
        bound: item.bound,
    });
    let stored = Stored {
        created: created.iter().map(|uid| uid.get()).collect(),
        brought: brought.collect(),
        coin: *coin,
    };
    serde_json::to_string(&stored).expect("numbers and lists can be written")
}

/// As it was kept.
pub(super) fn from_text(text: &str) -> Result<Answer, StoreError> {
    let stored: Stored = serde_json::from_str(text)
        .map_err(|error| StoreError::Damaged(format!("answer in the ledger: {error}")))?;
    let brought = stored.brought.into_iter().map(|it| {
        let item = Item {
            uid: ItemUid::new(it.uid),
            definition: ItemId::new(it.definition),
            rarity: it.rarity,
            upgrade: it.upgrade,
            quantity: it.quantity,
            bound: it.bound,
        };
        (it.slot, item)
    });
    Ok(Answer::Done {
        created: stored.created.into_iter().map(ItemUid::new).collect(),
        brought: brought.collect(),
        coin: stored.coin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let item = Item {
            uid: ItemUid::new(u64::MAX >> 1),
            definition: ItemId::new(1_011),
            rarity: 4,
            upgrade: 9,
            quantity: 1,
            bound: false,
        };
        let full = Answer::Done {
            created: vec![ItemUid::new(1), ItemUid::new(2)],
            brought: vec![(44, item)],
            coin: 2_000_000_000,
        };
        for answer in [full, Answer::done(Vec::new())] {
            assert_eq!(from_text(&to_text(&answer)).unwrap(), answer);
        }
        assert!(from_text("{").is_err());
    }
}
