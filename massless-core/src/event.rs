//! All that leaves a zone besides its view and its intents: facts of one tick, in the order they happened.

mod rejection;

pub use self::rejection::Rejection;

use crate::command::Character;
use crate::ids::{ActorId, EffectId, ItemId, PlayerId, QuestId, SkillId, ZoneId};
use crate::math::Vec2;
use crate::units::{Level, Ticks};

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
    /// What became of an attempt at the smith's.
    Refined {
        /// Whose.
        player: PlayerId,
        /// What was refined.
        definition: ItemId,
        /// Its upgrade before, 0..=8.
        before: u8,
        /// Its upgrade now; `None`: it is destroyed.
        after: Option<u8>,
    },
    /// Somebody near asks for a trade.
    TradeAsked {
        /// Who is asked.
        player: PlayerId,
        /// Who asks.
        by: ActorId,
    },
    /// A trade is over, or a request for one.
    TradeEnded {
        /// Whose.
        player: PlayerId,
        /// How.
        end: TradeEnd,
    },
}

/// How a trade ended. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum TradeEnd {
    /// Both have what was agreed.
    Done = 0,
    /// One of the two ended it, or said no.
    Cancelled = 1,
    /// Nobody answered, or it took too long.
    TooLate = 2,
    /// They parted, or one of them left the zone.
    Parted = 3,
    /// One of them fights or died.
    Fight = 4,
    /// The store refused; nothing changed hands.
    Refused = 5,
}

impl TradeEnd {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Cancelled, Self::TooLate, Self::Parted, Self::Fight, Self::Refused];
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
            | Self::Quest { player, .. }
            | Self::Refined { player, .. }
            | Self::TradeAsked { player, .. }
            | Self::TradeEnded { player, .. } => Audience::Player(player),
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
