//! Incident bundles in the data folder: which there are, and where one lies.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// All bundles, the newest first: their folder's name and what `incident.json` says in short.
pub(crate) fn list(data: &Path) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(data.join("incidents")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("incident.json").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    // They begin with their moment.
    names.sort_by(|one, next| next.cmp(one));
    names.iter().filter_map(|name| Some(summary(name, &facts(&folder(data, name)?)?))).collect()
}

/// The folder of a bundle; `None` for what is no name of one.
pub(crate) fn folder(data: &Path, name: &str) -> Option<PathBuf> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let folder = data.join("incidents").join(name);
    let is_name = !name.is_empty() && name.chars().all(is_plain);
    (is_name && folder.join("incident.json").is_file()).then_some(folder)
}

fn facts(folder: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(folder.join("incident.json")).ok()?).ok()
}

fn summary(name: &str, facts: &Value) -> Value {
    let of = |key: &str| facts[key].clone();
    json!({
        "name": name, "kind": of("kind"), "reason": of("reason"), "zone": of("zone"),
        "channel": of("channel"), "tick": of("tick"), "at": of("unix_millis"),
        "players": of("players"), "actors": of("actors"), "tick_micros": of("tick_micros"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bundles_are_listed_and_names_lead_nowhere_else() {
        let data = tempfile::tempdir().expect("a folder");
        for name in ["100-zone-1-panic", "200-zone-1-c2-slow_tick", "empty"] {
            fs::create_dir_all(data.path().join("incidents").join(name)).expect("a folder");
        }
        for name in ["100-zone-1-panic", "200-zone-1-c2-slow_tick"] {
            let file = data.path().join("incidents").join(name).join("incident.json");
            fs::write(file, r#"{"kind":"panic","tick":7}"#).expect("a file");
        }
        let all = list(data.path());
        let names: Vec<_> = all.iter().map(|it| it["name"].as_str().expect("a name")).collect();
        assert_eq!(names, ["200-zone-1-c2-slow_tick", "100-zone-1-panic"]);
        assert_eq!(all[0]["tick"], 7);
        assert!(folder(data.path(), "100-zone-1-panic").is_some());
        for bad in ["", "..", "../incidents/100-zone-1-panic", "empty", "/etc"] {
            assert_eq!(folder(data.path(), bad), None, "{bad}");
        }
    }
}
