//! The others: what is known of them, and where they are shown.
//!
//! Every slot keeps its last few tracks. A figure is shown two ticks or more in the past, between its
//! places at whole ticks; so a change of track never makes it jump within a tick.

use std::collections::VecDeque;

use massless_core::content::map::Map;
use massless_core::ids::ActorId;
use massless_core::math::Vec3;
use massless_core::units::{Facing, Level, Tick};
use massless_core::view::{Gear, Kind, Pose};

use crate::error::ClientError;
use crate::limits::{BASE_TICKS_MAX, EXTRAPOLATION_TICKS_MAX};
use crate::wire::quantize;
use crate::wire::record::{Identity, Record, Track};

/// Tracks of an actor that are kept: as many as there are ticks from the oldest shown to the newest known, and some.
const TRACKS: usize = 8;
const NONE: u32 = u32::MAX;
/// Tellings of a slot that are kept: no base lies further back.
const TELLINGS_MAX: usize = BASE_TICKS_MAX as usize + 1;

/// What is known of one actor in sight.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its slot.
    pub slot: u32,
    /// Who it is.
    pub identity: Identity,
    /// Tick of the newest record about it.
    pub told_at: Tick,
    came_at: Tick,
    tracks: [Track; TRACKS],
    /// What states told of it that later ones may build on, by their ticks, rising; at first what it came with.
    tellings: VecDeque<(Tick, Track)>,
}

impl Known {
    /// Its newest track.
    #[must_use]
    pub const fn track(&self) -> &Track {
        &self.tracks[TRACKS - 1]
    }

    /// East and north in metres at `tick` by the newest track.
    #[must_use]
    pub fn place_at(&self, tick: Tick) -> (f32, f32) {
        let (x, z) = self.track().at(tick);
        (quantize::metres_of(x), quantize::metres_of(z))
    }

    /// The track in force at `tick`: the newest one that began by then, else the oldest.
    fn track_at(&self, tick: Tick) -> &Track {
        self.tracks.iter().rev().find(|track| track.tick <= tick).unwrap_or(&self.tracks[0])
    }

    /// Takes in what a state of `tick` tells, whose base is `base`. What it tells of somebody who had the slot before
    /// is passed over.
    fn take_state(&mut self, tick: Tick, base: Option<Tick>, record: &Record) {
        if self.came_at >= tick {
            return;
        }
        let is_old = |telling: &&(Tick, Track)| base.is_some_and(|base| telling.0 <= base);
        let old = self.tellings.iter().take_while(is_old).count().saturating_sub(1);
        self.tellings.drain(..old);
        let track = match record {
            Record::Absolute(track) => *track,
            Record::Delta(delta) => goes_on(delta.apply(&self.tellings[0].1, tick), tick),
            Record::Enter(..) | Record::Left => return,
        };
        if self.tellings.len() >= TELLINGS_MAX {
            self.tellings.pop_front();
        }
        self.tellings.push_back((tick, track));
        self.told_at = tick;
        self.push(track);
    }

    /// East and north in metres at `tick` by the track that was in force then: where it is shown.
    #[must_use]
    pub fn shown_at(&self, tick: Tick) -> (f32, f32) {
        let (x, z) = self.track_at(tick).at(tick);
        (quantize::metres_of(x), quantize::metres_of(z))
    }

    fn push(&mut self, track: Track) {
        if self.track().tick < track.tick {
            self.tracks.rotate_left(1);
        }
        self.tracks[TRACKS - 1] = track;
    }
}

/// One of the others as it is shown: a body, an item on the ground or a marked area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Its slot: the same as long as it is in sight.
    pub slot: u32,
    /// Which actor.
    pub actor: ActorId,
    /// What it is.
    pub kind: Kind,
    /// Its level.
    pub level: Level,
    /// Feet, metres.
    pub position: Vec3,
    /// Where it looks.
    pub facing: Facing,
    /// Ground speed, metres per second.
    pub speed: f32,
    /// What it is doing.
    pub pose: Pose,
    /// Hit points as a share of the maximum, 255 full.
    pub share: u8,
    /// Class and weapon of a character.
    pub gear: Gear,
    /// Which effects it has: bit `effect id`.
    pub effects: u32,
    /// Whom it attacks.
    pub target: Option<ActorId>,
}

/// All that is known of the others.
#[derive(Clone, Debug, Default)]
pub struct Others {
    known: Vec<Known>,
    index_of: Vec<u32>,
    newest: Tick,
    /// Tick of what is being taken in.
    present: Tick,
    /// Who leaves need not be known: on another connection before he may have left, or never come.
    is_resumed: bool,
    shown: Vec<Figure>,
}

impl Others {
    /// What is known, in no particular order.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// What is known of a slot.
    #[must_use]
    pub fn of_slot(&self, slot: u32) -> Option<&Known> {
        let index = *self.index_of.get(slot as usize)?;
        self.known.get(index as usize)
    }

    /// What is known of an actor.
    #[must_use]
    pub fn of_actor(&self, actor: ActorId) -> Option<&Known> {
        self.known.iter().find(|known| known.identity.actor == actor)
    }

    /// The newest tick shown by an update.
    #[must_use]
    pub const fn newest(&self) -> Tick {
        self.newest
    }

    /// Forgets everybody: a new session starts from nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All that is known goes on by another connection.
    pub fn go_on(&mut self) {
        self.is_resumed = true;
        for known in &mut self.known {
            let track = *known.track();
            known.tellings.clear();
            known.tellings.push_back((self.newest, track));
        }
    }

    /// An update or a state of `tick` begins, that shows the own body as it was then.
    pub fn begin(&mut self, tick: Tick) {
        (self.newest, self.present) = (tick, tick);
    }

    /// An update of `tick` begins that only tells who comes and goes: states tell the rest, and may be ahead of it.
    pub fn begin_comings(&mut self, tick: Tick) {
        self.present = tick;
    }

    /// Takes in one record of a state whose base is `base`. Of who is not known (yet, or any more) nothing is taken.
    pub fn take_state(&mut self, slot: u32, base: Option<Tick>, record: &Record) {
        let index = self.index_of.get(slot as usize).copied().unwrap_or(NONE);
        if let Some(known) = self.known.get_mut(index as usize) {
            known.take_state(self.newest, base, record);
        }
    }

    /// Takes in one record of the update.
    pub fn take(&mut self, slot: u32, record: Record) -> Result<(), ClientError> {
        match record {
            Record::Enter(identity, track) => {
                self.enter(slot, identity, track);
                return Ok(());
            }
            Record::Left => return self.leave(slot),
            Record::Absolute(_) | Record::Delta(_) => {}
        }
        let tick = self.present;
        let index = self.index_of.get(slot as usize).copied().unwrap_or(NONE);
        let known = self.known.get_mut(index as usize).ok_or(ClientError::UnknownSlot(slot))?;
        known.told_at = tick;
        match record {
            Record::Delta(delta) => {
                known.push(goes_on(delta.apply(known.track(), tick), tick));
            }
            Record::Absolute(track) => known.push(track),
            Record::Enter(..) | Record::Left => {}
        }
        Ok(())
    }

    fn enter(&mut self, slot: u32, identity: Identity, track: Track) {
        let at = slot as usize;
        if self.index_of.len() <= at {
            self.index_of.resize(at + 1, NONE);
        }
        let tick = self.present;
        let known = Known {
            slot,
            identity,
            told_at: tick,
            came_at: tick,
            tracks: [track; TRACKS],
            tellings: VecDeque::from([(tick, track)]),
        };
        match self.known.get_mut(self.index_of[at] as usize) {
            Some(place) => *place = known,
            None => {
                self.index_of[at] = self.known.len() as u32;
                self.known.push(known);
            }
        }
    }

    fn leave(&mut self, slot: u32) -> Result<(), ClientError> {
        let index = self.index_of.get(slot as usize).copied().unwrap_or(NONE) as usize;
        if index >= self.known.len() {
            if self.is_resumed {
                return Ok(());
            }
            return Err(ClientError::UnknownSlot(slot));
        }
        self.known.swap_remove(index);
        self.index_of[slot as usize] = NONE;
        if let Some(moved) = self.known.get(index) {
            self.index_of[moved.slot as usize] = index as u32;
        }
        Ok(())
    }

    /// The tick (with its fraction) that can be shown in place of `wanted`: none too far ahead of what is known.
    #[must_use]
    pub fn shown_tick(&self, wanted: f64) -> f64 {
        let last = self.newest.get() + EXTRAPOLATION_TICKS_MAX;
        wanted.clamp(0.0, last as f64)
    }

    /// Where the others are shown at `wanted` (a tick with its fraction).
    pub fn show(&mut self, map: &Map, wanted: f64) -> &[Figure] {
        let last = self.newest + massless_core::units::Ticks::new(EXTRAPOLATION_TICKS_MAX as u32);
        let at = self.shown_tick(wanted);
        let from = Tick::new(at as u64);
        let to = from.next().min(last);
        let fraction = (at - from.get() as f64) as f32;
        self.shown.clear();
        for known in &self.known {
            self.shown.push(figure(known, map, (from, to), fraction));
        }
        &self.shown
    }
}

/// A track with its point at `tick`: where only looks have changed, the way goes on from here.
fn goes_on(mut track: Track, tick: Tick) -> Track {
    if track.tick < tick {
        (track.x, track.z) = track.at(tick);
        track.tick = tick;
    }
    track
}

fn figure(known: &Known, map: &Map, span: (Tick, Tick), fraction: f32) -> Figure {
    let (from, to) = (known.track_at(span.0), known.track_at(span.1));
    let place = |track: &Track, tick| {
        let (x, z) = track.at(tick);
        let height = quantize::height_metres_of(track.height);
        Vec3::new(quantize::metres_of(x), height, quantize::metres_of(z))
    };
    let (start, end) = (place(from, span.0), place(to, span.1));
    let mut position = start + (end - start) * fraction;
    position.y += map.height_at(position.x, position.z);
    let turn = f32::from(to.angle.wrapping_sub(from.angle).cast_signed()) * 256.0 * fraction;
    let facing = quantize::facing_of(from.angle).get().wrapping_add_signed(turn as i16);
    let (east, north) = (to.velocity_x as f32, to.velocity_z as f32);
    let velocity = (east * east + north * north).sqrt();
    Figure {
        slot: known.slot,
        actor: known.identity.actor,
        kind: known.identity.kind,
        level: known.identity.level,
        position,
        facing: Facing::new(facing),
        speed: quantize::metres_per_second_of(velocity as i32),
        pose: to.pose,
        share: to.share,
        gear: known.identity.gear,
        effects: to.effects,
        target: (to.target.get() != 0).then_some(to.target),
    }
}
