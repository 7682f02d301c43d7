//! Fields that several frames share, over the core's bit reader and writer.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::units::Level;

/// Longest unary prefix of a gap: with it a gap covers all slots.
const GAP_PREFIX_MAX: u32 = 17;

/// A number in 6 bits of length and as many bits as it needs.
pub fn write_number(out: &mut BitWriter, value: u64) {
    let width = (64 - value.leading_zeros()).min(63);
    debug_assert!(value < 1 << 63);
    out.bits(u64::from(width), 6);
    out.bits(value & ((1 << width) - 1), width);
}

/// Bits that `write_number` needs.
#[must_use]
pub const fn number_bits(value: u64) -> u32 {
    let width = 64 - value.leading_zeros();
    6 + if width > 63 { 63 } else { width }
}

/// Reads what `write_number` wrote; a longer form than needed is refused.
pub fn read_number(bits: &mut BitReader<'_>) -> Result<u64, CodecError> {
    let width = bits.bits(6)? as u32;
    let value = bits.bits(width)?;
    if width > 0 && value >> (width - 1) == 0 {
        return Err(CodecError::OutOfRange("number"));
    }
    Ok(value)
}

/// A duration in ticks: class u2, then 8, 12, 16 or 32 bits. What is longer is the longest.
pub fn write_span(out: &mut BitWriter, ticks: u64) {
    let (class, width) = match ticks {
        0..=0xFF => (0, 8),
        0x100..=0xFFF => (1, 12),
        0x1000..=0xFFFF => (2, 16),
        _ => (3, 32),
    };
    out.bits(class, 2);
    out.bits(ticks.min(u64::from(u32::MAX)), width);
}

/// Most bits of a span.
pub const SPAN_BITS_MAX: u32 = 34;

/// Reads what `write_span` wrote; a longer form than needed is refused.
pub fn read_span(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    let (width, least) = match bits.bits(2)? {
        0 => (8, 0),
        1 => (12, 0x100),
        2 => (16, 0x1000),
        _ => (32, 0x1_0000),
    };
    let ticks = bits.bits(width)? as u32;
    if ticks < least { Err(CodecError::OutOfRange("duration")) } else { Ok(ticks) }
}

/// Reads a level of 7 bits, 1..=120.
pub fn read_level(bits: &mut BitReader<'_>) -> Result<Level, CodecError> {
    let level = bits.bits(7)? as u8;
    if (1..=120).contains(&level) {
        Ok(Level::new(level))
    } else {
        Err(CodecError::OutOfRange("level"))
    }
}

/// A text as its length in 10 bits and its bytes.
pub fn write_text(out: &mut BitWriter, text: &str, bytes_max: usize) {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    out.bits(end as u64, 10);
    for &byte in &text.as_bytes()[..end] {
        out.bits(u64::from(byte), 8);
    }
}

/// Reads a text of at most `bytes_max` bytes.
pub fn read_text(bits: &mut BitReader<'_>, bytes_max: usize) -> Result<String, CodecError> {
    let len = bits.bits(10)? as usize;
    if len > bytes_max {
        return Err(CodecError::OutOfRange("length"));
    }
    if bits.bits_left() < len * 8 {
        return Err(CodecError::Truncated);
    }
    let mut bytes = Vec::with_capacity(len);
    for _ in 0..len {
        bytes.push(bits.bits(8)? as u8);
    }
    String::from_utf8(bytes).map_err(|_| CodecError::OutOfRange("UTF-8"))
}

/// The exact bits of a float.
pub fn write_float(out: &mut BitWriter, value: f32) {
    out.bits(u64::from(value.to_bits()), 32);
}

/// Reads a float; NaN, infinities and `-0.0` are refused.
pub fn read_float(bits: &mut BitReader<'_>) -> Result<f32, CodecError> {
    let value = f32::from_bits(bits.bits(32)? as u32);
    if value.is_finite() && value.to_bits() != 0x8000_0000 {
        Ok(value)
    } else {
        Err(CodecError::OutOfRange("float"))
    }
}

/// A gap between two slots (exponential Golomb code of order `order`): short for gaps near
/// `2^order`.
pub fn write_gap(out: &mut BitWriter, gap: u32, order: u32) {
    let shifted = u64::from(gap) + (1 << order);
    let width = 64 - shifted.leading_zeros();
    let prefix = width - 1 - order;
    debug_assert!(prefix <= GAP_PREFIX_MAX);
    // `prefix` ones, a zero, then the bits below the highest one of `shifted`.
    out.bits((1 << prefix) - 1, prefix + 1);
    out.bits(shifted & ((1 << (width - 1)) - 1), width - 1);
}

/// Bits that `write_gap` needs.
#[must_use]
pub const fn gap_bits(gap: u32, order: u32) -> u32 {
    let width = 64 - (gap as u64 + (1 << order)).leading_zeros();
    2 * width - 1 - order
}

/// Reads what `write_gap` wrote.
pub fn read_gap(bits: &mut BitReader<'_>, order: u32) -> Result<u32, CodecError> {
    let mut prefix = 0;
    while bits.bool()? {
        prefix += 1;
        if prefix > GAP_PREFIX_MAX {
            return Err(CodecError::OutOfRange("gap"));
        }
    }
    let below = prefix + order;
    let value = (1 << below) + bits.bits(below)?;
    u32::try_from(value - (1 << order)).map_err(|_| CodecError::OutOfRange("gap"))
}

/// Ticks between arrival and use of an input, -16..=15: `0` none, `10` and 2 bits for 0 to 3, `11` and 5 bits.
pub fn write_margin(out: &mut BitWriter, margin: Option<i8>) {
    out.bool(margin.is_some());
    let Some(margin) = margin.map(|margin| margin.clamp(-16, 15)) else { return };
    let is_usual = (0..4).contains(&margin);
    out.bool(!is_usual);
    if is_usual {
        out.bits(u64::from(margin.unsigned_abs()), 2);
    } else {
        out.signed(i64::from(margin), 5);
    }
}

/// Reads what `write_margin` wrote.
pub fn read_margin(bits: &mut BitReader<'_>) -> Result<Option<i8>, CodecError> {
    if !bits.bool()? {
        return Ok(None);
    }
    Ok(Some(if bits.bool()? { bits.signed(5)? as i8 } else { bits.bits(2)? as i8 }))
}

/// A small signed change: class bit, then 5 or 10 bits.
pub fn write_step(out: &mut BitWriter, step: i32) {
    if (-16..16).contains(&step) {
        out.bool(false);
        out.signed(i64::from(step), 5);
    } else {
        out.bool(true);
        out.signed(i64::from(step), 10);
    }
}

/// Reads what `write_step` wrote.
pub fn read_step(bits: &mut BitReader<'_>) -> Result<i32, CodecError> {
    let width = if bits.bool()? { 10 } else { 5 };
    Ok(bits.signed(width)? as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn gaps_round_trip(gap in 0_u32..131_072, order in 0_u32..12) {
            let mut out = BitWriter::new();
            write_gap(&mut out, gap, order);
            prop_assert_eq!(out.bits_len() as u32, gap_bits(gap, order));
            let bytes = out.take();
            prop_assert_eq!(read_gap(&mut BitReader::new(&bytes), order), Ok(gap));
        }

        #[test]
        fn numbers_round_trip(value in 0_u64..1 << 62) {
            let mut out = BitWriter::new();
            write_number(&mut out, value);
            let bytes = out.take();
            prop_assert_eq!(read_number(&mut BitReader::new(&bytes)), Ok(value));
        }

        #[test]
        fn spans_round_trip(ticks in any::<u32>(), shift in 0_u32..32) {
            let mut out = BitWriter::new();
            write_span(&mut out, u64::from(ticks >> shift));
            let bytes = out.take();
            prop_assert_eq!(read_span(&mut BitReader::new(&bytes)), Ok(ticks >> shift));
        }

        #[test]
        fn margins_round_trip(margin in proptest::option::of(-16_i8..16)) {
            let mut out = BitWriter::new();
            write_margin(&mut out, margin);
            let bytes = out.take();
            prop_assert_eq!(read_margin(&mut BitReader::new(&bytes)), Ok(margin));
        }

        #[test]
        fn steps_round_trip(step in -512_i32..512) {
            let mut out = BitWriter::new();
            write_step(&mut out, step);
            let bytes = out.take();
            prop_assert_eq!(read_step(&mut BitReader::new(&bytes)), Ok(step));
        }
    }

    #[test]
    fn a_text_is_cut_between_letters() {
        let mut out = BitWriter::new();
        write_text(&mut out, "aéé", 4);
        let bytes = out.take();
        assert_eq!(read_text(&mut BitReader::new(&bytes), 64), Ok("aé".to_owned()));
    }
}
