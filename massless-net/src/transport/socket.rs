//! One connection, whatever carries it: frames in and out, and a code at the end.

use std::net::SocketAddr;

use bytes::Bytes;

#[cfg(any(feature = "quic", feature = "client"))]
use super::line_quic::QuicLine;
#[cfg(any(feature = "ws", feature = "client"))]
use super::line_ws::WsLine;
use super::{Transport, TransportError};

#[derive(Debug)]
enum Line {
    #[cfg(any(feature = "ws", feature = "client"))]
    Ws(Box<WsLine>),
    #[cfg(any(feature = "quic", feature = "client"))]
    Quic(Box<QuicLine>),
}

/// One connection.
#[derive(Debug)]
pub struct Socket {
    line: Line,
    #[cfg(any(feature = "ws", feature = "quic"))]
    permit: Option<super::gate::Permit>,
}

impl Socket {
    #[cfg(any(feature = "ws", feature = "client"))]
    pub(super) fn ws(line: WsLine) -> Self {
        Self::new(Line::Ws(Box::new(line)))
    }

    #[cfg(any(feature = "quic", feature = "client"))]
    pub(super) fn quic(line: QuicLine) -> Self {
        Self::new(Line::Quic(Box::new(line)))
    }

    const fn new(line: Line) -> Self {
        Self {
            line,
            #[cfg(any(feature = "ws", feature = "quic"))]
            permit: None,
        }
    }

    #[cfg(any(feature = "ws", feature = "quic"))]
    pub(super) fn holding(mut self, permit: super::gate::Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// What carries it.
    #[must_use]
    pub fn transport(&self) -> Transport {
        match &self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(_) => Transport::Ws,
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(line) => line.transport(),
        }
    }

    /// The peer's address, if it is still there.
    #[must_use]
    pub fn remote(&self) -> Option<SocketAddr> {
        match &self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(line) => line.remote(),
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(line) => Some(line.remote()),
        }
    }

    /// The next frame; `None` once the peer has closed or is gone. May be dropped while it waits.
    ///
    /// # Errors
    /// Anything after which the socket should be closed with the error's code.
    pub async fn recv(&mut self) -> Result<Option<Bytes>, TransportError> {
        match &mut self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(line) => line.recv().await,
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(line) => line.recv().await,
        }
    }

    /// Writes a frame. Waits while the peer does not read: give it a time limit, and drop the socket
    /// when it is over.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn send(&mut self, frame: impl Into<Bytes>) -> Result<(), TransportError> {
        match &mut self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(line) => line.send(frame.into()).await,
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(line) => line.send(frame.into()).await,
        }
    }

    /// Sends back all that comes until the peer closes or breaks the rules: for the tests of transports. A
    /// WebSocket sends texts back as well; the others know frames alone.
    pub async fn echo(self) {
        match self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(line) => line.echo().await,
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(mut line) => {
                while let Ok(Some(frame)) = line.recv().await {
                    if line.send(frame).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Ends the connection with a code, waiting at most two seconds for the peer to read what was
    /// written before it.
    pub async fn close(self, code: u16, reason: &str) {
        match self.line {
            #[cfg(any(feature = "ws", feature = "client"))]
            Line::Ws(line) => line.close(code, reason).await,
            #[cfg(any(feature = "quic", feature = "client"))]
            Line::Quic(line) => line.close(code, reason).await,
        }
    }
}
