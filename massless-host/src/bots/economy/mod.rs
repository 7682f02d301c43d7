//! Bots that do business, and prove afterwards that the server kept its word.
//!
//! Each logs in by REST, joins with a ticket, walks about its town and buys, sells, refines, stores, splits,
//! trades, mails and lists. What it was told of an operation it writes into a journal of its own and
//! waits until that is on the disk, before it asks for the next one; `massless verify --journal` holds
//! the journals against the ledger (`proof`).

mod api;
mod choice;
mod deal;
mod errand;
mod fair;
pub(crate) mod journal;
mod merchant;
pub(crate) mod proof;
pub(crate) mod smoke;
mod talks;

pub(crate) use self::fair::Fair;
pub(crate) use self::merchant::{Business, trade};
pub(crate) use self::smoke::{SmokeError, Steps, Visit};
