//! Lines that are cut, one way or both, in any order, and hosts that stood still: nobody acknowledges what is
//! not kept, nobody writes for what another holds, and whoever calls is answered within a second.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use massless_testbed::link::model::{Direction, LinkSettings};
use massless_testbed::link::{Link, LinkPlan, Protocols};
use massless_testbed::{Durability, Postgres, Redis};
use serde_json::{Value, json};

use crate::common::rest::Caller;
use crate::common::{PATIENCE, Player, Server, massless, metric, run};

/// Seconds without a renewal after which others may claim what a host holds, and some more.
const LEASE_OVER: Duration = Duration::from_secs(17);
/// Longest answer to a call while the database is away. Source: reliability F2, F7.
const REFUSED_MAX: Duration = Duration::from_secs(1);
/// Time a line to the database stays cut.
const CUT: Duration = Duration::from_secs(8);
/// Who call meanwhile: more than there are threads that ask the database.
const CALLERS: u32 = 8;
/// Time between two calls of one.
const CALL_PAUSE: Duration = Duration::from_millis(400);

/// A link to a port, in one piece.
pub(crate) async fn link_to(port: u16) -> Link {
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Link::open(LinkPlan::loopback(to, LinkSettings::CLEAN, 1)).await.expect("it opens")
}

/// Two hosts of one realm on one PostgreSQL; the first reaches database and Redis by links.
struct Realm {
    east: Server,
    west: Server,
    database: Postgres,
    _redis: Redis,
    to_database: Link,
    to_redis: Link,
    folders: [tempfile::TempDir; 3],
}

impl Realm {
    async fn start() -> Self {
        let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
        let (database, redis) = (Postgres::start_private(Durability::Memory), Redis::start());
        let (url, redis_url) = (database.create_database("massless", None), redis.url());
        let keys = folders[2].path().to_str().expect("a plain path");
        assert!(run(&["keys", "rotate", "--data", keys]).status.success());
        let keys = std::fs::read_dir(folders[2].path().join("keys")).expect("keys");
        let mut keys = keys.map(|file| file.expect("a file").path());
        let key = keys.find(|path| path.extension().is_some_and(|kind| kind == "pem"));
        let key = key.expect("a key").to_str().expect("a plain path").to_owned();
        let port_of = |url: &str| -> u16 {
            let port = url.rsplit_once(':').expect("a port").1;
            port.split('/').next().expect("digits").parse().expect("a port")
        };
        let to_database = link_to(port_of(&url)).await;
        let to_redis = link_to(port_of(&redis_url)).await;
        let by = |url: &str, link: &Link| {
            let (from, to) = (port_of(url), link.address().port());
            url.replace(&format!(":{from}"), &format!(":{to}"))
        };
        let start = |n: usize, (url, redis_url): (&str, &str), (name, zone): (&str, &str)| {
            let variables = [
                ("DATABASE_URL", url),
                ("REDIS_URL", redis_url),
                ("JWT_PRIVATE_KEY_FILE", key.as_str()),
                ("MASSLESS_STORE_HOST", name),
            ];
            Server::start_with(folders[n].path(), &["--zones", zone], &variables)
        };
        let linked = (by(&url, &to_database), by(&redis_url, &to_redis));
        let (east, west) = tokio::task::block_in_place(|| {
            let east = start(0, (&linked.0, &linked.1), ("east", "1"));
            (east, start(1, (&url, &redis_url), ("west", "2")))
        });
        Self { east, west, database, _redis: redis, to_database, to_redis, folders }
    }

    fn sql(&self, statement: &str) -> String {
        self.database.sql("massless", statement)
    }

    /// Somebody of that name who plays in the east.
    async fn player(&self, name: &str) -> (Caller, u64, Player) {
        let caller = Caller::registered(&self.east, &name.to_lowercase());
        let id = caller.character(name);
        (caller.clone(), id, self.join(&self.east, &caller, id).await)
    }

    async fn join(&self, server: &Server, caller: &Caller, id: u64) -> Player {
        let caller = Caller { port: server.http, ..caller.clone() };
        Player::join_as(server, &caller, id).await
    }

    fn epoch(&self, character: u64) -> u64 {
        let asked = format!("SELECT epoch FROM character_lease WHERE character_id = {character}");
        self.sql(&asked).trim().parse().expect("an epoch")
    }

    /// The books are right, and hold what journals say was acknowledged; the hosts stop for it.
    fn verify(self, journals: Option<&Path>) {
        let url = self.database.url("massless");
        let (east, west) = (self.east.stop(), self.west.stop());
        assert_eq!((east, west), (Some(0), Some(0)));
        let mut verify = massless(&["verify"]);
        verify.args(journals.map(|_| "--journal")).args(journals);
        verify.env("DATABASE_URL", url).current_dir(self.folders[2].path());
        let output = verify.output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Many call until `end`, reading and writing, with and without a password to be hashed, while the database is
/// away: each is refused in time, with its code and the time of the next try.
fn ask_meanwhile(caller: &Caller, end: Instant) -> Vec<tokio::task::JoinHandle<()>> {
    let ask = move |number: u32, caller: Caller| {
        let mut round = number;
        thread::sleep(number * CALL_PAUSE / CALLERS);
        // The last one begins early enough to be answered before the line is mended.
        while Instant::now() + REFUSED_MAX < end {
            let begun = Instant::now();
            let (what, reply) = match round % 4 {
                0 => ("read", caller.get("/characters")),
                1 => ("write", caller.post("/friends", &json!({ "name": "Bruno" }))),
                2 => {
                    // Another one each time: the limit of tries is not meant here.
                    let name = format!("nobody-{number}-{round}");
                    let body = json!({ "name": name, "password": "correct horse" });
                    ("log in", Caller { token: None, ..caller.clone() }.post("/auth/login", &body))
                }
                _ => ("list", caller.get("/account")),
            };
            let took = begun.elapsed();
            assert_eq!(reply.problem(), (503, "unavailable"), "{what}: {reply:?}");
            assert_eq!(reply.header("retry-after"), Some("1"), "{what}");
            assert!(took <= REFUSED_MAX, "{what} was answered after {took:?}");
            round += 1;
            thread::sleep(CALL_PAUSE);
        }
    };
    let callers = (0..CALLERS).map(|number| {
        let caller = caller.clone();
        tokio::task::spawn_blocking(move || ask(number, caller))
    });
    callers.collect()
}

/// Another host takes a character over while its own is away; that one lets go of it when it is back.
async fn taken_over(
    realm: Realm,
    (id, caller): (u64, Caller),
    mut anna: Player,
    back: impl Fn(&Realm),
) {
    let epoch = realm.epoch(id);
    let mut twin = realm.join(&realm.west, &caller, id).await;
    assert_eq!(realm.epoch(id), epoch + 1, "a lease moves by one epoch");
    back(&realm);
    let let_go = async {
        while metric(&realm.east, "massless_fenced_total") == 0 || anna.closed.is_none() {
            anna.turn().await;
            twin.turn().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, let_go).await;
    assert!(in_time.is_ok(), "the old host does not let go; closed: {:?}", anna.closed);
    assert_eq!(realm.epoch(id), epoch + 1, "and claims nothing back");
    assert_eq!(twin.closed, None);
    twin.play(20).await;
    drop((anna, twin));
    realm.verify(None);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits for leases to run out: run by cargo xtask faults"]
async fn a_host_that_stood_still_lets_go_of_what_others_took() {
    let realm = Realm::start().await;
    let (caller, id, mut anna) = realm.player("Anna").await;
    anna.play(20).await;
    realm.east.signal("-STOP");
    let stopped = Instant::now();
    tokio::time::sleep(LEASE_OVER).await;
    assert!(stopped.elapsed() >= LEASE_OVER);
    taken_over(realm, (id, caller), anna, |realm| realm.east.signal("-CONT")).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits for leases to run out: run by cargo xtask faults"]
async fn a_host_cut_off_from_its_database_plays_on_and_acknowledges_nothing() {
    let realm = Realm::start().await;
    let (caller, id, mut anna) = realm.player("Anna").await;
    // Both ways, one way, the other way, and back each time.
    for way in [None, Some(Direction::Up), Some(Direction::Down)] {
        match way {
            None => realm.to_database.cut(Protocols::Both),
            Some(way) => realm.to_database.cut_way(Protocols::Both, way),
        }
        let (before, since) = (anna.client.told().0.get(), Instant::now());
        let asked = ask_meanwhile(&caller, since + CUT);
        while since.elapsed() < CUT {
            anna.turn().await;
        }
        assert_eq!(anna.closed, None, "{way:?}: she is not disconnected");
        let hertz = (anna.client.told().0.get() - before) as f64 / since.elapsed().as_secs_f64();
        assert!(hertz > 18.0, "{way:?}: {hertz} ticks a second");
        realm.to_database.mend(Protocols::Both);
        for asked in asked {
            asked.await.expect("every call is answered as it should be");
        }
        let begun = Instant::now();
        while metric(&realm.east, "massless_db_up") == 0 {
            assert!(begun.elapsed() < PATIENCE, "{way:?}: it does not find the database again");
            anna.turn().await;
        }
    }
    // Without Redis nobody is disconnected either.
    realm.to_redis.cut(Protocols::Both);
    anna.play(100).await;
    assert_eq!(anna.closed, None);
    assert_eq!(caller.get("/account").status, 200, "calls are answered without Redis");
    realm.to_redis.mend(Protocols::Both);
    // Long enough for another host to take the character over.
    realm.to_database.cut_way(Protocols::Both, Direction::Down);
    let cut = Instant::now();
    while cut.elapsed() < LEASE_OVER {
        anna.turn().await;
    }
    taken_over(realm, (id, caller), anna, |realm| realm.to_database.mend(Protocols::Both)).await;
}

/// What can be cut.
const LINES: [&str; 3] = ["the database", "Redis", "a client"];
/// How often lines are cut.
const ROUNDS: u32 = 8;
/// Longest pause between two cuts or two mendings, and how long all that is to be cut is cut, milliseconds.
const STEP_MILLIS: u64 = 1_500;
const HELD_MILLIS: u64 = 3_000;

/// Numbers that only look random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn shuffled(&mut self, mut lines: Vec<usize>) -> Vec<usize> {
        for last in (1..lines.len()).rev() {
            lines.swap(last, self.below(last as u64 + 1) as usize);
        }
        lines
    }
}

/// Calls again and again until told to stop: each is answered in time, by what was asked for or by a refusal.
/// How many were answered and refused.
fn call_on(caller: &Caller, stop: &std::sync::atomic::AtomicBool) -> (u32, u32) {
    let (mut good, mut refused) = (0, 0);
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        let begun = Instant::now();
        let reply = caller.get("/characters");
        let took = begun.elapsed();
        assert!(took <= REFUSED_MAX, "answered {} after {took:?}", reply.status);
        if reply.status == 200 {
            good += 1;
        } else {
            assert_eq!(reply.problem(), (503, "unavailable"));
            refused += 1;
        }
        thread::sleep(CALL_PAUSE / 4);
    }
    (good, refused)
}

/// Plays on with both for a while.
async fn both_play(one: &mut Player, other: &mut Player, millis: u64) {
    let end = Instant::now() + Duration::from_millis(millis);
    while Instant::now() < end {
        one.turn().await;
        other.turn().await;
    }
}

/// Bots that do business in the east, and keep journals.
fn start_bots(realm: &Realm, folder: &Path, journals: &Path) -> Child {
    let mut seed = massless(&["seed", "--players", "6"]);
    seed.env("DATABASE_URL", realm.database.url("massless")).current_dir(folder);
    assert!(seed.output().expect("it runs").status.success());
    let url = format!("http://127.0.0.1:{}", realm.east.http);
    let mut bots = massless(&["bots", "economy", "--clients", "6", "--seconds", "600", "--json"]);
    bots.args(["--url", &url, "--journal"]).arg(journals).current_dir(folder);
    bots.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("they start")
}

/// Ends the bots; how much of their business was acknowledged.
fn acknowledged(bots: Child) -> u64 {
    let process = bots.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &process]).status().expect("kill").success());
    let output = bots.wait_with_output().expect("they end");
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{line}");
    let line: Value = serde_json::from_str(line.lines().last().expect("a line")).expect("json");
    line["acknowledged"].as_u64().expect("a number")
}

/// One to three of the lines are cut, one after the other, and mended in another order.
async fn cut_and_mend(
    round: u32,
    draw: &mut Draw,
    lines: [&Link; 3],
    (anna, bruno): (&mut Player, &mut Player),
) {
    let mut cut = draw.shuffled(vec![0, 1, 2]);
    cut.truncate(1 + draw.below(3) as usize);
    for &line in &cut {
        let way = [None, Some(Direction::Up), Some(Direction::Down)][draw.below(3) as usize];
        println!("round {round}: {} cut, {way:?}", LINES[line]);
        match way {
            None => lines[line].cut(Protocols::Both),
            Some(way) => lines[line].cut_way(Protocols::Both, way),
        }
        both_play(anna, bruno, draw.below(STEP_MILLIS)).await;
    }
    both_play(anna, bruno, draw.below(HELD_MILLIS)).await;
    for line in draw.shuffled(cut) {
        lines[line].mend(Protocols::Both);
        both_play(anna, bruno, draw.below(STEP_MILLIS)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: run by cargo xtask faults"]
async fn lines_cut_and_mended_in_any_order_cost_time_and_no_truth() {
    let mut realm = Realm::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let journals = folder.path().join("journals");
    let bots = start_bots(&realm, folder.path(), &journals);
    let (_, _, mut anna) = realm.player("Anna").await;
    let direct = realm.east.game;
    let to_client = link_to(direct).await;
    realm.east.game = to_client.address().port();
    let (caller, id, mut bruno) = realm.player("Bruno").await;
    let epoch = realm.epoch(id);
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let calls = tokio::task::spawn_blocking({
        let (caller, stop) = (caller.clone(), Arc::clone(&stop));
        move || call_on(&caller, &stop)
    });
    let mut draw = Draw(7);
    for round in 0..ROUNDS {
        let lines = [&realm.to_database, &realm.to_redis, &to_client];
        let (before, since) = (anna.client.told().0.get(), Instant::now());
        cut_and_mend(round, &mut draw, lines, (&mut anna, &mut bruno)).await;
        let hertz = (anna.client.told().0.get() - before) as f64 / since.elapsed().as_secs_f64();
        assert!(hertz > 18.0, "round {round}: {hertz} ticks a second");
        assert_eq!(anna.closed, None, "round {round}");
        if bruno.closed.is_some() {
            bruno = Player::connect(&realm.east, "", bruno.token).await;
        }
        // Whoever was cut off goes on where it was.
        let told = bruno.client.told().0.get();
        let goes_on = async {
            while bruno.client.told().0.get() < told + 20
                || metric(&realm.east, "massless_db_up") == 0
            {
                both_play(&mut anna, &mut bruno, 10).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, goes_on).await;
        assert!(in_time.is_ok(), "round {round}: not all comes back; closed: {:?}", bruno.closed);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let (good, refused) = calls.await.expect("every call is answered as it should be");
    println!("{good} calls answered, {refused} refused");
    assert!(good > ROUNDS && refused > 0, "{good} answered, {refused} refused");
    assert!(realm.epoch(id) >= epoch, "an epoch never falls");
    assert_eq!(metric(&realm.east, "massless_fenced_total"), 0, "nobody else claimed anything");
    assert!(acknowledged(bots) > u64::from(ROUNDS), "business went on");
    drop((anna, bruno));
    realm.verify(Some(&journals));
}
