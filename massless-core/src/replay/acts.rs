//! Acts of players and answers of the store as bytes, for logs.

use crate::character::{Item, get_bar, get_item, put_bar, put_item};
use crate::codec::{CodecError, Reader, Writer};
use crate::command::{Act, Command};
use crate::content::item::EquipSlot;
use crate::event::Rejection;
use crate::ids::{ActorId, IntentId, ItemId, ItemUid, QuestId, SkillId, ZoneId};
use crate::intent::Answer;

/// Uids an answer may hold, and items it may bring.
const CREATED_MAX: u64 = 255;
/// Items a logged act may name: a log holds what was asked, also what is refused for it.
const NAMED_MAX: u64 = 255;

const REFUSED: u8 = 0;
const DONE: u8 = 1;

pub(super) fn write_answer(intent: IntentId, answer: &Answer, out: &mut Writer) {
    out.varint(intent.get());
    match answer {
        Answer::Refused { why } => {
            out.u8(REFUSED);
            out.u8(*why as u8);
        }
        Answer::Done { created, brought, coin } => {
            out.u8(DONE);
            write_uids(created, out);
            out.varint(brought.len() as u64);
            for (slot, item) in brought {
                out.u8(*slot);
                put_item(out, Some(item));
            }
            out.u64(coin.cast_unsigned());
        }
    }
}

pub(super) fn read_answer(reader: &mut Reader<'_>) -> Result<Command, CodecError> {
    let intent = IntentId::new(reader.varint()?);
    let answer = match reader.u8()? {
        REFUSED => {
            let why = Rejection::new(reader.u8()?).ok_or(CodecError::OutOfRange("reason"))?;
            Answer::Refused { why }
        }
        DONE => {
            let created = read_uids(reader, CREATED_MAX)?;
            let count = reader.varint_max(CREATED_MAX, "brought items")?;
            let brought: Result<Vec<(u8, Item)>, CodecError> =
                (0..count).map(|_| read_brought(reader)).collect();
            Answer::Done { created, brought: brought?, coin: reader.u64()?.cast_signed() }
        }
        _ => return Err(CodecError::OutOfRange("answer")),
    };
    Ok(Command::Answer { intent, answer })
}

fn read_brought(reader: &mut Reader<'_>) -> Result<(u8, Item), CodecError> {
    let slot = reader.u8()?;
    let item = get_item(reader)?.ok_or(CodecError::OutOfRange("brought item"))?;
    Ok((slot, item))
}

fn write_uids(uids: &[ItemUid], out: &mut Writer) {
    out.varint(uids.len() as u64);
    uids.iter().for_each(|uid| out.u64(uid.get()));
}

fn read_uids(reader: &mut Reader<'_>, max: u64) -> Result<Vec<ItemUid>, CodecError> {
    let count = reader.varint_max(max, "items")?;
    (0..count).map(|_| Ok(ItemUid::new(reader.u64()?))).collect()
}

/// Acts as bytes: the number, then its fields. The numbers are never reused.
pub(crate) fn write_act(act: &Act, out: &mut Writer) {
    out.u8(number_of(act));
    match act {
        Act::PickUp { thing: actor }
        | Act::Talk { npc: actor }
        | Act::TradeRequest { partner: actor } => out.u64(actor.get()),
        Act::Equip { item }
        | Act::Use { item }
        | Act::Deposit { item }
        | Act::Withdraw { item } => {
            out.u64(item.get());
        }
        Act::TakeOff { slot } => out.u8(*slot as u8),
        Act::Arrange { from, to } => {
            out.u8(*from);
            out.u8(*to);
        }
        Act::Discard { item, quantity } | Act::Sell { item, quantity } => {
            out.u64(item.get());
            out.u16(*quantity);
        }
        Act::Spend { points } => points.iter().for_each(|&part| out.u8(part)),
        Act::SetBar { slot, entry } => {
            out.u8(*slot);
            put_bar(out, *entry);
        }
        Act::TakeQuest { quest } | Act::HandIn { quest } | Act::Abandon { quest } => {
            out.u16(quest.get());
        }
        Act::Stop | Act::ResetPoints | Act::EnlargeStorage | Act::TradeLock | Act::TradeCancel => {}
        _ => write_service(act, out),
    }
}

/// Fields of what NPCs and partners are asked for.
fn write_service(act: &Act, out: &mut Writer) {
    match act {
        Act::Buy { item, quantity } => {
            out.u16(item.get());
            out.u16(*quantity);
        }
        Act::Refine { item, incense, oil } => {
            out.u64(item.get());
            out.bool(*incense);
            out.bool(*oil);
        }
        Act::Exchange { recipe } => out.u8(*recipe),
        Act::LearnRank { skill } => out.u16(skill.get()),
        Act::Travel { zone } => out.u32(zone.get()),
        Act::Split { from, quantity, to } => {
            out.u8(*from);
            out.u16(*quantity);
            out.u8(*to);
        }
        Act::TradeAnswer { yes } => out.bool(*yes),
        Act::TradeOffer { items, coin } => {
            write_uids(items, out);
            out.u64(coin.cast_unsigned());
        }
        Act::TradeConfirm { own, other } => {
            out.u16(*own);
            out.u16(*other);
        }
        Act::SendMail { draft, coin, items } => {
            out.u64(*draft);
            out.u64(coin.cast_unsigned());
            write_uids(items, out);
        }
        Act::ClaimMail { mail: id } | Act::Unlist { listing: id } => out.u64(*id),
        Act::ListItem { item, price } => {
            out.u64(item.get());
            out.u64(price.cast_unsigned());
        }
        Act::BuyListing { listing, price } => {
            out.u64(*listing);
            out.u64(price.cast_unsigned());
        }
        _ => unreachable!("the caller writes the others"),
    }
}

const fn number_of(act: &Act) -> u8 {
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

/// What `write_act` wrote.
pub(crate) fn read_act(reader: &mut Reader<'_>) -> Result<Act, CodecError> {
    Ok(match reader.u8()? {
        0 => Act::PickUp { thing: ActorId::new(reader.u64()?) },
        1 => Act::Equip { item: ItemUid::new(reader.u64()?) },
        2 => {
            let slot = EquipSlot::ALL.get(usize::from(reader.u8()?));
            Act::TakeOff { slot: *slot.ok_or(CodecError::OutOfRange("equipment slot"))? }
        }
        3 => Act::Arrange { from: reader.u8()?, to: reader.u8()? },
        4 => Act::Use { item: ItemUid::new(reader.u64()?) },
        5 => Act::Discard { item: ItemUid::new(reader.u64()?), quantity: reader.u16()? },
        6 => {
            let mut points = [0; 4];
            for part in &mut points {
                *part = reader.u8()?;
            }
            Act::Spend { points }
        }
        7 => Act::SetBar { slot: reader.u8()?, entry: get_bar(reader)? },
        8 => Act::Talk { npc: ActorId::new(reader.u64()?) },
        9 => Act::TakeQuest { quest: QuestId::new(reader.u16()?) },
        10 => Act::HandIn { quest: QuestId::new(reader.u16()?) },
        11 => Act::Abandon { quest: QuestId::new(reader.u16()?) },
        12 => Act::Stop,
        service => read_service(service, reader)?,
    })
}

fn read_service(number: u8, reader: &mut Reader<'_>) -> Result<Act, CodecError> {
    Ok(match number {
        13 => Act::Buy { item: ItemId::new(reader.u16()?), quantity: reader.u16()? },
        14 => Act::Sell { item: ItemUid::new(reader.u64()?), quantity: reader.u16()? },
        15 => Act::Refine {
            item: ItemUid::new(reader.u64()?),
            incense: reader.bool()?,
            oil: reader.bool()?,
        },
        16 => Act::Exchange { recipe: reader.u8()? },
        17 => Act::LearnRank { skill: SkillId::new(reader.u16()?) },
        18 => Act::ResetPoints,
        19 => Act::Travel { zone: ZoneId::new(reader.u32()?) },
        20 => Act::Deposit { item: ItemUid::new(reader.u64()?) },
        21 => Act::Withdraw { item: ItemUid::new(reader.u64()?) },
        22 => Act::EnlargeStorage,
        23 => Act::Split { from: reader.u8()?, quantity: reader.u16()?, to: reader.u8()? },
        24 => Act::TradeRequest { partner: ActorId::new(reader.u64()?) },
        25 => Act::TradeAnswer { yes: reader.bool()? },
        26 => Act::TradeOffer {
            items: read_uids(reader, NAMED_MAX)?,
            coin: reader.u64()?.cast_signed(),
        },
        27 => Act::TradeLock,
        28 => Act::TradeConfirm { own: reader.u16()?, other: reader.u16()? },
        29 => Act::TradeCancel,
        30 => Act::SendMail {
            draft: reader.u64()?,
            coin: reader.u64()?.cast_signed(),
            items: read_uids(reader, NAMED_MAX)?,
        },
        31 => Act::ClaimMail { mail: reader.u64()? },
        32 => {
            Act::ListItem { item: ItemUid::new(reader.u64()?), price: reader.u64()?.cast_signed() }
        }
        33 => Act::BuyListing { listing: reader.u64()?, price: reader.u64()?.cast_signed() },
        34 => Act::Unlist { listing: reader.u64()? },
        _ => return Err(CodecError::OutOfRange("act")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts() -> Vec<Act> {
        let (item, actor, skill) = (ItemUid::new(7), ActorId::new(5), SkillId::new(101));
        let quest = QuestId::new(2);
        let items = vec![item, ItemUid::new(u64::MAX)];
        vec![
            Act::PickUp { thing: actor },
            Act::Equip { item },
            Act::TakeOff { slot: EquipSlot::Ring },
            Act::Arrange { from: 1, to: 2 },
            Act::Use { item },
            Act::Discard { item, quantity: 3 },
            Act::Spend { points: [1, 2, 3, 4] },
            Act::SetBar { slot: 9, entry: crate::character::BarEntry::Skill(skill) },
            Act::Talk { npc: actor },
            Act::TakeQuest { quest },
            Act::HandIn { quest },
            Act::Abandon { quest },
            Act::Stop,
            Act::Buy { item: ItemId::new(3_001), quantity: 5 },
            Act::Sell { item, quantity: 6 },
            Act::Refine { item, incense: true, oil: false },
            Act::Exchange { recipe: 1 },
            Act::LearnRank { skill },
            Act::ResetPoints,
            Act::Travel { zone: ZoneId::new(10) },
            Act::Deposit { item },
            Act::Withdraw { item },
            Act::EnlargeStorage,
            Act::Split { from: 1, quantity: 2, to: 3 },
            Act::TradeRequest { partner: actor },
            Act::TradeAnswer { yes: true },
            Act::TradeOffer { items: items.clone(), coin: -5 },
            Act::TradeLock,
            Act::TradeConfirm { own: 1, other: u16::MAX },
            Act::TradeCancel,
            Act::SendMail { draft: 9, coin: 1, items },
            Act::ClaimMail { mail: 4 },
            Act::ListItem { item, price: i64::MAX },
            Act::BuyListing { listing: 3, price: 8 },
            Act::Unlist { listing: 2 },
        ]
    }

    #[test]
    fn every_act_is_read_as_it_was_written() {
        for (number, act) in (0_u8..).zip(acts()) {
            let mut writer = Writer::new();
            write_act(&act, &mut writer);
            let bytes = writer.into_bytes();
            assert_eq!(bytes[0], number, "numbers are never reused: {act:?}");
            let mut reader = Reader::new(&bytes);
            assert_eq!(read_act(&mut reader), Ok(act));
            assert_eq!(reader.finish(), Ok(()));
        }
        assert!(read_act(&mut Reader::new(&[35])).is_err());
    }

    #[test]
    fn every_answer_is_read_as_it_was_written() {
        let item = Item {
            uid: ItemUid::new(5),
            definition: ItemId::new(1_011),
            rarity: 4,
            upgrade: 9,
            quantity: 1,
            bound: false,
        };
        let brought = vec![(3, item), (44, item)];
        let answers = [
            Answer::done(vec![ItemUid::new(1), ItemUid::new(2)]),
            Answer::Done { created: Vec::new(), brought, coin: 2_000_000_000 },
            Answer::refused(),
            Answer::Refused { why: Rejection::MailboxFull },
        ];
        for answer in answers {
            let mut writer = Writer::new();
            write_answer(IntentId::new(77), &answer, &mut writer);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            let read = read_answer(&mut reader);
            assert_eq!(read, Ok(Command::Answer { intent: IntentId::new(77), answer }));
            assert_eq!(reader.finish(), Ok(()));
        }
    }
}
