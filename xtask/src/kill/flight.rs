//! Which operations were on their way when something was killed, by the bots' own journals.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::play::Kill;

/// What was hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flight {
    /// Kills with at least one operation on its way.
    pub(crate) kills: u64,
    /// Operations on their way at kills, in all.
    pub(crate) operations: u64,
}

/// Counts over all journals in a folder.
pub(crate) fn count(journals: &Path, kills: &[Kill]) -> Result<Flight> {
    let mut spans = Vec::new();
    for entry in std::fs::read_dir(journals).context("there are no journals")? {
        let text = std::fs::read_to_string(entry?.path())?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        spans.extend(lines.filter_map(|line| span(&line)));
    }
    Ok(over(&spans, kills))
}

/// From when to when an operation was on its way, microseconds since 1970.
fn span(line: &Value) -> Option<(u64, u64)> {
    if line["outcome"] == "seen" {
        return None;
    }
    Some((line["begun_at"].as_u64()?, line["ended_at"].as_u64()?))
}

fn over(spans: &[(u64, u64)], kills: &[Kill]) -> Flight {
    let mut flight = Flight::default();
    for kill in kills {
        let (since, until) = kill.span;
        let hit = spans.iter().filter(|(begun, ended)| *begun <= until && *ended >= since).count();
        flight.kills += u64::from(hit > 0);
        flight.operations += hit as u64;
    }
    flight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_counts_for_the_kills_that_it_lived_through() {
        let kill = |at: u64| Kill { victim: "host", span: (at, at) };
        let spans = [(10, 20), (15, 30), (40, 50)];
        let kills = [kill(5), kill(15), kill(35), kill(45)];
        assert_eq!(over(&spans, &kills), Flight { kills: 2, operations: 3 });
    }

    #[test]
    fn what_is_only_seen_is_no_operation() {
        let line =
            |outcome: &str| serde_json::json!({ "outcome": outcome, "begun_at": 3, "ended_at": 4 });
        assert_eq!(span(&line("unknown")), Some((3, 4)));
        assert_eq!(span(&line("seen")), None);
    }
}
