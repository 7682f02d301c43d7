//! First in the tick: commands. The host's come first, then the inputs by player id.
//!
//! Reads the inbox, changes characters, reports what it refuses. A refused command changes nothing else.

pub(crate) mod acts;
mod settle;

use shipyard::{AllStoragesViewMut, Get, UniqueView, UniqueViewMut, ViewMut, World};

use crate::character::{Item, Sheet};
use crate::command::{Character, Command, Input};
use crate::components::controls::Presence;
use crate::components::{Body, Controls, Effects, Fighter, Hero, Identity, Vitals};
use crate::content::Content;
use crate::content::item::RARITIES;
use crate::event::{Event, Exit, Rejection};
use crate::formulas;
use crate::ids::{ActorId, ItemUid, PartyId, PlayerId, SkillId, ZoneId};
use crate::limits::{
    ACTORS_MAX, CHARACTERS_MAX, COIN_MAX, COMMANDS_PER_TICK_MAX, COOLDOWNS_MAX, EFFECTS_MAX,
    NAME_BYTES_MAX, PITY_MAX, QUESTS_MAX, RANK_MAX, RANKS_MAX, STORAGE_SLOTS_MAX,
    STORAGE_SLOTS_MIN, UPGRADE_MAX, VISITED_MAX,
};
use crate::math::{Vec2, Vec3};
use crate::rng::{Draws, Stream};
use crate::units::{HitPoints, Level, Tick, Ticks};
use crate::view::Kind;
use crate::walk::Walker;
use crate::zone::places;
use crate::zone::roster::Roster;
use crate::zone::spawn::{self, Blueprint, Role};
use crate::zone::state::{Clock, Departures, Inbox, Outbox, Pending, Scene, Secret};

pub(crate) fn run(world: &World) {
    let mut commands =
        world.run(|mut inbox: UniqueViewMut<'_, Inbox>| core::mem::take(&mut inbox.0));
    let accepted_len = commands.len().min(COMMANDS_PER_TICK_MAX);
    for command in &commands[accepted_len..] {
        reject(world, command.player(), Rejection::TooManyCommands);
    }
    let accepted = &commands[..accepted_len];
    let host_len = accepted.iter().take_while(|c| !matches!(c, Command::Input { .. })).count();
    let mut actor = PlayerId::default();
    for command in &accepted[..host_len] {
        let player = command.player();
        let outcome = match command {
            Command::Act { player, act } if *player >= actor => {
                actor = *player;
                acts::obey(world, *player, act).map(|()| None)
            }
            Command::Answer { intent, answer } => {
                settle::settle(world, *intent, answer);
                Ok(None)
            }
            Command::Act { .. } => Err(Rejection::OutOfOrder),
            _ => world.run(|all: AllStoragesViewMut<'_>| obey(all, command)),
        };
        match outcome {
            Ok(Some(event)) => tell(world, event),
            Ok(None) => {}
            Err(reason) => reject(world, player, reason),
        }
    }
    take_inputs(world, &accepted[host_len..]);
    commands.clear();
    world.run(|mut inbox: UniqueViewMut<'_, Inbox>| inbox.0 = commands);
}

fn tell(world: &World, event: Event) {
    world.run(|mut outbox: UniqueViewMut<'_, Outbox>| outbox.0.push(event));
}

fn reject(world: &World, player: PlayerId, reason: Rejection) {
    tell(world, Event::Rejected { player, reason });
}

fn take_inputs(world: &World, commands: &[Command]) {
    world.run(
        |clock: UniqueView<'_, Clock>,
         roster: UniqueView<'_, Roster>,
         mut controls: ViewMut<'_, Controls>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            let mut newest = None;
            for command in commands {
                let player = command.player();
                let Command::Input { sequence, input, .. } = *command else {
                    let reason = Rejection::OutOfOrder;
                    outbox.0.push(Event::Rejected { player, reason });
                    continue;
                };
                let slot = roster.actor_of(player).and_then(|actor| roster.slot(actor));
                let refused = match slot {
                    _ if newest >= Some(player) => Some(Rejection::OutOfOrder),
                    None => Some(Rejection::NotHere),
                    Some(slot) => {
                        let mut held =
                            (&mut controls).get(slot).expect("every character has controls");
                        apply_input(&mut held, clock.0, sequence, input);
                        None
                    }
                };
                newest = newest.max(Some(player));
                if let Some(reason) = refused {
                    outbox.0.push(Event::Rejected { player, reason });
                }
            }
        },
    );
}

fn apply_input(controls: &mut Controls, now: Tick, sequence: u16, input: Input) {
    controls.pressed = input.buttons & !controls.input.buttons;
    controls.input = input;
    controls.sequence = sequence;
    controls.input_tick = now;
}

fn obey(mut all: AllStoragesViewMut<'_>, command: &Command) -> Result<Option<Event>, Rejection> {
    let player = command.player();
    match command {
        Command::Join { character, .. } => {
            let actor = join(&mut all, player, character)?;
            Ok(Some(Event::Joined { player, actor }))
        }
        Command::Leave { .. } => present(&mut all, player, |now| Presence::Leaving { since: now }),
        Command::Detach { .. } => {
            present(&mut all, player, |now| Presence::Detached { since: now })
        }
        Command::Attach { .. } => present(&mut all, player, |_| Presence::Playing),
        Command::Remove { .. } => remove(&mut all, player),
        Command::Place { place, .. } => put(&mut all, player, *place),
        Command::Party { party, .. } => set_party(&mut all, player, *party),
        Command::Secret { word } => {
            unique_mut::<Secret>(&all).0 = *word;
            Ok(None)
        }
        Command::Act { .. } | Command::Answer { .. } | Command::Input { .. } => {
            unreachable!("they were split off")
        }
    }
}

fn join(
    all: &mut AllStoragesViewMut<'_>,
    player: PlayerId,
    character: &Character,
) -> Result<ActorId, Rejection> {
    let blueprint = {
        let roster = unique::<Roster>(all);
        let scene = unique::<Scene>(all);
        if roster.actor_of(player).is_some() {
            return Err(Rejection::AlreadyHere);
        }
        let characters_max = (scene.def().characters_max as usize).min(CHARACTERS_MAX);
        if roster.players().len() >= characters_max || roster.len() >= ACTORS_MAX {
            return Err(Rejection::ZoneFull);
        }
        plan_character(&scene, unique::<Clock>(all).0, roster.newest() + 1, player, character)?
    };
    Ok(spawn::add(all, blueprint))
}

fn unique<'a, T: shipyard::Unique + Send + Sync>(
    all: &'a AllStoragesViewMut<'_>,
) -> UniqueView<'a, T> {
    all.borrow::<UniqueView<'_, T>>().expect("the zone adds its uniques when it is made")
}

fn plan_character(
    scene: &Scene,
    now: Tick,
    actor: u64,
    player: PlayerId,
    character: &Character,
) -> Result<Blueprint, Rejection> {
    let content = &scene.content;
    let sheet = &character.sheet;
    let sound = (1..=NAME_BYTES_MAX).contains(&character.name.len())
        && character.look < 16
        && player != PlayerId::default()
        && character.effects.len() <= EFFECTS_MAX
        && character.effects.iter().all(|carried| content.effect(carried.effect).is_some())
        && is_sound(content, character.level, sheet);
    let class = content.class(sheet.class).filter(|_| sound).ok_or(Rejection::BadCharacter)?;
    let place = match character.place {
        Some(place) => places::standing(&scene.map, place).ok_or(Rejection::BadPlace)?,
        None => {
            let draws = Draws::new(scene.seed, ActorId::new(actor), now, Stream::SpawnPlace);
            places::arrival(scene, draws).ok_or(Rejection::BadPlace)?
        }
    };
    let attributes = formulas::attributes(class, sheet.spent);
    let gear = formulas::gear_stats(content, &sheet.worn);
    let level = character.level.get();
    let hit_points_max = formulas::hit_points_max(class, level, attributes, gear);
    let mana_max = formulas::mana_max(class, level, attributes);
    let mut vitals = Vitals::full(HitPoints::new(hit_points_max), mana_max);
    if let Some(hit_points) = character.hit_points {
        // Who left dead comes back with one point.
        vitals.hit_points = HitPoints::new(hit_points.get().clamp(1, hit_points_max));
    }
    vitals.mana = character.mana.unwrap_or(mana_max).min(mana_max);
    let controls = Controls {
        player,
        name: character.name.clone(),
        input: Input { facing: character.facing, ..Input::default() },
        pressed: 0,
        sequence: 0,
        input_tick: Tick::default(),
        presence: Presence::Playing,
    };
    let bearer = ActorId::new(actor);
    let effects = character.effects.iter().map(|carried| carried.resume(bearer, now)).collect();
    let cooldowns = sheet.cooldowns.iter().map(|&(skill, ticks)| (skill, now + Ticks::new(ticks)));
    let fighter = Fighter { cooldowns: cooldowns.collect(), ..Fighter::default() };
    Ok(Blueprint {
        body: Body {
            walker: Walker { position: place, fall_speed: 0.0 },
            velocity: Vec3::ZERO,
            facing: character.facing,
        },
        identity: Identity {
            kind: Kind::Character { look: character.look },
            level: character.level,
        },
        vitals,
        role: Role::Character {
            fighter,
            effects: Effects { list: effects, ..Effects::default() },
            controls,
            hero: Box::new(Hero::new(visiting(sheet, scene.zone), now)),
        },
    })
}

/// The sheet of somebody who has been here from now on.
fn visiting(sheet: &Sheet, zone: ZoneId) -> Sheet {
    let mut sheet = sheet.clone();
    sheet.visit(zone);
    sheet
}

/// What a store hands over is checked like all else that enters.
fn is_sound(content: &Content, level: Level, sheet: &Sheet) -> bool {
    let need = content.rules().experience_need(level);
    let gear_fits = |(slot, item): (usize, &Option<Item>)| {
        item.is_none_or(|item| {
            let def = content.item(item.definition);
            def.is_some_and(|def| def.slot().is_some_and(|worn| worn as usize == slot))
        })
    };
    let items_fit = sheet.items().all(|item| {
        content.item(item.definition).is_some_and(|def| item.quantity <= def.stack_max)
            && usize::from(item.rarity) < RARITIES
            && item.upgrade <= UPGRADE_MAX
            && item.quantity > 0
            && item.uid != ItemUid::default()
    });
    let mut uids: Vec<ItemUid> = sheet.items().map(|item| item.uid).collect();
    uids.sort_unstable();
    sheet.experience < need
        && level <= content.rules().level_max
        && (1..=3).contains(&sheet.faction.get())
        && (0..=COIN_MAX).contains(&sheet.coin)
        && items_fit
        && uids.windows(2).all(|pair| pair[0] != pair[1])
        && sheet.worn.iter().enumerate().all(gear_fits)
        && sheet.quests.len() <= QUESTS_MAX
        && sheet.quests.iter().all(|state| content.quest(state.quest).is_some())
        && sheet.done.is_sorted_by(|a, b| a < b)
        && sheet.cooldowns.len() <= COOLDOWNS_MAX
        && sheet.cooldowns.is_sorted_by(|a, b| a.0 < b.0)
        && is_progress_sound(content, sheet)
}

/// Storage, ranks, counters of failures and visited zones.
fn is_progress_sound(content: &Content, sheet: &Sheet) -> bool {
    let rank_fits =
        |&(skill, rank): &(SkillId, u8)| content.skill(skill).is_some() && rank <= RANK_MAX;
    (STORAGE_SLOTS_MIN..=STORAGE_SLOTS_MAX).contains(&sheet.storage.len())
        && sheet.ranks.len() <= RANKS_MAX
        && sheet.ranks.is_sorted_by(|a, b| a.0 < b.0)
        && sheet.ranks.iter().all(rank_fits)
        && sheet.ranks.iter().all(|&(_, rank)| rank > 1)
        && sheet.pity.len() <= PITY_MAX
        && sheet.pity.iter().all(|pity| {
            pity.failures > 0
                && usize::from(pity.rarity) < RARITIES
                && (1..=UPGRADE_MAX).contains(&pity.target)
        })
        && sheet.visited.len() <= VISITED_MAX
        && sheet.visited.is_sorted_by(|a, b| a < b)
}

/// Whoever is taken away waits for nothing any more.
fn remove(all: &mut AllStoragesViewMut<'_>, player: PlayerId) -> Result<Option<Event>, Rejection> {
    let (actor, slot) = {
        let roster = unique::<Roster>(all);
        let actor = roster.actor_of(player).ok_or(Rejection::NotHere)?;
        (actor, roster.slot(actor).ok_or(Rejection::NotHere)?)
    };
    unique_mut::<Pending>(all).list.retain(|intent| intent.player != player);
    let mut heroes = all.borrow::<ViewMut<'_, Hero>>().expect("heroes are free here");
    (&mut heroes).get(slot).expect("every character has progress").owed = 0;
    unique_mut::<Departures>(all).0.push((actor, Exit::World));
    Ok(None)
}

fn set_party(
    all: &mut AllStoragesViewMut<'_>,
    player: PlayerId,
    party: Option<PartyId>,
) -> Result<Option<Event>, Rejection> {
    let slot = {
        let roster = unique::<Roster>(all);
        roster.actor_of(player).and_then(|actor| roster.slot(actor)).ok_or(Rejection::NotHere)?
    };
    let mut heroes = all.borrow::<ViewMut<'_, Hero>>().expect("heroes are free here");
    (&mut heroes).get(slot).expect("every character has progress").party = party;
    Ok(None)
}

fn unique_mut<'a, T: shipyard::Unique + Send + Sync>(
    all: &'a AllStoragesViewMut<'_>,
) -> UniqueViewMut<'a, T> {
    all.borrow::<UniqueViewMut<'_, T>>().expect("the zone adds its uniques when it is made")
}

fn present(
    all: &mut AllStoragesViewMut<'_>,
    player: PlayerId,
    presence: impl FnOnce(Tick) -> Presence,
) -> Result<Option<Event>, Rejection> {
    let roster = unique::<Roster>(all);
    let slot = roster.actor_of(player).and_then(|actor| roster.slot(actor));
    let slot = slot.ok_or(Rejection::NotHere)?;
    let now = unique::<Clock>(all).0;
    let mut controls = all.borrow::<ViewMut<'_, Controls>>().expect("controls are free here");
    let mut held = (&mut controls).get(slot).expect("every character has controls");
    let next = presence(now);
    let repeated = matches!(
        (held.presence, next),
        (Presence::Leaving { .. }, Presence::Leaving { .. })
            | (Presence::Detached { .. }, Presence::Detached { .. })
    );
    if !repeated {
        held.presence = next;
        held.input.direction = [0, 0];
    }
    Ok(None)
}

fn put(
    all: &mut AllStoragesViewMut<'_>,
    player: PlayerId,
    place: Vec2,
) -> Result<Option<Event>, Rejection> {
    let roster = unique::<Roster>(all);
    let slot = roster.actor_of(player).and_then(|actor| roster.slot(actor));
    let slot = slot.ok_or(Rejection::NotHere)?;
    let position = places::standing(&unique::<Scene>(all).map, place).ok_or(Rejection::BadPlace)?;
    let mut bodies = all.borrow::<ViewMut<'_, Body>>().expect("bodies are free here");
    let mut body = (&mut bodies).get(slot).expect("every actor has a body");
    body.walker = Walker { position, fall_speed: 0.0 };
    body.velocity = Vec3::ZERO;
    Ok(None)
}
