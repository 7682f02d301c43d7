//! Which actors a client can see, and in which ring: cells of 25 m, with hysteresis.
//!
//! Once a tick the actors' places are copied in cell order, so that a client's look is a walk over
//! a
//! few stretches of memory. A ring's boundary is its enter radius for those who come from outside
//! it
//! and its leave radius for those inside; nobody flickers at a boundary.

pub mod slots;

use massless_core::math::Vec2;
use massless_core::view::View;

use self::slots::SlotSet;
use crate::limits::{FULL_RATE_MAX, INTEREST_SLACK_METRES, SIGHT_METRES_MAX};

/// Number of rings.
pub const RINGS: usize = 3;

/// Who is in a ring, how often it is looked at, and how far a published track may be off in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    /// Metres within which an actor comes in; 0 switches the ring off.
    pub enter_metres: f32,
    /// Metres beyond which it goes out; at least `enter_metres`.
    pub leave_metres: f32,
    /// Ticks between two looks at a track.
    pub period_ticks: u32,
    /// Fine steps (1/1024 m) per axis a track may be off before it is published anew.
    pub position_slack: i32,
    /// Angle steps (256 a turn) a facing may be off; `None`: facing and pose are not followed.
    pub angle_slack: Option<u8>,
}

/// Rings and caps of a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterestSettings {
    /// Rings from the inside out.
    pub rings: [Ring; RINGS],
    /// Actors a client has in the inner ring at most, the nearest; the others are in the next one.
    pub full_rate_max: usize,
}

const OFF: Ring = Ring {
    enter_metres: 0.0,
    leave_metres: 0.0,
    period_ticks: 1,
    position_slack: 0,
    angle_slack: None,
};

impl InterestSettings {
    /// Game rules, section 3.
    pub const GAME: Self = Self {
        rings: [
            Ring {
                enter_metres: 25.0,
                leave_metres: 27.5,
                period_ticks: 1,
                position_slack: 48,
                angle_slack: Some(2),
            },
            Ring {
                enter_metres: 50.0,
                leave_metres: 55.0,
                period_ticks: 2,
                position_slack: 128,
                angle_slack: Some(6),
            },
            Ring {
                enter_metres: 95.0,
                leave_metres: SIGHT_METRES_MAX,
                period_ticks: 5,
                position_slack: 512,
                angle_slack: None,
            },
        ],
        full_rate_max: FULL_RATE_MAX,
    };

    /// The reference scenario: 50 m (leaves at 55), all due at every tick, no cap.
    pub const ZONE_WALK: Self = Self {
        rings: [Ring { enter_metres: 50.0, leave_metres: 55.0, ..Self::GAME.rings[0] }, OFF, OFF],
        full_rate_max: usize::MAX,
    };

    /// Metres of the widest ring.
    #[must_use]
    pub fn sight_metres(&self) -> f32 {
        self.rings.iter().map(|ring| ring.leave_metres).fold(0.0, f32::max)
    }
}

/// Squares of the boundaries, drawn in by the slack where law 12 forbids to overstep them.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    enter: [f32; RINGS],
    leave: [f32; RINGS],
}

impl Bounds {
    fn of(settings: &InterestSettings) -> Self {
        let limit = SIGHT_METRES_MAX - INTEREST_SLACK_METRES;
        let mut bounds = Self { enter: [0.0; RINGS], leave: [0.0; RINGS] };
        let (mut enter, mut leave) = (0.0_f32, 0.0_f32);
        for (index, ring) in settings.rings.iter().enumerate() {
            // A ring that is off lies within the one before it: nobody is in it.
            enter = enter.max(ring.enter_metres.min(limit));
            leave = leave.max(ring.leave_metres.min(limit));
            bounds.enter[index] = enter * enter;
            bounds.leave[index] = leave * leave;
        }
        bounds
    }
}

/// Where all actors stand, in cell order.
#[derive(Clone, Debug)]
pub struct Crowd {
    bounds: Bounds,
    reach_metres: f32,
    full_rate_max: usize,
    columns: u32,
    start: Vec<u32>,
    place: Vec<Place>,
    nearest: Vec<(f32, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    x: f32,
    z: f32,
    slot: u32,
}

/// Who looks.
#[derive(Clone, Copy, Debug)]
pub struct Eye {
    /// Where it stands (east, north).
    pub place: Vec2,
    /// Its own slot, never in its rings.
    pub slot: u32,
}

impl Crowd {
    /// An empty crowd.
    #[must_use]
    pub fn new(settings: &InterestSettings) -> Self {
        let bounds = Bounds::of(settings);
        Self {
            bounds,
            reach_metres: bounds.leave.into_iter().fold(0.0, f32::max).sqrt(),
            full_rate_max: settings.full_rate_max,
            columns: 0,
            start: Vec::new(),
            place: Vec::new(),
            nearest: Vec::new(),
        }
    }

    /// Takes in the places of a view; `slot_of` has a slot for each of its actors: `[actor]`.
    pub fn rebuild(&mut self, view: &View, slot_of: &[u32]) {
        let (columns, rows) = view.cells.size();
        self.columns = columns;
        self.start.clear();
        self.place.clear();
        for row in 0..rows {
            for column in 0..columns {
                self.start.push(self.place.len() as u32);
                for &index in view.cells.members(column, row) {
                    let at = view.position[index as usize];
                    let slot = slot_of[index as usize];
                    self.place.push(Place { x: at.x, z: at.z, slot });
                }
            }
        }
        self.start.push(self.place.len() as u32);
    }

    /// Looks round: `rings` hold what was seen before and then what is seen now. `scratch` is of
    /// the
    /// same size; afterwards its first sets hold what was seen before.
    pub fn look(
        &mut self,
        view: &View,
        eye: Eye,
        rings: &mut [SlotSet; RINGS],
        scratch: &mut [SlotSet; RINGS + 1],
    ) {
        for set in scratch.iter_mut() {
            set.clear();
        }
        self.sort_in(view, eye.place, rings, scratch);
        for (ring, seen) in rings.iter_mut().zip(scratch.iter_mut()) {
            seen.remove(eye.slot);
            core::mem::swap(ring, seen);
        }
        if self.full_rate_max != usize::MAX && rings[0].count() as usize > self.full_rate_max {
            self.cap(view, eye.place, rings, &scratch[0]);
        }
    }

    /// Puts everybody near into the set of his ring; the last set takes those out of sight, so that
    /// nothing has to be decided for each.
    fn sort_in(
        &self,
        view: &View,
        eye: Vec2,
        rings: &[SlotSet; RINGS],
        sets: &mut [SlotSet; RINGS + 1],
    ) {
        let sets = sets.each_mut().map(SlotSet::words_mut);
        for place in self.near(view, eye, self.reach_metres) {
            let (dx, dz) = (place.x - eye.x, place.z - eye.y);
            let ring = ring_of(&self.bounds, dx * dx + dz * dz, place.slot, rings);
            sets[ring][place.slot as usize / 64] |= 1 << (place.slot % 64);
        }
    }

    /// Everybody in the cells within `reach` metres.
    fn near(&self, view: &View, eye: Vec2, reach: f32) -> impl Iterator<Item = &Place> {
        let (left, south) = view.cells.cell_at(eye.x - reach, eye.y - reach);
        let (right, north) = view.cells.cell_at(eye.x + reach, eye.y + reach);
        (south..=north).flat_map(move |row| {
            let first = self.start[(row * self.columns + left) as usize] as usize;
            let last = self.start[(row * self.columns + right) as usize + 1] as usize;
            &self.place[first..last]
        })
    }

    /// Leaves the nearest in the inner ring and moves the others to the next one. Those at full
    /// rate
    /// already (`before`) are favoured, so that the cap does not flicker.
    fn cap(&mut self, view: &View, eye: Vec2, rings: &mut [SlotSet; RINGS], before: &SlotSet) {
        let mut nearest = core::mem::take(&mut self.nearest);
        nearest.clear();
        let reach = self.bounds.leave[0].sqrt();
        nearest.extend(self.near(view, eye, reach).filter_map(|place| {
            let square = Vec2::new(place.x, place.z).distance_squared(eye);
            let bias = if before.contains(place.slot) { 0.8 } else { 1.0 };
            rings[0].contains(place.slot).then_some((square * bias, place.slot))
        }));
        let by_distance = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        nearest.select_nth_unstable_by(self.full_rate_max, by_distance);
        for &(_, slot) in &nearest[self.full_rate_max..] {
            rings[0].remove(slot);
            rings[1].insert(slot);
        }
        self.nearest = nearest;
    }
}

/// The ring of an actor at the root of `square` metres, `RINGS` out of sight.
#[inline]
fn ring_of(bounds: &Bounds, square: f32, slot: u32, rings: &[SlotSet; RINGS]) -> usize {
    // The radii rise, so the ring is the number of boundaries that are overstepped.
    let beyond = |limits: &[f32; RINGS]| -> usize {
        limits.iter().map(|limit| usize::from(square > *limit)).sum()
    };
    let (come, stay) = (beyond(&bounds.enter), beyond(&bounds.leave));
    // Between the two boundaries of a ring: whoever was in it or further inside stays in it.
    if come != stay && rings[..=stay].iter().any(|set| set.contains(slot)) { stay } else { come }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ActorId;
    use massless_core::math::Vec3;
    use massless_core::spatial::cells::CellIndex;

    fn view(places: &[(f32, f32)]) -> View {
        let mut view = View { cells: CellIndex::new(512.0, 512.0), ..View::default() };
        for (index, &(x, z)) in places.iter().enumerate() {
            view.actor.push(ActorId::new(index as u64 + 1));
            view.position.push(Vec3::new(x, 0.0, z));
        }
        view.cells.rebuild(&view.position);
        view
    }

    fn sets<const COUNT: usize>() -> [SlotSet; COUNT] {
        core::array::from_fn(|_| SlotSet::with_words(8))
    }

    fn look(settings: &InterestSettings, places: &[(f32, f32)], rings: &mut [SlotSet; RINGS]) {
        let view = view(places);
        let slot_of: Vec<u32> = (0..places.len() as u32).collect();
        let mut crowd = Crowd::new(settings);
        crowd.rebuild(&view, &slot_of);
        let eye = Eye { place: Vec2::new(places[0].0, places[0].1), slot: 0 };
        crowd.look(&view, eye, rings, &mut sets());
    }

    fn ring_at(distance: f32, before: Option<usize>) -> Option<usize> {
        let mut rings = sets::<RINGS>();
        if let Some(ring) = before {
            rings[ring].insert(1);
        }
        look(&InterestSettings::GAME, &[(200.0, 200.0), (200.0 + distance, 200.0)], &mut rings);
        (0..RINGS).find(|&ring| rings[ring].contains(1))
    }

    #[test]
    fn rings_have_two_boundaries_each() {
        let cases = [
            (24.9, None, Some(0)),
            (26.0, None, Some(1)),
            (26.0, Some(0), Some(0)),
            (28.0, Some(0), Some(1)),
            (49.0, None, Some(1)),
            (52.0, None, Some(2)),
            (52.0, Some(1), Some(1)),
            (52.0, Some(0), Some(1)),
            (56.0, Some(1), Some(2)),
            (94.0, None, Some(2)),
            (96.0, None, None),
            (98.0, Some(2), Some(2)),
            (98.6, Some(2), None),
            (99.9, Some(0), None),
        ];
        for (distance, before, ring) in cases {
            assert_eq!(ring_at(distance, before), ring, "{distance} m, before {before:?}");
        }
    }

    #[test]
    fn the_nearest_eighty_are_at_full_rate() {
        let mut places = vec![(200.0, 200.0)];
        places.extend((0..200).map(|i| (200.0 + (i + 1) as f32 * 0.1, 200.0)));
        let mut rings = sets::<RINGS>();
        look(&InterestSettings::GAME, &places, &mut rings);
        assert_eq!(rings[0].count(), 80);
        assert_eq!(rings[1].count(), 120);
        assert!(rings[0].iter().eq(1..81));
    }

    #[test]
    fn nobody_sees_himself_and_the_scenario_has_one_ring() {
        let mut rings = sets::<RINGS>();
        let places = [(1.0, 1.0), (1.0, 1.0), (50.0, 1.0), (53.0, 1.0)];
        look(&InterestSettings::ZONE_WALK, &places, &mut rings);
        assert!(rings[0].iter().eq([1, 2]));
        assert!(rings[1].is_empty() && rings[2].is_empty());
    }
}
