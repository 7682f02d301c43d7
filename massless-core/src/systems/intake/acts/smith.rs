//! The smith: gear refined with luck, and things exchanged. Game rules, section 8.
//!
//! The outcome is drawn when it is asked for, mixed with the zone's secret word; what the store commits
//! is that outcome. Until then the item is locked.

use crate::character::Item;
use crate::content::item::ItemKind;
use crate::content::services::{Benefit, Failure};
use crate::event::Rejection;
use crate::holdings::bag::Ware;
use crate::holdings::{Person, Plan};
use crate::ids::{ItemId, ItemUid};
use crate::intent::{Entry, Place, Reason};
use crate::limits::UPGRADE_MAX;
use crate::rng::{Draws, Stream};

use super::items::{definition, free_to_move};
use super::near::{affords, at_peace};

/// What is to be refined, and with what help.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) item: ItemUid,
    pub(super) incense: bool,
    pub(super) oil: bool,
}

/// One attempt at the next upgrade.
pub(super) fn refine(person: &mut Person<'_>, secret: u64, order: Order) -> Result<(), Rejection> {
    at_peace(person)?;
    let (place, item) = held(person, order.item)?;
    let def = definition(person, &item)?;
    if !matches!(def.kind, ItemKind::Gear { .. }) {
        return Err(Rejection::WrongItem);
    }
    if item.upgrade >= UPGRADE_MAX {
        return Err(Rejection::AtMost);
    }
    free_to_move(person, &item, place)?;
    let services = person.content().services();
    let target = item.upgrade + 1;
    let step = services.upgrade(target).ok_or(Rejection::NobodyHere)?;
    let failures = failures(person, &item, target);
    let chance = services.upgrade_bp(step, failures, order.incense);
    let wasted = order.incense && services.upgrade_bp(step, failures, false) == chance
        || order.oil && !services.oil_helps(target);
    if wasted {
        return Err(Rejection::NoEffect);
    }
    let coin = services.upgrade_price(def, step, person.hero.sheet.faction);
    affords(person, coin)?;
    let mut plan = Plan::of(person);
    take(person, &mut plan, step.material, 1)?;
    for (wanted, help) in [(order.incense, services.incense.0), (order.oil, services.oil.0)] {
        if wanted {
            take(person, &mut plan, help, 1)?;
        }
    }
    let works = draw(person, secret) < chance;
    let uid = item.uid;
    let outcome = match step.failure {
        _ if works => Entry::Upgrade { uid, to: target },
        _ if order.oil => Entry::Upgrade { uid, to: item.upgrade },
        Failure::Nothing => Entry::Upgrade { uid, to: item.upgrade },
        Failure::Minus(lost) => Entry::Upgrade { uid, to: item.upgrade.saturating_sub(lost) },
        Failure::ToZero => Entry::Upgrade { uid, to: 0 },
        Failure::Destroyed => Entry::Shrink { uid, quantity: 1 },
    };
    let counted = if works { 0 } else { failures.saturating_add(1) };
    // The item first: the answer is told by it.
    let mut entries = vec![outcome, Entry::Coin { delta: -coin }];
    entries.extend(plan.into_entries());
    if counted != failures {
        let (definition, rarity) = (item.definition, item.rarity);
        entries.push(Entry::Pity { definition, rarity, target, failures: counted });
    }
    person.ask(Reason::Upgrade, entries).map(|_| ())
}

/// Uniform in 0..10 000; each attempt of a tick has a draw of its own.
fn draw(person: &Person<'_>, secret: u64) -> u32 {
    let seed = person.scene.seed ^ secret;
    let draws = Draws::new(seed, person.actor, person.now, Stream::Upgrade);
    draws.uniform(person.pending.newest as u32, 10_000)
}

/// Where an item of the bag or of what is worn is.
fn held(person: &Person<'_>, uid: ItemUid) -> Result<(Place, Item), Rejection> {
    let sheet = &person.hero.sheet;
    let bag = (0_u8..).map(Place::Bag).zip(&sheet.bag);
    let worn = (0_u8..).map(Place::Worn).zip(&sheet.worn);
    let mut items = bag.chain(worn).filter_map(|(place, item)| Some((place, (*item)?)));
    items.find(|(_, item)| item.uid == uid).ok_or(Rejection::NoSuchItem)
}

/// Failures in a row, those that the store has still to commit included.
fn failures(person: &Person<'_>, item: &Item, target: u8) -> u16 {
    let key = (item.definition, item.rarity, target);
    let waiting = person.stakes().entries().filter_map(|entry| match entry {
        Entry::Pity { definition, rarity, target, failures } => {
            (key == (definition, rarity, target)).then_some(failures)
        }
        _ => None,
    });
    waiting
        .last()
        .unwrap_or_else(|| person.hero.sheet.failures(item.definition, item.rarity, target))
}

/// Takes things out of the plan's bag, or says that they are not there or locked.
fn take(
    person: &Person<'_>,
    plan: &mut Plan<'_>,
    item: ItemId,
    count: u16,
) -> Result<(), Rejection> {
    plan.remove(item, count).map_err(|_| {
        let items = person.hero.sheet.bag.iter().flatten();
        let own = items.filter(|held| held.definition == item);
        let held: u32 = own.map(|held| u32::from(held.quantity)).sum();
        if held >= u32::from(count) { Rejection::Locked } else { Rejection::NoMaterial }
    })
}

/// Gives things and coin for one of another.
pub(super) fn exchange(person: &mut Person<'_>, recipe: u8) -> Result<(), Rejection> {
    let services = person.content().services();
    let recipe = services.recipes.get(usize::from(recipe)).ok_or(Rejection::BadNumber)?;
    let coin = i64::from(recipe.coin);
    let coin = services.price_for(person.hero.sheet.faction, Benefit::Smith, coin);
    affords(person, coin)?;
    let mut plan = Plan::of(person);
    plan.push(Entry::Coin { delta: -coin });
    for &(item, count) in &recipe.takes {
        take(person, &mut plan, item, count)?;
    }
    plan.add_all(Ware { definition: recipe.gives, rarity: 0, bound: false }, 1)?;
    let entries = plan.into_entries();
    person.ask(Reason::Exchange, entries).map(|_| ())
}
