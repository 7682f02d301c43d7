//! Events as a section of an update. What an event says is encoded once; whom it is about is named
//! for each client by the slots it knows.
//!
//! ```text
//! kind u5 | who (one for each actor the kind is about) | body
//! who: 0 the client's own body | 1 0 slot | 1 1 nobody, or somebody out of sight
//! ```

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::content::item::RARITIES;
use massless_core::event::{Event, HitKind, Rejection, TradeEnd};
use massless_core::ids::{ActorId, EffectId, ItemId, PlayerId, QuestId, SkillId};
use massless_core::limits::UPGRADE_MAX;
use massless_core::units::Ticks;

use super::bits;
use super::packed::Bits;

/// Bits of a kind.
const KIND_BITS: u32 = 5;

/// Whom a slot of an event names, for one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The client's own body.
    Me,
    /// Somebody it knows.
    Slot(u32),
    /// Nobody, or somebody it does not know.
    Nobody,
}

/// Whom an event is about: at most two actors, 0 for nobody.
pub type Named = [ActorId; 2];

/// An event ready to be copied into any number of frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    kind: u8,
    count: u8,
    /// Whom it is about.
    pub named: Named,
    body: Bits,
}

impl Encoded {
    /// Bits in a frame whose slots have `width` bits, at most.
    #[must_use]
    pub const fn bits_max(&self, width: u32) -> u32 {
        KIND_BITS + self.count as u32 * (2 + width) + self.body.len()
    }

    /// It is for one player alone.
    #[must_use]
    pub const fn is_personal(&self) -> bool {
        self.count == 0
    }

    /// Appends it; `who` tells how the client calls each actor.
    pub fn write(&self, out: &mut BitWriter, width: u32, who: impl Fn(ActorId) -> Who) {
        self.write_about(out, width, self.named.map(who));
    }

    /// Appends it; `about` is how the client calls each of the actors named.
    pub fn write_about(&self, out: &mut BitWriter, width: u32, about: [Who; 2]) {
        out.bits(u64::from(self.kind), KIND_BITS);
        for who in &about[..usize::from(self.count)] {
            match *who {
                Who::Me => out.bits(0, 1),
                Who::Slot(slot) => {
                    out.bits(1, 2);
                    out.bits(u64::from(slot), width);
                }
                Who::Nobody => out.bits(3, 2),
            }
        }
        self.body.copy_to(out);
    }
}

/// What an event says; `None` for those that only the host is told.
#[must_use]
pub fn encode(event: &Event) -> Option<Encoded> {
    let (kind, named) = subject_of(event)?;
    let mut encoded = Encoded { kind, body: body_of(event), ..Encoded::default() };
    encoded.count = named.iter().flatten().count() as u8;
    for (place, actor) in encoded.named.iter_mut().zip(named.into_iter().flatten()) {
        *place = actor;
    }
    Some(encoded)
}

/// Its kind and whom it is about; 0 is nobody, `None` is a place that the kind does not have.
fn subject_of(event: &Event) -> Option<(u8, [Option<ActorId>; 2])> {
    let both = |first, second: ActorId| [Some(first), Some(second)];
    let one = |actor| [Some(actor), None];
    let at = |actor, target: Option<ActorId>| [Some(actor), Some(target.unwrap_or_default())];
    Some(match *event {
        Event::Joined { .. } | Event::Left { .. } | Event::Frozen { .. } => return None,
        Event::Rejected { .. } => (0, [None; 2]),
        Event::Hit { source, target, .. } => (1, both(target, source)),
        Event::Healed { source, target, .. } => (2, both(target, source)),
        Event::EffectGained { target, .. } => (3, one(target)),
        Event::EffectLost { target, .. } => (4, one(target)),
        Event::CastBegan { actor, target, .. } => (5, at(actor, target)),
        Event::SkillUsed { actor, target, .. } => (6, at(actor, target)),
        Event::CastBroken { actor, .. } => (7, one(actor)),
        Event::Launched { source, target, .. } => (8, both(target, source)),
        Event::Died { actor, killer } => (9, at(actor, killer)),
        Event::Revived { actor } => (10, one(actor)),
        Event::LevelUp { actor, .. } => (11, one(actor)),
        Event::Experience { .. } => (12, [None; 2]),
        Event::Coin { .. } => (13, [None; 2]),
        Event::Gained { .. } => (14, [None; 2]),
        Event::Quest { .. } => (15, [None; 2]),
        Event::Refined { .. } => (16, [None; 2]),
        Event::TradeAsked { by, .. } => (17, one(by)),
        Event::TradeEnded { .. } => (18, [None; 2]),
    })
}

/// What it says besides.
fn body_of(event: &Event) -> Bits {
    let mut body = Bits::default();
    match *event {
        Event::Joined { .. }
        | Event::Left { .. }
        | Event::Frozen { .. }
        | Event::Died { .. }
        | Event::Revived { .. }
        | Event::TradeAsked { .. } => {}
        Event::Rejected { reason, .. } => body.push(reason as u64, 8),
        Event::Hit { skill, amount, absorbed, kind, .. } => {
            push_skill(&mut body, skill);
            body.push_number(u64::from(amount));
            body.push_number(u64::from(absorbed));
            body.push(kind as u64, 3);
        }
        Event::Healed { amount, .. }
        | Event::Experience { amount, .. }
        | Event::Coin { amount, .. } => body.push_number(u64::from(amount)),
        Event::EffectGained { effect, ticks, .. } => {
            body.push(u64::from(effect.get()), 16);
            body.push_number(u64::from(ticks.get()));
        }
        Event::EffectLost { effect, .. } => body.push(u64::from(effect.get()), 16),
        Event::CastBegan { skill, ticks, .. } => {
            body.push(u64::from(skill.get()), 16);
            body.push_number(u64::from(ticks.get()));
        }
        Event::SkillUsed { skill, .. } | Event::CastBroken { skill, .. } => {
            body.push(u64::from(skill.get()), 16);
        }
        Event::Launched { skill, ticks, .. } => {
            push_skill(&mut body, skill);
            body.push_number(u64::from(ticks.get()));
        }
        Event::LevelUp { level, .. } => body.push(u64::from(level.get()), 7),
        Event::Gained { definition, rarity, quantity, .. } => {
            body.push(u64::from(definition.get()), 16);
            body.push(u64::from(rarity & 7), 3);
            body.push(u64::from(quantity), 16);
        }
        Event::Quest { quest, count, done, .. } => {
            body.push(u64::from(quest.get()), 16);
            body.push(u64::from(count), 16);
            body.push_bool(done);
        }
        Event::Refined { definition, before, after, .. } => {
            body.push(u64::from(definition.get()), 16);
            body.push(u64::from(before & 15), 4);
            body.push_bool(after.is_some());
            body.push(u64::from(after.unwrap_or_default() & 15), 4);
        }
        Event::TradeEnded { end, .. } => body.push(end as u64, 3),
    }
    body
}

fn push_skill(body: &mut Bits, skill: Option<SkillId>) {
    body.push_bool(skill.is_some());
    if let Some(skill) = skill {
        body.push(u64::from(skill.get()), 16);
    }
}

/// Reads an event for `player`; `resolve` turns how the client calls an actor into its id, 0 for
/// nobody.
pub fn read_event(
    bits: &mut BitReader<'_>,
    width: u32,
    player: PlayerId,
    resolve: impl Fn(Who) -> ActorId,
) -> Result<Event, CodecError> {
    let kind = bits.bits(KIND_BITS)?;
    let count = match kind {
        1 | 2 | 5 | 6 | 8 | 9 => 2,
        3 | 4 | 7 | 10 | 11 | 17 => 1,
        _ => 0,
    };
    let mut named = Named::default();
    for place in &mut named[..count] {
        *place = resolve(read_who(bits, width)?);
    }
    if kind < 9 && kind != 0 {
        read_blow(bits, kind, named)
    } else {
        read_news(bits, kind, named, player)
    }
}

fn read_who(bits: &mut BitReader<'_>, width: u32) -> Result<Who, CodecError> {
    Ok(if !bits.bool()? {
        Who::Me
    } else if bits.bool()? {
        Who::Nobody
    } else {
        Who::Slot(bits.bits(width)? as u32)
    })
}

/// Events of a fight: kinds 1 to 8.
fn read_blow(bits: &mut BitReader<'_>, kind: u64, named: Named) -> Result<Event, CodecError> {
    let [first, second] = named;
    let other = (second.get() != 0).then_some(second);
    Ok(match kind {
        1 => Event::Hit {
            target: first,
            source: second,
            skill: read_skill(bits)?,
            amount: read_amount(bits)?,
            absorbed: read_amount(bits)?,
            kind: read_hit_kind(bits)?,
        },
        2 => Event::Healed { target: first, source: second, amount: read_amount(bits)? },
        3 => Event::EffectGained {
            target: first,
            effect: EffectId::new(bits.bits(16)? as u16),
            ticks: read_ticks(bits)?,
        },
        4 => Event::EffectLost { target: first, effect: EffectId::new(bits.bits(16)? as u16) },
        5 => Event::CastBegan {
            actor: first,
            target: other,
            skill: SkillId::new(bits.bits(16)? as u16),
            ticks: read_ticks(bits)?,
        },
        6 => Event::SkillUsed {
            actor: first,
            target: other,
            skill: SkillId::new(bits.bits(16)? as u16),
        },
        7 => Event::CastBroken { actor: first, skill: SkillId::new(bits.bits(16)? as u16) },
        _ => Event::Launched {
            target: first,
            source: second,
            skill: read_skill(bits)?,
            ticks: read_ticks(bits)?,
        },
    })
}

/// What became of somebody, and what only the player is told: kinds 0 and 9 to 18.
fn read_news(
    bits: &mut BitReader<'_>,
    kind: u64,
    named: Named,
    player: PlayerId,
) -> Result<Event, CodecError> {
    let [actor, second] = named;
    Ok(match kind {
        0 => {
            let reason = Rejection::new(bits.bits(8)? as u8);
            Event::Rejected { player, reason: reason.ok_or(CodecError::OutOfRange("reason"))? }
        }
        9 => Event::Died { actor, killer: (second.get() != 0).then_some(second) },
        10 => Event::Revived { actor },
        11 => Event::LevelUp { actor, level: bits::read_level(bits)? },
        12 => Event::Experience { player, amount: read_amount(bits)? },
        13 => Event::Coin { player, amount: read_amount(bits)? },
        14 => {
            let definition = ItemId::new(bits.bits(16)? as u16);
            let (rarity, quantity) = (bits.bits(3)? as u8, bits.bits(16)? as u16);
            if usize::from(rarity) >= RARITIES {
                return Err(CodecError::OutOfRange("rarity"));
            }
            Event::Gained { player, definition, rarity, quantity }
        }
        15 => Event::Quest {
            player,
            quest: QuestId::new(bits.bits(16)? as u16),
            count: bits.bits(16)? as u16,
            done: bits.bool()?,
        },
        16 => read_refined(bits, player)?,
        17 => Event::TradeAsked { player, by: actor },
        18 => {
            let end = TradeEnd::ALL.get(bits.bits(3)? as usize);
            Event::TradeEnded { player, end: *end.ok_or(CodecError::OutOfRange("end"))? }
        }
        _ => return Err(CodecError::OutOfRange("kind of event")),
    })
}

fn read_refined(bits: &mut BitReader<'_>, player: PlayerId) -> Result<Event, CodecError> {
    let definition = ItemId::new(bits.bits(16)? as u16);
    let before = bits.bits(4)? as u8;
    let (is_left, after) = (bits.bool()?, bits.bits(4)? as u8);
    if before > UPGRADE_MAX || after > UPGRADE_MAX {
        return Err(CodecError::OutOfRange("upgrade"));
    }
    Ok(Event::Refined { player, definition, before, after: is_left.then_some(after) })
}

fn read_skill(bits: &mut BitReader<'_>) -> Result<Option<SkillId>, CodecError> {
    if bits.bool()? { Ok(Some(SkillId::new(bits.bits(16)? as u16))) } else { Ok(None) }
}

fn read_amount(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    u32::try_from(bits::read_number(bits)?).map_err(|_| CodecError::OutOfRange("amount"))
}

fn read_ticks(bits: &mut BitReader<'_>) -> Result<Ticks, CodecError> {
    read_amount(bits).map(Ticks::new)
}

fn read_hit_kind(bits: &mut BitReader<'_>) -> Result<HitKind, CodecError> {
    Ok(match bits.bits(3)? {
        0 => HitKind::Normal,
        1 => HitKind::Critical,
        2 => HitKind::Dodged,
        3 => HitKind::Periodic,
        4 => HitKind::Immune,
        _ => return Err(CodecError::OutOfRange("kind of hit")),
    })
}
