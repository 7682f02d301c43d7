//! The administration port: health, metrics, version, the staff's orders and console. Never public.

mod console;
mod orders;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use warp::http::StatusCode;
use warp::{Filter, Reply};

use crate::board::Board;
use crate::http::{self, Site};
use crate::system;
use crate::telemetry::MetricsPage;

pub(crate) use console::{Console, History, keep as keep_history};
pub(crate) use orders::{Orders, make_token};

/// What the administration port shows.
#[derive(Clone)]
pub(crate) struct Admin {
    /// What the zones are doing.
    pub(crate) board: Arc<Board>,
    /// Renders the metrics.
    pub(crate) metrics: MetricsPage,
    /// Folder whose disk is watched.
    pub(crate) data: PathBuf,
    /// Hash of the content, in hexadecimal.
    pub(crate) content: String,
    /// Version of the protocol.
    pub(crate) protocol: u16,
    /// What the page's port shows.
    pub(crate) site: Arc<Site>,
    /// What the staff may order here.
    pub(crate) orders: Orders,
    /// The staff's pages.
    pub(crate) console: Arc<Console>,
}

/// All routes of the administration port.
pub(crate) fn routes(
    admin: Admin,
) -> impl Filter<Extract = (impl Reply,), Error = std::convert::Infallible> + Clone {
    let drain = orders::drain_route(admin.orders.clone());
    let call_off = orders::call_off_route(admin.orders.clone());
    let orders = orders::route(admin.orders.clone());
    let console = console::routes(Arc::clone(&admin.console));
    let shared = warp::any().map(move || admin.clone());
    let livez = warp::path!("livez").map(|| warp::reply::json(&json!({"live": true})));
    let startupz = warp::path!("startupz").and(shared.clone()).map(|admin: Admin| {
        let is_started = admin.board.is_started();
        verdict(is_started, if is_started { None } else { Some("starting".to_owned()) })
    });
    let readyz = warp::path!("readyz").and(shared.clone()).map(|admin: Admin| {
        let why_not = admin.board.not_ready();
        verdict(why_not.is_none(), why_not)
    });
    let version = warp::path!("version").and(shared.clone()).map(|admin: Admin| {
        warp::reply::json(&json!({
            "version": env!("CARGO_PKG_VERSION"),
            "commit": env!("MASSLESS_COMMIT"),
            "protocol": admin.protocol,
            "content": admin.content,
        }))
    });
    let status = warp::path!("status").and(shared.clone()).map(|admin: Admin| {
        let mut status = http::status(&admin.site);
        status["draining"] = json!(admin.board.is_draining());
        status["drains_called_off"] = json!(admin.board.called_off());
        status["memory_pressure"] = json!(admin.board.pressure().word());
        warp::reply::json(&status)
    });
    let metrics = warp::path!("metrics").and(shared).map(|admin: Admin| {
        gauge_process(&admin);
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        warp::reply::with_header(admin.metrics.render(), "content-type", kind)
    });
    warp::get()
        .and(livez.or(startupz).or(readyz).or(version).or(status).or(metrics))
        .map(Reply::into_response)
        .or(orders)
        .unify()
        .or(drain)
        .unify()
        .or(call_off)
        .unify()
        .or(console)
        .unify()
        .recover(http::recover)
        .map(Reply::into_response)
}

fn verdict(is_good: bool, why_not: Option<String>) -> impl Reply {
    let status = if is_good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = warp::reply::json(&json!({"ok": is_good, "why": why_not}));
    warp::reply::with_status(body, status)
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of bytes is exact enough up to 2^53")]
fn gauge_process(admin: &Admin) {
    if let Some(bytes) = system::resident_bytes("self") {
        metrics::gauge!("massless_process_memory_bytes").set(bytes as f64);
    }
    if let Some(disk) = system::disk(&admin.data) {
        metrics::gauge!("massless_disk_used_ratio", "dir" => "data").set(disk.used_ratio());
    }
}
