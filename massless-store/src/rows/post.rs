//! Letters, drafts and offers of the market.

use diesel::prelude::*;

use crate::schema::{listing, mail, mail_draft};

/// A letter of a player.
pub(crate) const MAIL_OF_PLAYER: i16 = 1;
/// A letter of the realm.
pub(crate) const MAIL_OF_SYSTEM: i16 = 2;
/// A letter that came back.
pub(crate) const MAIL_RETURNED: i16 = 3;

/// An offer that can be bought.
pub(crate) const LISTING_OPEN: i16 = 1;
/// An offer that was bought.
pub(crate) const LISTING_SOLD: i16 = 2;
/// An offer whose time is over.
pub(crate) const LISTING_RUN_OUT: i16 = 3;
/// An offer that was taken back.
pub(crate) const LISTING_TAKEN_BACK: i16 = 4;

/// A letter that is written and not sent.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mail_draft)]
pub(crate) struct DraftRow {
    pub(crate) id: i64,
    pub(crate) sender_id: i64,
    pub(crate) recipient_id: i64,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mail)]
pub(crate) struct MailRow {
    pub(crate) id: i64,
    pub(crate) kind: i16,
    pub(crate) sender_id: Option<i64>,
    pub(crate) recipient_id: i64,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) coin: i64,
    pub(crate) tx_id: Vec<u8>,
    pub(crate) sent_at: i64,
    pub(crate) arrives_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) read_at: Option<i64>,
    pub(crate) claimed_at: Option<i64>,
    pub(crate) deleted_at: Option<i64>,
}

/// An offer of the market.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = listing)]
pub(crate) struct ListingRow {
    pub(crate) id: i64,
    pub(crate) seller_id: i64,
    pub(crate) buyer_id: Option<i64>,
    pub(crate) item_id: i64,
    pub(crate) def_id: i32,
    pub(crate) rarity: i16,
    pub(crate) upgrade: i16,
    pub(crate) quantity: i32,
    pub(crate) price: i64,
    pub(crate) state: i16,
    pub(crate) listed_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) tx_id: Vec<u8>,
    pub(crate) closing_tx: Option<Vec<u8>>,
}
