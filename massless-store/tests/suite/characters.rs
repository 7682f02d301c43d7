//! Characters: created with their kit, listed, deleted and restored, loaded as they are.

use massless_core::character::{BarEntry, Character};
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, ItemUid, PlayerId, QuestId};
use massless_core::intent::{Entry, Reason};
use massless_core::ledger;
use massless_core::units::Level;
use massless_store::StoreError;
use massless_store::limits::DELETION_GRACE_MILLIS;
use massless_store::repo::characters::{self, Economy, NewCharacter, QuestRow, merge};
use massless_store::repo::leases::{self, Claim};
use massless_store::repo::operations::Outcome;

use crate::on_both;
use crate::realm::{HOST, NOW, Realm, newcomer, seat};

fn create(realm: &Realm, account: u64, name: &str) -> Result<PlayerId, StoreError> {
    realm
        .store
        .with(|conn| characters::create(conn, NOW, account, (&realm.content, newcomer(name))))
}

/// Without the names of its items.
fn nameless(mut character: Character) -> Character {
    let sheet = &mut character.sheet;
    for item in sheet.bag.iter_mut().chain(&mut sheet.worn).flatten() {
        item.uid = ItemUid::new(0);
    }
    character
}

on_both! {
    fn a_new_one_has_its_classs_kit_and_bar(realm) {
        for class in 1..=4 {
            let new = NewCharacter {
                class: ClassId::new(class),
                ..newcomer(["Ada", "Bea", "Cyd", "Dag"][usize::from(class) - 1])
            };
            let account = realm.account();
            let player =
                realm.with(|conn| characters::create(conn, NOW, account, (&realm.content, new)));
            let wanted = ledger::starter(
                &realm.content, new.class, new.faction, new.name, new.look,
                &mut || ItemUid::new(1),
            );
            let loaded = realm.load(player);
            assert_ne!(loaded.sheet.bar[0], BarEntry::Empty);
            assert!(loaded.sheet.items().all(|item| item.uid.get() > 0 && item.bound));
            assert_eq!(nameless(loaded), nameless(wanted.unwrap()));
        }
        assert_eq!(realm.number("SELECT count(*) FROM ledger_tx WHERE kind = 9"), 4);
        realm.assert_sound();
    }

    fn names_are_unique_and_an_account_has_four(realm) {
        let account = realm.account();
        create(realm, account, "Ada").unwrap();
        let again = create(realm, account, "Ada");
        assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
        for name in ["Bea", "Cyd", "Dag"] {
            create(realm, account, name).unwrap();
        }
        let fifth = create(realm, account, "Eve");
        assert!(matches!(fifth, Err(StoreError::Denied(_))), "{fifth:?}");
        let nobody = create(realm, account + 1, "Eve");
        assert!(matches!(nobody, Err(StoreError::Missing(_))), "{nobody:?}");
        let other = realm.account();
        let strange = NewCharacter { faction: FactionId::new(9), ..newcomer("Eve") };
        let strange = realm.store.with(|conn| {
            characters::create(conn, NOW, other, (&realm.content, strange))
        });
        assert!(matches!(strange, Err(StoreError::Denied(_))), "{strange:?}");
        let listed = realm.with(|conn| characters::list(conn, account));
        let names: Vec<&str> = listed.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Bea", "Cyd", "Dag"]);
        assert_eq!((listed[0].level, listed[0].look, listed[0].played_at), (1, 3, None));
        realm.assert_sound();
    }

    fn two_creations_at_once_do_not_pass_the_limit(realm) {
        let account = realm.account();
        for name in ["Ada", "Bea", "Cyd"] {
            create(realm, account, name).unwrap();
        }
        let (store, content) = (&realm.store, &realm.content);
        let made: usize = std::thread::scope(|scope| {
            let both = ["Dag", "Eve"].map(|name| {
                scope.spawn(move || {
                    let new = newcomer(name);
                    let made = store.repeat(|conn| {
                        characters::create(conn, NOW, account, (content, new))
                    });
                    usize::from(made.is_ok())
                })
            });
            both.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(made, 1);
    }

    fn a_deleted_one_can_be_restored_for_seven_days(realm) {
        let account = realm.account();
        let ada = create(realm, account, "Ada").unwrap();
        realm.claim(ada);
        let delete = |now| realm.store.with(|conn| characters::delete(conn, now, account, ada));
        assert!(matches!(delete(NOW), Err(StoreError::Denied(_))), "it is in the world");
        realm.with(|conn| leases::release(conn, ada, realm.epoch(ada)));
        let stranger = realm.account();
        let foreign = realm.store.with(|conn| characters::delete(conn, NOW, stranger, ada));
        assert!(matches!(foreign, Err(StoreError::Missing(_))));
        delete(NOW).unwrap();
        assert!(matches!(delete(NOW), Err(StoreError::Missing(_))));
        let claim = realm.store.with(|conn| leases::claim(conn, ada, seat(HOST), true));
        assert!(matches!(claim, Err(StoreError::Missing(_))), "{claim:?}");
        let restore = |now| realm.store.with(|conn| characters::restore(conn, now, account, ada));
        restore(NOW + DELETION_GRACE_MILLIS - 1).unwrap();
        assert!(matches!(restore(NOW), Err(StoreError::Missing(_))), "nothing to restore");
        delete(NOW).unwrap();
        let end = NOW + DELETION_GRACE_MILLIS;
        assert!(matches!(restore(end), Err(StoreError::Missing(_))), "too late");
        assert_eq!(realm.with(|conn| characters::purge_due(conn, end - 1, 10)), 0);
        assert_eq!(realm.with(|conn| characters::purge_due(conn, end, 10)), 1);
        assert_eq!(realm.with(|conn| characters::list(conn, account)), []);
        let live = format!("SELECT count(*) FROM item WHERE owner_kind = 1 AND owner_id = {ada}");
        assert_eq!(realm.number(&live), 0);
        create(realm, account, "Ada").expect("the name is free");
        realm.assert_sound();
    }

    fn what_the_content_does_not_know_is_put_aside_and_comes_back(realm) {
        let ada = realm.character("Ada");
        realm.batch(
            "INSERT INTO item_def (id, name, stack_max, seen_at) VALUES (60000, 'Relic', 1, 1)",
        );
        let relic = Entry::Create {
            definition: massless_core::ids::ItemId::new(60_000),
            rarity: 4,
            quantity: 1,
            bound: false,
            slot: 33,
        };
        realm.done(ada, Reason::Loot, &[relic]);
        assert_eq!(realm.load(ada).sheet.bag[33], None);
        assert_eq!(realm.load(ada).sheet.bag[33], None);
        assert_eq!(realm.number("SELECT count(*) FROM item_quarantine"), 1);
        assert_eq!(realm.number("SELECT count(*) FROM item WHERE def_id = 60000"), 1);
        // Known under another name: whole again.
        realm.batch("UPDATE item SET def_id = 5001 WHERE def_id = 60000");
        assert!(realm.load(ada).sheet.bag[33].is_some());
        assert_eq!(realm.number("SELECT count(*) FROM item_quarantine"), 0);
    }

    fn a_host_that_comes_again_waits_for_nobody(realm) {
        let ada = realm.character("Ada");
        let again = realm.with(|conn| leases::claim(conn, ada, seat(HOST), false));
        assert!(matches!(again, Claim::Granted(lease) if lease.epoch == 2));
        let old = realm.ask(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]);
        assert_eq!(old, Outcome::Fenced, "what the old process still sends is refused");
    }
}

fn economy(level: u8) -> Economy {
    Economy {
        name: "Ada".to_owned(),
        look: 3,
        class: ClassId::new(1),
        faction: FactionId::new(1),
        level: Level::new(level),
        resets: 0,
        coin: 77,
        storage_slots: 40,
        items: Vec::new(),
        quests: Vec::new(),
        ranks: Vec::new(),
        pity: Vec::new(),
    }
}

/// A state of level 3 with some experience.
fn saved(experience: u32) -> Character {
    let mut character = Character::plain("Old", 9);
    character.level = Level::new(3);
    character.sheet.experience = experience;
    character.sheet.spent = [2, 0, 0, 1];
    character.sheet.points = 3;
    character.sheet.coin = 1_000_000;
    character
}

#[test]
fn a_state_older_than_a_level_rises() {
    let content = Content::embedded();
    let need = content.rules().experience_need(Level::new(3));
    let merged = merge(Some(saved(need + 5)), &economy(4), &content);
    assert_eq!((merged.level.get(), merged.sheet.experience), (4, 5));
    assert_eq!(merged.sheet.points, 6);
    assert_eq!(merged.sheet.coin, 77);
    assert_eq!((merged.name.as_str(), merged.look), ("Ada", 3));
    assert_eq!(merged.sheet.storage.len(), 40);
    let poor = merge(Some(saved(0)), &economy(5), &content);
    assert_eq!((poor.level.get(), poor.sheet.experience), (5, 0), "never below 0");
}

#[test]
fn a_quest_counts_once_whatever_is_older() {
    let content = Content::embedded();
    let quest = |id| QuestId::new(id);
    let mut economy = economy(3);
    let row = |id, is_done| QuestRow { quest: quest(id), is_done, experience: 40 };
    economy.quests = vec![row(9, true), row(2, true), row(5, false), row(6, false)];
    let mut state = saved(10);
    state.sheet.done = vec![quest(2)];
    let active = |id, count| massless_core::character::QuestState { quest: quest(id), count };
    state.sheet.quests = vec![active(6, 4), active(9, 3), active(7, 1)];
    let merged = merge(Some(state), &economy, &content);
    assert_eq!(merged.sheet.experience, 50, "quest 9 was done later, quest 2 is in it");
    assert_eq!(merged.sheet.done, [quest(2), quest(9)]);
    assert_eq!(merged.sheet.quests, [active(6, 4), active(5, 0)]);
}

#[test]
fn points_given_back_after_the_state_are_free() {
    let content = Content::embedded();
    let mut economy = economy(3);
    economy.resets = 1;
    let merged = merge(Some(saved(0)), &economy, &content);
    assert_eq!((merged.sheet.spent, merged.sheet.points, merged.sheet.resets), ([0; 4], 6, 1));
    let again = merge(Some(merged.clone()), &economy, &content);
    assert_eq!(again, merged, "once");
}
