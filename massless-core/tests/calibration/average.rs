//! The procedure of game rules, section 17, in average mode: no draws, no places, one target.

use std::collections::BTreeMap;

use massless_core::content::Content;
use massless_core::content::creature::Damage;
use massless_core::content::effect::OverTime;
use massless_core::content::skill::{Outcome, SkillDef, Timing};
use massless_core::formulas::{self, Release, of_bp};
use massless_core::ids::{EffectId, SkillId};

use crate::reference::Reference;

/// A fight that takes longer has no end.
const TICKS_MAX: u32 = 100_000;
/// Ticks of a second.
const SECOND: u32 = 20;
/// Variance in average mode.
const MEAN_BP: u32 = 10_000;

/// Who is hit and does nothing.
pub(crate) struct Dummy {
    hit_points: u32,
    defence: u32,
    magic_defence: u32,
    dodge_bp: u32,
    /// Hit points a second.
    regeneration: u32,
    is_character: bool,
}

/// Attack of a curve creature.
pub(crate) fn curve_attack(level: u8) -> u32 {
    18 + 62 * u32::from(level) / 10
}

/// Hit points of a curve creature.
pub(crate) fn curve_hit_points(level: u8) -> u32 {
    let level = u32::from(level);
    150 + 54 * level + level * level / 2
}

/// Both defences of a curve creature.
pub(crate) fn curve_defence(level: u8) -> u32 {
    8 + 2 * u32::from(level)
}

impl Dummy {
    /// A curve creature.
    pub(crate) fn curve(level: u8) -> Self {
        Self {
            hit_points: curve_hit_points(level),
            defence: curve_defence(level),
            magic_defence: curve_defence(level),
            dodge_bp: 0,
            regeneration: 0,
            is_character: false,
        }
    }

    /// A character.
    pub(crate) fn mirror(hero: &Reference) -> Self {
        Self {
            hit_points: hero.hit_points,
            defence: hero.defence,
            magic_defence: hero.magic_defence,
            dodge_bp: hero.dodge_bp,
            regeneration: hero.regeneration.0,
            is_character: true,
        }
    }
}

/// The tick in which somebody who does nothing dies by a curve creature of the own level.
pub(crate) fn ticks_to_idle_death(hero: &Reference, damage: Damage) -> u32 {
    let creature = Striker {
        attack: curve_attack(hero.level),
        level: hero.level,
        crit_bp: 500,
        damage,
        is_character: false,
    };
    let dummy = Dummy::mirror(hero);
    let blow = creature.hit(&dummy, 0, Power { bp: 10_000, rank: 1, dealt_bp: 0 });
    let mut hit_points = i64::from(hero.hit_points);
    for tick in 0..TICKS_MAX {
        if tick % 40 == 0 {
            hit_points -= i64::from(blow);
        }
        if hit_points <= 0 {
            return tick;
        }
        if tick > 0 && tick % SECOND == 0 {
            let healed = hit_points + i64::from(hero.regeneration.0);
            hit_points = healed.min(i64::from(hero.hit_points));
        }
    }
    panic!("nobody survives everything");
}

/// The attacker's numbers that a hit needs.
struct Striker {
    attack: u32,
    level: u8,
    crit_bp: u32,
    damage: Damage,
    is_character: bool,
}

/// What is fixed when a hit or effect is released.
#[derive(Clone, Copy)]
struct Power {
    bp: u32,
    rank: u8,
    dealt_bp: i32,
}

impl Striker {
    /// Mean damage of one hit: critical hits and dodges by their chances.
    fn hit(&self, target: &Dummy, defence_bp: i32, power: Power) -> u32 {
        let release = Release {
            attack: self.attack,
            coefficient_bp: power.bp,
            rank: power.rank,
            dealt_bp: power.dealt_bp,
            variance_bp: MEAN_BP,
        };
        let defence = formulas::defence_against(self.damage, target.defence, target.magic_defence);
        let defence = formulas::defence_with(defence, defence_bp);
        let m = release.damage_milli();
        let m = of_bp(m, 10_000 - formulas::reduction_bp(defence, self.level));
        let m = of_bp(m, 10_000 + i64::from(self.crit_bp));
        let is_physical = self.damage == Damage::Physical;
        let m = if is_physical { of_bp(m, 10_000 - i64::from(target.dodge_bp)) } else { m };
        let both = self.is_character && target.is_character;
        let m = if both { of_bp(m, 6_000) } else { m };
        u32::try_from(((m + 500) / 1_000).max(1)).expect("hits are small")
    }
}

/// The tick in which the target dies, when the attacker uses its list of skills and swings.
pub(crate) fn ticks_to_kill(content: &Content, hero: &Reference, target: &Dummy) -> u32 {
    let mut fight = Fight {
        content,
        hero,
        target,
        striker: Striker {
            attack: hero.attack,
            level: hero.level,
            crit_bp: hero.crit_bp,
            damage: hero.weapon.damage,
            is_character: true,
        },
        now: 0,
        hit_points: i64::from(target.hit_points),
        mana: hero.mana,
        swing_at: 0,
        shared_at: 0,
        ready_at: BTreeMap::new(),
        busy: None,
        toggle: None,
        own: Vec::new(),
        others: Vec::new(),
        works: Vec::new(),
    };
    while fight.now < TICKS_MAX {
        fight.step();
        if fight.hit_points <= 0 {
            return fight.now;
        }
        fight.recover();
        fight.now += 1;
    }
    panic!("the target outlives everything");
}

struct Fight<'a> {
    content: &'a Content,
    hero: &'a Reference,
    target: &'a Dummy,
    striker: Striker,
    now: u32,
    hit_points: i64,
    mana: u32,
    swing_at: u32,
    shared_at: u32,
    ready_at: BTreeMap<SkillId, u32>,
    /// Cast or channel: index of the skill, the tick in which it ends.
    busy: Option<(usize, u32)>,
    /// Mana a second of the toggle that is on, and its effect.
    toggle: Option<(u32, SkillId)>,
    own: Vec<Held>,
    others: Vec<Held>,
    works: Vec<Work>,
}

/// An effect that somebody bears: acts in (since, until).
struct Held {
    effect: EffectId,
    since: u32,
    until: u32,
}

/// Something that hurts now and then.
struct Work {
    effect: Option<EffectId>,
    next: u32,
    every: u32,
    left: u32,
    power: Power,
}

impl Fight<'_> {
    fn step(&mut self) {
        if let Some((index, _)) = self.busy.filter(|&(_, ends)| ends == self.now) {
            self.busy = None;
            let (skill, rank) = self.hero.skills[index].clone();
            if matches!(skill.timing, Timing::Cast(_)) {
                self.land(&skill, rank);
            }
        }
        if self.busy.is_none() && self.now >= self.shared_at {
            self.start();
        }
        if self.busy.is_none() && self.now >= self.swing_at {
            self.swing();
        }
        self.work();
    }

    fn start(&mut self) {
        let ready = self.hero.skills.iter().position(|(skill, rank)| {
            let cools = self.ready_at.get(&skill.id).is_some_and(|&at| self.now < at);
            let is_on = self.toggle.is_some_and(|(_, on)| on == skill.id);
            !cools && !is_on && formulas::mana_of_rank(skill.mana, *rank) <= self.mana
        });
        let Some(index) = ready else { return };
        let (skill, rank) = self.hero.skills[index].clone();
        self.mana -= formulas::mana_of_rank(skill.mana, rank);
        let busy = skill.busy_ticks().get();
        self.shared_at = self.now + busy.max(SECOND);
        let is_channel = matches!(skill.timing, Timing::Channel { .. });
        let pause = if is_channel { busy } else { busy + 10 };
        self.swing_at = self.swing_at.max(self.now + pause);
        let from = if is_channel { self.now } else { self.now + busy };
        self.ready_at.insert(skill.id, from + skill.cooldown.get());
        match skill.timing {
            Timing::Cast(_) => self.busy = Some((index, self.now + busy)),
            Timing::Channel { ticks, every } => {
                self.busy = Some((index, self.now + busy));
                let bp = damage_of(&skill);
                self.later(None, bp, rank, (every.get(), ticks.get() / every.get()));
            }
            Timing::Toggle { mana, .. } => {
                self.toggle = Some((mana, skill.id));
                self.land(&skill, rank);
            }
            Timing::Instant => self.land(&skill, rank),
        }
    }

    fn land(&mut self, skill: &SkillDef, rank: u8) {
        for outcome in &skill.outcomes {
            match outcome {
                Outcome::Damage { bp, .. } => {
                    self.strike(Power { bp: *bp, rank, dealt_bp: self.dealt_bp() });
                }
                Outcome::Apply { effect, ticks, every, bp } => {
                    let def = self.content.effect(*effect).expect("the effect exists");
                    if def.over_time == Some(OverTime::Damage) {
                        let times = ticks.get() / every.get();
                        self.works.retain(|work| work.effect != Some(*effect));
                        self.later(Some(*effect), *bp, rank, (every.get(), times));
                    }
                    let until = self.now + ticks.get();
                    let held = Held { effect: *effect, since: self.now, until };
                    let list = if skill.is_hostile() { &mut self.others } else { &mut self.own };
                    list.retain(|held| held.effect != *effect);
                    list.push(held);
                }
                _ => {}
            }
        }
        if let Some(lasting) = skill.lasting {
            self.later(None, damage_of(skill), rank, (lasting.every.get(), lasting.times - 1));
        }
    }

    fn later(&mut self, effect: Option<EffectId>, bp: u32, rank: u8, (every, left): (u32, u32)) {
        let power = Power { bp, rank, dealt_bp: self.dealt_bp() };
        self.works.push(Work { effect, next: self.now + every, every, left, power });
    }

    fn swing(&mut self) {
        let speed =
            formulas::swing_speed_bp(self.hero.dexterity, self.sum(|def| def.attack_speed_bp));
        let interval = formulas::swing_ticks(self.hero.weapon.interval.get(), speed);
        self.swing_at = self.now + interval;
        self.strike(Power { bp: self.hero.weapon.swing_bp, rank: 1, dealt_bp: self.dealt_bp() });
    }

    fn work(&mut self) {
        let mut works = std::mem::take(&mut self.works);
        let now = self.now;
        for work in works.iter_mut().filter(|work| work.next == now) {
            work.next += work.every;
            work.left -= 1;
            self.strike(work.power);
        }
        works.retain(|work| work.left > 0);
        self.works = works;
    }

    fn strike(&mut self, power: Power) {
        let acting = self.others.iter().filter(|held| held.acts(self.now));
        let defs = acting.filter_map(|held| self.content.effect(held.effect));
        let defence_bp = defs.map(|def| def.defence_bp).sum();
        self.hit_points -= i64::from(self.striker.hit(self.target, defence_bp, power));
    }

    fn sum(&self, of: impl Fn(&massless_core::content::effect::EffectDef) -> i32) -> i32 {
        let acting = self.own.iter().filter(|held| held.acts(self.now));
        acting.filter_map(|held| self.content.effect(held.effect)).map(of).sum()
    }

    fn dealt_bp(&self) -> i32 {
        self.sum(|def| def.damage_dealt_bp)
    }

    /// Once a second: both regenerate, the toggle is paid.
    fn recover(&mut self) {
        if self.now == 0 || !self.now.is_multiple_of(SECOND) {
            return;
        }
        let healed = self.hit_points + i64::from(self.target.regeneration);
        self.hit_points = healed.min(i64::from(self.target.hit_points));
        self.mana = (self.mana + self.hero.regeneration.1).min(self.hero.mana);
        if let Some((mana, _)) = self.toggle {
            if self.mana >= mana {
                self.mana -= mana;
            } else {
                self.toggle = None;
                self.own.clear();
            }
        }
    }
}

impl Held {
    fn acts(&self, now: u32) -> bool {
        self.since < now && now < self.until
    }
}

fn damage_of(skill: &SkillDef) -> u32 {
    let damage = skill.outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Damage { bp, .. } => Some(*bp),
        _ => None,
    });
    damage.expect("channels and areas of the lists hurt")
}
