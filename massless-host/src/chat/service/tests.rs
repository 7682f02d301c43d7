//! Talk between two hosts that share one twin, with real registries and outboxes.

use std::time::{Duration, Instant};

use massless_core::command::Character;
use massless_store::shared::{Local, Online};

use super::*;
use crate::chat::Channel;
use crate::zone_runner::{Outbox, Reliable, Taken};

/// Longest wait for the threads of talk; only a failure takes it.
const PATIENCE: Duration = Duration::from_secs(20);

struct Host {
    registry: Arc<Registry>,
    talk: Talk,
    thread: Option<JoinHandle<()>>,
    name: &'static str,
    shared: Arc<dyn Shared>,
}

struct Player {
    id: PlayerId,
    outbox: Arc<Outbox>,
}

impl Host {
    fn new(name: &'static str, number: u32, shared: &Arc<dyn Shared>) -> Self {
        let registry = Arc::new(Registry::new(number));
        let parts = TalkParts {
            registry: Arc::clone(&registry),
            shared: Arc::clone(shared),
            store: None,
            host: name.to_owned(),
            server_name: "Massless".to_owned(),
        };
        let (talk, thread) = spawn(parts).expect("a thread");
        registry.set_talk(talk.clone());
        Self { registry, talk, thread: Some(thread), name, shared: Arc::clone(shared) }
    }

    fn enter(&self, name: &str, zone: u32, faction: u8) -> Player {
        let mut character = Box::new(Character::plain(name, 0));
        character.sheet.faction = FactionId::new(faction);
        let zone = ZoneId::new(zone);
        let admitted = self.registry.admit(None, zone, character).expect("a free name");
        let outbox = Arc::<Outbox>::default();
        self.registry.connected(admitted.player, &outbox);
        for who in self.registry.online(self.name) {
            self.shared.came(now(), &who);
        }
        Player { id: admitted.player, outbox }
    }

    fn say(&self, player: &Player, channel: Channel, to: &str, text: &str) {
        let (to, text) = (to.to_owned(), text.to_owned());
        assert!(self.registry.say(Said { player: player.id, channel, to, text }));
    }

    fn stop(mut self) {
        self.talk.stop();
        self.thread.take().expect("it runs").join().expect("it ends well");
    }
}

impl Player {
    /// What it was told so far: channel, name, whether it is its own, and the line.
    fn heard(&self) -> Vec<(u8, String, bool, String)> {
        let mut taken = Taken::default();
        self.outbox.take(&mut taken);
        let frames = taken.reliable.into_iter();
        frames
            .filter_map(|told| match told {
                Reliable::Chat(frame) => match ServerFrame::decode(&frame) {
                    Ok(ServerFrame::Chat { channel, name, sent, text, .. }) => {
                        Some((channel, name, sent, text))
                    }
                    _ => None,
                },
                Reliable::Notice(notice) => Some((0, format!("{notice:?}"), false, String::new())),
                Reliable::Close(code) => Some((0, format!("{code:?}"), false, String::new())),
                _ => None,
            })
            .collect()
    }

    /// Waits until it hears so many things.
    fn hears(&self, count: usize) -> Vec<(u8, String, bool, String)> {
        let (started, mut all) = (Instant::now(), Vec::new());
        while all.len() < count {
            assert!(started.elapsed() < PATIENCE, "only {all:?} came");
            all.extend(self.heard());
            std::thread::yield_now();
        }
        all
    }
}

fn line(channel: Channel, name: &str, text: &str) -> (u8, String, bool, String) {
    (channel.get(), name.to_owned(), false, text.to_owned())
}

#[test]
fn lines_reach_zone_faction_and_everyone_on_all_hosts() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let (one, other) = (Host::new("one", 1, &shared), Host::new("other", 2, &shared));
    let anna = one.enter("Anna", 1, 1);
    let near = one.enter("Near", 1, 2);
    let far = other.enter("Far", 10, 1);
    one.say(&anna, Channel::Zone, "", "to the zone");
    one.say(&anna, Channel::Faction, "", "to the faction");
    one.say(&anna, Channel::Global, "", "to all");
    let zone = line(Channel::Zone, "Anna", "to the zone");
    let faction = line(Channel::Faction, "Anna", "to the faction");
    let global = line(Channel::Global, "Anna", "to all");
    assert_eq!(anna.hears(3), [zone.clone(), faction.clone(), global.clone()]);
    assert_eq!(near.hears(2), [zone, global.clone()]);
    assert_eq!(far.hears(2), [faction, global]);
    let rooms = ["zone:1", "faction:1", "global"];
    for room in rooms {
        let lines = shared.history(now(), room);
        assert_eq!(lines.len(), 1, "{room}");
        assert_eq!(lines[0].name, "Anna");
    }
    one.stop();
    other.stop();
}

#[test]
fn a_whisper_finds_its_one_listener_on_any_host_and_comes_back_as_an_echo() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let (one, other) = (Host::new("one", 1, &shared), Host::new("other", 2, &shared));
    let anna = one.enter("Anna", 1, 1);
    let bruno = other.enter("Bruno", 1, 3);
    one.say(&anna, Channel::Whisper, "bruno", "psst");
    let whisper = Channel::Whisper.get();
    assert_eq!(bruno.hears(1), [line(Channel::Whisper, "Anna", "psst")]);
    assert_eq!(anna.hears(1), [(whisper, "Bruno".to_owned(), true, "psst".to_owned())]);
    for nobody in ["Carla", "Anna", ""] {
        one.say(&anna, Channel::Whisper, nobody, "psst");
        assert_eq!(anna.hears(1)[0].1, "NobodyThere", "{nobody:?}");
    }
    assert!(shared.history(now(), "whisper").is_empty(), "nobody else's business");
    one.stop();
    other.stop();
}

#[test]
fn the_blocked_are_not_heard_by_those_who_block_them() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let host = Host::new("one", 1, &shared);
    let (anna, bruno) = (host.enter("Anna", 1, 1), host.enter("Bruno", 1, 1));
    let carla = host.enter("Carla", 1, 1);
    host.registry.set_blocks(bruno.id, vec![anna.id]);
    assert_eq!(host.registry.deaf_to(anna.id), [bruno.id]);
    host.say(&anna, Channel::Global, "", "hello");
    host.say(&anna, Channel::Whisper, "Bruno", "psst");
    host.say(&carla, Channel::Global, "", "the end");
    assert_eq!(carla.hears(2)[0].3, "hello");
    assert_eq!(bruno.hears(1), [line(Channel::Global, "Carla", "the end")]);
    host.registry.set_blocks(bruno.id, Vec::new());
    host.say(&anna, Channel::Whisper, "Bruno", "psst");
    assert_eq!(bruno.hears(1)[0].3, "psst");
    host.stop();
}

#[test]
fn announcements_reach_everybody_and_orders_end_sessions() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let (one, other) = (Host::new("one", 1, &shared), Host::new("other", 2, &shared));
    let (anna, bruno) = (one.enter("Anna", 1, 1), other.enter("Bruno", 10, 2));
    one.talk.announce("Restart at noon".to_owned());
    let said = line(Channel::System, "Massless", "Restart at noon");
    assert_eq!(anna.hears(1), std::slice::from_ref(&said));
    assert_eq!(bruno.hears(1), [said]);
    assert_eq!(shared.history(now(), "system")[0].text, "Restart at noon");
    one.talk.warn("This host restarts".to_owned());
    assert_eq!(anna.hears(1)[0].3, "This host restarts");
    assert_eq!(shared.history(now(), "system").len(), 1, "who comes later does not read it");
    other.registry.belongs(bruno.id, 42);
    one.shared.publish(Topic::Order, &Order::SendAway { account: 42 }.to_bytes());
    assert_eq!(bruno.hears(1)[0].1, "SentAway");
    assert!(anna.heard().is_empty());
    one.shared.publish(Topic::Order, b"no order at all");
    one.stop();
    other.stop();
}

#[test]
fn a_muted_player_is_not_heard_until_the_voice_is_given_back() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let host = Host::new("one", 1, &shared);
    let anna = host.enter("Anna", 1, 1);
    let mut verdicts = Vec::new();
    for seconds in [3_600, 0] {
        let order = Order::Mute { character: anna.id.get(), seconds };
        shared.publish(Topic::Order, &order.to_bytes());
        // The thread does one thing after the other: when this is heard, the order was obeyed.
        host.talk.announce("done".to_owned());
        anna.hears(1);
        let text = format!("after {seconds}");
        verdicts.push(host.registry.judge(clock::uptime_millis(), anna.id, Channel::Party, &text));
    }
    assert!(matches!(verdicts[0], Err(crate::chat::Refusal::Muted(_))), "{verdicts:?}");
    assert_eq!(verdicts[1], Ok("after 0".to_owned()));
    host.stop();
}

#[test]
fn who_plays_is_told_with_zone_and_level() {
    let shared: Arc<dyn Shared> = Arc::new(Local::new());
    let host = Host::new("one", 1, &shared);
    let anna = host.enter("Anna", 1, 2);
    host.registry.belongs(anna.id, 7);
    let online = host.registry.online("one");
    let expected = Online {
        account: 7,
        character: anna.id.get(),
        name: "Anna".to_owned(),
        folded: fold_name("Anna"),
        host: "one".to_owned(),
        zone: 1,
        faction: 2,
        level: 1,
    };
    assert_eq!(online, [expected]);
    host.stop();
}
