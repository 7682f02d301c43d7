//! `services.ron`: what NPCs sell, take, teach and ask for it. Game rules, sections 4, 6, 8, 10 and 12.

mod load;

pub(super) use self::load::{complete_shops, load};

use serde::Deserialize;

use super::item::{ItemDef, ItemKind, RARITIES, Use};
use crate::formulas::{WHOLE_BP, of_bp};
use crate::ids::{FactionId, ItemId};
use crate::limits::{RANK_MAX, STORAGE_SLOTS_MAX, STORAGE_SLOTS_MIN, STORAGE_SLOTS_STEP};
use crate::units::Level;

/// What a shop sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopDef {
    /// Its number; NPCs name it.
    pub id: u8,
    /// What it sells, rising.
    pub wares: Vec<ItemId>,
    /// All gear of that tier is among it.
    pub gear_tier: Option<u8>,
}

/// What a failure at the smith's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Failure {
    /// Nothing.
    Nothing,
    /// So many upgrades are lost.
    Minus(u8),
    /// All upgrades are lost.
    ToZero,
    /// The item is lost.
    Destroyed,
}

/// One step at the smith's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeStep {
    /// Chance without failures before, basis points.
    pub success_bp: u32,
    /// What a failure does.
    pub failure: Failure,
    /// Coin, basis points of the item's price.
    pub price_bp: u32,
    /// The refining item that one attempt uses up.
    pub material: ItemId,
}

/// One exchange at the smith's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What it gives, one of it.
    pub gives: ItemId,
    /// What it takes.
    pub takes: Vec<(ItemId, u16)>,
    /// Coin besides.
    pub coin: u32,
}

/// What a faction pays less for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Benefit {
    /// Fees of the smith.
    Smith,
    /// Draughts of the shops.
    Draughts,
    /// Fees of the waykeeper.
    Travel,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// Shops, rising by id.
    pub shops: Vec<ShopDef>,
    /// What shops pay, basis points of the price.
    pub sale_bp: u32,
    /// Times that of the rarity, basis points.
    pub sale_rarity_bp: [u32; RARITIES],
    /// What shops pay nothing for, so that they do not take it; rising.
    pub worthless: Vec<ItemId>,
    /// Factions, what they pay less for, and by how many basis points (negative).
    pub benefits: Vec<(FactionId, Benefit, i32)>,
    /// Steps at the smith's: to +1, +2 and so on.
    pub upgrades: Vec<UpgradeStep>,
    /// What betters a chance, and by how many basis points.
    pub incense: (ItemId, u32),
    /// What makes a failure do nothing, and for which targets (first, last).
    pub oil: (ItemId, u8, u8),
    /// Exchanges at the smith's, in the order of their numbers.
    pub recipes: Vec<Recipe>,
    /// Coin for a rank: this times the rank times its level.
    pub rank_coin: u32,
    /// Levels between two ranks.
    pub rank_levels: u8,
    /// Coin to take spent points back, times the level; the first time is free.
    pub reset_coin: u32,
    /// Coin for a larger storage, times how often it is enlarged then.
    pub storage_coin: u32,
    /// Coin for a journey: base, and more by level.
    pub travel_coin: (u32, u32),
    /// Coin to send a letter, and more for each thing in it.
    pub postage: (u32, u32),
    /// Level from which on one may use the market.
    pub market_level: u8,
    /// The market's fee, basis points of the price, at least 1 coin.
    pub market_fee_bp: u32,
}

impl Services {
    /// A shop.
    #[must_use]
    pub fn shop(&self, id: u8) -> Option<&ShopDef> {
        self.shops.iter().find(|shop| shop.id == id)
    }

    /// What a character of a faction pays instead of `coin`.
    #[must_use]
    pub fn price_for(&self, faction: FactionId, of: Benefit, coin: i64) -> i64 {
        let benefits = self.benefits.iter();
        let own = benefits.filter(|&&(whose, what, _)| whose == faction && what == of);
        let bp: i64 = own.map(|&(_, _, bp)| i64::from(bp)).sum();
        of_bp(coin, (WHOLE_BP + bp).max(0))
    }

    /// What a shop asks of a character of a faction for one piece.
    #[must_use]
    pub fn shop_price(&self, item: &ItemDef, faction: FactionId) -> i64 {
        let price = i64::from(item.price);
        let is_draught = matches!(
            item.kind,
            ItemKind::Consumable { action: Use::Health { .. } | Use::Mana { .. }, .. }
        );
        if is_draught { self.price_for(faction, Benefit::Draughts, price) } else { price }
    }

    /// What a shop pays for one piece; 0: it does not take it.
    #[must_use]
    pub fn sale_price(&self, item: &ItemDef, rarity: u8) -> i64 {
        if self.worthless.binary_search(&item.id).is_ok() || item.kind == ItemKind::Quest {
            return 0;
        }
        let share = of_bp(i64::from(item.price), i64::from(self.sale_bp));
        let rarity = self.sale_rarity_bp.get(usize::from(rarity)).copied().unwrap_or_default();
        of_bp(share, i64::from(rarity))
    }

    /// The step to an upgrade, 1..=9.
    #[must_use]
    pub fn upgrade(&self, target: u8) -> Option<&UpgradeStep> {
        self.upgrades.get(usize::from(target).checked_sub(1)?)
    }

    /// What the smith asks of a character of a faction for one attempt.
    #[must_use]
    pub fn upgrade_price(&self, item: &ItemDef, step: &UpgradeStep, faction: FactionId) -> i64 {
        let coin = of_bp(i64::from(item.price), i64::from(step.price_bp));
        self.price_for(faction, Benefit::Smith, coin)
    }

    /// Chance of an attempt after so many failures in a row, basis points, at most 10 000.
    #[must_use]
    pub fn upgrade_bp(&self, step: &UpgradeStep, failures: u16, incense: bool) -> u32 {
        let pity = u64::from(step.success_bp) * (10 + u64::from(failures)) / 10;
        let bonus = if incense { u64::from(self.incense.1) } else { 0 };
        (pity.min(10_000) + bonus).min(10_000) as u32
    }

    /// Whether the oil changes what a failure at a target does.
    #[must_use]
    pub const fn oil_helps(&self, target: u8) -> bool {
        self.oil.1 <= target && target <= self.oil.2
    }

    /// Level and coin that a rank of a skill needs, 2..=10; `None`: there is no such rank.
    #[must_use]
    pub fn rank_terms(&self, learned: Level, rank: u8) -> Option<(u8, i64)> {
        if !(2..=RANK_MAX).contains(&rank) {
            return None;
        }
        let level = u16::from(learned.get()) + u16::from(self.rank_levels) * u16::from(rank - 1);
        let level = u8::try_from(level).ok()?;
        Some((level, i64::from(self.rank_coin) * i64::from(rank) * i64::from(level)))
    }

    /// Coin to take spent points back after so many times.
    #[must_use]
    pub fn reset_price(&self, level: Level, resets: u16) -> i64 {
        if resets == 0 { 0 } else { i64::from(self.reset_coin) * i64::from(level.get()) }
    }

    /// Slots and coin of the next larger storage; `None`: there is none.
    #[must_use]
    pub fn next_storage(&self, slots: usize) -> Option<(u8, i64)> {
        let next = slots + STORAGE_SLOTS_STEP;
        if next > STORAGE_SLOTS_MAX {
            return None;
        }
        let times = next.saturating_sub(STORAGE_SLOTS_MIN) / STORAGE_SLOTS_STEP;
        Some((next as u8, i64::from(self.storage_coin) * times as i64))
    }

    /// What a waykeeper asks of a character.
    #[must_use]
    pub fn travel_price(&self, level: Level, faction: FactionId) -> i64 {
        let (base, more) = self.travel_coin;
        let coin = i64::from(base) + i64::from(more) * i64::from(level.get());
        self.price_for(faction, Benefit::Travel, coin)
    }

    /// What a letter with so many things in it costs, without the coin in it.
    #[must_use]
    pub fn postage(&self, things: usize) -> i64 {
        i64::from(self.postage.0) + i64::from(self.postage.1) * things as i64
    }

    /// The market's fee for a price.
    #[must_use]
    pub fn market_fee(&self, price: i64) -> i64 {
        of_bp(price, i64::from(self.market_fee_bp)).max(1)
    }
}
