//! Game rules, section 17: the numbers of the content, the formulas and the zone together give the
//! fights that were decided.

mod average;
mod minutes;
mod reference;
mod table;
mod zone;

use massless_core::content::Content;
use massless_core::content::creature::Damage;

use average::{Dummy, ticks_to_idle_death, ticks_to_kill};
use reference::{Build, Reference};
use table::{BUILDS, CELLS, SUMMARY};

fn of(content: &Content, name: &str, level: u8) -> Reference {
    let build = BUILDS.iter().find(|build| build.name == name).expect("a row of the table");
    Reference::new(content, build, level)
}

/// Says every cell that is off, not only the first.
fn all_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} cells are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn reference_characters_have_the_stats_of_the_table() {
    let content = Content::embedded();
    let mut wrong = Vec::new();
    for (name, level, cell) in CELLS {
        let hero = of(&content, name, *level);
        let found = [hero.hit_points, hero.mana, hero.attack, hero.defence, hero.magic_defence];
        if found != cell[..5] {
            wrong.push(format!("{name} {level}: {found:?}, wanted {:?}", &cell[..5]));
        }
    }
    all_well(&wrong);
}

#[test]
fn average_fights_take_as_long_as_the_table_says() {
    let content = Content::embedded();
    let mut wrong = Vec::new();
    for (name, level, cell) in CELLS {
        let hero = of(&content, name, *level);
        let found = [
            ticks_to_kill(&content, &hero, &Dummy::curve(*level)),
            ticks_to_idle_death(&hero, Damage::Physical),
            ticks_to_kill(&content, &hero, &Dummy::mirror(&hero)),
        ];
        if found.iter().zip(&cell[5..]).any(|(found, wanted)| found.abs_diff(*wanted) > 1) {
            wrong.push(format!("{name} {level}: {found:?}, wanted {:?}", &cell[5..]));
        }
    }
    all_well(&wrong);
}

#[test]
fn the_spread_over_all_builds_is_that_of_the_table() {
    let content = Content::embedded();
    let mut wrong = Vec::new();
    for (index, level) in [1, 5, 10, 20, 30].into_iter().enumerate() {
        let heroes: Vec<Reference> = BUILDS
            .iter()
            .filter(|build| build.is_of_level(level))
            .map(|build| Reference::new(&content, build, level))
            .collect();
        let kills = heroes.iter().map(|hero| ticks_to_kill(&content, hero, &Dummy::curve(level)));
        let physical = heroes.iter().map(|hero| ticks_to_idle_death(hero, Damage::Physical));
        let magic = heroes.iter().map(|hero| ticks_to_idle_death(hero, Damage::Magic));
        let pairs = heroes.iter().flat_map(|one| heroes.iter().map(move |other| (one, other)));
        let duels = pairs.map(|(one, other)| ticks_to_kill(&content, one, &Dummy::mirror(other)));
        let rows: [Vec<u32>; 4] =
            [kills.collect(), physical.collect(), magic.collect(), duels.collect()];
        for ((name, wanted), row) in SUMMARY.iter().zip(&rows) {
            let found = spread(row);
            if found.iter().zip(wanted[index]).any(|(found, wanted)| found.abs_diff(wanted) > 1) {
                wrong.push(format!("{name}, level {level}: {found:?}, wanted {:?}", wanted[index]));
            }
        }
    }
    all_well(&wrong);
}

/// Least, most, mean.
fn spread(row: &[u32]) -> [u32; 3] {
    let (least, most) = (row.iter().min(), row.iter().max());
    let mean = (row.iter().sum::<u32>() as f32 / row.len() as f32).round() as u32;
    [*least.expect("a row has cells"), *most.expect("a row has cells"), mean]
}

impl Build {
    /// Classes are measured at level 1, specialisations from 5 on.
    pub(crate) fn is_of_level(&self, level: u8) -> bool {
        (level < 5) == self.is_class
    }
}
