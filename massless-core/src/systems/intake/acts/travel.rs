//! The waykeeper: to a zone one knows, for a fee. Game rules, section 10.

use crate::event::Rejection;
use crate::holdings::Person;
use crate::ids::ZoneId;
use crate::intent::{Entry, Reason};
use crate::limits::PORTAL_SHUT_TICKS;
use crate::units::Tick;

use super::near::{affords, at_peace};

/// Asks for the journey; it begins when the fee is booked.
pub(super) fn travel(person: &mut Person<'_>, zone: ZoneId) -> Result<(), Rejection> {
    at_peace(person)?;
    let hurt = person.vitals.hurt_by_character;
    if hurt != Tick::default() && person.now.since(hurt).get() < PORTAL_SHUT_TICKS {
        return Err(Rejection::PortalShut);
    }
    if person.hero.sheet.visited.binary_search(&zone).is_err() {
        return Err(Rejection::NotVisited);
    }
    if zone == person.scene.zone || person.content().zone(zone).is_none() {
        return Err(Rejection::PortalClosed);
    }
    let departs = person.stakes().entries().any(|entry| matches!(entry, Entry::Depart { .. }));
    if departs || person.hero.bound_for.is_some() {
        return Err(Rejection::Locked);
    }
    let services = person.content().services();
    let coin = services.travel_price(person.level(), person.hero.sheet.faction);
    affords(person, coin)?;
    let mut entries = vec![Entry::Depart { zone }];
    if coin > 0 {
        entries.push(Entry::Coin { delta: -coin });
    }
    person.ask(Reason::Travel, entries).map(|_| ())
}
