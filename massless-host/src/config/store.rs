//! Section `store`: where accounts, characters and items are kept, and what hosts share.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret};

/// Database and Redis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// The database, `postgres://...` or `sqlite:PATH`. `DATABASE_URL`; empty: the file below, else
    /// `massless.db` in the data folder.
    pub(crate) database_url: Option<Secret>,
    /// A file that holds it. `DATABASE_URL_FILE`.
    pub(crate) database_url_file: Option<PathBuf>,
    /// The Redis that hosts share, `redis://...`. `REDIS_URL`; empty: the file below, else none:
    /// this host shares with nobody.
    pub(crate) redis_url: Option<Secret>,
    /// A file that holds it. `REDIS_URL_FILE`.
    pub(crate) redis_url_file: Option<PathBuf>,
    /// Name of this host among those that share a database. `MASSLESS_STORE_HOST`; 1..=64 letters,
    /// digits and hyphens; empty: drawn once and kept in the data folder.
    pub(crate) host: Option<String>,
}

impl Store {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let is_plain = |name: &str| {
            let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            (1..=64).contains(&name.len()) && name.chars().all(letters)
        };
        if let Some(name) = self.host.as_deref().filter(|name| !is_plain(name)) {
            let allowed = "1 to 64 letters, digits and hyphens";
            return Err(ConfigError::range("store.host", format!("{name:?}"), allowed));
        }
        Ok(())
    }

    /// Takes from files what was not given itself.
    pub(super) fn read_files(&mut self) -> Result<(), ConfigError> {
        let rows = [
            ("store.database_url_file", &self.database_url_file, &mut self.database_url),
            ("store.redis_url_file", &self.redis_url_file, &mut self.redis_url),
        ];
        for (key, file, url) in rows {
            let Some(path) = file.as_ref().filter(|_| url.is_none()) else { continue };
            *url = Some(super::read_secret(key, path)?);
        }
        Ok(())
    }

    /// The address of the database, with the embedded one as default.
    pub(crate) fn database(&self, data: &Path) -> String {
        let embedded = || format!("sqlite:{}", data.join("massless.db").display());
        self.database_url.as_ref().map_or_else(embedded, |url| url.show().to_owned())
    }
}
