//! Whom a creature hates, and who has done what to it.

use shipyard::Component;

use super::{Canonical, get_tick};
use crate::codec::{CodecError, Reader, Sink};
use crate::ids::{ActorId, PlayerId};
use crate::limits::GRUDGE_MAX;
use crate::units::Tick;

/// Foes a creature has room for from the start: more make its lists grow once.
const USUAL_FOES: usize = 4;

/// One actor on a creature's threat list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threat {
    /// Who.
    pub(crate) actor: ActorId,
    /// In half hit points: damage counts 2, effective healing 1.
    pub(crate) amount: u64,
}

/// What a player contributed to a creature's death, in quarters of a hit point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contribution {
    /// Who; it stays when the actor is gone.
    pub(crate) player: PlayerId,
    /// Damage dealt x 4 + effective healing x 2 + damage taken x 1.
    pub(crate) amount: u64,
}

/// Threat and contributions.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub(crate) struct Grudge {
    /// Rising by actor.
    pub(crate) threats: Vec<Threat>,
    /// Rising by player.
    pub(crate) contributions: Vec<Contribution>,
    /// Damage by those who are no players, in quarters.
    pub(crate) others: u64,
    /// Last damage either way.
    pub(crate) last_harm: Tick,
}

impl Grudge {
    /// Of a creature that nobody has harmed, with room for a few who will.
    pub(crate) fn calm() -> Self {
        Self {
            threats: Vec::with_capacity(USUAL_FOES),
            contributions: Vec::with_capacity(USUAL_FOES),
            ..Self::default()
        }
    }

    /// Raises somebody's threat; a full list drops its least hated.
    pub(crate) fn hate(&mut self, actor: ActorId, amount: u64) {
        match self.threats.binary_search_by_key(&actor, |threat| threat.actor) {
            Ok(index) => self.threats[index].amount += amount,
            Err(index) if self.threats.len() < GRUDGE_MAX => {
                self.threats.insert(index, Threat { actor, amount });
            }
            Err(_) => {}
        }
    }

    /// Credits a player.
    pub(crate) fn credit(&mut self, player: PlayerId, amount: u64) {
        match self.contributions.binary_search_by_key(&player, |entry| entry.player) {
            Ok(index) => self.contributions[index].amount += amount,
            Err(index) if self.contributions.len() < GRUDGE_MAX => {
                self.contributions.insert(index, Contribution { player, amount });
            }
            Err(_) => self.others += amount,
        }
    }

    /// Forgives everybody.
    pub(crate) fn clear(&mut self) {
        self.threats.clear();
        self.contributions.clear();
        self.others = 0;
    }
}

impl Canonical for Grudge {
    fn put(&self, sink: &mut impl Sink) {
        sink.u8(self.threats.len() as u8);
        for threat in &self.threats {
            sink.u64(threat.actor.get());
            sink.u64(threat.amount);
        }
        sink.u8(self.contributions.len() as u8);
        for entry in &self.contributions {
            sink.u64(entry.player.get());
            sink.u64(entry.amount);
        }
        sink.u64(self.others);
        sink.u64(self.last_harm.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut grudge = Self::default();
        for _ in 0..reader.u8()? {
            let threat = Threat { actor: ActorId::new(reader.u64()?), amount: reader.u64()? };
            if grudge.threats.last().is_some_and(|last| last.actor >= threat.actor) {
                return Err(CodecError::OutOfRange("order of threats"));
            }
            grudge.threats.push(threat);
        }
        for _ in 0..reader.u8()? {
            let player = PlayerId::new(reader.u64()?);
            let entry = Contribution { player, amount: reader.u64()? };
            if grudge.contributions.last().is_some_and(|last| last.player >= player) {
                return Err(CodecError::OutOfRange("order of contributions"));
            }
            grudge.contributions.push(entry);
        }
        if grudge.threats.len() > GRUDGE_MAX || grudge.contributions.len() > GRUDGE_MAX {
            return Err(CodecError::OutOfRange("grudges"));
        }
        grudge.others = reader.u64()?;
        grudge.last_harm = get_tick(reader)?;
        Ok(grudge)
    }
}
