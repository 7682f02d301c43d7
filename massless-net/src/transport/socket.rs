//! One WebSocket: binary messages in and out, and a close code at the end.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

use super::TransportError;
use crate::limits::FRAME_BYTES_MAX;

/// Bytes a socket reads at once. Reason: `reliability.md` section 1; the default costs 128 KiB.
const READ_BYTES: usize = 4_096;
/// Bytes that may wait to be written.
const WRITE_BYTES_MAX: usize = 128 * 1_024;
/// Bytes thrown away after a close, so that the peer reads the close and not a reset.
const DRAIN_BYTES_MAX: usize = 256 * 1_024;
/// Time a close may take.
const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Limits that hold at both ends.
pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BYTES_MAX)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX))
}

/// One connection.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    #[cfg(feature = "ws")]
    permit: Option<super::gate::Permit>,
}

impl Socket {
    pub(super) const fn new(stream: WebSocketStream<TcpStream>) -> Self {
        Self {
            stream,
            #[cfg(feature = "ws")]
            permit: None,
        }
    }

    #[cfg(feature = "ws")]
    pub(super) fn holding(mut self, permit: super::gate::Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// The peer's address, if it is still there.
    #[must_use]
    pub fn remote(&self) -> Option<std::net::SocketAddr> {
        self.stream.get_ref().peer_addr().ok()
    }

    /// The next frame; `None` once the peer has closed or is gone. May be dropped while it waits.
    ///
    /// # Errors
    /// Anything after which the socket should be closed with the error's code.
    pub async fn recv(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(frame))) => return Ok(Some(frame)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => return Err(TransportError::Text),
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Err(error)) => return closed_or(error).map(|()| None),
            }
        }
    }

    /// Writes a frame. Waits while the peer does not read: give it a time limit.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn send(&mut self, frame: impl Into<Bytes>) -> Result<(), TransportError> {
        self.stream.send(Message::Binary(frame.into())).await.map_err(lost)
    }

    /// Ends the connection with a code, waiting at most two seconds for the peer to read it.
    pub async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() };
        let _ = timeout(CLOSE_TIME, async {
            self.stream.send(Message::Close(Some(frame))).await.ok()?;
            let tcp = self.stream.get_mut();
            let mut bytes = vec![0; READ_BYTES];
            let mut left = DRAIN_BYTES_MAX;
            while left > 0 {
                let len = tcp.read(&mut bytes).await.ok().filter(|len| *len > 0)?;
                left = left.saturating_sub(len);
            }
            Some(())
        })
        .await;
    }
}

fn lost(error: tungstenite::Error) -> TransportError {
    match error {
        tungstenite::Error::Capacity(_) => TransportError::TooLong,
        tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_) => TransportError::Violation,
        other => TransportError::Lost(other.to_string()),
    }
}

fn closed_or(error: tungstenite::Error) -> Result<(), TransportError> {
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match error {
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Io(_)
        | tungstenite::Error::Protocol(ResetWithoutClosingHandshake) => Ok(()),
        other => Err(lost(other)),
    }
}
