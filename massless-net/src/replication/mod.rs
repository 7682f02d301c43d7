//! From a zone's view to one frame per client and tick.
//!
//! ```text
//! update = slots for new actors -> publish tracks (once) -> for each client: look, mark, encode
//! ```
//!
//! A client's sets are dense bits over slots, so what is due for it is a few word operations. A
//! client whose connection still holds its last frame is skipped: what changes meanwhile is marked
//! stale, and told absolutely later. Clients are served in runs, on as many threads as there are, and see
//! nothing of each other: the frames are the same on any number. Nothing is allocated once all vectors
//! have grown.

mod bases;
pub mod budget;
mod desk;
mod directory;
mod doubt;
mod fill;
mod flights;
mod lists;
mod news;
pub mod tracks;
mod viewer;
mod worker;

use std::sync::Arc;

use massless_core::content::map::Map;
use massless_core::event::Event;
use massless_core::ids::{ActorId, PartyId, PlayerId};
use massless_core::par::for_each_run;
use massless_core::units::{Tick, Ticks};
use massless_core::view::View;

use self::desk::Desk;
use self::directory::Directory;
use self::tracks::Tracks;
use self::viewer::{Errand, Viewer};
use self::worker::{RUN, Stage, Worker};
use crate::interest::slots::SlotSet;
use crate::interest::{Crowd, InterestSettings, RINGS};
use crate::limits::{PARKED_BYTES_MAX, PARKED_TICKS};
use crate::wire::update::slot_width;
use crate::wire::{Ack, Coding, Kept, ShortTick};

/// What the host knows of a client's connection in this tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Whether a frame can be written now; false while the last one is still waiting. Of datagrams it says
    /// nothing.
    pub writable: bool,
    /// Where tracks and own state travel by datagram: how that stands. The same for as long as the client looks.
    pub datagrams: Option<Datagrams>,
    /// The newest tick that the client says to have seen: by it is known what must have come.
    pub seen: Option<ShortTick>,
    /// Ticks between arrival and use of the client's newest input.
    pub margin: Option<i8>,
    /// The actor the client has chosen, if the host knows better than the view: told first when not
    /// all can be told, and in sight in the whole zone as long as it is the one.
    pub target: Option<ActorId>,
    /// How the client is told of motion: `Session::coding`. The same for as long as the client looks.
    pub coding: Coding,
}

/// A connection that carries states by datagram beside what must arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Datagrams {
    /// Which of the connection's zones this is; acknowledgements of another one mean nothing.
    pub visit: u8,
    /// The newest acknowledgement.
    pub ack: Option<Ack>,
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
    /// Events told.
    pub events: u64,
    /// Events of others that found no room in a frame; of the last ones only those whom they are
    /// about are counted.
    pub events_dropped: u64,
    /// Own events of clients that could not be written to for too long.
    pub events_lost: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.records += other.records;
        self.pairs_due += other.pairs_due;
        self.published += other.published;
        self.skipped += other.skipped;
        self.cut += other.cut;
        self.events += other.events;
        self.events_dropped += other.events_dropped;
        self.events_lost += other.events_lost;
    }
}

/// All that is replicated of one zone.
#[derive(Debug)]
pub struct Replicator {
    settings: InterestSettings,
    map: Arc<Map>,
    directory: Directory,
    tracks: Tracks,
    crowd: Crowd,
    desk: Desk,
    /// Party and slot of everybody who is in one; rising.
    parties: Vec<(PartyId, u32)>,
    /// Whom somebody attacks, and the attacker's slot; rising.
    attacks: Vec<(ActorId, u32)>,
    /// Slots that were left to be told absolutely, by ring.
    waiting: [SlotSet; RINGS],
    viewers: Vec<Viewer>,
    /// Clients whose line is cut, and until when they may come back.
    parked: Vec<(Viewer, Tick)>,
    workers: Vec<Worker>,
    counts: Counts,
}

impl Replicator {
    /// Replicates a zone on this map.
    #[must_use]
    pub fn new(settings: InterestSettings, map: Arc<Map>) -> Self {
        Self {
            settings,
            map,
            directory: Directory::default(),
            tracks: Tracks::new(&settings),
            crowd: Crowd::new(&settings),
            desk: Desk::default(),
            parties: Vec::new(),
            attacks: Vec::new(),
            waiting: Default::default(),
            viewers: Vec::new(),
            parked: Vec::new(),
            workers: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// A client begins to look, from nothing; one that looked already begins anew.
    pub fn join(&mut self, player: PlayerId) {
        self.parked.retain(|(parked, _)| parked.player != player);
        self.put(Viewer::new(player, self.directory.words()));
    }

    /// A client's line is cut: what it knows is kept for a while, so that it can go on from there.
    pub fn park(&mut self, player: PlayerId) {
        let found = self.viewers.binary_search_by_key(&player, |viewer| viewer.player);
        let Ok(viewer) = found.map(|index| self.viewers.remove(index)) else { return };
        if viewer.memory_bytes() <= PARKED_BYTES_MAX {
            let until = self.tracks.tick() + Ticks::new(PARKED_TICKS);
            self.parked.push((viewer, until));
        }
    }

    /// The body of a client whose line is cut is gone: it may come back with another one, and goes on with what it knew of
    /// others.
    pub fn forget_body(&mut self, player: PlayerId) {
        self.park(player);
        for (viewer, _) in self.parked.iter_mut().filter(|(viewer, _)| viewer.player == player) {
            viewer.forget_body();
        }
    }

    /// A client is back on another connection and names what it has kept of this zone: it is told what has changed
    /// since. False when nothing can be built on that: then it has to `join`.
    #[must_use]
    pub fn try_resume(&mut self, player: PlayerId, kept: &Kept) -> bool {
        let Some(mut viewer) = self.take(player) else { return false };
        let is_resumed = viewer.try_resume(kept, &self.tracks);
        if is_resumed {
            self.put(viewer);
        }
        is_resumed
    }

    /// Clients that may come back.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    fn put(&mut self, viewer: Viewer) {
        let player = viewer.player;
        match self.viewers.binary_search_by_key(&player, |viewer| viewer.player) {
            Ok(index) => self.viewers[index] = viewer,
            Err(index) => self.viewers.insert(index, viewer),
        }
    }

    fn take(&mut self, player: PlayerId) -> Option<Viewer> {
        if let Ok(index) = self.viewers.binary_search_by_key(&player, |viewer| viewer.player) {
            return Some(self.viewers.remove(index));
        }
        let index = self.parked.iter().position(|(viewer, _)| viewer.player == player)?;
        Some(self.parked.swap_remove(index).0)
    }

    /// A client looks no more, and does not come back to what it knew.
    pub fn leave(&mut self, player: PlayerId) {
        while self.take(player).is_some() {}
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
        self.directory.slot_of(actor)
    }

    /// Bytes that tracks and clients take, near enough for a gauge.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let parked = self.parked.iter().map(|(viewer, _)| viewer);
        let viewers = self.viewers.iter().chain(parked);
        self.tracks.memory_bytes() + viewers.map(Viewer::memory_bytes).sum::<usize>()
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

    /// One tick: `link` says how each client's connection stands, `emit` gets the frames of all that
    /// can be written to. To be called with the view and the events of every step, once. An update that
    /// was handed out has to be written: the next one builds on it. A client with datagrams may get a state besides
    /// (`wire::state`), which may get lost.
    pub fn update(
        &mut self,
        view: &View,
        events: &[Event],
        link: impl FnMut(PlayerId) -> Link,
        mut emit: impl FnMut(PlayerId, &[u8]),
    ) {
        self.begin(view, events);
        self.send_round(view, link);
        let Self { workers, viewers, waiting, counts, .. } = self;
        let stage = Stage {
            view,
            settings: &self.settings,
            directory: &self.directory,
            tracks: &self.tracks,
            crowd: &self.crowd,
            desk: &self.desk,
            parties: &self.parties,
            attacks: &self.attacks,
        };
        let runs = for_each_run(RUN, workers, viewers, |worker, viewers| {
            worker.serve(&stage, viewers);
        });
        for worker in &workers[..runs] {
            counts.add(&worker.emit(&mut emit));
            for (waiting, more) in waiting.iter_mut().zip(worker.waiting()) {
                waiting.unite(more);
            }
        }
    }

    /// Takes in what is the same for all clients.
    fn begin(&mut self, view: &View, events: &[Event]) {
        let Self { directory, tracks, map, .. } = self;
        let words = directory.words();
        tracks.begin(view.tick);
        directory.assign(view, tracks, map);
        if directory.words() > words {
            self.grow();
        }
        let Self { directory, tracks, map, desk, .. } = self;
        tracks.publish(view, directory.column(), map);
        tracks.prepare(&self.waiting);
        self.waiting.iter_mut().for_each(SlotSet::clear);
        self.parked.retain(|(_, until)| *until > view.tick);
        self.parked.iter_mut().for_each(|(viewer, _)| viewer.wait(tracks));
        self.crowd.rebuild(view, directory.column());
        self.counts.published += tracks.changed.iter().map(|s| u64::from(s.count())).sum::<u64>();
        desk.take(events, slot_width(directory.slots()), |actor| directory.slot_of(actor));
        let slot_of = directory.column();
        self.parties.clear();
        for entry in &view.players {
            self.parties.extend(entry.party.map(|party| (party, slot_of[entry.index as usize])));
        }
        self.parties.sort_unstable();
        self.attacks.clear();
        let fights = |(target, _): &(&ActorId, &u32)| target.get() != 0;
        let all = view.target.iter().zip(slot_of).filter(fights);
        self.attacks.extend(all.map(|(target, slot)| (*target, *slot)));
        self.attacks.sort_unstable();
    }

    /// Finds out what there is to do for each client.
    fn send_round(&mut self, view: &View, mut link: impl FnMut(PlayerId) -> Link) {
        let words = self.directory.words();
        let mut has_datagrams = false;
        let mut players = view.players.iter().zip(0_u32..).peekable();
        for (turn, viewer) in self.viewers.iter_mut().enumerate() {
            while players.next_if(|(entry, _)| entry.player < viewer.player).is_some() {}
            let body = players.peek().filter(|(entry, _)| entry.player == viewer.player);
            viewer.errand = Errand {
                link: link(viewer.player),
                body: body.map(|(_, at)| *at),
                is_due: (view.tick.get() + turn as u64).is_multiple_of(2),
            };
            has_datagrams |= viewer.errand.link.datagrams.is_some();
        }
        if has_datagrams {
            self.tracks.keep_bases();
            let told = |viewer: &&mut Viewer| viewer.errand.link.datagrams.is_some();
            for viewer in self.viewers.iter_mut().filter(told) {
                viewer.begin_datagrams(words, &self.tracks);
            }
        }
    }

    fn grow(&mut self) {
        let words = self.directory.words();
        let parked = self.parked.iter_mut().map(|(viewer, _)| viewer);
        for viewer in self.viewers.iter_mut().chain(parked) {
            viewer.grow(words);
        }
        for set in &mut self.waiting {
            set.grow(words);
        }
        self.desk.grow(words);
    }

    /// The tick of the last update, for logs.
    #[must_use]
    pub fn tick(&self) -> Tick {
        self.tracks.tick()
    }
}
