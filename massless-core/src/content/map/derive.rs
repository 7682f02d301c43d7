//! From a survey to a map: checks, walkability, the shrunk path grid, which props are near.
//!
//! Runs once, when content is loaded. The slope test is exact: it compares integers.

use super::{Cell, Footprint, Map, MapError, PROP_CELL_METRES, Prop, Solid, Survey, height_of};
use crate::limits::{MAP_CELLS_MAX, PROPS_MAX};
use crate::math::Vec2;
use crate::units::TICK_SECONDS;
use crate::walk::{BODY_RADIUS, SPEED_MAX};

/// How far from a prop's footprint a body may be that meets it within one tick, metres, with a
/// margin for the slack of contacts.
const PROP_REACH: f32 = BODY_RADIUS + SPEED_MAX * TICK_SECONDS + 0.025;
/// Least half-edge or radius of a prop, metres: a thinner one could stand unseen between the
/// centres of two cells of the path grid.
const PROP_HALF_MIN: f32 = 0.1;
/// Greatest half-edge or radius of a prop, metres: bounds how many prop cells it enters.
const PROP_HALF_MAX: f32 = 16.0;
/// Greatest height of a prop, metres.
const PROP_HEIGHT_MAX: f32 = 64.0;
/// Rise of 1 m over 1 m, in height steps: 45 degrees.
const RISE_MAX: i64 = 100;

pub(super) fn build(survey: Survey) -> Result<Map, MapError> {
    check_layers(&survey)?;
    let (width, depth) = (survey.width, survey.depth);
    let bits = ((width * depth) as usize).div_ceil(64);
    let prop_columns = width.div_ceil(PROP_CELL_METRES as u32);
    let prop_cells = (prop_columns * depth.div_ceil(PROP_CELL_METRES as u32)) as usize;
    let mut map = Map {
        walkable: vec![0; bits],
        open: vec![0; bits],
        ways: Vec::new(),
        solids: survey.props.iter().map(Solid::of).collect(),
        prop_columns,
        prop_start: vec![0; prop_cells + 1],
        prop_near: Vec::new(),
        survey,
    };
    for (index, prop) in map.survey.props.iter().enumerate() {
        check_prop(&map, prop, &map.solids[index])
            .map_err(|reason| MapError::Prop { index, reason })?;
    }
    sort_props(&mut map);
    for index in 0..(width * depth) as usize {
        if is_walkable(&map.survey, index) {
            map.walkable[index / 64] |= 1 << (index % 64);
        }
    }
    for index in 0..(width * depth) as usize {
        if map.is_clear(cell_of(&map.survey, index).centre()) {
            map.open[index / 64] |= 1 << (index % 64);
        }
    }
    super::ways::derive(&mut map);
    Ok(map)
}

fn check_layers(survey: &Survey) -> Result<(), MapError> {
    let Survey { width, depth, .. } = *survey;
    let legal = 1..=MAP_CELLS_MAX;
    if !legal.contains(&width) || !legal.contains(&depth) {
        return Err(MapError::Size { width, depth });
    }
    let cells = (width * depth) as usize;
    let layers = [
        ("heights", survey.heights.len(), ((width + 1) * (depth + 1)) as usize),
        ("materials", survey.materials.len(), cells),
        ("shut", survey.shut.len(), cells),
    ];
    if let Some((name, _, _)) = layers.iter().find(|(_, found, wanted)| found != wanted) {
        return Err(MapError::Layer(name));
    }
    if survey.props.len() > PROPS_MAX {
        return Err(MapError::TooManyProps(survey.props.len()));
    }
    Ok(())
}

fn check_prop(map: &Map, prop: &Prop, solid: &Solid) -> Result<(), &'static str> {
    let (least, greatest) = match prop.footprint {
        Footprint::Box { half_x, half_z } => (half_x.min(half_z), half_x.max(half_z)),
        Footprint::Cylinder { radius } => (radius, radius),
    };
    let numbers = [least, greatest, prop.centre.x, prop.centre.y, prop.base, prop.top];
    if !numbers.iter().all(|number| number.is_finite()) {
        return Err("a coordinate is not a finite number");
    }
    if least < PROP_HALF_MIN || greatest > PROP_HALF_MAX {
        return Err("half-edges and radii must be 0.1 to 16 m");
    }
    let extent = map.extent();
    let inside = |at: f32, edge: f32| (0.0..=edge).contains(&at);
    if !inside(prop.centre.x, extent.x) || !inside(prop.centre.y, extent.y) {
        return Err("its centre is not on the map");
    }
    let height = prop.top - prop.base;
    if height <= 0.0 || height > PROP_HEIGHT_MAX {
        return Err("its top must be 0 to 64 m above its base");
    }
    if prop.base > lowest_under(map, solid) {
        return Err("its base is above the lowest ground under it");
    }
    Ok(())
}

/// Lowest terrain under a footprint. The surface is made of triangles, so within a cell its lowest
/// place is a corner of the cell, and all corners of the cells under the bounds are looked at.
fn lowest_under(map: &Map, solid: &Solid) -> f32 {
    let half = solid.half_bounds();
    let low = Cell::at((solid.centre - half).clamp(Vec2::ZERO, map.extent()));
    let high = Cell::at((solid.centre + half).clamp(Vec2::ZERO, map.extent()));
    let mut lowest = f32::MAX;
    for z in low.z..=high.z {
        for x in low.x..=high.x {
            let centre = Cell { x, z }.centre();
            let nearest = solid.distance(centre).0;
            if nearest < core::f32::consts::FRAC_1_SQRT_2 {
                lowest = lowest.min(lowest_of_cell(&map.survey, x, z));
            }
        }
    }
    lowest
}

fn lowest_of_cell(survey: &Survey, x: i32, z: i32) -> f32 {
    let x = (x as u32).min(survey.width - 1);
    let z = (z as u32).min(survey.depth - 1);
    let lowest = corners(survey, (z * survey.width + x) as usize).into_iter().min();
    height_of(lowest.unwrap_or_default() as u16)
}

/// Stored heights of a cell's corners: south-west, south-east, north-west, north-east.
fn corners(survey: &Survey, index: usize) -> [i64; 4] {
    let (width, stride) = (survey.width as usize, survey.width as usize + 1);
    let south = index / width * stride + index % width;
    [south, south + 1, south + stride, south + stride + 1].map(|at| i64::from(survey.heights[at]))
}

fn is_walkable(survey: &Survey, index: usize) -> bool {
    let [south_west, south_east, north_west, north_east] = corners(survey, index);
    let is_gentle = |east: i64, north: i64| east * east + north * north <= RISE_MAX * RISE_MAX;
    let lowest = south_west.min(south_east).min(north_west).min(north_east);
    !survey.shut[index]
        && survey.water.is_none_or(|water| lowest >= i64::from(water))
        && is_gentle(south_east - south_west, north_east - south_east)
        && is_gentle(north_east - north_west, north_west - south_west)
}

pub(super) fn cell_of(survey: &Survey, index: usize) -> Cell {
    let width = survey.width as usize;
    #[expect(clippy::cast_possible_wrap, reason = "maps have at most 1 024 cells an edge")]
    Cell { x: (index % width) as i32, z: (index / width) as i32 }
}

/// Counting sort of the props into their cells; rising within a cell.
fn sort_props(map: &mut Map) {
    let rows = map.survey.depth.div_ceil(PROP_CELL_METRES as u32);
    let columns = map.prop_columns;
    let cells_of = |solid: &Solid| {
        let half = solid.half_bounds() + PROP_REACH;
        let (low, high) = (solid.centre - half, solid.centre + half);
        let (west, east) = (super::prop_cell(low.x, columns), super::prop_cell(high.x, columns));
        let (south, north) = (super::prop_cell(low.y, rows), super::prop_cell(high.y, rows));
        (south..=north)
            .flat_map(move |row| (west..=east).map(move |column| (row * columns + column) as usize))
    };
    for solid in &map.solids {
        for cell in cells_of(solid) {
            map.prop_start[cell + 1] += 1;
        }
    }
    for cell in 1..map.prop_start.len() {
        map.prop_start[cell] += map.prop_start[cell - 1];
    }
    let mut cursor = map.prop_start.clone();
    map.prop_near = vec![0; *map.prop_start.last().unwrap_or(&0) as usize];
    for (index, solid) in map.solids.iter().enumerate() {
        for cell in cells_of(solid) {
            map.prop_near[cursor[cell] as usize] = index as u16;
            cursor[cell] += 1;
        }
    }
}
