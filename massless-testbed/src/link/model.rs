//! What becomes of a packet: pure, seeded, in times that count from the start of the link.
//!
//! All draws of a packet are a function of (seed, flow, direction, number of the packet), so what happens to
//! the tenth packet does not depend on what happened to the ninth, and a run can be computed again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Bytes that IP and UDP add to a datagram.
pub const UDP_OVERHEAD_BYTES: usize = 28;
/// Bytes that IP and TCP add to a segment.
pub const TCP_OVERHEAD_BYTES: usize = 40;
/// How much later a packet comes that others overtake, unless the settings say otherwise.
pub const HELD_BACK: Duration = Duration::from_millis(60);
/// Bytes that may wait for a link of a limited rate, unless the settings say otherwise.
pub const QUEUE_BYTES: usize = 65_536;
/// Least time until TCP sends a lost segment again.
const RESEND_LEAST: Duration = Duration::from_millis(200);
/// Times a segment can be lost in a row; then it comes.
const RESENDS_MAX: u64 = 6;

/// A share in parts of a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    const WHOLE: u32 = 1_000_000;

    /// So many parts of a million, at most all.
    #[must_use]
    pub const fn of_million(parts: u32) -> Self {
        Self(if parts > Self::WHOLE { Self::WHOLE } else { parts })
    }

    /// So many percent, at most all.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        Self::of_million(if percent > 100 { Self::WHOLE } else { percent * 10_000 })
    }

    /// The share as a number, 0 to 1.
    #[must_use]
    pub fn ratio(self) -> f64 {
        f64::from(self.0) / f64::from(Self::WHOLE)
    }

    /// Whether a number drawn from all 64 bits falls into the share.
    const fn takes(self, drawn: u64) -> bool {
        scaled(drawn, Self::WHOLE as u64) < self.0 as u64
    }
}

impl FromStr for Share {
    type Err = String;

    /// Reads percent: `5`, `5%`, `0.25`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix('%').unwrap_or(text).trim();
        match number.parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => {
                Ok(Self((percent * 10_000.0).round() as u32))
            }
            _ => Err(format!("{text:?} is no share; percent from 0 to 100 are, such as 5 or 0.5%")),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} %", f64::from(self.0) / 10_000.0)
    }
}

/// How one direction of a link behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// Time every packet takes.
    pub delay: Duration,
    /// Time a packet may take longer. Jitter alone changes no order.
    pub jitter: Duration,
    /// Packets that do not arrive. A lost segment of TCP comes later, and all behind it wait.
    pub loss: Share,
    /// Datagrams that arrive twice.
    pub duplicates: Share,
    /// Datagrams that are held back, so that others overtake them.
    pub reorder: Share,
    /// How much later those come.
    pub held_back: Duration,
    /// Bytes a second, overhead included; no limit when absent.
    pub rate: Option<u64>,
    /// Bytes that may wait for the rate. Datagrams beyond are lost, TCP is not read meanwhile.
    pub queue_bytes: usize,
}

impl LinkSettings {
    /// A link that does nothing to anybody.
    pub const CLEAN: Self = Self {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        loss: Share(0),
        duplicates: Share(0),
        reorder: Share(0),
        held_back: HELD_BACK,
        rate: None,
        queue_bytes: QUEUE_BYTES,
    };

    /// A link of that delay and loss.
    #[must_use]
    pub const fn lossy(delay: Duration, loss: Share) -> Self {
        Self { delay, loss, ..Self::CLEAN }
    }
}

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From whoever dialled.
    Up,
    /// To whoever dialled.
    Down,
}

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and perhaps a second time.
    Arrives {
        /// When.
        at: Duration,
        /// When it arrives again.
        again: Option<Duration>,
        /// Whether it was held back for others to overtake it.
        held_back: bool,
    },
    /// It is lost on the way.
    Lost,
    /// There was no room to wait for the link.
    Overflowed,
}

/// One direction of one flow.
#[derive(Clone, Debug)]
pub struct Way {
    settings: LinkSettings,
    key: u64,
    number: u64,
    busy_until: Duration,
    last: Duration,
}

impl Way {
    /// The way of a flow (0 is the first one that came) in a direction, nothing on it yet.
    #[must_use]
    pub const fn new(settings: LinkSettings, seed: u64, flow: u64, direction: Direction) -> Self {
        let place = flow * 2 + matches!(direction, Direction::Down) as u64;
        let (busy_until, last) = (Duration::ZERO, Duration::ZERO);
        Self { settings, key: mixed(mixed(seed) ^ place), number: 0, busy_until, last }
    }

    /// A datagram of that payload sets out.
    pub fn datagram(&mut self, now: Duration, bytes: usize) -> Fate {
        let number = self.next_number();
        let LinkSettings { delay, loss, duplicates, reorder, .. } = self.settings;
        let Some(sent) = self.try_transmit(now, bytes + UDP_OVERHEAD_BYTES) else {
            return Fate::Overflowed;
        };
        if loss.takes(self.draw(number, 0)) {
            return Fate::Lost;
        }
        let held_back = reorder.takes(self.draw(number, 1));
        let mut at = sent + delay + self.jitter(self.draw(number, 2));
        if held_back {
            at += self.settings.held_back;
        } else {
            at = at.max(self.last);
            self.last = at;
        }
        let is_doubled = duplicates.takes(self.draw(number, 3));
        let again = is_doubled.then(|| sent + delay + self.jitter(self.draw(number, 4)));
        Fate::Arrives { at, again, held_back }
    }

    /// A segment of TCP of that payload sets out; when it arrives, and how often it had to be sent again.
    pub fn segment(&mut self, now: Duration, bytes: usize) -> (Duration, u32) {
        let number = self.next_number();
        let sent = self.transmit(now, bytes + TCP_OVERHEAD_BYTES);
        let mut at = sent + self.settings.delay + self.jitter(self.draw(number, 2));
        let mut resend = RESEND_LEAST.max(self.settings.delay * 4);
        let mut lost = 0;
        while lost < RESENDS_MAX && self.settings.loss.takes(self.draw(number, 8 + lost)) {
            at += resend;
            resend *= 2;
            lost += 1;
        }
        at = at.max(self.last);
        self.last = at;
        (at, lost as u32)
    }

    /// How long a segment should wait before it sets out, so that no more than `queue_bytes` wait for the
    /// link.
    #[must_use]
    pub fn pause(&self, now: Duration) -> Duration {
        let Some(rate) = self.settings.rate else { return Duration::ZERO };
        let queue = time_of(self.settings.queue_bytes, rate);
        self.busy_until.saturating_sub(now).saturating_sub(queue)
    }

    const fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn try_transmit(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        let Some(rate) = self.settings.rate else { return Some(now) };
        let waiting = self.busy_until.saturating_sub(now);
        if waiting + time_of(bytes, rate) > time_of(self.settings.queue_bytes, rate) {
            return None;
        }
        Some(self.transmit(now, bytes))
    }

    /// When the last bit has left.
    fn transmit(&mut self, now: Duration, bytes: usize) -> Duration {
        let Some(rate) = self.settings.rate else { return now };
        self.busy_until = self.busy_until.max(now) + time_of(bytes, rate);
        self.busy_until
    }

    fn jitter(&self, drawn: u64) -> Duration {
        let nanos = u64::try_from(self.settings.jitter.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(scaled(drawn, nanos))
    }

    const fn draw(&self, number: u64, what: u64) -> u64 {
        mixed(self.key ^ mixed(number * 16 + what))
    }
}

/// Time that so many bytes take at a rate of bytes a second.
fn time_of(bytes: usize, rate: u64) -> Duration {
    Duration::from_nanos((bytes as u64).saturating_mul(1_000_000_000) / rate.max(1))
}

/// A number below `bound` (0 for 0) out of 64 drawn bits.
const fn scaled(drawn: u64, bound: u64) -> u64 {
    ((drawn as u128 * bound as u128) >> 64) as u64
}

/// The finisher of SplitMix64: every bit of the answer depends on every bit of the question.
const fn mixed(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 200_000;
    const GAP: Duration = Duration::from_millis(50);

    fn run(settings: LinkSettings, seed: u64) -> Vec<Fate> {
        let mut way = Way::new(settings, seed, 0, Direction::Up);
        (0..COUNT as u32).map(|n| way.datagram(GAP * n, 100)).collect()
    }

    /// Fails unless so many of `COUNT` are within five standard deviations of a share.
    fn assert_share(count: usize, share: Share) {
        let (n, p) = (COUNT as f64, share.ratio());
        let slack = 5.0 * (n * p * (1.0 - p)).sqrt() + 1.0;
        assert!((count as f64 - n * p).abs() <= slack, "{count} of {COUNT} where {share} are due");
    }

    #[test]
    fn shares_are_those_of_the_settings_whatever_the_seed() {
        let settings = LinkSettings {
            loss: Share::percent(5),
            duplicates: Share::percent(2),
            reorder: Share::of_million(12_500),
            ..LinkSettings::CLEAN
        };
        for seed in [0, 1, 2, u64::MAX] {
            let fates = run(settings, seed);
            let lost = fates.iter().filter(|fate| **fate == Fate::Lost).count();
            assert_share(lost, settings.loss);
            let arrived = fates.iter().filter_map(|fate| match fate {
                Fate::Arrives { again, held_back, .. } => Some((again.is_some(), *held_back)),
                _ => None,
            });
            let (mut doubled, mut held) = (0, 0);
            for (again, held_back) in arrived {
                doubled += usize::from(again);
                held += usize::from(held_back);
            }
            // Of those that are not lost.
            let left = 1.0 - settings.loss.ratio();
            let of_all = |share: Share| Share((share.ratio() * left * 1e6) as u32);
            assert_share(doubled, of_all(settings.duplicates));
            assert_share(held, of_all(settings.reorder));
        }
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let settings = LinkSettings { loss: Share::percent(10), ..LinkSettings::CLEAN };
        assert_eq!(run(settings, 7), run(settings, 7));
        assert_ne!(run(settings, 7), run(settings, 8));
        let mut up = Way::new(settings, 7, 0, Direction::Up);
        let mut down = Way::new(settings, 7, 0, Direction::Down);
        let mut other = Way::new(settings, 7, 1, Direction::Up);
        let lost = |way: &mut Way| -> Vec<bool> {
            (0..1_000).map(|n| way.datagram(GAP * n, 10) == Fate::Lost).collect()
        };
        let (up, down, other) = (lost(&mut up), lost(&mut down), lost(&mut other));
        assert!(up != down && up != other && down != other);
    }

    #[test]
    fn losses_do_not_cluster() {
        let settings = LinkSettings { loss: Share::percent(20), ..LinkSettings::CLEAN };
        let fates = run(settings, 3);
        let pairs = fates.windows(2).filter(|two| two == &[Fate::Lost, Fate::Lost]).count();
        assert_share(pairs, Share::percent(4));
    }

    #[test]
    fn delay_and_jitter_stay_in_their_bounds_and_in_order() {
        let (delay, jitter) = (Duration::from_millis(75), Duration::from_millis(20));
        let settings = LinkSettings { delay, jitter, ..LinkSettings::CLEAN };
        let (mut sum, mut before) = (0.0, Duration::ZERO);
        for (n, fate) in run(settings, 5).into_iter().enumerate() {
            let Fate::Arrives { at, .. } = fate else { panic!("nothing is lost") };
            let took = at - GAP * n as u32;
            assert!((delay..=delay + jitter).contains(&took), "{took:?}");
            assert!(at >= before, "jitter alone changes no order");
            (sum, before) = (sum + took.as_secs_f64(), at);
        }
        let mean = sum / COUNT as f64 * 1e3;
        assert!((84.9..85.1).contains(&mean), "mean of {mean} ms");
    }

    #[test]
    fn who_is_held_back_is_overtaken() {
        let reorder = Share::percent(10);
        let settings = LinkSettings { reorder, ..LinkSettings::CLEAN };
        let mut at_list = Vec::new();
        for fate in run(settings, 6) {
            let Fate::Arrives { at, .. } = fate else { panic!("nothing is lost") };
            at_list.push(at);
        }
        let overtaken = at_list.windows(2).filter(|two| two[0] > two[1]).count();
        // Not by one that is held back itself.
        assert_share(overtaken, Share::percent(9));
    }

    #[test]
    fn a_rate_spaces_packets_and_the_queue_is_bounded() {
        let settings =
            LinkSettings { rate: Some(12_800), queue_bytes: 1_280, ..LinkSettings::CLEAN };
        let mut way = Way::new(settings, 0, 0, Direction::Up);
        let fates: Vec<Fate> = (0..20).map(|_| way.datagram(Duration::ZERO, 100)).collect();
        for (n, fate) in fates.iter().enumerate() {
            let at = Duration::from_millis(10) * (n as u32 + 1);
            let fits = Fate::Arrives { at, again: None, held_back: false };
            assert_eq!(*fate, if n < 10 { fits } else { Fate::Overflowed });
        }
    }

    #[test]
    fn a_lost_segment_comes_later_and_all_behind_it_wait() {
        let settings = LinkSettings::lossy(Duration::from_millis(10), Share::percent(20));
        let mut way = Way::new(settings, 1, 0, Direction::Down);
        let (mut before, mut resent) = (Duration::ZERO, 0);
        for n in 0..COUNT as u32 {
            let (at, lost) = way.segment(GAP * n, 1_000);
            assert!(at >= before && at >= GAP * n + settings.delay);
            assert!(lost == 0 || at >= GAP * n + settings.delay + RESEND_LEAST);
            (before, resent) = (at, resent + usize::from(lost > 0));
        }
        assert_share(resent, settings.loss);
    }

    #[test]
    fn shares_are_read_as_percent() {
        for (text, parts) in [("5", 50_000), ("5%", 50_000), ("0.25 %", 2_500), ("100", 1_000_000)]
        {
            assert_eq!(text.parse::<Share>(), Ok(Share(parts)), "{text}");
        }
        for text in ["", "-1", "101", "x", "NaN"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
        assert_eq!(Share::of_million(2_500).to_string(), "0.25 %");
    }
}
