//! Operations: once, all or nothing, fenced, and each for itself.

use std::sync::Barrier;

use massless_core::event::Rejection;
use massless_core::ids::{ItemId, ItemUid, PlayerId, QuestId, SkillId};
use massless_core::intent::{Answer, Entry, Place, Reason};
use massless_store::repo::operations::Outcome;
use massless_store::repo::snapshots::Snapshot;
use massless_store::repo::switches;

use crate::on_both;
use crate::realm::{NOW, Realm};

/// A material that nobody begins with.
const PELT: ItemId = ItemId::new(5_001);

fn create(slot: u8, quantity: u16) -> Entry {
    Entry::Create { definition: PELT, rarity: 1, quantity, bound: false, slot }
}

fn loot(realm: &Realm, who: PlayerId, slot: u8, quantity: u16) -> ItemUid {
    match realm.done(who, Reason::Loot, &[create(slot, quantity)]) {
        Answer::Done { created, .. } => created[0],
        other => panic!("{other:?}"),
    }
}

fn coin(realm: &Realm, who: PlayerId) -> i64 {
    realm.load(who).sheet.coin
}

on_both! {
    fn what_is_asked_again_is_answered_again_and_done_once(realm) {
        let ada = realm.character("Ada");
        let before = coin(realm, ada);
        let intent = realm.intent(ada, Reason::Loot, &[create(30, 3), Entry::Coin { delta: 7 }]);
        let first = realm.store.commit(&[realm.operation(&intent)]).unwrap();
        let again = realm.store.commit(&[realm.operation(&intent)]).unwrap();
        assert_eq!(first, again);
        let twice = [realm.operation(&intent), realm.operation(&intent)];
        assert_eq!(realm.store.commit(&twice).unwrap(), [first[0].clone(), first[0].clone()]);
        assert_eq!(coin(realm, ada), before + 7);
        assert_eq!(realm.number("SELECT sum(quantity) FROM item WHERE def_id = 5001"), 3);
        // The same name for something else is refused and changes nothing.
        let mut other = intent.clone();
        other.entries.pop();
        assert_eq!(realm.store.commit(&[realm.operation(&other)]).unwrap(), [Outcome::Mismatch]);
        realm.assert_sound();
    }

    fn two_workers_with_one_operation_do_it_once(realm) {
        let ada = realm.character("Ada");
        let before = coin(realm, ada);
        let intents: Vec<_> = (0..10)
            .map(|_| realm.intent(ada, Reason::Loot, &[Entry::Coin { delta: 1 }]))
            .collect();
        let operations: Vec<_> = intents.iter().map(|it| realm.operation(it)).collect();
        let (store, barrier) = (&realm.store, Barrier::new(3));
        let answers: Vec<Vec<Outcome>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..3)
                .map(|_| {
                    let (operations, barrier) = (&operations, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        operations.iter().flat_map(|it| {
                            store.commit(std::slice::from_ref(it)).unwrap()
                        }).collect()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|it| *it == answers[0]));
        assert_eq!(coin(realm, ada), before + 10);
        realm.assert_sound();
    }

    fn a_refused_one_does_not_sink_its_neighbours(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let (rich, poor) = (coin(realm, ada), coin(realm, bea));
        let intents = [
            realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 5 }]),
            realm.intent(bea, Reason::Shop, &[create(30, 1), Entry::Coin { delta: -1_000_000 }]),
            realm.intent(ada, Reason::Loot, &[create(30, 2)]),
            // Nobody knows such an item: the database refuses this one, the others stand.
            realm.intent(bea, Reason::Loot, &[Entry::Create {
                definition: ItemId::new(9_999), rarity: 0, quantity: 1, bound: false, slot: 31,
            }]),
            realm.intent(bea, Reason::Kill, &[Entry::Coin { delta: 6 }]),
            // The slot was taken two lines above.
            realm.intent(ada, Reason::Loot, &[create(30, 2)]),
        ];
        let operations: Vec<_> = intents.iter().map(|it| realm.operation(it)).collect();
        let outcomes = realm.store.commit(&operations).unwrap();
        let done: Vec<bool> =
            outcomes.iter().map(|it| matches!(it, Outcome::Done(_))).collect();
        assert_eq!(done, [true, false, true, false, true, false], "{outcomes:?}");
        assert_eq!(outcomes[1], Outcome::Refused(Rejection::NoCoin));
        assert_eq!(coin(realm, ada), rich + 5);
        assert_eq!(coin(realm, bea), poor + 6);
        realm.assert_sound();
    }

    fn an_old_epoch_is_refused(realm) {
        let ada = realm.character("Ada");
        let uid = loot(realm, ada, 30, 4);
        let intent = realm.intent(ada, Reason::Use, &[Entry::Shrink { uid, quantity: 1 }]);
        let stale = realm.operation(&intent);
        realm.claim(ada);
        assert_eq!(realm.store.commit(&[stale]).unwrap(), [Outcome::Fenced]);
        let mut unheld = realm.operation(&intent);
        unheld.epochs.clear();
        assert_eq!(realm.store.commit(&[unheld]).unwrap(), [Outcome::Fenced]);
        let fresh = realm.store.commit(&[realm.operation(&intent)]).unwrap();
        assert!(matches!(fresh[0], Outcome::Done(_)));
        realm.assert_sound();
    }

    fn items_are_made_moved_and_used_up(realm) {
        let ada = realm.character("Ada");
        let before = realm.load(ada);
        let (sword, pelts) = (before.sheet.worn[0].unwrap(), loot(realm, ada, 40, 10));
        realm.done(ada, Reason::Arrange, &[
            Entry::Move { uid: sword.uid, from: Place::Worn(0), to: Place::Bag(40) },
        ]);
        let swapped = realm.load(ada);
        assert_eq!(swapped.sheet.bag[40], Some(sword));
        assert_eq!(swapped.sheet.worn[0].unwrap().uid, pelts, "what was there takes the old place");
        realm.done(ada, Reason::Arrange, &[
            Entry::Move { uid: pelts, from: Place::Worn(0), to: Place::Stored(29) },
            Entry::Move { uid: sword.uid, from: Place::Bag(40), to: Place::Worn(0) },
        ]);
        realm.done(ada, Reason::Arrange, &[Entry::Shrink { uid: pelts, quantity: 4 }, create(7, 4)]);
        realm.done(ada, Reason::Loot, &[Entry::Grow { uid: pelts, quantity: 3 }]);
        let after = realm.load(ada);
        assert_eq!(after.sheet.worn[0], Some(sword));
        assert_eq!(after.sheet.storage[29].unwrap().quantity, 9);
        assert_eq!(after.sheet.bag[7].unwrap().quantity, 4);
        realm.done(ada, Reason::Discard, &[Entry::Shrink { uid: pelts, quantity: 9 }]);
        assert_eq!(realm.load(ada).sheet.storage[29], None);
        let gone = [Entry::Shrink { uid: pelts, quantity: 1 }];
        assert!(matches!(realm.ask(ada, Reason::Use, &gone), Outcome::Refused(_)));
        let bea = realm.character("Bea");
        let foreign = [Entry::Shrink { uid: sword.uid, quantity: 1 }];
        assert!(matches!(realm.ask(bea, Reason::Use, &foreign), Outcome::Refused(_)));
        realm.assert_sound();
    }

    fn gear_is_refined_and_failures_are_counted(realm) {
        let ada = realm.character("Ada");
        let sword = realm.load(ada).sheet.worn[0].unwrap();
        let pity = |target, failures| Entry::Pity {
            definition: sword.definition, rarity: 0, target, failures,
        };
        realm.done(ada, Reason::Upgrade, &[
            Entry::Upgrade { uid: sword.uid, to: 3 }, pity(4, 1), Entry::Coin { delta: -5 },
        ]);
        realm.done(ada, Reason::Upgrade, &[pity(5, 2)]);
        realm.done(ada, Reason::Upgrade, &[pity(4, 3)]);
        let sheet = realm.load(ada).sheet;
        assert_eq!(sheet.worn[0].unwrap().upgrade, 3);
        let counters: Vec<_> = sheet.pity.iter().map(|it| (it.target, it.failures)).collect();
        assert_eq!(counters, [(5, 2), (4, 3)], "the longest untouched first");
        realm.done(ada, Reason::Upgrade, &[pity(5, 0)]);
        assert_eq!(realm.load(ada).sheet.pity.len(), 1);
        for definition in 2_000..2_070 {
            let definition = ItemId::new(definition);
            let one = Entry::Pity { definition, rarity: 0, target: 1, failures: 1 };
            realm.done(ada, Reason::Upgrade, &[one]);
        }
        let pity = realm.load(ada).sheet.pity;
        assert_eq!((pity.len(), pity[0].definition.get()), (64, 2_006), "the oldest make room");
        realm.assert_sound();
    }

    fn what_is_achieved_is_kept(realm) {
        let ada = realm.character("Ada");
        let quest = QuestId::new(1);
        realm.done(ada, Reason::Quest, &[Entry::QuestTaken { quest }]);
        assert_eq!(realm.load(ada).sheet.quests[0].quest, quest);
        let reward = [Entry::QuestDone { quest, experience: 40 }, Entry::Coin { delta: 20 }];
        realm.done(ada, Reason::Quest, &reward);
        assert_eq!(
            realm.ask(ada, Reason::Quest, &reward),
            Outcome::Refused(Rejection::StoreRefused),
            "a reward is given once"
        );
        realm.done(ada, Reason::Level, &[Entry::Level { level: 2 }]);
        assert!(matches!(
            realm.ask(ada, Reason::Level, &[Entry::Level { level: 2 }]),
            Outcome::Refused(_)
        ));
        let skill = SkillId::new(101);
        realm.done(ada, Reason::Rank, &[Entry::Rank { skill, rank: 2 }]);
        realm.done(ada, Reason::Rank, &[Entry::Rank { skill, rank: 3 }]);
        realm.done(ada, Reason::Storage, &[Entry::StorageSlots { slots: 40 }]);
        realm.done(ada, Reason::Reset, &[Entry::ResetPoints]);
        let after = realm.load(ada);
        assert_eq!(after.level.get(), 2);
        assert_eq!(after.sheet.done, [quest]);
        assert_eq!(after.sheet.rank(skill), 3);
        assert_eq!(after.sheet.storage.len(), 40);
        assert_eq!(after.sheet.resets, 1);
        realm.assert_sound();
    }

    fn a_trade_moves_both_sides_or_neither(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let (pelt, silk) = (loot(realm, ada, 30, 5), loot(realm, bea, 30, 6));
        realm.done(bea, Reason::Kill, &[Entry::Coin { delta: 100 }]);
        let (rich, poor) = (coin(realm, bea), coin(realm, ada));
        let swap = |amount| [
            Entry::Pass { uid: pelt, from: ada, to: bea, slot: 30 },
            Entry::Pass { uid: silk, from: bea, to: ada, slot: 30 },
            Entry::Pay { from: bea, to: ada, amount },
        ];
        let broke = realm.ask(ada, Reason::Trade, &swap(rich + 1));
        assert_eq!(broke, Outcome::Refused(Rejection::NoCoin));
        realm.done(ada, Reason::Trade, &swap(60));
        assert_eq!(realm.load(ada).sheet.bag[30].unwrap().uid, silk);
        assert_eq!(realm.load(bea).sheet.bag[30].unwrap().uid, pelt);
        assert_eq!((coin(realm, ada), coin(realm, bea)), (poor + 60, rich - 60));
        assert_eq!(realm.number("SELECT count(*) FROM trade WHERE state = 3"), 1);
        let bound = realm.load(ada).sheet.worn[0].unwrap().uid;
        let gift = [Entry::Pass { uid: bound, from: ada, to: bea, slot: 44 }];
        assert_eq!(
            realm.ask(ada, Reason::Trade, &gift), Outcome::Refused(Rejection::TradeUnfit));
        realm.claim(bea);
        let back = [Entry::Pass { uid: pelt, from: bea, to: ada, slot: 31 }];
        let intent = realm.intent(ada, Reason::Trade, &back);
        let mut stale = realm.operation(&intent);
        for (who, epoch) in &mut stale.epochs {
            *epoch -= u64::from(*who == bea);
        }
        let outcome = realm.store.commit(&[stale]).unwrap();
        assert_eq!(outcome, [Outcome::Fenced], "both sides must be held");
        realm.assert_sound();
    }

    fn many_trades_at_once_lose_and_double_nothing(realm) {
        let everybody: Vec<PlayerId> =
            ["Ada", "Bea", "Cyd", "Dag"].iter().map(|name| realm.character(name)).collect();
        for &who in &everybody {
            realm.done(who, Reason::Kill, &[Entry::Coin { delta: 1_000 }]);
        }
        let intents: Vec<Vec<_>> = (0..4_usize)
            .map(|worker| {
                (0..12_usize).map(|turn| {
                    let from = everybody[(worker + turn) % 4];
                    let to = everybody[(worker + turn * 3 + 1) % 4];
                    let to = if to == from { everybody[(worker + turn + 1) % 4] } else { to };
                    let amount = 1 + turn as i64;
                    realm.intent(from, Reason::Trade, &[Entry::Pay { from, to, amount }])
                }).collect()
            })
            .collect();
        let sum = "SELECT sum(balance) FROM ledger_account WHERE kind = 1";
        let before = realm.number(sum);
        let all: Vec<Vec<_>> =
            intents.iter().map(|own| own.iter().map(|it| realm.operation(it)).collect()).collect();
        let store = &realm.store;
        std::thread::scope(|scope| {
            for own in &all {
                scope.spawn(move || {
                    for part in own.chunks(3) {
                        let outcomes = store.commit(part).unwrap();
                        assert!(outcomes.iter().all(|it| matches!(it, Outcome::Done(_))));
                    }
                });
            }
        });
        assert_eq!(realm.number(sum), before);
        assert_eq!(realm.number("SELECT count(*) FROM ledger_tx WHERE kind = 18"), 48);
        realm.assert_sound();
    }

    fn a_shut_path_is_refused_until_it_is_open_again(realm) {
        let ada = realm.character("Ada");
        realm.with(|conn| switches::turn(conn, NOW, ("loot", true), "tester"));
        assert_eq!(
            realm.ask(ada, Reason::Loot, &[create(30, 1)]),
            Outcome::Refused(Rejection::PathShut)
        );
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]);
        realm.with(|conn| switches::turn(conn, NOW, ("loot", false), "tester"));
        loot(realm, ada, 30, 1);
        assert!(realm.store.with(|conn| switches::turn(conn, NOW, ("air", true), "t")).is_err());
        assert_eq!(realm.number("SELECT count(*) FROM audit"), 2, "who did it is written down");
    }

    fn what_was_used_up_is_written_with_the_state_that_belongs_to_it(realm) {
        let ada = realm.character("Ada");
        let uid = loot(realm, ada, 30, 4);
        let mut state = realm.load(ada);
        state.sheet.experience = 17;
        let lease = realm.claim(ada);
        let intent = realm.intent(ada, Reason::Use, &[Entry::Shrink { uid, quantity: 1 }]);
        let mut operation = realm.operation(&intent);
        operation.snapshot = Some(Snapshot {
            player: ada,
            epoch: lease.epoch,
            seq: lease.snapshot_seq + 1,
            tick: 5,
            bytes: state.to_bytes(),
        });
        for _ in 0..2 {
            let outcomes = realm.store.commit(std::slice::from_ref(&operation)).unwrap();
            assert!(matches!(outcomes[0], Outcome::Done(_)));
        }
        let after = realm.load(ada);
        assert_eq!(after.sheet.experience, 17);
        assert_eq!(after.sheet.bag[30].unwrap().quantity, 3, "the economy's word, not the state's");
        realm.assert_sound();
    }

    fn a_purse_has_its_bounds(realm) {
        let ada = realm.character("Ada");
        let all = coin(realm, ada);
        let poor = realm.ask(ada, Reason::Shop, &[Entry::Coin { delta: -all - 1 }]);
        assert_eq!(poor, Outcome::Refused(Rejection::NoCoin));
        let rich = realm.ask(ada, Reason::Kill, &[Entry::Coin { delta: 2_000_000_000 - all + 1 }]);
        assert_eq!(rich, Outcome::Refused(Rejection::PurseFull));
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 2_000_000_000 - all }]);
        for delta in [i64::MAX, i64::MIN] {
            let absurd = realm.ask(ada, Reason::Kill, &[Entry::Coin { delta }]);
            assert!(matches!(absurd, Outcome::Refused(_)), "{absurd:?}");
        }
        realm.assert_sound();
    }
}
