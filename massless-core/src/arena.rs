//! What the systems of combat read: who is where, on which side, with which numbers.

use shipyard::advanced::Mut;
use shipyard::{Borrow, BorrowInfo, Get, UniqueView, UniqueViewMut, View, ViewMut};

use crate::components::{
    Body, Brain, Controls, Effects, Fighter, Grudge, Hero, Identity, Power, Vitals,
};
use crate::content::creature::{Category, CreatureDef};
use crate::event::Event;
use crate::ids::{ActorId, SkillId};
use crate::math::Vec3;
use crate::rng::{Draws, Stream};
use crate::skills;
use crate::traits::{Sway, Traits};
use crate::units::Tick;
use crate::view::Kind;
use crate::walk::BODY_RADIUS;
use crate::zone::roster::{Roster, Slot};
use crate::zone::state::{Blows, Clock, Flights, Outbox, Scene};
use crate::zone::trails::Trails;

/// Bodies, definitions and who is alive.
#[derive(Borrow, BorrowInfo)]
pub(crate) struct Arena<'v> {
    pub(crate) clock: UniqueView<'v, Clock>,
    pub(crate) scene: UniqueView<'v, Scene>,
    pub(crate) roster: UniqueView<'v, Roster>,
    pub(crate) bodies: View<'v, Body>,
    pub(crate) identities: View<'v, Identity>,
    pub(crate) controls: View<'v, Controls>,
    pub(crate) heroes: View<'v, Hero>,
    pub(crate) brains: View<'v, Brain>,
    pub(crate) trails: UniqueView<'v, Trails>,
}

/// On which side somebody fights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Characters and guards.
    People,
    /// Everything else that fights.
    Monsters,
    /// Who does not fight.
    Nobody,
}

impl Arena<'_> {
    pub(crate) fn now(&self) -> Tick {
        self.clock.0
    }

    pub(crate) fn body(&self, slot: Slot) -> &Body {
        (&self.bodies).get(slot).expect("every actor has a body")
    }

    pub(crate) fn position(&self, slot: Slot) -> Vec3 {
        self.body(slot).walker.position
    }

    pub(crate) fn identity(&self, slot: Slot) -> &Identity {
        (&self.identities).get(slot).expect("every actor has an identity")
    }

    /// The definition by which a creature or a guard fights.
    pub(crate) fn creature(&self, slot: Slot) -> Option<&CreatureDef> {
        creature_of(&self.scene, self.identity(slot).kind)
    }

    pub(crate) fn is_character(&self, slot: Slot) -> bool {
        matches!(self.identity(slot).kind, Kind::Character { .. })
    }

    pub(crate) fn side(&self, slot: Slot) -> Side {
        match self.identity(slot).kind {
            Kind::Character { .. } => Side::People,
            Kind::Creature(_) | Kind::Npc(_) => match self.creature(slot) {
                Some(def) if def.category == Category::Guard => Side::People,
                Some(_) => Side::Monsters,
                None => Side::Nobody,
            },
            Kind::Item { .. } | Kind::Area { .. } => Side::Nobody,
        }
    }

    /// Metres by which others aim at it.
    pub(crate) fn radius(&self, slot: Slot) -> f32 {
        self.creature(slot).map_or(BODY_RADIUS, CreatureDef::radius)
    }

    /// Numbers of somebody who fights.
    pub(crate) fn traits(&self, slot: Slot, effects: &Effects) -> Traits {
        let (content, now) = (&self.scene.content, self.now());
        if let Ok(hero) = (&self.heroes).get(slot) {
            return Traits::of_hero(content, self.identity(slot).level, hero, effects, now);
        }
        let def = self.creature(slot).expect("who fights is a character or has a definition");
        Traits::of_creature(content, def, effects, now)
    }

    /// Effects of somebody, summed up.
    pub(crate) fn sway(&self, effects: &Effects) -> Sway {
        Sway::of(&self.scene.content, effects, self.now())
    }

    /// The rank of somebody's skill: creatures have no other than 1.
    pub(crate) fn rank(&self, slot: Slot, skill: SkillId) -> u8 {
        (&self.heroes).get(slot).map_or(1, |hero| hero.sheet.rank(skill))
    }

    /// The caster's side of a hit that is released now, at rank 1.
    pub(crate) fn power(&self, slot: Slot, traits: &Traits, bp: u32) -> Power {
        Power {
            attack: traits.attack,
            bp,
            rank: 1,
            level: traits.level.get(),
            dealt_bp: traits.sway.damage_dealt_bp,
            crit_bp: traits.crit_bp,
            damage: traits.damage,
            by_character: self.is_character(slot),
        }
    }

    /// A creature on its way home cannot be harmed.
    pub(crate) fn is_returning(&self, slot: Slot) -> bool {
        (&self.brains).get(slot).is_ok_and(Brain::is_returning)
    }

    /// A character in the safe circle cannot be harmed.
    pub(crate) fn is_sheltered(&self, slot: Slot) -> bool {
        self.is_character(slot) && self.scene.is_safe(crate::math::ground(self.position(slot)))
    }

    /// Somebody as the target of `source`.
    pub(crate) fn target(
        &self,
        source: Slot,
        slot: Slot,
        vitals: &Vitals,
        effects: Option<&Effects>,
    ) -> skills::Target {
        let (own, other) = (self.side(source), self.side(slot));
        let fights = own != Side::Nobody && other != Side::Nobody;
        let protected =
            effects.is_some_and(|effects| self.sway(effects).protected) || self.is_sheltered(slot);
        let position = self.position(slot);
        skills::Target {
            position,
            seen: position,
            radius: self.radius(slot),
            is_alive: vitals.is_alive(),
            is_hostile: fights && own != other,
            is_ally: fights && own == other,
            is_immune: protected || self.is_returning(slot),
        }
    }

    /// A target where `source` saw it: a player's screen is behind, a creature looks at what is.
    pub(crate) fn as_seen(
        &self,
        source: Slot,
        actor: ActorId,
        target: skills::Target,
    ) -> skills::Target {
        let ticks = (&self.controls).get(source).map_or(0, |controls| controls.input.rewind);
        skills::Target { seen: self.trails.place(actor, ticks, target.position), ..target }
    }

    /// Draws of an actor in this tick.
    pub(crate) fn draws(&self, actor: ActorId, stream: Stream) -> Draws {
        Draws::new(self.scene.seed, actor, self.now(), stream)
    }
}

/// The definition by which a kind of actor fights.
pub(crate) fn creature_of(scene: &Scene, kind: Kind) -> Option<&CreatureDef> {
    match kind {
        Kind::Creature(id) => scene.content.creature(id),
        Kind::Npc(id) => {
            let npcs = &scene.def().npcs;
            let index = npcs.binary_search_by_key(&id, |npc| npc.id).ok()?;
            scene.content.creature(npcs[index].creature?)
        }
        Kind::Character { .. } | Kind::Item { .. } | Kind::Area { .. } => None,
    }
}

/// Components that combat changes, beside the arena.
#[derive(Borrow, BorrowInfo)]
pub(crate) struct Fighters<'v> {
    pub(crate) fighters: ViewMut<'v, Fighter>,
    pub(crate) effects: ViewMut<'v, Effects>,
    pub(crate) vitals: ViewMut<'v, Vitals>,
    pub(crate) grudges: ViewMut<'v, Grudge>,
}

impl Fighters<'_> {
    pub(crate) fn vitals(&self, slot: Slot) -> &Vitals {
        (&self.vitals).get(slot).expect("every actor has vitals")
    }

    pub(crate) fn vitals_mut(&mut self, slot: Slot) -> Mut<'_, Vitals> {
        (&mut self.vitals).get(slot).expect("every actor has vitals")
    }

    /// Of somebody who fights.
    pub(crate) fn fighter(&self, slot: Slot) -> &Fighter {
        (&self.fighters).get(slot).expect("who fights has timers")
    }

    /// Of somebody who fights, to be changed.
    pub(crate) fn fighter_mut(&mut self, slot: Slot) -> Mut<'_, Fighter> {
        (&mut self.fighters).get(slot).expect("who fights has timers")
    }

    /// Of somebody who fights.
    pub(crate) fn effects(&self, slot: Slot) -> &Effects {
        (&self.effects).get(slot).expect("who fights has effects")
    }

    /// Of somebody who fights, to be changed.
    pub(crate) fn effects_mut(&mut self, slot: Slot) -> Mut<'_, Effects> {
        (&mut self.effects).get(slot).expect("who fights has effects")
    }

    /// `slot` as the target of `source`; `None` for what cannot be one.
    pub(crate) fn target(
        &self,
        arena: &Arena<'_>,
        source: Slot,
        slot: Slot,
    ) -> Option<skills::Target> {
        let effects = (&self.effects).get(slot).ok()?;
        Some(arena.target(source, slot, self.vitals(slot), Some(effects)))
    }

    /// `slot` as the target of `source`, where that saw it.
    pub(crate) fn seen(
        &self,
        arena: &Arena<'_>,
        source: Slot,
        (actor, slot): (ActorId, Slot),
    ) -> Option<skills::Target> {
        Some(arena.as_seen(source, actor, self.target(arena, source, slot)?))
    }
}

/// What combat tells and leaves for later.
#[derive(Borrow, BorrowInfo)]
pub(crate) struct Results<'v> {
    pub(crate) flights: UniqueViewMut<'v, Flights>,
    pub(crate) blows: UniqueViewMut<'v, Blows>,
    pub(crate) outbox: UniqueViewMut<'v, Outbox>,
}

impl Results<'_> {
    pub(crate) fn tell(&mut self, event: Event) {
        self.outbox.0.push(event);
    }
}

/// All that combat works on, borrowed together.
#[derive(Borrow, BorrowInfo)]
pub(crate) struct Combat<'v> {
    pub(crate) arena: Arena<'v>,
    pub(crate) fighters: Fighters<'v>,
    pub(crate) results: Results<'v>,
}
