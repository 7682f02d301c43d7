//! New characters: a class's starter kit and a bar to begin with.

use crate::character::{BarEntry, Character, Item, Sheet};
use crate::content::Content;
use crate::content::item::{ItemKind, Use};
use crate::content::skill::Learner;
use crate::ids::{ClassId, FactionId, ItemUid};

/// Slot of the bar for health draughts of newcomers.
const HEALTH_SLOT: usize = 8;
/// Slot of the bar for mana draughts of newcomers.
const MANA_SLOT: usize = 9;

/// A new character of level 1 with its class's starter kit, bound to it, and a bar to begin with:
/// skills from slot 1 on by level, draughts on slots 9 and 10. `None` for an unknown class or faction.
///
/// `uids` names its items.
pub fn starter(
    content: &Content,
    class: ClassId,
    faction: FactionId,
    name: &str,
    look: u8,
    uids: &mut dyn FnMut() -> ItemUid,
) -> Option<Character> {
    let def = content.class(class)?;
    if !(1..=3).contains(&faction.get()) {
        return None;
    }
    let mut sheet = Sheet::blank(class, faction);
    sheet.coin = i64::from(def.coin);
    let mut piece = |definition, quantity| Item {
        uid: uids(),
        definition,
        rarity: 0,
        upgrade: 0,
        quantity,
        bound: true,
    };
    for &definition in &def.worn {
        let slot = content.item(definition)?.slot()?;
        sheet.worn[slot as usize] = Some(piece(definition, 1));
    }
    for (place, &(definition, quantity)) in sheet.bag.iter_mut().zip(&def.carried) {
        *place = Some(piece(definition, quantity));
    }
    fill_bar(content, class, &mut sheet);
    let mut character = Character::plain(name, look);
    character.sheet = sheet;
    Some(character)
}

/// The level 1 skill first; those of higher levels follow when they are learned.
fn fill_bar(content: &Content, class: ClassId, sheet: &mut Sheet) {
    let first = content
        .skills()
        .iter()
        .find(|def| def.learner == Learner::Class(class) && def.level.get() == 1);
    if let Some(def) = first {
        sheet.bar[0] = BarEntry::Skill(def.id);
    }
    for item in sheet.bag.iter().flatten() {
        let Some(ItemKind::Consumable { action, .. }) =
            content.item(item.definition).map(|def| &def.kind)
        else {
            continue;
        };
        let slot = match action {
            Use::Health { .. } => HEALTH_SLOT,
            Use::Mana { .. } => MANA_SLOT,
            Use::Return { .. } => continue,
        };
        if sheet.bar[slot] == BarEntry::Empty {
            sheet.bar[slot] = BarEntry::Item(item.definition);
        }
    }
}
