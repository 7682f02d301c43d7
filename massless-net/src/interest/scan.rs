//! Compares the places of 64 slots at a time with all boundaries: a bit a slot and boundary.

use massless_core::math::Vec2;

/// Boundaries of one comparison.
pub(super) const LIMITS: usize = 8;
/// Slots of one comparison.
pub(super) const SLOTS: usize = 64;

/// For each boundary the slots within it.
pub(super) type Planes = [u64; LIMITS];

/// Who of these slots is within the root of each limit, from `eye`.
///
/// Without branches, so that the compiler makes vector code of it.
pub(super) fn compare(
    east: &[f32; SLOTS],
    north: &[f32; SLOTS],
    eye: Vec2,
    limits: &[f32; LIMITS],
) -> Planes {
    // As wide as what is compared, and made narrow once: vectors need not be repacked in between.
    let mut within = [0_u32; SLOTS];
    for ((within, east), north) in within.iter_mut().zip(east).zip(north) {
        let (dx, dz) = (east - eye.x, north - eye.y);
        *within = flags(dx * dx + dz * dz, limits);
    }
    gather(&within.map(|flags| flags as u8))
}

/// Bit `n`: within limit `n`.
#[inline]
pub(super) fn flags(square: f32, limits: &[f32; LIMITS]) -> u32 {
    let mut flags = 0;
    for (bit, limit) in limits.iter().enumerate() {
        flags |= u32::from(square <= *limit) << bit;
    }
    flags
}

/// Bit `n` of byte `i` becomes bit `i` of word `n`.
fn gather(bytes: &[u8; SLOTS]) -> Planes {
    let (groups, _) = bytes.as_chunks::<8>();
    let mut rows = Planes::default();
    for (row, eight) in rows.iter_mut().zip(groups) {
        *row = transposed(u64::from_le_bytes(*eight));
    }
    // Byte `n` of row `i` becomes byte `i` of row `n`: squares of four, two and one bytes change places.
    for (step, mask) in [(4, 0xFFFF_FFFF), (2, 0xFFFF_0000_FFFF), (1, 0xFF_00FF_00FF_00FF)] {
        for low in (0..8).filter(|row| row & step == 0) {
            let shift = 8 * step;
            let swap = (rows[low] >> shift ^ rows[low | step]) & mask;
            rows[low] ^= swap << shift;
            rows[low | step] ^= swap;
        }
    }
    rows
}

/// Bit `n` of byte `i` becomes bit `i` of byte `n`.
const fn transposed(eight: u64) -> u64 {
    let swap = (eight ^ eight >> 7) & 0x00AA_00AA_00AA_00AA;
    let eight = eight ^ swap ^ swap << 7;
    let swap = (eight ^ eight >> 14) & 0x0000_CCCC_0000_CCCC;
    let eight = eight ^ swap ^ swap << 14;
    let swap = (eight ^ eight >> 28) & 0x0000_0000_F0F0_F0F0;
    eight ^ swap ^ swap << 28
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_say_what_each_comparison_says(
            places in proptest::collection::vec((0.0_f32..512.0, 0.0_f32..512.0), SLOTS),
            metres in proptest::collection::vec(0.0_f32..300.0, LIMITS),
        ) {
            let east: [f32; SLOTS] = core::array::from_fn(|n| places[n].0);
            let north: [f32; SLOTS] = core::array::from_fn(|n| places[n].1);
            let limits: [f32; LIMITS] = core::array::from_fn(|n| metres[n] * metres[n]);
            let eye = Vec2::new(250.0, 260.0);
            let planes = compare(&east, &north, eye, &limits);
            for slot in 0..SLOTS {
                let square = Vec2::new(east[slot], north[slot]).distance_squared(eye);
                for (plane, limit) in planes.iter().zip(limits) {
                    prop_assert_eq!(plane >> slot & 1 == 1, square <= limit);
                }
            }
        }
    }
}
