//! The update: one frame a tick for each client that can take it.
//!
//! ```text
//! id 0x42 | number 8 | tick 16 | margin 1 (+5) | own 1 (+..) | count 6+n | order 4 | records ... | more
//! record: gap to the slot before (exponential Golomb of that order) | kind | fields
//! more:   0, or 1 | sheet 1 (+..) | trade 1 (+..) | slot width 5 | events: each 1 and the event, then 0
//! ```
//!
//! Records stand in rising order of their slots, each slot once. Events come after them, because they
//! name slots as they are then.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::event::Event;
use massless_core::ids::{ActorId, PlayerId};
use massless_core::units::Tick;
use massless_core::view::{SheetView, TradeView};

use super::bits;
use super::client_frame::ShortTick;
use super::event::{Who, read_event};
pub use super::own::OwnState;
use super::own::{OWN_BITS_MAX, read_own, write_own};
use super::record::{Record, read_record};
use super::server_frame::id;
use super::sheet::read_sheet;
use super::trade::read_trade;
use crate::error::WireError;
use crate::limits::{FRAME_BYTES_MAX, SLOTS_MAX};

/// What an update says before its records, but for the own state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of the update, one more than that of the one before; 0 for the first of a zone.
    pub number: u8,
    /// The tick it shows.
    pub tick: ShortTick,
    /// Ticks between arrival and use of the client's newest input; -16..=15, negative is late.
    pub margin: Option<i8>,
}

/// Writes everything before the records; `tick` is the whole tick of the head. `previous` is the own
/// state as the client knows it, before and afterwards.
pub fn write_head(
    out: &mut BitWriter,
    head: &Head,
    tick: Tick,
    own: Option<&OwnState>,
    previous: &mut OwnState,
) {
    out.bits(u64::from(head.number), 8);
    out.bits(u64::from(head.tick.get()), 16);
    out.bool(head.margin.is_some());
    if let Some(margin) = head.margin {
        out.signed(i64::from(margin.clamp(-16, 15)), 5);
    }
    out.bool(own.is_some());
    if let Some(own) = own {
        write_own(out, own, previous, tick);
    }
}

/// What an update tells the client of itself besides the own state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Personal {
    /// The own sheet, if it is told anew.
    pub sheet: Option<SheetView>,
    /// The own trade, if it is told anew: `Some(None)`, there is none any more.
    pub trade: Option<Option<TradeView>>,
}

/// Reads an update: first the head, then record by record, then sheet and trade, then event by event.
#[derive(Clone, Debug)]
pub struct UpdateReader<'a> {
    bits: BitReader<'a>,
    tick: Tick,
    left: u64,
    order: u32,
    next_slot: u32,
    tells_own: bool,
    width: Option<u32>,
}

impl<'a> UpdateReader<'a> {
    /// Reads the head and turns `own`, the own state of the update before, into the present one.
    /// `near` is the tick of the update before.
    pub fn open(
        frame: &'a [u8],
        own: &mut OwnState,
        near: Tick,
    ) -> Result<(Head, Self), WireError> {
        let mut bits = open(frame)?;
        let head = read_head(&mut bits).map_err(in_update)?;
        let tick = head.tick.near(near);
        let tells_own = read_own_option(&mut bits, own, tick).map_err(in_update)?;
        let (left, order) = read_count(&mut bits).map_err(in_update)?;
        Ok((head, Self { bits, tick, left, order, next_slot: 0, tells_own, width: None }))
    }

    /// The head alone.
    pub fn head(frame: &[u8]) -> Result<Head, WireError> {
        read_head(&mut open(frame)?).map_err(in_update)
    }

    /// The update's tick.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// Whether the own state is told: the client has a body.
    #[must_use]
    pub const fn tells_own(&self) -> bool {
        self.tells_own
    }

    /// The next slot and what is said about it; `None` at the end.
    pub fn try_next(&mut self) -> Result<Option<(u32, Record)>, WireError> {
        self.read().map_err(in_update)
    }

    /// Own sheet and trade, if they are told anew; `before` is the sheet the client has. Once, after all
    /// records.
    pub fn try_personal(
        &mut self,
        player: PlayerId,
        before: Option<&SheetView>,
    ) -> Result<Personal, WireError> {
        self.read_more(player, before).map_err(in_update)
    }

    /// The next event for `player`; `resolve` knows who has which slot, 0 for nobody. After sheet and
    /// trade, until `None`.
    pub fn try_event(
        &mut self,
        player: PlayerId,
        resolve: impl Fn(Who) -> ActorId,
    ) -> Result<Option<Event>, WireError> {
        self.read_next_event(player, resolve).map_err(in_update)
    }

    fn read(&mut self) -> Result<Option<(u32, Record)>, CodecError> {
        if self.left == 0 {
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

    fn read_more(
        &mut self,
        player: PlayerId,
        before: Option<&SheetView>,
    ) -> Result<Personal, CodecError> {
        if !self.bits.bool()? {
            return Ok(Personal::default());
        }
        let is_told = self.bits.bool()?;
        let sheet = if is_told { Some(read_sheet(&mut self.bits, player, before)?) } else { None };
        let is_told = self.bits.bool()?;
        let trade =
            if is_told { Some(read_trade(&mut self.bits, player, self.tick)?) } else { None };
        self.width = Some(self.bits.bits(5)? as u32);
        Ok(Personal { sheet, trade })
    }

    fn read_next_event(
        &mut self,
        player: PlayerId,
        resolve: impl Fn(Who) -> ActorId,
    ) -> Result<Option<Event>, CodecError> {
        if let Some(width) = self.width {
            if self.bits.bool()? {
                return read_event(&mut self.bits, width, player, resolve).map(Some);
            }
            self.width = None;
        }
        self.bits.finish()?;
        Ok(None)
    }
}

/// Bits that name any of `slots` slots in an event.
#[must_use]
pub const fn slot_width(slots: u32) -> u32 {
    32 - slots.saturating_sub(1).leading_zeros()
}

const fn in_update(source: CodecError) -> WireError {
    WireError::Field { message: "update", source }
}

fn open(frame: &[u8]) -> Result<BitReader<'_>, WireError> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err(WireError::TooLong(frame.len()));
    }
    let (&first, body) = frame.split_first().ok_or(WireError::Empty)?;
    if first == id::UPDATE {
        Ok(BitReader::new(body))
    } else {
        Err(WireError::UnknownMessage(first))
    }
}

fn read_head(bits: &mut BitReader<'_>) -> Result<Head, CodecError> {
    let number = bits.bits(8)? as u8;
    let tick = ShortTick::new(bits.bits(16)? as u16);
    let margin = if bits.bool()? { Some(bits.signed(5)? as i8) } else { None };
    Ok(Head { number, tick, margin })
}

fn read_own_option(
    bits: &mut BitReader<'_>,
    own: &mut OwnState,
    tick: Tick,
) -> Result<bool, CodecError> {
    let tells_own = bits.bool()?;
    if tells_own {
        read_own(bits, own, tick)?;
    }
    Ok(tells_own)
}

/// The count of the records and the order of their gaps.
pub(super) fn read_count(bits: &mut BitReader<'_>) -> Result<(u64, u32), CodecError> {
    let count = bits::read_number(bits)?;
    if count > u64::from(SLOTS_MAX) {
        return Err(CodecError::OutOfRange("records"));
    }
    let order = if count == 0 { 0 } else { bits.bits(4)? as u32 };
    Ok((count, order))
}

/// Bits before the records, at most.
pub const HEAD_BITS_MAX: u32 = 8 + 16 + 6 + 1 + OWN_BITS_MAX + 6 + 17 + 4;

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
    use massless_core::walk::Walker;
    use proptest::prelude::*;

    fn frame(head: &Head, own: Option<&OwnState>, slots: &[u32]) -> Vec<u8> {
        let mut out = BitWriter::new();
        let tick = head.tick.near(Tick::new(70_000));
        write_head(&mut out, head, tick, own, &mut OwnState::default());
        let order = write_count(&mut out, slots.len() as u32, 131_072);
        let mut next = 0;
        for &slot in slots {
            bits::write_gap(&mut out, slot - next, order);
            super::super::record::write_left(&mut out);
            next = slot + 1;
        }
        out.bool(false);
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
            let own = x.map(|x| OwnState {
                walker: Walker { position: Vec3::new(x, 1.0, x), fall_speed: 0.0 },
                applied_sequence: tick,
                applied_now: true,
                ..OwnState::default()
            });
            let head = Head { number, tick: ShortTick::new(tick), margin };
            let slots: Vec<u32> = slots.into_iter().collect();
            let bytes = frame(&head, own.as_ref(), &slots);
            let mut state = OwnState::default();
            let (back, mut reader) =
                UpdateReader::open(&bytes, &mut state, Tick::new(70_000)).unwrap();
            let mut found = Vec::new();
            while let Some((slot, _)) = reader.try_next().unwrap() {
                found.push(slot);
            }
            let personal = reader.try_personal(PlayerId::new(1), None).unwrap();
            prop_assert_eq!(personal, Personal::default());
            let nobody = |_| ActorId::default();
            prop_assert_eq!(reader.try_event(PlayerId::new(1), nobody).unwrap(), None);
            prop_assert_eq!(back, head);
            prop_assert_eq!(state, own.unwrap_or_default());
            prop_assert_eq!(found, slots);
        }
    }

    #[test]
    fn a_tick_is_completed_from_one_near_it() {
        assert_eq!(ShortTick::of(Tick::new(65_537)).near(Tick::new(65_530)), Tick::new(65_537));
        assert_eq!(ShortTick::of(Tick::new(65_530)).near(Tick::new(65_540)), Tick::new(65_530));
        assert_eq!(ShortTick::of(Tick::new(3)).near(Tick::new(0)), Tick::new(3));
    }

    #[test]
    fn a_slot_width_holds_every_slot() {
        for slots in [1_u32, 2, 3, 64, 65, 131_072] {
            assert!(u64::from(slots - 1) < 1 << slot_width(slots), "{slots}");
        }
        assert_eq!(slot_width(131_072), 17);
    }
}
