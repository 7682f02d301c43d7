//! Acts: what a client does beside moving, fighting and talking.

use massless_core::character::BarEntry;
use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::command::Act;
use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ItemId, ItemUid, QuestId, SkillId, ZoneId};
use massless_core::limits::{MAIL_ITEMS_MAX, TRADE_ITEMS_MAX};

use super::bits;

/// Slots of the inventory and the bar on the wire: what is larger names no slot anyway.
const SLOT_MAX: u8 = 63;

/// Bits of an act's number.
const TAG_BITS: u32 = 6;
/// Bits of a count of items: a trade offers the most.
const COUNT_BITS: u32 = 4;

/// Writes an act.
pub fn write_act(out: &mut BitWriter, act: &Act) {
    out.bits(tag_of(act), TAG_BITS);
    match act {
        Act::PickUp { thing: actor }
        | Act::Talk { npc: actor }
        | Act::TradeRequest { partner: actor } => bits::write_number(out, actor.get()),
        Act::Equip { item }
        | Act::Use { item }
        | Act::Deposit { item }
        | Act::Withdraw { item } => {
            bits::write_number(out, item.get());
        }
        Act::TakeOff { slot } => out.bits(*slot as u64, 3),
        Act::Arrange { from, to } => {
            write_slot(out, *from);
            write_slot(out, *to);
        }
        Act::Discard { item, quantity } | Act::Sell { item, quantity } => {
            bits::write_number(out, item.get());
            out.bits(u64::from(*quantity), 16);
        }
        Act::Spend { points } => points.iter().for_each(|&count| out.bits(u64::from(count), 8)),
        Act::SetBar { slot, entry } => {
            write_slot(out, *slot);
            write_bar(out, *entry);
        }
        Act::TakeQuest { quest } | Act::HandIn { quest } | Act::Abandon { quest } => {
            out.bits(u64::from(quest.get()), 16);
        }
        Act::Stop | Act::ResetPoints | Act::EnlargeStorage | Act::TradeLock | Act::TradeCancel => {}
        _ => write_service(out, act),
    }
}

/// Fields of what NPCs and partners are asked for.
fn write_service(out: &mut BitWriter, act: &Act) {
    match act {
        Act::Buy { item, quantity } => {
            out.bits(u64::from(item.get()), 16);
            out.bits(u64::from(*quantity), 16);
        }
        Act::Refine { item, incense, oil } => {
            bits::write_number(out, item.get());
            out.bool(*incense);
            out.bool(*oil);
        }
        Act::Exchange { recipe } => out.bits(u64::from(*recipe), 8),
        Act::LearnRank { skill } => out.bits(u64::from(skill.get()), 16),
        Act::Travel { zone } => out.bits(u64::from(zone.get()), 32),
        Act::Split { from, quantity, to } => {
            write_slot(out, *from);
            out.bits(u64::from(*quantity), 16);
            write_slot(out, *to);
        }
        Act::TradeAnswer { yes } => out.bool(*yes),
        Act::TradeOffer { items, coin } => {
            write_items(out, items, TRADE_ITEMS_MAX);
            write_coin(out, *coin);
        }
        Act::TradeConfirm { own, other } => {
            out.bits(u64::from(*own), 16);
            out.bits(u64::from(*other), 16);
        }
        Act::SendMail { draft, coin, items } => {
            bits::write_number(out, *draft);
            write_coin(out, *coin);
            write_items(out, items, MAIL_ITEMS_MAX);
        }
        Act::ClaimMail { mail: id } | Act::Unlist { listing: id } => bits::write_number(out, *id),
        Act::ListItem { item, price } => {
            bits::write_number(out, item.get());
            write_coin(out, *price);
        }
        Act::BuyListing { listing, price } => {
            bits::write_number(out, *listing);
            write_coin(out, *price);
        }
        _ => unreachable!("the caller writes the others"),
    }
}

fn write_slot(out: &mut BitWriter, slot: u8) {
    out.bits(u64::from(slot.min(SLOT_MAX)), 6);
}

/// Less than nothing is nothing: no zone would have it either.
fn write_coin(out: &mut BitWriter, coin: i64) {
    bits::write_number(out, coin.max(0).cast_unsigned());
}

fn write_items(out: &mut BitWriter, items: &[ItemUid], most: usize) {
    let items = &items[..items.len().min(most)];
    out.bits(items.len() as u64, COUNT_BITS);
    items.iter().for_each(|item| bits::write_number(out, item.get()));
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
        Act::Buy { .. } => 13,
        Act::Sell { .. } => 14,
        Act::Refine { .. } => 15,
        Act::Exchange { .. } => 16,
        Act::LearnRank { .. } => 17,
        Act::ResetPoints => 18,
        Act::Travel { .. } => 19,
        Act::Deposit { .. } => 20,
        Act::Withdraw { .. } => 21,
        Act::EnlargeStorage => 22,
        Act::Split { .. } => 23,
        Act::TradeRequest { .. } => 24,
        Act::TradeAnswer { .. } => 25,
        Act::TradeOffer { .. } => 26,
        Act::TradeLock => 27,
        Act::TradeConfirm { .. } => 28,
        Act::TradeCancel => 29,
        Act::SendMail { .. } => 30,
        Act::ClaimMail { .. } => 31,
        Act::ListItem { .. } => 32,
        Act::BuyListing { .. } => 33,
        Act::Unlist { .. } => 34,
    }
}

/// Reads an act. Whether it can be obeyed is the zone's to say.
pub fn read_act(bits: &mut BitReader<'_>) -> Result<Act, CodecError> {
    Ok(match bits.bits(TAG_BITS)? {
        0 => Act::PickUp { thing: read_actor(bits)? },
        1 => Act::Equip { item: read_item(bits)? },
        2 => Act::TakeOff { slot: EquipSlot::ALL[bits.bits(3)? as usize] },
        3 => Act::Arrange { from: bits.bits(6)? as u8, to: bits.bits(6)? as u8 },
        4 => Act::Use { item: read_item(bits)? },
        5 => Act::Discard { item: read_item(bits)?, quantity: bits.bits(16)? as u16 },
        6 => {
            let mut points = [0; 4];
            for count in &mut points {
                *count = bits.bits(8)? as u8;
            }
            Act::Spend { points }
        }
        7 => Act::SetBar { slot: bits.bits(6)? as u8, entry: read_bar(bits)? },
        8 => Act::Talk { npc: read_actor(bits)? },
        9 => Act::TakeQuest { quest: read_quest(bits)? },
        10 => Act::HandIn { quest: read_quest(bits)? },
        11 => Act::Abandon { quest: read_quest(bits)? },
        12 => Act::Stop,
        service => read_service(service, bits)?,
    })
}

fn read_service(tag: u64, bits: &mut BitReader<'_>) -> Result<Act, CodecError> {
    Ok(match tag {
        13 => {
            Act::Buy { item: ItemId::new(bits.bits(16)? as u16), quantity: bits.bits(16)? as u16 }
        }
        14 => Act::Sell { item: read_item(bits)?, quantity: bits.bits(16)? as u16 },
        15 => Act::Refine { item: read_item(bits)?, incense: bits.bool()?, oil: bits.bool()? },
        16 => Act::Exchange { recipe: bits.bits(8)? as u8 },
        17 => Act::LearnRank { skill: SkillId::new(bits.bits(16)? as u16) },
        18 => Act::ResetPoints,
        19 => Act::Travel { zone: ZoneId::new(bits.bits(32)? as u32) },
        20 => Act::Deposit { item: read_item(bits)? },
        21 => Act::Withdraw { item: read_item(bits)? },
        22 => Act::EnlargeStorage,
        23 => Act::Split {
            from: bits.bits(6)? as u8,
            quantity: bits.bits(16)? as u16,
            to: bits.bits(6)? as u8,
        },
        24 => Act::TradeRequest { partner: read_actor(bits)? },
        25 => Act::TradeAnswer { yes: bits.bool()? },
        26 => Act::TradeOffer { items: read_items(bits, TRADE_ITEMS_MAX)?, coin: read_coin(bits)? },
        27 => Act::TradeLock,
        28 => Act::TradeConfirm { own: bits.bits(16)? as u16, other: bits.bits(16)? as u16 },
        29 => Act::TradeCancel,
        30 => Act::SendMail {
            draft: bits::read_number(bits)?,
            coin: read_coin(bits)?,
            items: read_items(bits, MAIL_ITEMS_MAX)?,
        },
        31 => Act::ClaimMail { mail: bits::read_number(bits)? },
        32 => Act::ListItem { item: read_item(bits)?, price: read_coin(bits)? },
        33 => Act::BuyListing { listing: bits::read_number(bits)?, price: read_coin(bits)? },
        34 => Act::Unlist { listing: bits::read_number(bits)? },
        _ => return Err(CodecError::OutOfRange("act")),
    })
}

fn read_actor(bits: &mut BitReader<'_>) -> Result<ActorId, CodecError> {
    bits::read_number(bits).map(ActorId::new)
}

fn read_item(bits: &mut BitReader<'_>) -> Result<ItemUid, CodecError> {
    bits::read_number(bits).map(ItemUid::new)
}

fn read_coin(bits: &mut BitReader<'_>) -> Result<i64, CodecError> {
    bits::read_number(bits).map(u64::cast_signed)
}

fn read_items(bits: &mut BitReader<'_>, most: usize) -> Result<Vec<ItemUid>, CodecError> {
    let count = bits.bits(COUNT_BITS)? as usize;
    if count > most {
        return Err(CodecError::OutOfRange("items"));
    }
    (0..count).map(|_| read_item(bits)).collect()
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

/// Whether an act moves, uses, buys or sells items (steps of a trade, too), which has a bucket of its own.
#[must_use]
pub const fn moves_items(act: &Act) -> bool {
    match act {
        Act::Spend { .. }
        | Act::SetBar { .. }
        | Act::Talk { .. }
        | Act::TakeQuest { .. }
        | Act::HandIn { .. }
        | Act::Abandon { .. }
        | Act::Stop
        | Act::LearnRank { .. }
        | Act::ResetPoints
        | Act::Travel { .. }
        | Act::EnlargeStorage
        | Act::TradeRequest { .. } => false,
        Act::PickUp { .. }
        | Act::Equip { .. }
        | Act::TakeOff { .. }
        | Act::Arrange { .. }
        | Act::Use { .. }
        | Act::Discard { .. }
        | Act::Buy { .. }
        | Act::Sell { .. }
        | Act::Refine { .. }
        | Act::Exchange { .. }
        | Act::Deposit { .. }
        | Act::Withdraw { .. }
        | Act::Split { .. }
        | Act::TradeAnswer { .. }
        | Act::TradeOffer { .. }
        | Act::TradeLock
        | Act::TradeConfirm { .. }
        | Act::TradeCancel
        | Act::SendMail { .. }
        | Act::ClaimMail { .. }
        | Act::ListItem { .. }
        | Act::BuyListing { .. }
        | Act::Unlist { .. } => true,
    }
}
