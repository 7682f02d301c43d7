//! One call of a server's page or of its interface below `/api/v1`, by plain HTTP.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;

/// Bytes of an answer. Reason: the largest map has 1,024 x 1,024 cells of a few bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Time a call may take.
const CALL_TIME: Duration = Duration::from_secs(10);

/// Nobody answered.
#[derive(Debug, Error)]
pub enum CallError {
    /// The address cannot be called.
    #[error("{0} is no address of the form http://host:port/path")]
    Address(String),
    /// It takes too long.
    #[error("{0} does not answer in time")]
    Late(String),
    /// The connection failed, or the answer is too long.
    #[error("{url} cannot be reached: {why}")]
    Lost {
        /// What was called.
        url: String,
        /// What went wrong.
        why: String,
    },
}

/// What is called.
#[derive(Debug)]
pub struct Call<'a> {
    /// How.
    pub method: Method,
    /// Where: `http://host:port/path`.
    pub url: &'a str,
    /// The access token.
    pub token: Option<&'a str>,
    /// JSON.
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Body.
    pub body: Bytes,
    /// Seconds after which one may ask again, when it says so.
    pub retry_after: Option<u64>,
}

/// Calls; an error when nobody answers.
///
/// # Errors
/// Whatever the answer's status is, it is no error.
pub async fn call(call: Call<'_>) -> Result<Reply, CallError> {
    call_within(CALL_TIME, call).await
}

/// The same with another patience.
///
/// # Errors
/// As `call`.
pub async fn call_within(time: Duration, call: Call<'_>) -> Result<Reply, CallError> {
    let url = call.url.to_owned();
    match tokio::time::timeout(time, exchange(call)).await {
        Ok(answered) => answered,
        Err(_) => Err(CallError::Late(url)),
    }
}

async fn exchange(call: Call<'_>) -> Result<Reply, CallError> {
    let url = call.url;
    let lost = |why: String| CallError::Lost { url: url.to_owned(), why };
    let uri: Uri = url.parse().map_err(|_| CallError::Address(url.to_owned()))?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"));
    let host = host.ok_or_else(|| CallError::Address(url.to_owned()))?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await;
    let stream = TokioIo::new(stream.map_err(|error| lost(error.to_string()))?);
    let shaken = http1::handshake(stream).await;
    let (mut sender, connection) = shaken.map_err(|error| lost(error.to_string()))?;
    let task = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let mut request = Request::builder().method(call.method).uri(path).header("host", authority);
    if let Some(token) = call.token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if call.body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = Bytes::from(call.body.unwrap_or_default());
    let request = request.body(Full::new(body)).map_err(|error| lost(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(|error| lost(error.to_string()))?;
    let status = answer.status();
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    task.abort();
    let body = body.map_err(|error| lost(error.to_string()))?.to_bytes();
    Ok(Reply { status, body, retry_after })
}
