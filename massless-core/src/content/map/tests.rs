//! Unit tests of maps: heights, walkability, the codec, the nearest open cell.

use super::*;
use crate::units::Facing;

fn survey() -> Survey {
    let mut survey = Map::flat(16, 12).survey;
    survey.props.push(Prop {
        kind: PropKind::Crate,
        footprint: Footprint::Box { half_x: 1.2, half_z: 0.5 },
        centre: Vec2::new(8.0, 6.0),
        yaw: Facing::new(0),
        base: -0.5,
        top: 2.0,
    });
    survey
}

#[test]
fn a_cell_splits_along_its_rising_diagonal() {
    let mut survey = survey();
    survey.heights[0] = 10_100;
    let map = Map::build(survey).unwrap();
    assert_eq!(map.height_at(0.0, 0.0), 1.0);
    assert_eq!(map.height_at(0.5, 0.5), 0.5);
    assert_eq!(map.height_at(1.0, 0.0), 0.0);
    assert_eq!(map.height_at(0.75, 0.25), 0.25);
    assert_eq!(map.slope_at(0.75, 0.25), Vec2::new(-1.0, 0.0));
}

#[test]
fn walkable_is_gentle_dry_and_not_painted() {
    let mut survey = survey();
    survey.heights[5 * 17 + 5] = 10_101;
    survey.heights[2 * 17 + 2] = 9_999;
    survey.heights[9 * 17 + 9] = 10_100;
    survey.water = Some(10_000);
    survey.shut[0] = true;
    let map = Map::build(survey).unwrap();
    let walkable = |x, z| map.is_walkable(Cell { x, z });
    assert!(!walkable(4, 4) && !walkable(5, 5), "1.01 m of rise is too steep");
    assert!(walkable(9, 9), "45 degrees can be walked");
    assert!(!walkable(8, 9), "45 degrees in both directions is steeper than 45");
    assert!(!walkable(2, 2), "water");
    assert!(!walkable(0, 0), "painted shut");
    assert!(!walkable(-1, 3) && !walkable(16, 3), "outside");
    assert!(walkable(12, 3));
}

#[test]
fn the_path_grid_is_shrunk_by_props() {
    let map = Map::build(survey()).unwrap();
    assert!(!map.is_open(Cell { x: 7, z: 6 }));
    assert!(!map.is_open(Cell { x: 6, z: 5 }), "the crate is 0.3 m from the centre");
    assert!(map.is_open(Cell { x: 5, z: 6 }));
    assert!(map.is_walkable(Cell { x: 7, z: 6 }));
}

#[test]
fn a_map_survives_its_codec() {
    let mut survey = survey();
    survey.shut[0] = true;
    survey.shut[77] = true;
    survey.materials[40] = Material::Dirt;
    survey.water = Some(0);
    survey.heights[30] = u16::MAX;
    survey.heights[31] = 0;
    survey.props[0].base = -100.0;
    survey.props[0].top = -60.0;
    let map = Map::build(survey).unwrap();
    let bytes = map.encode();
    let again = Map::decode(&bytes).unwrap();
    assert_eq!(again.encode(), bytes);
    assert_eq!(again.heights(), map.heights());
    assert_eq!(again.props(), map.props());
    assert_eq!(again.survey.shut, map.survey.shut);
    for len in 0..bytes.len() {
        assert!(Map::decode(&bytes[..len]).is_err(), "a prefix of {len} bytes was accepted");
    }
}

#[test]
fn broken_bytes_never_panic() {
    let bytes = Map::build(survey()).unwrap().encode();
    for index in 0..bytes.len() {
        for change in [1, 0x80, 0xFF] {
            let mut broken = bytes.clone();
            broken[index] ^= change;
            let _ = Map::decode(&broken);
        }
    }
}

#[test]
fn a_prop_must_rest_on_the_ground() {
    let mut survey = survey();
    survey.props[0].base = 0.1;
    assert!(matches!(Map::build(survey.clone()), Err(MapError::Prop { index: 0, .. })));
    survey.props[0].base = f32::NAN;
    assert!(matches!(Map::build(survey), Err(MapError::Prop { index: 0, .. })));
}

#[test]
fn the_nearest_open_cell_is_beside_the_crate() {
    let map = Map::build(survey()).unwrap();
    assert_eq!(map.nearest_open(Vec2::new(3.2, 3.3)), Some(Vec2::new(3.2, 3.3)));
    let place = map.nearest_open(Vec2::new(8.0, 6.2)).unwrap();
    assert!(map.is_open(Cell::at(place)));
    assert!(place.distance(Vec2::new(8.0, 6.2)) < 1.5, "{place}");
    assert_eq!(map.nearest_open(Vec2::new(-50.0, 3.5)), Some(Vec2::new(0.5, 3.5)));
    assert_eq!(map.nearest_open(Vec2::new(f32::NAN, 0.0)), None);
}
