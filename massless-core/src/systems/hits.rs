//! Eighth in the game rules' tick: hits that arrive and areas that work.
//!
//! What was rolled at release is drawn again from the tick of the release; mitigation is of now.
//! Writes blows (committed later) and effects (which act from the next tick on).

pub(crate) mod effects;

use shipyard::{AllStoragesViewMut, Get, Unique, UniqueViewMut, ViewMut, World};

use self::effects::Gain;
pub(super) use self::effects::end_effects_of;
use crate::arena::{Arena, Combat, Fighters, Results, Side};
use crate::components::{Field, Power};
use crate::content::creature::Damage;
use crate::content::skill::{Aim, Outcome, SkillDef};
use crate::event::{Event, Exit, HitKind};
use crate::formulas::{self, Arrival, Release};
use crate::ids::{ActorId, CreatureId};
use crate::math::{Vec3, ground};
use crate::rng::{Draws, Stream};
use crate::skills;
use crate::traits::Traits;
use crate::units::{Tick, Ticks};
use crate::zone::roster::Slot;
use crate::zone::state::{Blow, BlowKind, Clock, Departures, Flight, Flights};

/// Cosine of half the rear arc of 120 degrees.
const REAR_COSINE: f32 = 0.5;
/// Healing of a character that a character hit within 100 ticks, basis points.
const HUNTED_HEALING_BP: i64 = 6_000;
/// Targets of one working of an area.
const AREA_TARGETS_MAX: usize = 5;

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    due: Vec<Flight>,
    /// Creatures to be called: which, how many, where.
    summons: Vec<(CreatureId, u32, Vec3)>,
}

/// Draw number of a hit: the same source may hit several targets in one tick in several ways.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// A swing.
    Swing = 0,
    /// A skill.
    Skill = 1,
    /// An effect over time.
    Effect = 2,
}

pub(crate) fn run(world: &World) {
    let mut scratch =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut *scratch));
    take_due(world, &mut scratch.due);
    work_areas(world, &mut scratch.due);
    world.run(|mut combat: Combat<'_>| {
        let Combat { arena, fighters, results } = &mut combat;
        let mut desk = Desk { arena, fighters, results, summons: &mut scratch.summons };
        for flight in &scratch.due {
            desk.land(flight);
        }
    });
    for (creature, count, place) in scratch.summons.drain(..) {
        world.run(|mut all: AllStoragesViewMut<'_>| {
            super::populate::summon(&mut all, creature, count, ground(place));
        });
    }
    world.run(|mut kept: UniqueViewMut<'_, Scratch>| *kept = scratch);
}

fn take_due(world: &World, due: &mut Vec<Flight>) {
    due.clear();
    world.run(|clock: shipyard::UniqueView<'_, Clock>, mut flights: UniqueViewMut<'_, Flights>| {
        flights.0.retain(|flight| {
            let arrives = flight.arrives <= clock.0;
            if arrives {
                due.push(*flight);
            }
            !arrives
        });
    });
}

/// Areas whose time has come: a hit for each target within.
fn work_areas(world: &World, due: &mut Vec<Flight>) {
    let idle = world.run(|fields: ViewMut<'_, Field>| fields.is_empty());
    if idle {
        return;
    }
    world.run(
        |arena: Arena<'_>,
         fighters: Fighters<'_>,
         mut fields: ViewMut<'_, Field>,
         mut departures: UniqueViewMut<'_, Departures>| {
            for (actor, slot) in arena.roster.iter() {
                let Ok(mut field) = (&mut fields).get(slot) else { continue };
                let now = arena.now();
                if now < field.next {
                    continue;
                }
                let skill = arena.scene.content.skill(field.skill);
                let skill = skill.expect("areas are of known skills");
                reach(&arena, &fighters, slot, (skill, &field), due);
                field.left = field.left.saturating_sub(1);
                field.next = now + skill.lasting.map_or(Ticks::new(1), |lasting| lasting.every);
                if field.left == 0 {
                    departures.0.push((actor, Exit::World));
                }
            }
        },
    );
}

fn reach(
    arena: &Arena<'_>,
    fighters: &Fighters<'_>,
    slot: Slot,
    (skill, field): (&SkillDef, &Field),
    due: &mut Vec<Flight>,
) {
    let (Aim::Around { radius, .. } | Aim::Ground { radius }) = skill.aim else { return };
    let centre = ground(arena.position(slot));
    let enemies = if field.power.by_character { Side::Monsters } else { Side::People };
    let mut found: Vec<(f32, ActorId)> = Vec::new();
    for (actor, other) in arena.roster.iter() {
        if arena.side(other) != enemies || !fighters.vitals(other).is_alive() {
            continue;
        }
        let away = ground(arena.position(other)).distance(centre) - arena.radius(other);
        if away <= radius {
            found.push((away, actor));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let now = arena.now();
    due.extend(found.into_iter().take(AREA_TARGETS_MAX).map(|(_, target)| Flight {
        source: field.caster,
        target,
        skill: Some(field.skill),
        arrives: now,
        released: now,
        power: field.power,
    }));
}

/// What hits are resolved with.
pub(super) struct Desk<'a, 'v> {
    pub(super) arena: &'a Arena<'v>,
    pub(super) fighters: &'a mut Fighters<'v>,
    pub(super) results: &'a mut Results<'v>,
    pub(super) summons: &'a mut Vec<(CreatureId, u32, Vec3)>,
}

/// One hit on one target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strike {
    pub(super) source: ActorId,
    pub(super) target: ActorId,
    pub(super) slot: Slot,
    pub(super) skill: Option<crate::ids::SkillId>,
    pub(super) power: Power,
    pub(super) released: Tick,
    pub(super) way: Way,
    pub(super) drain_bp: u32,
}

impl Strike {
    fn draws(&self, seed: u64, stream: Stream) -> (Draws, u32) {
        let number = (self.target.get() as u32) << 2 | self.way as u32;
        (Draws::new(seed, self.source, self.released, stream), number)
    }

    fn chance(&self, seed: u64, stream: Stream, bp: u32) -> bool {
        let (draws, number) = self.draws(seed, stream);
        draws.uniform(number, 10_000) < bp
    }

    /// The caster's part, with its variance.
    pub(super) fn release(&self, seed: u64) -> Release {
        let (draws, number) = self.draws(seed, Stream::Variance);
        Release {
            attack: self.power.attack,
            coefficient_bp: self.power.bp,
            rank: self.power.rank,
            dealt_bp: self.power.dealt_bp,
            variance_bp: 9_000 + draws.uniform(number, 2_001),
        }
    }
}

impl Desk<'_, '_> {
    fn land(&mut self, flight: &Flight) {
        let Some(slot) = self.arena.roster.slot(flight.target) else { return };
        if !self.fighters.vitals(slot).is_alive() || (&self.fighters.effects).get(slot).is_err() {
            return;
        }
        let strike = Strike {
            source: flight.source,
            target: flight.target,
            slot,
            skill: flight.skill,
            power: flight.power,
            released: flight.released,
            way: if flight.skill.is_some() { Way::Skill } else { Way::Swing },
            drain_bp: 0,
        };
        let content = self.arena.scene.content.clone();
        match flight.skill {
            None => {
                self.hurt(&strike);
            }
            Some(skill) => {
                let skill = content.skill(skill).expect("flights are of known skills");
                self.work(&strike, skill);
            }
        }
    }

    /// All outcomes of a skill on one target, in order; a dodged or immune one ends it.
    fn work(&mut self, strike: &Strike, skill: &SkillDef) {
        for outcome in &skill.outcomes {
            match outcome {
                Outcome::Damage { bp, rear_bp, drain_bp, damage } => {
                    let bp = match rear_bp {
                        Some(rear) if self.is_behind(strike) => {
                            formulas::of_bp(i64::from(*bp), i64::from(*rear)) as u32
                        }
                        _ => *bp,
                    };
                    let damage = damage.unwrap_or(strike.power.damage);
                    let power = Power { bp, damage, ..strike.power };
                    if !self.hurt(&Strike { power, drain_bp: *drain_bp, ..*strike }) {
                        return;
                    }
                }
                Outcome::Heal { bp } => {
                    let power = Power { bp: *bp, ..strike.power };
                    self.heal(&Strike { power, ..*strike });
                }
                Outcome::Apply { effect, ticks, every, bp } => {
                    let power = Power { bp: *bp, ..strike.power };
                    let gain = Gain {
                        effect: *effect,
                        caster: strike.source,
                        ticks: *ticks,
                        every: *every,
                        power,
                    };
                    self.gain(strike, gain);
                }
                Outcome::End { effects } => self.lose(strike, |id| effects.contains(&id)),
                Outcome::Dispel { count } => self.dispel(strike, *count),
                Outcome::Leap(_) => {}
                Outcome::Summon { creature, count } => {
                    let place = self.arena.position(strike.slot);
                    self.summons.push((*creature, *count, place));
                }
            }
        }
    }

    fn is_behind(&self, strike: &Strike) -> bool {
        let Some(source) = self.arena.roster.slot(strike.source) else { return false };
        let body = self.arena.body(strike.slot);
        let back = crate::units::Facing::new(body.facing.get().wrapping_add(0x8000));
        skills::is_ahead(body.walker.position, back, self.arena.position(source), REAR_COSINE)
    }

    fn target_traits(&self, slot: Slot) -> Traits {
        self.arena.traits(slot, self.fighters.effects(slot))
    }

    /// Damage; false when it was dodged or had no effect at all.
    pub(super) fn hurt(&mut self, strike: &Strike) -> bool {
        let seed = self.arena.scene.seed;
        let traits = self.target_traits(strike.slot);
        let power = &strike.power;
        let arena = self.arena;
        let sheltered = arena.is_sheltered(strike.slot) || arena.is_returning(strike.slot);
        if traits.sway.protected || sheltered {
            self.blow(strike, 0, HitKind::Immune);
            return false;
        }
        let physical = power.damage == Damage::Physical;
        if physical
            && !matches!(strike.way, Way::Effect)
            && strike.chance(seed, Stream::Dodge, traits.dodge_bp)
        {
            self.blow(strike, 0, HitKind::Dodged);
            return false;
        }
        let is_critical = strike.chance(seed, Stream::Crit, power.crit_bp);
        let defence = formulas::defence_against(power.damage, traits.defence, traits.magic_defence);
        let arrival = Arrival {
            defence,
            attacker_level: power.level,
            is_critical,
            taken_bp: traits.sway.damage_taken_bp,
            between_characters: power.by_character && self.arena.is_character(strike.slot),
        };
        let damage = arrival.damage(strike.release(seed).damage_milli());
        let kind = match (strike.way, is_critical) {
            (Way::Effect, _) => HitKind::Periodic,
            (_, true) => HitKind::Critical,
            (_, false) => HitKind::Normal,
        };
        self.blow(strike, damage, kind);
        if strike.drain_bp > 0 {
            let amount = formulas::of_bp(i64::from(damage), i64::from(strike.drain_bp)) as u32;
            let Strike { source, skill, .. } = *strike;
            let kind = BlowKind::Healing;
            self.results.blows.list.push(Blow { target: source, source, skill, amount, kind });
        }
        true
    }

    pub(super) fn heal(&mut self, strike: &Strike) {
        let amount = strike.release(self.arena.scene.seed).healing();
        let vitals = self.fighters.vitals(strike.slot);
        let hunted = vitals.is_hunted(self.arena.now());
        let amount = if hunted {
            formulas::of_bp(i64::from(amount), HUNTED_HEALING_BP) as u32
        } else {
            amount
        };
        let Strike { source, target, skill, .. } = *strike;
        let kind = BlowKind::Healing;
        self.results.blows.list.push(Blow { target, source, skill, amount, kind });
    }

    fn blow(&mut self, strike: &Strike, amount: u32, kind: HitKind) {
        let Strike { source, target, skill, .. } = *strike;
        let kind = BlowKind::Harm(kind);
        self.results.blows.list.push(Blow { target, source, skill, amount, kind });
    }

    fn gain(&mut self, strike: &Strike, gain: Gain) {
        let content = self.arena.scene.content.clone();
        let def = content.effect(gain.effect).expect("skills name known effects");
        let is_character = self.arena.is_character(strike.slot);
        let category = self.arena.creature(strike.slot).map(|creature| creature.category);
        let target = effects::Bearer { is_character, category };
        let (effect, now) = (gain.effect, self.arena.now());
        let mut held = self.fighters.effects_mut(strike.slot);
        if let Some(ticks) = effects::gain(&mut held, &content, (def, gain), target, now) {
            let target = strike.target;
            self.results.tell(Event::EffectGained { target, effect, ticks });
        }
    }

    fn lose(&mut self, strike: &Strike, which: impl Fn(crate::ids::EffectId) -> bool) {
        let target = strike.target;
        let results = &mut *self.results;
        self.fighters.effects_mut(strike.slot).list.retain(|held| {
            let goes = which(held.effect);
            if goes {
                results.tell(Event::EffectLost { target, effect: held.effect });
            }
            !goes
        });
    }

    /// The oldest dispellable effects go.
    fn dispel(&mut self, strike: &Strike, count: u32) {
        let content = self.arena.scene.content.clone();
        let mut left = count;
        let target = strike.target;
        let results = &mut *self.results;
        self.fighters.effects_mut(strike.slot).list.retain(|held| {
            let dispellable = content.effect(held.effect).is_some_and(|def| def.dispellable);
            let goes = left > 0 && dispellable;
            if goes {
                left -= 1;
                results.tell(Event::EffectLost { target, effect: held.effect });
            }
            !goes
        });
    }
}
