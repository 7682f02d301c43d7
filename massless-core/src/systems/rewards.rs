//! Eleventh in the game rules' tick, after the dead have fallen: experience, coin, loot, quest credit, and
//! what a death costs. Game rules, sections 5, 9, 11 and 14.
//!
//! Reads the deaths of the tick and the grudges of the slain; changes sheets, asks the store for coin and
//! levels, adds items on the ground.

mod kill;
mod loot;
mod shares;

use shipyard::{Get, UniqueView, View, World};

use self::kill::Kill;
use crate::components::{Hero, Identity};
use crate::content::quest::Goal;
use crate::event::Event;
use crate::formulas;
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, CreatureId, PlayerId};
use crate::units::TICKS_PER_SECOND;
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Deaths, Scene};

/// From this level on a death costs experience.
const LOSS_LEVEL: u8 = 10;
/// Of the experience inside the level, basis points.
const LOSS_BP: i64 = 500;

pub(crate) fn run(world: &World) {
    let deaths = world.run(|deaths: UniqueView<'_, Deaths>| deaths.0.clone());
    let mut earned = Vec::new();
    for &(actor, killer) in &deaths {
        if let Some(player) = crate::holdings::person::player_of(world, actor) {
            if !is_character(world, killer) {
                with_person(world, player, lose_experience);
            }
        } else if let Some(kill) = kill::gather(world, actor) {
            reward(world, &kill, &mut earned);
        }
    }
    ask_for_earnings(world, &mut earned);
}

fn is_character(world: &World, actor: Option<ActorId>) -> bool {
    world.run(|roster: UniqueView<'_, Roster>, identities: View<'_, Identity>| {
        let slot = actor.and_then(|actor| roster.slot(actor));
        let identity = slot.and_then(|slot| (&identities).get(slot).ok());
        identity.is_some_and(|identity| matches!(identity.kind, Kind::Character { .. }))
    })
}

fn lose_experience(person: &mut Person<'_>) {
    if person.level().get() < LOSS_LEVEL || person.hero.sheet.experience == 0 {
        return;
    }
    let inside = i64::from(person.hero.sheet.experience);
    let lost = u32::try_from(formulas::of_bp(inside, LOSS_BP)).unwrap_or(0);
    if lost > 0 {
        person.hero.change().experience -= lost;
    }
}

fn reward(world: &World, kill: &Kill, earned: &mut Vec<PlayerId>) {
    let gains = world.run(|scene: UniqueView<'_, Scene>| {
        let def = scene.content.creature(kill.creature).expect("gathered from it");
        shares::split(kill, def, scene.content.rules())
    });
    for group in &kill.groups {
        for member in group.members.iter().filter(|member| member.near || group.is_alone()) {
            with_person(world, member.player, |person| count_kill(person, kill.creature));
        }
    }
    for gain in gains {
        with_person(world, gain.player, |person| {
            person.learn(gain.experience);
            person.hero.owed = person.hero.owed.saturating_add(u64::from(gain.coin));
        });
        earned.push(gain.player);
    }
    loot::leave(world, kill);
}

fn count_kill(person: &mut Person<'_>, slain: CreatureId) {
    let content = person.content();
    for index in 0..person.hero.sheet.quests.len() {
        let state = person.hero.sheet.quests[index];
        let goal = content.quest(state.quest).map(|def| def.goal);
        let Some(Goal::Kill { creature, count }) = goal else { continue };
        if creature != slain || state.count >= count {
            continue;
        }
        let count = state.count + 1;
        person.hero.change().quests[index].count = count;
        let (player, quest) = (person.player, state.quest);
        person.tell(Event::Quest { player, quest, count, done: false });
    }
}

/// Asks for coin and levels: at once for those who just earned some, and once a second for what the
/// store refused or had no room for.
fn ask_for_earnings(world: &World, earned: &mut Vec<PlayerId>) {
    world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         (identities, heroes): (View<'_, Identity>, View<'_, Hero>)| {
            let rules = scene.content.rules();
            for &(player, actor) in roster.players() {
                let beat = (clock.0.get() + actor.get()).is_multiple_of(TICKS_PER_SECOND.into());
                if !beat {
                    continue;
                }
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let hero = (&heroes).get(slot).expect("every character has progress");
                let level = (&identities).get(slot).expect("every actor has an identity").level;
                let full = level < rules.level_max
                    && hero.sheet.experience >= rules.experience_need(level);
                if hero.owed > 0 || full {
                    earned.push(player);
                }
            }
        },
    );
    earned.sort_unstable();
    earned.dedup();
    for &player in earned.iter() {
        with_person(world, player, |person| {
            person.ask_for_level();
            // Without room it stays owed, until there is some.
            let _later = person.ask_for_coin();
        });
    }
}
