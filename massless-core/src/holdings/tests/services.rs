//! Shops, smith, trainer, storage keeper, waykeeper: what they ask, give and refuse.

use super::*;
use crate::content::item::EquipSlot;
use crate::event::Exit;
use crate::formulas;
use crate::ids::SkillId;

const SHOP: u16 = 1;
const SMITH: u16 = 2;
const KEEPER: u16 = 4;
const TRAINER: u16 = 5;
const WAYKEEPER: u16 = 7;

/// Anna with that much coin beside an NPC.
fn at(npc: u16, coin: i64) -> Table {
    let mut table = Table::with_anna();
    table.edit(ANNA, |hero, _| hero.sheet.coin = coin);
    table.go_to(ANNA, npc);
    table
}

fn buy(item: u16, quantity: u16) -> Act {
    Act::Buy { item: ItemId::new(item), quantity }
}

#[test]
fn a_shop_sells_its_wares_for_their_price() {
    let mut table = at(SHOP, 100);
    table.done(ANNA, buy(3001, 2)).expect("sold");
    assert_eq!((table.sheet(ANNA).coin, table.count(ANNA, 3001)), (86, 12));
    let bought = table.sheet(ANNA).bag.iter().flatten().find(|item| item.quantity == 2);
    assert!(bought.is_some_and(|item| !item.bound), "what is bought may be given away");
    table.done(ANNA, buy(1011, 1)).expect("gear of the first tier");
    assert_eq!(table.sheet(ANNA).coin, 26);
    let refused = [
        (buy(3002, 1), Rejection::NotForSale),
        (buy(5001, 1), Rejection::NotForSale),
        (buy(9999, 1), Rejection::NotForSale),
        (buy(3001, 0), Rejection::BadNumber),
        (buy(3001, 100), Rejection::BadNumber),
        (buy(1011, 2), Rejection::BadNumber),
        (buy(3001, 99), Rejection::NoCoin),
        (buy(1011, 1), Rejection::NoCoin),
    ];
    for (act, why) in refused {
        assert_eq!(table.act(ANNA, act.clone()), Err(why), "{act:?}");
    }
    table.go_to(ANNA, SMITH);
    assert_eq!(table.act(ANNA, buy(3001, 1)), Err(Rejection::NobodyHere));
    table.audit();
}

#[test]
fn the_tide_assembly_pays_less_for_draughts_only() {
    let mut table = Table::new();
    let mut character = table.newcomer(1);
    character.sheet.faction = FactionId::new(2);
    table.join_as(ANNA, character);
    table.go_to(ANNA, SHOP);
    table.done(ANNA, buy(3001, 2)).expect("sold");
    assert_eq!(table.sheet(ANNA).coin, 20 - 2 * 6);
    table.edit(ANNA, |hero, _| hero.sheet.coin = 60);
    table.done(ANNA, buy(3006, 1)).expect("sold");
    assert_eq!(table.sheet(ANNA).coin, 60 - 25);
}

#[test]
fn a_shop_takes_what_is_worth_something_and_not_bound() {
    let mut table = at(SHOP, 0);
    let pelts = table.give(ANNA, 5001, 10);
    table.done(ANNA, Act::Sell { item: pelts, quantity: 4 }).expect("taken");
    assert_eq!((table.sheet(ANNA).coin, table.count(ANNA, 5001)), (4, 6));
    let sword = table.give(ANNA, 1011, 1);
    table.edit(ANNA, |hero, _| {
        let sword = hero.sheet.bag.iter_mut().flatten().find(|item| item.uid == sword);
        let sword = sword.expect("just given");
        (sword.rarity, sword.upgrade) = (1, 5);
    });
    table.done(ANNA, Act::Sell { item: sword, quantity: 1 }).expect("taken");
    assert_eq!(table.sheet(ANNA).coin, 4 + 18, "rarity counts, upgrades do not");
    let incense = table.give(ANNA, 4012, 1);
    let worn = table.sheet(ANNA).worn[0].expect("a weapon").uid;
    let draughts = table.find(ANNA, 3001).uid;
    for (item, quantity, why) in [
        (incense, 1, Rejection::NotForSale),
        (draughts, 1, Rejection::Bound),
        (worn, 1, Rejection::NoSuchItem),
        (pelts, 0, Rejection::BadNumber),
        (pelts, 7, Rejection::NoSuchItem),
    ] {
        assert_eq!(table.act(ANNA, Act::Sell { item, quantity }), Err(why), "{item}");
    }
    table.edit(ANNA, |hero, _| hero.sheet.coin = crate::limits::COIN_MAX);
    assert_eq!(table.act(ANNA, Act::Sell { item: pelts, quantity: 1 }), Err(Rejection::PurseFull));
    table.audit();
}

#[test]
fn coin_is_not_spent_twice_and_a_refusal_gives_it_back() {
    let mut table = at(SHOP, 10);
    let pelts = table.give(ANNA, 5001, 10);
    table.store = Store::Sleeps;
    table.act(ANNA, buy(3001, 1)).expect("asked");
    assert_eq!(table.act(ANNA, buy(3001, 1)), Err(Rejection::NoCoin), "three coins are left");
    table.act(ANNA, Act::Sell { item: pelts, quantity: 10 }).expect("asked");
    assert_eq!(table.act(ANNA, buy(3001, 1)), Err(Rejection::NoCoin), "that is not there yet");
    let again = Act::Sell { item: pelts, quantity: 1 };
    assert_eq!(table.act(ANNA, again), Err(Rejection::Locked));
    let view = &table.zone.view().sheets[0];
    assert_eq!(view.locked, [pelts]);
    assert_eq!(view.waits, [crate::intent::Reason::Shop, crate::intent::Reason::Sale]);
    table.store = Store::Refuses;
    let events = table.step(&[]);
    let away = Event::Rejected { player: ANNA, reason: Rejection::StoreAway };
    assert_eq!(events.iter().filter(|event| **event == away).count(), 2);
    assert_eq!((table.sheet(ANNA).coin, table.count(ANNA, 5001)), (10, 10));
    assert!(table.zone.view().sheets[0].locked.is_empty(), "nothing waits any more");
    table.store = Store::Works;
    table.done(ANNA, Act::Sell { item: pelts, quantity: 10 }).expect("taken");
    table.audit();
}

/// One attempt: what became of it, and the coin it cost.
fn refine(table: &mut Table, item: ItemUid, incense: bool, oil: bool) -> (u8, Option<u8>, i64) {
    let before = table.sheet(ANNA).coin;
    let events = table.done(ANNA, Act::Refine { item, incense, oil }).expect("tried");
    let told = events.iter().find_map(|event| match *event {
        Event::Refined { before, after, .. } => Some((before, after)),
        _ => None,
    });
    let (was, now) = told.expect("the answer is told");
    (was, now, before - table.sheet(ANNA).coin)
}

fn upgrade_of(table: &mut Table, uid: ItemUid, upgrade: u8) {
    table.edit(ANNA, |hero, _| {
        let sheet = &mut hero.sheet;
        let mut items = sheet.bag.iter_mut().chain(&mut sheet.worn).flatten();
        items.find(|item| item.uid == uid).expect("it is there").upgrade = upgrade;
    });
}

#[test]
fn the_smith_takes_coin_and_material_and_counts_failures() {
    let mut table = at(SMITH, 1_000_000);
    let sword = table.give(ANNA, 1011, 1);
    table.give(ANNA, 4001, 99);
    table.give(ANNA, 4001, 99);
    let (mut tries, mut failed, mut dust) = (0, 0, 198);
    for _ in 0..60 {
        let (was, now, coin) = refine(&mut table, sword, false, false);
        dust -= 1;
        assert_eq!(table.count(ANNA, 4001), dust);
        // 10, 15, 20 % of 60 coin; the Ember Concord pays 5 % less.
        assert_eq!(coin, [5, 8, 11][usize::from(was)]);
        assert!(now == Some(was + 1) || now == Some(was), "a failure changes nothing: {now:?}");
        tries += 1;
        let pity = table.sheet(ANNA).failures(ItemId::new(1011), 0, was + 1);
        if now == Some(was) {
            failed += 1;
            assert!(pity > 0, "the failure is counted");
        } else {
            assert_eq!(pity, 0, "success clears the counter");
        }
        if now == Some(3) {
            upgrade_of(&mut table, sword, 0);
        }
    }
    assert!((3..20).contains(&failed), "{failed} of {tries}; about 15 % fail");
    table.audit();
}

#[test]
fn failures_cost_what_the_step_says() {
    let mut table = at(SMITH, 1_000_000);
    for material in [4002, 4003, 4002, 4003] {
        table.give(ANNA, material, 99);
    }
    let mut seen = [0; 10];
    for round in 0..12 {
        for from in 3..=7 {
            let sword = table.give(ANNA, 1011, 1);
            upgrade_of(&mut table, sword, from);
            let (was, now, _) = refine(&mut table, sword, false, false);
            let lost = [0, 0, 0, 1, 1, 2, 2, from][usize::from(from)];
            let fits = now == Some(was + 1) || now == Some(was - lost);
            assert!(fits, "+{from} in round {round}: {now:?}");
            seen[usize::from(from)] += u32::from(now == Some(was - lost));
            table.done(ANNA, Act::Discard { item: sword, quantity: 1 }).expect("gone");
        }
    }
    assert!(seen[3..=7].iter().all(|&failed| failed > 0), "each has failed: {seen:?}");
    table.audit();
}

#[test]
fn a_failure_at_nine_destroys_also_what_is_worn() {
    let mut table = at(SMITH, 1_000_000);
    table.give(ANNA, 4003, 99);
    let mut destroyed = 0;
    while destroyed == 0 {
        let cap = table.give(ANNA, 2041, 1);
        table.done(ANNA, Act::Equip { item: cap }).expect("put on");
        upgrade_of(&mut table, cap, 8);
        let (_, now, _) = refine(&mut table, cap, false, false);
        let worn = table.sheet(ANNA).worn[EquipSlot::Head as usize];
        match now {
            None => {
                destroyed += 1;
                assert_eq!(worn, None);
            }
            Some(upgrade) => {
                assert_eq!((upgrade, worn.map(|item| item.upgrade)), (9, Some(9)));
                let act = Act::Refine { item: cap, incense: false, oil: false };
                assert_eq!(table.act(ANNA, act), Err(Rejection::AtMost));
            }
        }
    }
    table.audit();
}

#[test]
fn oil_and_incense_are_used_up_where_they_help_and_refused_elsewhere() {
    let mut table = at(SMITH, 1_000_000);
    let sword = table.give(ANNA, 1011, 1);
    for (item, count) in [(4001, 20), (4002, 20), (4003, 50), (4011, 20), (4012, 5)] {
        table.give(ANNA, item, count);
    }
    let oiled = Act::Refine { item: sword, incense: false, oil: true };
    assert_eq!(table.act(ANNA, oiled.clone()), Err(Rejection::NoEffect), "+1 loses nothing");
    upgrade_of(&mut table, sword, 7);
    let mut oil = 20;
    loop {
        let (_, now, _) = refine(&mut table, sword, false, true);
        oil -= 1;
        assert_eq!(table.count(ANNA, 4011), oil);
        assert!(matches!(now, Some(7 | 8)), "oil keeps it: {now:?}");
        if now == Some(7) {
            break;
        }
        upgrade_of(&mut table, sword, 7);
    }
    upgrade_of(&mut table, sword, 8);
    assert_eq!(table.act(ANNA, oiled), Err(Rejection::NoEffect), "nor does it help at +9");
    upgrade_of(&mut table, sword, 0);
    refine(&mut table, sword, true, false);
    assert_eq!(table.count(ANNA, 4012), 4);
    table.audit();
}

#[test]
fn the_smith_refuses_without_material_in_combat_and_what_waits() {
    let mut table = at(SMITH, 1_000_000);
    let sword = table.give(ANNA, 1011, 1);
    let draughts = table.find(ANNA, 3001).uid;
    let refine = |item| Act::Refine { item, incense: false, oil: false };
    assert_eq!(table.act(ANNA, refine(sword)), Err(Rejection::NoMaterial));
    assert_eq!(table.act(ANNA, refine(draughts)), Err(Rejection::WrongItem));
    table.give(ANNA, 4001, 1);
    let helped = Act::Refine { item: sword, incense: true, oil: false };
    assert_eq!(table.act(ANNA, helped), Err(Rejection::NoMaterial), "there is no incense");
    table.store = Store::Sleeps;
    table.act(ANNA, refine(sword)).expect("asked");
    assert_eq!(table.act(ANNA, refine(sword)), Err(Rejection::Locked));
    table.store = Store::Works;
    table.wait(2);
    let (me, other) = (table.actor(ANNA), table.creature(101, Vec2::new(60.0, 60.0)));
    table.strike(other, me, 1);
    table.step(&[]);
    table.give(ANNA, 4001, 1);
    table.go_to(ANNA, SMITH);
    assert_eq!(table.act(ANNA, refine(sword)), Err(Rejection::InCombat));
    table.audit();
}

#[test]
fn the_chance_rises_with_failures_and_incense_comes_on_top() {
    let content = Content::embedded();
    let services = content.services();
    let step = |target| services.upgrade(target).expect("nine steps");
    assert_eq!(services.upgrade_bp(step(9), 0, false), 700);
    assert_eq!(services.upgrade_bp(step(9), 10, false), 1_400);
    assert_eq!(services.upgrade_bp(step(9), 10, true), 2_400);
    assert_eq!(services.upgrade_bp(step(1), 5, false), 10_000);
    assert_eq!(services.upgrade_bp(step(1), 0, true), 10_000);
    assert_eq!(services.upgrade_bp(step(9), u16::MAX, true), 10_000);
    assert!(services.upgrade(0).is_none() && services.upgrade(10).is_none());
}

#[test]
fn sixty_four_counters_are_kept_and_the_longest_untouched_goes() {
    let mut sheet = Sheet::blank(ClassId::new(1), FactionId::new(1));
    let counter = |id: u16, failures| crate::character::Pity {
        definition: ItemId::new(id),
        rarity: 0,
        target: 1,
        failures,
    };
    (1..=64).for_each(|id| sheet.set_failures(counter(id, 1)));
    sheet.set_failures(counter(1, 2));
    sheet.set_failures(counter(65, 1));
    assert_eq!(sheet.pity.len(), 64);
    assert_eq!(sheet.failures(ItemId::new(1), 0, 1), 2, "touched again");
    assert_eq!(sheet.failures(ItemId::new(2), 0, 1), 0, "the oldest went");
    sheet.set_failures(counter(65, 0));
    assert_eq!(sheet.pity.len(), 63);
}

#[test]
fn the_smith_exchanges_dust_and_splinters() {
    let mut table = at(SMITH, 600);
    table.give(ANNA, 4001, 7);
    table.give(ANNA, 5012, 10);
    table.done(ANNA, Act::Exchange { recipe: 0 }).expect("a shard");
    assert_eq!((table.count(ANNA, 4001), table.count(ANNA, 4002)), (2, 1));
    assert_eq!(table.sheet(ANNA).coin, 600 - 19, "the Ember Concord pays 5 % less");
    assert_eq!(table.act(ANNA, Act::Exchange { recipe: 0 }), Err(Rejection::NoMaterial));
    table.done(ANNA, Act::Exchange { recipe: 1 }).expect("a core");
    assert_eq!((table.count(ANNA, 5012), table.count(ANNA, 4003)), (0, 1));
    assert_eq!(table.act(ANNA, Act::Exchange { recipe: 9 }), Err(Rejection::BadNumber));
    table.audit();
}

#[test]
fn ranks_are_taught_by_level_and_for_coin() {
    let mut table = at(TRAINER, 1_000);
    let rank = |skill| Act::LearnRank { skill: SkillId::new(skill) };
    assert_eq!(table.act(ANNA, rank(101)), Err(Rejection::LevelTooLow));
    assert_eq!(table.act(ANNA, rank(201)), Err(Rejection::NotLearned), "of another class");
    assert_eq!(table.act(ANNA, rank(111)), Err(Rejection::NotLearned), "of a specialisation");
    table.set_level(ANNA, 6);
    table.done(ANNA, rank(101)).expect("taught");
    assert_eq!(table.sheet(ANNA).rank(SkillId::new(101)), 2);
    assert_eq!(table.sheet(ANNA).coin, 1_000 - 8 * 2 * 6);
    assert_eq!(table.act(ANNA, rank(101)), Err(Rejection::LevelTooLow));
    table.set_level(ANNA, 46);
    table.edit(ANNA, |hero, _| {
        hero.sheet.coin = 100_000;
        hero.sheet.set_rank(SkillId::new(101), 9);
    });
    table.done(ANNA, rank(101)).expect("taught");
    assert_eq!(table.sheet(ANNA).coin, 100_000 - 8 * 10 * 46);
    assert_eq!(table.act(ANNA, rank(101)), Err(Rejection::AtMost));
    assert_eq!(formulas::mana_of_rank(8, 10), 15);
}

#[test]
fn points_come_back_the_first_time_for_nothing() {
    let mut table = at(TRAINER, 350);
    table.set_level(ANNA, 3);
    table.edit(ANNA, |hero, _| hero.sheet.points = 6);
    assert_eq!(table.act(ANNA, Act::ResetPoints), Err(Rejection::NoEffect));
    table.act(ANNA, Act::Spend { points: [1, 2, 0, 3] }).expect("spent");
    table.done(ANNA, Act::ResetPoints).expect("free");
    let sheet = table.sheet(ANNA);
    assert_eq!((sheet.points, sheet.spent, sheet.coin, sheet.resets), (6, [0; 4], 350, 1));
    table.act(ANNA, Act::Spend { points: [6, 0, 0, 0] }).expect("spent");
    table.done(ANNA, Act::ResetPoints).expect("paid");
    assert_eq!((table.sheet(ANNA).points, table.sheet(ANNA).coin), (6, 50));
    table.act(ANNA, Act::Spend { points: [0, 0, 0, 1] }).expect("spent");
    assert_eq!(table.act(ANNA, Act::ResetPoints), Err(Rejection::NoCoin));
}

#[test]
fn the_storage_takes_gives_back_and_grows() {
    let mut table = at(KEEPER, 2_500);
    let pelts = table.give(ANNA, 5001, 60);
    table.done(ANNA, Act::Deposit { item: pelts }).expect("stored");
    assert_eq!(table.count(ANNA, 5001), 0);
    assert_eq!(table.sheet(ANNA).storage[0].map(|item| item.uid), Some(pelts));
    let more = table.give(ANNA, 5001, 30);
    table.done(ANNA, Act::Deposit { item: more }).expect("joined");
    assert_eq!(table.sheet(ANNA).storage[0].map(|item| item.quantity), Some(90));
    let rest = table.give(ANNA, 5001, 30);
    table.done(ANNA, Act::Deposit { item: rest }).expect("a slot of its own");
    assert_eq!(table.sheet(ANNA).storage[1].map(|item| item.uid), Some(rest));
    table.done(ANNA, Act::Withdraw { item: pelts }).expect("taken back");
    assert_eq!(table.count(ANNA, 5001), 90);
    assert_eq!(table.act(ANNA, Act::Withdraw { item: pelts }), Err(Rejection::NoSuchItem));
    table.done(ANNA, Act::EnlargeStorage).expect("ten more");
    assert_eq!((table.sheet(ANNA).storage.len(), table.sheet(ANNA).coin), (40, 500));
    assert_eq!(table.act(ANNA, Act::EnlargeStorage), Err(Rejection::NoCoin));
    table.edit(ANNA, |hero, _| {
        let free = hero.sheet.storage.iter_mut().filter(|slot| slot.is_none());
        for (slot, uid) in free.zip(70_000..) {
            *slot = Some(Item {
                uid: ItemUid::new(uid),
                definition: ItemId::new(1011),
                rarity: 0,
                upgrade: 0,
                quantity: 1,
                bound: false,
            });
        }
    });
    let sword = table.give(ANNA, 1011, 1);
    assert_eq!(table.act(ANNA, Act::Deposit { item: sword }), Err(Rejection::StorageFull));
    table.audit();
}

#[test]
fn what_is_on_its_way_into_storage_keeps_its_slot() {
    let mut table = at(KEEPER, 0);
    let (a, b) = (table.give(ANNA, 1011, 1), table.give(ANNA, 1011, 1));
    table.store = Store::Sleeps;
    table.act(ANNA, Act::Deposit { item: a }).expect("asked");
    table.act(ANNA, Act::Deposit { item: b }).expect("asked");
    assert_eq!(table.act(ANNA, Act::Deposit { item: a }), Err(Rejection::Locked));
    table.store = Store::Works;
    table.wait(2);
    let stored: Vec<ItemUid> =
        table.sheet(ANNA).storage.iter().flatten().map(|item| item.uid).collect();
    assert_eq!(stored, [a, b]);
    table.audit();
}

#[test]
fn a_stack_is_split_into_a_free_slot() {
    let mut table = Table::with_anna();
    let pelts = table.give(ANNA, 5001, 10);
    let from = table.sheet(ANNA).bag.iter().position(|slot| slot.is_some_and(|it| it.uid == pelts));
    let from = from.expect("carried") as u8;
    let split = |quantity, to| Act::Split { from, quantity, to };
    table.done(ANNA, split(4, 40)).expect("split");
    assert_eq!(table.count(ANNA, 5001), 10);
    assert_eq!(table.sheet(ANNA).bag[40].map(|item| item.quantity), Some(4));
    for (act, why) in [
        (split(0, 41), Rejection::BadNumber),
        (split(6, 41), Rejection::BadNumber),
        (split(1, 40), Rejection::BadNumber),
        (split(1, 45), Rejection::BadNumber),
        (Act::Split { from: 42, quantity: 1, to: 43 }, Rejection::NoSuchItem),
    ] {
        assert_eq!(table.act(ANNA, act.clone()), Err(why), "{act:?}");
    }
    table.audit();
}

#[test]
fn the_waykeeper_brings_those_who_know_the_way() {
    let mut table = at(WAYKEEPER, 50);
    let travel = |zone| Act::Travel { zone: ZoneId::new(zone) };
    assert_eq!(table.sheet(ANNA).visited, [ZoneId::new(1)], "where it is now");
    assert_eq!(table.act(ANNA, travel(10)), Err(Rejection::NotVisited));
    assert_eq!(table.act(ANNA, travel(1)), Err(Rejection::PortalClosed), "it is here");
    table.edit(ANNA, |hero, _| hero.sheet.visit(ZoneId::new(10)));
    table.store = Store::Sleeps;
    table.act(ANNA, travel(10)).expect("asked");
    assert_eq!(table.act(ANNA, travel(10)), Err(Rejection::Locked));
    table.store = Store::Works;
    let events = table.wait(2);
    let left = events.iter().find_map(|event| match event {
        Event::Left { exit: Exit::Zone { zone, .. }, character, .. } => {
            Some((*zone, character.sheet.coin))
        }
        _ => None,
    });
    assert_eq!(left, Some((ZoneId::new(10), 50 - 24)));
}

#[test]
fn a_refused_fee_leaves_the_traveller_where_it_is() {
    let mut table = at(WAYKEEPER, 50);
    table.edit(ANNA, |hero, _| hero.sheet.visit(ZoneId::new(10)));
    table.store = Store::Refuses;
    table.act(ANNA, Act::Travel { zone: ZoneId::new(10) }).expect("asked");
    table.wait(3);
    assert_eq!(table.sheet(ANNA).coin, 50);
    table.store = Store::Works;
    table.edit(ANNA, |hero, _| hero.sheet.faction = FactionId::new(3));
    let events = table.done(ANNA, Act::Travel { zone: ZoneId::new(10) }).expect("asked");
    let left = events.iter().find_map(|event| match event {
        Event::Left { character, .. } => Some(character.sheet.coin),
        _ => None,
    });
    assert_eq!(left, Some(50 - 19), "the Thorn League pays a fifth less");
}
