//! Applies the store's answers: only now bags, coin, levels and quests change.
//!
//! An answer to an unknown intent is ignored: it was settled before. A refused operation changes nothing;
//! what it locked is free again. What a player used up was applied when it was used.

mod apply;
mod trade;

pub(super) use self::apply::shrink;

use shipyard::{Get, UniqueView, UniqueViewMut, ViewMut, World};

use self::apply::{Brought, apply};
use crate::components::{Drop, Identity};
use crate::event::{Event, Exit, Rejection};
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, IntentId, ItemUid};
use crate::intent::{Answer, Entry, Intent, Reason};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::{Departures, Pending};

/// Applies (or drops) a pending operation.
pub(super) fn settle(world: &World, intent: IntentId, answer: &Answer) {
    let Some(intent) = take(world, intent) else { return };
    let brought = match answer {
        Answer::Done { created, brought, coin } if fits(&intent, created) => {
            Ok(Brought { created, items: brought, coin: *coin })
        }
        Answer::Done { .. } => Err(Rejection::StoreRefused),
        Answer::Refused { why } => Err(*why),
    };
    if let Some(thing) = intent.thing {
        take_from_ground(world, thing, &intent, brought.is_ok());
    }
    if intent.reason == Reason::Trade {
        trade::settle(world, &intent, brought.is_ok());
        return;
    }
    with_person(world, intent.player, |person| match brought {
        Ok(brought) if intent.reason != Reason::Use => apply(person, &intent, brought),
        Ok(_) => {}
        Err(why) => refuse(person, &intent, why),
    });
}

fn take(world: &World, id: IntentId) -> Option<Intent> {
    world.run(|mut pending: UniqueViewMut<'_, Pending>| {
        let index = pending.list.binary_search_by_key(&id, |intent| intent.id).ok()?;
        Some(pending.list.remove(index))
    })
}

/// There is one name for each item that was to be created.
fn fits(intent: &Intent, created: &[ItemUid]) -> bool {
    let wanted = intent.entries.iter().filter(|entry| matches!(entry, Entry::Create { .. }));
    wanted.count() == created.len() && created.iter().all(|&uid| uid != ItemUid::default())
}

/// What is left of an item on the ground after an attempt to take it.
fn take_from_ground(world: &World, thing: ActorId, intent: &Intent, taken: bool) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         mut identities: ViewMut<'_, Identity>,
         mut drops: ViewMut<'_, Drop>,
         mut departures: UniqueViewMut<'_, Departures>| {
            let Some(slot) = roster.slot(thing) else { return };
            let Ok(mut drop) = (&mut drops).get(slot) else { return };
            if drop.taken_by != Some(intent.id) {
                return;
            }
            drop.taken_by = None;
            let mut identity = (&mut identities).get(slot).expect("every actor has an identity");
            let Kind::Item { quantity, .. } = &mut identity.kind else { return };
            if taken {
                *quantity = quantity.saturating_sub(pieces(intent));
            }
            if *quantity == 0 {
                // Nobody may take it in this very tick again; an empty stack is never saved.
                *quantity = 1;
                drop.taken_by = Some(intent.id);
                departures.0.push((thing, Exit::World));
            }
        },
    );
}

/// How many items an operation brings.
fn pieces(intent: &Intent) -> u16 {
    let pieces = intent.entries.iter().map(|entry| match *entry {
        Entry::Create { quantity, .. } | Entry::Grow { quantity, .. } => quantity,
        _ => 0,
    });
    pieces.fold(0, u16::saturating_add)
}

fn refuse(person: &mut Person<'_>, intent: &Intent, why: Rejection) {
    match intent.reason {
        // Asked again at the next beat: what was earned is not lost.
        Reason::Kill => {
            let coin = intent.entries.iter().map(|entry| match *entry {
                Entry::Coin { delta } => u64::try_from(delta).unwrap_or(0),
                _ => 0,
            });
            person.hero.owed = person.hero.owed.saturating_add(coin.sum());
        }
        Reason::Level | Reason::Use => {}
        _ => {
            // What it locked is free again.
            person.hero.change();
            let (player, reason) = (person.player, why);
            person.tell(Event::Rejected { player, reason });
        }
    }
}
