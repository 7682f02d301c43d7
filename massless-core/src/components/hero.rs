//! What only characters have: their sheet, party, timers of items, and what waits for the store.

use shipyard::Component;

use super::{Canonical, get_tick, get_vec2, put_vec2};
use crate::character::{ITEM_COOLDOWNS, Sheet};
use crate::codec::{CodecError, Reader, Sink};
use crate::ids::{PartyId, ZoneId};
use crate::math::Vec2;
use crate::units::Tick;

/// Progress of a character.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Hero {
    /// What it has and has achieved. Its two lists of cooldowns are filled only when it leaves.
    pub(crate) sheet: Sheet,
    /// Its party.
    pub(crate) party: Option<PartyId>,
    /// When items of a group may be used again.
    pub(crate) item_ready: [Tick; ITEM_COOLDOWNS],
    /// Coin of slain creatures that was not asked for yet.
    pub(crate) owed: u64,
    /// When it was last given an item of its party's kills: whoever waited longest is next.
    pub(crate) served: Tick,
    /// In whose circle it stands and was refused: the portal's number in the zone.
    pub(crate) refused_by: Option<u8>,
    /// It is on its way to another zone, to that place.
    pub(crate) bound_for: Option<(ZoneId, Vec2)>,
    /// Raised with every change of the sheet: whoever shows it compares.
    pub(crate) revision: u32,
}

impl Hero {
    /// A character as it enters.
    pub(crate) fn new(sheet: Sheet, now: Tick) -> Self {
        let item_ready = sheet.item_cooldowns.map(|ticks| now + crate::units::Ticks::new(ticks));
        Self {
            sheet,
            party: None,
            item_ready,
            owed: 0,
            served: Tick::default(),
            refused_by: None,
            bound_for: None,
            revision: 1,
        }
    }

    /// The sheet, to be changed.
    pub(crate) fn change(&mut self) -> &mut Sheet {
        self.revision = self.revision.wrapping_add(1);
        &mut self.sheet
    }
}

impl Canonical for Hero {
    fn put(&self, sink: &mut impl Sink) {
        self.sheet.put(sink);
        sink.u64(self.party.map_or(0, PartyId::get));
        self.item_ready.iter().for_each(|tick| sink.u64(tick.get()));
        sink.u64(self.owed);
        sink.u64(self.served.get());
        sink.u8(self.refused_by.unwrap_or(u8::MAX));
        let (zone, place) = self.bound_for.unwrap_or_default();
        sink.bool(self.bound_for.is_some());
        sink.u32(zone.get());
        put_vec2(sink, place);
        sink.u32(self.revision);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let sheet = Sheet::get(reader)?;
        let party = reader.u64()?;
        let mut item_ready = [Tick::default(); ITEM_COOLDOWNS];
        for tick in &mut item_ready {
            *tick = get_tick(reader)?;
        }
        let party = (party != 0).then(|| PartyId::new(party));
        let (owed, served, refused_by) = (reader.u64()?, get_tick(reader)?, reader.u8()?);
        let refused_by = (refused_by != u8::MAX).then_some(refused_by);
        let (bound, zone, place) = (reader.bool()?, reader.u32()?, get_vec2(reader)?);
        let bound_for = bound.then(|| (ZoneId::new(zone), place));
        let revision = reader.u32()?;
        Ok(Self { sheet, party, item_ready, owed, served, refused_by, bound_for, revision })
    }
}
