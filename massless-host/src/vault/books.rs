//! The books in memory: what was answered, so that asking twice changes nothing twice.

use std::collections::BTreeMap;

use massless_core::command::{Character, Command};
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, IntentId, ItemUid, PlayerId};
use massless_core::intent::{Answer, Intent};
use massless_core::ledger::{self, MemoryLedger};

use super::OperationId;
use crate::channels::ChannelId;
use crate::limits::ANSWERS_KEPT;

/// What the operations of all zones came to.
#[derive(Debug)]
pub(crate) struct Books {
    ledger: MemoryLedger,
    /// By zone and life; each holds its newest answers.
    answered: BTreeMap<(ChannelId, u64), BTreeMap<IntentId, Answer>>,
}

impl Books {
    /// Empty books; items are named from `first_uid` on.
    pub(super) fn new(first_uid: u64) -> Self {
        let ledger = MemoryLedger::after(ItemUid::new(first_uid.saturating_sub(1)));
        Self { ledger, answered: BTreeMap::new() }
    }

    /// A character of level 1 with its starter kit; `None` for a class or faction that is not there.
    pub(super) fn newborn(
        &mut self,
        content: &Content,
        (class, faction): (ClassId, FactionId),
        (name, look): (&str, u8),
    ) -> Option<Character> {
        let mut uids = || self.ledger.fresh_uid();
        ledger::starter(content, class, faction, name, look, &mut uids)
    }

    /// Takes note of what a character has when it enters the world.
    pub(super) fn enrol(&mut self, player: PlayerId, character: &Character) {
        self.ledger.enrol(player, character);
    }

    /// Commits an operation, or tells again what became of it.
    pub(super) fn settle(&mut self, id: OperationId, intent: &Intent) -> Answer {
        let answered = self.answered.entry((id.channel, id.life)).or_default();
        if let Some(answer) = answered.get(&id.intent) {
            return answer.clone();
        }
        let mut commands = self.ledger.settle(id.channel.zone, std::slice::from_ref(intent));
        let answer = match commands.pop() {
            Some(Command::Answer { answer, .. }) => answer,
            _ => Answer::refused(),
        };
        answered.insert(id.intent, answer.clone());
        if answered.len() > ANSWERS_KEPT {
            answered.pop_first();
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::{ItemId, ZoneId};
    use massless_core::intent::{Entry, Reason};

    fn create(id: u64) -> Intent {
        let entry = Entry::Create {
            definition: ItemId::new(5_002),
            rarity: 0,
            quantity: 3,
            bound: false,
            slot: 0,
        };
        Intent {
            id: IntentId::new(id),
            player: PlayerId::new(1),
            reason: Reason::Loot,
            thing: None,
            entries: vec![entry],
        }
    }

    fn operation(life: u64, intent: u64) -> OperationId {
        let channel = ChannelId::first(ZoneId::new(1));
        OperationId { channel, life, intent: IntentId::new(intent) }
    }

    #[test]
    fn what_is_asked_again_is_answered_again_and_done_once() {
        let mut books = Books::new(1_000);
        let first = books.settle(operation(1, 1), &create(1));
        assert_eq!(first, Answer::done(vec![ItemUid::new(1_000)]));
        assert_eq!(books.settle(operation(1, 1), &create(1)), first);
        assert_eq!(books.ledger.books().pieces(ItemId::new(5_002)), 3);
        let second = books.settle(operation(2, 1), &create(1));
        assert_ne!(second, first, "a zone that began anew means another operation");
        assert_eq!(books.ledger.books().pieces(ItemId::new(5_002)), 6);
    }
}
