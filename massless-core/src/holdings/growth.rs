//! Experience, levels, and the greatest hit points and mana that follow from a sheet.
//!
//! Experience counts at once; a level is asked for and comes with the store's answer. Meanwhile
//! experience goes on counting, and what is too much for the level is carried over.

use super::person::Person;
use crate::event::{Event, Rejection};
use crate::formulas;
use crate::intent::{Entry, Reason};
use crate::limits::COIN_MAX;
use crate::units::HitPoints;

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
        let room = self.coin_room();
        let delta = i64::try_from(self.hero.owed).unwrap_or(i64::MAX).min(room);
        self.hero.owed = 0;
        if delta > 0 {
            self.ask(Reason::Kill, vec![Entry::Coin { delta }])?;
        }
        Ok(())
    }

    /// Coin that its purse can still take, with all that may be on its way.
    pub(crate) fn coin_room(&self) -> i64 {
        (COIN_MAX - self.hero.sheet.coin).saturating_sub(self.stakes().coin_coming()).max(0)
    }

    /// Coin that it may spend: what may be on its way out is not counted.
    pub(crate) fn coin_free(&self) -> i64 {
        self.hero.sheet.coin.saturating_sub(self.stakes().coin_going()).max(0)
    }

    /// The level the store has granted: used up experience, free points, full of life, new skills.
    pub(crate) fn rise(&mut self, level: u8) {
        let before = self.level();
        if level != before.get() + 1 || level > self.content().rules().level_max.get() {
            return;
        }
        let content = self.content();
        self.identity.level = self.hero.change().rise(content, before);
        self.refresh();
        if self.vitals.is_alive() {
            self.vitals.hit_points = self.vitals.hit_points_max;
            self.vitals.mana = self.vitals.mana_max;
        }
        self.events.push(Event::LevelUp { actor: self.actor, level: self.identity.level });
        self.ask_for_level();
    }
}
