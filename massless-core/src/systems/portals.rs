//! After the movement: who stands in a portal's circle leaves for the zone behind it. Game rules, section 10.
//!
//! Reads bodies, sheets and the zone's portals; writes departures, and in whose circle somebody was refused,
//! so that a refusal is told once. What waits for the store delays a departure and refuses nothing.

use shipyard::{Get, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::controls::Presence;
use crate::components::{Body, Controls, Hero, Identity, Vitals};
use crate::content::zone::PortalDef;
use crate::event::{Event, Exit, Rejection};
use crate::limits::PORTAL_SHUT_TICKS;
use crate::math::{Vec2, ground};
use crate::units::{Level, Tick};
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Departures, Outbox, Scene};

pub(crate) fn run(world: &World) {
    world.run(
        |(clock, scene, roster): (
            UniqueView<'_, Clock>,
            UniqueView<'_, Scene>,
            UniqueView<'_, Roster>,
        ),
         (bodies, identities): (View<'_, Body>, View<'_, Identity>),
         (vitals, controls): (View<'_, Vitals>, View<'_, Controls>),
         mut heroes: ViewMut<'_, Hero>,
         mut departures: UniqueViewMut<'_, Departures>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            let portals = &scene.def().portals;
            for &(player, actor) in roster.players() {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let body = (&bodies).get(slot).expect("every actor has a body");
                let here = ground(body.walker.position);
                let held = (&controls).get(slot).expect("every character has controls");
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                let mut hero = (&mut heroes).get(slot).expect("every character has progress");
                let travels = vitals.is_alive() && held.presence == Presence::Playing;
                if let Some((zone, place)) = hero.bound_for.filter(|_| travels) {
                    departures.0.push((actor, Exit::Zone { zone, place }));
                    continue;
                }
                let entered = portals.iter().zip(0_u8..).find(|(def, _)| is_within(def, here));
                let Some((portal, number)) = entered else {
                    hero.refused_by = None;
                    continue;
                };
                if !travels {
                    continue;
                }
                let level = (&identities).get(slot).expect("every actor has an identity").level;
                match may_pass(&scene, portal, (&hero, vitals, level), clock.0) {
                    Ok(exit) => departures.0.push((actor, exit)),
                    Err(reason) if hero.refused_by != Some(number) => {
                        hero.refused_by = Some(number);
                        outbox.0.push(Event::Rejected { player, reason });
                    }
                    Err(_) => {}
                }
            }
        },
    );
}

fn is_within(portal: &PortalDef, here: Vec2) -> bool {
    here.distance_squared(portal.place) <= portal.radius * portal.radius
}

/// Where the portal brings a character, or why it does not.
fn may_pass(
    scene: &Scene,
    portal: &PortalDef,
    (hero, vitals, level): (&Hero, &Vitals, Level),
    now: Tick,
) -> Result<Exit, Rejection> {
    let foreign = portal.faction.is_some_and(|faction| faction != hero.sheet.faction);
    if foreign || scene.content.zone(portal.zone).is_none() {
        return Err(Rejection::PortalClosed);
    }
    if level < portal.level {
        return Err(Rejection::LevelTooLow);
    }
    let hurt = vitals.hurt_by_character;
    if hurt != Tick::default() && now.since(hurt).get() < PORTAL_SHUT_TICKS {
        return Err(Rejection::PortalShut);
    }
    Ok(Exit::Zone { zone: portal.zone, place: portal.arrival })
}
