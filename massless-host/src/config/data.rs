//! Section `data`: the folder the host writes, and the bounds of what it keeps there.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Where logs, snapshots and incidents go and how long they stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Data {
    /// Folder of everything the host writes. `MASSLESS_DATA_DIR`; made when missing; "data".
    pub(crate) dir: PathBuf,
    /// Hours a zone's log is kept. `MASSLESS_DATA_LOG_HOURS`; 1..=8760; 24.
    pub(crate) log_hours: u64,
    /// Bytes one zone's logs may take; the oldest go first. `MASSLESS_DATA_LOG_BYTES_MAX`;
    /// 1048576 or more; 2147483648.
    pub(crate) log_bytes_max: u64,
    /// Length of a log segment. `MASSLESS_DATA_SEGMENT_SECONDS`; 1..=3600; 300.
    pub(crate) segment_seconds: u64,
    /// Incident folders kept; further ones are counted but not written.
    /// `MASSLESS_DATA_INCIDENTS_MAX`; 0..=1000; 20.
    pub(crate) incidents_max: usize,
    /// Least time between two incidents of one kind. `MASSLESS_DATA_INCIDENT_PAUSE_SECONDS`;
    /// 0..=86400; 60.
    pub(crate) incident_pause_seconds: u64,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("data"),
            log_hours: 24,
            log_bytes_max: 2 << 30,
            segment_seconds: 300,
            incidents_max: 20,
            incident_pause_seconds: 60,
        }
    }
}

impl Data {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let rows = [
            ("data.log_hours", self.log_hours, 1..=8_760, "1 to 8760 hours"),
            ("data.log_bytes_max", self.log_bytes_max, 1 << 20..=u64::MAX, "at least 1048576"),
            ("data.segment_seconds", self.segment_seconds, 1..=3_600, "1 to 3600 seconds"),
            ("data.incidents_max", self.incidents_max as u64, 0..=1_000, "0 to 1000"),
            (
                "data.incident_pause_seconds",
                self.incident_pause_seconds,
                0..=86_400,
                "0 to 86400 seconds",
            ),
        ];
        for (key, value, range, allowed) in rows {
            if !range.contains(&value) {
                return Err(ConfigError::range(key, value, allowed));
            }
        }
        Ok(())
    }
}
