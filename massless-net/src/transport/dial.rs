//! The dialling side of WebSockets, for bots and native clients.

use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;

use super::TransportError;
use super::line_ws::{WsLine, config};
use super::socket::Socket;

/// Connects to `ws://host:port/path`.
///
/// # Errors
/// `Address` for anything else, `Lost` when nobody answers there.
pub async fn connect(url: &str) -> Result<Socket, TransportError> {
    let address = || TransportError::Address(url.to_owned());
    let authority = url.strip_prefix("ws://").ok_or_else(address)?;
    let host = authority.split('/').next().filter(|host| host.contains(':')).ok_or_else(address)?;
    let lost = |error: String| TransportError::Lost(error);
    let tcp = TcpStream::connect(host).await.map_err(|error| lost(error.to_string()))?;
    tcp.set_nodelay(true).map_err(|error| lost(error.to_string()))?;
    let (stream, _) = client_async_with_config(url, tcp, Some(config()))
        .await
        .map_err(|error| lost(error.to_string()))?;
    Ok(Socket::ws(WsLine::new(stream)))
}
