//! What characters hold and reach, and how it changes: bags planned before they are asked for, what is
//! locked, intents, experience and levels.
//!
//! Used by the acts of players, the answers of the store and the rewards of fights; no system itself.

pub(crate) mod bag;
pub(crate) mod growth;
pub(crate) mod intents;
pub(crate) mod person;
pub(crate) mod stakes;
#[cfg(test)]
mod tests;

pub(crate) use bag::Plan;
pub(crate) use person::{Person, with_person};
