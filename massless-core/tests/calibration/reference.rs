//! The reference character: what a build has spent, wears and knows at a level.

use massless_core::character::Item;
use massless_core::content::Content;
use massless_core::content::class::ClassDef;
use massless_core::content::item::{Attribute, WeaponDef};
use massless_core::content::skill::SkillDef;
use massless_core::formulas;
use massless_core::ids::{ClassId, ItemId, ItemUid, SkillId};

/// A row of the table.
pub(crate) struct Build {
    pub(crate) name: &'static str,
    pub(crate) class: u8,
    /// Row of its weapon, and of its off-hand from the second tier on.
    pub(crate) weapon: u16,
    pub(crate) off_hand: Option<u16>,
    /// Row of its body armour.
    pub(crate) body: u16,
    /// In the order in which it tries them.
    pub(crate) skills: &'static [u16],
    /// Below level 5: nothing but the class.
    pub(crate) is_class: bool,
}

/// A build at a level, with its numbers.
pub(crate) struct Reference {
    pub(crate) level: u8,
    pub(crate) class: ClassDef,
    pub(crate) spent: [u16; 4],
    pub(crate) worn: [Option<Item>; 8],
    pub(crate) weapon: WeaponDef,
    pub(crate) hit_points: u32,
    pub(crate) mana: u32,
    pub(crate) attack: u32,
    pub(crate) defence: u32,
    pub(crate) magic_defence: u32,
    pub(crate) crit_bp: u32,
    pub(crate) dodge_bp: u32,
    pub(crate) dexterity: u32,
    /// Hit points and mana a second in combat.
    pub(crate) regeneration: (u32, u32),
    /// Skills with their ranks.
    pub(crate) skills: Vec<(SkillDef, u8)>,
}

/// Tier, rarity and upgrade of all gear from a level on.
const GEAR: [(u8, u16, u8, u8); 12] = [
    (1, 1, 0, 0),
    (3, 1, 0, 2),
    (5, 1, 1, 3),
    (8, 2, 0, 0),
    (10, 2, 1, 2),
    (13, 2, 2, 3),
    (15, 2, 2, 4),
    (18, 3, 0, 0),
    (20, 3, 0, 3),
    (24, 3, 1, 4),
    (27, 3, 2, 4),
    (30, 3, 2, 5),
];

impl Reference {
    pub(crate) fn new(content: &Content, build: &Build, level: u8) -> Self {
        let class = content.class(ClassId::new(build.class)).expect("the class exists").clone();
        let worn = worn(content, build, level);
        let weapon = worn[0].and_then(|item| content.item(item.definition));
        let weapon = *weapon.and_then(|def| def.weapon()).expect("every build has a weapon");
        let mut spent = [0; 4];
        spent[weapon.attribute as usize] += 2 * u16::from(level - 1);
        spent[Attribute::Vitality as usize] += u16::from(level - 1);
        let attributes = formulas::attributes(&class, spent);
        let gear = formulas::gear_stats(content, &worn);
        let [_, dexterity, intelligence, vitality] = attributes;
        let skills = build.skills.iter().map(|&id| content.skill(SkillId::new(id)));
        let skills = skills.map(|skill| skill.expect("the skill exists").clone());
        let learned = skills.filter(|skill| skill.level.get() <= level);
        let ranked =
            learned.map(|skill| (skill.clone(), formulas::rank_max(level, skill.level.get())));
        Self {
            level,
            spent,
            worn,
            weapon,
            hit_points: formulas::hit_points_max(&class, level, attributes, gear),
            mana: formulas::mana_max(&class, level, attributes),
            attack: 2 * attributes[weapon.attribute as usize] + gear.attack,
            defence: gear.defence + vitality / 2,
            magic_defence: gear.magic_defence + intelligence / 2,
            crit_bp: formulas::crit_bp(dexterity),
            dodge_bp: formulas::dodge_bp(dexterity, 0),
            dexterity,
            regeneration: formulas::regeneration(level, attributes),
            skills: ranked.collect(),
            class,
        }
    }
}

/// Every slot with gear of the level; off-hand, necklace and ring from the second tier on.
fn worn(content: &Content, build: &Build, level: u8) -> [Option<Item>; 8] {
    let &(_, tier, rarity, upgrade) =
        GEAR.iter().rev().find(|(from, ..)| *from <= level).expect("it begins at level 1");
    let rows = [
        Some(build.weapon),
        build.off_hand.filter(|_| tier > 1),
        Some(2_040),
        Some(build.body),
        Some(2_050),
        Some(2_060),
        (tier > 1).then_some(2_090),
        (tier > 1).then_some(2_100),
    ];
    let mut number = 0;
    rows.map(|row| {
        number += 1;
        let definition = ItemId::new(row? + tier);
        assert!(content.item(definition).is_some(), "item {definition} exists");
        let uid = ItemUid::new(number);
        Some(Item { uid, definition, rarity, upgrade, quantity: 1, bound: true })
    })
}
