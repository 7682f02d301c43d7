//! Laws of replication over crowds made by hand: what a client knows, what it may never be sent,
//! how much it is sent, and that nothing is allocated once everything has grown.
//!
//! Laws: game rules, section 16, number 12; targets P5, P6 and P9.

use std::collections::BTreeMap;
use std::sync::Arc;

use massless_core::content::map::Map;
use massless_core::ids::{ActorId, CreatureId, PlayerId};
use massless_core::math::{Vec2, Vec3, facing_of};
use massless_core::spatial::cells::CellIndex;
use massless_core::units::{Facing, Level, Tick};
use massless_core::view::{Kind, PlayerView, Pose, View};
use massless_core::walk::Walker;
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};
use massless_net::wire::quantize::metres_of;
use massless_net::wire::record::{Record, Track};
use massless_net::wire::update::{OwnState, UpdateReader};
use proptest::prelude::*;

const EDGE: f32 = 512.0;

/// A crowd that walks straight and now and then turns, rests or jumps.
struct Crowd {
    view: View,
    random: u64,
    next_id: u64,
    players: usize,
    spread: f32,
}

impl Crowd {
    fn new(players: usize, creatures: usize, spread: f32, seed: u64) -> Self {
        let view = View { cells: CellIndex::new(EDGE, EDGE), ..View::default() };
        let mut crowd = Self { view, random: seed, next_id: 1, players, spread };
        for _ in 0..players {
            crowd.spawn(Kind::Character { look: 1 });
        }
        for index in 0..players {
            let player = PlayerId::new(index as u64 + 1);
            crowd.view.players.push(PlayerView {
                player,
                index: index as u32,
                applied_sequence: 0,
                applied_now: true,
                walker: Walker::default(),
                speed: 6.0,
            });
            crowd.view.names.push(format!(
                "Walker{}",
                "abcdefghij".chars().nth(index % 10).expect("ten letters")
            ));
        }
        for _ in 0..creatures {
            crowd.spawn(Kind::Creature(CreatureId::new(101)));
        }
        crowd.settle();
        crowd
    }

    fn draw(&mut self) -> f32 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn place(&mut self) -> Vec3 {
        let (x, z) = (self.draw() - 0.5, self.draw() - 0.5);
        Vec3::new(256.0 + x * self.spread, 0.0, 256.0 + z * self.spread)
    }

    fn spawn(&mut self, kind: Kind) {
        let place = self.place();
        self.view.actor.push(ActorId::new(self.next_id));
        self.next_id += 1;
        self.view.kind.push(kind);
        self.view.position.push(place);
        self.view.velocity.push(Vec3::ZERO);
        self.view.facing.push(Facing::new(0));
        self.view.hit_point_share.push(255);
        self.view.pose.push(Pose::Idle);
        self.view.level.push(Level::new(1));
    }

    /// A creature goes and another comes.
    fn replace(&mut self) {
        let creatures = self.view.len() - self.players;
        if creatures == 0 {
            return;
        }
        let index = self.players + (self.draw() * creatures as f32) as usize;
        let view = &mut self.view;
        view.actor.remove(index);
        view.kind.remove(index);
        view.position.remove(index);
        view.velocity.remove(index);
        view.facing.remove(index);
        view.hit_point_share.remove(index);
        view.pose.remove(index);
        view.level.remove(index);
        self.spawn(Kind::Creature(CreatureId::new(102)));
    }

    fn jump(&mut self, index: usize) {
        self.view.position[index] = self.place();
    }

    /// One tick; of ten thousand, `turns` change their way.
    fn step(&mut self, turns: f32) {
        for index in 0..self.view.len() {
            if self.draw() * 10_000.0 < turns {
                let angle = self.draw() * core::f32::consts::TAU;
                let speed = if self.draw() < 0.2 {
                    0.0
                } else if index < self.players {
                    6.0
                } else {
                    3.0
                };
                self.view.velocity[index] =
                    Vec3::new(angle.sin() * speed, 0.0, angle.cos() * speed);
                self.view.pose[index] = if speed > 0.0 { Pose::Walking } else { Pose::Idle };
                let way = Vec2::new(self.view.velocity[index].x, self.view.velocity[index].z);
                self.view.facing[index] = facing_of(way).unwrap_or(self.view.facing[index]);
            }
            let half = self.spread / 2.0;
            let (low, high) = (256.0 - half, 256.0 + half);
            let next = self.view.position[index] + self.view.velocity[index] * 0.05;
            let inside = |v: f32| (low..=high).contains(&v);
            if inside(next.x) && inside(next.z) {
                self.view.position[index] = next;
            } else {
                self.view.velocity[index] = -self.view.velocity[index];
            }
        }
        self.settle();
        self.view.tick = self.view.tick.next();
    }

    fn settle(&mut self) {
        for entry in &mut self.view.players {
            entry.walker.position = self.view.position[entry.index as usize];
        }
        self.view.cells.rebuild(&self.view.position);
    }
}

/// A client that only listens.
#[derive(Default)]
struct Listener {
    own: OwnState,
    known: BTreeMap<u32, (ActorId, Track)>,
    bytes: Vec<u32>,
    moving_records: u64,
    number: Option<u8>,
}

impl Listener {
    fn hear(&mut self, frame: &[u8], tick: Tick) {
        *self.bytes.last_mut().expect("a tick began") += frame.len() as u32 + 4;
        let (head, mut records) = UpdateReader::open(frame, &self.own, tick).expect("an update");
        assert_eq!(head.number, self.number.map_or(0, |n| n.wrapping_add(1)));
        self.number = Some(head.number);
        self.own = head.own.expect("a body");
        while let Some((slot, record)) = records.try_next().expect("a record") {
            match record {
                Record::Left => assert!(self.known.remove(&slot).is_some(), "{slot} was not known"),
                Record::Enter(identity, track) => {
                    self.known.insert(slot, (identity.actor, track));
                }
                Record::Absolute(track) => self.known.get_mut(&slot).expect("known").1 = track,
                Record::Delta(delta) => {
                    let known = &mut self.known.get_mut(&slot).expect("known").1;
                    *known = delta.apply(known, tick);
                    self.moving_records += 1;
                }
            }
        }
    }

    /// Distance of the farthest actor known, by the truth.
    fn farthest(&self, view: &View) -> f32 {
        let me = self.own.walker.position;
        let truth = |actor: &ActorId| view.index_of(*actor).map(|index| view.position[index]);
        self.known
            .values()
            .filter_map(|(actor, _)| truth(actor))
            .map(|at| at.distance(me))
            .fold(0.0, f32::max)
    }

    /// Largest distance between what is known and the truth, among actors within `reach` metres.
    fn worst_error(&self, view: &View, reach: f32) -> f32 {
        let me = self.own.walker.position;
        let mut worst = 0.0_f32;
        for (actor, track) in self.known.values() {
            let truth = view.position[view.index_of(*actor).expect("the gone are told")];
            if truth.distance(me) > reach {
                continue;
            }
            let (x, z) = track.at(view.tick);
            worst = worst
                .max(Vec2::new(metres_of(x), metres_of(z)).distance(Vec2::new(truth.x, truth.z)));
        }
        worst
    }

    /// Share of the actors within `reach` metres that are known.
    fn recall(&self, view: &View, reach: f32) -> (usize, usize) {
        let me = self.own.walker.position;
        let near = |index: &usize| {
            let distance = view.position[*index].distance(me);
            distance < reach && distance > 0.0
        };
        let all: Vec<ActorId> =
            (0..view.len()).filter(near).map(|index| view.actor[index]).collect();
        let known =
            all.iter().filter(|actor| self.known.values().any(|(a, _)| a == *actor)).count();
        (known, all.len())
    }
}

struct Game {
    crowd: Crowd,
    replicator: Replicator,
    listeners: Vec<Listener>,
    /// Lines of talk that everybody would hear in each tick.
    lines: u32,
}

/// Bytes of a long line.
const LINE_BYTES: u32 = 640;

impl Game {
    fn new(crowd: Crowd, settings: InterestSettings) -> Self {
        let map = Arc::new(Map::flat(512, 512));
        let mut replicator = Replicator::new(settings, map);
        for entry in &crowd.view.players {
            replicator.join(entry.player);
        }
        let listeners = crowd.view.players.iter().map(|_| Listener::default()).collect();
        Self { crowd, replicator, listeners, lines: 0 }
    }

    fn tick(&mut self, writable: impl Fn(u64) -> bool) {
        let (view, listeners) = (&self.crowd.view, &mut self.listeners);
        for (listener, entry) in listeners.iter_mut().zip(&view.players) {
            listener.bytes.push(0);
            for _ in 0..self.lines {
                let is_heard = self.replicator.spend(entry.player, LINE_BYTES);
                let bytes = listener.bytes.last_mut().expect("a tick");
                *bytes += u32::from(is_heard) * (LINE_BYTES + 4);
            }
        }
        self.replicator.update(
            view,
            |player| Link { writable: writable(player.get()), margin: Some(1), target: None },
            |player, frame| listeners[player.get() as usize - 1].hear(frame, view.tick),
        );
    }
}

fn windows_hold(bytes: &[u32]) {
    for (ticks, limit) in [(20, 20_000), (200, 120_000)] {
        let worst = bytes.windows(ticks.min(bytes.len())).map(|w| w.iter().sum::<u32>()).max();
        assert!(worst <= Some(limit), "{worst:?} bytes in {ticks} ticks");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn law_12_holds_whatever_happens(
        seed in any::<u64>(),
        players in 1_usize..40,
        creatures in 0_usize..120,
        spread in 20.0_f32..500.0,
        turns in 0.0_f32..10_000.0,
        happenings in proptest::collection::vec(0_u8..10, 60..120),
    ) {
        let crowd = Crowd::new(players, creatures, spread, seed);
        let mut game = Game::new(crowd, InterestSettings::GAME);
        for (step, happening) in happenings.into_iter().enumerate() {
            match happening {
                0 => game.crowd.replace(),
                1 => { let index = step % game.crowd.view.len(); game.crowd.jump(index) }
                _ => {}
            }
            game.crowd.step(turns);
            game.tick(|player| !(player + step as u64).is_multiple_of(u64::from(happening) + 2));
            for (index, listener) in game.listeners.iter().enumerate() {
                if *listener.bytes.last().expect("a tick") > 0 {
                    let farthest = listener.farthest(&game.crowd.view);
                    prop_assert!(farthest <= 100.0, "player {}: {farthest} m", index + 1);
                }
            }
        }
        // With a free line for two seconds, everybody knows what is to be known.
        for _ in 0..40 {
            game.crowd.step(100.0);
            game.tick(|_| true);
        }
        for listener in &game.listeners {
            windows_hold(&listener.bytes);
            // Beyond the eighty nearest the rate is halved.
            let near = if listener.known.len() <= 80 { 0.15 } else { 0.8 };
            prop_assert!(listener.worst_error(&game.crowd.view, 25.0) < near);
            prop_assert!(listener.worst_error(&game.crowd.view, 100.0) < 2.6);
            let (known, all) = listener.recall(&game.crowd.view, 90.0);
            prop_assert_eq!(known, all);
        }
    }
}

#[test]
fn the_budget_holds_in_a_crowd_that_would_need_twice_as_much() {
    let mut game = Game::new(Crowd::new(300, 0, 34.0, 1), InterestSettings::ZONE_WALK);
    for _ in 0..230 {
        // Everybody turns in every other tick.
        game.crowd.step(5_000.0);
        game.tick(|_| true);
    }
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
        let mean = listener.bytes.iter().sum::<u32>() / listener.bytes.len() as u32;
        assert!(mean > 450, "the budget is used: {mean} bytes a tick");
        assert_eq!(listener.known.len(), 299);
    }
    assert!(game.replicator.counts().cut > 0);
}

#[test]
fn talk_and_updates_share_the_budget_and_neither_silences_the_other() {
    let mut game = Game::new(Crowd::new(150, 0, 34.0, 1), InterestSettings::ZONE_WALK);
    for lines in [0, 8] {
        game.lines = lines;
        for _ in 0..115 {
            game.crowd.step(5_000.0);
            game.tick(|_| true);
        }
    }
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
    }
    let counts = game.replicator.counts();
    assert_eq!(counts.frames, 230 * 150, "an update in every tick");
    let sent: u64 = game.listeners.iter().flat_map(|l| &l.bytes).map(|b| u64::from(*b)).sum();
    let heard = (sent - counts.bytes - 4 * counts.frames) / (u64::from(LINE_BYTES) + 4) / 150;
    assert!(heard > 20, "{heard} long lines are heard in six seconds of the densest crowd");
}

#[test]
fn an_ordinary_crowd_is_known_exactly_and_cheaply() {
    let mut game = Game::new(Crowd::new(200, 100, 500.0, 2), InterestSettings::ZONE_WALK);
    for _ in 0..200 {
        // Everybody turns once in two seconds.
        game.crowd.step(250.0);
        game.tick(|_| true);
        for listener in &game.listeners {
            assert!(listener.worst_error(&game.crowd.view, 50.0) < 0.1);
        }
    }
    let seconds = 10.0;
    let counts = game.replicator.counts();
    let bytes = counts.bytes as f64 / 200.0 / seconds;
    assert!(bytes < 3_000.0, "{bytes} bytes a second and client");
    let bits = counts.bytes as f64 * 8.0 / counts.pairs_due as f64;
    assert!(bits < 40.0, "{bits} bits a due pair, all included");
    for listener in &game.listeners {
        let (known, all) = listener.recall(&game.crowd.view, 49.0);
        assert_eq!(known, all);
    }
}

#[test]
fn a_steady_tick_allocates_nothing() {
    for (settings, spread, turns) in
        [(InterestSettings::GAME, 300.0, 250.0), (InterestSettings::ZONE_WALK, 40.0, 5_000.0)]
    {
        let mut crowd = Crowd::new(150, 150, spread, 3);
        let mut replicator = Replicator::new(settings, Arc::new(Map::flat(512, 512)));
        for entry in &crowd.view.players {
            replicator.join(entry.player);
        }
        let mut bytes = 0;
        let mut allocations = 0;
        for tick in 0..200 {
            crowd.step(turns);
            let measured = allocation_counter::measure(|| {
                replicator.update(
                    &crowd.view,
                    |player| Link {
                        writable: !(player.get() + tick).is_multiple_of(5),
                        ..Link::default()
                    },
                    |_, frame| bytes += frame.len(),
                );
            });
            if tick >= 100 {
                allocations += measured.count_total;
            }
        }
        assert!(bytes > 100_000);
        assert_eq!(allocations, 0);
    }
}
