//! Calls from pages: the host's own, those that the setting names, and no others.
//!
//! A page of another origin gets no permission to read an answer and no preflight; what it sends
//! without asking (a form, a picture) is refused too when it would change something.

use warp::http::header::{HeaderMap, HeaderName, HeaderValue};
use warp::http::{Method, StatusCode};
use warp::reply::Response;

use super::Api;
use super::problem::{Code, Problem};

/// Where a call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From no page, or from the host's own.
    Own,
    /// From a page that may call.
    Allowed(HeaderValue),
    /// From any other page.
    Foreign,
}

impl Api {
    /// Where a call came from. A browser says so itself and pages cannot make it lie.
    pub(super) fn origin(&self, headers: &HeaderMap) -> Origin {
        let Some(value) = headers.get("origin") else { return Origin::Own };
        let Ok(origin) = value.to_str() else { return Origin::Foreign };
        if self.settings.cors_origins.iter().any(|allowed| allowed == origin) {
            return Origin::Allowed(value.clone());
        }
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        let own = origin.split_once("://").map(|(_, host)| host);
        if own.is_some() && own == host { Origin::Own } else { Origin::Foreign }
    }
}

/// Refuses what another page sent to change something.
pub(super) fn check(origin: &Origin, method: &Method) -> Result<(), Problem> {
    let is_safe = matches!(*method, Method::GET | Method::HEAD);
    if *origin == Origin::Foreign && !is_safe { Err(Code::OriginRefused.into()) } else { Ok(()) }
}

/// The answer to a browser that asks before it calls; `None` when that is no such question.
pub(super) fn preflight(
    origin: &Origin,
    headers: &HeaderMap,
    methods: &[Method],
) -> Option<Response> {
    let Origin::Allowed(_) = origin else { return None };
    headers.get("access-control-request-method")?;
    let mut response = Response::new(Vec::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let rows = [
        ("access-control-allow-methods", names(methods)),
        ("access-control-allow-headers", "authorization, content-type".to_owned()),
        ("access-control-max-age", "600".to_owned()),
    ];
    for (name, value) in rows {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Some(response)
}

/// Lets the page that called read the answer.
pub(super) fn permit(origin: &Origin, response: &mut Response) {
    let headers = response.headers_mut();
    if let Origin::Allowed(origin) = origin {
        headers.insert("access-control-allow-origin", origin.clone());
        let yes = HeaderValue::from_static("true");
        headers.insert("access-control-allow-credentials", yes);
        let shown = HeaderValue::from_static("retry-after");
        headers.insert("access-control-expose-headers", shown);
    }
}

/// Methods as a header lists them.
pub(super) fn names(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}
