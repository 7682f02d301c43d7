//! The dialling side, for bots and native clients. Plain TCP: TLS ends at the proxy.

use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::error::UrlError;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::{Error as RawError, client::IntoClientRequest as _};

use super::{Socket, SocketError, config};

/// Dials `ws://host:port/path`.
pub async fn connect(url: &str) -> Result<Socket, SocketError> {
    let request = url.into_client_request()?;
    let address = address_of(request.uri())?;
    let stream = TcpStream::connect(address).await.map_err(RawError::Io)?;
    stream.set_nodelay(true).map_err(RawError::Io)?;
    let (stream, _) = client_async_with_config(request, stream, Some(config())).await?;
    Ok(Socket {
        stream,
        #[cfg(feature = "ws")]
        _place: None,
    })
}

fn address_of(uri: &Uri) -> Result<String, SocketError> {
    if uri.scheme_str() != Some("ws") {
        return Err(RawError::Url(UrlError::UnsupportedUrlScheme).into());
    }
    let host = uri.host().ok_or(RawError::Url(UrlError::NoHostName))?;
    Ok(format!("{host}:{}", uri.port_u16().unwrap_or(80)))
}
