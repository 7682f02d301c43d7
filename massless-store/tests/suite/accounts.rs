//! Accounts, what their owners hold in their hands, and who may not play.

use std::sync::Barrier;

use massless_core::ids::PlayerId;
use massless_core::intent::{Entry, Reason};
use massless_store::StoreError;
use massless_store::limits::{FRIENDS_MAX, REFRESH_MILLIS, TICKET_MILLIS};
use massless_store::repo::accounts::{self, NewAccount, Role};
use massless_store::repo::bans::{self, Ban, Deed};
use massless_store::repo::friends::{self, Tie};
use massless_store::repo::tickets::{self, Admitted};
use massless_store::repo::tokens::{self, Login, Rotation};
use massless_store::repo::{boards, export};
use massless_store::shared::Board;

use crate::on_both;
use crate::realm::{HOST, NOW, OTHER_HOST, Realm};

const HASH: [u8; 32] = [1; 32];
const NEXT: [u8; 32] = [2; 32];

fn member(key: &str) -> NewAccount<'_> {
    NewAccount::Member { login: key, key, email: None, password_hash: "$argon2id$" }
}

fn account(realm: &Realm, key: &str) -> u64 {
    realm.with(|conn| accounts::create(conn, NOW, &member(key)))
}

/// A log-in whose first token is `HASH`.
fn log_in(realm: &Realm, account: u64, family: u8) -> Login {
    let session_epoch =
        realm.with(|conn| accounts::by_id(conn, account)).expect("it is there").session_epoch;
    let login = Login { account, session_epoch, family: [family; 16] };
    realm.with(|conn| tokens::begin(conn, NOW, &login, &HASH));
    login
}

fn owner_of(realm: &Realm, who: PlayerId) -> u64 {
    let id: i64 = realm.number(&format!("SELECT account_id FROM character WHERE id = {who}"));
    id.cast_unsigned()
}

on_both! {
    fn a_login_is_taken_once_and_forgotten_with_its_account(realm) {
        let anna = account(realm, "anna");
        let again = realm.store.with(|conn| accounts::create(conn, NOW, &member("anna")));
        assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
        let guest = realm.with(|conn| accounts::create(conn, NOW, &NewAccount::Guest));
        assert!(realm.with(|conn| accounts::by_id(conn, guest)).is_some_and(|found| found.is_guest));
        let found = realm.with(|conn| accounts::by_login(conn, "anna")).expect("it is there");
        assert_eq!((found.id, found.role, found.session_epoch), (anna, Role::Player, 0));
        realm.with(|conn| accounts::set_role(conn, anna, Role::Admin));
        let promoted = realm.with(|conn| accounts::by_id(conn, anna)).expect("it is there");
        assert_eq!(promoted.role, Role::Admin);
        realm.with(|conn| accounts::erase(conn, NOW, anna));
        assert_eq!(realm.with(|conn| accounts::by_login(conn, "anna")), None);
        assert_eq!(realm.with(|conn| accounts::by_id(conn, anna)), None);
        account(realm, "anna");
        let missing = realm.store.with(|conn| accounts::set_role(conn, 999, Role::Admin));
        assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
    }

    fn a_refresh_token_is_good_once_and_a_second_use_ends_its_family(realm) {
        let anna = account(realm, "anna");
        let login = log_in(realm, anna, 7);
        let is_alive = |family: &Login| {
            realm.with(|conn| tokens::is_alive(conn, NOW, anna, &family.family))
        };
        let rotate = |old, new| realm.with(|conn| tokens::rotate(conn, NOW, old, new));
        assert!(is_alive(&login));
        assert_eq!(rotate(&HASH, &NEXT), Rotation::Done(login));
        assert!(is_alive(&login));
        assert_eq!(realm.with(|conn| tokens::login_of(conn, &NEXT)), Some(login));
        assert_eq!(rotate(&HASH, &[3; 32]), Rotation::Reused(login));
        assert!(!is_alive(&login));
        assert_eq!(rotate(&NEXT, &[4; 32]), Rotation::Refused, "the thief's or the owner's: void");
        assert_eq!(rotate(&[9; 32], &[4; 32]), Rotation::Refused, "unknown");
    }

    fn of_two_that_refresh_at_once_one_gets_through(realm) {
        let anna = account(realm, "anna");
        log_in(realm, anna, 7);
        let (store, barrier) = (&realm.store, Barrier::new(2));
        let rotations: Vec<Rotation> = std::thread::scope(|scope| {
            let tries = [10_u8, 11].map(|n| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    store.with(|conn| tokens::rotate(conn, NOW, &HASH, &[n; 32])).unwrap()
                })
            });
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let done = rotations.iter().filter(|one| matches!(one, Rotation::Done(_))).count();
        assert_eq!(done, 1, "{rotations:?}");
        assert!(rotations.iter().any(|one| matches!(one, Rotation::Reused(_))), "{rotations:?}");
    }

    fn tokens_end_with_their_time_with_a_logout_and_with_another_password(realm) {
        let anna = account(realm, "anna");
        log_in(realm, anna, 7);
        let late = NOW + REFRESH_MILLIS;
        let rotated = realm.with(|conn| tokens::rotate(conn, late, &HASH, &NEXT));
        assert_eq!(rotated, Rotation::Refused);
        assert_eq!(realm.with(|conn| accounts::end_sessions(conn, NOW, anna)), 1);
        let rotated = realm.with(|conn| tokens::rotate(conn, NOW, &HASH, &NEXT));
        assert_eq!(rotated, Rotation::Refused);
        assert_eq!(realm.with(|conn| accounts::change_password(conn, NOW, anna, "$other$")), 2);
        let found = realm.with(|conn| accounts::by_id(conn, anna)).expect("it is there");
        assert_eq!(found.password_hash.as_deref(), Some("$other$"));
        assert_eq!(realm.with(|conn| tokens::sweep(conn, late)), 0, "it still answers");
        assert_eq!(realm.with(|conn| tokens::sweep(conn, late + REFRESH_MILLIS + 1)), 1);
    }

    fn a_ticket_is_good_once_on_its_host_for_half_a_minute(realm) {
        let ada = realm.newborn("Ada");
        let admitted = Admitted { account: owner_of(realm, ada), character: ada.get() };
        let issue = |hash: &[u8; 32], host: &str| {
            realm.with(|conn| tickets::issue(conn, NOW, (host, hash), admitted));
        };
        let redeem = |hash: &[u8; 32], host: &str, now| {
            realm.with(|conn| tickets::redeem(conn, now, host, hash))
        };
        issue(&HASH, HOST);
        assert_eq!(redeem(&HASH, OTHER_HOST, NOW), None, "another host's");
        assert_eq!(redeem(&HASH, HOST, NOW), Some(admitted));
        assert_eq!(redeem(&HASH, HOST, NOW), None, "twice");
        assert_eq!(redeem(&NEXT, HOST, NOW), None, "unknown");
        issue(&NEXT, "");
        assert_eq!(redeem(&NEXT, OTHER_HOST, NOW + TICKET_MILLIS), None, "too late");
        assert_eq!(redeem(&NEXT, OTHER_HOST, NOW + TICKET_MILLIS - 1), Some(admitted), "any host");
        issue(&[3; 32], HOST);
        let ban = Ban { reason: "sold sand".to_owned(), until_at: Some(NOW + 1_000) };
        realm.with(|conn| bans::ban(conn, NOW, admitted.account, ("boss", &ban)));
        assert_eq!(redeem(&[3; 32], HOST, NOW), None, "banned meanwhile");
        assert_eq!(redeem(&[3; 32], HOST, NOW + 1_000), None, "and used up by that");
        issue(&[4; 32], HOST);
        realm.with(|conn| accounts::end_sessions(conn, NOW, admitted.account));
        assert_eq!(redeem(&[4; 32], HOST, NOW + 2_000), None, "logged out everywhere");
        issue(&[5; 32], HOST);
        let sweep = |now| realm.with(|conn| tickets::sweep(conn, now));
        assert_eq!(sweep(NOW + 2 * TICKET_MILLIS), 0, "used ones are gone, this one is kept a while");
        assert_eq!(sweep(NOW + 3 * TICKET_MILLIS), 1);
    }

    fn of_two_hosts_that_redeem_one_ticket_at_once_one_lets_in(realm) {
        let ada = realm.newborn("Ada");
        let admitted = Admitted { account: owner_of(realm, ada), character: ada.get() };
        realm.with(|conn| tickets::issue(conn, NOW, ("", &HASH), admitted));
        let (store, barrier) = (&realm.store, Barrier::new(2));
        let let_in: Vec<_> = std::thread::scope(|scope| {
            let tries = [HOST, OTHER_HOST].map(|host| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    store.with(|conn| tickets::redeem(conn, NOW, host, &HASH)).unwrap()
                })
            });
            tries.into_iter().filter_map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(let_in, [admitted]);
    }

    fn bans_hold_until_their_end_and_deeds_are_written_down_for_good(realm) {
        let anna = account(realm, "anna");
        let short = Ban { reason: "short".to_owned(), until_at: Some(NOW + 1_000) };
        let ever = Ban { reason: "for good".to_owned(), until_at: None };
        assert_eq!(realm.with(|conn| bans::current(conn, NOW, anna)), None);
        realm.with(|conn| bans::ban(conn, NOW, anna, ("boss", &short)));
        assert_eq!(realm.with(|conn| bans::current(conn, NOW, anna)), Some(short));
        assert_eq!(realm.with(|conn| bans::current(conn, NOW + 1_000, anna)), None);
        realm.with(|conn| bans::ban(conn, NOW, anna, ("boss", &ever)));
        assert_eq!(realm.with(|conn| bans::current(conn, NOW, anna)), Some(ever));
        assert_eq!(realm.with(|conn| bans::lift(conn, NOW, anna)), 2);
        assert_eq!(realm.with(|conn| bans::current(conn, NOW, anna)), None);
        let deed = Deed {
            actor: "boss", account: Some(anna), action: "ban", subject: "anna", detail: "",
        };
        realm.with(|conn| bans::audit(conn, NOW, &deed));
        assert_eq!(realm.number("SELECT COUNT(*) FROM audit WHERE actor = 'boss'"), 1);
    }

    fn lists_of_friends_and_blocks_have_a_hundred_names(realm) {
        let (ada, ben) = (realm.newborn("Ada").get(), realm.newborn("Ben").get());
        for tie in [Tie::Friend, Tie::Block] {
            let add = |pair| realm.store.with(|conn| friends::add(conn, NOW, tie, pair));
            assert!(add((ada, ben)).expect("room"));
            assert!(!add((ada, ben)).expect("it stands there"));
            assert!(matches!(add((ada, ada)), Err(StoreError::Denied("oneself"))));
            let names: Vec<String> = realm.with(|conn| friends::list(conn, tie, ada))
                .into_iter().map(|tied| tied.name).collect();
            assert_eq!(names, ["Ben"]);
            assert_eq!(realm.with(|conn| friends::list(conn, tie, ben)), [], "one-sided");
            assert!(realm.with(|conn| friends::remove(conn, tie, (ada, ben))));
            assert!(!realm.with(|conn| friends::remove(conn, tie, (ada, ben))));
        }
        realm.with(|conn| friends::add(conn, NOW, Tie::Block, (ada, ben)));
        assert_eq!(realm.with(|conn| friends::blocked_by(conn, ada)), [ben]);
        realm.batch(&format!(
            "INSERT INTO character (account_id, name, class, faction, look, level, storage_slots, \
             created_at) SELECT account_id, name, 1, 1, 0, 1, 30, 0 FROM character WHERE id = {ben}"
        ));
        let clone = format!(
            "INSERT INTO friend (character_id, friend_id, created_at) SELECT {ada}, id, 0 FROM \
             character WHERE id <> {ada} AND id NOT IN (SELECT friend_id FROM friend WHERE \
             character_id = {ada})"
        );
        for _ in 0..FRIENDS_MAX {
            realm.batch(&format!(
                "INSERT INTO character (account_id, name, class, faction, look, level, \
                 storage_slots, created_at) SELECT account_id, name, 1, 1, 0, 1, 30, 0 FROM \
                 character WHERE id = {ben}"
            ));
        }
        realm.batch(&clone);
        realm.batch(&format!("DELETE FROM friend WHERE friend_id = {ben}"));
        let count = realm.number(&format!("SELECT COUNT(*) FROM friend WHERE character_id = {ada}"));
        assert!(count >= FRIENDS_MAX as i64, "{count}");
        let full = realm.store.with(|conn| friends::add(conn, NOW, Tie::Friend, (ada, ben)));
        assert!(matches!(full, Err(StoreError::Denied("the list is full"))), "{full:?}");
    }

    fn a_mute_holds_until_its_end_and_the_newest_counts(realm) {
        let (ada, ben) = (realm.character("Ada").get(), realm.newborn("Ben").get());
        let mute = |until: i64| realm.with(|conn| bans::mute(conn, NOW, ada, ("boss", until)));
        let until = |now: i64, who: u64| realm.with(|conn| bans::muted_until(conn, now, who));
        assert_eq!(until(NOW, ada), None);
        mute(NOW + 1_000);
        mute(NOW + 60_000);
        mute(NOW + 5_000);
        assert_eq!((until(NOW, ada), until(NOW, ben)), (Some(NOW + 5_000), None));
        assert_eq!((until(NOW + 4_999, ada), until(NOW + 5_000, ada)), (Some(NOW + 5_000), None));
        let owner = owner_of(realm, PlayerId::new(ada));
        let all = realm.with(|conn| export::account(conn, owner));
        assert_eq!(all["characters"][0]["muted_until"], NOW + 5_000, "{all}");
        mute(NOW);
        assert_eq!(until(NOW, ada), None, "the voice is given back");
    }

    fn boards_are_what_the_tables_say(realm) {
        let (ada, ben) = (realm.character("Ada"), realm.newborn("Ben"));
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 7 }]);
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 5 }]);
        realm.batch(&format!("UPDATE character SET level = 9 WHERE id = {ben}"));
        realm.batch(&format!(
            "INSERT INTO character_quest (character_id, quest, state, experience, changed_at) \
             VALUES ({ada}, 1, 2, 0, 0), ({ada}, 2, 2, 0, 0), ({ben}, 1, 2, 0, 0), ({ben}, 2, 1, 0, 0)"
        ));
        let best = |board| -> Vec<(u64, i64)> {
            let entries = realm.with(|conn| boards::best(conn, board, &[1, 2]));
            entries.into_iter().map(|entry| (entry.character, entry.score)).collect()
        };
        assert_eq!(best(Board::Level)[..2], [(ben.get(), 9), (ada.get(), 1)]);
        assert_eq!(best(Board::Quests), [(ada.get(), 2), (ben.get(), 1)]);
        assert_eq!(best(Board::Coin), [(ada.get(), 12)]);
        let by_loot = realm.with(|conn| boards::best(conn, Board::Coin, &[2]));
        assert_eq!(by_loot, [], "only what the named reasons gave");
        realm.batch(&format!("UPDATE character SET deleted_at = 1 WHERE id = {ben}"));
        assert_eq!(best(Board::Level)[0], (ada.get(), 1));
    }

    fn an_export_holds_everything_of_one_and_nothing_of_others(realm) {
        let (ada, ben) = (realm.character("Ada"), realm.newborn("Ben"));
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 7 }]);
        let owner = owner_of(realm, ada);
        realm.with(|conn| friends::add(conn, NOW, Tie::Friend, (ada.get(), ben.get())));
        let all = realm.with(|conn| export::account(conn, owner));
        let character = &all["characters"][0];
        assert_eq!((&character["name"], &character["friends"][0]), (&"Ada".into(), &"Ben".into()));
        assert!(character["items"].as_array().is_some_and(|items| !items.is_empty()), "{all}");
        assert_eq!(character["coin"], 27, "20 came with the kit: {all}");
        assert_eq!(character["ledger"][0]["delta"], 7, "{all}");
        assert!(!all.to_string().contains("argon2"), "{all}");
        let missing = realm.store.with(|conn| export::account(conn, 999_999));
        assert!(matches!(missing, Err(StoreError::Missing(_))));
        assert_eq!(realm.with(|conn| export::delete_characters(conn, NOW, owner)), 1);
        let gone = realm.number(&format!(
            "SELECT COUNT(*) FROM character WHERE id = {ada} AND deleted_at = {NOW}"
        ));
        assert_eq!(gone, 1);
    }
}
