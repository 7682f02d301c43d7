//! The arithmetic of the game rules, section 5 and 6, as pure functions of integers.
//!
//! Every division truncates, intermediates are 64 bits wide, ratios are basis points (10 000 is all).

use crate::character::Item;
use crate::content::Content;
use crate::content::class::ClassDef;
use crate::content::creature::Damage;
use crate::content::item::{Attribute, GearStats, ItemKind};

/// Basis points of the whole.
pub const WHOLE_BP: i64 = 10_000;
/// What rarities multiply, basis points.
pub const RARITY_BP: [i64; 5] = [10_000, 11_500, 13_000, 15_000, 18_000];
/// What upgrades add, basis points by level 0..=9.
pub const UPGRADE_BP: [i64; 10] = [0, 500, 1_000, 1_600, 2_300, 3_100, 4_000, 5_000, 6_500, 8_500];
/// Coefficient of an unarmed swing, basis points.
pub const UNARMED_BP: u32 = 5_000;
/// Ticks between unarmed swings.
pub const UNARMED_TICKS: u32 = 30;
/// Reach of bare hands, metres.
pub const UNARMED_RANGE: f32 = 3.0;
/// A critical hit multiplies by this.
pub const CRIT_BP: i64 = 20_000;
/// Fastest swing.
pub const SWING_TICKS_MIN: u32 = 10;

/// `value * bp / 10 000`.
#[must_use]
pub const fn of_bp(value: i64, bp: i64) -> i64 {
    value * bp / WHOLE_BP
}

/// A gear number with its rarity and upgrade.
#[must_use]
pub const fn gear_number(base: u32, rarity: u8, upgrade: u8) -> u32 {
    let with_rarity = of_bp(base as i64, RARITY_BP[rarity as usize]);
    of_bp(with_rarity, WHOLE_BP + UPGRADE_BP[upgrade as usize]) as u32
}

/// Sum of what worn gear gives.
#[must_use]
pub fn gear_stats(content: &Content, worn: &[Option<Item>]) -> GearStats {
    let mut sum = GearStats::default();
    for item in worn.iter().flatten() {
        let Some(def) = content.item(item.definition) else { continue };
        let ItemKind::Gear { stats, .. } = &def.kind else { continue };
        let number = |base| gear_number(base, item.rarity, item.upgrade);
        sum.attack += number(stats.attack);
        sum.defence += number(stats.defence);
        sum.magic_defence += number(stats.magic_defence);
        sum.hit_points += number(stats.hit_points);
    }
    sum
}

/// STR, DEX, INT, VIT of a character.
#[must_use]
pub fn attributes(class: &ClassDef, spent: [u16; 4]) -> [u32; 4] {
    core::array::from_fn(|index| class.attributes[index] + u32::from(spent[index]))
}

/// Greatest hit points of a character.
#[must_use]
pub const fn hit_points_max(
    class: &ClassDef,
    level: u8,
    attributes: [u32; 4],
    gear: GearStats,
) -> u32 {
    let (base, per_level) = class.hit_points;
    let growth = per_level * (level as u32 - 1);
    let vitality = attributes[Attribute::Vitality as usize];
    let strength = attributes[Attribute::Strength as usize];
    base + growth + 10 * vitality + 3 * strength + gear.hit_points
}

/// Greatest mana of a character.
#[must_use]
pub const fn mana_max(class: &ClassDef, level: u8, attributes: [u32; 4]) -> u32 {
    let (base, per_level) = class.mana;
    base + per_level * (level as u32 - 1) + 5 * attributes[Attribute::Intelligence as usize]
}

/// Speed basis points of swings: DEX and effects, at most 5 000.
#[must_use]
pub fn swing_speed_bp(dexterity: u32, effects_bp: i32) -> i64 {
    (20 * i64::from(dexterity) + i64::from(effects_bp)).min(5_000)
}

/// Ticks between two swings: `max(10, ceil(family * 10 000 / (10 000 + speed)))`.
#[must_use]
pub fn swing_ticks(family_ticks: u32, speed_bp: i64) -> u32 {
    let divisor = (WHOLE_BP + speed_bp).max(1);
    let ticks = (i64::from(family_ticks) * WHOLE_BP + divisor - 1) / divisor;
    u32::try_from(ticks).unwrap_or(u32::MAX).max(SWING_TICKS_MIN)
}

/// Chance of a critical hit of a character, basis points.
#[must_use]
pub const fn crit_bp(dexterity: u32) -> u32 {
    let bp = 500 + 8 * dexterity;
    if bp < 5_000 { bp } else { 5_000 }
}

/// Chance to dodge a physical hit, basis points.
#[must_use]
pub fn dodge_bp(dexterity: u32, effects_bp: i32) -> u32 {
    let own = (10 * i64::from(dexterity)).min(2_000);
    (own + i64::from(effects_bp)).clamp(0, 7_500) as u32
}

/// What defence takes off, basis points: `min(7 500, D * 10 000 / (D + 50 + 10 * attacker level))`.
#[must_use]
pub const fn reduction_bp(defence: u32, attacker_level: u8) -> i64 {
    let defence = defence as i64;
    let bp = defence * WHOLE_BP / (defence + 50 + 10 * attacker_level as i64);
    if bp < 7_500 { bp } else { 7_500 }
}

/// The caster's part of a hit, milli hit points: coefficient, rank, damage effects, variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Attack.
    pub attack: u32,
    /// Coefficient, basis points.
    pub coefficient_bp: u32,
    /// Rank of the skill, 1 for swings.
    pub rank: u8,
    /// The attacker's damage effects, basis points.
    pub dealt_bp: i32,
    /// 9 000..=11 000.
    pub variance_bp: u32,
}

impl Release {
    /// Healing and shields: attack, coefficient, rank and variance; in hit points.
    #[must_use]
    pub fn healing(&self) -> u32 {
        let m = self.ranked();
        let m = of_bp(m, i64::from(self.variance_bp));
        u32::try_from((m + 500) / 1_000).unwrap_or(u32::MAX)
    }

    /// Milli hit points before mitigation.
    #[must_use]
    pub fn damage_milli(&self) -> i64 {
        let m = self.ranked();
        let m = of_bp(m, WHOLE_BP + i64::from(self.dealt_bp));
        of_bp(m, i64::from(self.variance_bp))
    }

    fn ranked(&self) -> i64 {
        let m = i64::from(self.attack) * i64::from(self.coefficient_bp) / 10;
        of_bp(m, WHOLE_BP + 300 * (i64::from(self.rank) - 1))
    }
}

/// The target's part of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Defence or magic defence, effects included.
    pub defence: u32,
    /// Level of the attacker.
    pub attacker_level: u8,
    /// It is a critical hit.
    pub is_critical: bool,
    /// The target's damage-taken effects, basis points.
    pub taken_bp: i32,
    /// Character against character.
    pub between_characters: bool,
}

impl Arrival {
    /// Damage in hit points of what `Release::damage_milli` gave; at least 1.
    #[must_use]
    pub fn damage(&self, milli: i64) -> u32 {
        let m = of_bp(milli, WHOLE_BP - reduction_bp(self.defence, self.attacker_level));
        let m = if self.is_critical { of_bp(m, CRIT_BP) } else { m };
        let m = of_bp(m, (WHOLE_BP + i64::from(self.taken_bp)).max(0));
        let m = if self.between_characters { of_bp(m, 6_000) } else { m };
        u32::try_from(((m + 500) / 1_000).max(1)).unwrap_or(u32::MAX)
    }
}

/// Defence with effects.
#[must_use]
pub fn defence_with(base: u32, effects_bp: i32) -> u32 {
    let sum = of_bp(i64::from(base), (WHOLE_BP + i64::from(effects_bp)).max(0));
    u32::try_from(sum).unwrap_or(u32::MAX)
}

/// Mana of a skill at a rank.
#[must_use]
pub const fn mana_of_rank(base: u32, rank: u8) -> u32 {
    base * (9 + rank as u32) / 10
}

/// Rank of a skill at a level: class skills rise by themselves once trainers exist; until then 1.
#[must_use]
pub const fn rank_max(level: u8, learn_level: u8) -> u8 {
    let rank = 1 + level.saturating_sub(learn_level) / 5;
    if rank < 10 { rank } else { 10 }
}

/// Hit points and mana per second: in combat, and what being out of it adds.
#[must_use]
pub const fn regeneration(level: u8, attributes: [u32; 4]) -> (u32, u32) {
    let vitality = attributes[Attribute::Vitality as usize];
    let intelligence = attributes[Attribute::Intelligence as usize];
    (vitality / 4, 3 + level as u32 / 5 + intelligence / 8)
}

/// What a kill is worth to a character of another level, basis points of experience.
#[must_use]
pub const fn difference_bp(character: u8, creature: u8) -> i64 {
    match character as i64 - creature as i64 {
        ..=-5 => 12_500,
        d @ -4..=-1 => 10_000 - 500 * d,
        0..=5 => 10_000,
        d @ 6..=10 => 10_000 - 1_500 * (d - 5),
        11..=15 => 1_000,
        _ => 0,
    }
}

/// Defence against a kind of damage.
#[must_use]
pub const fn defence_against(damage: Damage, defence: u32, magic_defence: u32) -> u32 {
    match damage {
        Damage::Physical => defence,
        Damage::Magic => magic_defence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_one_warrior_swings_as_the_rules_say() {
        // 37 attack, longsword 9 500 bp, against the 10 defence of a curve monster of level 1.
        let release = Release {
            attack: 37,
            coefficient_bp: 9_500,
            rank: 1,
            dealt_bp: 0,
            variance_bp: 10_000,
        };
        let milli = release.damage_milli();
        assert_eq!(milli, 35_150);
        let arrival = Arrival {
            defence: 10,
            attacker_level: 1,
            is_critical: false,
            taken_bp: 0,
            between_characters: false,
        };
        // Reduction 10 * 10 000 / 70 = 1 428 bp.
        assert_eq!(arrival.damage(milli), 30);
        assert_eq!(Arrival { is_critical: true, ..arrival }.damage(milli), 60);
    }

    #[test]
    fn swings_never_get_faster_than_ten_ticks() {
        assert_eq!(swing_ticks(24, swing_speed_bp(7, 0)), 24);
        assert_eq!(swing_ticks(18, swing_speed_bp(14, 0)), 18);
        assert_eq!(swing_ticks(10, 5_000), 10);
        assert_eq!(swing_ticks(30, 5_000), 20);
    }

    #[test]
    fn a_kill_is_worth_less_the_lower_the_creature() {
        let row: Vec<i64> = (-6..=17).map(|d: i16| difference_bp((20 + d) as u8, 20)).collect();
        assert_eq!(row[0..2], [12_500, 12_500]);
        assert_eq!(row[2], 12_000);
        assert_eq!(row[6..12], [10_000; 6]);
        assert_eq!(row[12], 8_500);
        assert_eq!(row[16..18], [2_500, 1_000]);
        assert_eq!(row[23], 0);
    }
}
