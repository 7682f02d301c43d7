//! The answer to a trade: everything changes hands in one tick, or nothing does.

use std::collections::BTreeMap;

use shipyard::World;

use super::apply::{earn, receive, take_away, tell_gained};
use crate::event::TradeEnd;
use crate::holdings::with_person;
use crate::ids::PlayerId;
use crate::intent::{Entry, Intent, Reason};
use crate::systems::trades;

/// Carries a trade out, or frees what it locked; both sides are told.
pub(super) fn settle(world: &World, intent: &Intent, done: bool) {
    if done {
        exchange(world, intent);
    }
    trades::end(world, intent.player, if done { TradeEnd::Done } else { TradeEnd::Refused });
}

/// All is taken before anything is given.
fn exchange(world: &World, intent: &Intent) {
    let mut coin: BTreeMap<PlayerId, i64> = BTreeMap::new();
    let mut gifts = Vec::new();
    for &entry in &intent.entries {
        match entry {
            Entry::Pass { uid, from, to, slot } => {
                let item = with_person(world, from, |person| take_away(person, uid)).flatten();
                gifts.extend(item.map(|item| (to, slot, item)));
            }
            Entry::Pay { from, to, amount } => {
                *coin.entry(from).or_default() -= amount;
                *coin.entry(to).or_default() += amount;
            }
            _ => {}
        }
    }
    for (player, slot, item) in gifts {
        with_person(world, player, |person| {
            receive(person, item, slot);
            tell_gained(person, Reason::Trade, &item, item.quantity);
        });
    }
    for (player, delta) in coin {
        with_person(world, player, |person| earn(person, delta));
    }
}
