//! Rows of the tables and what their numbers mean. Nothing here asks the database.

pub(crate) mod item;
pub(crate) mod ledger;
pub(crate) mod post;
