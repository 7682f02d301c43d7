//! What an actor is: fixed when it appears.

use shipyard::Component;

use super::Canonical;
use crate::codec::{CodecError, Reader, Sink};
use crate::content::item::RARITIES;
use crate::ids::{CreatureId, ItemId, NpcId, SkillId};
use crate::units::Level;
use crate::view::Kind;

/// Kind and level of an actor.
#[derive(Component, Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its level.
    pub(crate) level: Level,
}

impl Canonical for Identity {
    fn put(&self, sink: &mut impl Sink) {
        let (tag, number) = match self.kind {
            Kind::Character { look } => (0, u16::from(look)),
            Kind::Creature(id) => (1, id.get()),
            Kind::Npc(id) => (2, id.get()),
            Kind::Item { definition, .. } => (3, definition.get()),
            Kind::Area { skill } => (4, skill.get()),
        };
        sink.u8(tag);
        sink.u16(number);
        if let Kind::Item { rarity, quantity, .. } = self.kind {
            sink.u8(rarity);
            sink.u16(quantity);
        }
        sink.u8(self.level.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let tag = reader.u8()?;
        let number = reader.u16()?;
        let kind = match tag {
            0 => {
                let look = u8::try_from(number).map_err(|_| CodecError::OutOfRange("look"))?;
                Kind::Character { look }
            }
            1 => Kind::Creature(CreatureId::new(number)),
            2 => Kind::Npc(NpcId::new(number)),
            3 => {
                let (rarity, quantity) = (reader.u8()?, reader.u16()?);
                if usize::from(rarity) >= RARITIES || quantity == 0 {
                    return Err(CodecError::OutOfRange("item on the ground"));
                }
                Kind::Item { definition: ItemId::new(number), rarity, quantity }
            }
            4 => Kind::Area { skill: SkillId::new(number) },
            _ => return Err(CodecError::OutOfRange("kind")),
        };
        let level = reader.u8()?;
        if level != Level::new(level).get() {
            return Err(CodecError::OutOfRange("level"));
        }
        Ok(Self { kind, level: Level::new(level) })
    }
}
