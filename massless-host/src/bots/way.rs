//! How bots reach the game: an address and who dials it, taken from what the server's page says.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use massless_net::limits::INPUTS_PER_FRAME_MAX;
use massless_net::transport::dial_quic::{Dialer, Trust};
use massless_net::transport::socket::Socket;
use massless_net::transport::{Transport, TransportError};
use serde_json::Value;

use crate::hex::unhex;

/// UDP sockets that the bots of a process share; each carries some dozens of them.
const SOCKETS_MAX: usize = 32;

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

/// Where to dial, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// What carries frames.
    pub(crate) transport: Transport,
    url: String,
    dialer: Arc<Dialer>,
}

impl Way {
    /// The way that the answer of `/api/v1/session` shows.
    pub(crate) fn from_plan(plan: &Value, transport: Transport) -> anyhow::Result<Self> {
        let text = |value: &Value, what: &str| {
            let text = value.as_str().map(str::to_owned);
            text.with_context(|| format!("the server names no {what}"))
        };
        let quic = &plan["quic"];
        if transport != Transport::Ws && quic.is_null() {
            bail!("the server's UDP port is shut (its setting quic.enabled); use --transport ws");
        }
        let url = match transport {
            Transport::Ws => text(&plan["ws"], "address")?,
            Transport::Quic => format!("quic://{}/", text(&quic["address"], "address by UDP")?),
            Transport::WebTransport => text(&quic["webtransport"], "address of WebTransport")?,
        };
        Self::to(url, transport, &quic["certificates"])
    }

    /// A way to an address, whose server has one of these certificates: a list of hashes in hexadecimal.
    pub(crate) fn to(url: String, transport: Transport, hashes: &Value) -> anyhow::Result<Self> {
        let hashes = hashes.as_array().map_or(&[][..], Vec::as_slice);
        let hash = |hash: &Value| unhex(hash.as_str()?)?.try_into().ok();
        let hashes: Option<Vec<[u8; 32]>> = hashes.iter().map(hash).collect();
        let hashes = hashes.context("the hash of a certificate cannot be read")?;
        let trust = if hashes.is_empty() { Trust::System } else { Trust::Hashes(hashes) };
        let dialer = Arc::new(Dialer::new(&trust, SOCKETS_MAX)?);
        Ok(Self { transport, url, dialer })
    }

    /// Dials.
    pub(crate) async fn connect(&self) -> Result<Socket, TransportError> {
        self.dialer.connect(&self.url).await
    }

    /// How often a client sends each of its inputs again: where frames may get lost, all that a frame holds.
    pub(crate) const fn repeats(&self) -> u8 {
        match self.transport {
            Transport::Ws => 0,
            Transport::Quic | Transport::WebTransport => INPUTS_PER_FRAME_MAX as u8 - 1,
        }
    }
}
