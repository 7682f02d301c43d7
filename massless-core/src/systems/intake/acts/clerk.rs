//! The clerk: letters and the market, as far as the zone knows them. Game rules, section 12.
//!
//! Whom a letter is for, what one carries and what is offered stand in the store alone: it refuses what does not
//! fit, and its answer brings what is taken out.

use crate::event::Rejection;
use crate::holdings::{Person, Plan};
use crate::ids::ItemUid;
use crate::intent::{Entry, Place, Reason, SlotSet};
use crate::limits::{COIN_MAX, LISTING_PRICE_MAX, MAIL_ITEMS_MAX};
use crate::units::Level;

use super::items::{free_to_move, to_give};
use super::near::affords;

/// Sends the letter of a draft, with what is put into it.
pub(super) fn send_mail(
    person: &mut Person<'_>,
    (draft, coin): (u64, i64),
    items: &[ItemUid],
) -> Result<(), Rejection> {
    if !(0..=COIN_MAX).contains(&coin) || items.len() > MAIL_ITEMS_MAX {
        return Err(Rejection::BadNumber);
    }
    let postage = person.content().services().postage(items.len());
    let mut entries = vec![Entry::Coin { delta: -postage }];
    for (index, &uid) in items.iter().enumerate() {
        if items[..index].contains(&uid) {
            return Err(Rejection::BadNumber);
        }
        let (slot, item) = to_give(person, uid)?;
        free_to_move(person, &item, Place::Bag(slot))?;
        entries.push(Entry::Escrow { uid });
    }
    affords(person, postage + coin)?;
    entries.push(Entry::Post { draft, coin });
    person.ask(Reason::Mail, entries).map(|_| ())
}

/// Takes all that a letter carries.
pub(super) fn claim_mail(person: &mut Person<'_>, mail: u64) -> Result<(), Rejection> {
    refuse_twice(
        person,
        |entry| matches!(entry, Entry::Claim { mail: named, .. } if named == mail),
    )?;
    let free = Plan::of(person).free_slots(MAIL_ITEMS_MAX);
    let slots = free.into_iter().fold(SlotSet::default(), SlotSet::with);
    person.ask(Reason::Claim, vec![Entry::Claim { mail, slots }]).map(|_| ())
}

/// Puts an item up at the market.
pub(super) fn list(person: &mut Person<'_>, uid: ItemUid, price: i64) -> Result<(), Rejection> {
    may_deal(person)?;
    if !(1..=LISTING_PRICE_MAX).contains(&price) {
        return Err(Rejection::BadNumber);
    }
    let (slot, item) = to_give(person, uid)?;
    free_to_move(person, &item, Place::Bag(slot))?;
    let fee = person.content().services().market_fee(price);
    affords(person, fee)?;
    let entries = vec![Entry::Coin { delta: -fee }, Entry::List { uid, price }];
    person.ask(Reason::List, entries).map(|_| ())
}

/// Buys an offer at the price it was seen at.
pub(super) fn buy_listing(
    person: &mut Person<'_>,
    listing: u64,
    price: i64,
) -> Result<(), Rejection> {
    may_deal(person)?;
    if !(1..=LISTING_PRICE_MAX).contains(&price) {
        return Err(Rejection::BadNumber);
    }
    refuse_twice(
        person,
        |entry| matches!(entry, Entry::Buy { listing: named, .. } if named == listing),
    )?;
    affords(person, price)?;
    let slot = Plan::of(person).free_slot().ok_or(Rejection::BagFull)?;
    person.ask(Reason::Buy, vec![Entry::Buy { listing, price, slot }]).map(|_| ())
}

/// Takes an offer back; the item comes by mail.
pub(super) fn unlist(person: &mut Person<'_>, listing: u64) -> Result<(), Rejection> {
    refuse_twice(person, |entry| entry == Entry::Unlist { listing })?;
    person.ask(Reason::Unlist, vec![Entry::Unlist { listing }]).map(|_| ())
}

/// The market is for those of some experience.
fn may_deal(person: &Person<'_>) -> Result<(), Rejection> {
    let level = Level::new(person.content().services().market_level);
    if person.level() < level { Err(Rejection::LevelTooLow) } else { Ok(()) }
}

/// Refuses what waits for the store already.
fn refuse_twice(person: &Person<'_>, is_it: impl Fn(Entry) -> bool) -> Result<(), Rejection> {
    if person.stakes().entries().any(is_it) { Err(Rejection::Locked) } else { Ok(()) }
}
