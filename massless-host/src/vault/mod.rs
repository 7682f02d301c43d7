//! The storage seam: what zones ask for (intents) goes out, answers come back as commands.
//!
//! ```text
//! Runner --Sender (keeps what does not fit)--> bounded queue --> worker thread --> Mailbox::answer
//!                                                                  '-- books in memory, or the keeper
//! ```
//! A tick waits for none of it. A zone always asks the same worker, so its operations keep their order. What
//! a zone still waits for stands in its own state and is asked again after every restore; an intent that
//! was answered before gets the same answer again.

mod books;
mod queue;
mod sender;
mod worker;

pub(crate) use sender::Sender;
pub(crate) use worker::{Storage, Vault, VaultSettings, spawn};

use std::sync::Arc;
use std::time::Instant;

use massless_core::ids::{IntentId, PlayerId};
use massless_core::intent::Intent;
use massless_store::repo::snapshots::Snapshot;

use crate::channels::ChannelId;
use crate::zone_runner::Mailbox;

/// The name of an operation: no two have the same one, ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OperationId {
    /// Which zone asked.
    pub(crate) channel: ChannelId,
    /// The life of that zone in which it counts its intents.
    pub(crate) life: u64,
    /// The zone's own number.
    pub(crate) intent: IntentId,
}

/// The first life of a zone whose lease has this epoch. A zone that begins anew counts its intents anew, so
/// it begins another life; epochs only rise, so none is ever lived twice.
pub(crate) const fn first_life(epoch: u64) -> u64 {
    epoch << LIVES_BITS
}

/// Lives that a zone may begin under one lease: panics that start it afresh.
const LIVES_BITS: u32 = 16;

/// One intent on its way.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// What is asked for.
    pub(crate) intent: Intent,
    /// The epochs under which the host held whom it concerns, when it was asked: what was asked of an
    /// earlier life of a character is refused in a later one.
    pub(crate) epochs: Vec<(PlayerId, u64)>,
    /// Of what was used up already: the character without it.
    pub(crate) snapshot: Option<Snapshot>,
}

/// What one zone asked in one tick.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Which zone.
    pub(crate) channel: ChannelId,
    /// The life in which it counts.
    pub(crate) life: u64,
    /// What it asks for, in order.
    pub(crate) asked: Vec<Asked>,
    /// It was tried, and what came of it is not known.
    pub(crate) was_tried: bool,
    /// When it was asked.
    pub(crate) asked_at: Instant,
    /// Where the answers go.
    pub(crate) mailbox: Arc<Mailbox>,
}
