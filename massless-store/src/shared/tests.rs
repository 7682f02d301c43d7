//! One contract, two implementors: every test runs on the twin and on a Redis of its own.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use massless_testbed::Redis as Server;
use massless_testbed::Signal;

use super::keys::{
    BOARD_ENTRIES, BOARD_MILLIS, HISTORY_LINES, HISTORY_MILLIS, PRESENCE_MILLIS, VALUE_BYTES_MAX,
};
use super::{
    Board, BoardEntry, Bucket, Line, Local, Online, Population, Redis, Shared, Topic, UnixMillis,
};

const NOW: UnixMillis = UnixMillis::new(1_900_000_000_000);
/// Longest wait for something that comes; only a failure takes it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for what another thread or process does.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs `test` with what two hosts hold: on one twin, and on two ways to one Redis.
fn on_both(test: impl Fn(&dyn Shared, &dyn Shared)) {
    let twin = Local::new();
    test(&twin, &twin);
    let server = Server::start();
    let (one, other) = (redis(&server), redis(&server));
    test(&one, &other);
    assert!(one.is_shared() && other.is_shared(), "redis answered all the time");
    check_keys(&server);
}

/// A connection of a test's own.
fn client(server: &Server) -> redis::Connection {
    let client = redis::Client::open(server.url()).expect("an address");
    client.get_connection().expect("it answers")
}

fn redis(server: &Server) -> Redis {
    let redis = Redis::open(&server.url()).expect("an address");
    until("the subscription", || redis.is_subscribed());
    redis
}

/// Every key has the form that `keys.rs` lists, and a life.
fn check_keys(server: &Server) {
    let mut to = client(server);
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut to).expect("keys");
    let words =
        ["rate", "online", "name", "session", "zones", "hosts", "history", "cache", "board"];
    for key in keys {
        let mut parts = key.split(':');
        assert_eq!(parts.next(), Some("massless"), "{key}");
        assert!(words.contains(&parts.next().unwrap_or_default()), "{key} is not in the list");
        let life: i64 = redis::cmd("PTTL").arg(&key).query(&mut to).expect("a life");
        assert!(life > 0 && life <= 86_400_000, "{key} lives for {life} ms");
    }
}

fn person(character: u64, host: &str) -> Online {
    Online {
        account: character + 100,
        character,
        name: format!("Anna{character}"),
        folded: format!("anna{character}"),
        host: host.to_owned(),
        zone: 1,
        faction: 2,
        level: 7,
    }
}

fn bucket(name: &str) -> Bucket {
    Bucket { name: name.to_owned(), pause_millis: 60_000, burst: 3 }
}

#[test]
fn hosts_count_together_and_every_bucket_by_itself() {
    on_both(|one, other| {
        let anna = bucket("login:10.0.0.1:anna");
        assert_eq!(one.take(NOW, &anna), Ok(()));
        assert_eq!(other.take(NOW, &anna), Ok(()));
        assert_eq!(one.take(NOW, &anna), Ok(()));
        let wait = other.take(NOW.plus(1_000), &anna).expect_err("three were taken");
        assert_eq!(wait.wait_millis, 59_000);
        assert!(one.take(NOW.plus(59_999), &anna).is_err());
        assert_eq!(one.take(NOW.plus(60_000), &anna), Ok(()), "one is back after a minute");
        assert!(other.take(NOW.plus(60_000), &anna).is_err());
        let same_account = bucket("login:10.0.0.2:anna");
        assert_eq!(one.take(NOW, &same_account), Ok(()), "a rival empties only its own");
    });
}

#[test]
fn who_plays_is_known_to_all_hosts_until_nobody_says_so_any_more() {
    on_both(|one, other| {
        let (anna, berta) = (person(1, "a"), person(2, "a"));
        one.came(NOW, &anna);
        assert_eq!(other.find(NOW, "anna1"), Some(anna.clone()));
        assert_eq!(other.session(NOW, 101), Some(anna.clone()));
        assert_eq!(other.online(NOW, &[2, 1]), [None, Some(anna.clone())]);
        one.heartbeat(NOW.plus(5_000), "a", &[anna.clone(), berta.clone()], &[]);
        let later = NOW.plus(PRESENCE_MILLIS);
        assert_eq!(other.find(later, "anna1"), Some(anna.clone()), "it was said again");
        one.heartbeat(later, "a", std::slice::from_ref(&berta), &[]);
        assert_eq!(other.find(later, "anna1"), None, "it was not said any more");
        one.went(later, "b", 2);
        assert_eq!(other.find(later, "anna2"), Some(berta.clone()), "that is not b's to say");
        let silence = later.plus(PRESENCE_MILLIS);
        assert_eq!(other.find(silence, "anna2"), None, "its host has gone silent");
        one.went(later, "a", 2);
        assert_eq!(other.session(later, 102), None);
    });
}

#[test]
fn a_character_that_moved_to_another_host_is_not_taken_back_by_the_first() {
    on_both(|one, other| {
        one.came(NOW, &person(1, "a"));
        other.came(NOW, &person(1, "b"));
        one.went(NOW, "a", 1);
        assert_eq!(other.find(NOW, "anna1"), Some(person(1, "b")));
    });
}

#[test]
fn populations_of_all_hosts_are_seen_and_old_ones_forgotten() {
    on_both(|one, other| {
        let zone = |host: &str, zone, channel, players| Population {
            host: host.to_owned(),
            zone,
            channel,
            players,
        };
        one.heartbeat(NOW, "a", &[], &[zone("a", 1, 1, 5), zone("a", 1, 2, 3)]);
        other.heartbeat(NOW.plus(9_000), "b", &[], &[zone("b", 10, 1, 1)]);
        let all = [zone("a", 1, 1, 5), zone("a", 1, 2, 3), zone("b", 10, 1, 1)];
        assert_eq!(one.populations(NOW.plus(9_000)), all);
        assert_eq!(other.populations(NOW.plus(9_000)), all);
        assert_eq!(other.populations(NOW.plus(PRESENCE_MILLIS)), all[2..]);
    });
}

#[test]
fn what_is_published_is_heard_once_by_every_host_and_by_itself_at_once() {
    on_both(|one, other| {
        let (ear, heard) = mpsc::channel();
        for (name, shared) in [("one", one), ("other", other)] {
            let ear = ear.clone();
            shared.listen(Arc::new(move |topic, payload: &[u8]| {
                let _ = ear.send((name, topic, payload.to_vec()));
            }));
        }
        one.publish(Topic::Talk, &[0, 255, 10]);
        one.publish(Topic::Talk, &vec![0; VALUE_BYTES_MAX + 1]);
        one.publish(Topic::Announcement, b"bye");
        let mut all: Vec<_> =
            (0..4).map(|_| heard.recv_timeout(PATIENCE).expect("four in all")).collect();
        assert_eq!((all[0].0, all[0].1), ("one", Topic::Talk), "the publisher hears it at once");
        all.sort();
        let expected = [("one", Topic::Talk), ("one", Topic::Announcement)];
        assert_eq!(all.iter().filter(|said| said.0 == "one").count(), 2);
        assert_eq!([(all[0].0, all[0].1), (all[1].0, all[1].1)], expected);
        assert_eq!((all[2].0, &all[2].2[..]), ("other", &[0, 255, 10][..]));
        assert_eq!((all[3].0, &all[3].2[..]), ("other", &b"bye"[..]));
        assert!(heard.try_recv().is_err(), "nothing comes twice, nothing too long at all");
    });
}

#[test]
fn a_room_keeps_a_hundred_lines_for_an_hour() {
    on_both(|one, other| {
        for n in 0..HISTORY_LINES as u64 + 5 {
            let (at, name) = (NOW.plus(n), "Anna".to_owned());
            one.remember("global", &Line { at, character: 1, name, text: format!("line {n}") });
        }
        let lines = other.history(NOW.plus(200), "global");
        assert_eq!(lines.len(), HISTORY_LINES);
        assert_eq!((lines[0].text.as_str(), lines[99].text.as_str()), ("line 5", "line 104"));
        assert_eq!(other.history(NOW.plus(HISTORY_MILLIS + 103), "global").len(), 1);
        assert!(other.history(NOW.plus(HISTORY_MILLIS + 104), "global").is_empty());
        assert!(one.history(NOW, "zone:1").is_empty(), "rooms are apart");
    });
}

#[test]
fn a_cached_value_is_seen_by_all_until_its_time_is_over() {
    on_both(|one, other| {
        one.put(NOW, "market:1", b"page", 2_000);
        assert_eq!(other.get(NOW.plus(1_999), "market:1").as_deref(), Some(&b"page"[..]));
        assert_eq!(other.get(NOW.plus(2_000), "market:1"), None);
        assert_eq!(other.get(NOW, "market:2"), None);
    });
}

#[test]
fn a_board_shows_the_best_in_order_and_is_replaced_whole() {
    on_both(|one, other| {
        let entry = |character: u64, score| BoardEntry {
            character,
            name: format!("Anna{character}"),
            faction: 1,
            class: 2,
            score,
        };
        assert_eq!(other.board(NOW, Board::Coin, 10), None, "nobody has made it");
        one.put_board(NOW, Board::Coin, &[entry(3, 50), entry(2, 70), entry(1, 50)]);
        let best = other.board(NOW, Board::Coin, 10).expect("made");
        assert_eq!(best, [entry(2, 70), entry(1, 50), entry(3, 50)], "ties: the older character");
        assert_eq!(other.board(NOW, Board::Coin, 1), Some(vec![entry(2, 70)]));
        let many: Vec<BoardEntry> = (0..150).map(|n| entry(n, n as i64)).collect();
        one.put_board(NOW, Board::Coin, &many);
        let best = other.board(NOW, Board::Coin, usize::MAX).expect("made");
        assert_eq!((best.len(), best[0].score), (BOARD_ENTRIES, 149));
        assert!(!best.iter().any(|entry| entry.character == 2), "the old board is gone");
        assert_eq!(other.board(NOW.plus(BOARD_MILLIS), Board::Coin, 10), None, "stale");
        one.put_board(NOW, Board::Quests, &[]);
        assert_eq!(other.board(NOW, Board::Quests, 10), Some(Vec::new()), "an empty one is one");
    });
}

#[test]
fn a_flush_at_any_moment_costs_only_what_counts_anew() {
    let server = Server::start();
    let (one, other) = (redis(&server), redis(&server));
    let anna = person(1, "a");
    let line = Line { at: NOW, character: 1, name: "Anna".to_owned(), text: "hi".to_owned() };
    one.came(NOW, &anna);
    one.remember("global", &line);
    one.put_board(NOW, Board::Level, &[]);
    server.flush();
    assert_eq!(one.find(NOW, "anna1"), Some(anna.clone()), "its own host knows her all along");
    assert_eq!(one.history(NOW, "global"), [line]);
    assert_eq!(one.board(NOW, Board::Level, 5), Some(Vec::new()));
    assert_eq!(other.find(NOW, "anna1"), None);
    one.heartbeat(NOW.plus(5_000), "a", std::slice::from_ref(&anna), &[]);
    assert_eq!(other.find(NOW.plus(5_000), "anna1"), Some(anna), "the next heartbeat says so");
    assert_eq!(one.take(NOW, &bucket("b")), Ok(()), "the script is there again");
}

#[test]
fn a_killed_redis_is_replaced_by_the_twin_and_taken_up_again() {
    let mut server = Server::start();
    let (one, other) = (redis(&server), redis(&server));
    let (ear, heard) = mpsc::channel();
    other.listen(Arc::new(move |_, payload: &[u8]| {
        let _ = ear.send(payload.to_vec());
    }));
    server.kill();
    let anna = bucket("login:10.0.0.1:anna");
    let allowed = (0..10).filter(|_| one.take(NOW, &anna).is_ok()).count();
    assert_eq!(allowed, 3, "the twin counts as well");
    assert!(!one.is_shared());
    one.came(NOW, &person(1, "a"));
    assert_eq!(one.find(NOW, "anna1"), Some(person(1, "a")));
    server.start_again();
    until("redis again", || {
        one.heartbeat(NOW, "a", &[person(1, "a")], &[]);
        one.is_shared() && other.find(NOW, "anna1").is_some()
    });
    until("the subscription again", || {
        one.publish(Topic::Talk, b"hi");
        heard.try_recv().is_ok()
    });
}

#[test]
fn a_redis_that_hangs_costs_one_call_a_moment_and_the_others_nothing() {
    let server = Server::start();
    let one = redis(&server);
    server.signal(Signal::STOP);
    let started = Instant::now();
    for n in 0..200 {
        assert!(one.take(NOW, &bucket(&format!("b{n}"))).is_ok());
    }
    let spent = started.elapsed();
    server.signal(Signal::CONT);
    assert!(spent < Duration::from_secs(2), "200 calls took {spent:?}");
    until("redis again", || {
        let _ = one.take(NOW, &bucket("again"));
        one.is_shared()
    });
}

#[test]
fn an_address_that_makes_no_sense_is_refused_and_an_absent_redis_is_not() {
    assert!(Redis::open("http://localhost").is_err());
    let absent = Redis::open("redis://127.0.0.1:1/").expect("an address");
    assert!(!absent.is_shared());
    assert_eq!(absent.take(NOW, &bucket("b")), Ok(()));
}
