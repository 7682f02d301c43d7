//! The storage keeper: things put away, taken back, and more room for them. Game rules, section 8.

use crate::character::Item;
use crate::event::Rejection;
use crate::holdings::{Person, Plan};
use crate::ids::ItemUid;
use crate::intent::{Entry, Place, Reason};

use super::items::{carried, definition, free_to_move, is_alike};
use super::near::affords;

/// Puts a whole item into the storage: onto an equal stack with room for all of it, else into the
/// first free slot.
pub(super) fn deposit(person: &mut Person<'_>, uid: ItemUid) -> Result<(), Rejection> {
    let (index, item) = carried(person, uid)?;
    let from = Place::Bag(index);
    free_to_move(person, &item, from)?;
    let stakes = person.stakes();
    let slots = (0_u8..).map(Place::Stored).zip(&person.hero.sheet.storage);
    let free = slots.clone().find(|&(place, slot)| slot.is_none() && !stakes.is_reserved(place));
    let free = free.map(|(place, _)| place);
    let entries = put(person, (from, item), slots, free.ok_or(Rejection::StorageFull))?;
    person.ask(Reason::Storage, entries).map(|_| ())
}

/// Takes a whole item out of the storage, likewise.
pub(super) fn withdraw(person: &mut Person<'_>, uid: ItemUid) -> Result<(), Rejection> {
    let slots = (0_u8..).map(Place::Stored).zip(&person.hero.sheet.storage);
    let mut items = slots.filter_map(|(place, item)| Some((place, (*item)?)));
    let found = items.find(|(_, item)| item.uid == uid);
    let (from, item) = found.ok_or(Rejection::NoSuchItem)?;
    free_to_move(person, &item, from)?;
    let slots = (0_u8..).map(Place::Bag).zip(&person.hero.sheet.bag);
    let free = Plan::of(person).free_slot().map(Place::Bag).ok_or(Rejection::BagFull);
    let entries = put(person, (from, item), slots, free)?;
    person.ask(Reason::Storage, entries).map(|_| ())
}

/// Onto a stack that has room for all of it, else to the free place.
fn put<'a>(
    person: &Person<'_>,
    (from, item): (Place, Item),
    slots: impl Iterator<Item = (Place, &'a Option<Item>)>,
    free: Result<Place, Rejection>,
) -> Result<Vec<Entry>, Rejection> {
    let stack_max = definition(person, &item)?.stack_max;
    let stakes = person.stakes();
    let has_room = |place: Place, other: &Item| {
        let coming = stakes.growth(other.uid, place);
        coming.is_some_and(|more| {
            let sum = u32::from(other.quantity) + u32::from(more) + u32::from(item.quantity);
            sum <= u32::from(stack_max)
        })
    };
    let mut stacks = slots.filter_map(|(place, slot)| Some((place, slot.as_ref()?)));
    let stack = stacks.find(|&(place, other)| is_alike(&item, other) && has_room(place, other));
    if let Some((_, other)) = stack {
        let (uid, quantity) = (item.uid, item.quantity);
        return Ok(vec![Entry::Shrink { uid, quantity }, Entry::Grow { uid: other.uid, quantity }]);
    }
    free.map(|to| vec![Entry::Move { uid: item.uid, from, to }])
}

/// Buys more room.
pub(super) fn enlarge(person: &mut Person<'_>) -> Result<(), Rejection> {
    if person.stakes().entries().any(|entry| matches!(entry, Entry::StorageSlots { .. })) {
        return Err(Rejection::Locked);
    }
    let next = person.content().services().next_storage(person.hero.sheet.storage.len());
    let (slots, coin) = next.ok_or(Rejection::AtMost)?;
    affords(person, coin)?;
    let entries = vec![Entry::Coin { delta: -coin }, Entry::StorageSlots { slots }];
    person.ask(Reason::Storage, entries).map(|_| ())
}
