//! What may be said: level, pace, length, characters, repetition, and silence for who does not listen.
//!
//! A talker's record is pure: time comes in, a verdict goes out. Who hears it is decided elsewhere;
//! nothing said is logged. Rules: game rules, section 13.

use std::collections::VecDeque;

use massless_net::session::close::Notice;
use unicode_normalization::UnicodeNormalization;

use super::Channel;
use crate::limits::{
    CHAT_BYTES_MAX, CHAT_MUTE_MILLIS, CHAT_MUTE_MILLIS_MAX, CHAT_REFUSAL_MILLIS, CHAT_REFUSALS_MAX,
    CHAT_REPEAT_MILLIS, CHAT_SCALARS_MAX,
};

/// Why a message is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody talks on this channel.
    Closed,
    /// The channel is open from a higher level on.
    Level,
    /// Nothing but blanks.
    Empty,
    /// More than 200 scalars or 600 bytes.
    TooLong,
    /// Control or direction characters.
    BadCharacter,
    /// More lines than a talker may say, counted over all connections.
    TooFast,
    /// The third equal text in 30 s.
    Repeated,
    /// Muted for so many further milliseconds.
    Muted(u64),
}

impl Refusal {
    /// The label of the metric.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Level => "level",
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::BadCharacter => "bad_character",
            Self::TooFast => "too_fast",
            Self::Repeated => "repeated",
            Self::Muted(_) => "muted",
        }
    }

    /// What the talker is told.
    pub(crate) const fn notice(self) -> Notice {
        match self {
            Self::Closed => Notice::ChannelClosed,
            Self::Level => Notice::ChatLevel,
            Self::TooFast => Notice::ChatTooFast,
            Self::Repeated => Notice::ChatRepeated,
            Self::Muted(_) => Notice::ChatMuted,
            Self::Empty | Self::TooLong | Self::BadCharacter => Notice::ChatRefused,
        }
    }
}

/// What is remembered of one talker, whatever connection the lines come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talker {
    /// When the bucket of each channel is full again, milliseconds of uptime.
    full_at: [u64; Channel::COUNT],
    said: VecDeque<(u64, [u8; 16])>,
    refused: VecDeque<u64>,
    muted_until: u64,
    mutes: u32,
}

impl Talker {
    /// Judges what a character of `level` says at `now` (milliseconds of uptime); the text to pass on
    /// is in NFC.
    pub(crate) fn say(
        &mut self,
        now: u64,
        (channel, level): (Channel, u16),
        text: &str,
    ) -> Result<String, Refusal> {
        let rule = channel.rule().ok_or(Refusal::Closed)?;
        if level < rule.level {
            return Err(Refusal::Level);
        }
        if now < self.muted_until {
            return Err(Refusal::Muted(self.muted_until - now));
        }
        let full_at = &mut self.full_at[channel.index()];
        let next = (*full_at).max(now) + rule.pause_millis;
        if next - now > rule.pause_millis * rule.burst {
            return Err(Refusal::TooFast);
        }
        *full_at = next;
        let verdict = self.judge(now, text);
        if verdict.is_err() {
            self.count_refusal(now);
        }
        verdict
    }

    /// Takes the talker's voice until then (milliseconds of uptime), or gives it back.
    pub(crate) fn mute(&mut self, until: u64) {
        self.muted_until = until;
    }

    /// The talker's voice stays away until then at least.
    pub(crate) fn stay_mute(&mut self, until: u64) {
        self.muted_until = self.muted_until.max(until);
    }

    fn judge(&mut self, now: u64, text: &str) -> Result<String, Refusal> {
        let text = clean(text)?;
        while self.said.front().is_some_and(|(at, _)| now.saturating_sub(*at) > CHAT_REPEAT_MILLIS)
        {
            self.said.pop_front();
        }
        let print = fingerprint(&text);
        if self.said.iter().filter(|(_, other)| *other == print).count() >= 2 {
            return Err(Refusal::Repeated);
        }
        self.said.push_back((now, print));
        Ok(text)
    }

    fn count_refusal(&mut self, now: u64) {
        self.refused.push_back(now);
        while self.refused.front().is_some_and(|at| now.saturating_sub(*at) > CHAT_REFUSAL_MILLIS) {
            self.refused.pop_front();
        }
        if self.refused.len() >= CHAT_REFUSALS_MAX {
            self.refused.clear();
            let length = CHAT_MUTE_MILLIS << self.mutes.min(16);
            self.muted_until = now + length.min(CHAT_MUTE_MILLIS_MAX);
            self.mutes += 1;
        }
    }
}

/// Trims, brings to NFC and checks length and characters.
fn clean(text: &str) -> Result<String, Refusal> {
    // NFC can only be judged on bounded text: a frame's own limit is 16 KiB.
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.len() > CHAT_BYTES_MAX || text.chars().count() > CHAT_SCALARS_MAX {
        return Err(Refusal::TooLong);
    }
    if text.chars().any(is_forbidden) {
        return Err(Refusal::BadCharacter);
    }
    Ok(text)
}

/// Control characters, line and paragraph separators, direction marks, embeddings, overrides and
/// isolates, and invisible tags.
pub(crate) fn is_forbidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Equal texts are found by a digest of their lower case, so that nothing said is kept.
fn fingerprint(text: &str) -> [u8; 16] {
    let hash = blake3::hash(text.to_lowercase().as_bytes());
    let mut print = [0; 16];
    print.copy_from_slice(&hash.as_bytes()[..16]);
    print
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: (Channel, u16) = (Channel::Local, 1);

    #[test]
    fn texts_are_judged_by_length_and_characters() {
        let long = "x".repeat(201);
        let wide = "\u{1F600}".repeat(151);
        let table: &[(&str, Result<&str, Refusal>)] = &[
            ("  hello  ", Ok("hello")),
            ("e\u{301}", Ok("\u{e9}")),
            ("   ", Err(Refusal::Empty)),
            ("a\nb", Err(Refusal::BadCharacter)),
            ("a\u{202E}b", Err(Refusal::BadCharacter)),
            (&long, Err(Refusal::TooLong)),
            (&wide, Err(Refusal::TooLong)),
            ("<b>&amp;</b>", Ok("<b>&amp;</b>")),
        ];
        for (text, expected) in table {
            let verdict = Talker::default().say(0, LOCAL, text);
            assert_eq!(verdict.as_deref().map_err(|refusal| *refusal), *expected, "{text:?}");
        }
    }

    #[test]
    fn the_third_equal_text_in_thirty_seconds_is_refused() {
        let mut talker = Talker::default();
        assert!(talker.say(0, LOCAL, "buy now").is_ok());
        assert!(talker.say(1_000, LOCAL, "Buy now").is_ok());
        assert_eq!(talker.say(2_000, LOCAL, "BUY NOW"), Err(Refusal::Repeated));
        assert!(talker.say(30_001, LOCAL, "buy now").is_ok(), "the first is forgotten by now");
    }

    #[test]
    fn five_refusals_mute_and_each_further_mute_is_twice_as_long() {
        let mut talker = Talker::default();
        for now in 0..5 {
            assert_eq!(talker.say(now, LOCAL, ""), Err(Refusal::Empty));
        }
        assert_eq!(talker.say(5, LOCAL, "hello"), Err(Refusal::Muted(29_999)));
        let free = 4 + CHAT_MUTE_MILLIS;
        assert!(talker.say(free, LOCAL, "hello").is_ok());
        let free = free + 10_000;
        for _ in 0..5 {
            assert_eq!(talker.say(free, LOCAL, ""), Err(Refusal::Empty));
        }
        assert_eq!(talker.say(free, LOCAL, "hello"), Err(Refusal::Muted(2 * CHAT_MUTE_MILLIS)));
    }

    #[test]
    fn every_channel_has_a_bucket_and_a_least_level_of_its_own() {
        let table = [
            (Channel::Local, 10, 1_000, 1),
            (Channel::Zone, 5, 2_000, 1),
            (Channel::Faction, 3, 3_350, 5),
            (Channel::Global, 1, 10_000, 10),
            (Channel::Whisper, 10, 1_000, 1),
            (Channel::Party, 20, 500, 1),
            (Channel::Trade, 1, 30_000, 5),
        ];
        let mut talker = Talker::default();
        for (channel, burst, pause, level) in table {
            let mut say =
                |now, level| talker.say(now, (channel, level), &format!("{channel:?} {now}"));
            assert_eq!(say(0, level - 1), Err(Refusal::Level));
            let passed = (100..130).filter(|now| say(*now, level).is_ok()).count();
            assert_eq!(passed, burst, "{channel:?}");
            assert_eq!(say(pause - 1, 120), Err(Refusal::TooFast), "{channel:?}");
            assert!(say(pause + 200, 120).is_ok(), "{channel:?}");
        }
        for closed in [Channel::Guild, Channel::System] {
            assert_eq!(talker.say(0, (closed, 120), "hi"), Err(Refusal::Closed));
        }
    }

    #[test]
    fn ten_lines_at_once_pass_and_then_one_a_second() {
        let mut talker = Talker::default();
        let said = (0..20).filter(|n| talker.say(0, LOCAL, &format!("line {n}")).is_ok()).count();
        assert_eq!(said, 10);
        assert_eq!(talker.say(999, LOCAL, "one more"), Err(Refusal::TooFast));
        assert!(talker.say(1_000, LOCAL, "one more").is_ok());
    }
}
