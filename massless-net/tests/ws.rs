//! Real sockets on the loopback address: frames, limits and typed closes of the WebSocket transport.
#![cfg(all(feature = "ws", feature = "client"))]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use massless_net::limits::FRAME_BYTES_MAX;
use massless_net::transport::ws::{Socket, SocketLimits, connect, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

static REFUSED: AtomicUsize = AtomicUsize::new(0);

fn count_refused() {
    REFUSED.fetch_add(1, Ordering::Relaxed);
}

async fn echo(mut socket: Socket) {
    while let Ok(Some(frame)) = socket.recv().await {
        if frame.as_ref() == b"bye" {
            return socket.close(4_000, "bye").await;
        }
        if socket.send(&frame).await.is_err() {
            return;
        }
    }
}

async fn start(limits: SocketLimits) -> (std::net::SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let grace = Duration::from_secs(1);
    tokio::spawn(serve(listener, limits, (stopped, grace), count_refused, echo));
    (address, stop)
}

const MANY: SocketLimits = SocketLimits { per_address: 100, in_all: 100 };

/// The code of the close frame that answers `message`.
async fn close_code_after(message: Message) -> u16 {
    let (address, _stop) = start(MANY).await;
    let (mut raw, _) =
        tokio_tungstenite::connect_async(format!("ws://{address}/")).await.unwrap();
    raw.send(message).await.unwrap();
    loop {
        match raw.next().await.unwrap().unwrap() {
            Message::Close(frame) => return frame.unwrap().code.into(),
            other => assert!(!other.is_binary(), "{other:?}"),
        }
    }
}

#[tokio::test]
async fn frames_go_both_ways_and_a_close_has_its_code() {
    let (address, _stop) = start(MANY).await;
    let mut socket = connect(&format!("ws://{address}/")).await.unwrap();
    let longest = vec![7; FRAME_BYTES_MAX];
    socket.send(&longest).await.unwrap();
    assert_eq!(socket.recv().await.unwrap().unwrap(), longest);
    socket.send(b"bye").await.unwrap();
    assert!(socket.recv().await.unwrap().is_none());
    assert_eq!(close_code_after(Message::binary(b"bye".to_vec())).await, 4_000);
}

#[tokio::test]
async fn what_is_too_long_or_text_is_closed_by_type() {
    assert_eq!(close_code_after(Message::binary(vec![0; FRAME_BYTES_MAX + 1])).await, 1_009);
    assert_eq!(close_code_after(Message::text("hello")).await, 1_003);
}

#[tokio::test]
async fn a_plain_request_is_told_what_the_port_speaks() {
    let (address, _stop) = start(MANY).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 426"), "{answer}");
}

#[tokio::test]
async fn a_full_port_turns_connections_away() {
    let (address, _stop) = start(SocketLimits { per_address: 1, in_all: 9 }).await;
    let mut first = connect(&format!("ws://{address}/")).await.unwrap();
    first.send(b"x").await.unwrap();
    first.recv().await.unwrap();
    let before = REFUSED.load(Ordering::Relaxed);
    assert!(connect(&format!("ws://{address}/")).await.is_err());
    assert_eq!(REFUSED.load(Ordering::Relaxed), before + 1);
    first.send(b"bye").await.unwrap();
    drop(first);
    let again = async {
        while connect(&format!("ws://{address}/")).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), again).await.expect("the place is free again");
}
