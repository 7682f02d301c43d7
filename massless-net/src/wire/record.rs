//! Records: what an update says about one slot, and the tracks that server and client keep alike.
//!
//! A track is a published point with a velocity; both sides extrapolate it in whole fine steps, so
//! a change can be told relative to it. A record never names its slot: the update's list does. Thus
//! the same bits serve every client that is in step with the track.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::content::item::RARITIES;
use massless_core::ids::{ActorId, ClassId, CreatureId, ItemId, NpcId, SkillId};
use massless_core::units::{Level, Tick};
use massless_core::view::{Gear, Kind, Pose};

use super::bits;
use super::packed::Bits;
use super::quantize::{FINE_MAX, FINE_PER_STEP};

/// Steps a change of position may have per axis (10 bits with sign); more is told absolutely.
const STEP_MAX: i32 = 511;
/// Largest small change of velocity per axis (6 bits with sign).
const VELOCITY_STEP_MAX: i32 = 31;

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
    /// East and north in fine steps at `tick`, never before the point itself.
    #[must_use]
    pub fn at(&self, tick: Tick) -> (i32, i32) {
        let gap = tick.since(self.tick).get().min(1 << 20) as i32;
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
    effects: Option<u32>,
    target: Option<ActorId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moved {
    x_steps: i32,
    z_steps: i32,
    velocity: Velocity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Velocity {
    Same,
    Zero,
    Step(i32, i32),
    Full(i32, i32),
}

/// The nearest multiple of a published step.
const fn nearest_step(fine: i32) -> i32 {
    fine.saturating_add(FINE_PER_STEP / 2).div_euclid(FINE_PER_STEP)
}

/// The delta that turns `old` into `new` at `new.tick`, or `None` if it is too large for one.
///
/// When position and velocity agree with the extrapolated track, `new` keeps the old point: see
/// `Delta::apply`.
#[must_use]
pub fn plan_delta(old: &Track, new: &Track, moved: bool) -> Option<Delta> {
    let moved = if moved { Some(plan_move(old, new)?) } else { None };
    Some(Delta {
        moved,
        height: (old.height != new.height).then_some(new.height),
        angle: (old.angle != new.angle).then_some(new.angle),
        share: (old.share != new.share).then_some(new.share),
        pose: (old.pose != new.pose).then_some(new.pose),
        effects: (old.effects != new.effects).then_some(new.effects),
        target: (old.target != new.target).then_some(new.target),
    })
}

fn plan_move(old: &Track, new: &Track) -> Option<Moved> {
    let (x, z) = old.at(new.tick);
    let x_steps = new.x / FINE_PER_STEP - nearest_step(x);
    let z_steps = new.z / FINE_PER_STEP - nearest_step(z);
    if x_steps.abs() > STEP_MAX || z_steps.abs() > STEP_MAX {
        return None;
    }
    let (dx, dz) = (new.velocity_x - old.velocity_x, new.velocity_z - old.velocity_z);
    let velocity = if (dx, dz) == (0, 0) {
        Velocity::Same
    } else if (new.velocity_x, new.velocity_z) == (0, 0) {
        Velocity::Zero
    } else if dx.abs().max(dz.abs()) <= VELOCITY_STEP_MAX {
        Velocity::Step(dx, dz)
    } else {
        Velocity::Full(new.velocity_x, new.velocity_z)
    };
    Some(Moved { x_steps, z_steps, velocity })
}

impl Delta {
    /// The track after this change at `tick`.
    #[must_use]
    pub fn apply(&self, old: &Track, tick: Tick) -> Track {
        let mut new = *old;
        if let Some(moved) = self.moved {
            let (x, z) = old.at(tick);
            new.tick = tick;
            let to_fine = |fine: i32, steps: i32| {
                nearest_step(fine).saturating_add(steps).saturating_mul(FINE_PER_STEP)
            };
            (new.x, new.z) = (to_fine(x, moved.x_steps), to_fine(z, moved.z_steps));
            (new.velocity_x, new.velocity_z) = match moved.velocity {
                Velocity::Same => (old.velocity_x, old.velocity_z),
                Velocity::Zero => (0, 0),
                Velocity::Step(dx, dz) => {
                    (old.velocity_x.saturating_add(dx), old.velocity_z.saturating_add(dz))
                }
                Velocity::Full(x, z) => (x, z),
            };
        }
        new.height = self.height.unwrap_or(old.height);
        new.angle = self.angle.unwrap_or(old.angle);
        new.share = self.share.unwrap_or(old.share);
        new.pose = self.pose.unwrap_or(old.pose);
        new.effects = self.effects.unwrap_or(old.effects);
        new.target = self.target.unwrap_or(old.target);
        new
    }
}

/// The bits of a delta record.
#[must_use]
pub fn delta_bits(delta: &Delta) -> Bits {
    let mut out = Bits::default();
    out.push(0, 1);
    out.push(u64::from(delta.moved.is_some()), 1);
    if let Some(moved) = delta.moved {
        out.push_step(moved.x_steps);
        out.push_step(moved.z_steps);
        let (code, x, z, width) = match moved.velocity {
            Velocity::Same => (0, 0, 0, 0),
            Velocity::Zero => (1, 0, 0, 0),
            Velocity::Step(x, z) => (2, x, z, 6),
            Velocity::Full(x, z) => (3, x, z, 12),
        };
        out.push(code, 2);
        out.push_signed(x, width);
        out.push_signed(z, width);
    }
    out.push(u64::from(delta.angle.is_some()), 1);
    if let Some(angle) = delta.angle {
        out.push(u64::from(angle), 8);
    }
    let fights = delta.effects.is_some() || delta.target.is_some();
    let rest = fights || delta.height.is_some() || delta.share.is_some() || delta.pose.is_some();
    out.push(u64::from(rest), 1);
    if rest {
        push_rest(&mut out, delta);
    }
    out
}

fn push_rest(out: &mut Bits, delta: &Delta) {
    out.push(u64::from(delta.pose.is_some()), 1);
    if let Some(pose) = delta.pose {
        out.push(pose as u64, 4);
    }
    out.push(u64::from(delta.share.is_some()), 1);
    if let Some(share) = delta.share {
        out.push(u64::from(share), 8);
    }
    out.push(u64::from(delta.height.is_some()), 1);
    if let Some(height) = delta.height {
        push_height(out, height);
    }
    let fights = delta.effects.is_some() || delta.target.is_some();
    out.push_bool(fights);
    if fights {
        out.push_bool(delta.effects.is_some());
        if let Some(effects) = delta.effects {
            push_effects(out, effects);
        }
        out.push_bool(delta.target.is_some());
        if let Some(target) = delta.target {
            out.push_number(target.get());
        }
    }
}

fn push_effects(out: &mut Bits, effects: u32) {
    out.push_bool(effects != 0);
    if effects != 0 {
        out.push(u64::from(effects), 32);
    }
}

fn push_height(out: &mut Bits, height: u16) {
    out.push(u64::from(height != 0), 1);
    if height != 0 {
        out.push(u64::from(height & 0xFFF), 12);
    }
}

/// The bits of an absolute record of `track` at `tick`.
#[must_use]
pub fn absolute_bits(track: &Track, tick: Tick) -> Bits {
    let mut out = Bits::default();
    out.push(0b01, ABSOLUTE_HEAD_BITS);
    push_track(&mut out, track, tick);
    out
}

fn push_track(out: &mut Bits, track: &Track, tick: Tick) {
    let (x, z) = track.at(tick);
    out.push(u64::from(x.clamp(0, FINE_MAX).cast_unsigned()), 20);
    out.push(u64::from(z.clamp(0, FINE_MAX).cast_unsigned()), 20);
    let moves = (track.velocity_x, track.velocity_z) != (0, 0);
    out.push(u64::from(moves), 1);
    if moves {
        out.push_signed(track.velocity_x, 12);
        out.push_signed(track.velocity_z, 12);
    }
    out.push(u64::from(track.angle), 8);
    out.push(u64::from(track.share), 8);
    out.push(track.pose as u64, 4);
    push_height(out, track.height);
    let fights = track.effects != 0 || track.target.get() != 0;
    out.push_bool(fights);
    if fights {
        push_effects(out, track.effects);
        out.push_number(track.target.get());
    }
}

/// Appends an enter record.
pub fn write_enter(out: &mut BitWriter, identity: &Identity, track: &Track, tick: Tick) {
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
    push_track(&mut bits, track, tick);
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
pub fn read_record(bits: &mut BitReader<'_>, tick: Tick) -> Result<Record, CodecError> {
    if !bits.bool()? {
        return Ok(Record::Delta(read_delta(bits)?));
    }
    if !bits.bool()? {
        return Ok(Record::Absolute(read_track(bits, tick)?));
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
    Ok(Record::Enter(identity, read_track(bits, tick)?))
}

fn read_item(bits: &mut BitReader<'_>) -> Result<Kind, CodecError> {
    let definition = ItemId::new(bits.bits(16)? as u16);
    let (rarity, quantity) = (bits.bits(3)? as u8, bits.bits(16)? as u16);
    if usize::from(rarity) >= RARITIES {
        return Err(CodecError::OutOfRange("rarity"));
    }
    Ok(Kind::Item { definition, rarity, quantity })
}

fn read_delta(bits: &mut BitReader<'_>) -> Result<Delta, CodecError> {
    let mut delta = Delta::default();
    if bits.bool()? {
        let x_steps = bits::read_step(bits)?;
        let z_steps = bits::read_step(bits)?;
        let velocity = match bits.bits(2)? {
            0 => Velocity::Same,
            1 => Velocity::Zero,
            2 => Velocity::Step(bits.signed(6)? as i32, bits.signed(6)? as i32),
            _ => Velocity::Full(bits.signed(12)? as i32, bits.signed(12)? as i32),
        };
        delta.moved = Some(Moved { x_steps, z_steps, velocity });
    }
    if bits.bool()? {
        delta.angle = Some(bits.bits(8)? as u8);
    }
    if !bits.bool()? {
        return Ok(delta);
    }
    if bits.bool()? {
        delta.pose = Some(read_pose(bits)?);
    }
    if bits.bool()? {
        delta.share = Some(bits.bits(8)? as u8);
    }
    if bits.bool()? {
        delta.height = Some(read_height(bits)?);
    }
    if bits.bool()? {
        if bits.bool()? {
            delta.effects = Some(read_effects(bits)?);
        }
        if bits.bool()? {
            delta.target = Some(ActorId::new(bits::read_number(bits)?));
        }
    }
    Ok(delta)
}

fn read_track(bits: &mut BitReader<'_>, tick: Tick) -> Result<Track, CodecError> {
    let x = bits.bits(20)? as i32;
    let z = bits.bits(20)? as i32;
    let (velocity_x, velocity_z) =
        if bits.bool()? { (bits.signed(12)? as i32, bits.signed(12)? as i32) } else { (0, 0) };
    let angle = bits.bits(8)? as u8;
    let share = bits.bits(8)? as u8;
    let pose = read_pose(bits)?;
    let height = read_height(bits)?;
    let (mut effects, mut target) = (0, ActorId::default());
    if bits.bool()? {
        effects = read_effects(bits)?;
        target = ActorId::new(bits::read_number(bits)?);
    }
    Ok(Track { tick, x, z, velocity_x, velocity_z, height, angle, share, pose, effects, target })
}

fn read_effects(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    if bits.bool()? { Ok(bits.bits(32)? as u32) } else { Ok(0) }
}

fn read_height(bits: &mut BitReader<'_>) -> Result<u16, CodecError> {
    if bits.bool()? { Ok(bits.bits(12)? as u16) } else { Ok(0) }
}

/// Reads a pose of 4 bits.
pub fn read_pose(bits: &mut BitReader<'_>) -> Result<Pose, CodecError> {
    Ok(match bits.bits(4)? {
        0 => Pose::Idle,
        1 => Pose::Walking,
        2 => Pose::Falling,
        3 => Pose::Alert,
        4 => Pose::Returning,
        5 => Pose::Absent,
        6 => Pose::Dead,
        7 => Pose::Casting,
        8 => Pose::Fighting,
        9 => Pose::Stunned,
        10 => Pose::Leaping,
        _ => return Err(CodecError::OutOfRange("pose")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tracks() -> impl Strategy<Value = Track> {
        let place = (0_i32..65_536, 0_i32..65_536, -2_047_i32..2_048, -2_047_i32..2_048);
        let looks = (0_u16..4_096, any::<u8>(), any::<u8>(), 0_u64..11);
        let fight = (any::<u32>(), 0_u64..1 << 62);
        (place, looks, fight).prop_map(|(place, (height, angle, share, pose), (effects, id))| {
            let (x, z, velocity_x, velocity_z) = place;
            let pose = read_pose(&mut BitReader::new(&[pose as u8])).unwrap();
            Track {
                tick: Tick::new(100),
                x: x * FINE_PER_STEP,
                z: z * FINE_PER_STEP,
                velocity_x,
                velocity_z,
                height,
                angle,
                share,
                pose,
                effects,
                target: ActorId::new(id),
            }
        })
    }

    fn read(bits: Bits, tick: Tick) -> Record {
        let mut out = BitWriter::new();
        bits.copy_to(&mut out);
        let bytes = out.take();
        let mut reader = BitReader::new(&bytes);
        let record = read_record(&mut reader, tick).unwrap();
        reader.finish().unwrap();
        record
    }

    proptest! {
        #[test]
        fn a_delta_gives_the_server_track(old in tracks(), mut new in tracks(), gap in 0_u32..9) {
            new.tick = Tick::new(100 + u64::from(gap));
            if let Some(delta) = plan_delta(&old, &new, true) {
                let Record::Delta(back) = read(delta_bits(&delta), new.tick) else {
                    return Err(TestCaseError::fail("not a delta"));
                };
                prop_assert_eq!(back.apply(&old, new.tick), new);
            }
        }

        #[test]
        fn near_tracks_always_have_a_delta(
            old in tracks(),
            dx in -500_i32..500,
            dz in -500_i32..500,
        ) {
            let (x, z) = old.at(Tick::new(101));
            let mut new = old;
            new.tick = Tick::new(101);
            new.x = (nearest_step(x) + dx) * FINE_PER_STEP;
            new.z = (nearest_step(z) + dz) * FINE_PER_STEP;
            let delta = plan_delta(&old, &new, true).unwrap();
            prop_assert_eq!(delta.apply(&old, new.tick), new);
        }

        #[test]
        fn an_absolute_record_goes_on_as_the_track_does(old in tracks(), gap in 0_u64..20) {
            let now = Tick::new(100 + gap);
            let (x, z) = old.at(now);
            prop_assume!((0..=FINE_MAX).contains(&x) && (0..=FINE_MAX).contains(&z));
            let Record::Absolute(back) = read(absolute_bits(&old, now), now) else {
                return Err(TestCaseError::fail("not absolute"));
            };
            for later in 0..5 {
                let then = Tick::new(now.get() + later);
                prop_assert_eq!(back.at(then), old.at(then));
            }
        }
    }

    proptest! {
        #[test]
        fn the_length_of_an_enter_record_is_known_beforehand(
            track in tracks(),
            actor in 0_u64..1 << 40,
            kind in 0_u8..4,
            name in "[a-zäöü]{0,40}",
        ) {
            let kind = match kind {
                0 => Kind::Character { look: 3 },
                1 => Kind::Creature(CreatureId::new(101)),
                2 => Kind::Item { definition: ItemId::new(9), rarity: 1, quantity: 7 },
                _ => Kind::Area { skill: SkillId::new(4) },
            };
            let (actor, level, gear) = (ActorId::new(actor), Level::new(9), Gear::default());
            let identity = Identity { actor, kind, level, gear, name };
            let mut out = BitWriter::new();
            write_enter(&mut out, &identity, &track, track.tick);
            let foreseen = enter_bits(&identity, absolute_bits(&track, track.tick).len());
            let cut = 8 * 4;
            prop_assert!((out.bits_len() as u32..out.bits_len() as u32 + cut).contains(&foreseen));
        }
    }

    #[test]
    fn a_turn_takes_less_than_seven_bytes() {
        let old =
            Track { tick: Tick::new(1), x: 1_600, z: 1_600, velocity_x: 256, ..Track::default() };
        let new = Track {
            tick: Tick::new(2),
            x: 1_600,
            z: 1_856,
            velocity_x: 0,
            velocity_z: 256,
            angle: 3,
            ..old
        };
        let delta = plan_delta(&old, &new, true).unwrap();
        assert_eq!(delta_bits(&delta).len(), 1 + 1 + 12 + 2 + 24 + 9 + 1 + 5);
    }
}
