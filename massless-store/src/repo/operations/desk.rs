//! All that a batch of operations touches, in memory: read once, changed by one operation after the
//! other, written once.

use std::collections::{BTreeMap, BTreeSet};

use massless_core::event::Rejection;

use super::draft::Draft;
use super::job::{Job, Work};
use super::{Outcome, answer, entries, realm};
use crate::error::StoreError;
use crate::rows::item::{EventRow, ItemRow};
use crate::rows::ledger::{AccountRow, EntryRow, NewOutbox, NewTrade, TxRow};
use crate::rows::post::{DraftRow, ListingRow, MailRow};

/// Owner, area, slot.
pub(super) type Slot = (i64, i16, i16);

/// What an operation must know of a character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) level: i16,
    pub(super) storage_slots: i16,
}

/// A small change of a character that is no item and no coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Level { who: i64, level: i16 },
    Storage { who: i64, slots: i16 },
    Reset { who: i64 },
    QuestTaken { who: i64, quest: i32 },
    QuestDone { who: i64, quest: i32, experience: i64 },
    Rank { who: i64, skill: i32, grade: i16 },
    Pity { who: i64, definition: i32, rarity: i16, target: i16, failures: i32 },
}

/// An item as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Was {
    pub(super) version: i64,
    pub(super) owner: i64,
    pub(super) place: Option<(i16, i16)>,
}

/// Operations of this batch, as they will stand in the tables.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) txs: Vec<TxRow>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) outbox: Vec<NewOutbox>,
    pub(super) trades: Vec<NewTrade>,
    pub(super) strokes: Vec<Stroke>,
    pub(super) spent_drafts: Vec<i64>,
}

/// What was read, as it is after the operations so far.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) now: i64,
    pub(super) shard: u8,
    /// Operations that are in the ledger already: hash of the request, answer.
    pub(super) known: BTreeMap<Vec<u8>, (Vec<u8>, String)>,
    /// Epoch and host by character.
    pub(super) leases: BTreeMap<i64, (i64, Option<String>)>,
    pub(super) shut: BTreeSet<String>,
    pub(super) items: BTreeMap<i64, ItemRow>,
    pub(super) were: BTreeMap<i64, Was>,
    pub(super) slots: BTreeMap<Slot, i64>,
    pub(super) accounts: BTreeMap<i64, AccountRow>,
    pub(super) people: BTreeMap<i64, Person>,
    /// State by character and quest.
    pub(super) quests: BTreeMap<(i64, i32), i16>,
    pub(super) drafts: BTreeMap<i64, DraftRow>,
    pub(super) mails: BTreeMap<i64, MailRow>,
    pub(super) new_mails: BTreeSet<i64>,
    pub(super) changed_mails: BTreeSet<i64>,
    pub(super) listings: BTreeMap<i64, ListingRow>,
    pub(super) new_listings: BTreeSet<i64>,
    pub(super) changed_listings: BTreeSet<i64>,
    /// Letters in the inbox, by character.
    pub(super) inbox: BTreeMap<i64, i64>,
    /// Open offers, by character.
    pub(super) offers: BTreeMap<i64, i64>,
    /// Numbers that nobody has yet; the last one goes first.
    pub(super) fresh: Fresh,
    pub(super) pages: Pages,
}

/// Numbers for what is created.
#[derive(Clone, Debug, Default)]
pub(super) struct Fresh {
    pub(super) items: Vec<i64>,
    pub(super) mails: Vec<i64>,
    pub(super) listings: Vec<i64>,
}

impl Desk {
    /// Plans one operation; what is refused leaves no trace.
    pub(super) fn settle(&mut self, job: &Job<'_>) -> Result<Outcome, StoreError> {
        if let Some((hash, text)) = self.known.get(&job.id.get()[..]) {
            if hash[..] != job.hash[..] {
                return Ok(Outcome::Mismatch);
            }
            metrics::counter!("massless_econ_duplicates_total").increment(1);
            return Ok(Outcome::Done(answer::from_text(text)?));
        }
        if !self.holds_leases(job) {
            return Ok(Outcome::Fenced);
        }
        if job.kind.path().is_some_and(|path| self.shut.contains(path)) {
            return Ok(Outcome::Refused(Rejection::PathShut));
        }
        let mut draft = Draft::new(self, job);
        let outcome = match &job.work {
            Work::Intent(intent) => entries::plan(&mut draft, intent),
            other => realm::plan(&mut draft, other),
        };
        match outcome.and_then(|()| draft.finish()) {
            Ok(plan) => {
                let answer = plan.answer.clone();
                self.take(job, plan);
                Ok(Outcome::Done(answer))
            }
            Err(why) => Ok(Outcome::Refused(why)),
        }
    }

    /// Each party's character is held under the epoch that the operation names.
    fn holds_leases(&self, job: &Job<'_>) -> bool {
        job.parties().iter().all(|party| {
            let named = job.epochs.iter().find(|(who, _)| who == party).map(|(_, epoch)| *epoch);
            let current = self.leases.get(party).map(|(epoch, _)| *epoch);
            named.is_some() && named == current
        })
    }

    fn take(&mut self, job: &Job<'_>, plan: super::draft::Plan) {
        let id = job.id.get().to_vec();
        let text = answer::to_text(&plan.answer);
        let lease = job.actor.and_then(|actor| self.leases.get(&actor));
        let held = lease.filter(|_| !job.epochs.is_empty());
        self.pages.txs.push(TxRow {
            id: id.clone(),
            kind: job.kind.number(),
            request_hash: job.hash.to_vec(),
            result: text.clone(),
            actor_id: job.actor,
            actor_host: held.and_then(|(_, host)| host.clone()),
            actor_epoch: held.map(|(epoch, _)| *epoch),
            reverses: None,
            created_at: self.now,
        });
        self.known.insert(id.clone(), (job.hash.to_vec(), text));
        for (account_id, delta) in plan.deltas.into_iter().filter(|(_, delta)| *delta != 0) {
            let account = self.accounts.get_mut(&account_id).expect("the draft looked at it");
            account.balance += delta;
            account.version += 1;
            self.pages.entries.push(EntryRow {
                tx_id: id.clone(),
                account_id,
                delta,
                account_version: account.version,
                balance_after: account.balance,
            });
        }
        for (slot, item) in plan.slots {
            match item {
                Some(item) => self.slots.insert(slot, item),
                None => self.slots.remove(&slot),
            };
        }
        self.items.extend(plan.items);
        self.take_post(plan.post);
        for stroke in &plan.strokes {
            self.note(*stroke);
        }
        self.pages.strokes.extend(plan.strokes);
        self.pages.events.extend(plan.events);
        self.pages.trades.extend(plan.trade);
        self.pages.outbox.push(plan.outbox);
        self.fresh = plan.fresh;
    }

    fn take_post(&mut self, post: super::draft::Post) {
        for mail in post.mails {
            let id = mail.id;
            if self.mails.insert(id, mail).is_none() {
                self.new_mails.insert(id);
            } else if !self.new_mails.contains(&id) {
                self.changed_mails.insert(id);
            }
        }
        for listing in post.listings {
            let id = listing.id;
            if self.listings.insert(id, listing).is_none() {
                self.new_listings.insert(id);
            } else if !self.new_listings.contains(&id) {
                self.changed_listings.insert(id);
            }
        }
        for draft in post.spent {
            self.drafts.remove(&draft);
            self.pages.spent_drafts.push(draft);
        }
        for (who, more) in post.inbox {
            *self.inbox.entry(who).or_default() += more;
        }
        for (who, more) in post.offers {
            *self.offers.entry(who).or_default() += more;
        }
    }

    /// Later operations of the batch see what earlier ones did.
    fn note(&mut self, stroke: Stroke) {
        match stroke {
            Stroke::Level { who, level } => {
                self.people.entry(who).and_modify(|person| person.level = level);
            }
            Stroke::Storage { who, slots } => {
                self.people.entry(who).and_modify(|person| person.storage_slots = slots);
            }
            Stroke::QuestTaken { who, quest } => {
                self.quests.insert((who, quest), QUEST_TAKEN);
            }
            Stroke::QuestDone { who, quest, .. } => {
                self.quests.insert((who, quest), QUEST_DONE);
            }
            Stroke::Reset { .. } | Stroke::Rank { .. } | Stroke::Pity { .. } => {}
        }
    }
}

/// `character_quest.state` of a quest that is taken.
pub(super) const QUEST_TAKEN: i16 = 1;
/// `character_quest.state` of a quest that is done.
pub(super) const QUEST_DONE: i16 = 2;
