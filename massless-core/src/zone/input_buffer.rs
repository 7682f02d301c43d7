//! Where inputs wait for the tick they are meant for.
//!
//! It stands before the zone and is not part of its state: what a zone sees, and a log records, is the input
//! as applied. Pure: time comes in as the tick that will be stepped next. After a restore it is empty,
//! and clients fill it within a tick or two.

use std::collections::BTreeMap;

use crate::command::{Command, Input};
use crate::ids::{ActorId, PlayerId};
use crate::limits::{INPUT_LEAD_TICKS_MAX, REWIND_TICKS_MAX};
use crate::units::Tick;

/// Places for waiting inputs of one player: one for each tick up to the greatest lead, and the present.
const PLACES: usize = INPUT_LEAD_TICKS_MAX as usize + 1;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It waits for its tick.
    Buffered,
    /// It came after its tick but is the newest known: it applies from the next tick on.
    Held,
    /// A newer one, or this very one, was here already.
    Stale,
    /// Its tick is too far ahead.
    TooEarly,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    meant: Tick,
    sequence: u16,
    input: Input,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    places: [Option<Waiting>; PLACES],
    late: Option<Waiting>,
    applied: Option<u16>,
    newest: Option<u16>,
    margin: Option<i8>,
    target: Option<ActorId>,
}

/// Inputs of all players of one zone.
#[derive(Clone, Debug, Default)]
pub struct InputBuffer {
    lanes: BTreeMap<PlayerId, Lane>,
}

/// Whether `sequence` comes after `reference`, on a circle of 65 536.
fn is_newer(sequence: u16, reference: Option<u16>) -> bool {
    reference.is_none_or(|reference| {
        let ahead = sequence.wrapping_sub(reference);
        ahead != 0 && ahead < 0x8000
    })
}

impl InputBuffer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an input in. `now` is the tick that will be stepped next, `meant` the tick it is for.
    pub fn push(
        &mut self,
        now: Tick,
        player: PlayerId,
        (sequence, meant): (u16, Tick),
        input: Input,
    ) -> Arrival {
        let lane = self.lanes.entry(player).or_default();
        if !is_newer(sequence, lane.applied) {
            return Arrival::Stale;
        }
        if is_newer(sequence, lane.newest) {
            lane.newest = Some(sequence);
            let lead = i128::from(meant.get()) - i128::from(now.get());
            lane.margin = Some(lead.clamp(-128, 127) as i8);
        }
        let waiting = Waiting { meant, sequence, input };
        if meant < now {
            if !is_newer(sequence, lane.late.map(|late| late.sequence)) {
                return Arrival::Stale;
            }
            lane.late = Some(waiting);
            return Arrival::Held;
        }
        if meant.since(now).get() > INPUT_LEAD_TICKS_MAX {
            return Arrival::TooEarly;
        }
        let place = &mut lane.places[(meant.get() % PLACES as u64) as usize];
        match place {
            Some(there) if there.meant == meant && !is_newer(sequence, Some(there.sequence)) => {
                Arrival::Stale
            }
            _ => {
                *place = Some(waiting);
                Arrival::Buffered
            }
        }
    }

    /// Appends the inputs that apply in `tick`, by player id.
    pub fn take(&mut self, tick: Tick, out: &mut Vec<Command>) {
        for (&player, lane) in &mut self.lanes {
            let place = &mut lane.places[(tick.get() % PLACES as u64) as usize];
            let due = place.take().filter(|waiting| waiting.meant == tick);
            let late = lane.late.take();
            let Some(Waiting { sequence, mut input, meant }) = due.or(late) else { continue };
            if !is_newer(sequence, lane.applied) {
                continue;
            }
            lane.applied = Some(sequence);
            // What was seen before its own tick was seen so much longer before a later one.
            let late_ticks = tick.since(meant).get().min(u32::from(REWIND_TICKS_MAX)) as u8;
            input.rewind = input.rewind.saturating_add(late_ticks).min(REWIND_TICKS_MAX);
            lane.target = input.target;
            out.push(Command::Input { player, sequence, input });
        }
    }

    /// Forgets a player.
    pub fn remove(&mut self, player: PlayerId) {
        self.lanes.remove(&player);
    }

    /// Ticks by which a player's newest input came before its tick was stepped; negative: too late.
    #[must_use]
    pub fn margin(&self, player: PlayerId) -> Option<i8> {
        self.lanes.get(&player)?.margin
    }

    /// The target that a player's newest applied input chose.
    #[must_use]
    pub fn target(&self, player: PlayerId) -> Option<ActorId> {
        self.lanes.get(&player)?.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: PlayerId = PlayerId::new(4);

    fn push(buffer: &mut InputBuffer, now: u64, sequence: u16, meant: u64) -> Arrival {
        let input = Input { buttons: sequence, ..Input::default() };
        buffer.push(Tick::new(now), ME, (sequence, Tick::new(meant)), input)
    }

    fn take(buffer: &mut InputBuffer, tick: u64) -> Vec<u16> {
        let mut out = Vec::new();
        buffer.take(Tick::new(tick), &mut out);
        out.iter()
            .map(|command| match command {
                Command::Input { sequence, .. } => *sequence,
                other => panic!("{other:?} is no input"),
            })
            .collect()
    }

    #[test]
    fn an_input_waits_for_its_tick() {
        let mut buffer = InputBuffer::new();
        assert_eq!(push(&mut buffer, 10, 1, 12), Arrival::Buffered);
        assert_eq!(buffer.margin(ME), Some(2));
        assert_eq!(take(&mut buffer, 10), [0; 0]);
        assert_eq!(take(&mut buffer, 11), [0; 0]);
        assert_eq!(take(&mut buffer, 12), [1]);
        assert_eq!(take(&mut buffer, 13), [0; 0]);
    }

    #[test]
    fn a_late_one_is_held_unless_the_right_one_is_there() {
        let mut buffer = InputBuffer::new();
        assert_eq!(push(&mut buffer, 10, 1, 8), Arrival::Held);
        assert_eq!(buffer.margin(ME), Some(-2));
        assert_eq!(take(&mut buffer, 10), [1]);
        assert_eq!(push(&mut buffer, 11, 2, 10), Arrival::Held);
        assert_eq!(push(&mut buffer, 11, 3, 11), Arrival::Buffered);
        assert_eq!(take(&mut buffer, 11), [3]);
        assert_eq!(push(&mut buffer, 12, 2, 10), Arrival::Stale);
        assert_eq!(take(&mut buffer, 12), [0; 0]);
    }

    #[test]
    fn copies_and_the_far_future_are_refused() {
        let mut buffer = InputBuffer::new();
        assert_eq!(push(&mut buffer, 10, 1, 11), Arrival::Buffered);
        assert_eq!(push(&mut buffer, 10, 1, 11), Arrival::Stale);
        assert_eq!(push(&mut buffer, 10, 2, 14), Arrival::TooEarly);
        assert_eq!(take(&mut buffer, 11), [1]);
        assert_eq!(push(&mut buffer, 12, 1, 12), Arrival::Stale);
    }

    #[test]
    fn a_target_holds_until_an_input_chooses_another() {
        let mut buffer = InputBuffer::new();
        let chosen = Some(ActorId::new(9));
        let input = Input { target: chosen, ..Input::default() };
        buffer.push(Tick::new(1), ME, (1, Tick::new(1)), input);
        assert_eq!(buffer.target(ME), None, "it is not applied yet");
        take(&mut buffer, 1);
        take(&mut buffer, 2);
        assert_eq!(buffer.target(ME), chosen);
        push(&mut buffer, 3, 2, 3);
        take(&mut buffer, 3);
        assert_eq!(buffer.target(ME), None);
        buffer.push(Tick::new(4), ME, (3, Tick::new(4)), input);
        take(&mut buffer, 4);
        buffer.remove(ME);
        assert_eq!(buffer.target(ME), None);
    }

    #[test]
    fn what_comes_late_was_seen_so_much_longer_ago() {
        let mut buffer = InputBuffer::new();
        let mut rewinds = Vec::new();
        for (sequence, meant, rewind) in [(1, 10, 2), (2, 11, 2), (3, 9, 2), (4, 13, 200)] {
            let input = Input { rewind, ..Input::default() };
            buffer.push(Tick::new(10), ME, (sequence, Tick::new(meant)), input);
        }
        let mut out = Vec::new();
        for tick in [10, 12, 13] {
            buffer.take(Tick::new(tick), &mut out);
        }
        for command in out {
            let Command::Input { sequence, input, .. } = command else { continue };
            rewinds.push((sequence, input.rewind));
        }
        assert_eq!(rewinds, [(1, 2), (4, 4)], "in time, and cut");
        buffer.push(Tick::new(20), ME, (5, Tick::new(19)), Input { rewind: 2, ..Input::default() });
        let mut out = Vec::new();
        buffer.take(Tick::new(20), &mut out);
        assert!(
            matches!(out[..], [Command::Input { sequence: 5, input, .. }] if input.rewind == 3)
        );
    }

    #[test]
    fn sequences_wrap() {
        let mut buffer = InputBuffer::new();
        assert_eq!(push(&mut buffer, 1, u16::MAX, 1), Arrival::Buffered);
        assert_eq!(take(&mut buffer, 1), [u16::MAX]);
        assert_eq!(push(&mut buffer, 2, 0, 2), Arrival::Buffered);
        assert_eq!(take(&mut buffer, 2), [0]);
    }
}
