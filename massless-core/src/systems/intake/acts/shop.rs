//! Shops: what they sell and what they take. Game rules, sections 8 and 10.

use crate::content::zone::NpcDef;
use crate::event::Rejection;
use crate::holdings::bag::Ware;
use crate::holdings::{Person, Plan};
use crate::ids::{ItemId, ItemUid};
use crate::intent::{Entry, Place, Reason};

use super::items::{definition, free_to_move, to_give};
use super::near::affords;

/// Buys pieces of a ware, at most a whole stack at a time.
pub(super) fn buy(
    person: &mut Person<'_>,
    npc: &NpcDef,
    item: ItemId,
    quantity: u16,
) -> Result<(), Rejection> {
    let services = person.content().services();
    let shop = npc.shop.and_then(|shop| services.shop(shop)).ok_or(Rejection::NotForSale)?;
    let def = person.content().item(item).ok_or(Rejection::NotForSale)?;
    if shop.wares.binary_search(&item).is_err() || def.price == 0 {
        return Err(Rejection::NotForSale);
    }
    if quantity == 0 || quantity > def.stack_max {
        return Err(Rejection::BadNumber);
    }
    let coin = services.shop_price(def, person.hero.sheet.faction) * i64::from(quantity);
    affords(person, coin)?;
    let mut plan = Plan::of(person);
    plan.push(Entry::Coin { delta: -coin });
    plan.add_all(Ware { definition: item, rarity: 0, bound: false }, quantity)?;
    let entries = plan.into_entries();
    person.ask(Reason::Shop, entries).map(|_| ())
}

/// Sells pieces of a stack or a piece of gear.
pub(super) fn sell(person: &mut Person<'_>, uid: ItemUid, quantity: u16) -> Result<(), Rejection> {
    let (index, item) = to_give(person, uid)?;
    let def = definition(person, &item)?;
    if quantity == 0 {
        return Err(Rejection::BadNumber);
    }
    if quantity > item.quantity {
        return Err(Rejection::NoSuchItem);
    }
    free_to_move(person, &item, Place::Bag(index))?;
    let piece = person.content().services().sale_price(def, item.rarity);
    if piece == 0 {
        return Err(Rejection::NotForSale);
    }
    let delta = piece * i64::from(quantity);
    if delta > person.coin_room() {
        return Err(Rejection::PurseFull);
    }
    let entries = vec![Entry::Shrink { uid, quantity }, Entry::Coin { delta }];
    person.ask(Reason::Sale, entries).map(|_| ())
}
