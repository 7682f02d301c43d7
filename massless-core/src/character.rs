//! A character as data: what a store keeps and a zone takes in and gives back.

mod growth;
mod sheet;

pub(crate) use self::sheet::{get_bar, get_item, put_bar, put_item};

use crate::codec::{CodecError, Reader, Sink, Writer};
use crate::components::effects::Effect;
use crate::components::{Canonical, Power, get_vec2, put_vec2};
use crate::ids::{
    ActorId, ClassId, EffectId, FactionId, ItemId, ItemUid, QuestId, SkillId, ZoneId,
};
use crate::limits::{
    BAG_SLOTS, BAR_SLOTS, EFFECTS_MAX, NAME_BYTES_MAX, PITY_MAX, STORAGE_SLOTS_MIN, VISITED_MAX,
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

/// How often something failed in a row at the smith's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pity {
    /// Of which item.
    pub definition: ItemId,
    /// 0 common to 4 legendary.
    pub rarity: u8,
    /// Upgrade that was tried, 1..=9.
    pub target: u8,
    /// Failures, at least 1.
    pub failures: u16,
}

impl Pity {
    /// What it counts.
    #[must_use]
    pub const fn key(&self) -> (ItemId, u8, u8) {
        (self.definition, self.rarity, self.target)
    }
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
    /// Storage; as long as it has slots, `STORAGE_SLOTS_MIN` to `STORAGE_SLOTS_MAX`.
    pub storage: Vec<Option<Item>>,
    /// Ranks of skills above 1, rising by skill.
    pub ranks: Vec<(SkillId, u8)>,
    /// Failures at the smith's, the longest untouched first; at most `PITY_MAX`.
    pub pity: Vec<Pity>,
    /// Zones it has been in, rising.
    pub visited: Vec<ZoneId>,
    /// How often it took its spent points back: the first time is free.
    pub resets: u16,
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
            storage: vec![None; STORAGE_SLOTS_MIN],
            ranks: Vec::new(),
            pity: Vec::new(),
            visited: Vec::new(),
            resets: 0,
        }
    }

    /// All items it has, wherever they are.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.bag.iter().chain(&self.worn).chain(&self.storage).flatten()
    }

    /// Its rank in a skill, 1..=10; whether it has the skill is another question.
    #[must_use]
    pub fn rank(&self, skill: SkillId) -> u8 {
        let index = self.ranks.binary_search_by_key(&skill, |&(skill, _)| skill);
        index.map_or(1, |index| self.ranks[index].1)
    }

    /// Sets its rank in a skill; 1 is not written down.
    pub fn set_rank(&mut self, skill: SkillId, rank: u8) {
        match self.ranks.binary_search_by_key(&skill, |&(skill, _)| skill) {
            Ok(index) if rank <= 1 => {
                self.ranks.remove(index);
            }
            Ok(index) => self.ranks[index].1 = rank,
            Err(_) if rank <= 1 => {}
            Err(index) => self.ranks.insert(index, (skill, rank)),
        }
    }

    /// Failures in a row that count for the next attempt.
    #[must_use]
    pub fn failures(&self, definition: ItemId, rarity: u8, target: u8) -> u16 {
        let counter = self.pity.iter().find(|pity| pity.key() == (definition, rarity, target));
        counter.map_or(0, |pity| pity.failures)
    }

    /// Sets a counter of failures and makes it the newest; 0 ends it. The oldest makes room.
    pub fn set_failures(&mut self, counter: Pity) {
        self.pity.retain(|pity| pity.key() != counter.key());
        if counter.failures > 0 {
            if self.pity.len() >= PITY_MAX {
                self.pity.remove(0);
            }
            self.pity.push(counter);
        }
    }

    /// Remembers a zone; beyond `VISITED_MAX` none is.
    pub fn visit(&mut self, zone: ZoneId) {
        if let Err(index) = self.visited.binary_search(&zone)
            && self.visited.len() < VISITED_MAX
        {
            self.visited.insert(index, zone);
        }
    }

    /// Makes all spent points free again.
    pub fn reset_points(&mut self) {
        let spent = self.spent.iter().fold(0_u16, |sum, &points| sum.saturating_add(points));
        self.points = self.points.saturating_add(spent);
        self.spent = [0; 4];
        self.resets = self.resets.saturating_add(1);
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
