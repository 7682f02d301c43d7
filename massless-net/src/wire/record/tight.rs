//! The coding of version 6: what walking about usually does takes few bits.
//!
//! Whoever turns has gone on as before until some ticks ago. With that number told, the new point follows from the old
//! track but for a few steps, and walkers look where they go. A velocity is told as finely as the ring needs: what it is
//! off by is made good once it has become more than the ring's slack, as with everything.
//!
//! ```text
//! delta:    moved 1 (velocity, ago, steps) | turned 1 or 2 (+8) | rest 1 (+..)
//! velocity: 00 zero; 10 walking in one of 512 directions, 110 of 1,024, 111 of 128; 01 and a number of 2 bits: 0 to 2 grade
//!           and units, 3 and 0 as before, 3 and 1 in full
//! ago:      unless as before: 0 one tick; 10 and 2 bits: 0, 2, 3, 4; 11 and 4 bits: 5 to 20
//! steps:    width class 2, then both axes
//! turned:   0 no, 1 and 8 bits; where a velocity is told 0 no, 10 where it goes, 11 and 8 bits
//! rest:     target 1 (0 nobody, 1 number) | pose 1 (+4) | share 1 (+8) | 0, or 1 height 1 (+..) effects 1 (+..)
//! track:    x 20 | z 20 | moves 1 (velocity) | angle | share | pose | height 1 (+12) | fights 1 (+..)
//! ```
//!
//! Codes are given in the order of their bits. Directions count from north by east. Who walks or stands and does nothing
//! else has the pose of that: it is not told where it follows from the velocity.

use massless_core::codec::{BitReader, CodecError};
use massless_core::ids::ActorId;
use massless_core::math::{Vec2, facing_of};
use massless_core::units::Tick;

use super::fields::{
    push_effects, push_fight, push_height, read_effects, read_fight, read_height, read_pose,
};
use super::velocity::{Velocity, exactly, push_velocity, read_velocity, read_way};
use super::{Delta, Moved, STEP_MAX, Track, steps_after, usual_pose};
use crate::wire::bits;
use crate::wire::packed::Bits;
use crate::wire::quantize::{FINE_MAX, FINE_PER_STEP, angle_of};

/// Longest time since a turn that a delta tells, ticks.
const AGO_MAX: u32 = 20;
/// Bits per axis of the steps, by class.
const STEP_BITS: [u32; 4] = [2, 4, 7, 10];

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
    push_velocity(out, moved.velocity);
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
        told @ (Velocity::Coarse(..) | Velocity::Run(_) | Velocity::Full(..)) => {
            angle_along(told.after((0, 0)))
        }
    }
}

fn angle_along((x, z): (i32, i32)) -> Option<u8> {
    facing_of(Vec2::new(x as f32, z as f32)).map(angle_of)
}

pub(super) fn read_delta(bits: &mut BitReader<'_>) -> Result<Delta, CodecError> {
    let mut delta = Delta { pose_follows: true, ..Delta::default() };
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
    let velocity = read_velocity(bits)?;
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

/// What a delta says besides way and facing, if it does.
fn push_rest(out: &mut Bits, delta: &Delta) {
    out.push_bool(delta.target.is_some());
    if let Some(target) = delta.target {
        out.push_bool(target != ActorId::default());
        if target != ActorId::default() {
            out.push_number(target.get());
        }
    }
    out.push_bool(delta.pose.is_some());
    if let Some(pose) = delta.pose {
        out.push(pose as u64, 4);
    }
    out.push_bool(delta.share.is_some());
    if let Some(share) = delta.share {
        out.push(u64::from(share), 8);
    }
    let tells_more = delta.height.is_some() || delta.effects.is_some();
    out.push_bool(tells_more);
    if tells_more {
        out.push_bool(delta.height.is_some());
        if let Some(height) = delta.height {
            push_height(out, height);
        }
        out.push_bool(delta.effects.is_some());
        if let Some(effects) = delta.effects {
            push_effects(out, effects);
        }
    }
}

fn read_rest(bits: &mut BitReader<'_>, delta: &mut Delta) -> Result<(), CodecError> {
    if bits.bool()? {
        let number = if bits.bool()? { bits::read_number(bits)? } else { 0 };
        delta.target = Some(ActorId::new(number));
    }
    if bits.bool()? {
        delta.pose = Some(read_pose(bits)?);
    }
    if bits.bool()? {
        delta.share = Some(bits.bits(8)? as u8);
    }
    if bits.bool()? {
        if bits.bool()? {
            delta.height = Some(read_height(bits)?);
        }
        if bits.bool()? {
            delta.effects = Some(read_effects(bits)?);
        }
    }
    Ok(())
}

pub(super) fn push_track(out: &mut Bits, track: &Track, tick: Tick) {
    let (x, z) = track.at(tick);
    out.push(u64::from(x.clamp(0, FINE_MAX).cast_unsigned()), 20);
    out.push(u64::from(z.clamp(0, FINE_MAX).cast_unsigned()), 20);
    let way = (track.velocity_x, track.velocity_z);
    let moves = way != (0, 0);
    out.push_bool(moves);
    if moves {
        push_velocity(out, exactly(way));
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
