//! The plan of Cinder Vale: where river, lake, roads and places lie. Metres, (east, north).

use super::noise::noise;
use crate::math::Vec2;

/// Edge of the square vale.
pub(super) const EDGE: u32 = 256;
/// Middle of the town: the respawn point.
pub(super) const TOWN: Vec2 = Vec2::new(128.0, 40.0);
/// Height of the town's ground.
pub(super) const TOWN_HEIGHT: f32 = 3.5;
/// The portal in the northern pass.
pub(super) const PORTAL: Vec2 = Vec2::new(128.0, 250.0);
/// Height of the water.
pub(super) const WATER: f32 = 0.0;
/// The lake and its radius along east and north.
pub(super) const LAKE: (Vec2, Vec2) = (Vec2::new(164.0, 146.0), Vec2::new(15.0, 19.0));
/// The tarn in which the river ends, likewise.
pub(super) const TARN: (Vec2, Vec2) = (Vec2::new(31.0, 53.0), Vec2::new(12.0, 9.0));
/// Half the river's width.
pub(super) const RIVER_HALF: f32 = 3.2;
/// Half a road's width.
pub(super) const ROAD_HALF: f32 = 1.7;

/// From the northern cliffs through the lake to the western tarn.
pub(super) const RIVER: [Vec2; 13] = [
    Vec2::new(98.0, 244.0),
    Vec2::new(106.0, 222.0),
    Vec2::new(122.0, 198.0),
    Vec2::new(144.0, 178.0),
    Vec2::new(158.0, 162.0),
    Vec2::new(164.0, 146.0),
    Vec2::new(152.0, 124.0),
    Vec2::new(136.0, 108.0),
    Vec2::new(124.0, 94.0),
    Vec2::new(112.0, 78.0),
    Vec2::new(92.0, 62.0),
    Vec2::new(66.0, 54.0),
    Vec2::new(36.0, 53.0),
];

/// Where the road crosses the river on a dam with railings.
pub(super) const BRIDGE: (Vec2, Vec2) = (Vec2::new(136.8, 95.2), Vec2::new(123.2, 106.8));
/// Where it crosses over gravel.
pub(super) const FORDS: [(Vec2, Vec2); 2] = [
    (Vec2::new(128.0, 182.5), Vec2::new(138.0, 193.5)),
    (Vec2::new(80.8, 52.0), Vec2::new(77.2, 64.0)),
];

/// Roads, each a line of places.
pub(super) const ROADS: [&[Vec2]; 8] = [
    // Town, bridge, the weavers' hollow.
    &[
        Vec2::new(128.0, 40.0),
        Vec2::new(128.0, 73.0),
        Vec2::new(136.8, 95.2),
        Vec2::new(123.2, 106.8),
        Vec2::new(117.0, 124.0),
        Vec2::new(120.0, 150.0),
    ],
    // Bridge to the hounds' meadow.
    &[Vec2::new(123.2, 106.8), Vec2::new(106.0, 104.0), Vec2::new(88.0, 92.0)],
    // Hounds, reeds, the brutes' hill.
    &[
        Vec2::new(88.0, 92.0),
        Vec2::new(70.0, 118.0),
        Vec2::new(48.0, 140.0),
        Vec2::new(46.0, 170.0),
        Vec2::new(60.0, 200.0),
    ],
    // East side: boars, prowlers, the thieves' camp, their captain.
    &[
        Vec2::new(134.0, 88.0),
        Vec2::new(152.0, 86.0),
        Vec2::new(168.0, 92.0),
        Vec2::new(191.0, 112.0),
        Vec2::new(208.0, 140.0),
        Vec2::new(205.0, 172.0),
        Vec2::new(180.0, 200.0),
        Vec2::new(188.0, 219.0),
        Vec2::new(196.0, 232.0),
    ],
    // Thieves' camp to the portal.
    &[Vec2::new(180.0, 200.0), Vec2::new(160.0, 226.0), Vec2::new(136.0, 236.0), PORTAL],
    // The northern ford.
    &[
        Vec2::new(120.0, 150.0),
        Vec2::new(122.0, 170.0),
        Vec2::new(128.0, 182.5),
        Vec2::new(138.0, 193.5),
        Vec2::new(157.0, 206.0),
        Vec2::new(180.0, 200.0),
    ],
    // Western gate, the southern ford, the hounds.
    &[
        Vec2::new(128.0, 46.0),
        Vec2::new(94.0, 47.0),
        Vec2::new(80.8, 52.0),
        Vec2::new(77.2, 64.0),
        Vec2::new(81.0, 78.0),
        Vec2::new(88.0, 92.0),
    ],
    // Eastern gate and the farm.
    &[
        Vec2::new(128.0, 46.0),
        Vec2::new(162.0, 47.0),
        Vec2::new(186.0, 50.0),
        Vec2::new(198.0, 47.0),
    ],
];

/// Circles where creatures live: kept mostly free of props. The last number is the radius.
pub(super) const CLEARINGS: [(Vec2, f32); 8] = [
    (Vec2::new(88.0, 92.0), 24.0),
    (Vec2::new(168.0, 92.0), 24.0),
    (Vec2::new(48.0, 140.0), 24.0),
    (Vec2::new(208.0, 140.0), 24.0),
    (Vec2::new(120.0, 150.0), 24.0),
    (Vec2::new(60.0, 200.0), 24.0),
    (Vec2::new(180.0, 200.0), 22.0),
    (Vec2::new(196.0, 232.0), 5.0),
];

/// Hills: middle, radius, height.
pub(super) const HILLS: [(Vec2, f32, f32); 7] = [
    (Vec2::new(58.0, 206.0), 44.0, 9.0),
    (Vec2::new(214.0, 148.0), 40.0, 7.0),
    (Vec2::new(226.0, 92.0), 34.0, 12.0),
    (Vec2::new(92.0, 182.0), 24.0, 7.0),
    (Vec2::new(36.0, 96.0), 30.0, 6.0),
    (Vec2::new(232.0, 206.0), 30.0, 10.0),
    (Vec2::new(158.0, 182.0), 16.0, 4.0),
];

/// Places of people in the town, which no prop may crowd.
pub(super) const PEOPLE: [Vec2; 9] = [
    Vec2::new(118.0, 40.0),
    Vec2::new(138.0, 40.0),
    Vec2::new(128.0, 52.0),
    Vec2::new(114.0, 30.0),
    Vec2::new(142.0, 30.0),
    Vec2::new(128.0, 26.0),
    Vec2::new(134.0, 56.0),
    Vec2::new(120.0, 60.0),
    Vec2::new(136.0, 60.0),
];

/// Distance from a place to a segment.
pub(super) fn segment_distance(place: Vec2, (from, to): (Vec2, Vec2)) -> f32 {
    let along = to - from;
    let share = ((place - from).dot(along) / along.length_squared()).clamp(0.0, 1.0);
    place.distance(from + along * share)
}

/// Distance from a place to a line of segments.
pub(super) fn line_distance(place: Vec2, line: &[Vec2]) -> f32 {
    line.windows(2)
        .fold(f32::MAX, |least, pair| least.min(segment_distance(place, (pair[0], pair[1]))))
}

/// Distance from a place to the nearest road.
pub(super) fn road_distance(place: Vec2) -> f32 {
    ROADS.iter().fold(f32::MAX, |least, road| least.min(line_distance(place, road)))
}

/// Distance from a place to the shore of a lake, negative on the water; near the shore only.
pub(super) fn shore_distance(place: Vec2, (middle, radii): (Vec2, Vec2)) -> f32 {
    ((place - middle) / radii).length() * radii.min_element() - radii.min_element()
}

/// Distance from a place to the nearest water's edge, negative on the water. Shores wind a little.
pub(super) fn water_distance(seed: u64, place: Vec2) -> f32 {
    let drift = |stream: u32| (noise(seed, stream, place.x / 19.0, place.y / 19.0) - 0.5) * 9.0;
    let ripple = (noise(seed, 50, place.x / 7.0, place.y / 7.0) - 0.5) * 1.6;
    let place = place + Vec2::new(drift(51), drift(52));
    ripple
        + (line_distance(place, &RIVER) - RIVER_HALF)
            .min(shore_distance(place, LAKE))
            .min(shore_distance(place, TARN))
}
