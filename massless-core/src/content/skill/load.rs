//! Reading and checking skills.

use serde::Deserialize;

use super::{Aim, Lasting, Leap, Learner, Outcome, Range, SkillDef, Timing};
use crate::content::Known;
use crate::content::effect::EffectDef;
use crate::content::source::{Drafts, Loader, Sheet};
use crate::ids::{ClassId, ItemId, SkillId};
use crate::units::{Level, Ticks};

/// Specialisations of the game rules, section 4.
const SPECIALISATIONS: [u8; 8] = [11, 12, 21, 22, 31, 32, 41, 42];
/// Outcomes of one skill. Reason: each is applied to each target.
const OUTCOMES_MAX: usize = 8;
/// Longest duration a skill names, ticks (an hour).
const TICKS_MAX: u32 = 72_000;
/// Longest cast, channel and announced area, ticks (a minute).
const BUSY_TICKS_MAX: u32 = 1_200;
/// Greatest coefficient, basis points.
const BP_MAX: u32 = 1_000_000;

#[derive(Clone, Copy, Deserialize)]
enum RawLearner {
    Class(u8),
    Specialisation(u8),
    Creature,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSkill {
    id: u16,
    name: String,
    description: String,
    learner: RawLearner,
    level: u8,
    #[serde(default)]
    weapons: Vec<u16>,
    timing: Timing,
    aim: Aim,
    range: Range,
    cooldown_ticks: u32,
    mana: u32,
    outcomes: Vec<Outcome>,
    #[serde(default)]
    lasting: Option<Lasting>,
}

pub(in crate::content) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, SkillDef> {
    loader.drafts("skills", |raw: RawSkill, sheet| {
        sheet.name("name", &raw.name);
        sheet.text("description", &raw.description);
        sheet.range("level", raw.level, 1..=120);
        sheet.range("cooldown_ticks", raw.cooldown_ticks, 0..=TICKS_MAX);
        sheet.range("mana", raw.mana, 0..=100_000);
        let skill = frozen(raw);
        check_timing(&skill, sheet);
        check_aim(&skill, sheet);
        check_lasting(&skill, sheet);
        if skill.outcomes.is_empty() || skill.outcomes.len() > OUTCOMES_MAX {
            let problem = format!("{} outcomes", skill.outcomes.len());
            sheet.error("outcomes", problem, format_args!("1 to {OUTCOMES_MAX}"));
        }
        for (index, outcome) in skill.outcomes.iter().enumerate() {
            check_outcome(&skill, index, outcome, sheet);
        }
        (u32::from(skill.id.get()), skill)
    })
}

fn check_timing(skill: &SkillDef, sheet: &mut Sheet<'_>) {
    match skill.timing {
        Timing::Instant => {}
        Timing::Cast(ticks) => sheet.range("timing", ticks.get(), 1..=BUSY_TICKS_MAX),
        Timing::Channel { ticks, every } => {
            sheet.range("timing.ticks", ticks.get(), 1..=BUSY_TICKS_MAX);
            if every.get() == 0 || !ticks.get().is_multiple_of(every.get()) {
                let problem = format!("{} does not divide {}", every.get(), ticks.get());
                sheet.error("timing.every", problem, "a divisor of the channel's ticks");
            }
        }
        Timing::Toggle { every, mana } => {
            sheet.range("timing.every", every.get(), 1..=BUSY_TICKS_MAX);
            sheet.range("timing.mana", mana, 0..=100_000);
            if skill.aim != Aim::Caster {
                sheet.error("aim", "a toggle works on its caster", "Caster");
            }
        }
    }
}

fn check_aim(skill: &SkillDef, sheet: &mut Sheet<'_>) {
    let needs_range = match skill.aim {
        Aim::Caster => false,
        Aim::Around { radius, .. } => {
            sheet.range("aim.radius", radius, 0.5..=50.0);
            false
        }
        Aim::Hostile | Aim::Ally => true,
        Aim::Line { width } => {
            sheet.range("aim.width", width, 0.1..=20.0);
            true
        }
        Aim::Cone { degrees } => {
            sheet.range("aim.degrees", degrees, 1.0..=360.0);
            true
        }
        Aim::Ground { radius } => {
            sheet.range("aim.radius", radius, 0.5..=50.0);
            true
        }
    };
    if let Range::Metres(metres) = skill.range {
        sheet.range("range", metres, 0.5..=50.0);
    }
    if needs_range == (skill.range == Range::None) {
        let allowed = if needs_range { "Metres(..), Weapon" } else { "None" };
        let problem = format!("{:?} does not fit {:?}", skill.range, skill.aim);
        sheet.error("range", problem, allowed);
    }
}

fn check_lasting(skill: &SkillDef, sheet: &mut Sheet<'_>) {
    let Some(lasting) = skill.lasting else { return };
    if !matches!(skill.aim, Aim::Ground { .. } | Aim::Around { .. }) {
        sheet.error("lasting", "only an area can stay", "with aim: Ground(..) or Around(..)");
    }
    sheet.range("lasting.first_ticks", lasting.first.get(), 0..=BUSY_TICKS_MAX);
    sheet.range("lasting.times", lasting.times, 1..=255);
    sheet.range("lasting.every_ticks", lasting.every.get(), 1..=BUSY_TICKS_MAX);
}

fn check_outcome(skill: &SkillDef, index: usize, outcome: &Outcome, sheet: &mut Sheet<'_>) {
    let at = |name: &str| format!("outcomes[{index}].{name}");
    match outcome {
        Outcome::Damage { bp, rear_bp, drain_bp, .. } => {
            sheet.range(&at("bp"), *bp, 1..=BP_MAX);
            sheet.range(&at("rear_bp"), rear_bp.unwrap_or(1), 1..=BP_MAX);
            sheet.range(&at("drain_bp"), *drain_bp, 0..=10_000);
            if !skill.is_hostile() {
                sheet.error(&at("bp"), "damage to allies", "damage with a hostile aim");
            }
        }
        Outcome::Heal { bp } => {
            sheet.range(&at("bp"), *bp, 1..=BP_MAX);
            if skill.is_hostile() {
                sheet.error(
                    &at("bp"),
                    "healing of enemies",
                    "healing with aim: Ally, Caster or party",
                );
            }
        }
        Outcome::Apply { ticks, bp, .. } => {
            sheet.range(&at("ticks"), ticks.get(), 1..=TICKS_MAX);
            sheet.range(&at("bp"), *bp, 0..=BP_MAX);
        }
        Outcome::End { effects } => {
            if effects.is_empty() {
                sheet.error(&at("effects"), "no effect is named", "[id, ..]");
            }
        }
        Outcome::Dispel { count } => sheet.range(&at("count"), *count, 1..=16),
        Outcome::Leap(leap) => check_leap(skill, &format!("outcomes[{index}]"), *leap, sheet),
        Outcome::Summon { count, .. } => sheet.range(&at("count"), *count, 1..=16),
    }
}

fn check_leap(skill: &SkillDef, field: &str, leap: Leap, sheet: &mut Sheet<'_>) {
    let (metres, speed, needs_target) = match leap {
        Leap::ToTarget { stop, speed } => (stop, speed, true),
        Leap::BehindTarget { metres } => (metres, None, true),
        Leap::AlongMovement { metres, speed } => (metres, Some(speed), false),
        Leap::AlongFacing { metres } => (metres, None, false),
    };
    sheet.range(field, metres, 0.1..=50.0);
    sheet.range(field, speed.unwrap_or(1.0), 1.0..=40.0);
    if needs_target && !matches!(skill.aim, Aim::Hostile | Aim::Ally) {
        sheet.error(field, "a leap to a target without a target", "with aim: Hostile or Ally");
    }
}

/// Skills name classes, weapons, effects and creatures that exist, and effects as they work.
pub(in crate::content) fn check_references(
    skills: &mut Drafts<'_, SkillDef>,
    known: &Known,
    effects: &[EffectDef],
) {
    for (skill, sheet) in &mut skills.list {
        match skill.learner {
            Learner::Class(class) => {
                sheet.known("learner", "class", u32::from(class.get()), &known.classes);
            }
            Learner::Specialisation(number) => {
                let known = SPECIALISATIONS.map(u32::from);
                sheet.known("learner", "specialisation", u32::from(number), &known);
            }
            Learner::Creature => {}
        }
        for row in &skill.weapons {
            sheet.known("weapons", "row of weapons", u32::from(row.get()), &known.weapon_rows);
        }
        for (index, outcome) in skill.outcomes.iter().enumerate() {
            let at = |name: &str| format!("outcomes[{index}].{name}");
            match outcome {
                Outcome::Apply { effect, ticks, every, bp } => {
                    let id = u32::from(effect.get());
                    sheet.known(&at("effect"), "effect", id, &known.effects);
                    if let Some(def) = effects.iter().find(|def| def.id == *effect) {
                        check_working(def, (*ticks, *every, *bp), &at, sheet);
                    }
                }
                Outcome::End { effects } => {
                    for effect in effects {
                        let id = u32::from(effect.get());
                        sheet.known(&at("effects"), "effect", id, &known.effects);
                    }
                }
                Outcome::Summon { creature, .. } => {
                    let id = u32::from(creature.get());
                    sheet.known(&at("creature"), "creature", id, &known.creatures);
                }
                Outcome::Damage { .. }
                | Outcome::Heal { .. }
                | Outcome::Dispel { .. }
                | Outcome::Leap(_) => {}
            }
        }
    }
}

/// What works every so often or absorbs is told how often and how much; nothing else is.
fn check_working(
    def: &EffectDef,
    (ticks, every, bp): (Ticks, Ticks, u32),
    at: &impl Fn(&str) -> String,
    sheet: &mut Sheet<'_>,
) {
    let works = def.over_time.is_some();
    let divides = every.get() > 0 && ticks.get().is_multiple_of(every.get());
    if works && !divides {
        let problem = format!("{} works over time, but not every {}", def.name, every.get());
        sheet.error(&at("every"), problem, "a divisor of its ticks");
    }
    if !works && every.get() > 0 {
        let problem = format!("{} does not work over time", def.name);
        sheet.error(&at("every"), problem, "no such field");
    }
    if (works || def.absorbs) != (bp > 0) {
        let problem = format!("{bp} does not fit {}", def.name);
        let allowed = "1 or more for what works over time or absorbs, else no such field";
        sheet.error(&at("bp"), problem, allowed);
    }
}

fn frozen(raw: RawSkill) -> SkillDef {
    SkillDef {
        id: SkillId::new(raw.id),
        name: raw.name,
        description: raw.description,
        learner: match raw.learner {
            RawLearner::Class(class) => Learner::Class(ClassId::new(class)),
            RawLearner::Specialisation(number) => Learner::Specialisation(number),
            RawLearner::Creature => Learner::Creature,
        },
        level: Level::new(raw.level),
        weapons: raw.weapons.into_iter().map(ItemId::new).collect(),
        timing: raw.timing,
        aim: raw.aim,
        range: raw.range,
        cooldown: Ticks::new(raw.cooldown_ticks),
        mana: raw.mana,
        outcomes: raw.outcomes,
        lasting: raw.lasting,
    }
}
