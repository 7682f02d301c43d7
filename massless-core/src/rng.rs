//! Stateless draws: a pure function of (zone seed, actor, tick, stream, n).
//!
//! Nothing stores a generator, so the order in which systems ask does not matter and a replay
//! draws the same. Chances are ratios of integers. Mixing: the finaliser of `SplitMix64` over each part.

use crate::ids::ActorId;
use crate::units::{Tick, Ticks};

/// What a draw is for. The numbers are those of the game rules and are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stream {
    /// Variance of damage and healing.
    Variance = 1,
    /// Critical hits.
    Crit = 2,
    /// Dodging.
    Dodge = 3,
    /// What a creature leaves; mixed with the secret word.
    Loot = 4,
    /// How rare it is; mixed with the secret word.
    Rarity = 5,
    /// How much coin; mixed with the secret word.
    Coin = 6,
    /// Where a creature wanders, and when.
    Wander = 7,
    /// Where an actor appears.
    SpawnPlace = 8,
    /// When the next of a spawn group is born.
    RespawnDelay = 9,
    /// Whether gear is refined; mixed with the secret word.
    Upgrade = 10,
    /// What a creature does.
    Behaviour = 11,
    /// When it uses an ability.
    Ability = 12,
}

/// Who draws: the parts of the key that stay the same inside one system.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    base: u64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Draws {
    /// The draws of one actor in one tick on one stream.
    #[must_use]
    pub fn new(zone_seed: u64, actor: ActorId, tick: Tick, stream: Stream) -> Self {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut base = mix(zone_seed.wrapping_add(STEP));
        for part in [actor.get(), tick.get(), stream as u64] {
            base = mix(base ^ part.wrapping_mul(STEP).wrapping_add(STEP));
        }
        Self { base }
    }

    /// Draw number `n`, 64 uniform bits.
    #[must_use]
    pub fn bits(&self, n: u32) -> u64 {
        mix(self.base.wrapping_add(u64::from(n).wrapping_mul(0xD134_2543_DE82_EF95)))
    }

    /// Draw number `n`, uniform in `0..below` (`below` > 0): high 64 bits of bits x below.
    #[must_use]
    pub fn uniform(&self, n: u32, below: u32) -> u32 {
        assert!(below > 0);
        ((u128::from(self.bits(n)) * u128::from(below)) >> 64) as u32
    }

    /// Draw number `n`, a duration uniform in `least..=most`.
    #[must_use]
    pub fn ticks(&self, n: u32, least: Ticks, most: Ticks) -> Ticks {
        assert!(least <= most);
        Ticks::new(least.get() + self.uniform(n, most.get() - least.get() + 1))
    }

    /// Draw number `n`, uniform in `-1.0..=1.0` in 65 536 steps.
    #[must_use]
    pub fn signed_unit(&self, n: u32) -> f32 {
        let step = self.uniform(n, 65_536);
        #[expect(clippy::cast_precision_loss, reason = "17 bits fit a float exactly")]
        let value = (step as f32 - 32_767.5) / 32_767.5;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(actor: u64, tick: u64) -> Draws {
        Draws::new(9, ActorId::new(actor), Tick::new(tick), Stream::Wander)
    }

    #[test]
    fn the_key_decides_and_nothing_else() {
        assert_eq!(draws(1, 2).bits(3), draws(1, 2).bits(3));
        assert_ne!(draws(1, 2).bits(3), draws(2, 1).bits(3));
        assert_ne!(draws(1, 2).bits(3), draws(1, 2).bits(4));
        let other = Draws::new(9, ActorId::new(1), Tick::new(2), Stream::SpawnPlace);
        assert_ne!(draws(1, 2).bits(0), other.bits(0));
    }

    #[test]
    fn uniform_fills_its_range_evenly() {
        let mut counts = [0_u32; 10];
        for actor in 0..10_000 {
            counts[draws(actor, 5).uniform(0, 10) as usize] += 1;
        }
        assert!(counts.iter().all(|&count| (850..1_150).contains(&count)), "{counts:?}");
    }

    #[test]
    fn signed_unit_stays_inside() {
        for actor in 0..1_000 {
            let value = draws(actor, 1).signed_unit(0);
            assert!((-1.0..=1.0).contains(&value));
        }
    }
}
