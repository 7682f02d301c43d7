//! Props and their shapes: boxes that turn about the vertical and upright cylinders.
//!
//! A `Prop` is what a file says; a `Solid` is the same with its directions worked out, ready for
//! queries. Every prop rests on the ground, so a body (whose step height equals its radius) that
//! cannot step onto it always meets it with the cylindrical part of its capsule. Questions about
//! bodies and props are therefore questions about a disc and a footprint in the ground plane.

use crate::math::{Vec2, direction_of};
use crate::units::Facing;
use crate::walk::{BODY_HEIGHT, BODY_RADIUS, CONTACT_SLACK, STEP_HEIGHT};

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

impl PropKind {
    /// Every kind, by its number.
    pub const ALL: [Self; 14] = [
        Self::Pine,
        Self::Oak,
        Self::Rock,
        Self::Bush,
        Self::House,
        Self::Fence,
        Self::Wall,
        Self::Stall,
        Self::Well,
        Self::Tower,
        Self::Crate,
        Self::Pillar,
        Self::Step,
        Self::Lamp,
    ];
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

/// A prop's shape with its directions worked out.
#[derive(Clone, Copy, Debug)]
pub struct Solid {
    /// Centre (east, north), metres.
    pub centre: Vec2,
    /// Its footprint.
    pub footprint: Footprint,
    /// Unit vector of its own north; its own east is a quarter turn clockwise of it.
    pub north: Vec2,
    /// Underside, metres.
    pub base: f32,
    /// Top, metres.
    pub top: f32,
}

/// Where a moving disc first meets a footprint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contact {
    /// Share of the motion made before, 0..=1.
    pub share: f32,
    /// Unit vector that points away from the footprint.
    pub normal: Vec2,
}

impl Solid {
    /// The shape of a prop.
    #[must_use]
    pub fn of(prop: &Prop) -> Self {
        Self {
            centre: prop.centre,
            footprint: prop.footprint,
            north: direction_of(prop.yaw),
            base: prop.base,
            top: prop.top,
        }
    }

    /// A body with its feet at this height cannot walk over (or under) it.
    #[must_use]
    pub fn blocks(&self, feet: f32) -> bool {
        self.top > feet + STEP_HEIGHT && self.base < feet + BODY_HEIGHT
    }

    /// A ground place seen from the prop: along its own east and north.
    #[must_use]
    pub fn inward(&self, place: Vec2) -> Vec2 {
        self.turned_in(place - self.centre)
    }

    /// A direction seen from the prop.
    #[must_use]
    pub fn turned_in(&self, direction: Vec2) -> Vec2 {
        let east = Vec2::new(self.north.y, 0.0 - self.north.x);
        Vec2::new(direction.dot(east), direction.dot(self.north))
    }

    /// The prop's own direction seen from the world.
    #[must_use]
    pub fn turned_out(&self, own: Vec2) -> Vec2 {
        let east = Vec2::new(self.north.y, 0.0 - self.north.x);
        east * own.x + self.north * own.y
    }

    /// Half-edges of the upright rectangle round its footprint, metres.
    #[must_use]
    pub fn half_bounds(&self) -> Vec2 {
        match self.footprint {
            Footprint::Cylinder { radius } => Vec2::splat(radius),
            Footprint::Box { half_x, half_z } => {
                let (sine, cosine) = (self.north.x.abs(), self.north.y.abs());
                Vec2::new(half_x * cosine + half_z * sine, half_x * sine + half_z * cosine)
            }
        }
    }

    /// Distance from a place to the footprint's edge, metres; negative inside. The vector points
    /// from the footprint to the place and has unit length.
    #[must_use]
    pub fn distance(&self, place: Vec2) -> (f32, Vec2) {
        let own = self.inward(place);
        let (distance, normal) = match self.footprint {
            Footprint::Cylinder { radius } => {
                let length = own.length();
                let normal = if length > 1e-6 { own / length } else { Vec2::X };
                (length - radius, normal)
            }
            Footprint::Box { half_x, half_z } => box_distance(own, Vec2::new(half_x, half_z)),
        };
        (distance, self.turned_out(normal))
    }

    /// A body at `place` overlaps the footprint.
    #[must_use]
    pub fn touches(&self, place: Vec2) -> bool {
        self.distance(place).0 < BODY_RADIUS
    }

    /// A body at `place` has the footprint under its disc, with the slack of a contact.
    #[must_use]
    pub fn carries(&self, place: Vec2) -> bool {
        self.distance(place).0 < BODY_RADIUS - CONTACT_SLACK
    }

    /// First contact of a body's disc that moves from `from` by `motion`.
    ///
    /// A disc that overlaps already is in contact if it moves further in and free if it moves out.
    #[must_use]
    pub fn contact(&self, from: Vec2, motion: Vec2) -> Option<Contact> {
        let reach = self.half_bounds() + (BODY_RADIUS + motion.length());
        let offset = (from - self.centre).abs();
        if offset.x > reach.x || offset.y > reach.y {
            return None;
        }
        let (distance, normal) = self.distance(from);
        if distance <= BODY_RADIUS {
            return (motion.dot(normal) < 0.0).then_some(Contact { share: 0.0, normal });
        }
        let (own, step) = (self.inward(from), self.turned_in(motion));
        let share = match self.footprint {
            Footprint::Cylinder { radius } => circle_share(own, step, radius + BODY_RADIUS),
            Footprint::Box { half_x, half_z } => box_share(own, step, Vec2::new(half_x, half_z)),
        }?;
        let (_, normal) = self.distance(from + motion * share);
        // Rounding may put a disc that rests against a face inside the grown shape: it is free to go.
        let leaves = share <= 0.0 && motion.dot(normal) >= 0.0;
        (!leaves).then_some(Contact { share, normal })
    }
}

fn box_distance(own: Vec2, half: Vec2) -> (f32, Vec2) {
    let sign =
        Vec2::new(if own.x < 0.0 { -1.0 } else { 1.0 }, if own.y < 0.0 { -1.0 } else { 1.0 });
    let beyond = own.abs() - half;
    if beyond.x > 0.0 && beyond.y > 0.0 {
        let length = beyond.length();
        (length, beyond / length * sign)
    } else if beyond.x > beyond.y {
        (beyond.x, Vec2::new(sign.x, 0.0))
    } else {
        (beyond.y, Vec2::new(0.0, sign.y))
    }
}

/// Share of `step` after which a point from `own` enters the circle round the origin.
fn circle_share(own: Vec2, step: Vec2, radius: f32) -> Option<f32> {
    let squared = step.length_squared();
    let closing = own.dot(step);
    let outside = own.length_squared() - radius * radius;
    let discriminant = closing * closing - squared * outside;
    if closing >= 0.0 || squared < 1e-14 || discriminant < 0.0 {
        return None;
    }
    let share = (0.0 - closing - discriminant.sqrt()) / squared;
    (share <= 1.0).then_some(share.max(0.0))
}

/// Share of `step` after which a disc's centre from `own` enters the box rounded by its radius.
fn box_share(own: Vec2, step: Vec2, half: Vec2) -> Option<f32> {
    let grown = half + BODY_RADIUS;
    let (west, east) = slab(own.x, step.x, grown.x)?;
    let (south, north) = slab(own.y, step.y, grown.y)?;
    let enter = west.max(south).max(0.0);
    if enter > east.min(north) || enter > 1.0 {
        return None;
    }
    let at = own + step * enter;
    let corner = Vec2::new(
        if at.x < 0.0 { 0.0 - half.x } else { half.x },
        if at.y < 0.0 { 0.0 - half.y } else { half.y },
    );
    if at.x.abs() > half.x && at.y.abs() > half.y {
        // It enters beside a corner: the box is round there, who misses the round misses it all.
        return circle_share(own - corner, step, BODY_RADIUS);
    }
    Some(enter)
}

/// Shares at which a coordinate enters and leaves -half..=half; `None` if it stays outside.
fn slab(at: f32, step: f32, half: f32) -> Option<(f32, f32)> {
    if step.abs() < 1e-9 {
        return (at.abs() <= half).then_some((f32::MIN, f32::MAX));
    }
    let (one, other) = ((0.0 - half - at) / step, (half - at) / step);
    Some((one.min(other), one.max(other)))
}
