//! Third in the tick: what creatures want. Game rules, section 9, states Idle, Chase, Combat and Return.
//!
//! Reads bodies, threat and last tick's people; writes brains, targets and the path queue. Those that
//! may have something to decide are gathered, planned in parallel, applied in `ActorId` order.

mod apply;
mod prey;

use shipyard::{Get, Unique, UniqueView, UniqueViewMut, View, World};

use crate::arena;
use crate::components::brain::Mode;
use crate::components::{Body, Brain, Effects, Fighter, Grudge, Identity, Vitals};
use crate::content::creature::{Category, CreatureDef};
use crate::content::map::Cell;
use crate::ids::ActorId;
use crate::math::{Vec2, Vec3, direction_of, facing_of, ground};
use crate::par;
use crate::rng::{Draws, Stream};
use crate::skills::MELEE_RANGE;
use crate::spatial::{path, sight};
use crate::units::{Facing, Tick, Ticks};
use crate::view::Kind;
use crate::zone::roster::{Roster, Slot};
use crate::zone::state::{Clock, People, Scene};

/// A fight without damage either way ends after this long (15 s).
const HARMLESS_TICKS_MAX: u32 = 300;
/// A target that cannot be reached is given up after this long (5 s).
const UNREACHED_TICKS_MAX: u32 = 100;
/// Home is reached within this distance, metres.
const HOME_METRES: f32 = 1.0;
/// A creature stops this much nearer than its reach, and follows beyond so much more, metres.
const REACH_MARGIN_METRES: f32 = 0.3;
const CHASE_MARGIN_METRES: f32 = 0.5;
/// How often a creature on a straight way looks where its target is now.
const STRAIGHT_TICKS: u32 = 5;
/// Places round a target.
const PLACES: u64 = 8;
/// Characters this many levels above a creature are left alone.
const RESPECT_LEVELS: u8 = 10;
/// Draws for a stroll's goal before the creature stays where it is.
const STROLL_TRIES: u32 = 4;

/// One creature that may have something to decide.
#[derive(Clone, Copy, Debug)]
struct Thinker {
    actor: ActorId,
    slot: Slot,
    position: Vec3,
    home: Vec2,
    mode: Mode,
    walking: bool,
    /// Its way leads to where it wants.
    sure: bool,
    level: u8,
    kind: Kind,
}

/// What it decided.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Decision {
    /// Go on as before.
    Keep,
    /// Stroll, or stand at home.
    Idle { until: Tick, way: Way },
    /// Fight somebody; look there.
    Fight { prey: ActorId, reached: Tick, repath: Tick, way: Way, facing: Option<Facing> },
    /// Go home.
    Return { since: Tick, way: Way },
    /// Be put at home and stroll from there.
    PlaceHome { until: Tick },
}

/// How it gets where it wants.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Keep,
    Halt,
    Straight(Vec2),
    Ask(Vec2),
}

/// What all decisions of a tick read.
struct Surroundings<'a, 'v> {
    now: Tick,
    scene: &'a Scene,
    people: &'a People,
    roster: &'a Roster,
    bodies: &'a View<'v, Body>,
    identities: &'a View<'v, Identity>,
    vitals: &'a View<'v, Vitals>,
    fighters: &'a View<'v, Fighter>,
    effects: &'a View<'v, Effects>,
    grudges: &'a View<'v, Grudge>,
    brains: &'a View<'v, Brain>,
}

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    thinkers: Vec<Thinker>,
    decisions: Vec<Decision>,
    cries: Vec<apply::Cry>,
}

pub(crate) fn run(world: &World) {
    let mut scratch =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    world.run(
        |(clock, scene): (UniqueView<'_, Clock>, UniqueView<'_, Scene>),
         (people, roster): (UniqueView<'_, People>, UniqueView<'_, Roster>),
         (bodies, identities): (View<'_, Body>, View<'_, Identity>),
         (vitals, fighters): (View<'_, Vitals>, View<'_, Fighter>),
         (effects, grudges): (View<'_, Effects>, View<'_, Grudge>),
         brains: View<'_, Brain>| {
            let around = Surroundings {
                now: clock.0,
                scene: &scene,
                people: &people,
                roster: &roster,
                bodies: &bodies,
                identities: &identities,
                vitals: &vitals,
                fighters: &fighters,
                effects: &effects,
                grudges: &grudges,
                brains: &brains,
            };
            let Scratch { thinkers, decisions, .. } = &mut scratch;
            gather(&around, thinkers);
            decisions.clear();
            decisions.resize(thinkers.len(), Decision::Keep);
            par::fill(thinkers, decisions, |thinker| plan(&around, thinker));
        },
    );
    apply::run(world, &mut scratch);
    world.run(|mut kept: UniqueViewMut<'_, Scratch>| *kept = scratch);
}

fn gather(around: &Surroundings<'_, '_>, thinkers: &mut Vec<Thinker>) {
    thinkers.clear();
    for (actor, slot) in around.roster.iter() {
        let Ok(brain) = around.brains.get(slot) else { continue };
        let grudge = around.grudges.get(slot).expect("minds come with grudges");
        let identity = around.identities.get(slot).expect("every actor has an identity");
        let is_angry = !grudge.threats.is_empty();
        let vitals = around.vitals.get(slot).expect("every actor has vitals");
        if !vitals.is_alive() || !may_decide(around, (actor, identity.kind), brain, is_angry) {
            continue;
        }
        let body = around.bodies.get(slot).expect("every actor has a body");
        thinkers.push(Thinker {
            actor,
            slot,
            position: body.walker.position,
            home: brain.home,
            mode: brain.mode,
            walking: brain.waiting || brain.next_corner().is_some(),
            sure: brain.next_corner().is_some() && brain.path.is_complete(),
            level: identity.level.get(),
            kind: identity.kind,
        });
    }
}

fn may_decide(
    around: &Surroundings<'_, '_>,
    (actor, kind): (ActorId, Kind),
    brain: &Brain,
    is_angry: bool,
) -> bool {
    match brain.mode {
        Mode::Idle { until } => {
            is_angry
                || around.now >= until
                || looks_around(around, actor) && is_aggressive(definition(around.scene, kind))
        }
        Mode::Fight { .. } | Mode::Return { .. } => true,
    }
}

fn looks_around(around: &Surroundings<'_, '_>, actor: ActorId) -> bool {
    let interval = u64::from(around.scene.content.rules().notice_interval.get());
    (around.now.get() + actor.get()).is_multiple_of(interval)
}

fn definition(scene: &Scene, kind: Kind) -> &CreatureDef {
    arena::creature_of(scene, kind).expect("who has a mind has a definition: checked at load")
}

fn is_aggressive(def: &CreatureDef) -> bool {
    def.category != Category::Normal
}

fn plan(around: &Surroundings<'_, '_>, thinker: &Thinker) -> Decision {
    let def = definition(around.scene, thinker.kind);
    match thinker.mode {
        Mode::Idle { until } => {
            let prey = prey::most_hated(around, thinker).or_else(|| {
                (is_aggressive(def) && looks_around(around, thinker.actor))
                    .then(|| prey::notice(around, thinker, def))
                    .flatten()
            });
            match prey {
                Some(prey) => plan_fight(around, thinker, def, (prey, around.now, around.now)),
                None if around.now >= until => plan_stroll(around, thinker, def),
                None => Decision::Keep,
            }
        }
        Mode::Fight { reached, repath } => match prey::most_hated(around, thinker) {
            Some(prey) => plan_fight(around, thinker, def, (prey, reached, repath)),
            None => go_home(around, thinker),
        },
        Mode::Return { since } => plan_return(around, thinker, since),
    }
}

fn plan_stroll(around: &Surroundings<'_, '_>, thinker: &Thinker, def: &CreatureDef) -> Decision {
    let Surroundings { now, scene, .. } = *around;
    let draws = Draws::new(scene.seed, thinker.actor, now, Stream::Wander);
    let until = now + stroll_pause(scene, &draws);
    let radius = def.wander_radius.unwrap_or(scene.content.rules().wander_radius);
    let goal = (0..STROLL_TRIES).find_map(|n| {
        let offset = Vec2::new(draws.signed_unit(1 + 2 * n), draws.signed_unit(2 + 2 * n));
        let goal = thinker.home + offset * radius;
        (offset.length_squared() <= 1.0 && scene.map.is_open(Cell::at(goal))).then_some(goal)
    });
    let way = goal.map_or(Way::Keep, |goal| way_to(scene, thinker, goal));
    Decision::Idle { until, way }
}

fn stroll_pause(scene: &Scene, draws: &Draws) -> Ticks {
    let (least, most) = scene.content.rules().wander_rest;
    draws.ticks(0, least, most)
}

fn way_to(scene: &Scene, thinker: &Thinker, goal: Vec2) -> Way {
    if path::straight_clear(&scene.map, ground(thinker.position), goal) {
        Way::Straight(goal)
    } else {
        Way::Ask(goal)
    }
}

fn go_home(around: &Surroundings<'_, '_>, thinker: &Thinker) -> Decision {
    let way = way_to(around.scene, thinker, thinker.home);
    Decision::Return { since: around.now, way }
}

/// Chase until in reach, then stand and swing; give up what is too far, unreachable or harmless.
fn plan_fight(
    around: &Surroundings<'_, '_>,
    thinker: &Thinker,
    def: &CreatureDef,
    (prey, reached, repath): (ActorId, Tick, Tick),
) -> Decision {
    let Surroundings { now, scene, .. } = *around;
    let rules = scene.content.rules();
    let here = ground(thinker.position);
    let strayed = here.distance_squared(thinker.home) > rules.leash * rules.leash;
    let grudge = around.grudges.get(thinker.slot).expect("minds come with grudges");
    let fights = matches!(thinker.mode, Mode::Fight { .. });
    let harmless = fights && now.since(grudge.last_harm).get() >= HARMLESS_TICKS_MAX;
    if strayed || harmless || now.since(reached).get() >= UNREACHED_TICKS_MAX {
        return go_home(around, thinker);
    }
    let Some(slot) = around.roster.slot(prey) else { return go_home(around, thinker) };
    let there = around.bodies.get(slot).expect("every actor has a body").walker.position;
    let facing = facing_of(ground(there) - here);
    let away = here.distance(ground(there));
    let standing = fights && !thinker.walking;
    let margin = if standing { CHASE_MARGIN_METRES } else { -REACH_MARGIN_METRES };
    let in_reach = away <= def.reach + margin
        && (def.reach <= MELEE_RANGE || sight::between_bodies(&scene.map, thinker.position, there));
    if in_reach {
        return Decision::Fight { prey, reached: now, repath: now, way: Way::Halt, facing };
    }
    let reached = if thinker.sure { now } else { reached };
    if now < repath && thinker.walking {
        return Decision::Fight { prey, reached, repath, way: Way::Keep, facing: None };
    }
    let goal = place_round(scene, thinker, ground(there), def.reach - CHASE_MARGIN_METRES);
    let way = way_to(scene, thinker, goal);
    let (reached, pause) = match way {
        Way::Straight(_) => (now, Ticks::new(STRAIGHT_TICKS)),
        _ => (reached, rules.chase_path_interval),
    };
    Decision::Fight { prey, reached, repath: now + pause, way, facing: None }
}

/// One of 8 places round the target: the one on its own side, or beside it, by its number.
fn place_round(scene: &Scene, thinker: &Thinker, there: Vec2, radius: f32) -> Vec2 {
    let step = 0x1_0000 / PLACES;
    let Some(side) = facing_of(ground(thinker.position) - there) else { return there };
    let nearest = (u64::from(side.get()) + step / 2) / step;
    let place = (nearest + PLACES + thinker.actor.get() % 3 - 1) % PLACES;
    let goal = there + direction_of(Facing::new((place * step) as u16)) * radius;
    if scene.map.is_open(Cell::at(goal)) { goal } else { there }
}

fn plan_return(around: &Surroundings<'_, '_>, thinker: &Thinker, since: Tick) -> Decision {
    let Surroundings { now, scene, .. } = *around;
    let draws = Draws::new(scene.seed, thinker.actor, now, Stream::Wander);
    let until = now + stroll_pause(scene, &draws);
    let here = ground(thinker.position);
    if here.distance_squared(thinker.home) <= HOME_METRES * HOME_METRES {
        return Decision::Idle { until, way: Way::Halt };
    }
    if now.since(since) >= scene.content.rules().return_ticks_max {
        return Decision::PlaceHome { until };
    }
    if thinker.walking {
        return Decision::Keep;
    }
    let way = way_to(scene, thinker, thinker.home);
    Decision::Return { since, way }
}
