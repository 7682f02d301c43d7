//! The ground that is walked on: hills and boxes from a seed.

use anyhow::{Result, ensure};
use massless_core::content::map::{
    Footprint, Map, Material, Prop, PropKind, Survey, raw_height_of,
};
use massless_core::math::Vec2;
use massless_core::units::Facing;

use crate::mix;

const CELLS: u32 = 128;
const BOXES: usize = 500;

/// Rolling hills with 500 boxes of 0.3 to 2.5 m height.
pub(crate) fn hills(seed: u64) -> Result<Map> {
    map(seed, |x, z| 2.0 * (wave(x, 41.0) + wave(z, 33.0)) + 0.5 * wave(x + z, 17.0))
}

/// The same boxes on a plain.
pub(crate) fn plain(seed: u64) -> Result<Map> {
    map(seed, |_, _| 0.0)
}

/// Open places, spread over the map.
pub(crate) fn places(map: &Map, count: usize, seed: u64) -> Vec<Vec2> {
    let mut places = Vec::new();
    for n in 0.. {
        let place = place(seed ^ 0x9E37, n);
        if map.is_clear(place) {
            places.push(place);
        }
        if places.len() == count {
            break;
        }
    }
    places
}

fn map(seed: u64, height: impl Fn(f32, f32) -> f32) -> Result<Map> {
    let cells = (CELLS * CELLS) as usize;
    let mut heights = Vec::new();
    for z in 0..=CELLS {
        for x in 0..=CELLS {
            heights.push(raw_height_of(height(x as f32, z as f32)));
        }
    }
    let props: Vec<Prop> = (0..BOXES as u64).map(|n| prop(seed, n, &height)).collect();
    let map = Map::build(Survey {
        width: CELLS,
        depth: CELLS,
        heights,
        materials: vec![Material::Grass; cells],
        shut: vec![false; cells],
        water: None,
        props,
    })?;
    ensure!(map.props().len() == BOXES, "all boxes stand");
    Ok(map)
}

fn prop(seed: u64, n: u64, height: impl Fn(f32, f32) -> f32) -> Prop {
    let centre = place(seed, n);
    let share = |stream: u64| (mix(seed ^ mix(n) ^ stream) >> 40) as f32 / 16_777_216.0;
    let ground = height(centre.x, centre.y);
    #[expect(clippy::cast_possible_truncation, reason = "16 mixed bits are wanted")]
    let yaw = Facing::new(mix(seed ^ n) as u16);
    Prop {
        kind: PropKind::Crate,
        footprint: Footprint::Box { half_x: 0.4 + 0.8 * share(1), half_z: 0.4 + 0.8 * share(2) },
        centre,
        yaw,
        base: ground - 4.0,
        top: ground + 0.3 + 2.2 * share(3),
    }
}

/// A place at least 4 m from the border.
fn place(seed: u64, n: u64) -> Vec2 {
    let word = mix(seed.wrapping_mul(0x5851_F42D) ^ mix(n));
    let share = |bits: u64| (bits & 0xFF_FFFF) as f32 / 16_777_216.0;
    Vec2::new(share(word), share(word >> 32)) * (CELLS as f32 - 8.0) + Vec2::splat(4.0)
}

fn wave(at: f32, length: f32) -> f32 {
    (at * std::f32::consts::TAU / length).sin()
}
