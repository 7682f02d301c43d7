//! The own figure: walked ahead with the core's own step, and put right bit by bit.
//!
//! Every tick that was walked is kept with its input. A server state is compared with the walker of
//! its tick; where the bits differ, that tick is overwritten and all later ones are walked again.

use massless_core::command::Input;
use massless_core::content::map::Map;
use massless_core::math::{Vec3, ground};
use massless_core::units::{TICK_MILLIS, TICK_SECONDS, Tick};
use massless_core::view::LeapView;
use massless_core::walk::{self, SPEED_MAX, Walker};

use crate::clock::Millis;
use crate::limits::{FAR_METRES, HISTORY_TICKS, SMOOTH_MILLIS, SNAP_METRES};
use crate::wire::ShortTick;
use crate::wire::report::{Divergence, Part, Report};
use crate::wire::update::OwnState;

/// Metres between two places no walk of one tick can explain.
const PLACED_METRES: f32 = 2.0 * SPEED_MAX * TICK_SECONDS;

/// One tick that was walked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Step {
    /// Which tick.
    pub tick: Tick,
    /// The input's number; `None` when none was sent for this tick and the last one is held.
    pub sequence: Option<u16>,
    /// The input.
    pub input: Input,
    walker: Walker,
}

/// How server states and predictions agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Server states of ticks whose inputs were applied as sent, each next to a state told before:
    /// what happened in a tick whose update never came cannot be foreseen.
    pub compared: u64,
    /// Of these, the ones with the same bits.
    pub equal: u64,
    /// Server states that made the figure walk again.
    pub corrected: u64,
    /// Server states of ticks in which another input than the one meant was applied.
    pub missed: u64,
    /// Corrections by more than `FAR_METRES`: somebody was put elsewhere, or something is wrong.
    pub far: u64,
    /// Metres of the newest of these.
    pub far_metres: f32,
}

/// The own figure's recent past and present.
#[derive(Clone, Debug)]
pub struct Prediction {
    steps: Box<[Step; HISTORY_TICKS]>,
    present: Option<Present>,
    error: Vec3,
    error_at: Millis,
    agreement: Agreement,
    told: Option<Tick>,
    report: Report,
}

#[derive(Clone, Copy, Debug)]
struct Present {
    tick: Tick,
    walker: Walker,
    before: Walker,
    speed: f32,
    leap: Option<LeapView>,
}

impl Default for Prediction {
    fn default() -> Self {
        Self {
            steps: Box::new([Step::default(); HISTORY_TICKS]),
            present: None,
            error: Vec3::ZERO,
            error_at: Millis::default(),
            agreement: Agreement::default(),
            told: None,
            report: Report::default(),
        }
    }
}

impl Prediction {
    /// The newest tick walked; `None` before the first server state.
    #[must_use]
    pub fn tick(&self) -> Option<Tick> {
        self.present.map(|present| present.tick)
    }

    /// The walker after the newest tick walked.
    #[must_use]
    pub fn walker(&self) -> Option<Walker> {
        self.present.map(|present| present.walker)
    }

    /// How server states and predictions agreed so far.
    #[must_use]
    pub const fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// The step of `tick`, if it is still remembered.
    #[must_use]
    pub fn step_of(&self, tick: Tick) -> Option<&Step> {
        let step = &self.steps[tick.get() as usize % HISTORY_TICKS];
        (step.tick == tick && tick.get() > 0).then_some(step)
    }

    /// The input walked last.
    #[must_use]
    pub fn last_input(&self) -> Input {
        self.tick().and_then(|tick| self.step_of(tick)).map_or_else(Input::default, |s| s.input)
    }

    /// Forgets where the figure is and was; the next server state starts it anew. Ticks of two zones may have the same
    /// numbers, and what was walked in the one says nothing about the other.
    pub fn forget(&mut self) {
        self.present = None;
        self.error = Vec3::ZERO;
        self.steps.fill(Step::default());
        self.told = None;
    }

    /// Walks the next tick. Does nothing before the first server state.
    pub fn walk(&mut self, map: &Map, sequence: Option<u16>, input: Input) {
        let Some(present) = &mut self.present else { return };
        let leap = present.leap.filter(|leap| present.tick.next() < leap.until);
        let walker = match leap {
            Some(leap) => walk::leap(map, present.walker, leap.heading, leap.speed),
            None => walk::step(map, present.walker, input.heading(), present.speed),
        };
        present.before = present.walker;
        present.walker = walker;
        present.tick = present.tick.next();
        let tick = present.tick;
        self.steps[tick.get() as usize % HISTORY_TICKS] = Step { tick, sequence, input, walker };
    }

    /// Whether a state differed that could be foreseen, and was not reported yet.
    #[must_use]
    pub const fn has_diverged(&self) -> bool {
        self.report.diverged > 0
    }

    /// What was compared since it was asked last; `None` if nothing was.
    pub fn take_report(&mut self) -> Option<Report> {
        let report = core::mem::take(&mut self.report);
        (report.compared > 0).then_some(report)
    }

    /// Notes for the report whether a state that could be foreseen was.
    fn note(&mut self, tick: Tick, foreseen: &Walker, told: &Walker) {
        let way = ground(told.position).distance(ground(foreseen.position));
        if way > PLACED_METRES {
            // Nobody walks so far: somebody was put elsewhere, which nobody foresees.
            return;
        }
        let report = &mut self.report;
        report.compared = report.compared.saturating_add(1);
        if let Some(part) = first_difference(foreseen, told) {
            report.diverged = report.diverged.saturating_add(1);
            let first = Divergence { tick: ShortTick::of(tick), part };
            report.first = report.first.or(Some(first));
        }
    }

    /// Takes in the server's state after `tick`. `leapt`: a skill may have moved the figure in that tick.
    pub fn reconcile(
        &mut self,
        now: Millis,
        map: &Map,
        (tick, leapt): (Tick, bool),
        own: &OwnState,
    ) {
        let known = self.step_of(tick).copied();
        let follows = self.told.replace(tick).is_some_and(|told| told.next() == tick);
        let Some((present, step)) = self.present.zip(known) else {
            self.restart(now, tick, own);
            return;
        };
        let as_sent = own.applied_now && step.sequence == Some(own.applied_sequence);
        let equal = same_bits(&step.walker, &own.walker);
        if as_sent && follows && !leapt {
            self.note(tick, &step.walker, &own.walker);
        }
        self.agreement.compared += u64::from(as_sent && follows);
        self.agreement.equal += u64::from(as_sent && follows && equal);
        self.agreement.missed += u64::from(!as_sent);
        // A leap that is over leaps no further: it is as good as none.
        let ahead = |leap: Option<LeapView>| leap.filter(|leap| tick.next() < leap.until);
        let same_speed = present.speed.to_bits() == own.speed.to_bits();
        if equal && same_speed && ahead(present.leap) == ahead(own.leap) {
            return;
        }
        self.agreement.corrected += u64::from(!equal);
        let shown = self.shown(now, 1.0).unwrap_or(own.walker.position);
        self.steps[tick.get() as usize % HISTORY_TICKS].walker = own.walker;
        let walker = own.walker;
        let last = Tick::new(tick.get().saturating_sub(1));
        let before = self.step_of(last).map_or(walker, |step| step.walker);
        self.present = Some(Present { tick, walker, before, speed: own.speed, leap: own.leap });
        let mut next = tick.next();
        while next <= present.tick {
            // Kept in one piece: every tick up to the newest was walked.
            let Some(step) = self.step_of(next).copied() else { break };
            self.walk(map, step.sequence, step.input);
            next = next.next();
        }
        self.smooth(now, shown);
    }

    /// Starts anew from a server state, at the first one or after a long silence.
    fn restart(&mut self, now: Millis, tick: Tick, own: &OwnState) {
        let shown = self.shown(now, 1.0);
        let walker = own.walker;
        self.present =
            Some(Present { tick, walker, before: walker, speed: own.speed, leap: own.leap });
        self.steps[tick.get() as usize % HISTORY_TICKS] =
            Step { tick, sequence: None, input: self.last_input(), walker };
        if let Some(shown) = shown {
            self.smooth(now, shown);
        }
    }

    fn smooth(&mut self, now: Millis, shown: Vec3) {
        let Some(present) = self.present else { return };
        let error = shown - present.walker.position;
        let metres = error.length();
        if metres > FAR_METRES {
            self.agreement.far += 1;
            self.agreement.far_metres = metres;
        }
        self.error = if metres > SNAP_METRES { Vec3::ZERO } else { error };
        self.error_at = now;
    }

    /// Where the figure is shown, `fraction` (0..=1) of the way through the newest tick.
    #[must_use]
    pub fn shown(&self, now: Millis, fraction: f32) -> Option<Vec3> {
        let present = self.present?;
        let (from, to) = (present.before.position, present.walker.position);
        let gone = now.micros().saturating_sub(self.error_at.micros()) as f32 / 1_000.0;
        let left = (1.0 - gone / SMOOTH_MILLIS as f32).max(0.0);
        Some(from + (to - from) * fraction + self.error * left)
    }

    /// Ground speed of the newest tick in metres per second.
    #[must_use]
    pub fn speed_metres(&self) -> f32 {
        self.present.map_or(0.0, |present| {
            let way = present.walker.position - present.before.position;
            let ground = massless_core::math::ground(way);
            ground.length() * 1_000.0 / TICK_MILLIS as f32
        })
    }
}

fn same_bits(a: &Walker, b: &Walker) -> bool {
    first_difference(a, b).is_none()
}

/// The first number in which two walkers differ, bit by bit.
fn first_difference(a: &Walker, b: &Walker) -> Option<Part> {
    let parts = |walker: &Walker| {
        let Vec3 { x, y, z } = walker.position;
        [(Part::East, x), (Part::Height, y), (Part::North, z), (Part::FallSpeed, walker.fall_speed)]
    };
    let mut pairs = parts(a).into_iter().zip(parts(b));
    pairs.find(|(a, b)| a.1.to_bits() != b.1.to_bits()).map(|(a, _)| a.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Millis = Millis::new(1_000);

    fn own(x: f32, sequence: u16) -> OwnState {
        OwnState {
            walker: Walker { position: Vec3::new(x, 0.0, 50.0), fall_speed: 0.0 },
            speed: 5.0,
            applied_sequence: sequence,
            applied_now: true,
            ..OwnState::default()
        }
    }

    #[test]
    fn what_was_walked_in_one_zone_is_not_compared_in_the_next() {
        let (mut prediction, _) = corrected(50.0);
        let map = Map::flat(100, 100);
        prediction.walk(&map, Some(2), Input::default());
        prediction.walk(&map, Some(3), Input::default());
        let before = prediction.agreement();
        prediction.forget();
        assert!(prediction.step_of(Tick::new(13)).is_none());
        // The other zone is at the same tick, and takes the input that was under way.
        prediction.reconcile(AT, &map, (Tick::new(12), false), &own(80.0, 2));
        prediction.reconcile(AT, &map, (Tick::new(13), false), &own(80.0, 3));
        assert_eq!(prediction.agreement().compared, before.compared);
        assert_eq!(prediction.walker().expect("told").position.x.to_bits(), 80.0_f32.to_bits());
    }

    /// A figure that stands at x = 50 and is told, one tick later, that it is elsewhere.
    fn corrected(x: f32) -> (Prediction, f32) {
        let map = Map::flat(100, 100);
        let mut prediction = Prediction::default();
        prediction.reconcile(AT, &map, (Tick::new(10), false), &own(50.0, 0));
        prediction.walk(&map, Some(1), Input::default());
        let before = prediction.shown(AT, 1.0).expect("told once").x;
        prediction.reconcile(AT, &map, (Tick::new(11), false), &own(x, 1));
        (prediction, before)
    }

    #[test]
    fn a_small_error_is_blended_over_a_tenth_of_a_second() {
        let (prediction, before) = corrected(50.4);
        let shown = |millis| prediction.shown(AT.plus(millis), 1.0).expect("told").x;
        for (millis, x) in [(0, before), (50, 50.2), (100, 50.4), (500, 50.4)] {
            assert!((shown(millis) - x).abs() < 1e-3, "{} after {millis} ms", shown(millis));
        }
        assert_eq!(prediction.walker().expect("told").position.x.to_bits(), 50.4_f32.to_bits());
    }

    #[test]
    fn beyond_two_metres_it_jumps() {
        let (prediction, _) = corrected(52.5);
        assert_eq!(prediction.agreement().far, 0);
        let (far, _) = corrected(54.5);
        assert_eq!(far.agreement().far, 1);
        assert!((far.agreement().far_metres - 4.5).abs() < 0.01);
        assert!((prediction.shown(AT, 1.0).expect("told").x - 52.5).abs() < 1e-3);
    }

    #[test]
    fn a_report_counts_what_could_be_foreseen_and_names_the_first_difference() {
        let (mut prediction, _) = corrected(50.4);
        assert!(prediction.has_diverged());
        let first = Some(Divergence { tick: ShortTick::new(11), part: Part::East });
        let report = Report { compared: 1, diverged: 1, first };
        assert_eq!(prediction.take_report(), Some(report));
        assert_eq!(prediction.take_report(), None, "told once");
        let (mut equal, _) = corrected(50.0);
        let report = Report { compared: 1, ..Report::default() };
        assert_eq!(equal.take_report(), Some(report));
        let (mut put_elsewhere, _) = corrected(58.0);
        assert_eq!(put_elsewhere.take_report(), None);
    }
}
