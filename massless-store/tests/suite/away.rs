//! A database that goes away and comes back: nobody waits long, nothing is done twice.

use std::time::{Duration, Instant};

use massless_core::intent::{Entry, Reason};
use massless_store::repo::characters::{self};
use massless_store::repo::leases::{self, Claim};
use massless_store::repo::operations::{Operation, OperationId, Outcome};
use massless_store::{Store, StoreError, StoreSettings};
use massless_testbed::{Durability, Postgres};

use crate::realm::{HOST, Realm, seat};

/// Longest wait for something that comes; only a failure takes it.
const PATIENCE: Duration = Duration::from_secs(30);

fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn nobody_at_the_address_is_told_within_a_second() {
    let port = massless_testbed::free_port();
    let url = format!("postgres://nobody@127.0.0.1:{port}/none");
    let store = Store::open(&url, StoreSettings::default()).unwrap();
    let start = Instant::now();
    for _ in 0..50 {
        let refused = store.with(|conn| conn.batch("SELECT 1"));
        assert!(matches!(refused, Err(StoreError::Unavailable)), "{refused:?}");
    }
    // Three failures open the circuit; after that only probes ask.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(store.is_away());
    let start = Instant::now();
    let _ = store.with(|conn| conn.batch("SELECT 1"));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn addresses_that_make_no_sense_are_told_apart_and_show_no_password() {
    for url in ["", "mysql://u:secret@h/d", "sqlite:", "sqlite::memory:", "file:x"] {
        let refused = Store::open(url, StoreSettings::default());
        let Err(StoreError::Address(what)) = refused else { panic!("{url}") };
        assert!(!what.contains("secret"), "{what}");
    }
}

#[test]
fn a_killed_database_comes_back_with_all_that_was_acknowledged() {
    let mut server = Postgres::start_private(Durability::Memory);
    let url = server.create_database("realm", None);
    let realm = Realm::at(&url);
    let ada = realm.character("Ada");
    let before = realm.load(ada).sheet.coin;
    let mut acknowledged = 0;
    for round in 0..3 {
        let intents: Vec<_> =
            (0..40).map(|_| realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 1 }])).collect();
        let store = &realm.store;
        let operations: Vec<Operation<'_>> = intents.iter().map(|it| realm.operation(it)).collect();
        let (started, wait) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let worker = scope.spawn(move || {
                for operation in &operations {
                    // Whoever does not know what became of it asks again with the same name.
                    until("it comes back", || {
                        let one = store.commit(std::slice::from_ref(operation));
                        let _ = started.send(());
                        match one {
                            Ok(outcomes) => matches!(outcomes[0], Outcome::Done(_)).then_some(()),
                            Err(StoreError::Unavailable) => None,
                            Err(other) => panic!("{other:?}"),
                        }
                    });
                }
            });
            for _ in 0..=5 * round {
                wait.recv().unwrap();
            }
            server.kill();
            server.start_again();
            drop(wait);
            worker.join().unwrap();
        });
        acknowledged += 40;
    }
    assert_eq!(realm.load(ada).sheet.coin, before + acknowledged);
    assert_eq!(realm.number("SELECT count(*) FROM ledger_tx WHERE kind = 1"), acknowledged);
    realm.assert_sound();
}

#[test]
fn a_database_that_hangs_keeps_nobody_waiting_and_goes_on_by_itself() {
    let server = Postgres::start_private(Durability::Memory);
    let url = server.create_database("realm", None);
    let realm = Realm::at(&url);
    let ada = realm.newborn("Ada");
    let mut settings = StoreSettings { connections_max: 2, ..StoreSettings::default() };
    settings.breaker.hang = Duration::from_millis(300);
    let store = Store::open(&url, settings).unwrap();
    let claim = store.with(|conn| leases::claim(conn, ada, seat(HOST), false)).unwrap();
    let Claim::Granted(lease) = claim else { panic!("{claim:?}") };
    let intent = realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]);
    let operation = Operation {
        id: OperationId::new([1; 16]),
        epochs: vec![(ada, lease.epoch)],
        intent: &intent,
        snapshot: None,
    };
    let before = realm.load(ada).sheet.coin;
    // A transaction holds the purse; whoever wants it hangs on it as on a stopped server.
    let held = realm.store.connect().unwrap();
    let mut held = held;
    held.batch("BEGIN; SELECT * FROM ledger_account FOR UPDATE").unwrap();
    std::thread::scope(|scope| {
        let stuck = scope.spawn(|| store.commit(std::slice::from_ref(&operation)));
        until("others are refused", || store.is_away().then_some(()));
        let start = Instant::now();
        let refused = store.with(|conn| characters::list(conn, 1));
        assert!(matches!(refused, Err(StoreError::Unavailable)), "{refused:?}");
        assert!(start.elapsed() < Duration::from_millis(200));
        held.batch("ROLLBACK").unwrap();
        let outcome = stuck.join().unwrap();
        assert!(
            matches!(&outcome, Ok(done) if matches!(done[0], Outcome::Done(_)))
                || matches!(outcome, Err(StoreError::Busy(_) | StoreError::Unavailable)),
            "{outcome:?}"
        );
    });
    let again = until("it goes on", || store.commit(std::slice::from_ref(&operation)).ok());
    assert!(matches!(again[0], Outcome::Done(_)));
    assert_eq!(realm.load(ada).sheet.coin, before + 1);
    realm.assert_sound();
}
