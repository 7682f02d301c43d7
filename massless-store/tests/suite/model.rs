//! The economy as a model: the same random intents on the ledger in memory and on the database come to
//! the same answers, balances and owners.

use std::collections::{BTreeMap, BTreeSet};

use massless_core::character::Character;
use massless_core::command::Command;
use massless_core::ids::{ItemId, ItemUid, PlayerId};
use massless_core::intent::{Answer, Entry, Intent, Place, Reason, SlotSet};
use massless_core::ledger::{Keeper, MemoryLedger};
use massless_store::repo::mail::{self, Draft};
use massless_store::repo::operations::Outcome;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::realm::{NOW, Realm, ZONE};

/// Plays of one run; each starts with three characters.
const PLAYS: u32 = 4;
/// Batches of a play.
const BATCHES: usize = 16;

/// What decides about one intent.
type Dice = [u16; 6];

/// Both ledgers and what one's numbers are called by the other.
struct Pair<'r> {
    realm: &'r Realm,
    memory: MemoryLedger,
    players: Vec<PlayerId>,
    /// The database's name of what the model names.
    names: BTreeMap<ItemUid, ItemUid>,
    sheets: Vec<Character>,
    /// Slots that intents of the batch at hand put something into.
    taken: BTreeSet<(PlayerId, u8)>,
}

impl<'r> Pair<'r> {
    fn new(realm: &'r Realm) -> Self {
        let players: Vec<PlayerId> =
            ["Ada", "Bea", "Cyd"].iter().map(|name| realm.character(name)).collect();
        let mut memory = MemoryLedger::new();
        let sheets: Vec<Character> = players.iter().map(|&who| realm.load(who)).collect();
        for (&who, sheet) in players.iter().zip(&sheets) {
            memory.enrol(who, sheet);
        }
        let names = memory.items().keys().map(|&uid| (uid, uid)).collect();
        Self { realm, memory, players, names, sheets, taken: BTreeSet::new() }
    }

    /// An item of the model that somebody has; sometimes of somebody else.
    fn item(&self, who: PlayerId, dice: u16) -> ItemUid {
        let own = self
            .memory
            .items()
            .iter()
            .filter(|(_, held)| held.keeper == Keeper::Player(who) || dice.is_multiple_of(7));
        let own: Vec<ItemUid> = own.map(|(&uid, _)| uid).collect();
        own.get(usize::from(dice) % own.len().max(1)).copied().unwrap_or(ItemUid::new(404))
    }

    /// A free slot that no other intent of the batch uses.
    fn slot(&mut self, who: PlayerId) -> u8 {
        let index = self.players.iter().position(|&it| it == who).expect("a player");
        let bag = &self.sheets[index].sheet.bag;
        let is_free =
            |slot: &u8| bag[usize::from(*slot)].is_none() && !self.taken.contains(&(who, *slot));
        let slot = (0..45).find(is_free).unwrap_or(44);
        self.taken.insert((who, slot));
        slot
    }

    fn intent(&mut self, dice: Dice) -> (Intent, Intent) {
        let who = self.players[usize::from(dice[0]) % 3];
        let other = self.players[(usize::from(dice[0]) + 1 + usize::from(dice[1]) % 2) % 3];
        let uid = self.item(who, dice[2]);
        let quantity = dice[3] % 4;
        let (reason, entries) = match dice[4] % 12 {
            0 => (Reason::Kill, vec![Entry::Coin { delta: i64::from(dice[3]) }]),
            1 => (Reason::Shop, vec![self.create(who, quantity), cost(dice[3])]),
            2 => (Reason::Loot, vec![self.create(who, quantity), self.create(who, 1)]),
            3 => (Reason::Loot, vec![Entry::Grow { uid, quantity }]),
            4 => (Reason::Use, vec![Entry::Shrink { uid, quantity }]),
            5 => {
                let to = Place::Bag(self.slot(who));
                (Reason::Arrange, vec![Entry::Move { uid, from: Place::Bag(0), to }])
            }
            6 => (
                Reason::Upgrade,
                vec![Entry::Upgrade { uid, to: (dice[3] % 11) as u8 }, cost(dice[3] % 32)],
            ),
            7 => {
                let slot = self.slot(other);
                let pay = Entry::Pay { from: other, to: who, amount: i64::from(dice[3] % 90) };
                (Reason::Trade, vec![Entry::Pass { uid, from: who, to: other, slot }, pay])
            }
            8 => (
                Reason::Mail,
                vec![
                    Entry::Escrow { uid },
                    Entry::Coin { delta: -30 },
                    Entry::Post { draft: 0, coin: i64::from(dice[3] % 60) },
                ],
            ),
            9 => {
                let slots = SlotSet::default().with(self.slot(who)).with(self.slot(who));
                (Reason::Claim, vec![Entry::Claim { mail: 0, slots }])
            }
            10 => (Reason::List, vec![Entry::List { uid, price: i64::from(dice[3] % 50) }]),
            _ => {
                let slot = self.slot(who);
                match dice[5] % 3 {
                    0 => (Reason::Unlist, vec![Entry::Unlist { listing: 0 }]),
                    _ => (Reason::Buy, vec![Entry::Buy { listing: 0, price: 0, slot }]),
                }
            }
        };
        let modelled = self.realm.intent(who, reason, &entries);
        let entries = modelled.entries.iter();
        let named = entries.map(|&entry| self.named(who, other, entry, dice[5])).collect();
        let (modelled_entries, stored): (Vec<Entry>, Vec<Entry>) =
            Vec::<(Entry, Entry)>::into_iter(named).unzip();
        let mut modelled = modelled;
        modelled.entries = modelled_entries;
        let stored = Intent { entries: stored, ..modelled.clone() };
        (modelled, stored)
    }

    fn create(&mut self, who: PlayerId, quantity: u16) -> Entry {
        let (definition, slot) = (ItemId::new(5_001), self.slot(who));
        Entry::Create { definition, rarity: 0, quantity, bound: quantity == 2, slot }
    }

    /// An entry as the model and as the database write it: items, drafts, letters and offers have other
    /// numbers there, but the same order.
    fn named(&mut self, who: PlayerId, other: PlayerId, entry: Entry, dice: u16) -> (Entry, Entry) {
        let name = |uid: ItemUid| self.names.get(&uid).copied().unwrap_or(uid);
        match entry {
            Entry::Grow { uid, quantity } => (entry, Entry::Grow { uid: name(uid), quantity }),
            Entry::Shrink { uid, quantity } => (entry, Entry::Shrink { uid: name(uid), quantity }),
            Entry::Move { uid, from, to } => (entry, Entry::Move { uid: name(uid), from, to }),
            Entry::Upgrade { uid, to } => (entry, Entry::Upgrade { uid: name(uid), to }),
            Entry::Escrow { uid } => (entry, Entry::Escrow { uid: name(uid) }),
            Entry::List { uid, price } => (entry, Entry::List { uid: name(uid), price }),
            Entry::Pass { uid, from, to, slot } => {
                (entry, Entry::Pass { uid: name(uid), from, to, slot })
            }
            Entry::Post { coin, .. } => {
                let modelled = self.memory.draft(who, other);
                let it = Draft { from: who, to: other, subject: "", body: "" };
                let stored = self.realm.with(|conn| mail::draft(conn, NOW * 2, it));
                (Entry::Post { draft: modelled, coin }, Entry::Post { draft: stored, coin })
            }
            Entry::Claim { slots, .. } => {
                let open = format!(
                    "SELECT CAST(id AS TEXT) AS what FROM mail WHERE recipient_id = {who} \
                     AND claimed_at IS NULL AND deleted_at IS NULL ORDER BY id"
                );
                let (modelled, mail) =
                    pick(&self.memory.letters(who), &self.realm.texts(&open), dice);
                (Entry::Claim { mail: modelled, slots }, Entry::Claim { mail, slots })
            }
            Entry::Buy { slot, .. } => {
                let (modelled, listing, price) = self.offer(dice);
                let price = if dice.is_multiple_of(11) { price + 1 } else { price };
                (Entry::Buy { listing: modelled, price, slot }, Entry::Buy { listing, price, slot })
            }
            Entry::Unlist { .. } => {
                let (modelled, listing, _) = self.offer(dice);
                (Entry::Unlist { listing: modelled }, Entry::Unlist { listing })
            }
            same => (same, same),
        }
    }

    fn offer(&self, dice: u16) -> (u64, u64, i64) {
        let modelled: Vec<u64> = self.memory.listings().iter().map(|it| it.0).collect();
        let open = self
            .realm
            .texts("SELECT CAST(id AS TEXT) AS what FROM listing WHERE state = 1 ORDER BY id");
        let (model, stored) = pick(&modelled, &open, dice);
        let price = self.memory.listings().iter().find(|it| it.0 == model).map_or(1, |it| it.2);
        (model, stored, price)
    }

    fn play(&mut self, batch: &[Dice]) {
        self.taken.clear();
        // What was refused leaves its draft, and there are few of them.
        self.realm.batch("DELETE FROM mail_draft");
        let intents: Vec<(Intent, Intent)> = batch.iter().map(|&dice| self.intent(dice)).collect();
        let operations: Vec<_> =
            intents.iter().map(|(_, stored)| self.realm.operation(stored)).collect();
        let stored = self.realm.store.commit(&operations).unwrap();
        // Letters arrive at once, as in the model.
        self.realm.batch("UPDATE mail SET arrives_at = 1");
        for ((modelled, asked), outcome) in intents.iter().zip(stored) {
            let commands = self.memory.settle(ZONE, std::slice::from_ref(modelled));
            let [Command::Answer { answer, .. }] = &commands[..] else { panic!("{commands:?}") };
            self.compare(asked, answer, &outcome);
        }
        let players = self.players.iter();
        self.sheets = players.map(|&who| self.realm.load(who)).collect();
        self.compare_all();
    }

    fn compare(&mut self, asked: &Intent, model: &Answer, stored: &Outcome) {
        match (model, stored) {
            (
                Answer::Done { created, brought, coin },
                Outcome::Done(Answer::Done { created: uids, brought: things, coin: more }),
            ) => {
                assert_eq!((created.len(), coin), (uids.len(), more), "{asked:?}");
                self.names.extend(created.iter().copied().zip(uids.iter().copied()));
                let brought: Vec<_> = brought
                    .iter()
                    .map(|&(slot, mut item)| {
                        item.uid = self.names[&item.uid];
                        (slot, item)
                    })
                    .collect();
                assert_eq!(brought, *things, "{asked:?}");
            }
            (Answer::Refused { why }, Outcome::Refused(because)) => {
                assert_eq!(why, because, "{asked:?}");
            }
            _ => panic!("{asked:?}: {model:?} and {stored:?}"),
        }
    }

    /// All items and all purses.
    fn compare_all(&self) {
        let mut owned = 0;
        for (&who, character) in self.players.iter().zip(&self.sheets) {
            assert_eq!(self.memory.coin(who), Some(character.sheet.coin));
            let mut kept: Vec<_> = self
                .memory
                .items()
                .iter()
                .filter(|(_, held)| held.keeper == Keeper::Player(who))
                .map(|(uid, held)| held.item(self.names[uid]))
                .collect();
            owned += kept.len() as i64;
            let mut items: Vec<_> = character.sheet.items().copied().collect();
            kept.sort_by_key(|item| item.uid);
            items.sort_by_key(|item| item.uid);
            assert_eq!(kept, items, "{who}");
        }
        let elsewhere = self.memory.items().len() as i64 - owned;
        let sent = "SELECT count(*) FROM item WHERE owner_kind IN (4, 5)";
        assert_eq!(self.realm.number(sent), elsewhere, "in letters and at the market");
        let waiting = "SELECT coalesce(sum(balance), 0) FROM ledger_account WHERE kind = 2";
        assert_eq!(self.realm.number(waiting), self.memory.coin_in_letters());
    }
}

fn cost(dice: u16) -> Entry {
    Entry::Coin { delta: -i64::from(dice % 300) }
}

/// The same place in both lists; something that is not there when they are empty.
fn pick(model: &[u64], stored: &[String], dice: u16) -> (u64, u64) {
    assert_eq!(model.len(), stored.len());
    let index = usize::from(dice) % model.len().max(1);
    match (model.get(index), stored.get(index)) {
        (Some(&model), Some(stored)) => (model, stored.parse().unwrap()),
        _ => (404_404, 404_404),
    }
}

fn compare(open: fn() -> Realm) {
    let config = Config { cases: PLAYS, failure_persistence: None, ..Config::default() };
    let dice =
        prop::collection::vec(prop::collection::vec(any::<Dice>(), 1..5), BATCHES..BATCHES + 1);
    let played = TestRunner::new(config).run(&dice, |batches| {
        let realm = open();
        let mut pair = Pair::new(&realm);
        for batch in &batches {
            pair.play(batch);
        }
        realm.assert_sound();
        Ok(())
    });
    played.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_model_and_postgres_agree() {
    compare(Realm::postgres);
}

#[test]
fn the_model_and_sqlite_agree() {
    compare(Realm::sqlite);
}
