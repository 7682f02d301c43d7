//! The only clock of the host: monotonic time since its start, and the wall clock for file names.
//!
//! Zones never see either; sessions and rules get `now` as an argument.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static START: OnceLock<Instant> = OnceLock::new();

/// Time since the first call in this process.
pub(crate) fn uptime() -> Duration {
    START.get_or_init(Instant::now).elapsed()
}

/// `uptime` in whole milliseconds.
pub(crate) fn uptime_millis() -> u64 {
    u64::try_from(uptime().as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds since 1970 by the wall clock, for people and files only; 0 before 1970.
pub(crate) fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Microseconds since 1970 by the wall clock, for journals only; 0 before 1970.
pub(crate) fn unix_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The fixed 20 Hz beat of a zone that never spirals.
///
/// It is asked how many ticks are due. At most `CATCH_UP_TICKS` are granted per wake-up; what is
/// beyond is given up (`missed`), so game time slows in the open instead of piling up.
#[derive(Debug)]
pub(crate) struct Beat {
    next: Duration,
    length: Duration,
    missed: u64,
}

/// Ticks one wake-up may catch up. Reason: game rules, section 1.
pub(crate) const CATCH_UP_TICKS: u32 = 3;

impl Beat {
    /// A beat whose first tick is due at `start`.
    pub(crate) fn new(start: Duration, length: Duration) -> Self {
        Self { next: start, length, missed: 0 }
    }

    /// The beat of the `index`-th zone, from `now` on. Zones do not all beat at once: the work is spread over
    /// the tick, and whoever goes from one zone to another is taken in by that one's next tick, which is never
    /// a whole tick away.
    pub(crate) fn of_zone(index: u32, now: Duration, length: Duration) -> Self {
        let begun = length * u32::try_from(now.as_nanos() / length.as_nanos()).unwrap_or(0);
        let start = begun + phase(index, length);
        Self::new(if start < now { start + length } else { start }, length)
    }

    /// When the next tick is due.
    pub(crate) fn due(&self) -> Duration {
        self.next
    }

    /// Ticks to run at `now`, 0..=`CATCH_UP_TICKS`; moves the beat on.
    pub(crate) fn take(&mut self, now: Duration) -> u32 {
        let mut count = 0;
        while self.next <= now && count < CATCH_UP_TICKS {
            self.next += self.length;
            count += 1;
        }
        while self.next + self.length <= now {
            self.next += self.length;
            self.missed += 1;
        }
        count
    }

    /// Ticks given up since the last call.
    pub(crate) fn take_missed(&mut self) -> u64 {
        std::mem::take(&mut self.missed)
    }
}

/// Where in a tick the `index`-th zone beats: 0, 1/2, 1/4, 3/4, 1/8 and so on of it, so that however many there
/// are stand apart.
fn phase(index: u32, length: Duration) -> Duration {
    const SHARES: u32 = 16;
    let reversed = (index % SHARES).reverse_bits() / (1 << (u32::BITS - SHARES.ilog2()));
    length * reversed / SHARES
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(50);

    #[test]
    fn a_punctual_beat_gives_one_tick_each() {
        let mut beat = Beat::new(Duration::ZERO, TICK);
        let counts: Vec<u32> = (0..4).map(|n| beat.take(TICK * n)).collect();
        assert_eq!(counts, [1, 1, 1, 1]);
        assert_eq!(beat.take(TICK * 3 + TICK / 2), 0, "nothing is due between two ticks");
        assert_eq!(beat.take_missed(), 0);
    }

    #[test]
    fn zones_beat_apart_from_each_other() {
        let millis =
            |index| Beat::of_zone(index, Duration::from_millis(1_020), TICK).due().as_millis();
        assert_eq!([0, 1, 2, 3].map(millis), [1_050, 1_025, 1_062, 1_037]);
        assert_eq!(millis(16), millis(0));
        let mut places: Vec<u128> = (0..16).map(|index| millis(index) % 50).collect();
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 3), "{places:?}");
    }

    #[test]
    fn a_late_beat_catches_up_three_ticks_and_gives_up_the_rest() {
        let mut beat = Beat::new(Duration::ZERO, TICK);
        assert_eq!(beat.take(TICK * 10), CATCH_UP_TICKS);
        assert_eq!(beat.take_missed(), 7, "ticks 3..=9 are gone, tick 10 is due now");
        assert_eq!(beat.due(), TICK * 10);
    }
}
