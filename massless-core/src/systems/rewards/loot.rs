//! What a slain creature leaves on the ground, and for whom. Game rules, section 9.
//!
//! All rolls of one kill are numbered in the order of the definition and drawn whether they are needed
//! or not; the draws are mixed with the zone's secret word, which no client knows.

use shipyard::{AllStoragesViewMut, IntoIter, UniqueView, View, World};

use super::kill::{Group, Kill, Member};
use super::shares;
use crate::components::{Body, Drop, Identity, Vitals};
use crate::content::Content;
use crate::content::creature::CreatureDef;
use crate::content::item::{ItemKind, RARITIES};
use crate::content::loot::LootDef;
use crate::content::map::Cell;
use crate::event::{Event, Rejection};
use crate::holdings::bag::Ware;
use crate::holdings::with_person;
use crate::ids::ItemId;
use crate::limits::{
    ACTORS_MAX, DROP_FREE_TICKS, DROP_GONE_TICKS, GROUND_ITEMS_PER_1000, OWNED_DROPS_MAX,
};
use crate::math::{Vec2, Vec3, ground};
use crate::rng::{Draws, Stream};
use crate::units::{Facing, HitPoints, Level, Ticks};
use crate::view::Kind;
use crate::walk::{self, Walker};
use crate::zone::roster::Roster;
use crate::zone::spawn::{self, Blueprint, Role};
use crate::zone::state::{Clock, Scene, Secret};

/// Gear and refining are left only for those at most so many levels above the creature.
const LEVELS_ABOVE_MAX: i32 = 10;
/// From these levels on creatures leave gear of tier 1, 2, 3.
const TIER_LEVELS: [u8; 3] = [1, 8, 18];
/// Farthest from the body, metres.
const SCATTER_METRES: f32 = 0.75;
/// Draws for a place before the body's own is taken.
const SCATTER_TRIES: u32 = 8;
/// An item on the ground has one hit point that nobody can take.
const ITEM_HIT_POINTS: HitPoints = HitPoints::new(1);

/// Rolls for a kill and puts what came of it on the ground.
pub(super) fn leave(world: &World, kill: &Kill) {
    let Some((group, owner)) = owner(kill) else { return };
    let pieces = world.run(
        |clock: UniqueView<'_, Clock>,
         scene: UniqueView<'_, Scene>,
         secret: UniqueView<'_, Secret>| {
            let draws = |stream| Draws::new(scene.seed ^ secret.0, kill.actor, clock.0, stream);
            let (chance, rarity) = (draws(Stream::Loot), draws(Stream::Rarity));
            let def = scene.content.creature(kill.creature).expect("gathered from it");
            roll(&scene.content, def, owner.level, (chance, rarity))
        },
    );
    if pieces.is_empty() {
        return;
    }
    if !group.is_alone() {
        with_person(world, owner.player, |person| person.hero.served = person.now);
    }
    for ((ware, quantity), index) in pieces.into_iter().zip(0_u32..) {
        if has_room(world, &owner) {
            let blueprint =
                world.run(|clock: UniqueView<'_, Clock>, scene: UniqueView<'_, Scene>| {
                    let place = scatter(&scene, &clock, kill, index);
                    let (owner, free_at) = (owner.player, clock.0 + Ticks::new(DROP_FREE_TICKS));
                    let gone_at = clock.0 + Ticks::new(DROP_GONE_TICKS);
                    on_ground(
                        ware,
                        quantity,
                        place,
                        Drop { owner, free_at, gone_at, taken_by: None },
                    )
                });
            world.run(|mut all: AllStoragesViewMut<'_>| spawn::add(&mut all, blueprint));
        } else {
            with_person(world, owner.player, |person| {
                let (player, reason) = (person.player, Rejection::ZoneCap);
                person.tell(Event::Rejected { player, reason });
            });
        }
    }
}

/// The largest contributor; in a party whoever waited longest.
fn owner(kill: &Kill) -> Option<(&Group, Member)> {
    let mut best: Option<(&Group, Member)> = None;
    for group in &kill.groups {
        let sharers = shares::sharers(group);
        let next = sharers.iter().min_by_key(|member| (member.served, member.actor));
        let larger = best.is_none_or(|(other, _)| group.amount > other.amount);
        if let Some(&next) = next.filter(|_| larger) {
            best = Some((group, next));
        }
    }
    best
}

/// What is left, by the creature's category, level and own material.
fn roll(
    content: &Content,
    def: &CreatureDef,
    owner: Level,
    (chance, rarity): (Draws, Draws),
) -> Vec<(Ware, u16)> {
    let Some(loot) = content.loot(def.category) else { return Vec::new() };
    let difference = i32::from(owner.get()) - i32::from(def.level.get());
    let worthy = difference <= LEVELS_ABOVE_MAX;
    let mut pieces = Vec::new();
    let mut n = 0..;
    let mut draw = |below: u32| chance.uniform(n.next().expect("endless"), below);
    let gear = gear_of_tier(content, tier_of(def.level));
    for (&chance_bp, index) in loot.gear_bp.iter().zip(0_u32..) {
        let (hit, which) = (draw(10_000) < chance_bp, draw(gear.len().max(1) as u32));
        let Some(&definition) = gear.get(which as usize) else { continue };
        if hit && worthy {
            let rarity = rarity_of(loot, rarity.uniform(index, 10_000));
            pieces.push((Ware { definition, rarity, bound: false }, 1));
        }
    }
    let others = loot.rolls.iter().map(|roll| {
        let by_level = roll.by_level.iter().take_while(|(from, _)| *from <= def.level.get());
        (by_level.last().map(|&(_, item)| item), roll.chance_bp, roll.quantity)
    });
    let own = def.material.map(|(item, chance_bp, quantity)| (Some(item), chance_bp, quantity));
    for (item, chance_bp, (least, most)) in others.chain(own) {
        let (hit, more) = (draw(10_000) < chance_bp, draw(u32::from(most - least) + 1));
        let quantity = least + more as u16;
        let Some(definition) = item.filter(|_| hit && quantity > 0) else { continue };
        let kind = content.item(definition).map(|def| &def.kind);
        if worthy || !matches!(kind, Some(ItemKind::Refining)) {
            pieces.push((Ware { definition, rarity: 0, bound: false }, quantity));
        }
    }
    pieces
}

fn tier_of(level: Level) -> u8 {
    TIER_LEVELS.iter().filter(|&&from| from <= level.get()).count() as u8
}

/// All gear of a tier, rising by id.
fn gear_of_tier(content: &Content, wanted: u8) -> Vec<ItemId> {
    let fits = |kind: &ItemKind| matches!(*kind, ItemKind::Gear { tier, .. } if tier == wanted);
    content.items().iter().filter(|def| fits(&def.kind)).map(|def| def.id).collect()
}

/// The rarity whose weights a draw below 10 000 falls into.
fn rarity_of(loot: &LootDef, draw: u32) -> u8 {
    let mut sum = 0;
    let index = loot.rarity.iter().position(|&weight| {
        sum += weight;
        draw < sum
    });
    index.unwrap_or(0).min(RARITIES - 1) as u8
}

/// Neither the owner's items nor the zone's are as many as there may be.
fn has_room(world: &World, owner: &Member) -> bool {
    world.run(
        |scene: UniqueView<'_, Scene>, roster: UniqueView<'_, Roster>, drops: View<'_, Drop>| {
            let thousands = (scene.def().characters_max as usize).div_ceil(1_000);
            let owned = drops.iter().filter(|drop| drop.owner == owner.player).count();
            owned < OWNED_DROPS_MAX
                && drops.len() < GROUND_ITEMS_PER_1000 * thousands
                && roster.len() < ACTORS_MAX
        },
    )
}

/// A walkable place beside the body.
fn scatter(scene: &Scene, clock: &Clock, kill: &Kill, index: u32) -> Vec3 {
    let draws = Draws::new(scene.seed, kill.actor, clock.0, Stream::SpawnPlace);
    let tries = (0..SCATTER_TRIES).map(|attempt| 2 * (index * SCATTER_TRIES + attempt));
    let offsets = tries.map(|n| Vec2::new(draws.signed_unit(n), draws.signed_unit(n + 1)));
    let mut places = offsets
        .filter(|offset| offset.length_squared() <= 1.0)
        .map(|offset| ground(kill.place) + offset * SCATTER_METRES);
    let place = places.find(|&place| scene.map.is_walkable(Cell::at(place)));
    place.map_or(kill.place, |place| walk::standing(&scene.map, place).position)
}

fn on_ground(ware: Ware, quantity: u16, position: Vec3, drop: Drop) -> Blueprint {
    let Ware { definition, rarity, .. } = ware;
    Blueprint {
        body: Body {
            walker: Walker { position, fall_speed: 0.0 },
            velocity: Vec3::ZERO,
            facing: Facing::default(),
        },
        identity: Identity {
            kind: Kind::Item { definition, rarity, quantity },
            level: Level::default(),
        },
        vitals: Vitals::full(ITEM_HIT_POINTS, 0),
        role: Role::Item(drop),
    }
}
