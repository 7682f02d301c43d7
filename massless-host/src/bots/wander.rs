//! How a bot walks: straight on for a while, round what stands in its way, never for long against
//! a wall. Pure: place, map and time come in, a wanted direction goes out.

use massless_core::content::map::{Cell, Map};
use massless_core::math::{Vec2, facing_of};
use massless_core::units::Facing;

/// Metres ahead that must be open.
const LOOK_AHEAD_METRES: f32 = 3.0;
/// Metres a walking bot covers at least between two looks; less means that it is stuck.
const STUCK_METRES: f32 = 0.3;
/// Ticks between two looks at whether it is stuck.
const STUCK_TICKS: u32 = 20;
/// Directions that are tried, in 1/8 turns from the wanted one, nearest first.
const TURNS: [f32; 7] = [0.0, 0.125, -0.125, 0.25, -0.25, 0.375, -0.375];

/// A seeded source of whims; no part of any simulation.
#[derive(Clone, Debug)]
pub(crate) struct Whim(u64);

impl Whim {
    /// The whims of bot `index` under `seed`.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        Self(seed ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// 64 random bits (splitmix64).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0..`below`.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    /// 0..1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// Where a bot may walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// Middle of the circle.
    pub(crate) centre: Vec2,
    /// Radius, metres.
    pub(crate) radius: f32,
}

/// One bot's legs.
#[derive(Clone, Debug)]
pub(crate) struct Wanderer {
    whim: Whim,
    range: Option<Range>,
    rests: bool,
    direction: Vec2,
    ticks_left: u32,
    look_place: Vec2,
    look_ticks: u32,
}

impl Wanderer {
    /// A bot that has not begun to walk. `rests` makes it stand still now and then.
    pub(crate) fn new(whim: Whim, range: Option<Range>, rests: bool) -> Self {
        Self {
            whim,
            range,
            rests,
            direction: Vec2::ZERO,
            ticks_left: 0,
            look_place: Vec2::ZERO,
            look_ticks: 0,
        }
    }

    /// The direction for the next tick and where to look. To be called once a tick.
    pub(crate) fn steer(&mut self, map: &Map, place: Vec2) -> ([i8; 2], Facing) {
        self.look_ticks += 1;
        if self.look_ticks >= STUCK_TICKS {
            let is_stuck =
                self.direction != Vec2::ZERO && place.distance(self.look_place) < STUCK_METRES;
            self.look_ticks = 0;
            self.look_place = place;
            if is_stuck {
                self.ticks_left = 0;
            }
        }
        if self.ticks_left == 0 {
            self.choose(place);
        }
        self.ticks_left -= 1;
        if self.direction != Vec2::ZERO && !self.is_free(map, place, self.direction) {
            self.turn(map, place);
        }
        let quantised = [steps(self.direction.x), steps(self.direction.y)];
        let facing = facing_of(self.direction).unwrap_or_default();
        (quantised, facing)
    }

    fn choose(&mut self, place: Vec2) {
        if self.rests && self.whim.below(5) == 0 {
            self.direction = Vec2::ZERO;
            self.ticks_left = 20 + self.whim.below(60) as u32;
            return;
        }
        self.ticks_left = 30 + self.whim.below(90) as u32;
        self.direction = match self.range {
            // A point of the circle, so that the crowd stays spread over all of it.
            Some(range) => {
                let goal = range.centre + self.around() * range.radius * self.whim.unit().sqrt();
                (goal - place).try_normalize().unwrap_or(Vec2::X)
            }
            None => self.around(),
        };
    }

    fn around(&mut self) -> Vec2 {
        let angle = self.whim.unit() * std::f32::consts::TAU;
        Vec2::new(angle.cos(), angle.sin())
    }

    /// Turns to the nearest direction that is free; else stands and thinks again soon.
    fn turn(&mut self, map: &Map, place: Vec2) {
        let wanted = self.direction;
        let mirrored = self.whim.below(2) == 0;
        for turn in TURNS {
            let turn = if mirrored { -turn } else { turn };
            let (sine, cosine) = (turn * std::f32::consts::TAU).sin_cos();
            let tried =
                Vec2::new(wanted.x * cosine - wanted.y * sine, wanted.x * sine + wanted.y * cosine);
            if self.is_free(map, place, tried) {
                self.direction = tried;
                return;
            }
        }
        self.direction = -wanted;
        self.ticks_left = self.ticks_left.clamp(1, 10);
    }

    fn is_free(&self, map: &Map, place: Vec2, direction: Vec2) -> bool {
        let ahead = place + direction * LOOK_AHEAD_METRES;
        let half = place + direction * (LOOK_AHEAD_METRES / 2.0);
        let is_in_range = self.range.is_none_or(|range| {
            let now = place.distance(range.centre);
            let then = half.distance(range.centre);
            then <= range.radius || then < now
        });
        let extent = map.extent();
        let is_inside = ahead.min_element() > 0.0 && ahead.x < extent.x && ahead.y < extent.y;
        is_in_range && is_inside && map.is_open(Cell::at(ahead)) && map.is_open(Cell::at(half))
    }
}

fn steps(part: f32) -> i8 {
    (part * 127.0).round().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::math::Vec3;
    use massless_core::walk::{self, Walker};

    #[test]
    fn a_bot_keeps_walking_and_stays_in_its_range() {
        let map = Map::flat(128, 128);
        let centre = Vec2::splat(64.0);
        let range = Range { centre, radius: 20.0 };
        let mut bot = Wanderer::new(Whim::new(1, 2), Some(range), false);
        let mut walker = Walker { position: Vec3::new(64.0, 0.0, 64.0), fall_speed: 0.0 };
        let mut walked = 0.0;
        for _ in 0..2_000 {
            let place = Vec2::new(walker.position.x, walker.position.z);
            let ([x, z], _) = bot.steer(&map, place);
            let heading = Vec2::new(f32::from(x), f32::from(z)) / 127.0;
            let before = walker.position;
            walker = walk::step(&map, walker, heading.clamp_length_max(1.0), 6.0);
            walked += walker.position.distance(before);
            let place = Vec2::new(walker.position.x, walker.position.z);
            assert!(place.distance(centre) < 21.0, "{place}");
        }
        assert!(walked > 400.0, "only {walked} m in 100 s");
    }

    #[test]
    fn whims_differ_by_bot_and_repeat_by_seed() {
        let first: Vec<u64> = (0..4).map(|index| Whim::new(7, index).next()).collect();
        let again: Vec<u64> = (0..4).map(|index| Whim::new(7, index).next()).collect();
        assert_eq!(first, again);
        assert!(first.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
