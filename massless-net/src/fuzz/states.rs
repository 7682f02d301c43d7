//! States and updates that a bad server might send to a client in the middle of play: their heads name what the client
//! has got, so that all behind the heads is read.

use std::sync::Arc;

use massless_core::codec::BitWriter;
use massless_core::content::map::Map;
use massless_core::units::{Tick, Ticks};

use super::told::{comings_seed, own_seed};
use super::{cut_frame, welcome};
use crate::client::{Client, ClientConfig, Control};
use crate::clock::Millis;
use crate::wire::server_frame::id;
use crate::wire::state::{StateHead, write_state_head};
use crate::wire::update::{Before, Head, OwnState, write_head};
use crate::wire::{Coding, ServerFrame, ShortTick};

/// States that a base may be taken from.
const BASES: usize = 8;

/// What the client has taken in, as far as this knows.
struct Line {
    client: Client,
    now: Millis,
    tick: Tick,
    /// Number of the update that is due.
    number: u8,
    own: OwnState,
    bases: Vec<(Tick, OwnState)>,
}

impl Line {
    fn new() -> Self {
        let now = Millis::new(1_000);
        let mut client = Client::new(ClientConfig { repeats: 2, ..ClientConfig::default() });
        client.set_map(Arc::new(Map::flat(64, 64)));
        let welcome = ServerFrame::Welcome(Box::new(welcome()));
        client.handle_frame(now, &welcome.to_bytes()).expect("a welcome");
        client.handle_frame(now, &comings_seed()).expect("an update");
        let tick = Tick::new(1_001);
        Self { client, now, tick, number: 1, own: own_seed(tick), bases: Vec::new() }
    }

    /// A state whose head is right, with anything behind the own state.
    fn state(&mut self, how: u8, rest: &[u8]) -> bool {
        let tick = self.tick + Ticks::new(u32::from(how & 3));
        let base = self.bases.get(usize::from(how >> 2) % BASES).cloned();
        let (base, mut before) = match base {
            Some((then, own)) if then < tick => (tick.since(then).get() as u8, own),
            _ => (0, OwnState::default()),
        };
        let head = StateHead { visit: 0, tick: ShortTick::of(tick), base, margin: None };
        let mut own = self.own.clone();
        own.hit_points = u32::from(how);
        own.walker.position.x += f32::from(how) * 0.01;
        let mut bits = BitWriter::new();
        write_state_head(&mut bits, (&head, tick), &own, &mut before, Coding::Tight);
        for &byte in rest {
            bits.bits(u64::from(byte), 8);
        }
        let mut frame = vec![id::STATE];
        bits.append_to(&mut frame);
        let states = self.client.stats().states;
        let is_fine = self.client.handle_frame(self.now, &frame).is_ok();
        if self.client.stats().states > states {
            (self.tick, self.own) = (tick.max(self.tick).next(), own);
            self.bases.insert(0, (tick, before));
            self.bases.truncate(BASES);
        }
        is_fine
    }

    /// An update of who comes and goes whose head is right, with anything behind it.
    fn update(&mut self, how: u8, rest: &[u8]) -> bool {
        let tick = self.tick + Ticks::new(u32::from(how & 7));
        let head = Head { number: self.number, tick: ShortTick::of(tick), margin: None };
        let mut bits = BitWriter::new();
        let mut blank = OwnState::default();
        let before = Before { tick: None, own: &mut blank };
        write_head(&mut bits, (&head, tick), None, before, Coding::Tight);
        for &byte in rest {
            bits.bits(u64::from(byte), 8);
        }
        let mut frame = vec![id::UPDATE];
        bits.append_to(&mut frame);
        let is_fine = self.client.handle_frame(self.now, &frame).is_ok();
        self.number = self.number.wrapping_add(u8::from(is_fine));
        is_fine
    }

    fn look(&mut self, hands: u8) {
        let direction = [hands.cast_signed(), 100];
        self.client.control(Control { direction, ..Control::default() });
        self.client.advance(self.now);
        for figure in self.client.figures(self.now) {
            assert!(figure.position.is_finite());
        }
        if let Some(own) = self.client.own(self.now) {
            assert!(own.position.is_finite());
        }
        while self.client.poll().is_some() {}
        while self.client.next_event().is_some() {}
    }
}

/// Any bytes as states and updates to a client that plays; a refusal ends it.
pub fn states(bytes: &[u8]) {
    let mut line = Line::new();
    let mut rest = bytes;
    while let [kind, how, tail @ ..] = rest {
        let (frame, tail) = cut_frame(tail);
        rest = tail;
        line.now = line.now.plus(u64::from(kind >> 2));
        let is_fine = match kind & 3 {
            0 => line.update(*how, frame),
            1 => {
                let first = if how & 1 == 0 { id::STATE } else { id::UPDATE };
                let whole = [&[first], frame].concat();
                line.client.handle_frame(line.now, &whole).is_ok()
            }
            _ => line.state(*how, frame),
        };
        if !is_fine {
            return;
        }
        line.look(*how);
    }
}

/// States built on each other with no tracks, and some of each kind with what the update's seed has behind its head.
#[must_use]
pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let empty = [2, 1, 1, 0];
    let chain = (0..20_u8).flat_map(|n| [22, n, 1, 0]).collect();
    let seed = super::told::state_seed(Coding::Tight);
    let tail = &seed[seed.len() / 2..];
    let mut tracks = Vec::new();
    for n in 0..6_u8 {
        tracks.extend([22, 1 | n << 2, tail.len() as u8]);
        tracks.extend_from_slice(tail);
    }
    let mut both = empty.to_vec();
    both.extend([0, 1, 3, 0, 0, 0, 22, 1, 1, 0, 5, 0, 4, 1, 2, 3, 4]);
    vec![("empty", empty.to_vec()), ("chain", chain), ("tracks", tracks), ("both", both)]
}
