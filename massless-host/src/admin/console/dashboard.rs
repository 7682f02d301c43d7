//! The dashboard: what the host is, how it does, and the last ten minutes.

use massless_store::Backend;
use serde_json::{Value, json};

use super::Console;
use super::call::{Call, Caller, Outcome, json as answer};
use super::zones;
use crate::office::incidents;
use crate::{clock, system};

/// Incidents that are named.
const INCIDENTS_SHOWN: usize = 5;

/// `GET /dashboard?since=`: with the samples after that moment.
pub(super) fn show(console: &Console, _: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let since = call.number("since")?.unwrap_or(0);
    let board = &console.board;
    let zones: Vec<Value> = board.zones().iter().map(|zone| zones::shown(zone)).collect();
    let mut incidents = incidents::list(&console.data);
    let count = incidents.len();
    incidents.truncate(INCIDENTS_SHOWN);
    let database = match console.store.backend() {
        Backend::Postgres => "PostgreSQL",
        Backend::Sqlite => "SQLite",
    };
    answer(&json!({
        "now": call.now,
        "server": console.site.name,
        "version": env!("CARGO_PKG_VERSION"),
        "commit": env!("MASSLESS_COMMIT"),
        "content": console.site.content,
        "protocol": console.site.protocol,
        "uptime_seconds": clock::uptime().as_secs(),
        "ready": board.not_ready().is_none(),
        "why_not": board.not_ready(),
        "draining": board.is_draining(),
        "stopping": board.is_stopping(),
        "players": board.players(),
        "database": database,
        "disk_used": system::disk(&console.data).map(|disk| disk.used_ratio()),
        "memory_bytes": system::resident_bytes("self"),
        "zones": zones,
        "incidents": incidents,
        "incidents_count": count,
        "state": console.history.state(),
        "samples": console.history.since(since),
    }))
}
