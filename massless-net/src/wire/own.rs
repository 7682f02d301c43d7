//! Exact state of the client's own figure, told as what differs from the update before.
//!
//! Moments are told in ticks from the update's tick; one that has passed is as good as none, on both
//! sides, so that its passing costs nothing.

mod course;
mod lists;
#[cfg(test)]
mod tests;

use massless_core::character::ITEM_COOLDOWNS;
use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{PartyId, SkillId};
use massless_core::limits::EFFECTS_MAX;
use massless_core::math::Vec2;
use massless_core::units::{Tick, Ticks};
use massless_core::view::{CastView, EffectView, LeapView, PlayerView, Pose};
use massless_core::walk::Walker;

pub use self::course::Course;
use self::lists::{
    COOLDOWNS_PER_UPDATE, read_cooldowns, read_effects, write_cooldowns, write_effects,
};
use super::bits::{self, SPAN_BITS_MAX};
use super::record::read_pose;
use super::version::Coding;

/// Exact state of the client's own figure after an update's tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnState {
    /// The walker, bit by bit.
    pub walker: Walker,
    /// Sequence of the newest input applied.
    pub applied_sequence: u16,
    /// Whether that input was applied in this very tick.
    pub applied_now: bool,
    /// Speed in force, metres per second.
    pub speed: f32,
    /// What it is doing.
    pub pose: Pose,
    /// Present hit points.
    pub hit_points: u32,
    /// Greatest hit points; 0 before the first update.
    pub hit_points_max: u32,
    /// Present mana.
    pub mana: u32,
    /// Greatest mana.
    pub mana_max: u32,
    /// No swing before this tick.
    pub swing_at: Tick,
    /// No skill before this tick.
    pub shared_at: Tick,
    /// In combat before this tick.
    pub combat_until: Tick,
    /// When items of a group may be used again.
    pub item_ready: [Tick; ITEM_COOLDOWNS],
    /// Cast or channel.
    pub cast: Option<CastView>,
    /// Forced movement.
    pub leap: Option<LeapView>,
    /// Party.
    pub party: Option<PartyId>,
    /// Skills that are not ready before their tick, rising by skill.
    pub cooldowns: Vec<(SkillId, Tick)>,
    /// Own effects.
    pub effects: Vec<EffectView>,
    /// Where the next one is looked for: what reader and writer both make of the states before.
    pub course: Course,
}

impl OwnState {
    /// Takes over what a view shows a player; keeps its memory and its course.
    pub fn take(&mut self, body: &PlayerView, pose: Pose) {
        self.walker = body.walker;
        self.applied_sequence = body.applied_sequence;
        self.applied_now = body.applied_now;
        self.speed = body.speed;
        self.pose = pose;
        self.hit_points = body.hit_points;
        self.hit_points_max = body.hit_points_max;
        self.mana = body.mana;
        self.mana_max = body.mana_max;
        self.swing_at = body.swing_at;
        self.shared_at = body.shared_at;
        self.combat_until = body.combat_until;
        self.item_ready = body.item_ready;
        self.cast = body.cast;
        self.leap = body.leap;
        self.party = body.party;
        self.cooldowns.clone_from(&body.cooldowns);
        self.effects.clone_from(&body.effects);
    }

    /// Hit points as a share of the maximum: 0 dead, 255 full; the living show at least 1.
    #[must_use]
    pub fn share(&self) -> u8 {
        share_of(self.hit_points, self.hit_points_max)
    }

    /// When a skill is ready; a tick that has passed for one that is.
    #[must_use]
    pub fn ready_at(&self, skill: SkillId) -> Tick {
        self.cooldowns
            .binary_search_by_key(&skill, |&(skill, _)| skill)
            .map_or(Tick::default(), |index| self.cooldowns[index].1)
    }
}

/// A share of a maximum in 255ths; what is more than nothing shows at least 1.
#[must_use]
pub fn share_of(now: u32, max: u32) -> u8 {
    let share = (u64::from(now) * 255 / u64::from(max.max(1))).min(255) as u8;
    if now > 0 { share.max(1) } else { 0 }
}

/// Bits of an own state, at most.
pub const OWN_BITS_MAX: u32 = 19
    + 3 * 36
    + 1
    + 2 * 33
    + 5
    + (1 + 4 * 39)
    + (1 + (3 + ITEM_COOLDOWNS as u32) * (1 + SPAN_BITS_MAX))
    + (1 + 2 + 16 + 2 * SPAN_BITS_MAX)
    + (2 + 96 + SPAN_BITS_MAX)
    + 70
    + 1
    + (3 + COOLDOWNS_PER_UPDATE as u32 * (16 + SPAN_BITS_MAX))
    + 1
    + (5 + EFFECTS_MAX as u32 * (16 + SPAN_BITS_MAX));

/// A moment as it counts at `now`: one that has passed is none.
fn ahead(at: Tick, now: Tick) -> Tick {
    if at > now { at } else { Tick::default() }
}

/// Writes what differs from `previous`, and makes `previous` what the reader knows then.
pub fn write_own(
    out: &mut BitWriter,
    own: &OwnState,
    previous: &mut OwnState,
    now: Tick,
    coding: Coding,
) {
    match coding {
        Coding::Plain => {
            out.bits(u64::from(own.applied_sequence), 16);
            out.bool(own.applied_now);
            let words = words_of(own).into_iter().zip(words_of(previous));
            words.for_each(|(value, old)| write_change(out, value, old));
            out.bits(own.pose as u64, 4);
            write_parts(out, own, previous, now);
        }
        Coding::Tight => write_tight(out, own, previous, now),
    }
    previous.walker = own.walker;
    previous.applied_sequence = own.applied_sequence;
    previous.applied_now = own.applied_now;
    previous.speed = own.speed;
    previous.pose = own.pose;
}

/// ```text
/// sequence 1 (as foreseen), or 2 (as before), or 2 + 16 | now 1 | place: see `course`
/// rest 1 (+ fall speed 1 (+32) | speed 1 (+32) | pose 1 (+4) | vitals, timers, actions, cooldowns, effects)
/// ```
fn write_tight(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState, now: Tick) {
    let foreseen = previous.course.sequence(previous.applied_sequence, now);
    out.bool(own.applied_sequence != foreseen);
    if own.applied_sequence != foreseen {
        let is_new = own.applied_sequence != previous.applied_sequence;
        out.bool(is_new);
        if is_new {
            out.bits(u64::from(own.applied_sequence), 16);
        }
    }
    out.bool(own.applied_now);
    course::write_place(out, own, previous, now);
    let before = out.mark();
    out.bool(true);
    let start = out.bits_len();
    write_change(out, own.walker.fall_speed, previous.walker.fall_speed);
    write_change(out, own.speed, previous.speed);
    out.bool(own.pose != previous.pose);
    if own.pose != previous.pose {
        out.bits(own.pose as u64, 4);
    }
    write_parts(out, own, previous, now);
    if out.bits_len() - start == REST_FLAGS {
        out.rewind(&before);
        out.bool(false);
    }
}

/// Flags of what may be told besides the place.
const REST_FLAGS: usize = 3 + 5;

fn write_change(out: &mut BitWriter, value: f32, old: f32) {
    let changed = value.to_bits() != old.to_bits();
    out.bool(changed);
    if changed {
        bits::write_float(out, value);
    }
}

fn read_change(bits: &mut BitReader<'_>, value: &mut f32) -> Result<(), CodecError> {
    if bits.bool()? {
        *value = bits::read_float(bits)?;
    }
    Ok(())
}

fn write_parts(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState, now: Tick) {
    write_vitals(out, own, previous);
    write_timers(out, own, previous, now);
    write_actions(out, own, previous, now);
    write_cooldowns(out, &own.cooldowns, &mut previous.cooldowns, now);
    write_effects(out, &own.effects, &mut previous.effects, now);
}

/// Reads what `write_own` wrote: turns `own` from the state before into the state now.
pub fn read_own(
    bits: &mut BitReader<'_>,
    own: &mut OwnState,
    now: Tick,
    coding: Coding,
) -> Result<(), CodecError> {
    match coding {
        Coding::Plain => {
            own.applied_sequence = bits.bits(16)? as u16;
            own.applied_now = bits.bool()?;
            let position = &mut own.walker.position;
            let words = [
                &mut position.x,
                &mut position.y,
                &mut position.z,
                &mut own.walker.fall_speed,
                &mut own.speed,
            ];
            words.into_iter().try_for_each(|word| read_change(bits, word))?;
            own.pose = read_pose(bits)?;
            read_parts(bits, own, now)
        }
        Coding::Tight => read_tight(bits, own, now),
    }
}

fn read_tight(bits: &mut BitReader<'_>, own: &mut OwnState, now: Tick) -> Result<(), CodecError> {
    if !bits.bool()? {
        own.applied_sequence = own.course.sequence(own.applied_sequence, now);
    } else if bits.bool()? {
        own.applied_sequence = bits.bits(16)? as u16;
    }
    own.applied_now = bits.bool()?;
    course::read_place(bits, own, now)?;
    if bits.bool()? {
        read_change(bits, &mut own.walker.fall_speed)?;
        read_change(bits, &mut own.speed)?;
        if bits.bool()? {
            own.pose = read_pose(bits)?;
        }
        read_parts(bits, own, now)?;
    } else {
        own.cooldowns.retain(|&(_, at)| at > now);
        own.effects.retain(|effect| effect.until > now);
    }
    Ok(())
}

fn read_parts(bits: &mut BitReader<'_>, own: &mut OwnState, now: Tick) -> Result<(), CodecError> {
    read_vitals(bits, own)?;
    read_timers(bits, own, now)?;
    read_actions(bits, own, now)?;
    read_cooldowns(bits, &mut own.cooldowns, now)?;
    read_effects(bits, &mut own.effects, now)
}

const fn words_of(own: &OwnState) -> [f32; 5] {
    let position = own.walker.position;
    [position.x, position.y, position.z, own.walker.fall_speed, own.speed]
}

const fn vitals_of(own: &mut OwnState) -> [&mut u32; 4] {
    [&mut own.hit_points, &mut own.hit_points_max, &mut own.mana, &mut own.mana_max]
}

fn write_vitals(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState) {
    let now = [own.hit_points, own.hit_points_max, own.mana, own.mana_max];
    let old = vitals_of(previous);
    let changed = now.iter().zip(&old).any(|(now, old)| *now != **old);
    out.bool(changed);
    if !changed {
        return;
    }
    for (value, old) in now.into_iter().zip(old) {
        out.bool(value != *old);
        if value != *old {
            bits::write_number(out, u64::from(value));
            *old = value;
        }
    }
}

fn read_vitals(bits: &mut BitReader<'_>, own: &mut OwnState) -> Result<(), CodecError> {
    if !bits.bool()? {
        return Ok(());
    }
    for value in vitals_of(own) {
        if bits.bool()? {
            let number = u32::try_from(bits::read_number(bits)?);
            *value = number.map_err(|_| CodecError::OutOfRange("hit points or mana"))?;
        }
    }
    Ok(())
}

fn timers_of(own: &mut OwnState) -> [&mut Tick; 3 + ITEM_COOLDOWNS] {
    let [health, mana, scrolls] = &mut own.item_ready;
    [&mut own.swing_at, &mut own.shared_at, &mut own.combat_until, health, mana, scrolls]
}

fn write_timers(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState, now: Tick) {
    let [health, mana, scrolls] = own.item_ready;
    let timers = [own.swing_at, own.shared_at, own.combat_until, health, mana, scrolls];
    let old = timers_of(previous);
    let differs = |new: Tick, old: Tick| ahead(new, now) != ahead(old, now);
    let changed = timers.iter().zip(&old).any(|(new, old)| differs(*new, **old));
    out.bool(changed);
    if !changed {
        return;
    }
    for (timer, old) in timers.into_iter().zip(old) {
        let changed = differs(timer, *old);
        out.bool(changed);
        if changed {
            write_moment(out, timer, now);
            *old = timer;
        }
    }
}

fn read_timers(bits: &mut BitReader<'_>, own: &mut OwnState, now: Tick) -> Result<(), CodecError> {
    if !bits.bool()? {
        return Ok(());
    }
    for timer in timers_of(own) {
        if bits.bool()? {
            *timer = read_moment(bits, now)?;
        }
    }
    Ok(())
}

/// A moment as ticks from now, 0 for one that has passed.
fn write_moment(out: &mut BitWriter, at: Tick, now: Tick) {
    bits::write_span(out, u64::from(at.since(now).get()));
}

fn read_moment(bits: &mut BitReader<'_>, now: Tick) -> Result<Tick, CodecError> {
    let ticks = bits::read_span(bits)?;
    Ok(if ticks == 0 { Tick::default() } else { now + Ticks::new(ticks) })
}

fn write_actions(out: &mut BitWriter, own: &OwnState, previous: &mut OwnState, now: Tick) {
    let cast = own.cast != previous.cast;
    let leap = own.leap != previous.leap;
    let party = own.party != previous.party;
    out.bool(cast || leap || party);
    if !(cast || leap || party) {
        return;
    }
    out.bool(cast);
    if cast {
        out.bool(own.cast.is_some());
        if let Some(view) = own.cast {
            out.bits(u64::from(view.skill.get()), 16);
            bits::write_span(out, u64::from(now.since(view.began).get()));
            bits::write_span(out, u64::from(view.ends.since(now).get()));
        }
        previous.cast = own.cast;
    }
    out.bool(leap);
    if leap {
        out.bool(own.leap.is_some());
        if let Some(view) = own.leap {
            for value in [view.heading.x, view.heading.y, view.speed] {
                bits::write_float(out, value);
            }
            bits::write_span(out, u64::from(view.until.since(now).get()));
        }
        previous.leap = own.leap;
    }
    out.bool(party);
    if party {
        bits::write_number(out, own.party.map_or(0, PartyId::get));
        previous.party = own.party;
    }
}

fn read_actions(bits: &mut BitReader<'_>, own: &mut OwnState, now: Tick) -> Result<(), CodecError> {
    if !bits.bool()? {
        return Ok(());
    }
    if bits.bool()? {
        own.cast = if bits.bool()? { Some(read_cast(bits, now)?) } else { None };
    }
    if bits.bool()? {
        own.leap = if bits.bool()? { Some(read_leap(bits, now)?) } else { None };
    }
    if bits.bool()? {
        let party = bits::read_number(bits)?;
        own.party = (party != 0).then(|| PartyId::new(party));
    }
    Ok(())
}

fn read_cast(bits: &mut BitReader<'_>, now: Tick) -> Result<CastView, CodecError> {
    let skill = SkillId::new(bits.bits(16)? as u16);
    let gone = u64::from(bits::read_span(bits)?);
    let left = bits::read_span(bits)?;
    let began = Tick::new(now.get().saturating_sub(gone));
    Ok(CastView { skill, began, ends: now + Ticks::new(left) })
}

fn read_leap(bits: &mut BitReader<'_>, now: Tick) -> Result<LeapView, CodecError> {
    let heading = Vec2::new(bits::read_float(bits)?, bits::read_float(bits)?);
    let speed = bits::read_float(bits)?;
    Ok(LeapView { heading, speed, until: now + Ticks::new(bits::read_span(bits)?) })
}
