//! The same capsules in rapier3d: as dynamic bodies and under its kinematic controller.

use std::time::Instant;

use massless_core::content::map::{Footprint, Map, height_of};
use massless_core::math::{Vec2, Vec3};
use massless_core::units::TICK_SECONDS;
use massless_core::walk::{BODY_HEIGHT, BODY_RADIUS, STEP_HEIGHT};
use rapier3d::control::{CharacterAutostep, CharacterLength, KinematicCharacterController};
use rapier3d::prelude::*;

use super::{SPEED, heading};

const HALF: f32 = BODY_HEIGHT / 2.0 - BODY_RADIUS;
/// The gap that the controller keeps to what it touches; it must not be zero.
const OFFSET: f32 = 0.002;

/// Microseconds per step of a dynamic body.
pub(crate) fn dynamic(map: &Map, starts: &[Vec2], ticks: u32) -> f64 {
    let mut world = world(map);
    let bodies: Vec<RigidBodyHandle> = starts
        .iter()
        .map(|place| {
            let body = RigidBodyBuilder::dynamic()
                .translation(centre(map, *place))
                .lock_rotations()
                .can_sleep(false);
            let groups =
                InteractionGroups::new(Group::GROUP_2, Group::GROUP_1, InteractionTestMode::And);
            let shape = ColliderBuilder::capsule_y(HALF, BODY_RADIUS)
                .friction(0.0)
                .collision_groups(groups);
            world.insert(body, shape).0
        })
        .collect();
    for _ in 0..10 {
        world.step();
    }
    let start = Instant::now();
    for tick in 0..ticks {
        for (index, handle) in bodies.iter().enumerate() {
            let wanted = heading(index, tick) * SPEED;
            let body = &mut world.bodies[*handle];
            let falling = body.linvel().y;
            body.set_linvel(Vec3::new(wanted.x, falling, wanted.y), true);
        }
        world.step();
    }
    let elapsed = start.elapsed().as_secs_f64() * 1e6;
    let fallen = bodies.iter().filter(|handle| world.bodies[**handle].translation().y < -50.0);
    assert!(fallen.count() * 20 < starts.len(), "the bodies stay on the ground");
    elapsed / (f64::from(ticks) * starts.len() as f64)
}

/// Microseconds per step under the kinematic controller.
pub(crate) fn kinematic(map: &Map, starts: &[Vec2], ticks: u32) -> f64 {
    let mut world = world(map);
    world.step();
    let mut places: Vec<Vec3> = starts.iter().map(|place| centre(map, *place)).collect();
    let start = Instant::now();
    for tick in 0..ticks {
        for (index, place) in places.iter_mut().enumerate() {
            *place = glide(&world, *place, heading(index, tick) * SPEED);
        }
    }
    let elapsed = start.elapsed().as_secs_f64() * 1e6;
    elapsed / (f64::from(ticks) * starts.len() as f64)
}

/// One tick of the controller: walk, and sink by a tick's fall.
pub(crate) fn glide(world: &PhysicsWorld, centre: Vec3, velocity: Vec2) -> Vec3 {
    let controller = KinematicCharacterController {
        offset: CharacterLength::Absolute(OFFSET),
        autostep: Some(CharacterAutostep {
            max_height: CharacterLength::Absolute(STEP_HEIGHT),
            min_width: CharacterLength::Absolute(0.2),
            include_dynamic_bodies: false,
        }),
        snap_to_ground: Some(CharacterLength::Absolute(STEP_HEIGHT)),
        ..KinematicCharacterController::default()
    };
    let wanted = Vec3::new(velocity.x, -2.0, velocity.y) * TICK_SECONDS;
    let queries = world.query_pipeline();
    let shape = Capsule::new_y(HALF, BODY_RADIUS);
    let pose = Pose::from_translation(centre);
    let moved = controller.move_shape(TICK_SECONDS, &queries, &shape, &pose, wanted, |_| {});
    centre + moved.translation
}

/// A world with the map's terrain as a mesh and its boxes as cuboids.
pub(crate) fn world(map: &Map) -> PhysicsWorld {
    let mut world = PhysicsWorld::new();
    world.gravity = Vec3::new(0.0, -20.0, 0.0);
    world.integration_parameters.dt = TICK_SECONDS;
    world.insert(RigidBodyBuilder::fixed(), terrain(map));
    for wall in walls(map) {
        world.insert(RigidBodyBuilder::fixed(), wall);
    }
    for (prop, solid) in map.props().iter().zip(map.solids()) {
        let Footprint::Box { half_x, half_z } = prop.footprint else { continue };
        let yaw = solid.north.x.atan2(solid.north.y);
        let middle = (prop.base + prop.top) / 2.0;
        let at = Vec3::new(prop.centre.x, middle, prop.centre.y);
        let shape = ColliderBuilder::cuboid(half_x, (prop.top - prop.base) / 2.0, half_z)
            .translation(at)
            .rotation(Vec3::new(0.0, yaw, 0.0))
            .friction(0.0);
        world.insert(RigidBodyBuilder::fixed(), shape);
    }
    world
}

/// Walls along the map's border, where the core's walk ends too.
fn walls(map: &Map) -> [ColliderBuilder; 4] {
    let extent = map.extent();
    let half = Vec3::new(extent.x / 2.0, 50.0, extent.y / 2.0);
    let wall = |half: Vec3, x: f32, z: f32| {
        ColliderBuilder::cuboid(half.x, half.y, half.z).translation(Vec3::new(x, 0.0, z))
    };
    let across = Vec3::new(1.0, half.y, half.z);
    let along = Vec3::new(half.x, half.y, 1.0);
    [
        wall(across, -1.0, half.z),
        wall(across, extent.x + 1.0, half.z),
        wall(along, half.x, -1.0),
        wall(along, half.x, extent.y + 1.0),
    ]
}

/// The cells' triangles, split as the game rules say.
fn terrain(map: &Map) -> ColliderBuilder {
    let (width, depth) = map.size();
    let mut corners = Vec::new();
    let mut triangles = Vec::new();
    for z in 0..=depth {
        for x in 0..=width {
            let height = height_of(map.heights()[(z * (width + 1) + x) as usize]);
            corners.push(Vec3::new(x as f32, height, z as f32));
        }
    }
    for z in 0..depth {
        for x in 0..width {
            let south_west = z * (width + 1) + x;
            let north_west = south_west + width + 1;
            triangles.push([south_west, north_west + 1, south_west + 1]);
            triangles.push([south_west, north_west, north_west + 1]);
        }
    }
    ColliderBuilder::trimesh(corners, triangles)
        .expect("a grid of triangles is a mesh")
        .friction(0.0)
}

/// Middle of a capsule that stands at a place.
pub(crate) fn centre(map: &Map, place: Vec2) -> Vec3 {
    Vec3::new(place.x, map.height_at(place.x, place.y) + BODY_HEIGHT / 2.0 + OFFSET, place.y)
}
