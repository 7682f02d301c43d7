//! What a zone holds beside its actors: hits in flight, graves, the secret word, pending intents.
//! Described once, for snapshot and hash.

use shipyard::{UniqueView, UniqueViewMut, World};

use super::state::{Flight, Flights, Grave, Graves, Pending, Secret};
use crate::codec::{CodecError, Reader, Sink};
use crate::components::{Power, get_actor, get_tick, put_actor};
use crate::ids::{ActorId, IntentId, ItemId, ItemUid, PlayerId, QuestId, SkillId};
use crate::intent::{Entry, Intent, Place, Reason};
use crate::limits::{ACTORS_MAX, CHARACTERS_MAX, FLIGHTS_PER_1000, PENDING_PER_PLAYER_MAX};

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    flights: Vec<Flight>,
    graves: Vec<Grave>,
    secret: u64,
    newest: u64,
    pending: Vec<Intent>,
}

/// Feeds all of it to a snapshot or a hash.
pub(crate) fn put(world: &World, sink: &mut impl Sink) {
    world.run(
        |flights: UniqueView<'_, Flights>,
         graves: UniqueView<'_, Graves>,
         secret: UniqueView<'_, Secret>,
         pending: UniqueView<'_, Pending>| {
            sink.u32(flights.0.len() as u32);
            flights.0.iter().for_each(|flight| put_flight(flight, sink));
            sink.u32(graves.0.len() as u32);
            for grave in &graves.0 {
                sink.u16(grave.group);
                sink.u64(grave.due.get());
            }
            sink.u64(secret.0);
            sink.u64(pending.newest);
            sink.u32(pending.list.len() as u32);
            pending.list.iter().for_each(|intent| put_intent(intent, sink));
        },
    );
}

/// What `put` wrote.
pub(crate) fn get(reader: &mut Reader<'_>) -> Result<Stock, CodecError> {
    let mut stock = Stock::default();
    let flights_max = FLIGHTS_PER_1000 * CHARACTERS_MAX.div_ceil(1_000);
    for _ in 0..bounded(reader, flights_max, "hits in flight")? {
        stock.flights.push(get_flight(reader)?);
    }
    for _ in 0..bounded(reader, ACTORS_MAX, "graves")? {
        stock.graves.push(Grave { group: reader.u16()?, due: get_tick(reader)? });
    }
    stock.secret = reader.u64()?;
    stock.newest = reader.u64()?;
    for _ in 0..bounded(reader, CHARACTERS_MAX * PENDING_PER_PLAYER_MAX, "pending intents")? {
        stock.pending.push(get_intent(reader)?);
    }
    if stock.pending.is_sorted_by(|a, b| a.id < b.id) {
        Ok(stock)
    } else {
        Err(CodecError::OutOfRange("order of intents"))
    }
}

/// Puts it into a restored zone.
pub(crate) fn install(world: &World, stock: Stock) {
    world.run(
        |mut flights: UniqueViewMut<'_, Flights>,
         mut graves: UniqueViewMut<'_, Graves>,
         mut secret: UniqueViewMut<'_, Secret>,
         mut pending: UniqueViewMut<'_, Pending>| {
            flights.0 = stock.flights;
            graves.0 = stock.graves;
            secret.0 = stock.secret;
            *pending = Pending { newest: stock.newest, list: stock.pending, fresh: Vec::new() };
        },
    );
}

fn bounded(reader: &mut Reader<'_>, max: usize, what: &'static str) -> Result<u32, CodecError> {
    let count = reader.u32()?;
    if count as usize > max { Err(CodecError::OutOfRange(what)) } else { Ok(count) }
}

fn put_flight(flight: &Flight, sink: &mut impl Sink) {
    sink.u64(flight.source.get());
    sink.u64(flight.target.get());
    sink.u16(flight.skill.map_or(0, SkillId::get));
    sink.u64(flight.arrives.get());
    sink.u64(flight.released.get());
    flight.power.put(sink);
}

fn get_flight(reader: &mut Reader<'_>) -> Result<Flight, CodecError> {
    let (source, target) = (ActorId::new(reader.u64()?), ActorId::new(reader.u64()?));
    let skill = reader.u16()?;
    Ok(Flight {
        source,
        target,
        skill: (skill != 0).then(|| SkillId::new(skill)),
        arrives: get_tick(reader)?,
        released: get_tick(reader)?,
        power: Power::get(reader)?,
    })
}

/// Also used by the log's readers of intents.
pub(crate) fn put_intent(intent: &Intent, sink: &mut impl Sink) {
    sink.u64(intent.id.get());
    sink.u64(intent.player.get());
    sink.u8(intent.reason as u8);
    put_actor(sink, intent.thing);
    sink.u8(intent.entries.len() as u8);
    intent.entries.iter().for_each(|entry| put_entry(*entry, sink));
}

fn get_intent(reader: &mut Reader<'_>) -> Result<Intent, CodecError> {
    let (id, player) = (IntentId::new(reader.u64()?), PlayerId::new(reader.u64()?));
    let (reason, thing) = (get_reason(reader)?, get_actor(reader)?);
    let mut entries = Vec::new();
    for _ in 0..reader.u8()? {
        entries.push(get_entry(reader)?);
    }
    Ok(Intent { id, player, reason, thing, entries })
}

fn get_reason(reader: &mut Reader<'_>) -> Result<Reason, CodecError> {
    const ALL: [Reason; 9] = [
        Reason::Kill,
        Reason::Loot,
        Reason::Quest,
        Reason::HandIn,
        Reason::Use,
        Reason::Arrange,
        Reason::Discard,
        Reason::Level,
        Reason::Kit,
    ];
    let raw = reader.u8()?;
    let reason = ALL.into_iter().find(|&reason| reason as u8 == raw);
    reason.ok_or(CodecError::OutOfRange("reason"))
}

fn put_place(place: Place, sink: &mut impl Sink) {
    match place {
        Place::Bag(slot) => sink.u16(u16::from(slot)),
        Place::Worn(slot) => sink.u16(256 + u16::from(slot)),
    }
}

fn get_place(reader: &mut Reader<'_>) -> Result<Place, CodecError> {
    let raw = reader.u16()?;
    match (raw >> 8, raw as u8) {
        (0, slot) => Ok(Place::Bag(slot)),
        (1, slot) => Ok(Place::Worn(slot)),
        _ => Err(CodecError::OutOfRange("place of an item")),
    }
}

fn put_entry(entry: Entry, sink: &mut impl Sink) {
    match entry {
        Entry::Coin { delta } => {
            sink.u8(0);
            sink.u64(delta.cast_unsigned());
        }
        Entry::Create { definition, rarity, quantity, bound, slot } => {
            sink.u8(1);
            sink.u16(definition.get());
            sink.u8(rarity);
            sink.u16(quantity);
            sink.bool(bound);
            sink.u8(slot);
        }
        Entry::Grow { uid, quantity } => {
            sink.u8(2);
            sink.u64(uid.get());
            sink.u16(quantity);
        }
        Entry::Shrink { uid, quantity } => {
            sink.u8(3);
            sink.u64(uid.get());
            sink.u16(quantity);
        }
        Entry::Move { uid, from, to } => {
            sink.u8(4);
            sink.u64(uid.get());
            put_place(from, sink);
            put_place(to, sink);
        }
        Entry::Level { level } => {
            sink.u8(5);
            sink.u8(level);
        }
        Entry::QuestDone { quest, experience } => {
            sink.u8(6);
            sink.u16(quest.get());
            sink.u32(experience);
        }
        Entry::QuestTaken { quest } => {
            sink.u8(7);
            sink.u16(quest.get());
        }
    }
}

fn get_entry(reader: &mut Reader<'_>) -> Result<Entry, CodecError> {
    Ok(match reader.u8()? {
        0 => Entry::Coin { delta: reader.u64()?.cast_signed() },
        1 => Entry::Create {
            definition: ItemId::new(reader.u16()?),
            rarity: reader.u8()?,
            quantity: reader.u16()?,
            bound: reader.bool()?,
            slot: reader.u8()?,
        },
        2 => Entry::Grow { uid: ItemUid::new(reader.u64()?), quantity: reader.u16()? },
        3 => Entry::Shrink { uid: ItemUid::new(reader.u64()?), quantity: reader.u16()? },
        4 => Entry::Move {
            uid: ItemUid::new(reader.u64()?),
            from: get_place(reader)?,
            to: get_place(reader)?,
        },
        5 => Entry::Level { level: reader.u8()? },
        6 => Entry::QuestDone { quest: QuestId::new(reader.u16()?), experience: reader.u32()? },
        7 => Entry::QuestTaken { quest: QuestId::new(reader.u16()?) },
        _ => return Err(CodecError::OutOfRange("entry of an intent")),
    })
}
