//! How many bytes a client may be sent now: two token buckets, filled once a tick.
//!
//! Talk and updates share them. Updates leave room for one line of talk behind, and a small update
//! fits into what a tick brings: so neither silences the other, whatever is said or seen.
//!
//! A bucket of `burst` bytes that gains `gain` a tick lets at most `burst + n * gain` pass in any n
//! ticks. A second has 20 ticks, 24 when a late host catches up; ten seconds have 204:
//!
//! ```text
//! second:       6 000 +  24 * 560 =  19 440 <=  20 000
//! ten seconds: 13 500 + 204 * 520 = 119 580 <= 120 000
//! ```

use crate::limits::{SECOND_BYTES_MAX, TEN_SECONDS_BYTES_MAX};

pub(super) const SECOND_BURST: u32 = 6_000;
const SECOND_GAIN: u32 = 560;
const SECOND_TICKS: u32 = 24;
const TEN_SECONDS_BURST: u32 = 13_500;
const TEN_SECONDS_GAIN: u32 = 520;
const TEN_SECONDS_TICKS: u32 = 204;

/// Bytes updates leave behind for talk: the longest line with its speaker's name.
pub(super) const TALK_ROOM: u32 = 700;
/// Bytes an update may always have in its tick, whatever was said before it: the own state and the
/// nearest few.
pub(super) const UPDATE_BYTES_MIN: u32 = 260;

const _: () = assert!(UPDATE_BYTES_MIN <= TEN_SECONDS_GAIN && UPDATE_BYTES_MIN <= SECOND_GAIN);
const _: () = assert!(SECOND_BURST + SECOND_TICKS * SECOND_GAIN <= SECOND_BYTES_MAX);
const _: () =
    assert!(TEN_SECONDS_BURST + TEN_SECONDS_TICKS * TEN_SECONDS_GAIN <= TEN_SECONDS_BYTES_MAX);

/// What one client may still be sent.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    second: u32,
    ten_seconds: u32,
}

impl Budget {
    /// Full buckets.
    #[must_use]
    pub const fn new() -> Self {
        Self { second: SECOND_BURST, ten_seconds: TEN_SECONDS_BURST }
    }

    /// A tick has passed.
    pub fn tick(&mut self) {
        self.second = (self.second + SECOND_GAIN).min(SECOND_BURST);
        self.ten_seconds = (self.ten_seconds + TEN_SECONDS_GAIN).min(TEN_SECONDS_BURST);
    }

    /// Bytes an update may have now; once in a tick, after `tick`.
    #[must_use]
    pub fn update_bytes(&self) -> u32 {
        let left = self.left();
        left.saturating_sub(TALK_ROOM).max(UPDATE_BYTES_MIN.min(left))
    }

    /// An update was sent, of no more than `update_bytes`.
    pub fn spend(&mut self, bytes: u32) {
        assert!(self.try_spend(bytes), "the budget is checked before anything is sent");
    }

    /// Takes the bytes of something else that is sent; false, and nothing taken, when there are
    /// not so many.
    #[must_use]
    pub fn try_spend(&mut self, bytes: u32) -> bool {
        let is_enough = bytes <= self.left();
        if is_enough {
            self.second -= bytes;
            self.ten_seconds -= bytes;
        }
        is_enough
    }

    fn left(&self) -> u32 {
        self.second.min(self.ten_seconds)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}
