//! A few bits that are encoded once and copied into any number of frames.

use massless_core::codec::BitWriter;

/// Words of `Bits`.
const WORDS: usize = 4;

/// Up to 256 bits, ready to be copied into any number of frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: [u64; WORDS],
    len: u32,
}

impl Bits {
    /// Number of bits.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// No bits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends them to a frame.
    pub fn copy_to(&self, out: &mut BitWriter) {
        let mut left = self.len;
        for word in self.words {
            if left == 0 {
                break;
            }
            let width = left.min(64);
            out.bits(word, width);
            left -= width;
        }
    }

    pub(super) fn push(&mut self, value: u64, width: u32) {
        debug_assert!(self.len + width <= 64 * WORDS as u32);
        debug_assert!(width == 64 || value >> width == 0);
        if width == 0 {
            return;
        }
        let (at, shift) = ((self.len / 64) as usize, self.len % 64);
        self.words[at] |= value << shift;
        if shift + width > 64 {
            self.words[at + 1] |= value >> (64 - shift);
        }
        self.len += width;
    }

    pub(super) fn push_bool(&mut self, value: bool) {
        self.push(u64::from(value), 1);
    }

    /// As `bits::write_number`.
    pub(super) fn push_number(&mut self, value: u64) {
        let width = (64 - value.leading_zeros()).min(63);
        self.push(u64::from(width), 6);
        self.push(value & ((1 << width) - 1), width);
    }

    pub(super) fn push_signed(&mut self, value: i32, width: u32) {
        self.push(u64::from(value.cast_unsigned()) & ((1 << width) - 1), width);
    }

    /// As `bits::write_step`.
    pub(super) fn push_step(&mut self, step: i32) {
        let small = (-16..16).contains(&step);
        self.push(u64::from(!small), 1);
        self.push_signed(step, if small { 5 } else { 10 });
    }
}
