//! Scenarios: the reference scene of the measurements, and which limits it lifts.

use std::sync::Arc;

use massless_core::content::{Content, SourceFile};
use massless_core::math::Vec2;
use massless_net::limits::FRAME_BYTES_MAX;

use crate::config::Config;

/// Edge of the reference scene's map, metres.
pub(crate) const WALK_EDGE_METRES: u32 = 512;
/// Radius of the crowd's circle, metres.
pub(crate) const CROWD_RADIUS_METRES: f32 = 30.0;

/// What is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// The game.
    #[default]
    Play,
    /// The reference scene: 512 x 512 m, 200 wandering creatures, everything due in every tick.
    ZoneWalk,
    /// No world: reads what comes and sends everybody one prepared frame of 200 bytes at 20 Hz.
    Floor,
    /// No world: sends back to everybody what comes from him. For tests of the WebSocket's conformance; a
    /// message may have 16 MiB, in the game 16 KiB.
    Echo,
}

/// Bytes of a message that is sent back. Reason: the longest of Autobahn's cases.
const ECHO_BYTES_MAX: usize = 16 << 20;

impl Scenario {
    /// Bytes of a WebSocket's message.
    pub(crate) const fn message_bytes_max(self) -> usize {
        match self {
            Self::Play | Self::ZoneWalk | Self::Floor => FRAME_BYTES_MAX,
            Self::Echo => ECHO_BYTES_MAX,
        }
    }
}

/// Where the players of the reference scene walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Spread {
    /// Anywhere.
    #[default]
    Uniform,
    /// All within one circle of 60 m diameter.
    Crowd,
}

impl Spread {
    /// Its name in reports.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Crowd => "crowd",
        }
    }

    /// The `n`-th place where players of the reference scene begin: a fixed low-discrepancy
    /// sequence, so that every run spreads them alike.
    pub(crate) fn place(self, n: u64) -> Vec2 {
        let (u, v) = (halton(n + 1, 2), halton(n + 1, 3));
        let edge = WALK_EDGE_METRES as f32;
        match self {
            Self::Uniform => Vec2::new(2.0 + u * (edge - 4.0), 2.0 + v * (edge - 4.0)),
            Self::Crowd => {
                let radius = CROWD_RADIUS_METRES * u.sqrt();
                let angle = v * std::f32::consts::TAU;
                centre() + Vec2::new(angle.cos(), angle.sin()) * radius
            }
        }
    }
}

/// The middle of the reference scene.
pub(crate) fn centre() -> Vec2 {
    Vec2::splat(WALK_EDGE_METRES as f32 / 2.0)
}

/// The `index`-th member of Halton's sequence of that base, 0..1.
fn halton(mut index: u64, base: u64) -> f32 {
    let mut fraction = 1.0_f64;
    let mut value = 0.0_f64;
    while index > 0 {
        fraction /= base as f64;
        value += fraction * (index % base) as f64;
        index /= base;
    }
    value as f32
}

/// The reference scene's definitions, through the same loader as any content.
pub(crate) fn walk_content() -> Arc<Content> {
    let files = [
        SourceFile { path: "rules.ron", bytes: RULES },
        SourceFile { path: "classes/1-walker.ron", bytes: CLASS },
        SourceFile { path: "creatures/101-strider.ron", bytes: CREATURE },
        SourceFile { path: "zones/1-zone-walk.ron", bytes: ZONE },
    ];
    Arc::new(Content::load(&files).expect("a test loads the reference scene"))
}

const RULES: &[u8] = include_bytes!("../content/zone-walk/rules.ron");
const CLASS: &[u8] = include_bytes!("../content/zone-walk/classes/1-walker.ron");
const CREATURE: &[u8] = include_bytes!("../content/zone-walk/creatures/101-strider.ron");
const ZONE: &[u8] = include_bytes!("../content/zone-walk/zones/1-zone-walk.ron");

/// Lifts the limits that the reference scene lifts; returns them as sentences.
pub(crate) fn lift_limits(config: &mut Config) -> Vec<&'static str> {
    config.limits.sockets_per_address = 100_000;
    config.limits.sockets_max = 100_000;
    vec![
        "sockets per address: no limit",
        "sockets in all: 100000",
        "tickets: none needed",
        "characters in the zone: 4096, no further channel",
        "full rate: all actors within 50 m (leaves at 55), every tick; no outer ring",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ZoneId;

    #[test]
    fn the_reference_scene_loads() {
        let content = walk_content();
        let zone = content.zone(ZoneId::new(1)).expect("zone 1");
        assert_eq!(zone.characters_max, 4_096);
        assert_eq!(zone.open_channel_at, 4_096);
        let creatures: u32 = zone.spawn_groups.iter().map(|group| group.count).sum();
        assert_eq!(creatures, 200);
        assert!((content.rules().walk_speed - 6.0).abs() < 1e-6);
    }

    #[test]
    fn places_lie_where_the_spread_says() {
        for n in 0..1_000 {
            let place = Spread::Crowd.place(n);
            assert!(place.distance(centre()) <= CROWD_RADIUS_METRES + 0.01);
            let place = Spread::Uniform.place(n);
            assert!(place.min_element() >= 2.0 && place.max_element() <= 510.0);
        }
    }
}
