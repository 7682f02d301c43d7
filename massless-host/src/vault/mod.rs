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

use massless_core::command::Character;
use massless_core::ids::IntentId;
use massless_core::intent::Intent;

use crate::channels::ChannelId;
use crate::zone_runner::Mailbox;

/// The name of an operation: no two have the same one, ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OperationId {
    /// Which zone asked.
    pub(crate) channel: ChannelId,
    /// The epoch in which that zone began counting its intents.
    pub(crate) life: u32,
    /// The zone's own number.
    pub(crate) intent: IntentId,
}

impl OperationId {
    /// Its name in the ledger. Reason: reliability 3.1, principle 4.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let Self { channel, life, intent } = self;
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"massless operation");
        hasher.update(&channel.zone.get().to_le_bytes());
        hasher.update(&channel.number.to_le_bytes());
        hasher.update(&life.to_le_bytes());
        hasher.update(&intent.get().to_le_bytes());
        let mut name = [0; 16];
        name.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        name
    }
}

/// One intent on its way.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// What is asked for.
    pub(crate) intent: Intent,
    /// Of what was used up already: the character as it is without it.
    pub(crate) character: Option<Box<Character>>,
}

/// What one zone asked in one tick.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Which zone.
    pub(crate) channel: ChannelId,
    /// The epoch in which it began counting.
    pub(crate) life: u32,
    /// What it asks for, in order.
    pub(crate) asked: Vec<Asked>,
    /// It was tried, and what came of it is not known.
    pub(crate) was_tried: bool,
    /// When it was asked.
    pub(crate) asked_at: Instant,
    /// Where the answers go.
    pub(crate) mailbox: Arc<Mailbox>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ZoneId;

    #[test]
    fn every_part_of_an_operation_counts_in_its_name() {
        let channel = ChannelId::first(ZoneId::new(1));
        let first = OperationId { channel, life: 3, intent: IntentId::new(9) };
        let others = [
            OperationId { channel: ChannelId::first(ZoneId::new(2)), ..first },
            OperationId { channel: ChannelId { number: 2, ..channel }, ..first },
            OperationId { life: 4, ..first },
            OperationId { intent: IntentId::new(10), ..first },
        ];
        for other in others {
            assert_ne!(other.to_bytes(), first.to_bytes(), "{other:?}");
        }
        assert_eq!(first.to_bytes(), first.to_bytes());
    }
}
