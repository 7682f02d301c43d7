//! Changes of zone between two runners, tick by tick.

use massless_core::command::Act;
use massless_core::math::Vec2;
use massless_net::session::token::SessionName;

use super::*;

/// Before the portal of zone 1, one metre outside of its circle, which is to the north.
const BEFORE: Vec2 = Vec2::new(128.0, 246.0);
const PORTAL: Vec2 = Vec2::new(128.0, 250.0);
const PORTAL_RADIUS: f32 = 3.0;

struct Journey {
    home: Stage,
    away: Stage,
    name: SessionName,
    outbox: Arc<Outbox>,
    sequence: u16,
}

/// Anna stands before the portal of zone 1, welcomed.
fn journey(data: &Path, shared: &Shared) -> Journey {
    let mut home = stage_of(data, ZONE, shared);
    let away = stage_of(data, OTHER_ZONE, shared);
    let anna = Character { place: Some(BEFORE), ..*character("Anna") };
    let (name, outbox) = home.enter(Box::new(anna));
    home.tick(2);
    assert!(matches!(taken(&outbox).reliable[0], Reliable::Welcome(_)));
    Journey { home, away, name, outbox, sequence: 0 }
}

impl Journey {
    fn is_home(&self) -> bool {
        self.home.runner.zone().view().player(self.name.player).is_some()
    }

    fn is_away(&self) -> bool {
        self.away.runner.zone().view().player(self.name.player).is_some()
    }

    /// Walks north until her body is gone from zone 1.
    fn step_in(&mut self) {
        for _ in 0..60 {
            if !self.is_home() {
                return;
            }
            self.sequence += 1;
            let meant = ShortTick::of(self.home.runner.zone().tick());
            let input = Input { direction: [0, 127], ..Input::default() };
            let request = Request::Input { sequence: self.sequence, meant, input };
            self.home.put(self.name.player, &self.outbox, request);
            self.home.tick(1);
        }
        panic!("the portal did not take her");
    }

    fn end(self) {
        self.home.end();
        self.away.end();
    }
}

fn is_moved_to(told: &Reliable, zone: ZoneId) -> bool {
    matches!(told, Reliable::Moved(welcome) if welcome.zone == zone)
}

#[test]
fn a_character_goes_through_a_portal_with_its_connection() {
    let data = tempfile::tempdir().expect("a folder");
    let mut journey = journey(data.path(), &shared(10));
    journey.step_in();
    assert!(!journey.is_away(), "she is on her way");
    // What was sent before she was gone, and came after.
    let (player, outbox) = (journey.name.player, Arc::clone(&journey.outbox));
    journey.home.put(player, &outbox, Request::Act(Act::Stop));
    journey.home.walk(player, &outbox, 500);
    journey.home.tick(1);
    let told = taken(&outbox).reliable;
    let is_refused = |told: &Reliable| matches!(told, Reliable::Notice(Notice::Rejected));
    assert_eq!(told.iter().filter(|told| is_refused(told)).count(), 1, "{told:?}");
    journey.away.tick(1);
    assert!(journey.is_away());
    let Taken { reliable, update, .. } = taken(&outbox);
    assert!(is_moved_to(&reliable[0], OTHER_ZONE), "{reliable:?}");
    assert!(!update.is_empty(), "the first update follows");
    assert!(Arc::ptr_eq(&outbox.route().expect("a route"), &journey.away.mailbox));
    let seat = journey.home.channels.seat_of(player).expect("a seat");
    assert_eq!(seat.0, ChannelId::first(OTHER_ZONE));
    let def = journey.home.runner.zone().content();
    let arrival = def.zone(ZONE).expect("zone 1").portals[0].arrival;
    assert!(ground(journey.away.place(player)).distance(arrival) < 2.0);
    journey.end();
}

#[test]
fn whom_a_full_zone_does_not_take_stands_before_the_portal_again() {
    let data = tempfile::tempdir().expect("a folder");
    let shared = shared(1);
    let mut journey = journey(data.path(), &shared);
    shared.channels.seat(PlayerId::new(99), OTHER_ZONE, &[]).expect("the only seat");
    journey.step_in();
    journey.home.tick(2);
    assert!(journey.is_home());
    let told = taken(&journey.outbox).reliable;
    assert!(told.iter().any(|told| matches!(told, Reliable::Notice(Notice::Rejected))));
    assert!(told.iter().any(|told| is_moved_to(told, ZONE)), "{told:?}");
    let place = ground(journey.home.place(journey.name.player));
    let gap = place.distance(PORTAL);
    assert!(gap > PORTAL_RADIUS && gap < 2.0 * PORTAL_RADIUS, "{place}");
    journey.home.tick(40);
    assert!(journey.is_home(), "she is not taken again while she stands there");
    journey.away.tick(5);
    assert!(!journey.is_away());
    let seat = journey.home.channels.seat_of(journey.name.player).expect("a seat");
    assert_eq!(seat.0, ChannelId::first(ZONE));
    journey.end();
}

#[test]
fn a_connection_lost_on_the_way_leaves_a_body_to_come_back_to() {
    let data = tempfile::tempdir().expect("a folder");
    let mut journey = journey(data.path(), &shared(10));
    journey.step_in();
    let (player, outbox) = (journey.name.player, Arc::clone(&journey.outbox));
    // The old zone gets what was meant for it, and hands it on.
    journey.home.put(player, &outbox, Request::Detach);
    journey.home.registry.lost(Millis::new(0), journey.name);
    journey.home.tick(1);
    journey.away.tick(5);
    assert!(journey.is_away(), "outside of the safe circle the body waits");
    let (_, how) = journey.home.registry.resume(Millis::new(0), journey.name).expect("in time");
    assert_eq!(how, Resumption::Body);
    let again = Arc::<Outbox>::default();
    again.set_route(&journey.away.mailbox);
    journey.away.put(player, &again, Request::Attach(None));
    journey.away.tick(2);
    let told = taken(&again).reliable;
    assert!(matches!(told[0], Reliable::Welcome(_)), "{told:?}");
    journey.end();
}

#[test]
fn who_comes_back_while_on_the_way_finds_the_body_in_the_other_zone() {
    let data = tempfile::tempdir().expect("a folder");
    let mut journey = journey(data.path(), &shared(10));
    let player = journey.name.player;
    journey.step_in();
    // The registry told her new connection of the old zone, where her body was a moment ago.
    let again = Arc::<Outbox>::default();
    again.set_route(&journey.home.mailbox);
    journey.home.put(player, &again, Request::Attach(None));
    journey.home.tick(1);
    journey.away.tick(3);
    let told = taken(&again).reliable;
    assert!(matches!(told[0], Reliable::Welcome(_)), "{told:?}");
    let told = taken(&journey.outbox).reliable;
    let is_replaced = |told: &Reliable| matches!(told, Reliable::Close(CloseCode::Replaced));
    assert!(told.iter().any(is_replaced), "{told:?}");
    assert!(journey.is_away() && !journey.is_home());
    journey.end();
}

#[test]
fn a_panic_at_the_other_end_keeps_the_character() {
    let data = tempfile::tempdir().expect("a folder");
    let mut journey = journey(data.path(), &shared(10));
    journey.step_in();
    journey.away.runner.set_trap("movement", 1);
    journey.away.tick(2);
    assert!(!journey.is_away());
    let told = taken(&journey.outbox).reliable;
    let is_closed = |told: &Reliable| matches!(told, Reliable::Close(CloseCode::Stopping));
    assert!(told.iter().any(is_closed), "she connects again: {told:?}");
    let (_, how) = journey.home.registry.resume(Millis::new(0), journey.name).expect("in time");
    let Resumption::Character(zone, character) = how else { panic!("{how:?}") };
    assert_eq!((zone, character.name.as_str()), (OTHER_ZONE, "Anna"));
    journey.end();
}
