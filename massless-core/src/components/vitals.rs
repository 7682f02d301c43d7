//! Hit points, mana, whether somebody fights or is dead.

use shipyard::Component;

use super::{Canonical, get_tick, get_tick_option, put_tick_option};
use crate::codec::{CodecError, Reader, Sink};
use crate::units::{HitPoints, Tick};

/// So long a character counts as hit by a character.
const HUNTED_TICKS: u32 = 100;

/// Present and greatest hit points and mana, `0..=max`.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Vitals {
    /// Present.
    pub(crate) hit_points: HitPoints,
    /// Maximum, at least 1.
    pub(crate) hit_points_max: HitPoints,
    /// Present mana.
    pub(crate) mana: u32,
    /// Maximum; creatures have none.
    pub(crate) mana_max: u32,
    /// In combat before this tick.
    pub(crate) combat_until: Tick,
    /// A character hurt it in that tick; keeps portals shut and halves healing.
    pub(crate) hurt_by_character: Tick,
    /// Dead since.
    pub(crate) died: Option<Tick>,
}

impl Vitals {
    /// Healthy, at rest.
    pub(crate) fn full(hit_points: HitPoints, mana: u32) -> Self {
        Self {
            hit_points,
            hit_points_max: hit_points,
            mana,
            mana_max: mana,
            combat_until: Tick::default(),
            hurt_by_character: Tick::default(),
            died: None,
        }
    }

    /// The share that others are shown: 0 dead, 255 full; the living show at least 1.
    pub(crate) fn share(&self) -> u8 {
        let (now, max) = (u64::from(self.hit_points.get()), u64::from(self.hit_points_max.get()));
        let share = (now * 255 / max.max(1)).min(255);
        if now > 0 { share.max(1) as u8 } else { 0 }
    }

    /// A character hit it lately: healing has less effect.
    pub(crate) fn is_hunted(&self, now: Tick) -> bool {
        self.hurt_by_character > Tick::default()
            && now.since(self.hurt_by_character).get() < HUNTED_TICKS
    }

    /// Nothing has killed it.
    pub(crate) const fn is_alive(&self) -> bool {
        self.died.is_none()
    }
}

impl Canonical for Vitals {
    fn put(&self, sink: &mut impl Sink) {
        sink.u32(self.hit_points.get());
        sink.u32(self.hit_points_max.get());
        sink.u32(self.mana);
        sink.u32(self.mana_max);
        sink.u64(self.combat_until.get());
        sink.u64(self.hurt_by_character.get());
        put_tick_option(sink, self.died);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let (now, max) = (reader.u32()?, reader.u32()?);
        if max == 0 || now > max {
            return Err(CodecError::OutOfRange("hit points"));
        }
        let (mana, mana_max) = (reader.u32()?, reader.u32()?);
        if mana > mana_max {
            return Err(CodecError::OutOfRange("mana"));
        }
        Ok(Self {
            hit_points: HitPoints::new(now),
            hit_points_max: HitPoints::new(max),
            mana,
            mana_max,
            combat_until: get_tick(reader)?,
            hurt_by_character: get_tick(reader)?,
            died: get_tick_option(reader)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_never_show_zero() {
        let vitals = |now, max| Vitals {
            hit_points: HitPoints::new(now),
            ..Vitals::full(HitPoints::new(max), 0)
        };
        assert_eq!(vitals(1, 100_000).share(), 1);
        assert_eq!(vitals(0, 10).share(), 0);
        assert_eq!(vitals(10, 10).share(), 255);
    }
}
