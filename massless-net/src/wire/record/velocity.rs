//! Velocities as the tight coding tells them: most people walk, so a direction says it all, and none is told more finely
//! than its ring needs.

use std::sync::LazyLock;

use massless_core::codec::{BitReader, CodecError};
use massless_core::math::{Vec2, direction_of, facing_of};
use massless_core::units::Facing;

use super::Track;
use crate::wire::packed::Bits;

/// A new velocity, fine steps a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Velocity {
    Same,
    Zero,
    /// Changed by so much; of the plain coding.
    Step(i32, i32),
    /// In units of a grade; of the tight coding.
    Coarse(Grade, i32, i32),
    /// As fast as one walks, in a direction; of the tight coding.
    Run(u16),
    Full(i32, i32),
}

impl Velocity {
    /// The velocity after one of (east, north).
    pub(super) fn after(self, (x, z): (i32, i32)) -> (i32, i32) {
        match self {
            Self::Same => (x, z),
            Self::Zero => (0, 0),
            Self::Step(dx, dz) => (x.saturating_add(dx), z.saturating_add(dz)),
            Self::Coarse(grade, x, z) => (grade.velocity(x), grade.velocity(z)),
            Self::Run(direction) => run(direction),
            Self::Full(x, z) => (x, z),
        }
    }
}

/// Bits of a velocity per axis that is told in full.
const FULL_BITS: u32 = 12;
/// Bits of a direction.
const DIRECTION_BITS: u32 = 10;
/// How fast one walks, fine steps a tick: 5 m/s (game rules, section 3).
const WALK: i32 = 256;

/// The velocities of those who walk, by direction.
static WALKS: LazyLock<[(i16, i16); 1 << DIRECTION_BITS]> = LazyLock::new(|| {
    core::array::from_fn(|direction| {
        let way = direction_of(Facing::new((direction << (16 - DIRECTION_BITS)) as u16));
        let along = |share: f32| (share * WALK as f32).round() as i16;
        (along(way.x), along(way.y))
    })
});

/// The velocity of somebody who walks in a direction, fine steps a tick.
pub(super) fn run(direction: u16) -> (i32, i32) {
    let (x, z) = WALKS[usize::from(direction) % WALKS.len()];
    (i32::from(x), i32::from(z))
}

/// The direction, told as finely as `grade`, in which somebody walks with about this velocity.
fn direction_near((x, z): (i32, i32), grade: Grade) -> Option<u16> {
    let off = x * x + z * z - WALK * WALK;
    if off.abs() > 2 * WALK * (grade.walk_slack() + 1) {
        return None;
    }
    let facing = facing_of(Vec2::new(x as f32, z as f32))?;
    let shift = 16 - grade.direction_bits();
    let nearest = (u32::from(facing.get()) + (1 << (shift - 1))) >> shift;
    Some(((nearest << (DIRECTION_BITS - grade.direction_bits())) % (1 << DIRECTION_BITS)) as u16)
}

/// How finely a velocity is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grade {
    /// In 65/64 fine steps a tick (20 mm/s), 9 bits.
    #[default]
    Fine,
    /// In 65/16 fine steps a tick (80 mm/s), 7 bits.
    Middle,
    /// In 273/16 fine steps a tick (330 mm/s), 5 bits.
    Rough,
}

impl Grade {
    const ALL: [Self; 3] = [Self::Fine, Self::Middle, Self::Rough];

    /// The roughest grade that is off by the slack, in fine steps, in 3 s at the soonest.
    #[must_use]
    pub const fn within(slack: i32) -> Self {
        match slack {
            ..128 => Self::Fine,
            128..512 => Self::Middle,
            _ => Self::Rough,
        }
    }

    /// Size of a unit in 1/64 of a fine step: a walker's 256 fine steps a tick are a whole number of them.
    const fn unit(self) -> i32 {
        match self {
            Self::Fine => 65,
            Self::Middle => 260,
            Self::Rough => 1_092,
        }
    }

    const fn bits(self) -> u32 {
        match self {
            Self::Fine => 9,
            Self::Middle => 7,
            Self::Rough => 5,
        }
    }

    /// Bits of the direction of somebody who walks.
    const fn direction_bits(self) -> u32 {
        match self {
            Self::Fine => 10,
            Self::Middle => 9,
            Self::Rough => 7,
        }
    }

    /// Fine steps a tick by which a walker's velocity may be off per axis.
    const fn walk_slack(self) -> i32 {
        match self {
            Self::Fine => 1,
            Self::Middle => 2,
            Self::Rough => 8,
        }
    }

    /// A walker's velocity near this one, if it is one.
    fn walk_near(self, wanted: (i32, i32)) -> Option<(i32, i32)> {
        let told = run(direction_near(wanted, self)?);
        let off = (told.0 - wanted.0).abs().max((told.1 - wanted.1).abs());
        (off <= self.walk_slack()).then_some(told)
    }

    /// The number of whole units nearest to a velocity as a velocity, if there are so many.
    fn coarse_near(self, wanted: (i32, i32)) -> Option<(i32, i32)> {
        let told = (self.units(wanted.0)?, self.units(wanted.1)?);
        Some((self.velocity(told.0), self.velocity(told.1)))
    }

    /// The velocity of a number of units, fine steps a tick.
    pub(super) const fn velocity(self, units: i32) -> i32 {
        (units * self.unit() + 32) >> 6
    }

    /// The number of units nearest to a velocity, if there are so many.
    const fn units(self, velocity: i32) -> Option<i32> {
        let units = (velocity * 128 + self.unit()).div_euclid(2 * self.unit());
        let half = 1 << (self.bits() - 1);
        if -half <= units && units < half { Some(units) } else { None }
    }

    fn finer(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().rev().skip_while(move |grade| *grade != self)
    }
}

/// The velocity to publish, east and north, for an actor with the velocity of `truth` where `old` was published: no finer
/// than it has to be.
#[must_use]
pub fn snapped_velocity(old: &Track, truth: &Track, grade: Grade) -> (i32, i32) {
    let before = (old.velocity_x, old.velocity_z);
    let wanted = (truth.velocity_x, truth.velocity_z);
    if wanted == before || wanted == (0, 0) {
        return wanted;
    }
    let mut near = grade.finer().flat_map(|grade| {
        [grade.walk_near(wanted), grade.coarse_near(wanted)].into_iter().flatten()
    });
    // What was told so before was not good enough, and nobody stands who creeps.
    near.find(|told| *told != before && *told != (0, 0)).unwrap_or(wanted)
}

/// The shortest way to tell a velocity exactly.
pub(super) fn exactly((x, z): (i32, i32)) -> Velocity {
    if let Some(direction) = direction_near((x, z), Grade::Fine)
        && run(direction) == (x, z)
    {
        return Velocity::Run(direction);
    }
    let coarse = Grade::ALL.into_iter().rev().find_map(|grade| {
        let exact = |velocity: i32| {
            grade.units(velocity).filter(|units| grade.velocity(*units) == velocity)
        };
        Some(Velocity::Coarse(grade, exact(x)?, exact(z)?))
    });
    coarse.unwrap_or(Velocity::Full(x, z))
}

/// Appends one.
pub(super) fn push_velocity(out: &mut Bits, velocity: Velocity) {
    let (code, width, (x, z), bits) = match velocity {
        Velocity::Zero => (0b00, 2, (0, 0), 0),
        Velocity::Run(direction) => return push_direction(out, direction),
        Velocity::Coarse(grade, x, z) => ((grade as u64) << 2 | 0b10, 4, (x, z), grade.bits()),
        Velocity::Same => (0b01110, 5, (0, 0), 0),
        // A step is of the plain coding alone, and never planned here.
        Velocity::Full(x, z) | Velocity::Step(x, z) => (0b11110, 5, (x, z), FULL_BITS),
    };
    out.push(code, width);
    out.push_signed(x, bits);
    out.push_signed(z, bits);
}

/// As roughly as it is told exactly.
fn push_direction(out: &mut Bits, direction: u16) {
    let (code, width, grade) = match direction.trailing_zeros() {
        0 => (0b011, 3, Grade::Fine),
        1..3 => (0b01, 2, Grade::Middle),
        _ => (0b111, 3, Grade::Rough),
    };
    out.push(code, width);
    let bits = grade.direction_bits();
    out.push(u64::from(direction >> (DIRECTION_BITS - bits)), bits);
}

/// Reads what `push_velocity` wrote.
pub(super) fn read_velocity(bits: &mut BitReader<'_>) -> Result<Velocity, CodecError> {
    if bits.bool()? {
        return read_direction(bits).map(Velocity::Run);
    }
    if !bits.bool()? {
        return Ok(Velocity::Zero);
    }
    let grade = match bits.bits(2)? {
        0 => Grade::Fine,
        1 => Grade::Middle,
        2 => Grade::Rough,
        _ if bits.bool()? => {
            let mut axis = || bits.signed(FULL_BITS).map(|told| told as i32);
            return Ok(Velocity::Full(axis()?, axis()?));
        }
        _ => return Ok(Velocity::Same),
    };
    let mut units = || bits.signed(grade.bits()).map(|units| units as i32);
    Ok(Velocity::Coarse(grade, units()?, units()?))
}

fn read_direction(bits: &mut BitReader<'_>) -> Result<u16, CodecError> {
    let grade = match bits.bool()? {
        false => Grade::Middle,
        true if !bits.bool()? => Grade::Fine,
        true => Grade::Rough,
    };
    let width = grade.direction_bits();
    Ok((bits.bits(width)? << (DIRECTION_BITS - width)) as u16)
}

/// The velocity of somebody who moves.
pub(super) fn read_way(bits: &mut BitReader<'_>) -> Result<(i32, i32), CodecError> {
    match read_velocity(bits)? {
        Velocity::Same | Velocity::Zero => Err(CodecError::OutOfRange("way")),
        told => Ok(told.after((0, 0))),
    }
}
