//! What a client tells of its prediction: how often its figure was, bit by bit, where the host says it is.

use massless_core::codec::{BitReader, BitWriter, CodecError};

use super::client_frame::ShortTick;

/// A number of an exact own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Position east.
    East = 0,
    /// Height.
    Height = 1,
    /// Position north.
    North = 2,
    /// Downward speed.
    FallSpeed = 3,
}

impl Part {
    const ALL: [Self; 4] = [Self::East, Self::Height, Self::North, Self::FallSpeed];

    /// Its name in logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::East => "position.east",
            Self::Height => "position.height",
            Self::North => "position.north",
            Self::FallSpeed => "fall_speed",
        }
    }
}

/// The first number that differed, and in which tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The tick after which host and client disagree.
    pub tick: ShortTick,
    /// The first number that differs.
    pub part: Part,
}

/// What was compared since the last report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// States that could be foreseen: the tick before was told, the input was applied as it was sent, and no
    /// skill moved the figure.
    pub compared: u16,
    /// Of these, the ones with other bits, which is a bug of the build on one of the two sides.
    pub diverged: u16,
    /// The first of these.
    pub first: Option<Divergence>,
}

/// Writes a report.
pub(super) fn write_report(out: &mut BitWriter, report: &Report) {
    out.bits(u64::from(report.compared), 16);
    out.bits(u64::from(report.diverged), 16);
    out.bool(report.first.is_some());
    if let Some(Divergence { tick, part }) = report.first {
        out.bits(u64::from(tick.get()), 16);
        out.bits(part as u64, 2);
    }
}

/// Reads a report: what differs is of what was compared, and is named if there is any.
pub(super) fn read_report(bits: &mut BitReader<'_>) -> Result<Report, CodecError> {
    let (compared, diverged) = (bits.bits(16)? as u16, bits.bits(16)? as u16);
    let first = if bits.bool()? {
        let tick = ShortTick::new(bits.bits(16)? as u16);
        Some(Divergence { tick, part: Part::ALL[bits.bits(2)? as usize] })
    } else {
        None
    };
    if diverged > compared || first.is_some() != (diverged > 0) {
        return Err(CodecError::OutOfRange("diverged"));
    }
    Ok(Report { compared, diverged, first })
}
