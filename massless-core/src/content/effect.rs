//! `effects/<id>-<name>.ron`: what a status effect does while it lasts. Game rules, section 7.

use serde::Deserialize;

use super::source::{Drafts, Loader, Sheet};
use crate::ids::EffectId;

/// What keeps somebody from acting. Characters resist repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Control {
    /// No movement, swings or skills.
    Stun,
    /// No movement.
    Root,
    /// No skills.
    Silence,
}

/// What happens every so often while an effect lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEffect {
    id: u16,
    name: String,
    description: String,
    helpful: bool,
    #[serde(default)]
    dispellable: bool,
    #[serde(default)]
    survives_death: bool,
    #[serde(default)]
    control: Option<Control>,
    #[serde(default)]
    move_bp: i32,
    #[serde(default)]
    damage_dealt_bp: i32,
    #[serde(default)]
    damage_taken_bp: i32,
    #[serde(default)]
    defence_bp: i32,
    #[serde(default)]
    attack_bp: i32,
    #[serde(default)]
    attack_speed_bp: i32,
    #[serde(default)]
    dodge_bp: i32,
    #[serde(default)]
    over_time: Option<OverTime>,
    #[serde(default)]
    absorbs: bool,
    #[serde(default)]
    taunts: bool,
    #[serde(default)]
    protects: bool,
}

pub(super) fn load<'a>(loader: &mut Loader<'a>) -> Drafts<'a, EffectDef> {
    loader.drafts("effects", |raw: RawEffect, sheet| {
        check(&raw, sheet);
        (u32::from(raw.id), frozen(raw))
    })
}

fn check(raw: &RawEffect, sheet: &mut Sheet<'_>) {
    sheet.name("name", &raw.name);
    sheet.text("description", &raw.description);
    for (field, bp) in [
        ("move_bp", raw.move_bp),
        ("damage_dealt_bp", raw.damage_dealt_bp),
        ("damage_taken_bp", raw.damage_taken_bp),
        ("defence_bp", raw.defence_bp),
        ("attack_bp", raw.attack_bp),
        ("attack_speed_bp", raw.attack_speed_bp),
        ("dodge_bp", raw.dodge_bp),
    ] {
        sheet.range(field, bp, -10_000..=100_000);
    }
}

fn frozen(raw: RawEffect) -> EffectDef {
    EffectDef {
        id: EffectId::new(raw.id),
        name: raw.name,
        description: raw.description,
        helpful: raw.helpful,
        dispellable: raw.dispellable,
        survives_death: raw.survives_death,
        control: raw.control,
        move_bp: raw.move_bp,
        damage_dealt_bp: raw.damage_dealt_bp,
        damage_taken_bp: raw.damage_taken_bp,
        defence_bp: raw.defence_bp,
        attack_bp: raw.attack_bp,
        attack_speed_bp: raw.attack_speed_bp,
        dodge_bp: raw.dodge_bp,
        over_time: raw.over_time,
        absorbs: raw.absorbs,
        taunts: raw.taunts,
        protects: raw.protects,
    }
}
