//! A snapshot and the economy become one character.
//!
//! The snapshot may be some seconds older than the economy, never the other way round where it
//! matters: what is worth something is the economy's word alone.

use massless_core::character::{Character, QuestState, WORN_SLOTS};
use massless_core::content::Content;
use massless_core::intent::Place;
use massless_core::limits::BAG_SLOTS;

use super::economy::Economy;

/// The character as it goes on. Without a snapshot it begins where a new one does.
#[must_use]
pub fn merge(saved: Option<Character>, economy: &Economy, content: &Content) -> Character {
    let mut character = saved.unwrap_or_else(|| Character::plain(&economy.name, economy.look));
    character.name.clone_from(&economy.name);
    character.look = economy.look;
    let sheet = &mut character.sheet;
    (sheet.class, sheet.faction) = (economy.class, economy.faction);
    if sheet.resets < economy.resets {
        sheet.reset_points();
        sheet.resets = economy.resets;
    }
    merge_quests(&mut character, economy);
    rise(&mut character, economy, content);
    put_items(&mut character, economy);
    let sheet = &mut character.sheet;
    sheet.coin = economy.coin;
    sheet.ranks.clone_from(&economy.ranks);
    sheet.pity.clone_from(&economy.pity);
    character
}

/// Experience of quests that were done after the snapshot counts; counters of active ones are the
/// snapshot's.
fn merge_quests(character: &mut Character, economy: &Economy) {
    let sheet = &mut character.sheet;
    for row in economy.quests.iter().filter(|row| row.is_done) {
        if sheet.done.binary_search(&row.quest).is_err() {
            sheet.experience = sheet.experience.saturating_add(row.experience);
        }
    }
    let done = economy.quests.iter().filter(|row| row.is_done).map(|row| row.quest);
    sheet.done = done.collect();
    sheet.done.sort_unstable();
    let taken = |state: &QuestState| {
        economy.quests.iter().any(|row| !row.is_done && row.quest == state.quest)
    };
    sheet.quests.retain(taken);
    for row in economy.quests.iter().filter(|row| !row.is_done) {
        if !sheet.quests.iter().any(|state| state.quest == row.quest) {
            sheet.quests.push(QuestState { quest: row.quest, count: 0 });
        }
    }
}

/// Levels that were reached after the snapshot use up experience and bring points and skills.
fn rise(character: &mut Character, economy: &Economy, content: &Content) {
    while character.level < economy.level {
        character.level = character.sheet.rise(content, character.level);
    }
    character.level = economy.level;
}

fn put_items(character: &mut Character, economy: &Economy) {
    let sheet = &mut character.sheet;
    sheet.bag = [None; BAG_SLOTS];
    sheet.worn = [None; WORN_SLOTS];
    sheet.storage = vec![None; usize::from(economy.storage_slots)];
    for &(place, item) in &economy.items {
        let slot = match place {
            Place::Bag(slot) => sheet.bag.get_mut(usize::from(slot)),
            Place::Worn(slot) => sheet.worn.get_mut(usize::from(slot)),
            Place::Stored(slot) => sheet.storage.get_mut(usize::from(slot)),
        };
        if let Some(slot) = slot {
            *slot = Some(item);
        }
    }
}
