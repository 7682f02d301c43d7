//! The hunt: which creatures, where they live, which of them first.

use massless_core::character::Sheet;
use massless_core::content::Content;
use massless_core::content::creature::{Category, CreatureDef};
use massless_core::content::zone::ZoneDef;
use massless_core::formulas::{difference_bp, of_bp};
use massless_core::ids::{ActorId, CreatureId, ZoneId};
use massless_core::math::Vec2;
use massless_core::view::Kind;

use super::sense::{Seen, Sense};
use super::{Conduct, quests};
use crate::bots::wander::Whim;

/// Levels by which a creature that a quest asks for may be above it.
const ABOVE_MAX: u8 = 1;
/// Metres a creature may be away to be attacked.
const PREY_METRES: f32 = 40.0;
/// Metres within which creatures of a kind help each other, and a little more.
const PACK_METRES: f32 = 9.0;
/// Metres of way that one more of the pack is worth.
const PACK_WAY: f32 = 12.0;
/// Share of a group's radius in which it looks around.
const SPOT_SHARE: f32 = 0.7;

/// Where it is going to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    /// In which zone this was chosen.
    pub(crate) zone: ZoneId,
    /// Of which creatures.
    pub(crate) creature: CreatureId,
    /// Where (east, north).
    pub(crate) place: Vec2,
}

/// Kinds it hunts, the most wanted first; all that live in a reachable zone.
pub(crate) fn wanted(
    content: &Content,
    conduct: Conduct,
    sense: &Sense,
    sheet: &Sheet,
) -> Vec<CreatureId> {
    let Some(zone) = content.zone(sense.zone) else { return Vec::new() };
    match conduct {
        Conduct::Camp(group) => {
            zone.spawn_groups.get(group).map(|group| group.creature).into_iter().collect()
        }
        Conduct::Fight => {
            let lives = |def: &&CreatureDef| lives_in(zone, def.id) && is_fair(def, sense, 2);
            content.creatures().iter().filter(lives).map(|def| def.id).collect()
        }
        Conduct::Level => {
            let mut wanted = quests::asked_for(content, sheet);
            wanted.retain(|id| {
                let fair = content.creature(*id).is_some_and(|def| is_fair(def, sense, ABOVE_MAX));
                fair && is_reachable(content, zone, sense, sheet, *id)
            });
            wanted.extend(most_worthy(content, zone, sense, sheet));
            wanted
        }
    }
}

fn lives_in(zone: &ZoneDef, creature: CreatureId) -> bool {
    zone.spawn_groups.iter().any(|group| group.creature == creature)
}

fn is_fair(def: &CreatureDef, sense: &Sense, above: u8) -> bool {
    matches!(def.category, Category::Normal | Category::Aggressive)
        && def.level.get() <= sense.level.get() + above
}

fn is_reachable(
    content: &Content,
    zone: &ZoneDef,
    sense: &Sense,
    sheet: &Sheet,
    creature: CreatureId,
) -> bool {
    lives_in(zone, creature) || way_to(content, zone, sense, sheet, creature).is_some()
}

/// The portal of this zone behind which such creatures live.
fn way_to(
    content: &Content,
    zone: &ZoneDef,
    sense: &Sense,
    sheet: &Sheet,
    creature: CreatureId,
) -> Option<Vec2> {
    let portal = zone.portals.iter().find(|portal| {
        portal.level <= sense.level
            && portal.faction.is_none_or(|faction| faction == sheet.faction)
            && content.zone(portal.zone).is_some_and(|zone| lives_in(zone, creature))
    })?;
    Some(portal.place)
}

/// The kind not above its level that gives most experience; here rather than elsewhere.
fn most_worthy(
    content: &Content,
    zone: &ZoneDef,
    sense: &Sense,
    sheet: &Sheet,
) -> Option<CreatureId> {
    let fair = content.creatures().iter().filter(|def| is_fair(def, sense, 0));
    let near = fair.filter(|def| is_reachable(content, zone, sense, sheet, def.id));
    let best = near.max_by_key(|def| {
        let bp = difference_bp(sense.level.get(), def.level.get());
        (of_bp(i64::from(def.experience), bp), lives_in(zone, def.id), u16::MAX - def.id.get())
    });
    best.map(|def| def.id)
}

/// The creature in sight to attack: wanted, free, near, with few friends beside it.
pub(crate) fn prey<'a>(
    content: &Content,
    conduct: Conduct,
    sense: &'a Sense,
    wanted: &[CreatureId],
    is_open: &dyn Fn(ActorId) -> bool,
) -> Option<&'a Seen> {
    let candidates = sense.others.iter().filter_map(|seen| {
        let Kind::Creature(id) = seen.kind else { return None };
        let rank = wanted.iter().position(|other| *other == id)?;
        let rank = if conduct == Conduct::Level { rank } else { 0 };
        let free = seen.target.is_none_or(|target| target == sense.actor);
        let way = seen.place.distance(sense.place);
        (free && seen.can_be_fought() && way < PREY_METRES && is_open(seen.actor))
            .then(|| (rank, way + PACK_WAY * pack(content, sense, seen) as f32, seen))
    });
    let best = candidates.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    best.map(|(_, _, seen)| seen)
}

/// How many of its kind would help it.
fn pack(content: &Content, sense: &Sense, prey: &Seen) -> usize {
    let Kind::Creature(id) = prey.kind else { return 0 };
    if content.creature(id).is_none_or(|def| def.category != Category::Aggressive) {
        return 0;
    }
    let helps = |seen: &&Seen| {
        seen.kind == prey.kind
            && seen.actor != prey.actor
            && seen.can_be_fought()
            && seen.place.distance(prey.place) < PACK_METRES
    };
    sense.others.iter().filter(helps).count()
}

/// Keeps the spot while it serves; else a place in a group of the most wanted kind, or the portal
/// behind which they live.
pub(crate) fn choose_spot(
    content: &Content,
    conduct: Conduct,
    sense: &Sense,
    wanted: &[CreatureId],
    spot: &mut Option<Spot>,
    whim: &mut Whim,
) {
    let Some(zone) = content.zone(sense.zone) else { return };
    let serves = |spot: &Spot| {
        let is_first = wanted.first() == Some(&spot.creature);
        let is_any = conduct == Conduct::Fight && wanted.contains(&spot.creature);
        spot.zone == sense.zone && (is_first || is_any)
    };
    if spot.as_ref().is_some_and(serves) {
        return;
    }
    *spot = None;
    let any = whim.below(wanted.len() as u64) as usize;
    let choice = if conduct == Conduct::Fight { any } else { 0 };
    let Some(&creature) = wanted.get(choice) else { return };
    let groups = zone.spawn_groups.iter().enumerate().filter(|(index, group)| match conduct {
        Conduct::Camp(camp) => *index == camp,
        Conduct::Level | Conduct::Fight => group.creature == creature,
    });
    let groups: Vec<_> = groups.map(|(_, group)| group).collect();
    let place = if groups.is_empty() {
        let behind = |id: &ZoneId| content.zone(*id).is_some_and(|zone| lives_in(zone, creature));
        zone.portals.iter().find(|portal| behind(&portal.zone)).map(|portal| portal.place)
    } else {
        let group = groups[whim.below(groups.len() as u64) as usize];
        let angle = whim.unit() * std::f32::consts::TAU;
        let away = group.radius * SPOT_SHARE * whim.unit().sqrt();
        let wish = group.centre + Vec2::new(angle.cos(), angle.sin()) * away;
        zone.map.nearest_open(wish)
    };
    *spot = place.map(|place| Spot { zone: sense.zone, creature, place });
}
