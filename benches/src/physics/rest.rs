//! Do both come to rest at the same place? Bodies walk straight at a box on a plain and push on.
//!
//! Only walks that meet one box squarely are compared: on a slide along several bodies the smallest
//! difference grows to any size, in both. What is compared is where the side and the ground stop
//! the body, along the walk and in height. That a body pressed against a smooth side creeps along
//! it, though nothing pushes it there, is told apart: rapier3d's does, by centimetres.

use anyhow::Result;
use massless_core::content::map::{Footprint, Map};
use massless_core::math::{Vec2, Vec3, ground};
use massless_core::walk::{self, BODY_HEIGHT, BODY_RADIUS};
use rapier3d::prelude::PhysicsWorld;

use super::{SPEED, ground as land, peers};

/// Distance from a box's side where the walk begins, metres.
const RUN_METRES: f32 = 2.5;
const TICKS: u32 = 60;
/// How far a straight walk may stray sideways, metres.
const STRAY_METRES: f32 = 0.001;

/// What the comparison found.
pub(crate) struct Rest {
    /// Straight walks compared.
    pub(crate) compared: usize,
    /// Greatest distance between the two resting places, along the walk and in height, metres.
    pub(crate) metres_max: f64,
    /// How far the core's walkers crept sideways at most, metres.
    pub(crate) creep_own: f64,
    /// How far rapier3d's crept sideways at most, metres.
    pub(crate) creep_other: f64,
}

/// Walks at every box and compares with the kinematic controller.
pub(crate) fn compare(seed: u64) -> Result<Rest> {
    let map = land::plain(seed)?;
    let mut world = peers::world(&map);
    world.step();
    let mut rest = Rest { compared: 0, metres_max: 0.0, creep_own: 0.0, creep_other: 0.0 };
    for index in 0..map.props().len() {
        let Some(walk) = walk_at(&map, &world, index) else { continue };
        rest.compared += 1;
        let (along, height) = (walk.own - walk.other, walk.own_height - walk.other_height);
        rest.metres_max = rest.metres_max.max(f64::from(along.y.hypot(height)));
        rest.creep_own = rest.creep_own.max(f64::from(walk.own.x.abs()));
        rest.creep_other = rest.creep_other.max(f64::from(walk.other.x.abs()));
    }
    Ok(rest)
}

/// Where one walk ended: sideways of its line and along it, and the height of the feet.
struct Walk {
    own: Vec2,
    own_height: f32,
    other: Vec2,
    other_height: f32,
}

/// Walks at one box with both; `None` when the way is not clear.
fn walk_at(map: &Map, world: &PhysicsWorld, index: usize) -> Option<Walk> {
    let solid = &map.solids()[index];
    let Footprint::Box { half_z, .. } = solid.footprint else { return None };
    let start = solid.centre - solid.north * (half_z + 0.4 + RUN_METRES);
    let extent = map.extent();
    let inside = start.min(extent - start).min_element() > 1.0;
    if !inside || !map.is_clear(start) || solid.top < 0.5 {
        return None;
    }
    let mut own = walk::standing(map, start);
    let mut other = peers::centre(map, start);
    for _ in 0..TICKS {
        own = walk::step(map, own, solid.north, SPEED);
        other = peers::glide(world, other, solid.north * SPEED);
    }
    let of_line = |place: Vec3| {
        let walked = ground(place) - start;
        Vec2::new(walked.perp_dot(solid.north), walked.dot(solid.north))
    };
    let met_squarely = of_line(own.position).x.abs() < STRAY_METRES
        && solid.distance(ground(own.position)).0 < BODY_RADIUS + 0.01
        && own.position.y < 0.1;
    met_squarely.then(|| Walk {
        own: of_line(own.position),
        own_height: own.position.y,
        other: of_line(other),
        other_height: other.y - BODY_HEIGHT / 2.0,
    })
}
