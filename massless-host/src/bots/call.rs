//! One call of a server's page or of its interface below `/api/v1`.

use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bytes of an answer. Reason: the largest map has 1,024 x 1,024 cells of a few bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Time a call may take.
const CALL_TIME: Duration = Duration::from_secs(10);

/// What is called.
pub(crate) struct Call<'a> {
    /// How.
    pub(crate) method: Method,
    /// Where: `http://host:port/path`.
    pub(crate) url: &'a str,
    /// The access token.
    pub(crate) token: Option<&'a str>,
    /// JSON.
    pub(crate) body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Status.
    pub(crate) status: StatusCode,
    /// Body.
    pub(crate) body: Bytes,
    /// Seconds after which one may ask again, when it says so.
    pub(crate) retry_after: Option<u64>,
}

/// Calls; an error when nobody answers.
pub(crate) async fn call(call: Call<'_>) -> anyhow::Result<Reply> {
    call_within(CALL_TIME, call).await
}

/// The same with another patience.
pub(crate) async fn call_within(time: Duration, call: Call<'_>) -> anyhow::Result<Reply> {
    let url = call.url.to_owned();
    let answered = tokio::time::timeout(time, exchange(call)).await;
    answered.with_context(|| format!("{url} does not answer in time"))?
}

async fn exchange(call: Call<'_>) -> anyhow::Result<Reply> {
    let url = call.url;
    let uri: Uri = url.parse().with_context(|| format!("{url} is no address"))?;
    if uri.scheme_str() != Some("http") {
        bail!("{url} does not begin with http://");
    }
    let host = uri.host().context("the address has no host")?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
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
    let request = request.body(Full::new(body))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    task.abort();
    let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
    Ok(Reply { status, body, retry_after })
}
