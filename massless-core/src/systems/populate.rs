//! Thirteenth in the game rules' tick: NPCs stand at their places, spawn groups are full.
//!
//! Reads definitions and brains, adds actors. Looks once a second; a zone's first ticks fill it.

mod elbows;

use shipyard::all_storages::AllStorages;
use shipyard::{AllStoragesViewMut, IntoIter, Unique, UniqueView, UniqueViewMut, View, World};

use self::elbows::Elbows;
use crate::components::{Body, Brain, Effects, Fighter, Grudge, Identity, Vitals};
use crate::content::creature::CreatureDef;
use crate::content::zone::{NpcDef, SpawnGroup};
use crate::ids::{ActorId, CreatureId};
use crate::limits::{ACTORS_MAX, SPAWNS_PER_TICK};
use crate::math::{Vec2, Vec3, ground};
use crate::rng::{Draws, Stream};
use crate::units::{Facing, HitPoints, Level, TICKS_PER_SECOND, Tick, Ticks};
use crate::view::Kind;
use crate::walk::Walker;
use crate::zone::places;
use crate::zone::roster::Roster;
use crate::zone::spawn::{self, Blueprint, Role};
use crate::zone::state::{Clock, Graves, Scene};

/// Until this tick of its life a zone looks every tick, so that even the largest is full by then.
const FILLING_UNTIL: Tick = Tick::new((ACTORS_MAX / SPAWNS_PER_TICK) as u64);
/// A new creature strolls for the first time within this many ticks.
const FIRST_STROLL_TICKS: (Ticks, Ticks) = (Ticks::new(1), Ticks::new(200));
/// NPCs look south, toward those who come from the respawn point.
const NPC_FACING: Facing = Facing::new(32_768);
/// Called creatures appear within this distance, metres.
const SUMMON_METRES: f32 = 3.0;
/// Nothing harms an NPC; it shows a full bar.
const NPC_HIT_POINTS: HitPoints = HitPoints::new(100);

/// Memory kept from time to time; no state. `alive` is `[spawn group]`.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    alive: Vec<u32>,
    missing: Vec<Wanted>,
    elbows: Elbows,
}

pub(crate) fn run(world: &World) {
    let due = world.run(|clock: UniqueView<'_, Clock>| {
        clock.0 < FILLING_UNTIL || clock.0.get().is_multiple_of(u64::from(TICKS_PER_SECOND))
    });
    if !due {
        return;
    }
    let Scratch { mut alive, mut missing, mut elbows } =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    find_missing(world, &mut alive, &mut missing);
    let seeks_room = missing.iter().any(|wanted| matches!(wanted, Wanted::Creature(_)));
    if seeks_room {
        note_elbows(world, &mut elbows);
    }
    for &wanted in &missing {
        world.run(|mut all: AllStoragesViewMut<'_>| {
            let blueprint = {
                let unique = "the zone adds its uniques when it is made";
                let scene = all.borrow::<UniqueView<'_, Scene>>().expect(unique);
                let roster = all.borrow::<UniqueView<'_, Roster>>().expect(unique);
                let clock = all.borrow::<UniqueView<'_, Clock>>().expect(unique);
                let actor = ActorId::new(roster.newest() + 1);
                let spawn = Draws::new(scene.seed, actor, clock.0, Stream::SpawnPlace);
                let wander = Draws::new(scene.seed, actor, clock.0, Stream::Wander);
                let first = clock.0 + wander.ticks(0, FIRST_STROLL_TICKS.0, FIRST_STROLL_TICKS.1);
                match wanted {
                    Wanted::Npc(index) => plan_npc(&scene, index, first),
                    Wanted::Creature(group) => plan_place(&scene, group, spawn, &elbows)
                        .map(|place| plan_creature(&scene, group, place, first)),
                }
            };
            let mind = blueprint.as_ref().and_then(Blueprint::mind);
            if let Some((brain, body)) = mind.filter(|_| seeks_room) {
                elbows.add(brain.group, ground(body.walker.position));
            }
            if let Some(blueprint) = blueprint {
                spawn::add(&mut all, blueprint);
            }
        });
    }
    world.run(|mut scratch: UniqueViewMut<'_, Scratch>| {
        *scratch = Scratch { alive, missing, elbows }
    });
}

/// Somebody who ought to be there and is not.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Npc(usize),
    Creature(u16),
}

fn note_elbows(world: &World, elbows: &mut Elbows) {
    world.run(
        |scene: UniqueView<'_, Scene>, (brains, bodies): (View<'_, Brain>, View<'_, Body>)| {
            elbows.clear(scene.map.extent());
            for (brain, body) in (&brains, &bodies).iter() {
                elbows.add(brain.group, ground(body.walker.position));
            }
        },
    );
}

fn find_missing(world: &World, alive: &mut Vec<u32>, missing: &mut Vec<Wanted>) {
    world.run(
        |(clock, scene): (UniqueView<'_, Clock>, UniqueView<'_, Scene>),
         roster: UniqueView<'_, Roster>,
         mut graves: UniqueViewMut<'_, Graves>,
         (identities, vitals): (View<'_, Identity>, View<'_, Vitals>),
         brains: View<'_, Brain>| {
            let def = scene.def();
            alive.clear();
            alive.resize(def.spawn_groups.len() + def.npcs.len(), 0);
            for (brain, vitals) in (&brains, &vitals).iter() {
                if let Some(count) = alive.get_mut(usize::from(brain.group))
                    && vitals.is_alive()
                {
                    *count += 1;
                }
            }
            graves.0.retain(|grave| grave.due > clock.0);
            for grave in &graves.0 {
                alive[usize::from(grave.group)] += 1;
            }
            let present = |kind| identities.iter().any(|identity| identity.kind == kind);
            let npcs = def.npcs.iter().enumerate();
            let npcs = npcs.filter(|&(index, npc)| match npc.creature {
                Some(_) => alive[def.spawn_groups.len() + index] == 0,
                None => !present(Kind::Npc(npc.id)),
            });
            let npcs = npcs.map(|(index, _)| Wanted::Npc(index));
            let groups = def.spawn_groups.iter().zip(0_u16..).zip(alive.iter());
            let creatures = groups.flat_map(|((group, index), &alive)| {
                (alive..group.count.max(alive)).map(move |_| Wanted::Creature(index))
            });
            let room = ACTORS_MAX.saturating_sub(roster.len()).min(SPAWNS_PER_TICK);
            missing.clear();
            missing.extend(npcs.chain(creatures).take(room));
        },
    );
}

fn plan_npc(scene: &Scene, index: usize, first_stroll: Tick) -> Option<Blueprint> {
    let npc: &NpcDef = &scene.def().npcs[index];
    let position = places::standing(&scene.map, npc.place)?;
    let kind = Kind::Npc(npc.id);
    let Some(creature) = npc.creature else {
        return Some(Blueprint {
            body: body_at(position, NPC_FACING),
            identity: Identity { kind, level: Level::default() },
            vitals: Vitals::full(NPC_HIT_POINTS, 0),
            role: Role::Bystander,
        });
    };
    let group = u16::try_from(scene.def().spawn_groups.len() + index).ok()?;
    let place = (position, NPC_FACING);
    Some(plan_body(scene, (creature, kind), group, place, first_stroll))
}

fn plan_place(scene: &Scene, group: u16, draws: Draws, elbows: &Elbows) -> Option<Vec3> {
    let SpawnGroup { centre, radius, .. } = scene.def().spawn_groups[usize::from(group)];
    let crowded = |place: Vec2| elbows.is_crowded(group, place);
    let draw = |n| places::in_circle(&scene.map, centre, radius, (draws, n));
    let tries = 0..places::PLACE_TRIES;
    let roomy = tries.clone().filter_map(draw).find(|&place| !crowded(ground(place)));
    roomy.or_else(|| tries.clone().find_map(draw)).or_else(|| places::standing(&scene.map, centre))
}

fn plan_creature(scene: &Scene, group: u16, place: Vec3, first_stroll: Tick) -> Blueprint {
    let creature = scene.def().spawn_groups[usize::from(group)].creature;
    let place = (place, Facing::default());
    plan_body(scene, (creature, Kind::Creature(creature)), group, place, first_stroll)
}

fn plan_body(
    scene: &Scene,
    (creature, kind): (CreatureId, Kind),
    group: u16,
    (place, facing): (Vec3, Facing),
    first_stroll: Tick,
) -> Blueprint {
    let def: &CreatureDef = scene.content.creature(creature).expect("checked at load");
    Blueprint {
        body: body_at(place, facing),
        identity: Identity { kind, level: def.level },
        vitals: Vitals::full(def.hit_points, 0),
        role: Role::Creature {
            fighter: Fighter::default(),
            effects: Effects::default(),
            brain: Brain::new(group, ground(place), first_stroll),
            grudge: Grudge::calm(),
        },
    }
}

/// Creatures called by a skill: beside its caster, of no spawn group.
pub(super) fn summon(all: &mut AllStorages, creature: CreatureId, count: u32, centre: Vec2) {
    for _ in 0..count {
        let blueprint = {
            let unique = "the zone adds its uniques when it is made";
            let scene = all.borrow::<UniqueView<'_, Scene>>().expect(unique);
            let roster = all.borrow::<UniqueView<'_, Roster>>().expect(unique);
            let clock = all.borrow::<UniqueView<'_, Clock>>().expect(unique);
            if roster.len() >= ACTORS_MAX {
                return;
            }
            let actor = ActorId::new(roster.newest() + 1);
            let draws = Draws::new(scene.seed, actor, clock.0, Stream::SpawnPlace);
            let draw = |n| places::in_circle(&scene.map, centre, SUMMON_METRES, (draws, n));
            let place = (0..places::PLACE_TRIES).find_map(draw);
            let place = place.or_else(|| places::standing(&scene.map, centre));
            let first = clock.0 + FIRST_STROLL_TICKS.1;
            let kind = Kind::Creature(creature);
            place.map(|place| {
                let place = (place, Facing::default());
                plan_body(&scene, (creature, kind), u16::MAX, place, first)
            })
        };
        if let Some(blueprint) = blueprint {
            spawn::add(all, blueprint);
        }
    }
}

fn body_at(position: Vec3, facing: Facing) -> Body {
    Body { walker: Walker { position, fall_speed: 0.0 }, velocity: Vec3::ZERO, facing }
}
