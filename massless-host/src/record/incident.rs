//! Incident bundles: what is needed to look at a panic or a slow tick afterwards.
//!
//! ```text
//! data/incidents/<unix ms>-zone-<id>-<kind>/incident.json    reason, tick, seed, timings, population
//! data/incidents/<unix ms>-zone-<id>-<kind>/segment.mlr      the log segment, the bad tick included
//! ```
//! Bounded in number and rate, so that a zone in trouble does not fill the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::clock;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IncidentKind {
    /// A system of the zone panicked.
    Panic,
    /// A tick took longer than `zone.slow_tick_ms`.
    SlowTick,
}

impl IncidentKind {
    /// The label of metrics and folders.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::SlowTick => "slow_tick",
        }
    }
}

/// How long a system took in the bad tick.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct SystemTime {
    /// Its name.
    pub(crate) system: &'static str,
    /// Microseconds.
    pub(crate) micros: u64,
}

/// One incident. Serialised as `incident.json`, the log beside it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Incident {
    /// What went wrong.
    pub(crate) kind: IncidentKind,
    /// A sentence: the panic's message, or the duration.
    pub(crate) reason: String,
    /// The zone.
    pub(crate) zone: u32,
    /// The tick.
    pub(crate) tick: u64,
    /// The zone's epoch.
    pub(crate) epoch: u32,
    /// The zone's seed.
    pub(crate) seed: u64,
    /// Hash of the content, hexadecimal.
    pub(crate) content: String,
    /// Version and commit of the program.
    pub(crate) build: String,
    /// Milliseconds since 1970.
    pub(crate) unix_millis: u64,
    /// Characters in the zone.
    pub(crate) players: u32,
    /// Actors in the zone.
    pub(crate) actors: u32,
    /// Commands of the tick.
    pub(crate) commands: usize,
    /// Whole tick, microseconds; up to the panic for a panic.
    pub(crate) tick_micros: u64,
    /// Time by system, in their order.
    pub(crate) systems: Vec<SystemTime>,
    /// How to look at it.
    pub(crate) replay: String,
    /// The segment up to and with the tick.
    #[serde(skip)]
    pub(crate) log: Vec<u8>,
}

/// The folder of incidents and its bounds.
#[derive(Debug)]
pub(crate) struct Incidents {
    path: PathBuf,
    count_max: usize,
    pause: Duration,
    last: BTreeMap<IncidentKind, Duration>,
}

impl Incidents {
    /// Incidents under the data folder: at most `count_max`, `pause` between two of a kind.
    pub(crate) fn new(data: &Path, count_max: usize, pause: Duration) -> Self {
        Self { path: data.join("incidents"), count_max, pause, last: BTreeMap::new() }
    }

    /// Counts the incident, and writes it unless there are too many.
    pub(crate) fn write(&mut self, incident: &Incident) {
        let kind = incident.kind;
        metrics::counter!("massless_incidents_total", "kind" => kind.label()).increment(1);
        match self.try_write(clock::uptime(), incident) {
            Ok(Some(folder)) => {
                let folder = folder.file_name().unwrap_or_default().to_owned();
                tracing::warn!(zone.id = incident.zone, tick = incident.tick, ?folder,
                    reason = %incident.reason, "an incident was recorded");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "an incident could not be written"),
        }
    }

    fn try_write(&mut self, now: Duration, incident: &Incident) -> io::Result<Option<PathBuf>> {
        if self.last.get(&incident.kind).is_some_and(|last| now < *last + self.pause) {
            return Ok(None);
        }
        fs::create_dir_all(&self.path)?;
        if fs::read_dir(&self.path)?.count() >= self.count_max {
            return Ok(None);
        }
        let Incident { kind, zone, unix_millis, .. } = incident;
        let folder = self.path.join(format!("{unix_millis}-zone-{zone}-{}", kind.label()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("segment.mlr"), &incident.log)?;
        fs::write(folder.join("incident.json"), serde_json::to_vec_pretty(incident)?)?;
        self.last.insert(*kind, now);
        Ok(Some(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(kind: IncidentKind, unix_millis: u64) -> Incident {
        Incident {
            kind,
            reason: "test".to_owned(),
            zone: 1,
            tick: 7,
            epoch: 1,
            seed: 1,
            content: String::new(),
            build: String::new(),
            unix_millis,
            players: 0,
            actors: 0,
            commands: 0,
            tick_micros: 0,
            systems: vec![SystemTime { system: "brain", micros: 5 }],
            replay: String::new(),
            log: vec![1, 2, 3],
        }
    }

    #[test]
    fn incidents_are_bounded_in_rate_and_number() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut incidents = Incidents::new(data.path(), 3, Duration::from_secs(60));
        let at = Duration::from_secs;
        let mut written = |now, kind, id| {
            incidents.try_write(now, &incident(kind, id)).expect("writes").is_some()
        };
        assert!(written(at(0), IncidentKind::Panic, 0));
        assert!(!written(at(59), IncidentKind::Panic, 1), "too soon after the last of its kind");
        assert!(written(at(59), IncidentKind::SlowTick, 2));
        assert!(written(at(60), IncidentKind::Panic, 3));
        assert!(!written(at(200), IncidentKind::Panic, 4), "the folder is full");
    }

    #[test]
    fn a_bundle_holds_the_facts_and_the_log() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut incidents = Incidents::new(data.path(), 3, Duration::ZERO);
        let written = incidents.try_write(Duration::ZERO, &incident(IncidentKind::Panic, 9));
        let folder = written.expect("writes").expect("not bounded");
        assert_eq!(fs::read(folder.join("segment.mlr")).expect("log"), [1, 2, 3]);
        let text = fs::read_to_string(folder.join("incident.json")).expect("facts");
        let facts: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(facts["tick"], 7);
        assert_eq!(facts["systems"][0]["system"], "brain");
    }
}
