//! Before the despawn: trades that cannot go on end, and all they locked is free. Game rules, section 12.
//!
//! Reads bodies, vitals, presence and journeys of those who trade; writes the list of trades and tells both
//! sides. Once both have agreed a trade waits for the store's answer and for nothing else.

use shipyard::{Get, UniqueView, UniqueViewMut, View, World};

use crate::components::controls::Presence;
use crate::components::{Body, Controls, Hero, Vitals};
use crate::event::{Event, TradeEnd};
use crate::holdings::with_person;
use crate::ids::PlayerId;
use crate::limits::{TRADE_METRES, TRADE_REQUEST_TICKS, TRADE_TICKS};
use crate::math::{Vec2, ground};
use crate::units::Tick;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Pending};
use crate::zone::trades::{Stage, Trade};

pub(crate) fn run(world: &World) {
    let is_any = world.run(|pending: UniqueView<'_, Pending>| !pending.trades.list.is_empty());
    if !is_any {
        return;
    }
    for (player, why) in ending(world) {
        end(world, player, why);
    }
}

/// Takes a player's trade out and tells both sides; what was locked is free.
pub(crate) fn end(world: &World, player: PlayerId, end: TradeEnd) {
    let ended = world.run(|mut pending: UniqueViewMut<'_, Pending>| pending.trades.end(player));
    for side in ended.iter().flat_map(|trade| &trade.sides) {
        with_person(world, side.player, |person| {
            person.hero.change();
            let player = person.player;
            person.tell(Event::TradeEnded { player, end });
        });
    }
}

/// Trades that end in this tick, each by one of its players.
fn ending(world: &World) -> Vec<(PlayerId, TradeEnd)> {
    world.run(
        |(clock, roster, pending): (
            UniqueView<'_, Clock>,
            UniqueView<'_, Roster>,
            UniqueView<'_, Pending>,
        ),
         (bodies, vitals): (View<'_, Body>, View<'_, Vitals>),
         (controls, heroes): (View<'_, Controls>, View<'_, Hero>)| {
            let stand = |player: PlayerId| -> Result<Vec2, TradeEnd> {
                let slot = roster.actor_of(player).and_then(|actor| roster.slot(actor));
                let slot = slot.ok_or(TradeEnd::Parted)?;
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                let held = (&controls).get(slot).expect("every character has controls");
                let hero = (&heroes).get(slot).expect("every character has progress");
                if !vitals.is_alive() || vitals.combat_until > clock.0 {
                    return Err(TradeEnd::Fight);
                }
                if held.presence != Presence::Playing || hero.bound_for.is_some() {
                    return Err(TradeEnd::Parted);
                }
                let body = (&bodies).get(slot).expect("every actor has a body");
                Ok(ground(body.walker.position))
            };
            let mut ending = Vec::new();
            for trade in &pending.trades.list {
                let why = match trade.stage {
                    Stage::Booked(intent) => {
                        let waits = pending.list.iter().any(|waiting| waiting.id == intent);
                        (!waits).then_some(TradeEnd::Refused)
                    }
                    Stage::Asked | Stage::Open => {
                        let places = trade.sides.each_ref().map(|side| stand(side.player));
                        why_it_ends(trade, places, clock.0)
                    }
                };
                ending.extend(why.map(|why| (trade.sides[0].player, why)));
            }
            ending
        },
    )
}

/// Why a trade that nobody has agreed to ends, if it does.
fn why_it_ends(trade: &Trade, places: [Result<Vec2, TradeEnd>; 2], now: Tick) -> Option<TradeEnd> {
    let [first, second] = places;
    let (first, second) = match (first, second) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(why), _) | (_, Err(why)) => return Some(why),
    };
    if first.distance_squared(second) > TRADE_METRES * TRADE_METRES {
        return Some(TradeEnd::Parted);
    }
    let ticks_max = if trade.stage == Stage::Asked { TRADE_REQUEST_TICKS } else { TRADE_TICKS };
    (now.since(trade.since).get() >= ticks_max).then_some(TradeEnd::TooLate)
}
