//! A zone's whole state as bytes, and back.
//!
//! ```text
//! magic "MLZS" | version u16 | content hash u128 | zone u32 | seed u64 | tick u64 | newest actor u64
//! | actors varint | [actor u64, parts u8 (1 controls, 2 brain), body, identity, vitals, controls?, brain?]
//! | path queries varint | [actor u64, goal 2 x f32] | checksum u32 over all before
//! ```
//!
//! Components write themselves (`Canonical`). This build reads its own version and the one
//! before, exactly, and refuses the rest; version 1 is the first.

use std::sync::Arc;

use shipyard::{AllStoragesViewMut, Get, UniqueView, UniqueViewMut, View, World};
use thiserror::Error;

use crate::codec::{CodecError, Reader, Writer};
use crate::components::{Body, Brain, Canonical, Controls, Identity, Vitals, get_vec2, put_vec2};
use crate::content::{Content, ContentHash};
use crate::hash::checksum;
use crate::ids::{ActorId, PlayerId, ZoneId};
use crate::limits::{ACTORS_MAX, CHARACTERS_MAX};
use crate::math::{Vec2, ground};
use crate::units::Tick;
use crate::view::Kind;
use crate::zone::Zone;
use crate::zone::roster::Roster;
use crate::zone::spawn::{self, Blueprint, InsertOrder};
use crate::zone::state::{Clock, PathQuery, PathQueue, Scene};

/// First bytes of every snapshot.
const MAGIC: &[u8; 4] = b"MLZS";
/// Version this build writes.
pub const VERSION: u16 = 1;

const HAS_CONTROLS: u8 = 1;
const HAS_BRAIN: u8 = 2;

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
    let sum = checksum(writer.as_bytes());
    writer.u32(sum);
    writer.into_bytes()
}

fn write_actors(world: &World, writer: &mut Writer) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         identities: View<'_, Identity>,
         vitals: View<'_, Vitals>,
         controls: View<'_, Controls>,
         brains: View<'_, Brain>| {
            for (actor, slot) in roster.iter() {
                let (controls, brain) = ((&controls).get(slot).ok(), (&brains).get(slot).ok());
                let parts = if controls.is_some() { HAS_CONTROLS } else { 0 }
                    | if brain.is_some() { HAS_BRAIN } else { 0 };
                writer.u64(actor.get());
                writer.u8(parts);
                (&bodies).get(slot).expect("every actor has a body").put(writer);
                (&identities).get(slot).expect("every actor has an identity").put(writer);
                (&vitals).get(slot).expect("every actor has vitals").put(writer);
                if let Some(controls) = controls {
                    controls.put(writer);
                }
                if let Some(brain) = brain {
                    brain.put(writer);
                }
            }
        },
    );
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
    reader.finish()?;
    let Head { scene, tick, newest } = head;
    let mut zone = Zone::assemble(scene, tick, Roster::starting_after(newest), epoch);
    zone.world().run(|mut all: AllStoragesViewMut<'_>| spawn::restore(&mut all, actors, order));
    zone.world().run(
        |mut queue: UniqueViewMut<'_, PathQueue>, mut clock: UniqueViewMut<'_, Clock>| {
            queue.waiting = queries;
            clock.0 = tick;
        },
    );
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
        players.extend(blueprint.controls.as_ref().map(|controls| controls.player));
        actors.push((actor, blueprint));
    }
    players.sort_unstable();
    if players.len() > CHARACTERS_MAX || players.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(RestoreError::Contradiction("a player has two bodies"));
    }
    Ok(actors)
}

fn read_blueprint(reader: &mut Reader<'_>) -> Result<Blueprint, CodecError> {
    let parts = reader.u8()?;
    if parts > HAS_BRAIN {
        return Err(CodecError::OutOfRange("parts of an actor"));
    }
    Ok(Blueprint {
        body: Body::get(reader)?,
        identity: Identity::get(reader)?,
        vitals: Vitals::get(reader)?,
        controls: (parts == HAS_CONTROLS).then(|| Controls::get(reader)).transpose()?,
        brain: (parts == HAS_BRAIN).then(|| Brain::get(reader)).transpose()?,
    })
}

fn check_blueprint(scene: &Scene, blueprint: &Blueprint) -> Result<(), RestoreError> {
    let def = scene.content.zone(scene.zone).expect("looked up in the head");
    let parts = (blueprint.controls.is_some(), blueprint.brain.as_ref());
    let known = match (blueprint.identity.kind, parts) {
        (Kind::Character { .. }, (true, None)) => true,
        (Kind::Creature(id), (false, Some(brain))) => {
            let group = def.spawn_groups.get(usize::from(brain.group));
            scene.content.creature(id).is_some() && group.is_some_and(|group| group.creature == id)
        }
        (Kind::Npc(id), (false, None)) => def.npcs.iter().any(|npc| npc.id == id),
        _ => false,
    };
    let extent = scene.map.extent();
    let inside = |place: Vec2| place.cmpge(Vec2::ZERO).all() && place.cmple(extent).all();
    let placed = inside(ground(blueprint.body.walker.position))
        && blueprint.brain.as_ref().is_none_or(|brain| inside(brain.home));
    if known && placed {
        Ok(())
    } else {
        Err(RestoreError::Contradiction("an actor does not fit the content"))
    }
}

fn read_queries(
    reader: &mut Reader<'_>,
    actors: &[(ActorId, Blueprint)],
) -> Result<Vec<PathQuery>, RestoreError> {
    let count = reader.varint_max(ACTORS_MAX as u64, "path query count")?;
    let mut queries = Vec::new();
    for _ in 0..count {
        let query = PathQuery { actor: ActorId::new(reader.u64()?), goal: get_vec2(reader)? };
        let asker = actors.binary_search_by_key(&query.actor, |&(actor, _)| actor);
        if !asker.is_ok_and(|index| actors[index].1.brain.is_some()) {
            return Err(RestoreError::Contradiction("a path query of nobody"));
        }
        queries.push(query);
    }
    Ok(queries)
}
