//! Experience, coin, loot, levels and death.

use super::*;
use crate::ids::PartyId;

/// Far from everybody's way, outside the safe circle.
const FIELD: Vec2 = Vec2::new(88.0, 92.0);

fn in_the_field() -> Table {
    let mut table = Table::with_anna();
    table.put(ANNA, FIELD);
    table
}

fn coin_of(events: &[Event], player: PlayerId) -> u32 {
    let coin = events.iter().map(|event| match *event {
        Event::Coin { player: told, amount } if told == player => amount,
        _ => 0,
    });
    coin.sum()
}

#[test]
fn a_kill_gives_experience_at_once_and_coin_from_the_store() {
    let mut table = in_the_field();
    let events = table.kill(101, &[(ANNA, 1_000)]);
    assert!(events.contains(&Event::Experience { player: ANNA, amount: 5 }), "{events:?}");
    assert_eq!((table.sheet(ANNA).experience, table.sheet(ANNA).coin), (5, 20));
    let coin = coin_of(&table.wait(1), ANNA);
    assert!((1..=4).contains(&coin), "{coin}");
    assert_eq!(table.sheet(ANNA).coin, 20 + i64::from(coin));
    table.audit();
}

#[test]
fn refused_coin_is_asked_for_again() {
    let mut table = in_the_field();
    table.store = Store::Refuses;
    table.kill(101, &[(ANNA, 1_000)]);
    table.wait(50);
    assert_eq!(table.sheet(ANNA).coin, 20);
    table.store = Store::Works;
    table.wait(42);
    assert!(table.sheet(ANNA).coin > 20);
    table.audit();
}

#[test]
fn coin_that_waits_is_joined_and_never_lost() {
    let mut table = in_the_field();
    table.store = Store::Sleeps;
    for _ in 0..12 {
        table.kill(102, &[(ANNA, 1_000)]);
    }
    assert!(table.waiting() <= 8, "{}", table.waiting());
    table.store = Store::Works;
    table.wait(60);
    assert!(table.sheet(ANNA).coin >= 20 + 12 * 2, "{}", table.sheet(ANNA).coin);
    table.audit();
}

#[test]
fn a_full_purse_takes_no_more() {
    let mut table = in_the_field();
    table.edit(ANNA, |hero, _| hero.sheet.coin = crate::limits::COIN_MAX);
    table.kill(102, &[(ANNA, 1_000)]);
    table.wait(2);
    assert_eq!(table.sheet(ANNA).coin, crate::limits::COIN_MAX);
    table.audit();
}

#[test]
fn a_level_restores_gives_points_and_skills() {
    let mut table = in_the_field();
    table.set_level(ANNA, 2);
    table.edit(ANNA, |hero, _| hero.sheet.experience = 455);
    table.hurt(ANNA, 40, 5);
    let events = table.kill(102, &[(ANNA, 1_000)]);
    assert!(!events.iter().any(|event| matches!(event, Event::LevelUp { .. })));
    assert_eq!(table.level(ANNA), 2);
    let events = table.wait(1);
    let (actor, level) = (table.actor(ANNA), Level::new(3));
    assert!(events.contains(&Event::LevelUp { actor, level }), "{events:?}");
    let sheet = table.sheet(ANNA);
    assert_eq!((sheet.experience, sheet.points), (455 + 16 - 459, 3));
    assert_eq!(sheet.bar[1], crate::character::BarEntry::Skill(crate::ids::SkillId::new(102)));
    let me = table.me(ANNA);
    assert_eq!((me.hit_points, me.mana), (me.hit_points_max, me.mana_max));
    table.audit();
}

#[test]
fn experience_counts_on_while_a_level_waits_and_is_carried_over() {
    let mut table = in_the_field();
    table.edit(ANNA, |hero, _| hero.sheet.experience = 98);
    table.store = Store::Sleeps;
    for _ in 0..4 {
        table.kill(101, &[(ANNA, 1_000)]);
    }
    let levels = table.zone.pending();
    let levels = levels.iter().filter(|intent| intent.reason == crate::intent::Reason::Level);
    assert_eq!(levels.count(), 1, "asked once");
    assert_eq!(table.sheet(ANNA).experience, 118);
    table.store = Store::Works;
    table.wait(2);
    assert_eq!((table.level(ANNA), table.sheet(ANNA).experience), (2, 18));
}

#[test]
fn a_refused_level_is_asked_for_again() {
    let mut table = in_the_field();
    table.edit(ANNA, |hero, _| hero.sheet.experience = 98);
    table.store = Store::Refuses;
    table.kill(101, &[(ANNA, 1_000)]);
    table.wait(30);
    assert_eq!(table.level(ANNA), 1);
    table.store = Store::Works;
    table.wait(22);
    assert_eq!((table.level(ANNA), table.sheet(ANNA).experience), (2, 3));
}

#[test]
fn many_levels_at_once_come_one_after_another() {
    let mut table = in_the_field();
    table.edit(ANNA, |hero, _| hero.sheet.experience = 100 + 459 + 1_121 + 7);
    table.wait(30);
    assert_eq!((table.level(ANNA), table.sheet(ANNA).experience), (4, 7));
    assert_eq!(table.sheet(ANNA).points, 9);
}

#[test]
fn nobody_learns_at_the_highest_level() {
    let mut table = in_the_field();
    let highest = Content::embedded().rules().level_max.get();
    table.set_level(ANNA, highest);
    let events = table.kill(101, &[(ANNA, 100_000)]);
    assert!(!events.iter().any(|event| matches!(event, Event::Experience { .. })));
    assert_eq!(table.sheet(ANNA).experience, 0);
}

#[test]
fn party_members_nearby_share_and_count_the_kill() {
    let mut table = in_the_field();
    for (player, class) in [(BRAM, 2), (CARA, 3)] {
        table.join(player, class);
        table.put(player, FIELD + Vec2::new(player.get() as f32, 0.0));
    }
    let party = Some(PartyId::new(7));
    let joined: Vec<Command> =
        [ANNA, BRAM].iter().map(|&player| Command::Party { player, party }).collect();
    table.step(&joined);
    let quest = crate::ids::QuestId::new(2);
    for player in [ANNA, BRAM, CARA] {
        table.edit(player, |hero, _| {
            hero.sheet.quests.push(crate::character::QuestState { quest, count: 0 });
        });
    }
    table.kill(101, &[(ANNA, 1_000)]);
    // 5 x 11 000 bp = 5, split by level.
    assert_eq!(table.sheet(ANNA).experience, 2);
    assert_eq!(table.sheet(BRAM).experience, 2);
    assert_eq!(table.sheet(CARA).experience, 0);
    let counts = [ANNA, BRAM, CARA].map(|player| table.sheet(player).quests[0].count);
    assert_eq!(counts, [1, 1, 0]);
    table.put(BRAM, FIELD + Vec2::new(0.0, 60.0));
    table.kill(101, &[(ANNA, 1_000)]);
    assert_eq!([ANNA, BRAM].map(|player| table.sheet(player).experience), [7, 2]);
    assert_eq!(table.sheet(BRAM).quests[0].count, 1, "too far away");
}

#[test]
fn a_twentieth_of_the_work_is_needed() {
    let mut table = in_the_field();
    table.join(BRAM, 2);
    table.put(BRAM, FIELD);
    let events = table.kill(102, &[(ANNA, 280), (BRAM, 6)]);
    let told = |player| {
        events
            .iter()
            .any(|event| matches!(event, Event::Experience { player: told, .. } if *told == player))
    };
    assert!(told(ANNA) && !told(BRAM), "{events:?}");
}

#[test]
fn elites_leave_loot_within_reach_owned_by_the_largest_contributor() {
    let mut table = in_the_field();
    table.join(BRAM, 2);
    table.put(BRAM, FIELD);
    let events = table.kill(108, &[(BRAM, 1_000), (ANNA, 9_000)]);
    assert!(events.iter().any(|event| matches!(event, Event::Died { .. })));
    let lying = table.on_ground();
    assert!(lying.len() >= 2, "tokens and dust at least: {lying:?}");
    for (thing, kind) in lying {
        let index = table.zone.view().index_of(thing).expect("on the ground");
        let there = ground(table.zone.view().position[index]);
        assert!(there.distance(FIELD) < 1.5, "{there}");
        assert!(matches!(kind, Kind::Item { quantity: 1.., .. }));
        assert_eq!(table.act(BRAM, Act::PickUp { thing }), Err(Rejection::NotYours));
        table.done(ANNA, Act::PickUp { thing }).expect("hers");
    }
    table.wait(2);
    table.audit();
}

#[test]
fn the_party_takes_turns() {
    let mut table = in_the_field();
    table.join(BRAM, 2);
    table.put(BRAM, FIELD);
    let party = Some(PartyId::new(9));
    table.step(&[Command::Party { player: ANNA, party }, Command::Party { player: BRAM, party }]);
    let mut owners = Vec::new();
    for kind in [105, 104].into_iter().cycle().take(20) {
        let known: Vec<ActorId> = table.on_ground().iter().map(|&(thing, _)| thing).collect();
        table.kill(kind, &[(ANNA, 1_000)]);
        let fresh =
            table.on_ground().iter().map(|&(thing, _)| thing).find(|it| !known.contains(it));
        if let Some(thing) = fresh {
            let text = table.zone.describe(thing);
            let drop = &text.iter().find(|(name, _)| *name == "drop").expect("a drop").1;
            owners.push(drop.contains("PlayerId(1)"));
        }
        if owners.len() >= 4 {
            break;
        }
    }
    assert!(owners.len() >= 4, "{owners:?}");
    assert!(owners.windows(2).all(|pair| pair[0] != pair[1]), "{owners:?}");
}

#[test]
fn nobody_owns_more_than_twenty_things_on_the_ground() {
    let mut table = in_the_field();
    for _ in 0..20 {
        table.lay(ANNA, FIELD, (5001, 0, 1));
    }
    let events = table.kill(108, &[(ANNA, 9_000)]);
    let refused = Event::Rejected { player: ANNA, reason: Rejection::ZoneCap };
    assert!(events.contains(&refused), "{events:?}");
    assert_eq!(table.on_ground().len(), 20);
}

#[test]
fn the_secret_word_changes_the_loot() {
    let loot = |word| {
        let mut table = in_the_field();
        table.step(&[Command::Secret { word }]);
        table.kill(108, &[(ANNA, 9_000)]);
        table.on_ground().iter().map(|&(_, kind)| kind).collect::<Vec<_>>()
    };
    let all: Vec<_> = (0..6).map(loot).collect();
    assert!(all.iter().any(|kinds| *kinds != all[0]), "{all:?}");
    assert_eq!(loot(3), all[3]);
}

#[test]
fn death_costs_experience_from_level_ten_on() {
    let mut table = in_the_field();
    let wolf = table.creature(104, Vec2::new(200.0, 140.0));
    let die = |table: &mut Table, level: u8, killer: ActorId| {
        table.set_level(ANNA, level);
        table.edit(ANNA, |hero, _| hero.sheet.experience = 90);
        table.wait(170);
        let victim = table.actor(ANNA);
        table.strike(killer, victim, 1_000_000);
        let events = table.step(&[]);
        assert!(events.iter().any(|event| matches!(event, Event::Died { .. })), "{events:?}");
        table.sheet(ANNA).experience
    };
    assert_eq!(die(&mut table, 9, wolf), 90);
    assert_eq!(die(&mut table, 10, wolf), 86);
    table.join(BRAM, 2);
    let bram = table.actor(BRAM);
    assert_eq!(die(&mut table, 10, bram), 90);
}
