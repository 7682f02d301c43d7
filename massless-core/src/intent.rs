//! What a zone asks of the store, and what it answers.
//!
//! Items, coin and levels change only when the answer to an intent has come back as
//! `Command::Answer`; until then what is at stake is locked. An operation is a list of entries that
//! hold together: all of them or none.

use crate::ids::{ActorId, IntentId, ItemId, ItemUid, PlayerId, QuestId};

/// Why something is created, destroyed or moved: the source or sink in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// Coin of a slain creature.
    Kill = 1,
    /// A pick-up from the ground.
    Loot = 2,
    /// A quest's reward or what it hands over.
    Quest = 3,
    /// What a quest takes.
    HandIn = 4,
    /// Something used up.
    Use = 5,
    /// Put on, taken off, put elsewhere.
    Arrange = 6,
    /// Thrown away.
    Discard = 7,
    /// A level.
    Level = 8,
    /// The starter kit.
    Kit = 9,
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Inventory slot.
    Bag(u8),
    /// Equipment slot (`EquipSlot` as a number).
    Worn(u8),
}

/// One line of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Coin comes or goes.
    Coin {
        /// How much.
        delta: i64,
    },
    /// An item appears. Its uid comes with the answer, in the order of such entries.
    Create {
        /// What.
        definition: ItemId,
        /// 0..=4.
        rarity: u8,
        /// How many.
        quantity: u16,
        /// Cannot change its owner.
        bound: bool,
        /// In which free slot.
        slot: u8,
    },
    /// A stack grows: created.
    Grow {
        /// Which stack.
        uid: ItemUid,
        /// By how much.
        quantity: u16,
    },
    /// A stack shrinks or an item goes: destroyed.
    Shrink {
        /// Which.
        uid: ItemUid,
        /// By how much; its whole quantity ends it.
        quantity: u16,
    },
    /// An item changes its place; what was there takes the old one.
    Move {
        /// Which.
        uid: ItemUid,
        /// From.
        from: Place,
        /// To.
        to: Place,
    },
    /// The character reaches a level; experience of the levels below is used up.
    Level {
        /// The new level.
        level: u8,
    },
    /// A quest is done.
    QuestDone {
        /// Which.
        quest: QuestId,
        /// Experience for it; counted when it is applied.
        experience: u32,
    },
    /// A quest is taken (with what it hands over).
    QuestTaken {
        /// Which.
        quest: QuestId,
    },
}

/// One operation a zone asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its number within the zone.
    pub id: IntentId,
    /// Whose character.
    pub player: PlayerId,
    /// Why. What is used up (`Reason::Use`) is gone in the zone already.
    pub reason: Reason,
    /// The item on the ground that it takes.
    pub thing: Option<ActorId>,
    /// What, all or nothing.
    pub entries: Vec<Entry>,
}

/// What the store says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is committed; the uids of what was created, in the order of the entries.
    Done {
        /// One for each `Entry::Create`.
        created: Vec<ItemUid>,
    },
    /// It is not, and nothing changed.
    Refused,
}
