//! From components to the columns that others see.

mod bargains;

use shipyard::{Component, Get, UniqueView, View as Components, World};

use super::roster::Roster;
use super::state::{Pending, Scene};
use crate::components::brain::Mode;
use crate::components::controls::Presence;
use crate::components::effects::Effect;
use crate::components::{
    Body, Brain, Controls, Drop, Effects, Field, Fighter, Grudge, Hero, Identity, Vitals,
};
use crate::content::Content;
use crate::content::item::EquipSlot;
use crate::holdings::stakes::Stakes;
use crate::ids::{ActorId, ItemId, ItemUid};
use crate::math::Vec3;
use crate::traits::{Sway, Traits};
use crate::units::{Level, Tick};
use crate::view::{CastView, EffectView, Gear, LeapView, PlayerView, Pose, SheetView, View};

/// Overwrites the view with the present state.
pub(super) fn columns(world: &World, tick: Tick, view: &mut View) {
    clear(view);
    view.tick = tick;
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: Components<'_, Body>,
         identities: Components<'_, Identity>,
         vitals: Components<'_, Vitals>,
         (fighters, effects): (Components<'_, Fighter>, Components<'_, Effects>),
         (controls, brains): (Components<'_, Controls>, Components<'_, Brain>),
         heroes: Components<'_, Hero>| {
            view.actor.extend_from_slice(roster.actors());
            for (_, slot) in roster.iter() {
                let body = (&bodies).get(slot).expect("every actor has a body");
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                view.kind.push(identity.kind);
                view.level.push(identity.level);
                view.position.push(body.walker.position);
                view.velocity.push(body.velocity);
                view.facing.push(body.facing);
                view.hit_point_share.push(vitals.share());
                let (controls, brain) = ((&controls).get(slot).ok(), (&brains).get(slot).ok());
                let fighter = (&fighters).get(slot).ok();
                let effects = (&effects).get(slot).ok();
                let fights = vitals.combat_until > tick;
                view.pose.push(match fighter {
                    _ if !vitals.is_alive() => Pose::Dead,
                    Some(fighter) if fighter.action.is_some() => Pose::Casting,
                    Some(fighter) if fighter.dash.is_some() => Pose::Leaping,
                    _ => pose(body, controls, brain, fights),
                });
                view.effects.push(effects.map_or(0, mask));
                let target = fighter.and_then(|fighter| fighter.target);
                view.target.push(target.unwrap_or_default());
                view.gear.push((&heroes).get(slot).map_or_else(|_| Gear::default(), gear));
            }
        },
    );
    players(world, tick, view);
    bargains::show(world, view);
    view.cells.rebuild(&view.position);
}

fn clear(view: &mut View) {
    view.actor.clear();
    view.kind.clear();
    view.level.clear();
    view.position.clear();
    view.velocity.clear();
    view.facing.clear();
    view.hit_point_share.clear();
    view.pose.clear();
    view.effects.clear();
    view.target.clear();
    view.gear.clear();
}

fn gear(hero: &Hero) -> Gear {
    let weapon = hero.sheet.worn[EquipSlot::Weapon as usize];
    let weapon = weapon.map_or_else(ItemId::default, |item| item.definition);
    Gear { class: hero.sheet.class, weapon }
}

fn mask(effects: &Effects) -> u32 {
    let ids = effects.list.iter().map(|effect| u32::from(effect.effect.get()));
    ids.filter(|&id| id < 32).fold(0, |mask, id| mask | 1 << id)
}

fn pose(body: &Body, controls: Option<&Controls>, brain: Option<&Brain>, fights: bool) -> Pose {
    let absent = controls.is_some_and(|c| matches!(c.presence, Presence::Detached { .. }));
    let mode = brain.map(|brain| brain.mode);
    if absent {
        Pose::Absent
    } else if body.walker.fall_speed > 0.0 {
        Pose::Falling
    } else if matches!(mode, Some(Mode::Fight { .. })) {
        Pose::Alert
    } else if matches!(mode, Some(Mode::Return { .. })) {
        Pose::Returning
    } else if body.velocity != Vec3::ZERO {
        Pose::Walking
    } else if fights {
        Pose::Fighting
    } else {
        Pose::Idle
    }
}

fn players(world: &World, tick: Tick, view: &mut View) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         (scene, pending): (UniqueView<'_, Scene>, UniqueView<'_, Pending>),
         (bodies, identities, vitals): (
            Components<'_, Body>,
            Components<'_, Identity>,
            Components<'_, Vitals>,
        ),
         (fighters, effects): (Components<'_, Fighter>, Components<'_, Effects>),
         (controls, heroes): (Components<'_, Controls>, Components<'_, Hero>)| {
            let same = view.names.len() == roster.players().len();
            for (position, &(player, actor)) in roster.players().iter().enumerate() {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let body = (&bodies).get(slot).expect("every actor has a body");
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                let fighter = (&fighters).get(slot).expect("every character can fight");
                let effects = (&effects).get(slot).expect("every character has effects");
                let held = (&controls).get(slot).expect("every character has controls");
                let hero = (&heroes).get(slot).expect("every character has progress");
                let index = view.actor.binary_search(&actor).expect("just filled in");
                if view.players.len() <= position {
                    view.players.push(PlayerView::default());
                }
                let entry = &mut view.players[position];
                entry.player = player;
                entry.index = u32::try_from(index).expect("a zone has fewer than 2^17 actors");
                entry.applied_sequence = held.sequence;
                entry.applied_now = held.input_tick == tick;
                entry.walker = body.walker;
                entry.party = hero.party;
                entry.item_ready = hero.item_ready;
                // What holds in the next tick: clients predict it.
                let sway = Sway::of(&scene.content, effects, tick.next());
                let speed = sway.speed(scene.content.rules().walk_speed);
                entry.speed = if vitals.is_alive() { speed } else { 0.0 };
                fill_vitals(entry, vitals);
                fill_timers(entry, fighter, effects);
                if !same || view.names[position] != held.name {
                    view.names.resize(roster.players().len(), String::new());
                    view.names[position].clone_from(&held.name);
                }
                while view.sheets.get(position).is_some_and(|sheet| sheet.player < player) {
                    view.sheets.remove(position);
                }
                let shown = view.sheets.get(position).filter(|sheet| sheet.player == player);
                let is_shown = shown.is_some_and(|sheet| sheet.revision == hero.revision);
                if !is_shown {
                    let stakes = Stakes::new(&pending, player);
                    let fresh = sheet_view(&scene.content, stakes, identity.level, hero);
                    show_sheet(&mut view.sheets, position, fresh);
                }
            }
            view.players.truncate(roster.players().len());
            view.names.truncate(roster.players().len());
            view.sheets.truncate(roster.players().len());
        },
    );
}

fn fill_vitals(entry: &mut PlayerView, vitals: &Vitals) {
    entry.hit_points = vitals.hit_points.get();
    entry.hit_points_max = vitals.hit_points_max.get();
    entry.mana = vitals.mana;
    entry.mana_max = vitals.mana_max;
    entry.combat_until = vitals.combat_until;
}

fn fill_timers(entry: &mut PlayerView, fighter: &Fighter, effects: &Effects) {
    entry.swing_at = fighter.swing_at;
    entry.shared_at = fighter.shared_at;
    entry.cast = fighter.action.map(|action| CastView {
        skill: action.skill,
        began: action.began,
        ends: action.ends,
    });
    entry.leap = fighter.dash.map(|dash| LeapView {
        heading: dash.heading,
        speed: dash.speed,
        until: dash.until,
    });
    entry.cooldowns.clone_from(&fighter.cooldowns);
    entry.effects.clear();
    entry.effects.extend(effects.list.iter().map(effect_view));
}

fn effect_view(effect: &Effect) -> EffectView {
    EffectView { effect: effect.effect, until: effect.until }
}

/// Puts a fresh sheet in its place; an unchanged shelf keeps its number.
fn show_sheet(sheets: &mut Vec<SheetView>, position: usize, mut fresh: SheetView) {
    let shown = sheets.get_mut(position).filter(|sheet| sheet.player == fresh.player);
    match shown {
        Some(shown) => {
            if fresh.has_shelf_of(shown) {
                fresh.shelf = shown.shelf;
            }
            *shown = fresh;
        }
        None => sheets.insert(position, fresh),
    }
}

fn sheet_view(content: &Content, stakes: Stakes<'_>, level: Level, hero: &Hero) -> SheetView {
    let traits = Traits::of_hero(content, level, hero, &Effects::default(), Tick::default());
    let sheet = hero.sheet.clone();
    let shown = stakes.intents().map(|intent| intent.reason).filter(|reason| reason.is_shown());
    let locked = sheet.items().map(|item| item.uid).filter(|&uid| stakes.is_named(uid));
    let mut locked: Vec<ItemUid> = locked.collect();
    locked.sort_unstable();
    SheetView {
        player: stakes.player(),
        revision: hero.revision,
        shelf: hero.revision,
        level,
        derived: traits.derived(),
        waits: shown.collect(),
        locked,
        sheet,
    }
}

/// Every component of an actor as text, for people who compare two zones.
pub(super) fn describe(world: &World, actor: ActorId) -> Vec<(&'static str, String)> {
    fn text<C: Component + core::fmt::Debug + Send + Sync>(
        world: &World,
        actor: ActorId,
    ) -> Option<String>
    where
        C::Tracking: Send + Sync,
    {
        world.run(|roster: UniqueView<'_, Roster>, view: Components<'_, C>| {
            let slot = roster.slot(actor)?;
            (&view).get(slot).ok().map(|component| format!("{component:?}"))
        })
    }
    [
        ("body", text::<Body>(world, actor)),
        ("identity", text::<Identity>(world, actor)),
        ("vitals", text::<Vitals>(world, actor)),
        ("fighter", text::<Fighter>(world, actor)),
        ("effects", text::<Effects>(world, actor)),
        ("controls", text::<Controls>(world, actor)),
        ("hero", text::<Hero>(world, actor)),
        ("brain", text::<Brain>(world, actor)),
        ("grudge", text::<Grudge>(world, actor)),
        ("drop", text::<Drop>(world, actor)),
        ("field", text::<Field>(world, actor)),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name, text?)))
    .collect()
}
