//! Section `vault`: how the storage of items, coin and levels behaves.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Vault {
    /// Time every operation takes at least, to see what waiting is like. `MASSLESS_VAULT_DELAY_MS`;
    /// milliseconds, 0..=60000; 0.
    pub(crate) delay_ms: u64,
}

impl Vault {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.delay_ms > 60_000 {
            return Err(ConfigError::range("vault.delay_ms", self.delay_ms, "0 to 60000"));
        }
        Ok(())
    }
}
