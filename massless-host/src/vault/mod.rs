//! The storage seam: what zones ask for (intents) goes out, answers come back as commands.
//!
//! ```text
//! Runner --Sender (keeps what does not fit)--> bounded queue --> worker thread: books --> Mailbox::answer
//! ```
//! A tick waits for none of it. The books are in memory here, so they last as long as the process;
//! what a zone still waits for stands in its own state and is asked again after every restore. An
//! intent that was answered before gets the same answer again.

mod books;
mod sender;
mod worker;

pub(crate) use sender::Sender;
pub(crate) use worker::{Vault, VaultSettings, spawn};

use massless_core::ids::IntentId;

use crate::channels::ChannelId;

/// The name of an operation: no two have the same one while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OperationId {
    /// Which zone asked.
    pub(crate) channel: ChannelId,
    /// The epoch in which that zone began counting its intents.
    pub(crate) life: u32,
    /// The zone's own number.
    pub(crate) intent: IntentId,
}
