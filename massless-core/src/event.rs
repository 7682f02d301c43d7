//! All that leaves a zone besides its view and its intents: facts of one tick, in the order they happened.

use crate::command::Character;
use crate::ids::{ActorId, EffectId, ItemId, PlayerId, QuestId, SkillId, ZoneId};
use crate::math::Vec2;
use crate::units::{Level, Ticks};

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
}

impl Rejection {
    /// All reasons, rising.
    pub const ALL: [Self; 44] = [
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
    ];

    /// The reason of a number. A new reason belongs into `ALL`, else clients cannot be told it.
    #[must_use]
    pub fn new(raw: u8) -> Option<Self> {
        Self::ALL.get(usize::from(raw.checked_sub(1)?)).copied()
    }
}

/// How a hit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum HitKind {
    /// As usual.
    Normal = 0,
    /// Critical.
    Critical = 1,
    /// Dodged: no damage.
    Dodged = 2,
    /// A working of an effect over time.
    Periodic = 3,
    /// The target cannot be harmed.
    Immune = 4,
}

/// Where a character goes when it leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exit {
    /// Out of the world.
    World,
    /// Into another zone.
    Zone {
        /// Which.
        zone: ZoneId,
        /// Where it arrives there.
        place: Vec2,
    },
}

/// One fact of a tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A character got its body.
    Joined {
        /// Whose.
        player: PlayerId,
        /// The body.
        actor: ActorId,
    },
    /// A character's body is gone; this is what is kept of it.
    Left {
        /// Whose.
        player: PlayerId,
        /// The body that is gone.
        actor: ActorId,
        /// The character as it left.
        character: Box<Character>,
        /// Where it goes.
        exit: Exit,
    },
    /// A command was not obeyed and changed nothing.
    Rejected {
        /// Whose command.
        player: PlayerId,
        /// Why.
        reason: Rejection,
    },
    /// An actor's numbers went astray; it was frozen where it last stood well.
    Frozen {
        /// Which.
        actor: ActorId,
    },
    /// Damage (or none): by a swing (no skill), a skill or an effect.
    Hit {
        /// By whom.
        source: ActorId,
        /// On whom.
        target: ActorId,
        /// With what; `None` is a swing of the weapon.
        skill: Option<SkillId>,
        /// Hit points lost, before absorption and overkill are taken off.
        amount: u32,
        /// Of these absorbed.
        absorbed: u32,
        /// How it went.
        kind: HitKind,
    },
    /// Healing that had effect.
    Healed {
        /// By whom.
        source: ActorId,
        /// Whom.
        target: ActorId,
        /// Hit points.
        amount: u32,
    },
    /// An actor gained (or renewed) an effect.
    EffectGained {
        /// Who.
        target: ActorId,
        /// Which.
        effect: EffectId,
        /// For how long.
        ticks: Ticks,
    },
    /// An actor lost an effect.
    EffectLost {
        /// Who.
        target: ActorId,
        /// Which.
        effect: EffectId,
    },
    /// A cast, channel, or marked area begins.
    CastBegan {
        /// Who.
        actor: ActorId,
        /// Which skill.
        skill: SkillId,
        /// At whom.
        target: Option<ActorId>,
        /// For how long.
        ticks: Ticks,
    },
    /// A skill worked (also one without a cast).
    SkillUsed {
        /// Who.
        actor: ActorId,
        /// Which.
        skill: SkillId,
        /// At whom.
        target: Option<ActorId>,
    },
    /// A cast or channel ended before its time.
    CastBroken {
        /// Who.
        actor: ActorId,
        /// Which.
        skill: SkillId,
    },
    /// A hit is on its way.
    Launched {
        /// From whom.
        source: ActorId,
        /// To whom.
        target: ActorId,
        /// With what; `None` is the weapon.
        skill: Option<SkillId>,
        /// Ticks until it arrives.
        ticks: Ticks,
    },
    /// An actor died.
    Died {
        /// Who.
        actor: ActorId,
        /// Killer of record.
        killer: Option<ActorId>,
    },
    /// A character is back at the respawn point.
    Revived {
        /// Who.
        actor: ActorId,
    },
    /// A character reached a level.
    LevelUp {
        /// Who.
        actor: ActorId,
        /// Which level.
        level: Level,
    },
    /// A player gained experience (also with the level it completed).
    Experience {
        /// Who.
        player: PlayerId,
        /// How much.
        amount: u32,
    },
    /// A player gained coin.
    Coin {
        /// Who.
        player: PlayerId,
        /// How much.
        amount: u32,
    },
    /// A player gained items.
    Gained {
        /// Who.
        player: PlayerId,
        /// What.
        definition: ItemId,
        /// 0..=4.
        rarity: u8,
        /// How many.
        quantity: u16,
    },
    /// A quest went on: taken, counted, or done.
    Quest {
        /// Whose.
        player: PlayerId,
        /// Which.
        quest: QuestId,
        /// How many of its goal.
        count: u16,
        /// It was handed in.
        done: bool,
    },
}

/// Who is told of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One player.
    Player(PlayerId),
    /// Everybody who sees one of these two (the second may be the first).
    Around(ActorId, ActorId),
    /// The host alone.
    Host,
}

impl Event {
    /// Who is told of it.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        match *self {
            Self::Joined { .. } | Self::Left { .. } | Self::Frozen { .. } => Audience::Host,
            Self::Rejected { player, .. }
            | Self::Experience { player, .. }
            | Self::Coin { player, .. }
            | Self::Gained { player, .. }
            | Self::Quest { player, .. } => Audience::Player(player),
            Self::Hit { source, target, .. }
            | Self::Healed { source, target, .. }
            | Self::Launched { source, target, .. } => Audience::Around(target, source),
            Self::EffectGained { target, .. } | Self::EffectLost { target, .. } => {
                Audience::Around(target, target)
            }
            Self::CastBegan { actor, .. }
            | Self::SkillUsed { actor, .. }
            | Self::CastBroken { actor, .. }
            | Self::Died { actor, .. }
            | Self::Revived { actor }
            | Self::LevelUp { actor, .. } => Audience::Around(actor, actor),
        }
    }
}
