//! `items/<id>-<name>.ron`: gear rows with their tiers, consumables, materials. Game rules, section 8.

use super::creature::Damage;
use crate::ids::{ClassId, ItemId};
use crate::units::{Level, Ticks};

/// Number of rarities: common, uncommon, rare, epic, legendary.
pub const RARITIES: usize = 5;

/// Where gear is worn; the number is the index in what a character wears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EquipSlot {
    /// Weapon.
    Weapon = 0,
    /// Off-hand.
    OffHand = 1,
    /// Head.
    Head = 2,
    /// Body.
    Body = 3,
    /// Hands.
    Hands = 4,
    /// Feet.
    Feet = 5,
    /// Necklace.
    Necklace = 6,
    /// Ring.
    Ring = 7,
}

impl EquipSlot {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Weapon,
        Self::OffHand,
        Self::Head,
        Self::Body,
        Self::Hands,
        Self::Feet,
        Self::Necklace,
        Self::Ring,
    ];
}

/// The attribute that drives a weapon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Attribute {
    /// STR.
    Strength = 0,
    /// DEX.
    Dexterity = 1,
    /// INT.
    Intelligence = 2,
    /// VIT.
    Vitality = 3,
}

/// What makes a weapon a weapon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeaponDef {
    /// First id of its row (1010, 1020 ...): the family.
    pub row: ItemId,
    /// Attribute that drives it.
    pub attribute: Attribute,
    /// Against which defence it counts.
    pub damage: Damage,
    /// Between two swings.
    pub interval: Ticks,
    /// Metres.
    pub range: f32,
    /// Coefficient of a swing, basis points of attack.
    pub swing_bp: u32,
    /// Fills the off-hand, too.
    pub two_handed: bool,
}

/// What gear gives, before rarity and upgrade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GearStats {
    /// Attack.
    pub attack: u32,
    /// Defence.
    pub defence: u32,
    /// Magic defence.
    pub magic_defence: u32,
    /// Hit points.
    pub hit_points: u32,
}

/// What using an item does. Draughts of a kind share a cooldown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Heals at once.
    Health {
        /// Hit points.
        amount: u32,
    },
    /// Gives mana at once.
    Mana {
        /// Mana points.
        amount: u32,
    },
    /// After `cast`, out of combat: to the respawn point; used within its safe circle: to the start zone.
    Return {
        /// Time it takes.
        cast: Ticks,
    },
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// Worn.
    Gear {
        /// Where.
        slot: EquipSlot,
        /// Of weapons.
        weapon: Option<WeaponDef>,
        /// Before rarity and upgrade.
        stats: GearStats,
        /// 1, 2, 3 ("Plain", "Tempered", "Graven").
        tier: u8,
    },
    /// Used up.
    Consumable {
        /// What it does.
        action: Use,
        /// Until another of its kind may be used.
        cooldown: Ticks,
    },
    /// For quests and exchange.
    Material,
    /// For upgrades.
    Refining,
    /// Protects upgrades.
    Protection,
    /// Of a quest; bound.
    Quest,
}

/// An item definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemDef {
    /// Its id.
    pub id: ItemId,
    /// Shown name.
    pub name: String,
    /// One sentence for players; may be empty.
    pub description: String,
    /// What it is.
    pub kind: ItemKind,
    /// From which level on it may be worn or used.
    pub level: Level,
    /// Who may wear it; empty: everybody.
    pub classes: Vec<ClassId>,
    /// Shop price, coin; 0: not for sale.
    pub price: u32,
    /// Most that one slot holds.
    pub stack_max: u16,
}

impl ItemDef {
    /// Where it is worn.
    #[must_use]
    pub const fn slot(&self) -> Option<EquipSlot> {
        match self.kind {
            ItemKind::Gear { slot, .. } => Some(slot),
            _ => None,
        }
    }

    /// What makes it a weapon.
    #[must_use]
    pub const fn weapon(&self) -> Option<&WeaponDef> {
        match &self.kind {
            ItemKind::Gear { weapon: Some(weapon), .. } => Some(weapon),
            _ => None,
        }
    }
}
