//! What was decided becomes true, in `ActorId` order.

use shipyard::{Get, UniqueView, UniqueViewMut, View, ViewMut, World};

use super::{Decision, Scratch, Thinker, Way, definition};
use crate::components::brain::Mode;
use crate::components::{Body, Brain, Effects, Fighter, Grudge, Identity, Vitals};
use crate::content::creature::Category;
use crate::event::Event;
use crate::ids::ActorId;
use crate::math::{Vec2, Vec3, ground};
use crate::spatial::path::Path;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Outbox, PathQuery, PathQueue, Scene};

/// Aggressive ones of a spawn group join in within this distance, metres.
const HELP_METRES: f32 = 8.0;

/// A creature that was attacked calls its group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cry {
    group: u16,
    place: Vec2,
    prey: ActorId,
}

struct Hands<'a, 'v> {
    clock: &'a Clock,
    scene: &'a Scene,
    bodies: &'a mut ViewMut<'v, Body>,
    brains: &'a mut ViewMut<'v, Brain>,
    fighters: &'a mut ViewMut<'v, Fighter>,
    effects: &'a mut ViewMut<'v, Effects>,
    grudges: &'a mut ViewMut<'v, Grudge>,
    vitals: &'a mut ViewMut<'v, Vitals>,
    queue: &'a mut PathQueue,
    outbox: &'a mut Outbox,
}

pub(super) fn run(world: &World, scratch: &mut Scratch) {
    let Scratch { thinkers, decisions, cries } = scratch;
    world.run(
        |(clock, scene): (UniqueView<'_, Clock>, UniqueView<'_, Scene>),
         (mut bodies, mut brains): (ViewMut<'_, Body>, ViewMut<'_, Brain>),
         (mut fighters, mut effects): (ViewMut<'_, Fighter>, ViewMut<'_, Effects>),
         (mut grudges, mut vitals): (ViewMut<'_, Grudge>, ViewMut<'_, Vitals>),
         mut queue: UniqueViewMut<'_, PathQueue>,
         mut outbox: UniqueViewMut<'_, Outbox>| {
            let mut hands = Hands {
                clock: &clock,
                scene: &scene,
                bodies: &mut bodies,
                brains: &mut brains,
                fighters: &mut fighters,
                effects: &mut effects,
                grudges: &mut grudges,
                vitals: &mut vitals,
                queue: &mut queue,
                outbox: &mut outbox,
            };
            // Each asks once in a tick, so those who wait already are known beforehand.
            hands.queue.index();
            for (thinker, &decision) in thinkers.iter().zip(decisions.iter()) {
                hands.apply(thinker, decision, cries);
            }
        },
    );
    if !cries.is_empty() {
        answer(world, cries);
    }
}

impl Hands<'_, '_> {
    fn apply(&mut self, thinker: &Thinker, decision: Decision, cries: &mut Vec<Cry>) {
        match decision {
            Decision::Keep => {}
            Decision::Idle { until, way } => {
                if matches!(thinker.mode, Mode::Return { .. }) {
                    let mut vitals = (&mut *self.vitals).get(thinker.slot).expect("has vitals");
                    vitals.hit_points = vitals.hit_points_max;
                }
                self.turn(thinker, Mode::Idle { until }, way);
            }
            Decision::Fight { prey, reached, repath, way, facing } => {
                if matches!(thinker.mode, Mode::Idle { .. }) {
                    self.begin_fight(thinker, prey, cries);
                }
                self.fighter(thinker).target = Some(prey);
                if let Some(facing) = facing {
                    let mut body = (&mut *self.bodies).get(thinker.slot).expect("has a body");
                    body.facing = facing;
                }
                self.turn(thinker, Mode::Fight { reached, repath }, way);
            }
            Decision::Return { since, way } => {
                if !matches!(thinker.mode, Mode::Return { .. }) {
                    self.forget(thinker);
                }
                self.turn(thinker, Mode::Return { since }, way);
            }
            Decision::PlaceHome { until } => self.place_home(thinker, until),
        }
    }

    fn fighter(&mut self, thinker: &Thinker) -> shipyard::advanced::Mut<'_, Fighter> {
        (&mut *self.fighters).get(thinker.slot).expect("minds come with timers")
    }

    fn turn(&mut self, thinker: &Thinker, mode: Mode, way: Way) {
        let mut brain = (&mut *self.brains).get(thinker.slot).expect("thinkers have brains");
        brain.mode = mode;
        apply_way(&mut brain, self.queue, thinker.actor, way);
    }

    /// Abilities come a while after the fight began; the group hears of an attack.
    fn begin_fight(&mut self, thinker: &Thinker, prey: ActorId, cries: &mut Vec<Cry>) {
        let now = self.clock.0;
        let def = definition(self.scene, thinker.kind);
        let mut fighter = self.fighter(thinker);
        for ability in &def.abilities {
            fighter.cool_down(ability.skill, now + ability.every, now);
        }
        let brain = (&*self.brains).get(thinker.slot).expect("thinkers have brains");
        let mut grudge = (&mut *self.grudges).get(thinker.slot).expect("minds have grudges");
        if !grudge.threats.is_empty() {
            cries.push(Cry { group: brain.group, place: ground(thinker.position), prey });
        }
        grudge.hate(prey, 1);
        grudge.last_harm = now;
    }

    /// On the way home nothing of the fight is left.
    fn forget(&mut self, thinker: &Thinker) {
        let mut fighter = self.fighter(thinker);
        fighter.target = None;
        let action = fighter.action.take();
        fighter.dash = None;
        if let Some(action) = action {
            let (actor, skill) = (thinker.actor, action.skill);
            self.outbox.0.push(Event::CastBroken { actor, skill });
        }
        (&mut *self.grudges).get(thinker.slot).expect("minds have grudges").clear();
        let mut effects = (&mut *self.effects).get(thinker.slot).expect("minds have effects");
        for effect in effects.list.drain(..) {
            let (target, effect) = (thinker.actor, effect.effect);
            self.outbox.0.push(Event::EffectLost { target, effect });
        }
    }

    fn place_home(&mut self, thinker: &Thinker, until: crate::units::Tick) {
        let mut brain = (&mut *self.brains).get(thinker.slot).expect("thinkers have brains");
        brain.mode = Mode::Idle { until };
        brain.halt();
        let home = brain.home;
        let mut body = (&mut *self.bodies).get(thinker.slot).expect("every actor has a body");
        let height = self.scene.map.height_at(home.x, home.y);
        body.walker.position = Vec3::new(home.x, height, home.y);
        body.walker.fall_speed = 0.0;
        let mut vitals = (&mut *self.vitals).get(thinker.slot).expect("every actor has vitals");
        vitals.hit_points = vitals.hit_points_max;
    }
}

fn apply_way(brain: &mut Brain, queue: &mut PathQueue, actor: ActorId, way: Way) {
    match way {
        Way::Keep => {}
        Way::Halt => brain.halt(),
        Way::Straight(goal) => brain.follow(Path::over(&[goal], true)),
        // One query an actor: a newer wish takes the place of the older one in the queue.
        Way::Ask(goal) if brain.waiting => queue.change_goal(actor, goal),
        Way::Ask(goal) => {
            queue.waiting.push(PathQuery { actor, goal });
            brain.waiting = true;
        }
    }
}

/// Aggressive creatures of the same group nearby hate the attacker, too.
fn answer(world: &World, cries: &mut Vec<Cry>) {
    world.run(
        |(scene, roster): (UniqueView<'_, Scene>, UniqueView<'_, Roster>),
         (bodies, identities): (View<'_, Body>, View<'_, Identity>),
         (brains, vitals): (View<'_, Brain>, View<'_, Vitals>),
         mut grudges: ViewMut<'_, Grudge>| {
            for (_, slot) in roster.iter() {
                let Ok(brain) = (&brains).get(slot) else { continue };
                let place = (&bodies).get(slot).expect("every actor has a body").walker.position;
                let hears = |cry: &Cry| {
                    cry.group == brain.group
                        && ground(place).distance_squared(cry.place) <= HELP_METRES * HELP_METRES
                };
                let calm = matches!(brain.mode, Mode::Idle { .. })
                    && (&vitals).get(slot).is_ok_and(Vitals::is_alive);
                let Some(cry) = cries.iter().find(|cry| calm && hears(cry)) else { continue };
                let identity = (&identities).get(slot).expect("every actor has an identity");
                if definition(&scene, identity.kind).category == Category::Aggressive {
                    let mut grudge = (&mut grudges).get(slot).expect("minds have grudges");
                    grudge.hate(cry.prey, 1);
                }
            }
        },
    );
    cries.clear();
}
