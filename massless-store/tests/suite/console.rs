//! What the admin console keeps and asks: second factors, sessions, searches, traces, the audit.

use massless_core::ids::{ItemId, ItemUid, PlayerId};
use massless_core::intent::{Answer, Entry, Reason};
use massless_store::limits::{
    CONSOLE_IDLE_MILLIS, CONSOLE_MILLIS, FACTOR_FAILURES_MAX, FACTOR_LOCK_MILLIS, STAFF_PAGE,
};
use massless_store::repo::accounts::{self, NewAccount, Role};
use massless_store::repo::audit::{self, Filter};
use massless_store::repo::bans::{self, Ban, Deed};
use massless_store::repo::tokens::{self, Login};
use massless_store::repo::{console, people, quarantine, second_factor, switches, trace};

use crate::on_both;
use crate::realm::{HOST, NOW, Realm};

fn member(realm: &Realm, login: &str) -> u64 {
    let key = login.to_lowercase();
    let new = NewAccount::Member { login, key: &key, email: None, password_hash: "hash" };
    realm.with(|conn| accounts::create(conn, NOW, &new))
}

fn loot(realm: &Realm, who: PlayerId, slot: u8, quantity: u16) -> ItemUid {
    let definition = ItemId::new(5_001);
    let create = Entry::Create { definition, rarity: 1, quantity, bound: false, slot };
    match realm.done(who, Reason::Loot, &[create, Entry::Coin { delta: 40 }]) {
        Answer::Done { created, .. } => created[0],
        other => panic!("{other:?}"),
    }
}

fn deed<'a>(actor: &'a str, action: &'a str, account: Option<u64>) -> Deed<'a> {
    Deed { actor, account, action, subject: "Ada", detail: "" }
}

on_both! {
    fn a_code_is_good_once_and_wrong_ones_lock(realm) {
        let ada = member(realm, "Ada");
        let codes = [[1; 32], [2; 32]];
        assert_eq!(realm.with(|conn| second_factor::of(conn, ada)), None);
        realm.with(|conn| second_factor::enrol(conn, NOW, ada, (&[7; 20], &codes)));
        let factor = realm.with(|conn| second_factor::of(conn, ada)).unwrap();
        assert_eq!((factor.secret, factor.locked_until), ([7; 20], 0));
        assert!(!format!("{factor:?}").contains('7'), "a secret is not shown");

        let take = |step| realm.with(|conn| second_factor::take_step(conn, ada, step));
        assert_eq!([take(100), take(100), take(99), take(101)], [true, false, false, true]);
        let fail = || realm.with(|conn| second_factor::fail(conn, NOW, ada));
        let locks: Vec<bool> = (0..FACTOR_FAILURES_MAX).map(|_| fail()).collect();
        assert_eq!(locks.iter().filter(|locked| **locked).count(), 1);
        assert_eq!(locks.last(), Some(&true), "the last one locks");
        let locked = realm.with(|conn| second_factor::of(conn, ada)).unwrap().locked_until;
        assert_eq!(locked, NOW + FACTOR_LOCK_MILLIS);

        let other = member(realm, "Berta");
        let recover =
            |who, hash| realm.with(|conn| second_factor::take_recovery(conn, NOW, who, hash));
        assert!(!recover(other, &codes[0]), "another's code");
        assert!(recover(ada, &codes[0]) && !recover(ada, &codes[0]), "once");
        assert_eq!(realm.with(|conn| second_factor::recovery_left(conn, ada)), 1);
        // Another enrolment makes all of the one before void.
        realm.with(|conn| second_factor::enrol(conn, NOW, ada, (&[8; 20], &[[3; 32]])));
        assert!(!recover(ada, &codes[1]) && recover(ada, &[3; 32]));
        assert!(realm.with(|conn| second_factor::remove(conn, ada)));
        assert!(!realm.with(|conn| second_factor::remove(conn, ada)));
        // Who is forgotten has none either.
        realm.with(|conn| second_factor::enrol(conn, NOW, other, (&[9; 20], &codes)));
        realm.with(|conn| accounts::erase(conn, NOW, other));
        assert_eq!(realm.with(|conn| second_factor::of(conn, other)), None);
    }

    fn a_session_ends_by_rest_by_age_and_with_the_account(realm) {
        let ada = member(realm, "Ada");
        let account = || realm.with(|conn| accounts::by_id(conn, ada)).unwrap();
        let begin = |hash| realm.with(|conn| console::begin(conn, NOW, &account(), hash));
        let find = |now, hash: &[u8; 32], active| {
            realm.with(|conn| console::find(conn, now, hash, active)).map(|it| it.account.id)
        };
        begin(&[1; 32]);
        assert_eq!(find(NOW, &[2; 32], true), None, "another cookie");
        assert_eq!(find(NOW + CONSOLE_IDLE_MILLIS - 1, &[1; 32], false), Some(ada));
        assert_eq!(find(NOW + CONSOLE_IDLE_MILLIS, &[1; 32], true), None, "it rested too long");
        let mut now = NOW;
        while now + CONSOLE_IDLE_MILLIS / 2 < NOW + CONSOLE_MILLIS {
            now += CONSOLE_IDLE_MILLIS / 2;
            assert_eq!(find(now, &[1; 32], true), Some(ada));
        }
        assert_eq!(find(NOW + CONSOLE_MILLIS, &[1; 32], true), None, "a shift is over");
        begin(&[3; 32]);
        begin(&[4; 32]);
        realm.with(|conn| console::end(conn, &[3; 32]));
        assert_eq!((find(NOW, &[3; 32], true), find(NOW, &[4; 32], true)), (None, Some(ada)));
        realm.with(|conn| accounts::end_sessions(conn, NOW, ada));
        assert_eq!(find(NOW, &[4; 32], true), None, "all sessions of the account ended");
        assert_eq!(realm.with(|conn| console::sweep(conn, NOW + CONSOLE_MILLIS)), 2);
    }

    fn the_audit_is_read_by_page_and_filter(realm) {
        for n in 0..STAFF_PAGE + 5 {
            let actor = if n % 2 == 0 { "anna" } else { "console" };
            let action = if n % 3 == 0 { "ban" } else { "kick" };
            realm.with(|conn| bans::audit(conn, NOW + n, &deed(actor, action, Some(n as u64))));
        }
        let page = |filter: Filter| realm.with(|conn| audit::page(conn, &filter));
        let first = page(Filter::default());
        assert_eq!(first.len() as i64, STAFF_PAGE);
        assert!(first.is_sorted_by(|one, next| one.id > next.id), "the newest first");
        let before = first.last().map(|line| line.id);
        let rest = page(Filter { before, ..Filter::default() });
        assert_eq!(rest.len(), 5);
        assert_eq!(rest.last().unwrap().at, NOW);
        let bans = Filter { actor: Some("anna".to_owned()), action: Some("ban".to_owned()),
            ..Filter::default() };
        let found = page(bans);
        assert!(!found.is_empty());
        assert!(found.iter().all(|line| line.actor == "anna" && line.action == "ban"));
        let of_one = page(Filter { account: Some(7), ..Filter::default() });
        assert_eq!((of_one.len(), of_one[0].account), (1, Some(7)));
    }

    fn people_are_found_by_the_beginning_of_a_name(realm) {
        let ada = member(realm, "Ada.Lovelace");
        realm.character("adalbert");
        realm.character("adam");
        realm.character("berta");
        realm.character("a_b");
        let search = |name: &str, login: &str| -> Vec<String> {
            let found = realm.with(|conn| people::search(conn, (name, login)));
            let word = |it: people::Found| it.character.map_or(it.login.unwrap_or_default(), |it| it.1);
            found.into_iter().map(word).collect()
        };
        assert_eq!(search("ada", "ada"), ["adalbert", "adam", "Ada.Lovelace"]);
        assert_eq!(search("a_", ""), ["a_b"], "no letter stands for others");
        assert_eq!(search("%", "%"), Vec::<String>::new());
        assert_eq!(search("", ""), Vec::<String>::new());

        realm.with(|conn| accounts::set_role(conn, ada, Role::Moderator));
        let login = Login { account: ada, session_epoch: 0, family: [5; 16] };
        realm.with(|conn| tokens::begin(conn, NOW, &login, &[1; 32]));
        realm.with(|conn| tokens::rotate(conn, NOW + 1, &[1; 32], &[2; 32]));
        let ban = Ban { reason: "spam".to_owned(), until_at: Some(NOW + 9) };
        realm.with(|conn| bans::ban(conn, NOW, ada, ("chief", &ban)));
        let person = realm.with(|conn| people::person(conn, NOW + 2, ada)).unwrap();
        assert_eq!((person.roles.as_str(), person.has_factor), ("moderator", false));
        assert_eq!(person.log_ins.len(), 1, "tokens of one log-in are one");
        assert_eq!(person.log_ins[0].times.0, NOW);
        assert!(person.log_ins[0].is_open);
        assert_eq!((person.bans[0].reason.as_str(), person.bans[0].by.as_str()), ("spam", "chief"));
        assert_eq!(realm.with(|conn| people::person(conn, NOW, 99_999)), None);

        let found = realm.with(|conn| people::search(conn, ("adam", ""))).remove(0);
        let owner = realm.with(|conn| people::person(conn, NOW, found.account)).unwrap();
        assert!(owner.is_guest && owner.characters.len() == 1);
        let adam = &owner.characters[0];
        assert_eq!((adam.name.as_str(), adam.class.0), ("adam", 1));
        assert_eq!(adam.host.as_ref().map(|host| host.0.as_str()), Some(HOST));
        assert!(adam.coin > 0, "the kit");
    }

    fn an_item_and_coin_are_followed_from_hand_to_hand(realm) {
        let (ada, bert) = (realm.character("Ada"), realm.character("Bert"));
        let uid = loot(realm, ada, 30, 5);
        realm.done(ada, Reason::Trade, &[
            Entry::Pass { uid, from: ada, to: bert, slot: 31 },
            Entry::Pay { from: bert, to: ada, amount: 10 },
        ]);
        realm.done(bert, Reason::Discard, &[Entry::Shrink { uid, quantity: 5 }]);
        let item = realm.with(|conn| trace::item(conn, uid.get())).unwrap();
        assert_eq!((item.definition.0, item.quantity, item.owner.kind), (5_001, 0, "void"));
        let events = realm.with(|conn| trace::item_events(conn, uid.get(), 0));
        let told: Vec<_> = events
            .iter()
            .map(|it| (it.made.kind, it.from.kind, it.from.name.clone(), it.to.kind, it.to.name.clone()))
            .collect();
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(told, [
            ("loot", "faucet", name("loot"), "character", name("Ada")),
            ("trade", "character", name("Ada"), "character", name("Bert")),
            ("discard", "character", name("Bert"), "void", name("discard")),
        ]);
        assert_eq!(events[0].quantity, (5, 5));
        let later = realm.with(|conn| trace::item_events(conn, uid.get(), events[0].version));
        assert_eq!(later, events[1..], "a page goes on where the last one ended");
        assert_eq!(realm.with(|conn| trace::item(conn, 999_999)), None);

        let entries = realm.with(|conn| trace::coin(conn, ada.get(), None));
        assert_eq!((entries[0].made.kind, entries[0].delta), ("trade", 10));
        assert_eq!(entries[0].others.len(), 1);
        let (other, lost) = &entries[0].others[0];
        assert_eq!((other.kind, other.name.as_deref(), *lost), ("character", Some("Bert"), -10));
        assert_eq!((entries[1].made.kind, entries[1].delta), ("loot", 40));
        assert_eq!((entries[1].others[0].0.kind, entries[1].others[0].1), ("faucet", -40));
        assert_eq!(entries[0].balance, entries[1].balance + 10);
        assert_eq!(realm.with(|conn| trace::balance(conn, ada.get())), Some(entries[0].balance));
        let older = realm.with(|conn| trace::coin(conn, ada.get(), Some(entries[0].version)));
        assert_eq!(older, entries[1..]);
        assert_eq!(realm.with(|conn| trace::balance(conn, 99_999)), None);
    }

    fn what_was_put_aside_and_what_is_shut_is_listed(realm) {
        let ada = realm.character("Ada");
        let uid = loot(realm, ada, 30, 5);
        realm.batch(&format!(
            "INSERT INTO item_quarantine (item_id, reason, seen_at) VALUES ({uid}, 'no such item', 7)"
        ));
        let items = realm.with(|conn| quarantine::items(conn, 0));
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].item, items[0].reason.as_str()), (uid.get(), "no such item"));
        assert_eq!(realm.with(|conn| quarantine::items(conn, uid.get())), []);
        let item = realm.with(|conn| trace::item(conn, uid.get())).unwrap();
        assert_eq!(item.quarantine.as_deref(), Some("no such item"));
        assert_eq!(realm.with(quarantine::snapshots), []);

        realm.with(|conn| switches::turn(conn, NOW, ("mail", true), "anna"));
        let all = realm.with(switches::detailed);
        let mail = all.iter().find(|it| it.path == "mail").unwrap();
        assert_eq!((mail.is_off, mail.turned.clone()), (true, Some(("anna".to_owned(), NOW))));
        assert_eq!(all.iter().filter(|it| it.turned.is_some()).count(), 1);
    }
}

/// SQLite compares bytes, so its unique indexes serve for beginnings of words; PostgreSQL compares by
/// the database's collation and needs indexes of their own.
#[test]
fn searches_and_pages_read_an_index_on_postgres() {
    let realm = Realm::postgres();
    let table = [
        ("SELECT 1 FROM character WHERE name_key LIKE 'an%'", "character_name_key_start"),
        ("SELECT 1 FROM account WHERE login_key LIKE 'an%'", "account_login_key_start"),
        ("SELECT 1 FROM audit WHERE action = 'ban' AND id < 9", "audit_action"),
        ("SELECT 1 FROM audit WHERE actor = 'anna' AND id < 9", "audit_actor"),
    ];
    for (sql, index) in table {
        let plan = realm.with(|conn| {
            conn.transaction(|conn| {
                // An empty table is read whole whatever indexes it has, unless that is forbidden.
                conn.batch("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")?;
                conn.batch(&format!(
                    "CREATE FUNCTION pg_temp.plan() RETURNS SETOF text LANGUAGE plpgsql AS $f$ \
                     BEGIN RETURN QUERY EXECUTE $q$EXPLAIN {sql}$q$; END $f$"
                ))?;
                let plan = conn.texts("SELECT plan AS what FROM pg_temp.plan() AS plan")?;
                conn.batch("DROP FUNCTION pg_temp.plan()")?;
                Ok(plan.join("\n"))
            })
        });
        assert!(plan.contains(index), "{sql}: {plan}");
    }
}
