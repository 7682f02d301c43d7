//! The client's idea of the server's clock, and how far its inputs run ahead of it.
//!
//! ```text
//! arrival of update T   = base + 50 ms * T        (base follows the arrivals)
//! input for tick T sent = arrival(T) - lead       (lead follows the margins the server reports)
//! ```
//!
//! An input sent `lead` before its update's arrival reaches the server `lead - rtt` before use.

use massless_core::units::{TICK_MILLIS, Tick};

use crate::clock::Millis;

const TICK_MICROS: f64 = TICK_MILLIS as f64 * 1_000.0;
/// Milliseconds a first lead has beyond the round trip: a tick in the buffer and some jitter.
const LEAD_SPARE_MILLIS: f64 = 70.0;
/// Most milliseconds of lead; more than a second of round trip is not playable anyway.
const LEAD_MILLIS_MAX: f64 = 1_200.0;
/// Least milliseconds of lead: below zero while a slow server drags the base behind it.
const LEAD_MILLIS_MIN: f64 = -500.0;
/// Share by which an early arrival pulls the base at once.
const EARLY_SHARE: f64 = 0.5;
/// Updates in a row that have to come late before the base follows the least late of them: jitter
/// passes, a server that runs slow does not.
const LATE_UPDATES: u32 = 8;
/// Margins looked at before a lead is shortened (5 s).
const CALM_UPDATES: u32 = 100;

/// Clock offset and lead.
#[derive(Clone, Debug)]
pub struct Timeline {
    base_micros: Option<f64>,
    late_updates: u32,
    late_micros_min: f64,
    lead_micros: f64,
    rtt_micros: Option<f64>,
    settle_until: Millis,
    calm_updates: u32,
    calm_margin_min: i8,
    led: bool,
}

impl Default for Timeline {
    fn default() -> Self {
        Self::new()
    }
}

impl Timeline {
    /// Nothing is known yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            base_micros: None,
            late_updates: 0,
            late_micros_min: 0.0,
            lead_micros: LEAD_SPARE_MILLIS * 1_000.0,
            rtt_micros: None,
            settle_until: Millis::new(0),
            calm_updates: 0,
            calm_margin_min: i8::MAX,
            led: false,
        }
    }

    /// The ticks are those of another zone from now on; the way to the server is the same.
    pub fn rebase(&mut self) {
        self.base_micros = None;
        self.late_updates = 0;
        self.calm_updates = 0;
        self.calm_margin_min = i8::MAX;
    }

    /// The update of `tick` arrived.
    pub fn arrived(&mut self, now: Millis, tick: Tick) {
        let sample = now.micros() as f64 - tick.get() as f64 * TICK_MICROS;
        self.base_micros = Some(match self.base_micros {
            None => sample,
            // A pause of the server or of this client: follow at once.
            Some(base) if (sample - base).abs() > 20.0 * TICK_MICROS => sample,
            Some(base) if sample < base => {
                self.late_updates = 0;
                base + (sample - base) * EARLY_SHARE
            }
            Some(base) => base + self.follow_late(sample - base),
        });
    }

    /// What a late arrival moves the base by: nothing, until all of a row were late.
    fn follow_late(&mut self, late_micros: f64) -> f64 {
        let first = self.late_updates == 0;
        let least = if first { late_micros } else { self.late_micros_min.min(late_micros) };
        self.late_micros_min = least;
        self.late_updates += 1;
        if self.late_updates < LATE_UPDATES {
            return 0.0;
        }
        self.late_updates = 0;
        least
    }

    /// A ping came back after `rtt_millis`.
    pub fn round_trip(&mut self, rtt_millis: f64) {
        let sample = rtt_millis * 1_000.0;
        self.rtt_micros = Some(match self.rtt_micros {
            None => sample,
            Some(old) => old + (sample - old) * 0.2,
        });
        if !self.led {
            self.led = true;
            self.set_lead(sample + LEAD_SPARE_MILLIS * 1_000.0);
        }
    }

    /// The server told the margin of an input: lengthen the lead at once when inputs come late,
    /// shorten it slowly when they wait for more than a tick.
    pub fn margin(&mut self, now: Millis, margin: i8) {
        if now < self.settle_until {
            return;
        }
        if margin < 0 {
            self.steer(now, 15_000.0 + f64::from(-margin - 1) * TICK_MICROS);
            return;
        }
        if margin > 2 {
            self.steer(now, f64::from(2 - margin) * TICK_MICROS);
            return;
        }
        self.calm_updates += 1;
        self.calm_margin_min = self.calm_margin_min.min(margin);
        if self.calm_updates >= CALM_UPDATES {
            if self.calm_margin_min >= 2 {
                self.steer(now, -TICK_MICROS / 2.0);
            }
            self.calm_updates = 0;
            self.calm_margin_min = i8::MAX;
        }
    }

    /// The server told the state after `told`: an input for that tick or an earlier one is of no use
    /// any more, so the lead reaches at least the next one. Without this a lead once cut too short
    /// (the server repeats the margin of the last input it got) would never send another input.
    pub fn keep_ahead(&mut self, now: Millis, told: Tick) {
        let Some(input) = self.input_tick(now) else { return };
        let behind = told.next().get() as f64 - input;
        if behind > 0.0 {
            self.set_lead(self.lead_micros + behind * TICK_MICROS);
        }
    }

    fn steer(&mut self, now: Millis, micros: f64) {
        self.set_lead(self.lead_micros + micros);
        self.calm_updates = 0;
        self.calm_margin_min = i8::MAX;
        // What is on its way still has the old lead.
        let rtt_millis = self.rtt_micros.unwrap_or(0.0) / 1_000.0;
        self.settle_until = now.plus(rtt_millis as u64 + 150);
    }

    fn set_lead(&mut self, micros: f64) {
        self.lead_micros = micros.clamp(LEAD_MILLIS_MIN * 1_000.0, LEAD_MILLIS_MAX * 1_000.0);
    }

    /// The newest tick whose update should have arrived, with its fraction; `None` before the
    /// first update.
    #[must_use]
    pub fn shown_tick(&self, now: Millis) -> Option<f64> {
        self.base_micros.map(|base| (now.micros() as f64 - base) / TICK_MICROS)
    }

    /// The newest tick whose input should have been sent, with its fraction.
    #[must_use]
    pub fn input_tick(&self, now: Millis) -> Option<f64> {
        self.shown_tick(now).map(|tick| tick + self.lead_micros / TICK_MICROS)
    }

    /// When the input of `tick` is due.
    #[must_use]
    pub fn input_due(&self, tick: Tick) -> Option<Millis> {
        let base = self.base_micros?;
        let due = base + tick.get() as f64 * TICK_MICROS - self.lead_micros;
        // Rounded up, so that `input_tick` has reached the tick by then.
        Some(Millis::from_micros(due.max(0.0) as u64 + 1))
    }

    /// Lead in milliseconds.
    #[must_use]
    pub fn lead_millis(&self) -> f64 {
        self.lead_micros / 1_000.0
    }

    /// Round trip in milliseconds, smoothed; `None` before the first pong.
    #[must_use]
    pub fn rtt_millis(&self) -> Option<f64> {
        self.rtt_micros.map(|micros| micros / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_follows_early_arrivals_and_shrugs_at_jitter() {
        let mut timeline = Timeline::new();
        for tick in 0..200_u64 {
            let jitter = if tick % 3 == 0 { 0 } else { 20 };
            timeline.arrived(Millis::new(1_000 + tick * 50 + jitter), Tick::new(tick));
        }
        let shown = timeline.shown_tick(Millis::new(1_000 + 200 * 50)).unwrap();
        assert!((199.8..200.1).contains(&shown), "{shown}");
    }

    /// 200 ppm are more than two cheap quartz clocks differ by; in 10 minutes they are 120 ms.
    #[test]
    fn clocks_that_drift_apart_for_ten_minutes_are_followed() {
        for drift in [-200e-6, 0.0, 200e-6] {
            let mut timeline = Timeline::new();
            for tick in 0..12_000_u64 {
                let sent = tick as f64 * TICK_MICROS * (1.0 + drift);
                let jitter = (tick * 7_919 % 31) as f64 * 1_000.0;
                let on_time = Millis::from_micros(5_000_000 + sent as u64);
                timeline.arrived(
                    Millis::from_micros(5_000_000 + (sent + jitter) as u64),
                    Tick::new(tick),
                );
                let off = timeline.shown_tick(on_time).unwrap() - tick as f64;
                assert!(tick < 100 || off.abs() < 0.4, "{off} ticks off at {tick}, drift {drift}");
            }
        }
    }

    #[test]
    fn the_base_follows_a_server_that_runs_slow() {
        let mut timeline = Timeline::new();
        for tick in 0..200_u64 {
            let now = Millis::new(1_000 + tick * 67);
            timeline.arrived(now, Tick::new(tick));
            let ahead = timeline.shown_tick(now).unwrap() - tick as f64;
            assert!((0.0..6.0).contains(&ahead), "{ahead} ticks ahead at {tick}");
        }
    }

    #[test]
    fn a_margin_that_is_told_again_and_again_does_not_silence_the_client() {
        let mut timeline = Timeline::new();
        timeline.round_trip(1_000.0);
        for tick in 0..200_u64 {
            let now = Millis::new(5_000 + tick * 50);
            timeline.arrived(now, Tick::new(tick));
            timeline.margin(now, 15);
            timeline.keep_ahead(now, Tick::new(tick));
            let input = timeline.input_tick(now).unwrap();
            assert!(input >= tick as f64 + 0.999, "{input} after {tick}");
        }
    }

    #[test]
    fn late_inputs_lengthen_the_lead_and_idle_ones_shorten_it() {
        let mut timeline = Timeline::new();
        timeline.round_trip(40.0);
        let first = timeline.lead_millis();
        assert!((first - 110.0).abs() < 1e-6);
        timeline.margin(Millis::new(10), -1);
        assert!(timeline.lead_millis() > first);
        let longer = timeline.lead_millis();
        timeline.margin(Millis::new(20), -1);
        assert!((timeline.lead_millis() - longer).abs() < 1e-9, "still settling");
        for update in 0..200 {
            timeline.margin(Millis::new(1_000 + update * 50), 2);
        }
        assert!(timeline.lead_millis() < longer);
    }
}
