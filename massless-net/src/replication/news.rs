//! What an update tells besides who is where: events, and the client's own sheet and trade.
//!
//! An event is encoded once; each client is told the ones it may know. Its own wait until they are
//! told, those of others are told now or never, target and party first.

use std::collections::VecDeque;

use massless_core::codec::BitWriter;
use massless_core::event::{Audience, Event};
use massless_core::ids::{ActorId, PlayerId};
use massless_core::units::Tick;
use massless_core::view::{SheetView, TradeView};

use super::viewer::Turn;
use crate::interest::slots::SlotSet;
use crate::limits::{OTHERS_EVENT_BYTES_MAX, OWN_EVENTS_MAX, SHEET_TICKS};
use crate::wire::event::{Encoded, Who, encode};
use crate::wire::sheet::write_sheet;
use crate::wire::trade::write_trade;

/// An event of this tick.
#[derive(Clone, Copy, Debug)]
struct Told {
    encoded: Encoded,
    /// The client it was chosen for last, so that nobody is told twice.
    chosen_for: PlayerId,
}

/// All events of a tick, by whom they are about.
#[derive(Debug, Default)]
pub(super) struct Desk {
    list: Vec<Told>,
    /// Slot, index, and whether those who see that slot are told; rising.
    by_slot: Vec<(u32, u32, bool)>,
    /// Player and index; rising.
    by_player: Vec<(PlayerId, u32)>,
    /// Slots with events for those who see them.
    heard: SlotSet,
}

impl Desk {
    /// Makes room for `words` times 64 slots.
    pub(super) fn grow(&mut self, words: usize) {
        self.heard.grow(words);
    }

    /// Takes in the events of a tick.
    pub(super) fn take(&mut self, events: &[Event], slot_of: impl Fn(ActorId) -> Option<u32>) {
        self.list.clear();
        self.by_slot.clear();
        self.by_player.clear();
        self.heard.clear();
        for event in events {
            let Some(encoded) = encode(event) else { continue };
            let index = self.list.len() as u32;
            match event.audience() {
                Audience::Host => continue,
                Audience::Player(player) => self.by_player.push((player, index)),
                Audience::Around(first, second) => {
                    for actor in encoded.named {
                        let Some(slot) = slot_of(actor) else { continue };
                        let is_heard = actor == first || actor == second;
                        self.by_slot.push((slot, index, is_heard));
                        if is_heard {
                            self.heard.insert(slot);
                        }
                    }
                }
            }
            self.list.push(Told { encoded, chosen_for: PlayerId::default() });
        }
        self.by_slot.sort_unstable();
        self.by_player.sort_unstable();
    }

    fn of_slot(&self, slot: u32) -> core::ops::Range<usize> {
        let start = self.by_slot.partition_point(|entry| entry.0 < slot);
        let len = self.by_slot[start..].iter().take_while(|entry| entry.0 == slot).count();
        start..start + len
    }

    fn of_player(&self, player: PlayerId) -> impl Iterator<Item = u32> + '_ {
        let start = self.by_player.partition_point(|entry| entry.0 < player);
        let same = self.by_player[start..].iter().take_while(move |entry| entry.0 == player);
        same.map(|entry| entry.1)
    }
}

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
    /// Keeps the client's own events of this tick; returns how many old ones had to go for them.
    pub(super) fn gather(&mut self, desk: &mut Desk, player: PlayerId, body: Option<u32>) -> u64 {
        let mut lost = 0;
        for index in body.map(|slot| desk.of_slot(slot)).into_iter().flatten() {
            let told = &mut desk.list[desk.by_slot[index].1 as usize];
            if told.chosen_for != player {
                told.chosen_for = player;
                lost += self.keep(told.encoded);
            }
        }
        for index in desk.of_player(player) {
            lost += self.keep(desk.list[index as usize].encoded);
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
        desk: &mut Desk,
        player: PlayerId,
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
        let left = choose_others(plan, desk, player, sight, others);
        plan.bits_max = frame + whole - room + others - left;
    }

    /// Appends what was planned, without the events whose actors the client does not know.
    pub(super) fn write(
        &mut self,
        plan: &Plan,
        desk: &Desk,
        turn: &Turn<'_>,
        width: u32,
        (out, who): (&mut BitWriter, impl Fn(ActorId) -> Who),
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
            write_trade(out, turn.trade, turn.tick);
        }
        out.bits(u64::from(width), 5);
        let mut told = plan.own as u64;
        for event in self.own.drain(..plan.own) {
            out.bool(true);
            event.write(out, width, &who);
        }
        for index in &plan.others {
            let event = &desk.list[*index as usize].encoded;
            if event.named.iter().any(|&actor| who(actor) != Who::Nobody) {
                out.bool(true);
                event.write(out, width, &who);
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
            self.sheet_at = Some(turn.tick);
        }
    }
}

/// Events of others that fit into `room` bits: target and party first, then ring by ring. Returns
/// what is left of it.
fn choose_others(
    plan: &mut Plan,
    desk: &mut Desk,
    player: PlayerId,
    sight: Sight<'_>,
    mut room: u32,
) -> u32 {
    let mut visit = |slot: u32, desk: &mut Desk| {
        for entry in desk.of_slot(slot) {
            let (_, index, is_heard) = desk.by_slot[entry];
            let told = &mut desk.list[index as usize];
            if !is_heard || told.chosen_for == player {
                continue;
            }
            told.chosen_for = player;
            let bits = 1 + told.encoded.bits_max(sight.width);
            if bits <= room {
                room -= bits;
                plan.others.push(index);
            } else {
                plan.dropped += 1;
            }
        }
    };
    for &slot in sight.focus {
        if sight.rings.iter().any(|ring| ring.contains(slot)) {
            visit(slot, desk);
        }
    }
    for ring in sight.rings {
        for at in 0..ring.words().len() {
            let word = ring.words()[at] & desk.heard.words()[at];
            for bit in crate::interest::slots::BitsOf(word) {
                visit(at as u32 * 64 + bit, desk);
            }
        }
    }
    room
}
