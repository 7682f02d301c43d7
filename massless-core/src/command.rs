//! All that can enter a zone. A zone's log is the list of these, tick by tick.
//!
//! Commands are applied in the order the host hands them over, which is: the host's own first, then
//! by player id and sequence. `Zone::step` checks that order and rejects what breaks it.

use crate::ids::{ActorId, PlayerId};
use crate::math::Vec2;
use crate::units::{Facing, HitPoints, Level};

/// What a player's hands do during one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Wanted walking direction in the world, east and north, in 1/127 of full speed.
    pub direction: [i8; 2],
    /// Where the figure looks.
    pub facing: Facing,
    /// Pressed buttons, one bit each; none is defined yet, all are replicated to nobody.
    pub buttons: u16,
    /// Chosen target.
    pub target: Option<ActorId>,
}

impl Input {
    /// The wanted direction as a vector no longer than 1.
    #[must_use]
    pub fn heading(&self) -> Vec2 {
        let wanted =
            Vec2::new(f32::from(self.direction[0]) / 127.0, f32::from(self.direction[1]) / 127.0);
        let length_squared = wanted.length_squared();
        if length_squared > 1.0 { wanted / length_squared.sqrt() } else { wanted }
    }
}

/// A character as it enters or leaves a zone: what the store keeps of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Character {
    /// Shown name, at most `limits::NAME_BYTES_MAX` bytes.
    pub name: String,
    /// Appearance: which of the client's figures and colours, 0..=15.
    pub look: u8,
    /// Level, 1..=120.
    pub level: Level,
    /// Hit points it has, at most its maximum.
    pub hit_points: HitPoints,
    /// Where it stands (east, north); `None` is a place near the zone's respawn point.
    pub place: Option<Vec2>,
    /// Where it looks.
    pub facing: Facing,
}

/// One command, as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A character enters. Rejected when the player is already here or the zone is full.
    Join {
        /// Whose character.
        player: PlayerId,
        /// The character.
        character: Character,
    },
    /// A character leaves by choice: at once in a safe circle, else after 100 ticks at rest.
    Leave {
        /// Who.
        player: PlayerId,
    },
    /// The player's connection was lost: the body stays up to `DETACHED_TICKS` outside a safe circle.
    Detach {
        /// Who.
        player: PlayerId,
    },
    /// The player's connection is back and takes the body over.
    Attach {
        /// Who.
        player: PlayerId,
    },
    /// The input that applies in this very tick.
    Input {
        /// Who.
        player: PlayerId,
        /// The client's number of this input, echoed in the own state.
        sequence: u16,
        /// What the hands do.
        input: Input,
    },
    /// Staff or a scenario puts a character at a walkable place.
    Place {
        /// Who.
        player: PlayerId,
        /// Where (east, north); moved to the nearest open cell.
        place: Vec2,
    },
}

impl Command {
    /// Whose command it is.
    #[must_use]
    pub const fn player(&self) -> PlayerId {
        match self {
            Self::Join { player, .. }
            | Self::Leave { player }
            | Self::Detach { player }
            | Self::Attach { player }
            | Self::Input { player, .. }
            | Self::Place { player, .. } => *player,
        }
    }
}
