//! `quests/<id>-<name>.ron`: who gives a quest, what it asks and what it pays. Game rules, section 14.

use crate::ids::{CreatureId, ItemId, NpcId, QuestId, ZoneId};
use crate::units::Level;

/// An NPC a quest speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpcRef {
    /// Number `n` of the zone the character is in (id = zone x 100 + n).
    Local(u16),
    /// That one.
    Npc(NpcId),
}

impl NpcRef {
    /// Which NPC is meant in a zone.
    #[must_use]
    pub const fn in_zone(self, zone: ZoneId) -> NpcId {
        match self {
            Self::Local(n) => NpcId::new((zone.get() * 100) as u16 + n),
            Self::Npc(id) => id,
        }
    }
}

/// What a quest asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Talk to somebody; handed in there.
    Talk(NpcRef),
    /// Kill creatures; handed in at the giver.
    Kill {
        /// Which.
        creature: CreatureId,
        /// How many.
        count: u16,
    },
    /// Bring items, which are consumed; handed in at the giver.
    Collect {
        /// Which.
        item: ItemId,
        /// How many.
        count: u16,
    },
    /// Bring an item, which is given with the quest, to somebody.
    Deliver {
        /// Which.
        item: ItemId,
        /// To whom.
        to: NpcRef,
    },
}

/// A quest.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestDef {
    /// Its id.
    pub id: QuestId,
    /// Shown name.
    pub name: String,
    /// What the giver says.
    pub offer: String,
    /// What is said while it is not done.
    pub reminder: String,
    /// What is said at the end.
    pub thanks: String,
    /// From which level on.
    pub level: Level,
    /// Who gives it.
    pub giver: NpcRef,
    /// What it asks.
    pub goal: Goal,
    /// Quests that must be done before; usually the one before in the story.
    pub after: Vec<QuestId>,
    /// Experience.
    pub experience: u32,
    /// Coin.
    pub coin: u32,
    /// Items, with quantities.
    pub items: Vec<(ItemId, u16)>,
}

impl QuestDef {
    /// Who takes it back.
    #[must_use]
    pub const fn receiver(&self) -> NpcRef {
        match self.goal {
            Goal::Talk(npc) | Goal::Deliver { to: npc, .. } => npc,
            Goal::Kill { .. } | Goal::Collect { .. } => self.giver,
        }
    }
}
