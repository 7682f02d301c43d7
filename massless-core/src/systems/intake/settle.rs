//! Applies the store's answers: only now bags, coin, levels and quests change.
//!
//! An answer to an unknown intent is ignored: it was settled before. A refused operation changes nothing;
//! what it locked is free again. What a player used up was applied when it was used.

use shipyard::{Get, UniqueView, UniqueViewMut, ViewMut, World};

use crate::character::{Item, QuestState};
use crate::components::{Drop, Identity};
use crate::event::{Event, Exit, Rejection};
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, IntentId, ItemUid, QuestId};
use crate::intent::{Answer, Entry, Intent, Place, Reason};
use crate::limits::{COIN_MAX, QUESTS_MAX};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::{Departures, Pending};

/// Applies (or drops) a pending operation.
pub(super) fn settle(world: &World, intent: IntentId, answer: &Answer) {
    let Some(intent) = take(world, intent) else { return };
    let created = match answer {
        Answer::Done { created } if fits(&intent, created) => Some(created.as_slice()),
        Answer::Done { .. } | Answer::Refused => None,
    };
    if let Some(thing) = intent.thing {
        take_from_ground(world, thing, &intent, created.is_some());
    }
    with_person(world, intent.player, |person| match created {
        Some(created) if intent.reason != Reason::Use => apply(person, &intent, created),
        Some(_) => {}
        None => refuse(person, &intent),
    });
}

fn take(world: &World, id: IntentId) -> Option<Intent> {
    world.run(|mut pending: UniqueViewMut<'_, Pending>| {
        let index = pending.list.binary_search_by_key(&id, |intent| intent.id).ok()?;
        Some(pending.list.remove(index))
    })
}

/// There is one name for each item that was to be created.
fn fits(intent: &Intent, created: &[ItemUid]) -> bool {
    let wanted = intent.entries.iter().filter(|entry| matches!(entry, Entry::Create { .. }));
    wanted.count() == created.len() && created.iter().all(|&uid| uid != ItemUid::default())
}

/// What is left of an item on the ground after an attempt to take it.
fn take_from_ground(world: &World, thing: ActorId, intent: &Intent, taken: bool) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         mut identities: ViewMut<'_, Identity>,
         mut drops: ViewMut<'_, Drop>,
         mut departures: UniqueViewMut<'_, Departures>| {
            let Some(slot) = roster.slot(thing) else { return };
            let Ok(mut drop) = (&mut drops).get(slot) else { return };
            if drop.taken_by != Some(intent.id) {
                return;
            }
            drop.taken_by = None;
            let mut identity = (&mut identities).get(slot).expect("every actor has an identity");
            let Kind::Item { quantity, .. } = &mut identity.kind else { return };
            if taken {
                *quantity = quantity.saturating_sub(pieces(intent));
            }
            if *quantity == 0 {
                // Nobody may take it in this very tick again; an empty stack is never saved.
                *quantity = 1;
                drop.taken_by = Some(intent.id);
                departures.0.push((thing, Exit::World));
            }
        },
    );
}

/// How many items an operation brings.
fn pieces(intent: &Intent) -> u16 {
    let pieces = intent.entries.iter().map(|entry| match *entry {
        Entry::Create { quantity, .. } | Entry::Grow { quantity, .. } => quantity,
        _ => 0,
    });
    pieces.fold(0, u16::saturating_add)
}

fn refuse(person: &mut Person<'_>, intent: &Intent) {
    match intent.reason {
        // Asked again at the next beat: what was earned is not lost.
        Reason::Kill => {
            let coin = intent.entries.iter().map(|entry| match *entry {
                Entry::Coin { delta } => u64::try_from(delta).unwrap_or(0),
                _ => 0,
            });
            person.hero.owed = person.hero.owed.saturating_add(coin.sum());
        }
        Reason::Level | Reason::Use => {}
        Reason::Loot
        | Reason::Quest
        | Reason::HandIn
        | Reason::Arrange
        | Reason::Discard
        | Reason::Kit => {
            let (player, reason) = (person.player, Rejection::StoreRefused);
            person.tell(Event::Rejected { player, reason });
        }
    }
}

fn apply(person: &mut Person<'_>, intent: &Intent, created: &[ItemUid]) {
    let mut names = created.iter().copied();
    for &entry in &intent.entries {
        match entry {
            Entry::Coin { delta } => earn(person, delta),
            Entry::Create { definition, rarity, quantity, bound, slot } => {
                let uid = names.next().expect("counted when the answer came");
                let item = Item { uid, definition, rarity, upgrade: 0, quantity, bound };
                receive(person, item, slot);
                tell_gained(person, intent.reason, &item, quantity);
            }
            Entry::Grow { uid, quantity } => {
                if let Some(item) = grow(person, uid, quantity) {
                    tell_gained(person, intent.reason, &item, quantity);
                }
            }
            Entry::Shrink { uid, quantity } => shrink(person, uid, quantity),
            Entry::Move { uid, from, to } => change_place(person, uid, from, to),
            Entry::Level { level } => person.rise(level),
            Entry::QuestDone { quest, experience } => finish_quest(person, quest, experience),
            Entry::QuestTaken { quest } => begin_quest(person, quest),
        }
    }
    person.refresh();
}

fn earn(person: &mut Person<'_>, delta: i64) {
    let sheet = person.hero.change();
    sheet.coin = sheet.coin.saturating_add(delta).clamp(0, COIN_MAX);
    if let Some(amount) = u32::try_from(delta).ok().filter(|&amount| amount > 0) {
        let player = person.player;
        person.tell(Event::Coin { player, amount });
    }
}

fn receive(person: &mut Person<'_>, item: Item, slot: u8) {
    let bag = &mut person.hero.change().bag;
    let free = |bag: &[Option<Item>], index: usize| bag.get(index).is_some_and(Option::is_none);
    let wanted = usize::from(slot);
    let index = if free(bag, wanted) {
        Some(wanted)
    } else {
        (0..bag.len()).find(|&index| free(bag, index))
    };
    debug_assert_eq!(index, Some(wanted), "the slot was reserved");
    if let Some(index) = index {
        bag[index] = Some(item);
    }
}

fn tell_gained(person: &mut Person<'_>, reason: Reason, item: &Item, quantity: u16) {
    if matches!(reason, Reason::Loot | Reason::Quest) {
        let (player, Item { definition, rarity, .. }) = (person.player, *item);
        person.tell(Event::Gained { player, definition, rarity, quantity });
    }
}

fn grow(person: &mut Person<'_>, uid: ItemUid, quantity: u16) -> Option<Item> {
    let bag = &mut person.hero.change().bag;
    let item = bag.iter_mut().flatten().find(|item| item.uid == uid)?;
    item.quantity = item.quantity.saturating_add(quantity);
    Some(*item)
}

/// Takes pieces off a stack; its last ends it.
pub(super) fn shrink(person: &mut Person<'_>, uid: ItemUid, quantity: u16) {
    let sheet = person.hero.change();
    let mut places = sheet.bag.iter_mut().chain(&mut sheet.worn);
    let Some(place) = places.find(|place| place.is_some_and(|item| item.uid == uid)) else {
        return;
    };
    if let Some(item) = place {
        item.quantity = item.quantity.saturating_sub(quantity);
        if item.quantity == 0 {
            *place = None;
        }
    }
}

fn change_place(person: &mut Person<'_>, uid: ItemUid, from: Place, to: Place) {
    let sheet = person.hero.change();
    let at = |sheet: &crate::character::Sheet, place| match place {
        Place::Bag(slot) => sheet.bag.get(usize::from(slot)).copied(),
        Place::Worn(slot) => sheet.worn.get(usize::from(slot)).copied(),
    };
    let (Some(Some(moved)), Some(other)) = (at(sheet, from), at(sheet, to)) else { return };
    if moved.uid != uid {
        return;
    }
    for (place, item) in [(from, other), (to, Some(moved))] {
        match place {
            Place::Bag(slot) => sheet.bag[usize::from(slot)] = item,
            Place::Worn(slot) => sheet.worn[usize::from(slot)] = item,
        }
    }
}

fn begin_quest(person: &mut Person<'_>, quest: QuestId) {
    let sheet = person.hero.change();
    if sheet.quests.len() >= QUESTS_MAX || sheet.quests.iter().any(|state| state.quest == quest) {
        return;
    }
    sheet.quests.push(QuestState { quest, count: 0 });
    let player = person.player;
    person.tell(Event::Quest { player, quest, count: 0, done: false });
}

fn finish_quest(person: &mut Person<'_>, quest: QuestId, experience: u32) {
    let sheet = person.hero.change();
    let count = sheet.quests.iter().find(|state| state.quest == quest).map_or(0, |it| it.count);
    sheet.quests.retain(|state| state.quest != quest);
    if let Err(index) = sheet.done.binary_search(&quest) {
        sheet.done.insert(index, quest);
    }
    let player = person.player;
    person.tell(Event::Quest { player, quest, count, done: true });
    person.learn(experience);
}
