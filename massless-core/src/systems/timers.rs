//! Second in the tick: who wants to leave or lost the connection, and may go now; effects that end.
//!
//! Reads bodies and controls, writes presence, effects and the list of departures.

use shipyard::{Get, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::controls::Presence;
use crate::components::{Body, Controls, Effects, Fighter, Vitals};
use crate::event::{Event, Exit};
use crate::limits::{DETACHED_TICKS, LEAVING_TICKS};
use crate::math::ground;
use crate::units::Tick;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Departures, Outbox, Pending, Scene};

pub(crate) fn run(world: &World) {
    expire(world);
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         (bodies, vitals): (View<'_, Body>, View<'_, Vitals>),
         mut controls: ViewMut<'_, Controls>,
         pending: UniqueView<'_, Pending>,
         mut departures: UniqueViewMut<'_, Departures>| {
            for &(player, actor) in roster.players() {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let body = (&bodies).get(slot).expect("every actor has a body");
                let mut held = (&mut controls).get(slot).expect("every character has controls");
                let safe = scene.is_safe(ground(body.walker.position));
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                let fights = vitals.combat_until > clock.0;
                let safe = safe && !fights && vitals.is_alive();
                let still = body.velocity.length_squared() == 0.0 && !fights;
                // Nobody goes while the store owes an answer: what it grants must find its owner.
                let waits = !matches!(held.presence, Presence::Playing)
                    && pending.list.iter().any(|intent| intent.concerns(player));
                match plan_presence(held.presence, clock.0, safe, still) {
                    _ if waits => {}
                    Some(presence) => held.presence = presence,
                    None => departures.0.push((actor, Exit::World)),
                }
            }
        },
    );
}

/// Effects that are over go; forced movements end.
fn expire(world: &World) {
    world.run(
        |clock: UniqueView<'_, Clock>,
         roster: UniqueView<'_, Roster>,
         mut effects: ViewMut<'_, Effects>,
         mut fighters: ViewMut<'_, Fighter>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            for (target, slot) in roster.iter() {
                let Ok(mut held) = (&mut effects).get(slot) else { continue };
                if held.list.iter().any(|effect| effect.until <= clock.0) {
                    held.list.retain(|effect| {
                        let over = effect.until <= clock.0;
                        if over {
                            outbox.0.push(Event::EffectLost { target, effect: effect.effect });
                        }
                        !over
                    });
                }
                let mut fighter = (&mut fighters).get(slot).expect("effects come with timers");
                if fighter.dash.is_some_and(|dash| dash.until <= clock.0) {
                    fighter.dash = None;
                }
            }
        },
    );
}

/// The presence after this tick; `None` when the body goes.
fn plan_presence(presence: Presence, now: Tick, safe: bool, still: bool) -> Option<Presence> {
    match presence {
        Presence::Playing => Some(presence),
        Presence::Leaving { .. } | Presence::Detached { .. } if safe => None,
        Presence::Leaving { .. } if !still => Some(Presence::Leaving { since: now }),
        Presence::Leaving { since } if now.since(since).get() >= LEAVING_TICKS => None,
        Presence::Detached { since } if now.since(since).get() >= DETACHED_TICKS => None,
        Presence::Leaving { .. } | Presence::Detached { .. } => Some(presence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_leaves_a_body_for_exactly_its_time() {
        let lost = Presence::Detached { since: Tick::new(10) };
        let at = |tick, safe| plan_presence(lost, Tick::new(tick), safe, true);
        assert_eq!(at(10, true), None);
        assert_eq!(at(209, false), Some(lost));
        assert_eq!(at(210, false), None);
    }

    #[test]
    fn leaving_starts_again_with_every_movement() {
        let leaving = Presence::Leaving { since: Tick::new(10) };
        assert_eq!(plan_presence(leaving, Tick::new(109), false, true), Some(leaving));
        assert_eq!(plan_presence(leaving, Tick::new(110), false, true), None);
        let again = Some(Presence::Leaving { since: Tick::new(110) });
        assert_eq!(plan_presence(leaving, Tick::new(110), false, false), again);
    }
}
