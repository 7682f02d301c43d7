//! All that leaves a zone besides its view: facts of one tick, in the order they happened.

use crate::command::Character;
use crate::ids::{ActorId, PlayerId};

/// Why a command was not obeyed. The numbers are stable: clients turn them into sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rejection {
    /// The player already has a body here.
    AlreadyHere = 1,
    /// The player has no body here.
    NotHere = 2,
    /// The zone holds as many characters or actors as it may.
    ZoneFull = 3,
    /// More commands than one tick takes.
    TooManyCommands = 4,
    /// The character's data is outside its ranges.
    BadCharacter = 5,
    /// The place is not on the map.
    BadPlace = 6,
    /// The command stands at the wrong place of the tick's order.
    OutOfOrder = 7,
}

/// One fact of a tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A character got its body.
    Joined {
        /// Whose.
        player: PlayerId,
        /// The body.
        actor: ActorId,
    },
    /// A character's body is gone; this is what is kept of it.
    Left {
        /// Whose.
        player: PlayerId,
        /// The body that is gone.
        actor: ActorId,
        /// The character as it left.
        character: Character,
    },
    /// A command was not obeyed and changed nothing.
    Rejected {
        /// Whose command.
        player: PlayerId,
        /// Why.
        reason: Rejection,
    },
    /// An actor's numbers went astray; it was frozen where it last stood well.
    Frozen {
        /// Which.
        actor: ActorId,
    },
}
