//! Play over each transport of the real program: one port number, three ways, the same game.

mod common;

use std::net::UdpSocket;
use std::time::Duration;

use common::{PATIENCE, Player, Server, get_json, metric};
use massless_core::math::Vec2;
use massless_core::units::Ticks;
use massless_net::client::{ClientConfig, Control, Output};
use massless_net::online::{self, Happening, Way};
use massless_net::session::close::CloseCode;
use massless_net::session::token::ResumeToken;
use massless_net::transport::Transport;
use massless_testbed::link::model::{Direction, LinkSettings, Share};
use massless_testbed::link::{Link, LinkPlan};
use serde_json::Value;

/// Time in which a name is free after a goodbye; without one it takes the 30 s of a resume.
const FORGOTTEN_TIME: Duration = Duration::from_secs(10);
/// Pause between two tries.
const FORGOTTEN_PAUSE: Duration = Duration::from_millis(50);

async fn join(server: &Server, transport: Transport, name: &str) -> Player {
    let config = ClientConfig { name: name.to_owned(), look: 3, ..ClientConfig::default() };
    let mut player = Player::connect_by(server, transport, config).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    player
}

async fn resume(server: &Server, transport: Transport, token: Option<ResumeToken>) -> Player {
    let config = ClientConfig { resume: token, ..ClientConfig::default() };
    let mut player = Player::connect_by(server, transport, config).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    player
}

fn sockets(server: &Server, transport: Transport) -> u64 {
    metric(server, &format!("massless_sockets{{transport=\"{}\"}}", transport.label()))
}

/// Waits until as many sockets of a transport stand; fails after `PATIENCE`.
async fn until_sockets(server: &Server, transport: Transport, count: u64) {
    let all = async {
        while sockets(server, transport) != count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, all).await;
    assert!(in_time.is_ok(), "{} sockets of {transport:?}", sockets(server, transport));
}

/// Waits until nobody of that name is kept: whoever is lost without a goodbye is for 30 s.
async fn until_forgotten(server: &Server, watcher: &mut Player, name: &str) {
    watcher.until("the other's absence", |watcher| !watcher.knows(name)).await;
    let all = async {
        loop {
            let again = Player::connect(server, name, None).await;
            if is_let_in(again).await {
                return;
            }
            tokio::time::sleep(FORGOTTEN_PAUSE).await;
        }
    };
    let in_time = tokio::time::timeout(FORGOTTEN_TIME, all).await;
    assert!(in_time.is_ok(), "the name {name} is still kept");
}

/// Whether the host lets it in; then it leaves.
async fn is_let_in(mut player: Player) -> bool {
    player.until("a word", |it| it.client.welcome().is_some() || it.closed.is_some()).await;
    let is_in = player.closed.is_none();
    if is_in {
        player.leave().await;
    } else {
        assert_eq!(player.closed, Some(CloseCode::NameTaken));
    }
    is_in
}

#[tokio::test]
async fn players_of_all_transports_meet_walk_and_talk() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--seed", "1"]);
    let names = ["Anna", "Bruno", "Clara"];
    let mut players = Vec::new();
    for (transport, name) in Transport::ALL.into_iter().zip(names) {
        players.push(join(&server, transport, name).await);
        assert_eq!(sockets(&server, transport), 1, "{transport:?}");
    }
    for player in &mut players {
        let knows_all = |player: &Player| names.iter().filter(|name| player.knows(name)).count();
        player.until("the sight of the others", |player| knows_all(player) >= 2).await;
    }
    for (walker, name) in names.iter().enumerate() {
        let start = players[walker].place();
        let control = Control { direction: [127, 0], ..Control::default() };
        players[walker].client.control(control);
        let far = |player: &Player| player.place().distance(start) > 2.0;
        players[walker].until("a walk of two metres", far).await;
        players[walker].client.control(Control::default());
        players[walker].play(10).await;
        let stats = players[walker].client.stats();
        let has_datagrams = Transport::ALL[walker].has_datagrams();
        assert_eq!(stats.states > stats.updates / 2, has_datagrams, "{name}: {stats:?}");
        assert_eq!(stats.states > 0, has_datagrams, "{name}: {stats:?}");
        let agreement = stats.agreement;
        assert!(agreement.compared > 0);
        assert_eq!(agreement.compared, agreement.equal, "{name}'s predictions are exact");

        players[walker].client.chat(1, &format!("I am {name}"));
        players[walker].do_outputs().await;
        let line = ((*name).to_owned(), format!("I am {name}"));
        for player in &mut players {
            player.until("the line", |player| player.heard.contains(&line)).await;
        }
    }
    // All know where all stand: what one is told of itself, and what the others are told of it.
    for walker in 0..names.len() {
        let place = players[walker].place();
        for watcher in (0..names.len()).filter(|watcher| *watcher != walker) {
            let near = |player: &Player| {
                let known = player.client.known();
                let known = known.iter().find(|known| known.identity.name == names[walker]);
                let tick = player.client.told().0;
                known.is_some_and(|known| {
                    let (x, z) = known.place_at(tick);
                    Vec2::new(x, z).distance(place) < 0.5
                })
            };
            players[watcher].until("the place of another", near).await;
        }
    }
    players[1].client.leave();
    players[1].until("the goodbye", |bruno| bruno.closed.is_some()).await;
    assert_eq!(players[1].closed, Some(CloseCode::Left));
    until_sockets(&server, Transport::Quic, 0).await;
}

#[tokio::test]
async fn a_session_goes_on_over_any_other_transport() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut anna = join(&server, Transport::WebTransport, "Anna").await;
    let [ws, quic, webtransport] = Transport::ALL;
    for (step, transport) in
        [ws, quic, webtransport, quic, ws, webtransport].into_iter().enumerate()
    {
        let (token, place) = (anna.token, anna.place());
        // Every other time the connection of before still stands, and is told that it is over.
        let old = (step % 2 == 0).then_some(anna);
        let again = resume(&server, transport, token).await;
        assert_eq!(again.client.welcome().expect("welcome").name, "Anna");
        assert!(again.place().distance(place) < 0.01, "she stands where she stood");
        if let Some(mut old) = old {
            old.until("its end", |old| old.closed.is_some()).await;
            assert_eq!(old.closed, Some(CloseCode::Replaced));
        }
        anna = again;
    }
}

#[tokio::test]
async fn who_comes_back_goes_on_with_what_it_knew() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut anna = join(&server, Transport::WebTransport, "Anna").await;
    let mut bruno = join(&server, Transport::Ws, "Bruno").await;
    anna.until("the sight of the other", |anna| anna.knows("Bruno")).await;
    let [ws, quic, webtransport] = Transport::ALL;
    for (step, transport) in [ws, webtransport, quic, quic, ws, ws].into_iter().enumerate() {
        let heading = if step % 2 == 0 { [127, 0] } else { [0, -127] };
        bruno.client.control(Control { direction: heading, ..Control::default() });
        bruno.play(15).await;
        bruno.client.control(Control::default());
        bruno.play(5).await;
        anna.reconnect(&server, transport).await;
        assert_eq!(anna.resumed, step + 1, "{transport:?}");
        let place = bruno.place();
        let sees = |anna: &Player| {
            let known = anna.client.known().iter().find(|known| known.identity.name == "Bruno");
            let (x, z) = known.expect("she knows him still").place_at(anna.client.told().0);
            Vec2::new(x, z).distance(place) < 0.2
        };
        anna.until("the place of the other", sees).await;
    }
    // Another client of the same player knows nothing.
    let again = resume(&server, ws, anna.token).await;
    assert_eq!(again.resumed, 0);
    assert!(again.client.stats().bytes_in > 0);
}

#[tokio::test]
async fn who_leaves_and_hangs_up_is_gone_over_every_transport() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut watcher = Player::join(&server, "Watcher").await;
    for (transport, name) in Transport::ALL.into_iter().zip(["Anna", "Bruno", "Clara"]) {
        let player = join(&server, transport, name).await;
        watcher.until("the sight of the other", |watcher| watcher.knows(name)).await;
        player.leave().await;
        // Without the goodbye she might come back, and so keeps her name for a while.
        until_forgotten(&server, &mut watcher, name).await;
    }
}

#[tokio::test]
async fn the_session_names_the_udp_port_unless_it_is_shut() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let quic = &get_json(server.http, "/api/v1/session")["quic"];
    assert_eq!(quic["address"], format!("127.0.0.1:{}", server.game));
    assert_eq!(quic["webtransport"], format!("https://127.0.0.1:{}/", server.game));
    assert_eq!(quic["certificates"].as_array().map(Vec::len), Some(2), "the shown and the next");
    assert_eq!(quic["certificates"], server.ready["certificates"]);
    assert!(UdpSocket::bind(("127.0.0.1", server.game)).is_err(), "it is open");
    let document = get_json(server.http, "/api/v1/openapi.json");
    for schema in ["Plan", "Admission"] {
        let quic = &document["components"]["schemas"][schema]["properties"]["quic"];
        assert!(quic.to_string().contains("QuicPlan"), "{schema}: {quic}");
    }
    assert!(
        document["components"]["schemas"]["QuicPlan"]["properties"]["certificates"].is_object()
    );
    drop(server);

    let shut = [("MASSLESS_QUIC_ENABLED", "false")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &shut);
    assert_eq!(get_json(server.http, "/api/v1/session")["quic"], Value::Null);
    assert_eq!(server.ready["certificates"], Value::Null);
    UdpSocket::bind(("127.0.0.1", server.game)).expect("nobody has the UDP port");
    let anna = Player::join(&server, "Anna").await;
    assert_eq!(anna.closed, None);
}

/// Comes in by that way and stays for a second of play; what became of it.
async fn comes_in(way: Way, name: String) -> Result<u64, String> {
    let config = ClientConfig { name, look: 3, ..ClientConfig::default() };
    let mut player = online::Player::connect(&way, config).await.map_err(|it| it.to_string())?;
    let mut first = None;
    loop {
        match player.next().await.map_err(|error| error.to_string())? {
            Happening::Told(Output::Closed { code, .. }) => return Err(format!("closed: {code}")),
            Happening::Heard(_) => {
                let (tick, _) = player.client.told();
                let updates = player.client.stats().updates;
                if updates > 0 && tick >= *first.get_or_insert(tick) + Ticks::new(20) {
                    player.leave().await;
                    return Ok(updates);
                }
            }
            Happening::Told(_) | Happening::Due => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_dials_at_twenty_percent_loss_comes_in_and_stays() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let bad = LinkSettings::lossy(Duration::from_millis(30), Share::percent(20));
    let plan = LinkPlan::loopback(([127, 0, 0, 1], server.game).into(), bad, 11);
    let link = Link::open(plan).await.expect("a link");
    let mut players = tokio::task::JoinSet::new();
    for (scheme, transport) in [("quic", Transport::Quic), ("https", Transport::WebTransport)] {
        let url = format!("{scheme}://{}/", link.address());
        let way = Way::to(url, transport, (&server.ready["certificates"], 12)).expect("a way");
        // No two that look alike: such names count as one.
        for letter in "abcdefghkmnr".chars() {
            let first = if scheme == "quic" { "Qu" } else { "We" };
            let name = format!("{first}{letter}lmo");
            let came = tokio::time::timeout(PATIENCE, comes_in(way.clone(), name));
            players.spawn(async move { (transport, came.await) });
        }
    }
    while let Some(ended) = players.join_next().await {
        let (transport, came) = ended.expect("nobody panics");
        let updates = came.unwrap_or_else(|_| panic!("{transport:?} took too long"));
        assert!(matches!(updates, Ok(3..)), "{transport:?}: {updates:?}");
    }
    assert!(link.counts(Direction::Up).lost > 20, "it was a bad link");
}
