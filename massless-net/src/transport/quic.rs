//! The accepting side of QUIC and WebTransport: one UDP port, told apart by the protocol they agree on.
//!
//! Nothing is kept for whoever is one too many, and for whoever has not shown that packets reach it only
//! little: `UNPROVEN_MAX` handshakes; beyond them it has to come again with a token (Retry), which costs
//! nothing here. An endpoint that fails is opened anew on the same socket.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quinn::crypto::rustls::QuicServerConfig;
use quinn::{
    Connecting, Endpoint, EndpointConfig, Incoming, ServerConfig, TokioRuntime,
    ValidationTokenConfig,
};
use socket2::SockRef;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::certificate::{CertificateError, Identity};
use super::gate::Gate;
use super::socket::Socket;
use super::tls::{ALPN, ALPN_H3, provider, transport_config};
use super::webtransport;

/// Handshakes at a time with addresses that may be forged; further ones are sent a Retry. One holds some 20 KiB
/// until it is over; a Retry costs everybody who is honest a round trip and its first packet once more.
const UNPROVEN_MAX: usize = 128;
/// Of the places that one address has, this share may be taken before it is proven: 1 / n.
const UNPROVEN_SHARE: u32 = 4;
/// Time from the first packet to the first byte of the stream. Clients give a try up before and make another.
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// Bytes of packets that may wait in the kernel, as far as it allows (Linux takes twice as many, up to its
/// `net.core.rmem_max`). Without it a burst of first packets overflows the usual 208 KiB, which hold under a hundred.
const KERNEL_RECEIVE_BYTES: usize = 4 << 20;
/// First packets that may wait to be looked at.
const INCOMING_MAX: usize = 1_024;
/// Bytes that may wait for one first packet to be looked at, and for all of them.
const INCOMING_BYTES: (u64, u64) = (4_096, 1 << 20);
/// Sockets that may wait for `accept`.
const WAITING_MAX: usize = 1_024;
/// Pause before a failed endpoint is opened anew, so that the loop does not spin.
const RESTART_PAUSE: Duration = Duration::from_millis(200);

/// What became of those who knocked, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuicCounts {
    /// Had to prove their address first.
    pub retried: u64,
    /// Were turned away because too many stood, in all or from their address.
    pub refused: u64,
    /// Did not get through the handshake.
    pub failed: u64,
    /// Endpoints that ended by themselves and were opened anew.
    pub restarts: u64,
}

#[derive(Debug, Default)]
struct Meters {
    retried: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    restarts: AtomicU64,
}

#[derive(Debug)]
struct Shared {
    gate: Gate,
    per_address_max: u32,
    meters: Meters,
    unproven: AtomicUsize,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    config: ServerConfig,
    endpoint: Option<Endpoint>,
}

/// A UDP port that accepts QUIC and WebTransport.
#[derive(Debug)]
pub struct QuicListener {
    address: SocketAddr,
    shared: Arc<Shared>,
    sockets: mpsc::Receiver<Socket>,
    _tasks: JoinSet<()>,
}

impl QuicListener {
    /// Binds a port; port 0 picks a free one. Connections are counted by `gate`, which may count those of
    /// another listener, too.
    ///
    /// # Errors
    /// When the port is in use or not allowed, or the certificate cannot be used.
    pub fn bind(address: SocketAddr, gate: Gate, identity: &Identity) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        // What the kernel refuses is not needed to play.
        let _ = SockRef::from(&socket).set_recv_buffer_size(KERNEL_RECEIVE_BYTES);
        let address = socket.local_addr()?;
        let config = server_config(identity).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            per_address_max: gate.settings().per_address_max,
            gate,
            meters: Meters::default(),
            unproven: AtomicUsize::new(0),
            current: Mutex::new(Current { config, endpoint: None }),
        });
        let (sender, sockets) = mpsc::channel(WAITING_MAX);
        let mut tasks = JoinSet::new();
        let open = {
            let shared = Arc::clone(&shared);
            move || shared.open(&socket)
        };
        tasks.spawn(keep_open(Arc::clone(&shared), open, sender));
        Ok(Self { address, shared, sockets, _tasks: tasks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next socket; `None` when the listener has stopped. May be dropped while it waits.
    pub async fn accept(&mut self) -> Option<Socket> {
        self.sockets.recv().await
    }

    /// What changes its certificate and counts those who knock.
    #[must_use]
    pub fn handle(&self) -> QuicHandle {
        QuicHandle(Arc::clone(&self.shared))
    }
}

/// A listener's other end, for those who do not accept.
#[derive(Clone, Debug)]
pub struct QuicHandle(Arc<Shared>);

impl QuicHandle {
    /// New connections are shown this certificate from now on; those that stand go on.
    ///
    /// # Errors
    /// When it cannot be used; then the one of before stays.
    pub fn set_identity(&self, identity: &Identity) -> Result<(), CertificateError> {
        let config = server_config(identity)?;
        let mut current = self.0.lock();
        if let Some(endpoint) = &current.endpoint {
            endpoint.set_server_config(Some(config.clone()));
        }
        current.config = config;
        Ok(())
    }

    /// What became of those who knocked.
    #[must_use]
    pub fn counts(&self) -> QuicCounts {
        let Meters { retried, refused, failed, restarts } = &self.0.meters;
        QuicCounts {
            retried: retried.load(Relaxed),
            refused: refused.load(Relaxed),
            failed: failed.load(Relaxed),
            restarts: restarts.load(Relaxed),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An endpoint on the one socket, which stays bound whatever becomes of endpoints.
    fn open(&self, socket: &UdpSocket) -> io::Result<Endpoint> {
        let mut current = self.lock();
        let endpoint = Endpoint::new(
            EndpointConfig::default(),
            Some(current.config.clone()),
            socket.try_clone()?,
            Arc::new(TokioRuntime),
        )?;
        current.endpoint = Some(endpoint.clone());
        Ok(endpoint)
    }

    /// Whether a peer whose address may be forged has to prove it.
    fn must_prove(&self, address: IpAddr) -> bool {
        self.unproven.load(Relaxed) >= UNPROVEN_MAX
            || self.gate.count_of(address) >= self.per_address_max.div_ceil(UNPROVEN_SHARE)
    }
}

/// Opens endpoints for as long as this runs: one, unless that fails.
async fn keep_open(
    shared: Arc<Shared>,
    mut open: impl FnMut() -> io::Result<Endpoint>,
    sender: mpsc::Sender<Socket>,
) {
    loop {
        if let Ok(endpoint) = open() {
            // A task of its own: its panic ends this endpoint and nothing else.
            let mut task = JoinSet::new();
            task.spawn(accept_all(Arc::clone(&shared), endpoint, sender.clone()));
            task.join_next().await;
        }
        shared.meters.restarts.fetch_add(1, Relaxed);
        sleep(RESTART_PAUSE).await;
    }
}

async fn accept_all(shared: Arc<Shared>, endpoint: Endpoint, sender: mpsc::Sender<Socket>) {
    while let Some(incoming) = endpoint.accept().await {
        consider(&shared, incoming, &sender);
    }
}

/// Lets a handshake begin, or does the least that can be done.
fn consider(shared: &Arc<Shared>, incoming: Incoming, sender: &mpsc::Sender<Socket>) {
    let address = incoming.remote_address().ip();
    let is_proven = incoming.remote_address_validated();
    if !is_proven && shared.must_prove(address) {
        shared.meters.retried.fetch_add(1, Relaxed);
        // It may retry as long as it is not proven.
        let _ = incoming.retry();
        return;
    }
    let Ok(permit) = shared.gate.try_admit(address) else {
        shared.meters.refused.fetch_add(1, Relaxed);
        // An answer to a forged address would go to somebody else.
        if is_proven {
            incoming.refuse()
        } else {
            incoming.ignore()
        }
        return;
    };
    let unproven = (!is_proven).then(|| Unproven::new(shared));
    let (shared, sender) = (Arc::clone(shared), sender.clone());
    tokio::spawn(async move {
        let shaken = async {
            let connection = shake(incoming.accept().ok()?, unproven).await?;
            webtransport::receive(connection).await.ok()
        };
        match timeout(HANDSHAKE_TIME, shaken).await {
            Ok(Some(line)) => _ = sender.send(Socket::quic(line).holding(permit)).await,
            _ => _ = shared.meters.failed.fetch_add(1, Relaxed),
        }
    });
}

/// The handshake; at its end the peer's address is proven.
async fn shake(connecting: Connecting, unproven: Option<Unproven>) -> Option<quinn::Connection> {
    let connection = connecting.await.ok();
    drop(unproven);
    connection
}

/// One handshake with an address that may be forged, for as long as this lives.
struct Unproven(Arc<Shared>);

impl Unproven {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.unproven.fetch_add(1, Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for Unproven {
    fn drop(&mut self) {
        self.0.unproven.fetch_sub(1, Relaxed);
    }
}

fn server_config(identity: &Identity) -> Result<ServerConfig, CertificateError> {
    let mut tls = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())?;
    tls.alpn_protocols = vec![ALPN.to_vec(), ALPN_H3.to_vec()];
    // Nobody comes back by a ticket: the certificate is short-lived, and early data is not taken.
    tls.send_tls13_tickets = 0;
    let crypto = QuicServerConfig::try_from(tls)
        .map_err(|error| CertificateError::Read(error.to_string()))?;
    let mut config = ServerConfig::with_crypto(Arc::new(crypto));
    let mut tokens = ValidationTokenConfig::default();
    tokens.sent(0);
    config
        .transport_config(transport_config())
        .validation_token_config(tokens)
        .max_incoming(INCOMING_MAX)
        .incoming_buffer_size(INCOMING_BYTES.0)
        .incoming_buffer_size_total(INCOMING_BYTES.1);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::gate::GateSettings;

    #[test]
    fn a_failing_endpoint_is_opened_anew() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let identity = Identity::self_made(1_800_000_000).expect("randomness");
            let gate = Gate::new(GateSettings { connections_max: 4, per_address_max: 4 });
            let address = "127.0.0.1:0".parse().expect("an address");
            let listener = QuicListener::bind(address, gate, &identity).expect("a port");
            let shared = Arc::clone(&listener.shared);
            let (sender, _sockets) = mpsc::channel(1);
            let opened = Arc::new(AtomicU64::new(0));
            let count = Arc::clone(&opened);
            // It panics inside, ends at once, fails, and only then stays.
            let open = move || {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                let endpoint = shared.open(&socket)?;
                match count.fetch_add(1, Relaxed) {
                    0 => endpoint.close(0_u32.into(), b""),
                    1 => return Err(io::Error::other("no socket")),
                    _ => {}
                }
                Ok(endpoint)
            };
            let shared = Arc::clone(&listener.shared);
            let keeper = tokio::spawn(keep_open(Arc::clone(&shared), open, sender));
            while opened.load(Relaxed) < 3 {
                sleep(Duration::from_millis(10)).await;
            }
            sleep(RESTART_PAUSE * 2).await;
            assert_eq!(opened.load(Relaxed), 3, "the third one stays");
            assert_eq!(listener.handle().counts().restarts, 2);
            assert!(!keeper.is_finished());
        });
    }
}
