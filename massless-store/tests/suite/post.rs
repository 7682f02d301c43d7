//! Letters, the market, and the outbox.

use massless_core::event::Rejection;
use massless_core::ids::{ItemId, ItemUid, PlayerId};
use massless_core::intent::{Answer, Entry, Reason, SlotSet};
use massless_store::StoreError;
use massless_store::repo::mail::{self, Draft, From, Letter};
use massless_store::repo::market::{self, Query, Sort};
use massless_store::repo::operations::Outcome;
use massless_store::repo::{friends, outbox};

use crate::on_both;
use crate::realm::{NOW, Realm};

/// Beyond any letter's arrival and before its end.
const LATER: i64 = NOW + 100 * 365 * 24 * 3_600_000;

fn loot(realm: &Realm, who: PlayerId, slot: u8) -> ItemUid {
    let pelt = ItemId::new(5_001);
    let create = Entry::Create { definition: pelt, rarity: 0, quantity: 5, bound: false, slot };
    match realm.done(who, Reason::Loot, &[create, Entry::Coin { delta: 500 }]) {
        Answer::Done { created, .. } => created[0],
        other => panic!("{other:?}"),
    }
}

fn draft(realm: &Realm, from: PlayerId, to: PlayerId) -> Result<u64, StoreError> {
    let it = Draft { from, to, subject: "Hello", body: "For you" };
    // Drafts end by the database's clock.
    realm.store.with(|conn| mail::draft(conn, LATER, it))
}

fn inbox(realm: &Realm, who: PlayerId) -> Vec<Letter> {
    realm.batch("UPDATE mail SET expires_at = 99999999999999 WHERE expires_at > 1");
    realm.with(|conn| mail::inbox(conn, LATER, who))
}

/// All letters are there at once.
fn deliver(realm: &Realm) {
    realm.batch("UPDATE mail SET arrives_at = 1");
}

fn send(realm: &Realm, from: PlayerId, to: PlayerId, entries: &[Entry], coin: i64) -> Outcome {
    let mut all = entries.to_vec();
    all.push(Entry::Post { draft: draft(realm, from, to).unwrap(), coin });
    realm.ask(from, Reason::Mail, &all)
}

fn slots(slots: &[u8]) -> SlotSet {
    slots.iter().fold(SlotSet::default(), |set, &slot| set.with(slot))
}

on_both! {
    fn a_letter_carries_what_was_put_into_it(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let (uid, before) = (loot(realm, ada, 30), realm.load(bea).sheet.coin);
        let sent = send(realm, ada, bea, &[Entry::Escrow { uid }, Entry::Coin { delta: -30 }], 100);
        assert!(matches!(sent, Outcome::Done(_)), "{sent:?}");
        realm.assert_sound();
        assert_eq!(realm.load(ada).sheet.bag[30], None);
        assert_eq!(realm.with(|conn| mail::inbox(conn, NOW, bea)), [], "it is on its way");
        let id = realm.number("SELECT max(id) FROM mail").cast_unsigned();
        let claim = Entry::Claim { mail: id, slots: slots(&[31, 40]) };
        let early = realm.ask(bea, Reason::Claim, &[claim]);
        assert_eq!(early, Outcome::Refused(Rejection::NoSuchMail));
        deliver(realm);
        let letter = inbox(realm, bea).remove(0);
        assert_eq!((letter.id, letter.coin, letter.from), (id, 100, From::Player));
        assert_eq!((letter.name.as_deref(), letter.subject.as_str()), (Some("Ada"), "Hello"));
        assert_eq!((letter.items[0].uid, letter.is_read), (uid, false));
        realm.with(|conn| mail::mark_read(conn, LATER, bea, id));
        assert!(inbox(realm, bea)[0].is_read);
        let full = realm.store.with(|conn| mail::delete(conn, LATER, bea, id));
        assert!(matches!(full, Err(StoreError::Denied(_))));
        let foreign = realm.ask(ada, Reason::Claim, &[claim]);
        assert_eq!(foreign, Outcome::Refused(Rejection::NoSuchMail));
        let none = Entry::Claim { mail: id, slots: SlotSet::default() };
        assert_eq!(
            realm.ask(bea, Reason::Claim, &[none]), Outcome::Refused(Rejection::BagFull));
        let Answer::Done { brought, coin, .. } = realm.done(bea, Reason::Claim, &[claim]) else {
            panic!("it was done")
        };
        assert_eq!((brought[0].0, brought[0].1.uid, coin), (31, uid, 100));
        assert_eq!(realm.load(bea).sheet.coin, before + 100);
        assert_eq!(realm.load(bea).sheet.bag[31].unwrap().uid, uid);
        let twice = realm.ask(bea, Reason::Claim, &[claim]);
        assert_eq!(twice, Outcome::Refused(Rejection::NoSuchMail));
        realm.with(|conn| mail::delete(conn, LATER, bea, id));
        assert_eq!(inbox(realm, bea), []);
        realm.assert_sound();
    }

    fn what_cannot_be_sent_stays(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let bound = realm.load(ada).sheet.worn[0].unwrap().uid;
        let refused = send(realm, ada, bea, &[Entry::Escrow { uid: bound }], 0);
        assert_eq!(refused, Outcome::Refused(Rejection::Bound));
        let rich = send(realm, ada, bea, &[], 1_000_000);
        assert_eq!(rich, Outcome::Refused(Rejection::NoCoin));
        let foreign = Entry::Post { draft: draft(realm, ada, bea).unwrap(), coin: 0 };
        assert_eq!(
            realm.ask(bea, Reason::Mail, &[foreign]), Outcome::Refused(Rejection::NoSuchMail));
        let loose = loot(realm, ada, 30);
        let unsent = realm.ask(ada, Reason::Mail, &[Entry::Escrow { uid: loose }]);
        assert!(matches!(unsent, Outcome::Refused(_)));
        assert!(matches!(draft(realm, ada, ada), Err(StoreError::Missing(_))));
        assert!(matches!(draft(realm, ada, PlayerId::new(999)), Err(StoreError::Missing(_))));
        realm.batch(&format!("INSERT INTO block VALUES ({bea}, {ada}, 1)"));
        assert_eq!(realm.with(|conn| friends::blocked_by(conn, bea.get())), [ada.get()]);
        assert!(matches!(draft(realm, ada, bea), Err(StoreError::Denied(_))));
        realm.assert_sound();
    }

    fn a_full_inbox_takes_no_more_letters_of_players(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let late = draft(realm, ada, bea).unwrap();
        for count in 0..50 {
            let key = format!("{count}");
            let text = ("Gift", "");
            realm.with(|conn| mail::gift(conn, &key, bea, text, (1, &[])));
        }
        let refused = realm.ask(ada, Reason::Mail, &[Entry::Post { draft: late, coin: 0 }]);
        assert_eq!(refused, Outcome::Refused(Rejection::MailboxFull));
        assert!(matches!(draft(realm, ada, bea), Err(StoreError::Denied(_))));
        let items = [(ItemId::new(4_001), 0, 7)];
        for _ in 0..2 {
            realm.with(|conn| mail::gift(conn, "one more", bea, ("Gift", ""), (0, &items)));
        }
        let letters = inbox(realm, bea);
        assert_eq!(letters.len(), 51, "the realm's come through, each once");
        assert_eq!(letters[0].items[0].quantity, 7);
        realm.assert_sound();
    }

    fn nobodys_letters_go_back_once_and_then_are_gone(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let uid = loot(realm, ada, 30);
        send(realm, ada, bea, &[Entry::Escrow { uid }], 50);
        send(realm, ada, bea, &[], 0);
        let expire = || realm.batch("UPDATE mail SET arrives_at = 1, expires_at = 1");
        assert_eq!(realm.with(|conn| mail::sweep(conn, 10)), 0);
        expire();
        assert_eq!(realm.with(|conn| mail::sweep(conn, 10)), 2);
        assert_eq!(inbox(realm, bea), []);
        let back = inbox(realm, ada);
        assert_eq!((back.len(), back[0].from, back[0].coin), (1, From::Returned, 50));
        assert_eq!((back[0].items[0].uid, back[0].name.as_deref()), (uid, Some("Bea")));
        realm.assert_sound();
        expire();
        assert_eq!(realm.with(|conn| mail::sweep(conn, 10)), 1);
        assert_eq!(inbox(realm, ada), []);
        assert_eq!(realm.number("SELECT sum(quantity) FROM item WHERE def_id = 5001"), 0);
        assert_eq!(realm.with(|conn| mail::sweep(conn, 10)), 0);
        realm.assert_sound();
    }

    fn what_is_offered_is_bought_once(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let (pelt, other) = (loot(realm, ada, 30), loot(realm, ada, 31));
        loot(realm, bea, 30);
        for (uid, price) in [(pelt, 200), (other, 100)] {
            realm.done(ada, Reason::List, &[
                Entry::List { uid, price }, Entry::Coin { delta: -price / 20 },
            ]);
        }
        realm.assert_sound();
        let query = Query { text: Some("pelt"), ..Query::default() };
        let (found, count) = realm.with(|conn| market::search(conn, NOW, query));
        assert_eq!(count, 2);
        assert_eq!(found.iter().map(|it| it.price).collect::<Vec<_>>(), [100, 200]);
        assert_eq!((found[0].seller_name.as_str(), found[0].quantity), ("Ada", 5));
        let dear = Query { sort: Sort::PriceFalling, item: Some(found[0].item), ..query };
        assert_eq!(realm.with(|conn| market::search(conn, NOW, dear)).0[0].price, 200);
        let none = Query { text: Some("sword of dawn"), ..query };
        assert_eq!(realm.with(|conn| market::search(conn, NOW, none)).1, 0);
        let offer = found[1].id;
        let buy = |price| [Entry::Buy { listing: offer, price, slot: 35 }];
        for (who, price) in [(bea, 199), (ada, 200)] {
            let refused = realm.ask(who, Reason::Buy, &buy(price));
            assert_eq!(refused, Outcome::Refused(Rejection::NoSuchListing));
        }
        let Answer::Done { brought, .. } = realm.done(bea, Reason::Buy, &buy(200)) else {
            panic!("it was done")
        };
        assert_eq!((brought[0].0, brought[0].1.uid), (35, pelt));
        let late = realm.ask(bea, Reason::Buy, &buy(200));
        assert_eq!(late, Outcome::Refused(Rejection::NoSuchListing));
        assert_eq!(inbox(realm, ada)[0].coin, 200, "the proceeds come by mail");
        realm.assert_sound();
        assert_eq!(realm.with(|conn| market::own(conn, ada)).len(), 1);
        let back = realm.ask(bea, Reason::Unlist, &[Entry::Unlist { listing: found[0].id }]);
        assert_eq!(back, Outcome::Refused(Rejection::NoSuchListing));
        realm.done(ada, Reason::Unlist, &[Entry::Unlist { listing: found[0].id }]);
        assert_eq!(inbox(realm, ada)[0].items[0].uid, other);
        assert_eq!(realm.with(|conn| market::own(conn, ada)), []);
        realm.assert_sound();
    }

    fn offers_run_out_and_there_are_twenty_at_most(realm) {
        let ada = realm.character("Ada");
        let uids: Vec<ItemUid> = (20..41).map(|slot| loot(realm, ada, slot)).collect();
        for &uid in &uids[..20] {
            realm.done(ada, Reason::List, &[Entry::List { uid, price: 10 }]);
        }
        let more = [Entry::List { uid: uids[20], price: 10 }];
        assert_eq!(
            realm.ask(ada, Reason::List, &more), Outcome::Refused(Rejection::ListingsFull));
        for price in [0, 100_000_001] {
            let absurd = [Entry::List { uid: uids[20], price }];
            assert_eq!(
                realm.ask(ada, Reason::List, &absurd), Outcome::Refused(Rejection::BadNumber));
        }
        assert_eq!(realm.with(|conn| market::sweep(conn, 100)), 0);
        realm.batch("UPDATE listing SET expires_at = 1");
        assert_eq!(realm.with(|conn| market::sweep(conn, 100)), 20);
        assert_eq!(inbox(realm, ada).len(), 20);
        realm.done(ada, Reason::List, &more);
        realm.assert_sound();
    }

    fn others_hear_of_everything_once(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let sent = |most| realm.with(|conn| outbox::waiting(conn, most));
        let seqs: Vec<i64> = sent(100).iter().map(|line| line.seq).collect();
        realm.with(|conn| outbox::note_published(conn, NOW, &seqs));
        assert_eq!(sent(100), []);
        send(realm, ada, bea, &[], 1);
        realm.done(ada, Reason::Kill, &[Entry::Coin { delta: 1 }]);
        let lines = sent(100);
        let topics: Vec<&str> = lines.iter().map(|line| line.topic.as_str()).collect();
        assert_eq!(topics, ["mail", "economy"]);
        assert!(lines[0].payload.contains(&format!("\"to\":{bea}")), "{}", lines[0].payload);
        assert_eq!(sent(1).len(), 1);
        realm.assert_sound();
    }

    fn a_character_that_goes_takes_everything_along(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let (listed, sent, kept) =
            (loot(realm, ada, 30), loot(realm, bea, 30), loot(realm, ada, 31));
        realm.done(ada, Reason::List, &[Entry::List { uid: listed, price: 10 }]);
        send(realm, bea, ada, &[Entry::Escrow { uid: sent }], 40);
        realm.with(|conn| {
            massless_store::repo::leases::release(conn, ada, realm.epoch(ada))
        });
        realm.batch(&format!("UPDATE character SET deleted_at = 1 WHERE id = {ada}"));
        let purged = realm.with(|conn| {
            massless_store::repo::characters::purge_due(conn, NOW, 10)
        });
        assert_eq!(purged, 1);
        let gone = format!(
            "SELECT count(*) FROM item WHERE owner_kind = 6 AND id IN ({listed}, {sent}, {kept})"
        );
        assert_eq!(realm.number(&gone), 3);
        let left = format!("SELECT sum(balance) FROM ledger_account WHERE kind < 3 AND owner_id = {ada}");
        assert_eq!(realm.number(&left), 0);
        realm.assert_sound();
    }
}
