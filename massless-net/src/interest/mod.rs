//! Which actors a client can see, and in which ring, with hysteresis.
//!
//! Once a tick the actors' places are copied, by slot and in the order of the view's cells. A client's look
//! compares either all slots, 64 at a time, or those in the cells within reach, whichever are fewer
//! to do. A ring's boundary is its enter radius for those who come from outside it and its leave radius
//! for those inside; nobody flickers at a boundary.

mod scan;
pub mod slots;

use massless_core::math::Vec2;
use massless_core::view::View;

use self::scan::{LIMITS, Planes, SLOTS};
use self::slots::{BitsOf, SlotSet};
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

/// Planes of the enter and leave boundaries, of those that may be among the nearest, and of those that may
/// when they were before.
const ENTER: usize = 0;
const LEAVE: usize = RINGS;
const NEAR: usize = 2 * RINGS;
const NEAR_BEFORE: usize = NEAR + 1;
const _: () = assert!(NEAR_BEFORE + 1 == LIMITS);

/// Share of its squared distance that counts for an actor at full rate already, so that the cap does
/// not flicker.
const FAVOUR: f32 = 0.8;
/// How much farther than the last of the nearest the next look takes candidates from.
const MARGIN: f32 = 1.3;
/// A place no eye is near: that of a slot without an actor.
const NOWHERE: f32 = 1e9;
/// So much cheaper it is to compare a slot among 64 than an actor of a cell.
const SCAN_GAIN: usize = 3;

/// Where all actors stand, by slot and in cell order.
#[derive(Clone, Debug)]
pub struct Crowd {
    bounds: Bounds,
    reach_metres: f32,
    full_rate_max: usize,
    columns: u32,
    start: Vec<u32>,
    place: Vec<Place>,
    east: Vec<[f32; SLOTS]>,
    north: Vec<[f32; SLOTS]>,
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

/// Whom a client sees.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// By ring.
    pub rings: [SlotSet; RINGS],
    /// Squared metres within which the nearest were when there were too many.
    near: f32,
}

impl Seen {
    /// Nobody, with room for `words` times 64 slots.
    #[must_use]
    pub fn with_words(words: usize) -> Self {
        Self { rings: core::array::from_fn(|_| SlotSet::with_words(words)), near: 0.0 }
    }

    /// The ring of a slot, `None` when it is out of sight.
    #[must_use]
    pub fn ring_of(&self, slot: u32) -> Option<usize> {
        self.rings.iter().position(|ring| ring.contains(slot))
    }

    /// Moves a slot to a ring, or out of sight.
    pub fn put(&mut self, slot: u32, ring: Option<usize>) {
        for (index, set) in self.rings.iter_mut().enumerate() {
            if ring == Some(index) {
                set.insert(slot);
            } else {
                set.remove(slot);
            }
        }
    }
}

/// Memory for looks.
#[derive(Clone, Debug, Default)]
pub struct Gaze {
    /// The rings before the last look.
    pub before: [SlotSet; RINGS],
    planes: Vec<Planes>,
    nearest: Vec<(f32, u32)>,
}

impl Gaze {
    /// Makes room for `words` times 64 slots.
    pub fn grow(&mut self, words: usize) {
        self.before.iter_mut().for_each(|set| set.grow(words));
        if self.planes.len() < words {
            self.planes.resize(words, Planes::default());
        }
    }
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
            east: Vec::new(),
            north: Vec::new(),
        }
    }

    /// Takes in the places of a view; `slot_of` has a slot for each of its actors: `[actor]`.
    pub fn rebuild(&mut self, view: &View, slot_of: &[u32]) {
        let (columns, rows) = view.cells.size();
        self.columns = columns;
        self.start.clear();
        self.place.clear();
        self.east.fill([NOWHERE; SLOTS]);
        for row in 0..rows {
            for column in 0..columns {
                self.start.push(self.place.len() as u32);
                for &index in view.cells.members(column, row) {
                    let at = view.position[index as usize];
                    self.add(Place { x: at.x, z: at.z, slot: slot_of[index as usize] });
                }
            }
        }
        self.start.push(self.place.len() as u32);
    }

    fn add(&mut self, place: Place) {
        self.place.push(place);
        let (word, bit) = (place.slot as usize / SLOTS, place.slot as usize % SLOTS);
        if word >= self.east.len() {
            self.east.resize(word + 1, [NOWHERE; SLOTS]);
            self.north.resize(word + 1, [NOWHERE; SLOTS]);
        }
        self.east[word][bit] = place.x;
        self.north[word][bit] = place.z;
    }

    /// Looks round: `seen` holds what was seen before and then what is seen now. `gaze` has room for as
    /// many slots; afterwards it holds what was seen before.
    pub fn look(&self, view: &View, eye: Eye, seen: &mut Seen, gaze: &mut Gaze) {
        for (before, ring) in gaze.before.iter_mut().zip(&seen.rings) {
            before.copy_from(ring);
        }
        let Bounds { enter, leave } = self.bounds;
        let mut limits = [0.0; LIMITS];
        limits[ENTER..LEAVE].copy_from_slice(&enter);
        limits[LEAVE..NEAR].copy_from_slice(&leave);
        (limits[NEAR], limits[NEAR_BEFORE]) = (seen.near, seen.near / FAVOUR);
        self.compare(view, eye.place, &limits, &mut gaze.planes);
        sort_in(&gaze.planes, &mut seen.rings);
        seen.rings.iter_mut().for_each(|ring| ring.remove(eye.slot));
        if self.full_rate_max != usize::MAX && seen.rings[0].count() as usize > self.full_rate_max {
            self.cap(eye.place, seen, gaze);
        }
    }

    /// Which slots are within which limit.
    fn compare(&self, view: &View, eye: Vec2, limits: &[f32; LIMITS], planes: &mut [Planes]) {
        let known = self.east.len();
        let near = self.near(view, eye, self.reach_metres);
        let count: usize = near.clone().map(<[Place]>::len).sum();
        if count * SCAN_GAIN > known * SLOTS {
            let places = self.east.iter().zip(&self.north);
            for (plane, (east, north)) in planes.iter_mut().zip(places) {
                *plane = scan::compare(east, north, eye, limits);
            }
            planes[known..].fill(Planes::default());
            return;
        }
        planes.fill(Planes::default());
        for place in near.flatten() {
            let (dx, dz) = (place.x - eye.x, place.z - eye.y);
            let flags = scan::flags(dx * dx + dz * dz, limits);
            let planes = &mut planes[place.slot as usize / SLOTS];
            for (bit, plane) in planes.iter_mut().enumerate() {
                *plane |= u64::from(flags >> bit & 1) << (place.slot % SLOTS as u32);
            }
        }
    }

    /// The ring of one actor; `seen` as it was before.
    #[must_use]
    pub fn ring_of(&self, eye: Vec2, slot: u32, seen: &Seen) -> Option<usize> {
        let square = self.square(eye, slot);
        let Bounds { enter, leave } = &self.bounds;
        let before = seen.ring_of(slot);
        let is_in = |ring: usize| {
            square <= enter[ring] || square <= leave[ring] && before.is_some_and(|old| old <= ring)
        };
        let ring = (0..RINGS).find(|ring| is_in(*ring));
        let is_full = || seen.rings[0].count() as usize >= self.full_rate_max;
        if ring == Some(0) && before != Some(0) && is_full() { Some(1) } else { ring }
    }

    /// Squared metres from `eye` to the actor of a slot.
    fn square(&self, eye: Vec2, slot: u32) -> f32 {
        let (word, bit) = (slot as usize / SLOTS, slot as usize % SLOTS);
        let (dx, dz) = (self.east[word][bit] - eye.x, self.north[word][bit] - eye.y);
        dx * dx + dz * dz
    }

    /// Everybody in the cells within `reach` metres, row by row.
    fn near(
        &self,
        view: &View,
        eye: Vec2,
        reach: f32,
    ) -> impl Iterator<Item = &[Place]> + Clone + '_ {
        let (left, south) = view.cells.cell_at(eye.x - reach, eye.y - reach);
        let (right, north) = view.cells.cell_at(eye.x + reach, eye.y + reach);
        (south..=north).map(move |row| {
            let first = self.start[(row * self.columns + left) as usize] as usize;
            let last = self.start[(row * self.columns + right) as usize + 1] as usize;
            &self.place[first..last]
        })
    }

    /// Leaves the nearest in the inner ring and moves the others to the next one. Those at full rate
    /// already are favoured. Most of the others are farther than the last of the nearest was before, by a
    /// margin: the comparison has sorted them out.
    fn cap(&self, eye: Vec2, seen: &mut Seen, gaze: &mut Gaze) {
        let Gaze { before, planes, nearest } = gaze;
        let [inner, next, _] = &mut seen.rings;
        let before = &before[0];
        for is_rest in [false, true] {
            nearest.clear();
            for (at, (word, planes)) in inner.words().iter().zip(&*planes).enumerate() {
                let may = planes[NEAR] | planes[NEAR_BEFORE] & before.words()[at];
                let bits = BitsOf(if is_rest { *word } else { word & may });
                nearest.extend(bits.map(|bit| {
                    let slot = at as u32 * 64 + bit;
                    let favour = if before.contains(slot) { FAVOUR } else { 1.0 };
                    (self.square(eye, slot) * favour, slot)
                }));
            }
            if nearest.len() >= self.full_rate_max {
                break;
            }
        }
        let last = self.full_rate_max.saturating_sub(1);
        let by_distance = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        nearest.select_nth_unstable_by(last, by_distance);
        seen.near = nearest[last].0 * MARGIN;
        for (next, inner) in next.words_mut().iter_mut().zip(inner.words_mut()) {
            *next |= *inner;
            *inner = 0;
        }
        for &(_, slot) in &nearest[..self.full_rate_max] {
            inner.insert(slot);
            next.remove(slot);
        }
    }
}

/// Makes rings of the boundaries: whoever was in a ring or further inside stays in it up to its leave
/// boundary.
fn sort_in(planes: &[Planes], rings: &mut [SlotSet; RINGS]) {
    let [inner, middle, outer] = rings.each_mut().map(SlotSet::words_mut);
    let words = inner.iter_mut().zip(middle).zip(outer).zip(planes);
    for (((inner, middle), outer), planes) in words {
        let within =
            |ring: usize, before: u64| planes[ENTER + ring] | planes[LEAVE + ring] & before;
        let first = within(0, *inner);
        let second = within(1, *inner | *middle);
        let third = within(2, *inner | *middle | *outer);
        *inner = first;
        *middle = second & !first;
        *outer = third & !(first | second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ActorId;
    use massless_core::math::Vec3;
    use massless_core::spatial::cells::CellIndex;
    use proptest::prelude::*;

    fn view(places: &[(f32, f32)]) -> View {
        let mut view = View { cells: CellIndex::new(512.0, 512.0), ..View::default() };
        for (index, &(x, z)) in places.iter().enumerate() {
            view.actor.push(ActorId::new(index as u64 + 1));
            view.position.push(Vec3::new(x, 0.0, z));
        }
        view.cells.rebuild(&view.position);
        view
    }

    const WORDS: usize = 8;

    /// The first one looks at the others.
    fn look(settings: &InterestSettings, places: &[(f32, f32)], seen: &mut Seen) {
        let (view, crowd) = crowd(settings, places);
        let eye = Eye { place: Vec2::new(places[0].0, places[0].1), slot: 0 };
        let mut gaze = Gaze::default();
        gaze.grow(WORDS);
        let mut alone = seen.clone();
        crowd.look(&view, eye, seen, &mut gaze);
        // Looked at one by one they are in the same rings, but for the cap.
        if seen.rings[0].count() < FULL_RATE_MAX as u32 {
            for slot in 1..places.len() as u32 {
                let ring = crowd.ring_of(eye.place, slot, &alone);
                alone.put(slot, ring);
                assert_eq!(ring, seen.ring_of(slot));
            }
        }
    }

    fn crowd(settings: &InterestSettings, places: &[(f32, f32)]) -> (View, Crowd) {
        let view = view(places);
        let slot_of: Vec<u32> = (0..places.len() as u32).collect();
        let mut crowd = Crowd::new(settings);
        crowd.rebuild(&view, &slot_of);
        (view, crowd)
    }

    fn ring_at(distance: f32, before: Option<usize>) -> Option<usize> {
        let mut seen = Seen::with_words(WORDS);
        if let Some(ring) = before {
            seen.rings[ring].insert(1);
        }
        look(&InterestSettings::GAME, &[(200.0, 200.0), (200.0 + distance, 200.0)], &mut seen);
        seen.ring_of(1)
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
        let mut seen = Seen::with_words(WORDS);
        for _ in 0..3 {
            look(&InterestSettings::GAME, &places, &mut seen);
            assert!(seen.rings[0].iter().eq(1..81));
            assert!(seen.rings[1].iter().eq(81..201));
        }
        // They are found, too, when they are much farther away or nearer than before.
        for (near, step) in [(20.0, 0.02), (0.0, 0.02), (15.0, 0.05)] {
            for (n, place) in places.iter_mut().skip(1).enumerate() {
                place.0 = 200.0 + near + (n + 1) as f32 * step;
            }
            look(&InterestSettings::GAME, &places, &mut seen);
            assert!(seen.rings[0].iter().eq(1..81));
        }
    }

    proptest! {
        #[test]
        fn all_slots_and_all_cells_give_the_same_rings(
            near in proptest::collection::vec((100.0_f32..300.0, 100.0_f32..300.0), 2..60),
            far in 0_usize..400,
            moves in proptest::collection::vec((-9.0_f32..9.0, -9.0_f32..9.0), 4),
        ) {
            // With many far away, the cells are fewer to do.
            let mut places = near.clone();
            places.extend((0..far).map(|n| (500.0, 400.0 + n as f32 * 0.1)));
            let (mut all, mut some) = (Seen::with_words(WORDS), Seen::with_words(WORDS));
            for (dx, dz) in moves {
                for place in &mut places[..near.len()] {
                    *place = (place.0 + dx, place.1 + dz);
                }
                look(&InterestSettings::GAME, &places, &mut some);
                look(&InterestSettings::GAME, &places[..near.len()], &mut all);
                for slot in 1..near.len() as u32 {
                    prop_assert_eq!(all.ring_of(slot), some.ring_of(slot));
                }
                let mut strangers = near.len() as u32..places.len() as u32;
                prop_assert!(strangers.all(|slot| some.ring_of(slot).is_none()));
            }
        }
    }

    #[test]
    fn nobody_sees_himself_and_the_scenario_has_one_ring() {
        let mut seen = Seen::with_words(WORDS);
        let places = [(1.0, 1.0), (1.0, 1.0), (50.0, 1.0), (53.0, 1.0)];
        look(&InterestSettings::ZONE_WALK, &places, &mut seen);
        assert!(seen.rings[0].iter().eq([1, 2]));
        assert!(seen.rings[1].is_empty() && seen.rings[2].is_empty());
    }
}
