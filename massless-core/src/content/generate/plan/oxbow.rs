//! The plan of Oxbow Plain: wide grass, a river that winds through the middle, what it left behind.

use super::{Gate, Growth, Plan, Relief, Shape, Water};
use crate::math::Vec2;

/// From the western border through the middle to the eastern one.
const RIVER: [Vec2; 16] = [
    Vec2::new(0.0, 290.0),
    Vec2::new(34.0, 280.0),
    Vec2::new(66.0, 288.0),
    Vec2::new(100.0, 284.0),
    Vec2::new(138.0, 286.0),
    Vec2::new(170.0, 266.0),
    Vec2::new(184.0, 236.0),
    Vec2::new(214.0, 222.0),
    Vec2::new(256.0, 224.0),
    Vec2::new(298.0, 220.0),
    Vec2::new(326.0, 240.0),
    Vec2::new(346.0, 272.0),
    Vec2::new(378.0, 290.0),
    Vec2::new(424.0, 286.0),
    Vec2::new(468.0, 294.0),
    Vec2::new(512.0, 312.0),
];
/// Old bends that the river has left.
const OLD_BENDS: [&[Vec2]; 3] = [
    &[
        Vec2::new(186.0, 318.0),
        Vec2::new(196.0, 336.0),
        Vec2::new(216.0, 342.0),
        Vec2::new(232.0, 330.0),
    ],
    &[
        Vec2::new(150.0, 178.0),
        Vec2::new(160.0, 200.0),
        Vec2::new(182.0, 204.0),
        Vec2::new(196.0, 188.0),
    ],
    &[
        Vec2::new(330.0, 176.0),
        Vec2::new(336.0, 156.0),
        Vec2::new(352.0, 150.0),
        Vec2::new(364.0, 164.0),
        Vec2::new(362.0, 184.0),
    ],
];

/// Roads, each a line of places.
const ROADS: [&[Vec2]; 12] = [
    // Town, the middle grazers, the bridge, the jackals.
    &[
        Vec2::new(256.0, 60.0),
        Vec2::new(256.0, 94.0),
        Vec2::new(252.0, 130.0),
        Vec2::new(256.0, 170.0),
        Vec2::new(256.0, 212.0),
        Vec2::new(256.0, 236.0),
        Vec2::new(256.0, 270.0),
    ],
    // On to the north: Old Ironhide's hollow, the stag's dell.
    &[
        Vec2::new(256.0, 270.0),
        Vec2::new(262.0, 320.0),
        Vec2::new(256.0, 380.0),
        Vec2::new(258.0, 440.0),
        Vec2::new(256.0, 490.0),
    ],
    // Western gate to the striders and the portal of Cinder Vale.
    &[
        Vec2::new(256.0, 66.0),
        Vec2::new(222.0, 67.0),
        Vec2::new(176.0, 62.0),
        Vec2::new(110.0, 110.0),
    ],
    &[Vec2::new(176.0, 62.0), Vec2::new(136.0, 34.0), Vec2::new(100.0, 12.0)],
    // Eastern gate to the striders and the portal of Briar Vale.
    &[
        Vec2::new(256.0, 66.0),
        Vec2::new(290.0, 67.0),
        Vec2::new(336.0, 62.0),
        Vec2::new(400.0, 110.0),
    ],
    &[Vec2::new(336.0, 62.0), Vec2::new(376.0, 34.0), Vec2::new(412.0, 12.0)],
    // Round the wall to the portal of Mistwater Vale.
    &[
        Vec2::new(222.0, 67.0),
        Vec2::new(212.0, 44.0),
        Vec2::new(228.0, 20.0),
        Vec2::new(256.0, 12.0),
    ],
    &[
        Vec2::new(290.0, 67.0),
        Vec2::new(300.0, 44.0),
        Vec2::new(284.0, 20.0),
        Vec2::new(256.0, 12.0),
    ],
    // West: striders, grazers, the ford, moths, bone pickers.
    &[
        Vec2::new(110.0, 110.0),
        Vec2::new(84.0, 170.0),
        Vec2::new(90.0, 230.0),
        Vec2::new(98.0, 272.0),
        Vec2::new(102.0, 298.0),
        Vec2::new(110.0, 340.0),
        Vec2::new(136.0, 392.0),
        Vec2::new(180.0, 430.0),
        Vec2::new(258.0, 440.0),
    ],
    // East: striders, jackals, the ford, moths, bone pickers.
    &[
        Vec2::new(400.0, 110.0),
        Vec2::new(428.0, 170.0),
        Vec2::new(420.0, 230.0),
        Vec2::new(421.0, 274.0),
        Vec2::new(418.0, 300.0),
        Vec2::new(400.0, 340.0),
        Vec2::new(376.0, 392.0),
        Vec2::new(340.0, 430.0),
        Vec2::new(258.0, 440.0),
    ],
    // The eastern pass.
    &[Vec2::new(420.0, 230.0), Vec2::new(462.0, 246.0), Vec2::new(506.0, 256.0)],
    // Old Ironhide's western and eastern haunts.
    &[
        Vec2::new(60.0, 450.0),
        Vec2::new(112.0, 436.0),
        Vec2::new(180.0, 430.0),
        Vec2::new(258.0, 440.0),
        Vec2::new(340.0, 430.0),
        Vec2::new(404.0, 440.0),
        Vec2::new(460.0, 450.0),
    ],
];

/// Circles where creatures live, and three places that are kept for rift stones.
const CLEARINGS: [(Vec2, f32); 17] = [
    (Vec2::new(110.0, 110.0), 36.0),
    (Vec2::new(400.0, 110.0), 36.0),
    (Vec2::new(256.0, 170.0), 36.0),
    (Vec2::new(90.0, 230.0), 34.0),
    (Vec2::new(420.0, 230.0), 34.0),
    (Vec2::new(256.0, 270.0), 30.0),
    (Vec2::new(110.0, 340.0), 34.0),
    (Vec2::new(400.0, 340.0), 32.0),
    (Vec2::new(180.0, 430.0), 36.0),
    (Vec2::new(340.0, 430.0), 36.0),
    (Vec2::new(60.0, 450.0), 8.0),
    (Vec2::new(256.0, 380.0), 8.0),
    (Vec2::new(460.0, 450.0), 8.0),
    (Vec2::new(256.0, 490.0), 8.0),
    (Vec2::new(170.0, 60.0), 7.0),
    (Vec2::new(330.0, 300.0), 7.0),
    (Vec2::new(256.0, 440.0), 7.0),
];

/// Long low hills: middle, radius, height.
const HILLS: [(Vec2, f32, f32); 10] = [
    (Vec2::new(60.0, 170.0), 46.0, 7.0),
    (Vec2::new(180.0, 130.0), 50.0, 5.0),
    (Vec2::new(330.0, 120.0), 44.0, 6.0),
    (Vec2::new(462.0, 170.0), 40.0, 9.0),
    (Vec2::new(190.0, 380.0), 48.0, 6.0),
    (Vec2::new(320.0, 350.0), 52.0, 8.0),
    (Vec2::new(470.0, 360.0), 44.0, 10.0),
    (Vec2::new(44.0, 380.0), 44.0, 10.0),
    (Vec2::new(256.0, 470.0), 40.0, 7.0),
    (Vec2::new(410.0, 470.0), 40.0, 8.0),
];

/// Oxbow Plain: 512 m of grass under a high sky.
pub(in crate::content::generate) const OXBOW: Plan = Plan {
    edge: 512,
    shape: Shape::Plain,
    town: Vec2::new(256.0, 60.0),
    gates: &[
        Gate { place: Vec2::new(100.0, 12.0), inward: Vec2::new(0.0, 1.0) },
        Gate { place: Vec2::new(256.0, 12.0), inward: Vec2::new(0.0, 1.0) },
        Gate { place: Vec2::new(412.0, 12.0), inward: Vec2::new(0.0, 1.0) },
        Gate { place: Vec2::new(506.0, 256.0), inward: Vec2::new(-1.0, 0.0) },
    ],
    gate_height: 4.5,
    water: Water {
        streams: &[&RIVER, OLD_BENDS[0], OLD_BENDS[1], OLD_BENDS[2]],
        half_width: 4.5,
        lakes: &[
            (Vec2::new(24.0, 130.0), Vec2::new(14.0, 22.0)),
            (Vec2::new(486.0, 398.0), Vec2::new(12.0, 18.0)),
            (Vec2::new(300.0, 376.0), Vec2::new(12.0, 9.0)),
        ],
        bridges: &[(Vec2::new(256.0, 212.0), Vec2::new(256.0, 236.0))],
        fords: &[
            (Vec2::new(98.0, 272.0), Vec2::new(102.0, 298.0)),
            (Vec2::new(421.0, 272.0), Vec2::new(418.0, 302.0)),
        ],
    },
    roads: &ROADS,
    clearings: &CLEARINGS,
    relief: Relief { base: 2.4, swell: 6.0, swell_metres: 96.0, rim: (12.0, 18.0), hills: &HILLS },
    growth: Growth {
        woods: (0.56, 0.68),
        wooded: 0.5,
        lone: 0.014,
        bushes: 0.3,
        pines: (12.0, 20.0),
        dry: 0.56,
        rocks: 2_600,
    },
    farm: Some(Vec2::new(204.0, 100.0)),
    ruin: Some(Vec2::new(40.0, 190.0)),
    camps: &[],
};
