//! Section `zone`: which zones run here and how their clock behaves.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Zones and their clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Zone {
    /// Zone that newcomers enter. `MASSLESS_ZONE_START`; an id of the content; 1.
    pub(crate) start: u32,
    /// Seed of all chance in the zones. `MASSLESS_ZONE_SEED`; any; empty draws one per start of a
    /// fresh zone.
    pub(crate) seed: Option<u64>,
    /// A tick that takes longer leaves an incident. `MASSLESS_ZONE_SLOW_TICK_MS`; milliseconds,
    /// 1..=10000; 200.
    pub(crate) slow_tick_ms: u64,
}

impl Default for Zone {
    fn default() -> Self {
        Self { start: 1, seed: None, slow_tick_ms: 200 }
    }
}

impl Zone {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=10_000).contains(&self.slow_tick_ms) {
            return Err(ConfigError::range("zone.slow_tick_ms", self.slow_tick_ms, "1 to 10000"));
        }
        Ok(())
    }
}
