//! A zone's end of the queue: in order, never lost, never waited for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use massless_core::intent::Intent;

use super::worker::{Batch, Vault};
use crate::channels::ChannelId;
use crate::zone_runner::Mailbox;

/// Hands a zone's intents to the vault.
#[derive(Debug)]
pub(crate) struct Sender {
    vault: Vault,
    channel: ChannelId,
    life: u32,
    /// What found no room. Bounded by what may be pending in the zone's state.
    waiting: VecDeque<Intent>,
}

impl Sender {
    /// The end of a zone that counts its intents since epoch `life`.
    pub(crate) const fn new(vault: Vault, channel: ChannelId, life: u32) -> Self {
        Self { vault, channel, life, waiting: VecDeque::new() }
    }

    /// The epoch whose answers count.
    pub(crate) const fn life(&self) -> u32 {
        self.life
    }

    /// Sends what waits and then `fresh`; answers go to `mailbox`.
    pub(crate) fn send(&mut self, fresh: &[Intent], mailbox: &Arc<Mailbox>) {
        self.waiting.extend(fresh.iter().cloned());
        if self.waiting.is_empty() {
            return;
        }
        let batch = Batch {
            channel: self.channel,
            life: self.life,
            intents: self.waiting.drain(..).collect(),
            asked_at: Instant::now(),
            mailbox: Arc::clone(mailbox),
        };
        if let Err(batch) = self.vault.try_send(batch) {
            self.waiting.extend(batch.intents);
        }
    }

    /// The zone was restored: all that it waits for is asked again. With `life` it began anew and
    /// waits for nothing of before.
    pub(crate) fn restart(&mut self, pending: Vec<Intent>, life: Option<u32>) {
        self.waiting = pending.into();
        self.life = life.unwrap_or(self.life);
    }
}
