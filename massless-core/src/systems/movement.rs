//! Fifth in the tick: every body walks by one tick.
//!
//! Reads controls, brains and the map; writes bodies, trails and the progress along ways. The walk itself is
//! `walk::step`, the same function the browser predicts with, run in parallel.

use shipyard::{Get, Unique, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::arena;
use crate::components::{Body, Brain, Controls, Effects, Fighter, Identity, Vitals};
use crate::event::Event;
use crate::math::{Vec2, Vec3, facing_of, ground, settled_vec3};
use crate::par;
use crate::traits::Sway;
use crate::units::{TICK_SECONDS, TICKS_PER_SECOND};
use crate::walk::{self, Walker};
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Outbox, Scene};
use crate::zone::trails::Trails;

/// A corner is reached within this distance, metres.
const CORNER_METRES: f32 = 0.05;
/// A creature is stuck in a tick in which it covers less than this share of a step.
const PROGRESS_MIN: f32 = 0.25;
/// Stuck for this many ticks it gives its way up (half a second).
const STUCK_TICKS_MAX: u8 = 10;

/// What a body's walk came to.
#[derive(Clone, Copy, Debug)]
struct Step {
    walker: Walker,
    heading: Vec2,
    speed: f32,
}

/// Memory kept from tick to tick; no state. `steps` is `[actor]`, `None` for who rests.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    steps: Vec<Option<Step>>,
}

pub(crate) fn run(world: &World) {
    let mut steps =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut scratch.steps));
    plan(world, &mut steps);
    apply(world, &steps);
    world.run(|mut scratch: UniqueViewMut<'_, Scratch>| scratch.steps = steps);
}

fn plan(world: &World, steps: &mut Vec<Option<Step>>) {
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         (bodies, identities, vitals): (View<'_, Body>, View<'_, Identity>, View<'_, Vitals>),
         (fighters, effects): (View<'_, Fighter>, View<'_, Effects>),
         (controls, brains): (View<'_, Controls>, View<'_, Brain>)| {
            steps.clear();
            steps.resize(roster.len(), None);
            par::fill(roster.slots(), steps, |&slot| {
                let fighter = (&fighters).get(slot).ok()?;
                let body = (&bodies).get(slot).expect("every actor has a body");
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                let effects = (&effects).get(slot).expect("timers come with effects");
                if let Some(dash) = fighter.dash.filter(|_| vitals.is_alive()) {
                    let walker = walk::leap(&scene.map, body.walker, dash.heading, dash.speed);
                    return Some(Step { walker, heading: dash.heading, speed: dash.speed });
                }
                let is_free = vitals.is_alive();
                let sway = Sway::of(&scene.content, effects, clock.0);
                if let Ok(controls) = (&controls).get(slot) {
                    let wanted = controls.heading(clock.0);
                    let heading = if is_free { wanted } else { Vec2::ZERO };
                    let speed = sway.speed(scene.content.rules().walk_speed);
                    return Some(plan_step(&scene, body, heading, speed));
                }
                let brain = (&brains).get(slot).ok()?;
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let speed = sway.speed(creature_speed(&scene, identity, brain));
                let stands = !is_free || fighter.action.is_some() || speed == 0.0;
                let heading = if stands { Vec2::ZERO } else { way_heading(brain, body, speed) };
                let rests = heading == Vec2::ZERO
                    && body.walker.fall_speed == 0.0
                    && body.velocity == Vec3::ZERO;
                (!rests).then(|| plan_step(&scene, body, heading, speed))
            });
        },
    );
}

fn plan_step(scene: &Scene, body: &Body, heading: Vec2, speed: f32) -> Step {
    let heading = if speed == 0.0 { Vec2::ZERO } else { heading };
    Step { walker: walk::step(&scene.map, body.walker, heading, speed), heading, speed }
}

fn creature_speed(scene: &Scene, identity: &Identity, brain: &Brain) -> f32 {
    let Some(def) = arena::creature_of(scene, identity.kind) else { return 0.0 };
    if brain.is_returning() {
        let hundredths = u16::try_from(scene.content.rules().return_speed_bp / 100);
        def.speed * f32::from(hundredths.unwrap_or(100)) / 100.0
    } else {
        def.speed
    }
}

/// Full speed toward the next corner, slower in the last step so that it ends on the corner.
fn way_heading(brain: &Brain, body: &Body, speed: f32) -> Vec2 {
    let Some(corner) = brain.next_corner() else { return Vec2::ZERO };
    let delta = corner - ground(body.walker.position);
    let distance = delta.length();
    let step = speed * TICK_SECONDS;
    if distance <= CORNER_METRES {
        Vec2::ZERO
    } else if distance <= step {
        delta / step
    } else {
        delta / distance
    }
}

fn apply(world: &World, steps: &[Option<Step>]) {
    world.run(
        |scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         controls: View<'_, Controls>,
         vitals: View<'_, Vitals>,
         mut bodies: ViewMut<'_, Body>,
         mut brains: ViewMut<'_, Brain>,
         mut trails: UniqueViewMut<'_, Trails>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            trails.begin(roster.len());
            for ((actor, slot), step) in roster.iter().zip(steps) {
                if step.is_none() && !trails.follows(actor) {
                    continue;
                }
                let mut body = (&mut bodies).get(slot).expect("every actor has a body");
                let before = body.walker;
                let Some(step) = step else {
                    trails.note(actor, before.position, before.position);
                    continue;
                };
                if !step.walker.position.is_finite() || !step.walker.fall_speed.is_finite() {
                    outbox.0.push(Event::Frozen { actor });
                    body.velocity = Vec3::ZERO;
                    continue;
                }
                let brain = (&mut brains).get(slot);
                if brain.is_ok() && enters_safety(&scene, before, step.walker) {
                    body.velocity = Vec3::ZERO;
                } else {
                    apply_step(&mut body, step);
                }
                if let Ok(mut brain) = brain {
                    follow(&mut brain, before, &body, step);
                    trails.note(actor, before.position, body.walker.position);
                }
            }
            trails.end();
            face_players(&roster, (&controls, &vitals), &mut bodies);
        },
    );
}

fn enters_safety(scene: &Scene, before: Walker, after: Walker) -> bool {
    scene.is_safe(ground(after.position)) && !scene.is_safe(ground(before.position))
}

fn apply_step(body: &mut Body, step: &Step) {
    #[expect(clippy::cast_precision_loss, reason = "20 is exact")]
    let per_second = TICKS_PER_SECOND as f32;
    body.velocity = settled_vec3((step.walker.position - body.walker.position) * per_second);
    body.walker = step.walker;
    body.facing = facing_of(step.heading).unwrap_or(body.facing);
}

/// A creature ticks off corners, and gives up a way on which it makes no progress.
fn follow(brain: &mut Brain, before: Walker, body: &Body, step: &Step) {
    let Some(corner) = brain.next_corner() else { return };
    let here = ground(body.walker.position);
    let progress = here.distance(ground(before.position));
    if here.distance_squared(corner) <= CORNER_METRES * CORNER_METRES {
        brain.corner += 1;
        brain.stuck = 0;
    } else if progress < PROGRESS_MIN * step.heading.length() * step.speed * TICK_SECONDS {
        brain.stuck += 1;
    } else {
        brain.stuck = 0;
    }
    if brain.stuck >= STUCK_TICKS_MAX || brain.next_corner().is_none() {
        brain.halt();
    }
}

/// The living look where their input says, even while they stand.
fn face_players(
    roster: &Roster,
    (controls, vitals): (&View<'_, Controls>, &View<'_, Vitals>),
    bodies: &mut ViewMut<'_, Body>,
) {
    for &(_, actor) in roster.players() {
        let slot = roster.slot(actor).expect("a player's actor is in the roster");
        let controls = controls.get(slot).expect("every character has controls");
        if vitals.get(slot).is_ok_and(|vitals| !vitals.is_alive()) {
            continue;
        }
        let mut body = (&mut *bodies).get(slot).expect("every actor has a body");
        body.facing = controls.input.facing;
    }
}
