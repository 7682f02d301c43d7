//! Peers that stop reading, over QUIC and WebTransport, against the whole program: they are cut within ten seconds,
//! cost little until then, and the others notice nothing.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::bystander::Bystander;
use common::{PATIENCE, Player, Server, metric};
use futures_util::future::join_all;
use massless_core::content::Content;
use massless_net::client::{ClientConfig, Output};
use massless_net::online::{self, Happening, Way};
use massless_net::transport::Transport;
use massless_testbed::link::model::{Direction, LinkSettings};
use massless_testbed::link::{Link, LinkPlan, Protocols};
use tokio::task::JoinHandle;

/// Longest time from when somebody stops reading to when its connection is gone. Source: reliability F10.
const CUT_MAX: Duration = Duration::from_secs(10);
/// Longest time until somebody is missed who is silent altogether. Source: reliability F12.
const VANISHED_MAX: Duration = Duration::from_secs(30);
/// Time in which what the others say is more than somebody said it would take unread.
const FILLED: Duration = Duration::from_secs(6);
/// Time the last one may take to leave the books.
const BOOKS_MAX: Duration = Duration::from_millis(500);
/// Bytes that one of them may cost the host, all in. Source: reliability F10.
const BYTES_MAX: u64 = 256 * 1_024;
/// Of each kind and transport.
const CLIENTS: usize = 25;
/// Time between two inputs.
const TICK: Duration = Duration::from_millis(50);
/// Those by datagram.
const BOTH: [Transport; 2] = [Transport::Quic, Transport::WebTransport];

/// No two of these look alike.
fn name_of(index: usize) -> String {
    const FIRST: [&str; 5] = ["Ba", "Ce", "Di", "Fo", "Gu"];
    const NEXT: [&str; 10] = ["la", "men", "ri", "so", "tun", "va", "ne", "dir", "po", "wy"];
    format!("{}{}{}", FIRST[index % 5], NEXT[index / 5 % 10], NEXT[index / 50 % 10])
}

fn start(data: &std::path::Path) -> Server {
    let many = [("MASSLESS_LIMITS_SOCKETS_PER_ADDRESS", "1000")];
    Server::start_with(data, &["--zones", "1"], &many)
}

fn open(server: &Server, transports: &[Transport]) -> u64 {
    let name = |it: &Transport| format!("massless_sockets{{transport=\"{}\"}}", it.label());
    transports.iter().map(|transport| metric(server, &name(transport))).sum()
}

/// So many that have a body, half by each transport.
async fn crowd(server: &Server, count: usize) -> Vec<Player> {
    let mut all = Vec::new();
    let indices: Vec<usize> = (0..count).collect();
    for some in indices.chunks(10) {
        let coming = some.iter().map(|&index| async move {
            let config = ClientConfig { name: name_of(index), ..ClientConfig::default() };
            let mut player = Player::connect_by(server, BOTH[index % 2], config).await;
            player.until("a body", |player| player.client.own(player.now()).is_some()).await;
            player
        });
        all.extend(join_all(coming).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_its_stream_unread_is_cut_within_ten_seconds() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path());
    let mut talkers = Vec::new();
    for letter in "abcdefgh".chars() {
        talkers.push(Player::join(&server, &format!("Talker{letter}")).await);
    }
    let before = server.resident_bytes();
    let mut readers = crowd(&server, CLIENTS * 4).await;
    assert_eq!(open(&server, &BOTH), readers.len() as u64);
    // Nobody of these reads any more. The first half goes on with its inputs; the others say nothing, and what is
    // said to them becomes more than they said they would take.
    let line = |n| format!("{n} {}", "字".repeat(190));
    let talkers = talkers.into_iter().map(|it| Bystander::new(it, (0..16).map(line).collect()));
    let talkers: Vec<_> = talkers.collect();
    let (mut most, mut talked) = (before, None);
    let half = readers.len() as u64 / 2;
    let stopped = Instant::now();
    while open(&server, &BOTH) > 0 {
        let left = open(&server, &BOTH);
        if talked.is_none() && metric(&server, "massless_errors_total{code=\"slow\"}") >= half {
            talked = Some(stopped.elapsed());
        }
        assert!(talked.is_some() || stopped.elapsed() < CUT_MAX, "{left} still stand");
        assert!(stopped.elapsed() < FILLED + CUT_MAX, "{left} still stand");
        for player in &mut readers[..CLIENTS * 2] {
            player.client.advance(player.now());
            player.do_outputs().await;
        }
        most = most.max(server.resident_bytes());
        tokio::time::sleep(TICK).await;
    }
    let (cut, each) = (stopped.elapsed(), (most - before) / readers.len() as u64);
    println!("who talked was cut after {talked:?}, who did not after {cut:?}, {each} bytes each");
    assert!(each <= BYTES_MAX, "{each} bytes each");
    for talker in talkers {
        talker.has_noticed_nothing().await;
    }
}

/// Plays over a way until its connection ends.
async fn play(mut player: online::Player, content: Arc<Content>) {
    while let Ok(happening) = player.next().await {
        match happening {
            Happening::Told(Output::Welcome(welcome)) => {
                let zone = content.zone(welcome.zone).expect("a zone of the content");
                player.client.set_map(Arc::clone(&zone.map));
            }
            Happening::Told(Output::Closed { .. }) => return,
            _ => {}
        }
    }
}

/// So many that play over a link to a server.
async fn over_a_link(server: &Server, link: &Link) -> Vec<JoinHandle<()>> {
    let schemes = [("quic", Transport::Quic), ("https", Transport::WebTransport)];
    let mut all = Vec::new();
    for index in 0..CLIENTS * 2 {
        let (scheme, transport) = schemes[index % 2];
        let url = format!("{scheme}://{}/", link.address());
        let way = Way::to(url, transport, (&server.ready["certificates"], 1)).expect("a way");
        let config = ClientConfig { name: name_of(index), ..ClientConfig::default() };
        let player = online::Player::connect(&way, config).await.expect("it is let in");
        all.push(tokio::spawn(play(player, Arc::clone(&server.content))));
    }
    let all_in = async {
        while metric(server, "massless_players{zone=\"1\"}") <= all.len() as u64 {
            tokio::time::sleep(TICK).await;
        }
    };
    tokio::time::timeout(PATIENCE, all_in).await.expect("all have a body");
    all
}

/// From the cut of a link in these directions until nobody is left, and what each cost.
async fn cut_off(ways: &[Direction]) -> (Duration, u64) {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path());
    let anna = Bystander::new(Player::join(&server, "Anna").await, Vec::new());
    let before = server.resident_bytes();
    let to = ([127, 0, 0, 1], server.game).into();
    let link = Link::open(LinkPlan::loopback(to, LinkSettings::CLEAN, 5)).await.expect("a link");
    let players = over_a_link(&server, &link).await;
    let played = server.resident_bytes();
    let cut = Instant::now();
    for &way in ways {
        link.cut_way(Protocols::Udp, way);
    }
    let mut most = before;
    while open(&server, &BOTH) > 0 {
        assert!(cut.elapsed() < 2 * PATIENCE, "{} are never cut", open(&server, &BOTH));
        most = most.max(server.resident_bytes());
        tokio::time::sleep(TICK).await;
    }
    let took = cut.elapsed();
    let each = (most - before) / players.len() as u64;
    let more = most.saturating_sub(played) / players.len() as u64;
    println!("cut after {took:?}, {each} bytes each, {more} of them since they were cut off");
    assert!(each <= BYTES_MAX, "{each} bytes each");
    anna.has_noticed_nothing().await;
    players.iter().for_each(JoinHandle::abort);
    (took, each)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_and_acknowledges_nothing_any_more_is_cut_within_ten_seconds() {
    let (took, _) = cut_off(&[Direction::Down]).await;
    assert!(took < CUT_MAX, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits half a minute: run by cargo xtask faults"]
async fn who_vanishes_from_a_line_of_datagrams_is_missed_within_half_a_minute() {
    let (took, _) = cut_off(&[Direction::Up, Direction::Down]).await;
    assert!(took < VANISHED_MAX + BOOKS_MAX, "{took:?}");
}
