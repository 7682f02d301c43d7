//! Third in the tick: what creatures want. Game rules, section 9, states Idle, Chase and Return.
//!
//! Reads bodies, definitions and last tick's people; writes brains and the path queue. Those
//! that may have something to decide are gathered, planned in parallel, applied in `ActorId` order.

use shipyard::{Get, Unique, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::brain::Mode;
use crate::components::{Body, Brain, Identity};
use crate::content::creature::{Category, CreatureDef};
use crate::content::map::Cell;
use crate::ids::{ActorId, CreatureId};
use crate::math::{Vec2, Vec3, ground};
use crate::par;
use crate::rng::{Draws, Stream};
use crate::spatial::path::{self, Path};
use crate::spatial::sight;
use crate::units::{Tick, Ticks};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, PathQuery, PathQueue, People, Scene};

/// A chase without damage either way ends after this long (15 s).
const CHASE_TICKS_MAX: u32 = 300;
/// Home is reached within this distance, metres.
const HOME_METRES: f32 = 1.0;
/// A chasing creature stops this much nearer than its reach, metres.
const REACH_MARGIN_METRES: f32 = 0.3;
/// Characters this many levels above a creature are left alone.
const RESPECT_LEVELS: u8 = 10;
/// Draws for a stroll's goal before the creature stays where it is.
const STROLL_TRIES: u32 = 4;

/// One creature that may have something to decide.
#[derive(Clone, Copy, Debug)]
struct Thinker {
    actor: ActorId,
    /// Place in the roster.
    index: u32,
    position: Vec3,
    home: Vec2,
    mode: Mode,
    walking: bool,
    level: u8,
    creature: CreatureId,
}

/// What it decided.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Decision {
    /// Go on as before.
    Keep,
    /// Change the mode, stand or walk straight to a place or ask for a way.
    Turn { mode: Mode, way: Way },
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
struct Surroundings<'a> {
    now: Tick,
    scene: &'a Scene,
    people: &'a People,
}

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    thinkers: Vec<Thinker>,
    decisions: Vec<Decision>,
}

pub(crate) fn run(world: &World) {
    let Scratch { mut thinkers, mut decisions } =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    gather(world, &mut thinkers);
    decisions.clear();
    decisions.resize(thinkers.len(), Decision::Keep);
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         people: UniqueView<'_, People>| {
            let around = Surroundings { now: clock.0, scene: &scene, people: &people };
            par::fill(&thinkers, &mut decisions, |thinker| plan(&around, thinker));
        },
    );
    apply(world, &thinkers, &decisions);
    world.run(|mut scratch: UniqueViewMut<'_, Scratch>| {
        *scratch = Scratch { thinkers, decisions };
    });
}

fn gather(world: &World, thinkers: &mut Vec<Thinker>) {
    thinkers.clear();
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         identities: View<'_, Identity>,
         brains: View<'_, Brain>| {
            for ((actor, slot), index) in roster.iter().zip(0_u32..) {
                let Ok(brain) = (&brains).get(slot) else { continue };
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let Kind::Creature(creature) = identity.kind else { continue };
                if !may_decide(&scene, clock.0, (actor, creature), brain) {
                    continue;
                }
                let body = (&bodies).get(slot).expect("every actor has a body");
                thinkers.push(Thinker {
                    actor,
                    index,
                    position: body.walker.position,
                    home: brain.home,
                    mode: brain.mode,
                    walking: brain.waiting || brain.next_corner().is_some(),
                    level: identity.level.get(),
                    creature,
                });
            }
        },
    );
}

fn may_decide(
    scene: &Scene,
    now: Tick,
    (actor, creature): (ActorId, CreatureId),
    brain: &Brain,
) -> bool {
    match brain.mode {
        Mode::Idle { until } => {
            now >= until
                || looks_around(scene, now, actor) && is_aggressive(definition(scene, creature))
        }
        Mode::Chase { .. } | Mode::Return { .. } => true,
    }
}

fn looks_around(scene: &Scene, now: Tick, actor: ActorId) -> bool {
    let interval = u64::from(scene.content.rules().notice_interval.get());
    (now.get() + actor.get()).is_multiple_of(interval)
}

fn definition(scene: &Scene, creature: CreatureId) -> &CreatureDef {
    scene.content.creature(creature).expect("spawn groups name known creatures: checked at load")
}

fn is_aggressive(def: &CreatureDef) -> bool {
    def.category != Category::Normal
}

fn plan(around: &Surroundings<'_>, thinker: &Thinker) -> Decision {
    let def = definition(around.scene, thinker.creature);
    match thinker.mode {
        Mode::Idle { until } => {
            let prey = (is_aggressive(def)
                && looks_around(around.scene, around.now, thinker.actor))
            .then(|| notice(around, thinker, def))
            .flatten();
            match prey {
                Some(prey) => plan_chase(around, thinker, def, (prey, around.now, around.now)),
                None if around.now >= until => plan_stroll(around, thinker),
                None => Decision::Keep,
            }
        }
        Mode::Chase { prey, since, repath } => {
            plan_chase(around, thinker, def, (prey, since, repath))
        }
        Mode::Return { since } => plan_return(around, thinker, since),
    }
}

/// The nearest character in sight within aggro range, outside safe circles and not far above it.
fn notice(around: &Surroundings<'_>, thinker: &Thinker, def: &CreatureDef) -> Option<ActorId> {
    let here = ground(thinker.position);
    let people = around.people;
    let radius = def.notice_radius?;
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

fn plan_stroll(around: &Surroundings<'_>, thinker: &Thinker) -> Decision {
    let Surroundings { now, scene, .. } = *around;
    let draws = Draws::new(scene.seed, thinker.actor, now, Stream::Wander);
    let until = now + stroll_pause(scene, &draws);
    let mode = Mode::Idle { until };
    let own_radius = definition(scene, thinker.creature).wander_radius;
    let radius = own_radius.unwrap_or(scene.content.rules().wander_radius);
    let goal = (0..STROLL_TRIES).find_map(|n| {
        let offset = Vec2::new(draws.signed_unit(1 + 2 * n), draws.signed_unit(2 + 2 * n));
        let goal = thinker.home + offset * radius;
        (offset.length_squared() <= 1.0 && scene.map.is_open(Cell::at(goal))).then_some(goal)
    });
    let way = goal.map_or(Way::Keep, |goal| way_to(scene, thinker, goal));
    Decision::Turn { mode, way }
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

fn plan_chase(
    around: &Surroundings<'_>,
    thinker: &Thinker,
    def: &CreatureDef,
    (prey, since, repath): (ActorId, Tick, Tick),
) -> Decision {
    let now = around.now;
    let here = ground(thinker.position);
    let rules = around.scene.content.rules();
    let there = around.people.actor.binary_search(&prey).ok();
    let there = there.map(|index| ground(around.people.position[index]));
    let strayed = here.distance_squared(thinker.home) > rules.leash * rules.leash;
    let there = match there {
        Some(there)
            if !strayed
                && !around.scene.is_safe(there)
                && now.since(since).get() < CHASE_TICKS_MAX =>
        {
            there
        }
        _ => {
            let way = way_to(around.scene, thinker, thinker.home);
            return Decision::Turn { mode: Mode::Return { since: now }, way };
        }
    };
    let stop = def.reach - REACH_MARGIN_METRES;
    if here.distance_squared(there) <= stop * stop {
        let mode = Mode::Chase { prey, since, repath: now };
        return Decision::Turn { mode, way: Way::Halt };
    }
    if now < repath && thinker.walking {
        return Decision::Keep;
    }
    let mode = Mode::Chase { prey, since, repath: now + rules.chase_path_interval };
    Decision::Turn { mode, way: way_to(around.scene, thinker, there) }
}

fn plan_return(around: &Surroundings<'_>, thinker: &Thinker, since: Tick) -> Decision {
    let Surroundings { now, scene, .. } = *around;
    let draws = Draws::new(scene.seed, thinker.actor, now, Stream::Wander);
    let until = now + stroll_pause(scene, &draws);
    let here = ground(thinker.position);
    if here.distance_squared(thinker.home) <= HOME_METRES * HOME_METRES {
        return Decision::Turn { mode: Mode::Idle { until }, way: Way::Halt };
    }
    if now.since(since) >= scene.content.rules().return_ticks_max {
        return Decision::PlaceHome { until };
    }
    if thinker.walking {
        return Decision::Keep;
    }
    let way = way_to(scene, thinker, thinker.home);
    Decision::Turn { mode: Mode::Return { since }, way }
}

fn apply(world: &World, thinkers: &[Thinker], decisions: &[Decision]) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         scene: UniqueView<'_, Scene>,
         mut bodies: ViewMut<'_, Body>,
         mut brains: ViewMut<'_, Brain>,
         mut queue: UniqueViewMut<'_, PathQueue>| {
            for (thinker, &decision) in thinkers.iter().zip(decisions) {
                let slot = roster.slot_at(thinker.index);
                let mut brain = (&mut brains).get(slot).expect("thinkers have brains");
                match decision {
                    Decision::Keep => {}
                    Decision::Turn { mode, way } => {
                        brain.mode = mode;
                        apply_way(&mut brain, &mut queue, thinker.actor, way);
                    }
                    Decision::PlaceHome { until } => {
                        brain.mode = Mode::Idle { until };
                        brain.halt();
                        let mut body = (&mut bodies).get(slot).expect("every actor has a body");
                        let height = scene.map.height_at(brain.home.x, brain.home.y);
                        body.walker.position = Vec3::new(brain.home.x, height, brain.home.y);
                        body.walker.fall_speed = 0.0;
                    }
                }
            }
        },
    );
}

fn apply_way(brain: &mut Brain, queue: &mut PathQueue, actor: ActorId, way: Way) {
    match way {
        Way::Keep => {}
        Way::Halt => brain.halt(),
        Way::Straight(goal) => brain.follow(Path::over(&[goal], true)),
        Way::Ask(goal) if brain.waiting => {
            // One query an actor: a newer wish takes the place of the older one in the queue.
            if let Some(query) = queue.waiting.iter_mut().find(|query| query.actor == actor) {
                query.goal = goal;
            }
        }
        Way::Ask(goal) => {
            queue.waiting.push(PathQuery { actor, goal });
            brain.waiting = true;
        }
    }
}
