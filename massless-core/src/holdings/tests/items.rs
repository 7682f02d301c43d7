//! Items: ground, bag, gear, draughts, and what is locked.

use super::*;
use crate::character::BarEntry;
use crate::content::item::EquipSlot;
use crate::limits::BAG_SLOTS;

#[test]
fn a_starter_is_dressed_and_ready() {
    let table = Table::with_anna();
    let sheet = table.sheet(ANNA);
    assert_eq!(sheet.coin, 20);
    assert_eq!(table.count(ANNA, 3001), 10);
    assert_eq!(table.count(ANNA, 3004), 5);
    let worn: Vec<bool> = sheet.worn.iter().map(Option::is_some).collect();
    assert_eq!(worn, [true, false, true, true, true, true, false, false]);
    assert!(matches!(sheet.bar[0], BarEntry::Skill(skill) if skill.get() == 101));
    assert_eq!(sheet.bar[8], BarEntry::Item(ItemId::new(3001)));
    assert_eq!(sheet.bar[9], BarEntry::Item(ItemId::new(3004)));
    table.audit();
}

#[test]
fn an_item_is_picked_up_when_the_store_has_agreed() {
    let mut table = Table::with_anna();
    let thing = table.lay(ANNA, table.place(ANNA), (5001, 0, 2));
    table.act(ANNA, Act::PickUp { thing }).expect("near, own, room");
    assert_eq!(table.count(ANNA, 5001), 0, "not yet");
    assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::Locked), "it just goes");
    assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::NoSuchItem), "it is gone");
    assert_eq!(table.count(ANNA, 5001), 2);
    assert!(table.on_ground().is_empty());
    table.audit();
}

#[test]
fn a_refused_pick_up_leaves_the_item() {
    let mut table = Table::with_anna();
    let thing = table.lay(ANNA, table.place(ANNA), (5001, 0, 2));
    table.store = Store::Refuses;
    let events = table.done(ANNA, Act::PickUp { thing }).expect("asked");
    let reason = Rejection::StoreAway;
    assert!(events.contains(&Event::Rejected { player: ANNA, reason }), "{events:?}");
    assert_eq!((table.count(ANNA, 5001), table.on_ground().len()), (0, 1));
    table.store = Store::Works;
    table.done(ANNA, Act::PickUp { thing }).expect("it may be tried again");
    assert_eq!(table.count(ANNA, 5001), 2);
    table.audit();
}

#[test]
fn only_the_owner_takes_it_at_first_and_nobody_in_the_end() {
    let mut table = Table::with_anna();
    table.join(BRAM, 2);
    let place = table.place(BRAM);
    let thing = table.lay_long_ago(ANNA, place, (5001, 0, 1), 590);
    for _ in 0..10 {
        assert_eq!(table.act(BRAM, Act::PickUp { thing }), Err(Rejection::NotYours));
    }
    table.done(BRAM, Act::PickUp { thing }).expect("free for all in the 600th tick");
    assert_eq!(table.count(BRAM, 5001), 1);
    let other = table.lay_long_ago(ANNA, place, (5001, 0, 1), 1_190);
    table.wait(10);
    assert_eq!(table.on_ground().len(), 1);
    assert_eq!(table.act(ANNA, Act::PickUp { thing: other }), Err(Rejection::NoSuchItem));
    assert!(table.on_ground().is_empty(), "gone in the 1 200th tick");
}

#[test]
fn an_item_that_is_being_taken_does_not_vanish() {
    let mut table = Table::with_anna();
    let thing = table.lay_long_ago(ANNA, table.place(ANNA), (5001, 0, 1), 1_190);
    table.store = Store::Sleeps;
    table.act(ANNA, Act::PickUp { thing }).expect("in time");
    table.wait(30);
    assert_eq!(table.on_ground().len(), 1);
    table.store = Store::Works;
    table.wait(2);
    assert_eq!((table.count(ANNA, 5001), table.on_ground().len()), (1, 0));
    table.audit();
}

#[test]
fn two_cannot_take_the_same_thing() {
    let mut table = Table::with_anna();
    table.join(BRAM, 2);
    let place = table.place(ANNA);
    table.put(BRAM, place);
    let thing = table.lay_long_ago(ANNA, place, (1011, 2, 1), 600);
    let act = Act::PickUp { thing };
    let events = table.step(&[
        Command::Act { player: ANNA, act: act.clone() },
        Command::Act { player: BRAM, act },
    ]);
    assert_eq!(events, [Event::Rejected { player: BRAM, reason: Rejection::Locked }]);
    table.wait(1);
    assert_eq!((table.count(ANNA, 1011), table.count(BRAM, 1011)), (1, 0));
    assert_eq!(table.find(ANNA, 1011).rarity, 2);
    table.audit();
}

#[test]
fn far_things_and_unknown_things_are_refused() {
    let mut table = Table::with_anna();
    let place = table.place(ANNA);
    let thing = table.lay(ANNA, place + Vec2::new(3.2, 0.0), (5001, 0, 1));
    assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::TooFar));
    let (npc, _) = table.npc(3);
    for thing in [npc, ActorId::new(0), ActorId::new(u64::MAX)] {
        assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::NoSuchItem));
    }
}

#[test]
fn a_full_bag_takes_what_fits_and_leaves_the_rest() {
    let mut table = Table::with_anna();
    table.give(ANNA, 5001, 97);
    table.edit(ANNA, |hero, _| {
        for (index, slot) in hero.sheet.bag.iter_mut().enumerate() {
            let uid = ItemUid::new(10_000 + index as u64);
            let definition = ItemId::new(1011);
            let blade = Item { uid, definition, rarity: 0, upgrade: 0, quantity: 1, bound: false };
            *slot = slot.or(Some(blade));
        }
    });
    let place = table.place(ANNA);
    let thing = table.lay(ANNA, place, (5001, 0, 5));
    table.done(ANNA, Act::PickUp { thing }).expect("two fit");
    assert_eq!(table.count(ANNA, 5001), 99);
    let left = Kind::Item { definition: ItemId::new(5001), rarity: 0, quantity: 3 };
    assert_eq!(table.on_ground(), [(thing, left)]);
    assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::BagFull));
    let off = Act::TakeOff { slot: EquipSlot::Head };
    assert_eq!(table.act(ANNA, off.clone()), Err(Rejection::BagFull));
    table.audit();
}

#[test]
fn slots_that_are_promised_are_not_promised_twice() {
    let mut table = Table::with_anna();
    table.store = Store::Sleeps;
    let place = table.place(ANNA);
    for definition in [1011, 1021, 2011] {
        let thing = table.lay(ANNA, place, (definition, 0, 1));
        table.act(ANNA, Act::PickUp { thing }).expect("room");
    }
    table.store = Store::Works;
    table.wait(2);
    let free = table.sheet(ANNA).bag.iter().filter(|slot| slot.is_none()).count();
    assert_eq!(free, BAG_SLOTS - 3 - 3, "three of the kit, three from the ground");
    table.audit();
}

#[test]
fn stacks_grow_while_they_wait_and_nothing_is_lost() {
    let mut table = Table::with_anna();
    table.give(ANNA, 5001, 90);
    table.store = Store::Sleeps;
    let place = table.place(ANNA);
    for _ in 0..3 {
        let thing = table.lay(ANNA, place, (5001, 0, 5));
        table.act(ANNA, Act::PickUp { thing }).expect("room");
    }
    table.store = Store::Works;
    table.wait(2);
    assert_eq!(table.count(ANNA, 5001), 105);
    let mut stacks: Vec<u16> = table
        .sheet(ANNA)
        .bag
        .iter()
        .flatten()
        .filter(|item| item.definition == ItemId::new(5001))
        .map(|item| item.quantity)
        .collect();
    stacks.sort_unstable();
    assert_eq!(stacks, [1, 5, 99], "two were promised a slot each");
    table.audit();
}

#[test]
fn gear_changes_places_and_hit_points() {
    let mut table = Table::with_anna();
    let blade = table.give(ANNA, 1012, 1);
    assert_eq!(table.act(ANNA, Act::Equip { item: blade }), Err(Rejection::LevelTooLow));
    table.set_level(ANNA, 8);
    let old = table.sheet(ANNA).worn[0].expect("armed").uid;
    let mut from = None;
    for (index, item) in table.sheet(ANNA).bag.iter().enumerate() {
        from = from.or(item.filter(|item| item.uid == blade).map(|_| index));
    }
    table.done(ANNA, Act::Equip { item: blade }).expect("fits");
    let sheet = table.sheet(ANNA);
    assert_eq!(sheet.worn[0].map(|item| item.uid), Some(blade));
    assert_eq!(sheet.bag[from.expect("it was there")].map(|item| item.uid), Some(old));
    let necklace = table.give(ANNA, 2092, 1);
    let before = table.me(ANNA).hit_points_max;
    table.done(ANNA, Act::Equip { item: necklace }).expect("fits");
    assert_eq!(table.me(ANNA).hit_points_max, before + 60);
    table.done(ANNA, Act::TakeOff { slot: EquipSlot::Necklace }).expect("room");
    assert_eq!(table.me(ANNA).hit_points_max, before);
    assert!(table.me(ANNA).hit_points <= before);
    table.audit();
}

#[test]
fn gear_of_others_is_refused() {
    let mut table = Table::with_anna();
    let bow = table.give(ANNA, 1041, 1);
    assert_eq!(table.act(ANNA, Act::Equip { item: bow }), Err(Rejection::WrongClass));
    let pelt = table.give(ANNA, 5001, 1);
    assert_eq!(table.act(ANNA, Act::Equip { item: pelt }), Err(Rejection::WrongItem));
    assert_eq!(table.act(ANNA, Act::Use { item: pelt }), Err(Rejection::WrongItem));
    let ghost = ItemUid::new(999_999);
    assert_eq!(table.act(ANNA, Act::Equip { item: ghost }), Err(Rejection::NoSuchItem));
    table.join(BRAM, 2);
    let hers = table.find(ANNA, 3001).uid;
    assert_eq!(table.act(BRAM, Act::Use { item: hers }), Err(Rejection::NoSuchItem));
    let discard = Act::Discard { item: hers, quantity: 1 };
    assert_eq!(table.act(BRAM, discard), Err(Rejection::NoSuchItem));
}

#[test]
fn two_hands_and_a_shield_exclude_each_other() {
    let mut table = Table::with_anna();
    table.set_level(ANNA, 8);
    let (shield, greatsword) = (table.give(ANNA, 2072, 1), table.give(ANNA, 1022, 1));
    let worn =
        |table: &Table, slot: EquipSlot| table.sheet(ANNA).worn[slot as usize].map(|item| item.uid);
    table.done(ANNA, Act::Equip { item: shield }).expect("a free hand");
    assert_eq!(worn(&table, EquipSlot::OffHand), Some(shield));
    table.done(ANNA, Act::Equip { item: greatsword }).expect("the shield goes");
    assert_eq!(worn(&table, EquipSlot::OffHand), None);
    assert_eq!(worn(&table, EquipSlot::Weapon), Some(greatsword));
    table.done(ANNA, Act::Equip { item: shield }).expect("the sword goes");
    assert_eq!(worn(&table, EquipSlot::OffHand), Some(shield));
    assert_eq!(worn(&table, EquipSlot::Weapon), None);
    table.audit();
}

#[test]
fn what_waits_is_locked() {
    let mut table = Table::with_anna();
    let blade = table.give(ANNA, 1011, 1);
    table.store = Store::Sleeps;
    table.act(ANNA, Act::Equip { item: blade }).expect("asked");
    let old = table.sheet(ANNA).worn[0].expect("armed").uid;
    let slot = table.sheet(ANNA).bag.iter().position(|item| item.is_some_and(|it| it.uid == blade));
    let slot = slot.expect("still there") as u8;
    for act in [
        Act::Equip { item: blade },
        Act::Discard { item: blade, quantity: 1 },
        Act::TakeOff { slot: EquipSlot::Weapon },
        Act::Arrange { from: slot, to: 40 },
        Act::Arrange { from: 0, to: slot },
    ] {
        assert_eq!(table.act(ANNA, act.clone()), Err(Rejection::Locked), "{act:?}");
    }
    table.store = Store::Refuses;
    table.wait(1);
    table.store = Store::Works;
    assert_eq!(table.sheet(ANNA).worn[0].map(|item| item.uid), Some(old), "refused: as before");
    table.done(ANNA, Act::Equip { item: blade }).expect("free again");
    table.audit();
}

#[test]
fn stacks_join_and_things_change_places() {
    let mut table = Table::with_anna();
    table.give(ANNA, 5001, 60);
    table.give(ANNA, 5001, 60);
    let at = |table: &Table, slot: usize| table.sheet(ANNA).bag[slot].map(|item| item.quantity);
    let first = table
        .sheet(ANNA)
        .bag
        .iter()
        .position(|item| item.is_some_and(|item| item.definition == ItemId::new(5001)));
    let first = first.expect("given");
    let (a, b) = (first as u8, first as u8 + 1);
    table.done(ANNA, Act::Arrange { from: b, to: a }).expect("equal stacks");
    assert_eq!((at(&table, first), at(&table, first + 1)), (Some(99), Some(21)));
    table.done(ANNA, Act::Arrange { from: b, to: 44 }).expect("a free slot");
    assert_eq!((at(&table, first + 1), at(&table, 44)), (None, Some(21)));
    table.done(ANNA, Act::Arrange { from: 0, to: 44 }).expect("others change places");
    assert_eq!(at(&table, 0), Some(21));
    for (from, to) in [(0, 0), (45, 0), (0, 45), (255, 255)] {
        assert_eq!(table.act(ANNA, Act::Arrange { from, to }), Err(Rejection::BadNumber));
    }
    assert_eq!(table.act(ANNA, Act::Arrange { from: 30, to: 31 }), Err(Rejection::NoSuchItem));
    table.audit();
}

#[test]
fn what_is_thrown_away_is_gone() {
    let mut table = Table::with_anna();
    let item = table.find(ANNA, 3001).uid;
    let discard = |quantity| Act::Discard { item, quantity };
    assert_eq!(table.act(ANNA, discard(0)), Err(Rejection::BadNumber));
    assert_eq!(table.act(ANNA, discard(11)), Err(Rejection::NoSuchItem));
    assert_eq!(table.act(ANNA, discard(u16::MAX)), Err(Rejection::NoSuchItem));
    table.done(ANNA, discard(4)).expect("there are ten");
    assert_eq!(table.count(ANNA, 3001), 6);
    table.done(ANNA, discard(6)).expect("there are six");
    assert_eq!(table.act(ANNA, discard(1)), Err(Rejection::NoSuchItem));
    table.audit();
}

#[test]
fn a_draught_heals_at_once_and_has_a_cooldown() {
    let mut table = Table::with_anna();
    let health = table.find(ANNA, 3001).uid;
    let mana = table.find(ANNA, 3004).uid;
    assert_eq!(table.act(ANNA, Act::Use { item: health }), Err(Rejection::NoEffect), "full");
    table.hurt(ANNA, 10, 0);
    let events = table.act(ANNA, Act::Use { item: health }).expect("hurt");
    let healed = events.iter().any(|event| matches!(event, Event::Healed { amount: 180, .. }));
    assert!(healed, "{events:?}");
    assert!(table.me(ANNA).hit_points >= 190);
    assert_eq!(table.count(ANNA, 3001), 9, "gone in the same tick");
    assert_eq!(table.act(ANNA, Act::Use { item: health }), Err(Rejection::NotReady));
    table.act(ANNA, Act::Use { item: mana }).expect("a cooldown of its own");
    assert!(table.me(ANNA).mana >= 70, "{}", table.me(ANNA).mana);
    table.wait(300);
    table.hurt(ANNA, 10, 0);
    table.act(ANNA, Act::Use { item: health }).expect("ready again");
    table.wait(1);
    assert_eq!(table.count(ANNA, 3001), 8);
    table.audit();
}

#[test]
fn a_draught_after_a_hit_by_a_character_heals_less() {
    let mut table = Table::with_anna();
    table.wait(150);
    let actor = table.actor(ANNA);
    table.zone.world().run(|roster: UniqueView<'_, Roster>, mut all: ViewMut<'_, Vitals>| {
        let slot = roster.slot(actor).expect("here");
        (&mut all).get(slot).expect("vitals").hurt_by_character = Tick::new(100);
    });
    table.hurt(ANNA, 10, 0);
    let item = table.find(ANNA, 3001).uid;
    let events = table.act(ANNA, Act::Use { item }).expect("hurt");
    let healed = events.iter().any(|event| matches!(event, Event::Healed { amount: 108, .. }));
    assert!(healed, "{events:?}");
}

#[test]
fn a_draught_of_a_higher_level_is_not_drunk() {
    let mut table = Table::with_anna();
    let item = table.give(ANNA, 3002, 1);
    table.hurt(ANNA, 10, 0);
    assert_eq!(table.act(ANNA, Act::Use { item }), Err(Rejection::LevelTooLow));
    assert_eq!(table.count(ANNA, 3002), 1);
}

#[test]
fn the_dead_do_nothing_but_arrange_their_bar() {
    let mut table = Table::with_anna();
    let (anna, item) = (table.actor(ANNA), table.find(ANNA, 3001).uid);
    let thing = table.lay(ANNA, table.place(ANNA), (5001, 0, 1));
    table.strike(anna, anna, 100_000);
    table.step(&[]);
    let (npc, _) = table.npc(3);
    let quest = crate::ids::QuestId::new(1);
    for act in [
        Act::PickUp { thing },
        Act::Equip { item },
        Act::TakeOff { slot: EquipSlot::Head },
        Act::Arrange { from: 0, to: 9 },
        Act::Use { item },
        Act::Discard { item, quantity: 1 },
        Act::Spend { points: [1, 0, 0, 0] },
        Act::Talk { npc },
        Act::TakeQuest { quest },
        Act::HandIn { quest },
        Act::Stop,
    ] {
        assert_eq!(table.act(ANNA, act.clone()), Err(Rejection::Dead), "{act:?}");
    }
    table.act(ANNA, Act::SetBar { slot: 3, entry: BarEntry::Empty }).expect("allowed");
    assert_eq!(table.act(ANNA, Act::Abandon { quest }), Err(Rejection::NoSuchQuest));
    table.audit();
}

#[test]
fn points_and_bars_are_checked() {
    let mut table = Table::with_anna();
    let spend = |points| Act::Spend { points };
    assert_eq!(table.act(ANNA, spend([0; 4])), Err(Rejection::BadNumber));
    assert_eq!(table.act(ANNA, spend([1, 0, 0, 0])), Err(Rejection::NoPoints));
    table.edit(ANNA, |hero, _| hero.sheet.points = 6);
    assert_eq!(table.act(ANNA, spend([255; 4])), Err(Rejection::NoPoints));
    let before = table.me(ANNA).hit_points_max;
    table.act(ANNA, spend([4, 0, 0, 2])).expect("six points");
    assert_eq!(table.sheet(ANNA).spent, [4, 0, 0, 2]);
    assert_eq!(table.me(ANNA).hit_points_max, before + 4 * 3 + 2 * 10);
    let bar = |slot, entry| Act::SetBar { slot, entry };
    let skill = |id| BarEntry::Skill(crate::ids::SkillId::new(id));
    let item = |id| BarEntry::Item(ItemId::new(id));
    assert_eq!(table.act(ANNA, bar(10, BarEntry::Empty)), Err(Rejection::BadNumber));
    assert_eq!(table.act(ANNA, bar(1, skill(102))), Err(Rejection::NotLearned));
    assert_eq!(table.act(ANNA, bar(1, skill(201))), Err(Rejection::NotLearned));
    assert_eq!(table.act(ANNA, bar(1, skill(60_000))), Err(Rejection::NotLearned));
    assert_eq!(table.act(ANNA, bar(1, item(1011))), Err(Rejection::WrongItem));
    assert_eq!(table.act(ANNA, bar(1, item(60_000))), Err(Rejection::NoSuchItem));
    table.act(ANNA, bar(4, item(3002))).expect("a draught");
    table.act(ANNA, bar(5, skill(101))).expect("learned");
    assert_eq!(table.sheet(ANNA).bar[4], item(3002));
}

#[test]
fn no_more_than_eight_operations_wait() {
    let mut table = Table::with_anna();
    table.store = Store::Sleeps;
    let place = table.place(ANNA);
    for _ in 0..8 {
        let thing = table.lay(ANNA, place, (1011, 0, 1));
        table.act(ANNA, Act::PickUp { thing }).expect("room");
    }
    let thing = table.lay(ANNA, place, (1011, 0, 1));
    assert_eq!(table.act(ANNA, Act::PickUp { thing }), Err(Rejection::Locked));
    assert_eq!(table.waiting(), 8);
    table.store = Store::Works;
    table.wait(2);
    table.done(ANNA, Act::PickUp { thing }).expect("room again");
    assert_eq!(table.count(ANNA, 1011), 9, "nine in the bag");
    table.audit();
}

#[test]
fn who_waits_for_the_store_does_not_leave() {
    let mut table = Table::with_anna();
    let thing = table.lay(ANNA, table.place(ANNA), (5001, 0, 1));
    table.store = Store::Sleeps;
    table.act(ANNA, Act::PickUp { thing }).expect("asked");
    table.step(&[Command::Leave { player: ANNA }]);
    table.wait(20);
    assert!(table.zone.view().player(ANNA).is_some(), "it stands in the safe circle and waits");
    table.store = Store::Works;
    table.wait(2);
    let left = table.character_that_left(ANNA).expect("gone now");
    let carries = |item: &Item| item.definition == ItemId::new(5001);
    assert!(left.sheet.bag.iter().flatten().any(carries), "with what it was promised");
}
