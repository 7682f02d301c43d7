//! Finds a server: asks its page where to dial, and fetches the map that it names.

use anyhow::Context as _;
use massless_net::online::{FindError, Server};
use massless_net::transport::Transport;

use super::way::SOCKETS_MAX;

/// Asks the page at `url` (`http://host:port`).
pub(crate) async fn find(url: &str, transport: impl Into<Transport>) -> anyhow::Result<Server> {
    let found = Server::find(url, transport.into(), SOCKETS_MAX).await;
    if let Err(FindError::Away(_)) = found {
        return found.with_context(|| {
            format!("start a server with `massless serve` or name one with --url; {url} is none")
        });
    }
    Ok(found?)
}
