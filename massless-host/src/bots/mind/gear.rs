//! What a bot has: better gear, free points, its bar, draughts, room in the bag.

use massless_core::character::{BarEntry, Item, Sheet};
use massless_core::command::Act;
use massless_core::content::Content;
use massless_core::content::item::{Attribute, EquipSlot, ItemDef, ItemKind, Use};
use massless_core::content::skill::Learner;
use massless_core::formulas::gear_number;
use massless_core::ids::ItemId;
use massless_core::view::Kind;

use super::sense::Sense;

/// Drinks for health below this share of its hit points.
const DRINK_PERCENT: u32 = 45;
/// Drinks for mana below this share of it.
const MANA_PERCENT: u32 = 20;
/// Throws something away when fewer slots than this are free.
const FREE_SLOTS_MIN: usize = 3;

/// The next thing to put in order; `None` when all is well.
pub(crate) fn upkeep(content: &Content, sense: &Sense, sheet: &Sheet) -> Option<Act> {
    points(content, sheet)
        .or_else(|| bar(content, sense, sheet))
        .or_else(|| better(content, sense, sheet))
        .or_else(|| surplus(content, sheet))
}

/// Two of three free points go into the weapon's attribute, one into vitality.
fn points(content: &Content, sheet: &Sheet) -> Option<Act> {
    if sheet.points == 0 {
        return None;
    }
    let weapon = sheet.worn[EquipSlot::Weapon as usize];
    let weapon = weapon.and_then(|item| content.item(item.definition)?.weapon());
    let driver = weapon.map_or(Attribute::Strength, |weapon| weapon.attribute);
    let free = sheet.points.min(90);
    let vitality = if free >= 3 { free / 3 } else { 0 };
    let mut points = [0; 4];
    points[driver as usize] += (free - vitality) as u8;
    points[Attribute::Vitality as usize] += vitality as u8;
    Some(Act::Spend { points })
}

/// Every skill it has learnt is on the bar.
fn bar(content: &Content, sense: &Sense, sheet: &Sheet) -> Option<Act> {
    let missing = content.skills().iter().find(|skill| {
        skill.learner == Learner::Class(sheet.class)
            && skill.level <= sense.level
            && !sheet.bar.contains(&BarEntry::Skill(skill.id))
    })?;
    let slot = sheet.bar.iter().position(|entry| *entry == BarEntry::Empty)?;
    Some(Act::SetBar { slot: slot as u8, entry: BarEntry::Skill(missing.id) })
}

/// Something in the bag that is better than what is worn there.
fn better(content: &Content, sense: &Sense, sheet: &Sheet) -> Option<Act> {
    let gains = sheet.bag.iter().flatten().filter_map(|item| {
        let def = content.item(item.definition)?;
        let slot = wearable(def, sense, sheet)?;
        let now = sheet.worn[slot as usize].map_or(0, |worn| worth(content, &worn));
        // What fills both hands has to be worth both.
        let other = match def.weapon() {
            Some(weapon) if weapon.two_handed => sheet.worn[EquipSlot::OffHand as usize],
            _ => None,
        };
        let now = now + other.map_or(0, |worn| worth(content, &worn));
        let gain = worth(content, item).checked_sub(now).filter(|gain| *gain > 0)?;
        Some((gain, item.uid))
    });
    gains.max().map(|(_, item)| Act::Equip { item })
}

fn wearable(def: &ItemDef, sense: &Sense, sheet: &Sheet) -> Option<EquipSlot> {
    let fits =
        def.level <= sense.level && (def.classes.is_empty() || def.classes.contains(&sheet.class));
    def.slot().filter(|_| fits)
}

/// One number for a piece of gear: attack counts most, then defences, then hit points.
pub(crate) fn worth(content: &Content, item: &Item) -> u32 {
    let Some(ItemKind::Gear { stats, weapon, .. }) =
        content.item(item.definition).map(|def| &def.kind)
    else {
        return 0;
    };
    let number = |base| gear_number(base, item.rarity, item.upgrade);
    let attack = number(stats.attack);
    // Of weapons the coefficient per time counts as well: 10 000 bp each 30 ticks is the usual.
    let attack = weapon.map_or(attack * 40, |weapon| {
        let ticks = weapon.interval.get().max(1);
        attack * 40 + weapon.swing_bp * 30 / ticks / 100
    });
    attack
        + 10 * (number(stats.defence) + number(stats.magic_defence))
        + 2 * number(stats.hit_points)
}

/// When the bag is nearly full, the least worthy gear that nobody here wears.
fn surplus(content: &Content, sheet: &Sheet) -> Option<Act> {
    let free = sheet.bag.iter().filter(|slot| slot.is_none()).count();
    if free >= FREE_SLOTS_MIN {
        return None;
    }
    let gear = sheet.bag.iter().flatten().filter(|item| {
        content.item(item.definition).is_some_and(|def| def.slot().is_some()) && !item.bound
    });
    let worst = gear.min_by_key(|item| (worth(content, item), item.uid))?;
    Some(Act::Discard { item: worst.uid, quantity: worst.quantity })
}

/// A draught, when it is needed and may be drunk.
pub(crate) fn draught(content: &Content, sense: &Sense, sheet: &Sheet) -> Option<Act> {
    let low = |now: u32, max: u32, percent: u32| now * 100 < max * percent;
    let mut best: Option<(u32, Act)> = None;
    for item in sheet.bag.iter().flatten() {
        let Some(def) = content.item(item.definition).filter(|def| def.level <= sense.level) else {
            continue;
        };
        let ItemKind::Consumable { action, .. } = def.kind else { continue };
        let (group, amount, wanted) = match action {
            Use::Health { amount } => {
                (0, amount, low(sense.hit_points, sense.hit_points_max, DRINK_PERCENT))
            }
            Use::Mana { amount } => (1, amount, low(sense.mana, sense.mana_max, MANA_PERCENT)),
            Use::Return { .. } => continue,
        };
        // Health before mana.
        let rank = amount + if group == 0 { 1 << 20 } else { 0 };
        let ready = sense.item_ready[group] <= sense.tick;
        if wanted && ready && best.as_ref().is_none_or(|(other, _)| rank > *other) {
            best = Some((rank, Act::Use { item: item.uid }));
        }
    }
    best.map(|(_, act)| act)
}

/// Whether something on the ground finds a slot or a stack.
pub(crate) fn has_room(content: &Content, sheet: &Sheet, thing: Kind) -> bool {
    let Kind::Item { definition, .. } = thing else { return false };
    let stack_max = content.item(definition).map_or(1, |def| def.stack_max);
    sheet.bag.iter().any(|slot| match slot {
        None => true,
        Some(item) => item.definition == definition && item.quantity < stack_max,
    })
}

/// How many of an item it carries.
pub(crate) fn carried(sheet: &Sheet, item: ItemId) -> u32 {
    let stacks = sheet.bag.iter().flatten().filter(|stack| stack.definition == item);
    stacks.map(|stack| u32::from(stack.quantity)).sum()
}
