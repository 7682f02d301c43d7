//! Timers and present action of whoever can fight: characters, creatures, guards.

use shipyard::Component;

use super::{Canonical, get_actor, get_tick, get_vec2, put_actor, put_vec2};
use crate::codec::{CodecError, Reader, Sink};
use crate::ids::{ActorId, SkillId};
use crate::limits::COOLDOWNS_MAX;
use crate::math::Vec2;
use crate::units::Tick;

/// A cast or channel under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Action {
    /// Which skill.
    pub(crate) skill: SkillId,
    /// At whom.
    pub(crate) target: Option<ActorId>,
    /// At which place.
    pub(crate) aim: Option<Vec2>,
    /// First tick of it.
    pub(crate) began: Tick,
    /// The tick in which a cast works or a channel ends.
    pub(crate) ends: Tick,
    /// Next working of a channel.
    pub(crate) next: Tick,
    /// Mana that was paid, for the case that a cast is broken.
    pub(crate) mana: u32,
}

/// A forced straight movement over walkable ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dash {
    /// Unit vector times share of speed (1).
    pub(crate) heading: Vec2,
    /// Metres per second.
    pub(crate) speed: f32,
    /// It moves before this tick.
    pub(crate) until: Tick,
}

/// Timers and present action.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub(crate) struct Fighter {
    /// Whom it attacks: a character's chosen target, a creature's most hated.
    pub(crate) target: Option<ActorId>,
    /// No swing before this tick.
    pub(crate) swing_at: Tick,
    /// No skill before this tick.
    pub(crate) shared_at: Tick,
    /// Skills that are not ready before their tick, rising by skill.
    pub(crate) cooldowns: Vec<(SkillId, Tick)>,
    /// Cast or channel.
    pub(crate) action: Option<Action>,
    /// Forced movement.
    pub(crate) dash: Option<Dash>,
    /// Toggles that are on, with their next payment, rising by skill.
    pub(crate) toggles: Vec<(SkillId, Tick)>,
}

impl Fighter {
    /// When a skill is ready.
    pub(crate) fn ready_at(&self, skill: SkillId) -> Tick {
        self.cooldowns
            .binary_search_by_key(&skill, |&(skill, _)| skill)
            .map_or(Tick::default(), |index| self.cooldowns[index].1)
    }

    /// Sets a cooldown. Those that are over at `now` are forgotten when the list is full.
    pub(crate) fn cool_down(&mut self, skill: SkillId, until: Tick, now: Tick) {
        match self.cooldowns.binary_search_by_key(&skill, |&(skill, _)| skill) {
            Ok(index) => self.cooldowns[index].1 = until,
            Err(_) => {
                if self.cooldowns.len() >= COOLDOWNS_MAX {
                    self.cooldowns.retain(|&(_, ready)| ready > now);
                }
                if self.cooldowns.len() < COOLDOWNS_MAX {
                    let index = self.cooldowns.partition_point(|&(other, _)| other < skill);
                    self.cooldowns.insert(index, (skill, until));
                }
            }
        }
    }
}

fn put_timers(sink: &mut impl Sink, timers: &[(SkillId, Tick)]) {
    sink.u8(timers.len() as u8);
    for &(skill, tick) in timers {
        sink.u16(skill.get());
        sink.u64(tick.get());
    }
}

fn get_timers(reader: &mut Reader<'_>) -> Result<Vec<(SkillId, Tick)>, CodecError> {
    let len = usize::from(reader.u8()?);
    if len > COOLDOWNS_MAX {
        return Err(CodecError::OutOfRange("cooldowns"));
    }
    let mut timers: Vec<(SkillId, Tick)> = Vec::with_capacity(len);
    for _ in 0..len {
        let timer = (SkillId::new(reader.u16()?), get_tick(reader)?);
        if timers.last().is_some_and(|last| last.0 >= timer.0) {
            return Err(CodecError::OutOfRange("order of cooldowns"));
        }
        timers.push(timer);
    }
    Ok(timers)
}

impl Canonical for Fighter {
    fn put(&self, sink: &mut impl Sink) {
        put_actor(sink, self.target);
        sink.u64(self.swing_at.get());
        sink.u64(self.shared_at.get());
        put_timers(sink, &self.cooldowns);
        put_timers(sink, &self.toggles);
        sink.bool(self.action.is_some());
        if let Some(action) = self.action {
            sink.u16(action.skill.get());
            put_actor(sink, action.target);
            sink.bool(action.aim.is_some());
            put_vec2(sink, action.aim.unwrap_or_default());
            sink.u64(action.began.get());
            sink.u64(action.ends.get());
            sink.u64(action.next.get());
            sink.u32(action.mana);
        }
        sink.bool(self.dash.is_some());
        if let Some(dash) = self.dash {
            put_vec2(sink, dash.heading);
            sink.f32(dash.speed);
            sink.u64(dash.until.get());
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let target = get_actor(reader)?;
        let (swing_at, shared_at) = (get_tick(reader)?, get_tick(reader)?);
        let (cooldowns, toggles) = (get_timers(reader)?, get_timers(reader)?);
        let action = if reader.bool()? { Some(get_action(reader)?) } else { None };
        let dash = if reader.bool()? {
            Some(Dash {
                heading: get_vec2(reader)?,
                speed: reader.f32()?,
                until: get_tick(reader)?,
            })
        } else {
            None
        };
        Ok(Self { target, swing_at, shared_at, cooldowns, action, dash, toggles })
    }
}

fn get_action(reader: &mut Reader<'_>) -> Result<Action, CodecError> {
    let (skill, target) = (SkillId::new(reader.u16()?), get_actor(reader)?);
    let (aims, place) = (reader.bool()?, get_vec2(reader)?);
    Ok(Action {
        skill,
        target,
        aim: aims.then_some(place),
        began: get_tick(reader)?,
        ends: get_tick(reader)?,
        next: get_tick(reader)?,
        mana: reader.u32()?,
    })
}
