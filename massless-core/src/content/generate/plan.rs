//! What a plan of a zone holds: where rivers, lakes, roads and places lie. Metres, (east, north).

mod oxbow;
mod vales;

use super::noise::noise;
use crate::math::Vec2;

pub(super) use oxbow::OXBOW;
pub(super) use vales::{BRIAR, CINDER, MISTWATER};

/// Height of a town's ground.
pub(super) const TOWN_HEIGHT: f32 = 3.5;
/// Height of the water.
pub(super) const WATER: f32 = 0.0;
/// Half a road's width.
pub(super) const ROAD_HALF: f32 = 1.7;

/// A zone before it is built.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Edge of the square.
    pub(super) edge: u32,
    /// What lies at its border.
    pub(super) shape: Shape,
    /// Middle of the town: the respawn point.
    pub(super) town: Vec2,
    /// Portals.
    pub(super) gates: &'static [Gate],
    /// Height of the ground round each.
    pub(super) gate_height: f32,
    pub(super) water: Water,
    /// Roads, each a line of places.
    pub(super) roads: &'static [&'static [Vec2]],
    /// Circles where creatures live: kept mostly free of props. The number is the radius.
    pub(super) clearings: &'static [(Vec2, f32)],
    pub(super) relief: Relief,
    pub(super) growth: Growth,
    /// Middle of the farm.
    pub(super) farm: Option<Vec2>,
    /// Middle of a ring of stones.
    pub(super) ruin: Option<Vec2>,
    /// Camps of thieves; the first has a stockade and a tower.
    pub(super) camps: &'static [Vec2],
}

/// What lies at the border of a zone.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// Mountains all round with a pass to the north.
    Vale,
    /// A bank of hills, open at the gates.
    Plain,
}

/// A portal and the direction in which one leaves it.
#[derive(Clone, Copy)]
pub(super) struct Gate {
    pub(super) place: Vec2,
    pub(super) inward: Vec2,
}

/// Rivers, lakes and how roads cross them.
#[derive(Clone, Copy)]
pub(super) struct Water {
    pub(super) streams: &'static [&'static [Vec2]],
    /// Half the width of the streams.
    pub(super) half_width: f32,
    /// Middle, and radii along east and north.
    pub(super) lakes: &'static [(Vec2, Vec2)],
    /// Dams with railings.
    pub(super) bridges: &'static [(Vec2, Vec2)],
    /// Gravel.
    pub(super) fords: &'static [(Vec2, Vec2)],
}

/// Heights.
#[derive(Clone, Copy)]
pub(super) struct Relief {
    /// Lowest ground off the water.
    pub(super) base: f32,
    /// How far the ground swells above it, and over which distance.
    pub(super) swell: f32,
    pub(super) swell_metres: f32,
    /// Height of what lies at the border: least, and what crags add.
    pub(super) rim: (f32, f32),
    /// Hills: middle, radius, height.
    pub(super) hills: &'static [(Vec2, f32, f32)],
}

/// Plants and rocks.
#[derive(Clone, Copy)]
pub(super) struct Growth {
    /// Between which values of a noise the woods thicken: lower is more.
    pub(super) woods: (f32, f32),
    /// Share of sown places with a plant in the thick of the woods.
    pub(super) wooded: f32,
    /// The same in the open.
    pub(super) lone: f32,
    /// Share of bushes.
    pub(super) bushes: f32,
    /// Between which heights oaks give way to pines.
    pub(super) pines: (f32, f32),
    /// Value of a noise beyond which grass is dry.
    pub(super) dry: f32,
    /// Tries to set a rock.
    pub(super) rocks: u64,
}

/// Places of people round the town's middle, which no prop may crowd.
const PEOPLE: [Vec2; 9] = [
    Vec2::new(-10.0, 0.0),
    Vec2::new(10.0, 0.0),
    Vec2::new(0.0, 12.0),
    Vec2::new(-14.0, -10.0),
    Vec2::new(14.0, -10.0),
    Vec2::new(0.0, -14.0),
    Vec2::new(6.0, 16.0),
    Vec2::new(-8.0, 20.0),
    Vec2::new(8.0, 20.0),
];

impl Plan {
    /// Places of the town's people.
    pub(super) fn people(&self) -> impl Iterator<Item = Vec2> {
        PEOPLE.into_iter().map(|offset| self.town + offset)
    }

    /// Bridges and fords.
    pub(super) fn crossings(&self) -> impl Iterator<Item = (Vec2, Vec2)> {
        self.water.fords.iter().chain(self.water.bridges).copied()
    }

    /// Distance from a place to the nearest road.
    pub(super) fn road_distance(&self, place: Vec2) -> f32 {
        self.roads.iter().fold(f32::MAX, |least, road| least.min(line_distance(place, road)))
    }

    /// Distance from a place to the nearest of some segments.
    pub(super) fn nearest(place: Vec2, segments: &[(Vec2, Vec2)]) -> f32 {
        segments.iter().fold(f32::MAX, |least, &one| least.min(segment_distance(place, one)))
    }

    /// Distance from a place to the nearest portal.
    pub(super) fn gate_distance(&self, place: Vec2) -> f32 {
        self.gates.iter().fold(f32::MAX, |least, gate| least.min(place.distance(gate.place)))
    }

    /// Distance from a place to the nearest water's edge, negative on the water. Shores wind a
    /// little.
    pub(super) fn water_distance(&self, seed: u64, place: Vec2) -> f32 {
        let drift = |stream: u32| (noise(seed, stream, place.x / 19.0, place.y / 19.0) - 0.5) * 9.0;
        let ripple = (noise(seed, 50, place.x / 7.0, place.y / 7.0) - 0.5) * 1.6;
        let place = place + Vec2::new(drift(51), drift(52));
        let streams = self.water.streams.iter();
        let stream = streams.fold(f32::MAX, |least, line| least.min(line_distance(place, line)));
        let lakes = self.water.lakes.iter();
        let lake = lakes.fold(f32::MAX, |least, &lake| least.min(shore_distance(place, lake)));
        ripple + (stream - self.water.half_width).min(lake)
    }
}

/// Distance from a place to a segment.
pub(super) fn segment_distance(place: Vec2, (from, to): (Vec2, Vec2)) -> f32 {
    let along = to - from;
    let share = ((place - from).dot(along) / along.length_squared()).clamp(0.0, 1.0);
    place.distance(from + along * share)
}

/// Distance from a place to a line of segments.
fn line_distance(place: Vec2, line: &[Vec2]) -> f32 {
    line.windows(2)
        .fold(f32::MAX, |least, pair| least.min(segment_distance(place, (pair[0], pair[1]))))
}

/// Distance from a place to the shore of a lake, negative on the water; near the shore only.
fn shore_distance(place: Vec2, (middle, radii): (Vec2, Vec2)) -> f32 {
    ((place - middle) / radii).length() * radii.min_element() - radii.min_element()
}
