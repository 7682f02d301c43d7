//! Whole games in virtual time: clients, links, sessions, zone and replicator.

use std::sync::Arc;

use crate::common::{World, meadow, valley};
use massless_core::content::map::Map;
use massless_core::math::Vec2;
use massless_core::view::Kind;
use massless_net::interest::InterestSettings;
use massless_net::link::LinkSettings;
use massless_net::session::close::CloseCode;
use massless_net::wire::report::{Part, Report};

const CLEAN: LinkSettings = LinkSettings::clean(20);

/// 5 % of the frames stall, with 60 ms of jitter on 60 ms of delay.
const BAD: LinkSettings = LinkSettings {
    delay_millis: 60,
    jitter_millis: 60,
    loss: 500,
    duplicates: 0,
    ordered: true,
    retransmit_millis: 200,
};

/// 20 % of the datagrams are lost, 5 % come twice, in any order.
const LOSSY: LinkSettings = LinkSettings {
    delay_millis: 40,
    jitter_millis: 25,
    loss: 2_000,
    duplicates: 500,
    ordered: false,
    retransmit_millis: 0,
};

fn direction(step: u64) -> [i8; 2] {
    [[127, 0], [0, 127], [-90, -90], [0, 0], [0, -127], [-127, 0], [90, 90]][step as usize % 7]
}

/// Every client's picture of the others against the zone's truth, in metres.
fn worst_error(world: &World, index: usize) -> f32 {
    let view = world.zone.view();
    let client = &world.peers[index].client;
    let mut worst = 0.0_f32;
    for known in client.known() {
        let at = view.index_of(known.identity.actor).expect("nobody is known who is gone");
        let (x, z) = known.place_at(view.tick);
        let truth = view.position[at];
        worst = worst.max(Vec2::new(x, z).distance(Vec2::new(truth.x, truth.z)));
    }
    worst
}

#[test]
fn two_players_see_each_other_walk() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 250.0, 250.0);
    world.place(bob, 255.0, 250.0);
    world.walk(ada, [0, 127]);
    world.run(40);
    for (me, other, name) in [(ada, bob, "Bob"), (bob, ada, "Ada")] {
        let now = world.now;
        let known = world.peers[me].client.known();
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].identity.name, name);
        assert_eq!(known[0].identity.kind, Kind::Character { look: 1 });
        let figures = world.peers[me].client.figures(now).to_vec();
        let truth = world.peers[other].client.own(now).unwrap().position;
        assert!(figures[0].position.distance(truth) < 1.5, "{figures:?} but {truth}");
        assert!(worst_error(&world, me) < 0.6);
    }
    let ada_now = world.peers[ada].client.own(world.now).unwrap();
    assert!((ada_now.speed - 5.0).abs() < 0.01);
    assert!(ada_now.position.z > 255.0, "she has walked: {ada_now:?}");
}

#[test]
fn others_walk_on_for_150_ms_and_stop_when_nothing_more_is_told() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 250.0, 250.0);
    world.place(bob, 255.0, 250.0);
    world.walk(bob, [0, 127]);
    world.run(40);
    world.peers[ada].writable = false;
    world.run(1);
    let place = |world: &mut World| {
        let now = world.now;
        world.peers[ada].client.figures(now)[0].position.z
    };
    let mut places = vec![place(&mut world)];
    for _ in 0..20 {
        world.run(1);
        places.push(place(&mut world));
    }
    let last = places[places.len() - 1];
    let moved = places.iter().take_while(|&&z| (z - last).abs() > 1e-4).count();
    // Shown two ticks in the past, and three beyond what was told: five ticks and what was on its way.
    assert!((4..=7).contains(&moved), "stands after {moved} ticks: {places:?}");
    let way = last - places[0];
    assert!((0.75..=1.75).contains(&way), "{way} m on");
}

#[test]
fn a_clean_link_never_needs_a_correction() {
    let mut world = World::new(valley(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", LinkSettings::clean(120), LinkSettings::clean(120));
    world.run(60);
    let before = [ada, bob].map(|peer| world.peers[peer].client.stats());
    for step in 0..60 {
        world.walk(ada, direction(step));
        world.walk(bob, direction(step / 3 + 2));
        world.run(10);
    }
    for (peer, before) in [ada, bob].into_iter().zip(before) {
        let stats = world.peers[peer].client.stats();
        let agreement = stats.agreement;
        assert!(agreement.compared >= 500, "{stats:?}");
        assert_eq!(agreement.compared, agreement.equal, "{stats:?}");
        assert_eq!(agreement.corrected, before.agreement.corrected, "{stats:?}");
        assert_eq!(stats.late, before.late, "{stats:?}");
        assert!(world.peers[peer].error.is_none());
        let (compared, diverged) = reported(&world, peer);
        assert!(compared >= 350 && diverged == 0, "{:?}", world.peers[peer].reports);
    }
}

/// What a client has reported so far: states compared, and those that differed.
fn reported(world: &World, index: usize) -> (u32, u32) {
    let reports = &world.peers[index].reports;
    let sum = |part: fn(&Report) -> u16| reports.iter().map(|it| u32::from(part(it))).sum();
    (sum(|report| report.compared), sum(|report| report.diverged))
}

#[test]
fn who_walks_on_another_ground_reports_where_it_parts() {
    let mut world = World::new(valley(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(60);
    assert_eq!(world.peers[ada].reports, []);
    let (width, depth) = world.map.size();
    world.peers[ada].client.set_map(Arc::new(Map::flat(width, depth)));
    let begun = world.zone.tick();
    world.walk(ada, [90, 90]);
    world.run(40);
    let reports = &world.peers[ada].reports;
    let first = reports.first().and_then(|report| report.first).expect("told within two seconds");
    assert!(matches!(first.part, Part::Height | Part::FallSpeed), "{reports:?}");
    let tick = first.tick.near(world.zone.tick());
    assert!((begun..world.zone.tick()).contains(&tick), "{tick:?} since {begun:?}");
    assert!(reports.iter().all(|report| report.diverged <= report.compared), "{reports:?}");
}

#[test]
fn a_bad_link_costs_time_but_never_truth() {
    let mut world = World::new(valley(), InterestSettings::GAME);
    let ada = world.connect("Ada", BAD, BAD);
    let bob = world.connect("Bob", LOSSY, BAD);
    for step in 0..100 {
        world.walk(ada, direction(step));
        world.walk(bob, direction(step * 3 + 1));
        world.run(10);
    }
    for peer in [ada, bob] {
        let stats = world.peers[peer].client.stats();
        assert!(world.peers[peer].error.is_none(), "{:?}", world.peers[peer].error);
        assert_eq!(world.peers[peer].closed, None);
        let agreement = stats.agreement;
        assert!(agreement.compared > 500, "{stats:?}");
        // A comparison that follows a missed input may differ until the correction has arrived.
        assert!(agreement.equal * 100 >= agreement.compared * 80, "{stats:?}");
    }
    // Standing still, everything agrees again.
    world.walk(ada, [0, 0]);
    world.walk(bob, [0, 0]);
    world.run(60);
    for peer in [ada, bob] {
        let (_, own) = world.peers[peer].client.told();
        let told = own.walker;
        assert_eq!(world.peers[peer].client.own(world.now).unwrap().walker, told);
    }
}

#[test]
fn a_slow_server_is_followed() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(60);
    world.step_millis = 70;
    world.run(100);
    let before = world.peers[ada].client.stats().agreement;
    for step in 0..40 {
        world.walk(ada, direction(step));
        world.run(10);
    }
    let after = world.peers[ada].client.stats().agreement;
    let (compared, missed) = (after.compared - before.compared, after.missed - before.missed);
    assert!(compared > missed * 2, "{compared} applied as sent, {missed} not");
    // Back at its rhythm, all is as before.
    world.step_millis = 50;
    world.run(200);
    let calm = world.peers[ada].client.stats().agreement;
    world.run(200);
    let now = world.peers[ada].client.stats().agreement;
    assert_eq!(now.missed, calm.missed);
    assert_eq!(now.corrected, calm.corrected);
}

#[test]
fn repeated_inputs_survive_lost_datagrams() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let bob = world.connect("Bob", LinkSettings { jitter_millis: 0, ..LOSSY }, CLEAN);
    world.run(100);
    let before = world.peers[bob].client.stats().agreement;
    world.walk(bob, [127, 0]);
    world.run(400);
    let after = world.peers[bob].client.stats().agreement;
    let (compared, missed) = (after.compared - before.compared, after.missed - before.missed);
    // One in five frames is lost; with three copies the inputs of one tick in 25 come late.
    assert!(compared > 300, "{after:?}");
    assert!(missed * 100 < (compared + missed) * 25, "{compared} compared, {missed} missed");
}

#[test]
fn a_cut_connection_is_resumed_in_place() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 300.0, 300.0);
    world.place(bob, 302.0, 300.0);
    world.run(20);
    let actor = world.peers[ada].client.own(world.now).unwrap().actor;
    let place = world.peers[ada].client.own(world.now).unwrap().position;
    world.cut(ada);
    world.run(40);
    world.resume(ada);
    world.run(40);
    let back = world.peers[ada].client.own(world.now).unwrap();
    assert_eq!(back.actor, actor);
    assert_eq!(back.position, place);
    assert_eq!(world.peers[ada].client.known().len(), 1);
    world.walk(ada, [127, 0]);
    world.run(30);
    let walked = world.peers[ada].client.own(world.now).unwrap();
    assert!(walked.position.x > place.x + 3.0, "{walked:?}");
    assert!(world.peers[ada].error.is_none());
}

#[test]
fn a_body_that_left_meanwhile_comes_back_at_its_place() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 300.0, 300.0);
    world.run(20);
    let before = world.peers[ada].client.own(world.now).unwrap();
    world.cut(ada);
    world.run(300);
    assert!(world.zone.view().players.is_empty());
    world.resume(ada);
    world.run(40);
    let back = world.peers[ada].client.own(world.now).unwrap();
    assert_ne!(back.actor, before.actor, "an id is never used twice");
    assert_eq!(back.position, before.position);
}

#[test]
fn a_token_is_of_no_use_after_thirty_seconds() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(20);
    world.cut(ada);
    world.run(620);
    world.resume(ada);
    world.run(20);
    assert_eq!(world.peers[ada].closed, Some(CloseCode::ResumeRefused));
}

#[test]
fn a_slow_reader_is_told_the_present_not_the_past() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 250.0, 250.0);
    world.place(bob, 255.0, 250.0);
    world.run(20);
    let updates = world.peers[bob].client.stats().updates;
    for step in 0..20 {
        world.peers[bob].writable = step % 10 == 9;
        world.walk(ada, direction(step));
        world.run(7);
    }
    world.peers[bob].writable = true;
    world.walk(ada, [0, 0]);
    world.run(20);
    assert!(world.peers[bob].error.is_none(), "{:?}", world.peers[bob].error);
    assert!(world.peers[bob].client.stats().updates < updates + 40);
    assert!(worst_error(&world, bob) < 0.1, "{}", worst_error(&world, bob));
}

#[test]
fn leaving_takes_the_figure_from_everybody() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.peers[bob].client.leave();
    world.run(130);
    assert!(world.peers[ada].client.known().is_empty());
    let cara = world.connect("Cara", CLEAN, CLEAN);
    world.run(20);
    assert_eq!(world.peers[ada].client.known()[0].identity.name, "Cara");
    assert_eq!(world.peers[cara].client.known()[0].identity.name, "Ada");
}

/// A walk of three who see each other; the middle one overlooks the others, or does not. What it sent, was told and
/// what the others saw.
fn walk_of_three(overlooks: bool, by_datagrams: bool) -> (Vec<String>, usize) {
    let mut world = World::new(valley(), InterestSettings::GAME);
    let names = ["Ada", "Bob", "Cleo"];
    let peers = names.map(|name| match by_datagrams {
        true => world.connect_by_datagrams(name, CLEAN, LOSSY),
        false => world.connect(name, BAD, BAD),
    });
    if overlooks {
        world.peers[peers[1]].client.overlook_others();
    }
    let mut lines = Vec::new();
    for step in 0..40 {
        for peer in peers {
            world.walk(peer, direction(step + peer as u64));
        }
        world.run(5);
        for peer in peers {
            let client = &world.peers[peer].client;
            let (stats, (tick, own)) = (client.stats(), client.told());
            let ways = (stats.bytes_in, stats.bytes_out, stats.inputs, stats.agreement);
            lines.push(format!("{step} {peer} {tick} {ways:?} {own:?} {:?}", client.walker()));
        }
    }
    assert!(world.peers.iter().all(|peer| peer.error.is_none()));
    (lines, world.peers[peers[1]].client.known().len())
}

#[test]
fn who_overlooks_the_others_is_told_and_tells_the_very_same() {
    for by_datagrams in [false, true] {
        let (seeing, known) = walk_of_three(false, by_datagrams);
        let (overlooking, unknown) = walk_of_three(true, by_datagrams);
        assert!(known >= 2 && unknown == 0, "{known} and {unknown}");
        assert_eq!(seeing, overlooking);
    }
}
