//! The own figure: walked ahead with the core's own step, and put right bit by bit.
//!
//! Every tick that was walked is kept with its input. A server state is compared with the walker of
//! its tick; where the bits differ, that tick is overwritten and all later ones are walked again.

use massless_core::command::Input;
use massless_core::content::map::Map;
use massless_core::math::Vec3;
use massless_core::units::{TICK_MILLIS, Tick};
use massless_core::view::LeapView;
use massless_core::walk::{self, Walker};

use crate::clock::Millis;
use crate::limits::{HISTORY_TICKS, SMOOTH_MILLIS, SNAP_METRES};
use crate::wire::update::OwnState;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// Forgets where the figure is; the next server state starts it anew.
    pub fn forget(&mut self) {
        self.present = None;
        self.error = Vec3::ZERO;
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

    /// Takes in the server's state after `tick`.
    pub fn reconcile(&mut self, now: Millis, map: &Map, tick: Tick, own: &OwnState) {
        let known = self.step_of(tick).copied();
        let follows = self.told.replace(tick).is_some_and(|told| told.next() == tick);
        let Some((present, step)) = self.present.zip(known) else {
            self.restart(now, tick, own);
            return;
        };
        let as_sent = own.applied_now && step.sequence == Some(own.applied_sequence);
        let equal = same_bits(&step.walker, &own.walker);
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
        self.error = if error.length() > SNAP_METRES { Vec3::ZERO } else { error };
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
    let words = |w: &Walker| [w.position.x, w.position.y, w.position.z, w.fall_speed];
    words(a).into_iter().zip(words(b)).all(|(a, b)| a.to_bits() == b.to_bits())
}
