//! Section `limits`: how much of the host one address and all together may take.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// What one address and the whole host may hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Open game sockets of one address (an IPv6 /64 counts as one).
    /// `MASSLESS_LIMITS_SOCKETS_PER_ADDRESS`; 1..=100000; 64.
    pub(crate) sockets_per_address: u32,
    /// Open game sockets altogether. `MASSLESS_LIMITS_SOCKETS_MAX`; 1..=100000; 10000.
    pub(crate) sockets_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sockets_per_address: 64, sockets_max: 10_000 }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let rows = [
            ("limits.sockets_per_address", self.sockets_per_address),
            ("limits.sockets_max", self.sockets_max),
        ];
        for (key, value) in rows {
            if !(1..=100_000).contains(&value) {
                return Err(ConfigError::range(key, value, "1 to 100000"));
            }
        }
        Ok(())
    }
}
