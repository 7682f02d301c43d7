//! What a player's hands do, and whether the player is still there.

use shipyard::Component;

use super::{Canonical, get_actor, put_actor};
use crate::codec::{CodecError, Reader, Sink};
use crate::command::Input;
use crate::ids::PlayerId;
use crate::limits::{INPUT_HOLD_TICKS, NAME_BYTES_MAX};
use crate::math::Vec2;
use crate::units::{Facing, Tick};

/// The connection behind a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Someone plays.
    Playing,
    /// The player wants to leave and has stood still since that tick.
    Leaving {
        /// Still since.
        since: Tick,
    },
    /// The connection was lost in that tick.
    Detached {
        /// Lost in.
        since: Tick,
    },
}

/// Owner, name and held input of a character.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Controls {
    /// Whose character.
    pub(crate) player: PlayerId,
    /// Its name.
    pub(crate) name: String,
    /// The input in force.
    pub(crate) input: Input,
    /// Buttons that went down with the newest input: counts in the tick it was applied in.
    pub(crate) pressed: u16,
    /// Its number.
    pub(crate) sequence: u16,
    /// The tick it was applied in.
    pub(crate) input_tick: Tick,
    /// Whether someone plays.
    pub(crate) presence: Presence,
}

impl Controls {
    /// Where the player walks: nowhere when the newest input is too old.
    pub(crate) fn heading(&self, now: Tick) -> Vec2 {
        if self.is_held(now) { self.input.heading() } else { Vec2::ZERO }
    }

    /// Buttons that are down, and those that went down in this tick.
    pub(crate) fn buttons(&self, now: Tick) -> (u16, u16) {
        let held = if self.is_held(now) { self.input.buttons } else { 0 };
        (held, if self.input_tick == now { self.pressed } else { 0 })
    }

    fn is_held(&self, now: Tick) -> bool {
        now.since(self.input_tick).get() < INPUT_HOLD_TICKS
    }
}

impl Canonical for Controls {
    fn put(&self, sink: &mut impl Sink) {
        sink.u64(self.player.get());
        sink.bytes(self.name.as_bytes());
        let Input { direction: [east, north], facing, buttons, target, aim, rewind } = self.input;
        sink.u8(east.cast_unsigned());
        sink.u8(north.cast_unsigned());
        sink.u16(facing.get());
        sink.u16(buttons);
        put_actor(sink, target);
        sink.bool(aim.is_some());
        aim.unwrap_or_default().iter().for_each(|&part| sink.u16(part));
        sink.u8(rewind);
        sink.u16(self.pressed);
        sink.u16(self.sequence);
        sink.u64(self.input_tick.get());
        let (tag, since) = match self.presence {
            Presence::Playing => (0, Tick::default()),
            Presence::Leaving { since } => (1, since),
            Presence::Detached { since } => (2, since),
        };
        sink.u8(tag);
        sink.u64(since.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let player = PlayerId::new(reader.u64()?);
        let name = reader.str(NAME_BYTES_MAX)?.to_owned();
        let input = Input {
            direction: [reader.u8()?.cast_signed(), reader.u8()?.cast_signed()],
            facing: Facing::new(reader.u16()?),
            buttons: reader.u16()?,
            target: get_actor(reader)?,
            aim: get_aim(reader)?,
            rewind: reader.u8()?,
        };
        let pressed = reader.u16()?;
        let sequence = reader.u16()?;
        let input_tick = Tick::new(reader.u64()?);
        let (tag, since) = (reader.u8()?, Tick::new(reader.u64()?));
        let presence = match tag {
            0 => Presence::Playing,
            1 => Presence::Leaving { since },
            2 => Presence::Detached { since },
            _ => return Err(CodecError::OutOfRange("presence")),
        };
        Ok(Self { player, name, input, pressed, sequence, input_tick, presence })
    }
}

fn get_aim(reader: &mut Reader<'_>) -> Result<Option<[u16; 2]>, CodecError> {
    let (aims, place) = (reader.bool()?, [reader.u16()?, reader.u16()?]);
    Ok(aims.then_some(place))
}
