//! One slain creature and all who may gain by it, read from the world before anything changes.

use shipyard::{Get, UniqueView, View, World};

use crate::components::grudge::Contribution;
use crate::components::{Body, Grudge, Hero, Identity, Vitals};
use crate::ids::{ActorId, CreatureId, PartyId, PlayerId};
use crate::math::{Vec3, ground};
use crate::rng::{Draws, Stream};
use crate::units::{Level, Tick};
use crate::view::Kind;
use crate::zone::roster::Roster;
use crate::zone::state::{Clock, Scene, Secret};

/// How near party members must be to share, metres. Game rules, section 5.
const SHARE_METRES: f32 = 50.0;

/// Somebody of a group that fought, or of its party.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) player: PlayerId,
    pub(super) actor: ActorId,
    pub(super) level: Level,
    pub(super) alive: bool,
    /// Within 50 m of the slain.
    pub(super) near: bool,
    /// When it was last given loot of its party.
    pub(super) served: Tick,
}

/// One contributor: a player or a party.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) party: Option<PartyId>,
    /// What it contributed, in quarters of hit points.
    pub(super) amount: u64,
    /// Those in the zone, rising by actor; of a party also those who did nothing.
    pub(super) members: Vec<Member>,
}

impl Group {
    pub(super) const fn is_alone(&self) -> bool {
        self.party.is_none()
    }
}

/// A slain creature.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kill {
    pub(super) actor: ActorId,
    pub(super) creature: CreatureId,
    pub(super) place: Vec3,
    /// Coin that was rolled for it.
    pub(super) coin: u32,
    /// Qualified contributors, in the order of their first contribution by player.
    pub(super) groups: Vec<Group>,
    /// Contributions of the qualified and of those who are no players.
    pub(super) total: u64,
}

/// The least share of all contributions that qualifies, basis points.
const QUALIFIED_BP: u128 = 500;

/// `None` for what is no creature.
pub(super) fn gather(world: &World, actor: ActorId) -> Option<Kill> {
    world.run(
        |(clock, scene, secret, roster): (
            UniqueView<'_, Clock>,
            UniqueView<'_, Scene>,
            UniqueView<'_, Secret>,
            UniqueView<'_, Roster>,
        ),
         (bodies, identities, vitals): (View<'_, Body>, View<'_, Identity>, View<'_, Vitals>),
         heroes: View<'_, Hero>,
         grudges: View<'_, Grudge>| {
            let slot = roster.slot(actor)?;
            let Kind::Creature(creature) = (&identities).get(slot).ok()?.kind else { return None };
            let grudge = (&grudges).get(slot).ok()?;
            let place = (&bodies).get(slot).ok()?.walker.position;
            let member = |player: PlayerId, actor: ActorId| {
                let slot = roster.slot(actor).expect("a player's actor is in the roster");
                let hero = (&heroes).get(slot).expect("every character has progress");
                let there = (&bodies).get(slot).expect("every actor has a body").walker.position;
                let identity = (&identities).get(slot).expect("every actor has an identity");
                let alive = (&vitals).get(slot).expect("every actor has vitals").is_alive();
                let distance_squared = ground(there).distance_squared(ground(place));
                let near = distance_squared <= SHARE_METRES * SHARE_METRES;
                let (level, served) = (identity.level, hero.served);
                (hero.party, Member { player, actor, level, alive, near, served })
            };
            let here = |player| roster.actor_of(player).map(|actor| member(player, actor));
            let (mut groups, total) = qualified(grudge, here);
            // Few fight in parties: only then everybody is looked at.
            if groups.iter().any(|group| !group.is_alone()) {
                for &(player, actor) in roster.players() {
                    add_to_party(&mut groups, member(player, actor));
                }
            }
            for group in &mut groups {
                group.members.sort_unstable_by_key(|member| member.actor);
            }
            let draws = Draws::new(scene.seed ^ secret.0, actor, clock.0, Stream::Coin);
            let (least, most) = scene.content.creature(creature)?.coin;
            let coin = least + draws.uniform(0, (most - least).saturating_add(1));
            Some(Kill { actor, creature, place, coin, groups, total })
        },
    )
}

/// Somebody who is here, with its party.
type Present = (Option<PartyId>, Member);

/// Those who contributed enough, without the idle members of their parties, and the sum that is split.
fn qualified(grudge: &Grudge, here: impl Fn(PlayerId) -> Option<Present>) -> (Vec<Group>, u64) {
    let mut groups = grouped(&grudge.contributions, here);
    let all: u128 = grudge.contributions.iter().map(|entry| u128::from(entry.amount)).sum();
    let all = all + u128::from(grudge.others);
    groups.retain(|group| u128::from(group.amount) * 10_000 >= all * QUALIFIED_BP);
    let total = groups.iter().map(|group| group.amount).fold(grudge.others, u64::saturating_add);
    (groups, total)
}

/// Contributions by party; who is not in the zone any more stands alone and gains nothing.
fn grouped(
    contributions: &[Contribution],
    here: impl Fn(PlayerId) -> Option<Present>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for entry in contributions.iter().filter(|entry| entry.amount > 0) {
        let present = here(entry.player);
        let party = present.and_then(|(party, _)| party);
        let members: Vec<Member> = present.into_iter().map(|(_, member)| member).collect();
        let known = groups.iter_mut().find(|group| party.is_some() && group.party == party);
        if let Some(group) = known {
            group.amount = group.amount.saturating_add(entry.amount);
            group.members.extend(members);
        } else {
            groups.push(Group { party, amount: entry.amount, members });
        }
    }
    groups
}

/// Members of a party share although they did nothing.
fn add_to_party(groups: &mut [Group], (party, member): Present) {
    let group = groups.iter_mut().find(|group| party.is_some() && group.party == party);
    if let Some(group) = group {
        let known = group.members.iter().any(|other| other.player == member.player);
        if !known {
            group.members.push(member);
        }
    }
}
