//! What the ledger says of characters, and what a development database gives them.

use std::collections::BTreeSet;

use massless_core::ids::{ItemId, PlayerId};
use massless_core::intent::{Entry, Reason};
use massless_store::repo::characters;
use massless_store::repo::operations::Endowment;
use massless_store::verify::history::{Step, history};

use crate::on_both;
use crate::realm::Realm;

/// Free slots of a newborn's bag.
const SLOTS: (u8, u8) = (40, 41);

fn endowment() -> Endowment {
    let items = vec![(ItemId::new(5_001), 7, SLOTS.0), (ItemId::new(1_011), 1, SLOTS.1)];
    Endowment { level: 6, coin: 1_000, items }
}

fn of(realm: &Realm, player: PlayerId) -> Vec<Step> {
    let who = BTreeSet::from([player]);
    let all = realm.with(|conn| conn.reading(|conn| history(conn, &who)));
    all.get(&player).cloned().unwrap_or_default()
}

on_both! {
    /// Once, from a faucet of its own, and the character has it when it is loaded.
    fn an_endowment_is_given_once(realm) {
        let player = realm.character("Ada");
        let coin = realm.load(player).sheet.coin;
        let give = || realm.with(|conn| characters::endow(conn, player, &endowment()));
        assert!(give());
        assert!(!give(), "it has it already");
        let character = realm.load(player);
        assert_eq!((character.sheet.coin, character.level.get()), (coin + 1_000, 6));
        let item = character.sheet.bag[usize::from(SLOTS.0)].expect("it lies there");
        assert_eq!((item.definition.get(), item.quantity, item.bound), (5_001, 7, false));
        realm.assert_sound();
    }

    /// Both sides of a trade have it in their history, with what they have afterwards.
    fn a_history_holds_what_was_done_in_its_order(realm) {
        let (ada, ben) = (realm.character("Ada"), realm.character("Ben"));
        realm.with(|conn| characters::endow(conn, ada, &endowment()));
        let (coin, other) = (realm.load(ada).sheet.coin, realm.load(ben).sheet.coin);
        let item = realm.load(ada).sheet.bag[usize::from(SLOTS.0)].expect("it lies there");
        let uid = item.uid;
        realm.done(ada, Reason::Discard, &[Entry::Shrink { uid, quantity: 2 }]);
        let pass = Entry::Pass { uid, from: ada, to: ben, slot: SLOTS.0 };
        let pay = Entry::Pay { from: ada, to: ben, amount: 10 };
        realm.done(ben, Reason::Trade, &[pass, pay]);
        realm.done(ben, Reason::Arrange, &[]);

        let steps = of(realm, ada);
        let kinds: Vec<i16> = steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [Reason::Kit as i16, 105, Reason::Discard as i16, Reason::Trade as i16]);
        let balances: Vec<Option<i64>> = steps.iter().map(|step| step.balance).collect();
        assert_eq!(balances[1..], [Some(coin), None, Some(coin - 10)]);
        let [left] = steps[2].items[..] else { panic!("{steps:?}") };
        assert_eq!((left.uid, left.is_own, left.quantity), (uid.get(), true, 5));
        let [gone] = steps[3].items[..] else { panic!("{steps:?}") };
        assert!(!gone.is_own);

        let steps = of(realm, ben);
        let kinds: Vec<i16> = steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [Reason::Kit as i16, Reason::Trade as i16, Reason::Arrange as i16]);
        assert_eq!(steps[1].balance, Some(other + 10));
        let [got] = steps[1].items[..] else { panic!("{steps:?}") };
        assert_eq!((got.uid, got.is_own, got.quantity), (uid.get(), true, 5));
        assert_eq!((steps[2].balance, steps[2].items.len()), (None, 0), "who asked is concerned");
    }
}
