//! `rules.ron`: numbers that hold in every zone of a content set.

use serde::Deserialize;

use super::source::{Loader, Sheet};
use crate::units::{Level, Ticks};
use crate::walk::SPEED_MAX;

/// Levels that exist. Game rules, section 5.
const LEVELS: u8 = 120;

/// Numbers that hold everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Speed of a character without effects, metres per second, 1..=7.5.
    pub walk_speed: f32,
    /// Experience from each level to the next, `[level - 1]`; at least as long as `level_max`.
    pub experience: Vec<u32>,
    /// Highest level of a character.
    pub level_max: Level,
    /// How far from its spawn point a creature wanders, metres, unless its definition says other.
    pub wander_radius: f32,
    /// Shortest and longest rest between two walks of a wandering creature.
    pub wander_rest: (Ticks, Ticks),
    /// Every how many ticks a creature looks for someone.
    pub notice_interval: Ticks,
    /// How often a chasing creature seeks a new path.
    pub chase_path_interval: Ticks,
    /// Distance from its spawn point at which a creature turns back, metres.
    pub leash: f32,
    /// Speed on the way home, in basis points of its speed.
    pub return_speed_bp: u32,
    /// Ticks after which a creature that finds no way home is put there.
    pub return_ticks_max: Ticks,
}

impl Rules {
    /// Experience from a level to the next; beyond the table that of its last level.
    #[must_use]
    pub fn experience_need(&self, level: Level) -> u32 {
        let index = usize::from(level.get()).min(self.experience.len());
        self.experience[index - 1]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    walk_speed: f32,
    experience: Vec<u32>,
    level_max: u8,
    wander_radius: f32,
    wander_rest_ticks: (u32, u32),
    notice_interval_ticks: u32,
    chase_path_interval_ticks: u32,
    leash: f32,
    return_speed_bp: u32,
    return_ticks_max: u32,
}

/// Stands in while errors are collected; a set with errors is never used.
const UNREADABLE: Rules = Rules {
    walk_speed: 5.0,
    experience: Vec::new(),
    level_max: Level::new(90),
    wander_radius: 5.0,
    wander_rest: (Ticks::new(100), Ticks::new(200)),
    notice_interval: Ticks::new(5),
    chase_path_interval: Ticks::new(40),
    leash: 40.0,
    return_speed_bp: 15_000,
    return_ticks_max: Ticks::new(200),
};

pub(super) fn load(loader: &mut Loader<'_>) -> Rules {
    let Some(file) = loader.file("rules.ron") else {
        loader.file_error("rules.ron", "the file is missing", "exactly one rules.ron");
        return UNREADABLE;
    };
    let Some((raw, mut sheet)) = loader.parse::<RawRules>(file) else { return UNREADABLE };
    sheet.range("walk_speed", raw.walk_speed, 1.0..=SPEED_MAX);
    check_levels(&raw, &mut sheet);
    sheet.range("wander_radius", raw.wander_radius, 0.0..=256.0);
    let (shortest, longest) = raw.wander_rest_ticks;
    if shortest == 0 || shortest > longest || longest > 72_000 {
        let problem = format!("({shortest}, {longest}) is no span of time");
        sheet.error("wander_rest_ticks", problem, "(shortest, longest), 1 to 72000, rising");
    }
    sheet.range("notice_interval_ticks", raw.notice_interval_ticks, 1..=1_200);
    sheet.range("chase_path_interval_ticks", raw.chase_path_interval_ticks, 1..=1_200);
    sheet.range("leash", raw.leash, 1.0..=1_024.0);
    sheet.range("return_speed_bp", raw.return_speed_bp, 1_000..=30_000);
    sheet.range("return_ticks_max", raw.return_ticks_max, 1..=72_000);
    loader.collect(sheet);
    Rules {
        walk_speed: raw.walk_speed,
        experience: raw.experience,
        level_max: Level::new(raw.level_max),
        wander_radius: raw.wander_radius,
        wander_rest: (Ticks::new(shortest), Ticks::new(longest)),
        notice_interval: Ticks::new(raw.notice_interval_ticks),
        chase_path_interval: Ticks::new(raw.chase_path_interval_ticks),
        leash: raw.leash,
        return_speed_bp: raw.return_speed_bp,
        return_ticks_max: Ticks::new(raw.return_ticks_max),
    }
}

/// The table of experience goes as far as characters do.
fn check_levels(raw: &RawRules, sheet: &mut Sheet<'_>) {
    sheet.range("level_max", raw.level_max, 1..=LEVELS);
    let len = raw.experience.len();
    if len > usize::from(LEVELS) || len < usize::from(raw.level_max).max(1) {
        let problem = format!("{len} levels with level_max {}", raw.level_max);
        sheet.error("experience", problem, format_args!("a number a level, up to {LEVELS}"));
    }
    let is_rising = raw.experience.is_sorted_by(|one, next| one < next);
    if !is_rising || raw.experience.first() == Some(&0) {
        sheet.error("experience", "the numbers do not rise", "each greater than the one before");
    }
}
