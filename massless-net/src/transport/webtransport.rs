//! From an accepted or dialled QUIC connection to a line: at once for bare QUIC, through the opening of
//! HTTP/3 for WebTransport.

use quinn::Connection;
use quinn::crypto::rustls::HandshakeData;
use web_transport_quinn::Session;
#[cfg(feature = "quic")]
use web_transport_quinn::{Request, http::StatusCode};

use super::line_quic::QuicLine;
use super::tls::{ALPN, ALPN_H3};
use super::{Transport, TransportError};

/// The protocol that both ends have agreed on.
fn agreed(connection: &Connection) -> Option<Transport> {
    let data = connection.handshake_data()?.downcast::<HandshakeData>().ok()?;
    match data.protocol?.as_slice() {
        name if name == ALPN => Some(Transport::Quic),
        name if name == ALPN_H3 => Some(Transport::WebTransport),
        _ => None,
    }
}

/// The server's end: waits for the client to open what it has to open. To be given a time limit.
#[cfg(feature = "quic")]
pub(super) async fn receive(connection: Connection) -> Result<QuicLine, TransportError> {
    let transport = agreed(&connection).ok_or(TransportError::Violation)?;
    let session = match transport {
        Transport::WebTransport => {
            let request = Request::accept(connection).await.map_err(lost)?;
            if request.url.path() != "/" {
                let _ = request.reject(StatusCode::NOT_FOUND).await;
                return Err(TransportError::Violation);
            }
            request.ok().await.map_err(lost)?
        }
        _ => Session::raw(connection),
    };
    let streams = session.accept_bi().await.map_err(lost)?;
    Ok(QuicLine::new(transport, session, streams))
}

/// The client's end; `url` names the server for HTTP/3.
#[cfg(feature = "client")]
pub(super) async fn open(connection: Connection, url: &str) -> Result<QuicLine, TransportError> {
    let transport = agreed(&connection).ok_or(TransportError::Violation)?;
    let session = match transport {
        Transport::WebTransport => {
            let address = || TransportError::Address(url.to_owned());
            let url: url::Url = url.parse().map_err(|_| address())?;
            Session::connect(connection, url).await.map_err(lost)?
        }
        _ => Session::raw(connection),
    };
    let streams = session.open_bi().await.map_err(lost)?;
    Ok(QuicLine::new(transport, session, streams))
}

fn lost(error: impl std::fmt::Display) -> TransportError {
    TransportError::Lost(error.to_string())
}
