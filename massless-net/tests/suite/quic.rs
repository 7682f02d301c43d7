//! QUIC and WebTransport over real sockets on the loopback, and what is sent to them that should not be.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use massless_net::limits::FRAME_BYTES_MAX;
use massless_net::transport::certificate::Identity;
use massless_net::transport::dial_quic::{Dialer, Trust};
use massless_net::transport::gate::{Gate, GateSettings};
use massless_net::transport::quic::QuicListener;
use massless_net::transport::socket::Socket;
use massless_net::transport::{Transport, TransportError};
use quinn::crypto::rustls::QuicClientConfig;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
/// An input frame's first byte: it may get lost.
const INPUTS: u8 = 2;

fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { timeout(PATIENCE, test).await.expect("took too long") });
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

struct Bed {
    listener: QuicListener,
    gate: Gate,
    dialer: Arc<Dialer>,
}

impl Bed {
    fn new(connections_max: u32) -> Self {
        let identity = Identity::self_made(now()).expect("randomness");
        let gate = Gate::new(GateSettings { connections_max, per_address_max: connections_max });
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = QuicListener::bind(address, gate.clone(), &identity).expect("a free port");
        let trust = Trust::Hashes(identity.hash().into_iter().collect());
        let dialer = Arc::new(Dialer::new(&trust, 1).expect("a dialer"));
        Self { listener, gate, dialer }
    }

    fn url(&self, transport: Transport) -> String {
        let scheme = if transport == Transport::Quic { "quic" } else { "https" };
        format!("{scheme}://{}/", self.listener.address())
    }

    /// Both ends of a connection; `hello` is the first frame.
    async fn pair(&mut self, transport: Transport, hello: &[u8]) -> (Socket, Socket) {
        let (url, dialer) = (self.url(transport), Arc::clone(&self.dialer));
        let hello = hello.to_vec();
        let client = async move {
            let mut client = dialer.connect(&url).await.expect("an answer");
            client.send(hello).await.expect("it writes");
            client
        };
        let (client, server) = tokio::join!(client, self.listener.accept());
        (client, server.expect("a socket"))
    }
}

const BOTH: [Transport; 2] = [Transport::Quic, Transport::WebTransport];

#[test]
fn frames_travel_both_ways_whole_and_in_order() {
    run(async {
        let mut bed = Bed::new(10);
        for transport in BOTH {
            let (mut client, mut server) = bed.pair(transport, &[1, 2, 3]).await;
            assert_eq!((client.transport(), server.transport()), (transport, transport));
            assert_eq!(server.recv().await.unwrap().unwrap().as_ref(), [1, 2, 3]);
            let sizes = [0, 1, 2, 1_199, 1_200, 4_096, FRAME_BYTES_MAX];
            for size in sizes {
                server.send(vec![0x70; size]).await.unwrap();
            }
            for size in sizes {
                let frame = client.recv().await.unwrap().unwrap();
                assert_eq!(frame.as_ref(), vec![0x70; size], "{size} bytes by {transport:?}");
            }
            assert!(server.remote().is_some());
        }
    });
}

#[test]
fn what_may_get_lost_travels_as_datagrams() {
    run(async {
        let mut bed = Bed::new(10);
        for transport in BOTH {
            let (mut client, mut server) = bed.pair(transport, &[1]).await;
            server.recv().await.unwrap();
            for n in 0..20 {
                client.send(vec![INPUTS, n]).await.unwrap();
            }
            // Too long for a datagram: it goes by the stream, whatever it is.
            client.send(vec![INPUTS; 1_500]).await.unwrap();
            let (mut small, mut long) = (0, 0);
            while long == 0 || small < 15 {
                let frame = server.recv().await.unwrap().unwrap();
                if frame.len() == 1_500 { long += 1 } else { small += 1 }
            }
        }
    });
}

#[test]
fn the_last_frame_before_a_close_arrives() {
    run(async {
        let mut bed = Bed::new(10);
        for transport in BOTH {
            let (mut client, mut server) = bed.pair(transport, &[1]).await;
            server.recv().await.unwrap();
            server.send(vec![7; 5_000]).await.unwrap();
            let heard = async {
                let frame = client.recv().await.unwrap().unwrap();
                (frame.len(), client.recv().await.unwrap())
            };
            let ((), heard) = tokio::join!(server.close(4_000, "bye"), heard);
            assert_eq!(heard, (5_000, None), "{transport:?}");
        }
    });
}

#[test]
fn places_come_back_and_nobody_is_let_in_beyond_them() {
    run(async {
        let mut bed = Bed::new(1);
        for transport in BOTH {
            let (client, server) = bed.pair(transport, &[1]).await;
            let url = bed.url(transport);
            let refused = bed.dialer.connect(&url).await;
            assert!(matches!(refused, Err(TransportError::Lost(_))), "{transport:?}");
            assert_eq!(bed.gate.count(), 1);
            drop((client, server));
            while bed.gate.count() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
}

#[test]
fn a_dropped_end_is_noticed_at_once() {
    run(async {
        let mut bed = Bed::new(10);
        for transport in BOTH {
            let (client, mut server) = bed.pair(transport, &[1]).await;
            server.recv().await.unwrap();
            drop(client);
            assert_eq!(server.recv().await.unwrap(), None, "{transport:?}");
            let (mut client, server) = bed.pair(transport, &[1]).await;
            drop(server);
            assert_eq!(client.recv().await.unwrap(), None, "{transport:?}");
        }
    });
}

#[test]
fn a_peer_that_does_not_read_makes_the_sender_wait() {
    run(async {
        let mut bed = Bed::new(10);
        for transport in BOTH {
            let (client, mut server) = bed.pair(transport, &[1]).await;
            let mut bytes = 0;
            while let Ok(sent) =
                timeout(Duration::from_millis(500), server.send(vec![0x70; 1_000])).await
            {
                sent.unwrap();
                bytes += 1_000;
                assert!(bytes < 262_144, "{transport:?}: no end to what is taken for it");
            }
            drop(client);
        }
    });
}

#[test]
fn another_certificate_is_refused_and_a_new_one_is_shown() {
    run(async {
        let mut bed = Bed::new(10);
        let other = Identity::self_made(now()).expect("randomness");
        let trust = Trust::Hashes(other.hash().into_iter().collect());
        let wary = Arc::new(Dialer::new(&trust, 1).expect("a dialer"));
        for transport in BOTH {
            let refused = wary.connect(&bed.url(transport)).await;
            assert!(matches!(refused, Err(TransportError::Lost(_))), "{transport:?}");
        }
        let (mut client, mut server) = bed.pair(Transport::Quic, &[1]).await;
        bed.listener.handle().set_identity(&other).expect("it fits");
        bed.dialer = wary;
        let _ = bed.pair(Transport::Quic, &[1]).await;
        // Who was in stays in.
        server.recv().await.unwrap();
        server.send(vec![5]).await.unwrap();
        assert_eq!(client.recv().await.unwrap().unwrap().as_ref(), [5]);
        // The system trusts neither.
        let strict = Dialer::new(&Trust::System, 1).expect("a dialer");
        assert!(strict.connect(&bed.url(Transport::Quic)).await.is_err());
    });
}

/// A client of our own making, to do what the real one does not.
fn crude_client(protocol: &[u8]) -> quinn::Endpoint {
    let mut endpoint = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    endpoint.set_default_client_config(crude_config(protocol));
    endpoint
}

fn crude_config(protocol: &[u8]) -> quinn::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Credulous(provider)))
        .with_no_client_auth();
    tls.alpn_protocols = vec![protocol.to_vec()];
    quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).expect("it fits")))
}

#[derive(Debug)]
struct Credulous(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[test]
fn another_protocol_is_refused_in_the_handshake() {
    run(async {
        let mut bed = Bed::new(10);
        for protocol in [&b"massless/2"[..], b"hq-interop", b"http/1.1"] {
            let endpoint = crude_client(protocol);
            let connecting = endpoint.connect(bed.listener.address(), "x").expect("it dials");
            assert!(connecting.await.is_err(), "{}", String::from_utf8_lossy(protocol));
        }
        let _ = bed.pair(Transport::Quic, &[1]).await;
        assert_eq!(bed.listener.handle().counts().failed, 3);
    });
}

#[test]
fn a_frame_that_is_too_long_is_told_apart_from_one_that_is_not_whole() {
    run(async {
        let mut bed = Bed::new(10);
        let endpoint = crude_client(b"massless/1");
        let connection = endpoint.connect(bed.listener.address(), "x").expect("it dials");
        let connection = connection.await.expect("it is let in");
        let (mut send, _recv) = connection.open_bi().await.expect("a stream");
        send.write_all(&[3, 0, 1, 2]).await.expect("it writes");
        let mut server = bed.listener.accept().await.expect("a socket");
        let early = timeout(Duration::from_millis(200), server.recv()).await;
        assert!(early.is_err(), "a byte is missing");
        send.write_all(&[3, 0, 0]).await.expect("it writes");
        assert_eq!(server.recv().await.unwrap().unwrap().as_ref(), [1, 2, 3]);
        assert_eq!(server.recv().await.unwrap().unwrap().as_ref(), [0_u8; 0], "an empty frame");
        send.write_all(&[0xFF, 0xFF]).await.expect("it writes");
        let error = server.recv().await.expect_err("too long");
        assert!(matches!(error, TransportError::TooLong), "{error}");
    });
}

#[test]
fn other_requests_of_http_are_refused() {
    run(async {
        let mut bed = Bed::new(10);
        let elsewhere = format!("https://{}/elsewhere", bed.listener.address());
        assert!(bed.dialer.connect(&elsewhere).await.is_err());
        // Nonsense where the settings of HTTP/3 should be, and streams nobody asked for.
        let endpoint = crude_client(b"h3");
        let connection = endpoint.connect(bed.listener.address(), "x").expect("it dials");
        let connection = connection.await.expect("it is let in");
        for _ in 0..4 {
            let mut stream = connection.open_uni().await.expect("a stream");
            stream.write_all(&[0xFF; 64]).await.expect("it writes");
        }
        let fifth = timeout(Duration::from_millis(200), connection.open_uni()).await;
        assert!(!matches!(fifth, Ok(Ok(_))), "a fifth stream has to wait, or all is over");
        timeout(PATIENCE, connection.closed()).await.expect("it is closed");
        let _ = bed.pair(Transport::WebTransport, &[1]).await;
        assert!(bed.listener.handle().counts().failed >= 2);
    });
}

#[test]
fn who_opens_no_stream_is_cut() {
    run(async {
        let mut bed = Bed::new(10);
        let endpoint = crude_client(b"massless/1");
        let begun = Instant::now();
        let connection = endpoint.connect(bed.listener.address(), "x").expect("it dials");
        let connection = connection.await.expect("it is let in");
        timeout(PATIENCE, connection.closed()).await.expect("it is closed");
        let took = begun.elapsed();
        assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&took), "{took:?}");
        assert_eq!(bed.gate.count(), 0);
        let _ = bed.pair(Transport::Quic, &[1]).await;
    });
}

#[test]
fn garbage_is_ignored_and_costs_the_others_nothing() {
    run(async {
        let mut bed = Bed::new(10);
        let (mut client, mut server) = bed.pair(Transport::Quic, &[1]).await;
        server.recv().await.unwrap();
        let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        stranger.set_nonblocking(true).expect("it is possible");
        let mut word = 1_u32;
        let mut sent = 0_usize;
        for n in 0..2_000_usize {
            let bytes: Vec<u8> = (0..n % 1_400)
                .map(|_| {
                    word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (word >> 24) as u8
                })
                .collect();
            sent += bytes.len();
            stranger.send_to(&bytes, bed.listener.address()).expect("it sends");
            if n % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        server.send(vec![5]).await.unwrap();
        assert_eq!(client.recv().await.unwrap().unwrap().as_ref(), [5]);
        let (mut answered, mut answer) = (0, [0; 2_000]);
        while let Ok(len) = stranger.recv(&mut answer) {
            answered += len;
        }
        assert!(answered < sent, "{answered} bytes answer {sent}");
        assert_eq!(bed.gate.count(), 1);
    });
}

/// First packets as real clients send them, each from a port of its own that never answers.
fn first_packets(to: SocketAddr, count: usize) -> Vec<UdpSocket> {
    let send = |_| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        socket.set_nonblocking(true).expect("it is possible");
        socket.send_to(&first_packet(), to).expect("it sends");
        socket
    };
    (0..count).map(send).collect()
}

/// The first packet of a real client, caught by a socket that stands in for the server.
fn first_packet() -> Vec<u8> {
    let catcher = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    catcher.set_read_timeout(Some(PATIENCE)).expect("it is possible");
    let to = catcher.local_addr().expect("it is bound");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let endpoint = crude_client(b"massless/1");
        let connecting = endpoint.connect(to, "x").expect("it dials");
        let _ = timeout(Duration::from_millis(20), connecting).await;
    });
    let mut packet = vec![0; 2_000];
    let len = catcher.recv(&mut packet).expect("a first packet");
    packet.truncate(len);
    packet
}

#[test]
fn a_flood_of_first_packets_is_sent_away_and_not_amplified() {
    run(async {
        let mut bed = Bed::new(1_000);
        let address = bed.listener.address();
        // Made in threads of their own, before time is measured.
        let flood = tokio::task::spawn_blocking(move || first_packets(address, 150)).await;
        let flood = flood.expect("the flood is sent");
        tokio::time::sleep(Duration::from_millis(300)).await;
        let counts = bed.listener.handle().counts();
        assert!(counts.retried >= 20, "{counts:?}");
        assert!(bed.gate.count() <= 130, "{} places are taken", bed.gate.count());
        let mut answer = [0; 2_000];
        for socket in &flood {
            let mut answered = 0;
            while let Ok(len) = socket.recv(&mut answer) {
                answered += len;
            }
            // Three times as many, as RFC 9000 has it; quinn begins a last packet while any of it is left.
            assert!(answered < 4 * 1_200, "{answered} bytes answer a packet of 1,200");
        }
        // Who answers is let in all the same, after showing its address.
        let (mut client, mut server) = bed.pair(Transport::Quic, &[1]).await;
        server.recv().await.unwrap();
        server.send(vec![5]).await.unwrap();
        assert_eq!(client.recv().await.unwrap().unwrap().as_ref(), [5]);
    });
}

#[test]
fn an_address_that_cannot_be_dialled_is_an_error() {
    run(async {
        let bed = Bed::new(1);
        for url in ["http://127.0.0.1:1/", "quic://localhost/", "127.0.0.1:1", "ws://x/"] {
            let error = bed.dialer.connect(url).await.expect_err(url);
            assert!(matches!(error, TransportError::Address(_) | TransportError::Lost(_)), "{url}");
        }
    });
}
