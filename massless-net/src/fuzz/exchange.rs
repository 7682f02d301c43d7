//! A real replicator, session and client with a line between them of which the fuzzer is in charge: it loses, doubles,
//! swaps, delays and spoils what is sent, forges acknowledgements, and moves the world.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use massless_core::content::map::Map;
use massless_core::ids::{ActorId, CreatureId, PlayerId};
use massless_core::math::Vec3;
use massless_core::spatial::cells::CellIndex;
use massless_core::units::Tick;
use massless_core::view::{Kind, Pose, View};

use super::made_up::{put_actor, put_player, take_actor};
use super::{guest, welcome};
use crate::client::{self, Client, ClientConfig, Control};
use crate::clock::Millis;
use crate::interest::InterestSettings;
use crate::limits::STATE_BYTES_MAX;
use crate::replication::{Datagrams, Link, Replicator};
use crate::session::close::CloseCode;
use crate::session::token::ResumeKey;
use crate::session::{Output, Session};
use crate::wire::server_frame::id;
use crate::wire::{Ack, Claim, ClientFrame, Inputs, NumberedInput, ShortTick, may_get_lost};

/// Milliseconds of a tick.
const TICK_MILLIS: u64 = 50;
/// Others in the world, at most.
const OTHERS_MAX: usize = 24;
/// Metres across which they are.
const SPREAD: f32 = 140.0;
/// Metres along an edge of the map.
const EDGE: u32 = 512;
/// Bytes of a unit that are played, a tick each at most. Reason: more of the same finds nothing new, and a fuzzer
/// grows its units until each takes seconds.
const BYTES_MAX: usize = 256;
/// Frames that may be on their way in one direction; the oldest get lost.
const FLYING_MAX: usize = 40;
/// Rounds without trouble after which everything near is known.
const QUIET_ROUNDS: usize = 80;

/// The ground of every exchange. It takes longer to make than a tick, and nobody changes it.
fn map() -> Arc<Map> {
    static MAP: OnceLock<Arc<Map>> = OnceLock::new();
    Arc::clone(MAP.get_or_init(|| Arc::new(Map::flat(EDGE, EDGE))))
}

/// The world as the zone shows it, and who tells the client of it.
struct Host {
    view: View,
    replicator: Replicator,
    visit: u8,
    ack: Option<Ack>,
    next_actor: u64,
    draw: u32,
}

impl Host {
    fn new() -> Self {
        let cells = CellIndex::new(EDGE as f32, EDGE as f32);
        let view = View { tick: Tick::new(1_000), cells, ..View::default() };
        let replicator = Replicator::new(InterestSettings::GAME, map());
        let mut host = Self { view, replicator, visit: 0, ack: None, next_actor: 300, draw: 1 };
        host.spawn(Kind::Character { look: 1 });
        let player = PlayerId::new(7);
        put_player(&mut host.view, player, (0, 5.0), "Ada".to_owned());
        host.replicator.join(player);
        host
    }

    fn drawn(&mut self) -> f32 {
        self.draw = self.draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.draw >> 8) as f32 / (1_u32 << 24) as f32
    }

    fn place(&mut self) -> Vec3 {
        let (x, z) = (self.drawn() - 0.5, self.drawn() - 0.5);
        Vec3::new(256.0 + x * SPREAD, 0.0, 256.0 + z * SPREAD)
    }

    fn spawn(&mut self, kind: Kind) {
        let place = self.place();
        put_actor(&mut self.view, ActorId::new(self.next_actor), kind, place);
        self.next_actor += 1;
    }

    /// Somebody comes, goes, jumps, turns or is hurt.
    fn happen(&mut self, what: u8) {
        let others = self.view.len() - 1;
        let index = usize::from(what >> 3) % self.view.len();
        match what & 7 {
            0 | 1 if others < OTHERS_MAX => self.spawn(Kind::Creature(CreatureId::new(101))),
            2 if index > 0 => take_actor(&mut self.view, index),
            3 => self.view.position[index] = self.place(),
            4 => self.view.hit_point_share[index] = what,
            5 => self.view.pose[index] = Pose::Fighting,
            _ => {
                let angle = f32::from(what) * 0.1;
                let way = Vec3::new(sine(angle), 0.0, 1.0);
                self.view.velocity[index] = way * 3.0;
                self.view.pose[index] = Pose::Walking;
            }
        }
    }

    /// One tick; what is sent of it.
    fn tick(&mut self, is_writable: bool, mut send: impl FnMut(&[u8])) {
        let view = &mut self.view;
        for (place, velocity) in view.position.iter_mut().zip(&mut view.velocity) {
            let next = *place + *velocity * 0.05;
            let half = SPREAD / 2.0;
            let is_inside = |at: f32| (256.0 - half..=256.0 + half).contains(&at);
            if is_inside(next.x) && is_inside(next.z) {
                *place = next;
            } else {
                *velocity = -*velocity;
            }
        }
        view.players[0].walker.position = view.position[0];
        view.cells.rebuild(&view.position);
        view.tick = view.tick.next();
        let datagrams = Some(Datagrams { visit: self.visit, ack: self.ack });
        let link = Link { writable: is_writable, datagrams, margin: Some(1), ..Link::default() };
        self.replicator.update(
            view,
            &[],
            |_| link,
            |_, frame| {
                let is_short = frame.len() <= STATE_BYTES_MAX as usize;
                assert!(is_short || frame[0] != id::STATE, "a state of {} bytes", frame.len());
                send(frame);
            },
        );
    }
}

/// Enough of a wave to send somebody some way: the functions of the core are not this crate's.
fn sine(angle: f32) -> f32 {
    let turn = angle - angle.floor();
    if turn < 0.5 { turn * 4.0 - 1.0 } else { 3.0 - turn * 4.0 }
}

/// Both ends and all that is between them.
struct Exchange {
    host: Host,
    session: Session,
    client: Client,
    now: Millis,
    stream_down: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
    stream_up: VecDeque<Vec<u8>>,
    up: VecDeque<Vec<u8>>,
    /// Something was changed on its way: an end may refuse it and be closed.
    is_spoilt: bool,
    is_over: bool,
}

impl Exchange {
    fn new() -> Self {
        let now = Millis::new(1_000);
        let mut session = Session::new(now, ResumeKey::new([1; 32]));
        let Claim::Guest { name, look, class, faction } = guest() else { unreachable!("a guest") };
        let config = ClientConfig { name, look, class, faction, repeats: 2, ..Default::default() };
        let mut client = Client::new(config);
        client.set_map(map());
        while let Some(output) = client.poll() {
            let client::Output::Frame(frame) = output else { continue };
            session.handle_frame(now, &frame).expect("a hello");
        }
        let mut exchange = Self {
            host: Host::new(),
            session,
            client,
            now,
            stream_down: VecDeque::new(),
            down: VecDeque::new(),
            stream_up: VecDeque::new(),
            up: VecDeque::new(),
            is_spoilt: false,
            is_over: false,
        };
        exchange.session.watch_reading(now, true);
        exchange.obey();
        exchange.session.welcome(welcome(), 1);
        exchange.obey();
        exchange
    }

    fn obey(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Frame(frame) => self.stream_down.push_back(frame),
                Output::Ack(ack) => self.host.ack = Some(ack),
                Output::Closed(_) => self.is_over = true,
                _ => {}
            }
        }
    }

    fn tick(&mut self, is_writable: bool) {
        self.now = self.now.plus(TICK_MILLIS);
        let Self { host, stream_down, down, .. } = self;
        host.tick(is_writable, |frame| {
            let way = if frame[0] == id::STATE { &mut *down } else { &mut *stream_down };
            way.push_back(frame.to_vec());
        });
        self.session.handle_timeout(self.now);
        self.obey();
        for way in [&mut self.down, &mut self.up] {
            while way.len() > FLYING_MAX {
                way.pop_front();
            }
        }
    }

    fn hear(&mut self, frame: Option<Vec<u8>>) {
        let Some(frame) = frame else { return };
        let heard = self.client.handle_frame(self.now, &frame);
        assert!(heard.is_ok() || self.is_spoilt, "{heard:?}");
        self.is_over |= heard.is_err();
    }

    fn take(&mut self, frame: Option<Vec<u8>>) {
        let Some(frame) = frame else { return };
        if self.session.handle_frame(self.now, &frame).is_err() {
            self.is_over = true;
        }
        let mut code = None;
        while let Some(output) = self.session.poll() {
            match output {
                Output::Frame(frame) => self.stream_down.push_back(frame),
                Output::Ack(ack) => self.host.ack = Some(ack),
                Output::Closed(closed) => code = Some(closed),
                _ => {}
            }
        }
        let is_due = matches!(code, None | Some(CloseCode::TooFast | CloseCode::SlowReader));
        assert!(is_due || self.is_spoilt, "closed with {code:?}");
    }

    fn play(&mut self, hands: u8) {
        let direction = [hands.cast_signed(), 90];
        self.client.control(Control { direction, ..Control::default() });
        self.client.advance(self.now);
        while let Some(output) = self.client.poll() {
            match output {
                client::Output::Frame(frame) if may_get_lost(&frame) => self.up.push_back(frame),
                client::Output::Frame(frame) => self.stream_up.push_back(frame),
                client::Output::Moved(_) => self.client.set_map(map()),
                _ => {}
            }
        }
        while self.client.next_event().is_some() {}
        for figure in self.client.figures(self.now) {
            assert!(figure.position.is_finite());
        }
        if let Some(own) = self.client.own(self.now) {
            assert!(own.position.is_finite());
        }
    }

    /// Another zone, as far as the connection knows.
    fn move_on(&mut self) {
        self.host.replicator.join(PlayerId::new(7));
        self.host.visit = self.host.visit.wrapping_add(1);
        let tick = self.host.view.tick;
        self.session.transfer(crate::wire::Welcome { tick, ..welcome() }, 1);
        self.obey();
    }

    /// An acknowledgement that no client would send.
    fn forge(&mut self, bytes: &[u8]) {
        let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
        let back = u64::from(at(1));
        let newest = Tick::new((self.host.view.tick.get() + 2).saturating_sub(back));
        let received = u32::from_le_bytes([at(2), at(3), at(4), at(5)]);
        let short = ShortTick::of(newest);
        let meant = NumberedInput {
            sequence: u16::from(at(6)),
            meant: short,
            input: massless_core::command::Input::default(),
        };
        let mut inputs = Inputs::new(short, meant);
        inputs.ack = Some(Ack { visit: at(0) & 3, newest: short, received, updates: at(7) });
        let mut frame = Vec::new();
        ClientFrame::Inputs(inputs).encode(&mut frame);
        self.is_spoilt = true;
        self.up.push_back(frame);
    }

    fn spoil(&mut self, what: u8, place: u8) {
        let ways = [&mut self.down, &mut self.up, &mut self.stream_down, &mut self.stream_up];
        let frame = ways.into_iter().nth(usize::from(what >> 6)).and_then(VecDeque::back_mut);
        if let Some(frame) = frame.filter(|frame| !frame.is_empty()) {
            let at = usize::from(place) % frame.len();
            frame[at] ^= what | 1;
            self.is_spoilt = true;
        }
    }

    /// Everything arrives, in its order.
    fn round(&mut self) {
        self.tick(true);
        while let Some(frame) = self.stream_down.pop_front() {
            self.hear(Some(frame));
        }
        let states = core::mem::take(&mut self.down);
        states.into_iter().for_each(|frame| self.hear(Some(frame)));
        self.play(0);
        for frame in
            core::mem::take(&mut self.stream_up).into_iter().chain(core::mem::take(&mut self.up))
        {
            self.take(Some(frame));
        }
    }

    /// With a line that does nothing, all that is near gets known.
    fn settle(&mut self) {
        for velocity in &mut self.host.view.velocity {
            *velocity = Vec3::ZERO;
        }
        for _ in 0..QUIET_ROUNDS {
            self.round();
            if self.is_over {
                return;
            }
        }
        let view = &self.host.view;
        for (index, actor) in view.actor.iter().enumerate().skip(1) {
            let distance = view.position[index].distance(view.position[0]);
            let known = self.client.known_actor(*actor);
            assert!(known.is_some() || distance > 45.0, "{actor:?} at {distance} m is not known");
            let Some(known) = known.filter(|_| distance < 20.0) else { continue };
            let (x, z) = known.place_at(view.tick);
            let error = Vec3::new(x, 0.0, z).distance(view.position[index]);
            assert!(error < 0.2, "{actor:?} is {error} m off");
        }
    }

    fn step(&mut self, kind: u8, bytes: &[u8]) -> usize {
        let first = bytes.first().copied().unwrap_or(0);
        let second = bytes.get(1).copied().unwrap_or(0);
        match kind & 15 {
            0..=2 => self.tick(kind & 16 == 0),
            3 => {
                let frame = self.stream_down.pop_front();
                self.hear(frame);
            }
            4 => {
                let frame = self.down.pop_back();
                self.hear(frame);
            }
            5 => {
                let frame = self.down.pop_front();
                self.hear(frame);
            }
            6 => _ = self.down.pop_front(),
            7 => {
                // Twice: now, and once more later.
                let frame = self.down.back().cloned();
                self.hear(frame);
            }
            8 => self.play(kind),
            9 => {
                let frame = self.up.pop_front();
                self.take(frame);
            }
            10 => {
                let frame =
                    if kind & 16 == 0 { self.stream_up.pop_front() } else { self.up.pop_back() };
                self.take(frame);
            }
            11 => _ = self.up.pop_front(),
            12 => {
                self.host.happen(first);
                return 1;
            }
            13 => self.round(),
            14 if kind & 16 == 0 => {
                self.spoil(first, second);
                return 2;
            }
            14 => self.move_on(),
            _ => {
                if kind & 16 == 0 {
                    self.forge(bytes);
                    return 8;
                }
            }
        }
        0
    }
}

/// Any bytes as what happens to a client, its host and the line between them. What is neither spoilt nor forged never
/// ends a session, and once the line is good again the client knows what is near it.
pub fn exchange(bytes: &[u8]) {
    let mut exchange = Exchange::new();
    let mut rest = &bytes[..bytes.len().min(BYTES_MAX)];
    while let Some((&kind, tail)) = rest.split_first() {
        let taken = exchange.step(kind, tail);
        rest = &tail[taken.min(tail.len())..];
        if exchange.is_over {
            return;
        }
    }
    if !exchange.is_spoilt {
        exchange.settle();
    }
}

/// Plays that are worth starting from: all well, losses and doubles, comings and goings, changes of zone, forgeries.
#[must_use]
pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let well = [12, 0, 12, 8, 12, 1, 13, 13, 13, 13, 12, 0xFE, 13, 13].repeat(4);
    let lossy = [12, 0, 0, 3, 6, 8, 9, 0, 4, 8, 11, 0, 5, 7, 7, 8, 10, 26, 9].repeat(6);
    let crowd: Vec<u8> = (0..40_u8).flat_map(|n| [12, n.wrapping_mul(37), 13, 16, 13]).collect();
    let moves = [13, 13, 12, 0, 30, 13, 0, 4, 13, 30, 30, 13].repeat(4);
    let forged = [13, 13, 12, 0, 15, 0, 1, 255, 255, 255, 255, 9, 3, 9, 0, 13].repeat(4);
    let spoilt = [13, 12, 0, 13, 0, 14, 5, 9, 4, 8, 14, 0x45, 3, 9, 13].repeat(3);
    let silent = [vec![12, 0, 13, 13], vec![0; 90], vec![13; 6]].concat();
    vec![
        ("well", well),
        ("lossy", lossy),
        ("crowd", crowd),
        ("moves", moves),
        ("forged", forged),
        ("spoilt", spoilt),
        ("silent", silent),
    ]
}
