//! Thin shells that move frames over WebSockets and know nothing of what is in them.
//!
//! `ws` accepts, `dial` connects, `socket` is what both give. This is the only async code here.

#[cfg(feature = "client")]
pub mod dial;
#[cfg(feature = "ws")]
pub mod gate;
pub mod socket;
#[cfg(feature = "ws")]
pub mod ws;

use thiserror::Error;

/// A connection is of no use any more.
#[derive(Debug, Error)]
pub enum TransportError {
    /// A message is longer than any frame; close with code 1009.
    #[error("message too long")]
    TooLong,
    /// A message that is not binary; close with code 1003.
    #[error("text where only frames are spoken")]
    Text,
    /// The peer broke the WebSocket protocol; close with code 1002.
    #[error("protocol violation")]
    Violation,
    /// The address cannot be dialled.
    #[error("{0} is no address of the form ws://host:port/path")]
    Address(String),
    /// The connection is gone.
    #[error("connection lost: {0}")]
    Lost(String),
}

impl TransportError {
    /// The WebSocket close code that tells the peer what it did.
    #[must_use]
    pub const fn close_code(&self) -> u16 {
        match self {
            Self::TooLong => 1_009,
            Self::Text => 1_003,
            Self::Violation => 1_002,
            Self::Address(_) | Self::Lost(_) => 1_001,
        }
    }
}
