//! Free points and the skill bar: they change at once, since nothing is created by them.

use crate::character::BarEntry;
use crate::content::item::ItemKind;
use crate::content::skill::Learner;
use crate::event::Rejection;
use crate::holdings::Person;

/// Puts free points into STR, DEX, INT, VIT.
pub(super) fn spend(person: &mut Person<'_>, points: [u8; 4]) -> Result<(), Rejection> {
    person.alive()?;
    let sum: u16 = points.iter().copied().map(u16::from).sum();
    if sum == 0 {
        return Err(Rejection::BadNumber);
    }
    let left = person.hero.sheet.points.checked_sub(sum).ok_or(Rejection::NoPoints)?;
    let mut spent = person.hero.sheet.spent;
    for (sum, points) in spent.iter_mut().zip(points) {
        *sum = sum.checked_add(u16::from(points)).ok_or(Rejection::BadNumber)?;
    }
    let sheet = person.hero.change();
    (sheet.points, sheet.spent) = (left, spent);
    person.refresh();
    Ok(())
}

/// Sets a slot of the bar to something the character could use.
pub(super) fn set_bar(person: &mut Person<'_>, slot: u8, entry: BarEntry) -> Result<(), Rejection> {
    let index = usize::from(slot);
    if index >= person.hero.sheet.bar.len() {
        return Err(Rejection::BadNumber);
    }
    match entry {
        BarEntry::Empty => {}
        BarEntry::Skill(skill) => {
            let def = person.content().skill(skill).ok_or(Rejection::NotLearned)?;
            let own = def.learner == Learner::Class(person.hero.sheet.class);
            if !own || def.level > person.level() {
                return Err(Rejection::NotLearned);
            }
        }
        BarEntry::Item(item) => {
            let def = person.content().item(item).ok_or(Rejection::NoSuchItem)?;
            if !matches!(def.kind, ItemKind::Consumable { .. }) {
                return Err(Rejection::WrongItem);
            }
        }
    }
    person.hero.change().bar[index] = entry;
    Ok(())
}
