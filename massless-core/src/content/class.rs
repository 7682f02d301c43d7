//! `classes/<id>-<name>.ron`: what characters begin with and grow by. Game rules, section 4.

use serde::Deserialize;

use super::Known;
use super::item::ItemDef;
use super::source::{Drafts, Loader, Sheet};
use crate::ids::{ClassId, ItemId};
use crate::limits::BAG_SLOTS;

/// Highest class id: pages and the wire show four.
const CLASSES_MAX: u8 = 4;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    id: u8,
    name: String,
    description: String,
    attributes: [u32; 4],
    hit_points: (u32, u32),
    mana: (u32, u32),
    worn: Vec<u16>,
    carried: Vec<(u16, u16)>,
    coin: u32,
}

pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, ClassDef> {
    loader.drafts("classes", |raw: RawClass, sheet| {
        check(&raw, sheet);
        (u32::from(raw.id), frozen(raw))
    })
}

fn check(raw: &RawClass, sheet: &mut Sheet<'_>) {
    sheet.range("id", raw.id, 1..=CLASSES_MAX);
    sheet.name("name", &raw.name);
    sheet.text("description", &raw.description);
    for points in raw.attributes {
        sheet.range("attributes", points, 1..=1_000);
    }
    for (field, (base, per_level)) in [("hit_points", raw.hit_points), ("mana", raw.mana)] {
        sheet.range(field, base, 1..=100_000);
        sheet.range(field, per_level, 0..=10_000);
    }
    sheet.range("coin", raw.coin, 0..=1_000_000);
    if raw.carried.len() > BAG_SLOTS {
        let problem = format!("{} stacks", raw.carried.len());
        sheet.error("carried", problem, format_args!("at most {BAG_SLOTS}, one a slot"));
    }
}

/// Starter kits name items that exist, fit the class and lie in one slot each.
pub(super) fn check_kits(classes: &mut Drafts<'_, ClassDef>, known: &Known, items: &[ItemDef]) {
    for (class, sheet) in &mut classes.list {
        let mut slots = Vec::new();
        for (index, &item) in class.worn.iter().enumerate() {
            let field = format!("worn[{index}]");
            sheet.known(&field, "item", u32::from(item.get()), &known.items);
            let Some(def) = items.iter().find(|def| def.id == item) else { continue };
            let fits = def.classes.is_empty() || def.classes.contains(&class.id);
            match def.slot() {
                Some(slot) if fits && def.level.get() == 1 && !slots.contains(&slot) => {
                    slots.push(slot);
                }
                _ => sheet.error(
                    &field,
                    format_args!("item {item} cannot be worn from the start"),
                    "gear of level 1 for this class, one a slot",
                ),
            }
        }
        for (index, &(item, quantity)) in class.carried.iter().enumerate() {
            let field = format!("carried[{index}]");
            sheet.known(&field, "item", u32::from(item.get()), &known.items);
            if let Some(def) = items.iter().find(|def| def.id == item) {
                sheet.range(&field, quantity, 1..=def.stack_max);
            }
        }
    }
}

fn frozen(raw: RawClass) -> ClassDef {
    let carried = raw.carried.into_iter().map(|(item, quantity)| (ItemId::new(item), quantity));
    ClassDef {
        id: ClassId::new(raw.id),
        name: raw.name,
        description: raw.description,
        attributes: raw.attributes,
        hit_points: raw.hit_points,
        mana: raw.mana,
        worn: raw.worn.into_iter().map(ItemId::new).collect(),
        carried: carried.collect(),
        coin: raw.coin,
    }
}
