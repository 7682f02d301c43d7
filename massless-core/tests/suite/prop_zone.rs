//! The conservation laws of the game rules that apply to walking: 5, 6 and 10, for hostile commands and
//! for a long crowded play.

use std::sync::{Arc, LazyLock};

use massless_core::command::{Character, Command, Input};
use massless_core::content::Content;
use massless_core::content::map::Cell;
use massless_core::event::Event;
use massless_core::fuzz;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::{Vec2, Vec3, ground};
use massless_core::units::{HitPoints, Level, TICK_SECONDS, Tick};
use massless_core::view::Kind;
use massless_core::walk::SPEED_MAX;
use massless_core::zone::{NoProbe, Zone};
use proptest::prelude::*;

use crate::common;

static CONTENT: LazyLock<Arc<Content>> = LazyLock::new(Content::embedded);
/// A zone in which players 1 to 20 are at work.
static BUSY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let crowd = common::Crowd { seed: 3, players: 20 };
    let mut zone = fresh();
    let mut commands = Vec::new();
    while zone.tick() < Tick::new(200) {
        crowd.commands(zone.tick(), &mut commands);
        zone.step(&commands, &mut NoProbe);
    }
    zone.snapshot()
});

fn fresh() -> Zone {
    Zone::new(CONTENT.clone(), ZoneId::new(1), 3, 1).expect("zone 1")
}

fn any_command() -> impl Strategy<Value = Command> {
    let player = (0_u64..24).prop_map(PlayerId::new);
    let place = (any::<f32>(), -10.0_f32..300.0).prop_map(|(x, z)| Vec2::new(x, z));
    let character =
        ("[A-Za-z]{0,80}", any::<u8>(), any::<u32>(), proptest::option::of(place.clone()));
    let join = (player.clone(), character).prop_map(|(player, (name, look, points, place))| {
        let (level, hit_points) = (Level::new(look), Some(HitPoints::new(points % 500)));
        let character = Character { level, hit_points, place, ..Character::plain(&name, look) };
        Command::Join { player, character: Box::new(character) }
    });
    let input = (player.clone(), any::<u16>(), any::<[i8; 2]>(), any::<u64>()).prop_map(
        |(player, sequence, direction, target)| {
            let input = Input { direction, target: Some(ActorId::new(target)), ..Input::default() };
            Command::Input { player, sequence, input }
        },
    );
    prop_oneof![
        join,
        input,
        player.clone().prop_map(|player| Command::Leave { player }),
        player.clone().prop_map(|player| Command::Detach { player }),
        player.clone().prop_map(|player| Command::Attach { player }),
        (player, place).prop_map(|(player, place)| Command::Place { player, place }),
    ]
}

proptest! {
    #[test]
    fn law_10_a_rejected_command_changes_nothing(command in any_command()) {
        let restored = || Zone::restore(CONTENT.clone(), &BUSY, 2).expect("just made");
        let (mut asked, mut spared) = (restored(), restored());
        let rejected = asked.step(&[command], &mut NoProbe).events.iter()
            .any(|event| matches!(event, Event::Rejected { .. }));
        spared.step(&[], &mut NoProbe);
        if rejected {
            prop_assert_eq!(asked.snapshot(), spared.snapshot());
        }
    }

    #[test]
    fn laws_5_and_6_hold_for_any_commands(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        fuzz::commands(&bytes);
    }
}

/// Largest move of one tick: the fastest walk, and rounding of positions up to 256 m.
const MOVE_MAX: f32 = SPEED_MAX * TICK_SECONDS + 1e-4;

#[test]
fn law_5_holds_for_everybody_in_a_long_play() {
    let crowd = common::Crowd { seed: 21, players: 50 };
    let map = CONTENT.zone(ZoneId::new(1)).expect("zone 1").map.clone();
    let mut zone = fresh();
    let mut commands = Vec::new();
    let mut before: Vec<(ActorId, Vec3)> = Vec::new();
    while zone.tick() < Tick::new(1_500) {
        crowd.commands(zone.tick(), &mut commands);
        let output = zone.step(&commands, &mut NoProbe);
        let (view, events) = (output.view, output.events);
        for &(actor, old) in &before {
            let Some(index) = view.index_of(actor) else { continue };
            if events.contains(&Event::Revived { actor }) {
                continue;
            }
            let new = view.position[index];
            let distance = ground(new).distance(ground(old));
            assert!(distance <= MOVE_MAX, "{actor} moved {distance} m in tick {}", view.tick);
            assert!(map.is_walkable(Cell::at(ground(new))), "{actor} stands at {new}");
        }
        before.clear();
        before.extend(view.actor.iter().copied().zip(view.position.iter().copied()));
    }
    assert!(zone.view().players.len() > 40);
}

#[test]
fn law_6_after_the_last_player_only_natives_remain() {
    let mut zone = fresh();
    let mut commands = Vec::new();
    let crowd = common::Crowd { seed: 21, players: 30 };
    while zone.tick() < Tick::new(400) {
        crowd.commands(zone.tick(), &mut commands);
        zone.step(&commands, &mut NoProbe);
    }
    let all: Vec<PlayerId> = zone.view().players.iter().map(|entry| entry.player).collect();
    let lost: Vec<Command> = all.iter().map(|&player| Command::Detach { player }).collect();
    zone.step(&lost, &mut NoProbe);
    for _ in 0..1_200 {
        zone.step(&[], &mut NoProbe);
    }
    assert!(zone.view().kind.iter().all(|kind| !matches!(kind, Kind::Character { .. })));
    let mut twin = fresh();
    while twin.tick() < zone.tick() {
        twin.step(&[], &mut NoProbe);
    }
    assert_eq!(zone.view().len(), twin.view().len());
}
