//! A call of the console, who makes it, and how it is answered or refused.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use massless_store::StoreError;
use massless_store::repo::accounts::Role;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;
use warp::Reply as _;
use warp::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue};
use warp::http::{Method, StatusCode};
use warp::reply::Response;

use crate::http;
use crate::staff::{Actor, StaffError};

/// What is asked for.
pub(super) struct Call {
    pub(super) method: Method,
    /// Below `/console/api`.
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) address: IpAddr,
    /// Unix milliseconds.
    pub(super) now: i64,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// How the audit names it: a login, or `console` for the command line.
    pub(super) name: String,
    /// None for the command line.
    pub(super) account: Option<u64>,
    pub(super) role: Role,
}

impl Caller {
    /// As the staff's orders name it.
    pub(super) fn actor(&self) -> Actor {
        Actor { name: self.name.clone(), role: self.role }
    }
}

/// An answer, or why there is none.
pub(super) type Outcome = Result<Response, Refusal>;

/// Why a call is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) sentence: String,
}

impl Refusal {
    /// With a stable code and a sentence.
    pub(super) fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        Self { status, code, sentence: sentence.into() }
    }

    /// There is no such thing.
    pub(super) fn nothing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"))
    }

    /// What was asked makes no sense.
    pub(super) fn bad(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-request", sentence)
    }

    /// As a problem document.
    pub(super) fn response(&self) -> Response {
        http::problem(self.status, self.code, &self.sentence)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(what) => Self::nothing(what),
            StoreError::Denied(sentence) => Self::bad(sentence),
            error => {
                tracing::warn!(%error, "the console could not ask the database");
                let sentence = "the database does not answer; please try again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence)
            }
        }
    }
}

impl From<StaffError> for Refusal {
    fn from(error: StaffError) -> Self {
        let sentence = error.to_string();
        match error {
            StaffError::Forbidden => Self::new(StatusCode::FORBIDDEN, "forbidden", sentence),
            StaffError::Nobody => Self::new(StatusCode::NOT_FOUND, "nobody-there", sentence),
            StaffError::Bad(_) => Self::bad(sentence),
            StaffError::Store(error) => error.into(),
        }
    }
}

impl Call {
    pub(super) fn new(
        (method, path): (Method, String),
        query: &str,
        (headers, body): (HeaderMap, Bytes),
        (address, now): (IpAddr, i64),
    ) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let query = pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        Self { method, path, query, headers, body, address, now }
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get(COOKIE)?.to_str().ok()?;
        let mut pairs = all.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// A value of the query; an empty one is none.
    pub(super) fn asked(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A number of the query.
    pub(super) fn number<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.asked(key) else { return Ok(None) };
        let number = text.parse().map(Some);
        number.map_err(|_| Refusal::bad(format!("{key} is a number, this is {text:?}")))
    }

    /// The body as JSON.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "bad-body", error.to_string()))
    }
}

/// An answer.
pub(super) fn json(value: &Value) -> Outcome {
    Ok(warp::reply::json(value).into_response())
}

/// A file to save. `name` has plain letters only.
pub(super) fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Outcome {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
