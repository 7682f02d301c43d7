//! A crowd made by hand and the clients that watch it.

use std::collections::BTreeMap;
use std::sync::Arc;

use massless_core::content::map::Map;
use massless_core::event::Event;
use massless_core::ids::{ActorId, CreatureId, PlayerId};
use massless_core::math::{Vec2, Vec3, facing_of};
use massless_core::spatial::cells::CellIndex;
use massless_core::units::Tick;
use massless_core::view::{Kind, Pose, View};
use massless_net::fuzz::made_up::{put_actor, put_player, take_actor};
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};
use massless_net::wire::Coding;
use massless_net::wire::event::Who;
use massless_net::wire::quantize::metres_of;
use massless_net::wire::record::{Record, Track};
use massless_net::wire::update::{OwnState, UpdateReader};

const EDGE: f32 = 512.0;

/// A crowd that walks straight and now and then turns, rests or jumps.
pub struct Crowd {
    pub view: View,
    random: u64,
    next_id: u64,
    pub players: usize,
    pub spread: f32,
}

impl Crowd {
    pub fn new(players: usize, creatures: usize, spread: f32, seed: u64) -> Self {
        let view = View { cells: CellIndex::new(EDGE, EDGE), ..View::default() };
        let mut crowd = Self { view, random: seed, next_id: 1, players, spread };
        for _ in 0..players {
            crowd.spawn(Kind::Character { look: 1 });
        }
        for index in 0..players {
            let player = PlayerId::new(index as u64 + 1);
            let letter = "abcdefghij".chars().nth(index % 10).expect("ten letters");
            let name = format!("Walker{letter}");
            put_player(&mut crowd.view, player, (index as u32, 6.0), name);
        }
        for _ in 0..creatures {
            crowd.spawn(Kind::Creature(CreatureId::new(101)));
        }
        crowd.settle();
        crowd
    }

    pub fn draw(&mut self) -> f32 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn place(&mut self) -> Vec3 {
        let (x, z) = (self.draw() - 0.5, self.draw() - 0.5);
        Vec3::new(256.0 + x * self.spread, 0.0, 256.0 + z * self.spread)
    }

    pub fn spawn(&mut self, kind: Kind) {
        let place = self.place();
        put_actor(&mut self.view, ActorId::new(self.next_id), kind, place);
        self.next_id += 1;
    }

    /// A creature goes and another comes.
    pub fn replace(&mut self) {
        let creatures = self.view.len() - self.players;
        if creatures == 0 {
            return;
        }
        let index = self.players + (self.draw() * creatures as f32) as usize;
        take_actor(&mut self.view, index);
        self.spawn(Kind::Creature(CreatureId::new(102)));
    }

    pub fn jump(&mut self, index: usize) {
        self.view.position[index] = self.place();
    }

    /// One tick; of ten thousand, `turns` change their way.
    pub fn step(&mut self, turns: f32) {
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

    pub fn settle(&mut self) {
        for entry in &mut self.view.players {
            entry.walker.position = self.view.position[entry.index as usize];
        }
        self.view.cells.rebuild(&self.view.position);
    }
}

/// The own body in events that a listener heard.
pub const ME: ActorId = ActorId::new(u64::MAX);

/// A client that only listens.
#[derive(Default)]
pub struct Listener {
    pub player: PlayerId,
    pub own: OwnState,
    pub sheets: Vec<u32>,
    pub events: Vec<Event>,
    pub known: BTreeMap<u32, (ActorId, Track)>,
    /// When something was said about a slot last.
    pub told_at: BTreeMap<u32, Tick>,
    pub bytes: Vec<u32>,
    pub moving_records: u64,
    pub number: Option<u8>,
    pub heard_at: Option<Tick>,
    pub coding: Coding,
}

impl Listener {
    pub fn hear(&mut self, frame: &[u8], tick: Tick) {
        *self.bytes.last_mut().expect("a tick began") += frame.len() as u32 + 4;
        let due = self.number.map_or(0, |n| n.wrapping_add(1));
        let near = self.heard_at.replace(tick).unwrap_or(tick);
        let (head, mut records) =
            UpdateReader::open(frame, &mut self.own, (due, near), self.coding).expect("an update");
        assert_eq!((head.number, records.tick()), (due, tick));
        self.number = Some(head.number);
        assert!(records.tells_own(), "a body");
        while let Some((slot, record)) = records.try_next().expect("a record") {
            self.told_at.insert(slot, tick);
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
        self.hear_news(records);
    }

    pub fn hear_news(&mut self, mut rest: UpdateReader<'_>) {
        let player = self.player;
        if let Some(sheet) = rest.try_personal(player, None).expect("a sheet or none").sheet {
            self.sheets.push(sheet.revision);
        }
        let known = &self.known;
        let resolve = |who| match who {
            Who::Me => ME,
            Who::Slot(slot) => known.get(&slot).expect("events name the known").0,
            Who::Nobody => ActorId::default(),
        };
        while let Some(event) = rest.try_event(player, resolve).expect("an event") {
            self.events.push(event);
        }
    }

    /// Distance of the farthest actor known, by the truth.
    pub fn farthest(&self, view: &View) -> f32 {
        let me = self.own.walker.position;
        let truth = |actor: &ActorId| view.index_of(*actor).map(|index| view.position[index]);
        self.known
            .values()
            .filter_map(|(actor, _)| truth(actor))
            .map(|at| at.distance(me))
            .fold(0.0, f32::max)
    }

    /// Largest distance between what is known and the truth, among actors within `reach` metres.
    pub fn worst_error(&self, view: &View, reach: f32) -> f32 {
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

    /// How many within that reach are known, and how many there are.
    pub fn recall(&self, view: &View, reach: f32) -> (usize, usize) {
        let all = self.within(view, reach).len();
        (all - self.missing(view, reach).len(), all)
    }

    /// Who is within that reach and not known.
    pub fn missing(&self, view: &View, reach: f32) -> Vec<ActorId> {
        let is_known = |actor: &ActorId| self.known.values().any(|(known, _)| known == actor);
        let mut all = self.within(view, reach);
        all.retain(|actor| !is_known(actor));
        all
    }

    fn within(&self, view: &View, reach: f32) -> Vec<ActorId> {
        let me = self.own.walker.position;
        let near = |index: &usize| {
            let distance = view.position[*index].distance(me);
            distance < reach && distance > 0.0
        };
        (0..view.len()).filter(near).map(|index| view.actor[index]).collect()
    }
}

pub struct Game {
    pub crowd: Crowd,
    pub replicator: Replicator,
    pub listeners: Vec<Listener>,
    /// Lines of talk that everybody would hear in each tick.
    pub lines: u32,
    /// What happens in the next tick.
    pub events: Vec<Event>,
    /// What everybody aims at.
    pub target: Option<ActorId>,
    coding: Coding,
}

/// Bytes of a long line.
pub const LINE_BYTES: u32 = 640;

impl Game {
    pub fn new(crowd: Crowd, settings: InterestSettings) -> Self {
        Self::with_coding(crowd, settings, Coding::Tight)
    }

    pub fn with_coding(crowd: Crowd, settings: InterestSettings, coding: Coding) -> Self {
        let map = Arc::new(Map::flat(512, 512));
        let mut replicator = Replicator::new(settings, map);
        for entry in &crowd.view.players {
            replicator.join(entry.player);
        }
        let listeners = crowd.view.players.iter();
        let listeners = listeners
            .map(|entry| Listener { player: entry.player, coding, ..Listener::default() })
            .collect();
        Self { crowd, replicator, listeners, lines: 0, events: Vec::new(), target: None, coding }
    }

    pub fn tick(&mut self, writable: impl Fn(u64) -> bool) {
        let (view, listeners) = (&self.crowd.view, &mut self.listeners);
        for (listener, entry) in listeners.iter_mut().zip(&view.players) {
            listener.bytes.push(0);
            for _ in 0..self.lines {
                let is_heard = self.replicator.spend(entry.player, LINE_BYTES);
                let bytes = listener.bytes.last_mut().expect("a tick");
                *bytes += u32::from(is_heard) * (LINE_BYTES + 4);
            }
        }
        let (target, coding) = (self.target, self.coding);
        self.replicator.update(
            view,
            &core::mem::take(&mut self.events),
            |player| Link {
                writable: writable(player.get()),
                margin: Some(1),
                target,
                coding,
                ..Link::default()
            },
            |player, frame| listeners[player.get() as usize - 1].hear(frame, view.tick),
        );
    }
}

pub fn windows_hold(bytes: &[u32]) {
    for (ticks, limit) in [(20, 20_000), (200, 120_000)] {
        let worst = bytes.windows(ticks.min(bytes.len())).map(|w| w.iter().sum::<u32>()).max();
        assert!(worst <= Some(limit), "{worst:?} bytes in {ticks} ticks");
    }
}
