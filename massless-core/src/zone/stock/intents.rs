//! Pending operations as bytes.

use crate::codec::{CodecError, Reader, Sink};
use crate::components::{get_actor, put_actor};
use crate::ids::{IntentId, ItemId, ItemUid, PlayerId, QuestId, SkillId, ZoneId};
use crate::intent::{Entry, Intent, Place, Reason, SlotSet};
use crate::limits::ENTRIES_MAX;

pub(super) fn put_intent(intent: &Intent, sink: &mut impl Sink) {
    sink.u64(intent.id.get());
    sink.u64(intent.player.get());
    sink.u8(intent.reason as u8);
    put_actor(sink, intent.thing);
    sink.u8(intent.entries.len() as u8);
    intent.entries.iter().for_each(|entry| put_entry(*entry, sink));
}

pub(super) fn get_intent(reader: &mut Reader<'_>) -> Result<Intent, CodecError> {
    let (id, player) = (IntentId::new(reader.u64()?), PlayerId::new(reader.u64()?));
    let reason = Reason::new(reader.u8()?).ok_or(CodecError::OutOfRange("reason"))?;
    let thing = get_actor(reader)?;
    let count = reader.u8()?;
    if usize::from(count) > ENTRIES_MAX {
        return Err(CodecError::OutOfRange("entries of an intent"));
    }
    let entries: Result<Vec<Entry>, CodecError> = (0..count).map(|_| get_entry(reader)).collect();
    Ok(Intent { id, player, reason, thing, entries: entries? })
}

fn put_place(place: Place, sink: &mut impl Sink) {
    match place {
        Place::Bag(slot) => sink.u16(u16::from(slot)),
        Place::Worn(slot) => sink.u16(256 + u16::from(slot)),
        Place::Stored(slot) => sink.u16(512 + u16::from(slot)),
    }
}

fn get_place(reader: &mut Reader<'_>) -> Result<Place, CodecError> {
    let raw = reader.u16()?;
    match (raw >> 8, raw as u8) {
        (0, slot) => Ok(Place::Bag(slot)),
        (1, slot) => Ok(Place::Worn(slot)),
        (2, slot) => Ok(Place::Stored(slot)),
        _ => Err(CodecError::OutOfRange("place of an item")),
    }
}

fn put_entry(entry: Entry, sink: &mut impl Sink) {
    sink.u8(number_of(entry));
    match entry {
        Entry::Coin { delta } => sink.u64(delta.cast_unsigned()),
        Entry::Create { definition, rarity, quantity, bound, slot } => {
            sink.u16(definition.get());
            sink.u8(rarity);
            sink.u16(quantity);
            sink.bool(bound);
            sink.u8(slot);
        }
        Entry::Grow { uid, quantity } | Entry::Shrink { uid, quantity } => {
            sink.u64(uid.get());
            sink.u16(quantity);
        }
        Entry::Move { uid, from, to } => {
            sink.u64(uid.get());
            put_place(from, sink);
            put_place(to, sink);
        }
        Entry::Level { level } => sink.u8(level),
        Entry::QuestDone { quest, experience } => {
            sink.u16(quest.get());
            sink.u32(experience);
        }
        Entry::QuestTaken { quest } => sink.u16(quest.get()),
        _ => put_service(entry, sink),
    }
}

/// Fields of what NPCs and partners are asked for.
fn put_service(entry: Entry, sink: &mut impl Sink) {
    match entry {
        Entry::Upgrade { uid, to } => {
            sink.u64(uid.get());
            sink.u8(to);
        }
        Entry::Pity { definition, rarity, target, failures } => {
            sink.u16(definition.get());
            sink.u8(rarity);
            sink.u8(target);
            sink.u16(failures);
        }
        Entry::Rank { skill, rank } => {
            sink.u16(skill.get());
            sink.u8(rank);
        }
        Entry::ResetPoints => {}
        Entry::StorageSlots { slots } => sink.u8(slots),
        Entry::Depart { zone } => sink.u32(zone.get()),
        Entry::Pass { uid, from, to, slot } => {
            sink.u64(uid.get());
            sink.u64(from.get());
            sink.u64(to.get());
            sink.u8(slot);
        }
        Entry::Pay { from, to, amount } => {
            sink.u64(from.get());
            sink.u64(to.get());
            sink.u64(amount.cast_unsigned());
        }
        Entry::Escrow { uid } => sink.u64(uid.get()),
        Entry::Post { draft, coin } => {
            sink.u64(draft);
            sink.u64(coin.cast_unsigned());
        }
        Entry::Claim { mail, slots } => {
            sink.u64(mail);
            sink.u64(slots.get());
        }
        Entry::List { uid, price } => {
            sink.u64(uid.get());
            sink.u64(price.cast_unsigned());
        }
        Entry::Buy { listing, price, slot } => {
            sink.u64(listing);
            sink.u64(price.cast_unsigned());
            sink.u8(slot);
        }
        Entry::Unlist { listing } => sink.u64(listing),
        _ => unreachable!("the caller writes the others"),
    }
}

/// Numbers of entries in a snapshot; never reused.
const fn number_of(entry: Entry) -> u8 {
    match entry {
        Entry::Coin { .. } => 0,
        Entry::Create { .. } => 1,
        Entry::Grow { .. } => 2,
        Entry::Shrink { .. } => 3,
        Entry::Move { .. } => 4,
        Entry::Level { .. } => 5,
        Entry::QuestDone { .. } => 6,
        Entry::QuestTaken { .. } => 7,
        Entry::Upgrade { .. } => 8,
        Entry::Pity { .. } => 9,
        Entry::Rank { .. } => 10,
        Entry::ResetPoints => 11,
        Entry::StorageSlots { .. } => 12,
        Entry::Depart { .. } => 13,
        Entry::Pass { .. } => 14,
        Entry::Pay { .. } => 15,
        Entry::Escrow { .. } => 16,
        Entry::Post { .. } => 17,
        Entry::Claim { .. } => 18,
        Entry::List { .. } => 19,
        Entry::Buy { .. } => 20,
        Entry::Unlist { .. } => 21,
    }
}

fn get_entry(reader: &mut Reader<'_>) -> Result<Entry, CodecError> {
    Ok(match reader.u8()? {
        0 => Entry::Coin { delta: get_i64(reader)? },
        1 => Entry::Create {
            definition: ItemId::new(reader.u16()?),
            rarity: reader.u8()?,
            quantity: reader.u16()?,
            bound: reader.bool()?,
            slot: reader.u8()?,
        },
        2 => Entry::Grow { uid: get_uid(reader)?, quantity: reader.u16()? },
        3 => Entry::Shrink { uid: get_uid(reader)?, quantity: reader.u16()? },
        4 => {
            Entry::Move { uid: get_uid(reader)?, from: get_place(reader)?, to: get_place(reader)? }
        }
        5 => Entry::Level { level: reader.u8()? },
        6 => Entry::QuestDone { quest: QuestId::new(reader.u16()?), experience: reader.u32()? },
        7 => Entry::QuestTaken { quest: QuestId::new(reader.u16()?) },
        number => get_service(number, reader)?,
    })
}

fn get_service(number: u8, reader: &mut Reader<'_>) -> Result<Entry, CodecError> {
    Ok(match number {
        8 => Entry::Upgrade { uid: get_uid(reader)?, to: reader.u8()? },
        9 => Entry::Pity {
            definition: ItemId::new(reader.u16()?),
            rarity: reader.u8()?,
            target: reader.u8()?,
            failures: reader.u16()?,
        },
        10 => Entry::Rank { skill: SkillId::new(reader.u16()?), rank: reader.u8()? },
        11 => Entry::ResetPoints,
        12 => Entry::StorageSlots { slots: reader.u8()? },
        13 => Entry::Depart { zone: ZoneId::new(reader.u32()?) },
        14 => Entry::Pass {
            uid: get_uid(reader)?,
            from: PlayerId::new(reader.u64()?),
            to: PlayerId::new(reader.u64()?),
            slot: reader.u8()?,
        },
        15 => Entry::Pay {
            from: PlayerId::new(reader.u64()?),
            to: PlayerId::new(reader.u64()?),
            amount: get_i64(reader)?,
        },
        16 => Entry::Escrow { uid: get_uid(reader)? },
        17 => Entry::Post { draft: reader.u64()?, coin: get_i64(reader)? },
        18 => Entry::Claim { mail: reader.u64()?, slots: SlotSet::new(reader.u64()?) },
        19 => Entry::List { uid: get_uid(reader)?, price: get_i64(reader)? },
        20 => Entry::Buy { listing: reader.u64()?, price: get_i64(reader)?, slot: reader.u8()? },
        21 => Entry::Unlist { listing: reader.u64()? },
        _ => return Err(CodecError::OutOfRange("entry of an intent")),
    })
}

fn get_uid(reader: &mut Reader<'_>) -> Result<ItemUid, CodecError> {
    reader.u64().map(ItemUid::new)
}

fn get_i64(reader: &mut Reader<'_>) -> Result<i64, CodecError> {
    reader.u64().map(u64::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Writer;
    use proptest::prelude::*;

    fn entries() -> impl Strategy<Value = Entry> {
        let numbers = (any::<u64>(), any::<u64>(), any::<u16>(), any::<u8>(), 0_u8..22);
        numbers.prop_map(|(a, b, c, d, kind)| entry(kind, (a, b, c, d)))
    }

    fn entry(kind: u8, (a, b, c, d): (u64, u64, u16, u8)) -> Entry {
        let (uid, amount) = (ItemUid::new(a), b.cast_signed());
        let (from, to) = (PlayerId::new(a), PlayerId::new(b));
        let (definition, quest) = (ItemId::new(c), QuestId::new(c));
        match kind {
            0 => Entry::Coin { delta: amount },
            1 => Entry::Create { definition, rarity: d, quantity: c, bound: d > 9, slot: d },
            2 => Entry::Grow { uid, quantity: c },
            3 => Entry::Shrink { uid, quantity: c },
            4 => Entry::Move { uid, from: Place::Bag(d), to: Place::Stored(d) },
            5 => Entry::Level { level: d },
            6 => Entry::QuestDone { quest, experience: u32::from(c) },
            7 => Entry::QuestTaken { quest },
            8 => Entry::Upgrade { uid, to: d },
            9 => Entry::Pity { definition, rarity: d, target: d, failures: c },
            10 => Entry::Rank { skill: SkillId::new(c), rank: d },
            11 => Entry::ResetPoints,
            12 => Entry::StorageSlots { slots: d },
            13 => Entry::Depart { zone: ZoneId::new(u32::from(c)) },
            14 => Entry::Pass { uid, from, to, slot: d },
            15 => Entry::Pay { from, to, amount },
            16 => Entry::Escrow { uid },
            17 => Entry::Post { draft: a, coin: amount },
            18 => Entry::Claim { mail: a, slots: SlotSet::new(b) },
            19 => Entry::List { uid, price: amount },
            20 => Entry::Buy { listing: a, price: amount, slot: d },
            _ => Entry::Unlist { listing: a },
        }
    }

    proptest! {
        #[test]
        fn intents_round_trip(
            entries in proptest::collection::vec(entries(), 0..=ENTRIES_MAX),
            reason in 1_u8..=23,
        ) {
            let reason = Reason::new(reason).expect("there are 23");
            let (id, player) = (IntentId::new(9), PlayerId::new(7));
            let intent = Intent { id, player, reason, thing: None, entries };
            let mut writer = Writer::new();
            put_intent(&intent, &mut writer);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(get_intent(&mut reader), Ok(intent));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}
