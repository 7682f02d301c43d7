//! A character as data: what a store keeps and a zone takes in and gives back.

use crate::codec::{CodecError, Reader, Sink, Writer};
use crate::components::effects::Effect;
use crate::components::{Canonical, Power, get_vec2, put_vec2};
use crate::content::item::RARITIES;
use crate::ids::{ActorId, ClassId, EffectId, FactionId, ItemId, ItemUid, QuestId, SkillId};
use crate::limits::{
    BAG_SLOTS, BAR_SLOTS, COIN_MAX, COOLDOWNS_MAX, EFFECTS_MAX, NAME_BYTES_MAX, QUESTS_DONE_MAX,
    QUESTS_MAX,
};
use crate::math::Vec2;
use crate::units::{Facing, HitPoints, Level, Tick, Ticks};

/// Number of equipment slots; the index is `EquipSlot`.
pub const WORN_SLOTS: usize = 8;
/// Groups of items that share a cooldown: health draughts, mana draughts, scrolls.
pub const ITEM_COOLDOWNS: usize = 3;

/// One item or stack somebody owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name in the store.
    pub uid: ItemUid,
    /// What it is.
    pub definition: ItemId,
    /// 0 common to 4 legendary.
    pub rarity: u8,
    /// 0..=9.
    pub upgrade: u8,
    /// 1..=stack limit.
    pub quantity: u16,
    /// Cannot change its owner.
    pub bound: bool,
}

/// What a slot of the bar does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BarEntry {
    /// Nothing.
    #[default]
    Empty,
    /// Starts a skill.
    Skill(SkillId),
    /// Uses the first item of that definition.
    Item(ItemId),
}

/// An active quest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestState {
    /// Which.
    pub quest: QuestId,
    /// Kills, or 1 once talked to; items are counted in the bag.
    pub count: u16,
}

/// What a character has and has achieved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Class.
    pub class: ClassId,
    /// Faction, 1..=3.
    pub faction: FactionId,
    /// Experience inside the level.
    pub experience: u32,
    /// Points put into STR, DEX, INT, VIT.
    pub spent: [u16; 4],
    /// Free points.
    pub points: u16,
    /// Coin.
    pub coin: i64,
    /// Inventory.
    pub bag: [Option<Item>; BAG_SLOTS],
    /// Equipment by `EquipSlot`.
    pub worn: [Option<Item>; WORN_SLOTS],
    /// Skill bar.
    pub bar: [BarEntry; BAR_SLOTS],
    /// Active quests, in the order they were taken.
    pub quests: Vec<QuestState>,
    /// Quests that are done, rising.
    pub done: Vec<QuestId>,
    /// Ticks until skills are ready, rising by skill; kept when a character leaves.
    pub cooldowns: Vec<(SkillId, u32)>,
    /// Ticks until items of a group may be used again.
    pub item_cooldowns: [u32; ITEM_COOLDOWNS],
}

impl Sheet {
    /// A sheet without items, skills or quests.
    #[must_use]
    pub fn blank(class: ClassId, faction: FactionId) -> Self {
        Self {
            class,
            faction,
            experience: 0,
            spent: [0; 4],
            points: 0,
            coin: 0,
            bag: [None; BAG_SLOTS],
            worn: [None; WORN_SLOTS],
            bar: [BarEntry::Empty; BAR_SLOTS],
            quests: Vec::new(),
            done: Vec::new(),
            cooldowns: Vec::new(),
            item_cooldowns: [0; ITEM_COOLDOWNS],
        }
    }
}

/// A character as it enters or leaves a zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Character {
    /// Shown name, at most `limits::NAME_BYTES_MAX` bytes.
    pub name: String,
    /// Appearance: which of the client's figures and colours, 0..=15.
    pub look: u8,
    /// Level, 1..=120.
    pub level: Level,
    /// Hit points it has; `None` is its maximum. More than the maximum is the maximum.
    pub hit_points: Option<HitPoints>,
    /// Mana it has; `None` is its maximum.
    pub mana: Option<u32>,
    /// Where it stands (east, north); `None` is a place near the zone's respawn point.
    pub place: Option<Vec2>,
    /// Where it looks.
    pub facing: Facing,
    /// What it has and has achieved.
    pub sheet: Sheet,
    /// Effects it carries from one zone into the next; a store keeps none.
    pub effects: Vec<CarriedEffect>,
}

/// An effect on its way between two zones: times are counted from the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarriedEffect {
    /// Which.
    pub effect: EffectId,
    /// Ticks it still acts.
    pub ticks: u32,
    pub(crate) every: u32,
    pub(crate) next: u32,
    pub(crate) power: Power,
    pub(crate) absorbs: u32,
}

impl CarriedEffect {
    pub(crate) fn of(effect: &Effect, now: Tick) -> Self {
        Self {
            effect: effect.effect,
            ticks: effect.until.since(now).get(),
            every: effect.every,
            next: effect.next.since(now).get(),
            power: effect.power,
            absorbs: effect.absorbs,
        }
    }

    /// As it goes on in a zone; the bearer counts as its caster there.
    pub(crate) fn resume(&self, bearer: ActorId, now: Tick) -> Effect {
        Effect {
            effect: self.effect,
            caster: bearer,
            since: now,
            until: now + Ticks::new(self.ticks),
            every: self.every,
            next: now + Ticks::new(self.next),
            power: self.power,
            absorbs: self.absorbs,
        }
    }
}

/// Names of refused characters may be longer than allowed: a log holds what was asked.
const LOGGED_NAME_BYTES_MAX: usize = 16 * NAME_BYTES_MAX;

impl Character {
    /// A level 1 warrior of the first faction who owns nothing: for tests, scenarios and examples.
    #[must_use]
    pub fn plain(name: &str, look: u8) -> Self {
        Self {
            name: name.to_owned(),
            look,
            level: Level::default(),
            hit_points: None,
            mana: None,
            place: None,
            facing: Facing::default(),
            sheet: Sheet::blank(ClassId::new(1), FactionId::new(1)),
            effects: Vec::new(),
        }
    }

    /// The canonical bytes, for stores and hand-offs.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.put(&mut writer);
        writer.into_bytes()
    }

    /// What `to_bytes` wrote; nothing may be left over.
    ///
    /// # Errors
    /// When a value is missing or out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let character = Self::get(&mut reader)?;
        reader.finish()?;
        Ok(character)
    }
}

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
    if usize::from(item.rarity) >= RARITIES || item.upgrade > 9 || item.quantity == 0 {
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

impl Canonical for Character {
    fn put(&self, sink: &mut impl Sink) {
        sink.bytes(self.name.as_bytes());
        sink.u8(self.look);
        sink.u8(self.level.get());
        sink.u32(self.hit_points.map_or(u32::MAX, HitPoints::get));
        sink.u32(self.mana.unwrap_or(u32::MAX));
        sink.bool(self.place.is_some());
        put_vec2(sink, self.place.unwrap_or_default());
        sink.u16(self.facing.get());
        self.sheet.put(sink);
        sink.u8(self.effects.len() as u8);
        for carried in &self.effects {
            sink.u16(carried.effect.get());
            sink.u32(carried.ticks);
            sink.u32(carried.every);
            sink.u32(carried.next);
            carried.power.put(sink);
            sink.u32(carried.absorbs);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let name = reader.str(LOGGED_NAME_BYTES_MAX)?.to_owned();
        let (look, level) = (reader.u8()?, reader.u8()?);
        if level != Level::new(level).get() {
            return Err(CodecError::OutOfRange("level"));
        }
        let (hit_points, mana) = (reader.u32()?, reader.u32()?);
        let (placed, place) = (reader.bool()?, get_vec2(reader)?);
        Ok(Self {
            name,
            look,
            level: Level::new(level),
            hit_points: (hit_points != u32::MAX).then(|| HitPoints::new(hit_points)),
            mana: (mana != u32::MAX).then_some(mana),
            place: placed.then_some(place),
            facing: Facing::new(reader.u16()?),
            sheet: Sheet::get(reader)?,
            effects: get_effects(reader)?,
        })
    }
}

fn get_effects(reader: &mut Reader<'_>) -> Result<Vec<CarriedEffect>, CodecError> {
    let len = usize::from(reader.u8()?);
    if len > EFFECTS_MAX {
        return Err(CodecError::OutOfRange("effects"));
    }
    let mut effects = Vec::with_capacity(len);
    for _ in 0..len {
        effects.push(CarriedEffect {
            effect: EffectId::new(reader.u16()?),
            ticks: reader.u32()?,
            every: reader.u32()?,
            next: reader.u32()?,
            power: Power::get(reader)?,
            absorbs: reader.u32()?,
        });
    }
    Ok(effects)
}
