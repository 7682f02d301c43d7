//! Seventh in the game rules' tick: casts that end, then skill starts, then weapon swings.
//!
//! Reads the arena; writes timers, mana and hits on their way. Nobody's hit points change here.

mod leap;
mod release;
mod start;

use shipyard::{AllStoragesViewMut, Get, Unique, UniqueViewMut, World};

use self::release::Areas;
use crate::arena::{Arena, Combat, Fighters, Results};
use crate::components::fighter::Action;
use crate::content::skill::{SkillDef, Timing};
use crate::event::Event;
use crate::ids::{ActorId, ItemId, PlayerId};
use crate::math::{Vec2, Vec3};
use crate::skills::{self, CAST_TOLERANCE};
use crate::units::Tick;
use crate::zone::roster::Slot;
use crate::zone::spawn;

/// Memory kept from tick to tick, and what has to wait until no view is held; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    active: Vec<(ActorId, Slot)>,
    /// Item slots of the bar that went down.
    items: Vec<(ActorId, PlayerId, ItemId)>,
    /// Who is somewhere else at once.
    blinks: Vec<(ActorId, Vec3)>,
    areas: Areas,
}

/// What the passes of this system work on.
struct Stage<'a, 'v> {
    arena: &'a Arena<'v>,
    fighters: &'a mut Fighters<'v>,
    results: &'a mut Results<'v>,
    scratch: &'a mut Scratch,
}

pub(crate) fn run(world: &World) {
    let mut scratch =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    world.run(|mut combat: Combat<'_>| {
        let Combat { arena, fighters, results } = &mut combat;
        let mut active = core::mem::take(&mut scratch.active);
        gather(arena, fighters, &mut active);
        let mut stage = Stage { arena, fighters, results, scratch: &mut scratch };
        for &(actor, slot) in &active {
            stage.go_on(actor, slot);
        }
        for &(actor, slot) in &active {
            stage.start(actor, slot);
        }
        for &(actor, slot) in &active {
            stage.swing(actor, slot);
        }
        scratch.active = active;
    });
    settle(world, &mut scratch);
    world.run(|mut kept: UniqueViewMut<'_, Scratch>| *kept = scratch);
}

/// Who may do something: every character, and creatures that fight.
fn gather(arena: &Arena<'_>, fighters: &mut Fighters<'_>, active: &mut Vec<(ActorId, Slot)>) {
    active.clear();
    for (actor, slot) in arena.roster.iter() {
        let Ok(mut fighter) = (&mut fighters.fighters).get(slot) else { continue };
        if let Ok(controls) = (&arena.controls).get(slot) {
            fighter.target = controls.input.target;
        }
        let is_character = arena.is_character(slot);
        if is_character || fighter.target.is_some() || fighter.action.is_some() {
            active.push((actor, slot));
        }
    }
}

/// Does what needed the whole world.
fn settle(world: &World, scratch: &mut Scratch) {
    leap::apply_blinks(world, &mut scratch.blinks);
    for plan in scratch.areas.drain(..) {
        world.run(|mut all: AllStoragesViewMut<'_>| {
            if release::has_room(&all) {
                spawn::add(&mut all, plan);
            }
        });
    }
    for (actor, player, item) in scratch.items.drain(..) {
        if let Err(reason) = super::acts::use_item_of(world, actor, item) {
            world.run(|mut results: Results<'_>| {
                results.tell(Event::Rejected { player, reason });
            });
        }
    }
}

impl Stage<'_, '_> {
    fn now(&self) -> Tick {
        self.arena.now()
    }

    /// A cast or channel under way: broken, working, or over.
    fn go_on(&mut self, actor: ActorId, slot: Slot) {
        let Some(action) = self.fighters.fighter(slot).action else { return };
        let content = self.arena.scene.content.clone();
        let Some(skill) = content.skill(action.skill) else { return };
        if self.is_broken(slot) {
            return self.break_off(actor, slot, &action, skill);
        }
        let now = self.now();
        match skill.timing {
            Timing::Cast(_) if now >= action.ends => {
                if !self.still_reaches(slot, &action, skill) {
                    return self.break_off(actor, slot, &action, skill);
                }
                let mut fighter = self.fighters.fighter_mut(slot);
                fighter.action = None;
                fighter.cool_down(skill.id, now + skill.cooldown, now);
                self.release(actor, slot, skill, (action.target, action.aim));
            }
            Timing::Channel { every, .. } if now >= action.next => {
                if !self.still_reaches(slot, &action, skill) {
                    return self.break_off(actor, slot, &action, skill);
                }
                let next = Action { next: action.next + every, ..action };
                self.fighters.fighter_mut(slot).action = (next.next <= action.ends).then_some(next);
                self.release(actor, slot, skill, (action.target, action.aim));
            }
            _ => {}
        }
    }

    /// Own movement, stun, silence or death end it.
    fn is_broken(&self, slot: Slot) -> bool {
        let sway = self.arena.sway(self.fighters.effects(slot));
        let walks = (&self.arena.controls)
            .get(slot)
            .is_ok_and(|controls| controls.heading(self.now()) != Vec2::ZERO);
        let is_alive = self.fighters.vitals(slot).is_alive();
        !is_alive || sway.stunned || sway.silenced || walks && !sway.rooted
    }

    fn break_off(&mut self, actor: ActorId, slot: Slot, action: &Action, skill: &SkillDef) {
        self.fighters.fighter_mut(slot).action = None;
        if matches!(skill.timing, Timing::Cast(_)) {
            let mut vitals = self.fighters.vitals_mut(slot);
            vitals.mana = (vitals.mana + action.mana).min(vitals.mana_max);
        }
        self.results.tell(Event::CastBroken { actor, skill: skill.id });
    }

    /// The target of a cast is still within range and 2 m, in sight and alive.
    fn still_reaches(&self, slot: Slot, action: &Action, skill: &SkillDef) -> bool {
        let Some(chosen) = action.target else { return true };
        let Some(target) = self.arena.roster.slot(chosen) else { return false };
        let found = self.fighters.seen(self.arena, slot, (chosen, target));
        let Some(found) = found else { return false };
        let traits = self.arena.traits(slot, self.fighters.effects(slot));
        let range = skills::range_of(skill, traits.range);
        let body = self.arena.body(slot);
        let from = (body.walker.position, body.facing);
        let map = &self.arena.scene.map;
        found.is_alive
            && (target == slot || skills::reaches(map, from, &found, range, CAST_TOLERANCE).is_ok())
    }

    /// A swing of the weapon at the chosen target, when the timer is over.
    fn swing(&mut self, actor: ActorId, slot: Slot) {
        let now = self.now();
        let fighter = self.fighters.fighter(slot);
        let Some(chosen) = fighter.target else { return };
        if now < fighter.swing_at || fighter.action.is_some() || fighter.dash.is_some() {
            return;
        }
        let Some(target) = self.arena.roster.slot(chosen) else { return };
        if target == slot || !self.fighters.vitals(slot).is_alive() {
            return;
        }
        let found = self.fighters.seen(self.arena, slot, (chosen, target));
        let Some(found) = found else { return };
        if !found.is_alive || !found.is_hostile || found.is_immune {
            return;
        }
        let traits = self.arena.traits(slot, self.fighters.effects(slot));
        let body = self.arena.body(slot);
        let from = (body.walker.position, body.facing);
        let map = &self.arena.scene.map;
        let reaches =
            skills::reaches(map, from, &found, traits.range, skills::RANGE_TOLERANCE).is_ok();
        if traits.sway.stunned || !reaches {
            return;
        }
        let power = self.arena.power(slot, &traits, traits.swing_bp);
        let swing_at = now + crate::units::Ticks::new(traits.swing_ticks);
        self.fighters.fighter_mut(slot).swing_at = swing_at;
        self.end_protection(slot, actor);
        self.launch((actor, slot), (chosen, target), None, power);
    }
}
