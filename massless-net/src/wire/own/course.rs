//! Where the own figure is looked for, and by how much it is off there.
//!
//! Whoever walks comes as far in this tick as in the one before, but for the rounding of floats: the difference between
//! the two is told in steps of the float itself, so that the state stays exact to the bit.
//!
//! ```text
//! x, y, z each: 0 as foreseen; 10 and 5 bits, 110 and 12 bits, 1110 and 18 bits of difference; 1111 and the float
//! ```

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::math::Vec3;
use massless_core::units::Tick;

use super::OwnState;
use crate::wire::bits;

/// Bits of a difference, by class; each class begins with one more 1.
const DIFFERENCE_BITS: [u32; 3] = [5, 12, 18];

/// What reader and writer both know of the way so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Course {
    /// The tick of the state; 0 before the first one.
    at: Tick,
    /// How far it came each tick, metres.
    step: Vec3,
}

impl Course {
    /// Ticks from the state to `now`; 0 before the first one.
    fn ticks(&self, now: Tick) -> u32 {
        if self.at == Tick::default() { 0 } else { now.since(self.at).get() }
    }

    /// The newest input applied by `now`, if each tick has one.
    pub(super) fn sequence(&self, applied: u16, now: Tick) -> u16 {
        applied.wrapping_add(self.ticks(now) as u16)
    }

    /// Where the figure is at `now` if it goes on.
    fn foreseen(&self, from: Vec3, now: Tick) -> [f32; 3] {
        let ticks = self.ticks(now) as f32;
        let along = |from: f32, step: f32| {
            let there = from + step * ticks;
            if there.is_finite() { there + 0.0 } else { from }
        };
        [along(from.x, self.step.x), along(from.y, self.step.y), along(from.z, self.step.z)]
    }

    /// It came from one place to another.
    fn go_on(&mut self, from: Vec3, to: Vec3, now: Tick) {
        let ticks = self.ticks(now);
        self.step = if ticks == 0 { Vec3::ZERO } else { (to - from) / ticks as f32 };
        self.at = now;
    }
}

/// Floats as whole numbers in the same order, one apart from the next.
const fn rank(value: f32) -> i64 {
    let bits = value.to_bits();
    let size = (bits & 0x7FFF_FFFF) as i64;
    if bits >> 31 == 0 { size } else { -size }
}

fn of_rank(rank: i64) -> Result<f32, CodecError> {
    let out = CodecError::OutOfRange("place");
    let size = u32::try_from(rank.unsigned_abs()).map_err(|_| out.clone())?;
    let value = f32::from_bits(size);
    if size > i32::MAX.cast_unsigned() || !value.is_finite() {
        return Err(out);
    }
    Ok(if rank < 0 { -value } else { value })
}

pub(super) fn write_place(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState, now: Tick) {
    let (from, to) = (previous.walker.position, own.walker.position);
    let foreseen = previous.course.foreseen(from, now);
    for (value, foreseen) in [to.x, to.y, to.z].into_iter().zip(foreseen) {
        write_difference(out, value, rank(value) - rank(foreseen));
    }
    previous.course.go_on(from, to, now);
}

fn write_difference(out: &mut BitWriter, value: f32, difference: i64) {
    if difference == 0 {
        out.bool(false);
        return;
    }
    out.bool(true);
    for width in DIFFERENCE_BITS {
        let half = 1 << (width - 1);
        let fits = (-half..half).contains(&difference);
        out.bool(!fits);
        if fits {
            out.signed(difference, width);
            return;
        }
    }
    bits::write_float(out, value);
}

pub(super) fn read_place(
    bits: &mut BitReader<'_>,
    own: &mut OwnState,
    now: Tick,
) -> Result<(), CodecError> {
    let from = own.walker.position;
    let [x, y, z] = own.course.foreseen(from, now);
    let to =
        Vec3::new(read_difference(bits, x)?, read_difference(bits, y)?, read_difference(bits, z)?);
    own.walker.position = to;
    own.course.go_on(from, to, now);
    Ok(())
}

fn read_difference(bits: &mut BitReader<'_>, foreseen: f32) -> Result<f32, CodecError> {
    if !bits.bool()? {
        return Ok(foreseen);
    }
    for width in DIFFERENCE_BITS {
        if !bits.bool()? {
            return of_rank(rank(foreseen) + bits.signed(width)?);
        }
    }
    bits::read_float(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_rank_is_a_float_and_the_next_one_is_the_next(value in any::<f32>()) {
            prop_assume!(value.is_finite() && value.to_bits() != 0x8000_0000);
            prop_assert_eq!(of_rank(rank(value)).map(f32::to_bits), Ok(value.to_bits()));
            let next = value.next_up() + 0.0;
            prop_assert!(!next.is_finite() || rank(next) == rank(value) + 1);
        }

        #[test]
        fn any_place_can_be_told_after_any_other(
            places in proptest::collection::vec(any::<[f32; 3]>(), 1..5),
            ticks in 0_u64..100,
        ) {
            let finite = |value: f32| if value.is_finite() { value + 0.0 } else { 0.0 };
            let (mut known, mut read) = (OwnState::default(), OwnState::default());
            for (place, count) in places.into_iter().zip(1..) {
                let mut own = OwnState::default();
                own.walker.position = Vec3::from(place.map(finite));
                let now = Tick::new(100 + count * ticks);
                let mut out = BitWriter::new();
                write_place(&mut out, &own, &mut known, now);
                known.walker = own.walker;
                let bytes = out.take();
                read_place(&mut BitReader::new(&bytes), &mut read, now).unwrap();
                prop_assert_eq!(read.walker.position, own.walker.position);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_no_place() {
        assert!(of_rank(rank(f32::MAX)).is_ok() && of_rank(rank(f32::MIN)).is_ok());
        assert!(of_rank(rank(f32::MAX) + 1).is_err() && of_rank(rank(f32::MIN) - 1).is_err());
        assert!(of_rank(1 << 40).is_err());
    }
}
