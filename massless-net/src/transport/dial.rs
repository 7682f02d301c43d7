//! The dialling side of WebSockets, for bots and native clients.

use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::client_async_with_config;

use super::TransportError;
use super::line_ws::{WsLine, config};
use super::socket::Socket;

/// Connects to `ws://host:port/path`.
///
/// # Errors
/// `Address` for anything else, `Lost` when nobody answers there.
pub async fn connect(url: &str) -> Result<Socket, TransportError> {
    let tcp = TcpStream::connect(host_of(url)?).await.map_err(lost)?;
    open(url, tcp).await
}

/// The same with so many bytes that the kernel may hold unread: for those who are to read slowly.
///
/// # Errors
/// As `connect`.
pub async fn connect_narrow(url: &str, receive_bytes: u32) -> Result<Socket, TransportError> {
    let mut found = tokio::net::lookup_host(host_of(url)?).await.map_err(lost)?;
    let remote = found.next().ok_or_else(|| TransportError::Address(url.to_owned()))?;
    let tcp = if remote.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let tcp = tcp.map_err(lost)?;
    // Before it is connected: the window is agreed on then.
    tcp.set_recv_buffer_size(receive_bytes).map_err(lost)?;
    open(url, tcp.connect(remote).await.map_err(lost)?).await
}

/// Host and port of an address.
fn host_of(url: &str) -> Result<&str, TransportError> {
    let address = || TransportError::Address(url.to_owned());
    let authority = url.strip_prefix("ws://").ok_or_else(address)?;
    authority.split('/').next().filter(|host| host.contains(':')).ok_or_else(address)
}

async fn open(url: &str, tcp: TcpStream) -> Result<Socket, TransportError> {
    tcp.set_nodelay(true).map_err(lost)?;
    let (stream, _) = client_async_with_config(url, tcp, Some(config())).await.map_err(lost)?;
    Ok(Socket::ws(WsLine::new(stream)))
}

fn lost(error: impl std::fmt::Display) -> TransportError {
    TransportError::Lost(error.to_string())
}
