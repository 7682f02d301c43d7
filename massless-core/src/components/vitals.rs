//! Hit points. Nothing hurts yet; the share is shown to others.

use shipyard::Component;

use super::Canonical;
use crate::codec::{CodecError, Reader, Sink};
use crate::units::HitPoints;

/// Present and greatest hit points, `0..=max`.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Vitals {
    /// Present.
    pub(crate) hit_points: HitPoints,
    /// Maximum, at least 1.
    pub(crate) hit_points_max: HitPoints,
}

impl Vitals {
    /// The share that others are shown: 0 dead, 255 full; the living show at least 1.
    pub(crate) fn share(&self) -> u8 {
        let (now, max) = (u64::from(self.hit_points.get()), u64::from(self.hit_points_max.get()));
        let share = (now * 255 / max.max(1)).min(255);
        if now > 0 { share.max(1) as u8 } else { 0 }
    }
}

impl Canonical for Vitals {
    fn put(&self, sink: &mut impl Sink) {
        sink.u32(self.hit_points.get());
        sink.u32(self.hit_points_max.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let (now, max) = (reader.u32()?, reader.u32()?);
        if max == 0 || now > max {
            return Err(CodecError::OutOfRange("hit points"));
        }
        Ok(Self { hit_points: HitPoints::new(now), hit_points_max: HitPoints::new(max) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_never_show_zero() {
        let vitals = |now, max| Vitals {
            hit_points: HitPoints::new(now),
            hit_points_max: HitPoints::new(max),
        };
        assert_eq!(vitals(1, 100_000).share(), 1);
        assert_eq!(vitals(0, 10).share(), 0);
        assert_eq!(vitals(10, 10).share(), 255);
    }
}
