//! The update: one frame a tick for each client that can take it.
//!
//! ```text
//! id 0x42 | number 8 | tick 16 | margin 1 (+5) | own 1 (+..) | count 6+n | order 4 | records ...
//! record: gap to the slot before (exponential Golomb of that order) | kind | fields
//! ```
//!
//! Records stand in rising order of their slots, each slot once.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::units::Tick;
use massless_core::view::Pose;
use massless_core::walk::Walker;

use super::bits;
use super::client_frame::ShortTick;
use super::record::{Record, read_pose, read_record};
use super::server_frame::id;
use crate::error::WireError;
use crate::limits::{FRAME_BYTES_MAX, SLOTS_MAX};

/// Exact state of the client's own figure after the update's tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnState {
    /// The walker, bit by bit.
    pub walker: Walker,
    /// Sequence of the newest input applied.
    pub applied_sequence: u16,
    /// Whether that input was applied in this very tick.
    pub applied_now: bool,
    /// Speed in force, metres per second.
    pub speed: f32,
    /// Hit points as a share of the maximum.
    pub share: u8,
    /// What it is doing.
    pub pose: Pose,
}

/// What an update says before its records.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Head {
    /// Number of the update, one more than that of the one before.
    pub number: u8,
    /// The tick it shows.
    pub tick: ShortTick,
    /// Ticks between arrival and use of the client's newest input; -16..=15, negative is late.
    pub margin: Option<i8>,
    /// The own figure; `None` while it has no body.
    pub own: Option<OwnState>,
}

/// Writes everything before the records. `previous` is the own state in the last update sent.
pub fn write_head(out: &mut BitWriter, head: &Head, previous: &OwnState) {
    out.bits(u64::from(head.number), 8);
    out.bits(u64::from(head.tick.get()), 16);
    out.bool(head.margin.is_some());
    if let Some(margin) = head.margin {
        out.signed(i64::from(margin.clamp(-16, 15)), 5);
    }
    out.bool(head.own.is_some());
    if let Some(own) = head.own {
        write_own(out, &own, previous);
    }
}

fn write_own(out: &mut BitWriter, own: &OwnState, previous: &OwnState) {
    out.bits(u64::from(own.applied_sequence), 16);
    out.bool(own.applied_now);
    let (now, then) = (words_of(own), words_of(previous));
    for (value, old) in now.into_iter().zip(then) {
        let changed = value.to_bits() != old.to_bits();
        out.bool(changed);
        if changed {
            bits::write_float(out, value);
        }
    }
    out.bits(u64::from(own.share), 8);
    out.bits(own.pose as u64, 3);
}

const fn words_of(own: &OwnState) -> [f32; 5] {
    let position = own.walker.position;
    [position.x, position.y, position.z, own.walker.fall_speed, own.speed]
}

/// Reads an update: first the head, then record by record.
#[derive(Clone, Debug)]
pub struct UpdateReader<'a> {
    bits: BitReader<'a>,
    tick: Tick,
    left: u64,
    order: u32,
    next_slot: u32,
}

impl<'a> UpdateReader<'a> {
    /// Reads the head. `previous` is the own state of the update before, `near` its tick.
    pub fn open(
        frame: &'a [u8],
        previous: &OwnState,
        near: Tick,
    ) -> Result<(Head, Self), WireError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(WireError::TooLong(frame.len()));
        }
        let (&first, body) = frame.split_first().ok_or(WireError::Empty)?;
        if first != id::UPDATE {
            return Err(WireError::UnknownMessage(first));
        }
        let mut bits = BitReader::new(body);
        let (head, left, order) = read_head(&mut bits, previous).map_err(in_update)?;
        let tick = head.tick.near(near);
        Ok((head, Self { bits, tick, left, order, next_slot: 0 }))
    }

    /// The update's tick.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// The next slot and what is said about it; `None` at the end.
    pub fn try_next(&mut self) -> Result<Option<(u32, Record)>, WireError> {
        self.read().map_err(in_update)
    }

    fn read(&mut self) -> Result<Option<(u32, Record)>, CodecError> {
        if self.left == 0 {
            self.bits.finish()?;
            return Ok(None);
        }
        self.left -= 1;
        let gap = bits::read_gap(&mut self.bits, self.order)?;
        let slot = self.next_slot.saturating_add(gap);
        if slot >= SLOTS_MAX {
            return Err(CodecError::OutOfRange("slot"));
        }
        self.next_slot = slot + 1;
        Ok(Some((slot, read_record(&mut self.bits, self.tick)?)))
    }
}

const fn in_update(source: CodecError) -> WireError {
    WireError::Field { message: "update", source }
}

fn read_head(
    bits: &mut BitReader<'_>,
    previous: &OwnState,
) -> Result<(Head, u64, u32), CodecError> {
    let number = bits.bits(8)? as u8;
    let tick = ShortTick::new(bits.bits(16)? as u16);
    let margin = if bits.bool()? { Some(bits.signed(5)? as i8) } else { None };
    let own = if bits.bool()? { Some(read_own(bits, previous)?) } else { None };
    let count = bits::read_number(bits)?;
    if count > u64::from(SLOTS_MAX) {
        return Err(CodecError::OutOfRange("records"));
    }
    let order = if count == 0 { 0 } else { bits.bits(4)? as u32 };
    Ok((Head { number, tick, margin, own }, count, order))
}

fn read_own(bits: &mut BitReader<'_>, previous: &OwnState) -> Result<OwnState, CodecError> {
    let mut own = *previous;
    own.applied_sequence = bits.bits(16)? as u16;
    own.applied_now = bits.bool()?;
    let position = &mut own.walker.position;
    let words = [
        &mut position.x,
        &mut position.y,
        &mut position.z,
        &mut own.walker.fall_speed,
        &mut own.speed,
    ];
    for word in words {
        if bits.bool()? {
            *word = bits::read_float(bits)?;
        }
    }
    own.share = bits.bits(8)? as u8;
    own.pose = read_pose(bits)?;
    Ok(own)
}

/// Bits before the records, at most.
pub const HEAD_BITS_MAX: u32 = 8 + 16 + 6 + 1 + 17 + 5 * 33 + 11 + 6 + 17 + 4;

/// Writes the count of records and the order of their gaps; `slots` is one more than the highest.
/// Returns the order, to be handed to `bits::write_gap`.
pub fn write_count(out: &mut BitWriter, count: u32, slots: u32) -> u32 {
    bits::write_number(out, u64::from(count));
    if count == 0 {
        return 0;
    }
    let order = order_of(count, slots);
    out.bits(u64::from(order), 4);
    order
}

/// Order that suits `count` records spread over `slots` slots.
#[must_use]
pub const fn order_of(count: u32, slots: u32) -> u32 {
    let mean = slots / if count == 0 { 1 } else { count };
    let order = 31 - (mean | 1).leading_zeros();
    if order > 15 { 15 } else { order }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::math::Vec3;
    use proptest::prelude::*;

    fn open(bytes: &[u8], previous: &OwnState) -> (Head, Vec<(u32, Record)>) {
        let (head, mut reader) = UpdateReader::open(bytes, previous, Tick::new(70_000)).unwrap();
        let mut records = Vec::new();
        while let Some(record) = reader.try_next().unwrap() {
            records.push(record);
        }
        (head, records)
    }

    fn frame(head: &Head, previous: &OwnState, slots: &[u32]) -> Vec<u8> {
        let mut out = BitWriter::new();
        write_head(&mut out, head, previous);
        let order = write_count(&mut out, slots.len() as u32, 131_072);
        let mut next = 0;
        for &slot in slots {
            bits::write_gap(&mut out, slot - next, order);
            super::super::record::write_left(&mut out);
            next = slot + 1;
        }
        let mut bytes = vec![id::UPDATE];
        out.append_to(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn heads_and_slots_round_trip(
            number in any::<u8>(),
            tick in any::<u16>(),
            margin in proptest::option::of(-16_i8..16),
            x in proptest::option::of(0.0_f32..500.0),
            slots in proptest::collection::btree_set(0_u32..131_072, 0..50),
        ) {
            let previous = OwnState { speed: 5.0, ..OwnState::default() };
            let own = x.map(|x| OwnState {
                walker: Walker { position: Vec3::new(x, 1.0, x), fall_speed: 0.0 },
                applied_sequence: tick,
                applied_now: true,
                ..previous
            });
            let head = Head { number, tick: ShortTick::new(tick), margin, own };
            let slots: Vec<u32> = slots.into_iter().collect();
            let bytes = frame(&head, &previous, &slots);
            let (back, records) = open(&bytes, &previous);
            prop_assert_eq!(back, head);
            prop_assert_eq!(records.iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), slots);
        }
    }

    #[test]
    fn a_tick_is_completed_from_one_near_it() {
        assert_eq!(ShortTick::of(Tick::new(65_537)).near(Tick::new(65_530)), Tick::new(65_537));
        assert_eq!(ShortTick::of(Tick::new(65_530)).near(Tick::new(65_540)), Tick::new(65_530));
        assert_eq!(ShortTick::of(Tick::new(3)).near(Tick::new(0)), Tick::new(3));
    }
}
