//! Worlds made by hand, as a zone would show them: for fuzz bodies, tests and measurements of replication alone.
//! They have no rules; whoever makes one moves what is in it.

use massless_core::character::Sheet;
use massless_core::ids::{ActorId, ClassId, FactionId, PlayerId};
use massless_core::math::Vec3;
use massless_core::units::{Facing, Level};
use massless_core::view::{Derived, Gear, Kind, PlayerView, Pose, SheetView, View};

/// Somebody comes. `actor` is higher than every other in `view`.
pub fn put_actor(view: &mut View, actor: ActorId, kind: Kind, place: Vec3) {
    view.actor.push(actor);
    view.kind.push(kind);
    view.position.push(place);
    view.velocity.push(Vec3::ZERO);
    view.facing.push(Facing::new(0));
    view.hit_point_share.push(255);
    view.pose.push(Pose::Idle);
    view.level.push(Level::new(1));
    view.effects.push(0);
    view.target.push(ActorId::default());
    view.gear.push(Gear::default());
}

/// Who stands at `index` in the columns goes.
///
/// # Panics
/// Nobody stands there.
pub fn take_actor(view: &mut View, index: usize) {
    view.actor.remove(index);
    view.kind.remove(index);
    view.position.remove(index);
    view.velocity.remove(index);
    view.facing.remove(index);
    view.hit_point_share.remove(index);
    view.pose.remove(index);
    view.level.remove(index);
    view.effects.remove(index);
    view.target.remove(index);
    view.gear.remove(index);
}

/// The actor at `index` is a player's of level 1, who walks `speed` metres a second. `player` is higher than every
/// other in `view`.
pub fn put_player(view: &mut View, player: PlayerId, (index, speed): (u32, f32), name: String) {
    view.players.push(PlayerView {
        player,
        index,
        applied_now: true,
        speed,
        hit_points: 100,
        hit_points_max: 100,
        ..PlayerView::default()
    });
    view.names.push(name);
    view.sheets.push(SheetView {
        player,
        level: Level::new(1),
        revision: 1,
        shelf: 1,
        sheet: Sheet::blank(ClassId::new(1), FactionId::new(1)),
        derived: Derived::default(),
        waits: Vec::new(),
        locked: Vec::new(),
    });
}
