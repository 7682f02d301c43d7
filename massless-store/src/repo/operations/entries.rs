//! The entries of an intent, one after the other, as changes of a draft.

use massless_core::event::Rejection;
use massless_core::intent::{Entry, Intent, Place, Reason};
use massless_core::limits::{STORAGE_SLOTS_MAX, UPGRADE_MAX};
use serde_json::json;

use super::desk::{QUEST_DONE, Stroke};
use super::draft::{Draft, Fresco};
use super::job::number;
use super::post;
use crate::rows::item::{Owner, columns_of};
use crate::rows::ledger::{AccountRow, NewTrade};

const REFUSED: Rejection = Rejection::StoreRefused;

/// Plans all entries of an intent.
pub(super) fn plan(draft: &mut Draft<'_>, intent: &Intent) -> Result<(), Rejection> {
    let who = number(intent.player);
    for &entry in &intent.entries {
        plan_entry(draft, who, entry)?;
    }
    if intent.reason == Reason::Trade {
        draft.trade = trade(draft, intent);
    }
    Ok(())
}

fn plan_entry(draft: &mut Draft<'_>, who: i64, entry: Entry) -> Result<(), Rejection> {
    match entry {
        Entry::Coin { delta } => draft.mint(who, delta),
        Entry::Create { definition, rarity, quantity, bound, slot } => {
            let place = Some(columns_of(Place::Bag(slot)));
            let what = Fresco { definition: definition.get(), rarity, quantity, is_bound: bound };
            let id = draft.create(Owner::Character(who), place, what)?;
            draft.created.push(id);
            Ok(())
        }
        Entry::Grow { uid, quantity } => {
            let id = draft.own(who, uid).ok_or(REFUSED)?.id;
            draft.resize(id, quantity.into())
        }
        Entry::Shrink { uid, quantity } => {
            let id = draft.own(who, uid).ok_or(REFUSED)?.id;
            draft.resize(id, -i32::from(quantity))
        }
        Entry::Move { uid, to, .. } => {
            let id = draft.own(who, uid).ok_or(REFUSED)?.id;
            draft.swap(id, columns_of(to))
        }
        Entry::Upgrade { uid, to } => {
            let item = draft.own(who, uid).filter(|_| to <= UPGRADE_MAX).ok_or(REFUSED)?;
            let id = item.id;
            draft.refine(id, to)
        }
        Entry::Level { .. }
        | Entry::QuestDone { .. }
        | Entry::QuestTaken { .. }
        | Entry::Pity { .. }
        | Entry::Rank { .. }
        | Entry::ResetPoints
        | Entry::StorageSlots { .. } => {
            let stroke = stroke(draft, who, entry)?;
            draft.strokes.push(stroke);
            Ok(())
        }
        Entry::Depart { .. } => Ok(()),
        Entry::Pass { .. } | Entry::Pay { .. } => exchange(draft, entry),
        Entry::Escrow { .. }
        | Entry::Post { .. }
        | Entry::Claim { .. }
        | Entry::List { .. }
        | Entry::Buy { .. }
        | Entry::Unlist { .. } => post::plan(draft, who, entry),
    }
}

/// What a character has achieved.
fn stroke(draft: &Draft<'_>, who: i64, entry: Entry) -> Result<Stroke, Rejection> {
    let person = draft.desk.people.get(&who).ok_or(REFUSED)?;
    let quest_state = |quest: u16| draft.desk.quests.get(&(who, quest.into())).copied();
    let stroke = match entry {
        Entry::Level { level } => {
            let level = i16::from(level);
            if level <= person.level {
                return Err(REFUSED);
            }
            Stroke::Level { who, level }
        }
        // A reward is given once.
        Entry::QuestDone { quest, experience } => {
            if quest_state(quest.get()) == Some(QUEST_DONE) {
                return Err(REFUSED);
            }
            Stroke::QuestDone { who, quest: quest.get().into(), experience: experience.into() }
        }
        Entry::QuestTaken { quest } => {
            if quest_state(quest.get()) == Some(QUEST_DONE) {
                return Err(REFUSED);
            }
            Stroke::QuestTaken { who, quest: quest.get().into() }
        }
        Entry::Pity { definition, rarity, target, failures } => Stroke::Pity {
            who,
            definition: definition.get().into(),
            rarity: rarity.into(),
            target: target.into(),
            failures: failures.into(),
        },
        Entry::Rank { skill, rank } => {
            Stroke::Rank { who, skill: skill.get().into(), grade: rank.into() }
        }
        Entry::ResetPoints => Stroke::Reset { who },
        Entry::StorageSlots { slots } => {
            let fits = usize::from(slots) <= STORAGE_SLOTS_MAX;
            let slots = i16::from(slots);
            if !fits || slots <= person.storage_slots {
                return Err(REFUSED);
            }
            Stroke::Storage { who, slots }
        }
        _ => return Err(REFUSED),
    };
    Ok(stroke)
}

/// What one side of a trade gives the other.
fn exchange(draft: &mut Draft<'_>, entry: Entry) -> Result<(), Rejection> {
    const UNFIT: Rejection = Rejection::TradeUnfit;
    match entry {
        Entry::Pass { uid, from, to, slot } if from != to => {
            let (from, to) = (number(from), number(to));
            let item = draft.own(from, uid).filter(|item| !item.is_bound).ok_or(UNFIT)?;
            let id = item.id;
            let place = Some(columns_of(Place::Bag(slot)));
            draft.hand_over(id, Owner::Character(to), place).map_err(|_| UNFIT)
        }
        Entry::Pay { from, to, amount } if from != to && amount > 0 => {
            let (from, to) = (number(from), number(to));
            draft.pay(&AccountRow::wallet(from), &AccountRow::wallet(to), amount).map_err(|_| UNFIT)
        }
        _ => Err(UNFIT),
    }
}

/// What each side gave, for whoever looks into it later.
fn trade(draft: &Draft<'_>, intent: &Intent) -> Option<NewTrade> {
    let parties = intent.parties();
    let &[a, b] = &parties[..] else { return None };
    let offer = |side| {
        let items: Vec<u64> = intent
            .entries
            .iter()
            .filter_map(|entry| match *entry {
                Entry::Pass { uid, from, .. } if from == side => Some(uid.get()),
                _ => None,
            })
            .collect();
        let coin: i64 = intent
            .entries
            .iter()
            .map(|entry| match *entry {
                Entry::Pay { from, amount, .. } if from == side => amount,
                _ => 0,
            })
            .sum();
        json!({ "items": items, "coin": coin }).to_string()
    };
    Some(NewTrade {
        a_id: number(a),
        b_id: number(b),
        state: TRADE_COMMITTED,
        a_offer: offer(a),
        b_offer: offer(b),
        a_revision: 0,
        b_revision: 0,
        tx_id: Some(draft.tx_id()),
        created_at: draft.desk.now,
    })
}

/// `trade.state` of one that is done. Others live in their zone alone.
const TRADE_COMMITTED: i16 = 3;
