//! Trades as each of their two sides sees them.

use shipyard::{UniqueView, World};

use crate::character::Item;
use crate::ids::PlayerId;
use crate::limits::{TRADE_REQUEST_TICKS, TRADE_TICKS};
use crate::units::Ticks;
use crate::view::{Offer, SheetView, TradeStage, TradeView, View};
use crate::zone::state::Pending;
use crate::zone::trades::{Side, Stage, Trade};

/// Shows all trades, after the sheets: what is offered stands there.
pub(super) fn show(world: &World, view: &mut View) {
    world.run(|pending: UniqueView<'_, Pending>| {
        view.trades.clear();
        let list = &pending.trades.list;
        let sheets = &view.sheets;
        view.trades
            .extend(list.iter().flat_map(|trade| [0, 1].map(|own| side(trade, own, sheets))));
        view.trades.sort_by_key(|trade| trade.player);
    });
}

fn side(trade: &Trade, own: usize, sheets: &[SheetView]) -> TradeView {
    let (mine, theirs) = (&trade.sides[own], &trade.sides[1 - own]);
    let stage = match trade.stage {
        Stage::Asked if own == 0 => TradeStage::Asking,
        Stage::Asked => TradeStage::Asked,
        Stage::Open => TradeStage::Open,
        Stage::Booked(_) => TradeStage::Booked,
    };
    let ticks = if trade.stage == Stage::Asked { TRADE_REQUEST_TICKS } else { TRADE_TICKS };
    TradeView {
        player: mine.player,
        version: trade.version,
        partner: theirs.actor,
        stage,
        ends: trade.since + Ticks::new(ticks),
        own: offer(mine, sheets),
        other: offer(theirs, sheets),
    }
}

fn offer(side: &Side, sheets: &[SheetView]) -> Offer {
    let items = side.items.iter().filter_map(|&uid| item_of(sheets, side.player, uid));
    Offer {
        items: items.collect(),
        coin: side.coin,
        revision: side.revision,
        is_locked: side.is_locked,
        is_confirmed: side.is_confirmed,
    }
}

fn item_of(sheets: &[SheetView], player: PlayerId, uid: crate::ids::ItemUid) -> Option<Item> {
    let index = sheets.binary_search_by_key(&player, |sheet| sheet.player).ok()?;
    sheets[index].sheet.bag.iter().flatten().find(|item| item.uid == uid).copied()
}
