//! Bounded little-endian readers and writers, by bytes and by bits.
//!
//! Used by snapshots, logs and the wire. A reader never trusts a length: it checks it against what
//! is left before anything is allocated. Multi-byte integers are little-endian; bits fill a byte
//! from the lowest.

use thiserror::Error;

/// Why bytes could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// The input ended inside a value.
    #[error("the input ends inside a value")]
    Truncated,
    /// A value is outside its range.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// Bytes are left after the last value.
    #[error("{0} bytes are left over")]
    LeftOver(usize),
}

/// Where canonical state goes: into a snapshot (`Writer`) or into the state hash (`Hasher`). One
/// description of each component serves both, so the hash covers what a snapshot holds.
pub(crate) trait Sink {
    /// One byte.
    fn u8(&mut self, value: u8);
    /// Two bytes.
    fn u16(&mut self, value: u16);
    /// Four bytes.
    fn u32(&mut self, value: u32);
    /// Eight bytes.
    fn u64(&mut self, value: u64);
    /// A length and bytes.
    fn bytes(&mut self, bytes: &[u8]);

    /// The exact bits of a float, which must be finite and not `-0.0`.
    fn f32(&mut self, value: f32) {
        debug_assert!(value.is_finite() && value.to_bits() != 0x8000_0000, "{value} in state");
        self.u32(value.to_bits());
    }

    /// 0 or 1.
    fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }
}

impl Sink for Writer {
    fn u8(&mut self, value: u8) {
        Self::u8(self, value);
    }

    fn u16(&mut self, value: u16) {
        Self::u16(self, value);
    }

    fn u32(&mut self, value: u32) {
        Self::u32(self, value);
    }

    fn u64(&mut self, value: u64) {
        Self::u64(self, value);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        Self::bytes(self, bytes);
    }
}

/// Appends values to a byte vector.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// A writer that appends to `bytes`.
    #[must_use]
    pub const fn over(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Bytes written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Two bytes.
    pub fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Sixteen bytes.
    pub fn u128(&mut self, value: u128) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// The exact bits of a float, four bytes.
    pub fn f32(&mut self, value: f32) {
        self.u32(value.to_bits());
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// 1 to 10 bytes, seven bits each, lowest first (LEB128).
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.u8((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }

    /// Bytes as they are, without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A varint length and the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// A varint length and UTF-8.
    pub fn str(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// Reads values from a byte slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not yet read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// All has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Ok when nothing is left.
    pub fn finish(&self) -> Result<(), CodecError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CodecError::LeftOver(self.rest.len())) }
    }

    /// The next `len` bytes.
    pub fn raw(&mut self, len: usize) -> Result<&'a [u8], CodecError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, CodecError> {
        Ok(self.array::<1>()?[0])
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16, CodecError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, CodecError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Sixteen bytes.
    pub fn u128(&mut self) -> Result<u128, CodecError> {
        Ok(u128::from_le_bytes(self.array()?))
    }

    /// Four bytes; NaN, infinities and `-0.0` are refused.
    pub fn f32(&mut self) -> Result<f32, CodecError> {
        let value = f32::from_bits(self.u32()?);
        if value.is_finite() && value.to_bits() != 0x8000_0000 {
            Ok(value)
        } else {
            Err(CodecError::OutOfRange("float"))
        }
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::OutOfRange("bool")),
        }
    }

    /// 1 to 10 bytes, in its shortest form only.
    pub fn varint(&mut self) -> Result<u64, CodecError> {
        let mut value = 0_u64;
        for index in 0..10 {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7F);
            if index == 9 && part > 1 {
                break;
            }
            value |= part << (7 * index);
            if byte & 0x80 == 0 {
                if byte == 0 && index > 0 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(CodecError::OutOfRange("varint"))
    }

    /// A varint that must not exceed `max`.
    pub fn varint_max(&mut self, max: u64, what: &'static str) -> Result<u64, CodecError> {
        let value = self.varint()?;
        if value <= max { Ok(value) } else { Err(CodecError::OutOfRange(what)) }
    }

    /// A length and that many bytes, at most `max`.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], CodecError> {
        let len = self.varint_max(max as u64, "length")?;
        self.raw(len as usize)
    }

    /// A length and UTF-8, at most `max` bytes.
    pub fn str(&mut self, max: usize) -> Result<&'a str, CodecError> {
        core::str::from_utf8(self.bytes(max)?).map_err(|_| CodecError::OutOfRange("UTF-8"))
    }
}

/// Appends values of 0 to 64 bits, lowest bit first.
#[derive(Clone, Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    pending_bits: u32,
}

/// A place in what a `BitWriter` has written.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    len: usize,
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), pending: 0, pending_bits: 0 }
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.pending = 0;
        self.pending_bits = 0;
    }

    /// Makes room for so many bytes in all, so that they can be written without growing.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes.saturating_sub(self.bytes.len()));
    }

    /// Bits written so far.
    #[must_use]
    pub fn bits_len(&self) -> usize {
        self.bytes.len() * 8 + self.pending_bits as usize
    }

    /// The present end, to come back to.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let Self { bytes, pending, pending_bits } = self;
        Mark { len: bytes.len(), pending: *pending, pending_bits: *pending_bits }
    }

    /// Forgets what was written after the mark.
    pub fn rewind(&mut self, mark: &Mark) {
        self.bytes.truncate(mark.len);
        self.pending = mark.pending;
        self.pending_bits = mark.pending_bits;
    }

    /// The low `width` bits (0..=64) of `value`; higher bits must be zero.
    #[inline]
    pub fn bits(&mut self, value: u64, width: u32) {
        debug_assert!(width <= 64 && (width == 64 || value >> width == 0));
        self.pending |= value << self.pending_bits;
        let total = self.pending_bits + width;
        if total < 64 {
            self.pending_bits = total;
            return;
        }
        self.bytes.extend_from_slice(&self.pending.to_le_bytes());
        let used = 64 - self.pending_bits;
        self.pending = if used >= 64 { 0 } else { value >> used };
        self.pending_bits = total - 64;
    }

    /// One bit.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bits(u64::from(value), 1);
    }

    /// A signed value in `width` bits of two's complement.
    pub fn signed(&mut self, value: i64, width: u32) {
        debug_assert!(width == 64 || (value >> (width - 1) == 0 || value >> (width - 1) == -1));
        let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
        self.bits(value as u64 & mask, width);
    }

    /// Pads the last byte with zeros and returns the bytes; the writer is empty afterwards.
    pub fn take(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.append_to(&mut bytes);
        self.clear();
        bytes
    }

    /// Appends the bytes, the last one padded with zeros, to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes);
        let tail = self.pending.to_le_bytes();
        out.extend_from_slice(&tail[..self.pending_bits.div_ceil(8) as usize]);
    }
}

/// Reads values of 0 to 64 bits.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    position_bits: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position_bits: 0 }
    }

    /// Bits not yet read.
    #[must_use]
    pub const fn bits_left(&self) -> usize {
        self.bytes.len() * 8 - self.position_bits
    }

    /// `width` bits (0..=64).
    #[inline]
    pub fn bits(&mut self, width: u32) -> Result<u64, CodecError> {
        assert!(width <= 64);
        if self.bits_left() < width as usize {
            return Err(CodecError::Truncated);
        }
        let first = self.position_bits / 8;
        let shift = (self.position_bits % 8) as u32;
        let mut window = [0_u8; 16];
        let available = (self.bytes.len() - first).min(9);
        window[..available].copy_from_slice(&self.bytes[first..first + available]);
        let value = u128::from_le_bytes(window) >> shift;
        self.position_bits += width as usize;
        let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
        Ok(value as u64 & mask)
    }

    /// One bit.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        Ok(self.bits(1)? == 1)
    }

    /// A signed value of `width` bits (1..=64).
    pub fn signed(&mut self, width: u32) -> Result<i64, CodecError> {
        let value = self.bits(width)?;
        let shift = 64 - width;
        Ok(((value << shift) as i64) >> shift)
    }

    /// Ok when fewer than eight bits are left and all of them are zero.
    pub fn finish(&mut self) -> Result<(), CodecError> {
        let left = self.bits_left();
        if left >= 8 {
            return Err(CodecError::LeftOver(left / 8));
        }
        match self.bits(left as u32)? {
            0 => Ok(()),
            _ => Err(CodecError::OutOfRange("padding")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_round_trip() {
        let mut writer = Writer::new();
        writer.u8(7);
        writer.u16(0xBEEF);
        writer.varint(300);
        writer.varint(u64::MAX);
        writer.str("Ünïcode");
        writer.f32(-1.5);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.u8(), Ok(7));
        assert_eq!(reader.u16(), Ok(0xBEEF));
        assert_eq!(reader.varint(), Ok(300));
        assert_eq!(reader.varint(), Ok(u64::MAX));
        assert_eq!(reader.str(20), Ok("Ünïcode"));
        assert_eq!(reader.f32(), Ok(-1.5));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn every_prefix_is_refused_without_panic() {
        let mut writer = Writer::new();
        writer.u64(1);
        writer.str("hello");
        writer.varint(1 << 40);
        let bytes = writer.into_bytes();
        for len in 0..bytes.len() {
            let mut reader = Reader::new(&bytes[..len]);
            let whole = reader.u64().and_then(|_| reader.str(9)).and_then(|_| reader.varint());
            assert!(whole.is_err(), "prefix of {len} bytes was accepted");
        }
    }

    #[test]
    fn a_padded_varint_is_refused() {
        assert!(Reader::new(&[0x80, 0x00]).varint().is_err());
        assert!(Reader::new(&[0xFF; 11]).varint().is_err());
    }

    #[test]
    fn a_length_is_checked_before_it_is_believed() {
        assert_eq!(
            Reader::new(&[0xFF, 0xFF, 0x03]).bytes(100),
            Err(CodecError::OutOfRange("length"))
        );
        assert_eq!(Reader::new(&[5, 1]).bytes(100), Err(CodecError::Truncated));
    }

    proptest! {
        #[test]
        fn bits_round_trip(values in proptest::collection::vec((any::<u64>(), 0_u32..=64), 0..200)) {
            let mut writer = BitWriter::new();
            let masked: Vec<(u64, u32)> = values.into_iter()
                .map(|(v, w)| (if w == 64 { v } else { v & ((1 << w) - 1) }, w)).collect();
            for &(value, width) in &masked {
                writer.bits(value, width);
            }
            let bytes = writer.take();
            let mut reader = BitReader::new(&bytes);
            for &(value, width) in &masked {
                prop_assert_eq!(reader.bits(width), Ok(value));
            }
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn signed_bits_round_trip(value in -2048_i64..2048) {
            let mut writer = BitWriter::new();
            writer.signed(value, 12);
            let bytes = writer.take();
            prop_assert_eq!(BitReader::new(&bytes).signed(12), Ok(value));
        }
    }
}
