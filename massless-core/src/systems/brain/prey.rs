//! Whom a creature goes for: whom it hates most, or the nearest it notices.

use shipyard::Get;

use super::{RESPECT_LEVELS, Surroundings, Thinker};
use crate::arena;
use crate::content::creature::{Category, CreatureDef};
use crate::ids::ActorId;
use crate::math::{Vec3, ground};
use crate::spatial::sight;
use crate::view::Kind;

/// Another must be hated so much more than the present target to become it: within 3 m, and beyond.
const SWITCH_NEAR_PERCENT: u64 = 110;
const SWITCH_FAR_PERCENT: u64 = 130;
/// What counts as near, metres.
const NEAR_METRES: f32 = 3.0;

/// The most hated that can be fought; a taunt decides alone.
pub(super) fn most_hated(around: &Surroundings<'_, '_>, thinker: &Thinker) -> Option<ActorId> {
    let grudge = around.grudges.get(thinker.slot).ok()?;
    if grudge.threats.is_empty() {
        return None;
    }
    if let Some(taunter) = taunter(around, thinker) {
        return Some(taunter);
    }
    let fighter = around.fighters.get(thinker.slot).ok()?;
    let mut best: Option<(u64, ActorId, Vec3)> = None;
    let mut present: Option<u64> = None;
    for threat in &grudge.threats {
        let Some(place) = can_be_fought(around, thinker, threat.actor) else { continue };
        if fighter.target == Some(threat.actor) {
            present = Some(threat.amount);
        }
        if best.is_none_or(|(amount, _, _)| threat.amount > amount) {
            best = Some((threat.amount, threat.actor, place));
        }
    }
    let (amount, actor, place) = best?;
    let Some(present) = present else { return Some(actor) };
    let near = ground(place).distance(ground(thinker.position)) <= NEAR_METRES;
    let percent = if near { SWITCH_NEAR_PERCENT } else { SWITCH_FAR_PERCENT };
    if amount * 100 > present * percent { Some(actor) } else { fighter.target }
}

fn taunter(around: &Surroundings<'_, '_>, thinker: &Thinker) -> Option<ActorId> {
    let effects = around.effects.get(thinker.slot).ok()?;
    let taunt = effects.list.iter().find(|effect| {
        let def = around.scene.content.effect(effect.effect);
        effect.acts(around.now) && def.is_some_and(|def| def.taunts)
    })?;
    can_be_fought(around, thinker, taunt.caster).map(|_| taunt.caster)
}

/// Where somebody is that is alive and, for monsters, outside the safe circle.
fn can_be_fought(around: &Surroundings<'_, '_>, thinker: &Thinker, actor: ActorId) -> Option<Vec3> {
    let slot = around.roster.slot(actor)?;
    let vitals = around.vitals.get(slot).ok()?;
    let place = around.bodies.get(slot).ok()?.walker.position;
    let kind = around.identities.get(slot).ok()?.kind;
    let returning = around.brains.get(slot).is_ok_and(crate::components::Brain::is_returning);
    let is_character = matches!(kind, Kind::Character { .. });
    let safe = is_character && around.scene.is_safe(ground(place));
    (vitals.is_alive() && !returning && !safe && actor != thinker.actor).then_some(place)
}

/// The nearest enemy in sight within aggro range: for monsters characters outside safe circles and not
/// far above them, for guards monsters.
pub(super) fn notice(
    around: &Surroundings<'_, '_>,
    thinker: &Thinker,
    def: &CreatureDef,
) -> Option<ActorId> {
    let radius = def.notice_radius?;
    if def.category == Category::Guard {
        return notice_monster(around, thinker, radius);
    }
    let here = ground(thinker.position);
    let people = around.people;
    let mut nearest: Option<(f32, usize)> = None;
    for index in people.cells.near(here, radius) {
        let index = index as usize;
        let there = ground(people.position[index]);
        let distance_squared = here.distance_squared(there);
        let far_above = people.level[index].get() >= thinker.level.saturating_add(RESPECT_LEVELS);
        if distance_squared > radius * radius
            || far_above
            || around.scene.is_safe(there)
            || nearest.is_some_and(|(best, _)| best <= distance_squared)
        {
            continue;
        }
        if sight::between_bodies(&around.scene.map, thinker.position, people.position[index]) {
            nearest = Some((distance_squared, index));
        }
    }
    nearest.map(|(_, index)| people.actor[index])
}

fn notice_monster(
    around: &Surroundings<'_, '_>,
    thinker: &Thinker,
    radius: f32,
) -> Option<ActorId> {
    let here = ground(thinker.position);
    let mut nearest: Option<(f32, ActorId)> = None;
    for (actor, slot) in around.roster.iter() {
        if around.brains.get(slot).is_err() {
            continue;
        }
        let identity = around.identities.get(slot).expect("every actor has an identity");
        let def = arena::creature_of(around.scene, identity.kind);
        if def.is_none_or(|def| def.category == Category::Guard) {
            continue;
        }
        let Some(place) = can_be_fought(around, thinker, actor) else { continue };
        let distance_squared = here.distance_squared(ground(place));
        if distance_squared <= radius * radius
            && nearest.is_none_or(|(best, _)| distance_squared < best)
            && sight::between_bodies(&around.scene.map, thinker.position, place)
        {
            nearest = Some((distance_squared, actor));
        }
    }
    nearest.map(|(_, actor)| actor)
}
