//! Items: who has them, where, and every change of it.

use diesel::prelude::*;
use massless_core::character::Item;
use massless_core::ids::{ItemId, ItemUid};
use massless_core::intent::Place;

use crate::error::StoreError;
use crate::schema::{item, item_event};

/// Who has an item; the numbers stand in `item.owner_kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A character.
    Character(i64),
    /// A letter.
    Mail(i64),
    /// An offer of the market.
    Market(i64),
    /// Nobody any more; the number is the reason it went for.
    Void(i64),
    /// Nobody yet; the number is the reason it comes for. Only in events.
    Faucet(i64),
}

impl Owner {
    /// As the two columns have it.
    pub(crate) const fn columns(self) -> (i16, i64) {
        match self {
            Self::Character(id) => (1, id),
            Self::Mail(id) => (4, id),
            Self::Market(id) => (5, id),
            Self::Void(reason) => (6, reason),
            Self::Faucet(reason) => (7, reason),
        }
    }
}

/// `item.owner_kind` of what a character has.
pub(crate) const OF_CHARACTER: i16 = 1;
/// `item.owner_kind` of what lies in a letter.
pub(crate) const OF_MAIL: i16 = 4;

/// Area and slot of a place.
pub(crate) const fn columns_of(place: Place) -> (i16, i16) {
    match place {
        Place::Bag(slot) => (0, slot as i16),
        Place::Worn(slot) => (1, slot as i16),
        Place::Stored(slot) => (2, slot as i16),
    }
}

/// An item or stack as it is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = item)]
pub(crate) struct ItemRow {
    pub(crate) id: i64,
    pub(crate) def_id: i32,
    pub(crate) owner_kind: i16,
    pub(crate) owner_id: i64,
    pub(crate) area: Option<i16>,
    pub(crate) slot: Option<i16>,
    pub(crate) rarity: i16,
    pub(crate) upgrade: i16,
    pub(crate) quantity: i32,
    pub(crate) is_bound: bool,
    pub(crate) version: i64,
    pub(crate) created_tx: Vec<u8>,
}

impl ItemRow {
    /// Whether it is that character's.
    pub(crate) const fn is_of(&self, character: i64) -> bool {
        self.owner_kind == OF_CHARACTER && self.owner_id == character
    }

    /// Where its character has it.
    pub(crate) const fn place(&self) -> Option<(i16, i16)> {
        match (self.area, self.slot) {
            (Some(area), Some(slot)) => Some((area, slot)),
            _ => None,
        }
    }

    /// As the world knows it.
    pub(crate) fn item(&self) -> Result<Item, StoreError> {
        let damaged = || StoreError::Damaged(format!("item {}", self.id));
        Ok(Item {
            uid: ItemUid::new(u64::try_from(self.id).map_err(|_| damaged())?),
            definition: ItemId::new(u16::try_from(self.def_id).map_err(|_| damaged())?),
            rarity: u8::try_from(self.rarity).map_err(|_| damaged())?,
            upgrade: u8::try_from(self.upgrade).map_err(|_| damaged())?,
            quantity: u16::try_from(self.quantity).map_err(|_| damaged())?,
            bound: self.is_bound,
        })
    }
}

/// One change of an item.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = item_event)]
pub(crate) struct EventRow {
    pub(crate) item_id: i64,
    pub(crate) version: i64,
    pub(crate) tx_id: Vec<u8>,
    pub(crate) from_kind: i16,
    pub(crate) from_id: i64,
    pub(crate) to_kind: i16,
    pub(crate) to_id: i64,
    pub(crate) quantity_delta: i32,
    pub(crate) quantity_after: i32,
    pub(crate) upgrade_after: i16,
}
