//! What became of a bot: kills, deaths, levels, quests, refusals.

use std::collections::BTreeMap;

use massless_core::event::{Event, Rejection};
use massless_core::ids::{ActorId, PlayerId};
use massless_core::units::TICKS_PER_SECOND;
use serde_json::{Value, json};

use crate::commands::report::rounded;

/// Counts of one bot, or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Ticks it played.
    pub(crate) ticks: u64,
    /// Creatures whose killer of record it is.
    pub(crate) kills: u64,
    /// Own deaths.
    pub(crate) deaths: u64,
    /// Levels gained.
    pub(crate) levels: u64,
    /// Quests handed in.
    pub(crate) quests: u64,
    /// Experience gained.
    pub(crate) experience: u64,
    /// Coin gained.
    pub(crate) coin: u64,
    /// Items gained, stacks counted as one.
    pub(crate) items: u64,
    /// Skills that worked.
    pub(crate) skills: u64,
    /// Zones it went to.
    pub(crate) travels: u64,
    /// Ticks played when each further level came, level 2 first.
    pub(crate) level_ticks: Vec<u64>,
    /// Refusals by code.
    pub(crate) refusals: BTreeMap<Rejection, u64>,
}

impl Tally {
    /// Takes in what happened; `own` is the bot's body.
    pub(crate) fn hear(&mut self, event: &Event, player: PlayerId, own: Option<ActorId>) {
        let is_own = |actor: ActorId| own == Some(actor);
        match *event {
            Event::Died { actor, .. } if is_own(actor) => self.deaths += 1,
            Event::Died { killer: Some(killer), .. } if is_own(killer) => self.kills += 1,
            Event::LevelUp { actor, .. } if is_own(actor) => {
                self.levels += 1;
                self.level_ticks.push(self.ticks);
            }
            Event::SkillUsed { actor, .. } if is_own(actor) => self.skills += 1,
            Event::Experience { player: who, amount } if who == player => {
                self.experience += u64::from(amount);
            }
            Event::Coin { player: who, amount } if who == player => self.coin += u64::from(amount),
            Event::Gained { player: who, .. } if who == player => self.items += 1,
            Event::Quest { player: who, done: true, .. } if who == player => self.quests += 1,
            Event::Rejected { player: who, reason } if who == player => {
                *self.refusals.entry(reason).or_default() += 1;
            }
            _ => {}
        }
    }

    /// Adds another bot's counts; the ticks of levels stay apart.
    pub(crate) fn add(&mut self, other: &Self) {
        self.ticks += other.ticks;
        self.kills += other.kills;
        self.deaths += other.deaths;
        self.levels += other.levels;
        self.quests += other.quests;
        self.experience += other.experience;
        self.coin += other.coin;
        self.items += other.items;
        self.skills += other.skills;
        self.travels += other.travels;
        for (reason, count) in &other.refusals {
            *self.refusals.entry(*reason).or_default() += count;
        }
    }

    /// Hours of play.
    pub(crate) fn hours(&self) -> f64 {
        self.ticks as f64 / f64::from(TICKS_PER_SECOND) / 3_600.0
    }

    /// The counts as fields of a report.
    pub(crate) fn json(&self) -> Value {
        let refusals: serde_json::Map<String, Value> = self
            .refusals
            .iter()
            .map(|(reason, count)| (format!("{} {reason:?}", *reason as u8), json!(count)))
            .collect();
        json!({
            "hours": rounded(self.hours(), 3),
            "kills": self.kills,
            "deaths": self.deaths,
            "levels": self.levels,
            "quests": self.quests,
            "experience": self.experience,
            "experience_per_hour": rounded(self.experience as f64 / self.hours().max(1e-9), 1),
            "coin": self.coin,
            "items": self.items,
            "skills": self.skills,
            "travels": self.travels,
            "refusals": refusals,
        })
    }

    /// A few lines for people.
    pub(crate) fn print(&self, bots: u64) {
        let hours = self.hours().max(1e-9);
        eprintln!(
            "{bots} bots, {hours:.2} hours of play: {} kills ({:.0} an hour), {} deaths, {} levels, \
             {} quests, {} items, {:.0} experience an hour",
            self.kills,
            self.kills as f64 / hours,
            self.deaths,
            self.levels,
            self.quests,
            self.items,
            self.experience as f64 / hours,
        );
        for (reason, count) in &self.refusals {
            eprintln!("  refused {count} times: {} {reason:?}", *reason as u8);
        }
    }
}
