//! A fight: where to stand, which skill to start.

use massless_core::character::{BarEntry, Sheet};
use massless_core::content::Content;
use massless_core::content::item::EquipSlot;
use massless_core::content::map::Map;
use massless_core::content::skill::{Aim, Leap, Outcome, Range, SkillDef, Timing};
use massless_core::math::{Vec2, Vec3};
use massless_core::spatial::sight;
use massless_core::view::Kind;

use super::sense::{Seen, Sense};

/// Metres by which it stands nearer than its reach: others move, too.
const SPARE_METRES: f32 = 0.5;
/// What a target's distance gains beyond its radius. Game rules, section 1.
const OWN_RADIUS: f32 = 0.4;
/// Beyond this distance both have to see each other, metres. Game rules, section 2.
const BLIND_METRES: f32 = 3.0;
/// Heals itself below this share of its hit points.
const HEAL_PERCENT: u32 = 55;
/// Leaps at a target that is farther away than this, metres.
const LEAP_METRES: f32 = 4.0;

/// What to do in this tick of a fight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stance {
    /// The weapon reaches the foe.
    pub(crate) in_reach: bool,
    /// The skill to start.
    pub(crate) press: Option<Press>,
}

/// A button to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Press {
    /// Slot of the bar.
    pub(crate) slot: usize,
    /// It is meant for itself.
    pub(crate) on_self: bool,
    /// It has to stand still for it.
    pub(crate) stands: bool,
}

/// Where to stand and what to press.
pub(crate) fn stance(
    content: &Content,
    map: &Map,
    sense: &Sense,
    sheet: &Sheet,
    foe: &Seen,
) -> Stance {
    let distance = distance_to(content, sense, foe);
    let sees = distance <= BLIND_METRES || sees(map, sense.place, foe.place);
    let reach = sense.derived.range.max(1.0);
    let in_reach = sees && distance <= reach - SPARE_METRES;
    let press = sheet.bar.iter().enumerate().filter_map(|(slot, entry)| {
        let BarEntry::Skill(id) = *entry else { return None };
        let skill = content.skill(id)?;
        let worth = worth(content, skill, sense, sheet, (distance, sees))?;
        Some((worth, slot, skill))
    });
    let press = press.max_by_key(|&(worth, slot, _)| (worth, usize::MAX - slot));
    let press = press.map(|(_, slot, skill)| Press {
        slot,
        on_self: skill.aim == Aim::Ally,
        stands: matches!(skill.timing, Timing::Cast(_) | Timing::Channel { .. }),
    });
    Stance { in_reach, press }
}

/// Distance to a target as the rules measure it.
pub(crate) fn distance_to(content: &Content, sense: &Sense, foe: &Seen) -> f32 {
    let radius = match foe.kind {
        Kind::Creature(id) => content.creature(id).map_or(0.5, |def| def.radius()),
        _ => 0.4,
    };
    foe.place.distance(sense.place) - radius + OWN_RADIUS
}

fn sees(map: &Map, from: Vec2, to: Vec2) -> bool {
    let feet = |place: Vec2| Vec3::new(place.x, map.height_at(place.x, place.y), place.y);
    sight::between_bodies(map, feet(from), feet(to))
}

/// How much a skill is worth now; `None` when it cannot be started or is of no use.
fn worth(
    content: &Content,
    skill: &SkillDef,
    sense: &Sense,
    sheet: &Sheet,
    (distance, sees): (f32, bool),
) -> Option<u32> {
    let ready = sense.ready_at(skill.id) <= sense.tick && sense.shared_at <= sense.tick;
    if !ready || sense.mana < skill.mana || sense.level < skill.level {
        return None;
    }
    if !fits_weapon(content, skill, sheet) {
        return None;
    }
    let range = match skill.range {
        Range::Weapon => sense.derived.range,
        Range::Metres(metres) => metres,
        Range::None => f32::INFINITY,
    };
    let is_low = sense.hit_points * 100 < sense.hit_points_max * HEAL_PERCENT;
    let heals = skill.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Heal { .. }));
    match skill.aim {
        Aim::Ally | Aim::Caster if heals => is_low.then_some(u32::MAX),
        Aim::Hostile => {
            let near = sees && distance <= range - SPARE_METRES.min(range / 10.0);
            let leaps = skill.outcomes.iter().any(|outcome| {
                matches!(outcome, Outcome::Leap(Leap::ToTarget { .. } | Leap::BehindTarget { .. }))
            });
            (near && (!leaps || distance > LEAP_METRES)).then(|| damage_bp(skill))
        }
        Aim::Around { party: false, radius } => (distance <= radius).then(|| damage_bp(skill)),
        // What moves only the caster, or needs more than one head to pay.
        Aim::Caster
        | Aim::Ally
        | Aim::Line { .. }
        | Aim::Cone { .. }
        | Aim::Around { .. }
        | Aim::Ground { .. } => None,
    }
}

fn damage_bp(skill: &SkillDef) -> u32 {
    let parts = skill.outcomes.iter().map(|outcome| match outcome {
        Outcome::Damage { bp, .. } => *bp,
        _ => 0,
    });
    1 + parts.sum::<u32>()
}

fn fits_weapon(content: &Content, skill: &SkillDef, sheet: &Sheet) -> bool {
    if skill.weapons.is_empty() {
        return true;
    }
    let worn = sheet.worn[EquipSlot::Weapon as usize];
    let weapon = worn.and_then(|item| content.item(item.definition)?.weapon());
    weapon.is_some_and(|weapon| skill.weapons.contains(&weapon.row))
}
