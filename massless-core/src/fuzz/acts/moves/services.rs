//! What the bytes have NPCs, partners and the clerk asked for.

use super::{Game, Move, nth, uid_of};
use crate::command::{Act, Command};
use crate::ids::{ActorId, ItemId, ItemUid, PlayerId, SkillId, ZoneId};
use crate::math::{Vec2, ground};
use crate::view::{Kind, TradeStage};

/// How many kinds there are.
pub(super) const KINDS: u8 = 34;

/// The first of those that take a trade one step further.
pub(super) const NEXT_STEP: u8 = 23;

/// One move of these kinds.
pub(super) fn read(game: &mut Game, player: PlayerId, kind: u8, (a, b): (u8, u8)) -> Move {
    let act = match kind {
        0..=11 => Some(ask_npc(game, player, kind, (a, b))),
        12..=17 => Some(trade(game, player, kind, (a, b))),
        18..=22 => Some(ask_clerk(game, player, kind, (a, b))),
        NEXT_STEP..=30 => next_step(game, player, a),
        _ => return go_to(game, player, a),
    };
    act.map_or(Move::Nothing, |act| Move::Do(Command::Act { player, act }))
}

/// To one of the town's people, where others may stand, too.
fn go_to(game: &Game, player: PlayerId, a: u8) -> Move {
    let view = game.zone.view();
    let npcs: Vec<Vec2> = (0..view.len())
        .filter(|&index| matches!(view.kind[index], Kind::Npc(_)))
        .map(|index| ground(view.position[index]))
        .collect();
    match npcs.get(usize::from(a) % npcs.len().max(1)) {
        Some(&place) => {
            let offset = Vec2::new(player.get() as f32 * 0.5 - 1.0, 1.0);
            Move::Do(Command::Place { player, place: place + offset })
        }
        None => Move::Nothing,
    }
}

fn ask_npc(game: &Game, player: PlayerId, kind: u8, (a, b): (u8, u8)) -> Act {
    let item = uid_of(game, player, a, b);
    let quantity = if b < 16 { u16::from(b) * 4_096 } else { u16::from(b % 7) };
    match kind {
        0 | 1 => {
            let wares = [3_001, 3_004, 3_006, 4_001, 1_011, 2_041, 3_002, 9_999];
            Act::Buy { item: ItemId::new(wares[usize::from(a % 8)]), quantity }
        }
        2 => Act::Sell { item, quantity },
        3 | 4 => Act::Refine { item, incense: b & 1 == 1, oil: b & 2 == 2 },
        5 => Act::Exchange { recipe: a % 4 },
        6 => {
            // Mostly one of the own class, which has the player's number.
            let class = if b < 192 { player.get() as u16 } else { u16::from(a % 5) };
            Act::LearnRank { skill: SkillId::new(class * 100 + 1 + u16::from(b % 2)) }
        }
        7 => Act::ResetPoints,
        8 => Act::Travel { zone: ZoneId::new(u32::from(a % 12)) },
        9 => Act::Deposit { item },
        10 => Act::Withdraw { item },
        _ if a % 4 == 0 => Act::EnlargeStorage,
        _ => Act::Split { from: a % 12, quantity: u16::from(b % 9), to: b % 48 },
    }
}

fn trade(game: &Game, player: PlayerId, kind: u8, (a, b): (u8, u8)) -> Act {
    match kind {
        12 => Act::TradeRequest { partner: partner_of(game, a, b) },
        13 => Act::TradeAnswer { yes: a % 4 > 0 },
        14 => Act::TradeOffer { items: some_of(game, player, a, b), coin: coin_of(b) },
        15 => Act::TradeLock,
        16 => Act::TradeConfirm { own: u16::from(a % 4), other: u16::from(b % 4) },
        _ => Act::TradeCancel,
    }
}

fn ask_clerk(game: &mut Game, player: PlayerId, kind: u8, (a, b): (u8, u8)) -> Act {
    let number = u64::from(a % 32);
    match kind {
        18 => {
            let to = PlayerId::new(1 + u64::from(a % 4));
            let draft = if b < 16 { number } else { game.ledger.draft(player, to) };
            Act::SendMail { draft, coin: coin_of(b), items: some_of(game, player, a, b) }
        }
        19 => {
            let letters = game.ledger.letters(player);
            let own = letters.get(usize::from(a) % letters.len().max(1));
            Act::ClaimMail { mail: own.copied().filter(|_| b < 224).unwrap_or(number) }
        }
        20 => Act::ListItem { item: uid_of(game, player, a, b), price: coin_of(b) },
        _ => {
            let offers = game.ledger.listings();
            let offer = offers.get(usize::from(a) % offers.len().max(1)).filter(|_| b < 224);
            let (listing, _, price) = offer.copied().unwrap_or((number, player, coin_of(b)));
            if kind == 21 { Act::BuyListing { listing, price } } else { Act::Unlist { listing } }
        }
    }
}

/// What somebody who means it does next in its trade.
fn next_step(game: &Game, player: PlayerId, a: u8) -> Option<Act> {
    let Some(trade) = game.zone.view().trade(player) else {
        return Some(Act::TradeRequest { partner: partner_of(game, a, 0) });
    };
    Some(match trade.stage {
        TradeStage::Asking | TradeStage::Booked => return None,
        TradeStage::Asked => Act::TradeAnswer { yes: true },
        TradeStage::Open if trade.own.revision == 0 => {
            Act::TradeOffer { items: some_of(game, player, a, 40), coin: i64::from(a) }
        }
        TradeStage::Open if !trade.own.is_locked => Act::TradeLock,
        TradeStage::Open => {
            Act::TradeConfirm { own: trade.own.revision, other: trade.other.revision }
        }
    })
}

fn partner_of(game: &Game, a: u8, b: u8) -> ActorId {
    let partner = nth(game.zone.view(), a, |kind| matches!(kind, Kind::Character { .. }));
    partner.filter(|_| b < 240).unwrap_or(ActorId::new(u64::from(a)))
}

/// A few things, mostly one's own; sometimes the same twice.
fn some_of(game: &Game, player: PlayerId, a: u8, b: u8) -> Vec<ItemUid> {
    let item = |n: u8| uid_of(game, player, a.wrapping_add(n.wrapping_mul(b | 1)), b);
    (0..b % 5).map(item).collect()
}

fn coin_of(b: u8) -> i64 {
    match b % 8 {
        0 => 0,
        1 => -1,
        2 => 2_000_000_001,
        3 => i64::MAX,
        _ => i64::from(b) * 7,
    }
}
