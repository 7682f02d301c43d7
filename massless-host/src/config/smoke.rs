//! Section `smoke`: what the made-up players of `massless smoke` log in with.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret};

/// The made-up players.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Smoke {
    /// Password of the accounts smoke-1 and smoke-2. `SMOKE_PASSWORD`; 8 to 128 letters; empty: the file
    /// below, else there is none.
    pub(crate) password: Option<Secret>,
    /// A file that holds it. `SMOKE_PASSWORD_FILE`.
    pub(crate) password_file: Option<PathBuf>,
}

impl Smoke {
    /// Takes from the file what was not given itself.
    pub(super) fn read_files(&mut self) -> Result<(), ConfigError> {
        let given = self.password.take().filter(|password| !password.show().is_empty());
        self.password = match (given, &self.password_file) {
            (None, Some(path)) => Some(super::read_secret("smoke.password_file", path)?),
            (given, _) => given,
        };
        Ok(())
    }
}
