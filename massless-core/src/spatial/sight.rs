//! Lines of sight: may one place be seen from another?
//!
//! Props are tested with parry's rays in the prop's own directions, found through the map's prop
//! cells. Terrain is tested exactly: along a segment its profile is made of straight pieces that
//! join where the segment crosses a cell's edge or diagonal, so those crossings are all that count.

use parry3d::query::{Ray, RayCast};
use parry3d::shape::{Cuboid, Cylinder};

use crate::content::map::{Footprint, Map, Solid};
use crate::math::{Vec2, Vec3, ground};

/// Height of the eyes above the feet, metres.
pub const EYE_HEIGHT: f32 = 1.5;
/// Height above the feet at which others are looked at, metres.
pub const TARGET_HEIGHT: f32 = 1.0;
/// How deep a line may dip into the terrain, metres: rounding of heights.
const TERRAIN_SLACK: f32 = 1.0 / 1_024.0;
/// Step along the line in which prop cells are looked up, metres: below the 0.8 m by which the
/// lists of prop cells reach beyond the cell on every side, so no prop is missed between two.
const LOOK_UP_METRES: f32 = 0.75;
/// Longest line, metres; farther places cannot be seen. Longer than any map's diagonal.
const LENGTH_MAX: f32 = 1_500.0;

/// Nothing of terrain and props is between two points.
#[must_use]
pub fn clear(map: &Map, from: Vec3, to: Vec3) -> bool {
    let length = from.distance(to);
    if !length.is_finite() || length > LENGTH_MAX {
        return false;
    }
    terrain_clear(map, from, to) && props_clear(map, from, to)
}

/// A body with its feet at `from` sees one with its feet at `to`.
#[must_use]
pub fn between_bodies(map: &Map, from: Vec3, to: Vec3) -> bool {
    clear(map, from + Vec3::Y * EYE_HEIGHT, to + Vec3::Y * TARGET_HEIGHT)
}

fn terrain_clear(map: &Map, from: Vec3, to: Vec3) -> bool {
    let along = to - from;
    let is_above = |share: f32| {
        let at = from + along * share;
        at.y >= map.height_at(at.x, at.z) - TERRAIN_SLACK
    };
    let crossed = |at: f32, change: f32| crossings(at, change).all(is_above);
    is_above(0.0)
        && is_above(1.0)
        && crossed(from.x, along.x)
        && crossed(from.z, along.z)
        && crossed(from.x - from.z, along.x - along.z)
}

/// Shares of the way from `at` to `at + change` at which a whole number is met.
fn crossings(at: f32, change: f32) -> impl Iterator<Item = f32> {
    let (low, high) = (at.min(at + change), at.max(at + change));
    #[expect(clippy::cast_possible_truncation, reason = "maps have at most 1 024 cells an edge")]
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    (first..=last).filter(move |_| change != 0.0).map(move |whole| (whole as f32 - at) / change)
}

fn props_clear(map: &Map, from: Vec3, to: Vec3) -> bool {
    let (start, end) = (ground(from), ground(to));
    let steps = (start.distance(end) / LOOK_UP_METRES).ceil().max(1.0);
    let mut seen: &[u16] = &[];
    let mut step = 0.0;
    while step <= steps {
        let near = map.near(start.lerp(end, step / steps));
        if !core::ptr::eq(near, seen) {
            seen = near;
            let is_hit = |&index: &u16| is_met(&map.solids()[usize::from(index)], from, to);
            if near.iter().any(is_hit) {
                return false;
            }
        }
        step += 1.0;
    }
    true
}

/// The segment meets the prop.
fn is_met(solid: &Solid, from: Vec3, to: Vec3) -> bool {
    let middle = (solid.base + solid.top) / 2.0;
    let half_height = (solid.top - solid.base) / 2.0;
    let start = solid.inward(ground(from));
    let along = solid.turned_in(ground(to) - ground(from));
    let is_apart = |half: Vec2| {
        let (low, high) = (start.min(start + along), start.max(start + along));
        low.x > half.x || low.y > half.y || high.x < 0.0 - half.x || high.y < 0.0 - half.y
    };
    let ray = Ray::new(
        Vec3::new(start.x, from.y - middle, start.y),
        Vec3::new(along.x, to.y - from.y, along.y),
    );
    match solid.footprint {
        Footprint::Box { half_x, half_z } => {
            !is_apart(Vec2::new(half_x, half_z))
                && Cuboid::new(Vec3::new(half_x, half_height, half_z))
                    .intersects_local_ray(&ray, 1.0)
        }
        Footprint::Cylinder { radius } => {
            !is_apart(Vec2::splat(radius))
                && Cylinder::new(half_height, radius).intersects_local_ray(&ray, 1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::map::{Prop, PropKind, Survey};
    use crate::units::Facing;

    fn map() -> Map {
        let flat = Map::flat(32, 32);
        let mut heights = flat.heights().to_vec();
        for z in 0..33 {
            heights[z * 33 + 20] = 10_300;
        }
        Map::build(Survey {
            width: 32,
            depth: 32,
            heights,
            materials: flat.materials().to_vec(),
            shut: vec![false; 1_024],
            water: None,
            props: vec![
                Prop {
                    kind: PropKind::House,
                    footprint: Footprint::Box { half_x: 3.0, half_z: 1.0 },
                    centre: Vec2::new(8.0, 8.0),
                    yaw: Facing::new(8_192),
                    base: 0.0,
                    top: 3.0,
                },
                Prop {
                    kind: PropKind::Pillar,
                    footprint: Footprint::Cylinder { radius: 0.2 },
                    centre: Vec2::new(8.0, 20.0),
                    yaw: Facing::new(0),
                    base: 0.0,
                    top: 2.0,
                },
            ],
        })
        .unwrap()
    }

    fn sees(from: (f32, f32), to: (f32, f32)) -> bool {
        let feet = |(x, z): (f32, f32)| Vec3::new(x, 0.0, z);
        between_bodies(&map(), feet(from), feet(to))
    }

    #[test]
    fn a_house_hides_and_its_turn_counts() {
        assert!(!sees((8.0, 4.0), (8.0, 12.0)));
        // It stretches from south-west to north-east: the other two corners of its bounds are free.
        assert!(!sees((6.5, 3.0), (6.5, 12.0)));
        assert!(sees((4.0, 9.0), (7.0, 12.0)));
    }

    #[test]
    fn a_pillar_hides_only_what_is_behind_it() {
        assert!(!sees((4.0, 20.0), (12.0, 20.0)));
        assert!(sees((4.0, 20.5), (12.0, 20.5)));
        assert!(sees((4.0, 20.0), (7.5, 20.0)));
    }

    #[test]
    fn a_ridge_hides_unless_one_looks_over_it() {
        assert!(!sees((16.0, 5.0), (24.0, 5.0)));
        let map = map();
        assert!(clear(&map, Vec3::new(16.0, 3.1, 5.0), Vec3::new(24.0, 3.1, 5.0)));
        assert!(!clear(&map, Vec3::new(16.0, 2.9, 5.3), Vec3::new(24.0, 2.9, 5.9)));
    }

    #[test]
    fn hostile_points_are_not_seen() {
        for bad in [f32::NAN, f32::INFINITY, 1e30] {
            assert!(!clear(&map(), Vec3::ONE, Vec3::splat(bad)));
        }
    }
}
