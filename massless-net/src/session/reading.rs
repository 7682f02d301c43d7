//! Whether a client that talks also reads what must arrive.
//!
//! A peer that acknowledges packets, takes datagrams and sends inputs may still leave the stream unread, and for long
//! nothing fills up: little is written there. So who talks has to show now and then that it reads: what its inputs
//! say of updates shows it; else it is asked by a ping, which waits behind all that is on the stream.
//!
//! ```text
//! shown --1 s--> asked --4 or 7 s--> late --1 s of further talk--> over
//!   ^---------------answer or news of updates-------------'
//! ```
//! Only frames that come move this on: whoever is silent falls under the silence of the session, and after a pause of
//! the host all that waited is heard before anybody is judged.

use crate::clock::Millis;
use crate::limits::{
    READING_ANSWER_MILLIS, READING_LATE_MILLIS, READING_ORDERED_ANSWER_MILLIS, READING_SHOWN_MILLIS,
};
use crate::wire::Inputs;

/// Stamps of these pings begin here, apart from those after a silence.
const STAMP_FIRST: u32 = 0x100;

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Fine,
    /// Ask by a ping of this stamp.
    Ask(u32),
    /// It does not read.
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Question {
    at: Millis,
    /// When the first frame came that should have been the answer.
    late_at: Option<Millis>,
}

/// What a client has shown so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    shown_at: Millis,
    question: Option<Question>,
    stamp: u32,
    has_datagrams: bool,
    updates: Option<u16>,
}

impl Reading {
    /// Where states travel by datagram, what is seen shows nothing of the stream.
    pub(super) const fn new(now: Millis, has_datagrams: bool) -> Self {
        Self { shown_at: now, question: None, stamp: STAMP_FIRST, has_datagrams, updates: None }
    }

    /// Inputs say which update is due next or, where all is on the stream, which was seen last.
    pub(super) fn heard(&mut self, now: Millis, inputs: &Inputs) {
        // Both are compared as numbers of 16 bits that come round.
        let told = match inputs.ack {
            Some(ack) if self.has_datagrams => u16::from(ack.updates) << 8,
            _ if self.has_datagrams => return,
            _ => inputs.seen.get(),
        };
        let is_newer = |before: u16| (1..0x8000).contains(&told.wrapping_sub(before));
        if self.updates.is_none_or(is_newer) {
            self.updates = Some(told);
            self.show(now);
        }
    }

    /// The stamp of a ping that it answers.
    pub(super) const fn answered(&mut self, now: Millis, stamp: u32) {
        if self.question.is_some() && stamp == self.stamp {
            self.show(now);
        }
    }

    /// A frame has come, and what it shows is known.
    pub(super) fn look(&mut self, now: Millis) -> Look {
        let Some(question) = &mut self.question else {
            if now.since(self.shown_at) < READING_SHOWN_MILLIS {
                return Look::Fine;
            }
            self.stamp = self.stamp.wrapping_add(1).max(STAMP_FIRST);
            self.question = Some(Question { at: now, late_at: None });
            return Look::Ask(self.stamp);
        };
        let answer_millis = match self.has_datagrams {
            true => READING_ANSWER_MILLIS,
            false => READING_ORDERED_ANSWER_MILLIS,
        };
        if now.since(question.at) < answer_millis {
            return Look::Fine;
        }
        let late_at = *question.late_at.get_or_insert(now);
        if now.since(late_at) < READING_LATE_MILLIS { Look::Fine } else { Look::Over }
    }

    /// Milliseconds that a question has waited for its answer; 0 without one.
    pub(super) fn waits_millis(&self, now: Millis) -> u64 {
        self.question.map_or(0, |question| now.since(question.at))
    }

    const fn show(&mut self, now: Millis) {
        self.shown_at = now;
        self.question = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Ack, NumberedInput, ShortTick};
    use massless_core::command::Input;

    /// Milliseconds between two frames of somebody who talks.
    const TALK: usize = 50;

    fn inputs(seen: u16, updates: Option<u8>) -> Inputs {
        let meant = ShortTick::new(seen);
        let numbered = NumberedInput { sequence: seen, meant, input: Input::default() };
        let mut inputs = Inputs::new(ShortTick::new(seen), numbered);
        inputs.ack = updates.map(|updates| Ack { updates, ..Ack::default() });
        inputs
    }

    /// Talks from `from` on; when it is over, if it is by `until`.
    fn talk(reading: &mut Reading, (from, until): (u64, u64), answers: bool) -> Option<u64> {
        for millis in (from..until).step_by(TALK) {
            match reading.look(Millis::new(millis)) {
                Look::Fine => {}
                Look::Ask(stamp) if answers => reading.answered(Millis::new(millis), stamp),
                Look::Ask(_) => {}
                Look::Over => return Some(millis),
            }
        }
        None
    }

    #[test]
    fn who_talks_and_does_not_read_is_found_out_in_time() {
        for (has_datagrams, range) in [(true, 65_000..=66_050), (false, 68_000..=69_050)] {
            let mut reading = Reading::new(Millis::new(0), has_datagrams);
            assert_eq!(talk(&mut reading, (0, 60_000), true), None, "who answers stays");
            let over = talk(&mut reading, (60_000, 120_000), false).expect("it is found out");
            assert!(range.contains(&over), "{over}");
        }
    }

    #[test]
    fn news_of_updates_need_no_question() {
        for has_datagrams in [true, false] {
            let mut reading = Reading::new(Millis::new(0), has_datagrams);
            for n in 0..2_000_u64 {
                let now = Millis::new(n * 900);
                let frame = match has_datagrams {
                    true => inputs(7, Some(n as u8)),
                    false => inputs((n * 18) as u16, None),
                };
                reading.heard(now, &frame);
                assert_eq!(reading.look(now), Look::Fine);
            }
            // What was told before, again and again, shows nothing; nor does what datagrams bring.
            let mut asked = 0;
            for millis in (1_800_000..1_802_000).step_by(TALK) {
                let now = Millis::new(millis);
                let frame = match has_datagrams {
                    true => inputs((millis / 50) as u16, Some((1_999 - millis % 3) as u8)),
                    false => inputs((1_999 * 18 - millis % 3) as u16, None),
                };
                reading.heard(now, &frame);
                asked += u32::from(matches!(reading.look(now), Look::Ask(_)));
            }
            assert_eq!(asked, 1);
        }
    }

    #[test]
    fn an_old_answer_is_none() {
        let mut reading = Reading::new(Millis::new(0), true);
        let Look::Ask(stamp) = reading.look(Millis::new(2_000)) else { panic!("no question") };
        reading.answered(Millis::new(2_100), stamp.wrapping_sub(1));
        assert_eq!(reading.waits_millis(Millis::new(2_100)), 100);
        reading.answered(Millis::new(2_200), stamp);
        assert_eq!(reading.waits_millis(Millis::new(2_300)), 0);
    }

    #[test]
    fn silence_and_pauses_of_the_host_judge_nobody() {
        let mut reading = Reading::new(Millis::new(0), true);
        let Look::Ask(stamp) = reading.look(Millis::new(2_000)) else { panic!("no question") };
        // Nothing is heard for a minute; then what waited comes in one go, the answer last.
        for _ in 0..50 {
            assert_eq!(reading.look(Millis::new(62_000)), Look::Fine);
        }
        reading.answered(Millis::new(62_001), stamp);
        assert_eq!(reading.look(Millis::new(62_100)), Look::Fine);
    }
}
