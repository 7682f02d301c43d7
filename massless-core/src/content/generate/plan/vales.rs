//! The plans of the three starting valleys: one template with other waters, hills and plants.

use super::{Gate, Growth, Plan, Relief, Shape, Water};
use crate::math::Vec2;

/// The portal in the northern pass.
const GATE: Vec2 = Vec2::new(128.0, 250.0);

/// From the northern cliffs through the lake to the western tarn.
const RIVER: [Vec2; 13] = [
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
const BRIDGE: (Vec2, Vec2) = (Vec2::new(136.8, 95.2), Vec2::new(123.2, 106.8));
/// Where it crosses over gravel.
const FORDS: [(Vec2, Vec2); 2] = [
    (Vec2::new(128.0, 182.5), Vec2::new(138.0, 193.5)),
    (Vec2::new(80.8, 52.0), Vec2::new(77.2, 64.0)),
];

/// Roads, each a line of places.
const ROADS: [&[Vec2]; 8] = [
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
    &[Vec2::new(180.0, 200.0), Vec2::new(160.0, 226.0), Vec2::new(136.0, 236.0), GATE],
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
const CLEARINGS: [(Vec2, f32); 8] = [
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
const HILLS: [(Vec2, f32, f32); 7] = [
    (Vec2::new(58.0, 206.0), 44.0, 9.0),
    (Vec2::new(214.0, 148.0), 40.0, 7.0),
    (Vec2::new(226.0, 92.0), 34.0, 12.0),
    (Vec2::new(92.0, 182.0), 24.0, 7.0),
    (Vec2::new(36.0, 96.0), 30.0, 6.0),
    (Vec2::new(232.0, 206.0), 30.0, 10.0),
    (Vec2::new(158.0, 182.0), 16.0, 4.0),
];

/// The lake of Cinder Vale and the tarn in which its river ends: middle, radii.
const CINDER_LAKES: &[(Vec2, Vec2)] = &[
    (Vec2::new(164.0, 146.0), Vec2::new(15.0, 19.0)),
    (Vec2::new(31.0, 53.0), Vec2::new(12.0, 9.0)),
];

/// Meres of Mistwater Vale.
const MIST_LAKES: &[(Vec2, Vec2)] = &[
    (Vec2::new(164.0, 146.0), Vec2::new(18.0, 22.0)),
    (Vec2::new(31.0, 53.0), Vec2::new(17.0, 13.0)),
    (Vec2::new(24.0, 176.0), Vec2::new(11.0, 9.0)),
    (Vec2::new(228.0, 84.0), Vec2::new(13.0, 15.0)),
    (Vec2::new(238.0, 196.0), Vec2::new(11.0, 13.0)),
    (Vec2::new(92.0, 176.0), Vec2::new(8.0, 7.0)),
    (Vec2::new(62.0, 24.0), Vec2::new(14.0, 8.0)),
];

/// Pools of Briar Vale.
const BRIAR_LAKES: &[(Vec2, Vec2)] = &[
    (Vec2::new(164.0, 146.0), Vec2::new(9.0, 11.0)),
    (Vec2::new(31.0, 53.0), Vec2::new(8.0, 6.0)),
];

/// Low swells of Mistwater Vale.
const MIST_HILLS: &[(Vec2, f32, f32)] = &[
    (Vec2::new(58.0, 206.0), 44.0, 6.0),
    (Vec2::new(214.0, 148.0), 40.0, 8.0),
    (Vec2::new(92.0, 140.0), 22.0, 3.0),
    (Vec2::new(36.0, 96.0), 30.0, 9.0),
    (Vec2::new(158.0, 182.0), 16.0, 5.0),
];

/// Knolls of Briar Vale.
const BRIAR_HILLS: &[(Vec2, f32, f32)] = &[
    (Vec2::new(58.0, 206.0), 44.0, 11.0),
    (Vec2::new(214.0, 148.0), 40.0, 9.0),
    (Vec2::new(226.0, 92.0), 34.0, 8.0),
    (Vec2::new(92.0, 182.0), 24.0, 9.0),
    (Vec2::new(36.0, 96.0), 30.0, 8.0),
    (Vec2::new(232.0, 206.0), 30.0, 12.0),
    (Vec2::new(96.0, 138.0), 18.0, 5.0),
    (Vec2::new(164.0, 122.0), 20.0, 5.0),
    (Vec2::new(196.0, 76.0), 18.0, 4.0),
];

/// Cinder Vale: warm and dry, a river, a lake, woods on the slopes.
pub(in crate::content::generate) const CINDER: Plan = Plan {
    edge: 256,
    shape: Shape::Vale,
    town: Vec2::new(128.0, 40.0),
    gates: &[Gate { place: GATE, inward: Vec2::new(0.0, -1.0) }],
    gate_height: 6.0,
    water: Water {
        streams: &[&RIVER],
        half_width: 3.2,
        lakes: CINDER_LAKES,
        bridges: &[BRIDGE],
        fords: &FORDS,
    },
    roads: &ROADS,
    clearings: &CLEARINGS,
    relief: Relief { base: 2.6, swell: 5.0, swell_metres: 58.0, rim: (26.0, 30.0), hills: &HILLS },
    growth: Growth {
        woods: (0.42, 0.56),
        wooded: 0.62,
        lone: 0.045,
        bushes: 0.13,
        pines: (3.0, 9.0),
        dry: 0.62,
        rocks: 1_400,
    },
    farm: Some(Vec2::new(204.0, 48.0)),
    ruin: Some(Vec2::new(38.0, 94.0)),
    camps: &[Vec2::new(196.0, 232.0), Vec2::new(188.0, 204.0), Vec2::new(171.0, 193.0)],
};

/// Mistwater Vale: low, wet and open, meres between reeds and few trees.
pub(in crate::content::generate) const MISTWATER: Plan = Plan {
    water: Water { half_width: 4.0, lakes: MIST_LAKES, ..CINDER.water },
    relief: Relief {
        base: 1.7,
        swell: 3.6,
        swell_metres: 70.0,
        rim: (16.0, 24.0),
        hills: MIST_HILLS,
    },
    growth: Growth {
        woods: (0.50, 0.62),
        wooded: 0.45,
        lone: 0.03,
        bushes: 0.34,
        pines: (7.0, 14.0),
        dry: 0.95,
        rocks: 900,
    },
    ..CINDER
};

/// Briar Vale: steep knolls under a deep wood with thorns.
pub(in crate::content::generate) const BRIAR: Plan = Plan {
    water: Water { half_width: 2.3, lakes: BRIAR_LAKES, ..CINDER.water },
    relief: Relief {
        base: 3.0,
        swell: 6.5,
        swell_metres: 44.0,
        rim: (30.0, 34.0),
        hills: BRIAR_HILLS,
    },
    growth: Growth {
        woods: (0.30, 0.46),
        wooded: 0.72,
        lone: 0.09,
        bushes: 0.30,
        pines: (9.0, 16.0),
        dry: 0.86,
        rocks: 1_100,
    },
    ..CINDER
};
