//! What is no body: items on the ground and areas that work later. They are actors, so that index,
//! snapshot and replication treat them like all others.

use shipyard::Component;

use super::{Canonical, Power, get_tick};
use crate::codec::{CodecError, Reader, Sink};
use crate::ids::{ActorId, IntentId, PlayerId, SkillId};
use crate::units::Tick;

/// An item on the ground. What it is stands in `Identity`.
#[derive(Component, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drop {
    /// Only this player takes it before `free_at`.
    pub(crate) owner: PlayerId,
    /// Free for all from then on.
    pub(crate) free_at: Tick,
    /// Gone then.
    pub(crate) gone_at: Tick,
    /// The operation that is picking it up.
    pub(crate) taken_by: Option<IntentId>,
}

impl Canonical for Drop {
    fn put(&self, sink: &mut impl Sink) {
        sink.u64(self.owner.get());
        sink.u64(self.free_at.get());
        sink.u64(self.gone_at.get());
        sink.u64(self.taken_by.map_or(0, IntentId::get));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let owner = PlayerId::new(reader.u64()?);
        let (free_at, gone_at) = (get_tick(reader)?, get_tick(reader)?);
        let taken = reader.u64()?;
        let taken_by = (taken != 0).then(|| IntentId::new(taken));
        Ok(Self { owner, free_at, gone_at, taken_by })
    }
}

/// An area that works at `next`, and again. Its skill stands in `Identity`, its place in `Body`.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// Whose.
    pub(crate) caster: ActorId,
    /// The skill.
    pub(crate) skill: SkillId,
    /// Next working.
    pub(crate) next: Tick,
    /// Workings left.
    pub(crate) left: u8,
    /// The caster's side.
    pub(crate) power: Power,
}

impl Canonical for Field {
    fn put(&self, sink: &mut impl Sink) {
        sink.u64(self.caster.get());
        sink.u16(self.skill.get());
        sink.u64(self.next.get());
        sink.u8(self.left);
        self.power.put(sink);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            caster: ActorId::new(reader.u64()?),
            skill: SkillId::new(reader.u16()?),
            next: get_tick(reader)?,
            left: reader.u8()?,
            power: Power::get(reader)?,
        })
    }
}
