//! A sheet as bytes: the part of a character that snapshots, hashes and stores share.

use super::{BarEntry, Item, Pity, QuestState, Sheet};
use crate::codec::{CodecError, Reader, Sink};
use crate::components::Canonical;
use crate::content::item::RARITIES;
use crate::ids::{ClassId, FactionId, ItemId, ItemUid, QuestId, SkillId, ZoneId};
use crate::limits::{
    COIN_MAX, COOLDOWNS_MAX, PITY_MAX, QUESTS_DONE_MAX, QUESTS_MAX, RANK_MAX, RANKS_MAX,
    STORAGE_SLOTS_MAX, STORAGE_SLOTS_MIN, UPGRADE_MAX, VISITED_MAX,
};

pub(crate) fn put_item(sink: &mut impl Sink, item: Option<&Item>) {
    sink.u64(item.map_or(0, |item| item.uid.get()));
    if let Some(item) = item {
        sink.u16(item.definition.get());
        sink.u8(item.rarity);
        sink.u8(item.upgrade);
        sink.u16(item.quantity);
        sink.bool(item.bound);
    }
}

pub(crate) fn get_item(reader: &mut Reader<'_>) -> Result<Option<Item>, CodecError> {
    let uid = reader.u64()?;
    if uid == 0 {
        return Ok(None);
    }
    let item = Item {
        uid: ItemUid::new(uid),
        definition: ItemId::new(reader.u16()?),
        rarity: reader.u8()?,
        upgrade: reader.u8()?,
        quantity: reader.u16()?,
        bound: reader.bool()?,
    };
    if usize::from(item.rarity) >= RARITIES || item.upgrade > UPGRADE_MAX || item.quantity == 0 {
        return Err(CodecError::OutOfRange("item"));
    }
    Ok(Some(item))
}

pub(crate) fn put_bar(sink: &mut impl Sink, entry: BarEntry) {
    let (tag, id) = match entry {
        BarEntry::Empty => (0, 0),
        BarEntry::Skill(skill) => (1, skill.get()),
        BarEntry::Item(item) => (2, item.get()),
    };
    sink.u8(tag);
    sink.u16(id);
}

pub(crate) fn get_bar(reader: &mut Reader<'_>) -> Result<BarEntry, CodecError> {
    let (tag, id) = (reader.u8()?, reader.u16()?);
    match tag {
        0 => Ok(BarEntry::Empty),
        1 => Ok(BarEntry::Skill(SkillId::new(id))),
        2 => Ok(BarEntry::Item(ItemId::new(id))),
        _ => Err(CodecError::OutOfRange("bar entry")),
    }
}

/// Slots that hold something, each with its number.
fn put_storage(sink: &mut impl Sink, storage: &[Option<Item>]) {
    sink.u8(storage.len() as u8);
    sink.u8(storage.iter().flatten().count() as u8);
    for (slot, item) in (0_u8..).zip(storage) {
        if item.is_some() {
            sink.u8(slot);
            put_item(sink, item.as_ref());
        }
    }
}

fn get_storage(reader: &mut Reader<'_>) -> Result<Vec<Option<Item>>, CodecError> {
    let (slots, held) = (usize::from(reader.u8()?), reader.u8()?);
    if !(STORAGE_SLOTS_MIN..=STORAGE_SLOTS_MAX).contains(&slots) {
        return Err(CodecError::OutOfRange("slots of a storage"));
    }
    let mut storage = vec![None; slots];
    let mut next = 0;
    for _ in 0..held {
        let slot = usize::from(reader.u8()?);
        let item = get_item(reader)?;
        if slot < next || slot >= slots || item.is_none() {
            return Err(CodecError::OutOfRange("slot of a storage"));
        }
        storage[slot] = item;
        next = slot + 1;
    }
    Ok(storage)
}

/// What trainers, smiths and journeys have left.
fn put_progress(sink: &mut impl Sink, sheet: &Sheet) {
    put_storage(sink, &sheet.storage);
    sink.u8(sheet.ranks.len() as u8);
    for &(skill, rank) in &sheet.ranks {
        sink.u16(skill.get());
        sink.u8(rank);
    }
    sink.u8(sheet.pity.len() as u8);
    for pity in &sheet.pity {
        sink.u16(pity.definition.get());
        sink.u8(pity.rarity);
        sink.u8(pity.target);
        sink.u16(pity.failures);
    }
    sink.u8(sheet.visited.len() as u8);
    sheet.visited.iter().for_each(|zone| sink.u32(zone.get()));
    sink.u16(sheet.resets);
}

fn get_progress(reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<(), CodecError> {
    sheet.storage = get_storage(reader)?;
    for _ in 0..bounded(reader, RANKS_MAX, "ranks")? {
        sheet.ranks.push((SkillId::new(reader.u16()?), reader.u8()?));
    }
    for _ in 0..bounded(reader, PITY_MAX, "counters of failures")? {
        sheet.pity.push(Pity {
            definition: ItemId::new(reader.u16()?),
            rarity: reader.u8()?,
            target: reader.u8()?,
            failures: reader.u16()?,
        });
    }
    for _ in 0..bounded(reader, VISITED_MAX, "visited zones")? {
        sheet.visited.push(ZoneId::new(reader.u32()?));
    }
    sheet.resets = reader.u16()?;
    let ranks_fit = sheet.ranks.iter().all(|&(_, rank)| (2..=RANK_MAX).contains(&rank))
        && sheet.ranks.is_sorted_by(|a, b| a.0 < b.0);
    let pity_fits = sheet.pity.iter().all(|pity| {
        usize::from(pity.rarity) < RARITIES
            && (1..=UPGRADE_MAX).contains(&pity.target)
            && pity.failures > 0
    });
    if !ranks_fit || !sheet.visited.is_sorted_by(|a, b| a < b) {
        return Err(CodecError::OutOfRange("ranks or visited zones"));
    }
    if pity_fits { Ok(()) } else { Err(CodecError::OutOfRange("counter of failures")) }
}

fn bounded(reader: &mut Reader<'_>, max: usize, what: &'static str) -> Result<u8, CodecError> {
    let count = reader.u8()?;
    if usize::from(count) > max { Err(CodecError::OutOfRange(what)) } else { Ok(count) }
}

impl Canonical for Sheet {
    fn put(&self, sink: &mut impl Sink) {
        sink.u8(self.class.get());
        sink.u8(self.faction.get());
        sink.u32(self.experience);
        self.spent.iter().for_each(|&points| sink.u16(points));
        sink.u16(self.points);
        sink.u64(self.coin.cast_unsigned());
        for slot in &self.bag {
            put_item(sink, slot.as_ref());
        }
        for slot in &self.worn {
            put_item(sink, slot.as_ref());
        }
        self.bar.iter().for_each(|&entry| put_bar(sink, entry));
        sink.u8(self.quests.len() as u8);
        for state in &self.quests {
            sink.u16(state.quest.get());
            sink.u16(state.count);
        }
        sink.u16(self.done.len() as u16);
        self.done.iter().for_each(|quest| sink.u16(quest.get()));
        sink.u8(self.cooldowns.len() as u8);
        for &(skill, ticks) in &self.cooldowns {
            sink.u16(skill.get());
            sink.u32(ticks);
        }
        self.item_cooldowns.iter().for_each(|&ticks| sink.u32(ticks));
        put_progress(sink, self);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let (class, faction) = (ClassId::new(reader.u8()?), FactionId::new(reader.u8()?));
        let mut sheet = Self::blank(class, faction);
        sheet.experience = reader.u32()?;
        for points in &mut sheet.spent {
            *points = reader.u16()?;
        }
        sheet.points = reader.u16()?;
        sheet.coin = reader.u64()?.cast_signed();
        if !(0..=COIN_MAX).contains(&sheet.coin) {
            return Err(CodecError::OutOfRange("coin"));
        }
        for slot in sheet.bag.iter_mut().chain(&mut sheet.worn) {
            *slot = get_item(reader)?;
        }
        for entry in &mut sheet.bar {
            *entry = get_bar(reader)?;
        }
        get_quests(reader, &mut sheet)?;
        let cooldowns = usize::from(reader.u8()?);
        if cooldowns > COOLDOWNS_MAX {
            return Err(CodecError::OutOfRange("cooldowns"));
        }
        for _ in 0..cooldowns {
            sheet.cooldowns.push((SkillId::new(reader.u16()?), reader.u32()?));
        }
        if !sheet.cooldowns.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(CodecError::OutOfRange("order of cooldowns"));
        }
        for ticks in &mut sheet.item_cooldowns {
            *ticks = reader.u32()?;
        }
        get_progress(reader, &mut sheet)?;
        Ok(sheet)
    }
}

fn get_quests(reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<(), CodecError> {
    let active = usize::from(reader.u8()?);
    if active > QUESTS_MAX {
        return Err(CodecError::OutOfRange("active quests"));
    }
    for _ in 0..active {
        let state = QuestState { quest: QuestId::new(reader.u16()?), count: reader.u16()? };
        sheet.quests.push(state);
    }
    let done = usize::from(reader.u16()?);
    if done > QUESTS_DONE_MAX {
        return Err(CodecError::OutOfRange("done quests"));
    }
    for _ in 0..done {
        sheet.done.push(QuestId::new(reader.u16()?));
    }
    if sheet.done.is_sorted_by(|a, b| a < b) {
        Ok(())
    } else {
        Err(CodecError::OutOfRange("order of done quests"))
    }
}
