//! The way into the game: an address and who dials it, taken from what the server's page says.

use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use crate::limits::INPUTS_PER_FRAME_MAX;
use crate::transport::dial_quic::{Dialer, Trust};
use crate::transport::socket::Socket;
use crate::transport::{Transport, TransportError};

/// Bytes of the hash of a certificate.
const HASH_BYTES: usize = 32;

/// The server names no way into the game.
#[derive(Debug, Error)]
pub enum WayError {
    /// Its answer lacks something.
    #[error("the server names no {0}")]
    Lacks(&'static str),
    /// Its UDP port is shut.
    #[error("the server's UDP port is shut (its setting quic.enabled); take the transport ws")]
    Shut,
    /// The hash of a certificate cannot be read.
    #[error("the hash of a certificate cannot be read")]
    Hash,
    /// Nobody can be trusted there.
    #[error(transparent)]
    Dialer(#[from] TransportError),
}

/// Where to dial, and by whom.
#[derive(Clone, Debug)]
pub struct Way {
    /// What carries frames.
    pub transport: Transport,
    url: String,
    dialer: Arc<Dialer>,
}

impl Way {
    /// The way that an answer of `/api/v1/session` shows. All connections of one way share up to `sockets_max`
    /// UDP sockets.
    ///
    /// # Errors
    /// When it shows none for that transport.
    pub fn from_plan(
        plan: &Value,
        transport: Transport,
        sockets_max: usize,
    ) -> Result<Self, WayError> {
        let quic = &plan["quic"];
        if transport != Transport::Ws && quic.is_null() {
            return Err(WayError::Shut);
        }
        let url = match transport {
            Transport::Ws => {
                let told = plan["ws"].as_str().or_else(|| plan["game_url"].as_str());
                told.ok_or(WayError::Lacks("address"))?.to_owned()
            }
            Transport::Quic => {
                let address = quic["address"].as_str();
                format!("quic://{}/", address.ok_or(WayError::Lacks("address by UDP"))?)
            }
            Transport::WebTransport => {
                let address = quic["webtransport"].as_str();
                address.ok_or(WayError::Lacks("address of WebTransport"))?.to_owned()
            }
        };
        Self::to(url, transport, (&quic["certificates"], sockets_max))
    }

    /// A way to an address, whose server has one of these certificates: a list of hashes in hexadecimal; none
    /// for one that the system trusts.
    ///
    /// # Errors
    /// When a hash is none.
    pub fn to(
        url: String,
        transport: Transport,
        (hashes, sockets_max): (&Value, usize),
    ) -> Result<Self, WayError> {
        let hashes = hashes.as_array().map_or(&[][..], Vec::as_slice);
        let hashes: Option<Vec<_>> = hashes.iter().map(|hash| hash_from(hash.as_str()?)).collect();
        let hashes = hashes.ok_or(WayError::Hash)?;
        let trust = if hashes.is_empty() { Trust::System } else { Trust::Hashes(hashes) };
        let dialer = Arc::new(Dialer::new(&trust, sockets_max)?);
        Ok(Self { transport, url, dialer })
    }

    /// Where it is dialled.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Dials.
    ///
    /// # Errors
    /// When nobody answers there.
    pub async fn connect(&self) -> Result<Socket, TransportError> {
        self.dialer.connect(&self.url).await
    }

    /// How often a client sends each of its inputs again: where frames may get lost, all that a frame holds.
    #[must_use]
    pub const fn repeats(&self) -> u8 {
        match self.transport {
            Transport::Ws => 0,
            Transport::Quic | Transport::WebTransport => INPUTS_PER_FRAME_MAX as u8 - 1,
        }
    }
}

/// The bytes that 64 hexadecimal digits are.
fn hash_from(text: &str) -> Option<[u8; HASH_BYTES]> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() == 2 * HASH_BYTES)?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_shows_the_way_by_each_transport() {
        let plan = json!({
            "ws": "ws://h:1/",
            "quic": {
                "address": "h:1",
                "webtransport": "https://h:1/",
                "certificates": ["ab".repeat(HASH_BYTES)],
            },
        });
        let urls = ["ws://h:1/", "quic://h:1/", "https://h:1/"];
        for (transport, url) in Transport::ALL.into_iter().zip(urls) {
            let way = Way::from_plan(&plan, transport, 1).expect("a way");
            assert_eq!((way.transport, way.url.as_str()), (transport, url));
        }
        let shut = json!({ "game_url": "ws://h:1/", "quic": null });
        assert!(Way::from_plan(&shut, Transport::Ws, 1).is_ok());
        let error = Way::from_plan(&shut, Transport::Quic, 1).expect_err("it is shut");
        assert!(matches!(error, WayError::Shut));
        assert_eq!(hash_from(&"0f".repeat(HASH_BYTES)), Some([15; HASH_BYTES]));
        assert_eq!(hash_from("0f"), None);
    }
}
