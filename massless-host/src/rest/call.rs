//! A call that has passed the first checks, and what it is answered with.

use std::net::IpAddr;

use bytes::Bytes;
use massless_store::repo::accounts::Role;
use massless_store::repo::tokens::Family;
use massless_store::shared::UnixMillis;
use serde::Serialize;
use serde::de::DeserializeOwned;
use warp::http::StatusCode;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE};
use warp::reply::Response;

use super::problem::{Code, Problem};
use crate::limits::BODY_DEPTH_MAX;

/// What came, before anybody looked at it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What stands for the parts in braces of the route's path.
    pub(crate) parts: Vec<String>,
    /// The part after the question mark.
    pub(crate) query: String,
    /// All headers.
    pub(crate) headers: HeaderMap,
    /// The body; empty without one.
    pub(crate) body: Bytes,
    /// Who called: the address, or the one a trusted proxy names.
    pub(crate) address: IpAddr,
    /// Whether it came over TLS.
    pub(crate) is_secure: bool,
    /// When it came.
    pub(crate) now: UnixMillis,
    /// Whose access token came with it; `None` where the route needs none.
    pub(crate) caller: Option<Caller>,
}

/// Who calls, proven by an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// `account.id`.
    pub(crate) account: u64,
    /// What the account may do.
    pub(crate) role: Role,
    /// Whether it is a guest's.
    pub(crate) is_guest: bool,
    /// The log-in it belongs to.
    pub(crate) family: Family,
    /// How the audit names it.
    pub(crate) name: String,
}

impl Call {
    /// The moment as the store wants it.
    pub(crate) fn millis(&self) -> i64 {
        i64::try_from(self.now.get()).unwrap_or(i64::MAX)
    }

    /// The body as what the route takes.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if depth(&self.body) > BODY_DEPTH_MAX {
            return Err(Code::TooDeep.into());
        }
        // Serde would also take a list of a structure's values, in the order of its fields.
        if self.body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::from(Code::BadBody).saying("the body is a list, not an object"));
        }
        serde_json::from_slice(&self.body)
            .or_else(|error| self.read_loosely().ok_or(error))
            .map_err(|error| {
                // The error names fields and places, never what stood there.
                let at = format!("line {}, column {}", error.line(), error.column());
                Problem::from(Code::BadBody).saying(match error.classify() {
                    serde_json::error::Category::Data => format!("{} ({at})", shape(&error)),
                    _ => format!("the body is no JSON ({at})"),
                })
            })
    }

    /// The body as what a route takes that can do without; no body and `null` are the default.
    pub(crate) fn read_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        if self.body.trim_ascii().is_empty() || self.body.trim_ascii() == b"null" {
            return Ok(T::default());
        }
        self.read()
    }

    /// The same with whole numbers that were written as `1.0`: to JSON Schema they are integers.
    fn read_loosely<T: DeserializeOwned>(&self) -> Option<T> {
        let mut value = serde_json::from_slice(&self.body).ok()?;
        make_whole(&mut value);
        serde_json::from_value(value).ok()
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The caller; the router has made sure that there is one.
    pub(crate) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Code::NoToken.into())
    }

    /// The number that stands in the path.
    pub(crate) fn id(&self) -> Result<u64, Problem> {
        let part = self.parts.first().map(String::as_str).unwrap_or_default();
        // Ids are those of the database: positive and of 63 bits.
        let id = part.parse().ok().filter(|id| (1..=i64::MAX as u64).contains(id));
        id.ok_or_else(|| Code::BadQuery.into())
    }

    /// Parameters after the question mark, each at most once and none but `known`.
    pub(crate) fn parameters<const N: usize>(
        &self,
        known: [&str; N],
    ) -> Result<[Option<String>; N], Problem> {
        let mut found = [const { None }; N];
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let index = known.iter().position(|known| *known == name);
            let index =
                index.ok_or_else(|| bad_query(format!("there is no parameter {name:?}")))?;
            if found[index].is_some() {
                return Err(bad_query(format!("the parameter {name:?} came twice")));
            }
            found[index] = Some(decode(value).ok_or(Code::BadQuery)?);
        }
        Ok(found)
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all("cookie").iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';'));
        pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

fn bad_query(sentence: String) -> Problem {
    Problem::from(Code::BadQuery).saying(sentence)
}

/// Writes whole numbers as integers, as far as a float holds them exactly.
fn make_whole(value: &mut serde_json::Value) {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    match value {
        serde_json::Value::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            if let Some(whole) = float.filter(|it| it.fract() == 0.0 && it.abs() <= EXACT_MAX) {
                *number = (whole as i64).into();
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(make_whole),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// A number in a parameter, or `default`; out of `range` is refused.
pub(crate) fn number(
    name: &str,
    text: Option<&str>,
    (default, range): (u64, std::ops::RangeInclusive<u64>),
) -> Result<u64, Problem> {
    let Some(text) = text else { return Ok(default) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        bad_query(format!("the parameter {name:?} must be a number from {least} to {most}"))
    })
}

/// What serde says of a body that has another form, without the values in it.
fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    for kind in ["missing field", "unknown field", "duplicate field"] {
        if text.starts_with(kind) {
            return text.chars().take(80).collect();
        }
    }
    "a field has another form".to_owned()
}

/// Undoes the percent signs of an address; `None` where that gives no text.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| (byte as char).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high << 4 | low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// How deeply objects and lists of a JSON text stand in each other.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut is_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What a call is answered with.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    cookie: Option<String>,
}

/// What comes of a call.
pub(crate) type Outcome = Result<Answer, Problem>;

impl Answer {
    /// A body, as JSON.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Outcome {
        match serde_json::to_vec(body) {
            Ok(body) => Ok(Self { status, body, cookie: None }),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Err(Code::Internal.into())
            }
        }
    }

    /// 200 and a body.
    pub(crate) fn ok(body: &impl Serialize) -> Outcome {
        Self::json(StatusCode::OK, body)
    }

    /// 201 and a body.
    pub(crate) fn created(body: &impl Serialize) -> Outcome {
        Self::json(StatusCode::CREATED, body)
    }

    /// 204.
    pub(crate) fn nothing() -> Outcome {
        Ok(Self { status: StatusCode::NO_CONTENT, body: Vec::new(), cookie: None })
    }

    /// The same with a cookie.
    pub(crate) fn with_cookie(mut self, cookie: String) -> Self {
        self.cookie = Some(cookie);
        self
    }

    /// As it is sent.
    pub(crate) fn into_response(self) -> Response {
        let has_body = !self.body.is_empty();
        let mut response = Response::new(self.body.into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(cookie) = self.cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            headers.insert(SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_what_stands_in_each_other_and_no_texts() {
        let deep = "[".repeat(1_000_000);
        let table = [
            ("", 0),
            ("{\"a\":[{}]}", 3),
            ("{\"a\":\"[[[[\"}", 1),
            ("{\"a\\\"[[\":1}", 1),
            ("[][][]", 1),
            (&deep, 1_000_000),
        ];
        for (text, expected) in table {
            assert_eq!(depth(text.as_bytes()), expected, "{}", &text[..text.len().min(20)]);
        }
    }

    #[derive(Debug, Default, PartialEq, Eq, serde::Deserialize)]
    struct Pair {
        one: u8,
        two: Option<u8>,
    }

    fn call_with(body: &'static str) -> Call {
        Call {
            parts: Vec::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            address: IpAddr::from([127, 0, 0, 1]),
            is_secure: false,
            now: UnixMillis::new(0),
            caller: None,
        }
    }

    #[test]
    fn a_body_is_an_object_and_never_a_list_of_its_values() {
        let pair = call_with("{\"one\":1,\"two\":2}").read::<Pair>();
        assert_eq!(pair, Ok(Pair { one: 1, two: Some(2) }));
        for list in ["[1,2]", " \n[1,2]", "[]", "[{\"one\":1}]"] {
            let refused = call_with(list).read::<Pair>().expect_err(list);
            assert_eq!(refused.code(), Code::BadBody, "{list}");
            assert!(call_with(list).read_or_default::<Pair>().is_err(), "{list}");
        }
        for nothing in ["", " ", "null"] {
            assert_eq!(call_with(nothing).read_or_default::<Pair>(), Ok(Pair::default()));
        }
    }

    #[test]
    fn whole_numbers_may_be_written_with_a_point() {
        let mut value = serde_json::json!({ "a": [7.0, 1.5], "b": { "c": -3.0, "d": 1e300 } });
        make_whole(&mut value);
        let expected = serde_json::json!({ "a": [7, 1.5], "b": { "c": -3, "d": 1e300 } });
        assert_eq!(value, expected);
    }

    #[test]
    fn addresses_are_decoded_or_refused() {
        assert_eq!(decode("a%20b+c%C3%A9").as_deref(), Some("a b cé"));
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
