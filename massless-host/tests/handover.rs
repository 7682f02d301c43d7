//! The way from one host to the next: notice, drain, the successor that stands by, and players who go on.

mod common;

use std::io::Read as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use common::rest::Caller;
use common::{PATIENCE, Player, Server, get, get_json, massless, metric, run};
use massless_net::session::close::{CloseCode, Notice};
use serde_json::Value;

/// Longest time in which a session goes on at the successor. Reason: a resume token is good for 30 s.
const HANDOVER_MAX: Duration = Duration::from_secs(20);

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A successor on ports of its own; the port of its administration, and who waits for its ready line.
fn stand_by(data: &Path, variables: &[(&str, &str)]) -> (u16, std::thread::JoinHandle<Server>) {
    let (admin, game) = (massless_testbed::free_port(), massless_testbed::free_port());
    let (text, game_port) = (admin.to_string(), game.to_string());
    let folder = data.to_owned();
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let ready = std::thread::spawn(move || {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Server::start_with(
            &folder,
            &["--zones", "1", "--standby", "--admin-port", &text, "--game-port", &game_port],
            &variables,
        )
    });
    let text = admin.to_string();
    let begun = Instant::now();
    while run(&["status", "--live", "--admin-port", &text]).status.code() != Some(0) {
        assert!(begun.elapsed() < PATIENCE, "the successor does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
    let dialled = std::net::TcpStream::connect(("127.0.0.1", game));
    assert!(dialled.is_err(), "who stands by takes players in and lets them wait");
    (admin, ready)
}

/// All that a player owns, as it is told.
fn belongings(player: &Player) -> String {
    let view = player.client.sheet().expect("a sheet");
    let sheet = &view.sheet;
    format!(
        "{:?}",
        (view.level, sheet.experience, sheet.coin, &sheet.bag, &sheet.worn, &sheet.quests)
    )
}

#[tokio::test]
async fn a_signal_gives_notice_and_a_second_one_is_quicker() {
    let data = tempfile::tempdir().expect("a folder");
    let variables = [("MASSLESS_SERVER_SHUTDOWN_NOTICE", "300")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let mut anna = Player::join(&server, "Anna").await;
    assert_eq!(metric(&server, "massless_draining"), 0);
    server.order_stop();
    anna.until("the notice", |anna| {
        anna.heard.iter().any(|(_, text)| text.contains("restarts in 5 minutes"))
    })
    .await;
    assert_eq!(anna.closed, None, "she plays on");
    assert!(get(server.admin, "/readyz").0.starts_with("HTTP/1.1 200"), "and others may come");
    assert_eq!(get_json(server.admin, "/status")["draining"], true);
    assert_eq!(metric(&server, "massless_draining"), 1);
    let bruno = Player::join(&server, "Bruno").await;
    server.order_stop();
    anna.until("the order to go", |anna| anna.closed.is_some()).await;
    assert_eq!(anna.closed, Some(CloseCode::Stopping));
    drop(bruno);
    assert_eq!(server.wait(), Some(0));
}

#[tokio::test]
async fn nobody_waits_where_nobody_plays_any_more() {
    let data = tempfile::tempdir().expect("a folder");
    let variables = [("MASSLESS_SERVER_SHUTDOWN_NOTICE", "300")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let anna = Player::join(&server, "Anna").await;
    // Her body stays for a while, but it hears nothing.
    drop(anna);
    let begun = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?} of the notice", begun.elapsed());
}

#[tokio::test]
async fn a_successor_stands_by_and_the_same_sessions_go_on() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a plain path");
    let blue = Server::start(data.path(), &["--zones", "1"]);
    // With an account and endowed, so there is something to lose.
    let caller = Caller::registered(&blue, "anna");
    let character = caller.character("Anna");
    let seeded = run(&["seed", "--character", "Anna", "--data", folder]);
    assert_eq!(seeded.status.code(), Some(0), "{}", words(&seeded));
    let mut anna = Player::join_as(&blue, &caller, character).await;
    let mut bruno = Player::join(&blue, "Bruno").await;
    for player in [&mut anna, &mut bruno] {
        player.until("a sheet", |player| player.client.sheet().is_some()).await;
    }
    let before = [belongings(&anna), belongings(&bruno)];
    assert_ne!(before[0], before[1]);
    let tokens = [anna.token, bruno.token];

    let (admin, green) = stand_by(data.path(), &[]);
    let (head, body) = get(admin, "/readyz");
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    assert!(String::from_utf8_lossy(&body).contains("standby"));
    assert_eq!(run(&["status", "--admin-port", &admin.to_string()]).status.code(), Some(1));
    let page = String::from_utf8(get(admin, "/metrics").1).expect("text");
    assert!(page.contains("massless_standby 1"), "{page}");
    let third = run(&["serve", "--data", folder, "--port", "0"]);
    assert_eq!(third.status.code(), Some(2), "only who stands by waits");

    let of_blue = blue.admin.to_string();
    let drain = ["drain", "--data", folder, "--admin-port", &of_blue, "--notice", "1s"];
    let mut drain = massless(&drain).stdout(Stdio::null()).spawn().expect("it starts");
    anna.until("the notice", |anna| {
        anna.heard.iter().any(|(_, text)| text.contains("restarts in 1 second"))
    })
    .await;
    for player in [&mut anna, &mut bruno] {
        player.until("the order to go", |player| player.closed.is_some()).await;
        assert_eq!(player.closed, Some(CloseCode::Stopping));
    }
    let gone = Instant::now();
    assert!(drain.wait().expect("it ends").success());
    assert_eq!(blue.wait(), Some(0));
    let green = green.join().expect("it has taken over");
    assert_eq!(metric(&green, "massless_standby"), 0);
    for ((name, token), before) in
        [("Anna", tokens[0]), ("Bruno", tokens[1])].into_iter().zip(&before)
    {
        let mut player = Player::connect(&green, "", token).await;
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
        player.until("a sheet", |player| player.client.sheet().is_some()).await;
        let welcome = player.client.welcome().expect("welcome");
        assert_eq!((welcome.name.as_str(), welcome.epoch), (name, 2));
        assert_eq!(&belongings(&player), before);
    }
    assert!(gone.elapsed() < HANDOVER_MAX, "{:?}", gone.elapsed());
    assert_eq!(green.stop(), Some(0));
    assert_eq!(run(&["verify", "--data", folder]).status.code(), Some(0));
}

#[test]
fn a_drain_that_makes_no_sense_is_refused() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a plain path");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let admin = server.admin.to_string();
    let late = run(&["drain", "--data", folder, "--admin-port", &admin, "--notice", "7m"]);
    assert_eq!(late.status.code(), Some(2), "{}", words(&late));
    let stranger = tempfile::tempdir().expect("a folder");
    let elsewhere = stranger.path().to_str().expect("a plain path");
    let refused = run(&["drain", "--data", elsewhere, "--admin-port", &admin, "--notice", "0"]);
    assert_eq!(refused.status.code(), Some(1), "who cannot read the token may not");
    assert!(words(&refused).contains("admin.token"), "{}", words(&refused));
    let nobody = massless_testbed::free_port().to_string();
    let absent = run(&["drain", "--data", folder, "--admin-port", &nobody]);
    assert_eq!(absent.status.code(), Some(2), "{}", words(&absent));
    assert!(get(server.admin, "/readyz").0.starts_with("HTTP/1.1 200"));
    let done = run(&["drain", "--data", folder, "--admin-port", &admin]);
    assert_eq!(done.status.code(), Some(0), "{}", words(&done));
    assert_eq!(server.wait(), Some(0), "at once: nobody plays");
}

#[tokio::test]
async fn a_drain_is_called_off_and_a_mute_of_the_staff_outlives_the_host() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a plain path").to_owned();
    let server = Server::start(data.path(), &["--zones", "1"]);
    let caller = Caller::registered(&server, "anna");
    let character = caller.character("Anna");
    let mut anna = Player::join_as(&server, &caller, character).await;
    let admin = server.admin.to_string();
    let order = |words: &[&str], admin: &str| {
        let mut all = words.to_vec();
        all.extend(["--data", &folder, "--admin-port", admin]);
        run(&all)
    };
    let nothing = order(&["drain", "--cancel"], &admin);
    assert_eq!(nothing.status.code(), Some(1), "there is nothing to call off");
    let waits = ["drain", "--notice", "5m", "--data", &folder, "--admin-port", &admin];
    let mut waiting = massless(&waits).stdout(Stdio::piped()).spawn().expect("it starts");
    anna.until("the notice", |anna| heard(anna, "restarts in 5 minutes")).await;
    assert_eq!(get_json(server.admin, "/status")["draining"], true);
    assert!(order(&["drain", "--cancel"], &admin).status.success());
    anna.until("the all-clear", |anna| heard(anna, "does not restart now")).await;
    assert_eq!(get_json(server.admin, "/status")["draining"], false);
    assert_eq!(metric(&server, "massless_draining"), 0);
    let mut told = String::new();
    waiting.stdout.take().expect("piped").read_to_string(&mut told).expect("text");
    assert_eq!(
        (waiting.wait().expect("it ends").code(), told.lines().last()),
        (Some(1), Some("it was called off"))
    );
    assert_eq!(anna.closed, None);
    assert!(order(&["mute", "Anna", "--minutes", "60"], &admin).status.success());
    anna.play(10).await;
    drop(anna);
    assert_eq!(server.stop(), Some(0));

    let server = Server::start(data.path(), &["--zones", "1"]);
    let caller = Caller { port: server.http, ..caller };
    let mut anna = Player::join_as(&server, &caller, character).await;
    // The list is read beside; what is said until then is no promise.
    anna.play(20).await;
    anna.client.chat(1, "hello");
    anna.until("a refusal", |anna| anna.notices.contains(&Notice::ChatMuted)).await;
    let admin = server.admin.to_string();
    assert!(order(&["mute", "Anna", "--minutes", "0"], &admin).status.success());
    anna.play(10).await;
    anna.client.chat(1, "hello again");
    anna.until("her own words", |anna| heard(anna, "hello again")).await;
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn the_world_of_a_stop_does_not_come_back_beside_older_books() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let (data, backups) = (folder.path().join("data"), text(&folder.path().join("backups")));
    std::fs::create_dir(&data).expect("it is made");
    let home = text(&data);
    let server = Server::start(&data, &["--zones", "1"]);
    let caller = Caller::registered(&server, "anna");
    let character = caller.character("Anna");
    assert!(run(&["backup", "--to", &backups, "--data", &home]).status.success());
    let seeded = run(&["seed", "--character", "Anna", "--data", &home]);
    assert!(seeded.status.success(), "{}", words(&seeded));
    let mut anna = Player::join_as(&server, &caller, character).await;
    anna.until("a sheet", |anna| anna.client.sheet().is_some()).await;
    let (rich, token) = (belongings(&anna), anna.token);
    assert_eq!(server.stop(), Some(0));
    let left = ["sessions.json", "zones/1/final.snapshot"];
    assert!(left.iter().all(|file| data.join(file).is_file()), "what a stop leaves");

    let restored = run(&["restore", "--from", &backups, "--yes", "--data", &home]);
    assert!(restored.status.success(), "{}", words(&restored));
    let server = Server::start(&data, &["--zones", "1"]);
    let aside = std::fs::read_dir(&data).expect("a folder").map(|it| it.expect("it").path());
    let aside: Vec<_> = aside.filter(|path| text(path).contains("/aside-")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(left.iter().all(|file| aside[0].join(file).is_file()), "kept for who looks");
    let mut late = Player::connect(&server, "", token).await;
    late.until("a refusal", |late| late.closed.is_some()).await;
    assert_eq!(late.closed, Some(CloseCode::ResumeRefused));
    let caller = Caller { port: server.http, ..caller };
    let mut anna = Player::join_as(&server, &caller, character).await;
    anna.until("a sheet", |anna| anna.client.sheet().is_some()).await;
    assert_ne!(belongings(&anna), rich, "she has what the older books say");
    let token = anna.token;
    assert_eq!(server.stop(), Some(0));
    assert!(run(&["verify", "--data", &home]).status.success());

    // The same books: the world goes on.
    let server = Server::start(&data, &["--zones", "1"]);
    let mut anna = Player::connect(&server, "", token).await;
    anna.until("a body", |anna| anna.client.own(anna.now()).is_some()).await;
    assert_eq!(server.stop(), Some(0));
}

fn heard(player: &Player, words: &str) -> bool {
    player.heard.iter().any(|(_, text)| text.contains(words))
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().last().unwrap_or_else(|| panic!("no line; it said {}", words(output)));
    serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}; {}", words(output)))
}

#[test]
fn two_made_up_players_trade_a_coin_and_say_what_is_broken() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let secret = data.path().join("smoke.password");
    std::fs::write(&secret, "for this test only\n").expect("it writes");
    let url = format!("http://127.0.0.1:{}", server.http);
    let smoke = |more: &[&str]| {
        let mut command = massless(&[&["smoke", "--json", "--url", &url], more].concat());
        command.env("SMOKE_PASSWORD_FILE", &secret).current_dir(data.path());
        command.output().expect("it runs")
    };
    // Twice: the coin comes back, and they begin where they stood.
    for _ in 0..2 {
        let output = smoke(&[]);
        let line = last_line(&output);
        let page = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
        let store: Vec<_> = page
            .lines()
            .filter(|line| line.starts_with("massless_intents") || line.contains("fenced_total "))
            .collect();
        assert_eq!(output.status.code(), Some(0), "{line}; {store:?}");
        for player in 0..2 {
            let steps = line["players"][player]["steps_s"].as_object().expect("steps");
            let names: Vec<_> = steps.keys().map(String::as_str).collect();
            for step in ["login", "character", "ticket", "join", "move", "trade"] {
                assert!(names.contains(&step), "{step} is missing in {line}");
            }
        }
    }
    let closed = format!("ws://127.0.0.1:{}/", massless_testbed::free_port());
    let output = smoke(&["--game-url", &closed, "--seconds", "5"]);
    let line = last_line(&output);
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert_eq!(line["players"][0]["step"], "join", "{line}");
    let output = massless(&["smoke", "--url", &url]).current_dir(data.path()).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(2), "nobody has said the password");
    assert!(words(&output).contains("SMOKE_PASSWORD"), "{}", words(&output));
    assert_eq!(server.stop(), Some(0));
}
