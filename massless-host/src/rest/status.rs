//! What anybody may know of the server, and the document that describes the interface.

use serde_json::json;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::openapi;
use crate::http;

/// What the server is and does.
#[utoipa::path(
    get, path = "/status", tag = "server",
    responses((status = 200, description = "name, version, content, zones and players", body = serde_json::Value))
)]
pub(super) fn status(api: &Api, _call: &Call) -> Outcome {
    let mut status = http::status(&api.site);
    status["auth"] = json!({ "accounts": true, "guests": api.has_guests });
    Answer::ok(&status)
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "server",
    responses((status = 200, description = "the interface in OpenAPI 3.1", body = serde_json::Value))
)]
pub(super) fn openapi(_api: &Api, _call: &Call) -> Outcome {
    Answer::ok(openapi::document())
}
