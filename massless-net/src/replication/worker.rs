//! The clients' turns: one worker serves a run of clients, and no worker sees another's.
//!
//! What is the same for all stands on the stage, which nobody changes meanwhile. Frames are kept until
//! all workers are done, so that they go out in the order of the players.

use massless_core::codec::BitWriter;
use massless_core::ids::{ActorId, PartyId, PlayerId};
use massless_core::view::{PlayerView, View};

use super::Counts;
use super::desk::{Desk, Marks};
use super::directory::Directory;
use super::lists::{Focus, Lists};
use super::tracks::Tracks;
use super::viewer::{Draft, Outcome, Turn, Viewer};
use crate::interest::slots::SlotSet;
use crate::interest::{Crowd, Gaze, InterestSettings, RINGS};
use crate::limits::ATTACKERS_MAX;
use crate::wire::server_frame::id;
use crate::wire::update::OwnState;

/// Clients of one run.
pub(super) const RUN: usize = 64;

/// Bytes that a frame may have before its memory has to grow.
const FRAME_BYTES_USUAL: usize = 2_048;

/// What is the same for all clients of a tick.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage<'a> {
    /// The zone.
    pub(super) view: &'a View,
    /// Rings and caps.
    pub(super) settings: &'a InterestSettings,
    /// Slots of all actors.
    pub(super) directory: &'a Directory,
    /// Tracks of all actors.
    pub(super) tracks: &'a Tracks,
    /// Places of all actors.
    pub(super) crowd: &'a Crowd,
    /// Events.
    pub(super) desk: &'a Desk,
    /// Party and slot of everybody who is in one; rising.
    pub(super) parties: &'a [(PartyId, u32)],
    /// Whom somebody attacks, and the attacker's slot; rising.
    pub(super) attacks: &'a [(ActorId, u32)],
}

/// One run's memory, and what came of its clients' turns.
#[derive(Debug, Default)]
pub(super) struct Worker {
    gaze: Gaze,
    marks: Marks,
    focus: Vec<u32>,
    own: OwnState,
    draft: Draft,
    frame: Vec<u8>,
    sent: Vec<(PlayerId, u32)>,
    counts: Counts,
    waiting: [SlotSet; RINGS],
}

impl Worker {
    /// Serves the clients of a run.
    pub(super) fn serve(&mut self, stage: &Stage<'_>, viewers: &mut [Viewer]) {
        self.begin(stage);
        for viewer in viewers {
            self.marks.next_client();
            viewer.begin(stage.tracks);
            let body = viewer.errand.body.map(|at| (at as usize, &stage.view.players[at as usize]));
            viewer.hear(stage.view.tick);
            self.look(stage, viewer, body.map(|(_, body)| body));
            match body.filter(|_| viewer.is_reachable()) {
                Some((at, body)) => self.encode(stage, viewer, (at, body)),
                None => {
                    self.counts.skipped += 1;
                    viewer.miss(stage.tracks);
                }
            }
        }
    }

    /// Hands out the frames of a run; returns what was counted.
    pub(super) fn emit(&self, emit: &mut impl FnMut(PlayerId, &[u8])) -> Counts {
        let mut rest = &self.frame[..];
        for &(player, bytes) in &self.sent {
            let (frame, others) = rest.split_at(bytes as usize);
            emit(player, frame);
            rest = others;
        }
        self.counts
    }

    /// Slots that are going to be told absolutely, by ring.
    pub(super) fn waiting(&self) -> &[SlotSet; RINGS] {
        &self.waiting
    }

    fn begin(&mut self, stage: &Stage<'_>) {
        let words = stage.directory.words();
        self.gaze.grow(words);
        self.draft.lists.grow(words);
        self.draft.bits.reserve(FRAME_BYTES_USUAL);
        self.draft.state.reserve(FRAME_BYTES_USUAL);
        for set in &mut self.waiting {
            set.grow(words);
            set.clear();
        }
        self.marks.begin(stage.desk.len());
        self.frame.clear();
        self.sent.clear();
        self.counts = Counts::default();
    }

    /// A client looks round, and hears what concerns it.
    fn look(&mut self, stage: &Stage<'_>, viewer: &mut Viewer, body: Option<&PlayerView>) {
        let Stage { view, directory, .. } = *stage;
        let slot = body.map(|body| directory.column()[body.index as usize]);
        self.counts.events_lost += viewer.gather(stage.desk, &mut self.marks, slot);
        if let Some((body, slot)) = body.zip(slot) {
            let target = viewer.errand.link.target.unwrap_or(view.target[body.index as usize]);
            let target = directory.slot_of(target);
            let focus = self.focus_of(stage, body, target);
            viewer.look(stage, (body, slot), &focus, &mut self.gaze);
        }
        viewer.mark(stage.tracks);
        self.counts.pairs_due += viewer.pairs_due(stage.settings, view.tick);
    }

    /// Where target and party of a player are; with its attackers these come first in its frames.
    fn focus_of(&mut self, stage: &Stage<'_>, body: &PlayerView, target: Option<u32>) -> Focus {
        let mut focus = Focus::on(target);
        if let Some(party) = body.party {
            let start = stage.parties.partition_point(|entry| entry.0 < party);
            let members = stage.parties[start..].iter().take_while(|entry| entry.0 == party);
            members.for_each(|entry| focus.add(entry.1));
        }
        let me = stage.view.actor[body.index as usize];
        self.focus.clear();
        self.focus.extend(target);
        let start = stage.attacks.partition_point(|entry| entry.0 < me);
        let attackers = stage.attacks[start..].iter().take_while(|entry| entry.0 == me);
        self.focus.extend(attackers.take(ATTACKERS_MAX).map(|entry| entry.1));
        self.focus.extend_from_slice(focus.party());
        focus
    }

    /// Makes a client's frame.
    fn encode(&mut self, stage: &Stage<'_>, viewer: &mut Viewer, (at, body): (usize, &PlayerView)) {
        let Self { marks, focus, own, draft, frame, sent, counts, waiting, .. } = self;
        own.take(body, stage.view.pose[body.index as usize]);
        let turn = Turn {
            stage,
            margin: viewer.errand.link.margin,
            me: stage.directory.column()[body.index as usize],
            own,
            sheet: &stage.view.sheets[at],
            trade: stage.view.trade(body.player),
            focus,
        };
        let mut post = Post { player: viewer.player, frame, sent, counts };
        let mut cut = false;
        if viewer.errand.link.datagrams.is_none() {
            let outcome = viewer.encode(&turn, marks, draft);
            post.put_update(viewer, draft, outcome, stage.tracks);
            cut |= outcome.cut;
        } else {
            viewer.begin_state(&turn, draft);
            if let Some(outcome) = viewer.encode_update(&turn, marks, draft) {
                post.put_update(viewer, draft, outcome, stage.tracks);
                cut |= outcome.cut;
            }
            cut |= viewer.encode_state(&turn, draft);
            let bytes = post.put(id::STATE, &draft.state, &draft.lists);
            viewer.sent_state(&turn, bytes, draft);
        }
        if cut {
            viewer.add_waiting(waiting);
        }
        counts.cut += u64::from(cut);
    }
}

/// Where a client's frames go.
struct Post<'a> {
    player: PlayerId,
    frame: &'a mut Vec<u8>,
    sent: &'a mut Vec<(PlayerId, u32)>,
    counts: &'a mut Counts,
}

impl Post<'_> {
    fn put(&mut self, id: u8, bits: &BitWriter, lists: &Lists) -> u32 {
        let start = self.frame.len();
        self.frame.push(id);
        bits.append_to(self.frame);
        let bytes = (self.frame.len() - start) as u32;
        self.sent.push((self.player, bytes));
        self.counts.frames += 1;
        self.counts.bytes += u64::from(bytes);
        self.counts.records += u64::from(lists.count());
        bytes
    }

    fn put_update(
        &mut self,
        viewer: &mut Viewer,
        draft: &Draft,
        outcome: Outcome,
        tracks: &Tracks,
    ) {
        let bytes = self.put(id::UPDATE, &draft.bits, &draft.lists);
        viewer.sent(bytes, &draft.lists, tracks);
        self.counts.events += outcome.events;
        self.counts.events_dropped += draft.plan.dropped;
    }
}
