//! The only home of transcendental functions and the only door to glam.
//!
//! `+ - * / sqrt` give the same bits on every target; everything else goes through `libm` here
//! (DETERMINISM.md, D4). State never holds NaN, an infinity or `-0.0`: `settled` sees to the last.

pub use parry3d::glamx::glam::{Vec2, Vec3};

use crate::units::Facing;

/// Adds zero, which turns `-0.0` into `0.0` and changes nothing else.
#[must_use]
pub fn settled(x: f32) -> f32 {
    x + 0.0
}

/// `settled` for each component.
#[must_use]
pub fn settled_vec3(v: Vec3) -> Vec3 {
    Vec3::new(settled(v.x), settled(v.y), settled(v.z))
}

/// Unit vector of a facing: x east, y north of the ground plane.
#[must_use]
pub fn direction_of(facing: Facing) -> Vec2 {
    let angle = f32::from(facing.get()) * (core::f32::consts::TAU / 65_536.0);
    Vec2::new(settled(libm::sinf(angle)), settled(libm::cosf(angle)))
}

/// Facing of a ground vector (x east, y north), `None` for a vector shorter than 1e-6 m.
#[must_use]
pub fn facing_of(direction: Vec2) -> Option<Facing> {
    if direction.length_squared() < 1e-12 {
        return None;
    }
    let turns = libm::atan2f(direction.x, direction.y) * (65_536.0 / core::f32::consts::TAU);
    #[expect(clippy::cast_possible_truncation, reason = "|turns| <= 32 768, wrapped on purpose")]
    let raw = libm::roundf(turns) as i32;
    Some(Facing::new((raw & 0xFFFF) as u16))
}

/// Cosine of an angle in degrees.
#[must_use]
pub fn cosine_of_degrees(degrees: f32) -> f32 {
    settled(libm::cosf(degrees * (core::f32::consts::TAU / 360.0)))
}

/// The ground part (x, z) of a position.
#[must_use]
pub fn ground(v: Vec3) -> Vec2 {
    Vec2::new(v.x, v.z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facing_goes_clockwise_from_north() {
        assert_eq!(facing_of(Vec2::new(0.0, 1.0)), Some(Facing::new(0)));
        assert_eq!(facing_of(Vec2::new(1.0, 0.0)), Some(Facing::new(16_384)));
        assert_eq!(facing_of(Vec2::new(0.0, -1.0)), Some(Facing::new(32_768)));
        assert_eq!(facing_of(Vec2::ZERO), None);
    }

    #[test]
    fn direction_is_the_inverse_of_facing() {
        for raw in (0..=u16::MAX).step_by(997) {
            let facing = Facing::new(raw);
            assert_eq!(facing_of(direction_of(facing)), Some(facing));
        }
    }

    #[test]
    fn negative_zero_is_settled() {
        assert_eq!(settled(-0.0).to_bits(), 0);
    }
}
