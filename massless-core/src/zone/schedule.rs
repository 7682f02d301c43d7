//! The one place where the order of a tick is decided: game rules, section 1.

use shipyard::World;

use crate::systems;

/// A system with the name it has in probes, digests and incident reports.
pub(super) type System = (&'static str, fn(&World));

/// All systems, in the order they run.
pub(super) const SYSTEMS: [System; 20] = [
    ("intake", systems::intake::run),
    ("timers", systems::timers::run),
    ("brain", systems::brain::run),
    ("paths", systems::paths::run),
    ("movement", systems::movement::run),
    ("portals", systems::portals::run),
    ("reindex", systems::reindex::run),
    ("skills", systems::skills::run),
    ("recall", systems::recall::run),
    ("hits", systems::hits::run),
    ("periodic", systems::periodic::run),
    ("commit", systems::commit::run),
    ("death", systems::death::run),
    ("rewards", systems::rewards::run),
    ("regeneration", systems::regeneration::run),
    ("populate", systems::populate::run),
    ("drops", systems::drops::run),
    ("trades", systems::trades::run),
    ("despawn", systems::despawn::run),
    ("digest", systems::digest::run),
];
