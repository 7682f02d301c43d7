//! Whom one can talk to: NPCs within reach and in sight.

use shipyard::{Get, UniqueView, View, World};

use crate::components::{Body, Identity, Vitals};
use crate::content::zone::{NpcDef, NpcRole};
use crate::event::Rejection;
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, NpcId, PlayerId};
use crate::limits::TALK_METRES;
use crate::math::{Vec3, ground};
use crate::spatial::sight;
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::Scene;

/// Farther away one has to see whom one talks to, metres. Game rules, section 2.
const SIGHT_METRES: f32 = 3.0;

/// Which NPC an actor is, and where.
pub(super) fn look_at(world: &World, npc: ActorId) -> Option<(NpcId, Vec3)> {
    world.run(
        |roster: UniqueView<'_, Roster>,
         bodies: View<'_, Body>,
         identities: View<'_, Identity>,
         vitals: View<'_, Vitals>| {
            let slot = roster.slot(npc)?;
            let Kind::Npc(id) = (&identities).get(slot).ok()?.kind else { return None };
            let alive = (&vitals).get(slot).ok()?.is_alive();
            let place = (&bodies).get(slot).ok()?.walker.position;
            alive.then_some((id, place))
        },
    )
}

/// Where an NPC of this zone stands at present.
pub(super) fn find_npc(world: &World, npc: NpcId) -> Option<Vec3> {
    let actor = world.run(
        |scene: UniqueView<'_, Scene>,
         roster: UniqueView<'_, Roster>,
         identities: View<'_, Identity>| {
            scene.def().npcs.binary_search_by_key(&npc, |def| def.id).ok()?;
            let is_it = |slot| (&identities).get(slot).is_ok_and(|it| it.kind == Kind::Npc(npc));
            roster.iter().find(|&(_, slot)| is_it(slot)).map(|(actor, _)| actor)
        },
    );
    look_at(world, actor?).map(|(_, place)| place)
}

/// Refuses who stands too far away or does not see the other.
pub(super) fn within_talk(person: &Person<'_>, place: Vec3) -> Result<(), Rejection> {
    within(person, place, TALK_METRES)
}

/// Refuses who is farther away than that, or does not see the other.
pub(super) fn within(person: &Person<'_>, place: Vec3, metres: f32) -> Result<(), Rejection> {
    let distance_squared = ground(place).distance_squared(ground(person.place));
    if distance_squared > metres * metres {
        Err(Rejection::TooFar)
    } else if distance_squared > SIGHT_METRES * SIGHT_METRES
        && !sight::between_bodies(&person.scene.map, person.place, place)
    {
        Err(Rejection::NotInSight)
    } else {
        Ok(())
    }
}

/// Does something with a player's living character beside an NPC of a role.
pub(super) fn beside_role(
    world: &World,
    player: PlayerId,
    role: NpcRole,
    act: impl FnOnce(&mut Person<'_>, &NpcDef) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let content = world.run(|scene: UniqueView<'_, Scene>| scene.content.clone());
    let zone = world.run(|scene: UniqueView<'_, Scene>| scene.zone);
    let npcs = content.zone(zone).map_or(&[][..], |def| &def.npcs);
    let found: Vec<(&NpcDef, Vec3)> = npcs
        .iter()
        .filter(|def| def.role == role)
        .filter_map(|def| Some((def, find_npc(world, def.id)?)))
        .collect();
    with_person(world, player, |person| {
        person.alive()?;
        let mut why = Rejection::NobodyHere;
        for (def, place) in found {
            match within_talk(person, place) {
                Ok(()) => return act(person, def),
                Err(Rejection::NotInSight) => why = Rejection::NotInSight,
                Err(_) => {}
            }
        }
        Err(why)
    })
    .unwrap_or(Err(Rejection::NotHere))
}

/// Refuses who fights.
pub(super) fn at_peace(person: &Person<'_>) -> Result<(), Rejection> {
    if person.vitals.combat_until > person.now { Err(Rejection::InCombat) } else { Ok(()) }
}

/// Refuses who has not so much coin to spend.
pub(super) fn affords(person: &Person<'_>, coin: i64) -> Result<(), Rejection> {
    if person.coin_free() < coin { Err(Rejection::NoCoin) } else { Ok(()) }
}
