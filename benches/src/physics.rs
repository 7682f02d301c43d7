//! Cost of a walking capsule's step: the core's walk beside rapier3d, on the same ground.
//!
//! The ground is 128 x 128 cells of hills with 500 boxes. The same capsules want the same
//! directions at the same ticks. rapier3d gets its terrain as a triangle mesh, which is the cheaper
//! of its two shapes for it, and bodies that collide with the ground only, as ours do. Like the
//! core it is built to give the same bits everywhere, which rules out its wide SIMD.

mod ground;
mod peers;
mod rest;

use std::time::Instant;

use anyhow::Result;
use massless_core::content::map::Map;
use massless_core::math::{Vec2, direction_of};
use massless_core::units::Facing;
use massless_core::walk::{self, Walker};

use crate::mix;
use crate::report::{Report, Target};

const BODIES: usize = 500;
const SPEED: f32 = 5.0;
/// Ticks measured of the core; the peers get fewer, as they take longer.
const TICKS_OWN: u32 = 2_000;
const TICKS_PEER: u32 = 100;
/// Ticks after which a body takes another direction.
const TURN_TICKS: u32 = 40;
const REPEATS: usize = 3;

/// Measures all three and compares where they come to rest.
pub(crate) fn run(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench physics", seed);
    let map = ground::hills(seed)?;
    let starts = ground::places(&map, BODIES, seed);
    let own = least(|| own(&map, &starts, TICKS_OWN));
    let dynamic = least(|| peers::dynamic(&map, &starts, TICKS_PEER));
    let kinematic = least(|| peers::kinematic(&map, &starts, TICKS_PEER));
    let rest = rest::compare(seed)?;
    report.add("capsule step", own, "us", Target::AtMost(0.6));
    report.add("rapier3d 0.36 dynamic body", dynamic, "us", Target::None);
    report.add("rapier3d 0.36 kinematic controller", kinematic, "us", Target::None);
    report.add(
        "times cheaper than the better",
        dynamic.min(kinematic) / own,
        "x",
        Target::AtLeast(6.0),
    );
    report.add("bodies compared at rest", rest.compared as f64, "", Target::AtLeast(100.0));
    report.add("greatest difference at rest", rest.metres_max, "m", Target::AtMost(0.01));
    report.add("greatest creep along a side", rest.creep_own, "m", Target::None);
    report.add("greatest creep along a side, rapier3d", rest.creep_other, "m", Target::None);
    Ok(report)
}

/// The least of some runs: what the work costs when nothing else is in the way.
fn least(run: impl Fn() -> f64) -> f64 {
    (0..REPEATS).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Microseconds per step of the core's walk.
fn own(map: &Map, starts: &[Vec2], ticks: u32) -> f64 {
    let mut walkers: Vec<Walker> = starts.iter().map(|place| walk::standing(map, *place)).collect();
    let start = Instant::now();
    for tick in 0..ticks {
        for (index, walker) in walkers.iter_mut().enumerate() {
            *walker = walk::step(map, *walker, heading(index, tick), SPEED);
        }
    }
    let elapsed = start.elapsed().as_secs_f64() * 1e6;
    let moved = walkers.iter().zip(starts).filter(|(walker, start)| {
        Vec2::new(walker.position.x, walker.position.z).distance(**start) > 1.0
    });
    assert!(moved.count() > starts.len() / 2, "the capsules walk");
    elapsed / (f64::from(ticks) * walkers.len() as f64)
}

/// Where a body wants to go at a tick: the same for everyone who is measured.
fn heading(index: usize, tick: u32) -> Vec2 {
    let leg = tick / TURN_TICKS;
    #[expect(clippy::cast_possible_truncation, reason = "16 mixed bits are wanted")]
    let turn = (mix((index as u64) << 32 | u64::from(leg)) >> 13) as u16;
    direction_of(Facing::new(turn))
}
