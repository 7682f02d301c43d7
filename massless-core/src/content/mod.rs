//! Definitions, loaded once and then frozen.
//!
//! A content set is a list of files, handed in as text and bytes: this module opens none itself.
//! Loading checks everything and reports every error at once; what it returns is valid and never
//! changes, so the simulation looks things up without checking again. The only place with serde.

pub mod class;
pub mod creature;
pub mod effect;
pub(crate) mod embedded;
pub mod error;
pub mod generate;
pub mod item;
pub mod loot;
pub mod map;
pub mod quest;
pub mod rules;
pub mod services;
pub mod skill;
mod source;
pub mod zone;

use std::sync::Arc;

use crate::codec::Sink;
use crate::hash::Hasher;
use crate::ids::{ClassId, CreatureId, EffectId, ItemId, QuestId, SkillId, ZoneId};
use class::ClassDef;
use creature::{Category, CreatureDef};
use effect::EffectDef;
use error::ContentErrors;
use item::ItemDef;
use loot::LootDef;
use quest::QuestDef;
use rules::Rules;
use services::Services;
use skill::{Learner, SkillDef};
use source::{Drafts, Loader};
use zone::ZoneDef;

/// One file of a content set. Paths have forward slashes and begin at the set's root.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// `rules.ron`, `loot.ron`, `services.ron`, `maps/<name>.map`, or `<folder>/<id>-<name>.ron` with the folders
    /// classes, creatures, effects, items, quests, skills, zones.
    pub path: &'a str,
    /// The whole file.
    pub bytes: &'a [u8],
}

/// Which content a log or a client belongs to: a hash over all files and their paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(u128);

impl ContentHash {
    /// Wraps a raw value, as read from a log or a frame.
    #[must_use]
    pub const fn new(raw: u128) -> Self {
        Self(raw)
    }

    /// The raw value.
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0
    }
}

impl core::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A valid content set.
#[derive(Clone, Debug)]
pub struct Content {
    hash: ContentHash,
    rules: Rules,
    classes: Vec<ClassDef>,
    effects: Vec<EffectDef>,
    skills: Vec<SkillDef>,
    items: Vec<ItemDef>,
    quests: Vec<QuestDef>,
    loot: Vec<LootDef>,
    services: Services,
    creatures: Vec<CreatureDef>,
    zones: Vec<ZoneDef>,
}

impl Content {
    /// The content built into this crate: the default game.
    #[must_use]
    pub fn embedded() -> Arc<Self> {
        let content = Self::load(&embedded::FILES).expect("the tests load the embedded content");
        Arc::new(content)
    }

    /// The files of the embedded content: what a set of one's own may start from.
    #[must_use]
    pub const fn embedded_files() -> &'static [SourceFile<'static>] {
        &embedded::FILES
    }

    /// The part of them that names no place: rules, classes, effects, skills, items, loot, services. A set for a
    /// test or a tool adds creatures and a zone of its own.
    #[must_use]
    pub const fn foundation_files() -> &'static [SourceFile<'static>] {
        &embedded::FOUNDATION
    }

    /// Checks a content set and freezes it. The order of the files does not matter.
    ///
    /// # Errors
    /// Every error of every file, with the line, the field and what is allowed.
    pub fn load(files: &[SourceFile<'_>]) -> Result<Self, ContentErrors> {
        let mut files = files.to_vec();
        files.sort_by_key(|file| file.path);
        let mut loader = Loader::new(&files);
        let rules = rules::load(&mut loader);
        let mut classes = class::load(&mut loader);
        let effects = effect::load(&mut loader);
        let mut skills = skill::load(&mut loader);
        let mut items = item::load(&mut loader);
        let mut quests = quest::load(&mut loader);
        let mut creatures = creature::load(&mut loader);
        let mut known = Known {
            classes: classes.ids(|class| u32::from(class.id.get())),
            effects: effects.ids(|effect| u32::from(effect.id.get())),
            abilities: abilities(&skills),
            items: item_ids(&items),
            weapon_rows: weapon_rows(&items),
            creatures: creatures.ids(|creature| u32::from(creature.id.get())),
            quests: quests.ids(|quest| u32::from(quest.id.get())),
            npcs: Vec::new(),
            shops: Vec::new(),
        };
        let mut services = services::load(&mut loader, &known);
        known.shops = services.shops.iter().map(|shop| u32::from(shop.id)).collect();
        let zones = zone::load(&mut loader, &known);
        known.npcs =
            zones.iter().flat_map(|zone| &zone.npcs).map(|npc| u32::from(npc.id.get())).collect();
        let loot = loot::load(&mut loader, &known);
        let effects = effects.finish(&mut loader, |effect| effect.id);
        item::check_classes(&mut items, &known);
        skill::check_references(&mut skills, &known, &effects);
        creature::check_references(&mut creatures, &known);
        quest::check_references(&mut quests, &known);
        let items = items.finish(&mut loader, |row| row.first().map(|item| item.id));
        let items: Vec<ItemDef> = items.into_iter().flatten().collect();
        class::check_kits(&mut classes, &known, &items);
        services::complete_shops(&mut services, &items);
        let content = Self {
            hash: hash_of(&files),
            rules,
            classes: classes.finish(&mut loader, |class| class.id),
            effects,
            skills: skills.finish(&mut loader, |skill| skill.id),
            items,
            quests: quests.finish(&mut loader, |quest| quest.id),
            loot,
            services,
            creatures: creatures.finish(&mut loader, |creature| creature.id),
            zones,
        };
        loader.finish()?;
        Ok(content)
    }

    /// Which content this is.
    #[must_use]
    pub const fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Numbers that hold everywhere.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// All classes, rising by id.
    #[must_use]
    pub fn classes(&self) -> &[ClassDef] {
        &self.classes
    }

    /// A class.
    #[must_use]
    pub fn class(&self, id: ClassId) -> Option<&ClassDef> {
        by_id(&self.classes, id, |class| class.id)
    }

    /// All effects, rising by id.
    #[must_use]
    pub fn effects(&self) -> &[EffectDef] {
        &self.effects
    }

    /// An effect.
    #[must_use]
    pub fn effect(&self, id: EffectId) -> Option<&EffectDef> {
        by_id(&self.effects, id, |effect| effect.id)
    }

    /// All skills, rising by id.
    #[must_use]
    pub fn skills(&self) -> &[SkillDef] {
        &self.skills
    }

    /// A skill.
    #[must_use]
    pub fn skill(&self, id: SkillId) -> Option<&SkillDef> {
        by_id(&self.skills, id, |skill| skill.id)
    }

    /// All items, rising by id.
    #[must_use]
    pub fn items(&self) -> &[ItemDef] {
        &self.items
    }

    /// An item.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&ItemDef> {
        by_id(&self.items, id, |item| item.id)
    }

    /// All quests, rising by id.
    #[must_use]
    pub fn quests(&self) -> &[QuestDef] {
        &self.quests
    }

    /// A quest.
    #[must_use]
    pub fn quest(&self, id: QuestId) -> Option<&QuestDef> {
        by_id(&self.quests, id, |quest| quest.id)
    }

    /// What creatures of a category leave.
    #[must_use]
    pub fn loot(&self, category: Category) -> Option<&LootDef> {
        self.loot.iter().find(|loot| loot.category == category)
    }

    /// What NPCs sell, take, teach and ask for it.
    #[must_use]
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// A creature definition.
    #[must_use]
    pub fn creature(&self, id: CreatureId) -> Option<&CreatureDef> {
        let index = self.creatures.binary_search_by_key(&id, |creature| creature.id).ok()?;
        Some(&self.creatures[index])
    }

    /// All creature definitions, rising by id.
    #[must_use]
    pub fn creatures(&self) -> &[CreatureDef] {
        &self.creatures
    }

    /// A zone definition.
    #[must_use]
    pub fn zone(&self, id: ZoneId) -> Option<&ZoneDef> {
        let index = self.zones.binary_search_by_key(&id, |zone| zone.id).ok()?;
        Some(&self.zones[index])
    }

    /// All zone definitions, rising by id; at least one.
    #[must_use]
    pub fn zones(&self) -> &[ZoneDef] {
        &self.zones
    }
}

/// Ids that references may name.
struct Known {
    classes: Vec<u32>,
    effects: Vec<u32>,
    /// Skills of creatures.
    abilities: Vec<u32>,
    items: Vec<u32>,
    weapon_rows: Vec<u32>,
    creatures: Vec<u32>,
    quests: Vec<u32>,
    npcs: Vec<u32>,
    shops: Vec<u32>,
}

fn abilities(skills: &Drafts<'_, SkillDef>) -> Vec<u32> {
    let of_creatures = skills.list.iter().filter(|(skill, _)| skill.learner == Learner::Creature);
    let ids = of_creatures.map(|(skill, _)| u32::from(skill.id.get()));
    ids.chain(skills.unreadable.iter().copied()).collect()
}

fn item_ids(items: &Drafts<'_, Vec<ItemDef>>) -> Vec<u32> {
    let ids = items.list.iter().flat_map(|(row, _)| row).map(|item| u32::from(item.id.get()));
    // What cannot be read may be a row of gear.
    ids.chain(items.unreadable.iter().flat_map(|&id| id..=id + 3)).collect()
}

fn weapon_rows(items: &Drafts<'_, Vec<ItemDef>>) -> Vec<u32> {
    let weapons = items.list.iter().filter_map(|(row, _)| row.first()?.weapon());
    let rows = weapons.map(|weapon| u32::from(weapon.row.get()));
    rows.chain(items.unreadable.iter().copied()).collect()
}

/// Over the sorted files, each as its path and its bytes with their lengths.
fn hash_of(files: &[SourceFile<'_>]) -> ContentHash {
    let mut hasher = Hasher::new();
    for file in files {
        hasher.bytes(file.path.as_bytes());
        hasher.bytes(file.bytes);
    }
    ContentHash(hasher.finish())
}

/// The definition of that id in a list that is sorted by it.
fn by_id<T, I: Ord>(list: &[T], id: I, key: impl Fn(&T) -> I) -> Option<&T> {
    list.binary_search_by(|entry| key(entry).cmp(&id)).ok().map(|index| &list[index])
}

#[cfg(test)]
mod tests;
