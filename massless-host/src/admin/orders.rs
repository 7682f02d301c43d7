//! Orders on the administration's port, for the commands of this program. Whoever may read the file
//! `admin.token` in the data folder may give them: a page in a browser on the same machine may not.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use massless_store::repo::accounts::Role;
use massless_store::repo::bans::{self, Deed};
use serde::Deserialize;
use serde_json::json;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use crate::clock;
use crate::drain::{NOTICE_SECONDS_MAX, Wishes};
use crate::http;
use crate::limits::BODY_BYTES_MAX;
use crate::staff::{Actor, Staff, StaffError, StaffOrder};
use crate::workers::Workers;

/// What orders need.
#[derive(Clone)]
pub(crate) struct Orders {
    /// Who obeys.
    pub(crate) staff: Staff,
    /// Threads that ask the database.
    pub(crate) workers: Workers,
    /// What the bearer has to show.
    pub(crate) token: String,
    /// Where the wish for a drain goes.
    pub(crate) drain: Wishes,
}

/// Why a drain is not called off.
pub(super) const NO_DRAIN: &str = "there is no drain that can be called off: none is under way, or a \
    signal asked for it, or its time is over";

/// A wish for a drain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DrainOrder {
    notice_seconds: u64,
}

/// `POST /orders`.
pub(super) fn route(
    orders: Orders,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    warp::path!("orders")
        .and(warp::post())
        .and(warp::header::optional("authorization"))
        .and(warp::body::content_length_limit(BODY_BYTES_MAX as u64))
        .and(warp::body::bytes())
        .and(warp::any().map(move || orders.clone()))
        .then(obey)
}

/// `POST /drain`: tells the players, then stops the host. Written into the audit like every order.
pub(super) fn drain_route(
    orders: Orders,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    warp::path!("drain")
        .and(warp::post())
        .and(warp::header::optional("authorization"))
        .and(warp::body::content_length_limit(BODY_BYTES_MAX as u64))
        .and(warp::body::bytes())
        .and(warp::any().map(move || orders.clone()))
        .then(drain)
}

/// `POST /drain/cancel`: calls a drain off.
pub(super) fn call_off_route(
    orders: Orders,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    warp::path!("drain" / "cancel")
        .and(warp::post())
        .and(warp::header::optional("authorization"))
        .and(warp::any().map(move || orders.clone()))
        .then(call_off)
}

async fn call_off(shown: Option<String>, orders: Orders) -> Response {
    if let Some(refused) = refusal(shown.as_deref(), &orders) {
        return refused;
    }
    let workers = orders.workers.clone();
    let now = clock::unix_millis().cast_signed();
    match workers.run(move || orders.call_off_drain(now, "console")).await {
        Ok(true) => warp::reply::json(&json!({ "done": true })).into_response(),
        Ok(false) => http::problem(StatusCode::CONFLICT, "no-drain", NO_DRAIN),
        Err(_) => {
            let sentence = "the server is busy; please try again";
            http::problem(StatusCode::SERVICE_UNAVAILABLE, "busy", sentence)
        }
    }
}

async fn drain(shown: Option<String>, body: bytes::Bytes, orders: Orders) -> Response {
    if let Some(refused) = refusal(shown.as_deref(), &orders) {
        return refused;
    }
    let seconds = match serde_json::from_slice::<DrainOrder>(&body) {
        Ok(order) if order.notice_seconds <= NOTICE_SECONDS_MAX => order.notice_seconds,
        Ok(_) | Err(_) => {
            let sentence = format!("a drain names notice_seconds, 0 to {NOTICE_SECONDS_MAX}");
            return http::problem(StatusCode::BAD_REQUEST, "bad-body", &sentence);
        }
    };
    let workers = orders.workers.clone();
    let now = clock::unix_millis().cast_signed();
    let twin = orders.clone();
    // Without free threads there is no audit, but there has to be a way to stop.
    let is_told = match workers.run(move || twin.begin_drain(now, "console", seconds)).await {
        Ok(is_told) => is_told,
        Err(_) => orders.drain.stop(Duration::from_secs(seconds), false),
    };
    if !is_told {
        let sentence = "the server stops already";
        return http::problem(StatusCode::SERVICE_UNAVAILABLE, "stopping", sentence);
    }
    warp::reply::json(&json!({ "done": true })).into_response()
}

impl Orders {
    /// Whether a header shows the token.
    pub(super) fn is_bearer(&self, shown: &str) -> bool {
        let wanted = blake3::hash(format!("Bearer {}", self.token).as_bytes());
        // Hashes compare in the same time wherever they differ.
        blake3::hash(shown.as_bytes()) == wanted
    }

    /// Writes a drain down and begins it; false when the host stops already. Blocks. Without the
    /// database there is no audit, but there has to be a way to stop.
    pub(super) fn begin_drain(&self, now: i64, actor: &str, seconds: u64) -> bool {
        self.write_down(now, (actor, "drain"), &format!("{seconds} s"));
        self.drain.stop(Duration::from_secs(seconds), false)
    }

    /// Calls a drain off and writes that down; false when there is none that can be. Blocks.
    pub(super) fn call_off_drain(&self, now: i64, actor: &str) -> bool {
        let is_off = self.drain.call_off();
        if is_off {
            self.write_down(now, (actor, "drain-cancelled"), "");
        }
        is_off
    }

    fn write_down(&self, now: i64, (actor, action): (&str, &str), detail: &str) {
        let deed = Deed { actor, account: None, action, subject: "host", detail };
        if self.staff.store.with(|conn| bans::audit(conn, now, &deed)).is_err() {
            tracing::warn!(action, detail, "this could not be written into the audit");
        }
    }
}

/// The refusal of who asks without the token.
fn refusal(shown: Option<&str>, orders: &Orders) -> Option<Response> {
    if shown.is_some_and(|shown| orders.is_bearer(shown)) {
        return None;
    }
    let sentence = "show the token of the file admin.token in the data folder";
    Some(http::problem(StatusCode::UNAUTHORIZED, "no-token", sentence))
}

async fn obey(shown: Option<String>, body: bytes::Bytes, orders: Orders) -> Response {
    if let Some(refused) = refusal(shown.as_deref(), &orders) {
        return refused;
    }
    let order: StaffOrder = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => {
            let sentence = format!("this is no order: {error}");
            return http::problem(StatusCode::BAD_REQUEST, "bad-body", &sentence);
        }
    };
    let Orders { staff, workers, .. } = orders;
    let actor = Actor { name: "console".to_owned(), role: Role::Admin };
    let now = clock::unix_millis().cast_signed();
    match workers.run(move || staff.obey(now, &actor, order)).await {
        Ok(Ok(())) => warp::reply::json(&json!({ "done": true })).into_response(),
        Ok(Err(error)) => refused(&error),
        Err(_) => {
            let sentence = "the server is busy; please try again";
            http::problem(StatusCode::SERVICE_UNAVAILABLE, "busy", sentence)
        }
    }
}

fn refused(error: &StaffError) -> Response {
    let (status, code) = match error {
        StaffError::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        StaffError::Nobody => (StatusCode::NOT_FOUND, "nobody-there"),
        StaffError::Bad(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad-text"),
        StaffError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    http::problem(status, code, &error.to_string())
}

/// A new token in the data folder, readable by its owner only; each start has its own.
pub(crate) fn make_token(data: &Path) -> std::io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    let path = data.join("admin.token");
    let _ = std::fs::remove_file(&path);
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(token.as_bytes())?;
    Ok(token)
}
