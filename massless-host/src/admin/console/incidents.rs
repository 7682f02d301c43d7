//! Incidents: which there are, what happened, and their bundles' logs.

use std::sync::PoisonError;

use serde_json::json;
use warp::http::StatusCode;

use super::Console;
use super::call::{Call, Caller, Outcome, Refusal, download, json as answer};
use crate::explain;
use crate::office::incidents;

/// Explanations that are kept.
const EXPLAINED_MAX: usize = 64;

/// `GET /incidents`.
pub(super) fn list(console: &Console, _: &Caller, _: &Call, _: &[&str]) -> Outcome {
    answer(&json!({ "incidents": incidents::list(&console.data) }))
}

/// `GET /incidents/{name}`: what happened, worked out from the bundle.
pub(super) fn explain(console: &Console, _: &Caller, _: &Call, parts: &[&str]) -> Outcome {
    let name = parts[0];
    let folder = incidents::folder(&console.data, name);
    let folder = folder.ok_or_else(|| Refusal::nothing("incident"))?;
    let known = |console: &Console| {
        let explained = console.explained.lock().unwrap_or_else(PoisonError::into_inner);
        explained.get(name).cloned()
    };
    if let Some(known) = known(console) {
        return answer(&known);
    }
    let found = explain::bundle(&folder, std::slice::from_ref(&console.content));
    let found = found.map_err(|error| {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", format!("{error:#}"))
    })?;
    let found = found.json();
    let mut explained = console.explained.lock().unwrap_or_else(PoisonError::into_inner);
    while explained.len() >= EXPLAINED_MAX {
        explained.pop_first();
    }
    explained.insert(name.to_owned(), found.clone());
    drop(explained);
    answer(&found)
}

/// `GET /incidents/{name}/segment`.
pub(super) fn segment(console: &Console, caller: &Caller, call: &Call, parts: &[&str]) -> Outcome {
    let name = parts[0];
    let folder = incidents::folder(&console.data, name);
    let folder = folder.ok_or_else(|| Refusal::nothing("incident"))?;
    console.note(call, caller, ("log.download", "incident", name))?;
    let bytes = std::fs::read(folder.join("segment.mlr"));
    let bytes = bytes.map_err(|error| Refusal::bad(error.to_string()))?;
    download(&format!("{name}.mlr"), "application/octet-stream", bytes)
}
