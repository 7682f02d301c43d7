//! Experience, levels, and the greatest hit points and mana that follow from a sheet.
//!
//! Experience counts at once; a level is asked for and comes with the store's answer. Meanwhile
//! experience goes on counting, and what is too much for the level is carried over.

use super::person::Person;
use crate::character::BarEntry;
use crate::content::skill::Learner;
use crate::event::{Event, Rejection};
use crate::formulas;
use crate::ids::SkillId;
use crate::intent::{Entry, Reason};
use crate::limits::COIN_MAX;
use crate::units::{HitPoints, Level};

/// Free points that a level brings. Game rules, section 5.
const POINTS_PER_LEVEL: u16 = 3;

impl Person<'_> {
    /// Computes both maxima from the sheet again; what the character has is kept, at most the maximum.
    pub(crate) fn refresh(&mut self) {
        let content = self.content();
        let sheet = &self.hero.sheet;
        let class = content.class(sheet.class).expect("classes are known: checked on joining");
        let attributes = formulas::attributes(class, sheet.spent);
        let gear = formulas::gear_stats(content, &sheet.worn);
        let level = self.identity.level.get();
        let hit_points_max = formulas::hit_points_max(class, level, attributes, gear);
        let vitals = &mut *self.vitals;
        vitals.hit_points_max = HitPoints::new(hit_points_max);
        vitals.hit_points = vitals.hit_points.min(vitals.hit_points_max);
        vitals.mana_max = formulas::mana_max(class, level, attributes);
        vitals.mana = vitals.mana.min(vitals.mana_max);
    }

    /// Counts experience; at the highest level there is none.
    pub(crate) fn learn(&mut self, amount: u32) {
        if amount == 0 || self.level() >= self.content().rules().level_max {
            return;
        }
        let sheet = self.hero.change();
        sheet.experience = sheet.experience.saturating_add(amount);
        self.events.push(Event::Experience { player: self.player, amount });
        self.ask_for_level();
    }

    /// Asks for the next level when the present one is full and nothing was asked yet. Without room
    /// for the question it is asked at a later beat.
    pub(crate) fn ask_for_level(&mut self) {
        let level = self.level();
        let rules = self.content().rules();
        let full =
            level < rules.level_max && self.hero.sheet.experience >= rules.experience_need(level);
        if full && !self.stakes().rises() {
            let _later = self.ask(Reason::Level, vec![Entry::Level { level: level.get() + 1 }]);
        }
    }

    /// Asks for coin that is owed, as far as a purse may hold it: the rest is lost to the rules' sink.
    pub(crate) fn ask_for_coin(&mut self) -> Result<(), Rejection> {
        if self.hero.owed == 0 {
            return Ok(());
        }
        self.may_ask()?;
        let room = (COIN_MAX - self.hero.sheet.coin - self.stakes().coin()).max(0);
        let delta = i64::try_from(self.hero.owed).unwrap_or(i64::MAX).min(room);
        self.hero.owed = 0;
        if delta > 0 {
            self.ask(Reason::Kill, vec![Entry::Coin { delta }])?;
        }
        Ok(())
    }

    /// The level the store has granted: used up experience, free points, full of life, new skills.
    pub(crate) fn rise(&mut self, level: u8) {
        let before = self.level();
        if level != before.get() + 1 || level > self.content().rules().level_max.get() {
            return;
        }
        let need = self.content().rules().experience_need(before);
        self.identity.level = Level::new(level);
        let sheet = self.hero.change();
        sheet.experience = sheet.experience.saturating_sub(need);
        if self.identity.level == self.scene.content.rules().level_max {
            sheet.experience = 0;
        }
        sheet.points = sheet.points.saturating_add(POINTS_PER_LEVEL);
        self.offer_skills();
        self.refresh();
        if self.vitals.is_alive() {
            self.vitals.hit_points = self.vitals.hit_points_max;
            self.vitals.mana = self.vitals.mana_max;
        }
        self.events.push(Event::LevelUp { actor: self.actor, level: self.identity.level });
        self.ask_for_level();
    }

    /// Puts the class skills of the new level on free slots of the bar.
    fn offer_skills(&mut self) {
        let (class, level) = (self.hero.sheet.class, self.level());
        let skills = self.content().skills().iter();
        let learned = skills
            .filter(|def| def.learner == Learner::Class(class) && def.level == level)
            .map(|def| def.id);
        let bar = &mut self.hero.sheet.bar;
        learned.for_each(|skill| put_on_bar(bar, skill));
    }
}

fn put_on_bar(bar: &mut [BarEntry], skill: SkillId) {
    let entry = BarEntry::Skill(skill);
    if bar.contains(&entry) {
        return;
    }
    if let Some(free) = bar.iter_mut().find(|slot| **slot == BarEntry::Empty) {
        *free = entry;
    }
}
