//! `skills/<id>-<name>.ron`: what a skill needs and does. Game rules, sections 6, 7 and 9 (abilities).

mod load;

use serde::Deserialize;

pub(super) use self::load::{check_references, load};
use super::creature::Damage;
use super::source::read;
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
