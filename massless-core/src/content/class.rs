//! `classes/<id>-<name>.ron`: what characters begin with and grow by. Game rules, section 4.

use crate::ids::{ClassId, ItemId};

/// A class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDef {
    /// Its id, 1..=4.
    pub id: ClassId,
    /// Shown name.
    pub name: String,
    /// One or two sentences for who chooses.
    pub description: String,
    /// STR, DEX, INT, VIT at level 1.
    pub attributes: [u32; 4],
    /// Hit points: base and per level beyond the first.
    pub hit_points: (u32, u32),
    /// Mana: base and per level beyond the first.
    pub mana: (u32, u32),
    /// Worn at the start; bound.
    pub worn: Vec<ItemId>,
    /// Carried at the start, with quantities; bound.
    pub carried: Vec<(ItemId, u16)>,
    /// Coin at the start.
    pub coin: u32,
}
