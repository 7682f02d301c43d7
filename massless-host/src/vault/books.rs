//! The books in memory: what was answered, so that asking twice changes nothing twice.

use std::collections::BTreeMap;

use massless_core::ids::{IntentId, ItemUid};
use massless_core::intent::{Answer, Entry, Intent};

use super::OperationId;
use crate::channels::ChannelId;
use crate::limits::ANSWERS_KEPT;

/// What the operations of all zones came to.
#[derive(Debug)]
pub(super) struct Books {
    next_uid: u64,
    /// By zone and life; each holds its newest answers.
    answered: BTreeMap<(ChannelId, u32), BTreeMap<IntentId, Answer>>,
}

impl Books {
    /// Empty books; the first item gets `first_uid`.
    pub(super) const fn new(first_uid: u64) -> Self {
        Self { next_uid: first_uid, answered: BTreeMap::new() }
    }

    /// Commits an operation, or tells again what became of it.
    pub(super) fn settle(&mut self, id: OperationId, intent: &Intent) -> Answer {
        let answered = self.answered.entry((id.channel, id.life)).or_default();
        if let Some(answer) = answered.get(&id.intent) {
            return answer.clone();
        }
        let created = intent.entries.iter().filter(|entry| matches!(entry, Entry::Create { .. }));
        let first = self.next_uid;
        self.next_uid += created.count() as u64;
        let answer = Answer::Done { created: (first..self.next_uid).map(ItemUid::new).collect() };
        answered.insert(id.intent, answer.clone());
        if answered.len() > ANSWERS_KEPT {
            answered.pop_first();
        }
        count(intent, &answer);
        answer
    }
}

fn count(intent: &Intent, answer: &Answer) {
    let result = match answer {
        Answer::Done { .. } => "done",
        Answer::Refused => "refused",
    };
    metrics::counter!("massless_intents_total",
        "reason" => reason_label(intent), "result" => result)
    .increment(1);
}

fn reason_label(intent: &Intent) -> &'static str {
    use massless_core::intent::Reason;
    match intent.reason {
        Reason::Kill => "kill",
        Reason::Loot => "loot",
        Reason::Quest => "quest",
        Reason::HandIn => "hand_in",
        Reason::Use => "use",
        Reason::Arrange => "arrange",
        Reason::Discard => "discard",
        Reason::Level => "level",
        Reason::Kit => "kit",
    }
}
