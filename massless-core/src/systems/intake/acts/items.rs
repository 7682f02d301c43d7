//! Items: taken from the ground, put on and off, arranged, thrown away. Game rules, section 8.

use shipyard::{Get, UniqueView, View, ViewMut, World};

use crate::character::Item;
use crate::components::{Body, Drop, Identity};
use crate::content::item::{EquipSlot, ItemDef, ItemKind};
use crate::event::Rejection;
use crate::holdings::bag::Ware;
use crate::holdings::{Person, Plan, with_person};
use crate::ids::{ActorId, IntentId, ItemUid, PlayerId};
use crate::intent::{Entry, Place, Reason};
use crate::limits::{BAG_SLOTS, PICK_UP_METRES};
use crate::math::{Vec3, ground};
use crate::view::Kind;
use crate::zone::roster::Roster;

/// Something on the ground as it is found.
struct Found {
    place: Vec3,
    ware: Ware,
    quantity: u16,
    drop: Drop,
}

/// Takes an item from the ground, or as many of a stack as fit.
pub(super) fn pick_up(world: &World, player: PlayerId, thing: ActorId) -> Result<(), Rejection> {
    let found = find(world, thing);
    let asked = with_person(world, player, |person| {
        person.alive()?;
        let found = found.ok_or(Rejection::NoSuchItem)?;
        plan_pick_up(person, thing, &found)
    });
    let intent = asked.unwrap_or(Err(Rejection::NotHere))?;
    mark_taken(world, thing, intent);
    Ok(())
}

fn find(world: &World, thing: ActorId) -> Option<Found> {
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         identities: View<'_, Identity>,
         drops: View<'_, Drop>| {
            let slot = roster.slot(thing)?;
            let drop = (&drops).get(slot).ok()?.clone();
            let identity = (&identities).get(slot).expect("every actor has an identity");
            let Kind::Item { definition, rarity, quantity } = identity.kind else { return None };
            let place = (&bodies).get(slot).expect("every actor has a body").walker.position;
            let ware = Ware { definition, rarity, bound: false };
            Some(Found { place, ware, quantity, drop })
        },
    )
}

fn plan_pick_up(
    person: &mut Person<'_>,
    thing: ActorId,
    found: &Found,
) -> Result<IntentId, Rejection> {
    let Found { place, ware, quantity, drop } = found;
    if person.now >= drop.gone_at {
        return Err(Rejection::NoSuchItem);
    }
    let reach = PICK_UP_METRES * PICK_UP_METRES;
    if ground(*place).distance_squared(ground(person.place)) > reach {
        return Err(Rejection::TooFar);
    }
    if drop.owner != person.player && person.now < drop.free_at {
        return Err(Rejection::NotYours);
    }
    if drop.taken_by.is_some() {
        return Err(Rejection::Locked);
    }
    let mut plan = Plan::of(person);
    if plan.add(*ware, *quantity) == 0 {
        return Err(Rejection::BagFull);
    }
    let entries = plan.into_entries();
    person.ask_for(Some(thing), Reason::Loot, entries)
}

fn mark_taken(world: &World, thing: ActorId, intent: IntentId) {
    world.run(|roster: UniqueView<'_, Roster>, mut drops: ViewMut<'_, Drop>| {
        let slot = roster.slot(thing).expect("it was just found");
        (&mut drops).get(slot).expect("it was just found").taken_by = Some(intent);
    });
}

/// Puts gear on; what was worn there takes its place in the bag. Two hands leave no off-hand.
pub(super) fn equip(person: &mut Person<'_>, uid: ItemUid) -> Result<(), Rejection> {
    person.alive()?;
    let (index, item) = carried(person, uid)?;
    let def = definition(person, &item)?;
    let slot = def.slot().ok_or(Rejection::WrongItem)?;
    if !def.classes.is_empty() && !def.classes.contains(&person.hero.sheet.class) {
        return Err(Rejection::WrongClass);
    }
    if def.level > person.level() {
        return Err(Rejection::LevelTooLow);
    }
    let from = Place::Bag(index);
    let to = place_of(slot);
    free_to_move(person, &item, from)?;
    free_place(person, to)?;
    let mut entries = vec![Entry::Move { uid, from, to }];
    if let Some((other, worn)) = in_the_way(person, def, slot) {
        let away = place_of(other);
        free_to_move(person, &worn, away)?;
        // The place the new piece leaves is free unless another piece goes there.
        let leaves_free = person.hero.sheet.worn[slot as usize].is_none();
        let to = if leaves_free { from } else { free_bag_place(person)? };
        entries.push(Entry::Move { uid: worn.uid, from: away, to });
    }
    person.ask(Reason::Arrange, entries).map(|_| ())
}

/// What must come off for it: the off-hand for two hands, two hands for an off-hand.
fn in_the_way(person: &Person<'_>, def: &ItemDef, slot: EquipSlot) -> Option<(EquipSlot, Item)> {
    let worn = |slot: EquipSlot| person.hero.sheet.worn[slot as usize].map(|item| (slot, item));
    match slot {
        EquipSlot::Weapon if def.weapon().is_some_and(|weapon| weapon.two_handed) => {
            worn(EquipSlot::OffHand)
        }
        EquipSlot::OffHand => worn(EquipSlot::Weapon).filter(|(_, item)| {
            let weapon = person.content().item(item.definition).and_then(ItemDef::weapon);
            weapon.is_some_and(|weapon| weapon.two_handed)
        }),
        _ => None,
    }
}

/// Takes gear off, into the first free slot.
pub(super) fn take_off(person: &mut Person<'_>, slot: EquipSlot) -> Result<(), Rejection> {
    person.alive()?;
    let item = person.hero.sheet.worn[slot as usize].ok_or(Rejection::NoSuchItem)?;
    let from = place_of(slot);
    free_to_move(person, &item, from)?;
    let to = free_bag_place(person)?;
    person.ask(Reason::Arrange, vec![Entry::Move { uid: item.uid, from, to }]).map(|_| ())
}

/// Moves an item within the bag; equal stacks join, other things change places.
pub(super) fn arrange(person: &mut Person<'_>, from: u8, to: u8) -> Result<(), Rejection> {
    person.alive()?;
    if from == to || usize::from(from) >= BAG_SLOTS || usize::from(to) >= BAG_SLOTS {
        return Err(Rejection::BadNumber);
    }
    let bag = &person.hero.sheet.bag;
    let item = bag[usize::from(from)].ok_or(Rejection::NoSuchItem)?;
    let other = bag[usize::from(to)];
    free_to_move(person, &item, Place::Bag(from))?;
    free_place(person, Place::Bag(to))?;
    if let Some(other) = &other {
        free_to_move(person, other, Place::Bag(to))?;
    }
    let stack_max = definition(person, &item)?.stack_max;
    let room = other.filter(|other| is_alike(&item, other)).map(|other| {
        let room = stack_max.saturating_sub(other.quantity).min(item.quantity);
        (other.uid, room)
    });
    let entries = match room {
        Some((uid, quantity)) if quantity > 0 => {
            vec![Entry::Shrink { uid: item.uid, quantity }, Entry::Grow { uid, quantity }]
        }
        _ => {
            let (from, to) = (Place::Bag(from), Place::Bag(to));
            vec![Entry::Move { uid: item.uid, from, to }]
        }
    };
    person.ask(Reason::Arrange, entries).map(|_| ())
}

pub(super) fn is_alike(a: &Item, b: &Item) -> bool {
    let key = |item: &Item| (item.definition, item.rarity, item.upgrade, item.bound);
    key(a) == key(b)
}

/// Puts a part of a stack into a free slot.
pub(super) fn split(
    person: &mut Person<'_>,
    (from, to): (u8, u8),
    quantity: u16,
) -> Result<(), Rejection> {
    person.alive()?;
    if from == to || usize::from(from) >= BAG_SLOTS || usize::from(to) >= BAG_SLOTS {
        return Err(Rejection::BadNumber);
    }
    let bag = &person.hero.sheet.bag;
    let item = bag[usize::from(from)].ok_or(Rejection::NoSuchItem)?;
    if quantity == 0 || quantity >= item.quantity || bag[usize::from(to)].is_some() {
        return Err(Rejection::BadNumber);
    }
    free_to_move(person, &item, Place::Bag(from))?;
    free_place(person, Place::Bag(to))?;
    let Item { uid, definition, rarity, bound, .. } = item;
    let entries = vec![
        Entry::Shrink { uid, quantity },
        Entry::Create { definition, rarity, quantity, bound, slot: to },
    ];
    person.ask(Reason::Arrange, entries).map(|_| ())
}

/// Throws pieces of a stack away for good.
pub(super) fn discard(
    person: &mut Person<'_>,
    uid: ItemUid,
    quantity: u16,
) -> Result<(), Rejection> {
    person.alive()?;
    if quantity == 0 {
        return Err(Rejection::BadNumber);
    }
    let (index, item) = carried(person, uid)?;
    if quantity > item.quantity {
        return Err(Rejection::NoSuchItem);
    }
    free_to_move(person, &item, Place::Bag(index))?;
    person.ask(Reason::Discard, vec![Entry::Shrink { uid, quantity }]).map(|_| ())
}

/// Where an item of the bag is.
pub(super) fn carried(person: &Person<'_>, uid: ItemUid) -> Result<(u8, Item), Rejection> {
    let bag = (0_u8..).zip(&person.hero.sheet.bag);
    let mut items = bag.filter_map(|(index, item)| Some((index, (*item)?)));
    items.find(|(_, item)| item.uid == uid).ok_or(Rejection::NoSuchItem)
}

/// An item of the bag that may change its owner.
pub(super) fn to_give(person: &Person<'_>, uid: ItemUid) -> Result<(u8, Item), Rejection> {
    let (index, item) = carried(person, uid)?;
    let is_of_quest = definition(person, &item)?.kind == ItemKind::Quest;
    if item.bound || is_of_quest { Err(Rejection::Bound) } else { Ok((index, item)) }
}

pub(super) fn definition<'a>(person: &Person<'a>, item: &Item) -> Result<&'a ItemDef, Rejection> {
    person.content().item(item.definition).ok_or(Rejection::NoSuchItem)
}

const fn place_of(slot: EquipSlot) -> Place {
    Place::Worn(slot as u8)
}

pub(super) fn free_to_move(
    person: &Person<'_>,
    item: &Item,
    place: Place,
) -> Result<(), Rejection> {
    if person.stakes().is_locked(item.uid, place) { Err(Rejection::Locked) } else { Ok(()) }
}

pub(super) fn free_place(person: &Person<'_>, place: Place) -> Result<(), Rejection> {
    if person.stakes().is_reserved(place) { Err(Rejection::Locked) } else { Ok(()) }
}

fn free_bag_place(person: &Person<'_>) -> Result<Place, Rejection> {
    Plan::of(person).free_slot().map(Place::Bag).ok_or(Rejection::BagFull)
}
