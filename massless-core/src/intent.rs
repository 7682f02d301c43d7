//! What a zone asks of the store, and what it answers.
//!
//! Items, coin and levels change only when the answer to an intent has come back as
//! `Command::Answer`; until then what is at stake is locked. An operation is a list of entries that
//! hold together: all of them or none.

use crate::character::Item;
use crate::event::Rejection;
use crate::ids::{ActorId, IntentId, ItemId, ItemUid, PlayerId, QuestId, SkillId, ZoneId};

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
    /// Bought from a shop.
    Shop = 10,
    /// Sold to a shop.
    Sale = 11,
    /// An attempt at the smith's.
    Upgrade = 12,
    /// Refining items made of others.
    Exchange = 13,
    /// A rank of a skill.
    Rank = 14,
    /// Spent points taken back.
    Reset = 15,
    /// A waykeeper's fee.
    Travel = 16,
    /// Put into storage, taken out of it, or a larger storage.
    Storage = 17,
    /// Two characters exchange things.
    Trade = 18,
    /// A letter is sent: its postage is a sink, what it carries waits in the letter.
    Mail = 19,
    /// What a letter carried is taken out of it.
    Claim = 20,
    /// Something is put up at the market: the fee is a sink.
    List = 21,
    /// Something is bought at the market.
    Buy = 22,
    /// An offer is taken back from the market.
    Unlist = 23,
}

impl Reason {
    /// All of them, rising.
    pub const ALL: [Self; 23] = [
        Self::Kill,
        Self::Loot,
        Self::Quest,
        Self::HandIn,
        Self::Use,
        Self::Arrange,
        Self::Discard,
        Self::Level,
        Self::Kit,
        Self::Shop,
        Self::Sale,
        Self::Upgrade,
        Self::Exchange,
        Self::Rank,
        Self::Reset,
        Self::Travel,
        Self::Storage,
        Self::Trade,
        Self::Mail,
        Self::Claim,
        Self::List,
        Self::Buy,
        Self::Unlist,
    ];

    /// The reason of a number.
    #[must_use]
    pub fn new(raw: u8) -> Option<Self> {
        Self::ALL.get(usize::from(raw.checked_sub(1)?)).copied()
    }

    /// Its name in metrics, journals and tables: lower case, words joined by `_`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Loot => "loot",
            Self::Quest => "quest",
            Self::HandIn => "hand_in",
            Self::Use => "use",
            Self::Arrange => "arrange",
            Self::Discard => "discard",
            Self::Level => "level",
            Self::Kit => "kit",
            Self::Shop => "shop",
            Self::Sale => "sale",
            Self::Upgrade => "upgrade",
            Self::Exchange => "exchange",
            Self::Rank => "rank",
            Self::Reset => "reset",
            Self::Travel => "travel",
            Self::Storage => "storage",
            Self::Trade => "trade",
            Self::Mail => "mail",
            Self::Claim => "claim",
            Self::List => "list",
            Self::Buy => "buy",
            Self::Unlist => "unlist",
        }
    }

    /// Players are shown that it waits: something of theirs is locked for it. What a fight earns locks
    /// nothing, and what is used up is gone at once.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        !matches!(self, Self::Kill | Self::Level | Self::Use)
    }
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Inventory slot.
    Bag(u8),
    /// Equipment slot (`EquipSlot` as a number).
    Worn(u8),
    /// Slot of the storage.
    Stored(u8),
}

/// Slots of an inventory: bit n is slot n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotSet(u64);

impl SlotSet {
    /// From its bits.
    #[must_use]
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// Its bits.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// With that slot (0..=63), too.
    #[must_use]
    pub const fn with(self, slot: u8) -> Self {
        Self(self.0 | 1 << (slot & 63))
    }

    /// Whether a slot is one of them.
    #[must_use]
    pub const fn contains(self, slot: u8) -> bool {
        slot < 64 && self.0 & (1 << slot) != 0
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// None at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, rising.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..64).filter(move |&slot| self.contains(slot))
    }
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
    /// Gear gets another upgrade, better or worse.
    Upgrade {
        /// Which.
        uid: ItemUid,
        /// 0..=9.
        to: u8,
    },
    /// A counter of failures at the smith's; those of one character are at most
    /// `limits::PITY_MAX`, the longest untouched goes first.
    Pity {
        /// Of which item.
        definition: ItemId,
        /// 0..=4.
        rarity: u8,
        /// Upgrade that was tried, 1..=9.
        target: u8,
        /// Failures in a row; 0 ends the counter.
        failures: u16,
    },
    /// A skill is learned to a rank.
    Rank {
        /// Which.
        skill: SkillId,
        /// 2..=10.
        rank: u8,
    },
    /// All spent points are free again.
    ResetPoints,
    /// The storage is enlarged.
    StorageSlots {
        /// Slots it has then, 30..=90.
        slots: u8,
    },
    /// The character leaves for another zone once this is done. Nothing for the store.
    Depart {
        /// Which.
        zone: ZoneId,
    },
    /// A whole item changes its owner.
    Pass {
        /// Which.
        uid: ItemUid,
        /// Whose it is.
        from: PlayerId,
        /// Whose it will be.
        to: PlayerId,
        /// Free slot of that one's inventory.
        slot: u8,
    },
    /// Coin changes its owner.
    Pay {
        /// Who pays.
        from: PlayerId,
        /// Who is paid.
        to: PlayerId,
        /// How much, more than 0.
        amount: i64,
    },
    /// A whole item goes from the inventory into the letter that this operation sends.
    Escrow {
        /// Which.
        uid: ItemUid,
    },
    /// The letter is sent, with what the entries before put into it.
    Post {
        /// The draft it was written in.
        draft: u64,
        /// Coin in it, out of the purse. Not its postage, which is `Coin`.
        coin: i64,
    },
    /// All that a letter carries is taken; the answer says what it is.
    Claim {
        /// Which letter.
        mail: u64,
        /// Free slots of the inventory, at most one for each thing; too few are refused.
        slots: SlotSet,
    },
    /// A whole item goes from the inventory to the market.
    List {
        /// Which.
        uid: ItemUid,
        /// Price of all of it, 1..=100 000 000.
        price: i64,
    },
    /// An offer of the market is bought; the answer brings the item.
    Buy {
        /// Which offer.
        listing: u64,
        /// Its price as the buyer knows it, out of the purse; refused if it is another.
        price: i64,
        /// Free slot of the inventory.
        slot: u8,
    },
    /// An offer is taken back; the item comes by mail.
    Unlist {
        /// Which.
        listing: u64,
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

impl Intent {
    /// Whether it changes what that player has.
    #[must_use]
    pub fn concerns(&self, player: PlayerId) -> bool {
        self.player == player
            || self.reason == Reason::Trade
                && self.entries.iter().any(|entry| match *entry {
                    Entry::Pass { from, to, .. } | Entry::Pay { from, to, .. } => {
                        from == player || to == player
                    }
                    _ => false,
                })
    }

    /// All whom it concerns, rising.
    #[must_use]
    pub fn parties(&self) -> Vec<PlayerId> {
        let mut all = vec![self.player];
        for entry in &self.entries {
            if let Entry::Pass { from, to, .. } | Entry::Pay { from, to, .. } = *entry {
                all.extend([from, to]);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What the store says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is committed.
    Done {
        /// The uids of what was created: one for each `Entry::Create`, in the order of the entries.
        created: Vec<ItemUid>,
        /// What `Entry::Claim` and `Entry::Buy` bring, with its slot: one of those they reserved.
        brought: Vec<(u8, Item)>,
        /// Coin that `Entry::Claim` brings.
        coin: i64,
    },
    /// It is not, and nothing changed.
    Refused {
        /// Why; `Rejection::StoreRefused` when there is nothing better to say.
        why: Rejection,
    },
}

impl Answer {
    /// Committed, with the names of what was created.
    #[must_use]
    pub const fn done(created: Vec<ItemUid>) -> Self {
        Self::Done { created, brought: Vec::new(), coin: 0 }
    }

    /// Not committed, and no more to say.
    #[must_use]
    pub const fn refused() -> Self {
        Self::Refused { why: Rejection::StoreRefused }
    }
}
