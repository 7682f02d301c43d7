//! Tests of the zone as a whole: determinism, snapshots, order blindness, presence.

use std::sync::Arc;

use super::*;
use crate::command::{Character, Input};
use crate::ids::PlayerId;
use crate::math::Vec2;
use crate::par::with_threads;
use crate::rng::{Draws, Stream};
use crate::snapshot;
use crate::units::{Facing, Ticks};

fn character(name: &str, place: Option<Vec2>) -> Box<Character> {
    Box::new(Character { place, ..Character::plain(name, 3) })
}

fn fresh() -> Zone {
    Zone::new(Content::embedded(), ZoneId::new(1), 42, 1).expect("zone 1 is in the content")
}

/// Commands of `players` people who come one a tick and walk at random.
fn play_at_random(tick: Tick, players: u64) -> Vec<Command> {
    let mut commands = Vec::new();
    let newcomer = tick.get() + 1;
    if newcomer <= players {
        let place = Some(Vec2::new(60.0 + newcomer as f32, 90.0));
        let character = character(&format!("Walker{newcomer}"), place);
        commands.push(Command::Join { player: PlayerId::new(newcomer), character });
    }
    for player in 1..=players.min(tick.get()) {
        let period = Tick::new(tick.get() / 20);
        let draws = Draws::new(7, ActorId::new(player), period, Stream::Wander);
        let direction = [draws.bits(0) as i8, draws.bits(1) as i8].map(|part: i8| part.max(-127));
        let input =
            Input { direction, facing: Facing::new(draws.bits(2) as u16), ..Input::default() };
        let sequence = tick.get() as u16;
        commands.push(Command::Input { player: PlayerId::new(player), sequence, input });
    }
    commands
}

fn hashes(zone: &mut Zone, ticks: u64, players: u64) -> Vec<StateHash> {
    (0..ticks)
        .map(|_| {
            let commands = play_at_random(zone.tick(), players);
            zone.step(&commands, &mut NoProbe).hash
        })
        .collect()
}

#[test]
fn threads_make_no_difference() {
    let run = |threads| with_threads(threads, || hashes(&mut fresh(), 300, 20));
    let alone = run(1);
    for threads in [2, 3, 8] {
        assert_eq!(run(threads), alone, "{threads} threads");
    }
}

#[test]
fn a_restored_zone_goes_on_with_the_same_hashes() {
    let mut zone = fresh();
    hashes(&mut zone, 157, 12);
    let bytes = zone.snapshot();
    let mut restored = Zone::restore(Content::embedded(), &bytes, 2).expect("just made");
    assert_eq!(restored.snapshot(), bytes);
    assert_eq!(restored.epoch(), 2);
    assert_eq!(restored.view().actor, zone.view().actor);
    assert_eq!(hashes(&mut zone, 400, 12), hashes(&mut restored, 400, 12));
}

#[test]
fn the_order_of_components_and_actors_is_not_observable() {
    let mut zone = fresh();
    hashes(&mut zone, 120, 12);
    let bytes = zone.snapshot();
    let backward = spawn::InsertOrder::Backward;
    let mut shuffled =
        snapshot::restore(Content::embedded(), &bytes, 2, backward).expect("just made");
    assert_eq!(shuffled.snapshot(), bytes);
    assert_eq!(hashes(&mut zone, 200, 12), hashes(&mut shuffled, 200, 12));
}

#[test]
fn a_fresh_zone_fills_with_its_creatures_and_npcs() {
    let mut zone = fresh();
    hashes(&mut zone, 2, 0);
    let content = Content::embedded();
    let def = content.zone(ZoneId::new(1)).expect("zone 1");
    let wanted: u32 = def.spawn_groups.iter().map(|group| group.count).sum();
    assert_eq!(zone.view().len(), wanted as usize + def.npcs.len());
}

#[test]
fn creatures_stroll_near_home() {
    let mut zone = fresh();
    hashes(&mut zone, 1, 0);
    let before = zone.view().position.clone();
    hashes(&mut zone, 1_200, 0);
    let after = zone.view().position.clone();
    let moved = before.iter().zip(&after).filter(|(a, b)| a.distance(**b) > 0.5).count();
    assert!(moved > 50, "only {moved} of {} have moved", before.len());
    assert!(before.iter().zip(&after).all(|(a, b)| a.distance(*b) < 12.0));
}

fn events(zone: &mut Zone, commands: &[Command]) -> Vec<Event> {
    zone.step(commands, &mut NoProbe).events.to_vec()
}

#[test]
fn refused_commands_change_nothing() {
    let mut zone = fresh();
    let join = |player, name: &str| Command::Join {
        player: PlayerId::new(player),
        character: character(name, None),
    };
    events(&mut zone, &[join(1, "Anna")]);
    let mut twin = Zone::restore(Content::embedded(), &zone.snapshot(), 1).expect("just made");
    let far = Command::Place { player: PlayerId::new(1), place: Vec2::new(1e9, 5.0) };
    let stranger =
        Command::Input { player: PlayerId::new(9), sequence: 1, input: Input::default() };
    let bad = [join(1, "Again"), join(2, ""), join(0, "Host"), far, stranger];
    let refused = events(&mut zone, &bad);
    assert_eq!(refused.len(), bad.len(), "{refused:?}");
    assert!(refused.iter().all(|event| matches!(event, Event::Rejected { .. })));
    twin.step(&[], &mut NoProbe);
    assert_eq!(zone.snapshot(), twin.snapshot());
}

#[test]
fn a_second_input_in_a_tick_is_out_of_order() {
    let mut zone = fresh();
    let player = PlayerId::new(1);
    events(&mut zone, &[Command::Join { player, character: character("Anna", None) }]);
    let input = |sequence| Command::Input { player, sequence, input: Input::default() };
    let refused = events(&mut zone, &[input(1), input(2)]);
    let reason = crate::event::Rejection::OutOfOrder;
    assert_eq!(refused, [Event::Rejected { player, reason }]);
}

#[test]
fn a_lost_connection_outside_leaves_a_body_for_ten_seconds() {
    let mut zone = fresh();
    let player = PlayerId::new(1);
    let outside = character("Anna", Some(Vec2::new(88.0, 100.0)));
    events(&mut zone, &[Command::Join { player, character: outside }]);
    let lost = zone.tick();
    events(&mut zone, &[Command::Detach { player }]);
    while zone.view().player(player).is_some() {
        assert!(zone.tick() < lost + Ticks::new(300));
        events(&mut zone, &[]);
    }
    assert_eq!(zone.tick(), lost + Ticks::new(201), "gone in the 200th tick after the loss");
}

#[test]
fn input_moves_and_silence_stops() {
    let mut zone = fresh();
    let player = PlayerId::new(1);
    events(&mut zone, &[Command::Join { player, character: character("Anna", None) }]);
    let input = Input { direction: [0, 127], ..Input::default() };
    for sequence in 0..10 {
        events(&mut zone, &[Command::Input { player, sequence, input }]);
    }
    let at = |zone: &Zone| zone.view().player(player).expect("here").1.walker.position;
    let (_, me) = zone.view().player(player).expect("here");
    assert!(me.applied_now && me.applied_sequence == 9);
    let before = at(&zone);
    for _ in 0..4 {
        events(&mut zone, &[]);
    }
    let held = at(&zone);
    assert!(held.distance(before) > 0.5, "the last input is held for four more ticks");
    events(&mut zone, &[]);
    assert_eq!(at(&zone), held, "then the figure stands");
}

/// Everybody goes for the nearest creature and strikes at it, seeing it so many ticks late.
fn brawl(zone: &Zone, rewind: u8) -> Vec<Command> {
    let tick = zone.tick().get();
    if tick < 8 {
        let place = Some(Vec2::new(84.0 + tick as f32, 92.0));
        let player = PlayerId::new(tick + 1);
        let join = Command::Join { player, character: character(&format!("B{tick}"), place) };
        return vec![join];
    }
    let view = zone.view();
    let inputs = view.players.iter().map(|me| {
        let here = me.walker.position;
        let beasts = (0..view.len()).filter(|&index| {
            matches!(view.kind[index], crate::view::Kind::Creature(_))
                && view.hit_point_share[index] > 0
        });
        let away = |&index: &usize| view.position[index].distance_squared(here);
        let nearest = beasts.min_by(|one, other| away(one).total_cmp(&away(other)));
        let nearest = nearest.expect("a valley full of beasts");
        let way = crate::math::ground(view.position[nearest] - here);
        let heading = way.normalize_or_zero() * if way.length() > 2.0 { 127.0 } else { 0.0 };
        let input = Input {
            direction: [heading.x as i8, heading.y as i8],
            facing: crate::math::facing_of(way).unwrap_or_default(),
            target: Some(view.actor[nearest]),
            rewind,
            ..Input::default()
        };
        Command::Input { player: me.player, sequence: tick as u16, input }
    });
    inputs.collect()
}

/// Steps a zone and one whose trails are wiped before each step; the first tick in which they part in
/// anything but the trails.
fn parting(rewind: u8) -> (Option<Tick>, usize) {
    let trails = PARTS.iter().position(|&part| part == "trails").expect("a part");
    let others = |digests: &Digests| {
        let mut parts = digests.parts;
        parts[trails] = 0;
        parts
    };
    let (mut zone, mut blind) = (fresh(), fresh());
    let mut hits = 0;
    for _ in 0..300 {
        let commands = brawl(&zone, rewind);
        blind.world().run(|mut trails: UniqueViewMut<'_, Trails>| *trails = Trails::default());
        let output = zone.step(&commands, &mut NoProbe);
        hits += output.events.iter().filter(|event| matches!(event, Event::Hit { .. })).count();
        let (tick, found) = (output.tick, others(output.digests));
        // A trail of one tick is made by the step itself, so only longer delays can tell.
        if found != others(blind.step(&commands, &mut NoProbe).digests) {
            return (Some(tick), hits);
        }
    }
    (None, hits)
}

#[test]
fn without_a_delay_trails_change_nothing_and_with_one_they_do() {
    let (parted, hits) = parting(0);
    assert_eq!(parted, None);
    assert!(hits > 20, "{hits} hits");
    assert!(parting(4).0.is_some(), "nobody moved while it was struck at");
}

#[test]
fn trails_are_in_the_snapshot() {
    let mut zone = fresh();
    hashes(&mut zone, 157, 12);
    let bytes = |zone: &Zone| {
        let mut writer = crate::codec::Writer::new();
        zone.world().run(|trails: UniqueView<'_, Trails>| trails.put(&mut writer));
        writer.into_bytes()
    };
    let restored = Zone::restore(Content::embedded(), &zone.snapshot(), 2).expect("just made");
    assert!(bytes(&zone).len() > 100, "somebody walks");
    assert_eq!(bytes(&restored), bytes(&zone));
}

#[test]
fn an_unknown_zone_is_refused() {
    let unknown = Zone::new(Content::embedded(), ZoneId::new(999), 1, 1);
    assert_eq!(unknown.err(), Some(ZoneError::UnknownZone(ZoneId::new(999))));
}

#[test]
fn snapshots_that_were_touched_are_refused() {
    let mut zone = fresh();
    hashes(&mut zone, 30, 3);
    let bytes = zone.snapshot();
    let content = Content::embedded();
    for index in (0..bytes.len()).step_by(61) {
        let mut touched = bytes.clone();
        touched[index] ^= 0x10;
        assert!(Zone::restore(Arc::clone(&content), &touched, 1).is_err(), "byte {index}");
    }
    for len in (0..bytes.len()).step_by(101) {
        assert!(Zone::restore(Arc::clone(&content), &bytes[..len], 1).is_err(), "{len} bytes");
    }
}
