//! Things that work when they are used, and breaking off what one is doing.
//!
//! Draughts act at once and are gone at once; the store is told with an intent that is applied already.

use super::super::settle::shrink;
use crate::character::Item;
use crate::components::fighter::Action;
use crate::content::item::{ItemKind, Use};
use crate::content::skill::Timing;
use crate::event::{Event, Rejection};
use crate::formulas;
use crate::holdings::Person;
use crate::ids::{ItemId, ItemUid, SkillId};
use crate::intent::{Entry, Place, Reason};
use crate::units::Ticks;
use crate::zone::state::{Blow, BlowKind};

/// Ticks after a hit by a character in which draughts heal less. Game rules, section 6.
const PLAYER_COMBAT_TICKS: u32 = 100;
/// What draughts heal then, basis points.
const PLAYER_COMBAT_BP: i64 = 6_000;
/// Index of the cooldown of health draughts.
const HEALTH: usize = 0;
/// Index of the cooldown of mana draughts.
const MANA: usize = 1;
/// Index of the cooldown of scrolls.
const SCROLL: usize = 2;

/// Uses one item.
pub(super) fn use_item(person: &mut Person<'_>, uid: ItemUid) -> Result<(), Rejection> {
    person.alive()?;
    let slot = slot_where(person, |item| item.uid == uid)?;
    use_slot(person, slot)
}

/// Uses the first item of a kind that is not locked.
pub(super) fn use_kind(person: &mut Person<'_>, definition: ItemId) -> Result<(), Rejection> {
    person.alive()?;
    let stakes = person.stakes();
    let free = (0_u8..).zip(&person.hero.sheet.bag).find_map(|(slot, item)| {
        let item = item.as_ref().filter(|item| item.definition == definition)?;
        (!stakes.is_locked(item.uid, Place::Bag(slot))).then_some(slot)
    });
    match free {
        Some(slot) => use_slot(person, slot),
        None => use_slot(person, slot_where(person, |item| item.definition == definition)?),
    }
}

fn slot_where(person: &Person<'_>, wanted: impl Fn(&Item) -> bool) -> Result<u8, Rejection> {
    let bag = &person.hero.sheet.bag;
    let index = bag.iter().position(|item| item.as_ref().is_some_and(&wanted));
    index.and_then(|index| u8::try_from(index).ok()).ok_or(Rejection::NoSuchItem)
}

fn use_slot(person: &mut Person<'_>, slot: u8) -> Result<(), Rejection> {
    let item = person.hero.sheet.bag[usize::from(slot)].ok_or(Rejection::NoSuchItem)?;
    let def = person.content().item(item.definition).ok_or(Rejection::NoSuchItem)?;
    let ItemKind::Consumable { action, cooldown } = def.kind else {
        return Err(Rejection::WrongItem);
    };
    if person.stakes().is_locked(item.uid, Place::Bag(slot)) {
        return Err(Rejection::Locked);
    }
    if def.level > person.level() {
        return Err(Rejection::LevelTooLow);
    }
    match action {
        Use::Health { amount } => {
            ready(person, HEALTH)?;
            if person.vitals.hit_points >= person.vitals.hit_points_max {
                return Err(Rejection::NoEffect);
            }
            consume(person, item, HEALTH, cooldown)?;
            heal(person, amount);
        }
        Use::Mana { amount } => {
            ready(person, MANA)?;
            if person.vitals.mana >= person.vitals.mana_max {
                return Err(Rejection::NoEffect);
            }
            consume(person, item, MANA, cooldown)?;
            let vitals = &mut *person.vitals;
            vitals.mana = vitals.mana.saturating_add(amount).min(vitals.mana_max);
        }
        Use::Return { cast } => begin_reading(person, item.definition, cast)?,
    }
    Ok(())
}

/// Reading takes time and no combat; the scroll is used up when it works.
fn begin_reading(
    person: &mut Person<'_>,
    definition: ItemId,
    cast: Ticks,
) -> Result<(), Rejection> {
    ready(person, SCROLL)?;
    if person.vitals.combat_until > person.now {
        return Err(Rejection::InCombat);
    }
    if person.fighter.action.is_some() {
        return Err(Rejection::Busy);
    }
    if person.fighter.dash.is_some() {
        return Err(Rejection::Leaping);
    }
    let skill = SkillId::new(definition.get());
    person.fighter.action = Some(Action {
        skill,
        target: None,
        aim: None,
        began: person.now,
        ends: person.now + cast,
        next: person.now,
        mana: 0,
    });
    let actor = person.actor;
    person.tell(Event::CastBegan { actor, skill, target: None, ticks: cast });
    Ok(())
}

/// The scroll that was read to its end is gone; none of them may have been given away meanwhile.
pub(crate) fn use_up_scroll(person: &mut Person<'_>, definition: ItemId) -> Result<(), Rejection> {
    let slot = slot_where(person, |item| item.definition == definition)?;
    let item = person.hero.sheet.bag[usize::from(slot)].ok_or(Rejection::NoSuchItem)?;
    if person.stakes().is_locked(item.uid, Place::Bag(slot)) {
        return Err(Rejection::Locked);
    }
    let cooldown =
        crate::systems::recall::reading_of(person.content(), SkillId::new(definition.get()));
    let (_, cooldown) = cooldown.ok_or(Rejection::WrongItem)?;
    consume(person, item, SCROLL, cooldown)
}

fn ready(person: &Person<'_>, group: usize) -> Result<(), Rejection> {
    if person.hero.item_ready[group] > person.now { Err(Rejection::NotReady) } else { Ok(()) }
}

fn consume(
    person: &mut Person<'_>,
    item: Item,
    group: usize,
    cooldown: Ticks,
) -> Result<(), Rejection> {
    person.ask(Reason::Use, vec![Entry::Shrink { uid: item.uid, quantity: 1 }])?;
    shrink(person, item.uid, 1);
    person.hero.item_ready[group] = person.now + cooldown;
    Ok(())
}

/// Healing of a tick is committed together with its damage.
fn heal(person: &mut Person<'_>, amount: u32) {
    let hurt = person.vitals.hurt_by_character;
    let lately = hurt.get() > 0 && person.now.since(hurt).get() < PLAYER_COMBAT_TICKS;
    let bp = if lately { PLAYER_COMBAT_BP } else { formulas::WHOLE_BP };
    let amount = u32::try_from(formulas::of_bp(i64::from(amount), bp)).unwrap_or(u32::MAX);
    person.blows.list.push(Blow {
        target: person.actor,
        source: person.actor,
        skill: None,
        amount,
        kind: BlowKind::Healing,
    });
}

/// Breaks the own cast or channel off: a cast's mana comes back.
pub(super) fn stop(person: &mut Person<'_>) -> Result<(), Rejection> {
    person.alive()?;
    let Some(action) = person.fighter.action.take() else { return Err(Rejection::NoEffect) };
    let def = person.content().skill(action.skill);
    if def.is_some_and(|def| matches!(def.timing, Timing::Cast(_))) {
        let vitals = &mut *person.vitals;
        vitals.mana = vitals.mana.saturating_add(action.mana).min(vitals.mana_max);
    }
    let (actor, skill) = (person.actor, action.skill);
    person.tell(Event::CastBroken { actor, skill });
    Ok(())
}
