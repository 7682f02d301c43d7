//! `skills/<id>-<name>.ron`: what a skill needs and does. Game rules, sections 6, 7 and 9 (abilities).

use serde::Deserialize;

use super::Known;
use super::creature::Damage;
use super::effect::EffectDef;
use super::source::{Drafts, Loader, Sheet, read};
use crate::ids::{ClassId, CreatureId, EffectId, ItemId, SkillId};
use crate::units::{Level, Ticks};

/// Who has a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learner {
    /// A class, from its level on.
    Class(ClassId),
    /// A specialisation (11, 12, 21 ...), from its level on.
    Specialisation(u8),
    /// Creatures whose definition names it.
    Creature,
}

/// How a skill goes on after it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Timing {
    /// At once.
    Instant,
    /// After this time; broken by movement, stun, silence, death.
    Cast(#[serde(deserialize_with = "read::ticks")] Ticks),
    /// For `ticks`, working every `every` ticks, first after `every`; broken like a cast.
    Channel {
        /// Whole duration.
        #[serde(deserialize_with = "read::ticks")]
        ticks: Ticks,
        /// Between two workings.
        #[serde(deserialize_with = "read::ticks")]
        every: Ticks,
    },
    /// On until switched off or mana is short: `mana` every `every` ticks.
    Toggle {
        /// Between two payments.
        #[serde(deserialize_with = "read::ticks")]
        every: Ticks,
        /// Each payment.
        mana: u32,
    },
}

/// Whom a skill may be aimed at and whom it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Aim {
    /// The caster.
    Caster,
    /// One hostile target.
    Hostile,
    /// One ally or the caster.
    Ally,
    /// The first hostile on a line ahead, metres wide.
    Line {
        /// Width, metres.
        width: f32,
    },
    /// Hostiles within the range and half this angle to each side of the facing.
    Cone {
        /// Whole angle, degrees.
        degrees: f32,
    },
    /// Hostiles (or the own party) round the caster.
    Around {
        /// Metres.
        radius: f32,
        /// The own party instead of hostiles.
        party: bool,
    },
    /// Hostiles round a place on the ground.
    Ground {
        /// Metres.
        radius: f32,
    },
}

/// How far away the target may be.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Range {
    /// As far as the weapon reaches.
    Weapon,
    /// Metres.
    Metres(f32),
    /// It has no target.
    None,
}

/// A movement the skill forces on its caster.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Leap {
    /// To `stop` metres before the target at `speed` metres per second; `None` at once.
    ToTarget {
        /// Metres left to the target's centre.
        stop: f32,
        /// Metres per second.
        speed: Option<f32>,
    },
    /// To the walkable point so far behind the target, at once.
    BehindTarget {
        /// Metres.
        metres: f32,
    },
    /// In the direction of movement (facing while standing) over walkable ground.
    AlongMovement {
        /// Metres.
        metres: f32,
        /// Metres per second.
        speed: f32,
    },
    /// Along the facing to the last walkable point, at once.
    AlongFacing {
        /// Metres.
        metres: f32,
    },
}

/// One thing a skill does; all in the order of the file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Outcome {
    /// Damage to each target.
    Damage {
        /// Of attack, basis points.
        bp: u32,
        /// From the target's rear 120 degrees, multiplied by this, basis points.
        #[serde(default)]
        rear_bp: Option<u32>,
        /// Heals the caster by this share of the damage, basis points.
        #[serde(default)]
        drain_bp: u32,
        /// Instead of the damage type of the caster's weapon.
        #[serde(default)]
        damage: Option<Damage>,
    },
    /// Healing of each target, basis points of attack.
    Heal {
        /// Of attack, basis points.
        bp: u32,
    },
    /// An effect on each target.
    Apply {
        /// Which.
        #[serde(deserialize_with = "read::effect")]
        effect: EffectId,
        /// For how long; of a toggle at most, since it ends with it.
        #[serde(deserialize_with = "read::ticks")]
        ticks: Ticks,
        /// Works every so often (0: it does not).
        #[serde(default, deserialize_with = "read::ticks")]
        every: Ticks,
        /// Each working or what it absorbs, of attack, basis points.
        #[serde(default)]
        bp: u32,
    },
    /// Ends effects of the caster.
    End {
        /// Which.
        #[serde(deserialize_with = "read::effects")]
        effects: Vec<EffectId>,
    },
    /// Ends the oldest dispellable effects of each target.
    Dispel {
        /// How many.
        count: u32,
    },
    /// Moves the caster.
    Leap(Leap),
    /// Calls creatures to the caster's side.
    Summon {
        /// Which.
        #[serde(deserialize_with = "read::creature")]
        creature: CreatureId,
        /// How many.
        count: u32,
    },
}

/// An area that stays (or is announced) after the skill was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasting {
    /// From the release to the first working.
    #[serde(rename = "first_ticks", deserialize_with = "read::ticks")]
    pub first: Ticks,
    /// Between two workings.
    #[serde(rename = "every_ticks", deserialize_with = "read::ticks")]
    pub every: Ticks,
    /// How many workings.
    pub times: u32,
}

/// A skill.
#[derive(Clone, Debug, PartialEq)]
pub struct SkillDef {
    /// Its id.
    pub id: SkillId,
    /// Shown name.
    pub name: String,
    /// One or two sentences for players.
    pub description: String,
    /// Who has it.
    pub learner: Learner,
    /// From which level on.
    pub level: Level,
    /// Rows of weapons it needs (1010, 1020 ...); empty: any.
    pub weapons: Vec<ItemId>,
    /// How it goes on.
    pub timing: Timing,
    /// Whom it reaches.
    pub aim: Aim,
    /// How far.
    pub range: Range,
    /// From the end of the cast (a channel: its start) to the next start.
    pub cooldown: Ticks,
    /// At rank 1.
    pub mana: u32,
    /// What it does.
    pub outcomes: Vec<Outcome>,
    /// The area works later or again; the targets are found at each working.
    pub lasting: Option<Lasting>,
}

impl SkillDef {
    /// Cast or channel time; 0 for what is at once.
    #[must_use]
    pub const fn busy_ticks(&self) -> Ticks {
        match self.timing {
            Timing::Cast(ticks) | Timing::Channel { ticks, .. } => ticks,
            Timing::Instant | Timing::Toggle { .. } => Ticks::new(0),
        }
    }

    /// It is meant for enemies.
    #[must_use]
    pub const fn is_hostile(&self) -> bool {
        match self.aim {
            Aim::Hostile | Aim::Line { .. } | Aim::Cone { .. } | Aim::Ground { .. } => true,
            Aim::Around { party, .. } => !party,
            Aim::Caster | Aim::Ally => false,
        }
    }
}

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

pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, SkillDef> {
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
pub(super) fn check_references(
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
