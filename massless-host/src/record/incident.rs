//! Incident bundles: what is needed to look at a panic or a slow tick afterwards.
//!
//! ```text
//! data/incidents/<unix ms>-zone-<id>-<kind>/incident.json    reason, tick, seed, timings, population
//! data/incidents/<unix ms>-zone-<id>-<kind>/segment.mlr      the log segment, the bad tick included
//! ```
//! Bounded in number and rate, so that a zone in trouble does not fill the disk; the rate is asked
//! before a log is copied, so that it does not fill the memory either.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use massless_core::ids::ZoneId;
use serde::Serialize;

use crate::channels::ChannelId;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IncidentKind {
    /// A system of the zone panicked.
    Panic,
    /// What comes after the step panicked: replication, welcomes, talk.
    PublishPanic,
    /// A tick took longer than `zone.slow_tick_ms`.
    SlowTick,
}

impl IncidentKind {
    /// The label of metrics and folders.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::PublishPanic => "publish_panic",
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
    /// Which of its channels.
    pub(crate) channel: u32,
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
    pub(crate) log: Arc<Vec<u8>>,
}

/// Counts an incident, written or not.
pub(crate) fn count(kind: IncidentKind) {
    metrics::counter!("massless_incidents_total", "kind" => kind.label()).increment(1);
}

/// Decides whether an incident is written, before its log is copied.
#[derive(Debug)]
pub(crate) struct Pace {
    pause: Duration,
    last: BTreeMap<IncidentKind, (Duration, Weak<Vec<u8>>)>,
}

impl Pace {
    /// `pause` between two incidents of a kind.
    pub(crate) const fn new(pause: Duration) -> Self {
        Self { pause, last: BTreeMap::new() }
    }

    /// Whether one of `kind` may be written at `now`: the pause is over and the last one's log is
    /// no longer waiting for the disk.
    pub(crate) fn is_due(&self, kind: IncidentKind, now: Duration) -> bool {
        let last = self.last.get(&kind);
        last.is_none_or(|(at, log)| now >= *at + self.pause && log.strong_count() == 0)
    }

    /// One of `kind` with `log` is on its way.
    pub(crate) fn sent(&mut self, kind: IncidentKind, now: Duration, log: &Arc<Vec<u8>>) {
        self.last.insert(kind, (now, Arc::downgrade(log)));
    }
}

/// The folder of incidents and its bound.
#[derive(Debug)]
pub(crate) struct Incidents {
    path: PathBuf,
    count_max: usize,
}

impl Incidents {
    /// Incidents under the data folder, at most `count_max`.
    pub(crate) fn new(data: &Path, count_max: usize) -> Self {
        Self { path: data.join("incidents"), count_max }
    }

    /// Counts the incident, and writes it unless there are too many.
    pub(crate) fn write(&self, incident: &Incident) {
        count(incident.kind);
        match self.try_write(incident) {
            Ok(Some(folder)) => {
                let folder = folder.file_name().unwrap_or_default().to_owned();
                tracing::warn!(zone.id = incident.zone, tick = incident.tick, ?folder,
                    reason = %incident.reason, "an incident was recorded");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "an incident could not be written"),
        }
    }

    fn try_write(&self, incident: &Incident) -> io::Result<Option<PathBuf>> {
        fs::create_dir_all(&self.path)?;
        if fs::read_dir(&self.path)?.count() >= self.count_max {
            return Ok(None);
        }
        let Incident { kind, zone, channel, unix_millis, .. } = incident;
        let channel = ChannelId { zone: ZoneId::new(*zone), number: *channel };
        let folder = self.path.join(format!("{unix_millis}-zone-{channel}-{}", kind.label()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("segment.mlr"), incident.log.as_slice())?;
        fs::write(folder.join("incident.json"), serde_json::to_vec_pretty(incident)?)?;
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
            channel: 1,
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
            log: Arc::new(vec![1, 2, 3]),
        }
    }

    #[test]
    fn incidents_are_bounded_in_number() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let incidents = Incidents::new(data.path(), 2);
        let written = |kind, id| incidents.try_write(&incident(kind, id)).expect("writes");
        assert!(written(IncidentKind::Panic, 0).is_some());
        assert!(written(IncidentKind::SlowTick, 1).is_some());
        assert!(written(IncidentKind::Panic, 2).is_none(), "the folder is full");
    }

    #[test]
    fn incidents_are_bounded_in_rate_and_one_log_of_a_kind_waits() {
        let mut pace = Pace::new(Duration::from_secs(60));
        let at = Duration::from_secs;
        let kind = IncidentKind::SlowTick;
        assert!(pace.is_due(kind, at(0)));
        let log = Arc::new(vec![1]);
        pace.sent(kind, at(0), &log);
        assert!(pace.is_due(IncidentKind::Panic, at(1)), "another kind");
        assert!(!pace.is_due(kind, at(90)), "its log still waits for the disk");
        drop(log);
        assert!(!pace.is_due(kind, at(59)), "too soon after the last of its kind");
        assert!(pace.is_due(kind, at(60)));
    }

    #[test]
    fn a_bundle_holds_the_facts_and_the_log() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let incidents = Incidents::new(data.path(), 3);
        let written = incidents.try_write(&incident(IncidentKind::Panic, 9));
        let folder = written.expect("writes").expect("not bounded");
        assert_eq!(fs::read(folder.join("segment.mlr")).expect("log"), [1, 2, 3]);
        let text = fs::read_to_string(folder.join("incident.json")).expect("facts");
        let facts: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(facts["tick"], 7);
        assert_eq!(facts["systems"][0]["system"], "brain");
    }
}
