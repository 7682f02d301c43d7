//! Makes the maps of the default content from seeds.
//!
//! A tool for authors: its output is committed in `content/maps` and a test keeps both the same. The
//! server never runs it. Pure, and only arithmetic that gives the same bits on every machine.

mod noise;
mod plan;
mod props;

use super::map::{Map, Material, Survey, height_of, raw_height_of};
use crate::math::Vec2;
use noise::{fractal, mix, noise, ramp};
use plan::{Plan, ROAD_HALF, Shape, TOWN_HEIGHT, WATER};

/// A plan that maps are made after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// 256 x 256 m: a warm valley between mountains, a town, a river and a lake.
    CinderVale,
    /// 256 x 256 m: the same places, low and wet.
    MistwaterVale,
    /// 256 x 256 m: the same places, hilly and deep in woods.
    BriarVale,
    /// 512 x 512 m: an open plain with a winding river.
    OxbowPlain,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::CinderVale, Self::MistwaterVale, Self::BriarVale, Self::OxbowPlain];

    /// Its name, as in `maps/<name>.map`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CinderVale => "cinder-vale",
            Self::MistwaterVale => "mistwater-vale",
            Self::BriarVale => "briar-vale",
            Self::OxbowPlain => "oxbow-plain",
        }
    }

    /// The template of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// The seed of the committed map.
    #[must_use]
    pub const fn seed(self) -> u64 {
        match self {
            Self::CinderVale => 0x0C1D_E44A_1E00_0001,
            Self::MistwaterVale => 0x0C1D_E44A_1E00_0002,
            Self::BriarVale => 0x0C1D_E44A_1E00_0003,
            Self::OxbowPlain => 0x0C1D_E44A_1E00_000A,
        }
    }

    const fn plan(self) -> &'static Plan {
        match self {
            Self::CinderVale => &plan::CINDER,
            Self::MistwaterVale => &plan::MISTWATER,
            Self::BriarVale => &plan::BRIAR,
            Self::OxbowPlain => &plan::OXBOW,
        }
    }
}

/// Height of a bank beside the water, metres.
const BANK: f32 = 0.9;
/// Height of a dam that carries a road over water, and of the gravel of a ford.
const DAM_HEIGHT: f32 = 1.3;
const FORD_HEIGHT: f32 = 0.2;
/// Half the width of a dam and of a ford, metres.
const DAM_HALF: f32 = 3.0;
const FORD_HALF: f32 = 3.5;

/// The map of a template. Equal seeds give equal maps.
#[must_use]
pub fn map(template: Template, seed: u64) -> Map {
    let land = Land { seed, plan: template.plan() };
    let edge = land.plan.edge;
    let stride = edge + 1;
    let heights: Vec<u16> = (0..stride * stride)
        .map(|index| Vec2::new((index % stride) as f32, (index / stride) as f32))
        .map(|place| raw_height_of(land.height(place)))
        .collect();
    let cells = (edge * edge) as usize;
    let mut survey = Survey {
        width: edge,
        depth: edge,
        heights,
        materials: Vec::with_capacity(cells),
        shut: vec![false; cells],
        water: Some(raw_height_of(WATER)),
        props: Vec::new(),
    };
    for index in 0..cells {
        let material = land.material(&survey.heights, index);
        survey.materials.push(material);
    }
    let bare = Map::build(survey.clone()).expect("the generated survey has legal layers");
    survey.props = props::place(land, &bare);
    Map::build(survey).expect("every generated prop rests on the ground")
}

/// A plan that is carried out with a seed.
#[derive(Clone, Copy)]
struct Land {
    seed: u64,
    plan: &'static Plan,
}

impl Land {
    /// Height of the ground at a sample, metres.
    fn height(self, place: Vec2) -> f32 {
        let Self { seed, plan } = self;
        let relief = plan.relief;
        let swell = relief.swell_metres;
        let mut height =
            relief.base + fractal(seed, 1, place.x / swell, place.y / swell) * relief.swell;
        for &(middle, radius, rise) in relief.hills {
            height += rise * ramp(radius, 0.0, place.distance(middle));
        }
        let rough = noise(seed, 40, place.x / 7.0, place.y / 7.0) - 0.5;
        let calm = ramp(ROAD_HALF, ROAD_HALF + 6.0, plan.road_distance(place));
        height += rough * mix(0.15, 1.1, calm);
        height += self.rim(place);
        height = mix(TOWN_HEIGHT, height, ramp(33.0, 45.0, place.distance(plan.town)));
        height = mix(plan.gate_height, height, ramp(5.0, 16.0, plan.gate_distance(place)));
        self.watered(place, height)
    }

    /// What mountains or hills at the border add, metres. They leave coves where creatures live.
    fn rim(self, place: Vec2) -> f32 {
        let Self { seed, plan } = self;
        let edge = plan.edge as f32;
        let (east, north) = (place.x.min(edge - place.x), place.y.min(edge - place.y));
        // Corners are rounded: there both borders count.
        let rounding = ramp(70.0, 0.0, east) * ramp(70.0, 0.0, north) * 22.0;
        let wobble = (fractal(seed, 2, place.x / 34.0, place.y / 34.0) - 0.5) * 38.0;
        let share = ramp(36.0, -2.0, east.min(north) - rounding + wobble).max(
            // A wall stands at the very border whatever the wobble says.
            ramp(9.0, 1.0, east.min(north)),
        );
        let cove = plan.clearings.iter().fold(1.0_f32, |share, &(middle, radius)| {
            share.min(ramp(radius - 3.0, radius + 13.0, place.distance(middle)))
        });
        let cove = cove.max(ramp(7.0, 0.0, east.min(north)));
        let crags = fractal(seed, 3, place.x / 20.0, place.y / 20.0);
        let (least, more) = plan.relief.rim;
        let rise = share * (0.35 + 0.65 * share) * (least + crags * more);
        match plan.shape {
            Shape::Vale => {
                let pass = plan.gates.iter().fold(1.0_f32, |share, gate| {
                    share.min(ramp(9.0, 24.0, (place.x - gate.place.x).abs()))
                });
                let pass = pass.max(ramp(216.0, 206.0, place.y));
                let gate = ramp(253.5, 256.0, place.y) * 12.0;
                rise * pass * cove + gate
            }
            Shape::Plain => {
                let pass = ramp(6.0, 22.0, plan.gate_distance(place));
                let road = ramp(3.0, 14.0, plan.road_distance(place));
                rise * pass * road * cove + ramp(2.5, 0.0, east.min(north)) * 12.0
            }
        }
    }

    /// Carves streams and lakes, then builds fords and dams.
    fn watered(self, place: Vec2, land: f32) -> f32 {
        let distance = self.plan.water_distance(self.seed, place);
        let bank = mix(BANK, land, ramp(1.5, 17.0, distance));
        let depth = mix(-1.6, -3.4, ramp(-4.0, -12.0, distance));
        let mut height = mix(depth, bank, ramp(-1.8, 1.5, distance));
        for &ford in self.plan.water.fords {
            let share = ramp(FORD_HALF + 2.0, FORD_HALF, plan::segment_distance(place, ford));
            height = height.max(mix(height, FORD_HEIGHT, share));
        }
        if Plan::nearest(place, self.plan.water.bridges) < DAM_HALF {
            height = height.max(DAM_HEIGHT);
        }
        height
    }

    /// What covers a cell.
    fn material(self, heights: &[u16], index: usize) -> Material {
        let Self { seed, plan } = self;
        let (edge, stride) = (plan.edge as usize, plan.edge as usize + 1);
        let place = Vec2::new((index % edge) as f32 + 0.5, (index / edge) as f32 + 0.5);
        let south = index / edge * stride + index % edge;
        let corners = [south, south + 1, south + stride, south + stride + 1].map(|at| heights[at]);
        let [low, high] = [corners.iter().min(), corners.iter().max()]
            .map(|raw| height_of(raw.copied().unwrap_or_default()));
        let grain = noise(seed, 60, place.x / 2.5, place.y / 2.5);
        let steep = high - low + (grain - 0.5) * 0.3;
        let road = plan.road_distance(place) + (grain - 0.5) * 1.3;
        let town = place.distance(plan.town);
        if Plan::nearest(place, plan.water.bridges) < DAM_HALF - 0.5 {
            Material::Planks
        } else if low < WATER {
            Material::Bed
        } else if Plan::nearest(place, plan.water.fords) < FORD_HALF {
            Material::Sand
        } else if town < 13.0 + grain * 2.0 || (town < 35.0 && road < 1.9) {
            Material::Paving
        } else if road < ROAD_HALF {
            Material::Dirt
        } else if steep > 1.0 || high > 25.0 {
            Material::Rock
        } else if steep > 0.72 {
            Material::Scree
        } else if plan.water_distance(seed, place) < 3.0 + grain * 2.5 && high < 1.6 {
            Material::Sand
        } else if self.forest(place) > 0.55 + grain * 0.2 {
            Material::Litter
        } else if self.is_dry(place, grain) {
            Material::DryGrass
        } else {
            Material::Grass
        }
    }

    fn is_dry(self, place: Vec2, grain: f32) -> bool {
        let Self { seed, plan } = self;
        let is_north = |middle: Vec2| plan.shape == Shape::Vale && middle.y > 190.0;
        let camp = plan.clearings.iter().any(|&(middle, radius)| {
            place.distance(middle) < radius * (0.55 + 0.3 * grain) && is_north(middle)
        });
        let dryness = fractal(seed, 4, place.x / 36.0, place.y / 36.0);
        camp || dryness + grain * 0.12 > plan.growth.dry
    }

    /// How wooded a place is, 0..=1.
    fn forest(self, place: Vec2) -> f32 {
        let Self { seed, plan } = self;
        let (thin, thick) = plan.growth.woods;
        let wild = ramp(thin, thick, fractal(seed, 5, place.x / 44.0, place.y / 44.0));
        let cleared = plan.clearings.iter().fold(1.0_f32, |share, &(middle, radius)| {
            share.min(ramp(radius - 3.0, radius + 5.0, place.distance(middle)))
        });
        let town = ramp(37.0, 46.0, place.distance(plan.town));
        let farm = plan.farm.map_or(1.0, |farm| ramp(20.0, 28.0, place.distance(farm)));
        let ruin = plan.ruin.map_or(1.0, |ruin| ramp(12.0, 18.0, place.distance(ruin)));
        wild * cleared * town * farm * ruin
    }
}
