//! Play over the real socket of the real program.

mod common;

use common::{Player, Server};
use futures_util::{SinkExt as _, StreamExt as _};
use massless_core::units::Facing;
use massless_net::client::Control;
use massless_net::session::close::CloseCode;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn two_players_meet_walk_and_talk() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--seed", "1"]);
    let mut anna = Player::join(&server, "Anna").await;
    let mut bruno = Player::join(&server, "Bruno").await;
    anna.until("the sight of Bruno", |anna| anna.knows("Bruno")).await;
    bruno.until("the sight of Anna", |bruno| bruno.knows("Anna")).await;

    let start = anna.client.told().1.walker.position;
    let control =
        Control { direction: [127, 0], facing: Facing::new(16_384), ..Control::default() };
    anna.client.control(control);
    let far = move |anna: &Player| anna.client.told().1.walker.position.distance(start) > 2.0;
    anna.until("a walk of two metres", far).await;
    let agreement = anna.client.stats().agreement;
    assert!(agreement.compared > 0);
    assert_eq!(agreement.compared, agreement.equal, "predictions are exact");

    anna.client.chat(1, "Hello, Bruno!");
    anna.until("her own line", |anna| !anna.heard.is_empty()).await;
    bruno.until("the line", |bruno| !bruno.heard.is_empty()).await;
    assert_eq!(bruno.heard[0], ("Anna".to_owned(), "Hello, Bruno!".to_owned()));

    let mut second = Player::connect(&server, "anna", None).await;
    second.until("a refusal", |second| second.closed.is_some()).await;
    assert_eq!(second.closed, Some(CloseCode::BadName));
    let mut third = Player::connect(&server, "Anna", None).await;
    third.until("a refusal", |third| third.closed.is_some()).await;
    assert_eq!(third.closed, Some(CloseCode::NameTaken));

    bruno.client.leave();
    bruno.until("the goodbye", |bruno| bruno.closed.is_some()).await;
    assert_eq!(bruno.closed, Some(CloseCode::Left));
    anna.until("Bruno's absence", |anna| !anna.knows("Bruno")).await;
}

#[tokio::test]
async fn a_lost_connection_is_taken_up_again() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let anna = Player::join(&server, "Anna").await;
    let (token, place) = (anna.token, anna.client.told().1.walker.position);
    drop(anna);
    let mut again = Player::connect(&server, "", token).await;
    again.until("a body", |again| again.client.own(again.now()).is_some()).await;
    assert_eq!(again.client.welcome().expect("welcome").name, "Anna");
    let now = again.client.told().1.walker.position;
    assert!(now.distance(place) < 0.01, "she stands where she stood: {now} and {place}");
    let mut thief = Player::connect(&server, "", token).await;
    thief.until("a refusal", |thief| thief.closed.is_some()).await;
    assert_eq!(thief.closed, Some(CloseCode::ResumeRefused), "a token is good for once");
}

#[tokio::test]
async fn a_session_is_taken_over_while_the_old_connection_still_plays() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut old = Player::join(&server, "Anna").await;
    old.until("a hundred inputs", |old| old.client.told().1.applied_sequence > 100).await;
    let mut new = Player::connect(&server, "", old.token).await;
    let walked = new.until("her inputs", |new| new.client.told().1.applied_now);
    tokio::join!(walked, old.until("its end", |old| old.closed.is_some()));
    assert_eq!(old.closed, Some(CloseCode::Replaced));
    let sequence = new.client.told().1.applied_sequence;
    assert!(sequence < 100, "{sequence} is a number of the old connection");
    let start = new.client.told().1.walker.position;
    new.client.control(Control { direction: [127, 0], ..Control::default() });
    let far = move |new: &Player| new.client.told().1.walker.position.distance(start) > 1.0;
    new.until("a walk", far).await;
    assert_eq!(new.closed, None);
}

#[tokio::test]
async fn who_leaves_and_hangs_up_can_use_the_name_again() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    for _ in 0..5 {
        // Her character is put away first; that is a matter of milliseconds, and of the disk.
        let mut anna = Player::connect(&server, "Anna", None).await;
        let is_told =
            |anna: &Player| anna.client.own(anna.now()).is_some() || anna.closed.is_some();
        anna.until("a body", is_told).await;
        let mut tries = 0;
        while anna.closed == Some(CloseCode::NameTaken) && tries < 50 {
            tries += 1;
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
            anna = Player::connect(&server, "Anna", None).await;
            anna.until("a body", is_told).await;
        }
        assert_eq!(anna.closed, None, "after {tries} tries");
        anna.client.leave();
        anna.do_outputs().await;
        drop(anna);
    }
}

#[tokio::test]
async fn many_talk_at_once_and_nobody_is_cut() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut all = Vec::new();
    for n in 0..8_u8 {
        let name = format!("Talker{}", char::from(b'a' + n));
        all.push(Player::join(&server, &name).await);
    }
    for player in &mut all {
        for line in 0..10 {
            player.client.chat(1, &format!("line {line}"));
        }
    }
    for player in &mut all {
        player.do_outputs().await;
    }
    for player in &mut all {
        player.until("what was said", |player| player.heard.len() == 80).await;
        assert_eq!(player.closed, None);
    }
}

#[tokio::test]
async fn too_many_frames_and_sockets_are_counted() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut anna = Player::join(&server, "Anna").await;
    for line in 0..30 {
        anna.client.chat(1, &format!("line {line}"));
    }
    anna.until("ten lines", |anna| anna.heard.len() >= 10).await;
    assert!(common::metric(&server, "massless_shed_total{stage=\"rate\"}") >= 10);
    let sockets: Vec<_> = (0..80)
        .map(|_| std::net::TcpStream::connect(("127.0.0.1", server.game)).expect("it listens"))
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert!(common::metric(&server, "massless_shed_total{stage=\"address\"}") >= 10);
    drop(sockets);
}

/// The close code that answers `message` as a first frame.
async fn close_code_after(server: &Server, message: Message) -> u16 {
    let (mut raw, _) = tokio_tungstenite::connect_async(server.url()).await.expect("it answers");
    raw.send(message).await.expect("it writes");
    let wait = async {
        loop {
            if let Message::Close(frame) = raw.next().await.expect("a message").expect("whole") {
                return frame.expect("a code").code.into();
            }
        }
    };
    tokio::time::timeout(common::PATIENCE, wait).await.expect("a close")
}

#[tokio::test]
async fn bad_frames_get_typed_closes_and_players_go_on() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut anna = Player::join(&server, "Anna").await;
    let garbage = close_code_after(&server, Message::binary(vec![0xFF; 40])).await;
    assert_eq!(garbage, CloseCode::Malformed.get());
    let empty = close_code_after(&server, Message::binary(Vec::new())).await;
    assert_eq!(empty, CloseCode::Malformed.get());
    assert_eq!(close_code_after(&server, Message::binary(vec![1; 20_000])).await, 1_009);
    assert_eq!(close_code_after(&server, Message::text("hello")).await, 1_003);
    let ping = close_code_after(&server, Message::binary(vec![3, 0, 0])).await;
    assert!((4_000..4_100).contains(&ping), "chat before hello: {ping}");
    let updates = anna.client.stats().updates;
    anna.until("further updates", |anna| anna.client.stats().updates > updates + 10).await;
    let count = common::metric(&server, "massless_errors_total{code=\"protocol\"}");
    assert!(count >= 5, "{count}");
}

#[tokio::test]
async fn who_does_not_read_costs_the_others_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let sleeper = Player::join(&server, "Sleeper").await;
    let mut anna = Player::join(&server, "Anna").await;
    let (tick, _) = anna.client.told();
    let updates = anna.client.stats().updates;
    // The sleeper's socket stays open and is not read. In three seconds the system's own buffers take
    // all of it; that updates are dropped once they are full is tested at the zone's runner.
    anna.until("three seconds", |anna| anna.client.told().0.get() >= tick.get() + 60).await;
    assert!(anna.client.stats().updates - updates >= 50, "Anna gets nearly every tick");
    assert!(anna.knows("Sleeper"));
    drop(sleeper);
}
