//! `creatures/<id>-<name>.ron`: what a kind of creature is.

use serde::Deserialize;

use super::Known;
use super::source::{Drafts, Loader, Sheet};
use crate::ids::{CreatureId, ItemId, SkillId};
use crate::units::{HitPoints, Level, Ticks};
use crate::walk::SPEED_MAX;

/// Conduct and strength of a creature. Game rules, section 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Category {
    /// Passive until damaged.
    Normal,
    /// Attacks on sight.
    Aggressive,
    /// Strong, attacks on sight, has an ability.
    Elite,
    /// Keeps a town.
    Guard,
}

/// Against which defence an attack counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Damage {
    /// Against defence.
    Physical,
    /// Against magic defence.
    Magic,
}

/// A kind of creature.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatureDef {
    /// Its id.
    pub id: CreatureId,
    /// Shown name.
    pub name: String,
    /// Conduct and strength.
    pub category: Category,
    /// Its level.
    pub level: Level,
    /// Hit points of a healthy one.
    pub hit_points: HitPoints,
    /// Attack, points.
    pub attack: u32,
    /// Against which defence its attack counts.
    pub damage: Damage,
    /// Defence, points.
    pub defence: u32,
    /// Magic defence, points.
    pub magic_defence: u32,
    /// Time between two swings.
    pub swing_interval: Ticks,
    /// Reach of its attack, metres.
    pub reach: f32,
    /// Walking speed, metres per second.
    pub speed: f32,
    /// Distance at which it notices a hostile character, metres; `None` never does.
    pub notice_radius: Option<f32>,
    /// Experience for its death.
    pub experience: u32,
    /// Least and most coin it leaves.
    pub coin: (u32, u32),
    /// How far from its spawn point it wanders, metres; `None` as the rules say.
    pub wander_radius: Option<f32>,
    /// Skills it uses by itself.
    pub abilities: Vec<AbilityDef>,
    /// The material it leaves: item, chance in basis points, least and most pieces.
    pub material: Option<(ItemId, u32, (u16, u16))>,
}

/// A skill that a creature uses in combat whenever it can, `every` so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbilityDef {
    /// Which.
    pub skill: SkillId,
    /// Between two uses; the first comes so long after the fight began.
    pub every: Ticks,
}

impl CreatureDef {
    /// Radius by which others aim at it, metres. Game rules, section 9.
    #[must_use]
    pub const fn radius(&self) -> f32 {
        match self.category {
            Category::Normal | Category::Aggressive => 0.5,
            Category::Elite => 0.8,
            Category::Guard => 0.4,
        }
    }

    /// Shortest and longest time from its death to the next birth. Game rules, section 9.
    #[must_use]
    pub const fn respawn(&self) -> (Ticks, Ticks) {
        match self.category {
            Category::Normal => (Ticks::new(600), Ticks::new(1_000)),
            Category::Aggressive => (Ticks::new(1_200), Ticks::new(2_400)),
            Category::Elite => (Ticks::new(6_000), Ticks::new(12_000)),
            Category::Guard => (Ticks::new(600), Ticks::new(600)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCreature {
    id: u16,
    name: String,
    category: Category,
    level: u8,
    hit_points: u32,
    attack: u32,
    damage: Damage,
    defence: u32,
    magic_defence: u32,
    swing_interval_ticks: u32,
    reach: f32,
    speed: f32,
    notice_radius: Option<f32>,
    experience: u32,
    coin: (u32, u32),
    #[serde(default)]
    wander_radius: Option<f32>,
    #[serde(default)]
    abilities: Vec<RawAbility>,
    #[serde(default)]
    material: Option<RawMaterial>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAbility {
    skill: u16,
    every_ticks: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMaterial {
    item: u16,
    chance_bp: u32,
    quantity: (u16, u16),
}

/// Abilities of one creature. Reason: each is looked at in every tick of a fight.
const ABILITIES_MAX: usize = 4;

pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, CreatureDef> {
    loader.drafts("creatures", |raw: RawCreature, sheet| {
        check(&raw, sheet);
        (u32::from(raw.id), frozen(raw))
    })
}

/// Creatures use skills made for them and leave items that exist.
pub(super) fn check_references(creatures: &mut Drafts<'_, CreatureDef>, known: &Known) {
    for (creature, sheet) in &mut creatures.list {
        for (index, ability) in creature.abilities.iter().enumerate() {
            let field = format!("abilities[{index}].skill");
            let id = u32::from(ability.skill.get());
            sheet.known(&field, "skill of creatures", id, &known.abilities);
        }
        if let Some((item, ..)) = creature.material {
            sheet.known("material.item", "item", u32::from(item.get()), &known.items);
        }
    }
}

fn check(raw: &RawCreature, sheet: &mut Sheet<'_>) {
    sheet.name("name", &raw.name);
    sheet.range("level", raw.level, 1..=120);
    sheet.range("hit_points", raw.hit_points, 1..=100_000_000);
    sheet.range("attack", raw.attack, 0..=1_000_000);
    sheet.range("defence", raw.defence, 0..=100_000);
    sheet.range("magic_defence", raw.magic_defence, 0..=100_000);
    sheet.range("swing_interval_ticks", raw.swing_interval_ticks, 10..=1_200);
    sheet.range("reach", raw.reach, 0.5..=50.0);
    sheet.range("speed", raw.speed, 0.0..=SPEED_MAX);
    if let Some(radius) = raw.notice_radius {
        sheet.range("notice_radius", radius, 0.0..=50.0);
    }
    sheet.range("experience", raw.experience, 0..=10_000_000);
    if raw.coin.0 > raw.coin.1 {
        let problem = format!("({}, {}) is falling", raw.coin.0, raw.coin.1);
        sheet.error("coin", problem, "(least, most)");
    }
    if let Some(radius) = raw.wander_radius {
        sheet.range("wander_radius", radius, 0.0..=256.0);
    }
    if raw.abilities.len() > ABILITIES_MAX {
        let problem = format!("{} abilities", raw.abilities.len());
        sheet.error("abilities", problem, format_args!("at most {ABILITIES_MAX}"));
    }
    for (index, ability) in raw.abilities.iter().enumerate() {
        let field = format!("abilities[{index}].every_ticks");
        sheet.range(&field, ability.every_ticks, 1..=72_000);
    }
    if let Some(material) = &raw.material {
        sheet.range("material.chance_bp", material.chance_bp, 1..=10_000);
        let (least, most) = material.quantity;
        if least == 0 || least > most || most > 99 {
            let problem = format!("({least}, {most}) is no quantity");
            sheet.error("material.quantity", problem, "(least, most), 1 to 99, rising");
        }
    }
}

fn frozen(raw: RawCreature) -> CreatureDef {
    let ability = |raw: RawAbility| AbilityDef {
        skill: SkillId::new(raw.skill),
        every: Ticks::new(raw.every_ticks),
    };
    let material = raw.material.map(|raw| (ItemId::new(raw.item), raw.chance_bp, raw.quantity));
    CreatureDef {
        id: CreatureId::new(raw.id),
        name: raw.name,
        category: raw.category,
        level: Level::new(raw.level),
        hit_points: HitPoints::new(raw.hit_points),
        attack: raw.attack,
        damage: raw.damage,
        defence: raw.defence,
        magic_defence: raw.magic_defence,
        swing_interval: Ticks::new(raw.swing_interval_ticks),
        reach: raw.reach,
        speed: raw.speed,
        notice_radius: raw.notice_radius,
        experience: raw.experience,
        coin: raw.coin,
        wander_radius: raw.wander_radius,
        abilities: raw.abilities.into_iter().map(ability).collect(),
        material,
    }
}
