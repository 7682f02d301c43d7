//! The zone's uniques: what there is once. State that lives on is in the snapshot and the hash (`Clock`,
//! `Roster`, `PathQueue`); the rest is fixed (`Scene`) or lives for one tick.

use std::sync::Arc;

use shipyard::Unique;

use crate::command::Command;
use crate::content::Content;
use crate::content::map::Map;
use crate::content::zone::ZoneDef;
use crate::event::Event;
use crate::ids::{ActorId, ZoneId};
use crate::math::{Vec2, Vec3};
use crate::spatial::cells::CellIndex;
use crate::spatial::path::{Path, Search};
use crate::units::{Level, Tick};

/// What never changes while the zone runs.
#[derive(Unique, Debug)]
pub(crate) struct Scene {
    /// All definitions.
    pub(crate) content: Arc<Content>,
    /// The zone's ground.
    pub(crate) map: Arc<Map>,
    /// Which zone this is.
    pub(crate) zone: ZoneId,
    /// Seed of every draw.
    pub(crate) seed: u64,
}

impl Scene {
    /// The zone's definition.
    pub(crate) fn def(&self) -> &ZoneDef {
        self.content.zone(self.zone).expect("the zone was looked up when it was made")
    }

    /// Whether a place lies in the safe circle round the respawn point.
    pub(crate) fn is_safe(&self, place: Vec2) -> bool {
        let def = self.def();
        place.distance_squared(def.respawn) <= def.safe_radius * def.safe_radius
    }
}

/// The tick being stepped.
#[derive(Unique, Debug, Default)]
pub(crate) struct Clock(pub(crate) Tick);

/// Commands of the tick being stepped.
#[derive(Unique, Debug, Default)]
pub(crate) struct Inbox(pub(crate) Vec<Command>);

/// Events of the tick being stepped.
#[derive(Unique, Debug, Default)]
pub(crate) struct Outbox(pub(crate) Vec<Event>);

/// Actors that vanish at the end of the tick being stepped.
#[derive(Unique, Debug, Default)]
pub(crate) struct Departures(pub(crate) Vec<ActorId>);

/// One waiting path query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PathQuery {
    /// Who asks.
    pub(crate) actor: ActorId,
    /// Where it wants to go.
    pub(crate) goal: Vec2,
}

/// Waiting path queries: oldest first, then by actor, which is the order in which they are asked.
#[derive(Unique, Debug, Default)]
pub(crate) struct PathQueue {
    /// State.
    pub(crate) waiting: Vec<PathQuery>,
    /// Scratch: places of those whose turn it is.
    pub(crate) jobs: Vec<(Vec2, Vec2)>,
    /// Scratch: their answers.
    pub(crate) answers: Vec<Path>,
    /// Scratch: one search a chunk.
    pub(crate) searches: Vec<Search>,
}

/// Characters by cell after the last movement: what creatures look around in. Derived.
#[derive(Unique, Debug, Default)]
pub(crate) struct People {
    /// Cells over the columns below.
    pub(crate) cells: CellIndex,
    /// Ids, rising.
    pub(crate) actor: Vec<ActorId>,
    /// Feet.
    pub(crate) position: Vec<Vec3>,
    /// Levels.
    pub(crate) level: Vec<Level>,
}
