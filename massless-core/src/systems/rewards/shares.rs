//! How experience and coin of a kill are split: pure functions of integers. Game rules, section 5.

use super::kill::{Group, Kill, Member};
use crate::content::creature::CreatureDef;
use crate::content::rules::Rules;
use crate::formulas::{WHOLE_BP, difference_bp};
use crate::ids::PlayerId;

/// Members of a party share when they are at most so many levels below its highest.
const LEVELS_APART: u8 = 10;
/// What each further member adds to a party's pool, basis points.
const MEMBER_BP: u64 = 1_000;
/// One kill gives at most this share of what a level needs: a fifth.
const NEED_SHARE: u32 = 5;

/// What one character gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gain {
    pub(super) player: PlayerId,
    pub(super) experience: u32,
    pub(super) coin: u32,
}

/// Splits what the creature is worth; `kill.coin` is the coin that was rolled.
pub(super) fn split(kill: &Kill, def: &CreatureDef, rules: &Rules) -> Vec<Gain> {
    let mut gains = Vec::new();
    for group in &kill.groups {
        let sharers = sharers(group);
        let of_group = |worth: u32| of_total(worth, group.amount, kill.total);
        let (experience, coin) = (of_group(def.experience), of_group(kill.coin));
        for (place, member) in (0_u64..).zip(&sharers) {
            let difference = difference_bp(member.level.get(), def.level.get());
            let own = own_experience(experience, member, &sharers);
            let own = of_bp(own, difference);
            let cap = u64::from(rules.experience_need(member.level) / NEED_SHARE);
            let count = sharers.len() as u64;
            let rest = if place == 0 { coin % count } else { 0 };
            let own_coin = of_bp(coin / count + rest, difference.min(WHOLE_BP));
            gains.push(Gain {
                player: member.player,
                experience: narrow(own.min(cap)),
                coin: narrow(own_coin),
            });
        }
    }
    gains
}

/// Who of a group shares: the living; of a party those near and not too far below the highest of them.
pub(super) fn sharers(group: &Group) -> Vec<Member> {
    let may = |member: &&Member| member.alive && (member.near || group.is_alone());
    let mut sharers: Vec<Member> = group.members.iter().filter(may).copied().collect();
    let highest = sharers.iter().map(|member| member.level.get()).max().unwrap_or(0);
    sharers.retain(|member| member.level.get().saturating_add(LEVELS_APART) >= highest);
    sharers
}

/// A group's part of what a creature is worth.
fn of_total(worth: u32, amount: u64, total: u64) -> u64 {
    let part = u128::from(worth) * u128::from(amount) / u128::from(total.max(1));
    u64::try_from(part).unwrap_or(u64::MAX)
}

/// A member's part of the pool, by levels; more members make the pool larger.
fn own_experience(pool: u64, member: &Member, sharers: &[Member]) -> u64 {
    let further = sharers.len() as u64 - 1;
    let pool = pool * (10_000 + MEMBER_BP * further) / 10_000;
    let levels: u64 = sharers.iter().map(|member| u64::from(member.level.get())).sum();
    pool * u64::from(member.level.get()) / levels
}

fn of_bp(value: u64, bp: i64) -> u64 {
    value * bp.unsigned_abs() / WHOLE_BP.unsigned_abs()
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
