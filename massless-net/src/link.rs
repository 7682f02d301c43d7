//! An emulated link in virtual time: one direction, seeded, for tests of both ends of the protocol.
//!
//! An ordered link is like TCP: a lost frame comes late, and all frames behind it wait. A datagram
//! link loses, doubles and reorders. The same seed and the same calls give the same arrivals.

use std::collections::BTreeMap;

use crate::clock::Millis;

/// One in ten thousand.
const BASIS: u64 = 10_000;

/// How a link behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkSettings {
    /// Milliseconds every frame takes.
    pub delay_millis: u64,
    /// Milliseconds a frame may take longer.
    pub jitter_millis: u64,
    /// Lost frames in 10 000.
    pub loss: u32,
    /// Doubled frames in 10 000; datagrams only.
    pub duplicates: u32,
    /// Whether frames arrive in order and all of them; else as datagrams.
    pub ordered: bool,
    /// Milliseconds a lost frame of an ordered link takes longer.
    pub retransmit_millis: u64,
}

impl LinkSettings {
    /// A perfect ordered link of that delay.
    #[must_use]
    pub const fn clean(delay_millis: u64) -> Self {
        Self {
            delay_millis,
            jitter_millis: 0,
            loss: 0,
            duplicates: 0,
            ordered: true,
            retransmit_millis: 0,
        }
    }
}

/// One direction of a connection.
#[derive(Clone, Debug)]
pub struct Link {
    settings: LinkSettings,
    state: u64,
    count: u64,
    last: Millis,
    flying: BTreeMap<(Millis, u64), Vec<u8>>,
}

impl Link {
    /// A link with nothing on its way.
    #[must_use]
    pub const fn new(settings: LinkSettings, seed: u64) -> Self {
        Self { settings, state: seed, count: 0, last: Millis::new(0), flying: BTreeMap::new() }
    }

    /// A frame is sent.
    pub fn send(&mut self, now: Millis, frame: &[u8]) {
        let LinkSettings { delay_millis, jitter_millis, loss, duplicates, ordered, .. } =
            self.settings;
        let mut arrival = now.plus(delay_millis + self.draw(jitter_millis + 1));
        let lost = self.draw(BASIS) < u64::from(loss);
        if ordered {
            if lost {
                arrival = arrival.plus(self.settings.retransmit_millis);
            }
            arrival = arrival.max(self.last);
            self.last = arrival;
            self.fly(arrival, frame);
            return;
        }
        if !lost {
            self.fly(arrival, frame);
        }
        if self.draw(BASIS) < u64::from(duplicates) {
            let again = now.plus(delay_millis + self.draw(jitter_millis + 1));
            self.fly(again, frame);
        }
    }

    /// The next frame that has arrived by now.
    pub fn receive(&mut self, now: Millis) -> Option<Vec<u8>> {
        let entry = self.flying.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove())
    }

    /// When the next frame arrives.
    #[must_use]
    pub fn next_arrival(&self) -> Option<Millis> {
        self.flying.first_key_value().map(|(key, _)| key.0)
    }

    /// The link breaks: all that is on its way is lost.
    pub fn cut(&mut self) {
        self.flying.clear();
    }

    fn fly(&mut self, arrival: Millis, frame: &[u8]) {
        self.count += 1;
        self.flying.insert((arrival, self.count), frame.to_vec());
    }

    /// A number below `bound` (SplitMix64).
    fn draw(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let product = u128::from(z ^ (z >> 31)) * u128::from(bound);
        (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: LinkSettings = LinkSettings {
        delay_millis: 40,
        jitter_millis: 30,
        loss: 2_000,
        duplicates: 1_000,
        ordered: false,
        retransmit_millis: 200,
    };

    fn arrivals(settings: LinkSettings, seed: u64) -> Vec<u8> {
        let mut link = Link::new(settings, seed);
        for n in 0..200 {
            link.send(Millis::new(u64::from(n) * 10), &[n]);
        }
        std::iter::from_fn(|| link.receive(Millis::new(1 << 40))).map(|frame| frame[0]).collect()
    }

    #[test]
    fn an_ordered_link_brings_everything_in_order() {
        let settings = LinkSettings { ordered: true, ..BAD };
        assert!(arrivals(settings, 1).into_iter().eq(0..200));
    }

    #[test]
    fn a_datagram_link_loses_doubles_and_reorders_by_its_seed() {
        let list = arrivals(BAD, 1);
        assert_eq!(list, arrivals(BAD, 1));
        assert_ne!(list, arrivals(BAD, 2));
        assert!(list.windows(2).any(|pair| pair[0] > pair[1]), "nothing was reordered");
        let mut distinct = list.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!((130..190).contains(&distinct.len()), "{} of 200 came", distinct.len());
        assert!(distinct.len() < list.len(), "nothing was doubled");
    }

    #[test]
    fn nothing_arrives_early() {
        let mut link = Link::new(LinkSettings::clean(50), 0);
        link.send(Millis::new(10), b"x");
        assert_eq!(link.receive(Millis::new(59)), None);
        assert_eq!(link.next_arrival(), Some(Millis::new(60)));
        assert_eq!(link.receive(Millis::new(60)), Some(b"x".to_vec()));
    }
}
