//! Reads and checks `services.ron`.

use serde::Deserialize;

use super::{Benefit, Failure, Recipe, Services, ShopDef, UpgradeStep};
use crate::content::Known;
use crate::content::item::{ItemDef, ItemKind, RARITIES};
use crate::content::source::{Loader, Sheet};
use crate::ids::{FactionId, ItemId};
use crate::limits::UPGRADE_MAX;

/// Wares of a shop. Reason: they are shown as one list.
const WARES_MAX: usize = 128;
/// Exchanges at the smith's. Reason: their numbers have 8 bits.
const RECIPES_MAX: usize = 64;
/// Highest price or fee of a definition, coin.
const COIN_MAX: u32 = 100_000_000;
/// Factions of the game rules, section 4.
const FACTIONS: u8 = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServices {
    shops: Vec<RawShop>,
    sale_bp: u32,
    sale_rarity_bp: [u32; RARITIES],
    worthless: Vec<u16>,
    benefits: Vec<(u8, Benefit, i32)>,
    upgrades: Vec<RawStep>,
    incense: (u16, u32),
    oil: (u16, u8, u8),
    recipes: Vec<RawRecipe>,
    rank_coin: u32,
    rank_levels: u8,
    reset_coin: u32,
    storage_coin: u32,
    travel_coin: (u32, u32),
    postage: (u32, u32),
    market_level: u8,
    market_fee_bp: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawShop {
    id: u8,
    wares: Vec<u16>,
    #[serde(default)]
    gear_tier: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    success_bp: u32,
    failure: Failure,
    price_bp: u32,
    material: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecipe {
    gives: u16,
    takes: Vec<(u16, u16)>,
    coin: u32,
}

/// The set's `services.ron`; without one nobody sells, refines or teaches anything.
pub(in crate::content) fn load(loader: &mut Loader<'_>, known: &Known) -> Services {
    let Some(file) = loader.file("services.ron") else { return Services::default() };
    let Some((raw, mut sheet)) = loader.parse::<RawServices>(file) else {
        return Services::default();
    };
    check_shop_list(&raw, &mut sheet, known);
    check_smith(&raw, &mut sheet, known);
    check_fees(&raw, &mut sheet);
    loader.collect(sheet);
    frozen(raw)
}

fn check_shop_list(raw: &RawServices, sheet: &mut Sheet<'_>, known: &Known) {
    for (index, shop) in raw.shops.iter().enumerate() {
        let at = |name: &str| format!("shops[{index}].{name}");
        sheet.range(&at("id"), shop.id, 1..=u8::MAX);
        if raw.shops[..index].iter().any(|other| other.id == shop.id) {
            sheet.error(&at("id"), format_args!("shop {} is there twice", shop.id), "each id once");
        }
        if shop.wares.len() > WARES_MAX {
            let problem = format!("{} wares", shop.wares.len());
            sheet.error(&at("wares"), problem, format_args!("at most {WARES_MAX}"));
        }
        for &item in &shop.wares {
            sheet.known(&at("wares"), "item", u32::from(item), &known.items);
        }
        sheet.range(&at("gear_tier"), shop.gear_tier.unwrap_or(1), 1..=3);
    }
    sheet.range("sale_bp", raw.sale_bp, 0..=10_000);
    for &bp in &raw.sale_rarity_bp {
        sheet.range("sale_rarity_bp", bp, 0..=1_000_000);
    }
    for &item in &raw.worthless {
        sheet.known("worthless", "item", u32::from(item), &known.items);
    }
    for &(faction, _, bp) in &raw.benefits {
        sheet.range("benefits", faction, 1..=FACTIONS);
        sheet.range("benefits", bp, -10_000..=0);
    }
}

fn check_smith(raw: &RawServices, sheet: &mut Sheet<'_>, known: &Known) {
    if raw.upgrades.len() != usize::from(UPGRADE_MAX) {
        let problem = format!("{} steps", raw.upgrades.len());
        sheet.error("upgrades", problem, format_args!("{UPGRADE_MAX}, one for each upgrade"));
    }
    for (index, step) in raw.upgrades.iter().enumerate() {
        let at = |name: &str| format!("upgrades[{index}].{name}");
        sheet.range(&at("success_bp"), step.success_bp, 1..=10_000);
        sheet.range(&at("price_bp"), step.price_bp, 0..=1_000_000);
        sheet.known(&at("material"), "item", u32::from(step.material), &known.items);
        if let Failure::Minus(lost) = step.failure {
            sheet.range(&at("failure"), usize::from(lost), 1..=index.max(1));
        }
    }
    for (field, item) in [("incense", raw.incense.0), ("oil", raw.oil.0)] {
        sheet.known(field, "item", u32::from(item), &known.items);
    }
    sheet.range("incense", raw.incense.1, 0..=10_000);
    sheet.range("oil", raw.oil.1, 1..=UPGRADE_MAX);
    sheet.range("oil", raw.oil.2, raw.oil.1.clamp(1, UPGRADE_MAX)..=UPGRADE_MAX);
    if raw.recipes.len() > RECIPES_MAX {
        let problem = format!("{} recipes", raw.recipes.len());
        sheet.error("recipes", problem, format_args!("at most {RECIPES_MAX}"));
    }
    for (index, recipe) in raw.recipes.iter().enumerate() {
        let at = |name: &str| format!("recipes[{index}].{name}");
        sheet.known(&at("gives"), "item", u32::from(recipe.gives), &known.items);
        if recipe.takes.is_empty() || recipe.takes.len() > 4 {
            sheet.error(&at("takes"), "not so many things", "1 to 4 things");
        }
        for &(item, count) in &recipe.takes {
            sheet.known(&at("takes"), "item", u32::from(item), &known.items);
            sheet.range(&at("takes"), count, 1..=99);
        }
        sheet.range(&at("coin"), recipe.coin, 0..=COIN_MAX);
    }
}

fn check_fees(raw: &RawServices, sheet: &mut Sheet<'_>) {
    for (field, coin) in [
        ("rank_coin", raw.rank_coin),
        ("reset_coin", raw.reset_coin),
        ("storage_coin", raw.storage_coin),
        ("travel_coin", raw.travel_coin.0),
        ("travel_coin", raw.travel_coin.1),
        ("postage", raw.postage.0),
        ("postage", raw.postage.1),
    ] {
        sheet.range(field, coin, 0..=COIN_MAX);
    }
    sheet.range("rank_levels", raw.rank_levels, 1..=120);
    sheet.range("market_level", raw.market_level, 1..=120);
    sheet.range("market_fee_bp", raw.market_fee_bp, 0..=10_000);
}

/// Gear of the tiers that shops have joins their wares, once all items are known.
pub(in crate::content) fn complete_shops(services: &mut Services, items: &[ItemDef]) {
    for shop in &mut services.shops {
        let gear = items.iter().filter(|item| match item.kind {
            ItemKind::Gear { tier, .. } => Some(tier) == shop.gear_tier,
            _ => false,
        });
        shop.wares.extend(gear.map(|item| item.id));
        shop.wares.sort_unstable();
        shop.wares.dedup();
    }
}

fn frozen(raw: RawServices) -> Services {
    let shop = |shop: RawShop| ShopDef {
        id: shop.id,
        wares: shop.wares.into_iter().map(ItemId::new).collect(),
        gear_tier: shop.gear_tier,
    };
    let step = |step: RawStep| UpgradeStep {
        success_bp: step.success_bp,
        failure: step.failure,
        price_bp: step.price_bp,
        material: ItemId::new(step.material),
    };
    let recipe = |recipe: RawRecipe| Recipe {
        gives: ItemId::new(recipe.gives),
        takes: recipe.takes.into_iter().map(|(item, count)| (ItemId::new(item), count)).collect(),
        coin: recipe.coin,
    };
    let mut worthless: Vec<ItemId> = raw.worthless.into_iter().map(ItemId::new).collect();
    worthless.sort_unstable();
    let mut shops: Vec<ShopDef> = raw.shops.into_iter().map(shop).collect();
    shops.sort_by_key(|shop| shop.id);
    let benefits = raw.benefits.into_iter();
    Services {
        shops,
        sale_bp: raw.sale_bp,
        sale_rarity_bp: raw.sale_rarity_bp,
        worthless,
        benefits: benefits.map(|(faction, of, bp)| (FactionId::new(faction), of, bp)).collect(),
        upgrades: raw.upgrades.into_iter().map(step).collect(),
        incense: (ItemId::new(raw.incense.0), raw.incense.1),
        oil: (ItemId::new(raw.oil.0), raw.oil.1, raw.oil.2),
        recipes: raw.recipes.into_iter().map(recipe).collect(),
        rank_coin: raw.rank_coin,
        rank_levels: raw.rank_levels,
        reset_coin: raw.reset_coin,
        storage_coin: raw.storage_coin,
        travel_coin: raw.travel_coin,
        postage: raw.postage,
        market_level: raw.market_level,
        market_fee_bp: raw.market_fee_bp,
    }
}
