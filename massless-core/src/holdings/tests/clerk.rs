//! Letters and the market, with the ledger in memory as their store.

use super::*;

const CLERK: u16 = 6;

/// Anna and Bram at the clerk's, both of level 5, with coin.
fn two(coin: i64) -> Table {
    let mut table = Table::with_anna();
    table.join(BRAM, 2);
    for player in [ANNA, BRAM] {
        table.set_level(player, 5);
        table.edit(player, |hero, _| hero.sheet.coin = coin);
        table.go_to(player, CLERK);
    }
    table
}

#[test]
fn a_letter_carries_things_and_coin() {
    let mut table = two(500);
    let (sword, pelts) = (table.give(ANNA, 1011, 1), table.give(ANNA, 5001, 30));
    let draft = table.ledger.draft(ANNA, BRAM);
    let send = Act::SendMail { draft, coin: 100, items: vec![sword, pelts] };
    table.done(ANNA, send.clone()).expect("sent");
    assert_eq!(table.sheet(ANNA).coin, 500 - 100 - 40, "postage is 20 and 10 for each thing");
    assert_eq!(table.count(ANNA, 1011), 0);
    assert_eq!(table.act(ANNA, send), Err(Rejection::NoSuchItem), "what was sent is gone");
    table.audit();
    let letters = table.ledger.letters(BRAM);
    let mail = letters[0];
    let claim = Act::ClaimMail { mail };
    table.done(BRAM, claim.clone()).expect("taken");
    assert_eq!((table.count(BRAM, 1011), table.count(BRAM, 5001)), (1, 30));
    assert_eq!(table.sheet(BRAM).coin, 600);
    let refused = table.done(BRAM, claim).expect("asked");
    let gone = Event::Rejected { player: BRAM, reason: Rejection::NoSuchMail };
    assert!(refused.contains(&gone), "{refused:?}");
    table.audit();
}

#[test]
fn letters_that_cannot_be_sent_change_nothing() {
    let mut table = two(30);
    let bound = table.find(ANNA, 3001).uid;
    let pelts = table.give(ANNA, 5001, 1);
    let draft = table.ledger.draft(ANNA, BRAM);
    let send = |coin, items: &[ItemUid]| Act::SendMail { draft, coin, items: items.to_vec() };
    for (act, why) in [
        (send(-1, &[]), Rejection::BadNumber),
        (send(0, &[pelts; 6]), Rejection::BadNumber),
        (send(0, &[pelts, pelts]), Rejection::BadNumber),
        (send(0, &[bound]), Rejection::Bound),
        (send(11, &[]), Rejection::NoCoin),
        (send(1, &[pelts]), Rejection::NoCoin),
    ] {
        assert_eq!(table.act(ANNA, act.clone()), Err(why), "{act:?}");
    }
    let foreign = table.ledger.draft(BRAM, ANNA);
    let act = Act::SendMail { draft: foreign, coin: 0, items: Vec::new() };
    let events = table.done(ANNA, act).expect("asked");
    assert!(events.contains(&Event::Rejected { player: ANNA, reason: Rejection::NoSuchMail }));
    assert_eq!(table.sheet(ANNA).coin, 30);
    table.audit();
}

#[test]
fn a_letter_stays_when_there_is_no_room_for_it() {
    let mut table = two(500);
    let pelts = table.give(ANNA, 5001, 30);
    let draft = table.ledger.draft(ANNA, BRAM);
    table.done(ANNA, Act::SendMail { draft, coin: 0, items: vec![pelts] }).expect("sent");
    table.edit(BRAM, |hero, _| {
        let free = hero.sheet.bag.iter_mut().filter(|slot| slot.is_none());
        for (slot, uid) in free.zip(80_000..) {
            *slot = Some(Item {
                uid: ItemUid::new(uid),
                definition: ItemId::new(1011),
                rarity: 0,
                upgrade: 0,
                quantity: 1,
                bound: false,
            });
        }
    });
    let mail = table.ledger.letters(BRAM)[0];
    let events = table.done(BRAM, Act::ClaimMail { mail }).expect("asked");
    assert!(events.contains(&Event::Rejected { player: BRAM, reason: Rejection::BagFull }));
    assert_eq!(table.ledger.letters(BRAM), [mail]);
    table.audit();
}

#[test]
fn an_offer_is_bought_and_its_price_comes_by_mail() {
    let mut table = two(500);
    let sword = table.give(ANNA, 1011, 1);
    table.done(ANNA, Act::ListItem { item: sword, price: 200 }).expect("listed");
    assert_eq!((table.sheet(ANNA).coin, table.count(ANNA, 1011)), (490, 0), "5 % fee");
    let (listing, seller, price) = table.ledger.listings()[0];
    assert_eq!((seller, price), (ANNA, 200));
    let wrong = Act::BuyListing { listing, price: 199 };
    let events = table.done(BRAM, wrong).expect("asked");
    assert!(events.contains(&Event::Rejected { player: BRAM, reason: Rejection::NoSuchListing }));
    table.done(BRAM, Act::BuyListing { listing, price }).expect("bought");
    assert_eq!((table.sheet(BRAM).coin, table.count(BRAM, 1011)), (300, 1));
    let mail = table.ledger.letters(ANNA)[0];
    table.done(ANNA, Act::ClaimMail { mail }).expect("paid");
    assert_eq!(table.sheet(ANNA).coin, 690);
    table.audit();
}

#[test]
fn an_offer_taken_back_comes_by_mail() {
    let mut table = two(500);
    let sword = table.give(ANNA, 1011, 1);
    table.done(ANNA, Act::ListItem { item: sword, price: 1 }).expect("listed");
    assert_eq!(table.sheet(ANNA).coin, 499, "the fee is 1 at least");
    let (listing, ..) = table.ledger.listings()[0];
    let unlist = Act::Unlist { listing };
    let events = table.done(BRAM, unlist.clone()).expect("asked");
    assert!(events.contains(&Event::Rejected { player: BRAM, reason: Rejection::NoSuchListing }));
    table.done(ANNA, unlist).expect("taken back");
    let mail = table.ledger.letters(ANNA)[0];
    table.done(ANNA, Act::ClaimMail { mail }).expect("taken");
    assert_eq!(table.find(ANNA, 1011).uid, sword);
    table.audit();
}

#[test]
fn the_market_is_for_level_five_and_honest_prices() {
    let mut table = two(500);
    let bound = table.find(ANNA, 3001).uid;
    let pelts = table.give(ANNA, 5001, 1);
    for (item, price, why) in [
        (pelts, 0, Rejection::BadNumber),
        (pelts, 100_000_001, Rejection::BadNumber),
        (pelts, 100_000_000, Rejection::NoCoin),
        (bound, 10, Rejection::Bound),
    ] {
        assert_eq!(table.act(ANNA, Act::ListItem { item, price }), Err(why), "{item} {price}");
    }
    let dear = Act::BuyListing { listing: 1, price: 501 };
    assert_eq!(table.act(ANNA, dear), Err(Rejection::NoCoin));
    table.set_level(ANNA, 4);
    let list = Act::ListItem { item: pelts, price: 10 };
    assert_eq!(table.act(ANNA, list.clone()), Err(Rejection::LevelTooLow));
    table.set_level(ANNA, 5);
    table.go_to(ANNA, 1);
    assert_eq!(table.act(ANNA, list), Err(Rejection::NobodyHere));
    table.audit();
}
