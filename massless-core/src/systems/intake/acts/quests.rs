//! Quests: talked about, taken, handed in, given up. Game rules, section 14.
//!
//! Taking and handing in are operations of the store, since things and coin change hands with them.

use shipyard::{UniqueView, World};

use super::near::{find_npc, look_at, within_talk};
use crate::content::item::{ItemDef, ItemKind};
use crate::content::quest::{Goal, QuestDef};
use crate::event::{Event, Rejection};
use crate::holdings::bag::Ware;
use crate::holdings::{Person, Plan, with_person};
use crate::ids::{ActorId, ItemId, NpcId, PlayerId, QuestId};
use crate::intent::{Entry, Reason};
use crate::limits::{QUESTS_DONE_MAX, QUESTS_MAX};
use crate::zone::state::Scene;

/// Talks to an NPC: quests that ask for it may be handed in then.
pub(super) fn talk(world: &World, player: PlayerId, npc: ActorId) -> Result<(), Rejection> {
    let found = look_at(world, npc);
    with_person(world, player, |person| {
        person.alive()?;
        let (id, place) = found.ok_or(Rejection::NoSuchQuest)?;
        within_talk(person, place)?;
        note_talk(person, id);
        Ok(())
    })
    .unwrap_or(Err(Rejection::NotHere))
}

fn note_talk(person: &mut Person<'_>, npc: NpcId) {
    let (content, zone, player) = (person.content(), person.scene.zone, person.player);
    let asks = |quest: QuestId| {
        let goal = content.quest(quest).map(|def| def.goal);
        matches!(goal, Some(Goal::Talk(asked)) if asked.in_zone(zone) == npc)
    };
    for index in 0..person.hero.sheet.quests.len() {
        let state = person.hero.sheet.quests[index];
        if state.count == 0 && asks(state.quest) {
            person.hero.change().quests[index].count = 1;
            person.tell(Event::Quest { player, quest: state.quest, count: 1, done: false });
        }
    }
}

/// Takes a quest from its giver, who must be near.
pub(super) fn take(world: &World, player: PlayerId, quest: QuestId) -> Result<(), Rejection> {
    beside(
        world,
        player,
        quest,
        |def| def.giver.in_zone(zone_of(world)),
        |person, def| {
            let sheet = &person.hero.sheet;
            let repeated = sheet.done.binary_search(&quest).is_ok();
            let after = def.after.iter().all(|before| sheet.done.binary_search(before).is_ok());
            if repeated || !after || sheet.quests.iter().any(|state| state.quest == quest) {
                return Err(Rejection::NotOffered);
            }
            if def.level > person.level() {
                return Err(Rejection::LevelTooLow);
            }
            if is_pending(person, quest) {
                return Err(Rejection::Locked);
            }
            if sheet.quests.len() + coming(person) >= QUESTS_MAX {
                return Err(Rejection::QuestLogFull);
            }
            let mut plan = Plan::of(person);
            plan.push(Entry::QuestTaken { quest });
            if let Goal::Deliver { item, .. } = def.goal {
                plan.add_all(ware(person, item), 1)?;
            }
            let entries = plan.into_entries();
            person.ask(Reason::Quest, entries).map(|_| ())
        },
    )
}

/// Hands a quest in to whoever takes it back, who must be near.
pub(super) fn hand_in(world: &World, player: PlayerId, quest: QuestId) -> Result<(), Rejection> {
    beside(
        world,
        player,
        quest,
        |def| def.receiver().in_zone(zone_of(world)),
        |person, def| {
            let state = person.hero.sheet.quests.iter().find(|state| state.quest == quest);
            let state = *state.ok_or(Rejection::NotOffered)?;
            if is_pending(person, quest) {
                return Err(Rejection::Locked);
            }
            if person.hero.sheet.done.len() >= QUESTS_DONE_MAX {
                return Err(Rejection::QuestLogFull);
            }
            let mut plan = Plan::of(person);
            match def.goal {
                // Standing before the right one and handing in is talking.
                Goal::Talk(_) => {}
                Goal::Kill { count, .. } if state.count < count => return Err(Rejection::NotDone),
                Goal::Kill { .. } => {}
                Goal::Collect { item, count } => give_up_items(person, &mut plan, item, count)?,
                Goal::Deliver { item, .. } => give_up_items(person, &mut plan, item, 1)?,
            }
            for &(item, quantity) in &def.items {
                plan.add_all(ware(person, item), quantity)?;
            }
            let delta = i64::from(def.coin).min(person.coin_room());
            if delta > 0 {
                plan.push(Entry::Coin { delta });
            }
            plan.push(Entry::QuestDone { quest, experience: def.experience });
            let entries = plan.into_entries();
            person.ask(Reason::Quest, entries).map(|_| ())
        },
    )
}

/// Gives a quest up; what it handed over is destroyed.
pub(super) fn abandon(person: &mut Person<'_>, quest: QuestId) -> Result<(), Rejection> {
    let known = person.hero.sheet.quests.iter().any(|state| state.quest == quest);
    if !known {
        return Err(Rejection::NoSuchQuest);
    }
    if is_pending(person, quest) {
        return Err(Rejection::Locked);
    }
    if let Some(Goal::Deliver { item, .. }) = person.content().quest(quest).map(|def| def.goal) {
        let carries = count_of(person, item) > 0;
        let mut plan = Plan::of(person);
        if carries {
            plan.remove(item, 1).map_err(|_| Rejection::Locked)?;
            let entries = plan.into_entries();
            person.ask(Reason::Discard, entries)?;
        }
    }
    person.hero.change().quests.retain(|state| state.quest != quest);
    Ok(())
}

fn zone_of(world: &World) -> crate::ids::ZoneId {
    world.run(|scene: UniqueView<'_, Scene>| scene.zone)
}

/// Does something about a quest beside the NPC that it concerns.
fn beside(
    world: &World,
    player: PlayerId,
    quest: QuestId,
    whom: impl FnOnce(&QuestDef) -> NpcId,
    act: impl FnOnce(&mut Person<'_>, &QuestDef) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let content = world.run(|scene: UniqueView<'_, Scene>| scene.content.clone());
    let def = content.quest(quest);
    let place = def.and_then(|def| find_npc(world, whom(def)));
    with_person(world, player, |person| {
        person.alive()?;
        let (def, place) = def.zip(place).ok_or(Rejection::NoSuchQuest)?;
        within_talk(person, place)?;
        act(person, def)
    })
    .unwrap_or(Err(Rejection::NotHere))
}

/// An operation about that quest waits for the store.
fn is_pending(person: &Person<'_>, quest: QuestId) -> bool {
    let mut entries = person.stakes().intents().flat_map(|intent| &intent.entries);
    entries.any(|entry| match *entry {
        Entry::QuestTaken { quest: named } | Entry::QuestDone { quest: named, .. } => {
            named == quest
        }
        _ => false,
    })
}

/// Quests that are about to be taken.
fn coming(person: &Person<'_>) -> usize {
    let entries = person.stakes().intents().flat_map(|intent| &intent.entries);
    entries.filter(|entry| matches!(entry, Entry::QuestTaken { .. })).count()
}

fn ware(person: &Person<'_>, definition: ItemId) -> Ware {
    let kind = person.content().item(definition).map(|def: &ItemDef| &def.kind);
    Ware { definition, rarity: 0, bound: matches!(kind, Some(ItemKind::Quest)) }
}

fn count_of(person: &Person<'_>, definition: ItemId) -> u32 {
    let items = person.hero.sheet.bag.iter().flatten();
    let items = items.filter(|item| item.definition == definition);
    items.map(|item| u32::from(item.quantity)).sum()
}

fn give_up_items(
    person: &Person<'_>,
    plan: &mut Plan<'_>,
    item: ItemId,
    count: u16,
) -> Result<(), Rejection> {
    plan.remove(item, count).map_err(|reason| {
        if count_of(person, item) >= u32::from(count) { Rejection::Locked } else { reason }
    })
}
