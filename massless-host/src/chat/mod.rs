//! Talk: what may be said (`talker`), on which channels (`channel`), who hears it, and how it gets to
//! other hosts (`service`).
//!
//! Local lines and those of a party are handed out where they are said; all others go by the thread
//! of talk, which may wait for Redis: a tick never does.

mod channel;
mod order;
mod service;
mod talker;

pub(crate) use channel::{Channel, room_of};
pub(crate) use order::Order;
pub(crate) use service::{Said, Talk, TalkParts, spawn};
pub(crate) use talker::{Refusal, Talker, is_forbidden};
