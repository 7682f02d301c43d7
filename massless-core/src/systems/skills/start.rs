//! Skill starts: of characters by the buttons of their input, of creatures by their abilities.

use shipyard::Get;

use super::Stage;
use crate::character::BarEntry;
use crate::components::fighter::Action;
use crate::content::item::EquipSlot;
use crate::content::skill::{Aim, SkillDef, Timing};
use crate::event::{Event, Rejection};
use crate::formulas::mana_of_rank;
use crate::ids::{ActorId, ItemId, SkillId};
use crate::limits::BAR_SLOTS;
use crate::math::Vec2;
use crate::skills::{self, SWING_PAUSE_TICKS, Starter};
use crate::units::Ticks;
use crate::zone::roster::Slot;

/// Units of a chosen place in one metre.
const AIM_UNITS: f32 = 64.0;

impl Stage<'_, '_> {
    /// At most one skill starts in a tick.
    pub(super) fn start(&mut self, actor: ActorId, slot: Slot) {
        if self.arena.is_character(slot) {
            self.press(actor, slot);
        } else {
            self.use_ability(actor, slot);
        }
    }

    fn press(&mut self, actor: ActorId, slot: Slot) {
        let now = self.now();
        let arena = self.arena;
        let controls = (&arena.controls).get(slot).expect("every character has controls");
        let (held, pressed) = controls.buttons(now);
        if held | pressed == 0 {
            return;
        }
        let hero = (&arena.heroes).get(slot).expect("every character has progress");
        let aim = controls.input.aim.map(|[x, z]| Vec2::new(f32::from(x), f32::from(z)));
        let aim = aim.map(|place| place / AIM_UNITS);
        for index in (0..BAR_SLOTS).filter(|index| (held | pressed) >> index & 1 == 1) {
            let went_down = pressed >> index & 1 == 1;
            let outcome = match hero.sheet.bar[index] {
                BarEntry::Empty => Err(Rejection::EmptySlot),
                BarEntry::Skill(skill) => {
                    self.try_start((actor, slot), skill, (controls.input.target, aim))
                }
                BarEntry::Item(item) => {
                    if went_down {
                        self.scratch.items.push((actor, controls.player, item));
                    }
                    continue;
                }
            };
            match outcome {
                Ok(()) => return,
                Err(reason) if went_down => {
                    self.results.tell(Event::Rejected { player: controls.player, reason });
                }
                Err(_) => {}
            }
        }
    }

    /// Starts a character's skill, or says why not.
    fn try_start(
        &mut self,
        (actor, slot): (ActorId, Slot),
        skill: SkillId,
        (target, aim): (Option<ActorId>, Option<Vec2>),
    ) -> Result<(), Rejection> {
        let content = self.arena.scene.content.clone();
        let skill = content.skill(skill).ok_or(Rejection::NotLearned)?;
        let hero = (&self.arena.heroes).get(slot).expect("every character has progress");
        let level = self.arena.identity(slot).level;
        let weapon = hero.sheet.worn[EquipSlot::Weapon as usize];
        let row = weapon.and_then(|item| Some(content.item(item.definition)?.weapon()?.row));
        let row: Option<ItemId> = row;
        skills::has_learned(skill, hero.sheet.class, level, row)?;
        if self.switch_off((actor, slot), skill) {
            return Ok(());
        }
        self.check(slot, skill, (target, aim))?;
        self.begin((actor, slot), skill, (target, aim));
        Ok(())
    }

    /// Who the skill goes to: an ally's skill without an ally goes to the caster.
    fn recipient(
        &self,
        (actor, slot): (ActorId, Slot),
        skill: &SkillDef,
        target: Option<ActorId>,
    ) -> Option<ActorId> {
        match skill.aim {
            Aim::Caster => Some(actor),
            Aim::Ally => {
                let ally = target.filter(|&target| {
                    let found = self.arena.roster.slot(target);
                    let found =
                        found.and_then(|found| self.fighters.target(self.arena, slot, found));
                    found.is_some_and(|found| found.is_ally && found.is_alive)
                });
                Some(ally.unwrap_or(actor))
            }
            _ => target,
        }
    }

    fn check(
        &self,
        slot: Slot,
        skill: &SkillDef,
        (target, aim): (Option<ActorId>, Option<Vec2>),
    ) -> Result<(), Rejection> {
        let fighter = self.fighters.fighter(slot);
        let vitals = self.fighters.vitals(slot);
        let traits = self.arena.traits(slot, self.fighters.effects(slot));
        let body = self.arena.body(slot);
        let starter = Starter {
            now: self.now(),
            is_alive: vitals.is_alive(),
            is_stunned: traits.sway.stunned,
            is_silenced: traits.sway.silenced,
            is_busy: fighter.action.is_some(),
            is_leaping: fighter.dash.is_some(),
            ready_at: fighter.ready_at(skill.id),
            shared_at: fighter.shared_at,
            mana: vitals.mana,
            rank: self.arena.rank(slot, skill.id),
            position: body.walker.position,
            facing: body.facing,
            weapon_range: traits.range,
        };
        let found = target.and_then(|target| {
            let found = self.arena.roster.slot(target)?;
            self.fighters.seen(self.arena, slot, (target, found))
        });
        skills::may_start(&self.arena.scene.map, skill, &starter, found.as_ref(), aim)
    }

    /// Pays, sets the timers, and lets it work or go on.
    fn begin(
        &mut self,
        (actor, slot): (ActorId, Slot),
        skill: &SkillDef,
        (target, aim): (Option<ActorId>, Option<Vec2>),
    ) {
        let now = self.now();
        let is_character = self.arena.is_character(slot);
        let rank = self.arena.rank(slot, skill.id);
        let mana = if is_character { mana_of_rank(skill.mana, rank) } else { 0 };
        let target = self.recipient((actor, slot), skill, target);
        self.fighters.vitals_mut(slot).mana -= mana;
        let busy = skill.busy_ticks();
        let mut fighter = self.fighters.fighter_mut(slot);
        fighter.shared_at = now + skills::shared_ticks(skill);
        let pause = match skill.timing {
            Timing::Channel { .. } => busy,
            _ => Ticks::new(busy.get() + SWING_PAUSE_TICKS),
        };
        fighter.swing_at = fighter.swing_at.max(now + pause);
        let action =
            Action { skill: skill.id, target, aim, began: now, ends: now + busy, next: now, mana };
        match skill.timing {
            Timing::Instant => fighter.cool_down(skill.id, now + skill.cooldown, now),
            Timing::Toggle { every, .. } => {
                fighter.cool_down(skill.id, now + skill.cooldown, now);
                let index = fighter.toggles.partition_point(|&(other, _)| other < skill.id);
                fighter.toggles.insert(index, (skill.id, now + every));
            }
            Timing::Cast(_) => fighter.action = Some(action),
            Timing::Channel { every, .. } => {
                fighter.cool_down(skill.id, now + skill.cooldown, now);
                fighter.action = Some(Action { next: now + every, ..action });
            }
        }
        if skill.is_hostile() {
            self.end_protection(slot, actor);
        }
        if busy.get() > 0 {
            let skill = skill.id;
            self.results.tell(Event::CastBegan { actor, skill, target, ticks: busy });
        } else {
            self.release(actor, slot, skill, (target, aim));
        }
    }

    /// A toggle that is on goes off, which needs nothing.
    fn switch_off(&mut self, (actor, slot): (ActorId, Slot), skill: &SkillDef) -> bool {
        let now = self.now();
        let mut fighter = self.fighters.fighter_mut(slot);
        let Some(index) = fighter.toggles.iter().position(|&(on, _)| on == skill.id) else {
            return false;
        };
        if now < fighter.shared_at {
            return true;
        }
        fighter.toggles.remove(index);
        fighter.shared_at = now + skills::shared_ticks(skill);
        let mut effects = self.fighters.effects_mut(slot);
        super::super::hits::end_effects_of(&mut effects, skill, actor, |effect| {
            self.results.tell(Event::EffectLost { target: actor, effect });
        });
        true
    }

    /// A creature uses the first of its abilities that can start.
    fn use_ability(&mut self, actor: ActorId, slot: Slot) {
        let content = self.arena.scene.content.clone();
        let Some(def) = self.arena.creature(slot).filter(|def| !def.abilities.is_empty()) else {
            return;
        };
        let now = self.now();
        for ability in &def.abilities {
            let target = self.fighters.fighter(slot).target;
            let Some(skill) = content.skill(ability.skill) else { continue };
            if target.is_some() && self.check(slot, skill, (target, None)).is_ok() {
                self.begin((actor, slot), skill, (target, None));
                self.fighters.fighter_mut(slot).cool_down(skill.id, now + ability.every, now);
                return;
            }
        }
    }
}
