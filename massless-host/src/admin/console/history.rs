//! The last ten minutes: a sample every two seconds, from the zones' boards and from the metrics that
//! Prometheus reads, too. Nothing here is kept over a restart; the long memory is Prometheus.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::Console;
use crate::board::Board;
use crate::live::percentile;
use crate::telemetry::MetricsPage;
use crate::{clock, system};

/// Time between two samples.
const PAUSE: Duration = Duration::from_secs(2);
/// Samples that are kept: ten minutes.
const SAMPLES: usize = 300;

/// The samples.
#[derive(Debug, Default)]
pub(crate) struct History {
    samples: Mutex<VecDeque<(u64, Value)>>,
    state: Mutex<State>,
}

/// What is true now and has no place on the board.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct State {
    db_up: Option<bool>,
    redis_up: Option<bool>,
    draining: bool,
}

impl History {
    /// The samples after a moment (Unix milliseconds), in their order.
    pub(super) fn since(&self, moment: u64) -> Vec<Value> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.iter().filter(|(at, _)| *at > moment).map(|(_, sample)| sample.clone()).collect()
    }

    /// Database and Redis; `null` for what there is not.
    pub(super) fn state(&self) -> Value {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "db_up": state.db_up, "redis_up": state.redis_up, "draining": state.draining })
    }

    fn put(&self, at: u64, sample: Value, state: State) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() >= SAMPLES {
            samples.pop_front();
        }
        samples.push_back((at, sample));
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// Takes samples until the task is ended.
pub(crate) async fn keep(console: Arc<Console>, metrics: MetricsPage) {
    let board = Arc::clone(&console.board);
    let mut sampler = Sampler { board, metrics, before: None, made: BTreeMap::new() };
    let mut beat = tokio::time::interval(PAUSE);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        // The page of all metrics is a few hundred lines; still nothing for a thread of sockets.
        let taken = tokio::task::spawn_blocking(move || {
            let sample = sampler.take();
            (sampler, sample)
        });
        let Ok((back, (at, sample, state))) = taken.await else { return };
        sampler = back;
        console.history.put(at, sample, state);
    }
}

/// Sums of the counters at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
struct Totals {
    at: u64,
    messages: (f64, f64),
    bytes: (f64, f64),
    errors: f64,
    shed: f64,
    /// Cumulative counts of answers of the store by the upper bound of their time, rising.
    latency: Vec<(f64, f64)>,
}

struct Sampler {
    board: Arc<Board>,
    metrics: MetricsPage,
    before: Option<Totals>,
    /// Ticks that each channel had made at the last sample.
    made: BTreeMap<String, u64>,
}

impl Sampler {
    fn take(&mut self) -> (u64, Value, State) {
        let at = clock::unix_millis();
        let (totals, state) = read(&self.metrics.render(), at);
        let before = self.before.replace(totals.clone()).unwrap_or_else(|| totals.clone());
        let seconds = (totals.at.saturating_sub(before.at) as f64 / 1_000.0).max(0.001);
        let rate = |now: f64, then: f64| ((now - then).max(0.0) / seconds * 10.0).round() / 10.0;
        let zones: Vec<Value> = self
            .board
            .zones()
            .iter()
            .map(|zone| {
                let label = zone.id.label();
                let live = &zone.live;
                let made = live.made();
                let since = self.made.insert(label.clone(), made).unwrap_or(made);
                let micros = live.since(since);
                json!({
                    "label": label, "players": zone.players.load(Relaxed),
                    "p50": percentile(&micros, 50), "p99": percentile(&micros, 99),
                    "missed": live.missed.load(Relaxed), "log_bytes": live.log_bytes.load(Relaxed),
                })
            })
            .collect();
        let store = |percent| quantile(&before.latency, &totals.latency, percent);
        let sample = json!({
            "at": at, "players": self.board.players(), "zones": zones,
            "messages_in": rate(totals.messages.0, before.messages.0),
            "messages_out": rate(totals.messages.1, before.messages.1),
            "bytes_in": rate(totals.bytes.0, before.bytes.0),
            "bytes_out": rate(totals.bytes.1, before.bytes.1),
            "errors": rate(totals.errors, before.errors), "shed": rate(totals.shed, before.shed),
            "store_p50_ms": store(0.5), "store_p99_ms": store(0.99),
            "memory_bytes": system::resident_bytes("self"),
        });
        (at, sample, state)
    }
}

/// Reads the page of the metrics.
fn read(page: &str, at: u64) -> (Totals, State) {
    let mut totals = Totals { at, ..Totals::default() };
    let mut state = State::default();
    let mut latency: BTreeMap<u64, f64> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let Ok(value) = value.parse::<f64>() else { continue };
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let is_in = labels.contains("direction=\"in\"");
        match name {
            "massless_net_messages_total" if is_in => totals.messages.0 += value,
            "massless_net_messages_total" => totals.messages.1 += value,
            "massless_net_bytes_total" if is_in => totals.bytes.0 += value,
            "massless_net_bytes_total" => totals.bytes.1 += value,
            "massless_errors_total" => totals.errors += value,
            "massless_shed_total" => totals.shed += value,
            "massless_db_up" => state.db_up = Some(value > 0.0),
            "massless_redis_up" => state.redis_up = Some(value > 0.0),
            "massless_draining" => state.draining = value > 0.0,
            "massless_vault_latency_seconds_bucket" => {
                let bound = labels.split("le=\"").nth(1).and_then(|rest| rest.split('"').next());
                let bound = bound.and_then(|text| text.parse::<f64>().ok());
                // Bounds are not negative, so their bits rise as they do.
                if let Some(bound) = bound.filter(|bound| *bound >= 0.0) {
                    *latency.entry(bound.to_bits()).or_default() += value;
                }
            }
            _ => {}
        }
    }
    totals.latency = latency.into_iter().map(|(bits, n)| (f64::from_bits(bits), n)).collect();
    (totals, state)
}

/// Milliseconds below which a share of the answers since `before` came; `None` when there was none.
fn quantile(before: &[(f64, f64)], now: &[(f64, f64)], share: f64) -> Option<f64> {
    let then = |bound: f64| before.iter().find(|it| it.0 == bound).map_or(0.0, |it| it.1);
    let fresh: Vec<(f64, f64)> = now.iter().map(|&(bound, n)| (bound, n - then(bound))).collect();
    let all = fresh.last().map(|it| it.1).filter(|all| *all > 0.0)?;
    let reached = fresh.iter().position(|it| it.1 >= all * share)?;
    let (low, below) = if reached == 0 { (0.0, 0.0) } else { fresh[reached - 1] };
    let (high, up_to) = fresh[reached];
    if high.is_infinite() {
        return Some(low * 1_000.0);
    }
    let part = if up_to > below { (all * share - below) / (up_to - below) } else { 1.0 };
    Some(((low + (high - low) * part) * 10_000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# TYPE massless_net_messages_total counter\n\
        massless_net_messages_total{transport=\"ws\",direction=\"in\"} 10\n\
        massless_net_messages_total{transport=\"quic\",direction=\"in\"} 5\n\
        massless_net_messages_total{transport=\"ws\",direction=\"out\"} 7\n\
        massless_errors_total{code=\"rate\"} 2\n\
        massless_db_up 1\nmassless_draining 0\n\
        massless_vault_latency_seconds_bucket{le=\"0.01\"} 4\n\
        massless_vault_latency_seconds_bucket{le=\"0.1\"} 8\n\
        massless_vault_latency_seconds_bucket{le=\"+Inf\"} 8\n";

    #[test]
    fn the_page_is_summed_up() {
        let (totals, state) = read(PAGE, 3);
        assert_eq!((totals.messages, totals.errors, totals.at), ((15.0, 7.0), 2.0, 3));
        assert_eq!(state, State { db_up: Some(true), redis_up: None, draining: false });
        assert_eq!(totals.latency, [(0.01, 4.0), (0.1, 8.0), (f64::INFINITY, 8.0)]);
        assert_eq!(quantile(&[], &totals.latency, 0.5), Some(10.0));
        assert_eq!(quantile(&[], &totals.latency, 0.75), Some(55.0));
        assert_eq!(quantile(&totals.latency, &totals.latency, 0.5), None, "nothing is new");
        let later = [(0.01, 4.0), (0.1, 8.0), (f64::INFINITY, 9.0)];
        assert_eq!(quantile(&totals.latency, &later, 0.5), Some(100.0), "beyond the last bound");
    }

    #[test]
    fn ten_minutes_are_kept() {
        let history = History::default();
        for at in 0..1_000 {
            history.put(at, json!({ "at": at }), State::default());
        }
        assert_eq!(history.since(0).len(), SAMPLES);
        assert_eq!(history.since(997), [json!({ "at": 998 }), json!({ "at": 999 })]);
    }
}
