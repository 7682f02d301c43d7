//! Laws of resuming: wherever the line is cut, and whatever carries the frames before and after, who comes back knows
//! the same as who has just come, and is told less.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::common::TICK_MILLIS;
use crate::common::crowd::Crowd;
use massless_core::content::map::Map;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::Vec3;
use massless_core::units::Level;
use massless_net::client::{Client, ClientConfig, Output};
use massless_net::clock::Millis;
use massless_net::interest::InterestSettings;
use massless_net::replication::{Datagrams, Link, Replicator};
use massless_net::session::token::ResumeToken;
use massless_net::wire::server_frame::id;
use massless_net::wire::{Ack, Claim, ClientFrame, Coding, Kept, ServerFrame, ShortTick, Welcome};
use proptest::prelude::*;

const PLAYER: PlayerId = PlayerId::new(1);
/// Ticks after which a line without delay and loss has told all there is.
const SETTLE_TICKS: u64 = 60;

/// What carries the frames of a session.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    by_datagrams: bool,
    /// Ticks that a frame takes.
    delay: u64,
    /// One state of so many is lost; 0, none.
    lost: u64,
    /// The client speaks the version before.
    is_old: bool,
}

/// One client and its replicator.
struct End {
    client: Client,
    replicator: Replicator,
    map: Arc<Map>,
    way: Way,
    down: VecDeque<(u64, Vec<u8>)>,
    up: VecDeque<(u64, (ShortTick, Option<Ack>))>,
    acked: Option<(ShortTick, Option<Ack>)>,
    is_cut: bool,
    bytes: usize,
    coding: Coding,
}

impl End {
    fn new(crowd: &Crowd, settings: InterestSettings, way: Way) -> Self {
        let map = Arc::new(Map::flat(512, 512));
        let mut end = Self {
            client: Client::new(config(way, false)),
            replicator: Replicator::new(settings, map.clone()),
            map,
            way,
            down: VecDeque::new(),
            up: VecDeque::new(),
            acked: None,
            is_cut: false,
            bytes: 0,
            coding: Coding::default(),
        };
        assert_eq!(end.greet(crowd, way), None, "nobody has kept anything before");
        end
    }

    fn now(crowd: &Crowd) -> Millis {
        Millis::new(10_000 + crowd.view.tick.get() * TICK_MILLIS)
    }

    /// A connection was opened: the server hears the hello and lets in. What the client has kept, if the server builds
    /// on it.
    fn greet(&mut self, crowd: &Crowd, way: Way) -> Option<Kept> {
        self.way = way;
        self.down.clear();
        self.up.clear();
        self.acked = None;
        self.is_cut = false;
        let outputs = core::iter::from_fn(|| self.client.poll());
        let hello = outputs.filter_map(|output| match output {
            Output::Frame(frame) => Some(frame),
            _ => None,
        });
        let hello = hello.last().expect("a hello");
        let Ok(ClientFrame::Hello { claim, version }) = ClientFrame::decode(&hello) else {
            panic!("no hello")
        };
        self.coding = Coding::of(version);
        let kept = match claim {
            Some(Claim::Resume { kept, .. }) => kept,
            _ => None,
        };
        let kept = kept.filter(|kept| self.replicator.try_resume(PLAYER, kept));
        let welcome = Box::new(welcome(crowd));
        let frame = match kept {
            Some(_) => ServerFrame::Resumed(welcome),
            None => {
                self.replicator.join(PLAYER);
                ServerFrame::Welcome(welcome)
            }
        };
        self.client.handle_frame(Self::now(crowd), &frame.to_bytes()).expect("it is let in");
        if kept.is_none() {
            self.client.set_map(self.map.clone());
        }
        kept
    }

    /// The line is cut; the server may notice only later.
    fn cut(&mut self, is_noticed: bool) {
        self.is_cut = true;
        if is_noticed {
            self.replicator.park(PLAYER);
        }
    }

    fn reconnect(&mut self, crowd: &Crowd, way: Way) -> Option<Kept> {
        self.client.reconnect(config(way, true));
        self.greet(crowd, way)
    }

    /// One tick of the zone.
    fn tick(&mut self, crowd: &Crowd) {
        let tick = crowd.view.tick.get();
        let arrives = |due: u64| due <= tick;
        while self.up.front().is_some_and(|(due, _)| arrives(*due)) && !self.is_cut {
            self.acked = self.up.pop_front().map(|(_, ack)| ack);
        }
        let (acked, way) = (self.acked, self.way);
        let datagrams =
            way.by_datagrams.then(|| Datagrams { visit: 0, ack: acked.and_then(|(_, ack)| ack) });
        let seen = acked.map(|(seen, _)| seen);
        let (down, bytes, coding) = (&mut self.down, &mut self.bytes, self.coding);
        self.replicator.update(
            &crowd.view,
            &[],
            |_| Link { writable: true, datagrams, seen, margin: Some(1), target: None, coding },
            |_, frame| {
                *bytes += frame.len();
                let is_state = frame[0] == id::STATE;
                assert!(way.by_datagrams || !is_state);
                if !(is_state && way.lost > 0 && tick.is_multiple_of(way.lost)) {
                    down.push_back((tick + way.delay, frame.to_vec()));
                }
            },
        );
        if self.is_cut {
            return;
        }
        let now = Self::now(crowd);
        while self.down.front().is_some_and(|(due, _)| arrives(*due)) {
            let (_, frame) = self.down.pop_front().expect("looked at");
            self.client.handle_frame(now, &frame).expect("a frame that can be taken in");
        }
        self.client.advance(now);
        while let Some(output) = self.client.poll() {
            let Output::Frame(frame) = output else { continue };
            if let Ok(ClientFrame::Inputs(inputs)) = ClientFrame::decode(&frame) {
                self.up.push_back((tick + way.delay, (inputs.seen, inputs.ack)));
            }
        }
    }

    /// All that the client knows, as it is at the newest tick.
    fn known(&self) -> BTreeMap<ActorId, String> {
        let (tick, _) = self.client.told();
        let known = self.client.known().iter().map(|known| {
            let track = known.track();
            let (x, z) = track.at(tick);
            let way = (x, z, track.velocity_x, track.velocity_z, track.height);
            let looks = (track.angle, track.share, track.pose, track.effects, track.target);
            (known.identity.actor, format!("{:?} {way:?} {looks:?}", known.identity))
        });
        known.collect()
    }
}

fn config(way: Way, resumes: bool) -> ClientConfig {
    let resume = resumes.then(|| ResumeToken::from_bytes([1; 48]));
    let repeats = if way.by_datagrams { 2 } else { 0 };
    let speaks_oldest = way.is_old;
    ClientConfig {
        name: "Ada".to_owned(),
        resume,
        repeats,
        speaks_oldest,
        ..ClientConfig::default()
    }
}

fn welcome(crowd: &Crowd) -> Welcome {
    Welcome {
        player: PLAYER,
        actor: crowd.view.actor[0],
        name: "Ada".to_owned(),
        zone: ZoneId::new(1),
        epoch: 1,
        tick: crowd.view.tick,
        content: 0,
        resume: ResumeToken::from_bytes([1; 48]),
        sight_metres: 100.0,
        speed: 6.0,
    }
}

/// Something happens in the crowd.
fn stir(crowd: &mut Crowd, what: u64) {
    let index = what as usize % (crowd.view.len() - 1) + 1;
    match what % 7 {
        0 => crowd.replace(),
        1 => crowd.jump(index),
        2 => crowd.view.hit_point_share[index] = (what / 7) as u8,
        3 => crowd.view.level[index] = Level::new((what / 7 % 60) as u8 + 1),
        4 => crowd.view.effects[index] = (what / 7) as u32,
        // The player itself is somewhere else.
        5 if what.is_multiple_of(5) => crowd.jump(0),
        _ => {}
    }
}

/// Nothing moves any more.
fn freeze(crowd: &mut Crowd) {
    crowd.view.velocity.fill(Vec3::ZERO);
}

#[derive(Clone, Debug)]
struct Round {
    way: (bool, u64, u64, bool),
    plays: u64,
    unnoticed: u64,
    away: u64,
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let way = (any::<bool>(), 0_u64..5, prop_oneof![Just(0_u64), 2_u64..6], any::<bool>());
    let round = (way, 0_u64..40, 0_u64..12, 0_u64..60);
    let round =
        round.prop_map(|(way, plays, unnoticed, away)| Round { way, plays, unnoticed, away });
    proptest::collection::vec(round, 1..5)
}

fn play(seed: u64, rounds: &[Round], settings: InterestSettings) -> (Crowd, End, usize) {
    let mut crowd = Crowd::new(60, 60, 150.0, seed);
    crowd.view.position[0] = Vec3::new(256.0, 0.0, 256.0);
    crowd.step(0.0);
    let mut random = seed;
    let mut step = |crowd: &mut Crowd, end: &mut End| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        stir(crowd, random >> 33);
        crowd.step(300.0);
        end.tick(crowd);
    };
    let way = |round: &Round| {
        let (by_datagrams, delay, lost, is_old) = round.way;
        Way { by_datagrams, delay, lost, is_old }
    };
    let mut end = End::new(&crowd, settings, way(&rounds[0]));
    let mut resumed = 0;
    for (index, round) in rounds.iter().enumerate() {
        for _ in 0..round.plays {
            step(&mut crowd, &mut end);
        }
        let has_seen = end.client.stats().updates > 0;
        end.cut(false);
        for _ in 0..round.unnoticed {
            step(&mut crowd, &mut end);
        }
        if round.away > 0 {
            end.cut(true);
        }
        for _ in 0..round.away {
            step(&mut crowd, &mut end);
        }
        let next = rounds.get(index + 1).map_or(Way::default(), way);
        let next = Way { by_datagrams: next.by_datagrams ^ (index + 1 == rounds.len()), ..next };
        let kept = end.reconnect(&crowd, next);
        assert_eq!(kept.is_some(), has_seen, "whoever knows something goes on from there");
        resumed += usize::from(kept.is_some());
    }
    end.way = Way { delay: 0, lost: 0, ..end.way };
    (crowd, end, resumed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn who_comes_back_knows_what_a_newcomer_knows(seed in any::<u64>(), rounds in rounds()) {
        // One ring, so that there is one track of everybody.
        let settings = InterestSettings::ZONE_WALK;
        let (mut crowd, mut end, _) = play(seed, &rounds, settings);
        freeze(&mut crowd);
        for _ in 0..SETTLE_TICKS {
            crowd.step(0.0);
            end.tick(&crowd);
        }
        // The newcomer's replicator has the same tracks: all is still by now.
        let mut fresh = End { bytes: 0, ..newcomer(&crowd, &mut end, settings) };
        for _ in 0..SETTLE_TICKS {
            crowd.step(0.0);
            fresh.tick(&crowd);
        }
        let me = crowd.view.position[0];
        let mut back = end.known();
        // Who came in by the outer boundary goes out by a farther one.
        let at = |actor: &ActorId| crowd.view.index_of(*actor).map(|at| crowd.view.position[at]);
        let is_inside = |actor: &ActorId| at(actor).is_none_or(|at| at.distance(me) < 48.0);
        let mut knows = fresh.known();
        for known in [&mut back, &mut knows] {
            known.retain(|actor, _| is_inside(actor));
        }
        prop_assert!(!knows.is_empty());
        prop_assert_eq!(back, knows);
    }

    #[test]
    fn who_comes_back_knows_the_zone(seed in any::<u64>(), rounds in rounds()) {
        let (mut crowd, mut end, _) = play(seed, &rounds, InterestSettings::GAME);
        for _ in 0..SETTLE_TICKS {
            crowd.step(100.0);
            end.tick(&crowd);
        }
        let me = crowd.view.position[0];
        let tick = crowd.view.tick;
        let known: BTreeMap<ActorId, (f32, f32)> =
            end.client.known().iter().map(|it| (it.identity.actor, it.place_at(tick))).collect();
        for (index, actor) in crowd.view.actor.iter().enumerate().skip(1) {
            let truth = crowd.view.position[index];
            let distance = truth.distance(me);
            let Some((x, z)) = known.get(actor).copied() else {
                prop_assert!(distance > 90.0, "{distance} m away and unknown");
                continue;
            };
            let error = (x - truth.x).hypot(z - truth.z);
            let most = if distance < 24.0 { 0.35 } else { 3.0 };
            prop_assert!(error < most, "{error} m off at {distance} m");
            prop_assert!(distance < 100.0);
        }
        prop_assert!(known.keys().all(|actor| crowd.view.index_of(*actor).is_some()));
    }
}

/// A client that has just come, of the replicator of another one.
fn newcomer(crowd: &Crowd, end: &mut End, settings: InterestSettings) -> End {
    let mut fresh = End::new(crowd, settings, Way::default());
    core::mem::swap(&mut fresh.replicator, &mut end.replicator);
    fresh.replicator.join(PLAYER);
    fresh
}

#[test]
fn a_second_away_in_a_crowd_costs_a_part_of_a_fresh_join() {
    // Who is told all within a second by every way.
    let ticks = 40;
    for by_datagrams in [false, true] {
        let way = Way { by_datagrams, ..Way::default() };
        let run = |leaves: bool, comes_anew: bool| {
            let mut crowd = Crowd::new(300, 0, 70.0, 5);
            crowd.view.position[0] = Vec3::new(256.0, 0.0, 256.0);
            crowd.step(0.0);
            let mut end = End::new(&crowd, InterestSettings::ZONE_WALK, way);
            for round in 0..300 {
                // Everybody turns once in four seconds.
                crowd.step(125.0);
                crowd.view.position[0] = Vec3::new(256.0, 0.0, 256.0);
                crowd.settle();
                if round == 200 && leaves {
                    end.cut(true);
                }
                if round == 220 && leaves {
                    if comes_anew {
                        end.replicator.leave(PLAYER);
                    }
                    let kept = end.reconnect(&crowd, way);
                    assert_eq!(kept.is_some(), !comes_anew);
                }
                if round == 220 {
                    end.bytes = 0;
                }
                if round < 220 + ticks {
                    end.tick(&crowd);
                }
            }
            assert!(end.client.known().len() > 290);
            end.bytes
        };
        let (stays, back, fresh) = (run(false, false), run(true, false), run(true, true));
        let (cost, anew) = (back - stays, fresh - stays);
        println!(
            "by datagrams {by_datagrams}: two seconds cost {stays} bytes, {back} after one second \
             away, {fresh} from nothing: {cost} to {anew} more"
        );
        assert!(cost * 2 < anew, "{cost} of {anew} bytes");
    }
}

#[test]
fn who_comes_back_with_another_version_goes_on() {
    let mut crowd = Crowd::new(20, 20, 60.0, 9);
    crowd.step(0.0);
    for (by_datagrams, is_old) in [(false, false), (false, true), (true, false), (true, true)] {
        let way = Way { by_datagrams, is_old, ..Way::default() };
        let mut end = End::new(&crowd, InterestSettings::GAME, way);
        for _ in 0..20 {
            crowd.step(100.0);
            end.tick(&crowd);
        }
        let all = end.client.known().len();
        end.cut(true);
        let other = Way { is_old: !is_old, ..way };
        assert!(end.reconnect(&crowd, other).is_some());
        assert!(all > 30 && end.client.known().len() == all);
        for _ in 0..20 {
            crowd.step(100.0);
            end.tick(&crowd);
        }
        assert_eq!(end.client.known().len(), all);
    }
}

#[test]
fn what_cannot_be_built_on_is_told_anew() {
    let mut crowd = Crowd::new(20, 20, 60.0, 9);
    crowd.step(0.0);
    let way = Way::default();
    let mut end = End::new(&crowd, InterestSettings::GAME, way);
    for _ in 0..20 {
        crowd.step(100.0);
        end.tick(&crowd);
    }
    let kept = |tick: u64, streamed: u64| {
        let at = massless_core::units::Tick::new;
        let (zone, tick, streamed) = (ZoneId::new(1), at(tick), at(streamed));
        Kept { zone, epoch: 1, tick, streamed, ack: None }
    };
    let now = crowd.view.tick.get();
    end.cut(false);
    for wrong in [
        kept(now + 1, now),
        kept(now, now + 1),
        kept(0, now),
        kept(now, 0),
        Kept { ack: Some(Ack::default()), ..kept(now, now) },
    ] {
        end.replicator.park(PLAYER);
        assert!(!end.replicator.try_resume(PLAYER, &wrong), "{wrong:?}");
        assert!(!end.replicator.try_resume(PLAYER, &kept(now, now)), "once refused, all anew");
        end.replicator.join(PLAYER);
        end.tick(&crowd);
    }
    // Too long away.
    let mut end = End::new(&crowd, InterestSettings::GAME, way);
    crowd.step(0.0);
    end.tick(&crowd);
    end.cut(true);
    for _ in 0..u64::from(massless_net::limits::PARKED_TICKS) {
        assert_eq!(end.replicator.parked(), 1);
        crowd.step(0.0);
        end.tick(&crowd);
    }
    assert_eq!(end.replicator.parked(), 0);
    assert_eq!(end.reconnect(&crowd, way), None);
}
