//! Lines of sight agree with looking at many points of the line, over hills and among props.

use massless_core::content::map::{Footprint, Map, Material, Prop, PropKind, Solid, Survey};
use massless_core::math::{Vec2, Vec3, ground};
use massless_core::spatial::sight::clear;
use massless_core::units::Facing;
use proptest::prelude::*;

const EDGE: u32 = 20;

fn prop() -> impl Strategy<Value = Prop> {
    let footprint = prop_oneof![
        (0.1_f32..3.0, 0.1_f32..3.0).prop_map(|(half_x, half_z)| Footprint::Box { half_x, half_z }),
        (0.1_f32..2.0).prop_map(|radius| Footprint::Cylinder { radius }),
    ];
    (footprint, 0.0_f32..20.0, 0.0_f32..20.0, any::<u16>(), -1.0_f32..4.0).prop_map(
        |(footprint, x, z, yaw, top)| Prop {
            kind: PropKind::Rock,
            footprint,
            centre: Vec2::new(x, z),
            yaw: Facing::new(yaw),
            base: -5.0,
            top,
        },
    )
}

fn map() -> impl Strategy<Value = Map> {
    let samples = ((EDGE + 1) * (EDGE + 1)) as usize;
    let cells = (EDGE * EDGE) as usize;
    let heights = proptest::collection::vec(9_900_u16..10_100, samples);
    (heights, proptest::collection::vec(prop(), 0..6)).prop_map(move |(heights, props)| {
        let materials = vec![Material::Grass; cells];
        let shut = vec![false; cells];
        let survey =
            Survey { width: EDGE, depth: EDGE, heights, materials, shut, water: None, props };
        Map::build(survey).expect("the survey is legal")
    })
}

fn point() -> impl Strategy<Value = Vec3> {
    (0.0_f32..20.0, -1.0_f32..4.0, 0.0_f32..20.0).prop_map(|(x, y, z)| Vec3::new(x, y, z))
}

/// How far a point is inside of terrain or a prop, metres; negative outside.
fn depth(map: &Map, at: Vec3) -> f32 {
    let inside = |solid: &Solid| {
        (0.0 - solid.distance(ground(at)).0).min(solid.top - at.y).min(at.y - solid.base)
    };
    let terrain = map.height_at(at.x, at.z) - at.y;
    map.solids().iter().map(inside).fold(terrain, f32::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_line_is_clear_when_no_point_of_it_is_inside(map in map(), from in point(), to in point()) {
        let deepest = (0..=2_000)
            .map(|part| depth(&map, from.lerp(to, part as f32 / 2_000.0)))
            .fold(f32::MIN, f32::max);
        // Between two looked-at points the line may dip by their distance: 2 cm are not judged.
        if deepest > 0.005 {
            prop_assert!(!clear(&map, from, to), "{deepest} m inside");
        } else if deepest < -0.02 {
            prop_assert!(clear(&map, from, to), "{} m outside", -deepest);
        }
    }
}
