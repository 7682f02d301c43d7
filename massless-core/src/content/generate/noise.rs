//! Seeded noise: a hash of whole numbers and smooth value noise over it. Only `+ - * /`.

/// A hash of a seed, a stream and a number: the same on every machine, uniform over 64 bits.
pub(super) fn draw(seed: u64, stream: u32, number: u64) -> u64 {
    let mut mixed = seed
        ^ u64::from(stream).wrapping_mul(0xD6E8_FEB8_6659_FD93)
        ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for factor in [0xBF58_476D_1CE4_E5B9_u64, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}

/// A draw as a number in 0..1.
pub(super) fn share(seed: u64, stream: u32, number: u64) -> f32 {
    (draw(seed, stream, number) >> 40) as f32 / 16_777_216.0
}

/// Smooth value noise in 0..1 with one value a unit.
pub(super) fn noise(seed: u64, stream: u32, x: f32, z: f32) -> f32 {
    let (column, row) = (x.floor(), z.floor());
    let (east, north) = (ease(x - column), ease(z - row));
    let at = |dx: i64, dz: i64| {
        let (x, z) = (column as i64 + dx, row as i64 + dz);
        share(seed, stream, (x as u64 & 0xFFFF_FFFF) << 32 | (z as u64 & 0xFFFF_FFFF))
    };
    let south = mix(at(0, 0), at(1, 0), east);
    let far = mix(at(0, 1), at(1, 1), east);
    mix(south, far, north)
}

/// Four octaves of noise in 0..1.
pub(super) fn fractal(seed: u64, stream: u32, x: f32, z: f32) -> f32 {
    let mut sum = 0.0;
    let (mut scale, mut weight) = (1.0, 0.5);
    for octave in 0..4 {
        sum += noise(seed, stream * 8 + octave, x * scale, z * scale) * weight;
        scale *= 2.0;
        weight *= 0.5;
    }
    sum / 0.9375
}

/// From `a` at 0 to `b` at 1.
pub(super) fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 0 at or beyond `from`, 1 at or beyond `to` (either may be the greater), smooth between.
pub(super) fn ramp(from: f32, to: f32, at: f32) -> f32 {
    ease(((at - from) / (to - from)).clamp(0.0, 1.0))
}

fn ease(share: f32) -> f32 {
    share * share * (3.0 - 2.0 * share)
}
