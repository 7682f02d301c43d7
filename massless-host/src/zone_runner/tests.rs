//! The runner with a probe that panics: what is kept, what is dropped, what is told.

mod transfer;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use massless_core::command::{Character, Input};
use massless_core::content::Content;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::{Vec3, ground};
use massless_core::replay::LogReader;
use massless_core::view::Kind;
use massless_core::zone::Zone;
use massless_net::clock::Millis;
use massless_net::interest::InterestSettings;
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::token::SessionName;
use massless_net::wire::ShortTick;

use super::*;
use crate::board::Board;
use crate::channels::{ChannelId, Channels, Rules};
use crate::record::{self, Incidents, Pace, Recorder, WriterSettings, ZoneFolder};
use crate::registry::{Registry, Resumption};
use crate::vault::{self, Storage, Vault, VaultSettings};

const ZONE: ZoneId = ZoneId::new(1);
const OTHER_ZONE: ZoneId = ZoneId::new(10);

/// What the runners of one host share.
struct Shared {
    content: Arc<Content>,
    registry: Arc<Registry>,
    channels: Arc<Channels>,
    vault: Vault,
}

/// Zone 1 and the zone behind its portal, which takes `characters_max` characters.
fn shared(characters_max: u32) -> Shared {
    let rules = |characters_max| Rules { open_at: 300, characters_max, channels_max: 1 };
    let rules = [(ZONE, rules(1_000)), (OTHER_ZONE, rules(characters_max))].into();
    let (orders, _) = std::sync::mpsc::channel();
    let settings = VaultSettings { delay: Duration::ZERO, storage: Storage::in_memory(1) };
    Shared {
        content: Content::embedded(),
        registry: Arc::new(Registry::new(1)),
        channels: Arc::new(Channels::new(rules, orders)),
        vault: vault::spawn(settings).expect("a thread").0,
    }
}

struct Stage {
    runner: Runner,
    mailbox: Arc<Mailbox>,
    registry: Arc<Registry>,
    channels: Arc<Channels>,
    log: JoinHandle<()>,
}

fn stage(data: &Path) -> Stage {
    stage_of(data, ZONE, &shared(1_000))
}

fn stage_of(data: &Path, zone: ZoneId, shared: &Shared) -> Stage {
    let channel = ChannelId::first(zone);
    let content = Arc::clone(&shared.content);
    let folder = ZoneFolder::open(data, channel).expect("a folder");
    let epoch = folder.claim_epoch().expect("an epoch");
    let zone = Zone::new(Arc::clone(&content), zone, 7, epoch).expect("the zone");
    let settings = WriterSettings {
        folder: folder.clone(),
        age_max: Duration::from_secs(3_600),
        bytes_max: 1 << 30,
        incidents: Incidents::new(data, 10),
    };
    let (writer, log) = record::spawn(channel, settings).expect("a thread");
    let pace = Pace::new(Duration::ZERO);
    let recorder = Recorder::begin(&zone, folder.clone(), writer, 6_000, pace);
    let (registry, channels) = (Arc::clone(&shared.registry), Arc::clone(&shared.channels));
    let mailbox = channels.add(channel);
    let runner = Runner::new(RunnerParts {
        zone,
        content,
        folder,
        recorder,
        interest: InterestSettings::GAME,
        registry: Arc::clone(&registry),
        board: Board::new().add(channel, "Vale"),
        channel,
        channels: Arc::clone(&channels),
        mailbox: Arc::clone(&mailbox),
        vault: vault::Sender::new(shared.vault.clone(), channel, vault::first_life(epoch.into())),
        keeper: None,
        post: Post::default(),
        slow_tick: Duration::from_secs(60),
    });
    Stage { runner, mailbox, registry, channels, log }
}

fn line(text: &str) -> Request {
    Request::Chat { channel: 1, to: String::new(), text: text.to_owned() }
}

fn character(name: &str) -> Box<Character> {
    Box::new(Character::plain(name, 0))
}

impl Stage {
    fn join(&self, name: &str) -> (PlayerId, Arc<Outbox>) {
        let (name, outbox) = self.admit(name);
        (name.player, outbox)
    }

    fn admit(&self, name: &str) -> (SessionName, Arc<Outbox>) {
        self.enter(character(name))
    }

    fn enter(&self, character: Box<Character>) -> (SessionName, Arc<Outbox>) {
        let name = self.registry.admit(None, ZONE, character.clone()).expect("a free name");
        let outbox = Arc::<Outbox>::default();
        self.channels.seat(name.player, ZONE, &[]).expect("a seat");
        outbox.set_route(&self.mailbox);
        self.put(name.player, &outbox, Request::Join(character, None));
        (name, outbox)
    }

    /// Where a player's body stands.
    fn place(&self, player: PlayerId) -> Vec3 {
        self.runner.zone().view().player(player).expect("a body").1.walker.position
    }

    /// A message of the connection with that outbox.
    fn put(&self, player: PlayerId, outbox: &Arc<Outbox>, request: Request) {
        let outbox = Arc::clone(outbox);
        assert!(self.mailbox.put(Message { player, outbox, request }));
    }

    fn say(&self, player: PlayerId, outbox: &Arc<Outbox>, text: &str) {
        self.put(player, outbox, line(text));
    }

    fn walk(&self, player: PlayerId, outbox: &Arc<Outbox>, sequence: u16) {
        let meant = ShortTick::of(self.runner.zone().tick());
        let input = Input { direction: [127, 0], ..Input::default() };
        self.put(player, outbox, Request::Input { sequence, meant, input });
    }

    fn tick(&mut self, count: u32) {
        for _ in 0..count {
            self.runner.tick();
        }
    }

    /// Ends the runner and waits for the writer.
    fn end(self) {
        self.runner.stop();
        self.log.join().expect("the writer ends well");
    }
}

/// What the connection has to do, with the update marked as written.
fn taken(outbox: &Outbox) -> Taken {
    let mut taken = Taken::default();
    outbox.take(&mut taken);
    outbox.written();
    taken
}

fn incidents(data: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(data.join("incidents"))
        .map(|list| list.map(|entry| entry.expect("an entry").path()).collect())
        .unwrap_or_default()
}

#[test]
fn a_panic_costs_the_tick_and_keeps_the_players() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, outbox) = stage.join("Anna");
    stage.tick(250);
    assert!(matches!(taken(&outbox).reliable[0], Reliable::Welcome(_)));
    let before = stage.runner.zone().snapshot();
    let tick = stage.runner.zone().tick();
    let (_, late) = stage.join("Late");
    stage.runner.set_trap("movement", 1);
    stage.tick(1);
    assert_eq!(stage.runner.zone().epoch(), 2, "a restore begins a new epoch");
    assert_eq!(stage.runner.zone().tick(), tick, "the tick did not happen");
    assert_eq!(stage.runner.zone().snapshot(), before, "not a bit was lost");
    let told = taken(&late);
    assert!(matches!(told.reliable[0], Reliable::Close(CloseCode::ZoneRefused)), "{told:?}");
    stage.tick(1);
    assert!(stage.runner.zone().view().player(anna).is_some());
    assert!(!taken(&outbox).update.is_empty(), "the connection goes on");
    stage.end();

    let bundles = incidents(data.path());
    assert_eq!(bundles.len(), 1);
    let facts = std::fs::read(bundles[0].join("incident.json")).expect("the facts");
    let facts: serde_json::Value = serde_json::from_slice(&facts).expect("json");
    assert_eq!(facts["kind"], "panic");
    assert_eq!(facts["tick"], tick.get());
    assert_eq!(
        facts["systems"].as_array().expect("a list").last().expect("one")["system"],
        "movement"
    );
    let log = std::fs::read(bundles[0].join("segment.mlr")).expect("the log");
    let mut reader = LogReader::open(&log).expect("a log");
    let mut last = None;
    while let Some(record) = reader.next().expect("whole records") {
        last = Some(record.tick);
    }
    assert_eq!(last, Some(tick), "the log holds the tick that panicked");
}

#[test]
fn three_panics_in_a_row_start_afresh() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, outbox) = stage.join("Anna");
    stage.tick(30);
    taken(&outbox);
    stage.runner.set_trap("brain", 3);
    stage.tick(3);
    assert_eq!(stage.runner.zone().tick().get(), 0, "a fresh zone");
    assert_eq!(stage.runner.zone().epoch(), 4);
    assert!(stage.runner.zone().view().player(anna).is_none());
    let told = taken(&outbox);
    assert!(
        told.reliable.iter().any(|told| matches!(told, Reliable::Close(CloseCode::Stopping))),
        "she connects again: {told:?}"
    );
    stage.tick(5);
    stage.end();
}

#[test]
fn a_panic_while_publishing_sends_the_players_away_and_they_come_back() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, outbox) = stage.join("Anna");
    stage.tick(30);
    taken(&outbox);
    let tick = stage.runner.zone().tick();
    stage.runner.set_trap("replicate", 1);
    stage.tick(1);
    let told = taken(&outbox);
    assert!(
        told.reliable.iter().any(|told| matches!(told, Reliable::Close(CloseCode::Stopping))),
        "she connects again: {told:?}"
    );
    assert_eq!(stage.runner.zone().tick(), tick.next(), "the zone is sound and goes on");
    assert_eq!(stage.runner.zone().epoch(), 1);
    assert!(stage.runner.zone().view().player(anna).is_some(), "her body waits");
    stage.tick(1);
    let again = Arc::<Outbox>::default();
    assert!(stage.runner.zone().view().player(anna).is_none(), "lost bodies leave the safe circle");
    let (player, character) = (anna, character("Anna"));
    stage.put(player, &again, Request::Join(character, None));
    stage.tick(2);
    let told = taken(&again);
    assert!(matches!(told.reliable[0], Reliable::Welcome(_)), "{told:?}");
    assert!(!told.update.is_empty());
    stage.end();
    let bundles = incidents(data.path());
    assert_eq!(bundles.len(), 1);
    let facts = std::fs::read(bundles[0].join("incident.json")).expect("the facts");
    let facts: serde_json::Value = serde_json::from_slice(&facts).expect("json");
    assert_eq!(facts["kind"], "publish_panic");
    assert_eq!(facts["tick"], tick.get());
}

#[test]
fn a_thread_that_ends_unasked_is_noticed() {
    let data = tempfile::tempdir().expect("a folder");
    let Stage { mut runner, mailbox, .. } = stage(data.path());
    runner.set_trap("receive", 1);
    let (thread, ended) = spawn(runner).expect("a thread");
    assert!(ended.blocking_recv().is_err());
    assert!(thread.join().is_err());
    assert!(!mailbox.is_stopping());
}

#[test]
fn talk_reaches_fifty_metres_and_a_slow_reader_is_skipped() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, at_anna) = stage.join("Anna");
    let (_, at_bruno) = stage.join("Bruno");
    stage.tick(2);
    taken(&at_anna);
    let first = taken(&at_bruno);
    assert!(!first.update.is_empty());
    stage.say(anna, &at_anna, "hello");
    stage.tick(1);
    for outbox in [&at_anna, &at_bruno] {
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert!(matches!(taken.reliable[0], Reliable::Chat(_)));
    }
    // Bruno's update was taken and is still being written: he gets none until it is.
    at_anna.written();
    stage.tick(200);
    assert!(!taken(&at_anna).update.is_empty(), "the others get theirs");
    let mut busy = Taken::default();
    at_bruno.take(&mut busy);
    assert!(busy.update.is_empty());
    at_bruno.written();
    stage.tick(1);
    assert!(!taken(&at_bruno).update.is_empty());
    stage.end();
}

#[test]
fn what_a_replaced_connection_still_sends_means_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, old) = stage.join("Anna");
    stage.tick(2);
    stage.walk(anna, &old, 5_000);
    stage.tick(2);
    let new = Arc::<Outbox>::default();
    stage.put(anna, &new, Request::Attach(None));
    stage.walk(anna, &old, 5_001);
    stage.say(anna, &old, "not mine any more");
    stage.put(anna, &old, Request::Leave);
    stage.put(anna, &old, Request::Detach);
    stage.tick(8);
    let told = taken(&new).reliable;
    assert!(matches!(told.iter().collect::<Vec<_>>()[..], [Reliable::Welcome(_)]), "{told:?}");
    let start = stage.place(anna);
    for sequence in 1..20 {
        stage.walk(anna, &new, sequence);
        stage.tick(1);
    }
    assert!(stage.place(anna).distance(start) > 1.0, "the new connection's inputs count from 1");
    stage.end();
}

#[test]
fn a_legal_burst_of_many_is_heard_and_ends_nobody() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let talkers: Vec<_> = (0..64).map(|n| stage.join(&format!("Talker {n}"))).collect();
    stage.tick(1);
    let mut bytes = Vec::new();
    for tick in 0..20 {
        for (player, outbox) in talkers.iter().filter(|_| tick == 0) {
            for line in 0..10 {
                stage.say(*player, outbox, &format!("{line}{}", "w".repeat(199)));
            }
        }
        stage.tick(1);
        let mut told = Taken::default();
        talkers[0].1.take(&mut told);
        talkers[0].1.written();
        let mut sum = told.update.len();
        for reliable in &told.reliable {
            match reliable {
                Reliable::Chat(frame) => sum += frame.len(),
                Reliable::Welcome(_) => {}
                other => panic!("{other:?} in tick {tick}"),
            }
        }
        bytes.push(sum);
    }
    assert!(bytes[0] > 2_000, "much of it is heard at once: {bytes:?}");
    assert!(bytes.iter().sum::<usize>() <= 20_000, "a second holds its ceiling: {bytes:?}");
    stage.end();
}

#[test]
fn a_mute_outlives_the_connection_and_the_body() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (name, outbox) = stage.admit("Anna");
    let anna = name.player;
    stage.tick(1);
    for _ in 0..5 {
        stage.say(anna, &outbox, "\u{202E}");
    }
    stage.put(anna, &outbox, Request::Detach);
    stage.tick(1);
    stage.registry.lost(Millis::new(0), name);
    stage.tick(250);
    assert!(stage.runner.zone().view().player(anna).is_none(), "her body is gone");
    let (_, how) = stage.registry.resume(Millis::new(0), name).expect("in time");
    let Resumption::Character(ZONE, character) = how else { panic!("{how:?}") };
    let again = Arc::<Outbox>::default();
    stage.put(anna, &again, Request::Join(character, None));
    stage.tick(1);
    taken(&again);
    stage.say(anna, &again, "hello");
    stage.tick(1);
    let told = taken(&again).reliable;
    assert!(matches!(told[0], Reliable::Notice(Notice::ChatMuted)), "{told:?}");
    stage.end();
}

#[test]
fn a_zone_that_starts_afresh_forgets_whose_body_stood_there_alone() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    stage.tick(1);
    // Among the creatures, not in the safe circle, where a lost body would go at once.
    let view = stage.runner.zone().view();
    let is_creature = |kind: &Kind| matches!(kind, Kind::Creature(_));
    let place = ground(view.position[view.kind.iter().position(is_creature).expect("one")]);
    let (name, outbox) =
        stage.enter(Box::new(Character { place: Some(place), ..*character("Anna") }));
    stage.tick(2);
    stage.put(name.player, &outbox, Request::Detach);
    stage.registry.lost(Millis::new(0), name);
    stage.tick(5);
    assert!(stage.runner.zone().view().player(name.player).is_some(), "the body waits");
    stage.runner.set_trap("brain", 3);
    stage.tick(3);
    let (_, how) = stage.registry.resume(Millis::new(0), name).expect("in time");
    assert!(matches!(how, Resumption::Character(ZONE, _)), "{how:?}");
    stage.end();
}

#[test]
fn who_comes_back_in_the_tick_the_body_goes_gets_a_new_one() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (name, outbox) = stage.admit("Anna");
    stage.tick(2);
    stage.put(name.player, &outbox, Request::Detach);
    stage.registry.lost(Millis::new(0), name);
    // The registry answers before the zone has taken the loss, the zone takes the return after it.
    let (_, how) = stage.registry.resume(Millis::new(0), name).expect("in time");
    assert_eq!(how, Resumption::Body);
    stage.tick(1);
    assert!(stage.runner.zone().view().player(name.player).is_none(), "in the safe circle");
    let again = Arc::<Outbox>::default();
    stage.put(name.player, &again, Request::Attach(None));
    stage.tick(2);
    let told = taken(&again).reliable;
    assert!(matches!(told[0], Reliable::Welcome(_)), "{told:?}");
    stage.end();
}

#[test]
fn the_chosen_target_reaches_the_replicator() {
    let data = tempfile::tempdir().expect("a folder");
    let mut stage = stage(data.path());
    let (anna, outbox) = stage.join("Anna");
    stage.tick(1);
    let input = Input { target: Some(ActorId::new(3)), ..Input::default() };
    let meant = ShortTick::of(stage.runner.zone().tick());
    stage.put(anna, &outbox, Request::Input { sequence: 1, meant, input });
    stage.tick(3);
    assert_eq!(stage.runner.link(anna).target, Some(ActorId::new(3)));
    stage.end();
}
