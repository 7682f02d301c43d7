//! The dialling side of all transports: the scheme of an address says which.
//!
//! | address | transport |
//! | --- | --- |
//! | `ws://host:port/` | WebSocket |
//! | `quic://host:port/` | QUIC |
//! | `https://host:port/` | WebTransport |

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Endpoint, EndpointConfig, TokioRuntime};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use socket2::SockRef;
use tokio::time::timeout;

use super::socket::Socket;
use super::tls::{ALPN, ALPN_H3, provider, sha256, transport_config};
use super::{TransportError, dial, webtransport};

/// Time of one try to connect by UDP: a handshake that lost a packet or two is over within it. A new try begins
/// with short waits again, where the old one would double them.
const TRY_TIME: Duration = Duration::from_secs(3);
/// Tries to connect by UDP.
const TRIES: u32 = 5;
/// Bytes of packets that may wait in the kernel for one socket, as far as it allows: load has hundreds of connections on
/// each, all of which are sent something in the same moment.
const KERNEL_RECEIVE_BYTES: usize = 4 << 20;

/// Whom a client takes for the server.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Who has a certificate of one of these hashes (SHA-256), as the session endpoint tells them.
    Hashes(Vec<[u8; 32]>),
    /// Who has a certificate for the host's name that the system trusts.
    System,
}

/// Dials servers.
#[derive(Debug)]
pub struct Dialer {
    quic: ClientConfig,
    h3: ClientConfig,
    sockets_max: usize,
    endpoints: Mutex<Endpoints>,
}

#[derive(Debug, Default)]
struct Endpoints {
    list: Vec<Endpoint>,
    next: usize,
}

impl Dialer {
    /// A dialer whose connections share up to `sockets_max` UDP sockets: one is enough for a player, load
    /// needs more.
    ///
    /// # Errors
    /// `Address` when no such trust is possible.
    pub fn new(trust: &Trust, sockets_max: usize) -> Result<Self, TransportError> {
        let config = |name: &[u8]| client_config(trust, name);
        Ok(Self {
            quic: config(ALPN)?,
            h3: config(ALPN_H3)?,
            sockets_max: sockets_max.max(1),
            endpoints: Mutex::default(),
        })
    }

    /// Connects to an address of one of the three schemes.
    ///
    /// # Errors
    /// `Address` for anything else, `Lost` when nobody answers there or it is somebody else.
    pub async fn connect(&self, url: &str) -> Result<Socket, TransportError> {
        let address = || TransportError::Address(url.to_owned());
        let (scheme, rest) = url.split_once("://").ok_or_else(address)?;
        let config = match scheme {
            "ws" => return dial::connect(url).await,
            "quic" => &self.quic,
            "https" => &self.h3,
            _ => return Err(address()),
        };
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, _) = authority.rsplit_once(':').ok_or_else(address)?;
        let mut found = tokio::net::lookup_host(authority).await.map_err(lost)?;
        let remote = found.next().ok_or_else(address)?;
        let endpoint = self.endpoint(remote)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        for _ in 0..TRIES {
            let connecting = endpoint.connect_with(config.clone(), remote, host).map_err(lost)?;
            let tried = async {
                let connection = connecting.await.map_err(lost)?;
                webtransport::open(connection, url).await
            };
            if let Ok(line) = timeout(TRY_TIME, tried).await {
                return line.map(Socket::quic);
            }
        }
        Err(TransportError::Lost(format!("no answer to {TRIES} tries")))
    }

    /// One of the endpoints that reach that address; a new one as long as there may be more.
    fn endpoint(&self, remote: SocketAddr) -> Result<Endpoint, TransportError> {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fit = |endpoint: &Endpoint| {
            endpoint.local_addr().is_ok_and(|local| local.is_ipv4() == remote.is_ipv4())
        };
        if endpoints.list.len() < self.sockets_max || !endpoints.list.iter().any(is_fit) {
            let local = match remote {
                SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
                SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            };
            let endpoint = open(local).map_err(lost)?;
            endpoints.list.push(endpoint.clone());
            return Ok(endpoint);
        }
        let count = endpoints.list.len();
        endpoints.next += 1;
        let turns = (0..count).map(|turn| (endpoints.next + turn) % count);
        let found = turns.map(|at| &endpoints.list[at]).find(|endpoint| is_fit(endpoint));
        Ok(found.expect("one that fits was looked for").clone())
    }
}

/// An endpoint of its own socket.
fn open(local: SocketAddr) -> io::Result<Endpoint> {
    let socket = UdpSocket::bind(local)?;
    // What the kernel refuses a single player does not need.
    let _ = SockRef::from(&socket).set_recv_buffer_size(KERNEL_RECEIVE_BYTES);
    Endpoint::new(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime))
}

fn client_config(trust: &Trust, name: &[u8]) -> Result<ClientConfig, TransportError> {
    let address = |error: Error| TransportError::Address(error.to_string());
    let builder = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(address)?;
    let mut tls = match trust {
        Trust::Hashes(hashes) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(ByHash::new(hashes)))
            .with_no_client_auth(),
        Trust::System => builder.with_root_certificates(system_roots()).with_no_client_auth(),
    };
    tls.alpn_protocols = vec![name.to_vec()];
    let crypto = QuicClientConfig::try_from(tls).map_err(lost)?;
    let mut config = ClientConfig::new(Arc::new(crypto));
    config.transport_config(transport_config());
    Ok(config)
}

/// All that the system trusts and that can be read.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Takes whoever has one of these certificates and its key.
#[derive(Debug)]
struct ByHash {
    provider: Arc<CryptoProvider>,
    hashes: Vec<[u8; 32]>,
}

impl ByHash {
    fn new(hashes: &[[u8; 32]]) -> Self {
        Self { provider: provider(), hashes: hashes.to_vec() }
    }
}

impl ServerCertVerifier for ByHash {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.hashes.contains(&sha256(end_entity)) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn lost(error: impl std::fmt::Display) -> TransportError {
    TransportError::Lost(error.to_string())
}
