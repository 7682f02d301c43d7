//! Token buckets, in whole parts of a token so that nothing is lost to rounding.

use crate::clock::Millis;

/// Parts of a token: the microseconds of a minute.
const PARTS: u64 = 60_000_000;

/// Lets so many events a second (or a minute) pass, and `burst` at once.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    parts: u64,
    parts_max: u64,
    per_minute: u32,
    filled_at: Millis,
}

impl TokenBucket {
    /// A full bucket for so many a second.
    #[must_use]
    pub const fn new(now: Millis, per_second: u32, burst: u32) -> Self {
        Self::per_minute(now, per_second * 60, burst)
    }

    /// A full bucket for so many a minute.
    #[must_use]
    pub const fn per_minute(now: Millis, per_minute: u32, burst: u32) -> Self {
        let parts_max = burst as u64 * PARTS;
        Self { parts: parts_max, parts_max, per_minute, filled_at: now }
    }

    /// Takes a token; false when there is none.
    #[must_use]
    pub fn try_take(&mut self, now: Millis) -> bool {
        let gap_micros = now.micros().saturating_sub(self.filled_at.micros());
        self.filled_at = self.filled_at.max(now);
        // A microsecond brings `per_minute` parts.
        let gained = gap_micros.saturating_mul(u64::from(self.per_minute));
        self.parts = self.parts.saturating_add(gained).min(self.parts_max);
        if self.parts < PARTS {
            return false;
        }
        self.parts -= PARTS;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = TokenBucket::new(Millis::new(0), 30, 60);
        let passed = (0..100).filter(|_| bucket.try_take(Millis::new(0))).count();
        assert_eq!(passed, 60);
        let passed = (1..=1_000).filter(|&ms| bucket.try_take(Millis::new(ms))).count();
        assert_eq!(passed, 30);
    }

    #[test]
    fn ten_a_minute_are_one_in_six_seconds() {
        let mut bucket = TokenBucket::per_minute(Millis::new(0), 10, 3);
        let passed = (0..10).filter(|_| bucket.try_take(Millis::new(0))).count();
        assert_eq!(passed, 3);
        assert!(!bucket.try_take(Millis::new(5_999)));
        assert!(bucket.try_take(Millis::new(6_000)));
    }

    proptest! {
        #[test]
        fn no_window_gives_more_than_burst_and_rate(
            gaps in proptest::collection::vec(0_u64..200, 1..300),
        ) {
            let mut bucket = TokenBucket::new(Millis::new(0), 20, 40);
            let mut now = Millis::new(0);
            let mut passed = 0;
            for gap in gaps {
                now = now.plus(gap);
                passed += u64::from(bucket.try_take(now));
                prop_assert!(passed <= 40 + now.get() * 20 / 1_000);
            }
        }
    }
}
