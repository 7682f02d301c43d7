//! What a zone shows after a step: plain columns in `ActorId` order. All that replication reads.
//!
//! Columns have one entry an actor: `[actor]`. The view belongs to the zone and is overwritten by
//! the next step. Names change only when actors come, so they are reached through a list of
//! players.

use crate::character::{ITEM_COOLDOWNS, Item, Sheet};
use crate::ids::{
    ActorId, ClassId, CreatureId, EffectId, ItemId, ItemUid, NpcId, PartyId, PlayerId, SkillId,
};
use crate::intent::Reason;
use crate::math::{Vec2, Vec3};
use crate::spatial::cells::CellIndex;
use crate::units::{Facing, Level, Tick};
use crate::walk::Walker;

/// What an actor is, as far as others may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A player's character with its appearance (0..=15).
    Character {
        /// Which of the client's figures.
        look: u8,
    },
    /// A creature of that definition.
    Creature(CreatureId),
    /// An NPC of that definition.
    Npc(NpcId),
    /// An item on the ground.
    Item {
        /// What.
        definition: ItemId,
        /// 0 common to 4 legendary.
        rarity: u8,
        /// How many.
        quantity: u16,
    },
    /// An area that works in a moment, and perhaps again: its radius stands in the skill.
    Area {
        /// Of which skill.
        skill: SkillId,
    },
}

/// What a character is drawn with: nothing of it is secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gear {
    /// Class of a character, 0 for all others.
    pub class: ClassId,
    /// Definition of the weapon in its hand, 0 for none.
    pub weapon: ItemId,
}

/// What an actor is doing, for animation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pose {
    /// Standing.
    #[default]
    Idle = 0,
    /// Moving over ground.
    Walking = 1,
    /// In the air.
    Falling = 2,
    /// A creature that has noticed someone and stares or follows.
    Alert = 3,
    /// A creature on its way home.
    Returning = 4,
    /// A body whose player lost the connection.
    Absent = 5,
    /// Dead.
    Dead = 6,
    /// Casting or channelling.
    Casting = 7,
    /// Fighting: its weapon is out.
    Fighting = 8,
    /// Kept from acting by a stun.
    Stunned = 9,
    /// Forced along by a skill.
    Leaping = 10,
}

/// A cast or channel of the own character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CastView {
    /// Which skill.
    pub skill: SkillId,
    /// First tick.
    pub began: Tick,
    /// Tick in which it works or ends.
    pub ends: Tick,
}

/// A forced movement of the own character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeapView {
    /// Unit vector (east, north).
    pub heading: Vec2,
    /// Metres per second.
    pub speed: f32,
    /// It moves before this tick.
    pub until: Tick,
}

/// An effect on an actor, as its owner, its party and those who aim at it see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectView {
    /// Which.
    pub effect: EffectId,
    /// Acts before this tick.
    pub until: Tick,
}

/// All of a character that only its player is told: whoever shows it compares `revision`.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetView {
    /// Whose.
    pub player: PlayerId,
    /// Level.
    pub level: Level,
    /// Raised with every change of the sheet, and of what waits.
    pub revision: u32,
    /// The revision in which the shelf changed last: storage, ranks, counters of failures, visited zones
    /// and resets. They change seldom, so they are told only then.
    pub shelf: u32,
    /// What it has and has achieved.
    pub sheet: Sheet,
    /// What its numbers come to.
    pub derived: Derived,
    /// Why operations of it wait for the store, in the order they were asked for.
    pub waits: Vec<Reason>,
    /// Its items that may not be touched meanwhile, rising.
    pub locked: Vec<ItemUid>,
}

impl SheetView {
    /// Whether the shelf of another view of the same character is the same.
    #[must_use]
    pub fn has_shelf_of(&self, other: &Self) -> bool {
        let (a, b) = (&self.sheet, &other.sheet);
        a.storage == b.storage
            && a.ranks == b.ranks
            && a.pity == b.pity
            && a.visited == b.visited
            && a.resets == b.resets
            && self.locked_in_storage().eq(other.locked_in_storage())
    }

    /// Locked items of the storage.
    pub fn locked_in_storage(&self) -> impl Iterator<Item = ItemUid> {
        let stored = self.sheet.storage.iter().flatten().map(|item| item.uid);
        stored.filter(|&uid| self.is_locked(uid))
    }

    /// Whether an item may not be touched at present.
    #[must_use]
    pub fn is_locked(&self, uid: ItemUid) -> bool {
        self.locked.binary_search(&uid).is_ok()
    }
}

/// How far a trade has come, for one of its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum TradeStage {
    /// It has asked and waits.
    Asking = 0,
    /// It is asked.
    Asked = 1,
    /// Both put things in.
    Open = 2,
    /// Both have agreed; the store works on it.
    Booked = 3,
}

impl TradeStage {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Asking, Self::Asked, Self::Open, Self::Booked];
}

/// What one side of a trade offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Whole items.
    pub items: Vec<Item>,
    /// Coin.
    pub coin: i64,
    /// Raised with every change of it.
    pub revision: u16,
    /// Locked by its side.
    pub is_locked: bool,
    /// Its side agrees to what both offer.
    pub is_confirmed: bool,
}

/// A trade as one of its sides sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeView {
    /// Whose view it is.
    pub player: PlayerId,
    /// Another one with every change; no two trades of a zone have the same.
    pub version: u32,
    /// With whom.
    pub partner: ActorId,
    /// How far it has come.
    pub stage: TradeStage,
    /// The tick in which it ends by itself unless it is booked.
    pub ends: Tick,
    /// The own side.
    pub own: Offer,
    /// The other.
    pub other: Offer,
}

/// Derived values of a character. Game rules, section 6.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Derived {
    /// STR, DEX, INT, VIT with spent points.
    pub attributes: [u32; 4],
    /// Attack.
    pub attack: u32,
    /// Defence.
    pub defence: u32,
    /// Magic defence.
    pub magic_defence: u32,
    /// Ticks between two swings.
    pub swing_ticks: u32,
    /// Chance of a critical hit, basis points.
    pub crit_bp: u32,
    /// Chance to dodge, basis points.
    pub dodge_bp: u32,
    /// Reach of the weapon, metres.
    pub range: f32,
}

/// What only the player itself is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlayerView {
    /// Who.
    pub player: PlayerId,
    /// Index of the body in the columns.
    pub index: u32,
    /// Sequence of the newest input applied.
    pub applied_sequence: u16,
    /// Whether that input was applied in this very tick (else the last one was held).
    pub applied_now: bool,
    /// Exact state of the walker after this tick.
    pub walker: Walker,
    /// Speed in force, metres per second; 0 for who cannot move.
    pub speed: f32,
    /// Present hit points.
    pub hit_points: u32,
    /// Greatest hit points.
    pub hit_points_max: u32,
    /// Present mana.
    pub mana: u32,
    /// Greatest mana.
    pub mana_max: u32,
    /// No swing before this tick.
    pub swing_at: Tick,
    /// No skill before this tick.
    pub shared_at: Tick,
    /// Cast or channel.
    pub cast: Option<CastView>,
    /// Forced movement.
    pub leap: Option<LeapView>,
    /// In combat before this tick.
    pub combat_until: Tick,
    /// Party.
    pub party: Option<PartyId>,
    /// Skills that are not ready before their tick, rising by skill.
    pub cooldowns: Vec<(SkillId, Tick)>,
    /// When items of a group may be used again.
    pub item_ready: [Tick; ITEM_COOLDOWNS],
    /// Own effects.
    pub effects: Vec<EffectView>,
}

/// Columns of a zone after a step; all of length `actor.len()` but `players`.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The tick that was stepped.
    pub tick: Tick,
    /// Ids, rising.
    pub actor: Vec<ActorId>,
    /// What each is.
    pub kind: Vec<Kind>,
    /// Feet, metres.
    pub position: Vec<Vec3>,
    /// Metres per second.
    pub velocity: Vec<Vec3>,
    /// Where each looks.
    pub facing: Vec<Facing>,
    /// Hit points as a share of the maximum, 0 dead, 255 full.
    pub hit_point_share: Vec<u8>,
    /// What each is doing.
    pub pose: Vec<Pose>,
    /// Level, 1..=120.
    pub level: Vec<Level>,
    /// Characters, rising by player id.
    pub players: Vec<PlayerView>,
    /// Names of characters, `[players]`: same order as `players`.
    pub names: Vec<String>,
    /// Sheets of characters, `[players]`: same order as `players`.
    pub sheets: Vec<SheetView>,
    /// Trades, one entry for each of their two sides, rising by player.
    pub trades: Vec<TradeView>,
    /// Which effects each actor has: bit `effect id` (ids beyond 31 are not shown).
    pub effects: Vec<u32>,
    /// Whom each actor attacks, 0 for nobody.
    pub target: Vec<ActorId>,
    /// Class and weapon of each actor.
    pub gear: Vec<Gear>,
    /// Which actors stand in which 25 m cell.
    pub cells: CellIndex,
}

impl View {
    /// Bytes that its columns take, without what stands behind their own lists.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        const fn of<T>(column: &Vec<T>) -> usize {
            column.capacity() * size_of::<T>()
        }
        of(&self.actor)
            + of(&self.kind)
            + of(&self.position)
            + of(&self.velocity)
            + of(&self.facing)
            + of(&self.hit_point_share)
            + of(&self.pose)
            + of(&self.level)
            + of(&self.players)
            + of(&self.names)
            + of(&self.sheets)
            + of(&self.trades)
            + of(&self.effects)
            + of(&self.target)
            + of(&self.gear)
    }

    /// Number of actors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.actor.len()
    }

    /// No actor is in the zone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actor.is_empty()
    }

    /// Index of an actor in the columns.
    #[must_use]
    pub fn index_of(&self, actor: ActorId) -> Option<usize> {
        self.actor.binary_search(&actor).ok()
    }

    /// The trade that a player is in.
    #[must_use]
    pub fn trade(&self, player: PlayerId) -> Option<&TradeView> {
        let index = self.trades.binary_search_by_key(&player, |trade| trade.player).ok()?;
        Some(&self.trades[index])
    }

    /// A player's entry and its index in `players` and `names`.
    #[must_use]
    pub fn player(&self, player: PlayerId) -> Option<(usize, &PlayerView)> {
        let index = self.players.binary_search_by_key(&player, |entry| entry.player).ok()?;
        Some((index, &self.players[index]))
    }
}
