//! Section `server`: what the host is called and where it listens.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::drain::NOTICE_SECONDS_MAX;

/// Ports and addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Name shown by the status page. `MASSLESS_SERVER_NAME`; 1..=64 letters; "Massless".
    pub(crate) name: String,
    /// Address of the page and the game. `MASSLESS_SERVER_BIND`; 0.0.0.0.
    pub(crate) bind: IpAddr,
    /// Port of page and `/api/v1`. `MASSLESS_SERVER_HTTP_PORT`; 0 is a free one; 3000.
    pub(crate) http_port: u16,
    /// Port of the game (WebSocket by TCP, QUIC and WebTransport by UDP). `MASSLESS_SERVER_GAME_PORT`; 0 is a free one; 2567.
    pub(crate) game_port: u16,
    /// Address of health and metrics. `MASSLESS_SERVER_ADMIN_BIND`; never public; 127.0.0.1.
    pub(crate) admin_bind: IpAddr,
    /// Port of health and metrics. `MASSLESS_SERVER_ADMIN_PORT`; 0 is a free one; 9600.
    pub(crate) admin_port: u16,
    /// Address players are told to dial, where a proxy stands before the game port, such as
    /// `wss://ws.example.org/`. `MASSLESS_SERVER_PUBLIC_GAME_URL`; empty: the page's host name
    /// and the game port.
    pub(crate) public_game_url: String,
    /// Seconds from the order to stop until sockets are cut. `MASSLESS_SERVER_STOP_SECONDS`;
    /// 0..=300; 3.
    pub(crate) stop_seconds: u64,
    /// Seconds of notice that players get before a signal stops the host; nobody waits where nobody
    /// plays. `MASSLESS_SERVER_SHUTDOWN_NOTICE`; 0..=360; 10.
    pub(crate) shutdown_notice: u64,
    /// Whether the system may dump a core when the process dies: a file as large as its memory, with keys and
    /// talk in it. `MASSLESS_SERVER_CORE_DUMPS`; false.
    pub(crate) core_dumps: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            name: "Massless".to_owned(),
            bind: IpAddr::from([0, 0, 0, 0]),
            http_port: 3_000,
            game_port: 2_567,
            admin_bind: IpAddr::from([127, 0, 0, 1]),
            admin_port: 9_600,
            public_game_url: String::new(),
            stop_seconds: 3,
            shutdown_notice: 10,
            core_dumps: false,
        }
    }
}

impl Server {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let letters = self.name.chars().count();
        if !(1..=64).contains(&letters) {
            return Err(ConfigError::range("server.name", letters, "1 to 64 letters long"));
        }
        let url = &self.public_game_url;
        if !(url.is_empty() || url.starts_with("ws://") || url.starts_with("wss://")) {
            let allowed = "empty or begin with ws:// or wss://";
            return Err(ConfigError::range("server.public_game_url", format!("{url:?}"), allowed));
        }
        if self.stop_seconds > 300 {
            return Err(ConfigError::range("server.stop_seconds", self.stop_seconds, "0 to 300"));
        }
        if self.shutdown_notice > NOTICE_SECONDS_MAX {
            let seconds = self.shutdown_notice;
            let allowed = format!("0 to {NOTICE_SECONDS_MAX} seconds");
            return Err(ConfigError::range("server.shutdown_notice", seconds, &allowed));
        }
        let ports = [self.http_port, self.game_port, self.admin_port];
        for (index, port) in ports.iter().enumerate() {
            if *port != 0 && ports[..index].contains(port) {
                let key = ["server.http_port", "server.game_port", "server.admin_port"][index];
                return Err(ConfigError::range(key, port, "a port of its own"));
            }
        }
        Ok(())
    }
}
