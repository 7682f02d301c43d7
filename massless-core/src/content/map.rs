//! The ground of a zone: heights, water, what is shut, props.
//!
//! A map is frozen once it is built: everything a query needs (walkability, the shrunk path grid,
//! which props are near) is derived then and never written again. It knows places and shapes, not
//! who walks there. Coordinates are metres, x east, z north; a ground place is `Vec2(x, z)`.

mod codec;
mod derive;
mod prop;
mod ways;

use thiserror::Error;

use crate::codec::CodecError;
use crate::limits::{MAP_CELLS_MAX, PROPS_MAX};
use crate::math::{Vec2, Vec3};

pub use prop::{Contact, Footprint, Prop, PropKind, Solid};

/// Metres of one step of a stored height.
pub const HEIGHT_STEP: f32 = 0.01;
/// Height of a stored 0, metres.
pub const HEIGHT_LOWEST: f32 = -100.0;
/// Edge of a cell of the prop grid, metres. Smaller cells hold fewer props and cost more memory.
const PROP_CELL_METRES: f32 = 4.0;

/// One cell of 1 m. Cells outside a map are allowed as questions; they are shut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Column, from the west.
    pub x: i32,
    /// Row, from the south.
    pub z: i32,
}

impl Cell {
    /// The cell that holds a place; saturates far away, and NaN is (0, 0).
    #[must_use]
    pub fn at(place: Vec2) -> Self {
        Self { x: floor(place.x), z: floor(place.y) }
    }

    /// The middle of the cell.
    #[must_use]
    pub fn centre(self) -> Vec2 {
        Vec2::new(self.x as f32 + 0.5, self.z as f32 + 0.5)
    }
}

/// `floor` as an integer, without the library call that some targets lack.
#[expect(clippy::cast_possible_truncation, reason = "saturates; the correction handles negatives")]
fn floor(value: f32) -> i32 {
    let whole = value as i32;
    if value < whole as f32 { whole.saturating_sub(1) } else { whole }
}

/// What covers a cell. The numbers stand in map files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Material {
    /// Green grass.
    #[default]
    Grass = 0,
    /// Dry, yellow grass.
    DryGrass = 1,
    /// Bare rock.
    Rock = 2,
    /// Sand and gravel of a shore.
    Sand = 3,
    /// Trodden dirt of a path.
    Dirt = 4,
    /// Paving stones.
    Paving = 5,
    /// Bed of a river or lake.
    Bed = 6,
    /// Needles and leaves under trees.
    Litter = 7,
    /// Planks of a bridge.
    Planks = 8,
    /// Loose stones of a slope.
    Scree = 9,
}

impl Material {
    /// Every material, by its number.
    pub const ALL: [Self; 10] = [
        Self::Grass,
        Self::DryGrass,
        Self::Rock,
        Self::Sand,
        Self::Dirt,
        Self::Paving,
        Self::Bed,
        Self::Litter,
        Self::Planks,
        Self::Scree,
    ];
}

/// Why a map cannot be built or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MapError {
    /// The bytes do not begin like a map file.
    #[error("not a map file")]
    NotAMap,
    /// The map file has another version.
    #[error("map version {found}, this build reads version {expected}")]
    Version {
        /// In the file.
        found: u8,
        /// What this build reads.
        expected: u8,
    },
    /// Width or depth is not in 1..=`MAP_CELLS_MAX`.
    #[error("a map of {width} x {depth} cells; allowed are 1 to {MAP_CELLS_MAX} in each direction")]
    Size {
        /// Cells in east direction.
        width: u32,
        /// Cells in north direction.
        depth: u32,
    },
    /// A layer has not one entry a cell or sample.
    #[error("layer `{0}` does not have one entry for each cell or sample")]
    Layer(&'static str),
    /// More props than a map may have.
    #[error("{0} props; allowed are at most {PROPS_MAX}")]
    TooManyProps(usize),
    /// A prop that cannot stand.
    #[error("prop {index}: {reason}")]
    Prop {
        /// Its place in the list.
        index: usize,
        /// What is wrong and what is allowed.
        reason: &'static str,
    },
    /// The bytes are broken.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// What a map is made of, before anything is derived from it.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// Cells in east direction.
    pub width: u32,
    /// Cells in north direction.
    pub depth: u32,
    /// `[z][x]`, `(width + 1) * (depth + 1)` samples in steps of 0.01 m above -100 m.
    pub heights: Vec<u16>,
    /// `[z][x]`, one a cell.
    pub materials: Vec<Material>,
    /// `[z][x]`, one a cell: painted shut by hand.
    pub shut: Vec<bool>,
    /// Height of the water, in the steps of `heights`; ground below it is under water.
    pub water: Option<u16>,
    /// Static bodies.
    pub props: Vec<Prop>,
}

/// The ground of a zone.
#[derive(Clone, Debug)]
pub struct Map {
    survey: Survey,
    /// Bits `[z][x]`: a body's centre may be here.
    walkable: Vec<u64>,
    /// Bits `[z][x]`: a body stands freely on the cell's centre.
    open: Vec<u64>,
    /// `[z][x]`, bits `Cell::NEIGHBOURS`: where a body gets to from the cell's centre.
    ways: Vec<u8>,
    /// Shapes of the props, same order.
    solids: Vec<Solid>,
    /// Prop cells of 4 m: `near[start[c]..start[c + 1]]`, each list rising.
    prop_columns: u32,
    prop_start: Vec<u32>,
    prop_near: Vec<u16>,
}

impl Map {
    /// Derives a map from a survey.
    ///
    /// # Errors
    /// What is out of its range: the size, a layer's length, a prop.
    pub fn build(survey: Survey) -> Result<Self, MapError> {
        derive::build(survey)
    }

    /// A flat meadow at 0 m without water or props, 1 to `MAP_CELLS_MAX` cells wide and deep (other
    /// sizes are clamped).
    #[must_use]
    pub fn flat(width: u32, depth: u32) -> Self {
        let width = width.clamp(1, MAP_CELLS_MAX);
        let depth = depth.clamp(1, MAP_CELLS_MAX);
        let cells = (width * depth) as usize;
        let survey = Survey {
            width,
            depth,
            heights: vec![10_000; ((width + 1) * (depth + 1)) as usize],
            materials: vec![Material::Grass; cells],
            shut: vec![false; cells],
            water: None,
            props: Vec::new(),
        };
        Self::build(survey).expect("a flat survey has legal sizes and no props")
    }

    /// Reads a map file. Bounded: what it allocates is limited by `MAP_CELLS_MAX` and `PROPS_MAX`.
    ///
    /// # Errors
    /// Another format or version, broken bytes, or what `build` refuses.
    pub fn decode(bytes: &[u8]) -> Result<Self, MapError> {
        Self::build(codec::decode(bytes)?)
    }

    /// The bytes of a map file. `decode` gives the same map again.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(&self.survey)
    }

    /// Cells of 1 m in east and north direction.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.survey.width, self.survey.depth)
    }

    /// Edges in metres, east and north.
    #[must_use]
    pub fn extent(&self) -> Vec2 {
        Vec2::new(self.survey.width as f32, self.survey.depth as f32)
    }

    /// Stored heights `[z][x]`, `(width + 1) * (depth + 1)` samples; metres by `height_of`.
    #[must_use]
    pub fn heights(&self) -> &[u16] {
        &self.survey.heights
    }

    /// What covers each cell, `[z][x]`.
    #[must_use]
    pub fn materials(&self) -> &[Material] {
        &self.survey.materials
    }

    /// Height of the water, metres.
    #[must_use]
    pub fn water_level(&self) -> Option<f32> {
        self.survey.water.map(height_of)
    }

    /// Static bodies.
    #[must_use]
    pub fn props(&self) -> &[Prop] {
        &self.survey.props
    }

    /// Shapes of the props, same order as `props`.
    #[must_use]
    pub fn solids(&self) -> &[Solid] {
        &self.solids
    }

    /// Index of a cell in the layers, `None` outside the map.
    #[must_use]
    pub fn index_of(&self, cell: Cell) -> Option<usize> {
        let x = u32::try_from(cell.x).ok().filter(|&x| x < self.survey.width)?;
        let z = u32::try_from(cell.z).ok().filter(|&z| z < self.survey.depth)?;
        Some((z * self.survey.width + x) as usize)
    }

    /// What covers a cell, `None` outside the map.
    #[must_use]
    pub fn material(&self, cell: Cell) -> Option<Material> {
        self.index_of(cell).map(|index| self.survey.materials[index])
    }

    /// A body's centre may be in this cell: both triangles are at most 45 degrees steep, it holds
    /// no water and is not painted shut. False outside the map.
    #[must_use]
    pub fn is_walkable(&self, cell: Cell) -> bool {
        self.index_of(cell).is_some_and(|index| bit(&self.walkable, index))
    }

    /// A body stands freely on the cell's centre and gets there: walkable, no prop within 0.4 m, and a
    /// way from a neighbour. Paths are searched on these cells. False outside the map.
    #[must_use]
    pub fn is_open(&self, cell: Cell) -> bool {
        self.index_of(cell).is_some_and(|index| bit(&self.open, index))
    }

    /// Height of the terrain without props, metres. Places off the map have the border's height.
    #[must_use]
    pub fn height_at(&self, x: f32, z: f32) -> f32 {
        let (corner, fraction) = self.corner_at(x, z);
        let [south_west, south_east, north_west, north_east] = self.corners(corner);
        let (east, north) = (fraction.x, fraction.y);
        if east >= north {
            south_west + (south_east - south_west) * east + (north_east - south_east) * north
        } else {
            south_west + (north_east - north_west) * east + (north_west - south_west) * north
        }
    }

    /// Rise of the terrain per metre east and north; its length is the tangent of the slope.
    #[must_use]
    pub fn slope_at(&self, x: f32, z: f32) -> Vec2 {
        let (corner, fraction) = self.corner_at(x, z);
        let [south_west, south_east, north_west, north_east] = self.corners(corner);
        if fraction.x >= fraction.y {
            Vec2::new(south_east - south_west, north_east - south_east)
        } else {
            Vec2::new(north_east - north_west, north_west - south_west)
        }
    }

    /// Unit vector that stands upright on the terrain.
    #[must_use]
    pub fn normal_at(&self, x: f32, z: f32) -> Vec3 {
        let slope = self.slope_at(x, z);
        let length = (slope.length_squared() + 1.0).sqrt();
        Vec3::new(0.0 - slope.x, 1.0, 0.0 - slope.y) / length
    }

    /// What a body stands on: the terrain, or the top of the highest prop under its disc of 0.4 m
    /// that is at most a step (0.4 m) above `feet`.
    #[must_use]
    pub fn ground_at(&self, x: f32, z: f32, feet: f32) -> f32 {
        let place = Vec2::new(x, z);
        let mut ground = self.height_at(x, z);
        for &index in self.near(place) {
            let solid = &self.solids[usize::from(index)];
            if solid.top > ground && !solid.blocks(feet) && solid.carries(place) {
                ground = solid.top;
            }
        }
        ground
    }

    /// Indices into `solids` of the props that a body at `place` could reach within one tick;
    /// rising.
    #[must_use]
    pub fn near(&self, place: Vec2) -> &[u16] {
        let rows = self.survey.depth.div_ceil(PROP_CELL_METRES as u32);
        let column = prop_cell(place.x, self.prop_columns);
        let row = prop_cell(place.y, rows);
        let cell = (row * self.prop_columns + column) as usize;
        &self.prop_near[self.prop_start[cell] as usize..self.prop_start[cell + 1] as usize]
    }

    /// A body can stand at this very place: its cell is walkable and no prop is within 0.4 m.
    #[must_use]
    pub fn is_clear(&self, place: Vec2) -> bool {
        let feet = self.height_at(place.x, place.y);
        self.is_walkable(Cell::at(place))
            && self.near(place).iter().all(|&index| {
                let solid = &self.solids[usize::from(index)];
                !solid.blocks(feet) || !solid.touches(place)
            })
    }

    /// `place` itself if a body can stand there, else the centre of the nearest open cell, of
    /// equally near ones the one found first, ring by ring from the south-west. `None` for a map
    /// without open cells or a place that is no number.
    #[must_use]
    pub fn nearest_open(&self, place: Vec2) -> Option<Vec2> {
        if !place.is_finite() {
            return None;
        }
        if self.is_clear(place) {
            return Some(place);
        }
        let place = place.clamp(Vec2::ZERO, self.extent());
        let home = Cell::at(place);
        let reach = self.survey.width.max(self.survey.depth) as i32;
        let mut best: Option<(f32, Vec2)> = None;
        for ring in 0..=reach {
            if best.is_some_and(|(distance, _)| distance.sqrt() + 1.5 < ring as f32) {
                break;
            }
            for cell in ring_cells(home, ring).filter(|&cell| self.is_open(cell)) {
                let distance = cell.centre().distance_squared(place);
                if best.is_none_or(|(nearest, _)| distance < nearest) {
                    best = Some((distance, cell.centre()));
                }
            }
        }
        best.map(|(_, centre)| centre)
    }

    /// South-west corner of the cell under a place and the place's fraction inside it, 0..=1.
    fn corner_at(&self, x: f32, z: f32) -> (Cell, Vec2) {
        let x = x.clamp(0.0, self.survey.width as f32);
        let z = z.clamp(0.0, self.survey.depth as f32);
        #[expect(clippy::cast_possible_wrap, reason = "maps have at most 1 024 cells")]
        let corner = Cell {
            x: floor(x).min(self.survey.width as i32 - 1),
            z: floor(z).min(self.survey.depth as i32 - 1),
        };
        (corner, Vec2::new(x - corner.x as f32, z - corner.z as f32))
    }

    /// Heights of a cell's corners: south-west, south-east, north-west, north-east.
    fn corners(&self, cell: Cell) -> [f32; 4] {
        let stride = self.survey.width as usize + 1;
        #[expect(clippy::cast_sign_loss, reason = "corner_at gives cells of the map")]
        let south = cell.z as usize * stride + cell.x as usize;
        let heights = &self.survey.heights;
        [south, south + 1, south + stride, south + stride + 1].map(|at| height_of(heights[at]))
    }
}

/// Metres of a stored height.
#[must_use]
pub fn height_of(raw: u16) -> f32 {
    f32::from(raw) * HEIGHT_STEP + HEIGHT_LOWEST
}

/// The stored height nearest to `metres`, clamped to what can be stored.
#[must_use]
pub fn raw_height_of(metres: f32) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let raw = ((metres - HEIGHT_LOWEST) / HEIGHT_STEP + 0.5) as u16;
    raw
}

fn prop_cell(at: f32, count: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let cell = (at / PROP_CELL_METRES) as u32;
    cell.min(count - 1)
}

fn bit(bits: &[u64], index: usize) -> bool {
    bits[index / 64] >> (index % 64) & 1 == 1
}

/// Cells whose greater distance from `home` in x or z is `ring`, by row, then column.
fn ring_cells(home: Cell, ring: i32) -> impl Iterator<Item = Cell> {
    (-ring..=ring).flat_map(move |row| {
        let step = if row.abs() == ring { 1 } else { (2 * ring).max(1) };
        (-ring..=ring)
            .step_by(step as usize)
            .map(move |column| Cell { x: home.x + column, z: home.z + row })
    })
}

#[cfg(test)]
mod tests;
