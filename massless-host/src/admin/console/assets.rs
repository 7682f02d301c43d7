//! The pages themselves, built into the program, and the headers that keep them to themselves: no
//! script or style but ours, no frame, nothing kept.

use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use warp::reply::Response;
use warp::{Reply as _, http::StatusCode};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// A file of the pages: name, type, text.
macro_rules! page {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("../../../console/", $name)))
    };
}

static FILES: [(&str, &str, &str); 16] = [
    page!("index.html", HTML),
    page!("style.css", CSS),
    page!("main.js", JS),
    page!("api.js", JS),
    page!("dom.js", JS),
    page!("plot.js", JS),
    page!("dashboard.js", JS),
    page!("players.js", JS),
    page!("person.js", JS),
    page!("ledger.js", JS),
    page!("zones.js", JS),
    page!("map.js", JS),
    page!("incidents.js", JS),
    page!("control.js", JS),
    page!("settings.js", JS),
    page!("audit.js", JS),
];

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The file at an address below `/console`; `None` when there is none.
pub(super) fn file(path: &str) -> Option<Response> {
    if path == "/console" {
        let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
        response.headers_mut().insert(LOCATION, HeaderValue::from_static("/console/"));
        return Some(guarded(response));
    }
    let name = path.strip_prefix("/console/")?;
    let name = if name.is_empty() { "index.html" } else { name };
    let (_, kind, text) = FILES.iter().find(|(file, ..)| *file == name)?;
    let mut response = Response::new((*text).into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Some(guarded(response))
}

/// The same answer with the headers that all answers of the console have.
pub(super) fn guarded(mut response: Response) -> Response {
    let rows = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ];
    let headers = response.headers_mut();
    for (name, value) in rows {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_no_script_or_style_of_their_own() {
        for (name, kind, text) in &FILES {
            assert!(!text.is_empty(), "{name}");
            for word in
                ["eval(", "innerHTML", "document.write", "new Function", "http://", "https://"]
            {
                assert!(!text.contains(word), "{name} has {word}");
            }
            if *kind == HTML {
                assert!(!text.contains("style=") && !text.contains("onclick="), "{name}");
                assert!(!text.contains("<script>") && !text.contains("<style>"), "{name}");
            }
        }
    }

    #[test]
    fn files_are_found_by_name_alone() {
        assert!(file("/console").is_some_and(|it| it.status().is_redirection()));
        let page = file("/console/").expect("the page");
        assert!(page.headers().contains_key("content-security-policy"));
        assert_eq!(page.headers()["cache-control"], "no-store");
        for missing in ["/console/nothing", "/console/../Cargo.toml", "/consoles", "/"] {
            assert!(file(missing).is_none(), "{missing}");
        }
    }
}
