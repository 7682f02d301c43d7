//! A party as its members see it. Hit points of members in sight come with the updates; what stands
//! here is what the host knew when the frame was made.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{ActorId, ClassId, ZoneId};
use massless_core::limits::{NAME_BYTES_MAX, PARTY_MAX};
use massless_core::units::Level;

use super::bits;

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyMember {
    /// Its name.
    pub name: String,
    /// Its body, if it is in the client's zone.
    pub actor: Option<ActorId>,
    /// Where it is.
    pub zone: ZoneId,
    /// Level.
    pub level: Level,
    /// Class, 1..=4.
    pub class: ClassId,
    /// Hit points as a share of the maximum, 255 full.
    pub share: u8,
    /// Mana as a share of the maximum, 255 full.
    pub mana_share: u8,
    /// Its connection stands.
    pub online: bool,
}

/// A party: the client itself is one of the members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Which of the members leads.
    pub leader: u8,
    /// In the order they came; empty: there is no party.
    pub members: Vec<PartyMember>,
}

/// Writes a party of at most `PARTY_MAX` members.
pub fn write_party(out: &mut BitWriter, party: &Party) {
    let count = party.members.len().min(PARTY_MAX);
    out.bits(count as u64, 3);
    if count == 0 {
        return;
    }
    out.bits(u64::from(party.leader).min(count as u64 - 1), 3);
    for member in &party.members[..count] {
        bits::write_text(out, &member.name, NAME_BYTES_MAX);
        bits::write_number(out, member.actor.map_or(0, ActorId::get));
        bits::write_number(out, u64::from(member.zone.get()));
        out.bits(u64::from(member.level.get()), 7);
        out.bits(u64::from(member.class.get() & 7), 3);
        out.bits(u64::from(member.share), 8);
        out.bits(u64::from(member.mana_share), 8);
        out.bool(member.online);
    }
}

/// Reads a party.
pub fn read_party(bits: &mut BitReader<'_>) -> Result<Party, CodecError> {
    let count = bits.bits(3)? as usize;
    if count > PARTY_MAX {
        return Err(CodecError::OutOfRange("members"));
    }
    if count == 0 {
        return Ok(Party::default());
    }
    let leader = bits.bits(3)? as u8;
    if usize::from(leader) >= count {
        return Err(CodecError::OutOfRange("leader"));
    }
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        members.push(read_member(bits)?);
    }
    Ok(Party { leader, members })
}

fn read_member(bits: &mut BitReader<'_>) -> Result<PartyMember, CodecError> {
    let name = bits::read_text(bits, NAME_BYTES_MAX)?;
    let actor = bits::read_number(bits)?;
    let zone = u32::try_from(bits::read_number(bits)?);
    Ok(PartyMember {
        name,
        actor: (actor != 0).then(|| ActorId::new(actor)),
        zone: ZoneId::new(zone.map_err(|_| CodecError::OutOfRange("zone"))?),
        level: bits::read_level(bits)?,
        class: ClassId::new(bits.bits(3)? as u8),
        share: bits.bits(8)? as u8,
        mana_share: bits.bits(8)? as u8,
        online: bits.bool()?,
    })
}
