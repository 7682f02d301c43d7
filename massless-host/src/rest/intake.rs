//! From bytes to a call: the only async part of the interface. What is malformed, too large, too
//! slow or from the wrong page never reaches a worker.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use massless_store::Errand;
use massless_store::shared::UnixMillis;
use warp::http::Method;
use warp::http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::Api;
use super::call::{Call, Caller, Outcome};
use super::limit::Limit;
use super::origin::{self, Origin};
use super::problem::{Code, Problem};
use super::route::{self, Access, Found, Place, Route};
use crate::accounts::Proven;
use crate::clock;
use crate::limits::{
    BODY_BYTES_MAX, BODY_TIMEOUT, CALL_LOOK_PAUSE, CALL_PATIENCE, HASHES_RETRY_SECONDS,
};
use crate::workers::NotDone;

/// Beginning of every address of the interface.
const PREFIX: &str = "/api/v1";
/// Where the keys are looked for by programs that know only the host.
const WELL_KNOWN_KEYS: &str = "/.well-known/jwks.json";

/// Who is at the other end of a connection; put into each request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What the head of a request says.
struct Head {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    peer: IpAddr,
}

impl Head {
    const fn new(
        method: Method,
        path: String,
        query: String,
        headers: HeaderMap,
        peer: IpAddr,
    ) -> Self {
        Self { method, path, query, headers, peer }
    }
}

/// The whole interface; addresses that are not its own are left to others.
pub(crate) fn routes(
    api: Arc<Api>,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let peer = warp::ext::optional::<Peer>()
        .map(|peer: Option<Peer>| peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0));
    let path = warp::path::full().and_then(|path: FullPath| async move {
        own_path(path.as_str()).ok_or_else(warp::reject::not_found)
    });
    warp::method()
        .and(path)
        .and(query)
        .and(warp::header::headers_cloned())
        .and(peer)
        .map(Head::new)
        .and(warp::body::stream())
        .and(warp::any().map(move || Arc::clone(&api)))
        .then(serve)
}

/// The path below `/api/v1`.
fn own_path(path: &str) -> Option<String> {
    if path == WELL_KNOWN_KEYS {
        return Some("/auth/jwks".to_owned());
    }
    let rest = path.strip_prefix(PREFIX)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
}

async fn serve<S, B>(head: Head, body: S, api: Arc<Api>) -> Response
where
    S: Stream<Item = Result<B, warp::Error>> + Send,
    B: Buf + Send,
{
    let origin = api.origin(&head.headers);
    let mut response = match take_in(head, body, &api, &origin).await {
        Ok(response) => response,
        Err(problem) => {
            let code = problem.code().word();
            metrics::counter!("massless_rest_problems_total", "code" => code).increment(1);
            problem.into_response()
        }
    };
    origin::permit(&origin, &mut response);
    response
}

async fn take_in<S, B>(
    head: Head,
    body: S,
    api: &Arc<Api>,
    origin: &Origin,
) -> Result<Response, Problem>
where
    S: Stream<Item = Result<B, warp::Error>> + Send,
    B: Buf + Send,
{
    let (route, parts) = match route::find(&head.method, &head.path) {
        Found::Route(route, parts) => (route, parts),
        Found::Methods(methods) => {
            let asked = (head.method == Method::OPTIONS)
                .then(|| origin::preflight(origin, &head.headers, &methods));
            return Ok(asked.flatten().unwrap_or_else(|| other_method(&methods)));
        }
        Found::Nothing => return Err(Code::NotFound.into()),
    };
    origin::check(origin, &head.method)?;
    check_form(&head)?;
    let body = read_body(&head.headers, body).await?;
    if !body.is_empty() && !is_json(&head.headers) {
        return Err(Code::ContentType.into());
    }
    let call = api.call(head, parts, body);
    let answer = run(api, route, call).await?;
    Ok(answer.into_response())
}

/// Runs a route where it belongs.
async fn run(api: &Arc<Api>, route: &'static Route, mut call: Call) -> Outcome {
    let of = Arc::clone(api);
    if route.place != Place::Here && !api.is_open {
        return Err(Code::Closed.into());
    }
    // All threads wait for the database already: who comes now need not.
    if route.place != Place::Here && api.calls.waiting() > 0 && is_silent(api) {
        return Err(refused_for_silence());
    }
    let errand = Errand::default();
    let inside = errand.clone();
    match route.place {
        Place::Here => (route.act)(api, &call),
        Place::Store => {
            let work = move || {
                inside.run(|| {
                    of.admit(route, &mut call)?;
                    (route.act)(&of, &call)
                })
            };
            unless_silent(api, &errand, api.calls.run(work)).await??
        }
        Place::Hash => {
            let twin = errand.clone();
            let admitted = move || {
                twin.run(|| of.admit(route, &mut call))?;
                Ok::<_, Problem>((of, call))
            };
            let (of, call) = unless_silent(api, &errand, api.calls.run(admitted)).await???;
            let hashed = api.hashes.run(move || inside.run(|| (route.act)(&of, &call)));
            unless_silent(api, &errand, hashed).await?.map_err(|error| match error {
                NotDone::Full => Problem::from(Code::Busy).after(HASHES_RETRY_SECONDS),
                NotDone::Broken => Problem::from(error),
            })?
        }
    }
}

/// What comes of an errand to the database; it is given up when that answers nobody for a while. Its thread
/// waits on, but what has not begun is left undone, and what has is not committed.
async fn unless_silent<T>(
    api: &Api,
    errand: &Errand,
    work: impl Future<Output = T>,
) -> Result<T, Problem> {
    let begun = Instant::now();
    let mut work = std::pin::pin!(work);
    loop {
        if let Ok(done) = tokio::time::timeout(CALL_LOOK_PAUSE, &mut work).await {
            return Ok(done);
        }
        if begun.elapsed() >= CALL_PATIENCE && is_silent(api) {
            errand.give_up();
            return Err(refused_for_silence());
        }
    }
}

/// Whether the database has answered nobody for longer than a call may wait.
fn is_silent(api: &Api) -> bool {
    api.accounts.store().silence() >= CALL_PATIENCE
}

fn refused_for_silence() -> Problem {
    metrics::counter!("massless_shed_total", "stage" => "silence").increment(1);
    Problem::from(Code::Unavailable).after(1)
}

impl Api {
    /// Takes the call's tokens and looks who calls. Blocks.
    fn admit(&self, route: &Route, call: &mut Call) -> Result<(), Problem> {
        // Who sends nonsense as a token pays for it, too.
        if route.limit != Limit::Session {
            self.take(route.limit, call)?;
        }
        call.caller = self.caller(route.access, call)?;
        if route.limit == Limit::Session {
            self.take(route.limit, call)?;
        }
        Ok(())
    }

    fn caller(&self, access: Access, call: &Call) -> Result<Option<Caller>, Problem> {
        let header = call.header("authorization");
        let wanted = match access {
            Access::Anybody => return Ok(None),
            Access::Maybe if header.is_none() => return Ok(None),
            Access::Maybe => massless_store::repo::accounts::Role::Player,
            Access::From(role) => role,
        };
        let header = header.ok_or(Code::NoToken)?;
        let (scheme, token) = header.split_once(' ').ok_or(Code::TokenRefused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Code::TokenRefused.into());
        }
        let Proven { account, family } = self.accounts.authenticate(call.millis(), token.trim())?;
        if account.role < wanted {
            return Err(Code::Forbidden.into());
        }
        let id = account.id;
        let name = account.login.unwrap_or_else(|| format!("guest-{id}"));
        let (role, is_guest) = (account.role, account.is_guest);
        Ok(Some(Caller { account: id, role, is_guest, family, name }))
    }

    fn call(&self, head: Head, parts: Vec<String>, body: Bytes) -> Call {
        let Head { query, headers, peer, .. } = head;
        let is_proxied = self.is_trusted(peer);
        let said = |name: &str| headers.get(name).filter(|_| is_proxied)?.to_str().ok();
        // The last one is what the proxy itself saw; what stands before it anybody may have written.
        let forwarded = said("x-forwarded-for").and_then(|list| list.rsplit(',').next());
        let address = forwarded.and_then(|text| text.trim().parse().ok()).unwrap_or(peer);
        let is_secure = said("x-forwarded-proto") == Some("https");
        let now = UnixMillis::new(clock::unix_millis());
        let caller = None;
        Call { parts, query, headers, body, address, is_secure, now, caller }
    }
}

/// What can be said without the body.
fn check_form(head: &Head) -> Result<(), Problem> {
    let encoding = head.headers.get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(Code::ContentEncoding.into());
    }
    if !head.query.is_ascii() {
        return Err(Code::BadQuery.into());
    }
    Ok(())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

async fn read_body<S, B>(headers: &HeaderMap, body: S) -> Result<Bytes, Problem>
where
    S: Stream<Item = Result<B, warp::Error>> + Send,
    B: Buf + Send,
{
    let told = headers.get("content-length").and_then(|length| length.to_str().ok());
    if told.and_then(|length| length.parse::<u64>().ok()) > Some(BODY_BYTES_MAX as u64) {
        return Err(Code::BodyTooLarge.into());
    }
    let all = async {
        let mut bytes = BytesMut::new();
        let mut body = std::pin::pin!(body);
        while let Some(part) = body.next().await {
            let mut part = part.map_err(|_| Code::BadRequest)?;
            if bytes.len() + part.remaining() > BODY_BYTES_MAX {
                return Err(Code::BodyTooLarge);
            }
            bytes.extend_from_slice(&part.copy_to_bytes(part.remaining()));
        }
        Ok(bytes.freeze())
    };
    match tokio::time::timeout(BODY_TIMEOUT, all).await {
        Ok(body) => Ok(body?),
        Err(_) => Err(Code::Slow.into()),
    }
}

fn other_method(methods: &[Method]) -> Response {
    let mut response = Problem::from(Code::Method).into_response();
    if let Ok(allowed) = HeaderValue::from_str(&origin::names(methods)) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
