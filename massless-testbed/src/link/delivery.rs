//! Packets on their way: kept until they are due, then handed on.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::Shared;
use super::model::{Direction, Fate, Way};

/// Datagrams of one direction of one flow that may be on their way; more are lost.
const FLYING_MAX: usize = 16_384;
/// Datagrams that may wait to be looked at.
const WAITING_MAX: usize = 1_024;

/// Where datagrams are handed on.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// The socket that sends them.
    pub(super) socket: Arc<UdpSocket>,
    /// Whom to; the socket's own peer when absent.
    pub(super) to: Option<SocketAddr>,
}

impl Destination {
    async fn hand_on(&self, packet: &[u8]) {
        // Nobody listening there is what a lossy network looks like, too.
        let _ = match self.to {
            Some(to) => self.socket.send_to(packet, to).await,
            None => self.socket.send(packet).await,
        };
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Packet {
    due: Duration,
    number: u64,
    bytes: Vec<u8>,
}

/// The entrance to one direction of a flow of datagrams.
#[derive(Debug)]
pub(super) struct Pipe {
    shared: Arc<Shared>,
    direction: Direction,
    way: Way,
    flying: mpsc::Sender<(Duration, Vec<u8>)>,
}

impl Pipe {
    /// A way with its own courier, who ends with it.
    pub(super) fn open(
        shared: &Arc<Shared>,
        (way, direction): (Way, Direction),
        to: Destination,
    ) -> Self {
        let (flying, arrivals) = mpsc::channel(WAITING_MAX);
        tokio::spawn(deliver(Arc::clone(shared), direction, arrivals, to));
        Self { shared: Arc::clone(shared), direction, way, flying }
    }

    /// A datagram sets out.
    pub(super) fn send(&mut self, packet: &[u8]) {
        let meters = self.shared.meters(self.direction);
        meters.packets.fetch_add(1, Relaxed);
        meters.bytes.fetch_add(packet.len() as u64, Relaxed);
        // A packet that meets a cut link is counted for itself, and still has its number.
        let fate = self.way.datagram(self.shared.now(), packet.len());
        if self.shared.is_cut_for_datagrams(self.direction) {
            meters.cut.fetch_add(1, Relaxed);
            return;
        }
        match fate {
            Fate::Lost => _ = meters.lost.fetch_add(1, Relaxed),
            Fate::Overflowed => _ = meters.overflowed.fetch_add(1, Relaxed),
            Fate::Arrives { at, again, held_back } => {
                meters.held_back.fetch_add(u64::from(held_back), Relaxed);
                meters.doubled.fetch_add(u64::from(again.is_some()), Relaxed);
                for due in [Some(at), again].into_iter().flatten() {
                    if self.flying.try_send((due, packet.to_vec())).is_err() {
                        meters.overflowed.fetch_add(1, Relaxed);
                    }
                }
            }
        }
    }
}

/// Hands packets on when they are due, until the entrance is gone.
async fn deliver(
    shared: Arc<Shared>,
    direction: Direction,
    mut arrivals: mpsc::Receiver<(Duration, Vec<u8>)>,
    to: Destination,
) {
    let mut flying: BinaryHeap<Reverse<Packet>> = BinaryHeap::new();
    let mut number = 0;
    loop {
        let due = flying.peek().map(|packet| shared.moment(packet.0.due));
        tokio::select! {
            biased;
            () = until(due) => {
                let Some(Reverse(packet)) = flying.pop() else { continue };
                // What was on its way when the link was cut is lost with it.
                if shared.is_cut_for_datagrams(direction) {
                    shared.meters(direction).cut.fetch_add(1, Relaxed);
                } else {
                    to.hand_on(&packet.bytes).await;
                }
            }
            arrival = arrivals.recv() => {
                let Some((due, bytes)) = arrival else { return };
                if flying.len() >= FLYING_MAX {
                    shared.meters(direction).overflowed.fetch_add(1, Relaxed);
                    continue;
                }
                number += 1;
                flying.push(Reverse(Packet { due, number, bytes }));
            }
        }
    }
}

/// Waits for a moment; for ever without one.
async fn until(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
