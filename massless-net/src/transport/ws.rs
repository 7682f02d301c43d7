//! WebSocket over TCP: the server's accept loop and, with feature `client`, the dialling side.
//!
//! The upgrade is taken from warp's request and the stream is built here, with a small read buffer:
//! `warp::ws()` would cost 134 KiB a socket instead of about 5. An accept loop of our own gives each
//! request head a deadline and bounds sockets by address and in all.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode as RawCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as RawError, Message};

#[cfg(feature = "client")]
pub use self::dial::connect;
#[cfg(feature = "ws")]
pub use self::serve::{SocketLimits, serve};
use crate::limits::FRAME_BYTES_MAX;

#[cfg(feature = "client")]
mod dial;
#[cfg(feature = "ws")]
mod serve;

/// Bytes of a socket's read buffer. Reason: under 16 KiB an idle socket, all included.
const READ_BUFFER_BYTES: usize = 4_096;
/// Bytes that may wait for a peer that does not read.
const WRITE_BUFFER_BYTES_MAX: usize = 131_072;
/// Frames read and dropped while a close is on its way. Reason: a peer in the middle of a long message
/// must get as far as reading the close frame; a reset would hide it.
const DRAIN_FRAMES_MAX: usize = 64;

/// Why a socket is of no use any more.
#[derive(Debug, Error)]
pub enum SocketError {
    /// The peer sent a message above the limit; it was told so (1009).
    #[error("a message was too long")]
    TooLong,
    /// The peer sent text, which this protocol has none of; it was told so (1003).
    #[error("a message was not binary")]
    NotBinary,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(#[source] Box<RawError>),
}

impl From<RawError> for SocketError {
    fn from(error: RawError) -> Self {
        Self::Broken(Box::new(error))
    }
}

/// One WebSocket, of either side.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    #[cfg(feature = "ws")]
    _place: Option<serve::Place>,
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX))
}

impl Socket {
    /// The next frame; `None` when the peer closed. Nothing is lost when the future is dropped.
    pub async fn recv(&mut self) -> Result<Option<Bytes>, SocketError> {
        loop {
            match self.stream.next().await {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(Message::Binary(frame))) => return Ok(Some(frame)),
                // Pings are answered by tungstenite with the next write or read.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_) | Message::Frame(_))) => {
                    self.refuse(RawCode::Unsupported, "only binary messages are read").await;
                    return Err(SocketError::NotBinary);
                }
                Some(Err(RawError::Capacity(CapacityError::MessageTooLong { .. }))) => {
                    self.refuse(RawCode::Size, "the message is too long").await;
                    return Err(SocketError::TooLong);
                }
                Some(Err(RawError::ConnectionClosed | RawError::AlreadyClosed)) => {
                    return Ok(None);
                }
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    /// Writes a frame. It pends while the peer does not read: give it a deadline.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), SocketError> {
        let message = Message::Binary(Bytes::copy_from_slice(frame));
        Ok(self.stream.send(message).await?)
    }

    /// Closes in good order and waits for the peer to do the same. Give it a deadline.
    pub async fn close(mut self, code: u16, reason: &str) {
        self.refuse(RawCode::from(code), reason).await;
    }

    async fn refuse(&mut self, code: RawCode, reason: &str) {
        let frame = CloseFrame { code, reason: reason.into() };
        if self.stream.close(Some(frame)).await.is_err() {
            return;
        }
        for _ in 0..DRAIN_FRAMES_MAX {
            match self.stream.next().await {
                Some(Ok(_)) => {}
                Some(Err(RawError::Capacity(_))) => {}
                Some(Err(_)) | None => return,
            }
        }
    }
}
