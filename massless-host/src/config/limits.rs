//! Section `limits`: how much of the host one address and all together may take.

use std::path::PathBuf;

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
    /// Calls of `/api/v1` a second from one address. `MASSLESS_LIMITS_CALLS_PER_SECOND`;
    /// 1..=100000; 50, and four times as many at once.
    pub(crate) calls_per_second: u32,
    /// Logins, refreshes and changes of password a minute from one address, which many people may
    /// share. `MASSLESS_LIMITS_LOGINS_PER_MINUTE`; 1..=100000; 120, and twice as many at once.
    pub(crate) logins_per_minute: u32,
    /// New accounts and guests an hour from one address. `MASSLESS_LIMITS_ACCOUNTS_PER_HOUR`;
    /// 1..=100000; 200, all at once if need be.
    pub(crate) accounts_per_hour: u32,
    /// MiB of memory the host may use: from 85 % on nobody new comes in, from 95 % on sessions are sent away.
    /// `MASSLESS_LIMITS_MEMORY_MIB`; 0, or 64..=1048576; 0: what its cgroup allows, else no limit.
    pub(crate) memory_mib: u32,
    /// File that says it in bytes, where the cgroup's is not in its usual place.
    /// `MASSLESS_LIMITS_MEMORY_FILE`; none.
    pub(crate) memory_file: Option<PathBuf>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sockets_per_address: 64,
            sockets_max: 10_000,
            calls_per_second: 50,
            logins_per_minute: 120,
            accounts_per_hour: 200,
            memory_mib: 0,
            memory_file: None,
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let rows = [
            ("limits.sockets_per_address", self.sockets_per_address),
            ("limits.sockets_max", self.sockets_max),
            ("limits.calls_per_second", self.calls_per_second),
            ("limits.logins_per_minute", self.logins_per_minute),
            ("limits.accounts_per_hour", self.accounts_per_hour),
        ];
        for (key, value) in rows {
            if !(1..=100_000).contains(&value) {
                return Err(ConfigError::range(key, value, "1 to 100000"));
            }
        }
        let memory = self.memory_mib;
        if memory != 0 && !(64..=1_048_576).contains(&memory) {
            return Err(ConfigError::range("limits.memory_mib", memory, "0, or 64 to 1048576"));
        }
        Ok(())
    }
}
