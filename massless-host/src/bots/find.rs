//! Finds a server: asks its page where to dial, and fetches the map that it names.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use massless_core::content::map::Map;
use serde::Deserialize;

use super::call::{Call, call};

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
    let reply = call(Call { method: Method::GET, url, token: None, body: None }).await?;
    if reply.status != StatusCode::OK {
        bail!("{url} answers {}", reply.status);
    }
    Ok(reply.body)
}
