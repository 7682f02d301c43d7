//! Laws of what is told besides who is where: events reach those who may know them and name only
//! those they know, own news is never lost, sheets come when they change, target and party stay in
//! sight.

use crate::common::crowd::{Crowd, Game, ME, windows_hold};
use massless_core::character::Item;
use massless_core::event::{Event, HitKind, Rejection};
use massless_core::ids::{ActorId, ItemId, ItemUid, PartyId, PlayerId};
use massless_core::math::Vec3;
use massless_net::interest::InterestSettings;
use massless_net::limits::OWN_EVENTS_MAX;

const NOBODY: ActorId = ActorId::new(0);

fn actor(id: u64) -> ActorId {
    ActorId::new(id)
}

fn hit(source: u64, target: u64, amount: u32) -> Event {
    let (source, target) = (actor(source), actor(target));
    let (skill, kind) = (None, HitKind::Normal);
    Event::Hit { source, target, skill, amount, absorbed: 0, kind }
}

/// Actors at rest at these places, the first ones players.
fn game(players: usize, places: &[(f32, f32)]) -> Game {
    let mut crowd = Crowd::new(players, places.len() - players, 1.0, 1);
    for (at, &(x, z)) in crowd.view.position.iter_mut().zip(places) {
        *at = Vec3::new(x, 0.0, z);
    }
    crowd.settle();
    let mut game = Game::new(crowd, InterestSettings::GAME);
    for _ in 0..4 {
        tick(&mut game);
    }
    game
}

fn tick(game: &mut Game) {
    game.crowd.step(0.0);
    game.tick(|_| true);
}

/// What the first listener heard since it was asked last.
fn heard(game: &mut Game, listener: usize) -> Vec<Event> {
    core::mem::take(&mut game.listeners[listener].events)
}

#[test]
fn an_event_is_told_to_those_who_see_it_and_names_only_whom_they_know() {
    let places = [(100.0, 100.0), (400.0, 400.0), (110.0, 100.0), (170.0, 100.0), (300.0, 100.0)];
    let mut game = game(2, &places);
    game.events = vec![hit(5, 3, 1), hit(3, 5, 2), hit(4, 4, 3), hit(5, 5, 4), hit(3, 3, 5)];
    tick(&mut game);
    let Event::Hit { source: near, .. } = hit(3, 3, 0) else { unreachable!() };
    let told = |source, target, amount| Event::Hit {
        source,
        target,
        skill: None,
        amount,
        absorbed: 0,
        kind: HitKind::Normal,
    };
    // 70 m away is in sight, but not near enough for events.
    let expected = [told(NOBODY, near, 1), told(near, NOBODY, 2), told(near, near, 5)];
    assert_eq!(heard(&mut game, 0), expected);
    assert_eq!(heard(&mut game, 1), []);
}

#[test]
fn what_is_for_one_player_is_told_to_nobody_else() {
    let mut game = game(2, &[(100.0, 100.0), (101.0, 100.0)]);
    let player = PlayerId::new(1);
    let own = [
        Event::Experience { player, amount: 30 },
        Event::Coin { player, amount: 4 },
        Event::Gained { player, definition: ItemId::new(5_001), rarity: 0, quantity: 1 },
        Event::Rejected { player, reason: Rejection::NotFacing },
        Event::Rejected { player: PlayerId::new(9), reason: Rejection::NotHere },
    ];
    game.events = own.to_vec();
    tick(&mut game);
    assert_eq!(heard(&mut game, 0), own[..4]);
    assert_eq!(heard(&mut game, 1), []);
}

#[test]
fn own_events_wait_for_a_slow_reader_and_come_in_their_order() {
    let mut game = game(1, &[(100.0, 100.0), (102.0, 100.0)]);
    for amount in 0..60 {
        game.events = vec![hit(2, 1, amount)];
        game.crowd.step(0.0);
        game.tick(|_| false);
    }
    tick(&mut game);
    tick(&mut game);
    let amounts: Vec<u32> = heard(&mut game, 0)
        .into_iter()
        .map(|event| match event {
            Event::Hit { target: ME, source, amount, .. } if source == actor(2) => amount,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(amounts.into_iter().eq(0..60));
    assert_eq!(game.replicator.counts().events_lost, 0);
}

#[test]
fn when_too_many_own_events_wait_hits_are_lost_and_nothing_else() {
    let mut game = game(1, &[(100.0, 100.0), (102.0, 100.0)]);
    let player = PlayerId::new(1);
    let coins = OWN_EVENTS_MAX as u32 / 4;
    for amount in 0..OWN_EVENTS_MAX as u32 {
        game.events = vec![hit(2, 1, amount), hit(2, 1, amount)];
        if amount < coins {
            game.events.push(Event::Coin { player, amount });
        }
        game.crowd.step(0.0);
        game.tick(|_| false);
    }
    for _ in 0..40 {
        tick(&mut game);
    }
    let events = heard(&mut game, 0);
    let coin = |event: &&Event| matches!(event, Event::Coin { .. });
    assert_eq!(events.iter().filter(coin).count(), coins as usize);
    assert_eq!(events.len(), OWN_EVENTS_MAX);
    assert!(game.replicator.counts().events_lost > 0);
}

#[test]
fn in_a_great_fight_the_budget_holds_and_own_news_and_the_target_come_first() {
    let mut game = Game::new(Crowd::new(120, 120, 34.0, 5), InterestSettings::GAME);
    game.target = Some(actor(130));
    let ticks = 230;
    for step in 0..ticks {
        for index in 0..150 {
            game.events.push(hit(121 + (index + step) % 120, 121 + (index * 7 + step) % 120, 10));
        }
        game.events.push(hit(131, 130, 77));
        for player in (1..=120).filter(|player| player % 10 == step % 10) {
            let player = PlayerId::new(player);
            game.events.push(Event::Experience { player, amount: 5 });
        }
        game.crowd.step(2_000.0);
        game.tick(|_| true);
    }
    tick(&mut game);
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
        let count = |wanted: fn(&Event) -> bool| {
            listener.events.iter().filter(|event| wanted(event)).count() as u64
        };
        assert_eq!(count(|event| matches!(event, Event::Experience { .. })), ticks / 10);
        let on_target = count(|event| matches!(event, Event::Hit { amount: 77, .. }));
        assert!(on_target >= ticks * 9 / 10, "{on_target} of {ticks}");
    }
    let counts = game.replicator.counts();
    assert!(counts.events_dropped > 0 && counts.events_lost == 0, "{counts:?}");
}

/// As much as a bag can hold.
fn full_bag(game: &mut Game, index: usize) {
    let item = |uid| Item {
        uid: ItemUid::new(uid),
        definition: ItemId::new(5_001),
        rarity: 2,
        upgrade: 0,
        quantity: 99,
        bound: false,
    };
    let sheet = &mut game.crowd.view.sheets[index];
    for (slot, place) in sheet.sheet.bag.iter_mut().enumerate() {
        *place = Some(item(1 << 40 | slot as u64));
    }
    sheet.revision += 1;
}

#[test]
fn a_sheet_comes_when_it_changes_and_not_too_often() {
    let mut game = game(1, &[(100.0, 100.0)]);
    assert_eq!(game.listeners[0].sheets, [1]);
    for revision in 2..42 {
        game.crowd.view.sheets[0].revision = revision;
        tick(&mut game);
    }
    for _ in 0..8 {
        tick(&mut game);
    }
    let told = &game.listeners[0].sheets;
    assert_eq!(told.last(), Some(&41));
    assert!((9..=12).contains(&told.len()), "{told:?}");
}

#[test]
fn a_large_sheet_finds_room_in_the_densest_crowd() {
    let mut game = Game::new(Crowd::new(300, 0, 34.0, 1), InterestSettings::ZONE_WALK);
    for _ in 0..60 {
        game.crowd.step(5_000.0);
        game.tick(|_| true);
    }
    full_bag(&mut game, 7);
    for _ in 0..20 {
        game.crowd.step(5_000.0);
        game.tick(|_| true);
    }
    assert_eq!(game.listeners[7].sheets, [1, 2]);
    assert_eq!(game.listeners[8].sheets, [1]);
    windows_hold(&game.listeners[7].bytes);
}

fn knows(game: &Game, listener: usize, id: u64) -> bool {
    game.listeners[listener].known.values().any(|(known, _)| *known == actor(id))
}

fn put(game: &mut Game, index: usize, x: f32) {
    game.crowd.view.position[index].x = x;
    game.crowd.settle();
    for _ in 0..3 {
        tick(game);
    }
}

#[test]
fn a_target_stays_in_sight_but_cannot_be_guessed() {
    let mut game = game(1, &[(100.0, 100.0), (150.0, 100.0), (400.0, 100.0)]);
    game.target = Some(actor(3));
    put(&mut game, 1, 151.0);
    assert!(knows(&game, 0, 2) && !knows(&game, 0, 3), "a number is no sight");
    game.target = Some(actor(2));
    for x in [190.0, 230.0, 300.0, 450.0] {
        put(&mut game, 1, x);
        assert!(knows(&game, 0, 2), "at {x}");
    }
    let (_, track) = game.listeners[0].known.values().next().expect("the target");
    assert!((massless_net::wire::quantize::metres_of(track.x) - 450.0).abs() < 0.1);
    game.target = None;
    put(&mut game, 1, 450.0);
    assert!(!knows(&game, 0, 2));
}

#[test]
fn a_party_is_in_sight_in_the_whole_zone() {
    let mut game = game(3, &[(10.0, 10.0), (500.0, 500.0), (400.0, 10.0)]);
    assert!(!knows(&game, 0, 2));
    for index in [0, 1] {
        game.crowd.view.players[index].party = Some(PartyId::new(7));
    }
    put(&mut game, 0, 11.0);
    assert!(knows(&game, 0, 2) && knows(&game, 1, 1));
    assert!(!knows(&game, 2, 1) && !knows(&game, 0, 3));
    game.crowd.view.players[1].party = None;
    put(&mut game, 0, 12.0);
    assert!(!knows(&game, 0, 2) && !knows(&game, 1, 1));
}
