//! All that can enter a zone. A zone's log is the list of these, tick by tick.
//!
//! Commands are applied in the order the host hands them over: the host's own first, then acts by
//! player id in the order they came, then one input a player by player id. `Zone::step` checks that
//! order and rejects what breaks it.

use crate::character::BarEntry;
pub use crate::character::Character;
use crate::content::item::EquipSlot;
use crate::ids::{ActorId, IntentId, ItemId, ItemUid, PartyId, PlayerId, QuestId, SkillId, ZoneId};
use crate::intent::Answer;
use crate::math::Vec2;
use crate::units::Facing;

/// What a player's hands do during one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Wanted walking direction in the world, east and north, in 1/127 of full speed.
    pub direction: [i8; 2],
    /// Where the figure looks.
    pub facing: Facing,
    /// Pressed buttons: bit 0 to 9 is a slot of the bar. While one is held its skill starts as soon as
    /// it can; a refusal is told in the tick in which it goes down.
    pub buttons: u16,
    /// Chosen target.
    pub target: Option<ActorId>,
    /// Chosen place for skills on the ground, in 1/64 m (east, north).
    pub aim: Option<[u16; 2]>,
    /// By how many ticks the others were shown to the sender before the tick in which this applies. Lines,
    /// cones and melee find targets where they were then; the zone goes back `REWIND_TICKS_MAX` at most.
    pub rewind: u8,
}

impl Input {
    /// The wanted direction as a vector no longer than 1.
    #[must_use]
    pub fn heading(&self) -> Vec2 {
        let wanted =
            Vec2::new(f32::from(self.direction[0]) / 127.0, f32::from(self.direction[1]) / 127.0);
        let length_squared = wanted.length_squared();
        if length_squared > 1.0 { wanted / length_squared.sqrt() } else { wanted }
    }
}

/// What a player does beside moving and fighting. Sent reliably, obeyed in the order it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes an item from the ground.
    PickUp {
        /// Which.
        thing: ActorId,
    },
    /// Puts gear on.
    Equip {
        /// Which, from the inventory.
        item: ItemUid,
    },
    /// Takes gear off, into the first free slot.
    TakeOff {
        /// From where.
        slot: EquipSlot,
    },
    /// Moves an item of the inventory; what is there changes place, equal stacks join.
    Arrange {
        /// From slot.
        from: u8,
        /// To slot.
        to: u8,
    },
    /// Uses an item.
    Use {
        /// Which.
        item: ItemUid,
    },
    /// Throws items away for good.
    Discard {
        /// Which.
        item: ItemUid,
        /// How many.
        quantity: u16,
    },
    /// Spends free points.
    Spend {
        /// Into STR, DEX, INT, VIT.
        points: [u8; 4],
    },
    /// Sets a slot of the bar.
    SetBar {
        /// 0..=9.
        slot: u8,
        /// To what.
        entry: BarEntry,
    },
    /// Talks to an NPC: quests that ask for it are done with it.
    Talk {
        /// Whom.
        npc: ActorId,
    },
    /// Takes a quest from the NPC beside the character.
    TakeQuest {
        /// Which.
        quest: QuestId,
    },
    /// Hands a quest in to the NPC beside the character.
    HandIn {
        /// Which.
        quest: QuestId,
    },
    /// Gives a quest up.
    Abandon {
        /// Which.
        quest: QuestId,
    },
    /// Breaks the own cast or channel off.
    Stop,
    /// Buys from the shop beside the character.
    Buy {
        /// What.
        item: ItemId,
        /// How many.
        quantity: u16,
    },
    /// Sells to the shop beside the character.
    Sell {
        /// Which, from the inventory.
        item: ItemUid,
        /// How many.
        quantity: u16,
    },
    /// Has gear refined by the smith beside the character.
    Refine {
        /// Which, from the inventory or worn.
        item: ItemUid,
        /// Uses up a Focus Incense for a better chance.
        incense: bool,
        /// Uses up a Steadying Oil against what a failure does.
        oil: bool,
    },
    /// Exchanges things for others at the smith's.
    Exchange {
        /// By which of the rules' recipes, from 0 on.
        recipe: u8,
    },
    /// Learns the next rank of a skill from the trainer beside the character.
    LearnRank {
        /// Which.
        skill: SkillId,
    },
    /// Takes all spent points back at the trainer's.
    ResetPoints,
    /// Has the waykeeper beside the character bring it to a zone it has visited.
    Travel {
        /// Which.
        zone: ZoneId,
    },
    /// Puts an item into the storage, beside its keeper.
    Deposit {
        /// Which, from the inventory.
        item: ItemUid,
    },
    /// Takes an item out of the storage, beside its keeper.
    Withdraw {
        /// Which.
        item: ItemUid,
    },
    /// Buys more storage from its keeper.
    EnlargeStorage,
    /// Puts a part of a stack into a free slot of the inventory.
    Split {
        /// From slot.
        from: u8,
        /// How many, less than all.
        quantity: u16,
        /// To slot.
        to: u8,
    },
    /// Asks a character near for a trade.
    TradeRequest {
        /// Its body.
        partner: ActorId,
    },
    /// Answers a request for a trade.
    TradeAnswer {
        /// Trades.
        yes: bool,
    },
    /// Says what the own side of the trade offers now.
    TradeOffer {
        /// Whole items of the inventory, at most `limits::TRADE_ITEMS_MAX`.
        items: Vec<ItemUid>,
        /// Coin.
        coin: i64,
    },
    /// Locks the own side of the trade.
    TradeLock,
    /// Agrees to what both sides offer.
    TradeConfirm {
        /// Revision of the own side.
        own: u16,
        /// Revision of the other side.
        other: u16,
    },
    /// Ends the trade.
    TradeCancel,
    /// Sends a letter at the clerk's.
    SendMail {
        /// The draft it was written in: whom it is for and what it says.
        draft: u64,
        /// Coin in it.
        coin: i64,
        /// Whole items of the inventory, at most `limits::MAIL_ITEMS_MAX`.
        items: Vec<ItemUid>,
    },
    /// Takes all that a letter carries, at the clerk's.
    ClaimMail {
        /// Which.
        mail: u64,
    },
    /// Puts an item up at the market.
    ListItem {
        /// A whole item of the inventory.
        item: ItemUid,
        /// Price of all of it.
        price: i64,
    },
    /// Buys an offer of the market.
    BuyListing {
        /// Which.
        listing: u64,
        /// Its price as it was seen.
        price: i64,
    },
    /// Takes an own offer back from the market.
    Unlist {
        /// Which.
        listing: u64,
    },
}

/// One command, as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A character enters. Rejected when the player is already here or the zone is full.
    Join {
        /// Whose character.
        player: PlayerId,
        /// The character.
        character: Box<Character>,
    },
    /// A character leaves by choice: at once in a safe circle, else after 100 ticks at rest.
    Leave {
        /// Who.
        player: PlayerId,
    },
    /// The player's connection was lost: the body stays up to `DETACHED_TICKS` outside a safe circle.
    Detach {
        /// Who.
        player: PlayerId,
    },
    /// The player's connection is back and takes the body over.
    Attach {
        /// Who.
        player: PlayerId,
    },
    /// The input that applies in this very tick.
    Input {
        /// Who.
        player: PlayerId,
        /// The client's number of this input, echoed in the own state.
        sequence: u16,
        /// What the hands do.
        input: Input,
    },
    /// What the player does beside moving and fighting.
    Act {
        /// Who.
        player: PlayerId,
        /// What.
        act: Act,
    },
    /// The player's party changed.
    Party {
        /// Who.
        player: PlayerId,
        /// Its party now.
        party: Option<PartyId>,
    },
    /// The secret word of the loot draws changes. Every 1 200 ticks.
    Secret {
        /// The new word.
        word: u64,
    },
    /// The store's answer to an intent of this zone.
    Answer {
        /// Which intent.
        intent: IntentId,
        /// What it says.
        answer: Answer,
    },
    /// The host takes a character away at once: another host has it now, or staff sends it away.
    Remove {
        /// Who.
        player: PlayerId,
    },
    /// Staff or a scenario puts a character at a walkable place.
    Place {
        /// Who.
        player: PlayerId,
        /// Where (east, north); moved to the nearest open cell.
        place: Vec2,
    },
}

impl Command {
    /// Whose command it is; 0 is the host.
    #[must_use]
    pub const fn player(&self) -> PlayerId {
        match self {
            Self::Join { player, .. }
            | Self::Leave { player }
            | Self::Detach { player }
            | Self::Attach { player }
            | Self::Input { player, .. }
            | Self::Act { player, .. }
            | Self::Party { player, .. }
            | Self::Remove { player }
            | Self::Place { player, .. } => *player,
            Self::Secret { .. } | Self::Answer { .. } => PlayerId::new(0),
        }
    }
}
