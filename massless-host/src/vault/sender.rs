//! A zone's end of the queue: in order, never lost, never waited for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use massless_core::command::Character;
use massless_core::ids::PlayerId;
use massless_core::intent::{Intent, Reason};

use super::worker::Vault;
use super::{Asked, Batch};
use crate::channels::ChannelId;
use crate::zone_runner::Mailbox;

/// Hands a zone's intents to the vault.
#[derive(Debug)]
pub(crate) struct Sender {
    vault: Vault,
    channel: ChannelId,
    life: u64,
    /// What found no room. Bounded by what may be pending in the zone's state.
    waiting: VecDeque<Asked>,
}

impl Sender {
    /// The end of a zone that counts its intents in `life`.
    pub(crate) const fn new(vault: Vault, channel: ChannelId, life: u64) -> Self {
        Self { vault, channel, life, waiting: VecDeque::new() }
    }

    /// The life whose answers count.
    pub(crate) const fn life(&self) -> u64 {
        self.life
    }

    /// Sends what waits and then `fresh`; answers go to `mailbox`. `character_of` shows who has used
    /// something up.
    pub(crate) fn send(
        &mut self,
        fresh: &[Intent],
        character_of: impl Fn(PlayerId) -> Option<Character>,
        mailbox: &Arc<Mailbox>,
    ) {
        for intent in fresh {
            let used = intent.reason == Reason::Use;
            let character = used.then(|| character_of(intent.player)).flatten();
            self.waiting.push_back(self.vault.asked(intent.clone(), character.as_ref()));
        }
        if self.waiting.is_empty() {
            return;
        }
        let batch = Batch {
            channel: self.channel,
            life: self.life,
            asked: self.waiting.drain(..).collect(),
            was_tried: false,
            asked_at: Instant::now(),
            mailbox: Arc::clone(mailbox),
        };
        if let Err(batch) = self.vault.try_send(batch) {
            self.waiting.extend(batch.asked);
        }
    }

    /// The zone was restored: all that it waits for is asked again. One that began anew counts anew, and
    /// waits for nothing of before.
    pub(crate) fn restart(&mut self, pending: Vec<Intent>, is_afresh: bool) {
        let asked = pending.into_iter().map(|intent| self.vault.asked(intent, None));
        self.waiting = asked.collect();
        self.life += u64::from(is_afresh);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::VAULT_BATCHES_MAX;
    use crate::vault::{Storage, VaultSettings, spawn};
    use massless_core::ids::{IntentId, ZoneId};
    use massless_core::intent::Entry;
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

    fn ids(batch: &Batch) -> Vec<u64> {
        batch.asked.iter().map(|asked| asked.intent.id.get()).collect()
    }

    #[test]
    fn what_finds_no_room_waits_in_its_order_and_goes_out_later() {
        let vault = Vault::unattended();
        let channel = ChannelId::first(ZoneId::new(1));
        let mut sender = Sender::new(vault.clone(), channel, 1);
        let mailbox = Arc::<Mailbox>::default();
        let room = VAULT_BATCHES_MAX as u64;
        for id in 1..=room + 10 {
            sender.send(&[intent(id)], |_| None, &mailbox);
        }
        assert_eq!(sender.waiting.len(), 10);
        let mut sent: Vec<u64> = vault.take().iter().flat_map(ids).collect();
        assert!(!sent.is_empty());
        sender.send(&[], |_| None, &mailbox);
        assert!(sender.waiting.is_empty(), "there is room again");
        while sent.len() as u64 != room + 10 {
            let more = vault.take();
            assert!(!more.is_empty(), "{} of all have come", sent.len());
            sent.extend(more.iter().flat_map(ids));
        }
        assert!(sent.into_iter().eq(1..=room + 10), "all, and in their order");
    }

    #[test]
    fn after_a_restore_all_that_is_pending_is_asked_again() {
        let vault = Vault::unattended();
        let mut sender = Sender::new(vault.clone(), ChannelId::first(ZoneId::new(1)), 1);
        sender.restart(vec![intent(7), intent(8)], true);
        sender.send(&[intent(9)], |_| None, &Arc::default());
        let batches = vault.take();
        assert_eq!((batches[0].life, ids(&batches[0])), (2, vec![7, 8, 9]));
    }

    #[test]
    fn answers_come_back_through_the_mailbox() {
        let settings = VaultSettings { delay: Duration::ZERO, storage: Storage::in_memory(1) };
        let (vault, threads) = spawn(settings).expect("a thread");
        let channel = ChannelId::first(ZoneId::new(1));
        let mut sender = Sender::new(vault.clone(), channel, 3);
        let mailbox = Arc::<Mailbox>::default();
        sender.send(&[intent(1), intent(2)], |_| None, &mailbox);
        let mut answered = Vec::new();
        while answered.len() < 2 {
            answered.extend(mailbox.take_notes().into_iter().map(|note| match note {
                crate::zone_runner::Note::Answer(answer) => (answer.life, answer.intent.get()),
                other => panic!("{other:?}"),
            }));
            std::thread::yield_now();
        }
        assert_eq!(answered, [(3, 1), (3, 2)]);
        vault.stop();
        for thread in threads {
            thread.join().expect("it ends well");
        }
    }
}
