//! The open ports: page, game by TCP and UDP on one number, administration.

use std::io;
use std::net::SocketAddr;
use std::sync::PoisonError;

use massless_net::transport::gate::{Gate, GateSettings};
use massless_net::transport::quic::{QuicHandle, QuicListener};
use massless_net::transport::socket::Socket;
use massless_net::transport::ws::Listener;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::certificates::{Certificates, Hashes};
use crate::commands::WrongUse;
use crate::config::Config;
use crate::hex::hex;
use crate::http::QuicSite;
use crate::web;

/// Times a number that is free for both TCP and UDP is looked for.
const PORT_TRIES: u32 = 32;

/// All ports.
pub(super) struct Ports {
    /// Page and interface.
    pub(super) http: TcpListener,
    /// The game.
    pub(super) game: GamePorts,
    /// Health and metrics.
    pub(super) admin: TcpListener,
    /// What the game's UDP port proves to be; `None` while it is shut, and once somebody keeps them.
    certificates: Option<Certificates>,
}

impl Ports {
    /// Where players dial by UDP.
    pub(super) fn quic_site(&self, config: &Config) -> Option<QuicSite> {
        let certificates = self.certificates.as_ref()?;
        Some(QuicSite {
            public_address: config.quic.public_address.clone(),
            is_v4: config.server.bind.is_ipv4(),
            hashes: certificates.hashes(),
        })
    }

    /// Looks after the certificates as long as the task runs; after all who ask for them here.
    pub(super) fn keep_certificates(&mut self) -> Option<JoinHandle<()>> {
        let (certificates, port) = self.certificates.take().zip(self.game.quic())?;
        Some(tokio::spawn(certificates.keep(port)))
    }
}

/// Where players dial: one number, two protocols.
pub(crate) struct GamePorts {
    ws: Listener,
    quic: Option<QuicListener>,
}

impl GamePorts {
    /// The address of both.
    pub(super) const fn address(&self) -> SocketAddr {
        self.ws.address()
    }

    /// What counts the connections of both.
    pub(super) fn gate(&self) -> Gate {
        self.ws.gate()
    }

    /// The UDP port's other end; `None` while it is shut.
    pub(super) fn quic(&self) -> Option<QuicHandle> {
        self.quic.as_ref().map(QuicListener::handle)
    }

    /// The next socket of either; `None` when there will be none.
    pub(crate) async fn accept(&mut self) -> Option<Socket> {
        let Some(quic) = &mut self.quic else { return self.ws.accept().await };
        tokio::select! {
            socket = self.ws.accept() => socket,
            Some(socket) = quic.accept() => Some(socket),
        }
    }
}

/// Opens the port of the administration alone; the others are tried and let go again, so that who stands by says
/// at once that it could not take over.
pub(super) async fn open_admin(config: &Config) -> anyhow::Result<TcpListener> {
    let server = &config.server;
    for (port, setting) in
        [(server.game_port, "server.game_port"), (server.http_port, "server.http_port")]
    {
        drop(web::listen(server.bind, port, setting).await.map_err(WrongUse)?);
    }
    listen_admin(config).await
}

async fn listen_admin(config: &Config) -> anyhow::Result<TcpListener> {
    let server = &config.server;
    let admin = web::listen(server.admin_bind, server.admin_port, "server.admin_port").await;
    Ok(admin.map_err(WrongUse)?)
}

/// Opens all ports, but for that of the administration when it is given; a WebSocket's message may have so many
/// bytes.
pub(super) async fn open(
    config: &Config,
    admin: Option<TcpListener>,
    message_bytes_max: usize,
) -> anyhow::Result<Ports> {
    let server = &config.server;
    let certificates =
        if config.quic.enabled { Some(Certificates::open(&config.quic)?) } else { None };
    let game =
        open_game(config, certificates.as_ref(), message_bytes_max).await.map_err(|error| {
            let place = (server.bind, server.game_port);
            WrongUse(web::cannot_open(&error, place, "server.game_port"))
        })?;
    let http = web::listen(server.bind, server.http_port, "server.http_port").await;
    let http = http.map_err(WrongUse)?;
    let admin = match admin {
        Some(admin) => admin,
        None => listen_admin(config).await?,
    };
    Ok(Ports { http, game, admin, certificates })
}

async fn open_game(
    config: &Config,
    certificates: Option<&Certificates>,
    message_bytes_max: usize,
) -> io::Result<GamePorts> {
    let gate = GateSettings {
        connections_max: config.limits.sockets_max,
        per_address_max: config.limits.sockets_per_address,
    };
    let address = SocketAddr::new(config.server.bind, config.server.game_port);
    let mut tries = 0;
    loop {
        let ws = Listener::bind_for(address, gate, message_bytes_max).await?;
        let Some(certificates) = certificates else { return Ok(GamePorts { ws, quic: None }) };
        tries += 1;
        match QuicListener::bind(ws.address(), ws.gate(), certificates.shown()) {
            Ok(quic) => return Ok(GamePorts { ws, quic: Some(quic) }),
            // A number that is free for TCP need not be free for UDP.
            Err(_) if address.port() == 0 && tries < PORT_TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// The line for machines on standard output, the address for people on standard error.
pub(super) fn announce(name: &str, ports: &Ports) -> anyhow::Result<()> {
    let http = ports.http.local_addr()?;
    let game = ports.game.address();
    let admin = ports.admin.local_addr()?;
    let hashes = ports.certificates.as_ref().map(Certificates::hashes);
    let ready = json!({
        "ready": true,
        "http": http.port(),
        "game": game.port(),
        "admin": admin.port(),
        "pid": std::process::id(),
        "certificates": hashes.map(|hashes| as_text(&hashes)),
    });
    let host =
        if http.ip().is_unspecified() { "localhost".to_owned() } else { http.ip().to_string() };
    let words = format!("{name} is ready: http://{host}:{}/", http.port());
    // By a thread of its own: whoever should read it may have stopped reading.
    std::thread::Builder::new().name("announce".to_owned()).spawn(move || {
        println!("{ready}");
        eprintln!("{words}");
    })?;
    Ok(())
}

/// Hashes of certificates in hexadecimal.
pub(crate) fn as_text(hashes: &Hashes) -> Vec<String> {
    let hashes = hashes.lock().unwrap_or_else(PoisonError::into_inner);
    hashes.iter().map(|hash| hex(hash)).collect()
}
