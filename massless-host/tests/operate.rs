//! What an operator does: start, look, stop, start again, verify, and get things wrong.

mod common;

use std::collections::BTreeSet;
use std::io::Read as _;

use common::boards::{self, docker, is_of_agent, metrics_in};
use common::{Player, Server, get, get_json, get_with, massless, run, segments};
use massless_net::session::close::CloseCode;

#[tokio::test]
async fn a_stop_keeps_the_world_and_its_log_verifies() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--seed", "5"]);
    let mut anna = Player::join(&server, "Anna").await;
    let (token, place) = (anna.token, anna.client.told().1.walker.position);
    server.order_stop();
    anna.until("the order to go", |anna| anna.closed.is_some()).await;
    assert_eq!(anna.closed, Some(CloseCode::Stopping));
    assert_eq!(server.wait(), Some(0));
    let first = segments(data.path());
    assert_eq!(first.len(), 1);

    let server = Server::start(data.path(), &[]);
    let mut anna = Player::connect(&server, "", token).await;
    anna.until("a body", |anna| anna.client.own(anna.now()).is_some()).await;
    let welcome = anna.client.welcome().expect("welcome");
    assert_eq!((welcome.name.as_str(), welcome.epoch), ("Anna", 2), "a new epoch");
    let again = anna.client.told().1.walker.position;
    assert!(again.distance(place) < 0.01, "she stands where she stood: {again} and {place}");
    assert_eq!(server.stop(), Some(0));

    let all = segments(data.path());
    assert_eq!(all.len(), 2, "each epoch has its own log");
    for path in &all {
        let path = path.to_str().expect("a path");
        let verified = run(&["replay", "verify", path, "--json"]);
        assert_eq!(verified.status.code(), Some(0));
        let line: serde_json::Value = serde_json::from_slice(&verified.stdout).expect("json");
        assert_eq!(line["verified"], true);
        assert_eq!(line["schema"], 1);
        assert!(line["ticks"].as_u64().expect("a number") > 0);
    }
}

#[test]
fn one_flipped_byte_is_found_with_its_tick() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("play.mlr");
    let path = log.to_str().expect("a path");
    let recorded = run(&[
        "bots",
        "record",
        "--ticks",
        "300",
        "--clients",
        "5",
        "--seed",
        "3",
        "--out",
        path,
        "--json",
    ]);
    assert_eq!(recorded.status.code(), Some(0));
    assert_eq!(run(&["replay", "verify", path]).status.code(), Some(0));
    let twin = folder.path().join("twin.mlr");
    let twin_path = twin.to_str().expect("a path");
    run(&["bots", "record", "--ticks", "300", "--clients", "5", "--seed", "3", "--out", twin_path]);
    let bytes = std::fs::read(&log).expect("the log");
    assert_eq!(bytes, std::fs::read(&twin).expect("the log"), "equal seeds give equal logs");
    assert_eq!(run(&["replay", "diff", path, twin_path]).status.code(), Some(0));

    let mut bad = bytes.clone();
    let last = bad.len() - 10;
    bad[last] ^= 0x10;
    std::fs::write(&log, bad).expect("it writes");
    let verified = run(&["replay", "verify", path, "--json"]);
    assert_eq!(verified.status.code(), Some(1));
    let line: serde_json::Value = serde_json::from_slice(&verified.stdout).expect("json");
    assert_eq!(line["verified"], false);
    assert_eq!(line["first_diff"]["tick"], 299);

    let mut head = bytes.clone();
    head[4] ^= 0xFF;
    std::fs::write(&log, head).expect("it writes");
    let verified = run(&["replay", "verify", path, "--json"]);
    assert_eq!(verified.status.code(), Some(1), "a damaged head is damage");
    let line: serde_json::Value = serde_json::from_slice(&verified.stdout).expect("json");
    assert_eq!(line["first_diff"]["tick"], 0);
    assert!(line["mb_per_zone_hour"].is_null(), "{line}");

    let mut other = bytes;
    other[4] ^= 0xFF;
    other[40] ^= 0xFF;
    std::fs::write(&log, other).expect("it writes");
    let refused = run(&["replay", "verify", path]);
    assert_eq!(refused.status.code(), Some(2));
    let sentence = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(sentence.contains("version"), "{sentence}");
}

#[test]
fn page_and_administration_show_what_runs() {
    let data = tempfile::tempdir().expect("a folder");
    let unbuilt = data.path().join("unbuilt");
    let unbuilt = unbuilt.to_str().expect("a plain path");
    let server = Server::start(data.path(), &["--client", unbuilt]);
    let status = get_json(server.http, "/api/v1/status");
    assert_eq!(status["zones"][0]["id"], 1);
    let session = get_json(server.http, "/api/v1/session");
    assert_eq!(session["ws"], format!("ws://localhost:{}/", server.game));
    assert_eq!(session["content"], status["content"]);
    let path = session["map"].as_str().expect("a path");
    let (head, map) = get(server.http, path);
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("immutable"), "{head}");
    massless_core::content::map::Map::decode(&map).expect("a map");

    let (head, page) = get(server.http, "/");
    assert!(head.contains("content-security-policy") && head.contains("nosniff"), "{head}");
    assert!(String::from_utf8_lossy(&page).contains("cargo xtask build client"));
    for missing in ["/api/v1/nothing", "/content/00/1.map", "/../Cargo.toml"] {
        let (head, body) = get(server.http, missing);
        assert!(head.starts_with("HTTP/1.1 404"), "{missing}: {head}");
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem["status"], 404);
    }

    for path in ["/livez", "/readyz", "/startupz", "/version"] {
        assert!(get(server.admin, path).0.starts_with("HTTP/1.1 200"), "{path}");
    }
    let metrics = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
    let names = [
        "massless_players{zone=\"1\"}",
        "massless_tick_duration_seconds_bucket{zone=\"1\"",
        "massless_tick_missed_total{zone=\"1\"}",
        "massless_net_bytes_total{transport=\"ws\",direction=\"out\"}",
        "massless_zone_panics_total{zone=\"1\"} 0",
        "massless_log_dropped_total",
    ];
    for name in names {
        assert!(metrics.contains(name), "{name} is missing");
    }
    assert!(get(server.http, "/metrics").0.starts_with("HTTP/1.1 404"), "never public");
}

#[test]
fn a_built_page_is_served_with_its_types() {
    let data = tempfile::tempdir().expect("a folder");
    let client = data.path().join("dist");
    std::fs::create_dir_all(client.join("assets")).expect("a folder");
    std::fs::write(client.join("index.html"), "<!doctype html>").expect("it writes");
    std::fs::write(client.join("massless.wasm"), b"\0asm").expect("it writes");
    std::fs::write(client.join("assets/main.js"), "1").expect("it writes");
    let server = Server::start(data.path(), &["--client", "dist"]);
    let (head, _) = get(server.http, "/");
    assert!(head.contains("text/html") && head.contains("no-cache"), "{head}");
    assert!(get(server.http, "/massless.wasm").0.contains("application/wasm"));
    let (head, _) = get(server.http, "/assets/main.js");
    assert!(head.contains("javascript") && head.contains("immutable"), "{head}");
    let script = "let a = 1;\n".repeat(1_000);
    std::fs::write(client.join("assets/long.js"), &script).expect("it writes");
    let (head, body) = get_with(server.http, "/assets/long.js", "accept-encoding: gzip;q=1\r\n");
    assert!(head.contains("content-encoding: gzip") && head.contains("javascript"), "{head}");
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut plain).expect("whole");
    assert_eq!(plain, script);
    let (head, body) = get(server.http, "/assets/long.js");
    assert!(!head.contains("content-encoding") && body == script.as_bytes(), "{head}");
    let session = get_json(server.http, "/api/v1/session");
    let map = session["map"].as_str().expect("a path");
    let (head, body) = get_with(server.http, map, "accept-encoding: gzip\r\n");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut bytes).expect("whole");
    assert_eq!(bytes, get(server.http, map).1);
}

/// Arguments, a variable of the environment, and parts of the sentence that must come.
type Mistake<'a> = (&'a [&'a str], (&'a str, &'a str), &'a [&'a str]);

#[test]
fn mistakes_get_one_sentence_and_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let taken = server.http.to_string();
    let content = folder.path().join("content");
    std::fs::create_dir_all(&content).expect("a folder");
    std::fs::write(content.join("rules.ron"), "(walk_speed: 99.0)").expect("it writes");
    let content = content.to_str().expect("a path");
    let used = folder.path().to_str().expect("a path");
    let table: [Mistake<'_>; 6] = [
        (&["serve", "--port", &taken, "--game-port", "0"], ("A", "b"), &["in use", "--port 0"]),
        (&["serve"], ("MASSLESS_SERVER_HTTP_PORT", "many"), &["server.http_port", "many"]),
        (&["serve"], ("MASSLESS_DATA_COLOUR", "red"), &["data.colour", "log_hours"]),
        (&["serve", "--port", "0", "--content", content], ("A", "b"), &["rules.ron"]),
        (&["replay", "verify", "no-such.mlr"], ("A", "b"), &["no-such.mlr"]),
        (&["serve", "--port", "0", "--data", used], ("A", "b"), &["another server", "--data"]),
    ];
    for (arguments, (name, value), parts) in table {
        let mut command = massless(arguments);
        let output = command.env(name, value).current_dir(folder.path()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
        for part in parts {
            assert!(sentence.contains(part), "{part:?} is missing in {sentence:?}");
        }
    }
}

#[test]
fn every_command_explains_itself() {
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["bots", "--help"],
        &["bots", "zone-walk", "--help"],
        &["replay", "inspect", "--help"],
        &["doctor", "--help"],
        &["map", "generate", "--help"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stdout.len() > 100, "{arguments:?}");
    }
}

#[test]
fn what_is_measured_is_shown_or_watched_and_the_reverse() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let page = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let measured: BTreeSet<String> = types.flat_map(metrics_in).collect();
    let rules = std::fs::read_to_string(docker().join("prometheus/alerts.yml")).expect("rules");
    let mut shown = boards::shown();
    shown.extend(metrics_in(&rules).into_iter().filter(|name| !is_of_agent(name)));
    // Only a host with Redis has it.
    shown.remove("massless_redis_up");
    let unknown: Vec<_> = shown.difference(&measured).collect();
    let unseen: Vec<_> = measured.difference(&shown).collect();
    assert!(
        unknown.is_empty() && unseen.is_empty(),
        "not measured {unknown:?}; not shown {unseen:?}"
    );
}
