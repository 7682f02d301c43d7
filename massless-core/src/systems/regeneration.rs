//! Twelfth in the game rules' tick: characters regenerate, creatures on their way home heal.

use shipyard::{Get, World};

use crate::arena::{Arena, Fighters};
use crate::formulas;
use crate::units::{HitPoints, TICKS_PER_SECOND};
use crate::zone::roster::Slot;

/// Added out of combat, percent of the maximum.
const REST_PERCENT: u32 = 3;
/// What a returning creature heals a second, percent of its maximum.
const RETURN_PERCENT: u32 = 10;

pub(crate) fn run(world: &World) {
    world.run(|arena: Arena<'_>, mut fighters: Fighters<'_>| {
        for (actor, slot) in arena.roster.iter() {
            let due = (arena.now().get() + actor.get()).is_multiple_of(TICKS_PER_SECOND.into());
            if !due {
                continue;
            }
            if arena.is_character(slot) {
                rest(&arena, &mut fighters, slot);
            } else if arena.is_returning(slot) {
                let mut vitals = fighters.vitals_mut(slot);
                let max = vitals.hit_points_max.get();
                let healed = vitals.hit_points.get() + (max * RETURN_PERCENT / 100).max(1);
                vitals.hit_points = HitPoints::new(healed.min(max));
            }
        }
    });
}

fn rest(arena: &Arena<'_>, fighters: &mut Fighters<'_>, slot: Slot) {
    let hero = (&arena.heroes).get(slot).expect("every character has progress");
    let class = arena.scene.content.class(hero.sheet.class).expect("checked on joining");
    let attributes = formulas::attributes(class, hero.sheet.spent);
    let level = arena.identity(slot).level.get();
    let mut vitals = fighters.vitals_mut(slot);
    let full = vitals.hit_points == vitals.hit_points_max && vitals.mana == vitals.mana_max;
    if full || !vitals.is_alive() {
        return;
    }
    let (mut hit_points, mut mana) = formulas::regeneration(level, attributes);
    if vitals.combat_until <= arena.now() {
        hit_points += vitals.hit_points_max.get() * REST_PERCENT / 100;
        mana += vitals.mana_max * REST_PERCENT / 100;
    }
    let healed = (vitals.hit_points.get() + hit_points).min(vitals.hit_points_max.get());
    vitals.hit_points = HitPoints::new(healed);
    vitals.mana = (vitals.mana + mana).min(vitals.mana_max);
}
