//! What a zone shows after a step: plain columns in `ActorId` order. All that replication reads.
//!
//! Columns have one entry an actor: `[actor]`. The view belongs to the zone and is overwritten by
//! the next step. Names change only when actors come, so they are reached through a list of
//! players.

use crate::ids::{ActorId, CreatureId, NpcId, PlayerId};
use crate::math::Vec3;
use crate::spatial::cells::CellIndex;
use crate::units::{Facing, Level, Tick};
use crate::walk::Walker;

/// What an actor is, as far as others may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A player's character with its appearance (0..=15).
    Character {
        /// Which of the client's figures.
        look: u8,
    },
    /// A creature of that definition.
    Creature(CreatureId),
    /// An NPC of that definition.
    Npc(NpcId),
}

/// What an actor is doing, for animation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pose {
    /// Standing.
    #[default]
    Idle = 0,
    /// Moving over ground.
    Walking = 1,
    /// In the air.
    Falling = 2,
    /// A creature that has noticed someone and stares or follows.
    Alert = 3,
    /// A creature on its way home.
    Returning = 4,
    /// A body whose player lost the connection.
    Absent = 5,
}

/// What only the player itself is told.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayerView {
    /// Who.
    pub player: PlayerId,
    /// Index of the body in the columns.
    pub index: u32,
    /// Sequence of the newest input applied.
    pub applied_sequence: u16,
    /// Whether that input was applied in this very tick (else the last one was held).
    pub applied_now: bool,
    /// Exact state of the walker after this tick.
    pub walker: Walker,
    /// Speed in force, metres per second.
    pub speed: f32,
}

/// Columns of a zone after a step; all of length `actor.len()` but `players`.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The tick that was stepped.
    pub tick: Tick,
    /// Ids, rising.
    pub actor: Vec<ActorId>,
    /// What each is.
    pub kind: Vec<Kind>,
    /// Feet, metres.
    pub position: Vec<Vec3>,
    /// Metres per second.
    pub velocity: Vec<Vec3>,
    /// Where each looks.
    pub facing: Vec<Facing>,
    /// Hit points as a share of the maximum, 0 dead, 255 full.
    pub hit_point_share: Vec<u8>,
    /// What each is doing.
    pub pose: Vec<Pose>,
    /// Level, 1..=120.
    pub level: Vec<Level>,
    /// Characters, rising by player id.
    pub players: Vec<PlayerView>,
    /// Names of characters, `[players]`: same order as `players`.
    pub names: Vec<String>,
    /// Which actors stand in which 25 m cell.
    pub cells: CellIndex,
}

impl View {
    /// Number of actors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.actor.len()
    }

    /// No actor is in the zone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actor.is_empty()
    }

    /// Index of an actor in the columns.
    #[must_use]
    pub fn index_of(&self, actor: ActorId) -> Option<usize> {
        self.actor.binary_search(&actor).ok()
    }

    /// A player's entry and its index in `players` and `names`.
    #[must_use]
    pub fn player(&self, player: PlayerId) -> Option<(usize, &PlayerView)> {
        let index = self.players.binary_search_by_key(&player, |entry| entry.player).ok()?;
        Some((index, &self.players[index]))
    }
}
