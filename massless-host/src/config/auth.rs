//! Section `auth`: who may log in, and what their tokens say.

use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret};

/// Accounts and tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Auth {
    /// Whether one may play without a login. `MASSLESS_AUTH_GUESTS`; true or false; empty: true on
    /// SQLite, false on PostgreSQL.
    pub(crate) guests: Option<bool>,
    /// Whether sockets may join by a name alone, without a ticket. `MASSLESS_AUTH_NAMES`; true or
    /// false; empty: as `auth.guests`.
    pub(crate) names: Option<bool>,
    /// Issuer that access tokens name. `MASSLESS_AUTH_ISSUER`; 1..=200 letters; "massless".
    pub(crate) issuer: String,
    /// Audience that access tokens name. `MASSLESS_AUTH_AUDIENCE`; 1..=200 letters; "massless".
    pub(crate) audience: String,
    /// Threads that hash passwords. `MASSLESS_AUTH_HASH_THREADS`; 1..=16; 1.
    pub(crate) hash_threads: usize,
    /// The private key that signs access tokens, PEM. `JWT_PRIVATE_KEY`; empty: the file below,
    /// else a pair in the data folder.
    pub(crate) private_key: Option<Secret>,
    /// The file that holds it. `JWT_PRIVATE_KEY_FILE`.
    pub(crate) private_key_file: Option<String>,
    /// Public keys that are believed too, one after another, PEM. `JWT_PUBLIC_KEY`.
    pub(crate) public_key: Option<Secret>,
    /// The file that holds them. `JWT_PUBLIC_KEY_FILE`.
    pub(crate) public_key_file: Option<String>,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            guests: None,
            names: None,
            issuer: "massless".to_owned(),
            audience: "massless".to_owned(),
            hash_threads: 1,
            private_key: None,
            private_key_file: None,
            public_key: None,
            public_key_file: None,
        }
    }
}

impl Auth {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, text) in [("auth.issuer", &self.issuer), ("auth.audience", &self.audience)] {
            if !(1..=200).contains(&text.chars().count()) {
                return Err(ConfigError::range(key, format!("{text:?}"), "1 to 200 letters long"));
            }
        }
        if !(1..=16).contains(&self.hash_threads) {
            return Err(ConfigError::range("auth.hash_threads", self.hash_threads, "1 to 16"));
        }
        Ok(())
    }
}
