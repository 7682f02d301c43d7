//! Trades between two characters of the zone: who asked whom, what each side offers, who agreed.
//!
//! State. What is offered is locked (`holdings::stakes` reads it off this); nothing changes hands before
//! both have agreed and the store has answered. Game rules, section 12.

use crate::codec::{CodecError, Reader, Sink};
use crate::components::get_tick;
use crate::ids::{ActorId, IntentId, ItemUid, PlayerId};
use crate::limits::TRADE_ITEMS_MAX;
use crate::units::Tick;

/// How far a trade has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// One has asked the other.
    Asked,
    /// Both put things in.
    Open,
    /// Both have agreed; the store works on it.
    Booked(IntentId),
}

/// What one of the two offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) player: PlayerId,
    pub(crate) actor: ActorId,
    pub(crate) items: Vec<ItemUid>,
    pub(crate) coin: i64,
    /// Raised with every change of the offer.
    pub(crate) revision: u16,
    pub(crate) is_locked: bool,
    pub(crate) is_confirmed: bool,
}

impl Side {
    pub(crate) const fn new(player: PlayerId, actor: ActorId) -> Self {
        Self {
            player,
            actor,
            items: Vec::new(),
            coin: 0,
            revision: 0,
            is_locked: false,
            is_confirmed: false,
        }
    }

    pub(crate) fn unlock(&mut self) {
        (self.is_locked, self.is_confirmed) = (false, false);
    }
}

/// One trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trade {
    /// Who asked, and who was asked.
    pub(crate) sides: [Side; 2],
    pub(crate) stage: Stage,
    /// When it was asked for, or opened.
    pub(crate) since: Tick,
    /// Raised with every change; no two trades of a zone ever have the same.
    pub(crate) version: u32,
}

impl Trade {
    /// Which side a player is.
    pub(crate) fn side_of(&self, player: PlayerId) -> Option<usize> {
        self.sides.iter().position(|side| side.player == player)
    }
}

/// All trades of the zone, in the order they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trades {
    pub(crate) list: Vec<Trade>,
    /// The newest version.
    newest: u32,
}

impl Trades {
    /// The trade (or request) that a player is in: there is at most one.
    pub(crate) fn of(&self, player: PlayerId) -> Option<&Trade> {
        self.list.iter().find(|trade| trade.side_of(player).is_some())
    }

    /// The same, to be changed: it gets a new version.
    pub(crate) fn change(&mut self, player: PlayerId) -> Option<&mut Trade> {
        let trade = self.list.iter_mut().find(|trade| trade.side_of(player).is_some())?;
        self.newest = self.newest.wrapping_add(1);
        trade.version = self.newest;
        Some(trade)
    }

    /// Begins with a request.
    pub(crate) fn ask(&mut self, by: Side, of: Side, now: Tick) {
        self.newest = self.newest.wrapping_add(1);
        let (sides, version) = ([by, of], self.newest);
        self.list.push(Trade { sides, stage: Stage::Asked, since: now, version });
    }

    /// Takes a player's trade out.
    pub(crate) fn end(&mut self, player: PlayerId) -> Option<Trade> {
        let index = self.list.iter().position(|trade| trade.side_of(player).is_some())?;
        Some(self.list.remove(index))
    }

    pub(crate) fn put(&self, sink: &mut impl Sink) {
        sink.u32(self.newest);
        sink.u32(self.list.len() as u32);
        for trade in &self.list {
            let (stage, intent) = match trade.stage {
                Stage::Asked => (0, 0),
                Stage::Open => (1, 0),
                Stage::Booked(intent) => (2, intent.get()),
            };
            sink.u8(stage);
            sink.u64(intent);
            sink.u64(trade.since.get());
            sink.u32(trade.version);
            trade.sides.iter().for_each(|side| put_side(side, sink));
        }
    }

    /// What `put` wrote; at most `most` trades.
    pub(crate) fn get(reader: &mut Reader<'_>, most: usize) -> Result<Self, CodecError> {
        let newest = reader.u32()?;
        let count = reader.u32()?;
        if count as usize > most {
            return Err(CodecError::OutOfRange("trades"));
        }
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(get_trade(reader)?);
        }
        Ok(Self { list, newest })
    }
}

fn put_side(side: &Side, sink: &mut impl Sink) {
    sink.u64(side.player.get());
    sink.u64(side.actor.get());
    sink.u8(side.items.len() as u8);
    side.items.iter().for_each(|item| sink.u64(item.get()));
    sink.u64(side.coin.cast_unsigned());
    sink.u16(side.revision);
    sink.bool(side.is_locked);
    sink.bool(side.is_confirmed);
}

fn get_trade(reader: &mut Reader<'_>) -> Result<Trade, CodecError> {
    let (stage, intent) = (reader.u8()?, reader.u64()?);
    let stage = match (stage, intent) {
        (0, 0) => Stage::Asked,
        (1, 0) => Stage::Open,
        (2, intent) => Stage::Booked(IntentId::new(intent)),
        _ => return Err(CodecError::OutOfRange("stage of a trade")),
    };
    let (since, version) = (get_tick(reader)?, reader.u32()?);
    Ok(Trade { sides: [get_side(reader)?, get_side(reader)?], stage, since, version })
}

fn get_side(reader: &mut Reader<'_>) -> Result<Side, CodecError> {
    let (player, actor) = (PlayerId::new(reader.u64()?), ActorId::new(reader.u64()?));
    let count = reader.u8()?;
    if usize::from(count) > TRADE_ITEMS_MAX {
        return Err(CodecError::OutOfRange("items of a trade"));
    }
    let items: Result<Vec<ItemUid>, CodecError> =
        (0..count).map(|_| reader.u64().map(ItemUid::new)).collect();
    Ok(Side {
        player,
        actor,
        items: items?,
        coin: reader.u64()?.cast_signed(),
        revision: reader.u16()?,
        is_locked: reader.bool()?,
        is_confirmed: reader.bool()?,
    })
}
