//! `loot.ron`: what creatures of a category leave. Game rules, section 9.

use super::creature::Category;
use super::item::RARITIES;
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
