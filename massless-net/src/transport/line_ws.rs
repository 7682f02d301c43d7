//! A WebSocket as a line: a frame is a binary message, and a close code ends it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
/// The code of a text that is no UTF-8.
const BAD_TEXT_CODE: u16 = 1_007;
/// Time a close may take.
const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Limits that hold at both ends.
pub(super) fn config() -> WebSocketConfig {
    config_for(FRAME_BYTES_MAX)
}

/// The same with messages up to another length.
pub(super) fn config_for(message_bytes_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BYTES_MAX.max(2 * message_bytes_max))
        .max_message_size(Some(message_bytes_max))
        .max_frame_size(Some(message_bytes_max))
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

    /// Sends back all that comes, of whatever kind, until the peer closes or breaks the rules.
    pub(super) async fn echo(mut self) {
        loop {
            let error = match self.stream.next().await {
                Some(Ok(message @ (Message::Binary(_) | Message::Text(_)))) => {
                    match self.stream.send(message).await {
                        Ok(()) => continue,
                        Err(error) => error,
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                // The answer to a close is written when the stream is polled once more.
                Some(Ok(Message::Close(_))) => continue,
                Some(Err(error)) => error,
                None => return,
            };
            return match &error {
                tungstenite::Error::Utf8(_) => self.close(BAD_TEXT_CODE, "").await,
                _ => match closed_or(error) {
                    Ok(()) => {}
                    Err(error) => self.close(error.close_code(), "").await,
                },
            };
        }
    }

    pub(super) async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() };
        let _ = timeout(CLOSE_TIME, async {
            self.stream.send(Message::Close(Some(frame))).await.ok()?;
            // The server's end is the one that hangs up: the peer need not wait for it.
            let tcp = self.stream.get_mut();
            tcp.shutdown().await.ok()?;
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
