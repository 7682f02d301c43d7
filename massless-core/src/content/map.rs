//! The ground of a zone: heights, what is shut, props.

use crate::math::Vec2;
use crate::units::Facing;

/// Footprint of a prop; boxes turn about the vertical only, cylinders stand upright.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Footprint {
    /// Half-edges along its own east and north, metres.
    Box {
        /// Half-edge along the prop's own east.
        half_x: f32,
        /// Half-edge along the prop's own north.
        half_z: f32,
    },
    /// Radius, metres.
    Cylinder {
        /// Radius.
        radius: f32,
    },
}

/// What a prop looks like. The numbers stand in map files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PropKind {
    /// Conifer: the footprint is its trunk.
    Pine = 0,
    /// Broad-leaved tree: the footprint is its trunk.
    Oak = 1,
    /// Boulder.
    Rock = 2,
    /// Bush with a solid heart.
    Bush = 3,
    /// House with a gabled roof.
    House = 4,
    /// Piece of fence.
    Fence = 5,
    /// Piece of stone wall.
    Wall = 6,
    /// Market stall.
    Stall = 7,
    /// Well.
    Well = 8,
    /// Tower.
    Tower = 9,
    /// Crate or barrel.
    Crate = 10,
    /// Standing stone or ruin pillar.
    Pillar = 11,
    /// Bridge deck or step: low enough to walk on.
    Step = 12,
    /// Lamp post.
    Lamp = 13,
}

/// A static body that blocks movement and sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prop {
    /// What it looks like.
    pub kind: PropKind,
    /// Its footprint.
    pub footprint: Footprint,
    /// Centre (east, north), metres.
    pub centre: Vec2,
    /// Turn about the vertical.
    pub yaw: Facing,
    /// Underside, metres; at or below the lowest ground under the footprint.
    pub base: f32,
    /// Top, metres.
    pub top: f32,
}

/// The ground of a zone.
#[derive(Clone, Debug)]
pub struct Map {
    width: u32,
    depth: u32,
}

impl Map {
    /// Cells of 1 m in east and north direction.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.depth)
    }
}
