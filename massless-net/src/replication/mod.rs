//! From a zone's view to one frame per client and tick.
//!
//! ```text
//! update = slots for new actors -> publish tracks (once) -> for each client: look, mark, encode
//! ```
//!
//! A client's sets are dense bits over slots, so what is due for it is a few word operations. A
//! client whose connection still holds its last frame is skipped: what changes meanwhile is marked
//! stale, and told absolutely later. Nothing is allocated once all vectors have grown.

pub mod budget;
pub mod tracks;
mod viewer;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use massless_core::codec::BitWriter;
use massless_core::content::map::Map;
use massless_core::ids::{ActorId, PlayerId};
use massless_core::units::Tick;
use massless_core::view::View;

use self::tracks::Tracks;
use self::viewer::{Lists, Viewer};
use crate::interest::slots::SlotSet;
use crate::interest::{Crowd, InterestSettings, RINGS};
use crate::limits::SLOTS_MAX;
use crate::wire::server_frame::id;

/// Words by which all sets grow at once: room for 512 more actors. Every word is walked for every
/// client, so there are few to spare.
const GROWTH_WORDS: usize = 8;

/// What the host knows of a client's connection in this tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Whether a frame can be written now; false while the last one is still waiting.
    pub writable: bool,
    /// Ticks between arrival and use of the client's newest input.
    pub margin: Option<i8>,
    /// The actor the client has chosen: told first when not all can be told.
    pub target: Option<ActorId>,
}

/// What was counted, for metrics and benches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames encoded.
    pub frames: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Records in these.
    pub records: u64,
    /// Pairs of client and known actor that were due.
    pub pairs_due: u64,
    /// Tracks published, over all rings.
    pub published: u64,
    /// Clients passed over because they could not be written to.
    pub skipped: u64,
    /// Frames that had to leave something out.
    pub cut: u64,
}

/// All that is replicated of one zone.
#[derive(Debug)]
pub struct Replicator {
    settings: InterestSettings,
    map: Arc<Map>,
    tracks: Tracks,
    crowd: Crowd,
    viewers: Vec<Viewer>,
    actors: Vec<ActorId>,
    slot_of: Vec<u32>,
    actors_before: Vec<ActorId>,
    slot_of_before: Vec<u32>,
    free: BinaryHeap<Reverse<u32>>,
    freed: Vec<u32>,
    slots: u32,
    words: usize,
    scratch: Scratch,
    counts: Counts,
}

/// Buffers that every client's turn uses.
#[derive(Debug, Default)]
struct Scratch {
    rings: [SlotSet; RINGS + 1],
    lists: Lists,
    bits: BitWriter,
    frame: Vec<u8>,
}

impl Replicator {
    /// Replicates a zone on this map.
    #[must_use]
    pub fn new(settings: InterestSettings, map: Arc<Map>) -> Self {
        Self {
            settings,
            map,
            tracks: Tracks::new(&settings),
            crowd: Crowd::new(&settings),
            viewers: Vec::new(),
            actors: Vec::new(),
            slot_of: Vec::new(),
            actors_before: Vec::new(),
            slot_of_before: Vec::new(),
            free: BinaryHeap::new(),
            freed: Vec::new(),
            slots: 0,
            words: 0,
            scratch: Scratch::default(),
            counts: Counts::default(),
        }
    }

    /// A client begins to look, from nothing; one that looked already begins anew (after a resume).
    pub fn join(&mut self, player: PlayerId) {
        let viewer = Viewer::new(player, self.words);
        match self.viewers.binary_search_by_key(&player, |viewer| viewer.player) {
            Ok(index) => self.viewers[index] = viewer,
            Err(index) => self.viewers.insert(index, viewer),
        }
    }

    /// A client looks no more.
    pub fn leave(&mut self, player: PlayerId) {
        if let Ok(index) = self.viewers.binary_search_by_key(&player, |viewer| viewer.player) {
            self.viewers.remove(index);
        }
    }

    /// Takes the bytes of a frame that is no update (a line of talk) from what the client may be
    /// sent; false when it may not be sent now, or nobody of that name looks.
    #[must_use]
    pub fn spend(&mut self, player: PlayerId, bytes: u32) -> bool {
        self.viewers
            .binary_search_by_key(&player, |viewer| viewer.player)
            .is_ok_and(|index| self.viewers[index].spend(bytes))
    }

    /// Metres within which others are shown, for the welcome.
    #[must_use]
    pub fn sight_metres(&self) -> f32 {
        self.settings.sight_metres()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The slot of an actor of the last view.
    #[must_use]
    pub fn slot_of(&self, actor: ActorId) -> Option<u32> {
        let index = self.actors.binary_search(&actor).ok()?;
        Some(self.slot_of[index])
    }

    /// Number of clients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.viewers.len()
    }

    /// No client looks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.viewers.is_empty()
    }

    /// One tick: `link` says how each client's connection stands, `emit` gets the frames of all
    /// that
    /// can be written to. To be called with the view of every step, once. A frame that was handed
    /// out has to be written: the next one builds on it.
    pub fn update(
        &mut self,
        view: &View,
        mut link: impl FnMut(PlayerId) -> Link,
        mut emit: impl FnMut(PlayerId, &[u8]),
    ) {
        self.tracks.begin(view.tick);
        self.assign_slots(view);
        self.tracks.publish(view, &self.slot_of, &self.map);
        self.crowd.rebuild(view, &self.slot_of);
        self.counts.published +=
            self.tracks.changed.iter().map(|s| u64::from(s.count())).sum::<u64>();
        let mut players = view.players.iter().peekable();
        for (turn, viewer) in self.viewers.iter_mut().enumerate() {
            while players.next_if(|entry| entry.player < viewer.player).is_some() {}
            // A client without a body is told nothing; its sets wait.
            let body = players.peek().filter(|entry| entry.player == viewer.player);
            let link = link(viewer.player);
            viewer.begin(&self.tracks);
            if let Some(body) = body {
                let slot = self.slot_of[body.index as usize];
                let look = (view.tick.get() + turn as u64).is_multiple_of(2);
                viewer.look(
                    view,
                    (body, slot),
                    look,
                    (&mut self.crowd, &mut self.scratch.rings),
                    &self.tracks,
                );
            }
            viewer.mark(&self.tracks);
            self.counts.pairs_due += viewer.pairs_due(&self.settings, view.tick);
            let Some(body) = body.filter(|_| link.writable) else {
                self.counts.skipped += 1;
                viewer.miss(&self.tracks);
                continue;
            };
            let own = viewer::own_state(view, body);
            let target = link.target.and_then(|target| {
                let index = self.actors.binary_search(&target).ok()?;
                Some(self.slot_of[index])
            });
            let turn = viewer::Turn {
                tick: view.tick,
                slots: self.slots,
                margin: link.margin,
                own,
                target,
            };
            let Scratch { lists, bits, frame, .. } = &mut self.scratch;
            let cut = viewer.encode(&turn, &mut self.tracks, lists, bits);
            frame.clear();
            frame.push(id::UPDATE);
            bits.append_to(frame);
            viewer.sent(frame.len() as u32, own, lists);
            self.counts.cut += u64::from(cut);
            self.counts.frames += 1;
            self.counts.bytes += frame.len() as u64;
            self.counts.records += u64::from(lists.count());
            emit(viewer.player, frame);
        }
    }

    /// Gives slots to actors that are new in the view and frees those of actors that are gone.
    /// A slot freed in this tick is not given away before the next one.
    fn assign_slots(&mut self, view: &View) {
        core::mem::swap(&mut self.actors, &mut self.actors_before);
        core::mem::swap(&mut self.slot_of, &mut self.slot_of_before);
        self.actors.clear();
        self.slot_of.clear();
        self.actors.extend_from_slice(&view.actor);
        let mut before = 0;
        let mut named = false;
        for (index, &actor) in view.actor.iter().enumerate() {
            while self.actors_before.get(before).is_some_and(|old| *old < actor) {
                self.free_slot(before);
                before += 1;
            }
            let slot = if self.actors_before.get(before) == Some(&actor) {
                before += 1;
                self.slot_of_before[before - 1]
            } else {
                named |= tracks::has_name(view.kind[index]);
                self.take_slot(view, index)
            };
            self.slot_of.push(slot);
        }
        while before < self.actors_before.len() {
            self.free_slot(before);
            before += 1;
        }
        self.free.extend(self.freed.drain(..).map(Reverse));
        if named {
            for (entry, name) in view.players.iter().zip(&view.names) {
                self.tracks.set_name(self.slot_of[entry.index as usize], name);
            }
        }
    }

    fn free_slot(&mut self, index: usize) {
        let slot = self.slot_of_before[index];
        self.tracks.despawn(slot);
        self.freed.push(slot);
    }

    fn take_slot(&mut self, view: &View, index: usize) -> u32 {
        let slot = if let Some(Reverse(slot)) = self.free.pop() {
            slot
        } else {
            assert!(self.slots < SLOTS_MAX, "a zone holds fewer actors than slots");
            self.slots += 1;
            self.slots - 1
        };
        let words = (self.slots as usize).div_ceil(64);
        if words > self.words {
            self.grow(words + GROWTH_WORDS);
        }
        self.tracks.spawn(slot, view, index, &self.map);
        slot
    }

    fn grow(&mut self, words: usize) {
        self.words = words;
        self.tracks.grow(words);
        for viewer in &mut self.viewers {
            viewer.grow(words);
        }
        for set in &mut self.scratch.rings {
            set.grow(words);
        }
        self.scratch.lists.grow(words);
    }

    /// The tick of the last update, for logs.
    #[must_use]
    pub fn tick(&self) -> Tick {
        self.tracks.tick()
    }
}
