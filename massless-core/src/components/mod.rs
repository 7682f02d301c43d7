//! What actors are made of: plain data, one family a file.
//!
//! Each component describes its canonical form once, in `put`, for snapshot and hash alike, and reads it
//! back in `get`, which refuses what is out of range. No component holds an `EntityId`: they
//! name other actors by `ActorId`.

pub(crate) mod body;
pub(crate) mod brain;
pub(crate) mod controls;
pub(crate) mod effects;
pub(crate) mod fighter;
pub(crate) mod grudge;
pub(crate) mod hero;
pub(crate) mod identity;
pub(crate) mod thing;
pub(crate) mod vitals;

pub(crate) use body::Body;
pub(crate) use brain::Brain;
pub(crate) use controls::Controls;
pub(crate) use effects::{Effects, Power};
pub(crate) use fighter::Fighter;
pub(crate) use grudge::Grudge;
pub(crate) use hero::Hero;
pub(crate) use identity::Identity;
pub(crate) use thing::{Drop, Field};
pub(crate) use vitals::Vitals;

use crate::codec::{CodecError, Reader, Sink};
use crate::ids::ActorId;
use crate::math::{Vec2, Vec3};
use crate::units::Tick;

/// Bytes of the components that every creature and character has.
pub(crate) const BODY_BYTES: usize = size_of::<Body>()
    + size_of::<Brain>()
    + size_of::<Effects>()
    + size_of::<Fighter>()
    + size_of::<Grudge>()
    + size_of::<Identity>()
    + size_of::<Vitals>();

/// A component's canonical form.
pub(crate) trait Canonical: Sized {
    /// Feeds every field to a snapshot or a hash.
    fn put(&self, sink: &mut impl Sink);
    /// Reads what `put` wrote.
    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError>;
}

pub(crate) fn put_vec3(sink: &mut impl Sink, v: Vec3) {
    sink.f32(v.x);
    sink.f32(v.y);
    sink.f32(v.z);
}

pub(crate) fn get_vec3(reader: &mut Reader<'_>) -> Result<Vec3, CodecError> {
    Ok(Vec3::new(reader.f32()?, reader.f32()?, reader.f32()?))
}

pub(crate) fn put_vec2(sink: &mut impl Sink, v: Vec2) {
    sink.f32(v.x);
    sink.f32(v.y);
}

pub(crate) fn get_vec2(reader: &mut Reader<'_>) -> Result<Vec2, CodecError> {
    Ok(Vec2::new(reader.f32()?, reader.f32()?))
}

/// `None` is 0: the first actor is 1.
pub(crate) fn put_actor(sink: &mut impl Sink, actor: Option<ActorId>) {
    sink.u64(actor.map_or(0, ActorId::get));
}

pub(crate) fn get_actor(reader: &mut Reader<'_>) -> Result<Option<ActorId>, CodecError> {
    let raw = reader.u64()?;
    Ok((raw != 0).then(|| ActorId::new(raw)))
}

pub(crate) fn get_tick(reader: &mut Reader<'_>) -> Result<Tick, CodecError> {
    Ok(Tick::new(reader.u64()?))
}

/// `None` is all ones.
pub(crate) fn put_tick_option(sink: &mut impl Sink, tick: Option<Tick>) {
    sink.u64(tick.map_or(u64::MAX, Tick::get));
}

pub(crate) fn get_tick_option(reader: &mut Reader<'_>) -> Result<Option<Tick>, CodecError> {
    let raw = reader.u64()?;
    Ok((raw != u64::MAX).then(|| Tick::new(raw)))
}
