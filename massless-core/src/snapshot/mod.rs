//! A zone's whole state as bytes, and back.
//!
//! ```text
//! magic "MLZS" | version u16 | content hash u128 | zone u32 | seed u64 | tick u64 | newest actor u64
//! | actors varint | [actor u64, role u8, body, identity, vitals, what the role has]
//! | path queries varint | [actor u64, goal 2 x f32] | trails u32 | [actor u64, places 4 x 3 x f32]
//! | ledger of the zone | checksum u32 over all before
//! ```
//!
//! Components write themselves (`Canonical`). This build reads its own version and the one
//! before, exactly, and refuses the rest. Version 4 came with trails; those before were never deployed and are
//! not read.

use std::sync::Arc;

use shipyard::{AllStoragesViewMut, Component, Get, UniqueView, UniqueViewMut, View, World};
use thiserror::Error;

use crate::codec::{CodecError, Reader, Writer};
use crate::components::{
    Body, Brain, Canonical, Controls, Drop, Effects, Field, Fighter, Grudge, Hero, Identity,
    Vitals, get_vec2, put_vec2,
};
use crate::content::{Content, ContentHash};
use crate::hash::checksum;
use crate::ids::{ActorId, PlayerId, ZoneId};
use crate::limits::{ACTORS_MAX, CHARACTERS_MAX};
use crate::math::{Vec2, ground};
use crate::systems::recall::reading_of;
use crate::units::Tick;
use crate::view::Kind;
use crate::zone::Zone;
use crate::zone::roster::{Roster, Slot};
use crate::zone::spawn::{self, Blueprint, InsertOrder, Role};
use crate::zone::state::{Clock, PathQuery, PathQueue, Scene};
use crate::zone::stock;
use crate::zone::trails::Trails;

/// First bytes of every snapshot.
const MAGIC: &[u8; 4] = b"MLZS";
/// Version this build writes.
pub const VERSION: u16 = 4;

const CHARACTER: u8 = 0;
const CREATURE: u8 = 1;
const BYSTANDER: u8 = 2;
const ITEM: u8 = 3;
const AREA: u8 = 4;

/// Why a snapshot was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RestoreError {
    /// Not a snapshot.
    #[error("this is no zone snapshot")]
    NotASnapshot,
    /// Of a version this build does not read.
    #[error("the snapshot has version {found}, this build reads {VERSION}")]
    Version {
        /// Version found.
        found: u16,
    },
    /// Made with other content.
    #[error("the snapshot was made with content {found}, loaded is {loaded}")]
    Content {
        /// Content of the snapshot.
        found: ContentHash,
        /// Content at hand.
        loaded: ContentHash,
    },
    /// The content has no such zone.
    #[error("the content has no zone {0}")]
    UnknownZone(ZoneId),
    /// The checksum does not match.
    #[error("the snapshot is damaged: its checksum does not match")]
    Damaged,
    /// A value is missing or out of range.
    #[error("the snapshot is malformed: {0}")]
    Malformed(#[from] CodecError),
    /// Values contradict each other.
    #[error("the snapshot contradicts itself: {0}")]
    Contradiction(&'static str),
}

/// The state of `zone` before its next step.
pub(crate) fn encode(zone: &Zone) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(MAGIC);
    writer.u16(VERSION);
    let world = zone.world();
    world.run(|scene: UniqueView<'_, Scene>, roster: UniqueView<'_, Roster>| {
        writer.u128(scene.content.hash().get());
        writer.u32(scene.zone.get());
        writer.u64(scene.seed);
        writer.u64(zone.tick().get());
        writer.u64(roster.newest());
        writer.varint(roster.len() as u64);
    });
    write_actors(world, &mut writer);
    world.run(|queue: UniqueView<'_, PathQueue>| {
        writer.varint(queue.waiting.len() as u64);
        for query in &queue.waiting {
            writer.u64(query.actor.get());
            put_vec2(&mut writer, query.goal);
        }
    });
    world.run(|trails: UniqueView<'_, Trails>| trails.put(&mut writer));
    stock::put(world, &mut writer);
    let sum = checksum(writer.as_bytes());
    writer.u32(sum);
    writer.into_bytes()
}

fn write_actors(world: &World, writer: &mut Writer) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         identities: View<'_, Identity>,
         vitals: View<'_, Vitals>| {
            for (actor, slot) in roster.iter() {
                writer.u64(actor.get());
                writer.u8(role_of(world, slot));
                (&bodies).get(slot).expect("every actor has a body").put(writer);
                (&identities).get(slot).expect("every actor has an identity").put(writer);
                (&vitals).get(slot).expect("every actor has vitals").put(writer);
                write_if::<Fighter>(world, slot, writer);
                write_if::<Effects>(world, slot, writer);
                write_if::<Controls>(world, slot, writer);
                write_if::<Hero>(world, slot, writer);
                write_if::<Brain>(world, slot, writer);
                write_if::<Grudge>(world, slot, writer);
                write_if::<Drop>(world, slot, writer);
                write_if::<Field>(world, slot, writer);
            }
        },
    );
}

fn role_of(world: &World, slot: Slot) -> u8 {
    world.run(
        |controls: View<'_, Controls>,
         brains: View<'_, Brain>,
         drops: View<'_, Drop>,
         fields: View<'_, Field>| {
            if (&controls).get(slot).is_ok() {
                CHARACTER
            } else if (&brains).get(slot).is_ok() {
                CREATURE
            } else if (&drops).get(slot).is_ok() {
                ITEM
            } else if (&fields).get(slot).is_ok() {
                AREA
            } else {
                BYSTANDER
            }
        },
    )
}

fn write_if<C: Component + Canonical + Send + Sync>(world: &World, slot: Slot, writer: &mut Writer)
where
    C::Tracking: Send + Sync,
{
    world.run(|view: View<'_, C>| {
        if let Ok(component) = (&view).get(slot) {
            component.put(writer);
        }
    });
}

/// Values before the actors.
struct Head {
    scene: Scene,
    tick: Tick,
    newest: u64,
}

/// A zone as `encode` saw it, under another epoch.
pub(crate) fn restore(
    content: Arc<Content>,
    bytes: &[u8],
    epoch: u32,
    order: InsertOrder,
) -> Result<Zone, RestoreError> {
    let mut reader = Reader::new(verified(bytes)?);
    let head = read_head(&mut reader, content)?;
    let actors = read_actors(&mut reader, &head)?;
    let queries = read_queries(&mut reader, &actors)?;
    let trails = Trails::get(&mut reader, |actor| is_mind(&actors, actor))?;
    let stock = stock::get(&mut reader)?;
    reader.finish()?;
    let Head { scene, tick, newest } = head;
    let mut zone = Zone::assemble(scene, tick, Roster::starting_after(newest), epoch);
    zone.world().run(|mut all: AllStoragesViewMut<'_>| spawn::restore(&mut all, actors, order));
    zone.world().run(
        |mut queue: UniqueViewMut<'_, PathQueue>,
         mut kept: UniqueViewMut<'_, Trails>,
         mut clock: UniqueViewMut<'_, Clock>| {
            queue.waiting = queries;
            *kept = trails;
            clock.0 = tick;
        },
    );
    stock::install(zone.world(), stock);
    zone.derive();
    Ok(zone)
}

/// The bytes before the checksum, once magic, version and checksum are right.
fn verified(bytes: &[u8]) -> Result<&[u8], RestoreError> {
    if !bytes.starts_with(MAGIC) {
        return Err(RestoreError::NotASnapshot);
    }
    let mut reader = Reader::new(&bytes[MAGIC.len()..]);
    let found = reader.u16()?;
    if found != VERSION {
        return Err(RestoreError::Version { found });
    }
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(CodecError::Truncated)?;
    if checksum(body) != u32::from_le_bytes(*sum) {
        return Err(RestoreError::Damaged);
    }
    Ok(&body[MAGIC.len() + 2..])
}

fn read_head(reader: &mut Reader<'_>, content: Arc<Content>) -> Result<Head, RestoreError> {
    let found = ContentHash::new(reader.u128()?);
    let loaded = content.hash();
    if found != loaded {
        return Err(RestoreError::Content { found, loaded });
    }
    let zone = ZoneId::new(reader.u32()?);
    let seed = reader.u64()?;
    let tick = Tick::new(reader.u64()?);
    let newest = reader.u64()?;
    let map = content.zone(zone).ok_or(RestoreError::UnknownZone(zone))?.map.clone();
    Ok(Head { scene: Scene { content, map, zone, seed }, tick, newest })
}

fn read_actors(
    reader: &mut Reader<'_>,
    head: &Head,
) -> Result<Vec<(ActorId, Blueprint)>, RestoreError> {
    let count = reader.varint_max(ACTORS_MAX as u64, "actor count")?;
    let mut actors: Vec<(ActorId, Blueprint)> = Vec::new();
    let mut players: Vec<PlayerId> = Vec::new();
    for _ in 0..count {
        let actor = ActorId::new(reader.u64()?);
        let rising = actors.last().is_none_or(|&(last, _)| last < actor);
        if actor.get() == 0 || actor.get() > head.newest || !rising {
            return Err(RestoreError::Contradiction("actors are not in rising order"));
        }
        let blueprint = read_blueprint(reader)?;
        check_blueprint(&head.scene, &blueprint)?;
        if let Role::Character { controls, .. } = &blueprint.role {
            players.push(controls.player);
        }
        actors.push((actor, blueprint));
    }
    players.sort_unstable();
    if players.len() > CHARACTERS_MAX || players.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(RestoreError::Contradiction("a player has two bodies"));
    }
    Ok(actors)
}

fn read_blueprint(reader: &mut Reader<'_>) -> Result<Blueprint, CodecError> {
    let role = reader.u8()?;
    let (body, identity) = (Body::get(reader)?, Identity::get(reader)?);
    let vitals = Vitals::get(reader)?;
    let role = match role {
        CHARACTER => Role::Character {
            fighter: Fighter::get(reader)?,
            effects: Effects::get(reader)?,
            controls: Controls::get(reader)?,
            hero: Box::new(Hero::get(reader)?),
        },
        CREATURE => Role::Creature {
            fighter: Fighter::get(reader)?,
            effects: Effects::get(reader)?,
            brain: Brain::get(reader)?,
            grudge: Grudge::get(reader)?,
        },
        BYSTANDER => Role::Bystander,
        ITEM => Role::Item(Drop::get(reader)?),
        AREA => Role::Area(Field::get(reader)?),
        _ => return Err(CodecError::OutOfRange("role of an actor")),
    };
    Ok(Blueprint { body, identity, vitals, role })
}

fn check_blueprint(scene: &Scene, blueprint: &Blueprint) -> Result<(), RestoreError> {
    let content = &scene.content;
    let def = content.zone(scene.zone).expect("looked up in the head");
    let known = match (blueprint.identity.kind, &blueprint.role) {
        (Kind::Character { .. }, Role::Character { hero, .. }) => {
            content.class(hero.sheet.class).is_some()
        }
        (Kind::Creature(id), Role::Creature { brain, .. }) => {
            let group = def.spawn_groups.get(usize::from(brain.group));
            content.creature(id).is_some()
                && (brain.group == u16::MAX || group.is_some_and(|group| group.creature == id))
        }
        (Kind::Npc(id), Role::Bystander) => {
            def.npcs.iter().any(|npc| npc.id == id && npc.creature.is_none())
        }
        (Kind::Npc(id), Role::Creature { .. }) => {
            def.npcs.iter().any(|npc| npc.id == id && npc.creature.is_some())
        }
        (Kind::Item { definition, .. }, Role::Item(_)) => content.item(definition).is_some(),
        (Kind::Area { skill }, Role::Area(field)) => {
            field.skill == skill && content.skill(skill).is_some()
        }
        _ => false,
    };
    let known = known && names_known_effects(content, &blueprint.role);
    let extent = scene.map.extent();
    let inside = |place: Vec2| place.cmpge(Vec2::ZERO).all() && place.cmple(extent).all();
    let home = match &blueprint.role {
        Role::Creature { brain, .. } => inside(brain.home),
        _ => true,
    };
    if known && home && inside(ground(blueprint.body.walker.position)) {
        Ok(())
    } else {
        Err(RestoreError::Contradiction("an actor does not fit the content"))
    }
}

/// Everything that fights names skills and effects that exist: systems look them up unchecked.
fn names_known_effects(content: &Content, role: &Role) -> bool {
    let (Role::Character { fighter, effects, .. } | Role::Creature { fighter, effects, .. }) = role
    else {
        return true;
    };
    effects.list.iter().all(|effect| content.effect(effect.effect).is_some())
        && fighter.action.is_none_or(|action| {
            content.skill(action.skill).is_some() || reading_of(content, action.skill).is_some()
        })
        && fighter.toggles.iter().all(|&(skill, _)| content.skill(skill).is_some())
}

/// Whether an actor of the snapshot moves by a mind of its own.
fn is_mind(actors: &[(ActorId, Blueprint)], actor: ActorId) -> bool {
    let found = actors.binary_search_by_key(&actor, |&(actor, _)| actor);
    found.is_ok_and(|index| matches!(actors[index].1.role, Role::Creature { .. }))
}

fn read_queries(
    reader: &mut Reader<'_>,
    actors: &[(ActorId, Blueprint)],
) -> Result<Vec<PathQuery>, RestoreError> {
    let count = reader.varint_max(ACTORS_MAX as u64, "path query count")?;
    let mut queries = Vec::new();
    for _ in 0..count {
        let query = PathQuery { actor: ActorId::new(reader.u64()?), goal: get_vec2(reader)? };
        if !is_mind(actors, query.actor) {
            return Err(RestoreError::Contradiction("a path query of nobody"));
        }
        queries.push(query);
    }
    Ok(queries)
}
