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
mod lists;
mod news;
pub mod tracks;
mod viewer;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use massless_core::content::map::Map;
use massless_core::event::Event;
use massless_core::ids::{ActorId, PartyId, PlayerId};
use massless_core::units::Tick;
use massless_core::view::{PlayerView, View};

use self::lists::Focus;
use self::news::Desk;
use self::tracks::Tracks;
use self::viewer::{Draft, Turn, Viewer};
use crate::interest::slots::SlotSet;
use crate::interest::{Crowd, InterestSettings, RINGS};
use crate::limits::{ATTACKERS_MAX, SLOTS_MAX};
use crate::wire::server_frame::id;
use crate::wire::update::OwnState;

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
    /// The actor the client has chosen, if the host knows better than the view: told first when not
    /// all can be told, and in sight in the whole zone as long as it is the one.
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
    /// Events told.
    pub events: u64,
    /// Events of others that found no room in a frame.
    pub events_dropped: u64,
    /// Own events of clients that could not be written to for too long.
    pub events_lost: u64,
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
    desk: Desk,
    /// Party and slot of everybody who is in one; rising.
    parties: Vec<(PartyId, u32)>,
    /// Whom somebody attacks, and the attacker's slot; rising.
    attacks: Vec<(ActorId, u32)>,
    focus: Vec<u32>,
    own: OwnState,
    draft: Draft,
    frame: Vec<u8>,
}

impl Scratch {
    /// Where target and party of a player are; with its attackers these come first in its frames.
    fn focus_of(&mut self, me: ActorId, body: &PlayerView, target: Option<u32>) -> Focus {
        let mut focus = Focus::on(target);
        if let Some(party) = body.party {
            let start = self.parties.partition_point(|entry| entry.0 < party);
            let members = self.parties[start..].iter().take_while(|entry| entry.0 == party);
            members.for_each(|entry| focus.add(entry.1));
        }
        self.focus.clear();
        self.focus.extend(target);
        let start = self.attacks.partition_point(|entry| entry.0 < me);
        let attackers = self.attacks[start..].iter().take_while(|entry| entry.0 == me);
        self.focus.extend(attackers.take(ATTACKERS_MAX).map(|entry| entry.1));
        self.focus.extend_from_slice(focus.party());
        focus
    }
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
        slot_in(&self.actors, &self.slot_of, actor)
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
    /// can be written to. To be called with the view and the events of every step, once. A frame that
    /// was handed out has to be written: the next one builds on it.
    pub fn update(
        &mut self,
        view: &View,
        events: &[Event],
        mut link: impl FnMut(PlayerId) -> Link,
        mut emit: impl FnMut(PlayerId, &[u8]),
    ) {
        self.begin(view, events);
        let mut viewers = core::mem::take(&mut self.viewers);
        let mut players = view.players.iter().enumerate().peekable();
        for (turn, viewer) in viewers.iter_mut().enumerate() {
            while players.next_if(|(_, entry)| entry.player < viewer.player).is_some() {}
            // A client without a body is told nothing; its sets wait.
            let body = players.peek().filter(|(_, entry)| entry.player == viewer.player).copied();
            let link = link(viewer.player);
            viewer.begin(&self.tracks);
            let due = (view.tick.get() + turn as u64).is_multiple_of(2);
            self.look(view, viewer, body.map(|(_, body)| body), (link, due));
            let Some(body) = body.filter(|_| link.writable) else {
                self.counts.skipped += 1;
                viewer.miss(&self.tracks);
                continue;
            };
            self.encode(view, viewer, body, link.margin);
            emit(viewer.player, &self.scratch.frame);
        }
        self.viewers = viewers;
    }

    /// Takes in what is the same for all clients.
    fn begin(&mut self, view: &View, events: &[Event]) {
        self.tracks.begin(view.tick);
        self.assign_slots(view);
        self.tracks.publish(view, &self.slot_of, &self.map);
        self.crowd.rebuild(view, &self.slot_of);
        self.counts.published +=
            self.tracks.changed.iter().map(|s| u64::from(s.count())).sum::<u64>();
        let (actors, slot_of) = (&self.actors, &self.slot_of);
        self.scratch.desk.take(events, |actor| slot_in(actors, slot_of, actor));
        let parties = &mut self.scratch.parties;
        parties.clear();
        for entry in &view.players {
            parties.extend(entry.party.map(|party| (party, slot_of[entry.index as usize])));
        }
        parties.sort_unstable();
        let attacks = &mut self.scratch.attacks;
        attacks.clear();
        let fights = |(target, _): &(&ActorId, &u32)| target.get() != 0;
        let all = view.target.iter().zip(slot_of).filter(fights);
        attacks.extend(all.map(|(target, slot)| (*target, *slot)));
        attacks.sort_unstable();
    }

    /// A client looks round, and hears what concerns it.
    fn look(
        &mut self,
        view: &View,
        viewer: &mut Viewer,
        body: Option<&PlayerView>,
        (link, due): (Link, bool),
    ) {
        let slot = body.map(|body| self.slot_of[body.index as usize]);
        self.counts.events_lost += viewer.gather(&mut self.scratch.desk, slot);
        if let Some((body, slot)) = body.zip(slot) {
            let target = link.target.unwrap_or(view.target[body.index as usize]);
            let target = self.slot_of(target);
            let me = view.actor[body.index as usize];
            let focus = self.scratch.focus_of(me, body, target);
            viewer.look(
                view,
                (body, slot),
                (due, &focus),
                (&mut self.crowd, &mut self.scratch.rings),
                &self.tracks,
            );
        }
        viewer.mark(&self.tracks);
        self.counts.pairs_due += viewer.pairs_due(&self.settings, view.tick);
    }

    /// Makes a client's frame, in the scratch.
    fn encode(
        &mut self,
        view: &View,
        viewer: &mut Viewer,
        (at, body): (usize, &PlayerView),
        margin: Option<i8>,
    ) {
        let Scratch { desk, draft, frame, own, focus, .. } = &mut self.scratch;
        own.take(body, view.pose[body.index as usize]);
        let turn = Turn {
            tick: view.tick,
            slots: self.slots,
            margin,
            me: view.actor[body.index as usize],
            own,
            sheet: &view.sheets[at],
            trade: view.trade(body.player),
            focus,
        };
        let (actors, slot_of) = (&self.actors, &self.slot_of);
        let slot_of = |actor| slot_in(actors, slot_of, actor);
        let outcome = viewer.encode(&turn, (&mut self.tracks, desk), draft, slot_of);
        frame.clear();
        frame.push(id::UPDATE);
        draft.bits.append_to(frame);
        viewer.sent(frame.len() as u32, &draft.lists);
        self.counts.cut += u64::from(outcome.cut);
        self.counts.frames += 1;
        self.counts.bytes += frame.len() as u64;
        self.counts.records += u64::from(draft.lists.count());
        self.counts.events += outcome.events;
        self.counts.events_dropped += draft.plan.dropped;
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
        self.scratch.draft.lists.grow(words);
        self.scratch.desk.grow(words);
    }

    /// The tick of the last update, for logs.
    #[must_use]
    pub fn tick(&self) -> Tick {
        self.tracks.tick()
    }
}

/// The slot of an actor: both columns are those of the view.
fn slot_in(actors: &[ActorId], slot_of: &[u32], actor: ActorId) -> Option<u32> {
    actors.binary_search(&actor).ok().map(|index| slot_of[index])
}
