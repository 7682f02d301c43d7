//! The way from level 1 to 10 on paper: kills by experience, time by kills and quests.

use massless_core::content::Content;
use massless_core::content::quest::QuestDef;
use massless_core::units::Level;

use crate::average::{Dummy, ticks_to_kill};
use crate::reference::Reference;
use crate::table::BUILDS;

/// Experience for a curve creature, kills and tenths of minutes at levels 1 to 9.
const LEVELS: [(u32, u32, u32); 9] = [
    (5, 6, 54),
    (16, 14, 55),
    (29, 16, 82),
    (43, 28, 99),
    (59, 39, 123),
    (75, 47, 149),
    (92, 55, 179),
    (110, 63, 175),
    (128, 98, 244),
];
/// Walking and resting for each kill, ticks.
const PAUSE: f64 = 140.0;
/// Share of the time that is fought.
const BUSY: f64 = 0.85;
/// Ticks that each quest takes beside its kills.
const QUEST: f64 = 2_400.0;
/// Last quest of the first valley.
const LAST_QUEST: u16 = 10;

#[test]
fn ten_levels_take_the_minutes_of_the_table() {
    let content = Content::embedded();
    let (mut carry, mut minutes, mut kills) = (0, 0.0, 0);
    for (level, row) in (1..).zip(LEVELS) {
        let need = content.rules().experience_need(Level::new(level));
        let experience = need / (8 + 10 * u32::from(level));
        let is_due = |quest: &&QuestDef| quest.level.get() == level && quest.id.get() <= LAST_QUEST;
        let quests: Vec<&QuestDef> = content.quests().iter().filter(is_due).collect();
        let given: u32 = quests.iter().map(|quest| quest.experience).sum();
        let fights = (need - carry - given).div_ceil(experience);
        carry = fights * experience + given + carry - need;
        let each = (mean_ticks(&content, level) + PAUSE) / BUSY;
        let ticks = f64::from(fights) * each + QUEST * quests.len() as f64;
        let took = ticks / 1_200.0;
        assert_eq!((experience, fights), (row.0, row.1), "level {level}");
        let wanted = f64::from(row.2) / 10.0;
        assert!((took - wanted).abs() <= 0.1, "level {level}: {took} minutes, wanted {wanted}");
        minutes += took;
        kills += fights;
    }
    assert_eq!(kills, 366);
    assert!((115.5..116.5).contains(&minutes), "{minutes} minutes");
}

/// Mean over the classes below level 5, over the specialisations from then on.
fn mean_ticks(content: &Content, level: u8) -> f64 {
    let builds: Vec<_> = BUILDS.iter().filter(|build| build.is_of_level(level)).collect();
    let ticks = builds.iter().map(|build| {
        let hero = Reference::new(content, build, level);
        ticks_to_kill(content, &hero, &Dummy::curve(level))
    });
    f64::from(ticks.sum::<u32>()) / builds.len() as f64
}
