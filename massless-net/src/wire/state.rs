//! The state: what a client is told each tick by datagram, where the transport has them.
//!
//! ```text
//! id 0x4B | visit 8 | tick 16 | base | margin 1 (+..) | own | count | order 4 | records ...
//! ```
//!
//! A state may get lost, and is of no use once a newer one came. It tells the own state relative to that of the
//! newest state the client has acknowledged (`base` ticks before this one; 0, relative to nothing), and of
//! others only tracks: absolute ones, or changes relative to what the client was told of that slot last by a state
//! up to the base. Who comes and goes is told by updates on the stream, which arrive in their order.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::units::Tick;

use super::bits;
use super::client_frame::ShortTick;
use super::own::{OwnState, read_own, write_own};
use super::record::{Record, read_record};
use super::server_frame::id;
use super::update::{read_count, read_margin, write_margin};
use super::version::Coding;
use crate::error::WireError;
use crate::limits::{BASE_TICKS_MAX, FRAME_BYTES_MAX, SLOTS_MAX};

const _: () = assert!(BASE_TICKS_MAX < 1 << BASE_BITS);
/// Bits of the distance of the base in the plain coding.
const BASE_BITS: u32 = 7;
/// Order of the code of that distance in the tight one.
const BASE_ORDER: u32 = 2;

/// What a state says before the own state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateHead {
    /// Which of the connection's zones it is of: 0 for that of the welcome, one more with each move.
    pub visit: u8,
    /// The tick it shows.
    pub tick: ShortTick,
    /// Ticks since the newest state that the client has acknowledged; 0 for none.
    pub base: u8,
    /// Ticks between arrival and use of the client's newest input; -16..=15, negative is late.
    pub margin: Option<i8>,
}

/// What a client has got, told with its inputs.
///
/// ```text
/// 0, or 1 | visit 8 | received 32 | updates 8
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ack {
    /// Which of the connection's zones it is about, as `StateHead::visit`.
    pub visit: u8,
    /// The newest state taken in.
    pub newest: ShortTick,
    /// Which states before it were taken in: bit n, that of n + 1 ticks before.
    pub received: u32,
    /// Number of the update (on the stream) that is due next: all before it were taken in.
    pub updates: u8,
}

impl Ack {
    /// Whether the state of so many ticks before the newest one was taken in; what lies further back than the
    /// bits reach was not.
    #[must_use]
    pub const fn has(&self, ticks_before: u64) -> bool {
        match ticks_before {
            0 => true,
            1..=32 => self.received >> (ticks_before - 1) & 1 == 1,
            _ => false,
        }
    }

    /// A state `gap` ticks after the newest one was taken in.
    pub fn advance(&mut self, newest: ShortTick, gap: u64) {
        let before = (u64::from(self.received) << 1) | 1;
        self.received = if gap > 32 { 0 } else { (before << (gap - 1)) as u32 };
        self.newest = newest;
    }
}

/// Writes everything before the records. `base` is the own state the client has acknowledged, and afterwards the
/// one that is told.
pub fn write_state_head(
    out: &mut BitWriter,
    (head, tick): (&StateHead, Tick),
    own: &OwnState,
    base: &mut OwnState,
    coding: Coding,
) {
    out.bits(u64::from(head.visit), 8);
    out.bits(u64::from(head.tick.get()), 16);
    match coding {
        Coding::Plain => out.bits(u64::from(head.base), BASE_BITS),
        Coding::Tight => bits::write_gap(out, u32::from(head.base), BASE_ORDER),
    }
    write_margin(out, head.margin, coding);
    write_own(out, own, base, tick, coding);
}

/// Reads a state: first its head, then the own state, then record by record.
#[derive(Clone, Debug)]
pub struct StateReader<'a> {
    bits: BitReader<'a>,
    tick: Tick,
    left: u64,
    order: u32,
    next_slot: u32,
    coding: Coding,
}

impl<'a> StateReader<'a> {
    /// Reads the head; `near` is a tick within 27 minutes of it.
    ///
    /// # Errors
    /// When the frame is no state.
    pub fn open(
        frame: &'a [u8],
        near: Tick,
        coding: Coding,
    ) -> Result<(StateHead, Self), WireError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(WireError::TooLong(frame.len()));
        }
        let (&first, body) = frame.split_first().ok_or(WireError::Empty)?;
        if first != id::STATE {
            return Err(WireError::UnknownMessage(first));
        }
        let mut bits = BitReader::new(body);
        let head = read_head(&mut bits, coding).map_err(in_state)?;
        let tick = head.tick.near(near);
        Ok((head, Self { bits, tick, left: 0, order: 0, next_slot: 0, coding }))
    }

    /// The state's tick.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// Turns `own`, the own state of the base (or a blank one), into the present one. Once, before the records.
    ///
    /// # Errors
    /// When the bits say nothing of the kind.
    pub fn read_own(&mut self, own: &mut OwnState) -> Result<(), WireError> {
        read_own(&mut self.bits, own, self.tick, self.coding).map_err(in_state)?;
        (self.left, self.order) = read_count(&mut self.bits, self.coding).map_err(in_state)?;
        Ok(())
    }

    /// The next slot and what is said about it; `None` at the end.
    ///
    /// # Errors
    /// When the bits say nothing of the kind.
    pub fn try_next(&mut self) -> Result<Option<(u32, Record)>, WireError> {
        self.read().map_err(in_state)
    }

    fn read(&mut self) -> Result<Option<(u32, Record)>, CodecError> {
        if self.left == 0 {
            return self.bits.finish().map(|()| None);
        }
        self.left -= 1;
        let gap = bits::read_gap(&mut self.bits, self.order)?;
        let slot = self.next_slot.saturating_add(gap);
        if slot >= SLOTS_MAX {
            return Err(CodecError::OutOfRange("slot"));
        }
        self.next_slot = slot + 1;
        match read_record(&mut self.bits, self.tick, self.coding)? {
            Record::Enter(..) | Record::Left => Err(CodecError::OutOfRange("record")),
            record => Ok(Some((slot, record))),
        }
    }
}

/// The tick of a state's base; `None` when it has none.
#[must_use]
pub fn base_of(head: &StateHead, tick: Tick) -> Option<Tick> {
    (head.base > 0).then(|| Tick::new(tick.get().saturating_sub(u64::from(head.base))))
}

/// How far a base lies back, for `StateHead::base`; `None` when that is too far.
#[must_use]
pub fn distance_of(base: Tick, tick: Tick) -> Option<u8> {
    let gap = tick.since(base).get();
    (1..=BASE_TICKS_MAX).contains(&gap).then_some(gap as u8)
}

fn read_head(bits: &mut BitReader<'_>, coding: Coding) -> Result<StateHead, CodecError> {
    let visit = bits.bits(8)? as u8;
    let tick = ShortTick::new(bits.bits(16)? as u16);
    let base = match coding {
        Coding::Plain => bits.bits(BASE_BITS)? as u32,
        Coding::Tight => bits::read_gap(bits, BASE_ORDER)?,
    };
    if base > BASE_TICKS_MAX {
        return Err(CodecError::OutOfRange("base"));
    }
    Ok(StateHead { visit, tick, base: base as u8, margin: read_margin(bits, coding)? })
}

const fn in_state(source: CodecError) -> WireError {
    WireError::Field { message: "state", source }
}

pub(super) fn write_ack(out: &mut BitWriter, ack: Option<&Ack>) {
    out.bool(ack.is_some());
    if let Some(ack) = ack {
        out.bits(u64::from(ack.visit), 8);
        out.bits(u64::from(ack.received), 32);
        out.bits(u64::from(ack.updates), 8);
    }
}

/// Reads an ack but for its newest tick, which the inputs behind it name.
pub(super) fn read_ack(bits: &mut BitReader<'_>) -> Result<Option<Ack>, CodecError> {
    if !bits.bool()? {
        return Ok(None);
    }
    let visit = bits.bits(8)? as u8;
    let received = bits.bits(32)? as u32;
    let updates = bits.bits(8)? as u8;
    Ok(Some(Ack { visit, newest: ShortTick::new(0), received, updates }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::record::{Track, absolute_bits};
    use crate::wire::update::write_count;
    use massless_core::math::Vec3;
    use massless_core::walk::Walker;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn states_round_trip(
            visit in any::<u8>(),
            tick in 1_000_u64..100_000,
            base in 0_u8..=64,
            margin in proptest::option::of(-16_i8..16),
            x in 0.0_f32..500.0,
            slots in proptest::collection::btree_set(0_u32..131_072, 0..30),
            is_tight in any::<bool>(),
        ) {
            let coding = if is_tight { Coding::Tight } else { Coding::Plain };
            let tick = Tick::new(tick);
            let own = OwnState {
                walker: Walker { position: Vec3::new(x, 1.0, x), fall_speed: 0.0 },
                hit_points: 7,
                ..OwnState::default()
            };
            let head = StateHead { visit, tick: ShortTick::of(tick), base, margin };
            let track = Track { tick, x: 640, z: 1_280, ..Track::default() };
            let mut out = BitWriter::new();
            write_state_head(&mut out, (&head, tick), &own, &mut OwnState::default(), coding);
            let order = write_count(&mut out, slots.len() as u32, 131_072, coding);
            let mut next = 0;
            for &slot in &slots {
                bits::write_gap(&mut out, slot - next, order);
                absolute_bits(&track, tick, coding).copy_to(&mut out);
                next = slot + 1;
            }
            let mut bytes = vec![id::STATE];
            out.append_to(&mut bytes);
            let near = Tick::new(tick.get() + 99);
            let (found, mut reader) = StateReader::open(&bytes, near, coding).unwrap();
            prop_assert_eq!(found, head);
            let mut state = OwnState::default();
            reader.read_own(&mut state).unwrap();
            state.course = Default::default();
            prop_assert_eq!(&state, &own);
            for slot in slots {
                let record = reader.try_next().unwrap();
                prop_assert_eq!(record, Some((slot, Record::Absolute(track))));
            }
            prop_assert_eq!(reader.try_next().unwrap(), None);
        }
    }

    #[test]
    fn an_ack_names_what_came_and_what_did_not() {
        let mut ack = Ack::default();
        let tick = |n| ShortTick::new(n);
        ack.advance(tick(10), 1);
        ack.advance(tick(11), 1);
        ack.advance(tick(14), 3);
        assert_eq!(ack.newest, tick(14));
        let came: Vec<bool> = (0..6).map(|before| ack.has(before)).collect();
        assert_eq!(came, [true, false, false, true, true, true]);
        ack.advance(tick(100), 86);
        assert!(ack.has(0) && !(1..200).any(|before| ack.has(before)));
        ack.advance(tick(132), 32);
        assert!(ack.has(32) && !ack.has(31) && !ack.has(33));
    }

    #[test]
    fn only_tracks_are_told_by_states() {
        let tick = Tick::new(50);
        let head = StateHead { tick: ShortTick::of(tick), ..StateHead::default() };
        let mut out = BitWriter::new();
        let own = OwnState::default();
        let coding = Coding::Tight;
        write_state_head(&mut out, (&head, tick), &own, &mut OwnState::default(), coding);
        let order = write_count(&mut out, 1, 64, coding);
        bits::write_gap(&mut out, 3, order);
        crate::wire::record::write_left(&mut out);
        let mut bytes = vec![id::STATE];
        out.append_to(&mut bytes);
        let (_, mut reader) = StateReader::open(&bytes, tick, coding).unwrap();
        reader.read_own(&mut OwnState::default()).unwrap();
        assert!(reader.try_next().is_err());
    }
}
