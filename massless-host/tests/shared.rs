//! Two hosts on one PostgreSQL and one Redis, and what happens when Redis goes.

mod common;

use common::rest::Caller;
use common::{PATIENCE, Player, Server};
use massless_net::client::ClientConfig;
use massless_net::session::close::CloseCode;
use massless_net::session::ticket::Ticket;
use massless_testbed::{Durability, Postgres, Redis};
use serde_json::json;

/// A key pair that both hosts sign with, made by the program itself.
fn keys(folder: &std::path::Path) -> String {
    let folder = folder.to_str().expect("a plain path");
    assert!(common::run(&["keys", "rotate", "--data", folder]).status.success());
    let files = std::fs::read_dir(format!("{folder}/keys")).expect("keys");
    let mut files = files.map(|file| file.expect("a file").path());
    let key = files.find(|path| path.extension().is_some_and(|kind| kind == "pem"));
    key.expect("a key").to_str().expect("a plain path").to_owned()
}

struct Realm {
    redis: Redis,
    one: Server,
    other: Server,
    _database: Postgres,
    _folders: [tempfile::TempDir; 3],
}

impl Realm {
    fn start() -> Self {
        let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
        let database = Postgres::start_private(Durability::Memory);
        let redis = Redis::start();
        let url = database.create_database("massless", None);
        let (redis_url, key) = (redis.url(), keys(folders[2].path()));
        let start = |n: usize, name: &str| {
            let variables = [
                ("DATABASE_URL", url.as_str()),
                ("REDIS_URL", redis_url.as_str()),
                ("JWT_PRIVATE_KEY_FILE", key.as_str()),
                ("MASSLESS_STORE_HOST", name),
            ];
            // Each host has its own zones: a zone has one owner.
            let zone = if n == 0 { "1" } else { "2" };
            Server::start_with(folders[n].path(), &["--zones", zone], &variables)
        };
        let (one, other) = (start(0, "east"), start(1, "west"));
        Self { redis, one, other, _database: database, _folders: folders }
    }
}

async fn join(server: &Server, ticket: &str) -> Player {
    let ticket = Ticket::parse(ticket);
    Player::connect_as(server, ClientConfig { ticket, ..ClientConfig::default() }).await
}

async fn play(server: &Server, caller: &Caller, name: &str) -> Player {
    let mut player = join(server, &caller.ticket(caller.character(name))).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    player
}

/// Asks until it holds; presence travels within seconds.
async fn until(what: &str, player: &mut Player, holds: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come in time");
        player.play(2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_are_one_realm_and_redis_may_go_at_any_moment() {
    let mut realm = Realm::start();
    let (one, other) = (&realm.one, &realm.other);
    let guest = Caller::new(one).post("/auth/guest", &json!({}));
    assert_eq!(guest.problem(), (403, "guests-off"), "off on PostgreSQL");
    let mut named = Player::connect(one, "Anna", None).await;
    named.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(named.closed, Some(CloseCode::TicketRefused));

    let anna = Caller::registered(one, "anna");
    let elsewhere = Caller { port: other.http, ..anna.clone() };
    assert_eq!(elsewhere.get("/account").good()["name"], "anna", "a token is good on all hosts");
    let id = anna.character("Anna");
    let mut wrong = join(other, &anna.ticket(id)).await;
    wrong.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(wrong.closed, Some(CloseCode::TicketRefused), "a ticket is for one host");
    let mut first = join(one, &anna.ticket(id)).await;
    first.until("a body", |player| player.client.own(player.now()).is_some()).await;
    let bruno = Caller::registered(other, "bruno");
    let mut second = play(other, &bruno, "Bruno").await;

    assert_eq!(bruno.post("/friends", &json!({ "name": "Anna" })).status, 204);
    let sees_anna = || bruno.get("/friends").good()["friends"][0]["online"] == true;
    until("presence", &mut second, sees_anna).await;
    let heard = |text: &'static str| {
        move |player: &Player| player.heard.iter().any(|(_, said)| said == text)
    };
    second.client.whisper("Anna", "psst");
    second.do_outputs().await;
    first.until("a whisper from the other host", heard("psst")).await;
    first.client.whisper("Bruno", "yes?");
    first.do_outputs().await;
    second.until("its answer", heard("yes?")).await;

    realm.redis.flush();
    until("presence again", &mut second, sees_anna).await;
    realm.redis.kill();
    for (player, caller) in [(&mut first, &anna), (&mut second, &bruno)] {
        player.play(20).await;
        assert_eq!(player.closed, None, "nobody is disconnected");
        assert_eq!(caller.get("/account").status, 200);
        assert_eq!(caller.get("/leaderboards/level").good()["entries"][0]["score"], 1);
    }
    assert_eq!(common::metric(&realm.one, "massless_redis_up"), 0);
    assert_eq!(bruno.get("/friends").good()["friends"][0]["online"], false, "it knows its own");
    realm.redis.start_again();
    until("presence again", &mut second, sees_anna).await;
    assert_eq!((first.closed, second.closed), (None, None));
}

#[test]
fn a_zone_changes_hosts_at_once_after_a_stop_and_by_its_lease_after_a_crash() {
    let folders = [(); 4].map(|()| tempfile::tempdir().expect("a folder"));
    let database = Postgres::start_private(Durability::Memory);
    let url = database.create_database("massless", None);
    let key = keys(folders[3].path());
    let start = |n: usize| {
        let variables = [("DATABASE_URL", url.as_str()), ("JWT_PRIVATE_KEY_FILE", key.as_str())];
        let begun = std::time::Instant::now();
        (Server::start_with(folders[n].path(), &["--zones", "1"], &variables), begun.elapsed())
    };
    let (first, _) = start(0);
    assert_eq!(first.stop(), Some(0));
    let (second, after_stop) = start(1);
    // Killed, with nobody told.
    drop(second);
    let (_third, after_crash) = start(2);
    assert!(after_crash.as_millis() > 5_000, "the lease of a dead host holds: {after_crash:?}");
    assert!(after_stop < after_crash / 2, "{after_stop:?} after a stop, {after_crash:?} otherwise");
}
