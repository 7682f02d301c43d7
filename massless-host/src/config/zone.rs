//! Section `zone`: which zones run here and how their clock behaves.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Zones and their clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Zone {
    /// Zones that run here. `MASSLESS_ZONE_IDS`, such as [1,10]; ids of the content; empty: all
    /// of the content.
    pub(crate) ids: Vec<u32>,
    /// Zone that all newcomers enter. `MASSLESS_ZONE_START`; one of those that run; empty: that
    /// of their faction (1, 2, 3), else the first one.
    pub(crate) start: Option<u32>,
    /// Characters in a channel beyond which newcomers get a further one.
    /// `MASSLESS_ZONE_OPEN_CHANNEL_AT`; 1..=4096; empty: what the content says.
    pub(crate) open_channel_at: Option<u32>,
    /// Channels of a zone, the first one too. `MASSLESS_ZONE_CHANNELS_MAX`; 1..=64; 8.
    pub(crate) channels_max: u32,
    /// Seed of all chance in the zones. `MASSLESS_ZONE_SEED`; any; empty draws one per start of a
    /// fresh zone.
    pub(crate) seed: Option<u64>,
    /// A tick that takes longer leaves an incident. `MASSLESS_ZONE_SLOW_TICK_MS`; milliseconds,
    /// 0..=10000; 200. With 0 any tick does, as often as `data.incident_pause_seconds` allows: to see
    /// what a bundle says.
    pub(crate) slow_tick_ms: u64,
}

impl Default for Zone {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            start: None,
            open_channel_at: None,
            channels_max: 8,
            seed: None,
            slow_tick_ms: 200,
        }
    }
}

impl Zone {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.slow_tick_ms > 10_000 {
            return Err(ConfigError::range("zone.slow_tick_ms", self.slow_tick_ms, "0 to 10000"));
        }
        if !(1..=64).contains(&self.channels_max) {
            return Err(ConfigError::range("zone.channels_max", self.channels_max, "1 to 64"));
        }
        if let Some(count) = self.open_channel_at
            && !(1..=4_096).contains(&count)
        {
            return Err(ConfigError::range("zone.open_channel_at", count, "1 to 4096"));
        }
        Ok(())
    }
}
