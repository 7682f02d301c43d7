//! Quantities with their units.
//!
//! `Tick` is a moment, `Ticks` a duration: only the sums that make sense exist. Positions and
//! velocities are `math::Vec3` in metres and metres per second (x east, y up, z north).

/// Length of a tick in milliseconds. Every rule in ticks, the wire clock and the log hang on it.
pub const TICK_MILLIS: u32 = 50;
/// Length of a tick in seconds, as the integrator uses it.
pub const TICK_SECONDS: f32 = 0.05;
/// Ticks per second.
pub const TICKS_PER_SECOND: u32 = 1_000 / TICK_MILLIS;

/// A moment: the number of ticks a zone has lived, over all its restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// The moment `raw` ticks after a zone's beginning.
    #[must_use]
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// Ticks since the zone's beginning.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The moment one tick later.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Ticks from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Ticks {
        let gap = self.0.saturating_sub(earlier.0);
        Ticks(if gap > u32::MAX as u64 { u32::MAX } else { gap as u32 })
    }
}

impl core::ops::Add<Ticks> for Tick {
    type Output = Self;
    fn add(self, rhs: Ticks) -> Self {
        Self(self.0 + u64::from(rhs.0))
    }
}

impl core::fmt::Display for Tick {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A duration in ticks of 50 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(u32);

impl Ticks {
    /// A duration of `raw` ticks.
    #[must_use]
    pub const fn new(raw: u32) -> Self {
        Self(raw)
    }

    /// The number of ticks.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A horizontal direction: 65 536 steps a turn, 0 looks north (+z), 16 384 east (+x), clockwise
/// seen from above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facing(u16);

impl Facing {
    /// A facing from its raw steps.
    #[must_use]
    pub const fn new(raw: u16) -> Self {
        Self(raw)
    }

    /// Raw steps, 65 536 a turn.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// Hit points: 0 is dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HitPoints(u32);

impl HitPoints {
    /// `raw` hit points.
    #[must_use]
    pub const fn new(raw: u32) -> Self {
        Self(raw)
    }

    /// The number of points.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Level of a character or creature, 1..=120.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// A level; clamped into 1..=120.
    #[must_use]
    pub const fn new(raw: u8) -> Self {
        Self(if raw < 1 {
            1
        } else if raw > 120 {
            120
        } else {
            raw
        })
    }

    /// The level as a number, 1..=120.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self(1)
    }
}
