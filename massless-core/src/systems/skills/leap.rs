//! Movements that skills force on their caster.

use shipyard::{Get, UniqueView, ViewMut, World};

use super::Stage;
use crate::components::Body;
use crate::components::fighter::Dash;
use crate::content::map::Map;
use crate::content::skill::Leap;
use crate::ids::ActorId;
use crate::math::{Vec2, Vec3, direction_of, ground};
use crate::units::{TICK_SECONDS, Ticks};
use crate::walk::{self, Walker};
use crate::zone::roster::{Roster, Slot};

/// Step in which the way of a blink is looked at, metres.
const BLINK_STEP_METRES: f32 = 0.25;

impl Stage<'_, '_> {
    /// Starts the movement, or notes where the caster is at once.
    pub(super) fn leap(
        &mut self,
        (actor, slot): (ActorId, Slot),
        leap: &Leap,
        target: Option<ActorId>,
    ) {
        let body = self.arena.body(slot);
        let here = ground(body.walker.position);
        let found = target.and_then(|target| self.arena.roster.slot(target));
        let map = &self.arena.scene.map;
        match *leap {
            Leap::ToTarget { stop, speed } => {
                let Some(found) = found else { return };
                let along = ground(self.arena.position(found)) - here;
                let metres = (along.length() - stop).max(0.0);
                match speed {
                    Some(speed) => self.dash(slot, along, metres, speed),
                    None => self.blink(actor, walkable_end(map, body.walker, along, metres)),
                }
            }
            Leap::BehindTarget { metres } => {
                let Some(found) = found else { return };
                let other = self.arena.body(found);
                let back = direction_of(other.facing) * -metres;
                let behind = walkable_end(map, other.walker, back, metres);
                self.blink(actor, behind);
            }
            Leap::AlongMovement { metres, speed } => {
                let controls = (&self.arena.controls).get(slot).ok();
                let heading = controls.map(|controls| controls.heading(self.now()));
                let heading = heading.filter(|&heading| heading != Vec2::ZERO);
                let along = heading.unwrap_or_else(|| direction_of(body.facing));
                self.dash(slot, along, metres, speed);
            }
            Leap::AlongFacing { metres } => {
                let along = direction_of(body.facing);
                self.blink(actor, walkable_end(map, body.walker, along, metres));
            }
        }
    }

    fn dash(&mut self, slot: Slot, along: Vec2, metres: f32, speed: f32) {
        let length = along.length();
        if metres <= 0.0 || length < 1e-3 {
            return;
        }
        // Whole ticks; the last one shortens the speed so that the distance is right.
        let ticks = (metres / (speed * TICK_SECONDS)).ceil().clamp(1.0, 40.0);
        let dash = Dash {
            heading: along / length,
            speed: metres / (ticks * TICK_SECONDS),
            // This tick's movement is over; it moves in the next ones.
            until: self.now() + Ticks::new(1 + ticks as u32),
        };
        self.fighters.fighter_mut(slot).dash = Some(dash);
    }

    fn blink(&mut self, actor: ActorId, to: Vec3) {
        self.scratch.blinks.push((actor, to));
    }
}

/// The last place of a straight way over walkable ground; props stop it.
fn walkable_end(map: &Map, walker: Walker, along: Vec2, metres: f32) -> Vec3 {
    let length = along.length();
    if length < 1e-3 {
        return walker.position;
    }
    let heading = along / length;
    let mut walker = Walker { fall_speed: 0.0, ..walker };
    let mut left = metres;
    while left > 0.0 {
        let step = left.min(BLINK_STEP_METRES);
        walker = walk::step(map, walker, heading, step / TICK_SECONDS);
        left -= step;
    }
    walker.position
}

/// Puts everybody where a blink brought them.
pub(super) fn apply_blinks(world: &World, blinks: &mut Vec<(ActorId, Vec3)>) {
    if blinks.is_empty() {
        return;
    }
    world.run(|roster: UniqueView<'_, Roster>, mut bodies: ViewMut<'_, Body>| {
        for (actor, position) in blinks.drain(..) {
            let Some(slot) = roster.slot(actor) else { continue };
            let mut body = (&mut bodies).get(slot).expect("every actor has a body");
            body.walker.position = position;
            body.walker.fall_speed = 0.0;
        }
    });
}
