//! The update: one frame a tick for each client that can take it.
//!
//! ```text
//! id 0x42 | next 1 (number 2), or 0 (number 8 | tick 16) | margin 1 (+..) | own 1 (+..) | count | order 4 | records ... | more
//! record: gap to the slot before (exponential Golomb of that order) | kind | fields
//! more:   0, or 1 | sheet 1 (+..) | trade 1 (+..) | slot width 5 | events: each 1 and the event, then 0
//! ```
//!
//! Records stand in rising order of their slots, each slot once. Events come after them, because they
//! name slots as they are then. `next`: it is of the tick after that of the update before. In the plain coding the head is
//! `number 8 | tick 16 | margin 1 (+5) | own 1 (+..) | count 6+n`.

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
use super::version::Coding;
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

/// What an update builds on.
#[derive(Debug)]
pub struct Before<'a> {
    /// Tick of the update before; `None` when the reader may not know which that is.
    pub tick: Option<Tick>,
    /// The own state as the client knows it, before the update and, once that is written, after it.
    pub own: &'a mut OwnState,
}

/// Writes everything before the records; `tick` is the whole tick of the head.
pub fn write_head(
    out: &mut BitWriter,
    (head, tick): (&Head, Tick),
    own: Option<&OwnState>,
    before: Before<'_>,
    coding: Coding,
) {
    let is_next = before.tick.map(Tick::next) == Some(tick) && head.number != 0;
    if coding == Coding::Tight {
        out.bool(is_next);
    }
    if coding == Coding::Tight && is_next {
        out.bits(u64::from(head.number) & NEXT_MASK, NEXT_BITS);
    } else {
        out.bits(u64::from(head.number), 8);
        out.bits(u64::from(head.tick.get()), 16);
    }
    write_margin(out, head.margin, coding);
    out.bool(own.is_some());
    if let Some(own) = own {
        write_own(out, own, before.own, tick, coding);
    }
}

/// Bits of the number that the next update shows.
const NEXT_BITS: u32 = 2;
const NEXT_MASK: u64 = (1 << NEXT_BITS) - 1;

pub(super) fn write_margin(out: &mut BitWriter, margin: Option<i8>, coding: Coding) {
    if coding == Coding::Tight {
        return bits::write_margin(out, margin);
    }
    out.bool(margin.is_some());
    if let Some(margin) = margin {
        out.signed(i64::from(margin.clamp(-16, 15)), 5);
    }
}

pub(super) fn read_margin(
    bits: &mut BitReader<'_>,
    coding: Coding,
) -> Result<Option<i8>, CodecError> {
    if coding == Coding::Tight {
        return bits::read_margin(bits);
    }
    Ok(if bits.bool()? { Some(bits.signed(5)? as i8) } else { None })
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
    coding: Coding,
}

impl<'a> UpdateReader<'a> {
    /// Reads the head and turns `own`, the own state of the update before, into the present one.
    /// `due` is the number that the update should have, `near` the tick of the update before.
    pub fn open(
        frame: &'a [u8],
        own: &mut OwnState,
        (due, near): (u8, Tick),
        coding: Coding,
    ) -> Result<(Head, Self), WireError> {
        let mut bits = open(frame)?;
        let (number, tick) = read_number(&mut bits, (due, near), coding).map_err(in_update)?;
        let margin = read_margin(&mut bits, coding).map_err(in_update)?;
        let head = Head { number, tick: ShortTick::of(tick), margin };
        let tells_own = read_own_option(&mut bits, own, tick, coding).map_err(in_update)?;
        let (left, order) = read_count(&mut bits, coding).map_err(in_update)?;
        let (next_slot, width) = (0, None);
        Ok((head, Self { bits, tick, left, order, next_slot, tells_own, width, coding }))
    }

    /// The tick of an update that is the first one of a zone; `None` for any other.
    pub fn first_tick(frame: &[u8], coding: Coding) -> Result<Option<ShortTick>, WireError> {
        let mut bits = open(frame)?;
        let whole = read_whole_number(&mut bits, coding).map_err(in_update)?;
        Ok(whole.filter(|(number, _)| *number == 0).map(|(_, tick)| tick))
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
        Ok(Some((slot, read_record(&mut self.bits, self.tick, self.coding)?)))
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

/// Number and tick where both are told as a whole.
fn read_whole_number(
    bits: &mut BitReader<'_>,
    coding: Coding,
) -> Result<Option<(u8, ShortTick)>, CodecError> {
    if coding == Coding::Tight && bits.bool()? {
        return Ok(None);
    }
    Ok(Some((bits.bits(8)? as u8, ShortTick::new(bits.bits(16)? as u16))))
}

fn read_number(
    bits: &mut BitReader<'_>,
    (due, near): (u8, Tick),
    coding: Coding,
) -> Result<(u8, Tick), CodecError> {
    match read_whole_number(bits, coding)? {
        Some((number, tick)) => Ok((number, tick.near(near))),
        None => {
            let low = bits.bits(NEXT_BITS)? as u8;
            Ok((due & !(NEXT_MASK as u8) | low, near.next()))
        }
    }
}

fn read_own_option(
    bits: &mut BitReader<'_>,
    own: &mut OwnState,
    tick: Tick,
    coding: Coding,
) -> Result<bool, CodecError> {
    let tells_own = bits.bool()?;
    if tells_own {
        read_own(bits, own, tick, coding)?;
    }
    Ok(tells_own)
}

/// Order of the code of the records' count.
const COUNT_ORDER: u32 = 3;

/// The count of the records and the order of their gaps.
pub(super) fn read_count(
    bits: &mut BitReader<'_>,
    coding: Coding,
) -> Result<(u64, u32), CodecError> {
    let count = match coding {
        Coding::Plain => bits::read_number(bits)?,
        Coding::Tight => u64::from(bits::read_gap(bits, COUNT_ORDER)?),
    };
    if count > u64::from(SLOTS_MAX) {
        return Err(CodecError::OutOfRange("records"));
    }
    let order = if count == 0 { 0 } else { bits.bits(4)? as u32 };
    Ok((count, order))
}

/// Bits of the count of records and the order of their gaps, at most.
pub const COUNT_BITS_MAX: u32 = bits::gap_bits(SLOTS_MAX, COUNT_ORDER) + 4;

/// Bits before the records, at most.
pub const HEAD_BITS_MAX: u32 = 1 + 8 + 16 + 7 + 1 + OWN_BITS_MAX + COUNT_BITS_MAX;

/// Writes the count of records and the order of their gaps; `slots` is one more than the highest.
/// Returns the order, to be handed to `bits::write_gap`.
pub fn write_count(out: &mut BitWriter, count: u32, slots: u32, coding: Coding) -> u32 {
    match coding {
        Coding::Plain => bits::write_number(out, u64::from(count)),
        Coding::Tight => bits::write_gap(out, count, COUNT_ORDER),
    }
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

    fn frame(
        (head, tick): (&Head, Tick),
        own: Option<&OwnState>,
        slots: &[u32],
        (before, coding): (Option<Tick>, Coding),
    ) -> Vec<u8> {
        let mut out = BitWriter::new();
        let mut blank = OwnState::default();
        let before = Before { tick: before, own: &mut blank };
        write_head(&mut out, (head, tick), own, before, coding);
        let order = write_count(&mut out, slots.len() as u32, 131_072, coding);
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
            tick in prop_oneof![Just(70_001_u64), 60_000_u64..80_000],
            margin in proptest::option::of(-16_i8..16),
            x in proptest::option::of(0.0_f32..500.0),
            slots in proptest::collection::btree_set(0_u32..131_072, 0..50),
            is_tight in any::<bool>(),
            knows_before in any::<bool>(),
        ) {
            let own = x.map(|x| OwnState {
                walker: Walker { position: Vec3::new(x, 1.0, x), fall_speed: 0.0 },
                applied_sequence: tick as u16,
                applied_now: true,
                ..OwnState::default()
            });
            let coding = if is_tight { Coding::Tight } else { Coding::Plain };
            let (near, tick) = (Tick::new(70_000), Tick::new(tick));
            let head = Head { number, tick: ShortTick::of(tick), margin };
            let slots: Vec<u32> = slots.into_iter().collect();
            let before = knows_before.then_some(near);
            let bytes = frame((&head, tick), own.as_ref(), &slots, (before, coding));
            let mut state = OwnState::default();
            let (back, mut reader) =
                UpdateReader::open(&bytes, &mut state, (number, near), coding).unwrap();
            let mut found = Vec::new();
            while let Some((slot, _)) = reader.try_next().unwrap() {
                found.push(slot);
            }
            let personal = reader.try_personal(PlayerId::new(1), None).unwrap();
            prop_assert_eq!(personal, Personal::default());
            let nobody = |_| ActorId::default();
            prop_assert_eq!(reader.try_event(PlayerId::new(1), nobody).unwrap(), None);
            prop_assert_eq!(back, head);
            prop_assert_eq!(reader.tick(), tick);
            state.course = Default::default();
            prop_assert_eq!(state, own.unwrap_or_default());
            prop_assert_eq!(found, slots);
            let first = UpdateReader::first_tick(&bytes, coding).unwrap();
            prop_assert_eq!(first, (number == 0).then_some(head.tick));
        }
    }

    #[test]
    fn an_update_that_is_left_out_is_noticed_by_the_next() {
        for number in 2..6 {
            let tick = Tick::new(200);
            let head = Head { number, tick: ShortTick::of(tick), margin: None };
            let before = Some(Tick::new(199));
            let bytes = frame((&head, tick), None, &[], (before, Coding::Tight));
            let mut own = OwnState::default();
            let due = (number - 1, Tick::new(198));
            let (found, _) = UpdateReader::open(&bytes, &mut own, due, Coding::Tight).unwrap();
            assert_ne!(found.number, number - 1);
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
