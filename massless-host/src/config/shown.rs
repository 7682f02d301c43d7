//! The settings as the staff sees them: value and where it came from. A secret is `set` or `not set`:
//! its text is not even read here, since `Secret` writes itself down as nothing.

use figment::Figment;
use serde_json::{Map, Value};

use super::{Config, Overrides, WELL_KNOWN};

/// Fields that hold a secret.
const SECRETS: [&str; 5] = [
    "auth.private_key",
    "auth.public_key",
    "smoke.password",
    "store.database_url",
    "store.redis_url",
];

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// `section.field`.
    pub(crate) key: String,
    /// Its value as JSON; of a secret `set` or `not set`.
    pub(crate) value: String,
    /// `default`, `flag`, a variable, or a file.
    pub(crate) source: String,
}

/// All settings, by section and field.
pub(super) fn settings(config: &Config, sources: &Figment, flags: &Overrides) -> Vec<Setting> {
    let Ok(Value::Object(sections)) = serde_json::to_value(config) else { return Vec::new() };
    let mut settings = Vec::new();
    for (section, fields) in sections {
        let Value::Object(fields) = fields else { continue };
        settings.extend(of_section(&section, fields, config, (sources, flags)));
    }
    settings
}

fn of_section(
    section: &str,
    fields: Map<String, Value>,
    config: &Config,
    (sources, flags): (&Figment, &Overrides),
) -> Vec<Setting> {
    let shown = fields.into_iter().map(|(field, value)| {
        let key = format!("{section}.{field}");
        let value = match is_set(config, &key) {
            Some(true) => "set".to_owned(),
            Some(false) => "not set".to_owned(),
            None if value.is_null() => "none".to_owned(),
            None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        let source = source_of(&key, sources, flags);
        Setting { key, value, source }
    });
    shown.collect()
}

/// Whether a secret is set; `None` for what is none.
fn is_set(config: &Config, key: &str) -> Option<bool> {
    let secret = match key {
        "auth.private_key" => &config.auth.private_key,
        "auth.public_key" => &config.auth.public_key,
        "smoke.password" => &config.smoke.password,
        "store.database_url" => &config.store.database_url,
        "store.redis_url" => &config.store.redis_url,
        _ => return None,
    };
    Some(secret.is_some())
}

fn source_of(key: &str, sources: &Figment, flags: &Overrides) -> String {
    if flags.values.contains_key(key) {
        return "flag".to_owned();
    }
    // A variable that is set and empty counts as none, as it does where settings are read.
    let known = WELL_KNOWN.iter().find(|(variable, field)| {
        *field == key && std::env::var_os(variable).is_some_and(|value| !value.is_empty())
    });
    if let Some((variable, _)) = known {
        return (*variable).to_owned();
    }
    let file = format!("{key}_file");
    if SECRETS.contains(&key)
        && sources.find_value(&file).is_ok_and(|value| value.as_str().is_some())
    {
        return format!("the file of {file}");
    }
    let Some(metadata) = sources.find_metadata(key) else { return "default".to_owned() };
    if let Some(path) = metadata.source.as_ref().and_then(figment::Source::file_path) {
        return path.display().to_string();
    }
    if metadata.name.contains("environment") {
        return format!("MASSLESS_{}", key.replacen('.', "_", 1).to_uppercase());
    }
    "default".to_owned()
}

#[cfg(test)]
mod tests {
    use figment::Jail;

    use super::*;

    #[test]
    #[expect(clippy::result_large_err, reason = "figment's own error")]
    fn each_setting_says_where_it_came_from_and_no_secret_is_shown() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("massless.toml", "[zone]\nseed = 7\n[server]\nname = \"File\"")?;
            jail.set_env("MASSLESS_SERVER_NAME", "Variable");
            jail.set_env("DATABASE_URL", "postgres://anna:hunter2@db/massless");
            jail.create_file("redis.txt", "redis://:hunter2@cache/")?;
            jail.set_env("REDIS_URL_FILE", "redis.txt");
            let mut flags = Overrides::default();
            flags.set("server.http_port", Some(0_u16));
            let all = Config::shown(None, &flags).expect("sound settings");
            let of = |key: &str| {
                let it = all.iter().find(|it| it.key == key).expect(key);
                (it.value.clone(), it.source.clone())
            };
            let is = |key: &str, value: &str, source: &str| {
                assert_eq!(of(key), (value.to_owned(), source.to_owned()), "{key}");
            };
            is("server.name", "Variable", "MASSLESS_SERVER_NAME");
            is("server.http_port", "0", "flag");
            is("server.game_port", "2567", "default");
            is("store.database_url", "set", "DATABASE_URL");
            is("store.redis_url", "set", "the file of store.redis_url_file");
            is("smoke.password", "not set", "default");
            is("zone.start", "none", "default");
            assert!(of("zone.seed").1.ends_with("massless.toml"), "{:?}", of("zone.seed"));
            for it in &all {
                assert!(!format!("{it:?}").contains("hunter2"), "{it:?}");
                // Whatever is named like a secret is shown as one, or is the name of its file.
                let is_named =
                    ["password", "private_key", "_url"].iter().any(|it_is| it.key.ends_with(it_is));
                let is_public = it.key == "server.public_game_url";
                assert!(!is_named || is_public || SECRETS.contains(&it.key.as_str()), "{}", it.key);
            }
            Ok(())
        });
    }
}
