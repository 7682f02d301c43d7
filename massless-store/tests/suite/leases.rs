//! Leases: one holder at a time, and an epoch that makes the others harmless.

use std::sync::Barrier;

use massless_core::ids::PlayerId;
use massless_core::intent::{Entry, Reason};
use massless_store::StoreError;
use massless_store::repo::leases::{self, Claim};
use massless_store::repo::operations::Outcome;
use massless_store::repo::snapshots::{self, Saved, Snapshot, ZoneSnapshot};

use crate::on_both;
use crate::realm::{HOST, OTHER_HOST, Realm, ZONE, seat};

fn expire(realm: &Realm, who: PlayerId) {
    realm.batch(&format!("UPDATE character_lease SET expires_at = 1 WHERE character_id = {who}"));
}

fn shot(realm: &Realm, player: PlayerId, (epoch, seq): (u64, u64)) -> Snapshot {
    Snapshot { player, epoch, seq, tick: 1, bytes: realm.load(player).to_bytes() }
}

on_both! {
    fn a_lease_is_held_until_it_runs_out(realm) {
        let ada = realm.newborn("Ada");
        let first = realm.claim(ada);
        assert_eq!((first.epoch, first.snapshot_seq), (1, 0));
        let other = realm.with(|conn| leases::claim(conn, ada, seat(OTHER_HOST), false));
        assert_eq!(other, Claim::HeldBy(HOST.to_owned()));
        let again = realm.with(|conn| leases::claim(conn, ada, seat(HOST), false));
        assert!(matches!(again, Claim::Granted(lease) if lease.epoch == 2), "{again:?}");
        let held = realm.with(|conn| leases::renew_all(conn, HOST, &[(ada, 2)]));
        assert_eq!(held, [ada]);
        assert_eq!(realm.with(|conn| leases::renew_all(conn, HOST, &[(ada, 1)])), []);
        assert_eq!(realm.with(|conn| leases::renew_all(conn, OTHER_HOST, &[(ada, 2)])), []);
        expire(realm, ada);
        assert_eq!(realm.with(|conn| leases::holder(conn, ada)), None);
        let taken = realm.with(|conn| leases::claim(conn, ada, seat(OTHER_HOST), false));
        assert!(matches!(taken, Claim::Granted(lease) if lease.epoch == 3), "{taken:?}");
        assert_eq!(
            realm.with(|conn| leases::holder(conn, ada)), Some((OTHER_HOST.to_owned(), 3)));
        realm.with(|conn| leases::release(conn, ada, 2));
        assert!(realm.with(|conn| leases::holder(conn, ada)).is_some(), "with an old epoch nothing");
        realm.with(|conn| leases::release(conn, ada, 3));
        assert_eq!(realm.with(|conn| leases::holder(conn, ada)), None);
        realm.claim(ada);
        realm.assert_sound();
    }

    fn of_two_hosts_that_claim_at_once_one_acts(realm) {
        let ada = realm.newborn("Ada");
        let (store, barrier) = (&realm.store, Barrier::new(2));
        let claims: Vec<_> = std::thread::scope(|scope| {
            let hosts = [HOST, OTHER_HOST].map(|host| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    store.repeat(|conn| leases::claim(conn, ada, seat(host), false)).unwrap()
                })
            });
            hosts.into_iter().map(|host| host.join().unwrap()).collect()
        });
        let granted = claims.iter().filter(|it| matches!(it, Claim::Granted(_))).count();
        assert_eq!(granted, 1, "{claims:?}");
    }

    fn leases_that_move_under_load_let_no_stale_write_through(realm) {
        let ada = realm.character("Ada");
        let before = realm.load(ada).sheet.coin;
        let intents: Vec<_> = (0..60)
            .map(|_| realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]))
            .collect();
        let store = &realm.store;
        let done = std::thread::scope(|scope| {
            let mover = scope.spawn(move || {
                for turn in 0..30 {
                    let host = if turn % 2 == 0 { OTHER_HOST } else { HOST };
                    store.repeat(|conn| leases::claim(conn, ada, seat(host), true)).unwrap();
                }
            });
            let outcomes: Vec<Outcome> = intents.iter().flat_map(|intent| {
                store.commit(&[realm.operation(intent)]).unwrap()
            }).collect();
            mover.join().unwrap();
            outcomes.iter().filter(|it| matches!(it, Outcome::Done(_))).count()
        });
        let fresh = realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]);
        assert_eq!(store.commit(&[realm.operation(&fresh)]).unwrap(), [Outcome::Fenced]);
        assert_eq!(realm.load(ada).sheet.coin, before + done as i64);
        // I11 looks at every operation's epoch and the history.
        realm.assert_sound();
    }

    fn a_hand_over_is_one_step(realm) {
        let ada = realm.character("Ada");
        let epoch = realm.epoch(ada);
        let stale = realm.store.with(|conn| {
            leases::hand_off(conn, &shot(realm, ada, (epoch + 1, 1)), seat(OTHER_HOST))
        });
        assert!(matches!(stale, Err(StoreError::Fenced)), "{stale:?}");
        assert_eq!(realm.with(|conn| leases::holder(conn, ada)), Some((HOST.to_owned(), epoch)));
        let last = shot(realm, ada, (epoch, 1));
        let lease = realm.with(|conn| leases::hand_off(conn, &last, seat(OTHER_HOST)));
        assert_eq!((lease.epoch, lease.snapshot_seq), (epoch + 1, 1));
        let late = realm.with(|conn| {
            snapshots::save_batch(conn, &[shot(realm, ada, (epoch, 2))])
        });
        assert_eq!(late, [Saved::Fenced], "the old host writes no more");
        realm.assert_sound();
    }

    fn zones_have_leases_too(realm) {
        let claim = |host| realm.with(|conn| leases::claim_zone(conn, seat(host), false));
        assert_eq!(claim(HOST), Claim::Granted(1));
        assert_eq!(claim(OTHER_HOST), Claim::HeldBy(HOST.to_owned()));
        assert_eq!(claim(HOST), Claim::Granted(2), "every start begins a new epoch");
        assert_eq!(realm.with(|conn| leases::renew_zones(conn, HOST)), [(ZONE, 1, 2)]);
        let state = |epoch| ZoneSnapshot {
            zone: ZONE,
            channel: 1,
            epoch,
            tick: 99,
            build_hash: "build".to_owned(),
            content_hash: "content".to_owned(),
            bytes: vec![1, 2, 3],
        };
        let stale = realm.store.with(|conn| snapshots::save_zone(conn, &state(1)));
        assert!(matches!(stale, Err(StoreError::Fenced)), "{stale:?}");
        realm.with(|conn| snapshots::save_zone(conn, &state(2)));
        realm.with(|conn| snapshots::save_zone(conn, &state(2)));
        let kept = realm.with(|conn| snapshots::load_zone(conn, ZONE, 1));
        assert_eq!(kept, Some(state(2)));
        realm.batch("UPDATE zone_snapshot SET crc32 = 1");
        assert_eq!(realm.with(|conn| snapshots::load_zone(conn, ZONE, 1)), None, "damaged: afresh");
        realm.with(|conn| leases::release_zones(conn, OTHER_HOST));
        assert_eq!(claim(OTHER_HOST), Claim::HeldBy(HOST.to_owned()), "it was not the other's");
        realm.with(|conn| leases::release_zones(conn, HOST));
        assert_eq!(claim(OTHER_HOST), Claim::Granted(3));
    }
}
