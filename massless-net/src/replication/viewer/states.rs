//! A client that has datagrams: a state each tick by datagram, and updates on the stream when there is something that
//! must arrive.
//!
//! ```text
//! update (stream)    who comes and goes, events, sheet, trade: when there is any of it
//! state (datagram)   own state and tracks of those whose coming is acknowledged: every tick
//! ```

use massless_core::codec::BitWriter;
use massless_core::units::Tick;

use super::super::bases::Base;
use super::super::desk::Marks;
use super::super::fill::{Filler, RECORD_BITS_MEAN};
use super::super::flights::Flights;
use super::super::lists::Lists;
use super::super::tracks::Tracks;
use super::super::worker::Stage;
use super::{Draft, Outcome, Part, Turn, Viewer, frame_bits};
use crate::interest::slots::{BitsOf, SlotSet};
use crate::limits::{STATE_BYTES_MAX, TRANSPORT_BYTES};
use crate::wire::ShortTick;
use crate::wire::bits::write_gap;
use crate::wire::state::{StateHead, write_state_head};
use crate::wire::update::{Before, COUNT_BITS_MAX, Head, write_count, write_head};

/// Bits of a frame's id and of what the transport adds.
const FRAME_BITS: u32 = (TRANSPORT_BYTES + 1) * 8;

impl Viewer {
    /// The client is told by datagram. What it has from another connection is what it builds on, as it was before this
    /// tick.
    pub(in super::super) fn begin_datagrams(&mut self, words: usize, tracks: &Tracks) {
        if self.flights.is_some() {
            return;
        }
        let mut flights = Box::new(Flights::new(words));
        for slot in self.told.iter().filter(|slot| !self.renew.contains(*slot)) {
            let Some(ring) = self.seen.ring_of(slot) else { continue };
            let is_old = self.stale.contains(slot)
                || tracks.changed[ring].contains(slot)
                || tracks.jumped.contains(slot);
            if is_old {
                self.stale.insert(slot);
            }
            let base = if is_old { Base::NONE } else { tracks.bases().newest(ring, slot) };
            flights.go_on(slot, base);
        }
        self.flights = Some(flights);
    }

    /// Whether it can be told anything in this tick.
    pub(in super::super) const fn is_reachable(&self) -> bool {
        self.errand.link.writable || self.errand.link.datagrams.is_some()
    }

    /// Takes in what the client has acknowledged.
    pub(in super::super) fn hear(&mut self, now: Tick) {
        let Self { flights, errand, stale, .. } = self;
        if let Some(flights) = flights {
            let ours = |way: super::super::Datagrams| way.ack.filter(|ack| ack.visit == way.visit);
            flights.hear(errand.link.datagrams.and_then(ours).as_ref(), now, stale);
        }
        self.confirm(now);
    }

    /// Begins the state: its head and the own state.
    pub(in super::super) fn begin_state(&self, turn: &Turn<'_>, draft: &mut Draft) {
        let (Some(flights), Some(way)) = (&self.flights, self.errand.link.datagrams) else {
            return;
        };
        let Draft { state, base, .. } = draft;
        let tick = turn.stage.view.tick;
        let distance = flights.take_base(tick, base);
        let head = StateHead {
            visit: way.visit,
            tick: ShortTick::of(tick),
            base: distance,
            margin: turn.margin,
        };
        state.clear();
        write_state_head(state, (&head, tick), turn.own, base, self.errand.link.coding);
    }

    /// Writes an update's body after the state was begun; `None` when nothing has to arrive, or nothing can.
    pub(in super::super) fn encode_update(
        &mut self,
        turn: &Turn<'_>,
        marks: &mut Marks,
        draft: &mut Draft,
    ) -> Option<Outcome> {
        let may_update =
            self.flights.as_ref().is_some_and(|flights| flights.may_update(self.number));
        if !self.errand.link.writable || !may_update {
            draft.plan.dropped = 0;
            return None;
        }
        let Draft { lists, plan, bits, sheet, state, .. } = draft;
        let tick = turn.stage.view.tick;
        // The state's own room comes first.
        let state_bits = state.bits_len() as u32 + COUNT_BITS_MAX + FRAME_BITS;
        let room = frame_bits(self.budget.update_bytes()).saturating_sub(state_bits);
        bits.clear();
        let head = Head { number: self.number, tick: ShortTick::of(tick), margin: None };
        // The client may have taken in a later state: it does not know the tick of the update before.
        let before = Before { tick: None, own: &mut self.own };
        write_head(bits, (&head, tick), None, before, self.errand.link.coding);
        let head_bits = bits.bits_len() as u32;
        self.sort_out(Part::Comings, turn.stage.tracks, lists);
        let bits_max = self.plan_news(turn, marks, (plan, sheet), (head_bits, room));
        if lists.count() == 0 && plan.is_empty() {
            return None;
        }
        // Comings have half of what is left, so that the known do not stand still meanwhile.
        let left = bits_max.saturating_sub(plan.bits_max + head_bits);
        let share = head_bits + (left / 2).max(COUNT_BITS_MAX + RECORD_BITS_MEAN * 3).min(left);
        let cut = self.write_within(turn, Part::Comings, (lists, bits), share);
        let events = self.write_news(turn, draft);
        Some(Outcome { cut, events })
    }

    /// Writes the state's records with what room is left; whether something had to be left out.
    pub(in super::super) fn encode_state(&mut self, turn: &Turn<'_>, draft: &mut Draft) -> bool {
        let Some(flights) = self.flights.take() else { return false };
        let Draft { lists, state, .. } = draft;
        let Stage { tracks, directory, view, .. } = *turn.stage;
        let bytes_max = self.budget.update_bytes().min(STATE_BYTES_MAX);
        let bits_max = frame_bits(bytes_max).max(state.bits_len() as u32 + COUNT_BITS_MAX);
        let mark = state.mark();
        let mut aim = bits_max - state.bits_len() as u32 - COUNT_BITS_MAX;
        let mut cut = None;
        self.sort_out_state(turn, &flights, lists);
        let mut is_full = lists.count() * RECORD_BITS_MEAN > aim;
        loop {
            if is_full {
                let mut cursors = self.state_cursors;
                let filler = Filler::new(tracks, lists, aim, directory.slots());
                let ways = (view.tick.get() as u8, &mut cursors);
                cut = filler.fill(&self.seen.rings, turn.focus, ways).then_some(cursors);
            }
            self.write_tracks(turn, &flights, lists, state);
            let over = (state.bits_len() as u32).saturating_sub(bits_max);
            if over == 0 {
                break;
            }
            aim = aim.saturating_sub(if is_full { over + RECORD_BITS_MEAN } else { 0 });
            is_full = true;
            self.sort_out_state(turn, &flights, lists);
            state.rewind(&mark);
        }
        if let Some(cursors) = cut {
            self.state_cursors = cursors;
            self.miss_untold(turn, &flights, lists);
        }
        self.flights = Some(flights);
        cut.is_some()
    }

    /// Which tracks should be told, without regard to the budget: as a change where the client has what it changes.
    fn sort_out_state(&mut self, turn: &Turn<'_>, flights: &Flights, lists: &mut Lists) {
        let Stage { tracks, view, .. } = *turn.stage;
        self.sort_out(Part::All, tracks, lists);
        lists.leave.clear();
        lists.enter.clear();
        if !flights.is_heard(view.tick) {
            lists.absolute.clear();
            lists.delta.clear();
            return;
        }
        lists.absolute.intersect(flights.open());
        lists.delta.intersect(flights.open());
        for at in 0..self.told.words().len() {
            let (absolute, delta) = (lists.absolute.words()[at], lists.delta.words()[at]);
            for bit in BitsOf(absolute | delta) {
                let slot = at as u32 * 64 + bit;
                let ring = self.ring_of(at, bit);
                let base = flights.base(slot);
                lists.absolute.remove(slot);
                lists.delta.remove(slot);
                if base == tracks.bases().newest(ring, slot) {
                    self.stale.remove(slot);
                } else if tracks.bases().change((ring, slot), base, view.tick).is_some() {
                    lists.delta.insert(slot);
                } else {
                    lists.absolute.insert(slot);
                }
            }
        }
    }

    fn write_tracks(
        &self,
        turn: &Turn<'_>,
        flights: &Flights,
        lists: &Lists,
        bits: &mut BitWriter,
    ) {
        let Stage { tracks, directory, view, .. } = *turn.stage;
        let coding = self.errand.link.coding;
        let order = write_count(bits, lists.count(), directory.slots(), coding);
        let mut next = 0;
        for at in 0..self.told.words().len() {
            let (absolute, delta) = (lists.absolute.words()[at], lists.delta.words()[at]);
            for bit in BitsOf(absolute | delta) {
                let slot = at as u32 * 64 + bit;
                write_gap(bits, slot - next, order);
                next = slot + 1;
                let ring = self.ring_of(at, bit);
                let base = flights.base(slot);
                let change = tracks.bases().change((ring, slot), base, view.tick);
                match change.filter(|_| delta >> bit & 1 == 1) {
                    Some(change) => change.write(coding, bits),
                    None => tracks.write_absolute((ring, slot), coding, bits),
                }
            }
        }
    }

    /// Changes that found no room are stale.
    fn miss_untold(&mut self, turn: &Turn<'_>, flights: &Flights, lists: &Lists) {
        let open = flights.open().words();
        for (ring, changed) in self.seen.rings.iter().zip(&turn.stage.tracks.changed) {
            let told = lists.delta.words().iter().zip(lists.absolute.words());
            let missed = ring.words().iter().zip(changed.words()).zip(told);
            for ((stale, open), ((ring, changed), (delta, absolute))) in
                self.stale.words_mut().iter_mut().zip(open).zip(missed)
            {
                *stale |= ring & changed & open & !delta & !absolute;
            }
        }
    }

    /// The state is on its way.
    pub(in super::super) fn sent_state(&mut self, turn: &Turn<'_>, bytes: u32, draft: &Draft) {
        let Draft { lists, base, .. } = draft;
        self.budget.spend(bytes + TRANSPORT_BYTES);
        let Some(mut flights) = self.flights.take() else { return };
        self.stale.subtract(&lists.absolute);
        self.stale.subtract(&lists.delta);
        let told = lists.absolute.iter().chain(lists.delta.iter());
        let told = told.map(|slot| (self.seen.ring_of(slot).unwrap_or(0), slot));
        let mut lost = SlotSet::default();
        core::mem::swap(&mut lost, &mut self.stale);
        let has_room = bytes < STATE_BYTES_MAX / 2;
        flights.sent_state(turn.stage.tracks, (base, has_room), told, &mut lost);
        self.stale = lost;
        self.flights = Some(flights);
    }
}
