//! Gaining effects: one per target, the strongest stays, control tires. Game rules, sections 6 and 7.

use crate::components::effects::{Effect, Resistance};
use crate::components::{Effects, Power};
use crate::content::Content;
use crate::content::creature::Category;
use crate::content::effect::{Control, EffectDef};
use crate::content::skill::{Outcome, SkillDef};
use crate::formulas::Release;
use crate::ids::{ActorId, EffectId};
use crate::limits::EFFECTS_MAX;
use crate::units::{Tick, Ticks};

/// Casters whose effect over time one target bears at once.
const CASTERS_MAX: usize = 5;
/// Control on a character counts in a row until so long after the last effective one (18 s).
const RESISTANCE_TICKS: u32 = 360;
/// Shares of the duration of control: first, second, third, later; percent.
const CONTROL_PERCENT: [u32; 4] = [100, 50, 25, 0];

/// An effect about to be gained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gain {
    pub(crate) effect: EffectId,
    pub(crate) caster: ActorId,
    pub(crate) ticks: Ticks,
    pub(crate) every: Ticks,
    pub(crate) power: Power,
}

/// Who would bear it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearer {
    pub(crate) is_character: bool,
    /// Of creatures.
    pub(crate) category: Option<Category>,
}

/// Adds or renews an effect; `None` when it has no effect, else how long it lasts.
pub(crate) fn gain(
    effects: &mut Effects,
    content: &Content,
    (def, gain): (&EffectDef, Gain),
    bearer: Bearer,
    now: Tick,
) -> Option<Ticks> {
    let is_hindrance = def.control.is_some() || def.move_bp < 0;
    if bearer.category == Some(Category::Guard) && is_hindrance {
        return None;
    }
    let ticks = match def.control {
        Some(control) => tired(&mut effects.resistance, control, gain.ticks, bearer, now)?,
        None => gain.ticks,
    };
    let fresh = effect(def, &gain, ticks, now);
    let over_time = def.over_time.is_some();
    let same =
        |held: &Effect| held.effect == gain.effect && (!over_time || held.caster == gain.caster);
    if let Some(held) = effects.list.iter_mut().find(|held| same(held)) {
        if strength(&fresh) < strength(held) && held.until > now {
            return None;
        }
        *held = fresh;
        return Some(ticks);
    }
    let casters = effects.list.iter().filter(|held| held.effect == gain.effect).count();
    if over_time && casters >= CASTERS_MAX {
        return None;
    }
    if effects.list.len() >= EFFECTS_MAX {
        // Control pushes out what ends first; everything else is refused.
        def.control?;
        let shortest = (0..effects.list.len()).min_by_key(|&index| effects.list[index].until)?;
        effects.list.remove(shortest);
    }
    debug_assert!(content.effect(gain.effect).is_some());
    effects.list.push(fresh);
    Some(ticks)
}

fn effect(def: &EffectDef, gain: &Gain, ticks: Ticks, now: Tick) -> Effect {
    let over_time = def.over_time.is_some() && gain.every.get() > 0;
    // The last working of an effect over time is in the tick in which it ends.
    let until = now + Ticks::new(ticks.get() + u32::from(over_time));
    let release = Release {
        attack: gain.power.attack,
        coefficient_bp: gain.power.bp,
        rank: gain.power.rank,
        dealt_bp: 0,
        variance_bp: 10_000,
    };
    Effect {
        effect: gain.effect,
        caster: gain.caster,
        since: now,
        until,
        every: gain.every.get(),
        next: now + gain.every,
        power: gain.power,
        absorbs: if def.absorbs { release.healing() } else { 0 },
    }
}

fn strength(effect: &Effect) -> (u64, u32) {
    let power = &effect.power;
    (u64::from(power.attack) * u64::from(power.bp) * u64::from(power.rank), effect.absorbs)
}

/// What is left of a control's duration; notes that it was effective.
fn tired(
    resistance: &mut [Resistance; 3],
    control: Control,
    ticks: Ticks,
    bearer: Bearer,
    now: Tick,
) -> Option<Ticks> {
    let entry = &mut resistance[control as usize];
    if entry.until <= now {
        entry.count = 0;
    }
    let elite = bearer.category == Some(Category::Elite) && control == Control::Stun;
    let percent = if bearer.is_character {
        CONTROL_PERCENT[usize::from(entry.count.min(3))]
    } else if elite && entry.count > 0 {
        0
    } else {
        100
    };
    let left = ticks.get() * percent / 100;
    if left == 0 {
        return None;
    }
    if bearer.is_character || elite {
        entry.count = (entry.count + 1).min(3);
        entry.until = now + Ticks::new(left + RESISTANCE_TICKS);
    }
    Some(Ticks::new(left))
}

/// Takes away what a skill of `caster` applies (a toggle that goes off).
pub(crate) fn end_effects_of(
    effects: &mut Effects,
    skill: &SkillDef,
    caster: ActorId,
    mut lost: impl FnMut(EffectId),
) {
    let applies = |effect: EffectId| {
        skill
            .outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Apply { effect: own, .. } if *own == effect))
    };
    effects.list.retain(|held| {
        let goes = held.caster == caster && applies(held.effect);
        if goes {
            lost(held.effect);
        }
        !goes
    });
}
