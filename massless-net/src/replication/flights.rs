//! What a client that is told by datagram has got, and what is still on its way to it.
//!
//! Nothing is sent again: what a lost state told is told anew, as it is by then. A state counts as lost when a later
//! one is acknowledged without it, or when too many were sent after it. That takes a round trip, in which somebody who
//! has stopped walks on: on a line that loses states a new way is told once more by the next state, as it is then.

use std::collections::VecDeque;

use massless_core::units::Tick;

use super::bases::Base;
use super::tracks::Tracks;
use crate::interest::slots::SlotSet;
use crate::limits::{BASE_TICKS_MAX, STATES_FLYING_MAX, UPDATES_FLYING_MAX};
use crate::wire::Ack;
use crate::wire::state::distance_of;
use crate::wire::update::OwnState;

/// A slot that had another actor meanwhile: what is on its way about it means nothing.
const NOBODY: u32 = u32::MAX;

/// Tracks that are usually on their way.
const TOLD_USUAL: usize = 1_024;
/// Comings that are usually on their way.
const ENTERING_USUAL: usize = 64;

/// A state on its way, with so many entries of `Flights::told`.
#[derive(Clone, Debug, Default)]
struct Flight {
    tick: Tick,
    count: usize,
    own: OwnState,
}

/// What a lost state adds to `Flights::loss`, of which a part of `LOSS_STATES` goes with each state.
const LOSS_STEP: u32 = 1_024;
/// States over which losses are counted, about.
const LOSS_STATES: u32 = 64;
/// From so much on a line loses states: one of a hundred.
const LOSS_MIN: u32 = LOSS_STEP * LOSS_STATES / 100;
/// New ways that a state usually tells.
const FRESH_USUAL: usize = 256;

/// One client's side of the datagrams.
#[derive(Clone, Debug)]
pub(super) struct Flights {
    /// What the client has of each slot.
    base: Vec<Base>,
    /// Slots whose coming the client has acknowledged: their tracks may be told by states.
    open: SlotSet,
    flying: VecDeque<Flight>,
    /// What the flying states tell, one state after the other.
    told: VecDeque<(u32, Base)>,
    spare: Vec<Flight>,
    /// Who comes into sight by updates that are not acknowledged yet, with their numbers.
    entering: VecDeque<(u8, u32, Base)>,
    /// The newest state acknowledged, and the own state it told.
    acked: Option<Tick>,
    acked_own: OwnState,
    updates_acked: u8,
    /// When something was acknowledged last; before that, when this began.
    heard_at: Option<Tick>,
    /// How much is lost: `LOSS_STEP * LOSS_STATES` when all is.
    loss: u32,
    /// Whose new ways the newest state tells.
    fresh: Vec<u32>,
}

impl Flights {
    /// Nothing is on its way. There is room for what usually is, so that little has to grow later.
    pub(super) fn new(words: usize) -> Self {
        Self {
            base: vec![Base::NONE; words * 64],
            open: SlotSet::with_words(words),
            flying: VecDeque::with_capacity(STATES_FLYING_MAX),
            told: VecDeque::with_capacity(TOLD_USUAL),
            spare: Vec::with_capacity(STATES_FLYING_MAX),
            entering: VecDeque::with_capacity(ENTERING_USUAL),
            acked: None,
            acked_own: OwnState::default(),
            updates_acked: 0,
            heard_at: None,
            loss: 0,
            fresh: Vec::with_capacity(FRESH_USUAL),
        }
    }

    /// Bytes it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.base.capacity() * size_of::<Base>()
            + self.open.memory_bytes()
            + (self.flying.capacity() + self.spare.capacity()) * size_of::<Flight>()
            + self.told.capacity() * size_of::<(u32, Base)>()
            + self.entering.capacity() * size_of::<(u8, u32, Base)>()
            + self.fresh.capacity() * size_of::<u32>()
    }

    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        self.open.grow(words);
        if self.base.len() < words * 64 {
            self.base.resize(words * 64, Base::NONE);
        }
    }

    /// Takes in what the client has acknowledged by `now`. What was lost is stale.
    pub(super) fn hear(&mut self, ack: Option<&Ack>, now: Tick, stale: &mut SlotSet) {
        let heard_at = *self.heard_at.get_or_insert(now);
        if let Some(ack) = ack {
            self.hear_states(ack, now, stale);
            self.hear_updates(ack.updates, stale);
        }
        if self.loss >= LOSS_MIN {
            self.fresh.iter().for_each(|slot| stale.insert(*slot));
        }
        self.fresh.clear();
        if self.acked.is_some() && distance_of(heard_at, now).is_none() && now > heard_at {
            // So long without a word: all begins anew, once there is one.
            self.acked = None;
            self.base.fill(Base::NONE);
            stale.unite(&self.open);
        }
    }

    fn hear_states(&mut self, ack: &Ack, now: Tick, stale: &mut SlotSet) {
        let newest = ack.newest.near(now);
        while self.flying.front().is_some_and(|flight| flight.tick <= newest) {
            let Some(mut flight) = self.flying.pop_front() else { break };
            let has_come = ack.has(u64::from(newest.since(flight.tick).get()));
            self.land(flight.count, has_come, stale);
            self.loss -= self.loss / LOSS_STATES;
            self.loss += if has_come { 0 } else { LOSS_STEP };
            if has_come {
                self.heard_at = Some(now);
                self.acked = Some(flight.tick);
                core::mem::swap(&mut self.acked_own, &mut flight.own);
            }
            self.spare.push(flight);
        }
    }

    /// The oldest state on its way has come, or not.
    fn land(&mut self, count: usize, has_come: bool, stale: &mut SlotSet) {
        for (slot, base) in self.told.drain(..count).filter(|told| told.0 != NOBODY) {
            if has_come {
                self.base[slot as usize] = base;
            } else {
                stale.insert(slot);
            }
        }
    }

    fn hear_updates(&mut self, due: u8, stale: &mut SlotSet) {
        let is_past = |number: u8| (1..=UPDATES_FLYING_MAX + 1).contains(&due.wrapping_sub(number));
        if is_past(self.updates_acked) {
            self.updates_acked = due;
        }
        while self.entering.front().is_some_and(|entering| is_past(entering.0)) {
            let Some((_, slot, base)) = self.entering.pop_front() else { break };
            if slot != NOBODY {
                self.base[slot as usize] = base;
                self.open.insert(slot);
                // It may have changed since.
                stale.insert(slot);
            }
        }
    }

    /// What a client has of a slot that it knows from another connection.
    pub(super) fn go_on(&mut self, slot: u32, base: Base) {
        self.base[slot as usize] = base;
        self.open.insert(slot);
    }

    /// Number of the update that the client takes in next.
    pub(super) const fn updates_acked(&self) -> u8 {
        self.updates_acked
    }

    /// Whether another update may be sent on the stream, by its number.
    pub(super) const fn may_update(&self, number: u8) -> bool {
        number.wrapping_sub(self.updates_acked) < UPDATES_FLYING_MAX
    }

    /// Whether the client answers: only then it is told of others.
    pub(super) fn is_heard(&self, now: Tick) -> bool {
        self.heard_at.is_none_or(|at| now.since(at).get() <= BASE_TICKS_MAX)
    }

    /// Slots whose tracks may be told by states.
    pub(super) const fn open(&self) -> &SlotSet {
        &self.open
    }

    /// What the client has of a slot.
    pub(super) fn base(&self, slot: u32) -> Base {
        self.base.get(slot as usize).copied().unwrap_or(Base::NONE)
    }

    /// How far the acknowledged state lies back, 0 for none; `own` becomes the own state it told.
    pub(super) fn take_base(&self, now: Tick, own: &mut OwnState) -> u8 {
        match self.acked.and_then(|acked| distance_of(acked, now)) {
            Some(distance) => {
                own.clone_from(&self.acked_own);
                distance
            }
            None => {
                own.clone_from(&OwnState::default());
                0
            }
        }
    }

    /// A state is on its way, about these slots in these rings; `has_room`: there would have been room for more.
    pub(super) fn sent_state(
        &mut self,
        tracks: &Tracks,
        (own, has_room): (&OwnState, bool),
        told: impl Iterator<Item = (usize, u32)>,
        stale: &mut SlotSet,
    ) {
        if self.flying.len() >= STATES_FLYING_MAX
            && let Some(flight) = self.flying.pop_front()
        {
            self.land(flight.count, false, stale);
            self.spare.push(flight);
        }
        let mut flight = self.spare.pop().unwrap_or_default();
        flight.tick = tracks.tick();
        flight.own.clone_from(own);
        let (bases, before) = (tracks.bases(), self.told.len());
        for (ring, slot) in told {
            self.told.push_back((slot, bases.newest(ring, slot)));
            if has_room && tracks.turned(ring, slot) {
                self.fresh.push(slot);
            }
        }
        flight.count = self.told.len() - before;
        self.flying.push_back(flight);
    }

    /// An update is on its way: it tells of these who come, in their rings, and of those who leave.
    pub(super) fn sent_update(
        &mut self,
        number: u8,
        tracks: &Tracks,
        (enter, leave): (&SlotSet, &SlotSet),
        ring_of: impl Fn(u32) -> usize,
    ) {
        if enter.is_empty() && leave.is_empty() {
            return;
        }
        // What is on its way about one who had the slot says nothing of the next one.
        let goes = |slot: u32| slot != NOBODY && (enter.contains(slot) || leave.contains(slot));
        let slots = self.told.iter_mut().map(|told| &mut told.0);
        for slot in slots.chain(self.entering.iter_mut().map(|entering| &mut entering.1)) {
            if goes(*slot) {
                *slot = NOBODY;
            }
        }
        self.open.subtract(enter);
        self.open.subtract(leave);
        let bases = tracks.bases();
        let coming = enter.iter().map(|slot| (number, slot, bases.newest(ring_of(slot), slot)));
        self.entering.extend(coming);
    }
}
