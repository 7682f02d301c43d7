//! Makes the map of Cinder Vale from a seed.
//!
//! A tool for authors: its output is committed as `content/maps/cinder-vale.map` and a test keeps
//! both the same. The server never runs it. Pure, and only arithmetic that gives the same bits on
//! every machine.

mod noise;
mod plan;
mod props;

use super::map::{Map, Material, Survey, height_of, raw_height_of};
use crate::math::Vec2;
use noise::{fractal, mix, noise, ramp};
use plan::{BRIDGE, CLEARINGS, EDGE, FORDS, HILLS, PORTAL, ROAD_HALF, TOWN, TOWN_HEIGHT, WATER};

/// The seed of the committed map.
pub const CINDER_VALE_SEED: u64 = 0x0C1D_E44A_1E00_0001;

/// Height of a bank beside the water, metres.
const BANK: f32 = 0.9;
/// Height of a dam that carries a road over water, and of the gravel of a ford.
const DAM_HEIGHT: f32 = 1.3;
const FORD_HEIGHT: f32 = 0.2;
/// Half the width of a dam and of a ford, metres.
const DAM_HALF: f32 = 3.0;
const FORD_HALF: f32 = 3.5;

/// The map of Cinder Vale: 256 x 256 m, a valley between mountains, a town, a river and a lake.
#[must_use]
pub fn cinder_vale(seed: u64) -> Map {
    let stride = EDGE + 1;
    let heights: Vec<u16> = (0..stride * stride)
        .map(|index| Vec2::new((index % stride) as f32, (index / stride) as f32))
        .map(|place| raw_height_of(height(seed, place)))
        .collect();
    let cells = (EDGE * EDGE) as usize;
    let mut survey = Survey {
        width: EDGE,
        depth: EDGE,
        heights,
        materials: Vec::with_capacity(cells),
        shut: vec![false; cells],
        water: Some(raw_height_of(WATER)),
        props: Vec::new(),
    };
    for index in 0..cells {
        let material = material(seed, &survey.heights, index);
        survey.materials.push(material);
    }
    let bare = Map::build(survey.clone()).expect("the generated survey has legal layers");
    survey.props = props::place(seed, &bare);
    Map::build(survey).expect("every generated prop rests on the ground")
}

/// Height of the ground at a sample, metres.
fn height(seed: u64, place: Vec2) -> f32 {
    let mut height = 2.6 + fractal(seed, 1, place.x / 58.0, place.y / 58.0) * 5.0;
    for (middle, radius, rise) in HILLS {
        height += rise * ramp(radius, 0.0, place.distance(middle));
    }
    let rough = noise(seed, 40, place.x / 7.0, place.y / 7.0) - 0.5;
    let calm = ramp(ROAD_HALF, ROAD_HALF + 6.0, plan::road_distance(place));
    height += rough * mix(0.15, 1.1, calm);
    height += rim(seed, place);
    height = mix(TOWN_HEIGHT, height, ramp(33.0, 45.0, place.distance(TOWN)));
    height = mix(6.0, height, ramp(5.0, 16.0, place.distance(PORTAL)));
    watered(seed, place, height)
}

/// What the mountains at the border add, metres. They leave coves where creatures live.
fn rim(seed: u64, place: Vec2) -> f32 {
    let edge = EDGE as f32;
    let (east, north) = (place.x.min(edge - place.x), place.y.min(edge - place.y));
    // Corners are rounded: there both borders count.
    let rounding = ramp(70.0, 0.0, east) * ramp(70.0, 0.0, north) * 22.0;
    let wobble = (fractal(seed, 2, place.x / 34.0, place.y / 34.0) - 0.5) * 38.0;
    let share = ramp(36.0, -2.0, east.min(north) - rounding + wobble).max(
        // A wall stands at the very border whatever the wobble says.
        ramp(9.0, 1.0, east.min(north)),
    );
    let cove = CLEARINGS.iter().fold(1.0_f32, |share, &(middle, radius)| {
        share.min(ramp(radius - 3.0, radius + 13.0, place.distance(middle)))
    });
    let cove = cove.max(ramp(7.0, 0.0, east.min(north)));
    let crags = fractal(seed, 3, place.x / 20.0, place.y / 20.0);
    let pass = ramp(9.0, 24.0, (place.x - PORTAL.x).abs()).max(ramp(216.0, 206.0, place.y));
    let gate = ramp(253.5, 256.0, place.y) * 12.0;
    share * (0.35 + 0.65 * share) * (26.0 + crags * 30.0) * pass * cove + gate
}

/// Carves river and lakes, then builds fords and the dam.
fn watered(seed: u64, place: Vec2, land: f32) -> f32 {
    let distance = plan::water_distance(seed, place);
    let bank = mix(BANK, land, ramp(1.5, 17.0, distance));
    let depth = mix(-1.6, -3.4, ramp(-4.0, -12.0, distance));
    let mut height = mix(depth, bank, ramp(-1.8, 1.5, distance));
    for ford in FORDS {
        let share = ramp(FORD_HALF + 2.0, FORD_HALF, plan::segment_distance(place, ford));
        height = height.max(mix(height, FORD_HEIGHT, share));
    }
    let along = plan::segment_distance(place, BRIDGE);
    if along < DAM_HALF {
        height = height.max(DAM_HEIGHT);
    }
    height
}

/// What covers a cell.
fn material(seed: u64, heights: &[u16], index: usize) -> Material {
    let (edge, stride) = (EDGE as usize, EDGE as usize + 1);
    let place = Vec2::new((index % edge) as f32 + 0.5, (index / edge) as f32 + 0.5);
    let south = index / edge * stride + index % edge;
    let corners = [south, south + 1, south + stride, south + stride + 1].map(|at| heights[at]);
    let [low, high] = [corners.iter().min(), corners.iter().max()]
        .map(|raw| height_of(raw.copied().unwrap_or_default()));
    let grain = noise(seed, 60, place.x / 2.5, place.y / 2.5);
    let steep = high - low + (grain - 0.5) * 0.3;
    let road = plan::road_distance(place) + (grain - 0.5) * 1.3;
    let town = place.distance(TOWN);
    if plan::segment_distance(place, BRIDGE) < DAM_HALF - 0.5 {
        Material::Planks
    } else if low < WATER {
        Material::Bed
    } else if FORDS.iter().any(|&ford| plan::segment_distance(place, ford) < FORD_HALF) {
        Material::Sand
    } else if town < 13.0 + grain * 2.0 || (town < 35.0 && road < 1.9) {
        Material::Paving
    } else if road < ROAD_HALF {
        Material::Dirt
    } else if steep > 1.0 || high > 25.0 {
        Material::Rock
    } else if steep > 0.72 {
        Material::Scree
    } else if plan::water_distance(seed, place) < 3.0 + grain * 2.5 && high < 1.6 {
        Material::Sand
    } else if forest(seed, place) > 0.55 + grain * 0.2 {
        Material::Litter
    } else if is_dry(seed, place, grain) {
        Material::DryGrass
    } else {
        Material::Grass
    }
}

fn is_dry(seed: u64, place: Vec2, grain: f32) -> bool {
    let camp = CLEARINGS.iter().any(|&(middle, radius)| {
        place.distance(middle) < radius * (0.55 + 0.3 * grain) && middle.y > 190.0
    });
    camp || fractal(seed, 4, place.x / 36.0, place.y / 36.0) + grain * 0.12 > 0.62
}

/// How wooded a place is, 0..=1.
fn forest(seed: u64, place: Vec2) -> f32 {
    let wild = ramp(0.42, 0.56, fractal(seed, 5, place.x / 44.0, place.y / 44.0));
    let cleared = CLEARINGS.iter().fold(1.0_f32, |share, &(middle, radius)| {
        share.min(ramp(radius - 3.0, radius + 5.0, place.distance(middle)))
    });
    let town = ramp(37.0, 46.0, place.distance(TOWN));
    let farm = ramp(20.0, 28.0, place.distance(props::FARM));
    let ruin = ramp(12.0, 18.0, place.distance(props::RUIN));
    wild * cleared * town * farm * ruin
}
