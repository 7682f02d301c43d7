//! What a committed operation does to the character it is about.

use crate::character::{Item, Pity, QuestState, Sheet};
use crate::event::Event;
use crate::holdings::Person;
use crate::ids::{ItemUid, QuestId, ZoneId};
use crate::intent::{Entry, Intent, Place, Reason};
use crate::limits::{COIN_MAX, QUESTS_MAX, STORAGE_SLOTS_MAX};

/// What an answer brings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brought<'a> {
    /// Names of what was created.
    pub(super) created: &'a [ItemUid],
    /// Items of a letter or an offer, with their slots.
    pub(super) items: &'a [(u8, Item)],
    /// Coin of a letter.
    pub(super) coin: i64,
}

/// Changes the sheet by all entries of an operation.
pub(super) fn apply(person: &mut Person<'_>, intent: &Intent, brought: Brought<'_>) {
    let refined = refined_before(person, intent);
    let mut names = brought.created.iter().copied();
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
            _ => serve(person, entry),
        }
    }
    for &(slot, item) in brought.items {
        receive(person, item, slot);
        tell_gained(person, intent.reason, &item, item.quantity);
    }
    earn(person, brought.coin);
    person.refresh();
    if let Some(item) = refined {
        tell_refined(person, &item);
    }
}

/// The gear that an attempt at the smith's is about: the first entry names it.
fn refined_before(person: &Person<'_>, intent: &Intent) -> Option<Item> {
    let (Reason::Upgrade, Some(first)) = (intent.reason, intent.entries.first()) else {
        return None;
    };
    let (Entry::Upgrade { uid: named, .. } | Entry::Shrink { uid: named, .. }) = *first else {
        return None;
    };
    person.hero.sheet.items().find(|item| item.uid == named).copied()
}

fn tell_refined(person: &mut Person<'_>, before: &Item) {
    let now = person.hero.sheet.items().find(|item| item.uid == before.uid);
    let (player, after) = (person.player, now.map(|item| item.upgrade));
    let (definition, before) = (before.definition, before.upgrade);
    person.tell(Event::Refined { player, definition, before, after });
}

/// What NPCs and the clerk were asked for.
fn serve(person: &mut Person<'_>, entry: Entry) {
    match entry {
        Entry::Upgrade { uid, to } => {
            let sheet = person.hero.change();
            let mut items = sheet.bag.iter_mut().chain(&mut sheet.worn).flatten();
            if let Some(item) = items.find(|item| item.uid == uid) {
                item.upgrade = to;
            }
        }
        Entry::Pity { definition, rarity, target, failures } => {
            person.hero.change().set_failures(Pity { definition, rarity, target, failures });
        }
        Entry::Rank { skill, rank } => person.hero.change().set_rank(skill, rank),
        Entry::ResetPoints => person.hero.change().reset_points(),
        Entry::StorageSlots { slots } => {
            let slots = usize::from(slots).min(STORAGE_SLOTS_MAX);
            let storage = &mut person.hero.change().storage;
            storage.resize(slots.max(storage.len()), None);
        }
        Entry::Depart { zone } => depart(person, zone),
        Entry::Escrow { uid } | Entry::List { uid, .. } => {
            take_away(person, uid);
        }
        Entry::Post { coin, .. } => earn(person, -coin),
        Entry::Buy { price, .. } => earn(person, -price),
        Entry::Claim { .. } | Entry::Unlist { .. } => {}
        // Between two characters: `trade` does it for both at once.
        Entry::Pass { .. } | Entry::Pay { .. } => {}
        _ => unreachable!("the caller applies the others"),
    }
}

/// It leaves as through a portal, as soon as it can.
fn depart(person: &mut Person<'_>, zone: ZoneId) {
    let arrival = person.content().zone(zone).map(|def| def.arrival.centre);
    person.hero.bound_for = arrival.map(|place| (zone, place));
}

/// Takes a whole item out of the inventory.
pub(super) fn take_away(person: &mut Person<'_>, uid: ItemUid) -> Option<Item> {
    let bag = &mut person.hero.change().bag;
    let place = bag.iter_mut().find(|place| place.is_some_and(|item| item.uid == uid))?;
    place.take()
}

/// Coin comes or goes.
pub(super) fn earn(person: &mut Person<'_>, delta: i64) {
    if delta == 0 {
        return;
    }
    let sheet = person.hero.change();
    sheet.coin = sheet.coin.saturating_add(delta).clamp(0, COIN_MAX);
    if let Some(amount) = u32::try_from(delta).ok().filter(|&amount| amount > 0) {
        let player = person.player;
        person.tell(Event::Coin { player, amount });
    }
}

/// Puts an item into its reserved slot.
pub(super) fn receive(person: &mut Person<'_>, item: Item, slot: u8) {
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

pub(super) fn tell_gained(person: &mut Person<'_>, reason: Reason, item: &Item, quantity: u16) {
    let gains = matches!(
        reason,
        Reason::Loot
            | Reason::Quest
            | Reason::Shop
            | Reason::Exchange
            | Reason::Trade
            | Reason::Claim
            | Reason::Buy
    );
    if gains {
        let (player, Item { definition, rarity, .. }) = (person.player, *item);
        person.tell(Event::Gained { player, definition, rarity, quantity });
    }
}

fn grow(person: &mut Person<'_>, uid: ItemUid, quantity: u16) -> Option<Item> {
    let sheet = person.hero.change();
    let mut items = sheet.bag.iter_mut().chain(&mut sheet.storage).flatten();
    let item = items.find(|item| item.uid == uid)?;
    item.quantity = item.quantity.saturating_add(quantity);
    Some(*item)
}

/// Takes pieces off a stack; its last ends it.
pub(in crate::systems::intake) fn shrink(person: &mut Person<'_>, uid: ItemUid, quantity: u16) {
    let sheet = person.hero.change();
    let mut places = sheet.bag.iter_mut().chain(&mut sheet.worn).chain(&mut sheet.storage);
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
    let Some(&mut Some(moved)) = slot_at(sheet, from) else { return };
    let Some(&mut other) = slot_at(sheet, to) else { return };
    if moved.uid != uid {
        return;
    }
    for (place, item) in [(from, other), (to, Some(moved))] {
        if let Some(slot) = slot_at(sheet, place) {
            *slot = item;
        }
    }
}

fn slot_at(sheet: &mut Sheet, place: Place) -> Option<&mut Option<Item>> {
    match place {
        Place::Bag(slot) => sheet.bag.get_mut(usize::from(slot)),
        Place::Worn(slot) => sheet.worn.get_mut(usize::from(slot)),
        Place::Stored(slot) => sheet.storage.get_mut(usize::from(slot)),
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
