//! The 128-bit state hash: one number a tick that two machines compare.
//!
//! State is fed as canonical values (never as memory), in `ActorId` order, one digest a component, so a
//! divergence has a name. Two lanes of multiply-and-fold (64 x 64 -> 128 bits, high half xored
//! into the low half, two words a multiplication, as in wyhash): it finds accidents, it does not withstand an adversary.

use crate::codec::Sink;

/// Hash of a zone's whole state after a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateHash(u128);

impl StateHash {
    /// A hash from its number, as read from a log.
    #[must_use]
    pub const fn new(raw: u128) -> Self {
        Self(raw)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0
    }
}

impl core::fmt::Display for StateHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// First 128 bits of the fractional part of pi: any odd constants with mixed bits serve.
const LANE: [u64; 2] = [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345];
const START: [u64; 2] = [0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89];

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// Feeds values into two 64-bit lanes.
#[derive(Clone, Debug)]
pub struct Hasher {
    lanes: [u64; 2],
    first: Option<u64>,
    half: Option<u32>,
    words: u64,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Hasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { lanes: START, first: None, half: None, words: 0 }
    }

    fn word(&mut self, word: u64) {
        match self.first.take() {
            None => self.first = Some(word),
            Some(first) => self.pair(first, word),
        }
        self.words += 1;
    }

    /// One multiplication a lane takes 16 bytes in; the lanes take them in either order.
    fn pair(&mut self, first: u64, second: u64) {
        let [low, high] = self.lanes;
        self.lanes[0] = fold(low ^ first, second ^ LANE[0]).wrapping_add(first);
        self.lanes[1] = fold(high ^ second.rotate_left(23), first ^ LANE[1]).wrapping_add(second);
    }

    fn half(&mut self, value: u32) {
        match self.half.take() {
            Some(low) => self.word(u64::from(low) | u64::from(value) << 32),
            None => self.half = Some(value),
        }
    }

    /// The 128-bit result over all that was fed.
    #[must_use]
    pub fn finish(mut self) -> u128 {
        let mut halves = self.words * 2;
        if let Some(low) = self.half.take() {
            self.word(u64::from(low));
            halves += 1;
        }
        self.word(halves);
        if let Some(first) = self.first.take() {
            self.pair(first, START[1]);
        }
        let low = fold(self.lanes[0] ^ self.lanes[1].rotate_left(32), LANE[1]);
        let high = fold(self.lanes[1] ^ START[0], self.lanes[0] | 1);
        u128::from(low) | u128::from(high) << 64
    }
}

impl Sink for Hasher {
    fn u8(&mut self, value: u8) {
        self.half(u32::from(value));
    }

    fn u16(&mut self, value: u16) {
        self.half(u32::from(value));
    }

    fn u32(&mut self, value: u32) {
        self.half(value);
    }

    fn u64(&mut self, value: u64) {
        self.word(value);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0_u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }
}

/// Hash of bytes: content identity and the checksums of logs and snapshots.
#[must_use]
pub fn hash_bytes(bytes: &[u8]) -> u128 {
    let mut hasher = Hasher::new();
    hasher.bytes(bytes);
    hasher.finish()
}

/// 32-bit checksum of a record.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    hash_bytes(bytes) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_changes_both_halves() {
        let bytes: Vec<u8> = (0..64).collect();
        let before = hash_bytes(&bytes);
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let after = hash_bytes(&changed);
            assert_ne!(before as u64, after as u64, "bit {bit}");
            assert_ne!((before >> 64) as u64, (after >> 64) as u64, "bit {bit}");
        }
    }

    #[test]
    fn length_and_order_count() {
        assert_ne!(hash_bytes(&[0]), hash_bytes(&[0, 0]));
        assert_ne!(hash_bytes(&[1, 2]), hash_bytes(&[2, 1]));
        let halves = |values: &[u32]| {
            let mut hasher = Hasher::new();
            values.iter().for_each(|&v| hasher.u32(v));
            hasher.finish()
        };
        assert_ne!(halves(&[1]), halves(&[1, u32::MAX]));
        assert_ne!(halves(&[1, 2]), halves(&[2, 1]));
    }

    #[test]
    fn the_value_is_fixed() {
        assert_eq!(format!("{:032x}", hash_bytes(b"massless")), GOLDEN);
    }

    const GOLDEN: &str = "3c0af3fdb8b768760bc369ef40832a7a";
}
