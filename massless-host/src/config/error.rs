//! One sentence about a bad setting: which, what it holds, what it may hold, where it came from.

use std::path::Path;

use figment::error::Kind;

/// Why the settings were refused. Its text is the whole message for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub(crate) struct ConfigError {
    sentence: String,
}

impl ConfigError {
    /// A value outside its range.
    pub(crate) fn range(key: &str, value: impl std::fmt::Display, allowed: &str) -> Self {
        let variable = variable_of(key);
        Self {
            sentence: format!(
                "setting `{key}` is {value}, but it must be {allowed}; change it in the settings \
                 file or in the environment variable {variable}"
            ),
        }
    }

    /// A settings file that was named but is not there.
    pub(crate) fn missing_file(path: &Path) -> Self {
        Self {
            sentence: format!(
                "the settings file {} does not exist; create it or leave out --config",
                path.display()
            ),
        }
    }

    /// What figment could not read.
    pub(crate) fn from_figment(error: &figment::Error) -> Self {
        let key = error.path.join(".");
        let place = error.metadata.as_ref().map_or_else(String::new, |metadata| {
            metadata.source.as_ref().map_or_else(
                || format!(" (from {})", metadata.name),
                |source| format!(" (from {source})"),
            )
        });
        let sentence = match &error.kind {
            Kind::UnknownField(name, known) => {
                let key = if key.is_empty() { name.clone() } else { join(&key, name) };
                format!(
                    "there is no setting `{key}`{place}; known here are {}; correct its name or \
                     remove it",
                    known.join(", ")
                )
            }
            Kind::UnknownVariant(value, known) => format!(
                "setting `{key}` is {value:?}{place}, but it must be one of {}; correct it in the \
                 settings file or in {}",
                known.join(", "),
                variable_of(&key)
            ),
            Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => format!(
                "setting `{key}` is {actual}{place}, but it must be {expected}; correct it in the \
                 settings file or in {}",
                variable_of(&key)
            ),
            other => format!(
                "the settings could not be read{place}: {}; correct the file or the variable",
                in_one_line(&other.to_string())
            ),
        };
        Self { sentence }
    }
}

/// Drops the picture that a TOML error draws of the line.
fn in_one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.contains('|')).collect::<Vec<_>>().join(", ")
}

fn join(path: &str, name: &str) -> String {
    if path == name || path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn variable_of(key: &str) -> String {
    format!("MASSLESS_{}", key.replacen('.', "_", 1).to_uppercase())
}
