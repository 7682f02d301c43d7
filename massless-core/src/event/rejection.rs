//! Why commands and operations are refused.

/// Why a command was not obeyed. The numbers are stable: clients turn them into sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rejection {
    /// The player already has a body here.
    AlreadyHere = 1,
    /// The player has no body here.
    NotHere = 2,
    /// The zone holds as many characters or actors as it may.
    ZoneFull = 3,
    /// More commands than one tick takes.
    TooManyCommands = 4,
    /// The character's data is outside its ranges.
    BadCharacter = 5,
    /// The place is not on the map.
    BadPlace = 6,
    /// The command stands at the wrong place of the tick's order.
    OutOfOrder = 7,
    /// The character is dead.
    Dead = 8,
    /// It is stunned.
    Stunned = 9,
    /// It is silenced.
    Silenced = 10,
    /// The skill or item is not ready yet.
    NotReady = 11,
    /// Another skill was used a moment ago.
    SharedCooldown = 12,
    /// Not enough mana.
    NoMana = 13,
    /// It needs a target.
    NoTarget = 14,
    /// That target is not one for this.
    BadTarget = 15,
    /// Too far away.
    TooFar = 16,
    /// Something is in the way.
    NotInSight = 17,
    /// It casts already.
    Busy = 18,
    /// The character has no such skill.
    NotLearned = 19,
    /// The weapon does not fit.
    WrongWeapon = 20,
    /// There is nothing in that slot of the bar.
    EmptySlot = 21,
    /// There is no such item, or not so many.
    NoSuchItem = 22,
    /// The inventory is full.
    BagFull = 23,
    /// Not for this class.
    WrongClass = 24,
    /// The level is too low.
    LevelTooLow = 25,
    /// The thing cannot be used (or worn) like that.
    WrongItem = 26,
    /// It belongs to somebody else for now.
    NotYours = 27,
    /// It waits for the store.
    Locked = 28,
    /// There is no such NPC here, or quest, or it does not give it.
    NoSuchQuest = 29,
    /// The quest's conditions are not met.
    NotOffered = 30,
    /// The quest is not done yet.
    NotDone = 31,
    /// As many quests as there may be.
    QuestLogFull = 32,
    /// Not so many free points.
    NoPoints = 33,
    /// Not in combat.
    InCombat = 34,
    /// The portal is shut: recently attacked by a character.
    PortalShut = 35,
    /// The portal leads nowhere this character may go.
    PortalClosed = 36,
    /// The target cannot be harmed now.
    Immune = 37,
    /// It had no effect: already full, or a stronger one is there.
    NoEffect = 38,
    /// The store refused or is away.
    StoreRefused = 39,
    /// A cap of the zone is reached.
    ZoneCap = 40,
    /// Broken off: by movement, control, death or choice.
    Interrupted = 41,
    /// The character moves somewhere against its will.
    Leaping = 42,
    /// Out of range: a number of the command is not allowed.
    BadNumber = 43,
    /// The target is not in front of the character.
    NotFacing = 44,
    /// Nobody beside the character offers that.
    NobodyHere = 45,
    /// The shop does not sell it.
    NotForSale = 46,
    /// Not enough coin.
    NoCoin = 47,
    /// A purse holds no more coin.
    PurseFull = 48,
    /// It is bound, or of a quest, and stays with its owner.
    Bound = 49,
    /// It is as high as it can be.
    AtMost = 50,
    /// What is needed for it is not in the inventory.
    NoMaterial = 51,
    /// The character has never been there.
    NotVisited = 52,
    /// The storage is full.
    StorageFull = 53,
    /// There is no such trade.
    NoTrade = 54,
    /// One of the two trades already.
    TradeBusy = 55,
    /// The offer is not the one that was agreed to, or not locked.
    TradeStale = 56,
    /// One side cannot keep what it offers, or has no room.
    TradeUnfit = 57,
    /// The other's letter box is full.
    MailboxFull = 58,
    /// There is no such letter, or nothing in it.
    NoSuchMail = 59,
    /// There is no such offer, or no longer at that price.
    NoSuchListing = 60,
    /// As many offers as one may have.
    ListingsFull = 61,
    /// The other does not want it.
    NotWanted = 62,
    /// That way of passing things on is shut for now.
    PathShut = 63,
    /// The store cannot be reached; nothing changed.
    StoreAway = 64,
}

impl Rejection {
    /// All reasons, rising.
    pub const ALL: [Self; 64] = [
        Self::AlreadyHere,
        Self::NotHere,
        Self::ZoneFull,
        Self::TooManyCommands,
        Self::BadCharacter,
        Self::BadPlace,
        Self::OutOfOrder,
        Self::Dead,
        Self::Stunned,
        Self::Silenced,
        Self::NotReady,
        Self::SharedCooldown,
        Self::NoMana,
        Self::NoTarget,
        Self::BadTarget,
        Self::TooFar,
        Self::NotInSight,
        Self::Busy,
        Self::NotLearned,
        Self::WrongWeapon,
        Self::EmptySlot,
        Self::NoSuchItem,
        Self::BagFull,
        Self::WrongClass,
        Self::LevelTooLow,
        Self::WrongItem,
        Self::NotYours,
        Self::Locked,
        Self::NoSuchQuest,
        Self::NotOffered,
        Self::NotDone,
        Self::QuestLogFull,
        Self::NoPoints,
        Self::InCombat,
        Self::PortalShut,
        Self::PortalClosed,
        Self::Immune,
        Self::NoEffect,
        Self::StoreRefused,
        Self::ZoneCap,
        Self::Interrupted,
        Self::Leaping,
        Self::BadNumber,
        Self::NotFacing,
        Self::NobodyHere,
        Self::NotForSale,
        Self::NoCoin,
        Self::PurseFull,
        Self::Bound,
        Self::AtMost,
        Self::NoMaterial,
        Self::NotVisited,
        Self::StorageFull,
        Self::NoTrade,
        Self::TradeBusy,
        Self::TradeStale,
        Self::TradeUnfit,
        Self::MailboxFull,
        Self::NoSuchMail,
        Self::NoSuchListing,
        Self::ListingsFull,
        Self::NotWanted,
        Self::PathShut,
        Self::StoreAway,
    ];

    /// The reason of a number. A new reason belongs into `ALL`, else clients cannot be told it.
    #[must_use]
    pub fn new(raw: u8) -> Option<Self> {
        Self::ALL.get(usize::from(raw.checked_sub(1)?)).copied()
    }
}
