//! `items/<id>-<name>.ron`: gear rows with their tiers, consumables, materials. Game rules, section 8.

use serde::Deserialize;

use super::Known;
use super::creature::Damage;
use super::source::{Drafts, Loader, Sheet, read};
use crate::ids::{ClassId, ItemId};
use crate::units::{Level, Ticks};

/// Number of rarities: common, uncommon, rare, epic, legendary.
pub const RARITIES: usize = 5;

/// Where gear is worn; the number is the index in what a character wears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
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
        #[serde(rename = "cast_ticks", deserialize_with = "read::ticks")]
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

/// Tiers of gear: what their names begin with and from which level on they may be worn.
const TIERS: [(&str, u8); 3] = [("Plain", 1), ("Tempered", 8), ("Graven", 18)];
/// Most of what is used up or exchanged in one slot. Game rules, section 8.
const STACK_MAX: u16 = 99;
/// Most of what protects upgrades in one slot. Game rules, section 8.
const PROTECTION_STACK_MAX: u16 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: u16,
    name: String,
    description: String,
    kind: RawKind,
    /// Not of gear, whose tiers have theirs.
    #[serde(default)]
    level: u8,
    /// Not of gear, whose tiers have theirs.
    #[serde(default)]
    price: u32,
    #[serde(default)]
    classes: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
enum RawKind {
    /// The id is that of the row; its tiers have the next ones.
    Gear {
        slot: EquipSlot,
        #[serde(default)]
        weapon: Option<RawWeapon>,
        tiers: Vec<RawTier>,
    },
    Consumable {
        action: Use,
        cooldown_ticks: u32,
    },
    Material,
    Refining,
    Protection,
    Quest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWeapon {
    attribute: Attribute,
    damage: Damage,
    interval_ticks: u32,
    range: f32,
    swing_bp: u32,
    two_handed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTier {
    tier: u8,
    #[serde(default)]
    attack: u32,
    #[serde(default)]
    defence: u32,
    #[serde(default)]
    magic_defence: u32,
    #[serde(default)]
    hit_points: u32,
    price: u32,
}

/// A file's items: one, or the tiers of a row of gear.
pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, Vec<ItemDef>> {
    loader.drafts("items", |raw: RawItem, sheet| {
        check(&raw, sheet);
        (u32::from(raw.id), frozen(raw))
    })
}

fn check(raw: &RawItem, sheet: &mut Sheet<'_>) {
    sheet.name("name", &raw.name);
    sheet.text("description", &raw.description);
    if let RawKind::Gear { weapon, slot, tiers } = &raw.kind {
        check_gear(*slot, weapon.as_ref(), tiers, sheet);
        sheet.range("id", raw.id, 1..=u16::MAX - TIERS.len() as u16);
        for (field, number) in [("level", u32::from(raw.level)), ("price", raw.price)] {
            if number > 0 {
                sheet.error(field, "the tiers of gear say it", "no such field in gear");
            }
        }
        return;
    }
    sheet.range("level", raw.level, 1..=120);
    sheet.range("price", raw.price, 0..=100_000_000);
    if !raw.classes.is_empty() {
        sheet.error("classes", "only gear is for some classes", "no such field");
    }
    if let RawKind::Consumable { action, cooldown_ticks } = &raw.kind {
        sheet.range("kind.cooldown_ticks", *cooldown_ticks, 1..=72_000);
        match action {
            Use::Health { amount } | Use::Mana { amount } => {
                sheet.range("kind.action.amount", *amount, 1..=1_000_000);
            }
            Use::Return { cast } => {
                sheet.range("kind.action.cast_ticks", cast.get(), 1..=1_200);
            }
        }
    }
}

fn check_gear(
    slot: EquipSlot,
    weapon: Option<&RawWeapon>,
    tiers: &[RawTier],
    sheet: &mut Sheet<'_>,
) {
    if weapon.is_some() != (slot == EquipSlot::Weapon) {
        let allowed = "weapon: Some(..) with slot: Weapon, none with the others";
        sheet.error("kind.slot", format_args!("{slot:?} and weapon do not agree"), allowed);
    }
    if let Some(weapon) = weapon {
        sheet.range("kind.weapon.interval_ticks", weapon.interval_ticks, 10..=200);
        sheet.range("kind.weapon.range", weapon.range, 1.0..=50.0);
        sheet.range("kind.weapon.swing_bp", weapon.swing_bp, 1..=100_000);
    }
    let is_rising = tiers.is_sorted_by(|one, next| one.tier < next.tier);
    if tiers.is_empty() || !is_rising {
        sheet.error("kind.tiers", "not one or more rising tiers", "tiers 1 to 3, each once");
    }
    for (index, tier) in tiers.iter().enumerate() {
        let field = |name: &str| format!("kind.tiers[{index}].{name}");
        sheet.range(&field("tier"), tier.tier, 1..=TIERS.len() as u8);
        for (name, number) in [
            ("attack", tier.attack),
            ("defence", tier.defence),
            ("magic_defence", tier.magic_defence),
            ("hit_points", tier.hit_points),
        ] {
            sheet.range(&field(name), number, 0..=100_000);
        }
        sheet.range(&field("price"), tier.price, 0..=100_000_000);
    }
}

/// Gear is for classes that exist, and no id is that of another file.
pub(super) fn check_classes(items: &mut Drafts<'_, Vec<ItemDef>>, known: &Known) {
    let ids: Vec<ItemId> = items.list.iter().flat_map(|(defs, _)| defs).map(|def| def.id).collect();
    for (defs, sheet) in &mut items.list {
        for def in defs.iter() {
            if ids.iter().filter(|&&id| id == def.id).count() > 1 {
                let problem = format!("item {} is defined twice", def.id);
                sheet.error("id", problem, "each id once, tiers of gear (row + tier) included");
            }
        }
        for class in defs.first().map_or(&[][..], |def| &def.classes) {
            sheet.known("classes", "class", u32::from(class.get()), &known.classes);
        }
    }
}

fn frozen(raw: RawItem) -> Vec<ItemDef> {
    let classes: Vec<ClassId> = raw.classes.into_iter().map(ClassId::new).collect();
    let single = |kind, stack_max| {
        vec![ItemDef {
            id: ItemId::new(raw.id),
            name: raw.name.clone(),
            description: raw.description.clone(),
            kind,
            level: Level::new(raw.level),
            classes: Vec::new(),
            price: raw.price,
            stack_max,
        }]
    };
    match raw.kind {
        RawKind::Gear { slot, weapon, tiers } => {
            let weapon = weapon.map(|weapon| weapon_of(raw.id, &weapon));
            let tier = |tier: &RawTier| {
                let step = usize::from(tier.tier.clamp(1, TIERS.len() as u8)) - 1;
                let (prefix, level) = TIERS[step];
                ItemDef {
                    id: ItemId::new(raw.id.saturating_add(u16::from(tier.tier))),
                    name: format!("{prefix} {}", raw.name),
                    description: raw.description.clone(),
                    kind: ItemKind::Gear { slot, weapon, stats: tier.stats(), tier: tier.tier },
                    level: Level::new(level),
                    classes: classes.clone(),
                    price: tier.price,
                    stack_max: 1,
                }
            };
            tiers.iter().map(tier).collect()
        }
        RawKind::Consumable { action, cooldown_ticks } => {
            let cooldown = Ticks::new(cooldown_ticks);
            single(ItemKind::Consumable { action, cooldown }, STACK_MAX)
        }
        RawKind::Material => single(ItemKind::Material, STACK_MAX),
        RawKind::Refining => single(ItemKind::Refining, STACK_MAX),
        RawKind::Protection => single(ItemKind::Protection, PROTECTION_STACK_MAX),
        RawKind::Quest => single(ItemKind::Quest, 1),
    }
}

fn weapon_of(row: u16, raw: &RawWeapon) -> WeaponDef {
    WeaponDef {
        row: ItemId::new(row),
        attribute: raw.attribute,
        damage: raw.damage,
        interval: Ticks::new(raw.interval_ticks),
        range: raw.range,
        swing_bp: raw.swing_bp,
        two_handed: raw.two_handed,
    }
}

impl RawTier {
    const fn stats(&self) -> GearStats {
        GearStats {
            attack: self.attack,
            defence: self.defence,
            magic_defence: self.magic_defence,
            hit_points: self.hit_points,
        }
    }
}
