//! Finds a server: asks its page where to dial, and fetches the map that it names.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use massless_core::content::map::Map;
use massless_net::transport::Transport;
use serde_json::Value;

use super::call::{Call, call};
use super::way::Way;

/// A server that was found.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// How the game is reached.
    pub(crate) way: Way,
    /// The ground of the zone.
    pub(crate) map: Arc<Map>,
}

/// Asks the page at `url` (`http://host:port`).
pub(crate) async fn find(url: &str, transport: impl Into<Transport>) -> anyhow::Result<Server> {
    let url = url.trim_end_matches('/');
    let answer = get(&format!("{url}/api/v1/session")).await.with_context(|| {
        format!("no Massless server answers at {url}; start one with `massless serve` or name it with --url")
    })?;
    let plan: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let map = plan["map"].as_str();
    let map = map.with_context(|| format!("{url} answers, but it is no Massless server"))?;
    let map = get(&format!("{url}{map}")).await.context("the map cannot be fetched")?;
    let map = Map::decode(&map).context("the map cannot be read: another version?")?;
    Ok(Server { way: Way::from_plan(&plan, transport.into())?, map: Arc::new(map) })
}

async fn get(url: &str) -> anyhow::Result<Bytes> {
    let reply = call(Call { method: Method::GET, url, token: None, body: None }).await?;
    if reply.status != StatusCode::OK {
        bail!("{url} answers {}", reply.status);
    }
    Ok(reply.body)
}
