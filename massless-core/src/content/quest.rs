//! `quests/<id>-<name>.ron`: who gives a quest, what it asks and what it pays. Game rules, section 14.

use serde::Deserialize;

use super::Known;
use super::source::{Drafts, Loader, Sheet, read};
use crate::ids::{CreatureId, ItemId, NpcId, QuestId, ZoneId};
use crate::units::Level;

/// An NPC a quest speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum NpcRef {
    /// Number `n` of the zone the character is in (id = zone x 100 + n).
    Local(u16),
    /// That one.
    Npc(#[serde(deserialize_with = "read::npc")] NpcId),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Goal {
    /// Talk to somebody; handed in there.
    Talk(NpcRef),
    /// Kill creatures; handed in at the giver.
    Kill {
        /// Which.
        #[serde(deserialize_with = "read::creature")]
        creature: CreatureId,
        /// How many.
        count: u16,
    },
    /// Bring items, which are consumed; handed in at the giver.
    Collect {
        /// Which.
        #[serde(deserialize_with = "read::item")]
        item: ItemId,
        /// How many.
        count: u16,
    },
    /// Bring an item, which is given with the quest, to somebody.
    Deliver {
        /// Which.
        #[serde(deserialize_with = "read::item")]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuest {
    id: u16,
    name: String,
    offer: String,
    reminder: String,
    thanks: String,
    level: u8,
    giver: NpcRef,
    goal: Goal,
    after: Vec<u16>,
    experience: u32,
    coin: u32,
    items: Vec<(u16, u16)>,
}

pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, QuestDef> {
    loader.drafts("quests", |raw: RawQuest, sheet| {
        sheet.name("name", &raw.name);
        sheet.text("offer", &raw.offer);
        sheet.text("reminder", &raw.reminder);
        sheet.text("thanks", &raw.thanks);
        sheet.range("level", raw.level, 1..=120);
        sheet.range("experience", raw.experience, 0..=10_000_000);
        sheet.range("coin", raw.coin, 0..=10_000_000);
        if let Goal::Kill { count, .. } | Goal::Collect { count, .. } = raw.goal {
            sheet.range("goal.count", count, 1..=1_000);
        }
        (u32::from(raw.id), frozen(raw))
    })
}

/// Quests name creatures, items, NPCs and quests that exist, and none waits for itself.
pub(super) fn check_references(quests: &mut Drafts<'_, QuestDef>, known: &Known) {
    let order: Vec<(QuestId, Vec<QuestId>)> =
        quests.list.iter().map(|(quest, _)| (quest.id, quest.after.clone())).collect();
    for (quest, sheet) in &mut quests.list {
        known_npc("giver", quest.giver, sheet, known);
        match quest.goal {
            Goal::Talk(npc) => known_npc("goal", npc, sheet, known),
            Goal::Kill { creature, .. } => {
                let id = u32::from(creature.get());
                sheet.known("goal.creature", "creature", id, &known.creatures);
            }
            Goal::Collect { item, .. } => {
                sheet.known("goal.item", "item", u32::from(item.get()), &known.items);
            }
            Goal::Deliver { item, to } => {
                sheet.known("goal.item", "item", u32::from(item.get()), &known.items);
                known_npc("goal.to", to, sheet, known);
            }
        }
        for &(item, quantity) in &quest.items {
            sheet.known("items", "item", u32::from(item.get()), &known.items);
            sheet.range("items", quantity, 1..=99);
        }
        for &before in &quest.after {
            sheet.known("after", "quest", u32::from(before.get()), &known.quests);
        }
        if waits_for(&order, quest.id, quest.id, order.len()) {
            sheet.error("after", "the quest waits for itself", "quests that can be done before");
        }
    }
}

/// Whether `quest` comes after `other`, over at most `steps` quests between.
fn waits_for(
    order: &[(QuestId, Vec<QuestId>)],
    quest: QuestId,
    other: QuestId,
    steps: usize,
) -> bool {
    let mut waiting = vec![quest];
    for _ in 0..steps {
        let mut before: Vec<QuestId> = Vec::new();
        for (_, after) in order.iter().filter(|(id, _)| waiting.contains(id)) {
            before.extend(after);
        }
        before.sort_unstable();
        before.dedup();
        if before.contains(&other) {
            return true;
        }
        waiting = before;
    }
    false
}

/// Notes an error unless some zone has that NPC.
fn known_npc(field: &str, npc: NpcRef, sheet: &mut Sheet<'_>, known: &Known) {
    match npc {
        NpcRef::Npc(id) => sheet.known(field, "npc", u32::from(id.get()), &known.npcs),
        NpcRef::Local(number) => {
            let is_known = known.npcs.iter().any(|&npc| npc % 100 == u32::from(number));
            if !is_known {
                let problem = format!("no zone has an npc with number {number}");
                sheet.error(field, problem, "n of an id zone x 100 + n, Npc(id) for a certain one");
            }
        }
    }
}

fn frozen(raw: RawQuest) -> QuestDef {
    let items = raw.items.into_iter().map(|(item, quantity)| (ItemId::new(item), quantity));
    QuestDef {
        id: QuestId::new(raw.id),
        name: raw.name,
        offer: raw.offer,
        reminder: raw.reminder,
        thanks: raw.thanks,
        level: Level::new(raw.level),
        giver: raw.giver,
        goal: raw.goal,
        after: raw.after.into_iter().map(QuestId::new).collect(),
        experience: raw.experience,
        coin: raw.coin,
        items: items.collect(),
    }
}
