//! Times the systems of a zone's tick.

use std::time::Instant;

use massless_core::zone::Probe;
use serde_json::{Map, Value, json};

/// A probe that adds up the time of each system.
#[derive(Default)]
pub(crate) struct Stopwatch {
    running: Option<(&'static str, Instant)>,
    /// Seconds of each system, in the order they first ran.
    pub(crate) seconds: Vec<(&'static str, f64)>,
}

impl Stopwatch {
    /// The running system has ended.
    pub(crate) fn stop(&mut self) {
        let Some((name, since)) = self.running.take() else { return };
        let seconds = since.elapsed().as_secs_f64();
        match self.seconds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += seconds,
            None => self.seconds.push((name, seconds)),
        }
    }
}

impl Probe for Stopwatch {
    fn enter(&mut self, system: &'static str) {
        self.stop();
        self.running = Some((system, Instant::now()));
    }

    fn leave(&mut self) {
        self.stop();
    }
}

impl Stopwatch {
    /// Milliseconds of each system in one of so many ticks.
    pub(crate) fn milliseconds(&self, ticks: u32) -> Map<String, Value> {
        let each = |(name, seconds): &(&'static str, f64)| {
            ((*name).to_owned(), json!(seconds * 1e3 / f64::from(ticks)))
        };
        self.seconds.iter().map(each).collect()
    }
}
