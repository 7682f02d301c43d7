//! The checker is checked: broken copies of a database, each named by the one invariant it breaks, and a
//! clean one that names nothing.

use std::collections::BTreeSet;

use massless_core::ids::{ItemId, PlayerId};
use massless_core::intent::{Answer, Entry, Place, Reason};
use massless_store::Backend;
use massless_store::repo::mail::{self, Draft};
use massless_store::repo::operations::OperationId;
use massless_store::repo::snapshots::Snapshot;
use massless_store::verify::{self, Acknowledged};

use crate::on_both;
use crate::realm::{NOW, Realm};

/// What each mutation may name: two characters and an item of the first one.
struct Scene {
    ada: PlayerId,
    bea: PlayerId,
    item: i64,
}

/// A realm where a bit of everything has happened.
fn scene(realm: &Realm) -> Scene {
    let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
    let create = |slot| Entry::Create {
        definition: ItemId::new(5_001),
        rarity: 0,
        quantity: 5,
        bound: false,
        slot,
    };
    let mut uids = Vec::new();
    for slot in [30, 31, 32] {
        match realm.done(ada, Reason::Loot, &[create(slot), Entry::Coin { delta: 100 }]) {
            Answer::Done { created, .. } => uids.push(created[0]),
            other => panic!("{other:?}"),
        }
    }
    let to = Place::Bag(40);
    realm.done(ada, Reason::Arrange, &[Entry::Move { uid: uids[0], from: Place::Bag(30), to }]);
    realm.done(
        ada,
        Reason::Arrange,
        &[Entry::Shrink { uid: uids[1], quantity: 2 }, Entry::Grow { uid: uids[0], quantity: 2 }],
    );
    // In one transaction, so that both go to one sink.
    let shop = |delta| realm.intent(ada, Reason::Shop, &[Entry::Coin { delta }]);
    let paid = [shop(-10), shop(-20)];
    let operations: Vec<_> = paid.iter().map(|it| realm.operation(it)).collect();
    realm.store.commit(&operations).unwrap();
    realm.done(ada, Reason::Trade, &[Entry::Pay { from: ada, to: bea, amount: 40 }]);
    realm.done(ada, Reason::List, &[Entry::List { uid: uids[2], price: 10 }]);
    let it = Draft { from: ada, to: bea, subject: "", body: "" };
    let draft = realm.with(|conn| mail::draft(conn, NOW * 2, it));
    realm.done(
        ada,
        Reason::Mail,
        &[Entry::Escrow { uid: uids[1] }, Entry::Post { draft, coin: 7 }],
    );
    let bytes = realm.load(ada).to_bytes();
    let shot = Snapshot { player: ada, epoch: realm.epoch(ada), seq: 1, tick: 1, bytes };
    realm.store.save_snapshots(&[shot]).unwrap();
    Scene { ada, bea, item: uids[0].get().cast_signed() }
}

/// Breaks a database behind all guards.
fn break_it(realm: &Realm, sql: &str) {
    let mut conn = realm.store.connect().unwrap();
    match realm.store.backend() {
        Backend::Postgres => {
            let open = "SET session_replication_role = replica; \
                ALTER TABLE ledger_account DROP CONSTRAINT balance_not_negative; \
                DROP INDEX item_place;";
            conn.batch(open).unwrap();
        }
        Backend::Sqlite => {
            conn.batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
            let guards = conn
                .texts("SELECT name AS what FROM sqlite_schema WHERE type = 'trigger'")
                .unwrap();
            guards.iter().for_each(|it| conn.batch(&format!("DROP TRIGGER {it}")).unwrap());
            conn.batch("DROP INDEX item_place").unwrap();
        }
    }
    conn.batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// What the checker names after a break.
fn named(realm: &Realm, sql: impl Fn(&Scene) -> String) -> BTreeSet<&'static str> {
    let scene = scene(realm);
    assert_eq!(realm.with(verify::run), [], "a clean one names nothing");
    break_it(realm, &sql(&scene));
    realm.with(verify::run).iter().map(|it| it.invariant).collect()
}

fn only(invariant: &'static str) -> BTreeSet<&'static str> {
    BTreeSet::from([invariant])
}

/// The sink of what was paid to shops: two entries, each of an operation of its own.
const SHOP: &str = "(SELECT id FROM ledger_account WHERE kind = 4 AND owner_id = 10)";

on_both! {
    fn i1_a_leg_is_forged_with_its_account(realm) {
        // Two operations that are wrong by the same amount: balances, chains and the whole are right.
        let found = named(realm, |_| format!(
            "UPDATE ledger_entry SET delta = delta + 5, balance_after = balance_after + 5 \
               WHERE account_id = {SHOP} AND account_version = 1; \
             UPDATE ledger_entry SET delta = delta - 5 \
               WHERE account_id = {SHOP} AND account_version = 2;"
        ));
        assert_eq!(found, only("I1"));
    }

    fn i2_balances_are_moved_behind_the_books(realm) {
        let found = named(realm, |scene| format!(
            "UPDATE ledger_account SET balance = balance - 5 WHERE kind = 1 AND owner_id = {}; \
             UPDATE ledger_account SET balance = balance + 5 WHERE kind = 1 AND owner_id = {};",
            scene.ada, scene.bea
        ));
        assert_eq!(found, only("I2"));
    }

    fn i3_a_running_balance_is_wrong(realm) {
        let found = named(realm, |_| format!(
            "UPDATE ledger_entry SET balance_after = balance_after + 1 \
             WHERE account_id = {SHOP} AND account_version = 1;"
        ));
        assert_eq!(found, only("I3"));
    }

    fn i4_a_wallet_is_below_zero(realm) {
        // All of it, and more, is given away by a forged operation that is right in every other way.
        let found = named(realm, |scene| {
            let (ada, bea) = (scene.ada.get() * 16 + 1, scene.bea.get() * 16 + 1);
            let tx = "X'77777777777777777777777777777777'";
            let hash = "X'0000000000000000000000000000000000000000000000000000000000000000'";
            let sql = format!(
                "INSERT INTO ledger_tx (id, kind, request_hash, result, created_at) \
                   VALUES ({tx}, 18, {hash}, '{{}}', 1); \
                 INSERT INTO outbox (tx_id, topic, payload, created_at) \
                   VALUES ({tx}, 'economy', '', 1); \
                 INSERT INTO ledger_entry SELECT {tx}, id, -9999, version + 1, balance - 9999 \
                   FROM ledger_account WHERE id = {ada}; \
                 INSERT INTO ledger_entry SELECT {tx}, id, 9999, version + 1, balance + 9999 \
                   FROM ledger_account WHERE id = {bea}; \
                 UPDATE ledger_account SET version = version + 1, balance = balance - 9999 \
                   WHERE id = {ada}; \
                 UPDATE ledger_account SET version = version + 1, balance = balance + 9999 \
                   WHERE id = {bea};"
            );
            bytes_for(realm, &sql)
        });
        assert_eq!(found, only("I4"));
    }

    fn i5_an_account_is_gone(realm) {
        let found = named(realm, |_| format!("DELETE FROM ledger_account WHERE id = {SHOP};"));
        assert_eq!(found, only("I5"));
    }

    fn i6_an_item_changes_its_owner_in_silence(realm) {
        let found = named(realm, |scene| {
            format!("UPDATE item SET owner_id = {} WHERE id = {}", scene.bea, scene.item)
        });
        assert_eq!(found, only("I6"));
    }

    fn i7_an_event_is_lost(realm) {
        let found = named(realm, |scene| {
            format!("DELETE FROM item_event WHERE item_id = {} AND version = 2", scene.item)
        });
        assert_eq!(found, only("I7"));
    }

    fn i8_a_line_of_the_outbox_is_lost(realm) {
        let found = named(realm, |_| "DELETE FROM outbox WHERE seq = 3".to_owned());
        assert_eq!(found, only("I8"));
    }

    fn i8_a_line_of_the_outbox_is_passed_over(realm) {
        let found = named(realm, |_| {
            "UPDATE outbox SET created_at = 1; UPDATE outbox SET published_at = 2 WHERE seq = 4; \
             UPDATE outbox SET published_at = 2 WHERE seq < 3;"
                .to_owned()
        });
        assert_eq!(found, only("I8"));
    }

    fn i9_moving_a_stack_makes_it_larger(realm) {
        let found = named(realm, |scene| format!(
            "UPDATE item SET quantity = quantity + 3 WHERE id = {id}; \
             UPDATE item_event SET quantity_delta = quantity_delta + 3, \
               quantity_after = quantity_after + 3 WHERE item_id = {id} AND version = 3;",
            id = scene.item
        ));
        assert_eq!(found, only("I9"));
    }

    fn i10_two_items_are_in_one_place(realm) {
        let found = named(realm, |scene| {
            format!(
                "UPDATE item SET area = 1, slot = 0 WHERE id = {} AND owner_id = {}",
                scene.item, scene.ada
            )
        });
        assert_eq!(found, only("I10"));
    }

    fn i10_an_item_is_of_nobody(realm) {
        let found = named(realm, |scene| format!(
            "UPDATE item SET owner_id = 999 WHERE id = {id}; \
             UPDATE item_event SET to_id = 999 WHERE item_id = {id} AND version = 3;",
            id = scene.item
        ));
        assert_eq!(found, only("I10"));
    }

    fn i11_an_operation_names_an_epoch_of_others(realm) {
        let found = named(realm, |_| {
            "UPDATE ledger_tx SET actor_epoch = 7 WHERE kind = 10".to_owned()
        });
        assert_eq!(found, only("I11"));
        let late = "UPDATE ledger_tx SET actor_epoch = 1, created_at = 5 WHERE kind = 10";
        break_again(realm, late);
        let found: BTreeSet<_> = realm.with(verify::run).iter().map(|it| it.invariant).collect();
        assert_eq!(found, only("I11"), "or was committed before that epoch began");
    }

    fn i12_an_answer_is_not_what_was_done(realm) {
        let found = named(realm, |_| {
            "UPDATE ledger_tx SET result = '{}' WHERE kind = 2".to_owned()
        });
        assert_eq!(found, only("I12"));
    }

    fn i12_a_journal_is_compared(realm) {
        let ada = realm.character("Ada");
        let intent = realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 3 }]);
        let operation = realm.operation(&intent);
        realm.store.commit(std::slice::from_ref(&operation)).unwrap();
        let line = |id, result: Option<&str>| {
            Acknowledged { id, result: result.map(str::to_owned) }
        };
        let never = OperationId::new([9; 16]);
        let right = [line(operation.id, Some("{}")), line(never, None)];
        assert_eq!(realm.with(|conn| verify::journal(conn, &right)), []);
        let wrong = [line(operation.id, None), line(never, Some("{}")),
            line(operation.id, Some("{\"coin\":1}"))];
        let found = realm.with(|conn| verify::journal(conn, &wrong));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|it| it.invariant == "I12"));
    }

    fn i13_a_snapshot_is_ahead_of_its_lease(realm) {
        let found = named(realm, |scene| {
            format!("UPDATE character_snapshot SET seq = 9 WHERE character_id = {}", scene.ada)
        });
        assert_eq!(found, only("I13"));
    }

    fn i14_a_letters_coin_is_not_what_waits(realm) {
        let found = named(realm, |_| "UPDATE mail SET coin = coin + 1".to_owned());
        assert_eq!(found, only("I14"));
    }

    fn i14_a_closed_letter_still_has_an_item(realm) {
        let found = named(realm, |_| "UPDATE mail SET claimed_at = 1".to_owned());
        assert_eq!(found, only("I14"));
    }

    fn i14_a_closed_offer_still_has_an_item(realm) {
        let found = named(realm, |_| "UPDATE listing SET state = 4, closed_at = 1".to_owned());
        assert_eq!(found, only("I14"));
    }

    fn what_breaks_more_is_named_more_than_once(realm) {
        let found = named(realm, |scene| format!(
            "UPDATE ledger_account SET balance = balance + 5 WHERE kind = 1 AND owner_id = {}",
            scene.ada
        ));
        assert_eq!(found, BTreeSet::from(["I2", "I5"]), "5 more in a purse");
    }

    fn one_leg_is_deleted(realm) {
        let found = named(realm, |_| format!(
            "DELETE FROM ledger_entry WHERE account_id = {SHOP} AND account_version = 1"
        ));
        assert_eq!(found, BTreeSet::from(["I1", "I2", "I3"]));
    }

    fn an_item_is_cloned_under_a_new_name(realm) {
        let found = named(realm, |scene| format!(
            "INSERT INTO item SELECT 9999, def_id, owner_kind, owner_id, 0, 44, rarity, upgrade, \
               quantity, is_bound, version, created_tx FROM item WHERE id = {id}; \
             INSERT INTO item_event SELECT 9999, version, tx_id, from_kind, from_id, to_kind, to_id, \
               quantity_delta, quantity_after, upgrade_after FROM item_event WHERE item_id = {id};",
            id = scene.item
        ));
        assert_eq!(found, BTreeSet::from(["I12", "I9"]), "with all its events");
    }
}

fn break_again(realm: &Realm, sql: &str) {
    let mut conn = realm.store.connect().unwrap();
    if realm.store.backend() == Backend::Postgres {
        conn.batch("SET session_replication_role = replica").unwrap();
    }
    conn.batch(sql).unwrap();
}

/// SQLite's words for bytes are bits for PostgreSQL.
fn bytes_for(realm: &Realm, sql: &str) -> String {
    match realm.store.backend() {
        Backend::Postgres => sql.replace("X'", "'\\x"),
        Backend::Sqlite => sql.to_owned(),
    }
}
