//! Bytes of a map file: version, size, water, heights as differences, runs of cells, props.
//!
//! ```text
//! "MMAP" version:u8 width:varint depth:varint water:varint (0 none, else height + 1)
//! heights    zigzag varint of height - (west + south - south-west neighbour), row by row
//! materials  (material:u8, run:varint) until all cells are covered
//! shut       run:varint, beginning with open cells, alternating, until all cells are covered
//! props      count:varint, each: kind:u8 shape:u8 a:f32 b:f32 x:f32 z:f32 yaw:u16 base:f32 top:f32
//! ```

use super::{Footprint, MapError, Material, Prop, PropKind, Survey};
use crate::codec::{CodecError, Reader, Writer};
use crate::limits::{MAP_CELLS_MAX, PROPS_MAX};
use crate::math::Vec2;
use crate::units::Facing;

const MAGIC: &[u8; 4] = b"MMAP";
const VERSION: u8 = 1;

pub(super) fn encode(survey: &Survey) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(MAGIC);
    out.u8(VERSION);
    out.varint(u64::from(survey.width));
    out.varint(u64::from(survey.depth));
    out.varint(survey.water.map_or(0, |water| u64::from(water) + 1));
    let stride = survey.width as usize + 1;
    for (index, &height) in survey.heights.iter().enumerate() {
        let difference = i64::from(height) - predicted(&survey.heights, index, stride);
        out.varint(((difference << 1) ^ (difference >> 63)) as u64);
    }
    for run in survey.materials.chunk_by(|a, b| a == b) {
        out.u8(run[0] as u8);
        out.varint(run.len() as u64);
    }
    if survey.shut.first() == Some(&true) {
        out.varint(0);
    }
    for run in survey.shut.chunk_by(|a, b| a == b) {
        out.varint(run.len() as u64);
    }
    out.varint(survey.props.len() as u64);
    for prop in &survey.props {
        encode_prop(prop, &mut out);
    }
    out.into_bytes()
}

pub(super) fn decode(bytes: &[u8]) -> Result<Survey, MapError> {
    let mut input = Reader::new(bytes);
    if input.raw(MAGIC.len()) != Ok(MAGIC.as_slice()) {
        return Err(MapError::NotAMap);
    }
    let found = input.u8()?;
    if found != VERSION {
        return Err(MapError::Version { found, expected: VERSION });
    }
    let width = input.varint_max(u64::from(MAP_CELLS_MAX), "width")? as u32;
    let depth = input.varint_max(u64::from(MAP_CELLS_MAX), "depth")? as u32;
    if width == 0 || depth == 0 {
        return Err(MapError::Size { width, depth });
    }
    let water = input.varint_max(u64::from(u16::MAX) + 1, "water")?.checked_sub(1);
    let cells = (width * depth) as usize;
    let survey = Survey {
        width,
        depth,
        water: water.map(|raw| raw as u16),
        heights: decode_heights(&mut input, width as usize + 1, depth as usize + 1)?,
        materials: decode_materials(&mut input, cells)?,
        shut: decode_shut(&mut input, cells)?,
        props: decode_props(&mut input)?,
    };
    input.finish()?;
    Ok(survey)
}

/// The plane through the three neighbours already known.
fn predicted(heights: &[u16], index: usize, stride: usize) -> i64 {
    let at = |back: usize| i64::from(heights[index - back]);
    match (index % stride, index / stride) {
        (0, 0) => 10_000,
        (_, 0) => at(1),
        (0, _) => at(stride),
        _ => at(1) + at(stride) - at(stride + 1),
    }
}

fn decode_heights(
    input: &mut Reader<'_>,
    stride: usize,
    rows: usize,
) -> Result<Vec<u16>, CodecError> {
    let mut heights = Vec::new();
    for index in 0..stride * rows {
        let raw = input.varint_max(0x7_FFFF, "height")?;
        let difference = (raw >> 1) as i64 ^ -((raw & 1) as i64);
        let height = predicted(&heights, index, stride) + difference;
        heights.push(u16::try_from(height).map_err(|_| CodecError::OutOfRange("height"))?);
    }
    Ok(heights)
}

fn decode_materials(input: &mut Reader<'_>, cells: usize) -> Result<Vec<Material>, CodecError> {
    let mut materials = Vec::new();
    while materials.len() < cells {
        let number = usize::from(input.u8()?);
        let material = *Material::ALL.get(number).ok_or(CodecError::OutOfRange("material"))?;
        let run = input.varint_max((cells - materials.len()) as u64, "run")? as usize;
        if run == 0 {
            return Err(CodecError::OutOfRange("run"));
        }
        materials.resize(materials.len() + run, material);
    }
    Ok(materials)
}

fn decode_shut(input: &mut Reader<'_>, cells: usize) -> Result<Vec<bool>, CodecError> {
    let mut shut = Vec::new();
    let mut value = false;
    while shut.len() < cells {
        let run = input.varint_max((cells - shut.len()) as u64, "run")? as usize;
        if run == 0 && (value || !shut.is_empty()) {
            return Err(CodecError::OutOfRange("run"));
        }
        shut.resize(shut.len() + run, value);
        value = !value;
    }
    Ok(shut)
}

fn encode_prop(prop: &Prop, out: &mut Writer) {
    let (shape, a, b) = match prop.footprint {
        Footprint::Box { half_x, half_z } => (0, half_x, half_z),
        Footprint::Cylinder { radius } => (1, radius, 0.0),
    };
    out.u8(prop.kind as u8);
    out.u8(shape);
    for number in [a, b, prop.centre.x, prop.centre.y] {
        out.f32(number);
    }
    out.u16(prop.yaw.get());
    out.f32(prop.base);
    out.f32(prop.top);
}

fn decode_props(input: &mut Reader<'_>) -> Result<Vec<Prop>, CodecError> {
    let count = input.varint_max(PROPS_MAX as u64, "prop count")?;
    let mut props = Vec::new();
    for _ in 0..count {
        let kind = usize::from(input.u8()?);
        let kind = *PropKind::ALL.get(kind).ok_or(CodecError::OutOfRange("prop kind"))?;
        let shape = input.u8()?;
        let (a, b) = (input.f32()?, input.f32()?);
        let footprint = match shape {
            0 => Footprint::Box { half_x: a, half_z: b },
            1 => Footprint::Cylinder { radius: a },
            _ => return Err(CodecError::OutOfRange("prop shape")),
        };
        let centre = Vec2::new(input.f32()?, input.f32()?);
        let yaw = Facing::new(input.u16()?);
        props.push(Prop { kind, footprint, centre, yaw, base: input.f32()?, top: input.f32()? });
    }
    Ok(props)
}
