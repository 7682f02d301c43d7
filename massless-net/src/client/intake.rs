//! What came from the server, taken in: welcomes, changes of zone, updates, states.

use massless_core::event::Event;
use massless_core::ids::ActorId;
use massless_core::units::Tick;

use super::resume::Standing;
use super::{Client, Output};
use crate::clock::Millis;
use crate::error::ClientError;
use crate::limits::EVENTS_KEPT_MAX;
use crate::wire::Welcome;
use crate::wire::event::Who;
use crate::wire::state::{StateReader, base_of};
use crate::wire::update::{OwnState, UpdateReader};

/// Ticks after a change of zone within which its first update is looked for.
const FIRST_UPDATE_TICKS: u32 = 400;

impl Client {
    pub(super) fn take_welcome(&mut self, welcome: Box<Welcome>) -> Result<(), ClientError> {
        if self.standing.is_in {
            return Err(ClientError::Unexpected("a second welcome"));
        }
        if self.welcome.is_some() {
            self.forget_world();
        }
        self.standing = Standing::begin(&welcome);
        self.others.begin(welcome.tick);
        self.own.speed = 0.0;
        self.welcome = Some(welcome.clone());
        self.outputs.push_back(Output::Welcome(welcome));
        Ok(())
    }

    pub(super) fn take_move(&mut self, welcome: Box<Welcome>) -> Result<(), ClientError> {
        if !self.standing.is_in {
            return Err(ClientError::Unexpected("a change of zone before the welcome"));
        }
        self.standing = Standing::begin(&welcome);
        self.map = None;
        self.prediction.forget();
        self.others.clear();
        self.others.begin(welcome.tick);
        self.timeline.rebase();
        self.past.rebase();
        self.foresight.clear();
        self.own = OwnState::default();
        // Who leaves a zone leaves its trade.
        self.forget_trade();
        self.expected = 0;
        self.states.move_on();
        self.moved_at = Some(welcome.tick);
        self.welcome = Some(welcome.clone());
        self.outputs.push_back(Output::Moved(welcome));
        Ok(())
    }

    /// Whether an update belongs to the zone before: updates of a new one begin with number 0.
    fn is_stray(&mut self, frame: &[u8]) -> Result<bool, ClientError> {
        let Some(moved_at) = self.moved_at else { return Ok(false) };
        let first = UpdateReader::first_tick(frame, self.coding())?;
        let is_first = first.map(|tick| tick.near(moved_at)).is_some_and(|tick| {
            tick >= moved_at && tick.since(moved_at).get() < FIRST_UPDATE_TICKS
        });
        if is_first {
            self.moved_at = None;
        } else {
            self.stats.strays += 1;
        }
        Ok(!is_first)
    }

    pub(super) fn take_update(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        if !self.standing.is_in {
            return Err(ClientError::Unexpected("an update before the welcome"));
        }
        if self.is_stray(frame)? {
            return Ok(());
        }
        let near = self.others.newest();
        let is_own_old = self.standing.is_own_old;
        let mut own = if is_own_old { OwnState::default() } else { core::mem::take(&mut self.own) };
        let expected = self.expected;
        let (head, mut records) =
            UpdateReader::open(frame, &mut own, (expected, near), self.coding())?;
        if records.tells_own() || !is_own_old {
            self.own = own;
            self.standing.is_own_old = false;
        }
        if head.number != expected {
            return Err(ClientError::Gap { expected, found: head.number });
        }
        self.expected = expected.wrapping_add(1);
        let tick = records.tick();
        self.standing.streamed = tick;
        if records.tells_own() {
            self.note_arrival(now, tick);
            self.others.begin(tick);
        } else {
            self.others.begin_comings(tick);
        }
        let tells_own = records.tells_own();
        let heard = self.stats.events;
        if !self.overlooks_others {
            while let Some((slot, record)) = records.try_next()? {
                self.stats.records += 1;
                self.others.take(slot, record)?;
            }
            self.take_news(records)?;
        }
        if tells_own {
            let leapt = self.has_used_a_skill(heard);
            self.note_present(now, (tick, leapt), head.margin);
        }
        Ok(())
    }

    /// A state came by datagram. One that comes late, of another zone, or twice tells nothing.
    pub(super) fn take_state(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        let (head, mut records) = StateReader::open(frame, self.others.newest(), self.coding())?;
        let tick = records.tick();
        let base = if self.standing.is_in { self.states.own_before(&head, tick) } else { None };
        let Some(mut own) = base else {
            self.stats.strays += 1;
            return Ok(());
        };
        records.read_own(&mut own)?;
        let base = base_of(&head, tick);
        self.note_arrival(now, tick);
        self.others.begin(tick);
        while !self.overlooks_others
            && let Some((slot, record)) = records.try_next()?
        {
            self.stats.records += 1;
            self.others.take_state(slot, base, &record);
        }
        self.states.took(tick, &own);
        let leapt = self.may_have_leapt(tick, &own);
        self.own = own;
        self.standing.is_own_old = false;
        self.stats.states += 1;
        self.note_present(now, (tick, leapt), head.margin);
        Ok(())
    }

    /// The newest tick there is came, before the newest one known is another.
    fn note_arrival(&mut self, now: Millis, tick: Tick) {
        if let Some(arrived) = self.timeline.shown_tick(now) {
            self.past.heard(arrived, self.others.newest());
        }
        self.timeline.arrived(now, tick);
        self.advance_past(now);
    }

    /// Whether a skill may have moved the figure in the tick of a state: of skills that were used the stream tells, and
    /// perhaps later.
    fn may_have_leapt(&self, tick: Tick, own: &OwnState) -> bool {
        let presses = self.prediction.step_of(tick).is_some_and(|step| step.input.buttons != 0);
        let before = &self.own;
        presses
            || own.leap.is_some()
            || before.leap.is_some()
            || own.cast.is_some()
            || before.cast.is_some()
    }

    /// The own state is that of `tick` now; `leapt`: a skill may have moved the figure in it.
    fn note_present(&mut self, now: Millis, (tick, leapt): (Tick, bool), margin: Option<i8>) {
        self.standing.holds = true;
        self.stats.updates += 1;
        self.stats.updated_at = now;
        if let Some(margin) = margin {
            self.stats.margin = margin;
            self.stats.late += u64::from(margin < 0);
            self.timeline.margin(now, margin);
        }
        self.timeline.keep_ahead(now, tick);
        self.foresight.reconcile(&self.own, tick);
        if let Some(map) = &self.map {
            self.prediction.reconcile(now, map, (tick, leapt), &self.own);
        }
    }

    /// Whether the own character used a skill by the events that came after so many others: it may have been
    /// moved by it.
    fn has_used_a_skill(&self, heard: u64) -> bool {
        let me = self.welcome.as_ref().map(|welcome| welcome.actor);
        let fresh = (self.stats.events - heard) as usize;
        self.news
            .iter()
            .rev()
            .take(fresh)
            .any(|event| matches!(event, Event::SkillUsed { actor, .. } if Some(*actor) == me))
    }

    /// Sheet, trade and events of an update whose records are taken in.
    fn take_news(&mut self, mut rest: UpdateReader<'_>) -> Result<(), ClientError> {
        let Some(welcome) = &self.welcome else { return Ok(()) };
        let (player, me) = (welcome.player, welcome.actor);
        let personal = rest.try_personal(player, self.sheet.as_ref())?;
        if personal.sheet.is_some() {
            self.sheet = personal.sheet;
        }
        if let Some(trade) = personal.trade {
            self.trade = trade;
            self.trades_told = self.trades_told.wrapping_add(1);
        }
        let others = &self.others;
        let resolve = |who| match who {
            Who::Me => me,
            Who::Slot(slot) => {
                others.of_slot(slot).map_or(ActorId::default(), |known| known.identity.actor)
            }
            Who::Nobody => ActorId::default(),
        };
        while let Some(event) = rest.try_event(player, resolve)? {
            self.stats.events += 1;
            if self.news.len() >= EVENTS_KEPT_MAX {
                self.news.pop_front();
                self.stats.events_lost += 1;
            }
            self.news.push_back(event);
        }
        Ok(())
    }
}
