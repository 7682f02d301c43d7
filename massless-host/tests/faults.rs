//! Faults from outside, one row of the fault table each: senders that take their time, peers that vanish, a log
//! that nobody reads, stops at any moment, a database behind a cut line, a host that stood still.
//!
//! What takes longer than a few seconds is left to `cargo xtask faults`, which runs it by its name.

mod common;
#[path = "faults/partitions.rs"]
mod partitions;

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::rest::Caller;
use common::{PATIENCE, Player, Server, get, massless, metric, run};
use massless_net::session::close::CloseCode;
use massless_testbed::free_port;
use massless_testbed::link::Protocols;
use serde_json::{Value, json};

/// Longest time a slow sender has a connection. Source: reliability F11.
const SLOW_MAX: Duration = Duration::from_secs(10);
/// Longest time until a peer that vanished is noticed. Source: reliability F12.
const VANISHED_MAX: Duration = Duration::from_secs(30);
/// Time that a closing socket is given for its goodbye, and that a tick takes to be told.
const GOODBYE_MAX: Duration = Duration::from_secs(3);
/// Time between two bytes of somebody who sends drop by drop.
const DRIP: Duration = Duration::from_millis(400);
/// Moments of the stops, milliseconds after the start.
const STOP_MILLIS_MAX: u64 = 4_000;
const STOPS: u64 = 32;
/// Longest time of a stop. Source: reliability F26.
const STOP_MAX: Duration = Duration::from_secs(30);

/// How long a connection lives on which this is sent and then, when it drips, byte after byte.
fn lives(port: u16, opening: &[u8], drips: bool) -> Duration {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    let begun = Instant::now();
    stream.write_all(opening).expect("it writes");
    stream.set_read_timeout(Some(DRIP)).expect("a timeout");
    let mut part = [0; 1_024];
    while begun.elapsed() < PATIENCE {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if drips && stream.write_all(b"x").is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_slowly_is_closed_within_ten_seconds() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let mut anna = Player::join(&server, "Anna").await;
    let (http, game, admin) = (server.http, server.game, server.admin);
    let half_body = "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 400\r\n\
        content-type: application/json\r\n\r\n{\"name\":";
    let upgrade = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    // The head of a masked frame of 900 bytes, and a few of them.
    let half_frame = [upgrade.as_bytes(), &[0x82, 0xFE, 0x03, 0x84, 1, 2, 3, 4, 0, 0]].concat();
    let half_head = b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ".to_vec();
    let cases = [
        ("nothing at all on the page's port", http, Vec::new(), false),
        ("half a head on the page's port", http, half_head.clone(), false),
        ("a head drop by drop on the page's port", http, half_head.clone(), true),
        ("half a body", http, half_body.as_bytes().to_vec(), false),
        ("a body drop by drop", http, half_body.as_bytes().to_vec(), true),
        ("half a head on the administration's port", admin, half_head.clone(), true),
        ("nothing at all on the game's port", game, Vec::new(), false),
        ("half a head on the game's port", game, half_head.clone(), false),
        ("a head drop by drop on the game's port", game, half_head, true),
        ("half a frame", game, half_frame.clone(), false),
        ("a frame drop by drop", game, half_frame, true),
    ];
    let threads = cases.map(|(what, port, opening, drips)| {
        (what, thread::spawn(move || lives(port, &opening, drips)))
    });
    while !threads.iter().all(|(_, thread)| thread.is_finished()) {
        anna.turn().await;
    }
    for (what, thread) in threads {
        let lived = thread.join().expect("it ends");
        assert!(lived <= SLOW_MAX, "{what}: {lived:?}");
    }
    anna.play(20).await;
    assert_eq!(anna.closed, None, "whoever plays notices nothing");
}

#[tokio::test]
async fn a_log_that_nobody_reads_costs_lines_and_no_tick() {
    let data = tempfile::tempdir().expect("a folder");
    let zones: (&[&str], _) = (&["--zones", "1"], &[("MASSLESS_LOG_LEVEL", "trace")][..]);
    // The pipe stays open and full.
    let (server, pipe) = Server::start_logging(data.path(), zones, Stdio::piped());
    let mut anna = Player::join(&server, "Anna").await;
    let begun = Instant::now();
    while metric(&server, "massless_log_dropped_total") == 0 {
        assert!(begun.elapsed() < 2 * PATIENCE, "the storm of lines fills nothing");
        for _ in 0..50 {
            get(server.http, "/api/v1/status");
        }
        anna.turn().await;
    }
    let ticks = || metric(&server, "massless_tick_duration_seconds_count{zone=\"1\"}");
    let missed = metric(&server, "massless_tick_missed_total");
    let (before, since) = (ticks(), Instant::now());
    anna.play(60).await;
    let hertz = (ticks() - before) as f64 / since.elapsed().as_secs_f64();
    assert!(hertz > 18.0, "{hertz} ticks a second");
    assert_eq!(metric(&server, "massless_tick_missed_total"), missed, "no tick was given up");
    assert!(metric(&server, "massless_log_dropped_total") > 0);
    let stopped = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(stopped.elapsed() < PATIENCE, "the end waits for no reader: {:?}", stopped.elapsed());
    drop(pipe);
}

#[test]
fn nothing_that_is_packed_is_unpacked() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let caller = Caller::new(&server);
    for packing in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let headers = [("content-encoding", packing)];
        let reply = caller.call("POST", "/auth/login", Some(&[0x1F; 4_096]), &headers);
        assert_eq!(reply.problem(), (415, "content-encoding"), "{packing}");
    }
    let wish = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n";
    let mut stream = TcpStream::connect(("127.0.0.1", server.game)).expect("the port is open");
    write!(stream, "GET / HTTP/1.1\r\nhost: a\r\n{wish}\r\n").expect("it writes");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(!head.contains("extensions"), "{head}");
}

#[test]
fn no_core_is_dumped_unless_it_is_wanted() {
    let data = tempfile::tempdir().expect("a folder");
    let core = |limits: &str| {
        let line = limits.lines().find(|line| line.starts_with("Max core file size"));
        let fields = line.expect("a line").split_whitespace();
        fields.skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let own = core(&std::fs::read_to_string("/proc/self/limits").expect("it is there"));
    let wanted = [("MASSLESS_SERVER_CORE_DUMPS", "true")];
    for (variables, expected) in [(&[][..], ["0"; 2]), (&wanted, [own[1].as_str(); 2])] {
        let most = "ulimit -S -c $(ulimit -H -c)";
        let server = Server::start_limited(data.path(), most, variables);
        assert_eq!(core(&server.proc("limits")), expected, "soft and hard");
        assert_eq!(server.stop(), Some(0));
    }
}

#[tokio::test]
async fn who_is_short_of_memory_lets_nobody_in_and_then_sends_away_the_newest() {
    let data = tempfile::tempdir().expect("a folder");
    let file = data.path().join("memory.max");
    std::fs::write(&file, "max\n").expect("it writes");
    let variables = [("MASSLESS_LIMITS_MEMORY_FILE", file.to_str().expect("a plain path"))];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let caller = Caller::registered(&server, "anna");
    let character = caller.character("Annabel");
    let mut first = Player::join(&server, "Bruno").await;
    let mut newest = Player::join(&server, "Clara").await;
    let pressure = || {
        let status: Value = serde_json::from_slice(&get(server.admin, "/status").1).expect("json");
        status["memory_pressure"].as_str().expect("a word").to_owned()
    };
    // The limit moves instead of the memory: what is in use is so many percent of it.
    let use_percent = |percent: u64| {
        let used = metric(&server, "massless_process_memory_bytes");
        std::fs::write(&file, (used * 100 / percent).to_string()).expect("it writes");
    };
    use_percent(90);
    first.until("the first mark", |_| pressure() == "tight").await;
    let refused = caller.post("/session", &json!({ "character": character }));
    assert_eq!(refused.problem(), (503, "busy"));
    assert_eq!(refused.header("retry-after"), Some("10"));
    let mut late = Player::connect(&server, "Dora", None).await;
    late.until("a refusal", |late| late.closed.is_some()).await;
    assert_eq!(late.closed, Some(CloseCode::Full));
    newest.play(20).await;
    assert_eq!((first.closed, newest.closed), (None, None), "who plays goes on");
    assert!(metric(&server, "massless_memory_limit_bytes") > 0);
    use_percent(97);
    newest.until("the second mark", |newest| newest.closed.is_some()).await;
    assert_eq!(newest.closed, Some(CloseCode::Stopping), "a close that lets come back");
    assert!(metric(&server, "massless_shed_total{stage=\"memory\"}") >= 3);
    let mut back = Player::connect(&server, "", newest.token).await;
    back.until("an answer", |back| back.closed.is_some()).await;
    assert_eq!(back.closed, Some(CloseCode::Stopping), "not yet");
    std::fs::write(&file, "max\n").expect("it writes");
    while pressure() != "none" {
        back.turn().await;
    }
    let mut back = Player::connect(&server, "", newest.token).await;
    back.until("a body", |back| back.client.own(back.now()).is_some()).await;
    assert_eq!(back.client.welcome().expect("welcome").name, "Clara");
    Player::join_as(&server, &caller, character).await.leave().await;
    assert_eq!(server.stop(), Some(0));
}

/// Where Debian's package `faketime` has its library.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

#[tokio::test]
#[ignore = "needs the package faketime: run by cargo xtask faults"]
async fn a_clock_that_jumps_moves_no_tick_and_ends_no_session() {
    assert!(Path::new(FAKETIME).is_file(), "install the package faketime");
    let data = tempfile::tempdir().expect("a folder");
    let clock = data.path().join("clock");
    let set = |shift: &str| std::fs::write(&clock, shift).expect("it writes");
    set("+0");
    let variables = [
        ("LD_PRELOAD", FAKETIME),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().expect("a plain path")),
        ("FAKETIME_NO_CACHE", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let caller = Caller::registered(&server, "anna");
    let mut anna = Player::join(&server, "Anna").await;
    // An hour, a day and to beyond 2038, there and back; the last is in seconds.
    for shift in ["+3600", "-3600", "+86400", "-86400", "+600000000", "+0"] {
        set(shift);
        let (before, since) = (anna.client.told().0.get(), Instant::now());
        anna.play(60).await;
        let hertz = (anna.client.told().0.get() - before) as f64 / since.elapsed().as_secs_f64();
        assert!((18.0..22.0).contains(&hertz), "{shift}: {hertz} ticks a second");
        assert_eq!(anna.closed, None, "{shift}");
        let status = caller.get("/account").status;
        assert!(status == 200 || shift != "+0", "a good token is believed again: {status}");
        assert!(status != 200 || !shift.contains("+3600"), "an hour is more than a token has");
        assert!(status < 500, "{shift}: {status}");
        // Whoever lost the line meanwhile comes back by its session.
        let mut back = Player::connect(&server, "", anna.token).await;
        back.until("a body", |back| back.client.own(back.now()).is_some()).await;
        anna = back;
    }
    assert_eq!(metric(&server, "massless_tick_missed_total"), 0);
    assert_eq!(server.stop(), Some(0));
    let folder = data.path().to_str().expect("a plain path");
    assert!(run(&["verify", "--data", folder]).status.success());
}

fn open_sockets(server: &Server) -> u64 {
    let page = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
    let lines = page.lines().filter(|line| line.starts_with("massless_sockets{"));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits half a minute: run by cargo xtask faults"]
async fn a_peer_that_vanishes_is_noticed_and_can_come_back() {
    let data = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(data.path(), &["--zones", "1"]);
    let (direct, link) = (server.game, partitions::link_to(server.game).await);
    server.game = link.address().port();
    let anna = Player::join(&server, "Anna").await;
    let token = anna.token;
    server.game = direct;
    let mut bruno = Player::join(&server, "Bruno").await;
    bruno.until("Anna in sight", |bruno| bruno.knows("Anna")).await;
    link.cut(Protocols::Both);
    let cut = Instant::now();
    // Where nobody may be attacked her body leaves the moment she is missed.
    let noticed = async {
        while bruno.knows("Anna") {
            bruno.turn().await;
        }
    };
    let in_time = tokio::time::timeout(VANISHED_MAX + GOODBYE_MAX, noticed).await;
    assert!(in_time.is_ok(), "nobody notices after {:?}", cut.elapsed());
    let gone = cut.elapsed();
    while open_sockets(&server) > 1 {
        assert!(cut.elapsed() < gone + GOODBYE_MAX, "the socket outlives the session");
        bruno.turn().await;
    }
    let mut back = Player::connect(&server, "", token).await;
    back.until("a body", |back| back.client.own(back.now()).is_some()).await;
    assert_eq!(back.client.welcome().expect("welcome").name, "Anna");
    assert_eq!(bruno.closed, None);
    drop(anna);
}

/// A host whose signals and end are looked at.
struct Host {
    child: Child,
    log: std::path::PathBuf,
}

impl Host {
    fn start(data: &Path, ports: &[String; 3], number: u64) -> Self {
        let log = data.join(format!("host-{number}.log"));
        let [http, game, admin] = ports;
        let mut command = massless(&["serve", "--bind", "127.0.0.1", "--port", http]);
        command.args(["--game-port", game, "--admin-port", admin, "--zones", "1", "--data"]);
        command.arg(data).current_dir(data).env("MASSLESS_SERVER_SHUTDOWN_NOTICE", "0");
        for limit in ["SOCKETS_PER_ADDRESS", "CALLS_PER_SECOND", "LOGINS_PER_MINUTE"] {
            command.env(format!("MASSLESS_LIMITS_{limit}"), "100000");
        }
        let words = File::create(&log).expect("it is made");
        let child = command.stdout(Stdio::null()).stderr(words).spawn().expect("it starts");
        Self { child, log }
    }

    /// Sends SIGTERM and waits. Whoever has not begun anything yet may also just die.
    fn stop(mut self, moment: Duration) {
        terminate(&self.child);
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(begun.elapsed() < STOP_MAX, "no end after SIGTERM {moment:?} after the start");
            thread::sleep(Duration::from_millis(5));
        };
        let words = std::fs::read_to_string(&self.log).expect("a log");
        let has_begun_nothing = words.is_empty() && status.signal() == Some(15);
        assert!(status.success() || has_begun_nothing, "{status} after {moment:?}:\n{words}");
    }
}

fn terminate(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
}

#[test]
#[ignore = "takes two minutes: run by cargo xtask faults"]
fn a_stop_at_any_moment_ends_well_and_loses_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a plain path");
    let journals = data.path().join("journals");
    let ports = [(); 3].map(|()| free_port().to_string());
    assert!(run(&["migrate", "--data", folder]).status.success());
    assert!(run(&["seed", "--players", "8", "--data", folder]).status.success());
    let url = format!("http://127.0.0.1:{}", ports[0]);
    let mut bots = massless(&["bots", "economy", "--clients", "8", "--seconds", "3600", "--json"]);
    bots.args(["--url", &url, "--journal"]).arg(&journals).current_dir(data.path());
    let bots = bots.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("they start");
    let mut draw = 26_u64;
    for number in 0..STOPS {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let host = Host::start(data.path(), &ports, number);
        // Every third falls into the start.
        let most = if number % 3 == 0 { STOP_MILLIS_MAX / 8 } else { STOP_MILLIS_MAX };
        let moment = Duration::from_millis((draw >> 33) % most);
        thread::sleep(moment);
        host.stop(moment);
    }
    let last = Host::start(data.path(), &ports, STOPS);
    thread::sleep(Duration::from_secs(8));
    terminate(&bots);
    let output = bots.wait_with_output().expect("they end");
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    let line: Value = serde_json::from_str(line.lines().last().expect("a line")).expect("json");
    assert!(line["acknowledged"].as_u64().is_some_and(|count| count >= STOPS), "{line}");
    last.stop(Duration::from_secs(8));
    let journals = journals.to_str().expect("a plain path");
    let verified = run(&["verify", "--data", folder, "--journal", journals]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
