//! The WebSocket shell over real sockets on the loopback.

use std::net::SocketAddr;
use std::time::Duration;

use massless_net::limits::FRAME_BYTES_MAX;
use massless_net::transport::TransportError;
use massless_net::transport::dial::connect;
use massless_net::transport::gate::GateSettings;
use massless_net::transport::socket::Socket;
use massless_net::transport::ws::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { timeout(PATIENCE, test).await.expect("took too long") });
}

async fn listener(connections_max: u32) -> Listener {
    let address: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let settings = GateSettings { connections_max, per_address_max: connections_max };
    Listener::bind(address, settings).await.expect("a free port")
}

async fn pair(listener: &mut Listener) -> (Socket, Socket) {
    let url = format!("ws://{}/", listener.address());
    let client = connect(&url).await.expect("an answer");
    (client, listener.accept().await.expect("a socket"))
}

#[test]
fn frames_travel_both_ways_and_a_close_is_heard() {
    run(async {
        let mut listener = listener(10).await;
        let (mut client, mut server) = pair(&mut listener).await;
        client.send(vec![1, 2, 3]).await.unwrap();
        assert_eq!(server.recv().await.unwrap().unwrap().as_ref(), [1, 2, 3]);
        server.send(vec![9; FRAME_BYTES_MAX]).await.unwrap();
        assert_eq!(client.recv().await.unwrap().unwrap().len(), FRAME_BYTES_MAX);
        assert!(server.remote().is_some());
        let (_, heard) = tokio::join!(server.close(4_000, "bye"), async {
            let heard = client.recv().await.unwrap();
            drop(client);
            heard
        });
        assert_eq!(heard, None);
    });
}

#[test]
fn an_oversized_message_is_answered_with_1009() {
    run(async {
        let mut listener = listener(10).await;
        let address = listener.address();
        let mut raw = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        raw.write_all(head.as_bytes()).await.unwrap();
        let mut server = listener.accept().await.unwrap();
        let mut answer = vec![0; 4_096];
        let len = raw.read(&mut answer).await.unwrap();
        assert!(answer[..len].starts_with(b"HTTP/1.1 101"));
        // A masked binary frame of 16 385 bytes.
        let mut frame = vec![0x82, 0xFE, 0x40, 0x01, 0, 0, 0, 0];
        frame.resize(8 + FRAME_BYTES_MAX + 1, 7);
        raw.write_all(&frame).await.unwrap();
        let error = server.recv().await.unwrap_err();
        assert!(matches!(error, TransportError::TooLong), "{error}");
        let (_, close) = tokio::join!(server.close(error.close_code(), "too long"), async {
            let len = raw.read(&mut answer).await.unwrap();
            drop(raw);
            answer[..len].to_vec()
        });
        assert_eq!(close[0], 0x88);
        assert_eq!(close[2..4], 1_009_u16.to_be_bytes());
    });
}

#[test]
fn whoever_asks_for_a_page_is_told_what_this_is() {
    run(async {
        let listener = listener(10).await;
        let mut raw = TcpStream::connect(listener.address()).await.unwrap();
        raw.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        raw.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 426"), "{answer}");
    });
}

#[test]
fn connections_beyond_the_cap_are_dropped_and_places_come_back() {
    run(async {
        let mut listener = listener(1).await;
        let url = format!("ws://{}/", listener.address());
        let (client, server) = pair(&mut listener).await;
        assert!(matches!(connect(&url).await, Err(TransportError::Lost(_))));
        assert_eq!(listener.connections(), 1);
        drop((client, server));
        assert_eq!(listener.connections(), 0);
        let (_client, _server) = pair(&mut listener).await;
    });
}

#[test]
fn a_peer_that_is_gone_is_no_fault() {
    run(async {
        let mut listener = listener(10).await;
        let (client, mut server) = pair(&mut listener).await;
        // Unread bytes make the kernel send a reset instead of an end.
        server.send(vec![1; 100]).await.expect("room for a frame");
        drop(client);
        assert!(matches!(server.recv().await, Ok(None)));
    });
}

#[test]
fn an_address_without_a_port_is_no_address() {
    run(async {
        for url in ["http://127.0.0.1:1/", "ws://localhost/", "127.0.0.1:1"] {
            assert!(matches!(connect(url).await, Err(TransportError::Address(_))), "{url}");
        }
    });
}
