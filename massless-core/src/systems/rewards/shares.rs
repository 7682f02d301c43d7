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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::ids::{ActorId, CreatureId, PartyId};
    use crate::math::Vec3;
    use crate::units::{Level, Tick};

    /// Rough numbers of a hound, worth 5 experience and 1 to 4 coin, at another level and price.
    fn creature(level: u8, experience: u32) -> CreatureDef {
        let content = Content::embedded();
        let hound = content.creature(CreatureId::new(101)).expect("the hound");
        CreatureDef { level: Level::new(level), experience, ..hound.clone() }
    }

    fn member(number: u64, level: u8) -> Member {
        Member {
            player: PlayerId::new(number),
            actor: ActorId::new(100 + number),
            level: Level::new(level),
            alive: true,
            near: true,
            served: Tick::default(),
        }
    }

    fn alone(number: u64, level: u8, amount: u64) -> Group {
        Group { party: None, amount, members: vec![member(number, level)] }
    }

    fn party(amount: u64, members: Vec<Member>) -> Group {
        Group { party: Some(PartyId::new(1)), amount, members }
    }

    fn kill(coin: u32, groups: Vec<Group>, others: u64) -> Kill {
        let total = groups.iter().map(|group| group.amount).sum::<u64>() + others;
        let (actor, creature) = (ActorId::new(1), CreatureId::new(101));
        Kill { actor, creature, place: Vec3::ZERO, coin, groups, total }
    }

    fn gains(kill: &Kill, def: &CreatureDef) -> Vec<(u64, u32, u32)> {
        let content = Content::embedded();
        let gains = split(kill, def, content.rules());
        gains.iter().map(|gain| (gain.player.get(), gain.experience, gain.coin)).collect()
    }

    #[test]
    fn who_fights_alone_gains_all() {
        let def = creature(5, 59);
        assert_eq!(gains(&kill(11, vec![alone(1, 5, 800)], 0), &def), [(1, 59, 11)]);
    }

    #[test]
    fn two_strangers_share_by_contribution_and_guards_take_theirs() {
        let def = creature(8, 110);
        let groups = vec![alone(1, 8, 600), alone(2, 8, 200)];
        assert_eq!(gains(&kill(40, groups.clone(), 0), &def), [(1, 82, 30), (2, 27, 10)]);
        assert_eq!(gains(&kill(40, groups, 800), &def), [(1, 41, 15), (2, 13, 5)]);
    }

    #[test]
    fn a_party_shares_a_larger_pool_by_levels_and_coin_evenly() {
        let def = creature(8, 100);
        let members = vec![member(3, 8), member(1, 8), member(2, 4)];
        // 100 x 12 000 bp = 120, by levels 8 : 8 : 4; 4 levels below: 12 000 bp.
        let gained = gains(&kill(40, vec![party(900, members)], 0), &def);
        assert_eq!(gained, [(3, 48, 14), (1, 48, 13), (2, 28, 13)]);
    }

    #[test]
    fn the_dead_the_far_and_the_much_lower_do_not_share() {
        let def = creature(20, 400);
        let dead = Member { alive: false, ..member(2, 20) };
        let far = Member { near: false, ..member(3, 20) };
        let low = member(4, 9);
        let group = party(100, vec![member(1, 20), dead, far, low]);
        assert_eq!(gains(&kill(10, vec![group], 0), &def), [(1, 400, 10)]);
        let far_alone = Group { members: vec![far], ..alone(3, 20, 100) };
        assert_eq!(gains(&kill(10, vec![far_alone], 0), &def), [(3, 400, 10)]);
    }

    #[test]
    fn one_kill_gives_at_most_a_fifth_of_a_level() {
        let def = creature(8, 660);
        let gained = gains(&kill(50, vec![alone(1, 1, 100)], 0), &def);
        assert_eq!(gained, [(1, 20, 50)], "a fifth of 100; coin is never raised by the difference");
        let high = gains(&kill(50, vec![alone(1, 19, 100)], 0), &def);
        assert_eq!(high, [(1, 66, 5)], "1 000 bp eleven levels above");
    }
}
