//! What a zone holds beside its actors: hits in flight, graves, the secret word, pending intents, trades.
//! Described once, for snapshot and hash.

use shipyard::{UniqueView, UniqueViewMut, World};

mod intents;

use self::intents::{get_intent, put_intent};
use super::state::{Flight, Flights, Grave, Graves, Pending, Secret};
use super::trades::Trades;
use crate::codec::{CodecError, Reader, Sink};
use crate::components::{Power, get_tick};
use crate::ids::{ActorId, SkillId};
use crate::intent::Intent;
use crate::limits::{ACTORS_MAX, CHARACTERS_MAX, FLIGHTS_PER_1000, PENDING_PER_PLAYER_MAX};

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    flights: Vec<Flight>,
    graves: Vec<Grave>,
    secret: u64,
    newest: u64,
    pending: Vec<Intent>,
    trades: Trades,
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
            pending.trades.put(sink);
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
    stock.trades = Trades::get(reader, CHARACTERS_MAX)?;
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
            *pending = Pending {
                newest: stock.newest,
                list: stock.pending,
                fresh: Vec::new(),
                trades: stock.trades,
            };
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
