//! The coding of version 5.
//!
//! ```text
//! delta: moved 1 (step x, step z, velocity 2 (+12 or 24)) | turned 1 (+8) | rest 1 (+..)
//! track: x 20 | z 20 | moves 1 (+24) | angle 8 | share 8 | pose 4 | height 1 (+12) | fights 1 (+..)
//! ```

use massless_core::codec::{BitReader, CodecError};
use massless_core::ids::ActorId;
use massless_core::units::Tick;

use super::fields::{
    push_effects, push_fight, push_height, read_effects, read_fight, read_height, read_pose,
};
use super::velocity::Velocity;
use super::{Delta, Moved, STEP_MAX, Track, steps_after};
use crate::wire::bits;
use crate::wire::packed::Bits;
use crate::wire::quantize::{FINE_MAX, FINE_PER_STEP};

/// Largest small change of velocity per axis (6 bits with sign).
const VELOCITY_STEP_MAX: i32 = 31;

pub(super) fn plan_move(old: &Track, new: &Track) -> Option<Moved> {
    let (x, z) = steps_after(old, new.tick, 0, (0, 0));
    let steps = (new.x / FINE_PER_STEP - x, new.z / FINE_PER_STEP - z);
    if steps.0.abs() > STEP_MAX || steps.1.abs() > STEP_MAX {
        return None;
    }
    let (dx, dz) = (new.velocity_x - old.velocity_x, new.velocity_z - old.velocity_z);
    let velocity = if (dx, dz) == (0, 0) {
        Velocity::Same
    } else if (new.velocity_x, new.velocity_z) == (0, 0) {
        Velocity::Zero
    } else if dx.abs().max(dz.abs()) <= VELOCITY_STEP_MAX {
        Velocity::Step(dx, dz)
    } else {
        Velocity::Full(new.velocity_x, new.velocity_z)
    };
    Some(Moved { ago: 0, steps, velocity })
}

/// A delta behind its first bit.
pub(super) fn push_delta(out: &mut Bits, delta: &Delta) {
    out.push_bool(delta.moved.is_some());
    if let Some(Moved { steps, velocity, .. }) = delta.moved {
        out.push_step(steps.0);
        out.push_step(steps.1);
        let (code, x, z, width) = match velocity {
            Velocity::Same => (0, 0, 0, 0),
            Velocity::Zero => (1, 0, 0, 0),
            Velocity::Step(x, z) => (2, x, z, 6),
            Velocity::Full(x, z) => (3, x, z, 12),
            // Of the tight coding alone, and never planned here.
            Velocity::Coarse(..) | Velocity::Run(_) => {
                let (x, z) = velocity.after((0, 0));
                (3, x, z, 12)
            }
        };
        out.push(code, 2);
        out.push_signed(x, width);
        out.push_signed(z, width);
    }
    out.push_bool(delta.angle.is_some());
    if let Some(angle) = delta.angle {
        out.push(u64::from(angle), 8);
    }
    out.push_bool(delta.tells_rest());
    if delta.tells_rest() {
        push_rest(out, delta);
    }
}

pub(super) fn read_delta(bits: &mut BitReader<'_>) -> Result<Delta, CodecError> {
    let mut delta = Delta::default();
    if bits.bool()? {
        let steps = (bits::read_step(bits)?, bits::read_step(bits)?);
        let velocity = match bits.bits(2)? {
            0 => Velocity::Same,
            1 => Velocity::Zero,
            2 => Velocity::Step(bits.signed(6)? as i32, bits.signed(6)? as i32),
            _ => Velocity::Full(bits.signed(12)? as i32, bits.signed(12)? as i32),
        };
        delta.moved = Some(Moved { ago: 0, steps, velocity });
    }
    if bits.bool()? {
        delta.angle = Some(bits.bits(8)? as u8);
    }
    if bits.bool()? {
        read_rest(bits, &mut delta)?;
    }
    Ok(delta)
}

/// What a delta says besides way and facing, if it does.
fn push_rest(out: &mut Bits, delta: &Delta) {
    out.push(u64::from(delta.pose.is_some()), 1);
    if let Some(pose) = delta.pose {
        out.push(pose as u64, 4);
    }
    out.push(u64::from(delta.share.is_some()), 1);
    if let Some(share) = delta.share {
        out.push(u64::from(share), 8);
    }
    out.push(u64::from(delta.height.is_some()), 1);
    if let Some(height) = delta.height {
        push_height(out, height);
    }
    out.push_bool(delta.tells_fight());
    if delta.tells_fight() {
        out.push_bool(delta.effects.is_some());
        if let Some(effects) = delta.effects {
            push_effects(out, effects);
        }
        out.push_bool(delta.target.is_some());
        if let Some(target) = delta.target {
            out.push_number(target.get());
        }
    }
}

/// What `push_rest` wrote.
fn read_rest(bits: &mut BitReader<'_>, delta: &mut Delta) -> Result<(), CodecError> {
    if bits.bool()? {
        delta.pose = Some(read_pose(bits)?);
    }
    if bits.bool()? {
        delta.share = Some(bits.bits(8)? as u8);
    }
    if bits.bool()? {
        delta.height = Some(read_height(bits)?);
    }
    if bits.bool()? {
        if bits.bool()? {
            delta.effects = Some(read_effects(bits)?);
        }
        if bits.bool()? {
            delta.target = Some(ActorId::new(bits::read_number(bits)?));
        }
    }
    Ok(())
}

pub(super) fn push_track(out: &mut Bits, track: &Track, tick: Tick) {
    let (x, z) = track.at(tick);
    out.push(u64::from(x.clamp(0, FINE_MAX).cast_unsigned()), 20);
    out.push(u64::from(z.clamp(0, FINE_MAX).cast_unsigned()), 20);
    let moves = (track.velocity_x, track.velocity_z) != (0, 0);
    out.push_bool(moves);
    if moves {
        out.push_signed(track.velocity_x, 12);
        out.push_signed(track.velocity_z, 12);
    }
    out.push(u64::from(track.angle), 8);
    out.push(u64::from(track.share), 8);
    out.push(track.pose as u64, 4);
    push_height(out, track.height);
    push_fight(out, track.effects, track.target);
}

pub(super) fn read_track(bits: &mut BitReader<'_>, tick: Tick) -> Result<Track, CodecError> {
    let x = bits.bits(20)? as i32;
    let z = bits.bits(20)? as i32;
    let (velocity_x, velocity_z) =
        if bits.bool()? { (bits.signed(12)? as i32, bits.signed(12)? as i32) } else { (0, 0) };
    let angle = bits.bits(8)? as u8;
    let share = bits.bits(8)? as u8;
    let pose = read_pose(bits)?;
    let height = read_height(bits)?;
    let (effects, target) = read_fight(bits)?;
    Ok(Track { tick, x, z, velocity_x, velocity_z, height, angle, share, pose, effects, target })
}
