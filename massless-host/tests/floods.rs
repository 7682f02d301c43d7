//! Floods against the whole program: of frames, of joins and leaves, of talk, of connections from very many addresses and
//! of first packets with forged ones. Whoever plays notices nothing, and afterwards all is as before.
//!
//! The many addresses are those of the loopback (127.0.0.0/8), so nothing leaves the machine and nothing has to be set up.
//! Each flood has its end in time and in number.

mod common;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use common::bystander::Bystander;
use common::{PATIENCE, Player, Server, get, metric};
use massless_net::client::{Client, ClientConfig, Output};
use massless_net::transport::Transport;
use massless_net::transport::dial::connect;
use massless_net::transport::dial_quic::{Dialer, Trust};
use massless_net::transport::socket::Socket;
use massless_net::wire::ClientFrame;
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long a flood lasts.
const FLOOD: Duration = Duration::from_secs(8);
/// Time between two waves of it.
const WAVE: Duration = Duration::from_millis(10);
/// Frames a second from one client.
const FRAMES_PER_SECOND: usize = 10_000;
/// Connections, and first packets, a second.
const CONNECTIONS_PER_SECOND: usize = 2_000;
/// Addresses these come from.
const ADDRESSES: usize = 250;
/// Connections that a flood holds open at a time.
const HELD_MAX: usize = 4_000;
/// Different first packets.
const FIRST_PACKETS: usize = 1_000;
/// Bytes of a first packet, least.
const FIRST_BYTES_MIN: usize = 1_200;
/// Milliseconds that 99 of 100 ticks do not exceed. Source: reliability F14.
const TICK_BOUND: &str = "0.05";
/// Bytes that the host may have grown by once a flood of frames, joins and talk is over.
const GROWTH_MAX: u64 = 64 << 20;
/// Bytes that a flood of connections may cost: as many as the host lets in (`limits.sockets_max`), at what one that says
/// nothing costs by reliability F13. First packets add nothing to that.
const CONNECTIONS_GROWTH_MAX: u64 = 10_000 * 16 * 1_024;
/// Players who look on.
const BYSTANDERS: [(&str, Transport); 6] = [
    ("Anna", Transport::Ws),
    ("Bruno", Transport::Quic),
    ("Clara", Transport::WebTransport),
    ("Dora", Transport::Ws),
    ("Emil", Transport::Quic),
    ("Frida", Transport::WebTransport),
];

async fn join(server: &Server, (name, transport): (&str, Transport)) -> Player {
    let config = ClientConfig { name: name.to_owned(), ..ClientConfig::default() };
    let mut player = Player::connect_by(server, transport, config).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    player
}

async fn bystanders(server: &Server) -> Vec<Bystander> {
    let mut all = Vec::new();
    for who in BYSTANDERS {
        all.push(Bystander::new(join(server, who).await, Vec::new()));
    }
    all
}

/// No two of these look alike.
fn name_of(mut index: u64) -> String {
    const NEXT: [&str; 10] = ["la", "men", "ri", "so", "tun", "va", "ne", "dir", "po", "wy"];
    let mut name = "Ba".to_owned();
    for _ in 0..4 {
        name.push_str(NEXT[(index % 10) as usize]);
        index /= 10;
    }
    name
}

/// Ticks so far: all, and those not longer than the bound.
fn ticks(server: &Server) -> (u64, u64) {
    let name = |what| format!("massless_tick_duration_seconds_{what}");
    let bucket = format!("{}{{zone=\"1\",le=\"{TICK_BOUND}\"}}", name("bucket"));
    (metric(server, &format!("{}{{zone=\"1\"}}", name("count"))), metric(server, &bucket))
}

/// Of the ticks since then 99 of 100 were short enough.
fn assert_ticks_since(server: &Server, before: (u64, u64)) {
    let after = ticks(server);
    let (all, good) = (after.0 - before.0, after.1 - before.1);
    assert!(good * 100 >= all * 99, "{good} of {all} ticks within {TICK_BOUND} s");
}

fn encoded(frame: &ClientFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    bytes
}

/// Says hello under that name and waits until it is let in.
async fn raw(server_url: &str, name: String) -> Option<Socket> {
    let mut socket = connect(server_url).await.ok()?;
    let mut client = Client::new(ClientConfig { name, ..ClientConfig::default() });
    loop {
        while let Some(output) = client.poll() {
            match output {
                Output::Frame(frame) => socket.send(frame).await.ok()?,
                Output::Welcome(_) => return Some(socket),
                _ => return None,
            }
        }
        let frame = socket.recv().await.ok()??;
        client.handle_frame(massless_net::clock::Millis::new(1), &frame).ok()?;
    }
}

/// Sends the frame 10,000 times a second, and comes back whenever it is cut.
async fn flood(url: String, (first, frame): (u64, Vec<u8>), cuts: Arc<AtomicU64>) {
    let (begun, mut sent) = (Instant::now(), 0);
    for number in first.. {
        let Some(mut socket) = raw(&url, name_of(number)).await else {
            sleep(WAVE).await;
            continue;
        };
        loop {
            if begun.elapsed() > FLOOD {
                return;
            }
            let due = begun.elapsed().as_millis() as usize * FRAMES_PER_SECOND / 1_000;
            let mut is_open = true;
            while sent < due && is_open {
                is_open = socket.send(frame.clone()).await.is_ok();
                sent += 1;
            }
            if !is_open {
                cuts.fetch_add(1, Relaxed);
                break;
            }
            // What is said to it is read, so that it is cut for what it says alone.
            while let Ok(heard) = timeout(Duration::from_millis(1), socket.recv()).await {
                if !matches!(heard, Ok(Some(_))) {
                    break;
                }
            }
        }
    }
}

/// Comes and goes.
async fn come_and_go(url: String, first: u64, visits: Arc<AtomicU64>) {
    let begun = Instant::now();
    for number in first.. {
        if begun.elapsed() > FLOOD {
            return;
        }
        if let Some(mut socket) = raw(&url, name_of(number)).await {
            let _ = socket.send(encoded(&ClientFrame::Leave)).await;
            visits.fetch_add(1, Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "floods for half a minute: run by cargo xtask faults"]
async fn floods_of_frames_joins_and_talk_cost_the_others_no_tick() {
    let data = tempfile::tempdir().expect("a folder");
    let many = [("MASSLESS_LIMITS_SOCKETS_PER_ADDRESS", "1000")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &many);
    let talk = ClientFrame::Chat { channel: 1, to: String::new(), text: "buy my wares".to_owned() };
    let frames = [("frames", encoded(&ClientFrame::Pong { stamp: 1 })), ("talk", encoded(&talk))];
    let all = bystanders(&server).await;
    let (memory, before) = (server.resident_bytes(), ticks(&server));
    for (at, (what, frame)) in frames.into_iter().enumerate() {
        let cuts = Arc::new(AtomicU64::new(0));
        let before = ticks(&server);
        flood(server.url(), (at as u64 * 3_000, frame), Arc::clone(&cuts)).await;
        println!("{what}: cut {} times", cuts.load(Relaxed));
        assert!(cuts.load(Relaxed) >= 3, "{what}: whoever floods is cut, again and again");
        assert_ticks_since(&server, before);
    }
    let visits = Arc::new(AtomicU64::new(0));
    let mut guests = JoinSet::new();
    for guest in 0..6 {
        guests.spawn(come_and_go(server.url(), 6_000 + guest * 600, Arc::clone(&visits)));
    }
    while let Some(guest) = guests.join_next().await {
        guest.expect("nobody panics");
    }
    println!("{} came and went", visits.load(Relaxed));
    assert!(visits.load(Relaxed) >= 50, "{} came and went", visits.load(Relaxed));
    assert_ticks_since(&server, before);
    assert!(metric(&server, "massless_shed_total{stage=\"rate\"}") > 100);
    let grown = server.resident_bytes().saturating_sub(memory);
    println!("grown by {grown} bytes");
    assert!(grown < GROWTH_MAX, "grown by {grown} bytes");
    for bystander in all {
        bystander.has_noticed_nothing().await;
    }
    join(&server, ("Gustav", Transport::Quic)).await.leave().await;
}

/// An address of the loopback that nobody else has.
fn address(number: usize) -> SocketAddr {
    let [low, high] = [(number % ADDRESSES + 2) as u8, 77];
    SocketAddr::from((Ipv4Addr::new(127, 0, high, low), 0))
}

/// How many are due by now of so many a second.
fn due(begun: Instant, per_second: usize) -> usize {
    begun.elapsed().as_millis() as usize * per_second / 1_000
}

/// Opens connections from all addresses, and holds as many of them as it may.
async fn knock_by_tcp(to: SocketAddr, opened: Arc<AtomicU64>) {
    let (begun, mut number) = (Instant::now(), 0);
    let mut held: VecDeque<TcpStream> = VecDeque::new();
    let mut knocking = JoinSet::new();
    while begun.elapsed() < FLOOD {
        while number < due(begun, CONNECTIONS_PER_SECOND) && knocking.len() < HELD_MAX {
            let from = address(number);
            number += 1;
            knocking.spawn(async move {
                let socket = TcpSocket::new_v4().ok()?;
                socket.set_reuseaddr(true).ok()?;
                socket.bind(from).ok()?;
                timeout(FLOOD, socket.connect(to)).await.ok()?.ok()
            });
        }
        while let Some(knocked) = knocking.try_join_next() {
            if let Ok(Some(stream)) = knocked {
                opened.fetch_add(1, Relaxed);
                held.push_back(stream);
            }
        }
        while held.len() > HELD_MAX {
            held.pop_front();
        }
        sleep(WAVE).await;
    }
}

/// First packets of real clients, caught by a socket that stands in for the server.
async fn first_packets() -> Vec<Vec<u8>> {
    let catcher = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("quic://{}/", catcher.local_addr().expect("it is bound"));
    let dialer = Arc::new(Dialer::new(&Trust::Hashes(vec![[7; 32]]), 8).expect("a dialer"));
    let mut dialling = JoinSet::new();
    for _ in 0..FIRST_PACKETS {
        let (dialer, url) = (Arc::clone(&dialer), url.clone());
        dialling.spawn(async move { timeout(FLOOD, dialer.connect(&url)).await.is_ok() });
    }
    let (mut packets, mut packet) = (Vec::new(), vec![0; 2_000]);
    while packets.len() < FIRST_PACKETS {
        let len = timeout(PATIENCE, catcher.recv(&mut packet)).await.expect("a packet");
        let len = len.expect("a packet");
        if len >= FIRST_BYTES_MIN {
            packets.push(packet[..len].to_vec());
        }
    }
    packets
}

/// Sends first packets from all addresses and reads no answer, as if they were forged.
async fn knock_by_udp(to: SocketAddr, packets: Vec<Vec<u8>>, sent: Arc<AtomicU64>) {
    let mut sockets = Vec::new();
    for number in 0..ADDRESSES {
        sockets.push(UdpSocket::bind(address(number)).await.expect("a port"));
    }
    let (begun, mut number) = (Instant::now(), 0);
    while begun.elapsed() < FLOOD {
        while number < due(begun, CONNECTIONS_PER_SECOND) {
            let packet = &packets[number % packets.len()];
            if sockets[number % ADDRESSES].send_to(packet, to).await.is_ok() {
                sent.fetch_add(1, Relaxed);
            }
            number += 1;
        }
        sleep(WAVE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "floods for half a minute: run by cargo xtask faults"]
async fn floods_of_connections_from_many_addresses_leave_the_players_alone() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, server.game));
    let packets = first_packets().await;
    let all = bystanders(&server).await;
    let (memory, before) = (server.resident_bytes(), ticks(&server));
    let [opened, sent] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let floods = [
        tokio::spawn(knock_by_tcp(to, Arc::clone(&opened))),
        tokio::spawn(knock_by_udp(to, packets, Arc::clone(&sent))),
    ];
    // In the middle of it somebody comes by each way.
    sleep(FLOOD / 2).await;
    let ways = ["Gustav", "Hanna", "Ida"].into_iter().zip(Transport::ALL);
    let mut most = 0;
    for who in ways {
        let begun = Instant::now();
        join(&server, who).await.leave().await;
        println!("{who:?} came in after {:?}", begun.elapsed());
        most = most.max(server.resident_bytes());
    }
    for flood in floods {
        flood.await.expect("nobody panics");
    }
    most = most.max(server.resident_bytes());
    let (opened, sent) = (opened.load(Relaxed), sent.load(Relaxed));
    println!("{opened} connections opened, {sent} first packets sent");
    let wanted = FLOOD.as_secs() * CONNECTIONS_PER_SECOND as u64;
    assert!(opened > wanted / 2, "{opened} connections were opened");
    assert!(sent > wanted / 2, "{sent} first packets were sent");
    assert_ticks_since(&server, before);
    let retried = metric(&server, "massless_quic_total{event=\"retried\"}");
    assert!(retried > sent / 2, "{retried} of {sent} first packets were sent away");
    let grown = most.saturating_sub(memory);
    println!("grown by {grown} bytes, {retried} sent away");
    assert!(grown < CONNECTIONS_GROWTH_MAX, "grown by {grown} bytes");
    for bystander in all {
        bystander.has_noticed_nothing().await;
    }
    // All of them are gone after the time that a head may take.
    let gone = async {
        while String::from_utf8_lossy(&get(server.admin, "/metrics").1)
            .lines()
            .filter(|line| line.starts_with("massless_sockets{"))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum::<u64>()
            > 0
        {
            sleep(WAVE).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the books are empty in the end");
    join(&server, ("Jonas", Transport::Ws)).await.leave().await;
}
