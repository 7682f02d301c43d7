//! What is done to whom and when: the same seed means the same.

use std::time::Duration;

use super::Backend;
use crate::draw::Draw;

/// Named places in the host where it can die; as `massless_store::fault` names them.
pub(crate) const PLACES: [&str; 5] = [
    "before_commit",
    "after_commit",
    "after_commit_before_answer",
    "after_snapshot",
    "before_lease",
];

/// Who is killed from outside beside the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The host, once more.
    Host,
    /// PostgreSQL's postmaster.
    Postgres,
    /// PostgreSQL, and the host while it is away.
    Both,
    /// Redis.
    Redis,
}

/// One round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// When the host is killed from outside, since the round began.
    pub(crate) host_after: Duration,
    /// At which place the next one kills itself.
    pub(crate) place: &'static str,
    /// How often it passes there before.
    pub(crate) passes: u64,
    /// After how many transactions of the one after that an answer of the database is lost.
    pub(crate) answer_lost_after: u64,
    /// Who is killed then.
    pub(crate) victim: Victim,
    /// How long that one is left to work before.
    pub(crate) victim_after: Duration,
    /// How long it is away.
    pub(crate) away: Duration,
}

impl Round {
    /// The round of a seed.
    pub(crate) fn of(seed: u64, backend: Backend) -> Self {
        let mut draw = Draw::of(seed);
        let turn = (seed % 5) as usize;
        let place = PLACES[turn];
        let most = match place {
            // Everybody comes back at once after a start; saves are rare.
            "before_lease" => 12,
            "after_snapshot" => 4,
            _ => 20,
        };
        let victim = match (backend, turn) {
            (Backend::Sqlite, _) => Victim::Host,
            (Backend::Postgres, 0) if draw.below(2) == 0 => Victim::Host,
            (Backend::Postgres, 0 | 3) => Victim::Both,
            (Backend::Postgres, 2) => Victim::Redis,
            (Backend::Postgres, _) => Victim::Postgres,
        };
        Self {
            host_after: draw.millis(500, 3_000),
            place,
            passes: draw.below(most),
            answer_lost_after: draw.below(20),
            victim,
            victim_after: draw.millis(500, 3_500),
            away: draw.millis(100, 2_500),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_seeds_in_a_row_reach_every_place_and_everybody() {
        for first in [1, 2, 17] {
            let rounds: Vec<Round> =
                (first..first + 5).map(|seed| Round::of(seed, Backend::Postgres)).collect();
            for place in PLACES {
                assert!(rounds.iter().any(|round| round.place == place), "{place}");
            }
            let has = |victim| rounds.iter().any(|round| round.victim == victim);
            assert!(has(Victim::Postgres) && has(Victim::Redis) && has(Victim::Both));
        }
    }

    #[test]
    fn the_same_seed_is_the_same_round() {
        assert_eq!(Round::of(9, Backend::Postgres), Round::of(9, Backend::Postgres));
        assert_eq!(Round::of(9, Backend::Sqlite).victim, Victim::Host);
    }
}
