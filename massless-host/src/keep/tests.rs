//! The keeper on a real database: what is loaded, saved, committed and taken away.

use std::path::Path;

use massless_core::command::Character;
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, IntentId, PlayerId, ZoneId};
use massless_core::intent::{Answer, Entry, Intent, Reason};
use massless_core::math::Vec2;
use massless_store::repo::leases::HostRow;
use massless_store::repo::operations::{Operation, OperationId};
use massless_store::{Store, StoreError, StoreSettings};

use super::{Keeper, Loaded, Visitor};
use crate::channels::ChannelId;

fn keeper(data: &Path, host: &str) -> Keeper {
    let address = format!("sqlite:{}", data.join("massless.db").display());
    let store = Store::open(&address, StoreSettings::default()).expect("an address");
    store.migrate().expect("it migrates");
    let row = HostRow {
        id: host.to_owned(),
        address: String::new(),
        build_hash: "test".to_owned(),
        content_hash: "test".to_owned(),
    };
    Keeper::open(store, Content::embedded(), &row).expect("it opens")
}

fn visitor(name: &str) -> Visitor {
    let (class, faction) = (ClassId::new(1), FactionId::new(1));
    Visitor { name: name.to_owned(), look: 3, class, faction }
}

/// Somebody comes by a name alone.
fn visit(keeper: &Keeper, name: &str) -> Result<Loaded, StoreError> {
    let mut received = keeper.announce(visitor(name));
    keeper.receive_waiting();
    received.try_recv().expect("whoever waits is made, or told why not")
}

fn coin(keeper: &Keeper, player: PlayerId, number: u64, delta: i64) -> Vec<Answer> {
    let intent = Intent {
        id: IntentId::new(number),
        player,
        reason: Reason::Kill,
        thing: None,
        entries: vec![Entry::Coin { delta }],
    };
    let operation = Operation {
        id: OperationId::of_intent(ZoneId::new(1), 1, 1, intent.id),
        epochs: keeper.epochs_of(&intent),
        intent: &intent,
        snapshot: None,
    };
    keeper.commit(&[operation]).expect("the store is there")
}

fn is_done(answers: &[Answer]) -> bool {
    matches!(answers, [Answer::Done { .. }])
}

#[test]
fn a_visitor_gets_a_kit_and_is_saved_where_it_stands() {
    let data = tempfile::tempdir().expect("a folder");
    let keeper = keeper(data.path(), "one");
    let Loaded { player, zone, character } = visit(&keeper, "Anna").expect("a place");
    assert_eq!((zone, character.name.as_str(), character.look), (None, "Anna", 3));
    assert_eq!(character.sheet.coin, 20, "game rules, section 4");
    assert!(character.sheet.worn.iter().flatten().count() >= 5);
    let place = Some(Vec2::new(30.0, 40.0));
    keeper.save(player, 77, &Character { place, ..(*character).clone() });
    keeper.moved(player, ChannelId::first(ZoneId::new(2)));
    assert!(keeper.write_waiting());
    let again = keeper.load(player).expect("it is kept");
    assert_eq!((again.zone, again.character.place), (Some(ZoneId::new(2)), place));
    assert_eq!(again.character.sheet.bag, character.sheet.bag);
}

#[test]
fn what_was_asked_twice_is_done_once() {
    let data = tempfile::tempdir().expect("a folder");
    let keeper = keeper(data.path(), "one");
    let player = visit(&keeper, "Anna").expect("a place").player;
    let first = coin(&keeper, player, 1, 5);
    assert!(is_done(&first));
    assert_eq!(coin(&keeper, player, 1, 5), first);
    assert_eq!(keeper.load(player).expect("kept").character.sheet.coin, 25);
    assert!(!is_done(&coin(&keeper, player, 2, -100)), "nobody pays what it has not");
    assert_eq!(keeper.load(player).expect("kept").character.sheet.coin, 25);
}

#[test]
fn of_two_hosts_only_the_one_that_loaded_last_writes() {
    let data = tempfile::tempdir().expect("a folder");
    let (old, new) = (keeper(data.path(), "old"), keeper(data.path(), "new"));
    let Loaded { player, character, .. } = visit(&old, "Anna").expect("a place");
    assert!(is_done(&coin(&old, player, 1, 5)));
    let stale = old.snapshot(player, 9, &character).expect("it is held");
    new.load(player).expect("the newer login is right");
    assert!(!is_done(&coin(&old, player, 2, 5)), "the older host is refused");
    assert_eq!(old.take_lost(), [player]);
    assert_eq!(old.take_lost(), []);
    assert!(old.snapshot(player, 9, &character).is_none(), "and lets go");
    old.saves.put(stale);
    assert!(old.write_waiting(), "what it still saves is skipped");
    assert!(is_done(&coin(&new, player, 3, 5)));
    assert_eq!(new.load(player).expect("kept").character.sheet.coin, 30);
}

#[test]
fn a_visit_ends_with_the_name_free_and_a_crash_is_tidied_up_at_the_next_start() {
    let data = tempfile::tempdir().expect("a folder");
    let first = keeper(data.path(), "one");
    let anna = visit(&first, "Anna").expect("a place").player;
    assert!(matches!(visit(&first, "Anna"), Err(StoreError::Taken(_))));
    first.release(&[anna]);
    visit(&first, "Anna").expect("the name is free");
    drop(first);
    let next = keeper(data.path(), "one");
    assert!(visit(&next, "Anna").is_err(), "she might have come back");
    next.take_up(&[]).expect("it tidies up");
    let anna = visit(&next, "Anna").expect("the crash left nothing").player;
    next.take_up(&[anna]).expect("a clean stop has left her");
    assert!(visit(&next, "Anna").is_err(), "she is still here");
}

#[test]
fn visitors_that_come_together_are_made_together_and_none_spoils_it_for_the_others() {
    let data = tempfile::tempdir().expect("a folder");
    let keeper = keeper(data.path(), "one");
    let names = ["Anna", "Bert", "Anna", "Cleo"];
    let mut received = names.map(|name| keeper.announce(visitor(name)));
    let gone = keeper.announce(visitor("Dora"));
    drop(gone);
    keeper.receive_waiting();
    let made = received.each_mut().map(|it| it.try_recv().expect("all are answered"));
    assert!(matches!(made[2], Err(StoreError::Taken(_))), "{made:?}");
    let players = [0, 1, 3].map(|at| made[at].as_ref().expect("a place").player);
    assert!(players[0] != players[1] && players[1] != players[2] && players[2] != players[0]);
    for (number, player) in (1..).zip(players) {
        assert!(is_done(&coin(&keeper, player, number, 5)), "it is held here");
    }
    visit(&keeper, "Dora").expect("nobody was made who did not wait");
    keeper.receive_waiting();
}
