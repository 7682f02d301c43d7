//! What a client has kept of the world when its line was cut: named in the hello that takes the session up, so that only
//! what has changed since is told.
//!
//! ```text
//! 0, or 1 | zone 32 | epoch 32 | tick 64 | streamed 64 | ack 1 (+48)
//! ```
//!
//! It is the client's word and decides about nothing but what it is told: a host that cannot build on it tells the
//! whole world.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::ZoneId;
use massless_core::units::Tick;

use super::client_frame::ShortTick;
use super::state::{Ack, read_ack, write_ack};

/// What a client has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The zone it was in.
    pub zone: ZoneId,
    /// That zone's epoch by the welcome.
    pub epoch: u32,
    /// The newest tick whose own state it took in.
    pub tick: Tick,
    /// The tick of the newest update it took in; before the first one, the tick before that of the welcome.
    pub streamed: Tick,
    /// Where states came by datagram: which of them it took in. The newest is that of `tick`.
    pub ack: Option<Ack>,
}

pub(super) fn write_kept(out: &mut BitWriter, kept: Option<&Kept>) {
    out.bool(kept.is_some());
    if let Some(kept) = kept {
        out.bits(u64::from(kept.zone.get()), 32);
        out.bits(u64::from(kept.epoch), 32);
        out.bits(kept.tick.get(), 64);
        out.bits(kept.streamed.get(), 64);
        write_ack(out, kept.ack.as_ref());
    }
}

pub(super) fn read_kept(bits: &mut BitReader<'_>) -> Result<Option<Kept>, CodecError> {
    if !bits.bool()? {
        return Ok(None);
    }
    let zone = ZoneId::new(bits.bits(32)? as u32);
    let epoch = bits.bits(32)? as u32;
    let (tick, streamed) = (Tick::new(bits.bits(64)?), Tick::new(bits.bits(64)?));
    let newest = ShortTick::of(tick);
    let ack = read_ack(bits)?.map(|ack| Ack { newest, ..ack });
    Ok(Some(Kept { zone, epoch, tick, streamed, ack }))
}
