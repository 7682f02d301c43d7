//! Acts and party verbs: what a client does beside moving, fighting and talking.

use massless_core::character::BarEntry;
use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::command::Act;
use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ItemId, ItemUid, QuestId, SkillId};
use massless_core::limits::NAME_BYTES_MAX;

use super::bits;

/// Slots of the inventory and the bar on the wire: what is larger names no slot anyway.
const SLOT_MAX: u8 = 63;

/// Whom a party verb is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The character with this body, in the own zone.
    Actor(ActorId),
    /// The character with this name, anywhere.
    Name(String),
}

/// What a client does with its party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartyVerb {
    /// Asks somebody in; makes a party if there is none.
    Invite(Whom),
    /// Answers the newest invitation.
    Answer {
        /// Comes in.
        yes: bool,
    },
    /// Goes.
    Leave,
    /// Sends a member away; leaders only.
    Kick(Whom),
    /// Hands the lead over; leaders only.
    Promote(Whom),
}

/// Writes an act.
pub fn write_act(out: &mut BitWriter, act: &Act) {
    out.bits(tag_of(act), 4);
    match *act {
        Act::PickUp { thing } => bits::write_number(out, thing.get()),
        Act::Equip { item } | Act::Use { item } => bits::write_number(out, item.get()),
        Act::TakeOff { slot } => out.bits(slot as u64, 3),
        Act::Arrange { from, to } => {
            out.bits(u64::from(from.min(SLOT_MAX)), 6);
            out.bits(u64::from(to.min(SLOT_MAX)), 6);
        }
        Act::Discard { item, quantity } => {
            bits::write_number(out, item.get());
            out.bits(u64::from(quantity), 16);
        }
        Act::Spend { points } => points.iter().for_each(|&count| out.bits(u64::from(count), 8)),
        Act::SetBar { slot, entry } => {
            out.bits(u64::from(slot.min(SLOT_MAX)), 6);
            write_bar(out, entry);
        }
        Act::Talk { npc } => bits::write_number(out, npc.get()),
        Act::TakeQuest { quest } | Act::HandIn { quest } | Act::Abandon { quest } => {
            out.bits(u64::from(quest.get()), 16);
        }
        Act::Stop => {}
    }
}

const fn tag_of(act: &Act) -> u64 {
    match act {
        Act::PickUp { .. } => 0,
        Act::Equip { .. } => 1,
        Act::TakeOff { .. } => 2,
        Act::Arrange { .. } => 3,
        Act::Use { .. } => 4,
        Act::Discard { .. } => 5,
        Act::Spend { .. } => 6,
        Act::SetBar { .. } => 7,
        Act::Talk { .. } => 8,
        Act::TakeQuest { .. } => 9,
        Act::HandIn { .. } => 10,
        Act::Abandon { .. } => 11,
        Act::Stop => 12,
    }
}

/// Reads an act. Whether it can be obeyed is the zone's to say.
pub fn read_act(bits: &mut BitReader<'_>) -> Result<Act, CodecError> {
    Ok(match bits.bits(4)? {
        0 => Act::PickUp { thing: ActorId::new(bits::read_number(bits)?) },
        1 => Act::Equip { item: ItemUid::new(bits::read_number(bits)?) },
        2 => Act::TakeOff { slot: EquipSlot::ALL[bits.bits(3)? as usize] },
        3 => Act::Arrange { from: bits.bits(6)? as u8, to: bits.bits(6)? as u8 },
        4 => Act::Use { item: ItemUid::new(bits::read_number(bits)?) },
        5 => Act::Discard {
            item: ItemUid::new(bits::read_number(bits)?),
            quantity: bits.bits(16)? as u16,
        },
        6 => {
            let mut points = [0; 4];
            for count in &mut points {
                *count = bits.bits(8)? as u8;
            }
            Act::Spend { points }
        }
        7 => Act::SetBar { slot: bits.bits(6)? as u8, entry: read_bar(bits)? },
        8 => Act::Talk { npc: ActorId::new(bits::read_number(bits)?) },
        9 => Act::TakeQuest { quest: read_quest(bits)? },
        10 => Act::HandIn { quest: read_quest(bits)? },
        11 => Act::Abandon { quest: read_quest(bits)? },
        12 => Act::Stop,
        _ => return Err(CodecError::OutOfRange("act")),
    })
}

fn read_quest(bits: &mut BitReader<'_>) -> Result<QuestId, CodecError> {
    Ok(QuestId::new(bits.bits(16)? as u16))
}

/// Writes a slot of the bar.
pub(super) fn write_bar(out: &mut BitWriter, entry: BarEntry) {
    match entry {
        BarEntry::Empty => out.bits(0, 2),
        BarEntry::Skill(skill) => out.bits(1 | u64::from(skill.get()) << 2, 18),
        BarEntry::Item(item) => out.bits(2 | u64::from(item.get()) << 2, 18),
    }
}

/// Reads what `write_bar` wrote.
pub(super) fn read_bar(bits: &mut BitReader<'_>) -> Result<BarEntry, CodecError> {
    Ok(match bits.bits(2)? {
        0 => BarEntry::Empty,
        1 => BarEntry::Skill(SkillId::new(bits.bits(16)? as u16)),
        2 => BarEntry::Item(ItemId::new(bits.bits(16)? as u16)),
        _ => return Err(CodecError::OutOfRange("bar entry")),
    })
}

/// Whether an act moves or uses items, which has a bucket of its own.
#[must_use]
pub const fn moves_items(act: &Act) -> bool {
    match act {
        Act::PickUp { .. }
        | Act::Equip { .. }
        | Act::TakeOff { .. }
        | Act::Arrange { .. }
        | Act::Use { .. }
        | Act::Discard { .. } => true,
        Act::Spend { .. }
        | Act::SetBar { .. }
        | Act::Talk { .. }
        | Act::TakeQuest { .. }
        | Act::HandIn { .. }
        | Act::Abandon { .. }
        | Act::Stop => false,
    }
}

/// Writes a party verb.
pub fn write_party_verb(out: &mut BitWriter, verb: &PartyVerb) {
    match verb {
        PartyVerb::Invite(whom) => {
            out.bits(0, 3);
            write_whom(out, whom);
        }
        PartyVerb::Answer { yes } => {
            out.bits(1, 3);
            out.bool(*yes);
        }
        PartyVerb::Leave => out.bits(2, 3),
        PartyVerb::Kick(whom) => {
            out.bits(3, 3);
            write_whom(out, whom);
        }
        PartyVerb::Promote(whom) => {
            out.bits(4, 3);
            write_whom(out, whom);
        }
    }
}

/// Reads a party verb.
pub fn read_party_verb(bits: &mut BitReader<'_>) -> Result<PartyVerb, CodecError> {
    Ok(match bits.bits(3)? {
        0 => PartyVerb::Invite(read_whom(bits)?),
        1 => PartyVerb::Answer { yes: bits.bool()? },
        2 => PartyVerb::Leave,
        3 => PartyVerb::Kick(read_whom(bits)?),
        4 => PartyVerb::Promote(read_whom(bits)?),
        _ => return Err(CodecError::OutOfRange("party verb")),
    })
}

fn write_whom(out: &mut BitWriter, whom: &Whom) {
    match whom {
        Whom::Actor(actor) => {
            out.bool(false);
            bits::write_number(out, actor.get());
        }
        Whom::Name(name) => {
            out.bool(true);
            bits::write_text(out, name, NAME_BYTES_MAX);
        }
    }
}

fn read_whom(bits: &mut BitReader<'_>) -> Result<Whom, CodecError> {
    if bits.bool()? {
        Ok(Whom::Name(bits::read_text(bits, NAME_BYTES_MAX)?))
    } else {
        Ok(Whom::Actor(ActorId::new(bits::read_number(bits)?)))
    }
}
