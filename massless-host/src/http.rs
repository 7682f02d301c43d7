//! The page's port: the maps under `/content` and the browser client's files, beside `/api/v1`
//! (`rest`).
//!
//! Everything here is public and read-only. Failures of the interface are problem documents (RFC
//! 9457). Without a built client the page says how to build it.

mod packed;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use warp::http::StatusCode;
use warp::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
    HeaderValue,
};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use self::packed::{Packed, accepts_gzip, pack};
use crate::board::Board;
use crate::certificates::Hashes;
use crate::wiring::as_text;

/// All that the page's port shows.
pub(crate) struct Site {
    /// Name of the server.
    pub(crate) name: String,
    /// Hash of the content, in hexadecimal.
    pub(crate) content: String,
    /// Encoded map of each zone.
    pub(crate) maps: BTreeMap<u32, MapFile>,
    /// Zone that newcomers enter.
    pub(crate) start_zone: u32,
    /// Port of the game socket.
    pub(crate) game_port: u16,
    /// Address to dial instead, where a proxy stands before the port.
    pub(crate) public_game_url: String,
    /// Where the game is by UDP; `None` while that port is shut.
    pub(crate) quic: Option<QuicSite>,
    /// Version of the protocol.
    pub(crate) protocol: u16,
    /// The built client, if there is one.
    pub(crate) client: Option<PathBuf>,
    /// What the zones are doing.
    pub(crate) board: Arc<Board>,
}

/// The game's UDP port.
pub(crate) struct QuicSite {
    /// Address to dial, where it is not the page's host name.
    pub(crate) public_address: String,
    /// It is bound to an IPv4 address, so a name may lead elsewhere.
    pub(crate) is_v4: bool,
    /// Hashes of the certificates that are shown now and next.
    pub(crate) hashes: Hashes,
}

/// Where to dial by UDP.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuicPlan {
    /// Host and port, for QUIC with the protocol `massless/1`.
    address: String,
    /// The address for WebTransport.
    webtransport: String,
    /// SHA-256 of the certificates that may be shown, in hexadecimal; none when it is a public one.
    certificates: Vec<String>,
}

/// The encoded map of a zone.
pub(crate) struct MapFile {
    plain: Bytes,
    /// Made when it is first asked for; `None` in it when that saves nothing.
    packed: OnceLock<Option<Bytes>>,
}

impl MapFile {
    /// The map as it is.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self { plain: Bytes::copy_from_slice(bytes), packed: OnceLock::new() }
    }
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss: https:; \
    worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// All routes of the page's port; `rest` are those below `/api/v1`.
pub(crate) fn routes(
    site: Arc<Site>,
    rest: impl Filter<Extract = (Response,), Error = Rejection> + Clone,
) -> impl Filter<Extract = (impl Reply,), Error = std::convert::Infallible> + Clone {
    let map = warp::path!("content" / String / String)
        .and(warp::get())
        .and(takes_gzip())
        .and(with(&site))
        .map(|hash: String, file: String, takes_gzip: bool, site: Arc<Site>| {
            map_file(&site, (&hash, &file), takes_gzip)
        });
    let files = files(&site);
    rest.or(map)
        .unify()
        .or(files)
        .unify()
        .recover(recover)
        .map(Reply::into_response)
        .with(warp::reply::with::headers(security_headers()))
}

fn with(
    site: &Arc<Site>,
) -> impl Filter<Extract = (Arc<Site>,), Error = std::convert::Infallible> + Clone + use<> {
    let site = Arc::clone(site);
    warp::any().map(move || Arc::clone(&site))
}

/// Whether the answer may be packed.
fn takes_gzip() -> impl Filter<Extract = (bool,), Error = Rejection> + Clone {
    warp::header::optional("accept-encoding")
        .map(|header: Option<String>| header.is_some_and(|header| accepts_gzip(&header)))
}

/// Sends `packed` instead of the body that `response` has.
fn send_packed(response: &mut Response, packed: Bytes) {
    *response.body_mut() = packed.into();
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.remove(ACCEPT_RANGES);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
}

/// What the server is and does.
pub(crate) fn status(site: &Site) -> serde_json::Value {
    let zones: Vec<_> = site
        .board
        .zones()
        .iter()
        .map(|zone| {
            json!({
                "id": zone.id.zone.get(),
                "channel": zone.id.number,
                "name": zone.name,
                "players": zone.players.load(Relaxed),
                "actors": zone.actors.load(Relaxed),
                "tick": zone.tick.load(Relaxed),
                "epoch": zone.epoch.load(Relaxed),
            })
        })
        .collect();
    json!({
        "name": site.name,
        "version": env!("CARGO_PKG_VERSION"),
        "commit": env!("MASSLESS_COMMIT"),
        "protocol": site.protocol,
        "content": site.content,
        "players": site.board.players(),
        "ready": site.board.not_ready().is_none(),
        "zones": zones,
    })
}

/// The address of a zone's map; it holds the content's hash, so it may be kept for ever.
pub(crate) fn map_address(site: &Site, zone: u32) -> String {
    format!("/content/{}/{zone}.map", site.content)
}

/// Where to dial: the configured address, else the page's own host name at the game port.
pub(crate) fn game_url(site: &Site, host: Option<&str>, proto: Option<&str>) -> String {
    if !site.public_game_url.is_empty() {
        return site.public_game_url.clone();
    }
    let scheme = if proto == Some("https") { "wss" } else { "ws" };
    let host = host.map_or("127.0.0.1", host_name);
    format!("{scheme}://{host}:{}/", site.game_port)
}

/// Where to dial by UDP; `None` while that port is shut.
pub(crate) fn quic_plan(site: &Site, host: Option<&str>) -> Option<QuicPlan> {
    let quic = site.quic.as_ref()?;
    let address = if quic.public_address.is_empty() {
        let host = host.map_or("127.0.0.1", host_name);
        // Browsers look for IPv6 first, and nobody tells them that nobody is there.
        let host = if host == "localhost" && quic.is_v4 { "127.0.0.1" } else { host };
        format!("{host}:{}", site.game_port)
    } else {
        quic.public_address.clone()
    };
    let webtransport = format!("https://{address}/");
    Some(QuicPlan { address, webtransport, certificates: as_text(&quic.hashes) })
}

/// The host name without its port; anything odd becomes the loopback address.
fn host_name(header: &str) -> &str {
    let end = match header.rfind(']') {
        Some(bracket) => bracket + 1,
        None => header.find(':').unwrap_or(header.len()),
    };
    let name = &header[..end];
    let is_plain = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '[' | ']' | ':')
    };
    if !name.is_empty() && name.chars().all(is_plain) { name } else { "127.0.0.1" }
}

fn map_file(site: &Site, (hash, file): (&str, &str), takes_gzip: bool) -> Response {
    let zone = file.strip_suffix(".map").and_then(|zone| zone.parse::<u32>().ok());
    let map = zone.and_then(|zone| site.maps.get(&zone));
    let (Some(map), true) = (map, hash == site.content) else {
        let sentence = "there is no such map here; ask /api/v1/session for the current one";
        return problem(StatusCode::NOT_FOUND, "unknown-map", sentence);
    };
    let mut response = Response::new(map.plain.clone().into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CACHE_CONTROL, immutable());
    if takes_gzip && let Some(packed) = map.packed.get_or_init(|| pack(&map.plain)) {
        send_packed(&mut response, packed.clone());
    }
    response
}

/// The built client, or the page that says how to build it.
fn files(
    site: &Arc<Site>,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let built = site.client.clone();
    let is_built = built.is_some();
    let packed = Arc::<Packed>::default();
    let folder = built.unwrap_or_else(|| PathBuf::from("massless-client/dist"));
    let served = warp::any()
        .and_then(
            move || async move { if is_built { Ok(()) } else { Err(warp::reject::not_found()) } },
        )
        .untuple_one()
        .and(warp::path::full())
        .and(warp::fs::dir(folder))
        .and(takes_gzip())
        .and(warp::any().map(move || Arc::clone(&packed)))
        .then(file);
    let missing = warp::path::end().and(warp::get()).and_then(move || async move {
        if is_built { Err(warp::reject::not_found()) } else { Ok(how_to_build()) }
    });
    served.or(missing).unify()
}

/// A file, packed where the visitor takes that and gets the whole of it.
async fn file(
    path: warp::path::FullPath,
    file: warp::fs::File,
    takes_gzip: bool,
    packed: Arc<Packed>,
) -> Response {
    let cache = if path.as_str().starts_with("/assets/") {
        immutable()
    } else {
        HeaderValue::from_static("no-cache")
    };
    let on_disk = file.path().to_owned();
    let mut response = file.into_response();
    response.headers_mut().insert(CACHE_CONTROL, cache);
    // Parts (206) and "not changed" (304) are sent as they are.
    if takes_gzip
        && response.status() == StatusCode::OK
        && let Some(packed) = packed.file(&on_disk).await
    {
        send_packed(&mut response, packed);
    }
    response
}

fn how_to_build() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Massless</title>\
        <body style=\"font:18px/1.6 system-ui;max-width:40em;margin:4em auto;padding:0 1em\">\
        <h1>The server runs; its page is not built yet</h1>\
        <p>In the source folder run</p><pre>cargo xtask build client</pre>\
        <p>and restart the server there, or name the folder with the built page in the setting \
        <code>client.dir</code> (<code>MASSLESS_CLIENT_DIR</code>). <code>cargo xtask dev</code> \
        does all of it.</p><p>What the server is doing: <a href=\"/api/v1/status\">status</a></p>";
    no_store(warp::reply::html(page))
}

fn no_store(reply: impl Reply) -> Response {
    let mut response = reply.into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn immutable() -> HeaderValue {
    HeaderValue::from_static("public, max-age=31536000, immutable")
}

fn security_headers() -> HeaderMap {
    let rows = [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("vary", "accept-encoding, origin"),
    ];
    rows.into_iter()
        .map(|(name, value)| {
            let name = warp::http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        })
        .collect()
}

/// A problem document: stable code, sentence, status.
pub(crate) fn problem(status: StatusCode, code: &str, sentence: &str) -> Response {
    let body = json!({
        "type": format!("https://massless.game/problems/{code}"),
        "title": status.canonical_reason().unwrap_or("problem"),
        "status": status.as_u16(),
        "code": code,
        "detail": sentence,
    });
    let mut response = warp::reply::json(&body).into_response();
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Turns what no route took into a problem document.
pub(crate) async fn recover(rejection: Rejection) -> Result<Response, std::convert::Infallible> {
    // "Wrong method" is the fallback of every file route too, so it counts only for the interface.
    let is_method = rejection.find::<warp::reject::MethodNotAllowed>().is_some();
    Ok(if rejection.is_not_found() {
        problem(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address")
    } else if is_method {
        let sentence = "this address does not take that method";
        problem(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", sentence)
    } else {
        problem(StatusCode::BAD_REQUEST, "bad-request", "the request could not be understood")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_headers_are_reduced_to_a_name() {
        let table = [
            ("localhost:3000", "localhost"),
            ("play.example.org", "play.example.org"),
            ("[::1]:3000", "[::1]"),
            ("a b", "127.0.0.1"),
            ("\"><script>", "127.0.0.1"),
            ("", "127.0.0.1"),
        ];
        for (header, name) in table {
            assert_eq!(host_name(header), name, "{header:?}");
        }
    }
}
