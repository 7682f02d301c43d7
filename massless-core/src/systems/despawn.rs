//! Fourteenth in the game rules' tick: those who leave are taken out, and what is kept of a character is told.

use shipyard::{AllStoragesViewMut, Get, UniqueView, UniqueViewMut, View, World};

use super::death::REVIVE_PERCENT;
use crate::character::CarriedEffect;
use crate::command::Character;
use crate::components::{Body, Controls, Effects, Fighter, Hero, Identity, Vitals};
use crate::event::{Event, Exit};
use crate::holdings::stakes::Stakes;
use crate::ids::ActorId;
use crate::math::ground;
use crate::units::{HitPoints, Tick};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::spawn;
use crate::zone::state::{Clock, Departures, Outbox, Pending, Scene};

pub(crate) fn run(world: &World) {
    let mut departures =
        world.run(|mut list: UniqueViewMut<'_, Departures>| core::mem::take(&mut list.0));
    departures.sort_by_key(|&(actor, _)| actor);
    departures.dedup_by_key(|&mut (actor, _)| actor);
    departures.retain(|&(actor, _)| !waits(world, actor));
    for &(actor, exit) in &departures {
        tell(world, actor, exit);
        world.run(|mut all: AllStoragesViewMut<'_>| spawn::remove(&mut all, actor));
    }
    departures.clear();
    world.run(|mut list: UniqueViewMut<'_, Departures>| list.0 = departures);
}

/// A character for whom the store still works stays: what it was promised must reach its sheet. Whoever
/// wants it to leave asks again in the next tick.
fn waits(world: &World, actor: ActorId) -> bool {
    world.run(
        |roster: UniqueView<'_, Roster>,
         pending: UniqueView<'_, Pending>,
         (controls, heroes): (View<'_, Controls>, View<'_, Hero>)| {
            let Some(slot) = roster.slot(actor) else { return false };
            let Ok(held) = (&controls).get(slot) else { return false };
            let owed = (&heroes).get(slot).is_ok_and(|hero| hero.owed > 0);
            owed || Stakes::new(&pending, held.player).intents().next().is_some()
        },
    )
}

fn tell(world: &World, actor: ActorId, exit: Exit) {
    world.run(
        |(clock, scene): (UniqueView<'_, Clock>, UniqueView<'_, Scene>),
         roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         (identities, vitals): (View<'_, Identity>, View<'_, Vitals>),
         (controls, heroes): (View<'_, Controls>, View<'_, Hero>),
         (fighters, effects): (View<'_, Fighter>, View<'_, Effects>),
         mut outbox: UniqueViewMut<'_, Outbox>| {
            let Some(slot) = roster.slot(actor) else { return };
            let Ok(controls) = (&controls).get(slot) else { return };
            let identity = (&identities).get(slot).expect("every actor has an identity");
            let Kind::Character { look } = identity.kind else { return };
            let body = (&bodies).get(slot).expect("every actor has a body");
            let vitals = (&vitals).get(slot).expect("every actor has vitals");
            let hero = (&heroes).get(slot).expect("every character has progress");
            let fighter = (&fighters).get(slot).expect("every character can fight");
            let left = |tick: Tick| tick.since(clock.0).get();
            let mut sheet = hero.sheet.clone();
            sheet.cooldowns = fighter.cooldowns.iter().map(|&(id, at)| (id, left(at))).collect();
            sheet.cooldowns.retain(|&(_, ticks)| ticks > 0);
            // A level that the store never granted is earned again with the next experience.
            let need = scene.content.rules().experience_need(identity.level);
            sheet.experience = sheet.experience.min(need.saturating_sub(1));
            sheet.item_cooldowns = hero.item_ready.map(left);
            let held = (&effects).get(slot).expect("every character has effects");
            let travels = matches!(exit, Exit::Zone { .. });
            let carried = held.list.iter().filter(|effect| travels && effect.until > clock.0);
            let carried = carried.map(|effect| CarriedEffect::of(effect, clock.0)).collect();
            // The dead come back at the respawn point, as if they had waited for it.
            let lies = !vitals.is_alive();
            let half = |max: u32| (max * REVIVE_PERCENT / 100).max(1);
            let hit_points = if lies {
                HitPoints::new(half(vitals.hit_points_max.get()))
            } else {
                vitals.hit_points
            };
            let character = Character {
                name: controls.name.clone(),
                look,
                level: identity.level,
                hit_points: Some(hit_points),
                mana: Some(if lies { half(vitals.mana_max) } else { vitals.mana }),
                place: (!lies).then(|| ground(body.walker.position)),
                facing: body.facing,
                sheet,
                effects: carried,
            };
            let (player, character) = (controls.player, Box::new(character));
            outbox.0.push(Event::Left { player, actor, character, exit });
        },
    );
}
