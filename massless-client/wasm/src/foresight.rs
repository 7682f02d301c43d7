//! Skills the player started that the server has not yet told of: begun here by the core's own rules.
//!
//! At most one is ahead of the server at a time, since skills share a cooldown. It stands until the
//! server's state has passed its tick; then that state says whether it really began. Movement that a
//! skill forces is not foreseen: it comes with the server's state.

use std::cell::Cell;

use massless_core::character::BarEntry;
use massless_core::content::Content;
use massless_core::content::effect::Control;
use massless_core::content::item::EquipSlot;
use massless_core::content::skill::{SkillDef, Timing};
use massless_core::formulas::mana_of_rank;
use massless_core::ids::{ActorId, SkillId};
use massless_core::math::{Vec2, Vec3};
use massless_core::skills::{Starter, Target, has_learned, may_start, shared_ticks};
use massless_core::units::{Tick, Ticks};
use massless_core::view::{CastView, Kind, Pose};
use massless_net::client::{Client, Control as Hands};

use crate::content::content;
use crate::land;

/// Rank of every skill until trainers exist.
const RANK: u8 = 1;
/// Units of a chosen place in one metre.
const AIM_UNITS: f32 = 64.0;
/// Bit of the effect that keeps all harm away (18 in the content), in a figure's mask.
const PROTECTED: u32 = 1 << 18;

/// A skill that has begun here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Start {
    /// Which.
    pub(crate) skill: SkillId,
    /// The tick it began in.
    began: Tick,
    /// How long it is cast or channelled.
    busy: Ticks,
    /// When it is ready again.
    pub(crate) ready_at: Tick,
    /// When any other skill is.
    pub(crate) shared_at: Tick,
    /// What it costs.
    pub(crate) mana: u32,
}

impl Start {
    /// The cast it shows.
    pub(crate) fn cast(self) -> Option<CastView> {
        let ends = self.began + self.busy;
        (self.busy.get() > 0).then_some(CastView { skill: self.skill, began: self.began, ends })
    }
}

thread_local! {
    static START: Cell<Option<Start>> = const { Cell::new(None) };
}

/// What has begun after `told`, the tick of the server's newest state.
pub(crate) fn pending(told: Tick) -> Option<Start> {
    START.get().filter(|start| start.began > told)
}

/// Nothing has begun: a session or zone begins.
pub(crate) fn forget() {
    START.set(None);
}

/// Begins what the held buttons begin in the tick that was just walked.
pub(crate) fn look(client: &Client, hands: &Hands, tick: Tick) {
    let (told, _) = client.told();
    if hands.buttons == 0 || pending(told).is_some() {
        return;
    }
    let content = content();
    let Some(sheet) = client.sheet() else { return };
    for (index, entry) in sheet.sheet.bar.iter().enumerate() {
        let BarEntry::Skill(skill) = *entry else { continue };
        if hands.buttons >> index & 1 == 0 {
            continue;
        }
        let Some(skill) = content.skill(skill) else { continue };
        if begins(client, &content, skill, hands, tick) {
            START.set(Some(start_of(skill, tick)));
            return;
        }
    }
}

fn start_of(skill: &SkillDef, tick: Tick) -> Start {
    let busy = skill.busy_ticks();
    let from = match skill.timing {
        Timing::Cast(ticks) => tick + ticks,
        Timing::Instant | Timing::Channel { .. } | Timing::Toggle { .. } => tick,
    };
    Start {
        skill: skill.id,
        began: tick,
        busy,
        ready_at: from + skill.cooldown,
        shared_at: tick + shared_ticks(skill),
        mana: mana_of_rank(skill.mana, RANK),
    }
}

fn begins(
    client: &Client,
    content: &Content,
    skill: &SkillDef,
    hands: &Hands,
    tick: Tick,
) -> bool {
    let (Some(map), Some(sheet)) = (land::map(), client.sheet()) else { return false };
    let Some(walker) = client.walker() else { return false };
    let (_, own) = client.told();
    let weapon = sheet.sheet.worn[EquipSlot::Weapon as usize];
    let row = weapon.and_then(|item| Some(content.item(item.definition)?.weapon()?.row));
    if has_learned(skill, sheet.sheet.class, sheet.level, row).is_err() {
        return false;
    }
    let moving = hands.direction != [0, 0];
    if moving && skill.busy_ticks().get() > 0 {
        return false;
    }
    let under = |control| {
        own.effects.iter().filter(|effect| effect.until > tick).any(|effect| {
            content.effect(effect.effect).is_some_and(|def| def.control == Some(control))
        })
    };
    let starter = Starter {
        now: tick,
        is_alive: own.pose != Pose::Dead,
        is_stunned: under(Control::Stun),
        is_silenced: under(Control::Silence),
        is_busy: own.cast.is_some_and(|cast| cast.ends > tick),
        is_leaping: own.leap.is_some_and(|leap| leap.until > tick),
        ready_at: own.ready_at(skill.id),
        shared_at: own.shared_at,
        mana: own.mana,
        rank: RANK,
        position: walker.position,
        facing: hands.facing,
        weapon_range: sheet.derived.range,
    };
    let target = hands.target.and_then(|target| target_of(client, content, target, tick));
    let aim = hands.aim.map(|[x, z]| Vec2::new(f32::from(x), f32::from(z)) / AIM_UNITS);
    may_start(&map, skill, &starter, target.as_ref(), aim).is_ok()
}

/// A target as far as this side knows it.
fn target_of(client: &Client, content: &Content, actor: ActorId, tick: Tick) -> Option<Target> {
    let known = client.known_actor(actor)?;
    let (x, z) = known.place_at(tick);
    let map = land::map()?;
    let track = known.track();
    let (is_hostile, radius) = match known.identity.kind {
        Kind::Creature(definition) => (true, content.creature(definition)?.radius()),
        Kind::Character { .. } | Kind::Npc(_) => (false, 0.4),
        Kind::Item { .. } | Kind::Area { .. } => return None,
    };
    Some(Target {
        position: Vec3::new(x, map.height_at(x, z), z),
        radius,
        is_alive: track.pose != Pose::Dead,
        is_hostile,
        is_ally: matches!(known.identity.kind, Kind::Character { .. }),
        is_immune: track.effects & PROTECTED != 0,
    })
}
