//! Numbers as the wire knows them: fixed point, so that server and client extrapolate alike.
//!
//! Positions are kept in 1/1024 m and published in 1/64 m, velocities in 1/1024 m a tick, facings
//! in
//! 256 steps a turn, heights above the terrain in 1/64 m.

use massless_core::units::{Facing, TICK_SECONDS};

/// Fine steps of a metre.
pub const FINE_PER_METRE: f32 = 1_024.0;
/// Fine steps of one published step (1/64 m).
pub const FINE_PER_STEP: i32 = 16;
/// Fine steps a coordinate may have: 20 bits, 1 024 m.
pub const FINE_MAX: i32 = (1 << 20) - 1;
/// Largest velocity per axis in fine steps a tick: 11 bits and sign, 40 m/s.
pub const VELOCITY_MAX: i32 = (1 << 11) - 1;
/// Largest height above the terrain in 1/64 m: 12 bits, 64 m.
pub const HEIGHT_MAX: i32 = (1 << 12) - 1;

/// A coordinate in metres as fine steps, rounded to 1/64 m and kept on the wire's map.
#[must_use]
pub fn fine_of(metres: f32) -> i32 {
    let steps = (metres * (FINE_PER_METRE / FINE_PER_STEP as f32) + 0.5).floor() as i32;
    (steps.clamp(0, FINE_MAX / FINE_PER_STEP)) * FINE_PER_STEP
}

/// Metres of fine steps.
#[must_use]
pub fn metres_of(fine: i32) -> f32 {
    fine as f32 / FINE_PER_METRE
}

/// A velocity in metres per second as fine steps a tick.
#[must_use]
pub fn velocity_of(metres_per_second: f32) -> i32 {
    let steps = (metres_per_second * (TICK_SECONDS * FINE_PER_METRE)).round() as i32;
    steps.clamp(-VELOCITY_MAX, VELOCITY_MAX)
}

/// Metres per second of a velocity in fine steps a tick.
#[must_use]
pub fn metres_per_second_of(velocity: i32) -> f32 {
    velocity as f32 / (TICK_SECONDS * FINE_PER_METRE)
}

/// A height above the terrain in metres as steps of 1/64 m; 0 is the ground itself.
#[must_use]
pub fn height_of(metres: f32) -> u16 {
    ((metres * 64.0).round() as i32).clamp(0, HEIGHT_MAX) as u16
}

/// Metres of a height above the terrain.
#[must_use]
pub fn height_metres_of(height: u16) -> f32 {
    f32::from(height) / 64.0
}

/// A facing as 256 steps a turn (1.4 degrees), rounded.
#[must_use]
pub const fn angle_of(facing: Facing) -> u8 {
    (facing.get().wrapping_add(128) >> 8) as u8
}

/// The facing in the middle of an angle step.
#[must_use]
pub const fn facing_of(angle: u8) -> Facing {
    Facing::new((angle as u16) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_is_off_by_half_a_step_at_most(metres in 0.0_f32..1_023.9) {
            prop_assert!((metres_of(fine_of(metres)) - metres).abs() <= 0.5 / 64.0 + 1e-4);
        }

        #[test]
        fn a_velocity_is_off_by_half_a_step_at_most(speed in -39.0_f32..39.0) {
            prop_assert!((metres_per_second_of(velocity_of(speed)) - speed).abs() <= 0.01);
        }

        #[test]
        fn an_angle_is_off_by_less_than_one_and_a_half_degrees(raw in any::<u16>()) {
            let back = facing_of(angle_of(Facing::new(raw))).get();
            let error = back.wrapping_sub(raw).min(raw.wrapping_sub(back));
            prop_assert!(f32::from(error) * 360.0 / 65_536.0 < 1.5);
        }
    }

    #[test]
    fn nonsense_is_clamped() {
        assert_eq!(fine_of(f32::NAN), 0);
        assert_eq!(fine_of(-5.0), 0);
        assert_eq!(fine_of(f32::INFINITY), FINE_MAX / FINE_PER_STEP * FINE_PER_STEP);
        assert_eq!(velocity_of(1e9), VELOCITY_MAX);
        assert_eq!(height_of(-1.0), 0);
    }
}
