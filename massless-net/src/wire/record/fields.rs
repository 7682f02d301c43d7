//! Fields that both codings tell alike.

use massless_core::codec::{BitReader, CodecError};
use massless_core::content::item::RARITIES;
use massless_core::ids::{ActorId, ItemId};
use massless_core::view::{Kind, Pose};

use crate::wire::bits;
use crate::wire::packed::Bits;

/// Effects and target of a track.
pub(super) fn push_fight(out: &mut Bits, effects: u32, target: ActorId) {
    let fights = effects != 0 || target.get() != 0;
    out.push_bool(fights);
    if fights {
        push_effects(out, effects);
        out.push_number(target.get());
    }
}

/// What `push_fight` wrote.
pub(super) fn read_fight(bits: &mut BitReader<'_>) -> Result<(u32, ActorId), CodecError> {
    if bits.bool()? {
        Ok((read_effects(bits)?, ActorId::new(bits::read_number(bits)?)))
    } else {
        Ok((0, ActorId::default()))
    }
}

pub(super) fn push_effects(out: &mut Bits, effects: u32) {
    out.push_bool(effects != 0);
    if effects != 0 {
        out.push(u64::from(effects), 32);
    }
}

pub(super) fn push_height(out: &mut Bits, height: u16) {
    out.push(u64::from(height != 0), 1);
    if height != 0 {
        out.push(u64::from(height & 0xFFF), 12);
    }
}

pub(super) fn read_item(bits: &mut BitReader<'_>) -> Result<Kind, CodecError> {
    let definition = ItemId::new(bits.bits(16)? as u16);
    let (rarity, quantity) = (bits.bits(3)? as u8, bits.bits(16)? as u16);
    if usize::from(rarity) >= RARITIES {
        return Err(CodecError::OutOfRange("rarity"));
    }
    Ok(Kind::Item { definition, rarity, quantity })
}

pub(super) fn read_effects(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    if bits.bool()? { Ok(bits.bits(32)? as u32) } else { Ok(0) }
}

pub(super) fn read_height(bits: &mut BitReader<'_>) -> Result<u16, CodecError> {
    if bits.bool()? { Ok(bits.bits(12)? as u16) } else { Ok(0) }
}

/// Reads a pose of 4 bits.
pub fn read_pose(bits: &mut BitReader<'_>) -> Result<Pose, CodecError> {
    Ok(match bits.bits(4)? {
        0 => Pose::Idle,
        1 => Pose::Walking,
        2 => Pose::Falling,
        3 => Pose::Alert,
        4 => Pose::Returning,
        5 => Pose::Absent,
        6 => Pose::Dead,
        7 => Pose::Casting,
        8 => Pose::Fighting,
        9 => Pose::Stunned,
        10 => Pose::Leaping,
        _ => return Err(CodecError::OutOfRange("pose")),
    })
}
