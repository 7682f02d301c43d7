//! Records: what an update says about one slot, and the tracks that server and client keep alike.
//!
//! A track is a published point with a velocity; both sides extrapolate it in whole fine steps, so
//! a change can be told relative to it. A record never names its slot: the update's list does. Thus
//! the same bits serve every client that is in step with the track.
//!
//! There are two codings of the same tracks (`Coding`): `plain`, that of version 5, and `tight`.

mod fields;
mod plain;
#[cfg(test)]
mod tests;
mod tight;
mod velocity;

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{ActorId, ClassId, CreatureId, ItemId, NpcId, SkillId};
use massless_core::units::{Level, Tick};
use massless_core::view::{Gear, Kind, Pose};

use self::fields::read_item;
pub use self::fields::read_pose;
use self::velocity::Velocity;
pub use self::velocity::{Grade, snapped_velocity};
use super::bits;
use super::packed::Bits;
use super::quantize::FINE_PER_STEP;
use super::version::Coding;

/// Steps a change of position may have per axis (10 bits with sign); more is told absolutely.
const STEP_MAX: i32 = 511;
/// Ticks over which a track is extrapolated.
const GAP_MAX: i64 = 1 << 20;

/// What is known of an actor's motion and looks since `tick`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// Moment of the point.
    pub tick: Tick,
    /// East, fine steps.
    pub x: i32,
    /// North, fine steps.
    pub z: i32,
    /// East, fine steps a tick.
    pub velocity_x: i32,
    /// North, fine steps a tick.
    pub velocity_z: i32,
    /// 1/64 m above the terrain; 0 is on the ground.
    pub height: u16,
    /// 256 steps a turn.
    pub angle: u8,
    /// Hit points as a share of the maximum, 255 full.
    pub share: u8,
    /// What it is doing.
    pub pose: Pose,
    /// Which effects it has: bit `effect id`.
    pub effects: u32,
    /// Whom it attacks, 0 for nobody.
    pub target: ActorId,
}

impl Track {
    const fn moves(&self) -> bool {
        self.velocity_x != 0 || self.velocity_z != 0
    }

    /// East and north in fine steps at `tick`, never before the point itself.
    #[must_use]
    pub fn at(&self, tick: Tick) -> (i32, i32) {
        let gap = tick.since(self.tick).get().min(GAP_MAX as u32) as i32;
        let along = |start: i32, velocity: i32| start.saturating_add(velocity.saturating_mul(gap));
        (along(self.x, self.velocity_x), along(self.z, self.velocity_z))
    }
}

/// What does not change while an actor keeps its slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Which actor.
    pub actor: ActorId,
    /// What it is.
    pub kind: Kind,
    /// Its level.
    pub level: Level,
    /// Class and weapon of a character; nothing for all others.
    pub gear: Gear,
    /// The name of a character; empty for all others.
    pub name: String,
}

/// What an update says about one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// It is out of sight or gone.
    Left,
    /// It comes into sight, or another actor takes the slot.
    Enter(Identity, Track),
    /// Its track anew.
    Absolute(Track),
    /// Its track has changed.
    Delta(Delta),
}

/// A change relative to the extrapolated track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    moved: Option<Moved>,
    height: Option<u16>,
    angle: Option<u8>,
    share: Option<u8>,
    pose: Option<Pose>,
    /// Where no pose is told it follows from the way: see `pose_after`.
    pose_follows: bool,
    effects: Option<u32>,
    target: Option<ActorId>,
}

/// A new point and a new velocity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moved {
    /// The new velocity has been in force for so many ticks: until then the actor went on as before.
    ago: u32,
    /// Steps of 1/64 m by which the new point is off the one that follows from that, east and north.
    steps: (i32, i32),
    velocity: Velocity,
}

/// What somebody is doing who does nothing else.
const fn usual_pose(moves: bool) -> Pose {
    if moves { Pose::Walking } else { Pose::Idle }
}

/// What somebody is doing who was doing `pose` and, if that is all, has begun or ended to walk.
fn pose_after(pose: Pose, moved: bool, moves: bool) -> Pose {
    if pose == usual_pose(moved) { usual_pose(moves) } else { pose }
}

/// The nearest multiple of a published step.
const fn nearest_step(fine: i32) -> i32 {
    fine.saturating_add(FINE_PER_STEP / 2).div_euclid(FINE_PER_STEP)
}

/// Where an actor is in published steps that went on by `old` and then, for the last `ago` ticks before `tick`, by
/// another velocity.
fn steps_after(old: &Track, tick: Tick, ago: u32, velocity: (i32, i32)) -> (i32, i32) {
    // Also before its own point, which is where it was told last: not the same for everybody.
    let since = tick.get().wrapping_sub(old.tick.get()).cast_signed();
    let gap = since.saturating_sub(i64::from(ago)).clamp(-GAP_MAX, GAP_MAX);
    let back =
        |start: i32, velocity: i32| start.saturating_add(velocity.saturating_mul(gap as i32));
    let (x, z) = (back(old.x, old.velocity_x), back(old.z, old.velocity_z));
    let along = |start: i32, velocity: i32| {
        nearest_step(start.saturating_add(velocity.saturating_mul(ago as i32)))
    };
    (along(x, velocity.0), along(z, velocity.1))
}

/// The delta that turns `old` into `new` at `new.tick`, or `None` if it is too large for one, in either coding. Unless
/// `moved`, `new` has the way of `old`: see `Delta::apply`.
#[must_use]
pub fn plan_delta(old: &Track, new: &Track, moved: bool, coding: Coding) -> Option<Delta> {
    let moved = match (moved, coding) {
        (false, _) => None,
        (true, Coding::Plain) => Some(plain::plan_move(old, new)?),
        (true, Coding::Tight) => Some(tight::plan_move(old, new)?),
    };
    Some(Delta { moved, ..plan_rest(old, new, coding) })
}

fn plan_rest(old: &Track, new: &Track, coding: Coding) -> Delta {
    let pose_follows = coding == Coding::Tight;
    let pose = if pose_follows { pose_after(old.pose, old.moves(), new.moves()) } else { old.pose };
    Delta {
        pose_follows,
        moved: None,
        height: (old.height != new.height).then_some(new.height),
        angle: (old.angle != new.angle).then_some(new.angle),
        share: (old.share != new.share).then_some(new.share),
        pose: (pose != new.pose).then_some(new.pose),
        effects: (old.effects != new.effects).then_some(new.effects),
        target: (old.target != new.target).then_some(new.target),
    }
}

impl Delta {
    /// The track after this change at `tick`.
    #[must_use]
    pub fn apply(&self, old: &Track, tick: Tick) -> Track {
        let mut new = *old;
        if let Some(Moved { ago, steps, velocity }) = self.moved {
            let velocity = velocity.after((old.velocity_x, old.velocity_z));
            let (x, z) = steps_after(old, tick, ago, velocity);
            let to_fine =
                |from: i32, by: i32| from.saturating_add(by).saturating_mul(FINE_PER_STEP);
            new.tick = tick;
            (new.x, new.z) = (to_fine(x, steps.0), to_fine(z, steps.1));
            (new.velocity_x, new.velocity_z) = velocity;
        }
        new.height = self.height.unwrap_or(old.height);
        new.angle = self.angle.unwrap_or(old.angle);
        new.share = self.share.unwrap_or(old.share);
        if self.pose_follows {
            new.pose = pose_after(old.pose, old.moves(), new.moves());
        }
        new.pose = self.pose.unwrap_or(new.pose);
        new.effects = self.effects.unwrap_or(old.effects);
        new.target = self.target.unwrap_or(old.target);
        new
    }

    const fn tells_rest(&self) -> bool {
        self.tells_fight() || self.height.is_some() || self.share.is_some() || self.pose.is_some()
    }

    const fn tells_fight(&self) -> bool {
        self.effects.is_some() || self.target.is_some()
    }
}

/// The bits of a delta record.
#[must_use]
pub fn delta_bits(delta: &Delta, coding: Coding) -> Bits {
    let mut out = Bits::default();
    out.push(0, 1);
    match coding {
        Coding::Plain => plain::push_delta(&mut out, delta),
        Coding::Tight => tight::push_delta(&mut out, delta),
    }
    out
}

/// The bits of an absolute record of `track` at `tick`.
#[must_use]
pub fn absolute_bits(track: &Track, tick: Tick, coding: Coding) -> Bits {
    let mut out = Bits::default();
    out.push(0b01, ABSOLUTE_HEAD_BITS);
    push_track(&mut out, track, tick, coding);
    out
}

fn push_track(out: &mut Bits, track: &Track, tick: Tick, coding: Coding) {
    match coding {
        Coding::Plain => plain::push_track(out, track, tick),
        Coding::Tight => tight::push_track(out, track, tick),
    }
}

fn read_delta(bits: &mut BitReader<'_>, coding: Coding) -> Result<Delta, CodecError> {
    match coding {
        Coding::Plain => plain::read_delta(bits),
        Coding::Tight => tight::read_delta(bits),
    }
}

fn read_track(bits: &mut BitReader<'_>, tick: Tick, coding: Coding) -> Result<Track, CodecError> {
    match coding {
        Coding::Plain => plain::read_track(bits, tick),
        Coding::Tight => tight::read_track(bits, tick),
    }
}

/// Appends an enter record.
pub fn write_enter(
    out: &mut BitWriter,
    identity: &Identity,
    (track, tick): (&Track, Tick),
    coding: Coding,
) {
    out.bits(0b011, 3);
    bits::write_number(out, identity.actor.get());
    match identity.kind {
        Kind::Character { look } => {
            out.bits(0, 3);
            out.bits(u64::from(look & 15), 4);
            out.bits(u64::from(identity.gear.class.get() & 7), 3);
            out.bits(u64::from(identity.gear.weapon.get()), 16);
            bits::write_text(out, &identity.name, massless_core::limits::NAME_BYTES_MAX);
        }
        Kind::Creature(creature) => {
            out.bits(1, 3);
            out.bits(u64::from(creature.get()), 16);
        }
        Kind::Npc(npc) => {
            out.bits(2, 3);
            out.bits(u64::from(npc.get()), 16);
        }
        Kind::Item { definition, rarity, quantity } => {
            out.bits(3, 3);
            out.bits(u64::from(definition.get()), 16);
            out.bits(u64::from(rarity & 7), 3);
            out.bits(u64::from(quantity), 16);
        }
        Kind::Area { skill } => {
            out.bits(4, 3);
            out.bits(u64::from(skill.get()), 16);
        }
    }
    out.bits(u64::from(identity.level.get()), 7);
    let mut bits = Bits::default();
    push_track(&mut bits, track, tick, coding);
    bits.copy_to(out);
}

/// Bits of an enter record of this identity, whose absolute record has `absolute` bits.
#[must_use]
pub fn enter_bits(identity: &Identity, absolute: u32) -> u32 {
    let name = identity.name.len().min(massless_core::limits::NAME_BYTES_MAX) as u32;
    let kind = match identity.kind {
        Kind::Character { .. } => 4 + 3 + 16 + 10 + 8 * name,
        Kind::Item { .. } => 16 + 3 + 16,
        Kind::Creature(_) | Kind::Npc(_) | Kind::Area { .. } => 16,
    };
    3 + bits::number_bits(identity.actor.get()) + 3 + kind + 7 + (absolute - ABSOLUTE_HEAD_BITS)
}

/// Appends a left record.
pub fn write_left(out: &mut BitWriter) {
    out.bits(0b111, 3);
}

/// Bits of a left record.
pub const LEFT_BITS: u32 = 3;
/// Bits of an absolute record before its track.
const ABSOLUTE_HEAD_BITS: u32 = 2;

/// Reads one record of an update of `tick`.
pub fn read_record(
    bits: &mut BitReader<'_>,
    tick: Tick,
    coding: Coding,
) -> Result<Record, CodecError> {
    if !bits.bool()? {
        return Ok(Record::Delta(read_delta(bits, coding)?));
    }
    if !bits.bool()? {
        return Ok(Record::Absolute(read_track(bits, tick, coding)?));
    }
    if bits.bool()? {
        return Ok(Record::Left);
    }
    let actor = ActorId::new(bits::read_number(bits)?);
    let (mut name, mut gear) = (String::new(), Gear::default());
    let kind = match bits.bits(3)? {
        0 => {
            let look = bits.bits(4)? as u8;
            gear.class = ClassId::new(bits.bits(3)? as u8);
            gear.weapon = ItemId::new(bits.bits(16)? as u16);
            name = bits::read_text(bits, massless_core::limits::NAME_BYTES_MAX)?;
            Kind::Character { look }
        }
        1 => Kind::Creature(CreatureId::new(bits.bits(16)? as u16)),
        2 => Kind::Npc(NpcId::new(bits.bits(16)? as u16)),
        3 => read_item(bits)?,
        4 => Kind::Area { skill: SkillId::new(bits.bits(16)? as u16) },
        _ => return Err(CodecError::OutOfRange("kind")),
    };
    let level = bits::read_level(bits)?;
    let identity = Identity { actor, kind, level, gear, name };
    Ok(Record::Enter(identity, read_track(bits, tick, coding)?))
}
