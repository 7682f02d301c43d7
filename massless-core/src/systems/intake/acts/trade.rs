//! Trades: asked for, answered, filled, locked, agreed to. Game rules, section 12.
//!
//! Every step is checked against both sides. The second agreement asks the store for everything at once;
//! until its answer both sides keep what they have, locked.

use shipyard::{UniqueView, UniqueViewMut, World};

use super::items::to_give;
use super::near::{at_peace, within};
use crate::event::{Event, Rejection, TradeEnd};
use crate::holdings::person::player_of;
use crate::holdings::{Person, Plan, with_person};
use crate::ids::{ActorId, ItemUid, PlayerId};
use crate::intent::{Entry, Place, Reason};
use crate::limits::{TRADE_ITEMS_MAX, TRADE_METRES};
use crate::math::Vec3;
use crate::systems::trades;
use crate::zone::state::Pending;
use crate::zone::trades::{Side, Stage, Trade};

/// Asks a character near for a trade.
pub(super) fn request(world: &World, player: PlayerId, partner: ActorId) -> Result<(), Rejection> {
    let other = player_of(world, partner).filter(|&other| other != player);
    let place = other.and_then(|other| with_person(world, other, stand));
    with_person(world, player, |person| {
        may_trade(person)?;
        let (other, place) = other.zip(place).ok_or(Rejection::BadTarget)?;
        within(person, place.map_err(|_| Rejection::TradeBusy)?, TRADE_METRES)?;
        let trades = &mut person.pending.trades;
        if trades.of(player).is_some() || trades.of(other).is_some() {
            return Err(Rejection::TradeBusy);
        }
        trades.ask(Side::new(player, person.actor), Side::new(other, partner), person.now);
        let by = person.actor;
        person.tell(Event::TradeAsked { player: other, by });
        Ok(())
    })
    .unwrap_or(Err(Rejection::NotHere))
}

/// Where somebody stands who may trade now.
fn stand(person: &mut Person<'_>) -> Result<Vec3, Rejection> {
    may_trade(person).map(|()| person.place)
}

/// Alive, at peace, not casting, not on the way to another zone.
fn may_trade(person: &Person<'_>) -> Result<(), Rejection> {
    person.alive()?;
    at_peace(person)?;
    if person.fighter.action.is_some() {
        return Err(Rejection::Busy);
    }
    if person.fighter.dash.is_some() || person.hero.bound_for.is_some() {
        return Err(Rejection::Leaping);
    }
    Ok(())
}

/// Answers the request of another.
pub(super) fn answer(world: &World, player: PlayerId, yes: bool) -> Result<(), Rejection> {
    let trade = trade_of(world, player)?;
    if trade.stage != Stage::Asked || trade.sides[1].player != player {
        return Err(Rejection::NoTrade);
    }
    if !yes {
        trades::end(world, player, TradeEnd::Cancelled);
        return Ok(());
    }
    let place = with_person(world, trade.sides[0].player, stand);
    with_person(world, player, |person| {
        may_trade(person)?;
        let place = place.ok_or(Rejection::NoTrade)?.map_err(|_| Rejection::TradeBusy)?;
        within(person, place, TRADE_METRES)?;
        let now = person.now;
        let trade = person.pending.trades.change(player).expect("it was just found");
        (trade.stage, trade.since) = (Stage::Open, now);
        Ok(())
    })
    .unwrap_or(Err(Rejection::NotHere))
}

fn trade_of(world: &World, player: PlayerId) -> Result<Trade, Rejection> {
    let found = world.run(|pending: UniqueView<'_, Pending>| pending.trades.of(player).cloned());
    found.ok_or(Rejection::NoTrade)
}

/// A trade that both put things in; the own side's index comes with it.
fn open_trade(world: &World, player: PlayerId) -> Result<(Trade, usize), Rejection> {
    let trade = trade_of(world, player)?;
    let own = trade.side_of(player).expect("it is a trade of the player");
    match trade.stage {
        Stage::Open => Ok((trade, own)),
        Stage::Asked => Err(Rejection::NoTrade),
        Stage::Booked(_) => Err(Rejection::Locked),
    }
}

/// Sets what the own side offers; both locks are undone by a change.
pub(super) fn offer(
    world: &World,
    player: PlayerId,
    items: &[ItemUid],
    coin: i64,
) -> Result<(), Rejection> {
    let (trade, own) = open_trade(world, player)?;
    let side = &trade.sides[own];
    with_person(world, player, |person| {
        person.alive()?;
        if items.len() > TRADE_ITEMS_MAX || coin < 0 {
            return Err(Rejection::BadNumber);
        }
        for (index, &uid) in items.iter().enumerate() {
            if items[..index].contains(&uid) {
                return Err(Rejection::BadNumber);
            }
            may_give(person, uid)?;
        }
        if coin > person.hero.sheet.coin - person.stakes().coin_waiting() {
            return Err(Rejection::NoCoin);
        }
        if side.items == items && side.coin == coin {
            return Ok(());
        }
        let trade = person.pending.trades.change(player).expect("it was just found");
        let side = &mut trade.sides[own];
        side.items = items.to_vec();
        side.coin = coin;
        side.revision = side.revision.wrapping_add(1);
        trade.sides.iter_mut().for_each(Side::unlock);
        person.hero.change();
        Ok(())
    })
    .unwrap_or(Err(Rejection::NotHere))
}

/// An item of the bag that may change its owner and that no operation works on.
fn may_give(person: &Person<'_>, uid: ItemUid) -> Result<(), Rejection> {
    let (index, _) = to_give(person, uid)?;
    let waits = person.stakes().waits(uid, Place::Bag(index));
    if waits { Err(Rejection::Locked) } else { Ok(()) }
}

/// Locks the own side, if both can keep what they offer.
pub(super) fn lock(world: &World, player: PlayerId) -> Result<(), Rejection> {
    let (trade, own) = open_trade(world, player)?;
    if trade.sides.iter().all(|side| side.items.is_empty() && side.coin == 0) {
        return Err(Rejection::NoEffect);
    }
    check_both(world, &trade)?;
    world.run(|mut pending: UniqueViewMut<'_, Pending>| {
        let trade = pending.trades.change(player).expect("it was just found");
        trade.sides[own].is_locked = true;
    });
    Ok(())
}

/// Slots for what each side gets.
fn check_both(world: &World, trade: &Trade) -> Result<[Vec<u8>; 2], Rejection> {
    let [first, second] = &trade.sides;
    let slots = |own: &Side, other: &Side| {
        let checked = with_person(world, own.player, |person| check_side(person, own, other));
        checked.unwrap_or(Err(Rejection::TradeUnfit))
    };
    Ok([slots(first, second)?, slots(second, first)?])
}

/// Ownership, coin and room of one side; the slots for what it gets.
fn check_side(person: &mut Person<'_>, own: &Side, other: &Side) -> Result<Vec<u8>, Rejection> {
    let has_all = own.items.iter().all(|&uid| may_give(person, uid).is_ok());
    let pays = own.coin <= person.hero.sheet.coin - person.stakes().coin_waiting();
    let takes = other.coin <= person.coin_room() + own.coin;
    let slots = Plan::of(person).free_slots(other.items.len());
    let fits = has_all && pays && takes && slots.len() == other.items.len();
    if fits { Ok(slots) } else { Err(Rejection::TradeUnfit) }
}

/// Agrees to what both sides offer in these revisions; the second to agree asks the store.
pub(super) fn confirm(
    world: &World,
    player: PlayerId,
    (own_revision, other_revision): (u16, u16),
) -> Result<(), Rejection> {
    let (trade, own) = open_trade(world, player)?;
    let (mine, theirs) = (&trade.sides[own], &trade.sides[1 - own]);
    let is_this = mine.revision == own_revision && theirs.revision == other_revision;
    if !is_this || !mine.is_locked || !theirs.is_locked {
        return Err(Rejection::TradeStale);
    }
    let booked = if theirs.is_confirmed { Some(book(world, player, &trade)?) } else { None };
    world.run(|mut pending: UniqueViewMut<'_, Pending>| {
        let trade = pending.trades.change(player).expect("it was just found");
        trade.sides[own].is_confirmed = true;
        if let Some(intent) = booked {
            trade.stage = Stage::Booked(intent);
        }
    });
    Ok(())
}

/// One operation for everything that changes hands.
fn book(world: &World, player: PlayerId, trade: &Trade) -> Result<crate::ids::IntentId, Rejection> {
    let slots = check_both(world, trade)?;
    let may_ask = |side: &Side| {
        let asked = with_person(world, side.player, |person| person.may_ask());
        asked.unwrap_or(Err(Rejection::NoTrade))
    };
    trade.sides.iter().try_for_each(may_ask)?;
    let mut entries = Vec::new();
    for (index, side) in trade.sides.iter().enumerate() {
        let (from, to) = (side.player, trade.sides[1 - index].player);
        let gifts = side.items.iter().zip(&slots[1 - index]);
        entries.extend(gifts.map(|(&uid, &slot)| Entry::Pass { uid, from, to, slot }));
        if side.coin > 0 {
            entries.push(Entry::Pay { from, to, amount: side.coin });
        }
    }
    with_person(world, player, |person| person.ask(Reason::Trade, entries))
        .unwrap_or(Err(Rejection::NotHere))
}

/// Ends a trade that is not agreed to, or takes a request back.
pub(super) fn cancel(world: &World, player: PlayerId) -> Result<(), Rejection> {
    let trade = trade_of(world, player)?;
    if matches!(trade.stage, Stage::Booked(_)) {
        return Err(Rejection::Locked);
    }
    trades::end(world, player, TradeEnd::Cancelled);
    Ok(())
}
