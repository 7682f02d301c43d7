//! One client's view of the zone: what it sees, what it has been told, and its next frame.

use massless_core::codec::BitWriter;
use massless_core::ids::{ActorId, PlayerId};
use massless_core::math::{Vec2, ground};
use massless_core::units::Tick;
use massless_core::view::{PlayerView, SheetView, TradeView, View};

use super::budget::{Budget, SECOND_BURST, TALK_ROOM, UPDATE_BYTES_MIN};
use super::lists::{Focus, Lists};
use super::news::{Desk, News, Plan, Sight};
use super::tracks::Tracks;
use crate::interest::slots::{BitsOf, SlotSet};
use crate::interest::{Crowd, Eye, InterestSettings, RINGS};
use crate::limits::{INTEREST_SLACK_METRES, TRANSPORT_BYTES};
use crate::wire::ShortTick;
use crate::wire::bits::{gap_bits, write_gap};
use crate::wire::event::Who;
use crate::wire::record::{write_enter, write_left};
use crate::wire::sheet::{SHEET_BITS_MAX, write_sheet};
use crate::wire::trade::write_trade;
use crate::wire::update::{
    HEAD_BITS_MAX, Head, OwnState, order_of, slot_width, write_count, write_head,
};

// The largest sheet finds room in full buckets.
const _: () = assert!(HEAD_BITS_MAX + SHEET_BITS_MAX + 64 <= (SECOND_BURST - TALK_ROOM) * 8);
// A frame that tells of nobody else fits into the least an update may have.
const _: () = assert!(HEAD_BITS_MAX / 8 + TRANSPORT_BYTES + 8 <= UPDATE_BYTES_MIN);

/// With less room than this hardly any record fits: the choice ends.
const ROOM_BITS_MIN: u32 = 24;
/// Bits of the count of records and the order of their gaps, at most.
const COUNT_BITS_MAX: u32 = 6 + 17 + 4;

/// What a client's frame says besides the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn<'a> {
    /// The tick told.
    pub(super) tick: Tick,
    /// Highest slot of the zone plus one.
    pub(super) slots: u32,
    /// The client's margin.
    pub(super) margin: Option<i8>,
    /// The client's own body.
    pub(super) me: ActorId,
    /// The client's own state.
    pub(super) own: &'a OwnState,
    /// The client's sheet.
    pub(super) sheet: &'a SheetView,
    /// The client's trade.
    pub(super) trade: Option<&'a TradeView>,
    /// Slots of the chosen target, of attackers and of the party: who comes first.
    pub(super) focus: &'a [u32],
}

/// Memory that every client's frame is made in.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What is in the frame.
    pub(super) lists: Lists,
    /// What it tells besides.
    pub(super) plan: Plan,
    /// The frame.
    pub(super) bits: BitWriter,
    sheet: BitWriter,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Something had to be left out.
    pub(super) cut: bool,
    /// Events in it.
    pub(super) events: u64,
}

/// One client.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    /// Whose.
    pub(super) player: PlayerId,
    rings: [SlotSet; RINGS],
    told: SlotSet,
    stale: SlotSet,
    renew: SlotSet,
    seen: [u32; RINGS],
    looked_from: Option<Vec2>,
    number: u8,
    own: OwnState,
    news: News,
    budget: Budget,
    cursor: u32,
}

/// Slots of a set that are on any of the lists, rising.
fn listed<'a>(lists: &'a Lists, seen: &'a SlotSet) -> impl Iterator<Item = u32> + 'a {
    let (leave, enter) = (lists.leave.words(), lists.enter.words());
    let (absolute, delta) = (lists.absolute.words(), lists.delta.words());
    seen.words().iter().enumerate().flat_map(move |(at, &word)| {
        let any = leave[at] | enter[at] | absolute[at] | delta[at];
        BitsOf(word & any).map(move |bit| at as u32 * 64 + bit)
    })
}

impl Viewer {
    /// A client that knows nothing.
    pub(super) fn new(player: PlayerId, words: usize) -> Self {
        Self {
            player,
            rings: core::array::from_fn(|_| SlotSet::with_words(words)),
            told: SlotSet::with_words(words),
            stale: SlotSet::with_words(words),
            renew: SlotSet::with_words(words),
            seen: [0; RINGS],
            looked_from: None,
            number: 0,
            own: OwnState::default(),
            news: News::default(),
            budget: Budget::new(),
            cursor: 0,
        }
    }

    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        for set in &mut self.rings {
            set.grow(words);
        }
        self.told.grow(words);
        self.stale.grow(words);
        self.renew.grow(words);
    }

    /// A tick begins: actors that are gone are out of sight, slots with another actor are told
    /// anew.
    pub(super) fn begin(&mut self, tracks: &Tracks) {
        self.budget.tick();
        if !tracks.gone.is_empty() {
            for set in &mut self.rings {
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
    pub(super) fn gather(&mut self, desk: &mut Desk, body: Option<u32>) -> u64 {
        self.news.gather(desk, self.player, body)
    }

    /// Looks round when it is this client's turn, or when somebody has jumped. `focus` has the slot
    /// of the target, which stays in sight when it was, and those of the party, in sight anywhere.
    pub(super) fn look(
        &mut self,
        view: &View,
        (body, slot): (&PlayerView, u32),
        (due, focus): (bool, &Focus),
        (crowd, scratch): (&mut Crowd, &mut [SlotSet; RINGS + 1]),
        tracks: &Tracks,
    ) {
        let place = ground(body.walker.position);
        let far = |from: Vec2| from.distance_squared(place) > INTEREST_SLACK_METRES.powi(2) / 4.0;
        let jumped = self.looked_from.is_none_or(far) || !tracks.jumped.is_empty();
        if !(due || jumped) {
            return;
        }
        self.looked_from = Some(place);
        crowd.look(view, Eye { place, slot }, &mut self.rings, scratch);
        let told = &self.told;
        let known = focus.target.filter(|&slot| told.contains(slot));
        for &far in focus.party().iter().chain(&known) {
            let is_seen = self.rings.iter().any(|ring| ring.contains(far));
            if far != slot && !is_seen {
                self.rings[RINGS - 1].insert(far);
            }
        }
        // `scratch` holds the rings as they were: the track of a new ring is unknown.
        for (ring, before) in self.rings.iter().zip(scratch.iter()) {
            let moved = ring.words().iter().zip(before.words()).zip(self.told.words());
            for (stale, ((now, before), told)) in self.stale.words_mut().iter_mut().zip(moved) {
                *stale |= now & !before & told;
            }
        }
        for (seen, ring) in self.seen.iter_mut().zip(&self.rings) {
            *seen = ring.count();
        }
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
            (u64::from(self.seen[ring]) + tick.get() % period) / period
        };
        (0..RINGS).map(due).sum()
    }

    /// No frame in this tick: all that changed is stale.
    pub(super) fn miss(&mut self, tracks: &Tracks) {
        for (ring, changed) in self.rings.iter().zip(&tracks.changed) {
            let words = ring.words().iter().zip(changed.words()).zip(self.told.words());
            for (stale, ((ring, changed), told)) in self.stale.words_mut().iter_mut().zip(words) {
                *stale |= ring & changed & told;
            }
        }
    }

    /// Writes the frame's body; the draft says afterwards what is in it. `slot_of` knows the slots of
    /// the actors in the zone.
    pub(super) fn encode(
        &mut self,
        turn: &Turn<'_>,
        (tracks, desk): (&mut Tracks, &mut Desk),
        draft: &mut Draft,
        slot_of: impl Fn(ActorId) -> Option<u32>,
    ) -> Outcome {
        let Draft { lists, plan, bits, sheet } = draft;
        self.sort_out(tracks, lists);
        bits.clear();
        let head =
            Head { number: self.number, tick: ShortTick::of(turn.tick), margin: turn.margin };
        write_head(bits, &head, turn.tick, Some(turn.own), &mut self.own);
        let bits_max = self.plan_news(turn, desk, (plan, sheet), bits.bits_len() as u32);
        let cut = self.write_within(turn, tracks, (lists, bits), bits_max - plan.bits_max);
        let width = slot_width(turn.slots);
        let mut news = core::mem::take(&mut self.news);
        let who = |actor: ActorId| {
            if actor == turn.me {
                return Who::Me;
            }
            let known = |slot: &u32| self.will_know(lists, *slot);
            slot_of(actor).filter(known).map_or(Who::Nobody, Who::Slot)
        };
        let events = news.write(plan, desk, turn, width, (bits, who));
        news.sent(plan, turn);
        self.news = news;
        Outcome { cut, events }
    }

    /// Whether the client knows who has a slot once it has read the frame.
    fn will_know(&self, lists: &Lists, slot: u32) -> bool {
        let is_old = self.told.contains(slot) && !self.renew.contains(slot);
        lists.enter.contains(slot) || is_old && !lists.leave.contains(slot)
    }

    /// Chooses events and perhaps the sheet; returns how many bits the whole frame may have. A sheet
    /// that finds no room makes this frame a small one, so that it soon does.
    fn plan_news(
        &self,
        turn: &Turn<'_>,
        desk: &mut Desk,
        (plan, scratch): (&mut Plan, &mut BitWriter),
        head_bits: u32,
    ) -> u32 {
        let frame_bits = |bytes: u32| {
            let bytes = bytes.saturating_sub(TRANSPORT_BYTES + 1);
            bytes.min(crate::limits::FRAME_BYTES_MAX as u32 - 1) * 8
        };
        let mut bits_max = frame_bits(self.budget.update_bytes());
        let (mut sheet_bits, mut trade_bits) = (None, None);
        if self.news.is_sheet_due(turn.sheet, turn.tick) {
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
            write_trade(scratch, turn.trade, turn.tick);
            let bits = scratch.bits_len() as u32;
            let before = head_bits + sheet_bits.unwrap_or(0);
            // Without room it is told with the next update.
            trade_bits = (before + bits + COUNT_BITS_MAX + 64 <= bits_max).then_some(bits);
        }
        let sight = Sight {
            rings: [&self.rings[0], &self.rings[1]],
            focus: turn.focus,
            width: slot_width(turn.slots),
            room: bits_max.saturating_sub(head_bits + COUNT_BITS_MAX),
        };
        self.news.plan(plan, desk, self.player, [sheet_bits, trade_bits], sight);
        bits_max
    }

    /// Writes the records that fit into `bits_max`; returns whether something had to be left out.
    fn write_within(
        &mut self,
        turn: &Turn<'_>,
        tracks: &mut Tracks,
        (lists, bits): (&mut Lists, &mut BitWriter),
        bits_max: u32,
    ) -> bool {
        let mark = bits.mark();
        let head_bits = bits.bits_len() as u32;
        self.write(turn, tracks, lists, bits);
        let mut cut_at = None;
        let mut aim = bits_max.saturating_sub(head_bits + COUNT_BITS_MAX);
        while bits.bits_len() as u32 > bits_max {
            self.sort_out(tracks, lists);
            cut_at = Some(self.choose(turn, tracks, lists, aim));
            bits.rewind(&mark);
            self.write(turn, tracks, lists, bits);
            aim = aim / 4 * 3;
        }
        if let Some(cursor) = cut_at {
            self.cursor = cursor;
            self.miss_unchosen(tracks, lists);
        }
        cut_at.is_some()
    }

    /// What should be told, without regard to the budget.
    fn sort_out(&self, tracks: &Tracks, lists: &mut Lists) {
        let [r0, r1, r2] = self.rings.each_ref().map(SlotSet::words);
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
    }

    fn write(&self, turn: &Turn<'_>, tracks: &mut Tracks, lists: &Lists, bits: &mut BitWriter) {
        let order = write_count(bits, lists.count(), turn.slots);
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
                    tracks.delta(ring, slot).copy_to(bits);
                } else if is_in(absolute) {
                    tracks.absolute(ring, slot).copy_to(bits);
                } else if is_in(leave) {
                    write_left(bits);
                } else {
                    let identity = tracks.identity(slot).expect("who is seen has a slot");
                    write_enter(bits, identity, tracks.track(ring, slot), turn.tick);
                }
            }
        }
    }

    fn ring_of(&self, at: usize, bit: u32) -> usize {
        let is_in = |ring: usize| self.rings[ring].words()[at] >> bit & 1 == 1;
        if is_in(0) {
            0
        } else if is_in(1) {
            1
        } else {
            2
        }
    }

    /// Keeps of the lists what fits into `room` bits: who left, then target and party, then ring by ring,
    /// each ring going on where the last cut was made, so that nobody waits for ever. Returns where
    /// this cut was made.
    fn choose(&self, turn: &Turn<'_>, tracks: &Tracks, lists: &mut Lists, room: u32) -> u32 {
        let count = lists.count().max(1);
        // Gaps grow as records are left out: a little more than the mean is set aside for each.
        let gap = gap_bits(turn.slots / count, order_of(count, turn.slots)) + 4;
        let mut room = room;
        let mut chosen = core::mem::take(&mut lists.chosen);
        chosen.clear();
        let mut cut_at = None;
        // False when hardly anything more would fit: then the rest is not looked at.
        let mut take = |slot: u32, ring: usize| {
            let Some(cost) = lists.cost_of(tracks, slot, ring).map(|cost| cost + gap) else {
                return true;
            };
            if cost <= room && !chosen.contains(slot) {
                room -= cost;
                chosen.insert(slot);
            } else if cost > room {
                cut_at = cut_at.or(Some(slot));
            }
            room >= ROOM_BITS_MIN || cut_at.is_none()
        };
        lists.leave.iter().for_each(|slot| {
            take(slot, 0);
        });
        for (ring, seen) in self.rings.iter().enumerate() {
            let focus = turn.focus.iter().filter(|slot| seen.contains(**slot));
            focus.for_each(|&slot| {
                take(slot, ring);
            });
        }
        let cursor = self.cursor;
        'rings: for (ring, seen) in self.rings.iter().enumerate() {
            let from_cursor = listed(lists, seen).filter(|slot| *slot >= cursor);
            let before_cursor = listed(lists, seen).filter(|slot| *slot < cursor);
            for slot in from_cursor.chain(before_cursor) {
                if !take(slot, ring) {
                    break 'rings;
                }
            }
        }
        for set in [&mut lists.leave, &mut lists.enter, &mut lists.absolute, &mut lists.delta] {
            set.intersect(&chosen);
        }
        lists.chosen = chosen;
        cut_at.unwrap_or(0)
    }

    /// Changes that found no room are stale.
    fn miss_unchosen(&mut self, tracks: &Tracks, lists: &Lists) {
        for (ring, changed) in self.rings.iter().zip(&tracks.changed) {
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
    pub(super) fn sent(&mut self, bytes: u32, lists: &Lists) {
        self.budget.spend(bytes + TRANSPORT_BYTES);
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
}
