//! A store in memory, for whoever embeds zones without a database: it answers intents, names items
//! and keeps books of all that was created and destroyed.
//!
//! It knows each item by its name, its keeper and its quantity, so what does not fit (another's item, more
//! than there is, an unknown name) is refused. Letters and the market are as simple as laws can be tested with. One ledger serves all zones of a process: names are unique over
//! them. It is no part of a zone's state.

mod post;
mod starter;

pub use self::starter::starter;

use std::collections::BTreeMap;

use self::post::PostOffice;
use crate::character::{Character, Item};
use crate::command::Command;
use crate::event::Rejection;
use crate::ids::{ItemId, ItemUid, PlayerId, ZoneId};
use crate::intent::{Answer, Entry, Intent, Reason};
use crate::limits::COIN_MAX;

/// Who has an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// A player.
    Player(PlayerId),
    /// A letter.
    Mail(u64),
    /// The market, for an offer.
    Market(u64),
}

/// An item as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What it is.
    pub definition: ItemId,
    /// 0..=4.
    pub rarity: u8,
    /// 0..=9.
    pub upgrade: u8,
    /// How many.
    pub quantity: u16,
    /// Cannot change its owner.
    pub bound: bool,
    /// Who has it.
    pub keeper: Keeper,
}

impl Holding {
    /// The item as its owner has it.
    #[must_use]
    pub const fn item(&self, uid: ItemUid) -> Item {
        let Self { definition, rarity, upgrade, quantity, bound, .. } = *self;
        Item { uid, definition, rarity, upgrade, quantity, bound }
    }

    const fn of(item: &Item, keeper: Keeper) -> Self {
        let Item { definition, rarity, upgrade, quantity, bound, .. } = *item;
        Self { definition, rarity, upgrade, quantity, bound, keeper }
    }
}

/// What came into the world and went out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Pieces created, by definition and reason.
    pub created: BTreeMap<(ItemId, Reason), u64>,
    /// Pieces destroyed, by definition and reason.
    pub destroyed: BTreeMap<(ItemId, Reason), u64>,
    /// Coin created, by reason.
    pub coin_created: BTreeMap<Reason, i64>,
    /// Coin destroyed, by reason.
    pub coin_destroyed: BTreeMap<Reason, i64>,
    /// Operations committed.
    pub committed: u64,
    /// Operations refused.
    pub refused: u64,
}

impl Books {
    /// Pieces of a definition that must exist: created minus destroyed.
    #[must_use]
    pub fn pieces(&self, definition: ItemId) -> i64 {
        let of = |book: &BTreeMap<(ItemId, Reason), u64>| -> u64 {
            let lines = book.iter().filter(|((item, _), _)| *item == definition);
            lines.map(|(_, pieces)| pieces).sum()
        };
        of(&self.created).cast_signed() - of(&self.destroyed).cast_signed()
    }

    /// Coin that must exist: created minus destroyed.
    #[must_use]
    pub fn coin(&self) -> i64 {
        self.coin_created.values().sum::<i64>() - self.coin_destroyed.values().sum::<i64>()
    }

    /// All definitions that ever occurred, rising.
    #[must_use]
    pub fn definitions(&self) -> Vec<ItemId> {
        let mut all: Vec<ItemId> =
            self.created.keys().chain(self.destroyed.keys()).map(|&(item, _)| item).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryLedger {
    newest: u64,
    items: BTreeMap<ItemUid, Holding>,
    purses: BTreeMap<PlayerId, i64>,
    post: PostOffice,
    books: Books,
}

impl MemoryLedger {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store whose first item is named after `newest`: what other runs named stays theirs.
    #[must_use]
    pub fn after(newest: ItemUid) -> Self {
        Self { newest: newest.get(), ..Self::default() }
    }

    /// What was created and destroyed.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// All items there are, by name.
    #[must_use]
    pub const fn items(&self) -> &BTreeMap<ItemUid, Holding> {
        &self.items
    }

    /// A player's coin; `None` before it was enrolled.
    #[must_use]
    pub fn coin(&self, player: PlayerId) -> Option<i64> {
        self.purses.get(&player).copied()
    }

    /// A name that was never given out before; never 0.
    pub fn fresh_uid(&mut self) -> ItemUid {
        self.newest += 1;
        ItemUid::new(self.newest)
    }

    /// Takes note of a character that is about to enter a zone, with all it has. What is not known yet is
    /// booked as its starter kit; called again (another zone, a return) it changes owners only.
    pub fn enrol(&mut self, player: PlayerId, character: &Character) {
        for item in character.sheet.items() {
            self.newest = self.newest.max(item.uid.get());
            let held = Holding::of(item, Keeper::Player(player));
            let known = self.items.insert(item.uid, held);
            let before = known.map_or(0, |holding| holding.quantity);
            let more = u64::from(item.quantity.saturating_sub(before));
            let fewer = u64::from(before.saturating_sub(item.quantity));
            note(&mut self.books.created, (item.definition, Reason::Kit), more);
            note(&mut self.books.destroyed, (item.definition, Reason::Kit), fewer);
        }
        let coin = character.sheet.coin;
        let before = self.purses.insert(player, coin).unwrap_or(0);
        note_coin(&mut self.books, Reason::Kit, coin - before);
    }

    /// Writes a letter that is not sent yet; its number is what `Entry::Post` names.
    pub fn draft(&mut self, from: PlayerId, to: PlayerId) -> u64 {
        self.post.draft(from, to)
    }

    /// Letters for a player that carry something, rising.
    #[must_use]
    pub fn letters(&self, player: PlayerId) -> Vec<u64> {
        self.post.letters(player)
    }

    /// Offers of the market, rising: number, seller, price.
    #[must_use]
    pub fn listings(&self) -> Vec<(u64, PlayerId, i64)> {
        self.post.listings()
    }

    /// Coin in letters.
    #[must_use]
    pub fn coin_in_letters(&self) -> i64 {
        self.post.coin()
    }

    /// Answers a zone's intents in their order, as commands for one of its next ticks.
    ///
    /// `zone` is where they come from: the answers go back there.
    pub fn settle(&mut self, zone: ZoneId, intents: &[Intent]) -> Vec<Command> {
        debug_assert!(zone != ZoneId::default(), "zones have ids from 1 on");
        intents.iter().map(|intent| self.answer(intent)).collect()
    }

    /// Refuses intents, as a store does that is away. What was used up is gone all the same.
    pub fn refuse(&mut self, intents: &[Intent]) -> Vec<Command> {
        let answers = intents.iter().map(|intent| {
            if intent.reason == Reason::Use {
                return self.answer(intent);
            }
            self.books.refused += 1;
            Command::Answer {
                intent: intent.id,
                answer: Answer::Refused { why: Rejection::StoreAway },
            }
        });
        answers.collect()
    }

    fn answer(&mut self, intent: &Intent) -> Command {
        let answer = match self.holds(intent) {
            Ok(()) => {
                self.books.committed += 1;
                let mut deed = Deed::default();
                for &entry in &intent.entries {
                    self.commit(intent, entry, &mut deed);
                }
                Answer::Done { created: deed.created, brought: deed.brought, coin: deed.coin }
            }
            Err(why) => {
                self.books.refused += 1;
                Answer::Refused { why }
            }
        };
        Command::Answer { intent: intent.id, answer }
    }

    /// All entries fit what is known.
    fn holds(&self, intent: &Intent) -> Result<(), Rejection> {
        let mut sums = Sums::default();
        for &entry in &intent.entries {
            self.holds_entry(intent.player, entry, &mut sums)?;
        }
        for (player, delta) in sums.coin {
            let coin = self.coin(player).unwrap_or(0).saturating_add(delta);
            if coin < 0 {
                return Err(Rejection::NoCoin);
            }
            if coin > COIN_MAX {
                return Err(Rejection::PurseFull);
            }
        }
        Ok(())
    }

    fn holds_entry(
        &self,
        player: PlayerId,
        entry: Entry,
        sums: &mut Sums,
    ) -> Result<(), Rejection> {
        let fits = match entry {
            Entry::Coin { delta } => {
                sums.pay(player, delta);
                true
            }
            Entry::Create { quantity, .. } => quantity > 0,
            Entry::Grow { uid, quantity } => {
                let held = self.owned(player, uid).map(|held| held.quantity);
                held.is_some_and(|held| quantity > 0 && held.checked_add(quantity).is_some())
            }
            Entry::Shrink { uid, quantity } => {
                let held = self.owned(player, uid).map(|held| held.quantity);
                let sum = sums.take(uid, quantity);
                held.is_some_and(|held| quantity > 0 && sum <= u32::from(held))
            }
            Entry::Move { uid, .. } => self.owned(player, uid).is_some(),
            Entry::Upgrade { uid, to } => {
                self.owned(player, uid).is_some() && to <= crate::limits::UPGRADE_MAX
            }
            Entry::Level { .. }
            | Entry::QuestDone { .. }
            | Entry::QuestTaken { .. }
            | Entry::Pity { .. }
            | Entry::Rank { .. }
            | Entry::ResetPoints
            | Entry::StorageSlots { .. }
            | Entry::Depart { .. } => true,
            Entry::Pass { .. } | Entry::Pay { .. } => return self.holds_trade(entry, sums),
            Entry::Escrow { .. }
            | Entry::Post { .. }
            | Entry::Claim { .. }
            | Entry::List { .. }
            | Entry::Buy { .. }
            | Entry::Unlist { .. } => return self.post.holds(player, entry, &self.items, sums),
        };
        if fits { Ok(()) } else { Err(Rejection::StoreRefused) }
    }

    fn holds_trade(&self, entry: Entry, sums: &mut Sums) -> Result<(), Rejection> {
        let fits = match entry {
            Entry::Pass { uid, from, to, .. } => {
                let held = self.owned(from, uid).filter(|held| !held.bound);
                held.is_some_and(|held| sums.take(uid, held.quantity) <= u32::from(held.quantity))
                    && from != to
                    && self.purses.contains_key(&to)
            }
            Entry::Pay { from, to, amount } => {
                sums.pay(from, -amount);
                sums.pay(to, amount);
                amount > 0 && from != to && self.purses.contains_key(&to)
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(Rejection::TradeUnfit) }
    }

    fn owned(&self, player: PlayerId, uid: ItemUid) -> Option<&Holding> {
        self.items.get(&uid).filter(|held| held.keeper == Keeper::Player(player))
    }

    /// Takes some of a stack, which is gone when nothing is left; what it was.
    fn shrink(&mut self, uid: ItemUid, quantity: u16) -> ItemId {
        let held = self.items.get_mut(&uid).expect("looked at before");
        held.quantity -= quantity;
        let (definition, is_empty) = (held.definition, held.quantity == 0);
        if is_empty {
            self.items.remove(&uid);
        }
        definition
    }

    /// Books one entry.
    fn commit(&mut self, intent: &Intent, entry: Entry, deed: &mut Deed) {
        let (player, reason) = (intent.player, intent.reason);
        match entry {
            Entry::Coin { delta } => {
                *self.purses.entry(player).or_default() += delta;
                note_coin(&mut self.books, reason, delta);
            }
            Entry::Create { definition, rarity, quantity, bound, .. } => {
                let uid = self.fresh_uid();
                let keeper = Keeper::Player(player);
                let held = Holding { definition, rarity, upgrade: 0, quantity, bound, keeper };
                self.items.insert(uid, held);
                note(&mut self.books.created, (definition, reason), u64::from(quantity));
                deed.created.push(uid);
            }
            Entry::Grow { uid, quantity } => {
                let held = self.items.get_mut(&uid).expect("looked at before");
                held.quantity += quantity;
                let line = (held.definition, reason);
                note(&mut self.books.created, line, u64::from(quantity));
            }
            Entry::Shrink { uid, quantity } => {
                let definition = self.shrink(uid, quantity);
                // What a quest takes is a sink of its own.
                let reason = if reason == Reason::Quest { Reason::HandIn } else { reason };
                note(&mut self.books.destroyed, (definition, reason), u64::from(quantity));
            }
            Entry::Upgrade { uid, to } => {
                self.items.get_mut(&uid).expect("looked at before").upgrade = to;
            }
            Entry::Pass { uid, to, .. } => {
                self.items.get_mut(&uid).expect("looked at before").keeper = Keeper::Player(to);
            }
            Entry::Pay { from, to, amount } => {
                *self.purses.entry(from).or_default() -= amount;
                *self.purses.entry(to).or_default() += amount;
            }
            Entry::Move { .. }
            | Entry::Level { .. }
            | Entry::QuestDone { .. }
            | Entry::QuestTaken { .. }
            | Entry::Pity { .. }
            | Entry::Rank { .. }
            | Entry::ResetPoints
            | Entry::StorageSlots { .. }
            | Entry::Depart { .. } => {}
            Entry::Escrow { .. }
            | Entry::Post { .. }
            | Entry::Claim { .. }
            | Entry::List { .. }
            | Entry::Buy { .. }
            | Entry::Unlist { .. } => {
                let purse = self.purses.entry(player).or_default();
                *purse += self.post.commit(player, entry, &mut self.items, deed);
            }
        }
    }
}

/// What an operation's entries come to together.
#[derive(Debug, Default)]
struct Sums {
    coin: BTreeMap<PlayerId, i64>,
    taken: BTreeMap<ItemUid, u32>,
}

impl Sums {
    fn pay(&mut self, player: PlayerId, delta: i64) {
        let sum = self.coin.entry(player).or_default();
        *sum = sum.saturating_add(delta);
    }

    /// Takes from a stack; how much is taken of it in all.
    fn take(&mut self, uid: ItemUid, quantity: u16) -> u32 {
        let sum = self.taken.entry(uid).or_default();
        *sum += u32::from(quantity);
        *sum
    }
}

/// What a committed operation brings.
#[derive(Debug, Default)]
struct Deed {
    created: Vec<ItemUid>,
    brought: Vec<(u8, Item)>,
    coin: i64,
}

fn note(book: &mut BTreeMap<(ItemId, Reason), u64>, line: (ItemId, Reason), pieces: u64) {
    if pieces > 0 {
        *book.entry(line).or_default() += pieces;
    }
}

fn note_coin(books: &mut Books, reason: Reason, delta: i64) {
    let book = if delta < 0 { &mut books.coin_destroyed } else { &mut books.coin_created };
    if delta != 0 {
        *book.entry(reason).or_default() += delta.abs();
    }
}
