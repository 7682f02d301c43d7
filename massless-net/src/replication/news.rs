//! What an update tells besides who is where: events, and the client's own sheet and trade.
//!
//! An event is encoded once; each client is told the ones it may know. Its own wait until they are
//! told, those of others are told now or never, target and party first.

use std::collections::VecDeque;

use massless_core::codec::BitWriter;
use massless_core::ids::PlayerId;
use massless_core::units::Tick;
use massless_core::view::{SheetView, TradeView};

use super::desk::{Desk, Marks};
use super::directory::Directory;
use super::viewer::Turn;
use crate::interest::slots::{BitsOf, SlotSet};
use crate::limits::{OTHERS_EVENT_BYTES_MAX, OWN_EVENTS_MAX, SHEET_TICKS};
use crate::wire::event::{Encoded, Who};
use crate::wire::sheet::write_sheet;
use crate::wire::trade::write_trade;

/// What one update is going to tell, beside its records.
#[derive(Debug, Default)]
pub(super) struct Plan {
    own: usize,
    others: Vec<u32>,
    has_sheet: bool,
    has_trade: bool,
    /// Bits it takes at most.
    pub(super) bits_max: u32,
    /// Events of others that found no room.
    pub(super) dropped: u64,
}

impl Plan {
    /// Nothing is to be told beside the records.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_sheet && !self.has_trade && self.own == 0 && self.others.is_empty()
    }
}

/// Whom a client looks at, for `News::plan`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    /// Full and half rate.
    pub(super) rings: [&'a SlotSet; 2],
    /// Slots of the target, of attackers and of the party.
    pub(super) focus: &'a [u32],
    /// Bits of a slot.
    pub(super) width: u32,
    /// Bits there are for it.
    pub(super) room: u32,
}

/// How a client calls actors.
pub(super) struct Names<'a> {
    /// Slots of the actors in the zone.
    pub(super) slots: &'a Directory,
    /// Slot of its own body.
    pub(super) me: u32,
    /// Whom it knows once it has read the records of the frame.
    pub(super) known: &'a SlotSet,
}

impl Names<'_> {
    /// How it calls the one in a slot.
    fn who(&self, slot: Option<u32>) -> Who {
        match slot {
            Some(slot) if slot == self.me => Who::Me,
            Some(slot) if self.known.contains(slot) => Who::Slot(slot),
            _ => Who::Nobody,
        }
    }
}

/// One client's own events that wait, and what it knows of its sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    own: VecDeque<Encoded>,
    sheet_told: Option<u32>,
    shelf_told: Option<u32>,
    trade_told: Option<u32>,
    sheet_at: Option<Tick>,
}

impl News {
    /// The client has come back and has what it was told up to `tick`.
    pub(super) fn resume(&mut self, tick: Tick) {
        if self.sheet_at.is_some_and(|at| at > tick) {
            (self.sheet_told, self.shelf_told) = (None, None);
        }
        self.trade_told = None;
    }

    /// Keeps the client's own events of this tick; returns how many old ones had to go for them.
    pub(super) fn gather(
        &mut self,
        desk: &Desk,
        marks: &mut Marks,
        player: PlayerId,
        body: Option<u32>,
    ) -> u64 {
        let mut lost = 0;
        for (index, _) in body.map(|slot| desk.of_slot(slot)).into_iter().flatten() {
            if marks.try_mark(index) {
                lost += self.keep(desk.event(index).encoded);
            }
        }
        for index in desk.of_player(player) {
            lost += self.keep(desk.event(index).encoded);
        }
        lost
    }

    fn keep(&mut self, event: Encoded) -> u64 {
        let is_full = self.own.len() >= OWN_EVENTS_MAX;
        if is_full {
            // What only this player is told goes last.
            let around = self.own.iter().position(|event| !event.is_personal());
            self.own.remove(around.unwrap_or(0));
        }
        self.own.push_back(event);
        u64::from(is_full)
    }

    /// Whether the sheet is to be told now, if it has room.
    pub(super) fn is_sheet_due(&self, sheet: &SheetView, tick: Tick) -> bool {
        let rested = self.sheet_at.is_none_or(|at| tick.since(at).get() >= SHEET_TICKS);
        self.sheet_told != Some(sheet.revision) && rested
    }

    /// Whether the client has to be told that its trade changed, or is no more.
    pub(super) fn is_trade_due(&self, trade: Option<&TradeView>) -> bool {
        self.trade_told != trade.map(|trade| trade.version)
    }

    /// Whether the client lacks the shelf of a sheet.
    pub(super) fn lacks_shelf(&self, sheet: &SheetView) -> bool {
        self.shelf_told != Some(sheet.shelf)
    }

    /// Chooses what is told: sheet and trade if they have bits, own events, then those of others.
    pub(super) fn plan(
        &self,
        plan: &mut Plan,
        (desk, marks): (&Desk, &mut Marks),
        [sheet_bits, trade_bits]: [Option<u32>; 2],
        sight: Sight<'_>,
    ) {
        plan.others.clear();
        plan.has_sheet = sheet_bits.is_some();
        plan.has_trade = trade_bits.is_some();
        plan.dropped = 0;
        let frame = 1 + 5 + 1 + 1 + 1 + sheet_bits.unwrap_or(0) + trade_bits.unwrap_or(0);
        let mut room = sight.room.saturating_sub(frame);
        let whole = room;
        let fits = |event: &&Encoded| {
            let bits = 1 + event.bits_max(sight.width);
            let is_enough = bits <= room;
            room -= if is_enough { bits } else { 0 };
            is_enough
        };
        plan.own = self.own.iter().take_while(fits).count();
        let others = (OTHERS_EVENT_BYTES_MAX * 8).min(room / 2);
        let left = choose_others(plan, (desk, marks), sight, others);
        plan.bits_max = frame + whole - room + others - left;
    }

    /// Appends what was planned, without the events whose actors the client does not know.
    pub(super) fn write(
        &mut self,
        plan: &Plan,
        desk: &Desk,
        turn: &Turn<'_>,
        width: u32,
        (out, names): (&mut BitWriter, &Names<'_>),
    ) -> u64 {
        let is_any = plan.has_sheet || plan.has_trade || plan.own > 0 || !plan.others.is_empty();
        out.bool(is_any);
        if !is_any {
            return 0;
        }
        out.bool(plan.has_sheet);
        if plan.has_sheet {
            write_sheet(out, turn.sheet, self.lacks_shelf(turn.sheet));
        }
        out.bool(plan.has_trade);
        if plan.has_trade {
            write_trade(out, turn.trade, turn.stage.view.tick);
        }
        out.bits(u64::from(width), 5);
        let mut told = plan.own as u64;
        for event in self.own.drain(..plan.own) {
            out.bool(true);
            let about = event.named.map(|actor| names.who(names.slots.slot_of(actor)));
            event.write_about(out, width, about);
        }
        for index in &plan.others {
            let event = desk.event(*index);
            let about = event.slots().map(|slot| names.who(slot));
            if about != [Who::Nobody; 2] {
                out.bool(true);
                event.encoded.write_about(out, width, about);
                told += 1;
            }
        }
        out.bool(false);
        told
    }

    /// Sheet and trade are on their way, if they were planned.
    pub(super) fn sent(&mut self, plan: &Plan, turn: &Turn<'_>) {
        if plan.has_trade {
            self.trade_told = turn.trade.map(|trade| trade.version);
        }
        if plan.has_sheet {
            self.sheet_told = Some(turn.sheet.revision);
            self.shelf_told = Some(turn.sheet.shelf);
            self.sheet_at = Some(turn.stage.view.tick);
        }
    }
}

/// Events of others that fit into `room` bits: target and party first, then ring by ring. Returns
/// what is left of it. Once hardly any would fit, the rest are only counted, one for each actor.
fn choose_others(
    plan: &mut Plan,
    (desk, marks): (&Desk, &mut Marks),
    sight: Sight<'_>,
    mut room: u32,
) -> u32 {
    let mut visit = |slot: u32| {
        for (index, is_heard) in desk.of_slot(slot) {
            if !is_heard || !marks.try_mark(index) {
                continue;
            }
            let bits = desk.event(index).bits;
            if bits <= room {
                room -= bits;
                plan.others.push(index);
            } else {
                plan.dropped += 1;
            }
        }
        room >= desk.bits_min()
    };
    let mut has_room = true;
    let mut unheard = 0;
    for &slot in sight.focus {
        if sight.rings.iter().any(|ring| ring.contains(slot)) {
            has_room &= visit(slot);
        }
    }
    for ring in sight.rings {
        for (at, (ring, heard)) in ring.words().iter().zip(desk.heard().words()).enumerate() {
            let mut left = BitsOf(ring & heard);
            while has_room && let Some(bit) = left.next() {
                has_room = visit(at as u32 * 64 + bit);
            }
            unheard += u64::from(left.0.count_ones());
        }
    }
    plan.dropped += unheard;
    room
}
