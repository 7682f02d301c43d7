//! What the own character will do with the inputs that are on their way: skills and swings that start,
//! by the core's own rules over what the client knows.
//!
//! Each start is remembered with its input. Once the server has applied that input, its own word
//! counts and the entry is dropped: so a start that did not happen lasts as long as the round trip.

use std::collections::VecDeque;
use std::sync::Arc;

use massless_core::character::BarEntry;
use massless_core::command::Input;
use massless_core::content::Content;
use massless_core::content::effect::Control;
use massless_core::content::item::EquipSlot;
use massless_core::content::map::Map;
use massless_core::content::skill::{Outcome, SkillDef, Timing};
use massless_core::event::Rejection;
use massless_core::formulas::mana_of_rank;
use massless_core::ids::{ActorId, SkillId};
use massless_core::limits::BAR_SLOTS;
use massless_core::math::{Vec2, Vec3};
use massless_core::skills::{self, RANGE_TOLERANCE, SWING_PAUSE_TICKS, Starter, Target};
use massless_core::units::{Tick, Ticks};
use massless_core::view::{CastView, Kind, Pose, SheetView};
use massless_core::walk::Walker;

use super::figures::Others;
use crate::limits::{FORESEEN_MAX, HISTORY_TICKS};
use crate::wire::own::OwnState;
use crate::wire::quantize;

/// Units of a chosen place in one metre.
const AIM_UNITS: f32 = 64.0;

/// Something the own character is expected to begin, told at once for those who show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// In which tick.
    pub tick: Tick,
    /// Which skill; `None` is a swing of the weapon.
    pub skill: Option<SkillId>,
    /// At whom.
    pub target: Option<ActorId>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    sequence: u16,
    tick: Tick,
    skill: Option<SkillId>,
    mana: u32,
    shared_at: Tick,
    swing_at: Tick,
    ready_at: Tick,
    cast: Option<CastView>,
}

/// What the client knows when it looks ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present<'a> {
    pub(super) map: &'a Map,
    pub(super) own: &'a OwnState,
    pub(super) sheet: &'a SheetView,
    pub(super) others: &'a Others,
    pub(super) walker: Walker,
    /// The tick whose input this is.
    pub(super) tick: Tick,
    /// The tick in which the others are shown.
    pub(super) shown: Tick,
}

/// Starts that the server has not answered yet.
#[derive(Debug, Default)]
pub(super) struct Foresight {
    pub(super) content: Option<Arc<Content>>,
    entries: VecDeque<Entry>,
    /// Newest input that walks: it breaks a cast that began before it.
    walked: Option<(u16, Tick)>,
    pub(super) fresh: VecDeque<Foreseen>,
}

/// Whether the server has applied an input of that number.
const fn is_applied(sequence: u16, applied: u16) -> bool {
    applied.wrapping_sub(sequence) < 0x8000
}

impl Foresight {
    /// Another zone: nothing is under way.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.walked = None;
    }

    /// The server told the state after `tick`.
    pub(super) fn reconcile(&mut self, own: &OwnState, tick: Tick) {
        let applied = own.applied_sequence;
        let old = |entry: &Entry| {
            is_applied(entry.sequence, applied)
                || tick.since(entry.tick).get() > HISTORY_TICKS as u32
        };
        self.entries.retain(|entry| !old(entry));
        self.walked = self.walked.filter(|&(sequence, _)| !is_applied(sequence, applied));
    }

    /// The own state as it will be when all inputs sent are applied, as far as it can be foreseen.
    pub(super) fn apply(&self, own: &mut OwnState) {
        for entry in &self.entries {
            own.shared_at = own.shared_at.max(entry.shared_at);
            own.swing_at = own.swing_at.max(entry.swing_at);
            own.mana = own.mana.saturating_sub(entry.mana);
            own.cast = entry.cast.or(own.cast);
            let Some(skill) = entry.skill.filter(|_| entry.ready_at > entry.tick) else { continue };
            match own.cooldowns.binary_search_by_key(&skill, |&(skill, _)| skill) {
                Ok(index) => own.cooldowns[index].1 = entry.ready_at,
                Err(index) => own.cooldowns.insert(index, (skill, entry.ready_at)),
            }
        }
        if let Some((_, tick)) = self.walked {
            own.cast = own.cast.filter(|cast| cast.began >= tick);
        }
    }

    /// An input is on its way: what it begins, by the core's rules.
    pub(super) fn look_ahead(&mut self, present: &Present<'_>, sequence: u16, input: &Input) {
        let Some(content) = self.content.clone() else { return };
        if input.direction != [0, 0] && present.own.speed > 0.0 {
            self.walked = Some((sequence, present.tick));
        }
        if self.entries.len() >= FORESEEN_MAX {
            return;
        }
        let mut own = present.own.clone();
        self.apply(&mut own);
        let before = present.tick;
        let bar = |index: &usize| input.buttons >> index & 1 == 1;
        let started = (0..BAR_SLOTS).filter(bar).find_map(|index| {
            let skill = check(&content, present, &own, (index, input)).ok()?;
            let rank = present.sheet.sheet.rank(skill.id);
            Some(begin((skill, rank), sequence, before))
        });
        let entry = match started {
            Some(entry) => Some(entry),
            None => swing(&content, present, &own, input).then(|| Entry {
                sequence,
                tick: before,
                skill: None,
                mana: 0,
                shared_at: Tick::default(),
                swing_at: before + Ticks::new(present.sheet.derived.swing_ticks),
                ready_at: Tick::default(),
                cast: None,
            }),
        };
        if let Some(entry) = entry {
            self.entries.push_back(entry);
            if self.fresh.len() >= FORESEEN_MAX {
                self.fresh.pop_front();
            }
            let Entry { tick, skill, .. } = entry;
            self.fresh.push_back(Foreseen { tick, skill, target: input.target });
        }
    }

    /// Whether the skill in a slot of the bar would start now, else why not.
    pub(super) fn may_start(
        &self,
        present: &Present<'_>,
        slot: usize,
        input: &Input,
    ) -> Result<SkillId, Rejection> {
        let content = self.content.as_ref().ok_or(Rejection::NotHere)?;
        let mut own = present.own.clone();
        self.apply(&mut own);
        check(content, present, &own, (slot, input)).map(|skill| skill.id)
    }
}

fn begin((skill, rank): (&SkillDef, u8), sequence: u16, now: Tick) -> Entry {
    let busy = skill.busy_ticks();
    let (pause, ready_at) = match skill.timing {
        Timing::Channel { .. } => (busy, now + skill.cooldown),
        Timing::Cast(_) => (Ticks::new(busy.get() + SWING_PAUSE_TICKS), Tick::default()),
        Timing::Instant | Timing::Toggle { .. } => {
            (Ticks::new(SWING_PAUSE_TICKS), now + skill.cooldown)
        }
    };
    let cast = CastView { skill: skill.id, began: now, ends: now + busy };
    Entry {
        sequence,
        tick: now,
        skill: Some(skill.id),
        mana: mana_of_rank(skill.mana, rank),
        shared_at: now + skills::shared_ticks(skill),
        swing_at: now + pause,
        ready_at,
        cast: (busy.get() > 0).then_some(cast),
    }
}

/// The skill in a slot of the bar, if it may start.
fn check<'c>(
    content: &'c Content,
    present: &Present<'_>,
    own: &OwnState,
    (slot, input): (usize, &Input),
) -> Result<&'c SkillDef, Rejection> {
    let sheet = &present.sheet.sheet;
    let Some(BarEntry::Skill(id)) = sheet.bar.get(slot) else { return Err(Rejection::EmptySlot) };
    let skill = content.skill(*id).ok_or(Rejection::NotLearned)?;
    let weapon = sheet.worn[EquipSlot::Weapon as usize];
    let row = weapon.and_then(|item| Some(content.item(item.definition)?.weapon()?.row));
    skills::has_learned(skill, sheet.class, present.sheet.level, row)?;
    if matches!(skill.timing, Timing::Toggle { .. }) && is_on(skill, own) {
        // Switching off needs nothing but its turn.
        let is_ready = present.tick >= own.shared_at;
        return if is_ready { Ok(skill) } else { Err(Rejection::SharedCooldown) };
    }
    let starter = starter(content, present, own, (skill, input));
    let target = input.target.and_then(|actor| target(content, present, actor));
    let aim = input.aim.map(|[x, z]| Vec2::new(f32::from(x), f32::from(z)) / AIM_UNITS);
    skills::may_start(present.map, skill, &starter, target.as_ref(), aim)?;
    Ok(skill)
}

/// Whether a toggle's effects are on the own character.
fn is_on(skill: &SkillDef, own: &OwnState) -> bool {
    let has = |outcome: &Outcome| match outcome {
        Outcome::Apply { effect, .. } => own.effects.iter().any(|view| view.effect == *effect),
        _ => false,
    };
    skill.outcomes.iter().any(has)
}

fn starter(
    content: &Content,
    present: &Present<'_>,
    own: &OwnState,
    (skill, input): (&SkillDef, &Input),
) -> Starter {
    let now = present.tick;
    let under = |control: Control| {
        let acting = own.effects.iter().filter(|view| now < view.until);
        let mut controls = acting.filter_map(|view| content.effect(view.effect)?.control);
        controls.any(|found| found == control)
    };
    Starter {
        now,
        is_alive: own.hit_points > 0,
        is_stunned: under(Control::Stun),
        is_silenced: under(Control::Silence),
        is_busy: own.cast.is_some_and(|cast| now < cast.ends),
        is_leaping: own.leap.is_some_and(|leap| now < leap.until),
        ready_at: own.ready_at(skill.id),
        shared_at: own.shared_at,
        mana: own.mana,
        rank: present.sheet.sheet.rank(skill.id),
        position: present.walker.position,
        facing: input.facing,
        weapon_range: present.sheet.derived.range,
    }
}

/// What is known of an actor as a target: by its newest track, and where it is shown.
fn target(content: &Content, present: &Present<'_>, actor: ActorId) -> Option<Target> {
    let known = present.others.of_actor(actor)?;
    let (x, z) = known.place_at(present.others.newest());
    let track = known.track();
    let height = present.map.height_at(x, z) + quantize::height_metres_of(track.height);
    let (is_hostile, is_ally, radius) = match known.identity.kind {
        Kind::Creature(id) => {
            (true, false, content.creature(id).map_or(BODY_RADIUS, |creature| creature.radius()))
        }
        Kind::Character { .. } => (false, true, BODY_RADIUS),
        Kind::Npc(_) | Kind::Item { .. } | Kind::Area { .. } => (false, false, BODY_RADIUS),
    };
    let protects = |id: &u32| {
        let effect = massless_core::ids::EffectId::new(*id as u16);
        track.effects >> id & 1 == 1 && content.effect(effect).is_some_and(|def| def.protects)
    };
    let (seen_x, seen_z) = known.shown_at(present.shown);
    Some(Target {
        position: Vec3::new(x, height, z),
        seen: Vec3::new(seen_x, height, seen_z),
        radius,
        is_alive: track.share > 0,
        is_hostile,
        is_ally,
        is_immune: track.pose == Pose::Returning || (0..32).any(|id| protects(&id)),
    })
}

/// Radius of a character, metres.
const BODY_RADIUS: f32 = massless_core::walk::BODY_RADIUS;

/// Whether the weapon swings in this tick.
fn swing(content: &Content, present: &Present<'_>, own: &OwnState, input: &Input) -> bool {
    let now = present.tick;
    let is_free = own.hit_points > 0
        && now >= own.swing_at
        && own.cast.is_none_or(|cast| now >= cast.ends)
        && own.leap.is_none_or(|leap| now >= leap.until);
    let Some(target) = input.target.filter(|_| is_free) else { return false };
    let Some(target) = self::target(content, present, target) else { return false };
    let from = (present.walker.position, input.facing);
    let range = present.sheet.derived.range;
    target.is_alive
        && target.is_hostile
        && !target.is_immune
        && skills::reaches(present.map, from, &target, range, RANGE_TOLERANCE).is_ok()
}
