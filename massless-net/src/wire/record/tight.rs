//! The coding of version 6: what walking about usually does takes few bits.
//!
//! Whoever turns has gone on as before until some ticks ago. With that number told, the new point follows from the old
//! track but for a few steps, and walkers look where they go. A velocity is told as finely as the ring needs: what it is
//! off by is made good once it has become more than the ring's slack, as with everything.
//!
//! ```text
//! delta:    moved 1 (velocity, ago, steps) | turned 1 or 2 (+8) | rest 1 (+..)
//! velocity: 00 as before, 010 zero, 10 grade 0, 110 grade 1, 111 grade 2, 011 in full
//! ago:      unless as before: 0 one tick; 10 and 2 bits: 0, 2, 3, 4; 11 and 4 bits: 5 to 20
//! steps:    width class 2, then both axes
//! turned:   0 no, 1 and 8 bits; where a velocity is told 0 no, 10 where it goes, 11 and 8 bits
//! track:    x 20 | z 20 | moves 1 (grade 2, velocity) | angle | share | pose | height 1 (+12) | fights 1 (+..)
//! ```

use massless_core::codec::{BitReader, CodecError};
use massless_core::math::{Vec2, facing_of};
use massless_core::units::Tick;
use massless_core::view::Pose;

use super::fields::{
    push_fight, push_height, push_rest, read_fight, read_height, read_pose, read_rest,
};
use super::{Delta, Moved, STEP_MAX, Track, Velocity, steps_after};
use crate::wire::packed::Bits;
use crate::wire::quantize::{FINE_MAX, FINE_PER_STEP, angle_of};

/// Longest time since a turn that a delta tells, ticks.
const AGO_MAX: u32 = 20;
/// Bits per axis of the steps, by class.
const STEP_BITS: [u32; 4] = [2, 4, 7, 10];
/// Bits of a velocity per axis that is told in full.
const FULL_BITS: u32 = 12;

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

/// The velocity to publish for `wanted` where `before` was published: no finer than it has to be.
pub(super) fn snapped(before: (i32, i32), wanted: (i32, i32), grade: Grade) -> (i32, i32) {
    if wanted == before || wanted == (0, 0) {
        return wanted;
    }
    let mut coarse = grade.finer().filter_map(|grade| {
        let told = (grade.units(wanted.0)?, grade.units(wanted.1)?);
        Some((grade.velocity(told.0), grade.velocity(told.1)))
    });
    // What was told so before was not good enough, and nobody stands who creeps.
    coarse.find(|told| *told != before && *told != (0, 0)).unwrap_or(wanted)
}

/// A velocity in units of the roughest grade that tells it exactly.
fn exactly((x, z): (i32, i32)) -> Velocity {
    let coarse = Grade::ALL.into_iter().rev().find_map(|grade| {
        let exact = |velocity: i32| {
            grade.units(velocity).filter(|units| grade.velocity(*units) == velocity)
        };
        Some(Velocity::Coarse(grade, exact(x)?, exact(z)?))
    });
    coarse.unwrap_or(Velocity::Full(x, z))
}

pub(super) fn plan_move(old: &Track, new: &Track) -> Option<Moved> {
    let way = (new.velocity_x, new.velocity_z);
    let velocity = match way {
        _ if way == (old.velocity_x, old.velocity_z) => Velocity::Same,
        (0, 0) => Velocity::Zero,
        _ => exactly(way),
    };
    let steps = |ago: u32| {
        let (x, z) = steps_after(old, new.tick, ago, way);
        (new.x / FINE_PER_STEP - x, new.z / FINE_PER_STEP - z)
    };
    // As far as the plain coding reaches, so that both can tell it.
    let straight = steps(0);
    if straight.0.abs() > STEP_MAX || straight.1.abs() > STEP_MAX {
        return None;
    }
    let mut best = Moved { ago: 0, steps: straight, velocity };
    if velocity == Velocity::Same {
        return Some(best);
    }
    let mut best_bits = bits_of_point(&best);
    for ago in 1..=AGO_MAX {
        // A longer time takes more bits, whatever is saved by it.
        if best_bits <= ago_bits(ago) + 2 + 2 * STEP_BITS[0] {
            break;
        }
        let moved = Moved { ago, steps: steps(ago), velocity };
        let bits = bits_of_point(&moved);
        if bits < best_bits {
            (best, best_bits) = (moved, bits);
        }
    }
    Some(best)
}

const fn ago_bits(ago: u32) -> u32 {
    match ago {
        1 => 1,
        0..=4 => 4,
        _ => 6,
    }
}

fn class_of((x, z): (i32, i32)) -> Option<u64> {
    let fits = |width: &u32| {
        let half = 1 << (width - 1);
        (-half..half).contains(&x) && (-half..half).contains(&z)
    };
    STEP_BITS.iter().position(fits).map(|class| class as u64)
}

fn bits_of_point(moved: &Moved) -> u32 {
    class_of(moved.steps)
        .map_or(u32::MAX, |class| ago_bits(moved.ago) + 2 + 2 * STEP_BITS[class as usize])
}

/// A delta behind its first bit.
pub(super) fn push_delta(out: &mut Bits, delta: &Delta) {
    out.push_bool(delta.moved.is_some());
    if let Some(moved) = &delta.moved {
        push_move(out, moved);
    }
    push_turn(out, delta);
    out.push_bool(delta.tells_rest());
    if delta.tells_rest() {
        push_rest(out, delta);
    }
}

fn push_move(out: &mut Bits, moved: &Moved) {
    let (code, width, (x, z), bits) = match moved.velocity {
        Velocity::Same => (0b00, 2, (0, 0), 0),
        Velocity::Zero => (0b010, 3, (0, 0), 0),
        Velocity::Coarse(Grade::Fine, x, z) => (0b01, 2, (x, z), Grade::Fine.bits()),
        Velocity::Coarse(Grade::Middle, x, z) => (0b011, 3, (x, z), Grade::Middle.bits()),
        Velocity::Coarse(Grade::Rough, x, z) => (0b111, 3, (x, z), Grade::Rough.bits()),
        // A step is of the plain coding alone, and never planned here.
        Velocity::Full(x, z) | Velocity::Step(x, z) => (0b110, 3, (x, z), FULL_BITS),
    };
    out.push(code, width);
    out.push_signed(x, bits);
    out.push_signed(z, bits);
    if moved.velocity != Velocity::Same {
        match moved.ago {
            1 => out.push(0, 1),
            0 => out.push(0b00_01, 4),
            2..=4 => out.push(u64::from(moved.ago - 1) << 2 | 0b01, 4),
            ago => out.push(u64::from(ago - 5) << 2 | 0b11, 6),
        }
    }
    let class = class_of(moved.steps).unwrap_or(STEP_BITS.len() as u64 - 1);
    out.push(class, 2);
    out.push_signed(moved.steps.0, STEP_BITS[class as usize]);
    out.push_signed(moved.steps.1, STEP_BITS[class as usize]);
}

fn push_turn(out: &mut Bits, delta: &Delta) {
    let Some(angle) = delta.angle else {
        out.push_bool(false);
        return;
    };
    out.push_bool(true);
    if let Some(ahead) = delta.moved.as_ref().and_then(ahead) {
        out.push_bool(angle != ahead);
        if angle == ahead {
            return;
        }
    }
    out.push(u64::from(angle), 8);
}

/// Where somebody looks who looks where he goes, if it is told whereto.
fn ahead(moved: &Moved) -> Option<u8> {
    match moved.velocity {
        Velocity::Same | Velocity::Zero | Velocity::Step(..) => None,
        told @ (Velocity::Coarse(..) | Velocity::Full(..)) => angle_along(told.after((0, 0))),
    }
}

fn angle_along((x, z): (i32, i32)) -> Option<u8> {
    facing_of(Vec2::new(x as f32, z as f32)).map(angle_of)
}

pub(super) fn read_delta(bits: &mut BitReader<'_>) -> Result<Delta, CodecError> {
    let mut delta = Delta::default();
    if bits.bool()? {
        delta.moved = Some(read_move(bits)?);
    }
    if bits.bool()? {
        let ahead = delta.moved.as_ref().and_then(ahead);
        delta.angle = match ahead {
            Some(ahead) if !bits.bool()? => Some(ahead),
            _ => Some(bits.bits(8)? as u8),
        };
    }
    if bits.bool()? {
        read_rest(bits, &mut delta)?;
    }
    Ok(delta)
}

fn read_move(bits: &mut BitReader<'_>) -> Result<Moved, CodecError> {
    let coarse = |grade: Grade, bits: &mut BitReader<'_>| {
        let mut units = || bits.signed(grade.bits()).map(|units| units as i32);
        Ok::<_, CodecError>(Velocity::Coarse(grade, units()?, units()?))
    };
    let velocity = match (bits.bool()?, bits.bool()?) {
        (false, false) => Velocity::Same,
        (true, false) => coarse(Grade::Fine, bits)?,
        (false, true) if !bits.bool()? => Velocity::Zero,
        (false, true) => {
            Velocity::Full(bits.signed(FULL_BITS)? as i32, bits.signed(FULL_BITS)? as i32)
        }
        (true, true) if !bits.bool()? => coarse(Grade::Middle, bits)?,
        (true, true) => coarse(Grade::Rough, bits)?,
    };
    let ago = match velocity {
        Velocity::Same => 0,
        _ if !bits.bool()? => 1,
        _ if bits.bool()? => bits.bits(4)? as u32 + 5,
        _ => [0, 2, 3, 4][bits.bits(2)? as usize],
    };
    let width = STEP_BITS[bits.bits(2)? as usize];
    let steps = (bits.signed(width)? as i32, bits.signed(width)? as i32);
    Ok(Moved { ago, steps, velocity })
}

pub(super) fn push_track(out: &mut Bits, track: &Track, tick: Tick) {
    let (x, z) = track.at(tick);
    out.push(u64::from(x.clamp(0, FINE_MAX).cast_unsigned()), 20);
    out.push(u64::from(z.clamp(0, FINE_MAX).cast_unsigned()), 20);
    let way = (track.velocity_x, track.velocity_z);
    let moves = way != (0, 0);
    out.push_bool(moves);
    if moves {
        push_way(out, way);
        let is_ahead = angle_along(way) == Some(track.angle);
        out.push_bool(!is_ahead);
        if !is_ahead {
            out.push(u64::from(track.angle), 8);
        }
    } else {
        out.push(u64::from(track.angle), 8);
    }
    let is_hurt = track.share != u8::MAX;
    out.push_bool(is_hurt);
    if is_hurt {
        out.push(u64::from(track.share), 8);
    }
    let is_unusual = track.pose != usual_pose(moves);
    out.push_bool(is_unusual);
    if is_unusual {
        out.push(track.pose as u64, 4);
    }
    push_height(out, track.height);
    push_fight(out, track.effects, track.target);
}

/// What somebody is doing who does nothing else.
const fn usual_pose(moves: bool) -> Pose {
    if moves { Pose::Walking } else { Pose::Idle }
}

/// A velocity as it is: in units where it is a whole number of them.
fn push_way(out: &mut Bits, way: (i32, i32)) {
    let (code, (x, z), width) = match exactly(way) {
        Velocity::Coarse(grade, x, z) => (grade as u64, (x, z), grade.bits()),
        _ => (Grade::ALL.len() as u64, way, FULL_BITS),
    };
    out.push(code, 2);
    out.push_signed(x, width);
    out.push_signed(z, width);
}

fn read_way(bits: &mut BitReader<'_>) -> Result<(i32, i32), CodecError> {
    let code = bits.bits(2)? as usize;
    let grade = Grade::ALL.get(code);
    let width = grade.map_or(FULL_BITS, |grade| grade.bits());
    let mut axis = || {
        let told = bits.signed(width)? as i32;
        Ok::<_, CodecError>(grade.map_or(told, |grade| grade.velocity(told)))
    };
    Ok((axis()?, axis()?))
}

pub(super) fn read_track(bits: &mut BitReader<'_>, tick: Tick) -> Result<Track, CodecError> {
    let x = bits.bits(20)? as i32;
    let z = bits.bits(20)? as i32;
    let moves = bits.bool()?;
    let (velocity_x, velocity_z) = if moves { read_way(bits)? } else { (0, 0) };
    let ahead = if moves && !bits.bool()? {
        let along = angle_along((velocity_x, velocity_z));
        Some(along.ok_or(CodecError::OutOfRange("way"))?)
    } else {
        None
    };
    let angle = match ahead {
        Some(ahead) => ahead,
        None => bits.bits(8)? as u8,
    };
    let share = if bits.bool()? { bits.bits(8)? as u8 } else { u8::MAX };
    let pose = if bits.bool()? { read_pose(bits)? } else { usual_pose(moves) };
    let height = read_height(bits)?;
    let (effects, target) = read_fight(bits)?;
    Ok(Track { tick, x, z, velocity_x, velocity_z, height, angle, share, pose, effects, target })
}
