//! What the tests of a whole zone share: players who walk as a pure function of seed and tick.

use massless_core::command::{Character, Command, Input};
use massless_core::ids::{ActorId, PlayerId};
use massless_core::math::Vec2;
use massless_core::rng::{Draws, Stream};
use massless_core::units::{Facing, Level, Tick};

/// Ticks between two joins of the crowd.
const JOIN_INTERVAL: u64 = 3;
/// Ticks for which a walker keeps its direction.
const STRIDE_TICKS: u64 = 25;

/// A crowd that comes one by one, walks in straight strides, loses connections, leaves and comes again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    /// Seed of all it does.
    pub(crate) seed: u64,
    /// How many people.
    pub(crate) players: u64,
}

impl Crowd {
    fn draws(&self, player: u64, moment: u64) -> Draws {
        Draws::new(self.seed, ActorId::new(player), Tick::new(moment), Stream::Wander)
    }

    /// Commands of one tick, in the zone's order.
    pub(crate) fn commands(&self, tick: Tick, out: &mut Vec<Command>) {
        out.clear();
        let now = tick.get();
        for player in 1..=self.players {
            let born = player * JOIN_INTERVAL;
            if now >= born && (now - born).is_multiple_of(2_000) {
                out.push(self.join(player, now));
            } else if now > born && (now - born) % 2_000 == 1_700 {
                let id = PlayerId::new(player);
                let leaves = player.is_multiple_of(2);
                out.push(if leaves {
                    Command::Leave { player: id }
                } else {
                    Command::Detach { player: id }
                });
            }
        }
        for player in 1..=self.players {
            let born = player * JOIN_INTERVAL;
            if now > born && (now - born) % 2_000 < 1_700 && !self.misses(player, now) {
                out.push(self.input(player, now));
            }
        }
    }

    fn misses(&self, player: u64, now: u64) -> bool {
        self.draws(player, now).uniform(9, 50) == 0
    }

    fn join(&self, player: u64, now: u64) -> Command {
        let draws = self.draws(player, now);
        let spread = Vec2::new(draws.signed_unit(0), draws.signed_unit(1)) * 90.0;
        let placed = draws.uniform(2, 4) != 0;
        let character = Character {
            level: Level::new(1 + (player % 10) as u8),
            place: placed.then(|| Vec2::new(128.0, 128.0) + spread),
            ..Character::plain(&format!("Walker{player}"), (player % 16) as u8)
        };
        Command::Join { player: PlayerId::new(player), character: Box::new(character) }
    }

    fn input(&self, player: u64, now: u64) -> Command {
        let draws = self.draws(player, (now + player) / STRIDE_TICKS);
        let part = |n| (draws.uniform(n, 255) as i16 - 127) as i8;
        let stands = draws.uniform(3, 5) == 0;
        let input = Input {
            direction: if stands { [0, 0] } else { [part(0), part(1)] },
            facing: Facing::new(draws.bits(2) as u16),
            ..Input::default()
        };
        Command::Input { player: PlayerId::new(player), sequence: now as u16, input }
    }
}
