//! A store in memory, for whoever embeds zones without a database: it answers intents, names items
//! and keeps books of all that was created and destroyed.
//!
//! It knows each item by its name, its owner and its quantity, so what does not fit (another's item, more
//! than there is, an unknown name) is refused. One ledger serves all zones of a process: names are unique over
//! them. It is no part of a zone's state.

use std::collections::BTreeMap;

use crate::character::{BarEntry, Character, Item, Sheet};
use crate::command::Command;
use crate::content::Content;
use crate::content::item::{ItemKind, Use};
use crate::content::skill::Learner;
use crate::ids::{ClassId, FactionId, ItemId, ItemUid, PlayerId, ZoneId};
use crate::intent::{Answer, Entry, Intent, Reason};
use crate::limits::COIN_MAX;

/// Slot of the bar for health draughts of newcomers.
const HEALTH_SLOT: usize = 8;
/// Slot of the bar for mana draughts of newcomers.
const MANA_SLOT: usize = 9;

/// An item as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What it is.
    pub definition: ItemId,
    /// How many.
    pub quantity: u16,
    /// Whose.
    pub owner: PlayerId,
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
        let Sheet { bag, worn, coin, .. } = &character.sheet;
        for item in bag.iter().chain(worn).flatten() {
            self.newest = self.newest.max(item.uid.get());
            let Item { definition, quantity, .. } = *item;
            let known =
                self.items.insert(item.uid, Holding { definition, quantity, owner: player });
            let before = known.map_or(0, |holding| holding.quantity);
            let more = u64::from(quantity.saturating_sub(before));
            let fewer = u64::from(before.saturating_sub(quantity));
            note(&mut self.books.created, (definition, Reason::Kit), more);
            note(&mut self.books.destroyed, (definition, Reason::Kit), fewer);
        }
        let before = self.purses.insert(player, *coin).unwrap_or(0);
        note_coin(&mut self.books, Reason::Kit, coin - before);
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
            Command::Answer { intent: intent.id, answer: Answer::Refused }
        });
        answers.collect()
    }

    fn answer(&mut self, intent: &Intent) -> Command {
        let answer = if self.holds(intent) {
            self.books.committed += 1;
            let entries = intent.entries.iter();
            let created = entries.filter_map(|entry| self.commit(intent, *entry)).collect();
            Answer::Done { created }
        } else {
            self.books.refused += 1;
            Answer::Refused
        };
        Command::Answer { intent: intent.id, answer }
    }

    /// All entries fit what is known.
    fn holds(&self, intent: &Intent) -> bool {
        let mut coin = self.purses.get(&intent.player).copied().unwrap_or(0);
        let mut taken: BTreeMap<ItemUid, u32> = BTreeMap::new();
        intent.entries.iter().all(|entry| match *entry {
            Entry::Coin { delta } => {
                coin = coin.saturating_add(delta);
                (0..=COIN_MAX).contains(&coin)
            }
            Entry::Create { quantity, .. } => quantity > 0,
            Entry::Grow { uid, quantity } => {
                let held = self.owned(intent.player, uid);
                held.is_some_and(|held| quantity > 0 && held.checked_add(quantity).is_some())
            }
            Entry::Shrink { uid, quantity } => {
                let sum = taken.entry(uid).or_default();
                *sum += u32::from(quantity);
                let held = self.owned(intent.player, uid);
                held.is_some_and(|held| quantity > 0 && *sum <= u32::from(held))
            }
            Entry::Move { uid, .. } => self.owned(intent.player, uid).is_some(),
            Entry::Level { .. } | Entry::QuestDone { .. } | Entry::QuestTaken { .. } => true,
        })
    }

    fn owned(&self, player: PlayerId, uid: ItemUid) -> Option<u16> {
        let holding = self.items.get(&uid)?;
        (holding.owner == player).then_some(holding.quantity)
    }

    /// Books one entry; the name of what it creates.
    fn commit(&mut self, intent: &Intent, entry: Entry) -> Option<ItemUid> {
        let owner = intent.player;
        match entry {
            Entry::Coin { delta } => {
                *self.purses.entry(owner).or_default() += delta;
                note_coin(&mut self.books, intent.reason, delta);
            }
            Entry::Create { definition, quantity, .. } => {
                let uid = self.fresh_uid();
                self.items.insert(uid, Holding { definition, quantity, owner });
                note(&mut self.books.created, (definition, intent.reason), u64::from(quantity));
                return Some(uid);
            }
            Entry::Grow { uid, quantity } => {
                let held = self.items.get_mut(&uid).expect("looked at before");
                held.quantity += quantity;
                let line = (held.definition, intent.reason);
                note(&mut self.books.created, line, u64::from(quantity));
            }
            Entry::Shrink { uid, quantity } => {
                let held = self.items.get_mut(&uid).expect("looked at before");
                held.quantity -= quantity;
                let (definition, empty) = (held.definition, held.quantity == 0);
                if empty {
                    self.items.remove(&uid);
                }
                // What a quest takes is a sink of its own.
                let reason = match intent.reason {
                    Reason::Quest => Reason::HandIn,
                    reason => reason,
                };
                note(&mut self.books.destroyed, (definition, reason), u64::from(quantity));
            }
            Entry::Move { .. }
            | Entry::Level { .. }
            | Entry::QuestDone { .. }
            | Entry::QuestTaken { .. } => {}
        }
        None
    }
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

/// A new character of level 1 with its class's starter kit, bound to it, and a bar to begin with:
/// skills from slot 1 on by level, draughts on slots 9 and 10. `None` for an unknown class or faction.
///
/// `uids` names its items.
pub fn starter(
    content: &Content,
    class: ClassId,
    faction: FactionId,
    name: &str,
    look: u8,
    uids: &mut dyn FnMut() -> ItemUid,
) -> Option<Character> {
    let def = content.class(class)?;
    if !(1..=3).contains(&faction.get()) {
        return None;
    }
    let mut sheet = Sheet::blank(class, faction);
    sheet.coin = i64::from(def.coin);
    let mut piece = |definition, quantity| Item {
        uid: uids(),
        definition,
        rarity: 0,
        upgrade: 0,
        quantity,
        bound: true,
    };
    for &definition in &def.worn {
        let slot = content.item(definition)?.slot()?;
        sheet.worn[slot as usize] = Some(piece(definition, 1));
    }
    for (place, &(definition, quantity)) in sheet.bag.iter_mut().zip(&def.carried) {
        *place = Some(piece(definition, quantity));
    }
    fill_bar(content, class, &mut sheet);
    let mut character = Character::plain(name, look);
    character.sheet = sheet;
    Some(character)
}

/// The level 1 skill first; those of higher levels follow when they are learned.
fn fill_bar(content: &Content, class: ClassId, sheet: &mut Sheet) {
    let first = content
        .skills()
        .iter()
        .find(|def| def.learner == Learner::Class(class) && def.level.get() == 1);
    if let Some(def) = first {
        sheet.bar[0] = BarEntry::Skill(def.id);
    }
    for item in sheet.bag.iter().flatten() {
        let Some(ItemKind::Consumable { action, .. }) =
            content.item(item.definition).map(|def| &def.kind)
        else {
            continue;
        };
        let slot = match action {
            Use::Health { .. } => HEALTH_SLOT,
            Use::Mana { .. } => MANA_SLOT,
            Use::Return { .. } => continue,
        };
        if sheet.bar[slot] == BarEntry::Empty {
            sheet.bar[slot] = BarEntry::Item(item.definition);
        }
    }
}
