//! Section `quic`: the game by UDP, beside the WebSocket and on the same port number.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// QUIC for native clients, WebTransport for browsers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Quic {
    /// Whether the UDP port is opened. `MASSLESS_QUIC_ENABLED`; true.
    pub(crate) enabled: bool,
    /// Address players are told to dial by UDP, such as `game.example.org:2567`; no proxy for HTTP passes
    /// it on. `MASSLESS_QUIC_PUBLIC_ADDRESS`; empty: the page's host name and the game port.
    pub(crate) public_address: String,
    /// PEM file with a public certificate for that host name, its chain behind it. It is read again every
    /// hour. `MASSLESS_QUIC_CERTIFICATE_FILE`; none: the host makes certificates for two weeks by itself
    /// and tells players their hash.
    pub(crate) certificate_file: Option<String>,
    /// PEM file with its key. `MASSLESS_QUIC_KEY_FILE`; none.
    pub(crate) key_file: Option<String>,
}

impl Default for Quic {
    fn default() -> Self {
        Self {
            enabled: true,
            public_address: String::new(),
            certificate_file: None,
            key_file: None,
        }
    }
}

impl Quic {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let address = &self.public_address;
        let has_port = address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if !(address.is_empty() || has_port && !address.contains('/')) {
            let allowed = "empty or a host name and a port, such as game.example.org:2567";
            return Err(ConfigError::range("quic.public_address", format!("{address:?}"), allowed));
        }
        match (&self.certificate_file, &self.key_file) {
            (Some(_), None) => {
                Err(ConfigError::range("quic.key_file", "missing", "given with a certificate"))
            }
            (None, Some(_)) => {
                let allowed = "given with a key";
                Err(ConfigError::range("quic.certificate_file", "missing", allowed))
            }
            _ => Ok(()),
        }
    }
}
