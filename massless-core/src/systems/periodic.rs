//! Ninth in the game rules' tick: effects over time work, toggles are paid.

use shipyard::{Get, Unique, UniqueViewMut, World};

use super::hits::{Desk, Strike, Way, end_effects_of};
use crate::arena::{Arena, Combat, Fighters};
use crate::content::effect::OverTime;
use crate::content::skill::Timing;
use crate::event::Event;
use crate::ids::{ActorId, SkillId};
use crate::units::Tick;
use crate::zone::roster::Slot;

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    strikes: Vec<(Strike, OverTime)>,
    payments: Vec<(ActorId, Slot, SkillId)>,
}

pub(crate) fn run(world: &World) {
    let mut scratch =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    world.run(|mut combat: Combat<'_>| {
        let Combat { arena, fighters, results } = &mut combat;
        gather(arena, fighters, &mut scratch);
        let mut summons = Vec::new();
        let mut desk = Desk { arena, fighters, results, summons: &mut summons };
        for (strike, works) in scratch.strikes.drain(..) {
            match works {
                OverTime::Damage => {
                    desk.hurt(&strike);
                }
                OverTime::Heal => desk.heal(&strike),
            }
        }
        for (actor, slot, skill) in scratch.payments.drain(..) {
            pay(&mut desk, actor, slot, skill);
        }
    });
    world.run(|mut kept: UniqueViewMut<'_, Scratch>| *kept = scratch);
}

fn gather(arena: &Arena<'_>, fighters: &mut Fighters<'_>, scratch: &mut Scratch) {
    let now = arena.now();
    let content = &arena.scene.content;
    for (actor, slot) in arena.roster.iter() {
        let Ok(effects) = (&fighters.effects).get(slot) else { continue };
        let is_due = |effect: &crate::components::effects::Effect| {
            effect.every > 0 && effect.next <= now && now < effect.until
        };
        if effects.list.iter().any(is_due) && fighters.vitals(slot).is_alive() {
            let mut effects = fighters.effects_mut(slot);
            for effect in effects.list.iter_mut().filter(|effect| is_due(effect)) {
                effect.next = effect.next + crate::units::Ticks::new(effect.every);
                let def = content.effect(effect.effect).expect("effects are known");
                let Some(works) = def.over_time else { continue };
                let strike = Strike {
                    source: effect.caster,
                    target: actor,
                    slot,
                    skill: None,
                    power: effect.power,
                    released: now,
                    way: Way::Effect,
                    drain_bp: 0,
                };
                scratch.strikes.push((strike, works));
            }
        }
        let Ok(fighter) = (&fighters.fighters).get(slot) else { continue };
        let due = fighter.toggles.iter().filter(|&&(_, at): &&(SkillId, Tick)| at <= now);
        scratch.payments.extend(due.map(|&(skill, _)| (actor, slot, skill)));
    }
}

/// Takes a toggle's mana, or ends it.
fn pay(desk: &mut Desk<'_, '_>, actor: ActorId, slot: Slot, skill: SkillId) {
    let now = desk.arena.now();
    let content = desk.arena.scene.content.clone();
    let def = content.skill(skill).expect("toggles are of known skills");
    let Timing::Toggle { every, mana } = def.timing else { return };
    let is_alive = desk.fighters.vitals(slot).is_alive();
    let pays = is_alive && desk.fighters.vitals(slot).mana >= mana;
    let mut fighter = desk.fighters.fighter_mut(slot);
    if pays {
        for toggle in fighter.toggles.iter_mut().filter(|toggle| toggle.0 == skill) {
            toggle.1 = now + every;
        }
        desk.fighters.vitals_mut(slot).mana -= mana;
        return;
    }
    fighter.toggles.retain(|&(on, _)| on != skill);
    let mut effects = desk.fighters.effects_mut(slot);
    let results = &mut *desk.results;
    end_effects_of(&mut effects, def, actor, |effect| {
        results.tell(Event::EffectLost { target: actor, effect });
    });
}
