//! The market as buyers and sellers see it. Listing, buying and taking back are operations of the
//! economy; here it is searched and swept.

use diesel::prelude::*;
use massless_core::ids::{ItemId, PlayerId};

use crate::connection::{Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::MARKET_PAGE;
use crate::repo::operations::{Job, Kind, OperationId, Work, commit_jobs, number};
use crate::rows::post::{LISTING_OPEN, ListingRow};
use crate::schema::{character, item_def, listing};

/// An offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its number, which `Entry::Buy` names.
    pub id: u64,
    /// Whose.
    pub seller: PlayerId,
    /// The seller's name.
    pub seller_name: String,
    /// What.
    pub item: ItemId,
    /// 0..=4.
    pub rarity: u8,
    /// 0..=9.
    pub upgrade: u8,
    /// How many.
    pub quantity: u16,
    /// For all of it.
    pub price: i64,
    /// Until when it stands, Unix milliseconds.
    pub expires_at: i64,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The cheapest first.
    #[default]
    Price,
    /// The dearest first.
    PriceFalling,
    /// The newest first.
    Newest,
    /// The soonest over first.
    Ending,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<'a> {
    /// Of that definition.
    pub item: Option<ItemId>,
    /// With that in the item's name, whatever its case.
    pub text: Option<&'a str>,
    /// In which order.
    pub sort: Sort,
    /// Which page, from 0; each has `limits::MARKET_PAGE` offers.
    pub page: u32,
}

/// Offers that can be bought: a page, and how many there are in all.
///
/// # Errors
/// What the database says.
pub fn search(
    conn: &mut Connection,
    now: i64,
    query: Query<'_>,
) -> Result<(Vec<Offer>, i64), StoreError> {
    let ids = definitions(conn, query)?;
    let offset = i64::from(query.page) * MARKET_PAGE;
    let (rows, count): (Vec<ListingRow>, i64) = each!(conn, link => {
        let open = || {
            let open = listing::table
                .filter(listing::state.eq(LISTING_OPEN).and(listing::expires_at.gt(now)))
                .into_boxed();
            match &ids {
                Some(ids) => open.filter(listing::def_id.eq_any(ids)),
                None => open,
            }
        };
        let count = open().count().get_result(link)?;
        let open = match query.sort {
            Sort::Price => open().order((listing::price.asc(), listing::id.asc())),
            Sort::PriceFalling => open().order((listing::price.desc(), listing::id.asc())),
            Sort::Newest => open().order(listing::id.desc()),
            Sort::Ending => open().order((listing::expires_at.asc(), listing::id.asc())),
        };
        let page = open.offset(offset).limit(MARKET_PAGE).select(ListingRow::as_select());
        (page.load(link)?, count)
    });
    Ok((offers(conn, rows)?, count))
}

/// The definitions that fit; `None` when all do.
fn definitions(conn: &mut Connection, query: Query<'_>) -> Result<Option<Vec<i32>>, StoreError> {
    if let Some(item) = query.item {
        return Ok(Some(vec![item.get().into()]));
    }
    let Some(text) = query.text.map(str::to_lowercase) else { return Ok(None) };
    let all: Vec<(i32, String)> = each!(conn, link => item_def::table
        .select((item_def::id, item_def::name))
        .load(link))?;
    let fits = all.into_iter().filter(|(_, name)| name.to_lowercase().contains(&text));
    Ok(Some(fits.map(|(id, _)| id).collect()))
}

/// A character's own offers that stand, the newest first.
///
/// # Errors
/// What the database says.
pub fn own(conn: &mut Connection, who: PlayerId) -> Result<Vec<Offer>, StoreError> {
    let rows: Vec<ListingRow> = each!(conn, link => listing::table
        .filter(listing::seller_id.eq(number(who)).and(listing::state.eq(LISTING_OPEN)))
        .order(listing::id.desc())
        .select(ListingRow::as_select())
        .load(link))?;
    offers(conn, rows)
}

fn offers(conn: &mut Connection, rows: Vec<ListingRow>) -> Result<Vec<Offer>, StoreError> {
    let sellers: Vec<i64> = rows.iter().map(|row| row.seller_id).collect();
    let names: Vec<(i64, String)> = each!(conn, link => character::table
        .filter(character::id.eq_any(&sellers))
        .select((character::id, character::name))
        .load(link))?;
    let offers = rows.into_iter().map(|row| {
        let name = names.iter().find(|(id, _)| *id == row.seller_id);
        Offer {
            id: row.id.cast_unsigned(),
            seller: PlayerId::new(row.seller_id.cast_unsigned()),
            seller_name: name.map(|(_, name)| name.clone()).unwrap_or_default(),
            item: ItemId::new(row.def_id as u16),
            rarity: row.rarity as u8,
            upgrade: row.upgrade as u8,
            quantity: row.quantity as u16,
            price: row.price,
            expires_at: row.expires_at,
        }
    });
    Ok(offers.collect())
}

/// Offers whose time is over by the database's clock: what was offered goes back by mail. At most `most`;
/// how many.
///
/// # Errors
/// What the database says.
pub fn sweep(conn: &mut Connection, most: i64) -> Result<usize, StoreError> {
    let now = dialect::now(conn)?;
    let due: Vec<i64> = each!(conn, link => listing::table
        .filter(listing::state.eq(LISTING_OPEN).and(listing::expires_at.le(now)))
        .order(listing::id)
        .limit(most)
        .select(listing::id)
        .load(link))?;
    for &id in &due {
        let work = Work::RunOut { listing: id };
        let job = Job::of_realm(OperationId::of_realm("run-out", id), Kind::RunOut, work);
        commit_jobs(conn, &[job])?;
    }
    Ok(due.len())
}
