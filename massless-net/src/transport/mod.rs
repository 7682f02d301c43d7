//! Thin shells that move frames over WebSockets, QUIC and WebTransport, and know nothing of what is in
//! them but whether they may get lost.
//!
//! `ws` and `quic` accept, `dial` and `dial_quic` connect, `socket` is what all give. This is the only
//! async code here.

#[cfg(feature = "quic")]
pub mod certificate;
#[cfg(feature = "client")]
pub mod dial;
#[cfg(feature = "client")]
pub mod dial_quic;
#[cfg(any(feature = "ws", feature = "quic"))]
pub mod gate;
#[cfg(any(feature = "quic", feature = "client"))]
mod line_quic;
#[cfg(any(feature = "ws", feature = "client"))]
mod line_ws;
#[cfg(feature = "quic")]
pub mod quic;
pub mod socket;
#[cfg(any(feature = "quic", feature = "client"))]
pub mod tls;
#[cfg(any(feature = "quic", feature = "client"))]
mod webtransport;
#[cfg(feature = "ws")]
pub mod ws;

use thiserror::Error;

/// What carries frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// WebSocket over TCP.
    Ws,
    /// QUIC over UDP.
    Quic,
    /// WebTransport: QUIC behind the opening of HTTP/3.
    WebTransport,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ws, Self::Quic, Self::WebTransport];

    /// Whether it carries datagrams beside what must arrive.
    #[must_use]
    pub const fn has_datagrams(self) -> bool {
        !matches!(self, Self::Ws)
    }

    /// Its name in metrics and on command lines.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Quic => "quic",
            Self::WebTransport => "webtransport",
        }
    }
}

/// A connection is of no use any more.
#[derive(Debug, Error)]
pub enum TransportError {
    /// A message is longer than any frame; close with code 1009.
    #[error("message too long")]
    TooLong,
    /// A message that is not binary; close with code 1003.
    #[error("text where only frames are spoken")]
    Text,
    /// The peer broke the rules of the transport; close with code 1002.
    #[error("protocol violation")]
    Violation,
    /// The address cannot be dialled.
    #[error("{0} is no address of the form ws://, quic:// or https://host:port/path")]
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
