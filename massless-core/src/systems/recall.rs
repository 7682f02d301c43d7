//! After the skills: return scrolls. A scroll is read like a cast, out of combat, and brings its reader to the
//! zone's respawn point; read within its safe circle, to the start zone. Game rules, section 8.
//!
//! Its reading stands in `Fighter::action` under the item's number, which is no skill's: the skills leave it
//! alone. The scroll is used up when it works.

use shipyard::{Get, UniqueView, View, ViewMut, World};

use crate::components::{Body, Controls, Effects, Fighter, Vitals};
use crate::content::Content;
use crate::content::item::{ItemKind, Use};
use crate::event::{Event, Rejection};
use crate::holdings::{Person, with_person};
use crate::ids::{ItemId, PlayerId, SkillId, ZoneId};
use crate::math::{Vec2, Vec3, ground};
use crate::rng::{Draws, Stream};
use crate::traits::Sway;
use crate::units::Ticks;
use crate::walk::Walker;
use crate::zone::places;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Scene};

/// What became of a reading in this tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Broken,
    Works,
}

pub(crate) fn run(world: &World) {
    for (player, scroll, turn) in readers(world) {
        let place = with_person(world, player, |person| {
            person.fighter.action = None;
            let worked = (turn == Turn::Works).then(|| read(person, scroll));
            match worked {
                Some(Ok(place)) => place,
                Some(Err(reason)) => {
                    person.tell(Event::Rejected { player, reason });
                    break_off(person, scroll);
                    None
                }
                None => {
                    break_off(person, scroll);
                    None
                }
            }
        });
        if let Some(place) = place.flatten() {
            put(world, player, place);
        }
    }
}

/// How long a reading takes, when an action is one.
pub(crate) fn reading_of(content: &Content, action: SkillId) -> Option<(ItemId, Ticks)> {
    let item = ItemId::new(action.get());
    match content.item(item).map(|def| &def.kind) {
        Some(&ItemKind::Consumable { action: Use::Return { .. }, cooldown }) => {
            Some((item, cooldown))
        }
        _ => None,
    }
}

/// Those whose reading ends in this tick, one way or the other. Own movement, stun, silence and combat break
/// it, and so does death, which ends every action.
fn readers(world: &World) -> Vec<(PlayerId, ItemId, Turn)> {
    world.run(
        |(clock, scene, roster): (
            UniqueView<'_, Clock>,
            UniqueView<'_, Scene>,
            UniqueView<'_, Roster>,
        ),
         (fighters, effects): (View<'_, Fighter>, View<'_, Effects>),
         (controls, vitals): (View<'_, Controls>, View<'_, Vitals>)| {
            let now = clock.0;
            let mut readers = Vec::new();
            for &(player, actor) in roster.players() {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let fighter = (&fighters).get(slot).expect("every character can fight");
                let Some(action) = fighter.action else { continue };
                let Some((scroll, _)) = reading_of(&scene.content, action.skill) else { continue };
                let effects = (&effects).get(slot).expect("every character has effects");
                let sway = Sway::of(&scene.content, effects, now);
                let held = (&controls).get(slot).expect("every character has controls");
                let walks = held.heading(now) != Vec2::ZERO && !sway.rooted;
                let fights = (&vitals).get(slot).is_ok_and(|vitals| vitals.combat_until > now);
                if walks || fights || sway.stunned || sway.silenced {
                    readers.push((player, scroll, Turn::Broken));
                } else if now >= action.ends {
                    readers.push((player, scroll, Turn::Works));
                }
            }
            readers
        },
    )
}

fn break_off(person: &mut Person<'_>, scroll: ItemId) {
    let (actor, skill) = (person.actor, SkillId::new(scroll.get()));
    person.tell(Event::CastBroken { actor, skill });
}

/// Uses the scroll up; a place in this zone, or none when the way leads to another.
fn read(person: &mut Person<'_>, scroll: ItemId) -> Result<Option<Vec3>, Rejection> {
    super::acts::use_up_scroll(person, scroll)?;
    let (actor, skill) = (person.actor, SkillId::new(scroll.get()));
    person.tell(Event::SkillUsed { actor, skill, target: None });
    let scene = person.scene;
    let home = ZoneId::new(u32::from(person.hero.sheet.faction.get()));
    let leads_home = home != scene.zone && scene.is_safe(ground(person.place));
    if let Some(def) = scene.content.zone(home).filter(|_| leads_home) {
        person.hero.bound_for = Some((home, def.arrival.centre));
        return Ok(None);
    }
    let draws = Draws::new(scene.seed, actor, person.now, Stream::SpawnPlace);
    Ok(places::arrival(scene, draws))
}

fn put(world: &World, player: PlayerId, position: Vec3) {
    world.run(|roster: UniqueView<'_, Roster>, mut bodies: ViewMut<'_, Body>| {
        let Some(slot) = roster.actor_of(player).and_then(|actor| roster.slot(actor)) else {
            return;
        };
        let mut body = (&mut bodies).get(slot).expect("every actor has a body");
        body.walker = Walker { position, fall_speed: 0.0 };
        body.velocity = Vec3::ZERO;
    });
}
