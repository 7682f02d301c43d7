//! How a body walks: the pure function that server, browser and bots share.
//!
//! One call is one tick. It reads the map and the walker and nothing else, so a client that runs it
//! with the same inputs gets the same bits. Rules: game rules, section 2.
//!
//! A general shape cast is not needed. Props rest on the ground, and one that a body cannot step
//! onto rises above its feet by more than the radius of its capsule: so it meets the cylindrical
//! part, and the sweep of a disc against the footprint is the capsule's against the prop.
//! Cells that are shut stop the body's centre at their edges. Then the height is sampled.

use crate::content::map::{Cell, Contact, Map};
use crate::math::{Vec2, Vec3, ground, settled, settled_vec3};
use crate::units::TICK_SECONDS;

/// Radius of every walking capsule, metres.
pub const BODY_RADIUS: f32 = 0.4;
/// Height of every walking capsule, metres.
pub const BODY_HEIGHT: f32 = 1.8;
/// What a body steps onto without a jump, and how far it follows the ground down, metres. Not above
/// `BODY_RADIUS`, else the disc sweep is no longer the capsule's.
pub const STEP_HEIGHT: f32 = 0.4;
/// Greatest walking speed, metres per second. The prop grid of a map is made for it.
pub const SPEED_MAX: f32 = 7.5;
/// How deep a contact may reach, metres: rounding of positions up to 1 024 m is 16 times smaller.
pub const CONTACT_SLACK: f32 = 1.0 / 1_024.0;
/// Contacts of one tick after which what is left of the motion is given up.
const CONTACTS_MAX: usize = 4;
/// Distance a body is pushed off what it touches, metres, within the slack.
const SKIN: f32 = CONTACT_SLACK / 2.0;
/// Acceleration of a fall, metres per second squared, and its greatest speed.
const FALL_ACCELERATION: f32 = 20.0;
const FALL_SPEED_MAX: f32 = 30.0;
/// Parts of one tick of a forced movement: up to 60 metres per second.
const LEAP_PARTS_MAX: f32 = 8.0;
/// Heights a walker is kept within, metres: those a map can have, and room above.
const HEIGHT_RANGE: (f32, f32) = (-200.0, 2_000.0);

/// Exact state of a walking body.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Walker {
    /// Feet, metres.
    pub position: Vec3,
    /// Downward speed, metres per second; 0 on the ground.
    pub fall_speed: f32,
}

/// Moves a walker by one tick of 50 ms.
///
/// `heading` is no longer than 1 (1 = full speed), `speed` in metres per second, 0..=7.5; what is
/// longer or faster is cut, what is no number stands still. Returns the walker after sweep and
/// slide, step up, snap down or fall: always finite, on the map, and without `-0.0`.
#[must_use]
pub fn step(map: &Map, walker: Walker, heading: Vec2, speed: f32) -> Walker {
    let start = placed(map, walker.position);
    let motion = motion(heading, speed);
    let feet = start.y;
    let place =
        if motion == Vec2::ZERO { ground(start) } else { slide(map, ground(start), motion, feet) };
    let below = map.ground_at(place.x, place.y, feet);
    let fall_speed = if walker.fall_speed.is_finite() { walker.fall_speed.max(0.0) } else { 0.0 };
    let (height, fall_speed) = if feet - below <= STEP_HEIGHT {
        (below, 0.0)
    } else {
        let fall_speed = (fall_speed + FALL_ACCELERATION * TICK_SECONDS).min(FALL_SPEED_MAX);
        let height = feet - fall_speed * TICK_SECONDS;
        if height <= below { (below, 0.0) } else { (height, fall_speed) }
    };
    Walker {
        position: settled_vec3(Vec3::new(place.x, height, place.y)),
        fall_speed: settled(fall_speed),
    }
}

/// Moves a walker by one tick of a forced movement, which may be faster than any walk.
///
/// It is `step` in as many equal parts as the speed needs; `heading` and `speed` as there.
#[must_use]
pub fn leap(map: &Map, walker: Walker, heading: Vec2, speed: f32) -> Walker {
    let parts = (speed / SPEED_MAX).ceil().clamp(1.0, LEAP_PARTS_MAX);
    let mut walker = walker;
    for _ in 0..parts as u32 {
        walker = step(map, walker, heading, speed / parts);
    }
    walker
}

/// A walker at rest on the ground of a place.
#[must_use]
pub fn standing(map: &Map, place: Vec2) -> Walker {
    let place = ground(placed(map, Vec3::new(place.x, 0.0, place.y)));
    let height = map.height_at(place.x, place.y);
    let height = map.ground_at(place.x, place.y, height);
    Walker { position: settled_vec3(Vec3::new(place.x, height, place.y)), fall_speed: 0.0 }
}

/// A position as numbers on the map.
fn placed(map: &Map, position: Vec3) -> Vec3 {
    let number = |value: f32| if value.is_finite() { value } else { 0.0 };
    let place = on_map(map, Vec2::new(number(position.x), number(position.z)));
    Vec3::new(place.x, number(position.y).clamp(HEIGHT_RANGE.0, HEIGHT_RANGE.1), place.y)
}

/// The nearest place on the map.
fn on_map(map: &Map, place: Vec2) -> Vec2 {
    place.clamp(Vec2::splat(CONTACT_SLACK), map.extent() - CONTACT_SLACK)
}

/// Wanted motion of one tick.
fn motion(heading: Vec2, speed: f32) -> Vec2 {
    if !heading.is_finite() || !speed.is_finite() {
        return Vec2::ZERO;
    }
    // Cut first: the square of a huge number is not finite.
    let heading = heading.clamp(Vec2::splat(-1.0), Vec2::splat(1.0));
    let squared = heading.length_squared();
    let heading = if squared > 1.0 { heading / squared.sqrt() } else { heading };
    heading * (speed.clamp(0.0, SPEED_MAX) * TICK_SECONDS)
}

/// Sweeps from `from` by `motion`, sliding along what is met.
fn slide(map: &Map, from: Vec2, motion: Vec2, feet: f32) -> Vec2 {
    let near = map.near(from);
    let mut at = from;
    let mut left = motion;
    let mut previous: Option<Vec2> = None;
    for _ in 0..CONTACTS_MAX {
        let mut first = shut_contact(map, at, left);
        for &index in near {
            let solid = &map.solids()[usize::from(index)];
            if !solid.blocks(feet) {
                continue;
            }
            let contact = solid.contact(at, left);
            if contact.is_some_and(|new| first.is_none_or(|old| new.share < old.share)) {
                first = contact;
            }
        }
        let share = first.map_or(1.0, |contact| contact.share);
        let next = on_map(map, at + left * share);
        if map.is_walkable(Cell::at(next)) || !map.is_walkable(Cell::at(at)) {
            at = next;
        }
        let Some(Contact { normal, .. }) = first else { break };
        left *= 1.0 - share;
        left -= normal * left.dot(normal).min(0.0);
        if previous.is_some_and(|previous| left.dot(previous) < 0.0) {
            break;
        }
        left += normal * SKIN;
        previous = Some(normal);
    }
    at
}

/// First edge of a shut cell that the centre of a body meets, stopped a slack before it.
///
/// A body that stands in a shut cell already is not stopped: it must find its way out.
fn shut_contact(map: &Map, from: Vec2, motion: Vec2) -> Option<Contact> {
    let mut cell = Cell::at(from);
    if !map.is_walkable(cell) {
        return None;
    }
    loop {
        let east = edge_share(from.x, motion.x, cell.x);
        let north = edge_share(from.y, motion.y, cell.z);
        let share = east.min(north);
        if share >= 1.0 {
            return None;
        }
        let normal = if east <= north {
            cell.x += if motion.x > 0.0 { 1 } else { -1 };
            Vec2::new(if motion.x > 0.0 { -1.0 } else { 1.0 }, 0.0)
        } else {
            cell.z += if motion.y > 0.0 { 1 } else { -1 };
            Vec2::new(0.0, if motion.y > 0.0 { -1.0 } else { 1.0 })
        };
        if !map.is_walkable(cell) {
            return Some(Contact { share, normal });
        }
    }
}

/// Share of `motion` after which a coordinate leaves cell `cell`, less the slack.
fn edge_share(from: f32, motion: f32, cell: i32) -> f32 {
    if motion > 0.0 {
        ((cell as f32 + 1.0 - CONTACT_SLACK - from) / motion).max(0.0)
    } else if motion < 0.0 {
        ((cell as f32 + CONTACT_SLACK - from) / motion).max(0.0)
    } else {
        f32::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::map::{Footprint, Prop, PropKind, Survey};
    use crate::units::Facing;

    fn crate_at(x: f32, z: f32, top: f32) -> Prop {
        Prop {
            kind: PropKind::Crate,
            footprint: Footprint::Box { half_x: 1.0, half_z: 1.0 },
            centre: Vec2::new(x, z),
            yaw: Facing::new(0),
            base: -1.0,
            top,
        }
    }

    fn map(change: impl FnOnce(&mut Survey)) -> Map {
        let flat = Map::flat(16, 16);
        let mut survey = Survey {
            width: 16,
            depth: 16,
            heights: flat.heights().to_vec(),
            materials: flat.materials().to_vec(),
            shut: vec![false; 256],
            water: None,
            props: Vec::new(),
        };
        change(&mut survey);
        Map::build(survey).unwrap()
    }

    fn walk(map: &Map, from: Vec2, heading: Vec2, ticks: usize) -> Walker {
        (0..ticks).fold(standing(map, from), |walker, _| step(map, walker, heading, 5.0))
    }

    #[test]
    fn open_ground_is_crossed_at_full_speed() {
        let end = walk(&map(|_| ()), Vec2::new(2.0, 2.0), Vec2::new(0.6, 0.8), 20);
        assert!((end.position - Vec3::new(5.0, 0.0, 6.0)).length() < 1e-3, "{end:?}");
    }

    #[test]
    fn a_wall_stops_and_is_slid_along() {
        let map = map(|survey| survey.props.push(crate_at(8.0, 8.0, 2.0)));
        let end = walk(&map, Vec2::new(4.0, 8.0), Vec2::X, 100);
        assert!((end.position.x - 6.6).abs() < 2e-3, "{end:?}");
        let end = walk(&map, Vec2::new(4.0, 8.0), Vec2::new(0.8, 0.6), 60);
        assert!(end.position.x > 9.0 && end.position.z > 9.0, "slid round the corner: {end:?}");
    }

    #[test]
    fn a_low_prop_is_stepped_onto_and_left() {
        let map = map(|survey| survey.props.push(crate_at(8.0, 8.0, 0.4)));
        let top = walk(&map, Vec2::new(4.0, 8.0), Vec2::X, 16);
        assert_eq!(top.position.y, 0.4);
        let end = walk(&map, Vec2::new(4.0, 8.0), Vec2::X, 32);
        assert!(end.position.y == 0.0 && end.position.x > 11.0, "{end:?}");
    }

    #[test]
    fn a_body_falls_with_growing_speed_and_lands() {
        let map = map(|_| ());
        let mut walker = Walker { position: Vec3::new(8.0, 3.0, 8.0), fall_speed: 0.0 };
        walker = step(&map, walker, Vec2::ZERO, 0.0);
        assert_eq!(walker.fall_speed, 1.0);
        assert!((walker.position.y - 2.95).abs() < 1e-6);
        for _ in 0..20 {
            walker = step(&map, walker, Vec2::ZERO, 0.0);
        }
        assert_eq!((walker.position.y, walker.fall_speed), (0.0, 0.0));
    }

    #[test]
    fn shut_cells_and_the_border_are_walls_for_the_centre() {
        let map = map(|survey| survey.shut[8 * 16 + 8] = true);
        let end = walk(&map, Vec2::new(4.5, 8.5), Vec2::X, 100);
        assert!(end.position.x < 8.0 && end.position.x > 7.99, "{end:?}");
        let end = walk(&map, Vec2::new(14.0, 3.0), Vec2::new(0.8, 0.6), 40);
        assert!(end.position.x < 16.0 && end.position.z > 8.0, "slid along the border: {end:?}");
    }

    #[test]
    fn who_starts_inside_gets_out_but_not_deeper() {
        let map = map(|survey| survey.props.push(crate_at(8.0, 8.0, 2.0)));
        let inside = Walker { position: Vec3::new(7.3, 0.0, 8.0), fall_speed: 0.0 };
        let deeper = step(&map, inside, Vec2::X, 5.0);
        assert!(deeper.position.x <= 7.3, "{deeper:?}");
        let out = (0..10).fold(inside, |walker, _| step(&map, walker, Vec2::NEG_X, 5.0));
        assert!(out.position.x < 5.0, "{out:?}");
    }
}
