//! What the database itself refuses, whoever asks.

use massless_core::intent::{Entry, Reason};
use massless_store::{Backend, StoreError};

use crate::on_both;
use crate::realm::Realm;

const APPEND_ONLY: [(&str, &str); 5] = [
    ("ledger_tx", "kind = 1"),
    ("ledger_entry", "delta = 1"),
    ("item_event", "to_id = 1"),
    ("audit", "actor = 'nobody'"),
    ("lease_history", "since = 1"),
];

fn refused(realm: &Realm, sql: &str) -> String {
    match realm.store.with(|conn| conn.batch(sql)) {
        Err(StoreError::Database(what) | StoreError::Taken(what)) => what,
        other => panic!("{sql}: {other:?}"),
    }
}

on_both! {
    fn what_is_append_only_stays(realm) {
        let ada = realm.character("Ada");
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 5 }]);
        realm.batch(
            "INSERT INTO audit (happened_at, actor, action, subject) VALUES (1, 'a', 'b', 'c')",
        );
        for (table, change) in APPEND_ONLY {
            let count = realm.number(&format!("SELECT count(*) FROM {table}"));
            assert!(count > 0, "{table} has rows");
            for sql in [format!("UPDATE {table} SET {change}"), format!("DELETE FROM {table}")] {
                let what = refused(realm, &sql);
                assert!(what.contains("append only"), "{sql}: {what}");
            }
            assert_eq!(realm.number(&format!("SELECT count(*) FROM {table}")), count);
        }
        realm.assert_sound();
    }

    fn epochs_rise_one_by_one(realm) {
        let ada = realm.character("Ada");
        for epoch in ["epoch + 2", "epoch - 1"] {
            let what = refused(
                realm,
                &format!("UPDATE character_lease SET epoch = {epoch} WHERE character_id = {ada}"),
            );
            assert!(what.contains("epoch"), "{what}");
        }
    }

    fn numbers_stay_in_their_ranges(realm) {
        let ada = realm.character("Ada");
        for sql in [
            format!("UPDATE ledger_account SET balance = -1 WHERE owner_id = {ada} AND kind = 1"),
            format!(
                "UPDATE ledger_account SET balance = 2000000001 WHERE owner_id = {ada} AND kind = 1"
            ),
            format!("UPDATE item SET quantity = 0 WHERE owner_id = {ada}"),
            format!("UPDATE item SET upgrade = 10 WHERE owner_id = {ada}"),
            format!("UPDATE item SET owner_kind = 4 WHERE owner_id = {ada}"),
            format!("UPDATE item SET slot = 0, area = 0 WHERE owner_id = {ada}"),
            format!("UPDATE character SET level = 0 WHERE id = {ada}"),
            format!("DELETE FROM character WHERE id = {ada}"),
        ] {
            refused(realm, &sql);
        }
        realm.assert_sound();
    }
}

#[test]
fn an_operation_that_does_not_sum_to_zero_is_not_committed() {
    let realm = Realm::postgres();
    let ada = realm.character("Ada");
    let what = refused(
        &realm,
        &format!(
            "BEGIN; INSERT INTO ledger_tx (id, kind, request_hash, result, created_at) \
             VALUES (decode(repeat('07', 16), 'hex'), 1, decode(repeat('00', 32), 'hex'), '{{}}', 1); \
             INSERT INTO ledger_entry SELECT decode(repeat('07', 16), 'hex'), id, 5, version + 1, \
               balance + 5 FROM ledger_account WHERE kind = 1 AND owner_id = {ada}; COMMIT;"
        ),
    );
    assert!(what.contains("does not sum to 0"), "{what}");
    assert_eq!(realm.number("SELECT count(*) FROM ledger_tx WHERE kind = 1"), 0);
}

#[test]
fn roles_may_do_what_they_need_and_no_more() {
    let realm = Realm::postgres();
    assert_eq!(realm.store.backend(), Backend::Postgres);
    let ada = realm.character("Ada");
    realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 5 }]);
    let mut conn = realm.store.connect().unwrap();
    let mut try_as = |role: &str, sql: &str| {
        conn.batch(&format!("SET ROLE {role}")).unwrap();
        let outcome = conn.batch(sql);
        conn.batch("RESET ROLE").unwrap();
        outcome
    };
    for (table, change) in APPEND_ONLY {
        for sql in [format!("UPDATE {table} SET {change}"), format!("DELETE FROM {table}")] {
            let what = format!("{:?}", try_as("massless_app", &sql));
            assert!(what.contains("permission denied"), "{sql}: {what}");
        }
    }
    for sql in ["DELETE FROM item", "DELETE FROM character", "DROP TABLE item", "TRUNCATE outbox"] {
        assert!(try_as("massless_app", sql).is_err(), "{sql}");
    }
    try_as("massless_app", "UPDATE item SET version = version; DELETE FROM ticket").unwrap();
    try_as("massless_read", "SELECT count(*) FROM ledger_entry").unwrap();
    for sql in [
        "UPDATE item SET version = 1",
        "SELECT hash FROM refresh_token",
        "SELECT password_hash FROM account",
    ] {
        assert!(try_as("massless_read", sql).is_err(), "{sql}");
    }
}
