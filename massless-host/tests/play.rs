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
    let server = Server::start(data.path(), &[]);
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
    let server = Server::start(data.path(), &[]);
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
    let (_, metrics) = common::get(server.admin, "/metrics");
    let metrics = String::from_utf8(metrics).expect("text");
    let line = metrics
        .lines()
        .find(|line| line.starts_with("massless_errors_total{code=\"protocol\"}"))
        .expect("the counter");
    let count: u64 = line.rsplit(' ').next().expect("a value").parse().expect("a number");
    assert!(count >= 5, "{line}");
}

#[tokio::test]
async fn who_does_not_read_costs_the_others_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
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
