//! Datagrams through the link: each address that sends is a flow with a socket of its own behind it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::Shared;
use super::delivery::{Destination, Pipe};
use super::model::{Direction, Way};

/// Flows at a time; datagrams of further ones are lost.
const FLOWS_MAX: usize = 4_096;
/// Silence after which a flow is forgotten when room is needed.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes of the largest datagram.
const DATAGRAM_BYTES_MAX: usize = 65_536;

struct Flow {
    up: Pipe,
    heard_at: Duration,
    down: JoinHandle<()>,
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.down.abort();
    }
}

/// Serves until it is aborted.
pub(super) async fn serve(shared: Arc<Shared>, socket: Arc<UdpSocket>) {
    let mut flows: HashMap<SocketAddr, Flow> = HashMap::new();
    let mut packet = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        // An error belongs to an earlier datagram that nobody took.
        let Ok((len, from)) = socket.recv_from(&mut packet).await else { continue };
        let now = shared.now();
        if !flows.contains_key(&from) {
            if flows.len() >= FLOWS_MAX {
                flows.retain(|_, flow| now.saturating_sub(flow.heard_at) < IDLE);
            }
            if flows.len() >= FLOWS_MAX {
                shared.meters(Direction::Up).overflowed.fetch_add(1, Relaxed);
                continue;
            }
            match open(&shared, &socket, from).await {
                Ok(flow) => _ = flows.insert(from, flow),
                Err(_) => continue,
            }
        }
        if let Some(flow) = flows.get_mut(&from) {
            flow.heard_at = now;
            flow.up.send(&packet[..len]);
        }
    }
}

async fn open(shared: &Arc<Shared>, socket: &Arc<UdpSocket>, from: SocketAddr) -> io::Result<Flow> {
    let number = shared.next_flow();
    let way = |direction| {
        let settings = shared.settings(direction);
        (Way::new(settings, shared.seed, number, direction), direction)
    };
    let behind = Arc::new(UdpSocket::bind(SocketAddr::new(shared.any_address(), 0)).await?);
    behind.connect(shared.to).await?;
    let there = Destination { socket: Arc::clone(&behind), to: None };
    let up = Pipe::open(shared, way(Direction::Up), there);
    let back = Destination { socket: Arc::clone(socket), to: Some(from) };
    let mut pipe = Pipe::open(shared, way(Direction::Down), back);
    let down = tokio::spawn(async move {
        let mut packet = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            if let Ok(len) = behind.recv(&mut packet).await {
                pipe.send(&packet[..len]);
            }
        }
    });
    Ok(Flow { up, heard_at: shared.now(), down })
}
