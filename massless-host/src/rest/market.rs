//! The market, looked at. Offering, buying and taking back are acts of the game, which move coin and
//! items.

use massless_core::ids::ItemId;
use massless_store::limits::MARKET_PAGE;
use massless_store::repo::market::{self, Offer, Query, Sort};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome, number};
use super::characters;
use super::problem::{Code, Problem};
use crate::limits::{MARKET_CACHE_MILLIS, MARKET_PAGES_MAX, MARKET_TEXT_SCALARS_MAX};

/// A page of the market.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct MarketPage {
    /// The offers of the page.
    offers: Vec<OfferShown>,
    /// Which page, from 0.
    page: u32,
    /// How many offers there are in all.
    total: i64,
    /// Offers of a full page.
    page_size: i64,
}

/// The offers of a character.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnOffers {
    /// Newest first.
    offers: Vec<OfferShown>,
}

/// An offer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OfferShown {
    /// Its number, which the act that buys it names.
    id: u64,
    /// The name of the character whose it is.
    seller: String,
    /// What it is.
    definition: u16,
    /// 0..=4.
    rarity: u8,
    /// 0..=9.
    upgrade: u8,
    /// How many.
    quantity: u16,
    /// Coin for all of it.
    price: i64,
    /// Until when it stands, milliseconds since 1970.
    expires_at: i64,
}

/// What is offered.
#[utoipa::path(
    get, path = "/market", tag = "market",
    params(
        ("item" = Option<u16>, Query, minimum = 0, maximum = 65535, description = "only of that definition"),
        ("text" = Option<String>, Query, max_length = 40, description = "only what has that in its name"),
        ("sort" = Option<String>, Query, pattern = "^(price|price-falling|newest|ending)$",
            description = "price, price-falling, newest or ending; price without it"),
        ("page" = Option<u32>, Query, minimum = 0, maximum = 1000, description = "which page, from 0"),
    ),
    responses((status = 200, description = "a page", body = MarketPage)),
    security(("bearer" = []))
)]
pub(super) fn search(api: &Api, call: &Call) -> Outcome {
    let [item, text, sort, page] = call.parameters(["item", "text", "sort", "page"])?;
    let item = item.map(|item| number("item", Some(&item), (0, 0..=u64::from(u16::MAX))));
    let item = item.transpose()?.and_then(|item| u16::try_from(item).ok());
    let text = text.filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MARKET_TEXT_SCALARS_MAX) {
        return Err(Code::BadQuery.into());
    }
    let order = sort_of(sort.as_deref())?;
    let page = number("page", page.as_deref(), (0, 0..=MARKET_PAGES_MAX))?;
    let page = u32::try_from(page).map_err(|_| Code::BadQuery)?;
    let key = format!("market:{item:?}:{order:?}:{page}:{}", text.as_deref().unwrap_or_default());
    let kept = api.shared.get(call.now, &key);
    if let Some(kept) = kept.and_then(|kept| serde_json::from_slice::<MarketPage>(&kept).ok()) {
        return Answer::ok(&kept);
    }
    let query = Query { item: item.map(ItemId::new), text: text.as_deref(), sort: order, page };
    let found = api.accounts.store().repeat(|conn| market::search(conn, call.millis(), query))?;
    let (offers, total) = found;
    let offers = offers.into_iter().map(shown).collect();
    let made = MarketPage { offers, page, total, page_size: MARKET_PAGE };
    if let Ok(bytes) = serde_json::to_vec(&made) {
        api.shared.put(call.now, &key, &bytes, MARKET_CACHE_MILLIS);
    }
    Answer::ok(&made)
}

/// What a character offers.
#[utoipa::path(
    get, path = "/market/mine", tag = "market",
    params(("character" = Option<i64>, Query, minimum = 1,
        description = "whose; without it those of the character that plays, or played last")),
    responses((status = 200, description = "its open offers", body = OwnOffers)),
    security(("bearer" = []))
)]
pub(super) fn mine(api: &Api, call: &Call) -> Outcome {
    let who = characters::of_query(api, call)?;
    let offers = api.accounts.store().repeat(|conn| market::own(conn, who))?;
    Answer::ok(&OwnOffers { offers: offers.into_iter().map(shown).collect() })
}

fn sort_of(text: Option<&str>) -> Result<Sort, Problem> {
    match text {
        None | Some("price") => Ok(Sort::Price),
        Some("price-falling") => Ok(Sort::PriceFalling),
        Some("newest") => Ok(Sort::Newest),
        Some("ending") => Ok(Sort::Ending),
        Some(_) => Err(Code::BadQuery.into()),
    }
}

fn shown(offer: Offer) -> OfferShown {
    let Offer { id, seller_name, item, rarity, upgrade, quantity, price, expires_at, .. } = offer;
    let definition = item.get();
    OfferShown { id, seller: seller_name, definition, rarity, upgrade, quantity, price, expires_at }
}
