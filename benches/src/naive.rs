//! What telling clients costs without any of the replicator's ideas: in every tick every client is sent all that it sees,
//! whole, encoded for it alone. To be measured in the same run, as what P5 and P6 are held against.
//!
//! The record is what a first version would write: a number of four bytes, place and velocity in floats, facing, hit
//! points, pose. It does not know what a client has been told, so it never has to be told what went missing.

use std::time::Instant;

use massless_core::math::ground;
use massless_core::view::View;

/// Metres that a client sees; the same as the replicator's inner two rings.
const SIGHT_METRES: f32 = 50.0;
/// Bytes of the head of a frame: its kind, the tick, how many records.
const HEAD_BYTES: usize = 1 + 8 + 2;

/// What a tick cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Milliseconds.
    pub(crate) milliseconds: f64,
    /// Records that were written.
    pub(crate) records: u64,
    /// Bytes of all frames.
    pub(crate) bytes: u64,
}

/// Encodes one tick for everybody, into one buffer that is used again.
pub(crate) fn tick(view: &View, buffer: &mut Vec<u8>) -> Cost {
    let mut cost = Cost::default();
    let start = Instant::now();
    for player in &view.players {
        let own = player.index as usize;
        let here = ground(view.position[own]);
        buffer.clear();
        buffer.resize(HEAD_BYTES, 0);
        for other in view.cells.near(here, SIGHT_METRES) {
            let other = other as usize;
            let place = ground(view.position[other]);
            if place.distance_squared(here) > SIGHT_METRES * SIGHT_METRES {
                continue;
            }
            buffer.extend((view.actor[other].get() as u32).to_le_bytes());
            for vector in [view.position[other], view.velocity[other]] {
                buffer.extend(vector.x.to_le_bytes());
                buffer.extend(vector.y.to_le_bytes());
                buffer.extend(vector.z.to_le_bytes());
            }
            buffer.extend(view.facing[other].get().to_le_bytes());
            buffer.push(view.hit_point_share[other]);
            buffer.push(view.pose[other] as u8);
            cost.records += 1;
        }
        cost.bytes += std::hint::black_box(&*buffer).len() as u64;
    }
    cost.milliseconds = start.elapsed().as_secs_f64() * 1e3;
    cost
}
