//! The mind of a creature: what it wants and the way there.

use shipyard::Component;

use super::{Canonical, get_vec2, put_vec2};
use crate::codec::{CodecError, Reader, Sink};
use crate::limits::PATH_CORNERS_MAX;
use crate::math::Vec2;
use crate::spatial::path::Path;
use crate::units::Tick;

/// What a creature is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// At home, strolling now and then; the next stroll begins at that tick.
    Idle {
        /// Begin of the next stroll.
        until: Tick,
    },
    /// Fights whom its `Fighter` names.
    Fight {
        /// Last tick in which it was in reach or had a way there.
        reached: Tick,
        /// When it looks for a new way.
        repath: Tick,
    },
    /// On its way home.
    Return {
        /// Since when.
        since: Tick,
    },
}

/// Mind, home and way of a creature.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Brain {
    /// Index of its spawn group in the zone's definition.
    pub(crate) group: u16,
    /// Its spawn point (east, north).
    pub(crate) home: Vec2,
    /// What it is about.
    pub(crate) mode: Mode,
    /// The way it walks; empty when it stands.
    pub(crate) path: Path,
    /// Corners of the way already behind it.
    pub(crate) corner: u8,
    /// It waits for the answer to a path query.
    pub(crate) waiting: bool,
    /// Ticks in a row in which it got hardly nearer to its corner.
    pub(crate) stuck: u8,
}

impl Brain {
    /// A creature at its spawn point that strolls at `until`.
    pub(crate) fn new(group: u16, home: Vec2, until: Tick) -> Self {
        let mode = Mode::Idle { until };
        Self { group, home, mode, path: Path::default(), corner: 0, waiting: false, stuck: 0 }
    }

    /// On its way home: nothing harms it.
    pub(crate) const fn is_returning(&self) -> bool {
        matches!(self.mode, Mode::Return { .. })
    }

    /// The corner it walks to.
    pub(crate) fn next_corner(&self) -> Option<Vec2> {
        self.path.corners().get(usize::from(self.corner)).copied()
    }

    /// Takes a new way, from its first corner.
    pub(crate) fn follow(&mut self, path: Path) {
        self.path = path;
        self.corner = 0;
        self.waiting = false;
        self.stuck = 0;
    }

    /// Stops walking and forgets the way.
    pub(crate) fn halt(&mut self) {
        self.follow(Path::default());
    }
}

impl Canonical for Brain {
    fn put(&self, sink: &mut impl Sink) {
        sink.u16(self.group);
        put_vec2(sink, self.home);
        let zero = Tick::default();
        let (tag, first, second) = match self.mode {
            Mode::Idle { until } => (0, until, zero),
            Mode::Fight { reached, repath } => (1, reached, repath),
            Mode::Return { since } => (2, since, zero),
        };
        sink.u8(tag);
        sink.u8(self.corner);
        sink.bool(self.waiting);
        sink.u8(self.stuck);
        sink.u8(self.path.corners().len() as u8);
        sink.u64(first.get());
        sink.u64(second.get());
        for &corner in self.path.corners() {
            put_vec2(sink, corner);
        }
        sink.bool(self.path.is_complete());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let group = reader.u16()?;
        let home = get_vec2(reader)?;
        let (tag, corner, waiting) = (reader.u8()?, reader.u8()?, reader.bool()?);
        let stuck = reader.u8()?;
        let corners_len = usize::from(reader.u8()?);
        let (first, second) = (Tick::new(reader.u64()?), Tick::new(reader.u64()?));
        let mode = match tag {
            0 => Mode::Idle { until: first },
            1 => Mode::Fight { reached: first, repath: second },
            2 => Mode::Return { since: first },
            _ => return Err(CodecError::OutOfRange("mode")),
        };
        if corners_len > PATH_CORNERS_MAX || usize::from(corner) > corners_len {
            return Err(CodecError::OutOfRange("corners"));
        }
        let mut corners = [Vec2::ZERO; PATH_CORNERS_MAX];
        for place in &mut corners[..corners_len] {
            *place = get_vec2(reader)?;
        }
        let path = Path::over(&corners[..corners_len], reader.bool()?);
        Ok(Self { group, home, mode, path, corner, waiting, stuck })
    }
}
