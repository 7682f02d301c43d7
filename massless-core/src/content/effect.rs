//! `effects/<id>-<name>.ron`: what a status effect does while it lasts. Game rules, section 7.

use crate::ids::EffectId;

/// What keeps somebody from acting. Characters resist repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// No movement, swings or skills.
    Stun,
    /// No movement.
    Root,
    /// No skills.
    Silence,
}

/// What happens every so often while an effect lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverTime {
    /// The target is hurt by the effect's coefficient of the caster's attack.
    Damage,
    /// The target is healed by it.
    Heal,
}

/// A status effect. Basis points are added up over all effects of an actor.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectDef {
    /// Its id.
    pub id: EffectId,
    /// Shown name.
    pub name: String,
    /// One sentence for players.
    pub description: String,
    /// It helps whom it is on: shown on the good side of the frame.
    pub helpful: bool,
    /// Can be taken away by skills.
    pub dispellable: bool,
    /// Stays when its target dies.
    pub survives_death: bool,
    /// Keeps the target from acting.
    pub control: Option<Control>,
    /// Added to walking speed.
    pub move_bp: i32,
    /// Added to damage dealt.
    pub damage_dealt_bp: i32,
    /// Added to damage taken.
    pub damage_taken_bp: i32,
    /// Added to both defences.
    pub defence_bp: i32,
    /// Added to attack.
    pub attack_bp: i32,
    /// Added to attack speed.
    pub attack_speed_bp: i32,
    /// Added to the chance to dodge.
    pub dodge_bp: i32,
    /// Works every so often.
    pub over_time: Option<OverTime>,
    /// Absorbs damage up to its strength.
    pub absorbs: bool,
    /// A creature under it attacks its caster.
    pub taunts: bool,
    /// Nothing harms the target and nobody can aim at it; ends on its own hostile act.
    pub protects: bool,
}
