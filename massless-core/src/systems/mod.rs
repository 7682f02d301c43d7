//! What happens in a tick, one system a file; `zone/schedule.rs` holds the order.
//!
//! A system gathers what it needs, plans with pure functions (in parallel where it pays) and applies in
//! `ActorId` order.

pub(crate) mod brain;
pub(crate) mod commit;
pub(crate) mod death;
pub(crate) mod despawn;
pub(crate) mod digest;
pub(crate) mod drops;
pub(crate) mod hits;
pub(crate) mod intake;
pub(crate) mod movement;
pub(crate) mod paths;
pub(crate) mod periodic;
pub(crate) mod populate;
pub(crate) mod portals;
pub(crate) mod recall;
pub(crate) mod regeneration;
pub(crate) mod reindex;
pub(crate) mod rewards;
pub(crate) mod skills;
pub(crate) mod timers;
pub(crate) mod trades;

pub(crate) use intake::acts;
