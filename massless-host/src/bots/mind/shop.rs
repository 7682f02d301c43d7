//! The shop: junk is sold and draughts are bought, when a town is near anyway.

use massless_core::character::{Item, Sheet};
use massless_core::command::Act;
use massless_core::content::Content;
use massless_core::content::item::{ItemDef, ItemKind, Use};
use massless_core::content::quest::Goal;
use massless_core::ids::{ItemId, NpcId};
use massless_core::math::Vec2;

use super::sense::Sense;

/// Goes to a shop that is so near, metres.
const NEAR_METRES: f32 = 40.0;
/// Buys health draughts when it has fewer.
const DRAUGHTS_MIN: u32 = 4;
/// As many at a time.
const DRAUGHTS_BOUGHT: u16 = 6;

/// Something to do at a shop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Visit {
    /// To whom.
    pub(crate) npc: NpcId,
    /// Where that is.
    pub(crate) place: Vec2,
    /// What to ask for there.
    pub(crate) act: Act,
}

/// What a bot wants of the shop of this zone, if it is near and there is something.
pub(crate) fn visit(content: &Content, sense: &Sense, sheet: &Sheet) -> Option<Visit> {
    let zone = content.zone(sense.zone)?;
    let shop = zone.npcs.iter().find(|npc| npc.shop.is_some())?;
    if shop.place.distance(sense.place) > NEAR_METRES {
        return None;
    }
    let wares = &content.services().shop(shop.shop?)?.wares;
    let act = sell(content, sheet).or_else(|| buy(content, sense, sheet, wares))?;
    Some(Visit { npc: shop.id, place: shop.place, act })
}

/// Gear it does not wear and materials that no quest of it asks for.
fn sell(content: &Content, sheet: &Sheet) -> Option<Act> {
    let is_junk = |item: &&Item| {
        let Some(def) = content.item(item.definition) else { return false };
        let is_spare = match def.kind {
            ItemKind::Gear { .. } => true,
            ItemKind::Material => !is_asked_for(content, sheet, item.definition),
            _ => false,
        };
        is_spare && !item.bound && content.services().sale_price(def, item.rarity) > 0
    };
    let item = sheet.bag.iter().flatten().find(is_junk)?;
    Some(Act::Sell { item: item.uid, quantity: item.quantity })
}

fn is_asked_for(content: &Content, sheet: &Sheet, item: ItemId) -> bool {
    let open = content.quests().iter().filter(|quest| sheet.done.binary_search(&quest.id).is_err());
    open.into_iter().any(|quest| matches!(quest.goal, Goal::Collect { item: of, .. } if of == item))
}

/// The best health draught it may drink, a few at a time.
fn buy(content: &Content, sense: &Sense, sheet: &Sheet, wares: &[ItemId]) -> Option<Act> {
    let heals = |def: &ItemDef| match def.kind {
        ItemKind::Consumable { action: Use::Health { amount }, .. } => Some(amount),
        _ => None,
    };
    let carried = sheet.bag.iter().flatten();
    let carried = carried.filter(|item| content.item(item.definition).and_then(heals).is_some());
    if carried.map(|item| u32::from(item.quantity)).sum::<u32>() >= DRAUGHTS_MIN {
        return None;
    }
    let has_room = sheet.bag.iter().any(Option::is_none);
    let draughts = wares.iter().filter_map(|&id| content.item(id)).filter(|def| {
        let price = content.services().shop_price(def, sheet.faction);
        def.level <= sense.level && price * i64::from(DRAUGHTS_BOUGHT) <= sheet.coin
    });
    let (_, item) = draughts.filter_map(|def| Some((heals(def)?, def.id))).max()?;
    has_room.then_some(Act::Buy { item, quantity: DRAUGHTS_BOUGHT })
}
