//! Quests from the giver to the reward.

use super::*;
use crate::ids::QuestId;

const fn quest(id: u16) -> QuestId {
    QuestId::new(id)
}

fn finish(table: &mut Table, done: &[u16]) {
    let done: Vec<QuestId> = done.iter().map(|&id| quest(id)).collect();
    table.edit(ANNA, |hero, _| hero.sheet.done = done);
}

#[test]
fn a_word_at_the_gate() {
    let mut table = Table::with_anna();
    let take = Act::TakeQuest { quest: quest(1) };
    table.put(ANNA, Vec2::new(128.0, 30.0));
    assert_eq!(table.act(ANNA, take.clone()), Err(Rejection::TooFar));
    table.go_to(ANNA, 3);
    table.done(ANNA, take.clone()).expect("offered");
    assert_eq!(table.sheet(ANNA).quests[0].quest, quest(1));
    assert_eq!(table.act(ANNA, take.clone()), Err(Rejection::NotOffered), "it has it already");
    let (guard, _) = table.npc(8);
    assert_eq!(table.act(ANNA, Act::Talk { npc: guard }), Err(Rejection::TooFar));
    let hand_in = Act::HandIn { quest: quest(1) };
    assert_eq!(table.act(ANNA, hand_in.clone()), Err(Rejection::TooFar));
    let guard = table.go_to(ANNA, 8);
    let events = table.act(ANNA, Act::Talk { npc: guard }).expect("near");
    let told = Event::Quest { player: ANNA, quest: quest(1), count: 1, done: false };
    assert!(events.contains(&told), "{events:?}");
    let events = table.done(ANNA, hand_in.clone()).expect("done");
    let told = Event::Quest { player: ANNA, quest: quest(1), count: 1, done: true };
    assert!(events.contains(&told), "{events:?}");
    let sheet = table.sheet(ANNA);
    assert_eq!((sheet.experience, sheet.coin), (20, 30));
    assert_eq!(sheet.done, [quest(1)]);
    assert!(sheet.quests.is_empty());
    assert_eq!(table.count(ANNA, 3001), 15);
    assert_eq!(table.act(ANNA, hand_in.clone()), Err(Rejection::NotOffered));
    table.go_to(ANNA, 3);
    assert_eq!(table.act(ANNA, take.clone()), Err(Rejection::NotOffered), "once is enough");
    table.audit();
}

#[test]
fn conditions_are_checked() {
    let mut table = Table::with_anna();
    table.go_to(ANNA, 3);
    let take = |id| Act::TakeQuest { quest: quest(id) };
    assert_eq!(table.act(ANNA, take(999)), Err(Rejection::NoSuchQuest));
    assert_eq!(table.act(ANNA, take(3)), Err(Rejection::NotOffered), "quest 2 comes before");
    finish(&mut table, &[1, 2]);
    assert_eq!(table.act(ANNA, take(3)), Err(Rejection::LevelTooLow));
    table.set_level(ANNA, 2);
    table.done(ANNA, take(3)).expect("level 2");
    assert_eq!(table.act(ANNA, Act::HandIn { quest: quest(3) }), Err(Rejection::NotDone));
    assert_eq!(table.act(ANNA, Act::HandIn { quest: quest(2) }), Err(Rejection::NotOffered));
    let (me, _) = (table.actor(ANNA), ());
    assert_eq!(table.act(ANNA, Act::Talk { npc: me }), Err(Rejection::NoSuchQuest));
}

#[test]
fn collected_items_are_consumed() {
    let mut table = Table::with_anna();
    finish(&mut table, &[1, 2]);
    table.set_level(ANNA, 2);
    table.go_to(ANNA, 3);
    table.done(ANNA, Act::TakeQuest { quest: quest(3) }).expect("offered");
    table.give(ANNA, 5002, 4);
    table.give(ANNA, 5002, 4);
    table.done(ANNA, Act::HandIn { quest: quest(3) }).expect("eight are more than six");
    assert_eq!(table.count(ANNA, 5002), 2);
    assert_eq!(table.sheet(ANNA).coin, 70);
    table.audit();
}

#[test]
fn a_letter_is_given_delivered_and_taken_back() {
    let mut table = Table::with_anna();
    finish(&mut table, &[1, 2, 3]);
    table.set_level(ANNA, 3);
    table.go_to(ANNA, 3);
    table.done(ANNA, Act::TakeQuest { quest: quest(4) }).expect("offered");
    assert_eq!(table.count(ANNA, 6001), 1);
    assert!(table.find(ANNA, 6001).bound);
    table.done(ANNA, Act::Abandon { quest: quest(4) }).expect("given up");
    assert_eq!(table.count(ANNA, 6001), 0, "with its letter");
    table.done(ANNA, Act::TakeQuest { quest: quest(4) }).expect("offered again");
    assert_eq!(table.act(ANNA, Act::HandIn { quest: quest(4) }), Err(Rejection::TooFar));
    table.go_to(ANNA, 2);
    table.done(ANNA, Act::HandIn { quest: quest(4) }).expect("to the smith");
    assert_eq!((table.count(ANNA, 6001), table.count(ANNA, 4001)), (0, 3));
    table.audit();
}

#[test]
fn a_quest_without_its_letter_is_not_done() {
    let mut table = Table::with_anna();
    finish(&mut table, &[1, 2, 3]);
    table.set_level(ANNA, 3);
    table.go_to(ANNA, 3);
    table.done(ANNA, Act::TakeQuest { quest: quest(4) }).expect("offered");
    let item = table.find(ANNA, 6001).uid;
    table.done(ANNA, Act::Discard { item, quantity: 1 }).expect("thrown away");
    table.go_to(ANNA, 2);
    assert_eq!(table.act(ANNA, Act::HandIn { quest: quest(4) }), Err(Rejection::NotDone));
}

#[test]
fn kills_count_until_there_are_enough() {
    let mut table = Table::with_anna();
    finish(&mut table, &[1]);
    table.go_to(ANNA, 3);
    table.done(ANNA, Act::TakeQuest { quest: quest(2) }).expect("offered");
    table.put(ANNA, Vec2::new(88.0, 92.0));
    for kills in 1..=9 {
        table.kill(101, &[(ANNA, 1_000)]);
        assert_eq!(table.sheet(ANNA).quests[0].count, kills.min(8));
    }
    table.kill(102, &[(ANNA, 1_000)]);
    assert_eq!(table.sheet(ANNA).quests[0].count, 8);
    table.go_to(ANNA, 3);
    let before = table.sheet(ANNA).coin;
    table.done(ANNA, Act::HandIn { quest: quest(2) }).expect("eight hounds");
    assert_eq!(table.sheet(ANNA).coin, before + 30);
    table.wait(2);
    table.audit();
}

#[test]
fn an_operation_about_a_quest_locks_it() {
    let mut table = Table::with_anna();
    table.go_to(ANNA, 3);
    table.store = Store::Sleeps;
    let take = Act::TakeQuest { quest: quest(1) };
    table.act(ANNA, take.clone()).expect("asked");
    assert_eq!(table.act(ANNA, take.clone()), Err(Rejection::Locked));
    table.store = Store::Works;
    table.wait(2);
    table.go_to(ANNA, 8);
    table.store = Store::Sleeps;
    let hand_in = Act::HandIn { quest: quest(1) };
    table.act(ANNA, hand_in.clone()).expect("asked");
    assert_eq!(table.act(ANNA, hand_in.clone()), Err(Rejection::Locked));
    assert_eq!(table.act(ANNA, Act::Abandon { quest: quest(1) }), Err(Rejection::Locked));
    table.store = Store::Works;
    table.wait(2);
    assert_eq!(table.sheet(ANNA).coin, 30, "paid once");
    table.audit();
}

#[test]
fn the_log_holds_twenty() {
    let mut table = Table::with_anna();
    table.go_to(ANNA, 3);
    table.edit(ANNA, |hero, _| {
        let many =
            (0..20).map(|n| crate::character::QuestState { quest: quest(100 + n), count: 0 });
        hero.sheet.quests = many.collect();
    });
    let take = Act::TakeQuest { quest: quest(1) };
    assert_eq!(table.act(ANNA, take.clone()), Err(Rejection::QuestLogFull));
}

#[test]
fn rewards_need_room() {
    let mut table = Table::with_anna();
    table.go_to(ANNA, 3);
    table.done(ANNA, Act::TakeQuest { quest: quest(1) }).expect("offered");
    table.edit(ANNA, |hero, _| {
        for (index, slot) in hero.sheet.bag.iter_mut().enumerate() {
            let uid = ItemUid::new(10_000 + index as u64);
            let definition = ItemId::new(1011);
            let blade = Item { uid, definition, rarity: 0, upgrade: 0, quantity: 1, bound: false };
            *slot = slot.or(Some(blade));
        }
    });
    table.go_to(ANNA, 8);
    // The draughts of the kit are bound, those of the quest are not: they do not stack.
    assert_eq!(table.act(ANNA, Act::HandIn { quest: quest(1) }), Err(Rejection::BagFull));
    assert_eq!(table.sheet(ANNA).quests.len(), 1);
    table.audit();
}
