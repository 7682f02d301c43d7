//! Portals and return scrolls.

use super::*;
use crate::command::Input;
use crate::components::Controls;
use crate::event::Exit;

/// The way to the Oxbow Plain in zone 1.
const PORTAL: Vec2 = Vec2::new(128.0, 250.0);

fn exit_of(events: &[Event]) -> Option<Exit> {
    events.iter().find_map(|event| match *event {
        Event::Left { exit, .. } => Some(exit),
        _ => None,
    })
}

#[test]
fn a_portal_brings_its_own_faction_to_the_next_zone() {
    let mut table = Table::with_anna();
    let events = table.step(&[Command::Place { player: ANNA, place: PORTAL }]);
    let exit = Exit::Zone { zone: ZoneId::new(10), place: Vec2::new(100.0, 17.0) };
    assert_eq!(exit_of(&events), Some(exit), "{events:?}");
    assert!(table.zone.view().player(ANNA).is_none());
}

#[test]
fn strangers_are_refused_once() {
    let mut table = Table::new();
    let mut stranger = table.newcomer(1);
    stranger.sheet.faction = FactionId::new(2);
    table.join_as(ANNA, stranger);
    let refused = Event::Rejected { player: ANNA, reason: Rejection::PortalClosed };
    let told = |table: &mut Table, place: Vec2| {
        let mut events = table.step(&[Command::Place { player: ANNA, place }]);
        events.extend(table.wait(5));
        events.iter().filter(|event| **event == refused).count()
    };
    assert_eq!(told(&mut table, PORTAL), 1);
    assert_eq!(told(&mut table, PORTAL + Vec2::new(0.0, -2.0)), 0, "still inside");
    assert_eq!(told(&mut table, PORTAL + Vec2::new(0.0, -8.0)), 0, "outside");
    assert_eq!(told(&mut table, PORTAL), 1, "entered again");
}

#[test]
fn a_portal_is_shut_after_a_hit_by_a_character() {
    let mut table = Table::with_anna();
    table.wait(20);
    let actor = table.actor(ANNA);
    let hit = table.zone.tick();
    table.zone.world().run(|roster: UniqueView<'_, Roster>, mut all: ViewMut<'_, Vitals>| {
        let slot = roster.slot(actor).expect("here");
        (&mut all).get(slot).expect("vitals").hurt_by_character = hit;
    });
    let events = table.step(&[Command::Place { player: ANNA, place: PORTAL }]);
    let refused = Event::Rejected { player: ANNA, reason: Rejection::PortalShut };
    assert!(events.contains(&refused), "{events:?}");
    while table.zone.tick() < hit + Ticks::new(200) {
        assert_eq!(exit_of(&table.step(&[])), None);
    }
    assert!(exit_of(&table.step(&[])).is_some(), "it opens for who has waited");
}

#[test]
fn a_portal_waits_for_the_store() {
    let mut table = Table::with_anna();
    let thing = table.lay(ANNA, table.place(ANNA), (5001, 0, 1));
    table.store = Store::Sleeps;
    table.act(ANNA, Act::PickUp { thing }).expect("asked");
    table.put(ANNA, PORTAL);
    let events = table.wait(5);
    assert_eq!(events, [], "neither refused nor gone");
    table.store = Store::Works;
    let events = table.wait(2);
    assert!(exit_of(&events).is_some());
    let left = table.character_that_left(ANNA).expect("gone");
    let carries = |item: &Item| item.definition == ItemId::new(5001);
    assert!(left.sheet.bag.iter().flatten().any(carries));
}

#[test]
fn the_dead_stay_where_they_fell() {
    let mut table = Table::with_anna();
    let anna = table.actor(ANNA);
    table.strike(anna, anna, 100_000);
    table.step(&[]);
    let events = table.step(&[Command::Place { player: ANNA, place: PORTAL }]);
    assert_eq!(exit_of(&events), None);
    let mut events = table.wait(20);
    events.retain(|event| matches!(event, Event::Rejected { .. } | Event::Left { .. }));
    assert_eq!(events, []);
}

#[test]
fn a_scroll_brings_its_reader_back() {
    let mut table = Table::with_anna();
    let field = Vec2::new(60.0, 100.0);
    table.put(ANNA, field);
    let item = table.find(ANNA, 3006).uid;
    table.act(ANNA, Act::Use { item }).expect("out of combat");
    assert!(table.me(ANNA).cast.is_some());
    assert_eq!(table.act(ANNA, Act::Use { item }), Err(Rejection::Busy));
    table.wait(95);
    assert_eq!(table.count(ANNA, 3006), 1, "not before it works");
    table.wait(6);
    assert!(table.place(ANNA).distance(Vec2::new(128.0, 40.0)) < 36.0);
    assert_eq!(table.count(ANNA, 3006), 0);
    assert_eq!(table.me(ANNA).cast, None);
    let other = table.give(ANNA, 3006, 1);
    assert_eq!(table.act(ANNA, Act::Use { item: other }), Err(Rejection::NotReady));
    table.audit();
}

#[test]
fn a_reading_is_broken_by_movement_and_combat() {
    let mut table = Table::with_anna();
    table.put(ANNA, Vec2::new(60.0, 100.0));
    let item = table.find(ANNA, 3006).uid;
    table.act(ANNA, Act::Use { item }).expect("out of combat");
    table.wait(50);
    let input = Input { direction: [0, 100], ..Input::default() };
    let events = table.step(&[Command::Input { player: ANNA, sequence: 1, input }]);
    let broken = |events: &[Event]| {
        events
            .iter()
            .any(|event| matches!(event, Event::CastBroken { skill, .. } if skill.get() == 3006))
    };
    assert!(broken(&events), "{events:?}");
    table.wait(20);
    table.act(ANNA, Act::Use { item }).expect("it may be tried again");
    let anna = table.actor(ANNA);
    table.strike(anna, anna, 1);
    let mut events = table.step(&[]);
    events.extend(table.step(&[]));
    assert!(broken(&events), "{events:?}");
    assert_eq!(table.act(ANNA, Act::Use { item }), Err(Rejection::InCombat));
    assert_eq!(table.count(ANNA, 3006), 1);
}

#[test]
fn a_scroll_read_at_the_respawn_point_leads_to_the_start_zone() {
    let mut table = Table::new();
    let mut stranger = table.newcomer(1);
    stranger.sheet.faction = FactionId::new(2);
    table.join_as(ANNA, stranger);
    let item = table.find(ANNA, 3006).uid;
    table.act(ANNA, Act::Use { item }).expect("out of combat");
    let events = table.wait(110);
    let Some(Exit::Zone { zone, .. }) = exit_of(&events) else { panic!("{events:?}") };
    assert_eq!(zone, ZoneId::new(2));
    let left = table.character_that_left(ANNA).expect("gone");
    assert!(left.sheet.bag.iter().flatten().all(|item| item.definition != ItemId::new(3006)));
    assert!(left.sheet.item_cooldowns[2] > 11_000);
}

#[test]
fn a_connection_lost_in_a_portal_goes_nowhere() {
    let mut table = Table::new();
    let mut low = table.newcomer(1);
    low.sheet.faction = FactionId::new(2);
    table.join_as(ANNA, low);
    table.put(ANNA, PORTAL);
    table.step(&[Command::Detach { player: ANNA }]);
    table.edit(ANNA, |hero, _| hero.sheet.faction = FactionId::new(1));
    assert!(table.zone.view().player(ANNA).is_some());
    let actor = table.actor(ANNA);
    table.zone.world().run(|roster: UniqueView<'_, Roster>, all: shipyard::View<'_, Controls>| {
        let slot = roster.slot(actor).expect("here");
        let presence = (&all).get(slot).expect("controls").presence;
        assert!(matches!(presence, crate::components::controls::Presence::Detached { .. }));
    });
}
