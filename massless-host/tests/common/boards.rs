//! What the dashboards and alerts of `docker` name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the names of the backups' agent begin with; all others are the game's.
const OF_AGENT: [&str; 4] =
    ["massless_backup_", "massless_restore_", "massless_wal_", "massless_verify_"];

/// Every metric that a text names: those of histograms without their endings.
pub fn metrics_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("massless_"));
    let bare = |word: &str| {
        let endings = ["_bucket", "_sum", "_count"];
        let base = endings.iter().find_map(|ending| word.strip_suffix(ending));
        base.unwrap_or(word).to_owned()
    };
    words.map(bare).collect()
}

/// Whether a metric is one of the backups' agent.
pub fn is_of_agent(name: &str) -> bool {
    OF_AGENT.iter().any(|beginning| name.starts_with(beginning))
}

/// The folder of what is deployed.
pub fn docker() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker")
}

/// The metrics of the game that the dashboards show.
pub fn shown() -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for board in std::fs::read_dir(docker().join("grafana/dashboards")).expect("dashboards") {
        let text = std::fs::read_to_string(board.expect("an entry").path()).expect("a dashboard");
        serde_json::from_str::<serde_json::Value>(&text).expect("a dashboard is JSON");
        shown.extend(metrics_in(&text));
    }
    shown.retain(|name| !is_of_agent(name));
    shown
}
