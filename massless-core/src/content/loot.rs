//! `loot.ron`: what creatures of a category leave. Game rules, section 9.

use serde::Deserialize;

use super::Known;
use super::creature::Category;
use super::item::RARITIES;
use super::source::{Loader, Sheet};
use crate::ids::ItemId;

/// One independent roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// Chance, basis points.
    pub chance_bp: u32,
    /// Least and most pieces.
    pub quantity: (u16, u16),
    /// What, by the creature's level: the last entry whose level is not above it.
    pub by_level: Vec<(u8, ItemId)>,
}

/// What creatures of one category leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LootDef {
    /// Of which category.
    pub category: Category,
    /// Chances of independent gear rolls, basis points; each uniform over the tier's gear.
    pub gear_bp: Vec<u32>,
    /// Weights of the rarities; sum 10 000.
    pub rarity: [u32; RARITIES],
    /// All other rolls: draughts, refining, protection.
    pub rolls: Vec<Roll>,
}

/// Rolls of one category. Reason: each is a draw of its own.
const ROLLS_MAX: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    tables: Vec<RawLoot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLoot {
    category: Category,
    gear_bp: Vec<u32>,
    rarity: [u32; RARITIES],
    rolls: Vec<RawRoll>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoll {
    chance_bp: u32,
    quantity: (u16, u16),
    by_level: Vec<(u8, u16)>,
}

/// The set's `loot.ron`; without one nothing is left but coin and materials.
pub(super) fn load(loader: &mut Loader<'_>, known: &Known) -> Vec<LootDef> {
    let Some(file) = loader.file("loot.ron") else { return Vec::new() };
    let Some((raw, mut sheet)) = loader.parse::<RawTable>(file) else { return Vec::new() };
    for (index, loot) in raw.tables.iter().enumerate() {
        if raw.tables[..index].iter().any(|other| other.category == loot.category) {
            let field = format!("tables[{index}].category");
            sheet.error(&field, "this category has two tables", "each category once");
        }
        check(index, loot, &mut sheet, known);
    }
    loader.collect(sheet);
    raw.tables.into_iter().map(frozen).collect()
}

fn check(index: usize, loot: &RawLoot, sheet: &mut Sheet<'_>, known: &Known) {
    let at = |name: &str| format!("tables[{index}].{name}");
    for &chance in &loot.gear_bp {
        sheet.range(&at("gear_bp"), chance, 1..=10_000);
    }
    let sum: u64 = loot.rarity.iter().map(|&weight| u64::from(weight)).sum();
    if sum != 10_000 {
        let problem = format!("the weights of the rarities come to {sum}");
        sheet.error(&at("rarity"), problem, "10000 together");
    }
    if loot.gear_bp.len() + loot.rolls.len() > ROLLS_MAX {
        let problem = format!("{} rolls", loot.gear_bp.len() + loot.rolls.len());
        sheet.error(&at("rolls"), problem, format_args!("at most {ROLLS_MAX}, gear included"));
    }
    for (number, roll) in loot.rolls.iter().enumerate() {
        let at = |name: &str| format!("tables[{index}].rolls[{number}].{name}");
        sheet.range(&at("chance_bp"), roll.chance_bp, 1..=10_000);
        if roll.quantity.0 == 0 || roll.quantity.0 > roll.quantity.1 || roll.quantity.1 > 99 {
            let problem = format!("({}, {}) is no quantity", roll.quantity.0, roll.quantity.1);
            sheet.error(&at("quantity"), problem, "(least, most), 1 to 99, rising");
        }
        if roll.by_level.is_empty() || !roll.by_level.is_sorted_by(|one, next| one.0 < next.0) {
            let allowed = "[(level, item), ..] with rising levels";
            sheet.error(&at("by_level"), "no rising list of levels", allowed);
        }
        for &(_, item) in &roll.by_level {
            sheet.known(&at("by_level"), "item", u32::from(item), &known.items);
        }
    }
}

fn frozen(raw: RawLoot) -> LootDef {
    let roll = |roll: RawRoll| Roll {
        chance_bp: roll.chance_bp,
        quantity: roll.quantity,
        by_level: roll
            .by_level
            .into_iter()
            .map(|(level, item)| (level, ItemId::new(item)))
            .collect(),
    };
    LootDef {
        category: raw.category,
        gear_bp: raw.gear_bp,
        rarity: raw.rarity,
        rolls: raw.rolls.into_iter().map(roll).collect(),
    }
}
