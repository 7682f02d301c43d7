//! Whether a reference measurement is met, missed, or says nothing.
//!
//! Void is what was not measured or not measured soundly; missed is what was and is out of bounds.
//! Void goes first: a missing figure never counts as a good one.

use std::time::Duration;

use massless_core::units::TICKS_PER_SECOND;

use super::measure::Findings;
use crate::commands::Outcome;
use crate::scenario::Spread;

/// Updates a second that count as full rate. Reason: targets, section 1.
const HZ_MIN: f64 = 19.5;
/// Cores the load may need; beyond it the load is what is measured. Reason: targets, P1.
const LOAD_CORES_MAX: f64 = 0.8;
/// Pairs that must have been compared before the fidelity fields mean anything.
const PAIRS_MIN: u64 = 100;
/// Metres a second below which the clients, which walk at 6, did not get their inputs through.
const SPEED_MIN: f64 = 5.5;
/// Share of the frames of a full rate that the floor must have delivered.
const FLOOR_SHARE_MIN: f64 = 0.98;
/// Thousand bytes to a client in any second. Reason: targets, section 1.
const KB_CEILING: f64 = 20.0;

/// What was measured, and where.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// How many clients were to play.
    pub(crate) clients: u32,
    /// Where they walked.
    pub(crate) spread: Spread,
    /// Whether states travelled by datagram.
    pub(crate) has_datagrams: bool,
    /// Cores the server may run on, if its process is known.
    pub(crate) server_cores: Option<Vec<usize>>,
    /// Cores the load may run on.
    pub(crate) load_cores: Option<Vec<usize>>,
}

/// Processor time and ticks of the measured span.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// Its length.
    pub(crate) seconds: f64,
    /// Ticks of the zone.
    pub(crate) ticks: u64,
    /// Processor time of the server, if its process is known.
    pub(crate) server: Option<Duration>,
    /// Processor time of the load.
    pub(crate) load: Duration,
    /// Time all cores together were busy.
    pub(crate) busy: Duration,
    /// Clients that were connected at its end.
    pub(crate) alive: u32,
    /// Times that somebody had lost the connection and came back into the session.
    pub(crate) came_back: usize,
}

/// The floor of the same run.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    /// Core-microseconds a frame.
    pub(crate) us: f64,
    /// Length of its measurement.
    pub(crate) seconds: f64,
    /// Frames received in it.
    pub(crate) frames: u64,
    /// Sockets that were open all the time.
    pub(crate) open: u64,
    /// Cores the load needed.
    pub(crate) load_cores: f64,
}

/// The verdict, with its reasons.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Core-microseconds a client and tick.
    pub(crate) core_us: Option<f64>,
    /// What these may be.
    pub(crate) target_us: Option<f64>,
    /// Cores the load needed.
    pub(crate) load_cores: f64,
    /// Cores the server needed.
    pub(crate) server_cores: Option<f64>,
    /// Cores everything else needed.
    pub(crate) others_cores: f64,
    /// Why the figures say nothing.
    pub(crate) void: Vec<String>,
    /// Which targets were missed.
    pub(crate) missed: Vec<String>,
}

fn check(list: &mut Vec<String>, holds: bool, text: impl Into<String>) {
    if !holds {
        list.push(text.into());
    }
}

impl Verdict {
    /// Judges a measurement.
    pub(crate) fn of(
        scene: &Scene,
        span: &Span,
        findings: &Findings,
        floor: Option<&Floor>,
    ) -> Self {
        let client_ticks = f64::from(scene.clients) * span.ticks.max(1) as f64;
        let load_cores = span.load.as_secs_f64() / span.seconds;
        let server_cores = span.server.map(|time| time.as_secs_f64() / span.seconds);
        let busy_cores = span.busy.as_secs_f64() / span.seconds;
        // Source: targets, P1.
        let factor = match scene.spread {
            Spread::Uniform if scene.has_datagrams => 1.5,
            Spread::Uniform => 1.6,
            Spread::Crowd => 3.0,
        };
        let mut verdict = Self {
            core_us: span.server.map(|time| time.as_secs_f64() * 1e6 / client_ticks),
            target_us: floor.map(|floor| floor.us * factor),
            load_cores,
            server_cores,
            others_cores: (busy_cores - load_cores - server_cores.unwrap_or(0.0)).max(0.0),
            void: Vec::new(),
            missed: Vec::new(),
        };
        verdict.judge_place(scene);
        verdict.judge_fidelity(findings);
        verdict.judge_floor(scene, floor);
        verdict.judge_targets(scene, span, findings);
        verdict
    }

    /// How the command ends.
    pub(crate) fn outcome(&self) -> Outcome {
        match (self.void.is_empty(), self.missed.is_empty()) {
            (true, true) => Outcome::Met,
            (true, false) => Outcome::Missed,
            (false, _) => Outcome::Void,
        }
    }

    /// Server and load on a core each.
    fn judge_place(&mut self, scene: &Scene) {
        let void = &mut self.void;
        let (server, load) = (scene.server_cores.as_deref(), scene.load_cores.as_deref());
        check(void, self.core_us.is_some(), "no cost: name the server's process with --server-pid");
        if let Some(server) = server {
            let text = format!("the server may run on cores {server:?}; pin it to one");
            check(void, server.len() == 1, text);
        }
        let is_apart = load.is_some_and(|load| {
            load.len() == 1 && server.is_none_or(|server| !server.contains(&load[0]))
        });
        let text = format!("the load may run on cores {load:?}; pin it to one of its own");
        check(void, is_apart, text);
        let cores = self.load_cores;
        check(void, cores < LOAD_CORES_MAX, format!("the load needs {cores:.2} cores"));
    }

    fn judge_fidelity(&mut self, findings: &Findings) {
        let void = &mut self.void;
        let pairs = findings.pairs;
        check(void, pairs >= PAIRS_MIN, format!("only {pairs} pairs were compared"));
        let recall = findings.visible_recall;
        check(void, recall >= 0.99, format!("visible_recall is {recall:.4}"));
        let speed = findings.speed_mean;
        check(void, speed >= SPEED_MIN, format!("the clients walked at {speed:.2} m/s"));
        let stale = findings.stale_ms_p99;
        check(void, stale <= 150.0, format!("stale_ms_p99 is {stale}"));
        let error = findings.pos_error_p99;
        check(void, error <= 0.5, format!("pos_error_m_p99 is {error:.3}"));
        let is_whole = findings.kb_per_s_max.is_some();
        check(void, is_whole, "no whole second was measured; give more --seconds");
    }

    /// A floor that was disturbed is too high, which would make the target easier.
    fn judge_floor(&mut self, scene: &Scene, floor: Option<&Floor>) {
        let void = &mut self.void;
        let Some(floor) = floor else {
            void.push("no floor was measured, so the cost has no target".to_owned());
            return;
        };
        let open = floor.open;
        let is_open = open == u64::from(scene.clients);
        check(void, is_open, format!("the floor had {open} sockets"));
        let wanted = f64::from(scene.clients) * f64::from(TICKS_PER_SECOND) * floor.seconds;
        let share = floor.frames as f64 / wanted.max(1.0);
        let text = format!("the floor delivered {:.1} % of its frames", share * 100.0);
        check(void, share >= FLOOR_SHARE_MIN, text);
        let cores = floor.load_cores;
        let text = format!("the load of the floor needs {cores:.2} cores");
        check(void, cores < LOAD_CORES_MAX, text);
    }

    fn judge_targets(&mut self, scene: &Scene, span: &Span, findings: &Findings) {
        let missed = &mut self.missed;
        let hz = findings.hz;
        check(missed, hz >= HZ_MIN, format!("hz is {hz:.2}"));
        check(missed, span.alive == scene.clients, format!("{} clients are alive", span.alive));
        let starved = findings.starved;
        check(missed, starved == 0, format!("{starved} clients got no update"));
        let mean_max = match scene.spread {
            Spread::Uniform => 6.0,
            Spread::Crowd => 12.0,
        };
        let mean = findings.kb_per_s;
        let text = format!("kb_per_s_per_client is {mean:.2}, target {mean_max}");
        check(missed, mean <= mean_max, text);
        let most = findings.kb_per_s_max.unwrap_or(0.0);
        let text = format!("kb_per_s_max_1s is {most:.2}, ceiling {KB_CEILING}");
        check(missed, most <= KB_CEILING, text);
        if let (Some(core), Some(target)) = (self.core_us, self.target_us) {
            let text = format!("core_us_per_client_tick is {core:.1}, target {target:.1}");
            check(missed, core <= target, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        scene: Scene,
        span: Span,
        findings: Findings,
        floor: Option<Floor>,
    }

    /// A measurement with nothing to blame.
    fn good() -> Case {
        Case {
            scene: Scene {
                clients: 100,
                spread: Spread::Uniform,
                has_datagrams: false,
                server_cores: Some(vec![0]),
                load_cores: Some(vec![1]),
            },
            span: Span {
                seconds: 10.0,
                ticks: 200,
                server: Some(Duration::from_millis(400)),
                load: Duration::from_secs(3),
                busy: Duration::from_secs(4),
                alive: 100,
                came_back: 0,
            },
            findings: Findings {
                hz: 20.0,
                hz_min: 20.0,
                kb_per_s: 5.0,
                kb_per_s_max: Some(19.0),
                visible_recall: 1.0,
                speed_mean: 5.9,
                pairs: 1_000,
                ..Findings::default()
            },
            floor: Some(Floor {
                us: 15.0,
                seconds: 6.0,
                frames: 12_000,
                open: 100,
                load_cores: 0.2,
            }),
        }
    }

    fn judged(change: impl FnOnce(&mut Case)) -> Verdict {
        let mut case = good();
        change(&mut case);
        Verdict::of(&case.scene, &case.span, &case.findings, case.floor.as_ref())
    }

    fn floor(case: &mut Case) -> &mut Floor {
        case.floor.as_mut().expect("the good case has one")
    }

    #[test]
    fn what_was_not_measured_is_void_with_a_reason() {
        assert_eq!(judged(|_| {}).outcome(), Outcome::Met);
        let faults: [fn(&mut Case); 12] = [
            |case| (case.span.server, case.scene.server_cores) = (None, None),
            |case| case.floor = None,
            |case| case.findings.pairs = 0,
            |case| case.findings.speed_mean = 1.0,
            |case| case.findings.visible_recall = 0.98,
            |case| case.findings.kb_per_s_max = None,
            |case| case.scene.server_cores = Some(vec![0, 2]),
            |case| case.scene.load_cores = Some(vec![0, 1]),
            |case| case.scene.load_cores = Some(vec![0]),
            |case| floor(case).frames = 11_700,
            |case| floor(case).open = 99,
            |case| floor(case).load_cores = 0.9,
        ];
        for (index, fault) in faults.into_iter().enumerate() {
            let verdict = judged(fault);
            assert_eq!(verdict.outcome(), Outcome::Void, "fault {index}");
            assert_eq!(verdict.void.len(), 1, "fault {index}: {:?}", verdict.void);
        }
    }

    #[test]
    fn each_target_can_be_missed() {
        let faults: [fn(&mut Case); 6] = [
            |case| case.findings.hz = 19.0,
            |case| case.findings.starved = 1,
            |case| case.findings.kb_per_s = 6.1,
            |case| case.findings.kb_per_s_max = Some(20.1),
            |case| case.span.alive = 99,
            |case| case.span.server = Some(Duration::from_millis(600)),
        ];
        for (index, fault) in faults.into_iter().enumerate() {
            let verdict = judged(fault);
            assert_eq!(verdict.outcome(), Outcome::Missed, "fault {index}");
            assert_eq!(verdict.missed.len(), 1, "fault {index}: {:?}", verdict.missed);
        }
        let crowd = judged(|case| {
            case.scene.spread = Spread::Crowd;
            case.findings.kb_per_s = 11.0;
        });
        assert_eq!(crowd.outcome(), Outcome::Met, "a crowd may have more");
    }
}
