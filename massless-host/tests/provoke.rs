//! Whatever the game's dashboards show moves when its cause happens, and in the right direction.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use common::boards;
use common::rest::Caller;
use common::{NEAR_HOUNDS, NEAR_PORTAL, PATIENCE, PORTAL, Player, RICH_HOUNDS, Server, World, get};
use massless_core::command::Act;
use massless_core::math::Vec2;
use massless_net::client::ClientConfig;
use massless_net::transport::Transport;
use massless_testbed::{Durability, Postgres};
use serde_json::json;

/// What the tests below provoke.
const HERE: [&str; 35] = [
    "massless_actors",
    "massless_chat_messages_total",
    "massless_db_up",
    "massless_disk_used_ratio",
    "massless_econ_duplicates_total",
    "massless_econ_operations_total",
    "massless_errors_total",
    "massless_incidents_total",
    "massless_intents_total",
    "massless_net_bytes_total",
    "massless_net_messages_total",
    "massless_players",
    "massless_prediction_total",
    "massless_process_memory_bytes",
    "massless_quic_total",
    "massless_recorder_errors_total",
    "massless_rest_problems_total",
    "massless_saves_waiting",
    "massless_session_duration_seconds",
    "massless_shed_total",
    "massless_sockets",
    "massless_store_circuit_opened_total",
    "massless_store_damaged_snapshots_total",
    "massless_store_quarantined_items_total",
    "massless_store_refusals_total",
    "massless_tick_duration_seconds",
    "massless_tick_missed_total",
    "massless_transfer_duration_seconds",
    "massless_transfers_total",
    "massless_vault_latency_seconds",
    "massless_vault_queue_len",
    "massless_worker_queue",
    "massless_zone_epoch",
    "massless_zone_memory_bytes",
    "massless_zone_panics_total",
];

/// What other tests provoke: the file, and a test in it that asks for the metric.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    ("massless_draining", "handover.rs", "a_signal_gives_notice_and_a_second_one_is_quicker"),
    (
        "massless_fenced_total",
        "faults/partitions.rs",
        "a_host_that_stood_still_lets_go_of_what_others_took",
    ),
    ("massless_log_dropped_total", "faults.rs", "a_log_that_nobody_reads_costs_lines_and_no_tick"),
    ("massless_redis_up", "shared.rs", "two_hosts_are_one_realm_and_redis_may_go_at_any_moment"),
    ("massless_standby", "handover.rs", "a_successor_stands_by_and_the_same_sessions_go_on"),
];

/// The sum over all lines of a metric that have this among their labels.
fn sum(server: &Server, name: &str, label: &str) -> f64 {
    let page = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
    let lines = page.lines().filter(|line| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']) && rest.contains(label))
    });
    let values = lines.filter_map(|line| line.rsplit(' ').next());
    values.map(|value| value.parse::<f64>().expect("a number")).sum()
}

/// A metric that is going to rise or to fall.
struct Watch<'a> {
    server: &'a Server,
    name: &'a str,
    label: &'a str,
    before: f64,
}

impl<'a> Watch<'a> {
    fn new(server: &'a Server, name: &'a str, label: &'a str) -> Self {
        Self { server, name, label, before: sum(server, name, label) }
    }

    /// The same from the next moment on at which it is 0.
    async fn at_rest(mut self, player: &mut Player) -> Self {
        let begun = Instant::now();
        while self.before > 0.0 {
            let Self { name, label, before, .. } = self;
            assert!(begun.elapsed() < PATIENCE, "{name}{{{label}}} stays at {before}");
            player.turn().await;
            self = Self::new(self.server, name, label);
        }
        self
    }

    fn has_risen(&self) -> bool {
        sum(self.server, self.name, self.label) > self.before
    }

    /// Plays on until it has risen.
    async fn rises(self, player: &mut Player) {
        let begun = Instant::now();
        while !self.has_risen() {
            let Self { name, label, before, .. } = self;
            assert!(begun.elapsed() < PATIENCE, "{name}{{{label}}} stays at {before}");
            player.turn().await;
        }
    }

    /// Plays on until it has fallen.
    async fn falls(self, player: &mut Player) {
        let begun = Instant::now();
        while sum(self.server, self.name, self.label) >= self.before {
            let Self { name, label, before, .. } = self;
            assert!(begun.elapsed() < PATIENCE, "{name}{{{label}}} stays at {before}");
            player.turn().await;
        }
    }
}

#[tokio::test]
async fn play_moves_what_is_shown_of_play() {
    let data = tempfile::tempdir().expect("a folder");
    let variables = [("MASSLESS_ZONE_SLOW_TICK_MS", "0")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let watch = |name, label| Watch::new(&server, name, label);
    let zone = "zone=\"1\"";
    let early = [
        watch("massless_players", zone),
        watch("massless_actors", zone),
        watch("massless_tick_duration_seconds_count", zone),
        watch("massless_net_messages_total", "direction=\"in\""),
        watch("massless_net_messages_total", "direction=\"out\""),
        watch("massless_net_bytes_total", "direction=\"out\""),
        watch("massless_incidents_total", "slow_tick"),
        watch("massless_prediction_total", "equal"),
        watch("massless_zone_memory_bytes", zone),
    ];
    let sockets = Transport::ALL.map(Transport::label).map(|label| format!("\"{label}\""));
    let sockets: Vec<_> =
        sockets.iter().map(|label| watch("massless_sockets", label.as_str())).collect();
    let mut anna = Player::join(&server, "Anna").await;
    let mut others = Vec::new();
    for (transport, name) in [(Transport::Quic, "Bruno"), (Transport::WebTransport, "Clara")] {
        let config = ClientConfig { name: name.to_owned(), look: 3, ..ClientConfig::default() };
        let mut other = Player::connect_by(&server, transport, config).await;
        other.until("a body", |other| other.client.own(other.now()).is_some()).await;
        others.push(other);
    }
    for watch in early.into_iter().chain(sockets) {
        watch.rises(&mut anna).await;
    }

    let talk = watch("massless_chat_messages_total", "");
    anna.client.chat(1, "Hello!");
    talk.rises(&mut anna).await;
    let shed = watch("massless_shed_total", "rate");
    (0..30).for_each(|line| anna.client.chat(1, &format!("line {line}")));
    shed.rises(&mut anna).await;
    let problems = watch("massless_rest_problems_total", "");
    assert!(get(server.http, "/api/v1/nothing").0.starts_with("HTTP/1.1 404"));
    problems.rises(&mut anna).await;

    let sessions = watch("massless_session_duration_seconds_count", "");
    let players = watch("massless_players", zone);
    for other in others {
        other.leave().await;
    }
    sessions.rises(&mut anna).await;
    players.falls(&mut anna).await;
}

#[tokio::test]
async fn strangers_and_portals_move_what_is_shown_of_them() {
    let data = tempfile::tempdir().expect("a folder");
    let world = World::write(data.path(), &[NEAR_PORTAL]);
    let server = world.start(data.path(), &[]);
    let watch = |name, label| Watch::new(&server, name, label);
    let mut anna = Player::join(&server, "Anna").await;
    let errors = watch("massless_errors_total", "protocol");
    let mut garbage = std::net::TcpStream::connect(("127.0.0.1", server.game)).expect("it listens");
    std::io::Write::write_all(&mut garbage, &frame_of_garbage()).expect("it writes");
    errors.rises(&mut anna).await;
    let quic = watch("massless_quic_total", "failed");
    nobody_it_believes(&server).await;
    quic.rises(&mut anna).await;

    let moves = ["massless_transfers_total", "massless_transfer_duration_seconds_count"]
        .map(|name| watch(name, ""));
    anna.walk("the other zone", PORTAL, |anna| !anna.moved.is_empty()).await;
    for watch in moves {
        watch.rises(&mut anna).await;
    }
}

#[tokio::test]
async fn a_kill_moves_what_is_shown_of_the_economy() {
    let data = tempfile::tempdir().expect("a folder");
    let world = World::write(data.path(), &[NEAR_HOUNDS, RICH_HOUNDS]);
    let server = world.start(data.path(), &[]);
    let watch = |name, label| Watch::new(&server, name, label);
    let mut anna = Player::join(&server, "Anna").await;
    anna.until("the sheet", |anna| anna.client.sheet().is_some()).await;
    let (intents, done) =
        (watch("massless_intents_total", "done"), watch("massless_econ_operations_total", "done"));
    let vault = watch("massless_vault_latency_seconds_count", "");
    let hounds = Vec2::new(128.0, 82.0);
    anna.walk("the hounds", hounds, |anna| anna.place().distance(hounds) < 12.0).await;
    let coin = |anna: &Player| anna.client.sheet().map_or(0, |shown| shown.sheet.coin);
    let purse = coin(&anna);
    anna.fight("a kill and its coin", |anna| coin(anna) > purse).await;
    for watch in [intents, done, vault] {
        watch.rises(&mut anna).await;
    }
}

/// The opening of a WebSocket, and a frame that nobody can read.
fn frame_of_garbage() -> Vec<u8> {
    let mut bytes =
        b"GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            .to_vec();
    bytes.extend([0x82, 0x84, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
    bytes
}

/// Somebody knocks by QUIC who believes no certificate that there is.
async fn nobody_it_believes(server: &Server) {
    use massless_net::transport::dial_quic::{Dialer, Trust};
    let dialer = Dialer::new(&Trust::Hashes(vec![[7; 32]]), 1).expect("a dialer");
    let refused = dialer.connect(&format!("quic://127.0.0.1:{}/", server.game)).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn trouble_of_the_process_moves_what_is_shown_of_it() {
    let data = tempfile::tempdir().expect("a folder");
    let variables = [
        ("FAILPOINTS", "zone_tick=80*off->1*panic->off"),
        ("MASSLESS_DATA_SEGMENT_SECONDS", "1"),
        ("MASSLESS_VAULT_DELAY_MS", "1500"),
    ];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let watch = |name, label| Watch::new(&server, name, label);
    let (panics, epoch) =
        (watch("massless_zone_panics_total", ""), watch("massless_zone_epoch", "zone=\"1\""));
    let mut anna = Player::join(&server, "Anna").await;
    panics.rises(&mut anna).await;
    epoch.rises(&mut anna).await;
    assert_eq!(anna.closed, None, "a panic costs a tick and no player");

    let missed = watch("massless_tick_missed_total", "");
    server.signal("-STOP");
    std::thread::sleep(Duration::from_millis(600));
    server.signal("-CONT");
    missed.rises(&mut anna).await;

    // The vault is slow: what is asked of it meanwhile waits.
    let queue = watch("massless_vault_queue_len", "");
    let memory = watch("massless_process_memory_bytes", "");
    let mut crowd = Vec::new();
    for letter in "abcdefghkmnr".chars() {
        let mut player = Player::join(&server, &format!("Ba{letter}lo")).await;
        player.until("a sheet", |player| player.client.sheet().is_some()).await;
        crowd.push(player);
    }
    memory.rises(&mut anna).await;
    for player in &mut crowd {
        discard_one(player);
        player.do_outputs().await;
        anna.play(2).await;
    }
    queue.rises(&mut anna).await;
    drop(crowd);

    // Something else takes the disk's room.
    let disk = watch("massless_disk_used_ratio", "");
    std::fs::write(data.path().join("else"), vec![7; 512 << 20]).expect("there is room");
    disk.rises(&mut anna).await;

    // Many want in at once, and each hash takes its time.
    let hashes = watch("massless_worker_queue", "");
    let caller = Caller::new(&server);
    let knock = move || {
        let caller = caller.clone();
        std::thread::spawn(move || {
            caller.post("/auth/login", &json!({ "name": "nobody", "password": "wrong password" }))
        })
    };
    let threads: Vec<_> = (0..24).map(|_| knock()).collect();
    hashes.rises(&mut anna).await;
    for thread in threads {
        thread.join().expect("an answer");
    }

    // The log's folder is gone: the next segment breaks off.
    let errors = watch("massless_recorder_errors_total", "");
    let folder = data.path().join("zones/1");
    std::fs::rename(&folder, data.path().join("elsewhere")).expect("it is moved");
    std::fs::write(&folder, b"").expect("a file in its place");
    errors.rises(&mut anna).await;
    assert_eq!(anna.closed, None, "a broken log costs no player");
}

#[tokio::test]
async fn trouble_of_the_database_moves_what_is_shown_of_it() {
    let data = tempfile::tempdir().expect("a folder");
    let mut database = Postgres::start_private(Durability::Memory);
    let url = database.create_database("massless", None);
    let variables = [
        ("DATABASE_URL", url.as_str()),
        // Of one operation the answer gets lost: it is asked again.
        ("FAILPOINTS", "after_commit=1*return(lose)->off"),
    ];
    let zones = ["--zones", "1"];
    let server = Server::start_with(data.path(), &zones, &variables);
    let mut caller = Caller::registered(&server, "anna");
    let character = caller.character("Anna");
    let mut anna = Player::join_as(&server, &caller, character).await;
    let twice = Watch::new(&server, "massless_econ_duplicates_total", "");
    anna.until("her sheet", |anna| anna.client.sheet().is_some()).await;
    discard_one(&mut anna);
    twice.rises(&mut anna).await;

    let watch = |name| Watch::new(&server, name, "");
    let up = watch("massless_db_up");
    assert!(up.before > 0.0, "the database is there");
    // The database's own guards refuse what the server should never have asked for.
    let refusals = watch("massless_store_refusals_total");
    let guard = "ALTER TABLE item_event ADD CONSTRAINT never CHECK (false) NOT VALID";
    database.sql("massless", guard);
    discard_until(&mut anna, &refusals).await;
    database.sql("massless", "ALTER TABLE item_event DROP CONSTRAINT never");

    let opened = watch("massless_store_circuit_opened_total");
    // She is the only one here, and her save may be waiting at this moment, too.
    let saves = watch("massless_saves_waiting").at_rest(&mut anna).await;
    database.kill();
    // Who stands still and loses nothing has nothing to be saved.
    let beyond = anna.place() + Vec2::new(60.0, 0.0);
    anna.head_for(beyond, (0, None));
    up.falls(&mut anna).await;
    discard_until(&mut anna, &opened).await;
    saves.rises(&mut anna).await;
    let down = watch("massless_db_up");
    database.start_again();
    down.rises(&mut anna).await;
    anna.play(20).await;
    anna.leave().await;
    assert_eq!(server.stop(), Some(0));

    // A thing that nobody knows any more, and a snapshot with another byte.
    database.sql(
        "massless",
        "INSERT INTO item_def SELECT 29999, 'Forgotten', stack_max, seen_at FROM item_def LIMIT 1; \
         UPDATE item SET def_id = 29999 WHERE id = (SELECT min(id) FROM item WHERE area IS NOT NULL); \
         UPDATE character_snapshot SET blob = set_byte(blob, 9, get_byte(blob, 9) # 1)",
    );
    let server = Server::start_with(data.path(), &zones, &variables[..1]);
    caller.port = server.http;
    let watch = |name| Watch::new(&server, name, "");
    let (aside, damaged) = (
        watch("massless_store_quarantined_items_total"),
        watch("massless_store_damaged_snapshots_total"),
    );
    let mut anna = Player::join_as(&server, &caller, character).await;
    aside.rises(&mut anna).await;
    damaged.rises(&mut anna).await;
}

/// Throws one thing of the bag away, if there is any.
fn discard_one(player: &mut Player) {
    let sheet = player.client.sheet();
    let first = sheet.and_then(|shown| shown.sheet.bag.iter().flatten().next().copied());
    if let Some(item) = first {
        player.client.act(Act::Discard { item: item.uid, quantity: 1 });
    }
}

/// Throws things away until the metric has risen.
async fn discard_until(player: &mut Player, watch: &Watch<'_>) {
    let begun = Instant::now();
    while !watch.has_risen() {
        assert!(begun.elapsed() < PATIENCE, "{} stays at {}", watch.name, watch.before);
        discard_one(player);
        player.play(10).await;
    }
}

#[test]
fn every_metric_of_the_dashboards_is_provoked_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known: BTreeSet<String> = HERE.iter().map(ToString::to_string).collect();
    for (metric, file, test) in ELSEWHERE {
        let text = std::fs::read_to_string(root.join("tests").join(file)).expect("tests");
        assert!(text.contains(test) && text.contains(metric), "{file} does not ask for {metric}");
        known.insert(metric.to_owned());
    }
    // It names the build and never moves. The agent's are held and provoked in the tests of backups.
    known.insert("massless_build".to_owned());
    let shown = boards::shown();
    let missing: Vec<_> = shown.difference(&known).collect();
    assert!(missing.is_empty(), "nothing provokes {missing:?}");
}
