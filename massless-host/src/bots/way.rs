//! The ways into the game by their names on the command line.

use massless_net::transport::Transport;

/// UDP sockets that the bots of a process share: few, so that what came for many is read in one go.
pub(crate) const SOCKETS_MAX: usize = 8;

/// How frames travel, by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TransportName {
    /// WebSocket.
    #[default]
    Ws,
    /// QUIC.
    Quic,
    /// WebTransport.
    #[value(name = "webtransport")]
    WebTransport,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Ws => Self::Ws,
            TransportName::Quic => Self::Quic,
            TransportName::WebTransport => Self::WebTransport,
        }
    }
}
