//! A level more: what it uses up and what it brings.

use super::{BarEntry, Sheet};
use crate::content::Content;
use crate::content::skill::Learner;
use crate::ids::SkillId;
use crate::units::Level;

/// Free points that a level brings. Game rules, section 5.
const POINTS_PER_LEVEL: u16 = 3;

impl Sheet {
    /// Rises to the level after `before`: that level's experience is used up, points come, and the class
    /// skills of the new level go on free slots of the bar. Returns the new level.
    pub fn rise(&mut self, content: &Content, before: Level) -> Level {
        let rules = content.rules();
        let level = Level::new(before.get().saturating_add(1));
        self.experience = self.experience.saturating_sub(rules.experience_need(before));
        if level >= rules.level_max {
            self.experience = 0;
        }
        self.points = self.points.saturating_add(POINTS_PER_LEVEL);
        let class = self.class;
        let learned = content
            .skills()
            .iter()
            .filter(|def| def.learner == Learner::Class(class) && def.level == level)
            .map(|def| def.id);
        learned.for_each(|skill| self.offer(skill));
        level
    }

    /// Puts a skill on a free slot of the bar, if there is one.
    fn offer(&mut self, skill: SkillId) {
        let entry = BarEntry::Skill(skill);
        if self.bar.contains(&entry) {
            return;
        }
        if let Some(free) = self.bar.iter_mut().find(|slot| **slot == BarEntry::Empty) {
            *free = entry;
        }
    }
}
