//! What the numbers of an actor come to at a moment: definition or sheet, gear and effects together.
//!
//! Computed where it is needed and kept nowhere, so nothing can be stale.

use crate::components::{Effects, Hero};
use crate::content::Content;
use crate::content::creature::{CreatureDef, Damage};
use crate::content::effect::Control;
use crate::content::item::{Attribute, EquipSlot};
use crate::formulas;
use crate::units::{Level, Tick};
use crate::view::Derived;

/// Speed bounds of every walk, metres per second. Game rules, section 2.
pub(crate) const SPEED_RANGE: (f32, f32) = (1.0, 7.5);

/// Sum of all effects that act at a tick.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sway {
    pub(crate) move_bp: i32,
    pub(crate) damage_dealt_bp: i32,
    pub(crate) damage_taken_bp: i32,
    pub(crate) defence_bp: i32,
    pub(crate) attack_bp: i32,
    pub(crate) attack_speed_bp: i32,
    pub(crate) dodge_bp: i32,
    pub(crate) stunned: bool,
    pub(crate) rooted: bool,
    pub(crate) silenced: bool,
    pub(crate) protected: bool,
}

impl Sway {
    /// Of the effects that were gained before `now` and are not over.
    pub(crate) fn of(content: &Content, effects: &Effects, now: Tick) -> Self {
        let mut sway = Self::default();
        for effect in effects.list.iter().filter(|effect| effect.acts(now)) {
            let def = content.effect(effect.effect).expect("effects are known: checked at load");
            sway.move_bp += def.move_bp;
            sway.damage_dealt_bp += def.damage_dealt_bp;
            sway.damage_taken_bp += def.damage_taken_bp;
            sway.defence_bp += def.defence_bp;
            sway.attack_bp += def.attack_bp;
            sway.attack_speed_bp += def.attack_speed_bp;
            sway.dodge_bp += def.dodge_bp;
            sway.protected |= def.protects;
            match def.control {
                Some(Control::Stun) => sway.stunned = true,
                Some(Control::Root) => sway.rooted = true,
                Some(Control::Silence) => sway.silenced = true,
                None => {}
            }
        }
        sway
    }

    /// Walking speed under these effects; 0 for who cannot move.
    pub(crate) fn speed(&self, base: f32) -> f32 {
        if self.stunned || self.rooted {
            return 0.0;
        }
        let bp = i16::try_from((formulas::WHOLE_BP as i32 + self.move_bp).clamp(0, 30_000));
        let share = f32::from(bp.unwrap_or(10_000)) / 10_000.0;
        (base * share).clamp(SPEED_RANGE.0, SPEED_RANGE.1)
    }
}

/// The numbers of an actor in combat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub(crate) level: Level,
    pub(crate) attributes: [u32; 4],
    pub(crate) attack: u32,
    pub(crate) defence: u32,
    pub(crate) magic_defence: u32,
    pub(crate) damage: Damage,
    pub(crate) swing_ticks: u32,
    pub(crate) swing_bp: u32,
    pub(crate) range: f32,
    pub(crate) crit_bp: u32,
    pub(crate) dodge_bp: u32,
    pub(crate) sway: Sway,
}

impl Traits {
    /// Of a character.
    pub(crate) fn of_hero(
        content: &Content,
        level: Level,
        hero: &Hero,
        effects: &Effects,
        now: Tick,
    ) -> Self {
        let sway = Sway::of(content, effects, now);
        let class = content.class(hero.sheet.class).expect("classes are known: checked on joining");
        let attributes = formulas::attributes(class, hero.sheet.spent);
        let gear = formulas::gear_stats(content, &hero.sheet.worn);
        let weapon = hero.sheet.worn[EquipSlot::Weapon as usize];
        let weapon = weapon.and_then(|item| content.item(item.definition)?.weapon());
        let dexterity = attributes[Attribute::Dexterity as usize];
        let driver = weapon.map_or(Attribute::Strength, |weapon| weapon.attribute);
        let family_ticks = weapon.map_or(formulas::UNARMED_TICKS, |weapon| weapon.interval.get());
        let speed_bp = formulas::swing_speed_bp(dexterity, sway.attack_speed_bp);
        let attack = 2 * attributes[driver as usize] + gear.attack;
        let defence = gear.defence + attributes[Attribute::Vitality as usize] / 2;
        let magic_defence = gear.magic_defence + attributes[Attribute::Intelligence as usize] / 2;
        Self {
            level,
            attributes,
            attack: formulas::defence_with(attack, sway.attack_bp),
            defence: formulas::defence_with(defence, sway.defence_bp),
            magic_defence: formulas::defence_with(magic_defence, sway.defence_bp),
            damage: weapon.map_or(Damage::Physical, |weapon| weapon.damage),
            swing_ticks: formulas::swing_ticks(family_ticks, speed_bp),
            swing_bp: weapon.map_or(formulas::UNARMED_BP, |weapon| weapon.swing_bp),
            range: weapon.map_or(formulas::UNARMED_RANGE, |weapon| weapon.range),
            crit_bp: formulas::crit_bp(dexterity),
            dodge_bp: formulas::dodge_bp(dexterity, sway.dodge_bp),
            sway,
        }
    }

    /// Of a creature.
    pub(crate) fn of_creature(
        content: &Content,
        def: &CreatureDef,
        effects: &Effects,
        now: Tick,
    ) -> Self {
        let sway = Sway::of(content, effects, now);
        let speed_bp = formulas::swing_speed_bp(0, sway.attack_speed_bp);
        Self {
            level: def.level,
            attributes: [0; 4],
            attack: formulas::defence_with(def.attack, sway.attack_bp),
            defence: formulas::defence_with(def.defence, sway.defence_bp),
            magic_defence: formulas::defence_with(def.magic_defence, sway.defence_bp),
            damage: def.damage,
            swing_ticks: formulas::swing_ticks(def.swing_interval.get(), speed_bp),
            swing_bp: 10_000,
            range: def.reach,
            crit_bp: 500,
            dodge_bp: formulas::dodge_bp(0, sway.dodge_bp),
            sway,
        }
    }

    /// As players are shown it.
    pub(crate) const fn derived(&self) -> Derived {
        Derived {
            attributes: self.attributes,
            attack: self.attack,
            defence: self.defence,
            magic_defence: self.magic_defence,
            swing_ticks: self.swing_ticks,
            crit_bp: self.crit_bp,
            dodge_bp: self.dodge_bp,
            range: self.range,
        }
    }
}
