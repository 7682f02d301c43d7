//! From components to the columns that others see.

use shipyard::{Component, Get, UniqueView, View as Components, World};

use super::roster::Roster;
use super::state::Scene;
use crate::components::brain::Mode;
use crate::components::controls::Presence;
use crate::components::{Body, Brain, Controls, Identity, Vitals};
use crate::ids::ActorId;
use crate::math::Vec3;
use crate::units::Tick;
use crate::view::{PlayerView, Pose, View};

/// Overwrites the view with the present state.
pub(super) fn columns(world: &World, tick: Tick, view: &mut View) {
    clear(view);
    view.tick = tick;
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: Components<'_, Body>,
         identities: Components<'_, Identity>,
         vitals: Components<'_, Vitals>,
         (controls, brains): (Components<'_, Controls>, Components<'_, Brain>)| {
            view.actor.extend_from_slice(roster.actors());
            for (_, slot) in roster.iter() {
                let body = (&bodies).get(slot).expect("every actor has a body");
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let vitals = (&vitals).get(slot).expect("every actor has vitals");
                view.kind.push(identity.kind);
                view.level.push(identity.level);
                view.position.push(body.walker.position);
                view.velocity.push(body.velocity);
                view.facing.push(body.facing);
                view.hit_point_share.push(vitals.share());
                let (controls, brain) = ((&controls).get(slot).ok(), (&brains).get(slot).ok());
                view.pose.push(pose(body, controls, brain));
            }
        },
    );
    players(world, tick, view);
    view.cells.rebuild(&view.position);
}

fn clear(view: &mut View) {
    view.actor.clear();
    view.kind.clear();
    view.level.clear();
    view.position.clear();
    view.velocity.clear();
    view.facing.clear();
    view.hit_point_share.clear();
    view.pose.clear();
    view.players.clear();
}

fn pose(body: &Body, controls: Option<&Controls>, brain: Option<&Brain>) -> Pose {
    let absent = controls.is_some_and(|c| matches!(c.presence, Presence::Detached { .. }));
    let mode = brain.map(|brain| brain.mode);
    if absent {
        Pose::Absent
    } else if body.walker.fall_speed > 0.0 {
        Pose::Falling
    } else if matches!(mode, Some(Mode::Chase { .. })) {
        Pose::Alert
    } else if matches!(mode, Some(Mode::Return { .. })) {
        Pose::Returning
    } else if body.velocity == Vec3::ZERO {
        Pose::Idle
    } else {
        Pose::Walking
    }
}

fn players(world: &World, tick: Tick, view: &mut View) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         scene: UniqueView<'_, Scene>,
         bodies: Components<'_, Body>,
         controls: Components<'_, Controls>| {
            let same = view.names.len() == roster.players().len();
            for (position, &(player, actor)) in roster.players().iter().enumerate() {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let body = (&bodies).get(slot).expect("every actor has a body");
                let held = (&controls).get(slot).expect("every character has controls");
                let index = view.actor.binary_search(&actor).expect("just filled in");
                view.players.push(PlayerView {
                    player,
                    index: u32::try_from(index).expect("a zone has fewer than 2^17 actors"),
                    applied_sequence: held.sequence,
                    applied_now: held.input_tick == tick,
                    walker: body.walker,
                    speed: scene.content.rules().walk_speed,
                });
                if !same || view.names[position] != held.name {
                    view.names.resize(roster.players().len(), String::new());
                    view.names[position].clone_from(&held.name);
                }
            }
            view.names.truncate(roster.players().len());
        },
    );
}

/// Every component of an actor as text, for people who compare two zones.
pub(super) fn describe(world: &World, actor: ActorId) -> Vec<(&'static str, String)> {
    fn text<C: Component + core::fmt::Debug + Send + Sync>(
        world: &World,
        actor: ActorId,
    ) -> Option<String>
    where
        C::Tracking: Send + Sync,
    {
        world.run(|roster: UniqueView<'_, Roster>, view: Components<'_, C>| {
            let slot = roster.slot(actor)?;
            (&view).get(slot).ok().map(|component| format!("{component:?}"))
        })
    }
    [
        ("body", text::<Body>(world, actor)),
        ("identity", text::<Identity>(world, actor)),
        ("vitals", text::<Vitals>(world, actor)),
        ("controls", text::<Controls>(world, actor)),
        ("brain", text::<Brain>(world, actor)),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name, text?)))
    .collect()
}
