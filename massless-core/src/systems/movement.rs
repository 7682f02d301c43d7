//! Fifth in the tick: every body walks by one tick.
//!
//! Reads controls, brains and the map; writes bodies and the progress along ways. The walk itself is
//! `walk::step`, the same function the browser predicts with, run in parallel.

use shipyard::{Get, Unique, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::brain::Mode;
use crate::components::{Body, Brain, Controls, Identity};
use crate::event::Event;
use crate::limits::INPUT_HOLD_TICKS;
use crate::math::{Vec2, Vec3, facing_of, ground, settled_vec3};
use crate::par;
use crate::units::{TICK_SECONDS, TICKS_PER_SECOND, Tick};
use crate::view::Kind;
use crate::walk::{self, Walker};
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Outbox, Scene};

/// A corner is reached within this distance, metres.
const CORNER_METRES: f32 = 0.05;
/// A creature is stuck in a tick in which it covers less than this share of a step.
const PROGRESS_MIN: f32 = 0.25;
/// Stuck for this many ticks it gives its way up (half a second).
const STUCK_TICKS_MAX: u8 = 10;
/// Bounds of every walking speed, metres per second. Game rules, section 2.
const SPEED_RANGE: (f32, f32) = (1.0, 7.5);

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
         (bodies, identities): (View<'_, Body>, View<'_, Identity>),
         controls: View<'_, Controls>,
         brains: View<'_, Brain>| {
            steps.clear();
            steps.resize(roster.len(), None);
            par::fill(roster.slots(), steps, |&slot| {
                let body = (&bodies).get(slot).expect("every actor has a body");
                if let Ok(controls) = (&controls).get(slot) {
                    let heading = held_heading(controls, clock.0);
                    let speed = scene.content.rules().walk_speed;
                    return Some(plan_step(&scene, body, heading, speed));
                }
                let brain = (&brains).get(slot).ok()?;
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let speed = creature_speed(&scene, identity, brain);
                let heading = way_heading(brain, body, speed);
                let rests = heading == Vec2::ZERO
                    && body.walker.fall_speed == 0.0
                    && body.velocity == Vec3::ZERO;
                (!rests).then(|| plan_step(&scene, body, heading, speed))
            });
        },
    );
}

fn plan_step(scene: &Scene, body: &Body, heading: Vec2, speed: f32) -> Step {
    let speed = speed.clamp(SPEED_RANGE.0, SPEED_RANGE.1);
    Step { walker: walk::step(&scene.map, body.walker, heading, speed), heading, speed }
}

fn held_heading(controls: &Controls, now: Tick) -> Vec2 {
    if now.since(controls.input_tick).get() < INPUT_HOLD_TICKS {
        controls.input.heading()
    } else {
        Vec2::ZERO
    }
}

fn creature_speed(scene: &Scene, identity: &Identity, brain: &Brain) -> f32 {
    let Kind::Creature(creature) = identity.kind else { return 0.0 };
    let def = scene.content.creature(creature).expect("creatures are known: checked at load");
    match brain.mode {
        Mode::Return { .. } => {
            let hundredths = u16::try_from(scene.content.rules().return_speed_bp / 100);
            def.speed * f32::from(hundredths.unwrap_or(100)) / 100.0
        }
        Mode::Idle { .. } | Mode::Chase { .. } => def.speed,
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
         mut bodies: ViewMut<'_, Body>,
         mut brains: ViewMut<'_, Brain>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            for ((actor, slot), step) in roster.iter().zip(steps) {
                let Some(step) = step else { continue };
                let mut body = (&mut bodies).get(slot).expect("every actor has a body");
                let before = body.walker;
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
                }
            }
            face_players(&roster, &controls, &mut bodies);
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

/// Characters look where their input says, even while they stand.
fn face_players(roster: &Roster, controls: &View<'_, Controls>, bodies: &mut ViewMut<'_, Body>) {
    for &(_, actor) in roster.players() {
        let slot = roster.slot(actor).expect("a player's actor is in the roster");
        let controls = controls.get(slot).expect("every character has controls");
        let mut body = (&mut *bodies).get(slot).expect("every actor has a body");
        body.facing = controls.input.facing;
    }
}
