//! Fifth in the tick: every body walks by one tick.
//!
//! Reads controls, brains and the map; writes bodies and the progress along ways. The walk itself is
//! `walk::step`, the same function the browser predicts with, run in parallel over gathered jobs.

use shipyard::{Get, Unique, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::brain::Mode;
use crate::components::{Body, Brain, Controls, Identity};
use crate::event::Event;
use crate::ids::ActorId;
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

/// One body that walks this tick.
#[derive(Clone, Copy, Debug)]
struct Job {
    actor: ActorId,
    /// Place in the roster.
    index: u32,
    walker: Walker,
    heading: Vec2,
    speed: f32,
}

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    jobs: Vec<Job>,
    walkers: Vec<Walker>,
}

pub(crate) fn run(world: &World) {
    let Scratch { mut jobs, mut walkers } =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    gather(world, &mut jobs);
    walkers.clear();
    walkers.resize(jobs.len(), Walker::default());
    world.run(|scene: UniqueView<'_, Scene>| {
        par::fill(&jobs, &mut walkers, |job| {
            walk::step(&scene.map, job.walker, job.heading, job.speed)
        });
    });
    apply(world, &jobs, &walkers);
    follow(world, &jobs);
    world.run(|mut scratch: UniqueViewMut<'_, Scratch>| *scratch = Scratch { jobs, walkers });
}

fn gather(world: &World, jobs: &mut Vec<Job>) {
    jobs.clear();
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         controls: View<'_, Controls>,
         (brains, identities): (View<'_, Brain>, View<'_, Identity>)| {
            for ((actor, slot), index) in roster.iter().zip(0_u32..) {
                let body = (&bodies).get(slot).expect("every actor has a body");
                let (heading, speed) = if let Ok(controls) = (&controls).get(slot) {
                    (held_heading(controls, clock.0), scene.content.rules().walk_speed)
                } else if let Ok(brain) = (&brains).get(slot) {
                    let identity = (&identities).get(slot).expect("every actor has an identity");
                    let speed = creature_speed(&scene, identity, brain);
                    (way_heading(brain, body, speed), speed)
                } else {
                    continue;
                };
                let resting = heading == Vec2::ZERO
                    && body.walker.fall_speed == 0.0
                    && body.velocity == Vec3::ZERO;
                if resting && (&controls).get(slot).is_err() {
                    continue;
                }
                let speed = speed.clamp(SPEED_RANGE.0, SPEED_RANGE.1);
                jobs.push(Job { actor, index, walker: body.walker, heading, speed });
            }
        },
    );
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

fn apply(world: &World, jobs: &[Job], walkers: &[Walker]) {
    world.run(
        |scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         controls: View<'_, Controls>,
         mut bodies: ViewMut<'_, Body>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            for (job, &walker) in jobs.iter().zip(walkers) {
                let slot = roster.slot_at(job.index);
                let mut body = (&mut bodies).get(slot).expect("every actor has a body");
                let owned = (&controls).get(slot).ok();
                if !walker.position.is_finite() || !walker.fall_speed.is_finite() {
                    outbox.0.push(Event::Frozen { actor: job.actor });
                    body.velocity = Vec3::ZERO;
                    continue;
                }
                let enters_safety = owned.is_none()
                    && scene.is_safe(ground(walker.position))
                    && !scene.is_safe(ground(job.walker.position));
                if enters_safety {
                    body.velocity = Vec3::ZERO;
                    continue;
                }
                #[expect(clippy::cast_precision_loss, reason = "20 is exact")]
                let per_second = TICKS_PER_SECOND as f32;
                let moved = walker.position - job.walker.position;
                body.velocity = settled_vec3(moved * per_second);
                body.walker = walker;
                body.facing = match owned {
                    Some(controls) => controls.input.facing,
                    None => facing_of(job.heading).unwrap_or(body.facing),
                };
            }
            face_standing(&roster, &controls, &mut bodies);
        },
    );
}

/// Characters turn even while they stand.
fn face_standing(roster: &Roster, controls: &View<'_, Controls>, bodies: &mut ViewMut<'_, Body>) {
    for &(_, actor) in roster.players() {
        let slot = roster.slot(actor).expect("a player's actor is in the roster");
        let controls = controls.get(slot).expect("every character has controls");
        (&mut *bodies).get(slot).expect("every actor has a body").facing = controls.input.facing;
    }
}

/// Creatures tick off corners, and give up ways on which they make no progress.
fn follow(world: &World, jobs: &[Job]) {
    world.run(
        |roster: UniqueView<'_, Roster>, bodies: View<'_, Body>, mut brains: ViewMut<'_, Brain>| {
            for job in jobs {
                let slot = roster.slot_at(job.index);
                let Ok(mut brain) = (&mut brains).get(slot) else { continue };
                let Some(corner) = brain.next_corner() else { continue };
                let body = (&bodies).get(slot).expect("every actor has a body");
                let here = ground(body.walker.position);
                if here.distance_squared(corner) <= CORNER_METRES * CORNER_METRES {
                    brain.corner += 1;
                    brain.stuck = 0;
                } else if here.distance(ground(job.walker.position))
                    < PROGRESS_MIN * job.heading.length() * job.speed * TICK_SECONDS
                {
                    brain.stuck += 1;
                } else {
                    brain.stuck = 0;
                }
                if brain.stuck >= STUCK_TICKS_MAX || brain.next_corner().is_none() {
                    brain.halt();
                }
            }
        },
    );
}
