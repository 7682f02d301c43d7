//! Eleventh in the game rules' tick: the dead fall, bodies vanish, characters come back.
//!
//! Reads the deaths of the commit; experience, coin and loot are the next system's.

use shipyard::{Get, UniqueViewMut, ViewMut, World};

use super::hits::effects::{self, Bearer, Gain};
use crate::arena::{Arena, Fighters, Results};
use crate::components::{Body, Power};
use crate::content::creature::Damage;
use crate::event::{Event, Exit};
use crate::ids::ActorId;
use crate::math::Vec3;
use crate::rng::Stream;
use crate::units::{HitPoints, Ticks};
use crate::view::Kind;
use crate::walk::Walker;
use crate::zone::places;
use crate::zone::roster::Slot;
use crate::zone::state::{Deaths, Departures, Grave, Graves};

/// A creature's body stays so long (3 s).
const BODY_TICKS: u32 = 60;
/// A dead character comes back after so long (5 s).
pub(crate) const REVIVE_TICKS: u32 = 100;
/// With this share of its hit points and mana, percent.
pub(crate) const REVIVE_PERCENT: u32 = 50;
/// And protected for so long (3 s).
const PROTECTED_TICKS: Ticks = Ticks::new(60);

pub(crate) fn run(world: &World) {
    world.run(
        |arena: Arena<'_>,
         mut fighters: Fighters<'_>,
         mut results: Results<'_>,
         deaths: UniqueViewMut<'_, Deaths>,
         mut graves: UniqueViewMut<'_, Graves>,
         mut departures: UniqueViewMut<'_, Departures>| {
            for &(actor, killer) in &deaths.0 {
                let slot = arena.roster.slot(actor).expect("the dead are still here");
                fall(&arena, &mut fighters, slot);
                results.tell(Event::Died { actor, killer });
                if arena.is_character(slot) {
                    forgive(&arena, &mut fighters, actor);
                }
                graves.0.extend(grave(&arena, actor, slot));
            }
            for (actor, slot) in arena.roster.iter() {
                let Some(died) = fighters.vitals(slot).died else { continue };
                let gone = arena.now().since(died).get() >= BODY_TICKS;
                if gone && !arena.is_character(slot) {
                    departures.0.push((actor, Exit::World));
                }
            }
        },
    );
    let mut revived = Vec::new();
    world.run(|arena: Arena<'_>, fighters: Fighters<'_>| {
        for &(_, actor) in arena.roster.players() {
            let slot = arena.roster.slot(actor).expect("a player's actor is in the roster");
            let died = fighters.vitals(slot).died;
            if died.is_some_and(|died| arena.now().since(died).get() >= REVIVE_TICKS) {
                revived.push((actor, slot));
            }
        }
    });
    for (actor, slot) in revived {
        revive(world, actor, slot);
    }
}

/// Nothing goes on; effects end but those that survive death.
fn fall(arena: &Arena<'_>, fighters: &mut Fighters<'_>, slot: Slot) {
    let now = arena.now();
    fighters.vitals_mut(slot).died = Some(now);
    let mut fighter = fighters.fighter_mut(slot);
    fighter.target = None;
    fighter.action = None;
    fighter.dash = None;
    fighter.toggles.clear();
    let content = &arena.scene.content;
    let mut effects = fighters.effects_mut(slot);
    let survives = |effect| content.effect(effect).is_some_and(|def| def.survives_death);
    effects.list.retain(|effect| survives(effect.effect));
}

/// Nobody hates the dead; what they contributed stays.
fn forgive(arena: &Arena<'_>, fighters: &mut Fighters<'_>, actor: ActorId) {
    for &slot in arena.roster.slots() {
        let Ok(mut grudge) = (&mut fighters.grudges).get(slot) else { continue };
        if grudge.threats.iter().any(|threat| threat.actor == actor) {
            grudge.threats.retain(|threat| threat.actor != actor);
        }
    }
}

/// Where the next of the spawn group will be born.
fn grave(arena: &Arena<'_>, actor: ActorId, slot: Slot) -> Option<Grave> {
    let brain = (&arena.brains).get(slot).ok()?;
    let def = arena.creature(slot)?;
    let (least, most) = def.respawn();
    let delay = arena.draws(actor, Stream::RespawnDelay).ticks(0, least, most);
    let is_of_group = brain.group != u16::MAX;
    is_of_group.then(|| Grave { group: brain.group, due: arena.now() + delay })
}

/// Back at the respawn point with half of everything, protected for a moment.
fn revive(world: &World, actor: ActorId, slot: Slot) {
    let place = world.run(|arena: Arena<'_>| {
        let draws = arena.draws(actor, Stream::SpawnPlace);
        places::arrival(&arena.scene, draws).unwrap_or_else(|| arena.position(slot))
    });
    world.run(|mut bodies: ViewMut<'_, Body>| {
        let mut body = (&mut bodies).get(slot).expect("every actor has a body");
        body.walker = Walker { position: place, fall_speed: 0.0 };
        body.velocity = Vec3::ZERO;
    });
    world.run(|arena: Arena<'_>, mut fighters: Fighters<'_>, mut results: Results<'_>| {
        debug_assert!(matches!(arena.identity(slot).kind, Kind::Character { .. }));
        let now = arena.now();
        let mut vitals = fighters.vitals_mut(slot);
        vitals.died = None;
        let half = (vitals.hit_points_max.get() * REVIVE_PERCENT / 100).max(1);
        vitals.hit_points = HitPoints::new(half);
        vitals.mana = vitals.mana_max * REVIVE_PERCENT / 100;
        vitals.combat_until = now;
        results.tell(Event::Revived { actor });
        protect(&arena, &mut fighters, &mut results, (actor, slot));
    });
}

fn protect(
    arena: &Arena<'_>,
    fighters: &mut Fighters<'_>,
    results: &mut Results<'_>,
    (actor, slot): (ActorId, Slot),
) {
    let content = &arena.scene.content;
    let Some(def) = content.effects().iter().find(|def| def.protects) else { return };
    let power = Power {
        attack: 0,
        bp: 0,
        rank: 1,
        level: 1,
        dealt_bp: 0,
        crit_bp: 0,
        damage: Damage::Physical,
        by_character: true,
    };
    let (effect, ticks) = (def.id, PROTECTED_TICKS);
    let gain = Gain { effect, caster: actor, ticks, every: Ticks::new(0), power };
    let bearer = Bearer { is_character: true, category: None };
    let mut held = fighters.effects_mut(slot);
    if effects::gain(&mut held, content, (def, gain), bearer, arena.now()).is_some() {
        results.tell(Event::EffectGained { target: actor, effect, ticks });
    }
}
