//! Properties of the walking step: it agrees with parry's shape cast, keeps to its speed, rests on
//! walkable ground only, never enters a prop and survives hostile numbers.

use massless_core::content::map::{Cell, Footprint, Map, Material, Prop, PropKind, Solid, Survey};
use massless_core::math::{Vec2, Vec3, direction_of, ground};
use massless_core::units::{Facing, TICK_SECONDS};
use massless_core::walk::{
    BODY_HEIGHT, BODY_RADIUS, CONTACT_SLACK, SPEED_MAX, Walker, standing, step,
};
use parry3d::math::{Pose, Rotation};
use parry3d::query::{ShapeCastOptions, cast_shapes};
use parry3d::shape::{Capsule, Cuboid, Cylinder, Shape};
use proptest::prelude::*;

const EDGE: u32 = 24;

fn footprint() -> impl Strategy<Value = Footprint> {
    prop_oneof![
        (0.1_f32..3.0, 0.1_f32..3.0).prop_map(|(half_x, half_z)| Footprint::Box { half_x, half_z }),
        (0.1_f32..2.0).prop_map(|radius| Footprint::Cylinder { radius }),
    ]
}

fn prop_at(span: f32, tops: core::ops::Range<f32>) -> impl Strategy<Value = Prop> {
    (footprint(), 0.0..span, 0.0..span, any::<u16>(), tops).prop_map(
        |(footprint, x, z, yaw, top)| Prop {
            kind: PropKind::Rock,
            footprint,
            centre: Vec2::new(x, z),
            yaw: Facing::new(yaw),
            base: -8.0,
            top,
        },
    )
}

/// Hills of up to 3 m with steep places, painted cells, water in the hollows, low and high props.
fn map() -> impl Strategy<Value = Map> {
    let samples = ((EDGE + 1) * (EDGE + 1)) as usize;
    let cells = (EDGE * EDGE) as usize;
    (
        proptest::collection::vec(-60_i32..60, samples),
        0.0_f32..0.9,
        proptest::collection::vec(0_u8..16, cells),
        proptest::collection::vec(prop_at(EDGE as f32, -0.5..3.0), 0..12),
    )
        .prop_map(move |(noise, roughness, paint, props)| {
            let stride = (EDGE + 1) as usize;
            let heights = (0..samples).map(|index| {
                let at = |turn: usize| direction_of(Facing::new((turn * 3_600) as u16)).x;
                let wave = at(index % stride) + at(index / stride + 5);
                (10_000.0 + wave * 80.0 + noise[index] as f32 * roughness) as u16
            });
            Map::build(Survey {
                width: EDGE,
                depth: EDGE,
                heights: heights.collect(),
                materials: vec![Material::Grass; cells],
                shut: paint.into_iter().map(|paint| paint == 0).collect(),
                water: Some(9_900),
                props,
            })
            .expect("the survey is legal")
        })
}

fn heading() -> impl Strategy<Value = Vec2> {
    (-1.0_f32..1.0, -1.0_f32..1.0).prop_map(|(x, z)| Vec2::new(x, z))
}

/// Share of the motion that parry's capsule makes before it meets the prop.
fn parry_share(solid: &Solid, yaw: Facing, from: Vec3, motion: Vec2) -> Option<f32> {
    let capsule = Capsule::new_y(BODY_HEIGHT / 2.0 - BODY_RADIUS, BODY_RADIUS);
    let half_height = (solid.top - solid.base) / 2.0;
    let shape: Box<dyn Shape> = match solid.footprint {
        Footprint::Box { half_x, half_z } => {
            Box::new(Cuboid::new(Vec3::new(half_x, half_height, half_z)))
        }
        Footprint::Cylinder { radius } => Box::new(Cylinder::new(half_height, radius)),
    };
    let middle = Vec3::new(solid.centre.x, solid.base + half_height, solid.centre.y);
    let angle = f32::from(yaw.get()) * (core::f32::consts::TAU / 65_536.0);
    let hit = cast_shapes(
        &Pose::from_translation(from + Vec3::Y * (BODY_HEIGHT / 2.0)),
        Vec3::new(motion.x, 0.0, motion.y),
        &capsule,
        &Pose::from_parts(middle, Rotation::from_rotation_y(angle)),
        Vec3::ZERO,
        shape.as_ref(),
        ShapeCastOptions::with_max_time_of_impact(1.0),
    );
    hit.expect("parry supports these shapes").map(|hit| hit.time_of_impact)
}

/// How far a body at a place is from touching exactly, metres.
fn gap_of(solid: &Solid, place: Vec2) -> f32 {
    (solid.distance(place).0 - BODY_RADIUS).abs()
}

/// Least distance from the footprint along a motion, metres.
fn least_distance(solid: &Solid, from: Vec2, motion: Vec2) -> f32 {
    (0..=200)
        .map(|part| solid.distance(from + motion * (part as f32 / 200.0)).0)
        .fold(9.0, f32::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_sweep_agrees_with_parrys_shape_cast(
        prop in prop_at(6.0, 0.5..3.0),
        from in (0.0_f32..6.0, 0.0_f32..6.0),
        aim in (0.0_f32..6.0, 0.0_f32..6.0),
        length in 0.01_f32..1.5,
    ) {
        let solid = Solid::of(&prop);
        let from = Vec2::new(from.0, from.1);
        // Aims near the prop, so that most cases meet it.
        let aim = solid.centre + (Vec2::new(aim.0, aim.1) - 3.0) * 0.4 - from;
        prop_assume!(aim.length() > 0.1 && solid.distance(from).0 > BODY_RADIUS + 0.002);
        let motion = aim / aim.length() * length;
        let ours = solid.contact(from, motion);
        let theirs = parry_share(&solid, prop.yaw, Vec3::new(from.x, 0.0, from.y), motion);
        match (ours, theirs) {
            (None, None) => {}
            (Some(ours), Some(theirs)) => {
                // Compared by distance: in a graze a hair of distance is a long way of motion.
                let gap = |share: f32| gap_of(&solid, from + motion * share);
                prop_assert!(gap(ours.share) < 1e-3, "{} m", gap(ours.share));
                prop_assert!(gap(theirs) < 3e-3, "parry stops {} m off", gap(theirs));
                let apart = (ours.share - theirs).abs() * length;
                prop_assert!(apart < 0.1, "{apart} m apart: {ours:?} {theirs}");
            }
            (ours, theirs) => {
                let gap = (least_distance(&solid, from, motion) - BODY_RADIUS).abs();
                prop_assert!(gap < 2e-3, "one misses it: {ours:?} {theirs:?}, {gap} m");
            }
        }
    }

    #[test]
    fn walks_keep_to_speed_ground_and_outside_of_props(
        map in map(),
        start in (0.0_f32..24.0, 0.0_f32..24.0),
        speed in 0.0_f32..7.5,
        turns in proptest::collection::vec(heading(), 1..12),
    ) {
        let Some(start) = map.nearest_open(Vec2::new(start.0, start.1)) else { return Ok(()) };
        let mut walker = standing(&map, start);
        for heading in turns {
            for _ in 0..12 {
                let next = step(&map, walker, heading, speed);
                let moved = (ground(next.position) - ground(walker.position)).length();
                let wanted = heading.length().min(1.0) * speed * TICK_SECONDS;
                prop_assert!(moved <= wanted + 2.0 * CONTACT_SLACK, "{moved} m, not {wanted}");
                let fallen = walker.position.y - next.position.y;
                prop_assert!(fallen <= 1.5 + 1e-3);
                prop_assert!(map.is_walkable(Cell::at(ground(next.position))), "{next:?}");
                prop_assert!(next.position.y >= map.height_at(next.position.x, next.position.z));
                for solid in map.solids() {
                    let depth = BODY_RADIUS - solid.distance(ground(next.position)).0;
                    let is_over = next.position.y >= solid.top;
                    prop_assert!(is_over || depth <= 1.1e-3, "{depth} m in {solid:?}: {next:?}");
                }
                walker = next;
            }
        }
    }

    #[test]
    fn no_prop_within_reach_of_a_tick_is_overlooked(
        map in map(),
        place in (0.0_f32..24.0, 0.0_f32..24.0),
    ) {
        let place = Vec2::new(place.0, place.1);
        let reach = BODY_RADIUS + SPEED_MAX * TICK_SECONDS + 4.0 * CONTACT_SLACK;
        let near = map.near(place);
        prop_assert!(near.windows(2).all(|pair| pair[0] < pair[1]));
        for (index, solid) in map.solids().iter().enumerate() {
            let is_listed = near.contains(&(index as u16));
            prop_assert!(is_listed || solid.distance(place).0 > reach, "{place} {solid:?}");
        }
    }

    #[test]
    fn a_step_is_a_function_of_its_arguments(
        map in map(),
        place in (0.0_f32..24.0, 0.0_f32..24.0),
        heading in heading(),
    ) {
        let walker = standing(&map, Vec2::new(place.0, place.1));
        let again = Map::decode(&map.encode()).expect("its own bytes");
        prop_assert_eq!(step(&map, walker, heading, 5.0), step(&again, walker, heading, 5.0));
    }

    #[test]
    fn hostile_numbers_stay_finite_and_on_the_map(
        map in map(),
        position in any::<[f32; 3]>(),
        fall_speed in any::<f32>(),
        heading in any::<[f32; 2]>(),
        speed in any::<f32>(),
    ) {
        let mut walker = Walker { position: Vec3::from(position), fall_speed };
        for _ in 0..4 {
            walker = step(&map, walker, Vec2::from(heading), speed);
            prop_assert!(walker.position.is_finite() && walker.fall_speed.is_finite());
            prop_assert!(map.index_of(Cell::at(ground(walker.position))).is_some(), "{walker:?}");
            let Vec3 { x, y, z } = walker.position;
            let numbers = [x, y, z, walker.fall_speed];
            prop_assert!(numbers.iter().all(|number| number.to_bits() != 0x8000_0000));
        }
    }
}
