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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::VAULT_BATCHES_MAX;
    use crate::vault::{VaultSettings, spawn};
    use massless_core::ids::{IntentId, PlayerId, ZoneId};
    use massless_core::intent::{Entry, Reason};
    use std::time::Duration;

    fn intent(id: u64) -> Intent {
        Intent {
            id: IntentId::new(id),
            player: PlayerId::new(1),
            reason: Reason::Kill,
            thing: None,
            entries: vec![Entry::Coin { delta: 1 }],
        }
    }

    #[test]
    fn what_finds_no_room_waits_in_its_order_and_goes_out_later() {
        let (vault, work) = Vault::unattended();
        let channel = ChannelId::first(ZoneId::new(1));
        let mut sender = Sender::new(vault, channel, 1);
        let mailbox = Arc::<Mailbox>::default();
        let room = VAULT_BATCHES_MAX as u64;
        for id in 1..=room + 10 {
            sender.send(&[intent(id)], &mailbox);
        }
        assert_eq!(sender.waiting.len(), 10);
        let first = work.try_recv().expect("a batch");
        sender.send(&[], &mailbox);
        assert!(sender.waiting.is_empty(), "there is room again");
        let batches = std::iter::once(first).chain(work.try_iter());
        let sent: Vec<u64> =
            batches.flat_map(|batch| batch.intents).map(|intent| intent.id.get()).collect();
        assert!(sent.into_iter().eq(1..=room + 10), "all, and in their order");
    }

    #[test]
    fn after_a_restore_all_that_is_pending_is_asked_again() {
        let (vault, work) = Vault::unattended();
        let mut sender = Sender::new(vault, ChannelId::first(ZoneId::new(1)), 1);
        sender.restart(vec![intent(7), intent(8)], Some(2));
        sender.send(&[intent(9)], &Arc::default());
        let batch = work.try_recv().expect("a batch");
        let asked: Vec<u64> = batch.intents.iter().map(|intent| intent.id.get()).collect();
        assert_eq!((batch.life, asked), (2, vec![7, 8, 9]));
    }

    #[test]
    fn answers_come_back_through_the_mailbox() {
        let settings = VaultSettings { delay: Duration::ZERO, first_uid: 1 };
        let (vault, thread) = spawn(settings).expect("a thread");
        let channel = ChannelId::first(ZoneId::new(1));
        let mut sender = Sender::new(vault, channel, 3);
        let mailbox = Arc::<Mailbox>::default();
        sender.send(&[intent(1), intent(2)], &mailbox);
        drop(sender);
        // Without anybody to ask it ends, but not before it has answered.
        thread.join().expect("it ends well");
        let answered: Vec<_> = mailbox
            .take_notes()
            .into_iter()
            .map(|note| match note {
                crate::zone_runner::Note::Answer(answer) => (answer.life, answer.intent.get()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(answered, [(3, 1), (3, 2)]);
    }
}
