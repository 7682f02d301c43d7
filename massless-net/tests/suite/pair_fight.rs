//! Fights, acts, parties and a change of zone in virtual time, seen from the client.

use crate::common::{World, meadow, paddock};
use massless_core::character::{BarEntry, Item};
use massless_core::command::{Act, Character};
use massless_core::content::item::EquipSlot;
use massless_core::event::{Event, Rejection};
use massless_core::ids::{ActorId, ClassId, ItemId, ItemUid, QuestId, SkillId};
use massless_core::math::{Vec2, facing_of};
use massless_core::units::{Facing, Level};
use massless_core::view::Kind;
use massless_net::client::{Control, Foreseen};
use massless_net::interest::InterestSettings;
use massless_net::link::LinkSettings;
use massless_net::session::close::Notice;
use massless_net::wire::{Party, PartyMember, PartyVerb, ServerFrame, Whom};

const CLEAN: LinkSettings = LinkSettings::clean(20);
const HEAVY_CUT: SkillId = SkillId::new(101);
const RUSH_IN: SkillId = SkillId::new(102);

/// A warrior of level 3 with a sword and both class skills on the bar.
fn armed(character: &mut Character) {
    character.level = Level::new(3);
    character.sheet.worn[EquipSlot::Weapon as usize] = Some(Item {
        uid: ItemUid::new(1),
        definition: ItemId::new(1_011),
        rarity: 0,
        upgrade: 0,
        quantity: 1,
        bound: false,
    });
    character.sheet.bar[0] = BarEntry::Skill(HEAVY_CUT);
    character.sheet.bar[1] = BarEntry::Skill(RUSH_IN);
}

/// One warrior, so many metres south of the hound.
fn duel(metres: f32) -> (World, usize) {
    let mut world = World::new(paddock(), InterestSettings::GAME);
    world.dress = armed;
    world.may_reject = true;
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let content = world.content.clone();
    world.peers[ada].client.set_content(content);
    world.run(30);
    let (_, place) = hound(&world);
    world.place(ada, place.x, place.y - metres);
    world.run(20);
    (world, ada)
}

/// The hound and where it is.
fn hound(world: &World) -> (ActorId, Vec2) {
    let view = world.zone.view();
    let is_creature = |kind: &Kind| matches!(kind, Kind::Creature(_));
    let index = view.kind.iter().position(is_creature).expect("the hound lives");
    let at = view.position[index];
    (view.actor[index], Vec2::new(at.x, at.z))
}

fn toward(world: &World, index: usize, place: Vec2) -> Facing {
    let own = world.peers[index].client.own(world.now).expect("a body").position;
    facing_of(place - Vec2::new(own.x, own.z)).unwrap_or_default()
}

/// Turns to the hound and holds the buttons for some ticks; what was foreseen meanwhile.
fn fight(world: &mut World, index: usize, buttons: u16, ticks: u64) -> Vec<Foreseen> {
    let mut foreseen = Vec::new();
    for _ in 0..ticks {
        let (target, place) = hound(world);
        let facing = toward(world, index, place);
        let control = Control { facing, buttons, target: Some(target), ..Control::default() };
        let client = &mut world.peers[index].client;
        client.control(control);
        foreseen.extend(core::iter::from_fn(|| client.next_foreseen()));
        world.run(1);
    }
    foreseen
}

#[test]
fn a_duel_is_told_and_foreseen() {
    let (mut world, ada) = duel(2.0);
    let (target, _) = hound(&world);
    let me = world.peers[ada].client.welcome().expect("welcome").actor;
    let sheet = world.peers[ada].client.sheet().expect("the sheet comes with the first update");
    assert_eq!((sheet.level, sheet.sheet.class), (Level::new(3), ClassId::new(1)));
    let foreseen = fight(&mut world, ada, 1, 120);
    let events = &world.peers[ada].events;
    let used = |event: &&Event| matches!(event, Event::SkillUsed { actor, skill: HEAVY_CUT, .. } if *actor == me);
    let mine = |event: &&Event| {
        matches!(event, Event::Hit { source, target: other, amount, .. }
            if *source == me && *other == target && *amount > 0)
    };
    let taken = |event: &&Event| {
        matches!(event, Event::Hit { source, target: other, .. }
            if *source == target && *other == me)
    };
    let count = |wanted: &dyn Fn(&&Event) -> bool| events.iter().filter(|e| wanted(e)).count();
    let (used, mine, taken) = (count(&used), count(&mine), count(&taken));
    assert!(used > 0 && mine > used && taken > 0, "{used} {mine} {taken}: {events:?}");
    let seen = foreseen.iter().filter(|start| start.skill == Some(HEAVY_CUT)).count();
    assert!((used..=used + 1).contains(&seen), "{seen} foreseen, {used} used");
    let swings = foreseen.iter().filter(|start| start.skill.is_none()).count();
    assert!(swings.abs_diff(mine - used) <= 2, "{swings} foreseen, {} hit", mine - used);
    let peer = &world.peers[ada];
    let (_, own) = peer.client.told();
    assert!(own.hit_points < own.hit_points_max && own.mana_max > 0, "{own:?}");
    assert!(peer.error.is_none(), "{:?}", peer.error);
}

#[test]
fn a_cooldown_shows_at_once_and_stays_when_it_is_told() {
    let (mut world, ada) = duel(2.0);
    world.peers[ada].up = massless_net::link::Link::new(LinkSettings::clean(150), 9);
    world.run(60);
    let before = world.peers[ada].client.told().1.clone();
    assert_eq!(before.ready_at(HEAVY_CUT).get(), 0);
    assert_eq!(world.peers[ada].client.may_start(0), Err(Rejection::NoTarget));
    let mut shown_at = None;
    let mut told_at = None;
    for step in 0..40 {
        let (target, place) = hound(&world);
        let facing = toward(&world, ada, place);
        let control = Control { facing, buttons: 1, target: Some(target), ..Control::default() };
        world.peers[ada].client.control(control);
        world.run(1);
        let client = &world.peers[ada].client;
        let (now, told) = client.told();
        let is_shown = client.foreseen_state().ready_at(HEAVY_CUT) > now;
        shown_at = shown_at.or(is_shown.then_some(step));
        told_at = told_at.or((told.ready_at(HEAVY_CUT) > now).then_some(step));
        assert!(is_shown || shown_at.is_none(), "shown at {shown_at:?}, gone at {step}");
    }
    let (shown, told) = (shown_at.expect("foreseen"), told_at.expect("told"));
    assert!(shown + 3 <= told, "foreseen at {shown}, told at {told}");
    assert_eq!(world.peers[ada].client.may_start(0), Err(Rejection::NotReady));
}

#[test]
fn a_forced_leap_is_followed_bit_by_bit() {
    let (mut world, ada) = duel(7.0);
    let before = world.peers[ada].client.stats().agreement;
    fight(&mut world, ada, 2, 40);
    let peer = &world.peers[ada];
    let me = peer.client.welcome().expect("welcome").actor;
    let rushed = peer.events.iter().any(
        |event| matches!(event, Event::SkillUsed { actor, skill: RUSH_IN, .. } if *actor == me),
    );
    assert!(rushed, "{:?}", peer.events);
    let now = peer.client.own(world.now).expect("a body");
    let (_, place) = hound(&world);
    assert!(Vec2::new(now.position.x, now.position.z).distance(place) < 3.0, "{now:?}");
    assert_eq!(now.walker, peer.client.told().1.walker, "at rest both agree");
    let after = peer.client.stats().agreement;
    // Only what was walked before the leap was told had to be put right.
    let wrong = (after.compared - before.compared) - (after.equal - before.equal);
    assert!(wrong <= 6, "{wrong} states differed: {before:?} {after:?}");
}

#[test]
fn acts_are_obeyed_or_refused_and_the_player_is_told() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    world.may_reject = true;
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(30);
    world.peers[ada].client.act(Act::TakeQuest { quest: QuestId::new(2) });
    world.peers[ada].client.act(Act::SetBar { slot: 4, entry: BarEntry::Item(ItemId::new(3_001)) });
    world.run(10);
    let rejected = |event: &Event| matches!(event, Event::Rejected { .. });
    assert_eq!(world.peers[ada].events.iter().filter(|event| rejected(event)).count(), 1);
    assert!(world.peers[bob].events.is_empty(), "{:?}", world.peers[bob].events);
    let sheet = world.peers[ada].client.sheet().expect("a sheet");
    assert_eq!(sheet.sheet.bar[4], BarEntry::Item(ItemId::new(3_001)));
}

#[test]
fn items_have_a_bucket_of_their_own_and_nothing_is_lost() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    world.may_reject = true;
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(30);
    for _ in 0..30 {
        world.peers[ada].client.act(Act::Arrange { from: 0, to: 1 });
        world.run(1);
    }
    let peer = &world.peers[ada];
    let refused = peer.notices.iter().filter(|notice| **notice == Notice::ItemsTooFast).count();
    // 20 at once, one more with each second.
    assert!((8..=9).contains(&refused), "{refused}: {:?}", peer.notices);
    assert_eq!(peer.closed, None);
    world.run(20);
    world.peers[ada].client.act(Act::Stop);
    world.run(5);
    assert_eq!(world.peers[ada].closed, None);
}

#[test]
fn party_verbs_invitations_and_parties_pass() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    world.run(30);
    let verbs = [PartyVerb::Invite(Whom::Name("Bob".to_owned())), PartyVerb::Leave];
    for verb in &verbs {
        world.peers[ada].client.party_verb(verb.clone());
    }
    world.run(5);
    assert_eq!(world.peers[ada].verbs, verbs);
    let member = PartyMember {
        name: "Ada".to_owned(),
        actor: Some(ActorId::new(1)),
        zone: world.zone.id(),
        level: Level::new(1),
        class: ClassId::new(1),
        share: 255,
        mana_share: 255,
        online: true,
    };
    let party = Party { leader: 0, members: vec![member] };
    world.peers[ada].session.send(&ServerFrame::Party(party.clone()));
    world.peers[ada].session.send(&ServerFrame::Invited { name: "Bob".to_owned() });
    world.run(5);
    assert_eq!(world.peers[ada].client.party(), Some(&party));
    assert_eq!(world.peers[ada].invitations, ["Bob"]);
    world.peers[ada].session.send(&ServerFrame::Party(Party::default()));
    world.run(5);
    assert_eq!(world.peers[ada].client.party(), None);
}

#[test]
fn a_change_of_zone_forgets_everybody_and_goes_on() {
    let mut world = World::new(meadow(), InterestSettings::GAME);
    let ada = world.connect("Ada", CLEAN, CLEAN);
    let bob = world.connect("Bob", CLEAN, CLEAN);
    world.run(20);
    world.place(ada, 300.0, 300.0);
    world.place(bob, 302.0, 300.0);
    world.run(20);
    let stray = world.peers[ada].last_update.clone();
    world.transfer(ada);
    // An update of the zone before that was on its way is no reason to stumble.
    let now = world.now;
    world.peers[ada].down.send(now, &stray);
    world.walk(ada, [127, 0]);
    world.run(40);
    let peer = &world.peers[ada];
    assert_eq!(peer.moves, 1);
    assert_eq!(peer.error, None);
    assert_eq!(peer.client.stats().strays, 1);
    assert_eq!(peer.client.known().len(), 1);
    let own = peer.client.own(world.now).expect("a body");
    assert!(own.position.x > 303.0, "{own:?}");
    let agreement = peer.client.stats().agreement;
    world.run(40);
    let later = world.peers[ada].client.stats().agreement;
    assert_eq!(later.equal - agreement.equal, later.compared - agreement.compared);
    assert_eq!(later.missed, agreement.missed);
}
