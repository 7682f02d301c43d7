//! What a skill does in the moment it works: targets are found and hits set on their way.

use shipyard::all_storages::AllStorages;
use shipyard::{Get, IntoIter, UniqueView, View};

use super::Stage;
use crate::components::{Body, Field, Identity, Power, Vitals};
use crate::content::skill::{Aim, Outcome, SkillDef};
use crate::event::Event;
use crate::ids::{ActorId, SkillId};
use crate::limits::{ACTORS_MAX, GROUND_AREAS_PER_1000, OWN_FLIGHTS_MAX};
use crate::math::{Vec2, Vec3, direction_of, ground};
use crate::skills;
use crate::units::{HitPoints, Level};
use crate::view::Kind;
use crate::walk::Walker;
use crate::zone::roster::{Roster, Slot};
use crate::zone::spawn::{Blueprint, Role};
use crate::zone::state::{Flight, Scene};

/// Targets of an area: nearest first, then by actor.
const AREA_TARGETS_MAX: usize = 5;

/// Areas to be laid.
pub(super) type Areas = Vec<Blueprint>;

/// Whether the caps leave room for one more area.
pub(super) fn has_room(all: &AllStorages) -> bool {
    let unique = "the zone adds its uniques when it is made";
    let scene = all.borrow::<UniqueView<'_, Scene>>().expect(unique);
    let roster = all.borrow::<UniqueView<'_, Roster>>().expect(unique);
    let fields = all.borrow::<View<'_, Field>>().expect(unique);
    let thousands = scene.def().characters_max.div_ceil(1_000) as usize;
    roster.len() < ACTORS_MAX && fields.iter().count() < thousands * GROUND_AREAS_PER_1000
}

impl Stage<'_, '_> {
    /// Lets a skill work.
    pub(super) fn release(
        &mut self,
        actor: ActorId,
        slot: Slot,
        skill: &SkillDef,
        (target, aim): (Option<ActorId>, Option<Vec2>),
    ) {
        let traits = self.arena.traits(slot, self.fighters.effects(slot));
        let rank = self.arena.rank(slot, skill.id);
        let power = Power { rank, ..self.arena.power(slot, &traits, 0) };
        self.results.tell(Event::SkillUsed { actor, skill: skill.id, target });
        for outcome in &skill.outcomes {
            if let Outcome::Leap(leap) = outcome {
                self.leap((actor, slot), leap, target);
            }
        }
        if let Some(lasting) = skill.lasting {
            let place = match (skill.aim, aim) {
                (Aim::Ground { .. }, Some(aim)) => aim,
                _ => ground(self.arena.position(slot)),
            };
            let field = Field {
                caster: actor,
                skill: skill.id,
                next: self.now() + lasting.first,
                left: u8::try_from(lasting.times).unwrap_or(u8::MAX),
                power,
            };
            self.scratch.areas.push(self.area(place, field));
            return;
        }
        for (target, found) in self.targets(slot, skill, target) {
            self.launch((actor, slot), (target, found), Some(skill.id), power);
        }
    }

    fn area(&self, place: Vec2, field: Field) -> Blueprint {
        let height = self.arena.scene.map.height_at(place.x, place.y);
        let position = Vec3::new(place.x, height, place.y);
        Blueprint {
            body: Body { walker: Walker { position, fall_speed: 0.0 }, ..Body::default() },
            identity: Identity {
                kind: Kind::Area { skill: field.skill },
                level: Level::new(field.power.level),
            },
            vitals: Vitals::full(HitPoints::new(1), 0),
            role: Role::Area(field),
        }
    }

    fn targets(
        &self,
        slot: Slot,
        skill: &SkillDef,
        target: Option<ActorId>,
    ) -> Vec<(ActorId, Slot)> {
        match skill.aim {
            Aim::Caster | Aim::Hostile | Aim::Ally => {
                let found = target.and_then(|name| Some((name, self.arena.roster.slot(name)?)));
                found.into_iter().collect()
            }
            Aim::Ground { .. } => Vec::new(),
            Aim::Line { .. } | Aim::Cone { .. } | Aim::Around { .. } => {
                self.area_targets(slot, skill)
            }
        }
    }

    /// Whom a line, a cone or a circle round the caster reaches.
    fn area_targets(&self, slot: Slot, skill: &SkillDef) -> Vec<(ActorId, Slot)> {
        let body = self.arena.body(slot);
        let from = body.walker.position;
        let traits = self.arena.traits(slot, self.fighters.effects(slot));
        let reach = skills::range_of(skill, traits.range);
        let ahead = direction_of(body.facing);
        let party = (&self.arena.heroes).get(slot).ok().and_then(|hero| hero.party);
        let in_shape = |found: &skills::Target, other: Slot| {
            let along = ground(found.seen) - ground(from);
            let distance = along.length() - found.radius;
            match skill.aim {
                Aim::Line { width } => {
                    let forward = along.dot(ahead);
                    let aside = along.perp_dot(ahead).abs();
                    forward >= 0.0 && distance <= reach && aside <= width / 2.0 + found.radius
                }
                Aim::Cone { degrees } => {
                    let cosine = crate::math::cosine_of_degrees(degrees / 2.0);
                    distance <= reach && skills::is_ahead(from, body.facing, found.seen, cosine)
                }
                Aim::Around { radius, party: false } => distance <= radius,
                Aim::Around { radius, party: true } => {
                    let own = (&self.arena.heroes).get(other).ok().and_then(|hero| hero.party);
                    distance <= radius && (other == slot || party.is_some() && own == party)
                }
                _ => false,
            }
        };
        let wants_hostile = skill.is_hostile();
        let as_seen = matches!(skill.aim, Aim::Line { .. } | Aim::Cone { .. });
        let mut found = self.arena.around(self.fighters, slot, as_seen, |target, other| {
            let fits = if wants_hostile { target.is_hostile } else { target.is_ally };
            fits && in_shape(target, other)
        });
        let count = if matches!(skill.aim, Aim::Line { .. }) { 1 } else { AREA_TARGETS_MAX };
        found.truncate(count);
        found
    }

    /// Sets a hit on its way; within 3 m it lands in this tick.
    pub(super) fn launch(
        &mut self,
        (actor, slot): (ActorId, Slot),
        (target, found): (ActorId, Slot),
        skill: Option<SkillId>,
        power: Power,
    ) {
        let now = self.now();
        let (from, to) = (self.arena.position(slot), self.arena.position(found));
        let away = skills::distance(from, to, self.arena.radius(found));
        let ticks = skills::flight_ticks(away);
        if ticks.get() > 0 {
            let own = self.results.flights.0.iter().filter(|flight| flight.source == actor);
            if own.count() >= OWN_FLIGHTS_MAX {
                return;
            }
            self.results.tell(Event::Launched { source: actor, target, skill, ticks });
        }
        self.results.flights.0.push(Flight {
            source: actor,
            target,
            skill,
            arrives: now + ticks,
            released: now,
            power,
        });
    }

    /// A hostile act ends the own protection.
    pub(super) fn end_protection(&mut self, slot: Slot, actor: ActorId) {
        let content = &self.arena.scene.content;
        let mut effects = self.fighters.effects_mut(slot);
        let results = &mut *self.results;
        effects.list.retain(|effect| {
            let protects = content.effect(effect.effect).is_some_and(|def| def.protects);
            if protects {
                results.tell(Event::EffectLost { target: actor, effect: effect.effect });
            }
            !protects
        });
    }
}

impl super::Arena<'_> {
    /// Everybody alive that `fits`, in sight when beyond 3 m, nearest first, then by actor; where they are or
    /// `as_seen` by the source.
    pub(in crate::systems) fn around(
        &self,
        fighters: &super::Fighters<'_>,
        slot: Slot,
        as_seen: bool,
        fits: impl Fn(&skills::Target, Slot) -> bool,
    ) -> Vec<(ActorId, Slot)> {
        let from = self.position(slot);
        let mut found: Vec<(f32, ActorId, Slot)> = Vec::new();
        for (actor, other) in self.roster.iter() {
            let Some(mut target) = fighters.target(self, slot, other) else { continue };
            if as_seen {
                target = self.as_seen(slot, actor, target);
            }
            if !target.is_alive || target.is_immune || !fits(&target, other) {
                continue;
            }
            if skills::in_sight(&self.scene.map, from, &target, target.seen) {
                found.push((skills::distance(from, target.seen, target.radius), actor, other));
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, actor, other)| (actor, other)).collect()
    }
}
