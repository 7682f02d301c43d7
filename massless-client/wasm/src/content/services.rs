//! What NPCs sell, refine, teach and ask for it, as players are shown it: prices, odds and stock.

use massless_core::content::Content;
use massless_core::content::item::{ItemDef, RARITIES};
use massless_core::content::services::{Benefit, Failure, Recipe, ShopDef, UpgradeStep};
use massless_core::limits::{
    LISTING_PRICE_MAX, MAIL_ITEMS_MAX, STORAGE_SLOTS_MAX, STORAGE_SLOTS_STEP, TRADE_ITEMS_MAX,
};
use serde_json::{Value, json};

/// All of it.
pub(super) fn shown(content: &Content) -> Value {
    let services = content.services();
    let benefits = services.benefits.iter().map(|&(faction, of, bp)| {
        let of = match of {
            Benefit::Smith => "smith",
            Benefit::Draughts => "draughts",
            Benefit::Travel => "travel",
        };
        json!({ "faction": faction.get(), "of": of, "bp": bp })
    });
    json!({
        "shops": services.shops.iter().map(shop).collect::<Vec<_>>(),
        "benefits": benefits.collect::<Vec<_>>(),
        "upgrades": services.upgrades.iter().map(step).collect::<Vec<_>>(),
        "incense": { "item": services.incense.0.get(), "bp": services.incense.1 },
        "oil": {
            "item": services.oil.0.get(),
            "from": services.oil.1,
            "to": services.oil.2,
        },
        "recipes": services.recipes.iter().map(recipe).collect::<Vec<_>>(),
        "rankCoin": services.rank_coin,
        "rankLevels": services.rank_levels,
        "resetCoin": services.reset_coin,
        "storageCoin": services.storage_coin,
        "storageStep": STORAGE_SLOTS_STEP,
        "storageMax": STORAGE_SLOTS_MAX,
        "travelCoin": [services.travel_coin.0, services.travel_coin.1],
        "postage": [services.postage.0, services.postage.1],
        "mailItems": MAIL_ITEMS_MAX,
        "tradeItems": TRADE_ITEMS_MAX,
        "marketLevel": services.market_level,
        "marketFeeBp": services.market_fee_bp,
        "marketPriceMax": LISTING_PRICE_MAX,
    })
}

fn shop(shop: &ShopDef) -> Value {
    let wares: Vec<u16> = shop.wares.iter().map(|item| item.get()).collect();
    json!({ "id": shop.id, "wares": wares })
}

fn step(step: &UpgradeStep) -> Value {
    let failure = match step.failure {
        Failure::Nothing => json!({ "type": "nothing" }),
        Failure::Minus(lost) => json!({ "type": "minus", "lost": lost }),
        Failure::ToZero => json!({ "type": "toZero" }),
        Failure::Destroyed => json!({ "type": "destroyed" }),
    };
    json!({
        "successBp": step.success_bp,
        "failure": failure,
        "priceBp": step.price_bp,
        "material": step.material.get(),
    })
}

fn recipe(recipe: &Recipe) -> Value {
    let takes = recipe.takes.iter();
    let takes = takes.map(|&(item, count)| json!({ "item": item.get(), "quantity": count }));
    json!({
        "gives": recipe.gives.get(),
        "takes": takes.collect::<Vec<_>>(),
        "coin": recipe.coin,
    })
}

/// What shops pay for one piece, by rarity; 0: they do not take it.
pub(super) fn sale_prices(content: &Content, def: &ItemDef) -> Value {
    let prices = (0..RARITIES as u8).map(|rarity| content.services().sale_price(def, rarity));
    json!(prices.collect::<Vec<i64>>())
}
