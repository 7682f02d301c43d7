//! Cooldowns and effects of an own state: lists of which only changes are told.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{EffectId, SkillId};
use massless_core::limits::{COOLDOWNS_MAX, EFFECTS_MAX};
use massless_core::units::Tick;
use massless_core::view::EffectView;

use super::{ahead, read_moment, write_moment};

/// Cooldowns told in one update; others follow in the next ones.
pub(super) const COOLDOWNS_PER_UPDATE: usize = 4;

/// Entries that differ, those that are over before their time with 0; both lists rise by skill.
pub(super) fn write_cooldowns(
    out: &mut BitWriter,
    list: &[(SkillId, Tick)],
    known: &mut Vec<(SkillId, Tick)>,
    now: Tick,
) {
    known.retain(|&(_, at)| at > now);
    let mut changed = [(SkillId::default(), Tick::default()); COOLDOWNS_PER_UPDATE];
    let mut count = 0;
    let of = |list: &[(SkillId, Tick)], skill| {
        let found = list.binary_search_by_key(&skill, |&(skill, _)| skill);
        found.map_or(Tick::default(), |index| list[index].1)
    };
    let news = list.iter().filter(|&&(skill, at)| at > now && of(known, skill) != at);
    let resets = known.iter().filter(|&&(skill, _)| of(list, skill) <= now);
    for (place, entry) in changed.iter_mut().zip(news.chain(resets)) {
        *place = *entry;
        count += 1;
    }
    out.bool(count > 0);
    if count == 0 {
        return;
    }
    out.bits(count as u64, 3);
    for &(skill, _) in &changed[..count] {
        out.bits(u64::from(skill.get()), 16);
        let at = of(list, skill);
        write_moment(out, at, now);
        set_cooldown(known, skill, ahead(at, now));
    }
}

fn set_cooldown(list: &mut Vec<(SkillId, Tick)>, skill: SkillId, at: Tick) {
    match list.binary_search_by_key(&skill, |&(skill, _)| skill) {
        Ok(index) if at == Tick::default() => {
            list.remove(index);
        }
        Ok(index) => list[index].1 = at,
        Err(index) if at != Tick::default() => list.insert(index, (skill, at)),
        Err(_) => {}
    }
}

pub(super) fn read_cooldowns(
    bits: &mut BitReader<'_>,
    list: &mut Vec<(SkillId, Tick)>,
    now: Tick,
) -> Result<(), CodecError> {
    list.retain(|&(_, at)| at > now);
    if !bits.bool()? {
        return Ok(());
    }
    let count = bits.bits(3)? as usize;
    if count == 0 || count > COOLDOWNS_PER_UPDATE {
        return Err(CodecError::OutOfRange("cooldowns"));
    }
    for _ in 0..count {
        let skill = SkillId::new(bits.bits(16)? as u16);
        set_cooldown(list, skill, read_moment(bits, now)?);
    }
    // What is new comes before what was reset: for a moment there may be more than there are.
    if list.len() > 2 * COOLDOWNS_MAX {
        return Err(CodecError::OutOfRange("cooldowns"));
    }
    Ok(())
}

/// The whole list, when it differs in more than what has run out.
pub(super) fn write_effects(
    out: &mut BitWriter,
    list: &[EffectView],
    known: &mut Vec<EffectView>,
    now: Tick,
) {
    known.retain(|effect| effect.until > now);
    let present = || list.iter().filter(|effect| effect.until > now).take(EFFECTS_MAX);
    let changed = !present().eq(known.iter());
    out.bool(changed);
    if !changed {
        return;
    }
    known.clear();
    out.bits(present().count() as u64, 5);
    for effect in present() {
        out.bits(u64::from(effect.effect.get()), 16);
        write_moment(out, effect.until, now);
        known.push(*effect);
    }
}

pub(super) fn read_effects(
    bits: &mut BitReader<'_>,
    list: &mut Vec<EffectView>,
    now: Tick,
) -> Result<(), CodecError> {
    list.retain(|effect| effect.until > now);
    if !bits.bool()? {
        return Ok(());
    }
    list.clear();
    let count = bits.bits(5)? as usize;
    if count > EFFECTS_MAX {
        return Err(CodecError::OutOfRange("effects"));
    }
    for _ in 0..count {
        let effect = EffectId::new(bits.bits(16)? as u16);
        list.push(EffectView { effect, until: read_moment(bits, now)? });
    }
    Ok(())
}
