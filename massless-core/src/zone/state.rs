//! The zone's uniques: what there is once. State that lives on is in the snapshot and the hash (`Clock`,
//! `Roster`, `PathQueue`, `Trails`); the rest is fixed (`Scene`) or lives for one tick.

use std::sync::Arc;

use shipyard::Unique;

use crate::command::Command;
use crate::components::Power;
use crate::content::Content;
use crate::content::map::Map;
use crate::content::zone::ZoneDef;
use crate::event::{Event, Exit, HitKind};
use crate::ids::{ActorId, SkillId, ZoneId};
use crate::intent::Intent;
use crate::math::{Vec2, Vec3};
use crate::spatial::cells::CellIndex;
use crate::spatial::path::{Path, Search};
use crate::units::{Level, Tick};
use crate::zone::trades::Trades;

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

/// Actors that vanish at the end of the tick being stepped, and where characters go.
#[derive(Unique, Debug, Default)]
pub(crate) struct Departures(pub(crate) Vec<(ActorId, Exit)>);

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
    /// Scratch: who waits, and where in the queue; rising. Made by `index`.
    pub(crate) places: Vec<(ActorId, u32)>,
}

impl PathQueue {
    /// Notes who waits where; holds until somebody is taken out of the queue.
    pub(crate) fn index(&mut self) {
        self.places.clear();
        self.places.extend(self.waiting.iter().map(|query| query.actor).zip(0..));
        self.places.sort_unstable();
    }

    /// Puts another goal in the place of one that waits and was `index`ed.
    pub(crate) fn change_goal(&mut self, actor: ActorId, goal: Vec2) {
        if let Ok(index) = self.places.binary_search_by_key(&actor, |&(actor, _)| actor) {
            self.waiting[self.places[index].1 as usize].goal = goal;
        }
    }
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

/// A hit on its way; rolled at release, mitigated on arrival.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flight {
    /// By whom.
    pub(crate) source: ActorId,
    /// On whom.
    pub(crate) target: ActorId,
    /// With which skill; `None` is a swing.
    pub(crate) skill: Option<SkillId>,
    /// Arrives in this tick.
    pub(crate) arrives: Tick,
    /// Released in this tick: the rolls are its draws.
    pub(crate) released: Tick,
    /// The caster's side.
    pub(crate) power: Power,
}

/// Hits in flight, in the order they were released; state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Flights(pub(crate) Vec<Flight>);

/// Where somebody of a spawn group died, and when the next is born; in the order of death; state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Graves(pub(crate) Vec<Grave>);

/// One place to fill again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grave {
    /// Index of the spawn group; NPCs that fight come after the groups.
    pub(crate) group: u16,
    /// Born from this tick on.
    pub(crate) due: Tick,
}

/// The secret word of the loot draws; state, told to no client.
#[derive(Unique, Debug, Default)]
pub(crate) struct Secret(pub(crate) u64);

/// What waits for the store, and what is offered in trades: all that locks something; state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Pending {
    /// Number of the newest intent.
    pub(crate) newest: u64,
    /// Waiting ones, rising by id.
    pub(crate) list: Vec<Intent>,
    /// Those of the tick being stepped, for the host; no state.
    pub(crate) fresh: Vec<Intent>,
    /// Trades between characters of the zone.
    pub(crate) trades: Trades,
}

/// Damage and healing of the tick being stepped: committed together.
#[derive(Unique, Debug, Default)]
pub(crate) struct Blows {
    /// In the order they arose.
    pub(crate) list: Vec<Blow>,
}

/// One change of hit points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Blow {
    /// On whom.
    pub(crate) target: ActorId,
    /// By whom.
    pub(crate) source: ActorId,
    /// With which skill; `None` is a swing.
    pub(crate) skill: Option<SkillId>,
    /// Hit points.
    pub(crate) amount: u32,
    /// Harm or healing.
    pub(crate) kind: BlowKind,
}

/// Harm or healing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlowKind {
    /// Damage.
    Harm(HitKind),
    /// Healing.
    Healing,
}

/// Who died in the tick being stepped, with the killer of record.
#[derive(Unique, Debug, Default)]
pub(crate) struct Deaths(pub(crate) Vec<(ActorId, Option<ActorId>)>);
