//! One client's view of the zone: what it sees, what it has been told, and its next frame.

mod resume;
mod states;
mod turn;

use massless_core::codec::BitWriter;
use massless_core::ids::PlayerId;
use massless_core::math::{Vec2, ground};
use massless_core::units::Tick;
use massless_core::view::PlayerView;

use self::turn::Part;
pub(super) use self::turn::{Draft, Errand, Outcome, Turn};
use super::budget::{Budget, SECOND_BURST, TALK_ROOM, UPDATE_BYTES_MIN};
use super::desk::{Desk, Marks};
use super::doubt::Doubt;
use super::fill::{Cursors, Filler, RECORD_BITS_MEAN};
use super::flights::Flights;
use super::lists::{Focus, Lists};
use super::news::{Names, News, Plan, Sight};
use super::tracks::Tracks;
use super::worker::Stage;
use crate::interest::slots::{BitsOf, SlotSet};
use crate::interest::{Eye, Gaze, InterestSettings, RINGS, Seen};
use crate::limits::{INTEREST_SLACK_METRES, TRANSPORT_BYTES};
use crate::wire::ShortTick;
use crate::wire::bits::write_gap;
use crate::wire::record::{write_enter, write_left};
use crate::wire::sheet::{SHEET_BITS_MAX, write_sheet};
use crate::wire::trade::write_trade;
use crate::wire::update::{
    Before, COUNT_BITS_MAX, HEAD_BITS_MAX, Head, OwnState, slot_width, write_count, write_head,
};

// The largest sheet finds room in full buckets.
const _: () = assert!(HEAD_BITS_MAX + SHEET_BITS_MAX + 64 <= (SECOND_BURST - TALK_ROOM) * 8);
// A frame that tells of nobody else fits into the least an update may have.
const _: () = assert!(HEAD_BITS_MAX / 8 + TRANSPORT_BYTES + 8 <= UPDATE_BYTES_MIN);

/// One client.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    /// Whose.
    pub(super) player: PlayerId,
    /// What there is to do.
    pub(super) errand: Errand,
    seen: Seen,
    told: SlotSet,
    stale: SlotSet,
    renew: SlotSet,
    counted: [u32; RINGS],
    looked_from: Option<Vec2>,
    number: u8,
    own: OwnState,
    news: News,
    budget: Budget,
    cursors: Cursors,
    doubt: Doubt,
    /// The tick before the first one that it was told of.
    began: Option<Tick>,
    /// Of a client that is told by datagram.
    flights: Option<Box<Flights>>,
    state_cursors: Cursors,
}

impl Viewer {
    /// A client that knows nothing.
    pub(super) fn new(player: PlayerId, words: usize) -> Self {
        Self {
            player,
            errand: Errand::default(),
            seen: Seen::with_words(words),
            told: SlotSet::with_words(words),
            stale: SlotSet::with_words(words),
            renew: SlotSet::with_words(words),
            counted: [0; RINGS],
            looked_from: None,
            number: 0,
            own: OwnState::default(),
            news: News::default(),
            budget: Budget::new(),
            cursors: Cursors::default(),
            doubt: Doubt::default(),
            began: None,
            flights: None,
            state_cursors: Cursors::default(),
        }
    }

    /// Bytes it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        let sets = self.seen.rings.iter().chain([&self.told, &self.stale, &self.renew]);
        let flights = self.flights.as_ref().map_or(0, |flights| flights.memory_bytes());
        size_of::<Self>()
            + sets.map(SlotSet::memory_bytes).sum::<usize>()
            + self.doubt.memory_bytes()
            + flights
    }

    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        for set in &mut self.seen.rings {
            set.grow(words);
        }
        self.told.grow(words);
        self.stale.grow(words);
        self.renew.grow(words);
        self.doubt.grow(words);
        if let Some(flights) = &mut self.flights {
            flights.grow(words);
        }
    }

    /// A tick begins: actors that are gone are out of sight, slots with another actor are told
    /// anew.
    pub(super) fn begin(&mut self, tracks: &Tracks) {
        self.budget.tick();
        if self.began.is_none() {
            let before = Tick::new(tracks.tick().get().saturating_sub(1));
            self.began = Some(before);
            self.doubt.start(self.told.words().len(), before);
        }
        if !tracks.gone.is_empty() {
            for set in &mut self.seen.rings {
                set.subtract(&tracks.gone);
            }
        }
        if !tracks.renewed.is_empty() {
            let told = self.told.words().iter().zip(tracks.renewed.words());
            for (renew, (told, renewed)) in self.renew.words_mut().iter_mut().zip(told) {
                *renew |= told & renewed;
            }
        }
    }

    /// Keeps the client's own events of this tick; returns how many had to go for them.
    pub(super) fn gather(&mut self, desk: &Desk, marks: &mut Marks, body: Option<u32>) -> u64 {
        self.news.gather(desk, marks, self.player, body)
    }

    /// Looks round when it is this client's turn, and else only at those who have leapt. `focus` has the
    /// slot of the target, which stays in sight when it was, and those of the party, in sight anywhere.
    pub(super) fn look(
        &mut self,
        stage: &Stage<'_>,
        (body, slot): (&PlayerView, u32),
        focus: &Focus,
        gaze: &mut Gaze,
    ) {
        let place = ground(body.walker.position);
        let far = |from: Vec2| from.distance_squared(place) > INTEREST_SLACK_METRES.powi(2) / 4.0;
        if self.errand.is_due || self.looked_from.is_none_or(far) {
            self.looked_from = Some(place);
            self.look_round(stage, Eye { place, slot }, focus, gaze);
        } else {
            for leapt in stage.tracks.leapt.iter().filter(|leapt| *leapt != slot) {
                let (before, ring) =
                    (self.seen.ring_of(leapt), stage.crowd.ring_of(place, leapt, &self.seen));
                let is_kept = ring.is_none() && self.keeps(leapt, focus);
                let ring = if is_kept { Some(RINGS - 1) } else { ring };
                self.seen.put(leapt, ring);
                // The track of a new ring is unknown.
                if ring != before && self.told.contains(leapt) {
                    self.stale.insert(leapt);
                }
            }
        }
    }

    fn look_round(&mut self, stage: &Stage<'_>, eye: Eye, focus: &Focus, gaze: &mut Gaze) {
        stage.crowd.look(stage.view, eye, &mut self.seen, gaze);
        for &far in focus.party().iter().chain(&focus.target) {
            let is_seen = self.seen.ring_of(far).is_some();
            if far != eye.slot && !is_seen && self.keeps(far, focus) {
                self.seen.rings[RINGS - 1].insert(far);
            }
        }
        // The track of a new ring is unknown.
        for (ring, before) in self.seen.rings.iter().zip(&gaze.before) {
            let moved = ring.words().iter().zip(before.words()).zip(self.told.words());
            for (stale, ((now, before), told)) in self.stale.words_mut().iter_mut().zip(moved) {
                *stale |= now & !before & told;
            }
        }
        for (counted, ring) in self.counted.iter_mut().zip(&self.seen.rings) {
            *counted = ring.count();
        }
    }

    /// Whether somebody is in sight wherever he is.
    fn keeps(&self, slot: u32, focus: &Focus) -> bool {
        focus.party().contains(&slot) || focus.target == Some(slot) && self.told.contains(slot)
    }

    /// Marks what no delta can tell any more.
    pub(super) fn mark(&mut self, tracks: &Tracks) {
        if tracks.jumped.is_empty() {
            return;
        }
        let told = self.told.words().iter().zip(tracks.jumped.words());
        for (stale, (told, jumped)) in self.stale.words_mut().iter_mut().zip(told) {
            *stale |= told & jumped;
        }
    }

    /// Pairs with this client that are due in a tick, on the average of a ring's period.
    pub(super) fn pairs_due(&self, settings: &InterestSettings, tick: Tick) -> u64 {
        let due = |ring: usize| {
            let period = u64::from(settings.rings[ring].period_ticks.max(1));
            (u64::from(self.counted[ring]) + tick.get() % period) / period
        };
        (0..RINGS).map(due).sum()
    }

    /// No frame in this tick: all that changed is stale.
    pub(super) fn miss(&mut self, tracks: &Tracks) {
        for (ring, changed) in self.seen.rings.iter().zip(&tracks.changed) {
            let words = ring.words().iter().zip(changed.words()).zip(self.told.words());
            for (stale, ((ring, changed), told)) in self.stale.words_mut().iter_mut().zip(words) {
                *stale |= ring & changed & told;
            }
        }
    }

    /// Writes the frame's body; the draft says afterwards what is in it.
    pub(super) fn encode(
        &mut self,
        turn: &Turn<'_>,
        marks: &mut Marks,
        draft: &mut Draft,
    ) -> Outcome {
        let Draft { lists, plan, bits, sheet, .. } = draft;
        let tick = turn.stage.view.tick;
        self.sort_out(Part::All, turn.stage.tracks, lists);
        bits.clear();
        let head = Head { number: self.number, tick: ShortTick::of(tick), margin: turn.margin };
        let before = Before { tick: Some(self.doubt.latest()), own: &mut self.own };
        write_head(bits, (&head, tick), Some(turn.own), before, self.errand.link.coding);
        let room = frame_bits(self.budget.update_bytes());
        let bits_max = self.plan_news(turn, marks, (plan, sheet), (bits.bits_len() as u32, room));
        let cut = self.write_within(turn, Part::All, (lists, bits), bits_max - plan.bits_max);
        let events = self.write_news(turn, draft);
        Outcome { cut, events }
    }

    /// Appends what was planned beside the records.
    fn write_news(&mut self, turn: &Turn<'_>, draft: &mut Draft) -> u64 {
        let Draft { lists, plan, bits, .. } = draft;
        let Stage { desk, directory, .. } = *turn.stage;
        self.note_known(lists);
        let names = Names { slots: directory, me: turn.me, known: &lists.known };
        let width = slot_width(directory.slots());
        let events = self.news.write(plan, desk, turn, width, (bits, &names));
        self.news.sent(plan, turn);
        events
    }

    /// Whom the client knows once it has read the frame.
    fn note_known(&self, lists: &mut Lists) {
        let Lists { enter, leave, known, .. } = lists;
        let sent = enter.words().iter().zip(leave.words());
        let told = self.told.words().iter().zip(self.renew.words());
        let words = known.words_mut().iter_mut().zip(sent.zip(told));
        for (known, ((enter, leave), (told, renew))) in words {
            *known = enter | told & !renew & !leave;
        }
    }

    /// Chooses events and perhaps the sheet; returns how many of the bits there are the whole frame may have. A
    /// sheet that finds no room makes this frame a small one, so that it soon does.
    fn plan_news(
        &self,
        turn: &Turn<'_>,
        marks: &mut Marks,
        (plan, scratch): (&mut Plan, &mut BitWriter),
        (head_bits, mut bits_max): (u32, u32),
    ) -> u32 {
        let Stage { desk, view, directory, .. } = *turn.stage;
        let (mut sheet_bits, mut trade_bits) = (None, None);
        if self.news.is_sheet_due(turn.sheet, view.tick) {
            scratch.clear();
            write_sheet(scratch, turn.sheet, self.news.lacks_shelf(turn.sheet));
            let bits = scratch.bits_len() as u32;
            if head_bits + bits + COUNT_BITS_MAX + 64 <= bits_max {
                sheet_bits = Some(bits);
            } else {
                bits_max = bits_max.min(frame_bits(UPDATE_BYTES_MIN));
            }
        }
        if self.news.is_trade_due(turn.trade) {
            scratch.clear();
            write_trade(scratch, turn.trade, view.tick);
            let bits = scratch.bits_len() as u32;
            let before = head_bits + sheet_bits.unwrap_or(0);
            // Without room it is told with the next update.
            trade_bits = (before + bits + COUNT_BITS_MAX + 64 <= bits_max).then_some(bits);
        }
        let sight = Sight {
            rings: [&self.seen.rings[0], &self.seen.rings[1]],
            focus: turn.focus,
            width: slot_width(directory.slots()),
            room: bits_max.saturating_sub(head_bits + COUNT_BITS_MAX),
        };
        self.news.plan(plan, (desk, marks), [sheet_bits, trade_bits], sight);
        bits_max
    }

    /// Writes the records that fit into `bits_max`; returns whether something had to be left out.
    fn write_within(
        &mut self,
        turn: &Turn<'_>,
        part: Part,
        (lists, bits): (&mut Lists, &mut BitWriter),
        bits_max: u32,
    ) -> bool {
        let Stage { tracks, directory, .. } = *turn.stage;
        let mark = bits.mark();
        let head_bits = bits.bits_len() as u32;
        let mut aim = bits_max.saturating_sub(head_bits + COUNT_BITS_MAX);
        let mut cut = None;
        // Most frames have room for all; of the others most are known at a glance.
        let mut is_full = lists.count() * RECORD_BITS_MEAN > aim;
        loop {
            if is_full {
                let mut cursors = self.cursors;
                let filler = Filler::new(tracks, lists, aim, directory.slots());
                let ways = (self.number, &mut cursors);
                cut = filler.fill(&self.seen.rings, turn.focus, ways).then_some(cursors);
            }
            self.write(turn, lists, bits);
            let over = (bits.bits_len() as u32).saturating_sub(bits_max);
            if over == 0 {
                break;
            }
            aim = aim.saturating_sub(if is_full { over + RECORD_BITS_MEAN } else { 0 });
            is_full = true;
            self.sort_out(part, tracks, lists);
            bits.rewind(&mark);
        }
        if let Some(cursors) = cut {
            self.cursors = cursors;
            if part == Part::All {
                self.miss_unchosen(tracks, lists);
            }
        }
        cut.is_some()
    }

    /// What should be told, without regard to the budget.
    fn sort_out(&self, part: Part, tracks: &Tracks, lists: &mut Lists) {
        let [r0, r1, r2] = self.seen.rings.each_ref().map(SlotSet::words);
        let [c0, c1, c2] = tracks.changed.each_ref().map(SlotSet::words);
        let (told, stale, renew) = (self.told.words(), self.stale.words(), self.renew.words());
        let words = told.len();
        let [leave, enter, absolute, delta] =
            [&mut lists.leave, &mut lists.enter, &mut lists.absolute, &mut lists.delta]
                .map(|set| &mut set.words_mut()[..words]);
        // One length for all, so that the loop runs without bounds checks.
        let (r0, r1, r2) = (&r0[..words], &r1[..words], &r2[..words]);
        let (c0, c1, c2) = (&c0[..words], &c1[..words], &c2[..words]);
        let (stale, renew) = (&stale[..words], &renew[..words]);
        for at in 0..words {
            let seen = r0[at] | r1[at] | r2[at];
            leave[at] = told[at] & !seen;
            enter[at] = seen & (!told[at] | renew[at]);
            let rest = seen & !enter[at];
            absolute[at] = rest & stale[at];
            let changed = r0[at] & c0[at] | r1[at] & c1[at] | r2[at] & c2[at];
            delta[at] = rest & !stale[at] & changed;
        }
        if part == Part::Comings {
            lists.absolute.clear();
            lists.delta.clear();
        }
    }

    fn write(&self, turn: &Turn<'_>, lists: &Lists, bits: &mut BitWriter) {
        let Stage { tracks, directory, view, .. } = *turn.stage;
        let coding = self.errand.link.coding;
        let order = write_count(bits, lists.count(), directory.slots(), coding);
        let mut next = 0;
        let words = self.told.words().len();
        let (leave, enter) = (lists.leave.words(), lists.enter.words());
        let (absolute, delta) = (lists.absolute.words(), lists.delta.words());
        for at in 0..words {
            for bit in BitsOf(leave[at] | enter[at] | absolute[at] | delta[at]) {
                let slot = at as u32 * 64 + bit;
                write_gap(bits, slot - next, order);
                next = slot + 1;
                let is_in = |set: &[u64]| set[at] >> bit & 1 == 1;
                let ring = self.ring_of(at, bit);
                if is_in(delta) {
                    tracks.write_delta((ring, slot), coding, bits);
                } else if is_in(absolute) {
                    tracks.write_absolute((ring, slot), coding, bits);
                } else if is_in(leave) {
                    write_left(bits);
                } else {
                    let identity = tracks.identity(slot).expect("who is seen has a slot");
                    let track = tracks.track(ring, slot);
                    write_enter(bits, identity, (track, view.tick), coding);
                }
            }
        }
    }

    fn ring_of(&self, at: usize, bit: u32) -> usize {
        let is_in = |ring: usize| self.seen.rings[ring].words()[at] >> bit & 1 == 1;
        if is_in(0) {
            0
        } else if is_in(1) {
            1
        } else {
            2
        }
    }

    /// Changes that found no room are stale.
    fn miss_unchosen(&mut self, tracks: &Tracks, lists: &Lists) {
        for (ring, changed) in self.seen.rings.iter().zip(&tracks.changed) {
            let missed = ring.words().iter().zip(changed.words()).zip(lists.delta.words());
            let stale = self.stale.words_mut().iter_mut().zip(self.told.words());
            for ((stale, told), ((ring, changed), delta)) in stale.zip(missed) {
                *stale |= ring & changed & told & !delta;
            }
        }
    }

    /// Takes the bytes of a frame that is no update; false when the budget has not so many.
    pub(super) fn spend(&mut self, bytes: u32) -> bool {
        self.budget.try_spend(bytes + TRANSPORT_BYTES)
    }

    /// The frame is on its way: the client knows what is in it.
    pub(super) fn sent(&mut self, bytes: u32, lists: &Lists, tracks: &Tracks) {
        self.budget.spend(bytes + TRANSPORT_BYTES);
        if let Some(flights) = &mut self.flights {
            let seen = &self.seen;
            let ring_of = |slot| seen.ring_of(slot).unwrap_or(RINGS - 1);
            flights.sent_update(self.number, tracks, (&lists.enter, &lists.leave), ring_of);
        }
        self.doubt.note(tracks.tick(), lists);
        self.number = self.number.wrapping_add(1);
        let words = self.told.words().len();
        let (leave, enter) = (&lists.leave.words()[..words], &lists.enter.words()[..words]);
        let absolute = &lists.absolute.words()[..words];
        let told = &mut self.told.words_mut()[..words];
        let stale = &mut self.stale.words_mut()[..words];
        let renew = &mut self.renew.words_mut()[..words];
        for at in 0..words {
            told[at] = told[at] & !leave[at] | enter[at];
            stale[at] &= !(absolute[at] | enter[at] | leave[at]);
            renew[at] &= !(enter[at] | leave[at]);
        }
    }

    /// Adds what is going to be told absolutely, by ring.
    pub(super) fn add_waiting(&self, waiting: &mut [SlotSet; RINGS]) {
        for (waiting, ring) in waiting.iter_mut().zip(&self.seen.rings) {
            let words = ring.words().iter().zip(self.stale.words());
            for (waiting, (ring, stale)) in waiting.words_mut().iter_mut().zip(words) {
                *waiting |= ring & stale;
            }
        }
    }
}

/// Bits of a frame that may take so many bytes with its transport.
fn frame_bits(bytes: u32) -> u32 {
    let bytes = bytes.saturating_sub(TRANSPORT_BYTES + 1);
    bytes.min(crate::limits::FRAME_BYTES_MAX as u32 - 1) * 8
}
