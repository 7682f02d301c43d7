//! The accept loop: bounds, request heads with a deadline, the upgrade.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use warp::Filter;
use warp::http::{Response, StatusCode};

use super::{Socket, config};

/// Time a request head may take. Reason: reliability F11.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a request head.
const HEAD_BYTES_MAX: usize = 16_384;

/// How many sockets may be open.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Of one address; an IPv6 /64 counts as one.
    pub per_address: usize,
    /// In all.
    pub in_all: usize,
}

#[derive(Debug, Default)]
struct Counts {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A counted place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    counts: Arc<Mutex<Counts>>,
    address: IpAddr,
}

fn locked(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Place {
    fn try_take(counts: &Arc<Mutex<Counts>>, peer: IpAddr, limits: SocketLimits) -> Option<Self> {
        let address = network_of(peer);
        let mut now = locked(counts);
        let here = now.by_address.get(&address).copied().unwrap_or(0);
        if now.in_all >= limits.in_all || here >= limits.per_address {
            return None;
        }
        now.in_all += 1;
        now.by_address.insert(address, here + 1);
        drop(now);
        Some(Self { counts: Arc::clone(counts), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut now = locked(&self.counts);
        now.in_all -= 1;
        if let Some(here) = now.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                now.by_address.remove(&self.address);
            }
        }
    }
}

/// What counts as one address: an IPv4 address, or the /64 of an IPv6 one.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

/// Accepts sockets and hands each to `handler` in a task of its own, until `stop` turns true; then
/// waits until all handlers have ended, `grace` at most. `refused` is told of each connection that a
/// limit turned away.
pub async fn serve<F, Fut>(
    listener: TcpListener,
    limits: SocketLimits,
    (mut stop, grace): (watch::Receiver<bool>, Duration),
    refused: fn(),
    handler: F,
) where
    F: Fn(Socket) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let counts = Arc::default();
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        while open.try_join_next().is_some() {}
        let Ok((stream, peer)) = accepted else {
            // Out of descriptors, or it died in the queue: a little later there may be room.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        match Place::try_take(&counts, peer.ip(), limits) {
            Some(place) => {
                open.spawn(attend(stream, place, handler.clone()));
            }
            None => refused(),
        }
    }
    drop(listener);
    let all_ended = async { while open.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(grace, all_ended).await;
}

/// One connection: request head, upgrade, handler.
async fn attend<F, Fut>(stream: TcpStream, place: Place, handler: F)
where
    F: Fn(Socket) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let (sender, mut upgrades) = tokio::sync::mpsc::channel(1);
    let service = TowerToHyperService::new(warp::service(door(sender)));
    let request = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if request.await.is_err() {
        return;
    }
    let Ok(upgrade) = upgrades.try_recv() else { return };
    let upgrade: OnUpgrade = upgrade;
    let Ok(upgraded) = upgrade.await else { return };
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else { return };
    let stream = WebSocketStream::from_partially_read(
        parts.io.into_inner(),
        parts.read_buf.to_vec(),
        Role::Server,
        Some(config()),
    );
    handler(Socket { stream: stream.await, _place: Some(place) }).await;
}

type Upgrades = tokio::sync::mpsc::Sender<OnUpgrade>;

/// Answers the request: 101 for a WebSocket of version 13, else 426.
fn door(
    upgrades: Upgrades,
) -> impl Filter<Extract = (Response<&'static str>,), Error = std::convert::Infallible> + Clone {
    let asked = warp::get()
        .and(warp::header::exact_ignore_case("upgrade", "websocket"))
        .and(warp::header::exact("sec-websocket-version", "13"))
        .and(warp::header::<String>("sec-websocket-key"))
        .and(warp::ext::get::<OnUpgrade>())
        .map(move |key: String, upgrade: OnUpgrade| {
            // One request a connection: the channel has room for it.
            let _ = upgrades.try_send(upgrade);
            let mut response = Response::new("");
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let headers = response.headers_mut();
            headers.insert("upgrade", "websocket".parse().expect("a plain word"));
            headers.insert("connection", "upgrade".parse().expect("a plain word"));
            let accept = derive_accept_key(key.as_bytes());
            headers.insert("sec-websocket-accept", accept.parse().expect("base64"));
            response
        });
    asked.or_else(|_| async {
        let mut response = Response::new("this port speaks WebSocket, version 13\n");
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        let headers = response.headers_mut();
        headers.insert("upgrade", "websocket".parse().expect("a plain word"));
        headers.insert("sec-websocket-version", "13".parse().expect("a plain word"));
        Ok((response,))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_by_address_and_in_all_and_given_back() {
        let counts = Arc::default();
        let limits = SocketLimits { per_address: 2, in_all: 3 };
        let take = |text: &str| {
            Place::try_take(&counts, text.parse().expect("an address"), limits)
        };
        let first = take("10.0.0.1");
        let _second = take("10.0.0.1").expect("room");
        assert!(take("10.0.0.1").is_none(), "two of one address");
        let _third = take("2001:db8::1").expect("room");
        assert!(take("10.0.0.2").is_none(), "three in all");
        drop(first);
        assert!(take("2001:db8::ffff").is_some());
    }

    #[test]
    fn a_network_of_version_six_is_one_address() {
        let network = |text: &str| network_of(text.parse().expect("an address"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::2:3:4:5"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
    }
}
