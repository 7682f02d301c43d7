//! A link worth testing on: a proxy for UDP and TCP in user space that delays, loses, doubles, reorders,
//! slows down and cuts, all by its seed.
//!
//! ```text
//! whoever dials  <->  Link { address }  <->  the server at `to`
//!                      | up:   Way (delay, jitter, loss, ...) per flow
//!                      | down: Way                            per flow
//! ```
//! Datagrams are treated as packets. TCP ends at the link on both sides, so a lost segment is one that
//! comes later, with all behind it waiting, as a reader of the socket would see it. Times are kept to
//! about a millisecond.

mod delivery;
pub mod model;
mod tcp;
mod udp;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::model::{Direction, LinkSettings};

/// Where a cut works that names no direction.
const BOTH_WAYS: [Direction; 2] = [Direction::Up, Direction::Down];
/// Times a pair of free ports of one number is looked for.
const PORT_TRIES: u32 = 32;

/// Which protocols a link carries, or an order is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocols {
    /// Datagrams alone: who dials by TCP is refused.
    Udp,
    /// Connections alone: datagrams vanish as behind a firewall.
    Tcp,
    /// Both, on one port number.
    Both,
}

impl Protocols {
    const fn has_udp(self) -> bool {
        matches!(self, Self::Udp | Self::Both)
    }

    const fn has_tcp(self) -> bool {
        matches!(self, Self::Tcp | Self::Both)
    }
}

/// What a link is to be.
#[derive(Clone, Copy, Debug)]
pub struct LinkPlan {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the server is.
    pub to: SocketAddr,
    /// What it carries.
    pub protocols: Protocols,
    /// Towards the server.
    pub up: LinkSettings,
    /// From the server.
    pub down: LinkSettings,
    /// Decides what happens to which packet.
    pub seed: u64,
}

impl LinkPlan {
    /// A link on the loopback to `to`, the same both ways.
    #[must_use]
    pub fn loopback(to: SocketAddr, settings: LinkSettings, seed: u64) -> Self {
        let listen = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        Self { listen, to, protocols: Protocols::Both, up: settings, down: settings, seed }
    }
}

/// What happened in one direction so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams and segments that set out.
    pub packets: u64,
    /// Their bytes, without overhead.
    pub bytes: u64,
    /// Of these lost, or of TCP: sent again and so late.
    pub lost: u64,
    /// Lost because too many waited.
    pub overflowed: u64,
    /// Arrived twice.
    pub doubled: u64,
    /// Held back for others to overtake them.
    pub held_back: u64,
    /// Lost because the link was cut.
    pub cut: u64,
}

#[derive(Debug, Default)]
struct Meters {
    packets: AtomicU64,
    bytes: AtomicU64,
    lost: AtomicU64,
    overflowed: AtomicU64,
    doubled: AtomicU64,
    held_back: AtomicU64,
    cut: AtomicU64,
}

impl Meters {
    fn counts(&self) -> Counts {
        Counts {
            packets: self.packets.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            lost: self.lost.load(Relaxed),
            overflowed: self.overflowed.load(Relaxed),
            doubled: self.doubled.load(Relaxed),
            held_back: self.held_back.load(Relaxed),
            cut: self.cut.load(Relaxed),
        }
    }
}

#[derive(Debug)]
struct Shared {
    to: SocketAddr,
    seed: u64,
    ways: [LinkSettings; 2],
    meters: [Meters; 2],
    started: Instant,
    flows: AtomicU64,
    is_udp_cut: [AtomicBool; 2],
    is_tcp_cut: [watch::Sender<bool>; 2],
    hang_up: watch::Sender<u64>,
}

impl Shared {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn moment(&self, since_start: Duration) -> tokio::time::Instant {
        (self.started + since_start).into()
    }

    fn next_flow(&self) -> u64 {
        self.flows.fetch_add(1, Relaxed)
    }

    const fn settings(&self, direction: Direction) -> LinkSettings {
        self.ways[direction as usize]
    }

    const fn meters(&self, direction: Direction) -> &Meters {
        &self.meters[direction as usize]
    }

    fn is_cut_for_datagrams(&self, direction: Direction) -> bool {
        self.is_udp_cut[direction as usize].load(Relaxed)
    }

    async fn until_mended(&self, direction: Direction) {
        // The sender lives as long as this does.
        let _ = self.is_tcp_cut[direction as usize].subscribe().wait_for(|is_cut| !is_cut).await;
    }

    const fn any_address(&self) -> IpAddr {
        match self.to {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }
}

/// A link that is open as long as this lives.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
    /// Whose datagrams vanish: nobody reads it, and nobody is told that the port is shut.
    _unread: Option<UdpSocket>,
}

impl Link {
    /// Opens a link; UDP and TCP have the same port number.
    ///
    /// # Errors
    /// When the port is in use or not allowed.
    pub async fn open(plan: LinkPlan) -> io::Result<Self> {
        let LinkPlan { listen, to, protocols, up, down, seed } = plan;
        let (mut udp, tcp) = bind(listen, protocols).await?;
        let bound = [
            udp.as_ref().map(UdpSocket::local_addr).transpose()?,
            tcp.as_ref().map(TcpListener::local_addr).transpose()?,
        ];
        let address = bound.into_iter().flatten().next().unwrap_or(listen);
        let shared = Arc::new(Shared {
            to,
            seed,
            ways: [up, down],
            meters: Default::default(),
            started: Instant::now(),
            flows: AtomicU64::new(0),
            is_udp_cut: Default::default(),
            is_tcp_cut: [watch::Sender::new(false), watch::Sender::new(false)],
            hang_up: watch::Sender::new(0),
        });
        let unread = if protocols.has_udp() { None } else { udp.take() };
        let mut tasks = Vec::new();
        if let Some(socket) = udp {
            tasks.push(tokio::spawn(udp::serve(Arc::clone(&shared), Arc::new(socket))));
        }
        if let Some(listener) = tcp {
            tasks.push(tokio::spawn(tcp::serve(Arc::clone(&shared), listener)));
        }
        Ok(Self { address, shared, tasks, _unread: unread })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nothing gets through, in silence: datagrams vanish, connections hang.
    pub fn cut(&self, what: Protocols) {
        self.set_cut(what, &BOTH_WAYS, true);
    }

    /// The same in one direction alone: what is said the other way still arrives, and no answer to it does.
    pub fn cut_way(&self, what: Protocols, direction: Direction) {
        self.set_cut(what, &[direction], true);
    }

    /// Everything gets through again; what TCP held back, too.
    pub fn mend(&self, what: Protocols) {
        self.set_cut(what, &BOTH_WAYS, false);
    }

    /// Ends all connections at once; new ones may be made.
    pub fn hang_up(&self) {
        self.shared.hang_up.send_modify(|times| *times += 1);
    }

    /// What happened so far in a direction.
    #[must_use]
    pub fn counts(&self, direction: Direction) -> Counts {
        self.shared.meters(direction).counts()
    }

    /// Flows and connections so far.
    #[must_use]
    pub fn flows(&self) -> u64 {
        self.shared.flows.load(Relaxed)
    }

    fn set_cut(&self, what: Protocols, ways: &[Direction], is_cut: bool) {
        for &way in ways {
            if what.has_udp() {
                self.shared.is_udp_cut[way as usize].store(is_cut, Relaxed);
            }
            if what.has_tcp() {
                self.shared.is_tcp_cut[way as usize].send_replace(is_cut);
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Both sockets on one port number; without TCP where it is not wanted.
async fn bind(
    listen: SocketAddr,
    protocols: Protocols,
) -> io::Result<(Option<UdpSocket>, Option<TcpListener>)> {
    if protocols == Protocols::Udp {
        return Ok((Some(UdpSocket::bind(listen).await?), None));
    }
    let mut tries = 0;
    loop {
        let tcp = TcpListener::bind(listen).await?;
        tries += 1;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((Some(udp), Some(tcp))),
            // A free port of one protocol need not be free for the other.
            Err(_) if listen.port() == 0 && tries < PORT_TRIES => {}
            Err(error) => return Err(error),
        }
    }
}
