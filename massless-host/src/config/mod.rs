//! The host's settings: defaults, then a TOML file, then the environment, then flags.
//!
//! One file a section. Every field says its variable, unit, default and range; it is parsed once
//! here and handed by value to what needs it. Nothing else in the crate reads the environment.

mod auth;
mod client;
mod content;
mod data;
mod error;
mod limits;
mod log;
mod quic;
mod rest;
mod secret;
mod server;
mod shown;
mod smoke;
mod store;
mod vault;
mod zone;

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub(crate) use auth::Auth;
pub(crate) use client::Client;
pub(crate) use content::ContentSource;
pub(crate) use data::Data;
pub(crate) use error::ConfigError;
pub(crate) use limits::Limits;
pub(crate) use log::{Log, LogFormat};
pub(crate) use quic::Quic;
pub(crate) use rest::Rest;
pub(crate) use secret::Secret;
pub(crate) use server::Server;
pub(crate) use shown::Setting;
pub(crate) use smoke::Smoke;
pub(crate) use store::Store;
pub(crate) use vault::Vault;
pub(crate) use zone::Zone;

/// File that is read when it exists and no other is named.
pub(crate) const FILE_DEFAULT: &str = "massless.toml";

/// All settings of a host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Ports and addresses.
    pub(crate) server: Server,
    /// The game by UDP.
    pub(crate) quic: Quic,
    /// Zones and their clock.
    pub(crate) zone: Zone,
    /// The storage of items, coin and levels.
    pub(crate) vault: Vault,
    /// Where logs, snapshots and incidents go and how long they stay.
    pub(crate) data: Data,
    /// What one address and the whole host may hold.
    pub(crate) limits: Limits,
    /// Database and Redis.
    pub(crate) store: Store,
    /// Accounts and tokens.
    pub(crate) auth: Auth,
    /// The interface of the page's port.
    pub(crate) rest: Rest,
    /// The made-up players that look whether the game is whole.
    pub(crate) smoke: Smoke,
    /// The program's own log.
    pub(crate) log: Log,
    /// The browser client's files.
    pub(crate) client: Client,
    /// Where the definitions come from.
    pub(crate) content: ContentSource,
}

/// What the command line overrides; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Overrides {
    /// Settings by `section.field`, as figment values.
    #[serde(flatten)]
    pub(crate) values: std::collections::BTreeMap<String, figment::value::Value>,
}

impl Overrides {
    /// Sets `section.field` when the flag was given.
    pub(crate) fn set<T: Into<figment::value::Value>>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.values.insert(key.to_owned(), value.into());
        }
    }
}

impl Config {
    /// Reads file and environment, lays the flags over them, and checks every range.
    ///
    /// `file` is a file that must exist; without one `massless.toml` is read if it is there.
    pub(crate) fn load(file: Option<&Path>, flags: &Overrides) -> Result<Self, ConfigError> {
        Self::from_figment(sources(file)?, flags)
    }

    /// The settings that hold, each with where it came from; of secrets only whether they are set.
    pub(crate) fn shown(
        file: Option<&Path>,
        flags: &Overrides,
    ) -> Result<Vec<Setting>, ConfigError> {
        let config = Self::load(file, flags)?;
        Ok(shown::settings(&config, &sources(file)?, flags))
    }

    fn from_figment(mut figment: Figment, flags: &Overrides) -> Result<Self, ConfigError> {
        for (key, value) in &flags.values {
            figment = figment.merge(Serialized::default(key, value));
        }
        let mut config: Self =
            figment.extract().map_err(|error| ConfigError::from_figment(&error))?;
        config.store.read_files()?;
        config.smoke.read_files()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.server.check()?;
        self.quic.check()?;
        self.zone.check()?;
        self.vault.check()?;
        self.data.check()?;
        self.limits.check()?;
        self.store.check()?;
        self.auth.check()?;
        self.rest.check()?;
        self.log.check()
    }
}

/// All that settings come from but the flags, the strongest last.
fn sources(file: Option<&Path>) -> Result<Figment, ConfigError> {
    let path = match file {
        Some(path) if !path.is_file() => {
            return Err(ConfigError::missing_file(path));
        }
        Some(path) => path.to_owned(),
        None => PathBuf::from(FILE_DEFAULT),
    };
    Ok(Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(path))
        .merge(environment())
        .merge(Serialized::defaults(well_known())))
}

/// `MASSLESS_<SECTION>_<FIELD>`; `MASSLESS_COMMIT` belongs to the build.
fn environment() -> Env {
    Env::prefixed("MASSLESS_")
        .ignore(&["commit", "commands", "bin"])
        .map(|key| key.as_str().replacen('_', ".", 1).into())
}

/// Names that other programs use, too.
const WELL_KNOWN: [(&str, &str); 10] = [
    ("DATABASE_URL", "store.database_url"),
    ("DATABASE_URL_FILE", "store.database_url_file"),
    ("REDIS_URL", "store.redis_url"),
    ("REDIS_URL_FILE", "store.redis_url_file"),
    ("JWT_PRIVATE_KEY", "auth.private_key"),
    ("JWT_PRIVATE_KEY_FILE", "auth.private_key_file"),
    ("JWT_PUBLIC_KEY", "auth.public_key"),
    ("JWT_PUBLIC_KEY_FILE", "auth.public_key_file"),
    ("SMOKE_PASSWORD", "smoke.password"),
    ("SMOKE_PASSWORD_FILE", "smoke.password_file"),
];

/// The text of a file that holds a secret.
fn read_secret(key: &str, path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let allowed = format!("a file that can be read ({error})");
        ConfigError::range(key, path.display(), &allowed)
    })?;
    Ok(Secret::new(text.trim().to_owned()))
}

/// Well-known variables as they are: a key or an address is a text, whatever it looks like.
fn well_known() -> figment::value::Dict {
    let mut sections = figment::value::Dict::new();
    for (variable, key) in WELL_KNOWN {
        let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
        if let (Some(value), Some((section, field))) = (value, key.split_once('.')) {
            let fields = sections.entry(section.to_owned());
            let fields = fields.or_insert_with(|| figment::value::Dict::new().into());
            if let figment::value::Value::Dict(_, fields) = fields {
                fields.insert(field.to_owned(), value.into());
            }
        }
    }
    sections
}

#[cfg(test)]
mod tests;
