//! Trades between two characters: the whole way, and every way out of it.

use super::*;
use crate::event::TradeEnd;
use crate::limits::BAG_SLOTS;
use crate::view::TradeStage;

/// Anna and Bram beside each other.
fn two() -> Table {
    let mut table = Table::with_anna();
    table.join(BRAM, 2);
    let place = table.place(ANNA);
    table.put(BRAM, place + Vec2::new(2.0, 0.0));
    table
}

fn ends(events: &[Event]) -> Vec<(PlayerId, TradeEnd)> {
    let ends = events.iter().filter_map(|event| match *event {
        Event::TradeEnded { player, end } => Some((player, end)),
        _ => None,
    });
    ends.collect()
}

fn open(table: &mut Table) {
    let partner = table.actor(BRAM);
    let events = table.act(ANNA, Act::TradeRequest { partner }).expect("asked");
    let by = table.actor(ANNA);
    assert!(events.contains(&Event::TradeAsked { player: BRAM, by }), "{events:?}");
    table.act(BRAM, Act::TradeAnswer { yes: true }).expect("open");
    assert_eq!(table.zone.view().trade(ANNA).map(|trade| trade.stage), Some(TradeStage::Open));
}

fn offer(items: &[ItemUid], coin: i64) -> Act {
    Act::TradeOffer { items: items.to_vec(), coin }
}

fn confirm(table: &mut Table, player: PlayerId) -> Result<Vec<Event>, Rejection> {
    let trade = table.zone.view().trade(player).expect("a trade").clone();
    table.act(player, Act::TradeConfirm { own: trade.own.revision, other: trade.other.revision })
}

/// Both offer, lock and agree.
fn agree(table: &mut Table) {
    table.act(ANNA, Act::TradeLock).expect("locked");
    table.act(BRAM, Act::TradeLock).expect("locked");
    confirm(table, ANNA).expect("agreed");
    confirm(table, BRAM).expect("agreed");
}

#[test]
fn things_and_coin_change_hands_in_one_tick() {
    let mut table = two();
    let (sword, pelts) = (table.give(ANNA, 1011, 1), table.give(ANNA, 5001, 30));
    let bristles = table.give(BRAM, 5002, 12);
    open(&mut table);
    table.act(ANNA, offer(&[sword, pelts], 5)).expect("offered");
    table.act(BRAM, offer(&[bristles], 0)).expect("offered");
    let view = table.zone.view().trade(BRAM).expect("a trade");
    assert_eq!(view.other.items.iter().map(|item| item.uid).collect::<Vec<_>>(), [sword, pelts]);
    assert_eq!((view.other.coin, view.own.items.len()), (5, 1));
    agree(&mut table);
    assert_eq!(table.zone.view().trade(ANNA).map(|trade| trade.stage), Some(TradeStage::Booked));
    assert_eq!(table.count(BRAM, 1011), 0, "nothing before the store has answered");
    let events = table.step(&[]);
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Done), (BRAM, TradeEnd::Done)]);
    assert_eq!((table.count(BRAM, 1011), table.count(BRAM, 5001)), (1, 30));
    assert_eq!((table.count(ANNA, 1011), table.count(ANNA, 5002)), (0, 12));
    assert_eq!((table.sheet(ANNA).coin, table.sheet(BRAM).coin), (15, 25));
    assert!(table.zone.view().trades.is_empty());
    table.audit();
}

#[test]
fn what_is_offered_is_locked_and_free_again_afterwards() {
    let mut table = two();
    let sword = table.give(ANNA, 1011, 1);
    open(&mut table);
    table.act(ANNA, offer(&[sword], 20)).expect("offered");
    assert_eq!(table.act(ANNA, Act::Equip { item: sword }), Err(Rejection::Locked));
    let discard = Act::Discard { item: sword, quantity: 1 };
    assert_eq!(table.act(ANNA, discard.clone()), Err(Rejection::Locked));
    assert_eq!(table.zone.view().sheets[0].locked, [sword]);
    table.act(ANNA, offer(&[], 0)).expect("taken back");
    assert!(table.zone.view().sheets[0].locked.is_empty());
    table.act(ANNA, offer(&[sword], 20)).expect("offered again");
    let events = table.act(BRAM, Act::TradeCancel).expect("ended");
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Cancelled), (BRAM, TradeEnd::Cancelled)]);
    table.done(ANNA, discard).expect("free again");
    table.audit();
}

#[test]
fn a_change_undoes_both_locks_and_stale_revisions_are_refused() {
    let mut table = two();
    let sword = table.give(ANNA, 1011, 1);
    open(&mut table);
    assert_eq!(table.act(ANNA, Act::TradeLock), Err(Rejection::NoEffect), "nothing is offered");
    table.act(ANNA, offer(&[sword], 0)).expect("offered");
    assert_eq!(confirm(&mut table, ANNA), Err(Rejection::TradeStale), "not locked");
    table.act(ANNA, Act::TradeLock).expect("locked");
    table.act(BRAM, Act::TradeLock).expect("locked");
    confirm(&mut table, ANNA).expect("agreed");
    table.act(ANNA, offer(&[sword], 1)).expect("changed");
    let trade = table.zone.view().trade(BRAM).expect("a trade");
    assert!(!trade.own.is_locked && !trade.other.is_locked && !trade.other.is_confirmed);
    table.act(ANNA, Act::TradeLock).expect("locked");
    table.act(BRAM, Act::TradeLock).expect("locked");
    let stale = Act::TradeConfirm { own: 0, other: 1 };
    assert_eq!(table.act(BRAM, stale), Err(Rejection::TradeStale));
    confirm(&mut table, BRAM).expect("the present one");
    confirm(&mut table, ANNA).expect("agreed");
    table.step(&[]);
    assert_eq!((table.count(BRAM, 1011), table.sheet(BRAM).coin), (1, 21));
    table.audit();
}

#[test]
fn what_may_not_be_given_is_refused() {
    let mut table = two();
    let bound = table.find(ANNA, 3001).uid;
    let foreign = table.give(BRAM, 1011, 1);
    let pelts = table.give(ANNA, 5001, 1);
    open(&mut table);
    for (act, why) in [
        (offer(&[bound], 0), Rejection::Bound),
        (offer(&[foreign], 0), Rejection::NoSuchItem),
        (offer(&[pelts, pelts], 0), Rejection::BadNumber),
        (offer(&[], -1), Rejection::BadNumber),
        (offer(&[], 21), Rejection::NoCoin),
        (offer(&[pelts; 13], 0), Rejection::BadNumber),
    ] {
        assert_eq!(table.act(ANNA, act.clone()), Err(why), "{act:?}");
    }
    let partner = table.actor(BRAM);
    assert_eq!(table.act(ANNA, Act::TradeRequest { partner }), Err(Rejection::TradeBusy));
    table.act(ANNA, Act::TradeCancel).expect("ended");
    assert_eq!(table.act(ANNA, offer(&[], 0)), Err(Rejection::NoTrade));
    assert_eq!(table.act(BRAM, Act::TradeAnswer { yes: true }), Err(Rejection::NoTrade));
}

#[test]
fn without_room_on_one_side_neither_can_lock() {
    let mut table = two();
    let pelts = table.give(ANNA, 5001, 1);
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
    assert_eq!(table.sheet(BRAM).bag.iter().flatten().count(), BAG_SLOTS);
    open(&mut table);
    table.act(ANNA, offer(&[pelts], 0)).expect("offered");
    assert_eq!(table.act(ANNA, Act::TradeLock), Err(Rejection::TradeUnfit));
    assert_eq!(table.act(BRAM, Act::TradeLock), Err(Rejection::TradeUnfit));
    table.audit();
}

#[test]
fn a_trade_ends_when_they_part_fight_or_wait_too_long() {
    let mut table = two();
    open(&mut table);
    let place = table.place(ANNA);
    let events = table.step(&[Command::Place { player: BRAM, place: place + Vec2::new(6.0, 0.0) }]);
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Parted), (BRAM, TradeEnd::Parted)]);

    table.put(BRAM, place + Vec2::new(2.0, 0.0));
    open(&mut table);
    let (me, other) = (table.actor(BRAM), table.creature(101, Vec2::new(60.0, 60.0)));
    table.strike(other, me, 1);
    let mut events = table.step(&[]);
    events.extend(table.step(&[]));
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Fight), (BRAM, TradeEnd::Fight)]);
    let partner = table.actor(BRAM);
    assert_eq!(table.act(ANNA, Act::TradeRequest { partner }), Err(Rejection::TradeBusy));
    table.wait(110);

    table.act(ANNA, Act::TradeRequest { partner }).expect("asked");
    let events = table.wait(598);
    assert_eq!(ends(&events), []);
    let events = table.wait(3);
    assert_eq!(ends(&events), [(ANNA, TradeEnd::TooLate), (BRAM, TradeEnd::TooLate)]);

    open(&mut table);
    let events = table.wait(2_398);
    assert_eq!(ends(&events), []);
    assert_eq!(ends(&table.wait(3)).len(), 2);
    table.audit();
}

#[test]
fn who_says_no_or_leaves_ends_it() {
    let mut table = two();
    let partner = table.actor(BRAM);
    table.act(ANNA, Act::TradeRequest { partner }).expect("asked");
    assert_eq!(table.act(ANNA, Act::TradeAnswer { yes: true }), Err(Rejection::NoTrade));
    let events = table.act(BRAM, Act::TradeAnswer { yes: false }).expect("no");
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Cancelled), (BRAM, TradeEnd::Cancelled)]);
    open(&mut table);
    let mut events = table.step(&[Command::Leave { player: BRAM }]);
    events.extend(table.wait(2));
    assert!(ends(&events).contains(&(ANNA, TradeEnd::Parted)), "{events:?}");
    assert!(table.zone.view().trades.is_empty());
}

#[test]
fn a_refused_trade_leaves_both_sides_as_they_were() {
    let mut table = two();
    let sword = table.give(ANNA, 1011, 1);
    open(&mut table);
    table.act(ANNA, offer(&[sword], 20)).expect("offered");
    let before = (table.sheet(ANNA).clone(), table.sheet(BRAM).clone());
    table.store = Store::Sleeps;
    agree(&mut table);
    // After the second agreement nothing but the store's answer ends it.
    assert_eq!(table.act(ANNA, Act::TradeCancel), Err(Rejection::Locked));
    let place = table.place(ANNA);
    table.put(BRAM, place + Vec2::new(9.0, 0.0));
    assert_eq!(table.zone.view().trade(BRAM).map(|trade| trade.stage), Some(TradeStage::Booked));
    table.store = Store::Refuses;
    let events = table.step(&[]);
    assert_eq!(ends(&events), [(ANNA, TradeEnd::Refused), (BRAM, TradeEnd::Refused)]);
    assert_eq!((table.sheet(ANNA), table.sheet(BRAM)), (&before.0, &before.1));
    assert!(table.zone.view().sheets[0].locked.is_empty());
    table.audit();
}

#[test]
fn a_trade_survives_a_snapshot_at_every_stage() {
    let mut table = two();
    let sword = table.give(ANNA, 1011, 1);
    let twin = |table: &mut Table| {
        let bytes = table.zone.snapshot();
        let mut twin = Zone::restore(Content::embedded(), &bytes, 2).expect("just made");
        assert_eq!(twin.snapshot(), bytes);
        assert_eq!(twin.view().trades, table.zone.view().trades);
        let answers = table.ledger.clone().settle(ZoneId::new(1), &twin.pending());
        twin.step(&answers, &mut NoProbe);
        table.step(&[]);
        assert_eq!(table.zone.snapshot(), twin.snapshot());
    };
    let partner = table.actor(BRAM);
    table.act(ANNA, Act::TradeRequest { partner }).expect("asked");
    twin(&mut table);
    table.act(BRAM, Act::TradeAnswer { yes: true }).expect("open");
    table.act(ANNA, offer(&[sword], 3)).expect("offered");
    twin(&mut table);
    agree(&mut table);
    twin(&mut table);
    assert_eq!(table.count(BRAM, 1011), 1);
}
