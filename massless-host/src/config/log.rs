//! Section `log`: the program's own log on standard error.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// The program's own log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// Shape of a line. `MASSLESS_LOG_FORMAT`; text or json; text.
    pub(crate) format: LogFormat,
    /// What is logged, as a tracing filter such as `info` or `massless=debug`.
    /// `MASSLESS_LOG_LEVEL`; info.
    pub(crate) level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Log {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let level = &self.level;
        tracing_subscriber::EnvFilter::try_new(level).map(|_| ()).map_err(|_| {
            let allowed = "a filter such as error, warn, info, debug or massless=debug";
            ConfigError::range("log.level", format!("{level:?}"), allowed)
        })
    }
}
