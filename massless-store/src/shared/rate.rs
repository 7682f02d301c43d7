//! Token buckets as one number each: the moment at which the bucket is full again.
//!
//! ```text
//! full_at  <- max(full_at, now) + pause        allowed while full_at - now <= pause * burst
//! ```
//! (the generic cell rate algorithm). Taking from an empty bucket costs nothing, so whoever is told
//! to wait and waits gets through.

use super::UnixMillis;
use super::keys::{BURST_MAX, PAUSE_MILLIS_MAX};

/// A bucket by its rule and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Whose: the rule's word and who is counted, such as `login:10.0.0.7:anna`.
    pub name: String,
    /// Milliseconds that bring one token back, 1..=`keys::PAUSE_MILLIS_MAX`.
    pub pause_millis: u64,
    /// Tokens of a full bucket, 1..=`keys::BURST_MAX`.
    pub burst: u64,
}

/// The bucket is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Milliseconds until a token is there.
    pub wait_millis: u64,
}

impl Bucket {
    /// The next `full_at` of a bucket that was full at `full_at`, or how long to wait.
    pub(super) fn plan_take(&self, now: UnixMillis, full_at: u64) -> Result<u64, TooMany> {
        let (pause, room, now) = (self.pause(), self.room_millis(), now.get());
        // So far ahead no clock that only differs a little would put it: the clock was set back, and
        // that must not close the bucket until it has caught up.
        let full_at = if full_at > now.saturating_add(2 * room) { now } else { full_at };
        let next = full_at.max(now).saturating_add(pause);
        if next - now > room {
            return Err(TooMany { wait_millis: next - now - room });
        }
        Ok(next)
    }

    /// Milliseconds in which an empty bucket fills.
    pub(super) fn room_millis(&self) -> u64 {
        self.pause() * self.burst.clamp(1, BURST_MAX)
    }

    pub(super) fn pause(&self) -> u64 {
        self.pause_millis.clamp(1, PAUSE_MILLIS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bucket() -> Bucket {
        Bucket { name: "b".to_owned(), pause_millis: 100, burst: 5 }
    }

    #[test]
    fn a_burst_passes_and_then_one_a_pause() {
        let (bucket, mut full_at, mut passed) = (bucket(), 0, Vec::new());
        for now in 1_000_u64..2_000 {
            if let Ok(next) = bucket.plan_take(UnixMillis::new(now), full_at) {
                full_at = next;
                passed.push(now);
            }
        }
        let late: Vec<u64> = (1..10).map(|n| 1_000 + 100 * n).collect();
        assert_eq!(passed[..5], [1_000, 1_001, 1_002, 1_003, 1_004]);
        assert_eq!(passed[5..], late);
    }

    #[test]
    fn who_waits_as_long_as_it_was_told_gets_through() {
        let (bucket, mut full_at) = (bucket(), 0);
        let mut now = UnixMillis::new(7);
        for _ in 0..100 {
            match bucket.plan_take(now, full_at) {
                Ok(next) => full_at = next,
                Err(TooMany { wait_millis }) => {
                    now = now.plus(wait_millis - 1);
                    assert!(bucket.plan_take(now, full_at).is_err(), "not a moment sooner");
                    now = now.plus(1);
                    full_at = bucket.plan_take(now, full_at).expect("it waited");
                }
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_back_an_hour_locks_nobody_out_for_an_hour() {
        let (bucket, mut full_at) = (bucket(), 0);
        while let Ok(next) = bucket.plan_take(UnixMillis::new(7_200_000), full_at) {
            full_at = next;
        }
        assert!(bucket.plan_take(UnixMillis::new(3_600_000), full_at).is_ok());
    }

    proptest! {
        #[test]
        fn no_window_gives_more_than_burst_and_rate(
            gaps in proptest::collection::vec(0_u64..400, 1..200),
        ) {
            let (bucket, mut full_at, mut now, mut passed) = (bucket(), 0, 0_u64, 0_u64);
            for gap in gaps {
                now += gap;
                if let Ok(next) = bucket.plan_take(UnixMillis::new(now), full_at) {
                    full_at = next;
                    passed += 1;
                }
                prop_assert!(passed <= 5 + now / 100);
            }
        }
    }
}
