//! The trainer: ranks of skills, and spent points taken back. Game rules, sections 5 and 6.

use crate::content::skill::Learner;
use crate::event::Rejection;
use crate::holdings::Person;
use crate::ids::SkillId;
use crate::intent::{Entry, Reason};

use super::near::affords;

/// Learns the next rank of a class skill.
pub(super) fn learn_rank(person: &mut Person<'_>, skill: SkillId) -> Result<(), Rejection> {
    let def = person.content().skill(skill).ok_or(Rejection::NotLearned)?;
    let own = def.learner == Learner::Class(person.hero.sheet.class);
    if !own || def.level > person.level() {
        return Err(Rejection::NotLearned);
    }
    let waits = person.stakes().entries().any(|entry| match entry {
        Entry::Rank { skill: named, .. } => named == skill,
        _ => false,
    });
    if waits {
        return Err(Rejection::Locked);
    }
    let rank = person.hero.sheet.rank(skill) + 1;
    let terms = person.content().services().rank_terms(def.level, rank);
    let (level, coin) = terms.ok_or(Rejection::AtMost)?;
    if level > person.level().get() {
        return Err(Rejection::LevelTooLow);
    }
    affords(person, coin)?;
    let entries = vec![Entry::Coin { delta: -coin }, Entry::Rank { skill, rank }];
    person.ask(Reason::Rank, entries).map(|_| ())
}

/// Takes all spent points back; the first time is free.
pub(super) fn reset_points(person: &mut Person<'_>) -> Result<(), Rejection> {
    let sheet = &person.hero.sheet;
    if sheet.spent.iter().all(|&points| points == 0) {
        return Err(Rejection::NoEffect);
    }
    if person.stakes().entries().any(|entry| entry == Entry::ResetPoints) {
        return Err(Rejection::Locked);
    }
    let coin = person.content().services().reset_price(person.level(), sheet.resets);
    affords(person, coin)?;
    let mut entries = vec![Entry::ResetPoints];
    if coin > 0 {
        entries.push(Entry::Coin { delta: -coin });
    }
    person.ask(Reason::Reset, entries).map(|_| ())
}
