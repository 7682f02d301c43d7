//! Quests: what to take, what to hand in, what they ask to be hunted.

use massless_core::character::Sheet;
use massless_core::content::Content;
use massless_core::content::quest::{Goal, QuestDef};
use massless_core::ids::{CreatureId, NpcId, QuestId};
use massless_core::limits::QUESTS_MAX;
use massless_core::math::Vec2;

use super::gear::carried;
use super::sense::Sense;

/// A walk to somebody of this zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Errand {
    /// To whom.
    pub(crate) npc: NpcId,
    /// Where that is.
    pub(crate) place: Vec2,
    /// About which quest.
    pub(crate) quest: QuestId,
    /// What to do there.
    pub(crate) deed: Deed,
}

/// What to do at the end of an errand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Take the quest.
    Take,
    /// Talk, as the quest asks.
    Talk,
    /// Hand it in.
    HandIn,
}

/// The nearest errand of this zone; `is_open` says which quests are not left alone for now.
pub(crate) fn errand(
    content: &Content,
    sense: &Sense,
    sheet: &Sheet,
    is_open: &dyn Fn(QuestId) -> bool,
) -> Option<Errand> {
    let zone = content.zone(sense.zone)?;
    let quests = content.quests().iter().filter(|quest| is_open(quest.id));
    let errands = quests.filter_map(|quest| {
        let (npc, deed) = step(sense, sheet, quest)?;
        let at = zone.npcs.iter().find(|def| def.id == npc)?;
        Some(Errand { npc, place: at.place, quest: quest.id, deed })
    });
    errands.min_by(|a, b| {
        let way = |errand: &Errand| errand.place.distance(sense.place);
        way(a).total_cmp(&way(b)).then(a.quest.cmp(&b.quest))
    })
}

/// What a quest needs of an NPC now.
fn step(sense: &Sense, sheet: &Sheet, quest: &QuestDef) -> Option<(NpcId, Deed)> {
    let receiver = quest.receiver().in_zone(sense.zone);
    match count(sheet, quest.id) {
        None => {
            is_offered(sense, sheet, quest).then(|| (quest.giver.in_zone(sense.zone), Deed::Take))
        }
        Some(count) => match quest.goal {
            Goal::Talk(_) if count == 0 => Some((receiver, Deed::Talk)),
            _ => is_done(sheet, quest, count).then_some((receiver, Deed::HandIn)),
        },
    }
}

fn count(sheet: &Sheet, quest: QuestId) -> Option<u16> {
    sheet.quests.iter().find(|state| state.quest == quest).map(|state| state.count)
}

fn is_offered(sense: &Sense, sheet: &Sheet, quest: &QuestDef) -> bool {
    let is_behind = |quest: &QuestId| sheet.done.binary_search(quest).is_ok();
    quest.level <= sense.level
        && sheet.quests.len() < QUESTS_MAX
        && !is_behind(&quest.id)
        && quest.after.iter().all(is_behind)
}

fn is_done(sheet: &Sheet, quest: &QuestDef, counted: u16) -> bool {
    match quest.goal {
        Goal::Talk(_) => counted > 0,
        Goal::Kill { count, .. } => counted >= count,
        Goal::Collect { item, count } => carried(sheet, item) >= u32::from(count),
        Goal::Deliver { item, .. } => carried(sheet, item) > 0,
    }
}

/// Creatures that active quests ask for, of the earliest quest first.
pub(crate) fn asked_for(content: &Content, sheet: &Sheet) -> Vec<CreatureId> {
    let mut asked = Vec::new();
    let mut active: Vec<_> = sheet
        .quests
        .iter()
        .filter_map(|state| Some((content.quest(state.quest)?, state.count)))
        .filter(|(quest, count)| !is_done(sheet, quest, *count))
        .collect();
    active.sort_by_key(|(quest, _)| (quest.level, quest.id));
    for (quest, _) in active {
        match quest.goal {
            Goal::Kill { creature, .. } => asked.push(creature),
            Goal::Collect { item, .. } => {
                let leave = content.creatures().iter();
                let leave = leave.filter(|def| def.material.is_some_and(|entry| entry.0 == item));
                asked.extend(leave.map(|def| def.id));
            }
            Goal::Talk(_) | Goal::Deliver { .. } => {}
        }
    }
    asked
}
