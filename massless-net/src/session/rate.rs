//! Token buckets, in whole micro-tokens so that nothing is lost to rounding.

use crate::clock::Millis;

const MICRO: u64 = 1_000_000;

/// Lets `per_second` events a second pass, and `burst` at once.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    micro_tokens: u64,
    micro_max: u64,
    per_second: u32,
    filled_at: Millis,
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub const fn new(now: Millis, per_second: u32, burst: u32) -> Self {
        let micro_max = burst as u64 * MICRO;
        Self { micro_tokens: micro_max, micro_max, per_second, filled_at: now }
    }

    /// Takes a token; false when there is none.
    #[must_use]
    pub fn try_take(&mut self, now: Millis) -> bool {
        let gap_micros = now.micros().saturating_sub(self.filled_at.micros());
        self.filled_at = self.filled_at.max(now);
        // A microsecond brings `per_second` micro-tokens.
        let gained = gap_micros.saturating_mul(u64::from(self.per_second));
        self.micro_tokens = self.micro_tokens.saturating_add(gained).min(self.micro_max);
        if self.micro_tokens < MICRO {
            return false;
        }
        self.micro_tokens -= MICRO;
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
