//! Where actors may be put: the nearest open cell, the arrival area, a spawn group's circle.

use super::state::Scene;
use crate::content::map::{Cell, Map};
use crate::math::{Vec2, Vec3};
use crate::rng::Draws;
use crate::walk;

/// Draws for one place before the next best is taken.
pub(crate) const PLACE_TRIES: u32 = 16;

/// The standing place nearest to `place`; `None` when it is not on the map or nothing is open.
pub(crate) fn standing(map: &Map, place: Vec2) -> Option<Vec3> {
    let extent = map.extent();
    let inside = place.cmpge(Vec2::ZERO).all() && place.cmplt(extent).all();
    if !inside {
        return None;
    }
    let open = map.nearest_open(place)?;
    Some(walk::standing(map, open).position)
}

/// A place for a newcomer in the zone's arrival area.
pub(crate) fn arrival(scene: &Scene, draws: Draws) -> Option<Vec3> {
    let area = &scene.def().arrival;
    (0..PLACE_TRIES)
        .find_map(|n| in_circle(&scene.map, area.centre, area.radius, (draws, n)))
        .or_else(|| standing(&scene.map, area.centre))
}

/// Draw number `n` of a place in a circle: the centre of an open cell, or `None` when the draw missed.
pub(crate) fn in_circle(
    map: &Map,
    centre: Vec2,
    radius: f32,
    (draws, n): (Draws, u32),
) -> Option<Vec3> {
    let offset = Vec2::new(draws.signed_unit(2 * n), draws.signed_unit(2 * n + 1));
    if offset.length_squared() > 1.0 {
        return None;
    }
    let wanted = centre + offset * radius;
    let (x, z) = (wanted.x.floor() + 0.5, wanted.y.floor() + 0.5);
    if !map.is_open(Cell::at(Vec2::new(x, z))) {
        return None;
    }
    Some(walk::standing(map, Vec2::new(x, z)).position)
}
