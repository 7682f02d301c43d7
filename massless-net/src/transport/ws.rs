//! The accepting side: WebSockets on an accept loop of our own around a warp filter.
//!
//! `warp::serve` knows no header timeout and `warp::ws` costs 134 KiB a socket; so connections are
//! served by hyper with a timer, the filter only checks the upgrade, and the socket is built on the
//! bare TCP stream with small buffers.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use warp::http::{Response, StatusCode};
use warp::{Filter, Rejection, Reply};

use super::gate::{Gate, GateSettings};
use super::line_ws::{WsLine, config_for};
use super::socket::Socket;
use crate::limits::FRAME_BYTES_MAX;

/// Bytes the kernel may hold for a peer that does not read (it takes twice as many). Without it a
/// slow reader is given megabytes before anything notices; several seconds of updates fit.
const KERNEL_SEND_BYTES: u32 = 65_536;
/// Connections the kernel completes before they are accepted.
const BACKLOG: u32 = 1_024;
/// Sockets that may wait for `accept`.
const WAITING_MAX: usize = 1_024;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 8_192;
/// Time from the connection to the whole request.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Time that what was written may stay unacknowledged, or that a peer whose buffer is full may go on taking nothing; then
/// the kernel ends the connection. Reason: reliability F10. A peer in such a state may be unable to say anything more: its
/// kernel drops all that comes beyond its full buffer, and acknowledgements with it.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIME: Duration = Duration::from_secs(9);
/// Pause after a failed accept (no file descriptor is left), so that the loop does not spin.
const FAILED_PAUSE: Duration = Duration::from_millis(50);

/// A port that accepts WebSockets.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    gate: Gate,
    sockets: mpsc::Receiver<Socket>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Binds a port; port 0 picks a free one.
    ///
    /// # Errors
    /// When the port is in use or not allowed.
    pub async fn bind(address: SocketAddr, settings: GateSettings) -> io::Result<Self> {
        Self::bind_for(address, settings, FRAME_BYTES_MAX).await
    }

    /// The same, and messages may have up to `message_bytes_max`: no player may send more than a frame, but
    /// an echo may be asked for more.
    ///
    /// # Errors
    /// As `bind`.
    pub async fn bind_for(
        address: SocketAddr,
        settings: GateSettings,
        message_bytes_max: usize,
    ) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.set_send_buffer_size(KERNEL_SEND_BYTES)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let gate = Gate::new(settings);
        let (sender, sockets) = mpsc::channel(WAITING_MAX);
        let door = Door { gate: gate.clone(), message_bytes_max };
        let task = tokio::spawn(accept_all(listener, door, sender));
        Ok(Self { address, gate, sockets, task })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections that stand, upgraded or not.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.gate.count()
    }

    /// What counts its connections, and those it turned away.
    #[must_use]
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The next socket; `None` when the listener has stopped. May be dropped while it waits.
    pub async fn accept(&mut self) -> Option<Socket> {
        self.sockets.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whom a listener lets in, and how much they may say at once.
struct Door {
    gate: Gate,
    message_bytes_max: usize,
}

async fn accept_all(listener: TcpListener, door: Door, sender: mpsc::Sender<Socket>) {
    let Door { gate, message_bytes_max } = door;
    loop {
        let Ok((tcp, remote)) = listener.accept().await else {
            sleep(FAILED_PAUSE).await;
            continue;
        };
        // Whoever is one too many is dropped without a word: words cost what the cap saves.
        let Ok(permit) = gate.try_admit(remote.ip()) else { continue };
        let sender = sender.clone();
        tokio::spawn(async move {
            if let Some(socket) = upgrade(tcp, message_bytes_max).await {
                let _ = sender.send(socket.holding(permit)).await;
            }
        });
    }
}

/// Serves one request on a connection and makes it a socket if it asks for that.
async fn upgrade(tcp: TcpStream, message_bytes_max: usize) -> Option<Socket> {
    tcp.set_nodelay(true).ok()?;
    end_when_stuck(&tcp).ok()?;
    let wanted = Wanted::default();
    let service = TowerToHyperService::new(warp::service(filter(wanted.clone())));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(tcp), service)
        .with_upgrades();
    timeout(HEAD_TIME * 2, connection).await.ok()?.ok()?;
    let upgraded = wanted.take()?.await.ok()?;
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    let stream = WebSocketStream::from_partially_read(
        parts.io.into_inner(),
        parts.read_buf.to_vec(),
        Role::Server,
        Some(config_for(message_bytes_max)),
    )
    .await;
    Some(Socket::ws(WsLine::new(stream)))
}

/// Lets the kernel end a connection of which nothing is acknowledged any more.
#[cfg(target_os = "linux")]
fn end_when_stuck(tcp: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(tcp).set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIME))
}

/// Other systems have no such setting; there the session's own limits end it, later.
#[cfg(not(target_os = "linux"))]
fn end_when_stuck(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

/// Carries the upgrade out of the filter.
#[derive(Clone, Default)]
struct Wanted(Arc<Mutex<Option<OnUpgrade>>>);

impl Wanted {
    fn put(&self, upgrade: OnUpgrade) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
    }

    fn take(&self) -> Option<OnUpgrade> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn filter(
    wanted: Wanted,
) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync + 'static {
    let header = warp::header::optional::<String>;
    warp::get()
        .and(warp::ext::optional::<OnUpgrade>())
        .and(header("upgrade"))
        .and(header("sec-websocket-version"))
        .and(header("sec-websocket-key"))
        .map(move |upgrade: Option<OnUpgrade>, protocol, version, key| {
            answer(&wanted, upgrade, &Asked { protocol, version, key })
        })
}

/// What the request's head says.
struct Asked {
    protocol: Option<String>,
    version: Option<String>,
    key: Option<String>,
}

fn answer(wanted: &Wanted, upgrade: Option<OnUpgrade>, asked: &Asked) -> Response<&'static str> {
    let websocket =
        asked.protocol.as_ref().is_some_and(|name| name.eq_ignore_ascii_case("websocket"));
    let current = asked.version.as_deref() == Some("13");
    let builder = Response::builder();
    let response = match (upgrade, &asked.key) {
        (Some(upgrade), Some(key)) if websocket && current => {
            wanted.put(upgrade);
            builder
                .status(StatusCode::SWITCHING_PROTOCOLS)
                .header("connection", "Upgrade")
                .header("upgrade", "websocket")
                .header("sec-websocket-accept", derive_accept_key(key.as_bytes()))
                .body("")
        }
        _ => builder
            .status(StatusCode::UPGRADE_REQUIRED)
            .header("connection", "Upgrade, close")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .body("This port speaks the game's protocol over WebSockets.\n"),
    };
    response.expect("all header values are visible ASCII")
}
