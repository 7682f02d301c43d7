//! A WebSocket as a line: a frame is a binary message, and a close code ends it.

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

/// One WebSocket.
#[derive(Debug)]
pub(super) struct WsLine {
    stream: WebSocketStream<TcpStream>,
}

impl WsLine {
    pub(super) const fn new(stream: WebSocketStream<TcpStream>) -> Self {
        Self { stream }
    }

    pub(super) fn remote(&self) -> Option<std::net::SocketAddr> {
        self.stream.get_ref().peer_addr().ok()
    }

    pub(super) async fn recv(&mut self) -> Result<Option<Bytes>, TransportError> {
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

    pub(super) async fn send(&mut self, frame: Bytes) -> Result<(), TransportError> {
        self.stream.send(Message::Binary(frame)).await.map_err(lost)
    }

    pub(super) async fn close(mut self, code: u16, reason: &str) {
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
