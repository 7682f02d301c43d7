//! Finds a server: asks its page where to dial, and fetches the map that it names.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use massless_core::content::map::Map;
use serde::Deserialize;
use tokio::net::TcpStream;

/// Bytes of an answer. Reason: the largest map has 1,024 x 1,024 cells of a few bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A server that was found.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Address of the game socket.
    pub(crate) game: String,
    /// The ground of the zone.
    pub(crate) map: Arc<Map>,
}

#[derive(Deserialize)]
struct Session {
    ws: String,
    map: String,
}

/// Asks the page at `url` (`http://host:port`).
pub(crate) async fn find(url: &str) -> anyhow::Result<Server> {
    let url = url.trim_end_matches('/');
    let answer = get(&format!("{url}/api/v1/session")).await.with_context(|| {
        format!("no Massless server answers at {url}; start one with `massless serve` or name it with --url")
    })?;
    let session: Session = serde_json::from_slice(&answer)
        .with_context(|| format!("{url} answers, but it is no Massless server"))?;
    let map = get(&format!("{url}{}", session.map)).await.context("the map cannot be fetched")?;
    let map = Map::decode(&map).context("the map cannot be read: another version?")?;
    Ok(Server { game: session.ws, map: Arc::new(map) })
}

async fn get(url: &str) -> anyhow::Result<Bytes> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is no address"))?;
    if uri.scheme_str() != Some("http") {
        bail!("{url} does not begin with http://");
    }
    let host = uri.host().context("the address has no host")?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let task = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header("host", uri.authority().map_or(host, |authority| authority.as_str()))
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    task.abort();
    if status != StatusCode::OK {
        bail!("{url} answers {status}");
    }
    Ok(body.map_err(|error| anyhow::anyhow!(error))?.to_bytes())
}
