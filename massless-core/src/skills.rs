//! Whether a skill or swing may start: the rules a zone applies and a client predicts with.
//!
//! Game rules, section 6. All of it is a pure function of what both sides know.

use crate::content::map::Map;
use crate::content::skill::{Aim, Learner, Range, SkillDef, Timing};
use crate::event::Rejection;
use crate::formulas::mana_of_rank;
use crate::ids::{ClassId, ItemId};
use crate::math::{Vec2, Vec3, direction_of, ground};
use crate::spatial::sight;
use crate::units::{Facing, Level, Tick, Ticks};

/// How far beyond its range a weapon or skill still reaches when it starts, metres.
pub const RANGE_TOLERANCE: f32 = 0.5;
/// How far beyond its range a target may be when a cast ends, metres.
pub const CAST_TOLERANCE: f32 = 2.0;
/// Ranges up to this are melee: facing counts, sight does not.
pub const MELEE_RANGE: f32 = 3.0;
/// Half of the arc in which melee reaches, as a cosine: 60 degrees.
pub const MELEE_ARC_COSINE: f32 = 0.5;
/// Greatest difference of heights in melee, metres.
pub const MELEE_HEIGHT_MAX: f32 = 2.5;
/// Shared cooldown of all skills.
pub const SHARED_TICKS: u32 = 20;
/// No swing so long after a skill.
pub const SWING_PAUSE_TICKS: u32 = 10;
/// Speed of what flies: metres per tick.
pub const FLIGHT_METRES_PER_TICK: f32 = 1.0;
/// The radius that distances are counted from: a target of this radius is as far as its centre.
const TARGET_RADIUS_NORMAL: f32 = 0.4;

/// Who wants to start a skill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Starter {
    /// The tick it would start in.
    pub now: Tick,
    /// Nothing has killed it.
    pub is_alive: bool,
    /// Under a stun.
    pub is_stunned: bool,
    /// Under a silence.
    pub is_silenced: bool,
    /// Casts or channels already.
    pub is_busy: bool,
    /// Is being moved by a skill.
    pub is_leaping: bool,
    /// When the skill is ready.
    pub ready_at: Tick,
    /// When any skill is.
    pub shared_at: Tick,
    /// Present mana.
    pub mana: u32,
    /// Rank of the skill.
    pub rank: u8,
    /// Feet.
    pub position: Vec3,
    /// Where it looks.
    pub facing: Facing,
    /// Reach of its weapon, metres.
    pub weapon_range: f32,
}

/// At whom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Feet, now.
    pub position: Vec3,
    /// Feet where the source saw them: what lines, cones and melee are measured against.
    pub seen: Vec3,
    /// Metres.
    pub radius: f32,
    /// Nothing has killed it.
    pub is_alive: bool,
    /// An enemy.
    pub is_hostile: bool,
    /// A friend (or the caster).
    pub is_ally: bool,
    /// Cannot be harmed or aimed at now.
    pub is_immune: bool,
}

/// Distance to a target: between centres, less what its radius is above a character's.
#[must_use]
pub fn distance(from: Vec3, to: Vec3, radius: f32) -> f32 {
    ground(from).distance(ground(to)) - radius + TARGET_RADIUS_NORMAL
}

/// How far a skill reaches, metres.
#[must_use]
pub const fn range_of(skill: &SkillDef, weapon_range: f32) -> f32 {
    match skill.range {
        Range::Weapon => weapon_range,
        Range::Metres(metres) => metres,
        Range::None => 0.0,
    }
}

/// Whether somebody at `from` reaches a target: distance and, in melee, arc and height, else sight. Melee is
/// measured where the target was seen, all else where it is.
///
/// # Errors
/// `TooFar`, `BadTarget` (behind in melee) or `NotInSight`.
pub fn reaches(
    map: &Map,
    (from, facing): (Vec3, Facing),
    target: &Target,
    range: f32,
    tolerance: f32,
) -> Result<(), Rejection> {
    let is_melee = range <= MELEE_RANGE;
    let at = if is_melee { target.seen } else { target.position };
    if distance(from, at, target.radius) > range + tolerance {
        return Err(Rejection::TooFar);
    }
    let height = (at.y - from.y).abs();
    if is_melee {
        if height > MELEE_HEIGHT_MAX {
            return Err(Rejection::TooFar);
        }
        if !is_ahead(from, facing, at, MELEE_ARC_COSINE) {
            return Err(Rejection::NotFacing);
        }
    }
    if in_sight(map, from, target, at) { Ok(()) } else { Err(Rejection::NotInSight) }
}

/// No wall is before a target that is more than 3 m away: neither where it is, so that cover covers at once,
/// nor `at` where it is measured, so that nobody is hit whom the source cannot have seen.
#[must_use]
pub fn in_sight(map: &Map, from: Vec3, target: &Target, at: Vec3) -> bool {
    let sees = |place: Vec3| {
        distance(from, place, target.radius) <= MELEE_RANGE
            || sight::between_bodies(map, from, place)
    };
    sees(target.position) && (at == target.position || sees(at))
}

/// Whether `to` lies within an angle (given as its cosine) of where `facing` looks from `from`.
#[must_use]
pub fn is_ahead(from: Vec3, facing: Facing, to: Vec3, cosine: f32) -> bool {
    let along = ground(to) - ground(from);
    let length_squared = along.length_squared();
    if length_squared < 0.01 {
        return true;
    }
    along.dot(direction_of(facing)) >= cosine * length_squared.sqrt()
}

/// Whether a character of a class and level with a weapon row has a skill.
///
/// # Errors
/// `NotLearned` or `WrongWeapon`.
pub fn has_learned(
    skill: &SkillDef,
    class: ClassId,
    level: Level,
    weapon_row: Option<ItemId>,
) -> Result<(), Rejection> {
    if skill.learner != Learner::Class(class) || skill.level > level {
        return Err(Rejection::NotLearned);
    }
    let fits =
        skill.weapons.is_empty() || weapon_row.is_some_and(|row| skill.weapons.contains(&row));
    if fits { Ok(()) } else { Err(Rejection::WrongWeapon) }
}

/// Whether a skill may start: the order of game rules section 6.
///
/// # Errors
/// The first condition that is not met.
pub fn may_start(
    map: &Map,
    skill: &SkillDef,
    starter: &Starter,
    target: Option<&Target>,
    aim: Option<Vec2>,
) -> Result<(), Rejection> {
    if !starter.is_alive {
        return Err(Rejection::Dead);
    }
    if starter.is_stunned {
        return Err(Rejection::Stunned);
    }
    if starter.is_silenced {
        return Err(Rejection::Silenced);
    }
    if starter.is_busy {
        return Err(Rejection::Busy);
    }
    if starter.is_leaping {
        return Err(Rejection::Leaping);
    }
    if starter.now < starter.ready_at {
        return Err(Rejection::NotReady);
    }
    if starter.now < starter.shared_at {
        return Err(Rejection::SharedCooldown);
    }
    if starter.mana < mana_of_rank(skill.mana, starter.rank) {
        return Err(Rejection::NoMana);
    }
    may_aim(map, skill, starter, target, aim)
}

fn may_aim(
    map: &Map,
    skill: &SkillDef,
    starter: &Starter,
    target: Option<&Target>,
    aim: Option<Vec2>,
) -> Result<(), Rejection> {
    let from = (starter.position, starter.facing);
    let range = range_of(skill, starter.weapon_range);
    match skill.aim {
        Aim::Hostile => {
            let target = target.ok_or(Rejection::NoTarget)?;
            if !target.is_alive || !target.is_hostile {
                return Err(Rejection::BadTarget);
            }
            if target.is_immune {
                return Err(Rejection::Immune);
            }
            reaches(map, from, target, range, RANGE_TOLERANCE)
        }
        // Without an ally as its target it works on the caster.
        Aim::Ally => match target.filter(|target| target.is_ally && target.is_alive) {
            Some(target) => {
                let away = distance(starter.position, target.position, target.radius);
                if away > range + RANGE_TOLERANCE {
                    return Err(Rejection::TooFar);
                }
                let sees = away <= MELEE_RANGE
                    || sight::between_bodies(map, starter.position, target.position);
                if sees { Ok(()) } else { Err(Rejection::NotInSight) }
            }
            None => Ok(()),
        },
        Aim::Ground { .. } => {
            let aim = aim.ok_or(Rejection::NoTarget)?;
            let far = ground(starter.position).distance(aim) > range + RANGE_TOLERANCE;
            if far { Err(Rejection::TooFar) } else { Ok(()) }
        }
        Aim::Caster | Aim::Line { .. } | Aim::Cone { .. } | Aim::Around { .. } => Ok(()),
    }
}

/// How long no other skill may start: `max(20, cast)`.
#[must_use]
pub const fn shared_ticks(skill: &SkillDef) -> Ticks {
    match skill.timing {
        Timing::Cast(ticks) if ticks.get() > SHARED_TICKS => ticks,
        _ => Ticks::new(SHARED_TICKS),
    }
}

/// Ticks a hit flies over a distance; 0 lands at once (3 m and nearer).
#[must_use]
pub fn flight_ticks(metres: f32) -> Ticks {
    if metres <= MELEE_RANGE {
        return Ticks::new(0);
    }
    let ticks = (metres / FLIGHT_METRES_PER_TICK).ceil().clamp(1.0, 1_000.0);
    Ticks::new(ticks as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::map::{Footprint, Prop, PropKind, Survey};
    use proptest::prelude::*;

    /// A meadow with a wall of 2 m from (8, 8) to (8, 12).
    fn walled() -> Map {
        let flat = Map::flat(16, 16);
        Map::build(Survey {
            width: 16,
            depth: 16,
            heights: flat.heights().to_vec(),
            materials: flat.materials().to_vec(),
            shut: vec![false; 256],
            water: None,
            props: vec![Prop {
                kind: PropKind::Wall,
                footprint: Footprint::Box { half_x: 0.2, half_z: 2.0 },
                centre: Vec2::new(8.0, 10.0),
                yaw: Facing::new(0),
                base: -1.0,
                top: 2.0,
            }],
        })
        .expect("a legal survey")
    }

    fn target(position: Vec3, seen: Vec3) -> Target {
        Target {
            position,
            seen,
            radius: TARGET_RADIUS_NORMAL,
            is_alive: true,
            is_hostile: true,
            is_ally: false,
            is_immune: false,
        }
    }

    #[test]
    fn a_wall_counts_where_the_target_is_and_where_it_was_seen() {
        let map = walled();
        let from = Vec3::new(4.0, 0.0, 10.0);
        let (open, covered) = (Vec3::new(12.0, 0.0, 4.0), Vec3::new(12.0, 0.0, 10.0));
        let sees = |position, seen| in_sight(&map, from, &target(position, seen), seen);
        assert!(sees(open, open));
        assert!(!sees(covered, open), "who has got behind cover is covered at once");
        assert!(!sees(open, covered), "nobody is hit through a wall");
        assert!(!sees(covered, covered));
    }

    proptest! {
        /// What is seen where it is, is measured as if nothing was ever rewound; beyond melee nothing is.
        #[test]
        fn without_a_delay_and_beyond_melee_only_the_present_counts(
            at in (0.0_f32..16.0, 0.0_f32..3.0, 0.0_f32..16.0),
            seen in (0.0_f32..16.0, 0.0_f32..3.0, 0.0_f32..16.0),
            facing in any::<u16>(),
            range in prop_oneof![Just(2.0_f32), Just(3.0), Just(8.0), Just(15.0)],
            tolerance in prop_oneof![Just(RANGE_TOLERANCE), Just(CAST_TOLERANCE)],
        ) {
            let map = walled();
            let from = (Vec3::new(6.0, 0.0, 9.0), Facing::new(facing));
            let (at, seen) = (Vec3::from(at), Vec3::from(seen));
            let now = reaches(&map, from, &target(at, at), range, tolerance);
            let away = distance(from.0, at, TARGET_RADIUS_NORMAL);
            let too_high = range <= MELEE_RANGE && (at.y - from.0.y).abs() > MELEE_HEIGHT_MAX;
            let expected = if away > range + tolerance || too_high {
                Err(Rejection::TooFar)
            } else if range <= MELEE_RANGE && !is_ahead(from.0, from.1, at, MELEE_ARC_COSINE) {
                Err(Rejection::NotFacing)
            } else if away > MELEE_RANGE && !sight::between_bodies(&map, from.0, at) {
                Err(Rejection::NotInSight)
            } else {
                Ok(())
            };
            prop_assert_eq!(now, expected);
            if range > MELEE_RANGE {
                prop_assert_eq!(reaches(&map, from, &target(at, seen), range, tolerance), now);
            }
        }
    }
}
