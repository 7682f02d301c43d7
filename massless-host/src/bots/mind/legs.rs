//! How a bot gets somewhere: straight on where that is clear, else along a path of the core's search.

use massless_core::content::map::Map;
use massless_core::math::Vec2;
use massless_core::spatial::path::{Path, Search, straight_clear};
use massless_core::units::Tick;

use super::sense::Sense;
use crate::bots::wander::Whim;

/// Cells one search may explore: enough for a zone of 512 m.
const NODES_MAX: usize = 1 << 18;
/// A goal that moved by this is sought anew, metres.
const GOAL_MOVED_METRES: f32 = 1.5;
/// How near a corner counts as reached, metres.
const CORNER_METRES: f32 = 0.6;
/// Ticks between two looks at whether it gets on.
const STUCK_TICKS: u32 = 20;
/// Metres it covers at least between two looks; less means that it is stuck.
const STUCK_METRES: f32 = 0.5;
/// Looks in a row at which it was stuck before it gives up.
const STUCK_MAX: u32 = 6;
/// Ticks it steps aside when stuck.
const ASIDE_TICKS: u32 = 8;
/// Beyond this a goal is sought in the open and not by sight, metres.
const STRAIGHT_METRES: f32 = 60.0;

/// Legs with the way they are on.
#[derive(Debug, Default)]
pub(crate) struct Legs {
    search: Search,
    goal: Option<Vec2>,
    path: Path,
    corner: usize,
    looked: Option<(Tick, Vec2)>,
    stuck: u32,
    aside: Option<(Tick, Vec2)>,
}

impl Legs {
    /// Forgets the way.
    pub(crate) fn halt(&mut self) {
        self.goal = None;
        self.looked = None;
        self.stuck = 0;
        self.aside = None;
    }

    /// It has been stuck for so long that the goal should be another.
    pub(crate) const fn gave_up(&self) -> bool {
        self.stuck >= STUCK_MAX
    }

    /// The direction for the next tick on the way to `goal`; zero when there is no way.
    pub(crate) fn go(&mut self, map: &Map, sense: &Sense, goal: Vec2, whim: &mut Whim) -> Vec2 {
        let (now, place) = (sense.tick, sense.place);
        self.look(now, place, whim);
        if let Some((until, way)) = self.aside {
            if now < until {
                return way;
            }
            self.aside = None;
            self.goal = None;
        }
        let direct = place.distance(goal) < STRAIGHT_METRES && straight_clear(map, place, goal);
        if direct {
            self.goal = None;
            return (goal - place).normalize_or_zero();
        }
        let moved = self.goal.is_none_or(|old| old.distance(goal) > GOAL_MOVED_METRES);
        if moved || self.corner >= self.path.corners().len() {
            self.goal = Some(goal);
            let open = map.nearest_open(goal).unwrap_or(goal);
            self.path = self.search.find_within(map, place, open, NODES_MAX);
            self.corner = 0;
        }
        while let Some(corner) = self.path.corners().get(self.corner) {
            if corner.distance(place) > CORNER_METRES {
                return (*corner - place).normalize_or_zero();
            }
            self.corner += 1;
        }
        // The last steps to a goal in a cell that nobody can stand in the middle of.
        (goal - place).normalize_or_zero()
    }

    fn look(&mut self, now: Tick, place: Vec2, whim: &mut Whim) {
        let Some((since, before)) = self.looked else {
            self.looked = Some((now, place));
            return;
        };
        if now.since(since).get() < STUCK_TICKS {
            return;
        }
        self.looked = Some((now, place));
        if place.distance(before) >= STUCK_METRES {
            self.stuck = 0;
            return;
        }
        self.stuck += 1;
        let angle = whim.unit() * std::f32::consts::TAU;
        let until = Tick::new(now.get() + u64::from(ASIDE_TICKS));
        self.aside = Some((until, Vec2::new(angle.cos(), angle.sin())));
    }
}

/// A direction as an input has it.
pub(crate) fn quantised(way: Vec2) -> [i8; 2] {
    let steps = |part: f32| (part * 127.0).round().clamp(-127.0, 127.0) as i8;
    [steps(way.x), steps(way.y)]
}
