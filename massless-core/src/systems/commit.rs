//! Tenth in the game rules' tick: all damage and healing of one target together.
//!
//! `hp = max(0, min(max_hp, hp + healing) - (damage - absorbed))`. Also threat, contributions and who is
//! in combat. The killer of record is the source of the largest hit, ties go to the lowest actor.

use shipyard::{Get, Unique, UniqueViewMut, World};

use crate::arena::{Arena, Combat, Fighters, Results};
use crate::event::{Event, HitKind};
use crate::ids::{ActorId, PlayerId};
use crate::units::{HitPoints, Ticks};
use crate::zone::roster::Slot;
use crate::zone::state::{Blow, BlowKind, Deaths};

/// In combat for so long after damage either way.
const COMBAT_TICKS: Ticks = Ticks::new(100);

/// Memory kept from tick to tick; no state.
#[derive(Unique, Debug, Default)]
pub(crate) struct Scratch {
    blows: Vec<Blow>,
}

pub(crate) fn run(world: &World) {
    let mut blows =
        world.run(|mut scratch: UniqueViewMut<'_, Scratch>| core::mem::take(&mut scratch.blows));
    world.run(|mut combat: Combat<'_>, mut deaths: UniqueViewMut<'_, Deaths>| {
        let Combat { arena, fighters, results } = &mut combat;
        core::mem::swap(&mut blows, &mut results.blows.list);
        deaths.0.clear();
        // Stable: blows on one target stay in the order they arose.
        blows.sort_by_key(|blow| blow.target);
        let mut book = Book { arena, fighters, results };
        for group in blows.chunk_by(|a, b| a.target == b.target) {
            if let Some(killer) = book.commit(group) {
                deaths.0.push((group[0].target, killer));
            }
        }
        blows.clear();
    });
    world.run(|mut scratch: UniqueViewMut<'_, Scratch>| scratch.blows = blows);
}

struct Book<'a, 'v> {
    arena: &'a Arena<'v>,
    fighters: &'a mut Fighters<'v>,
    results: &'a mut Results<'v>,
}

impl Book<'_, '_> {
    /// Commits all blows on one target; the killer of record when it dies.
    fn commit(&mut self, blows: &[Blow]) -> Option<Option<ActorId>> {
        let target = blows[0].target;
        let slot = self.arena.roster.slot(target)?;
        if !self.fighters.vitals(slot).is_alive() {
            return None;
        }
        for blow in blows.iter().filter(|blow| blow.kind == BlowKind::Healing) {
            self.heal(slot, blow);
        }
        let mut largest: Option<(u32, ActorId)> = None;
        for blow in blows {
            let BlowKind::Harm(kind) = blow.kind else { continue };
            let lost = self.harm(slot, blow, kind);
            let is_larger = largest.is_none_or(|(amount, source)| {
                lost > amount || lost == amount && blow.source < source
            });
            if lost > 0 && is_larger {
                largest = Some((lost, blow.source));
            }
        }
        let is_dead = self.fighters.vitals(slot).hit_points.get() == 0;
        is_dead.then_some(largest.map(|(_, source)| source))
    }

    fn heal(&mut self, slot: Slot, blow: &Blow) {
        let mut vitals = self.fighters.vitals_mut(slot);
        let (now, max) = (vitals.hit_points.get(), vitals.hit_points_max.get());
        let effective = blow.amount.min(max - now);
        vitals.hit_points = HitPoints::new(now + effective);
        let fights = vitals.combat_until > self.arena.now();
        if effective == 0 {
            return;
        }
        let Blow { source, target, .. } = *blow;
        self.results.tell(Event::Healed { source, target, amount: effective });
        if fights {
            self.enter_combat(source);
            self.credit_healing(blow, effective);
        }
    }

    /// Damage beyond what is absorbed; returns it, overkill included.
    fn harm(&mut self, slot: Slot, blow: &Blow, kind: HitKind) -> u32 {
        let absorbed = self.absorb(slot, blow.amount);
        let lost = blow.amount - absorbed;
        let mut vitals = self.fighters.vitals_mut(slot);
        let before = vitals.hit_points.get();
        vitals.hit_points = HitPoints::new(before.saturating_sub(lost));
        let Blow { source, target, skill, amount, .. } = *blow;
        self.results.tell(Event::Hit { source, target, skill, amount, absorbed, kind });
        if amount > 0 {
            self.enter_combat(source);
            self.enter_combat(target);
            let by_character =
                self.arena.roster.slot(source).is_some_and(|slot| self.arena.is_character(slot));
            if by_character {
                self.fighters.vitals_mut(slot).hurt_by_character = self.arena.now();
            }
        }
        self.credit_harm(slot, blow, lost.min(before));
        lost
    }

    /// Shields take what they can, oldest first; used up ones end.
    fn absorb(&mut self, slot: Slot, amount: u32) -> u32 {
        let mut left = amount;
        let Ok(mut effects) = (&mut self.fighters.effects).get(slot) else { return 0 };
        if effects.list.iter().all(|effect| effect.absorbs == 0) {
            return 0;
        }
        let now = self.arena.now();
        for effect in effects.list.iter_mut().filter(|effect| effect.acts(now)) {
            let taken = effect.absorbs.min(left);
            effect.absorbs -= taken;
            left -= taken;
            if taken > 0 && effect.absorbs == 0 {
                effect.until = now;
            }
        }
        amount - left
    }

    fn enter_combat(&mut self, actor: ActorId) {
        if let Some(slot) = self.arena.roster.slot(actor) {
            self.fighters.vitals_mut(slot).combat_until = self.arena.now() + COMBAT_TICKS;
        }
    }

    fn player_of(&self, slot: Slot) -> Option<PlayerId> {
        (&self.arena.controls).get(slot).ok().map(|controls| controls.player)
    }

    /// Threat is damage; contribution damage dealt (4 quarters) and a quarter of damage taken.
    fn credit_harm(&mut self, slot: Slot, blow: &Blow, effective: u32) {
        let now = self.arena.now();
        let source = self.arena.roster.slot(blow.source);
        let player = source.and_then(|source| self.player_of(source));
        let victim = self.player_of(slot);
        let amount = u64::from(blow.amount);
        if let Ok(mut grudge) = (&mut self.fighters.grudges).get(slot) {
            // A miss is reason enough to be angry.
            if !matches!(blow.kind, BlowKind::Harm(HitKind::Immune)) {
                grudge.hate(blow.source, (2 * amount).max(1));
                grudge.last_harm = now;
            }
            match player {
                Some(player) if effective > 0 => grudge.credit(player, 4 * u64::from(effective)),
                Some(_) => {}
                None => grudge.others += 4 * u64::from(effective),
            }
        }
        let Some(source) = source else { return };
        if let Ok(mut grudge) = (&mut self.fighters.grudges).get(source)
            && amount > 0
        {
            grudge.last_harm = now;
            if let Some(victim) = victim {
                grudge.credit(victim, u64::from(effective));
            }
        }
    }

    /// Effective healing of those a creature fights: half as threat, half as contribution.
    fn credit_healing(&mut self, blow: &Blow, effective: u32) {
        let source = self.arena.roster.slot(blow.source);
        let player = source.and_then(|source| self.player_of(source));
        for (_, slot) in self.arena.roster.iter() {
            let Ok(mut grudge) = (&mut self.fighters.grudges).get(slot) else { continue };
            let fights = |threat: &crate::components::grudge::Threat| threat.actor == blow.target;
            if !grudge.threats.iter().any(fights) {
                continue;
            }
            grudge.hate(blow.source, u64::from(effective));
            if let Some(player) = player {
                grudge.credit(player, 2 * u64::from(effective));
            }
        }
    }
}
