//! The admin console on the administration's port: pages for the staff under `/console/`, and what
//! they ask under `/console/api/`.
//!
//! ```text
//! browser --cookie, token--> intake --> worker: session, role --> a route --> office, staff, board
//! massless (command line) --admin.token--'            '--> refused: audit
//! ```
//! A route is a plain function that may block; it runs on threads of the console's own, so neither
//! players' calls nor ticks wait for the staff. Every action and every refused one is a row of `audit`.

mod assets;
mod call;
mod control;
mod dashboard;
mod gate;
mod history;
mod incidents;
mod players;
mod route;
mod sign_in;
mod zones;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use massless_core::content::Content;
use massless_store::Store;
use massless_store::shared::Shared;
use serde_json::Value;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection};

use self::call::{Call, Refusal};
pub(crate) use self::history::{History, keep};
use super::orders::Orders;
use crate::board::Board;
use crate::clock;
use crate::config::Setting;
use crate::http::Site;
use crate::limits::BODY_BYTES_MAX;
use crate::rest::Peer;
use crate::workers::{NotDone, Workers};

/// All that the console needs.
pub(crate) struct Console {
    /// The database.
    pub(crate) store: Store,
    /// What hosts share.
    pub(crate) shared: Arc<dyn Shared>,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// What the host is.
    pub(crate) site: Arc<Site>,
    /// What the zones are doing.
    pub(crate) board: Arc<Board>,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// Who obeys, and the token of the command line.
    pub(crate) orders: Orders,
    /// The last ten minutes.
    pub(crate) history: History,
    /// The settings that hold.
    pub(crate) settings: Vec<Setting>,
    /// Threads of its own.
    pub(crate) threads: Workers,
    /// Threads that hash passwords.
    pub(crate) hashes: Workers,
    /// Whether there is a database to ask: not in the reference scenes.
    pub(crate) is_open: bool,
    /// Explanations of incidents by the bundle's name; each is worked out once.
    pub(crate) explained: Mutex<BTreeMap<String, Value>>,
}

/// What a call brings along.
type Head = (Method, FullPath, String, HeaderMap, Option<Peer>);

/// Everything below `/console`.
pub(super) fn routes(
    console: Arc<Console>,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let head = warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .map(|method, path, query, headers, peer| (method, path, query, headers, peer));
    let files =
        warp::path("console").and(warp::get()).and(warp::path::full()).and_then(
            |path: FullPath| async move {
                assets::file(path.as_str()).ok_or_else(warp::reject::not_found)
            },
        );
    let api = warp::path("console")
        .and(warp::path("api"))
        .and(head)
        .and(warp::body::content_length_limit(BODY_BYTES_MAX as u64).or(no_body()).unify())
        .and(warp::body::bytes())
        .and(warp::any().map(move || Arc::clone(&console)))
        .then(|head: Head, body: Bytes, console: Arc<Console>| async move {
            assets::guarded(serve(head, body, console).await)
        });
    files.or(api).unify()
}

/// A request without a body says nothing of its length; one that says something is judged by it.
fn no_body() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::header::optional::<u64>("content-length")
        .and(warp::header::optional::<String>("transfer-encoding"))
        .and_then(|length: Option<u64>, encoding: Option<String>| async move {
            let is_none = length.unwrap_or(0) == 0 && encoding.is_none();
            if is_none { Ok(()) } else { Err(warp::reject::not_found()) }
        })
        .untuple_one()
}

async fn serve(
    (method, path, query, headers, peer): Head,
    body: Bytes,
    console: Arc<Console>,
) -> Response {
    let path = path.as_str().strip_prefix("/console/api").unwrap_or_default().to_owned();
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let now = clock::unix_millis().cast_signed();
    let call = Call::new((method, path), &query, (headers, body), (address, now));
    if !console.is_open {
        let sentence = "this server has no accounts: it only measures";
        return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "closed", sentence).response();
    }
    let is_sign_in = call.path == "/sign-in" && call.method == Method::POST;
    let workers = if is_sign_in { console.hashes.clone() } else { console.threads.clone() };
    let work =
        move || if is_sign_in { sign_in::enter(&console, &call) } else { console.obey(&call) };
    match workers.run(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => refusal.response(),
        Err(NotDone::Full) => {
            let sentence = "the server is busy; please try again";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", sentence).response()
        }
        Err(NotDone::Broken) => {
            let sentence = "this failed inside of the server; its log says where";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", sentence).response()
        }
    }
}
