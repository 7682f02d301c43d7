//! Laws of replication over crowds made by hand: what a client knows, what it may never be sent,
//! how much it is sent, and that nothing is allocated once everything has grown.
//!
//! Laws: game rules, section 16, number 12; targets P5, P6 and P9.

use std::sync::Arc;

use crate::common::crowd::{Crowd, Game, LINE_BYTES, windows_hold};
use massless_core::content::map::Map;
use massless_core::event::{Event, HitKind};
use massless_core::ids::{ActorId, PlayerId};
use massless_core::math::Vec3;
use massless_core::par::with_threads;
use massless_core::view::View;
use massless_net::interest::InterestSettings;
use massless_net::replication::{Datagrams, Link, Replicator};
use massless_net::wire::Coding;
use massless_net::wire::server_frame::id;
use massless_net::wire::{Ack, ShortTick};
use proptest::prelude::*;

/// Metres by which what is known of somebody in the outer ring may be off: four ticks since the last look of a
/// ring of five, at twice the greatest speed (somebody turned round), and the ring's slack of half a metre each way.
const FAR_ERROR_METRES: f32 = 4.0 * 0.05 * 2.0 * 6.0 + 0.5 * core::f32::consts::SQRT_2 + 0.02;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn law_12_holds_whatever_happens(
        seed in any::<u64>(),
        players in 1_usize..40,
        creatures in 0_usize..120,
        spread in 20.0_f32..500.0,
        turns in 0.0_f32..10_000.0,
        happenings in proptest::collection::vec(0_u8..10, 60..120),
        is_plain in any::<bool>(),
    ) {
        let crowd = Crowd::new(players, creatures, spread, seed);
        let coding = if is_plain { Coding::Plain } else { Coding::Tight };
        let mut game = Game::with_coding(crowd, InterestSettings::GAME, coding);
        for (step, happening) in happenings.into_iter().enumerate() {
            match happening {
                0 => game.crowd.replace(),
                1 => { let index = step % game.crowd.view.len(); game.crowd.jump(index) }
                _ => {}
            }
            game.crowd.step(turns);
            // Whoever hears of it has to know whom it names.
            let ids = &game.crowd.view.actor;
            let any = |n: usize| ids[n % ids.len()];
            game.events = (0..20).map(|n| hit(any(n * 7 + step), any(n))).collect();
            game.tick(|player| !(player + step as u64).is_multiple_of(u64::from(happening) + 2));
            for (index, listener) in game.listeners.iter().enumerate() {
                if *listener.bytes.last().expect("a tick") > 0 {
                    let farthest = listener.farthest(&game.crowd.view);
                    prop_assert!(farthest <= 100.0, "player {}: {farthest} m", index + 1);
                }
            }
        }
        // With a free line for two seconds, everybody knows what is to be known.
        for _ in 0..40 {
            game.crowd.step(100.0);
            game.tick(|_| true);
        }
        for listener in &game.listeners {
            windows_hold(&listener.bytes);
            // Beyond the eighty nearest the rate is halved.
            let near = if listener.known.len() <= 80 { 0.15 } else { 0.8 };
            prop_assert!(listener.worst_error(&game.crowd.view, 25.0) < near);
            prop_assert!(listener.worst_error(&game.crowd.view, 100.0) < FAR_ERROR_METRES);
            let (known, all) = listener.recall(&game.crowd.view, 90.0);
            prop_assert_eq!(known, all);
        }
    }
}

#[test]
fn the_budget_holds_in_a_crowd_that_would_need_twice_as_much() {
    let mut game = Game::new(Crowd::new(300, 0, 34.0, 1), InterestSettings::ZONE_WALK);
    for _ in 0..230 {
        // Everybody turns in every other tick.
        game.crowd.step(5_000.0);
        game.tick(|_| true);
    }
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
        let mean = listener.bytes.iter().sum::<u32>() / listener.bytes.len() as u32;
        assert!(mean > 450, "the budget is used: {mean} bytes a tick");
        assert_eq!(listener.known.len(), 299);
    }
    assert!(game.replicator.counts().cut > 0);
}

#[test]
fn nobody_waits_for_ever_in_a_crowd_that_never_fits() {
    // More than the budget in each ring: 80 within 25 m, hundreds up to 50 m and beyond.
    let mut crowd = Crowd::new(20, 900, 110.0, 8);
    let mut hurt = 0_u8;
    crowd.view.position[0] = Vec3::new(256.0, 0.0, 256.0);
    let mut game = Game::new(crowd, InterestSettings::GAME);
    let mut play = |game: &mut Game, ticks: u32| {
        for _ in 0..ticks {
            game.crowd.step(2_000.0);
            hurt = hurt.wrapping_add(1);
            game.crowd.view.hit_point_share.fill(hurt);
            game.tick(|_| true);
        }
    };
    play(&mut game, 600);
    let cut = game.replicator.counts().cut;
    assert!(cut > 500 * 20, "it is a crowd that does not fit: {cut} frames");
    let now = game.crowd.view.tick;
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
        let (known, all) = listener.recall(&game.crowd.view, 50.0);
        assert_eq!(known, all, "whoever is near is known");
        let waits = |slot: &u32| now.since(listener.told_at[slot]).get();
        let longest = listener.known.keys().map(waits).max();
        assert!(longest < Some(400), "{longest:?} ticks");
    }
    // Whoever has just come near the outer edge may not have been told yet, but is soon.
    let missing = |game: &Game| -> Vec<Vec<ActorId>> {
        let view = &game.crowd.view;
        game.listeners.iter().map(|listener| listener.missing(view, 90.0)).collect()
    };
    let before = missing(&game);
    play(&mut game, 200);
    for (before, after) in before.iter().zip(missing(&game)) {
        let waiting = before.iter().filter(|actor| after.contains(actor)).count();
        assert_eq!(waiting, 0, "of {} that were not known", before.len());
    }
}

#[test]
fn frames_are_the_same_on_any_number_of_threads() {
    let run = |threads| {
        with_threads(threads, || {
            let mut crowd = Crowd::new(300, 200, 90.0, 4);
            let map = Arc::new(Map::flat(512, 512));
            let mut replicator = Replicator::new(InterestSettings::GAME, map);
            for entry in &crowd.view.players {
                replicator.join(entry.player);
            }
            let mut frames = Vec::new();
            for tick in 0..30 {
                crowd.step(3_000.0);
                crowd.jump(tick as usize * 7);
                let hits = hits_of_neighbours(&crowd.view);
                let link = |player: PlayerId| Link {
                    writable: !(player.get() + tick).is_multiple_of(5),
                    // Every third has datagrams.
                    datagrams: player.get().is_multiple_of(3).then(|| answered(tick, tick as u8)),
                    coding: if player.get() < 10 { Coding::Plain } else { Coding::Tight },
                    ..Link::default()
                };
                let keep = |player: PlayerId, frame: &[u8]| frames.push((player, frame.to_vec()));
                replicator.update(&crowd.view, &hits, link, keep);
            }
            (frames, replicator.counts())
        })
    };
    let alone = run(1);
    assert!(alone.0.len() > 300 * 30 / 5 * 4 && alone.1.cut > 0);
    assert!(alone.0.iter().any(|(_, frame)| frame[0] == id::STATE && frame.len() > 200));
    for threads in [2, 3, 8] {
        assert!(run(threads) == alone, "{threads} threads");
    }
}

#[test]
fn talk_and_updates_share_the_budget_and_neither_silences_the_other() {
    let mut game = Game::new(Crowd::new(150, 0, 34.0, 1), InterestSettings::ZONE_WALK);
    for lines in [0, 8] {
        game.lines = lines;
        for _ in 0..115 {
            game.crowd.step(5_000.0);
            game.tick(|_| true);
        }
    }
    for listener in &game.listeners {
        windows_hold(&listener.bytes);
    }
    let counts = game.replicator.counts();
    assert_eq!(counts.frames, 230 * 150, "an update in every tick");
    let sent: u64 = game.listeners.iter().flat_map(|l| &l.bytes).map(|b| u64::from(*b)).sum();
    let heard = (sent - counts.bytes - 4 * counts.frames) / (u64::from(LINE_BYTES) + 4) / 150;
    assert!(heard > 20, "{heard} long lines are heard in six seconds of the densest crowd");
}

#[test]
fn an_ordinary_crowd_is_known_exactly_and_cheaply() {
    let mut game = Game::new(Crowd::new(200, 100, 500.0, 2), InterestSettings::ZONE_WALK);
    for _ in 0..200 {
        // Everybody turns once in two seconds.
        game.crowd.step(250.0);
        game.tick(|_| true);
        for listener in &game.listeners {
            assert!(listener.worst_error(&game.crowd.view, 50.0) < 0.1);
        }
    }
    let seconds = 10.0;
    let counts = game.replicator.counts();
    let bytes = counts.bytes as f64 / 200.0 / seconds;
    assert!(bytes < 3_000.0, "{bytes} bytes a second and client");
    let bits = counts.bytes as f64 * 8.0 / counts.pairs_due as f64;
    assert!(bits < 40.0, "{bits} bits a due pair, all included");
    for listener in &game.listeners {
        let (known, all) = listener.recall(&game.crowd.view, 49.0);
        assert_eq!(known, all);
    }
}

#[test]
fn a_steady_tick_allocates_nothing() {
    for (settings, spread, turns, has_datagrams) in [
        (InterestSettings::GAME, 300.0, 250.0, false),
        (InterestSettings::ZONE_WALK, 40.0, 5_000.0, false),
        (InterestSettings::GAME, 300.0, 250.0, true),
        (InterestSettings::ZONE_WALK, 40.0, 5_000.0, true),
    ] {
        let mut crowd = Crowd::new(150, 150, spread, 3);
        let mut replicator = Replicator::new(settings, Arc::new(Map::flat(512, 512)));
        for entry in &crowd.view.players {
            replicator.join(entry.player);
        }
        let mut bytes = 0;
        let mut allocations = 0;
        let mut updates = vec![0_u8; crowd.players + 1];
        let hits = hits_of_neighbours(&crowd.view);
        for tick in 0..200 {
            crowd.step(turns);
            let before = updates.clone();
            let measured = allocation_counter::measure(|| {
                replicator.update(
                    &crowd.view,
                    &hits,
                    |player| Link {
                        writable: !(player.get() + tick).is_multiple_of(5),
                        datagrams: has_datagrams
                            .then(|| answered(tick, before[player.get() as usize])),
                        ..Link::default()
                    },
                    |player, frame| {
                        bytes += frame.len();
                        let updates = &mut updates[player.get() as usize];
                        *updates = updates.wrapping_add(u8::from(frame[0] == id::UPDATE));
                    },
                );
            });
            if tick >= 100 {
                allocations += measured.count_total;
            }
        }
        assert!(bytes > 100_000);
        assert_eq!(allocations, 0);
    }
}

/// A line that loses one state of eight; what was sent three ticks ago is acknowledged.
fn answered(tick: u64, updates: u8) -> Datagrams {
    let received =
        (0..32).filter(|back| !(tick + back).is_multiple_of(8)).map(|back| 1 << back).sum();
    let newest = ShortTick::new((tick as u16).saturating_sub(2));
    Datagrams { visit: 0, ack: Some(Ack { visit: 0, newest, received, updates }) }
}

fn hit(source: ActorId, target: ActorId) -> Event {
    Event::Hit { source, target, skill: None, amount: 12, absorbed: 0, kind: HitKind::Normal }
}

/// Everybody hits the next one, among those that stay.
fn hits_of_neighbours(view: &View) -> Vec<Event> {
    view.actor[..100].windows(2).map(|pair| hit(pair[0], pair[1])).collect()
}

#[test]
fn who_leaps_over_the_edge_of_sight_between_two_looks_is_forgotten_at_once() {
    let mut game = Game::new(Crowd::new(1, 1, 10.0, 3), InterestSettings::GAME);
    let place = |game: &mut Game, metres: f32| {
        game.crowd.view.position[0] = Vec3::new(256.0, 0.0, 256.0);
        game.crowd.view.position[1] = Vec3::new(256.0 + metres, 0.0, 256.0);
        game.crowd.settle();
        game.crowd.view.tick = game.crowd.view.tick.next();
        game.tick(|_| true);
        game.listeners[0].known.len()
    };
    // Less than what a delta tells as a correction, in a tick of a look and in one between two.
    for rest in [40, 41] {
        for _ in 0..rest {
            place(&mut game, 94.0);
        }
        assert_eq!(place(&mut game, 97.0), 1, "it is seen until it leaves the ring");
        assert_eq!(place(&mut game, 101.0), 0, "nobody is known beyond sight");
    }
}
