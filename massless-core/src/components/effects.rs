//! Status effects on an actor, and how tired it is of being controlled.

use shipyard::Component;

use super::{Canonical, get_tick};
use crate::codec::{CodecError, Reader, Sink};
use crate::content::creature::Damage;
use crate::ids::{ActorId, EffectId};
use crate::limits::EFFECTS_MAX;
use crate::units::Tick;

/// The caster's side of a hit, fixed at release or application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Power {
    /// Attack.
    pub(crate) attack: u32,
    /// Coefficient, basis points of attack.
    pub(crate) bp: u32,
    /// Rank of the skill; 1 for swings.
    pub(crate) rank: u8,
    /// Level of the attacker: reduction depends on it.
    pub(crate) level: u8,
    /// Damage effects of the attacker, basis points.
    pub(crate) dealt_bp: i32,
    /// Chance of a critical hit, basis points.
    pub(crate) crit_bp: u32,
    /// Against which defence it counts.
    pub(crate) damage: Damage,
    /// A character's.
    pub(crate) by_character: bool,
}

impl Power {
    pub(crate) fn put(&self, sink: &mut impl Sink) {
        sink.u32(self.attack);
        sink.u32(self.bp);
        sink.u8(self.rank);
        sink.u8(self.level);
        sink.u32(self.dealt_bp.cast_unsigned());
        sink.u32(self.crit_bp);
        sink.bool(self.damage == Damage::Magic);
        sink.bool(self.by_character);
    }

    pub(crate) fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            attack: reader.u32()?,
            bp: reader.u32()?,
            rank: reader.u8()?,
            level: reader.u8()?,
            dealt_bp: reader.u32()?.cast_signed(),
            crit_bp: reader.u32()?,
            damage: if reader.bool()? { Damage::Magic } else { Damage::Physical },
            by_character: reader.bool()?,
        })
    }
}

/// One effect on an actor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Effect {
    /// Which.
    pub(crate) effect: EffectId,
    /// Whose.
    pub(crate) caster: ActorId,
    /// Gained in this tick; acts from the next.
    pub(crate) since: Tick,
    /// Acts before this tick.
    pub(crate) until: Tick,
    /// Ticks between workings; 0 for none.
    pub(crate) every: u32,
    /// Next working.
    pub(crate) next: Tick,
    /// The caster's side of its workings.
    pub(crate) power: Power,
    /// What it still absorbs.
    pub(crate) absorbs: u32,
}

impl Effect {
    /// Gained before `now` and not over.
    pub(crate) fn acts(&self, now: Tick) -> bool {
        self.since < now && now < self.until
    }
}

/// How often one kind of control was effective lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resistance {
    /// Effective ones in the row.
    pub(crate) count: u8,
    /// The count resets at this tick.
    pub(crate) until: Tick,
}

/// All effects of an actor, in the order they were gained.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub(crate) struct Effects {
    /// At most `EFFECTS_MAX`.
    pub(crate) list: Vec<Effect>,
    /// Against stun, root, silence.
    pub(crate) resistance: [Resistance; 3],
}

impl Canonical for Effects {
    fn put(&self, sink: &mut impl Sink) {
        sink.u8(self.list.len() as u8);
        for effect in &self.list {
            sink.u16(effect.effect.get());
            sink.u64(effect.caster.get());
            sink.u64(effect.since.get());
            sink.u64(effect.until.get());
            sink.u32(effect.every);
            sink.u64(effect.next.get());
            effect.power.put(sink);
            sink.u32(effect.absorbs);
        }
        let is_tired = self.resistance.iter().any(|resistance| resistance.count > 0);
        sink.bool(is_tired);
        if is_tired {
            for resistance in self.resistance {
                sink.u8(resistance.count);
                sink.u64(resistance.until.get());
            }
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let len = usize::from(reader.u8()?);
        if len > EFFECTS_MAX {
            return Err(CodecError::OutOfRange("effects"));
        }
        let mut list = Vec::with_capacity(len);
        for _ in 0..len {
            list.push(Effect {
                effect: EffectId::new(reader.u16()?),
                caster: ActorId::new(reader.u64()?),
                since: get_tick(reader)?,
                until: get_tick(reader)?,
                every: reader.u32()?,
                next: get_tick(reader)?,
                power: Power::get(reader)?,
                absorbs: reader.u32()?,
            });
        }
        let mut resistance = [Resistance::default(); 3];
        if reader.bool()? {
            for entry in &mut resistance {
                *entry = Resistance { count: reader.u8()?, until: get_tick(reader)? };
            }
        }
        Ok(Self { list, resistance })
    }
}
