//! Published tracks of all actors, and the records of this tick's changes.
//!
//! For every actor and ring there is one track that all clients in step with it have. On each tick
//! due the true state is compared with the extrapolated track; only where it is off by more than
//! the ring's slack a new one is published and its delta encoded, once for all clients.

use massless_core::codec::BitWriter;
use massless_core::content::map::Map;
use massless_core::ids::ActorId;
use massless_core::math::{Vec2, ground};
use massless_core::units::Tick;
use massless_core::view::{Kind, Pose, View};

use super::bases::Bases;
use crate::interest::slots::SlotSet;
use crate::interest::{InterestSettings, RINGS, Ring};
use crate::limits::INTEREST_SLACK_METRES;
use crate::wire::Coding;
use crate::wire::packed::Bits;
use crate::wire::quantize::{self, FINE_MAX};
use crate::wire::record::{
    Grade, Identity, Track, absolute_bits, delta_bits, plan_delta, snapped_velocity,
};

/// Metres from one tick to the next that a look every other tick allows for: two who part by as much each, twice, are
/// still within the slack.
const LEAP_METRES: f32 = INTEREST_SLACK_METRES / 4.0;
/// Metres above the terrain that still count as standing on it.
const GROUND_METRES: f32 = 1.0 / 16.0;
/// Steps of 1/64 m a height may be off while it is in the air or on a prop.
const HEIGHT_SLACK: u16 = 3;

/// A change of a track that was published last.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    before: Track,
    /// The way has changed, too.
    moved: bool,
    /// The record in the tight coding.
    bits: Bits,
}

/// Tracks, records and identities: columns `[slot]`.
#[derive(Clone, Debug)]
pub struct Tracks {
    rings: [Ring; RINGS],
    tick: Tick,
    track: [Vec<Track>; RINGS],
    published: [Vec<Tick>; RINGS],
    change: [Vec<Change>; RINGS],
    absolute: [Vec<(Tick, Bits)>; RINGS],
    identity: Vec<Option<Identity>>,
    bases: Bases,
    /// Where each was in the last tick (east, north), metres.
    place: Vec<Vec2>,
    /// Slots that moved farther in this tick than looks every other tick allow for.
    pub leapt: SlotSet,
    /// Slots whose track was published in this tick, by ring.
    pub changed: [SlotSet; RINGS],
    /// Slots that moved too far for a delta in this tick.
    pub jumped: SlotSet,
    /// Slots whose actor is gone since this tick.
    pub gone: SlotSet,
    /// Slots whose actor is another since this tick, or shows another kind or level.
    pub renewed: SlotSet,
}

impl Tracks {
    /// No actors.
    #[must_use]
    pub fn new(settings: &InterestSettings) -> Self {
        Self {
            rings: settings.rings,
            tick: Tick::default(),
            track: Default::default(),
            published: Default::default(),
            change: Default::default(),
            absolute: Default::default(),
            identity: Vec::new(),
            bases: Bases::default(),
            place: Vec::new(),
            leapt: SlotSet::default(),
            changed: Default::default(),
            jumped: SlotSet::default(),
            gone: SlotSet::default(),
            renewed: SlotSet::default(),
        }
    }

    /// The tick that is being told.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// A tick begins: what changed in the last one is forgotten.
    pub fn begin(&mut self, tick: Tick) {
        self.tick = tick;
        for set in &mut self.changed {
            set.clear();
        }
        self.leapt.clear();
        self.jumped.clear();
        self.gone.clear();
        self.renewed.clear();
    }

    /// Makes room for `words` times 64 slots.
    pub fn grow(&mut self, words: usize) {
        let slots = words * 64;
        for ring in 0..RINGS {
            self.track[ring].resize(slots, Track::default());
            self.published[ring].resize(slots, Tick::default());
            self.change[ring].resize(slots, Change::default());
            self.absolute[ring].resize(slots, (Tick::default(), Bits::default()));
            self.changed[ring].grow(words);
        }
        self.identity.resize(slots, None);
        self.bases.grow(slots);
        self.place.resize(slots, Vec2::ZERO);
        self.leapt.grow(words);
        self.jumped.grow(words);
        self.gone.grow(words);
        self.renewed.grow(words);
    }

    /// Who has a slot; `None` for a free one.
    #[must_use]
    pub fn identity(&self, slot: u32) -> Option<&Identity> {
        self.identity[slot as usize].as_ref()
    }

    /// An actor gets a slot.
    pub fn spawn(&mut self, slot: u32, view: &View, index: usize, map: &Map) {
        let truth = truth(view, index, map);
        for ring in 0..RINGS {
            self.track[ring][slot as usize] = truth;
        }
        self.bases.restart(slot, &truth);
        self.place[slot as usize] = ground(view.position[index]);
        let (actor, kind, level) = (view.actor[index], view.kind[index], view.level[index]);
        let (gear, name) = (view.gear[index], String::new());
        self.identity[slot as usize] = Some(Identity { actor, kind, level, gear, name });
        self.renewed.insert(slot);
    }

    /// An actor's slot is free.
    pub fn despawn(&mut self, slot: u32) {
        self.identity[slot as usize] = None;
        self.gone.insert(slot);
    }

    /// Gives a character its name.
    pub fn set_name(&mut self, slot: u32, name: &str) {
        if let Some(identity) = &mut self.identity[slot as usize]
            && identity.name != name
        {
            name.clone_into(&mut identity.name);
            self.renewed.insert(slot);
        }
    }

    /// Compares all actors of a view with their tracks; `slot_of` is `[actor]`.
    pub fn publish(&mut self, view: &View, slot_of: &[u32], map: &Map) {
        for (index, &slot) in slot_of.iter().enumerate() {
            let truth = truth(view, index, map);
            self.follow_identity(slot, view.actor[index], view, index);
            let place = ground(view.position[index]);
            let before = core::mem::replace(&mut self.place[slot as usize], place);
            if place.distance_squared(before) > LEAP_METRES * LEAP_METRES {
                self.leapt.insert(slot);
            }
            for ring in 0..RINGS {
                let Ring { enter_metres, period_ticks, .. } = self.rings[ring];
                // Spread over the period, so that no tick carries all.
                let due = (self.tick.get() + u64::from(slot))
                    .is_multiple_of(u64::from(period_ticks.max(1)));
                if due && enter_metres > 0.0 {
                    self.compare(ring, slot, &truth);
                }
            }
        }
    }

    fn follow_identity(&mut self, slot: u32, actor: ActorId, view: &View, index: usize) {
        let Some(identity) = &mut self.identity[slot as usize] else { return };
        debug_assert_eq!(identity.actor, actor);
        let shown = (view.kind[index], view.level[index], view.gear[index]);
        if (identity.kind, identity.level, identity.gear) != shown {
            (identity.kind, identity.level, identity.gear) = shown;
            self.renewed.insert(slot);
        }
    }

    fn compare(&mut self, ring: usize, slot: u32, truth: &Track) {
        let at = slot as usize;
        let old = self.track[ring][at];
        let Some((new, moved)) = plan_track(&self.rings[ring], &old, truth) else { return };
        match plan_delta(&old, &new, moved, Coding::Tight) {
            Some(delta) => {
                debug_assert_eq!(delta.apply(&old, self.tick), new);
                self.track[ring][at] = new;
                self.published[ring][at] = self.tick;
                self.bases.publish((ring, slot), &new, moved, self.tick);
                let bits = delta_bits(&delta, Coding::Tight);
                self.change[ring][at] = Change { before: old, moved, bits };
                self.changed[ring].insert(slot);
            }
            None => {
                for ring in 0..RINGS {
                    self.track[ring][at] = *truth;
                }
                self.jumped.insert(slot);
                self.bases.restart(slot, truth);
            }
        }
    }

    /// From now on remembers what clients may have that are told by datagram.
    pub(super) fn keep_bases(&mut self) {
        let Self { bases, track, identity, .. } = self;
        bases.start(identity.len(), |ring, slot| track[ring][slot]);
    }

    /// Bytes they take, names not counted.
    pub(super) fn memory_bytes(&self) -> usize {
        let row = size_of::<Track>()
            + size_of::<Tick>()
            + size_of::<Change>()
            + size_of::<(Tick, Bits)>();
        let slot = RINGS * row + size_of::<Option<Identity>>() + size_of::<Vec2>();
        self.identity.capacity() * slot + self.bases.memory_bytes()
    }

    /// What clients may have that are told by datagram.
    pub(super) const fn bases(&self) -> &Bases {
        &self.bases
    }

    /// Appends the record of a slot that changed in this tick.
    pub(super) fn write_delta(
        &self,
        (ring, slot): (usize, u32),
        coding: Coding,
        out: &mut BitWriter,
    ) {
        let Change { before, moved, bits } = &self.change[ring][slot as usize];
        if coding == Coding::Tight {
            return bits.copy_to(out);
        }
        match plan_delta(before, self.track(ring, slot), *moved, coding) {
            Some(delta) => delta_bits(&delta, coding).copy_to(out),
            None => self.write_absolute((ring, slot), coding, out),
        }
    }

    /// A ring's track of a slot.
    #[must_use]
    pub fn track(&self, ring: usize, slot: u32) -> &Track {
        &self.track[ring][slot as usize]
    }

    /// When a change of a ring's track was published last; it was told in that tick to all who were in step.
    pub(super) fn published(&self, ring: usize, slot: u32) -> Tick {
        self.published[ring][slot as usize]
    }

    /// Whether a slot goes another way since this tick, in a ring.
    pub(super) fn turned(&self, ring: usize, slot: u32) -> bool {
        let at = slot as usize;
        self.published[ring][at] == self.tick && self.change[ring][at].moved
    }

    /// Encodes the absolute records of these slots, by ring, for all who need them in this tick. After
    /// `publish`.
    pub fn prepare(&mut self, wanted: &[SlotSet; RINGS]) {
        for (ring, wanted) in wanted.iter().enumerate() {
            for slot in wanted.iter() {
                let at = slot as usize;
                let bits = absolute_bits(&self.track[ring][at], self.tick, Coding::Tight);
                self.absolute[ring][at] = (self.tick, bits);
            }
        }
    }

    /// Appends the absolute record of a slot: one that was prepared, or a new one.
    pub(super) fn write_absolute(
        &self,
        (ring, slot): (usize, u32),
        coding: Coding,
        out: &mut BitWriter,
    ) {
        let (made_at, bits) = &self.absolute[ring][slot as usize];
        if coding == Coding::Tight && *made_at == self.tick && !bits.is_empty() {
            return bits.copy_to(out);
        }
        absolute_bits(self.track(ring, slot), self.tick, coding).copy_to(out);
    }

    /// Bits of the record of a slot that changed in this tick, in the tight coding.
    pub(super) fn delta_bits(&self, ring: usize, slot: u32) -> u32 {
        self.change[ring][slot as usize].bits.len()
    }

    /// Bits of a slot's absolute record, in the tight coding.
    pub(super) fn absolute_bits(&self, ring: usize, slot: u32) -> u32 {
        let (made_at, bits) = &self.absolute[ring][slot as usize];
        if *made_at == self.tick && !bits.is_empty() {
            return bits.len();
        }
        absolute_bits(self.track(ring, slot), self.tick, Coding::Tight).len()
    }
}

/// The true state of an actor in the wire's numbers.
fn truth(view: &View, index: usize, map: &Map) -> Track {
    let (position, velocity) = (view.position[index], view.velocity[index]);
    let height = position.y - map.height_at(position.x, position.z);
    Track {
        tick: view.tick,
        x: quantize::fine_of(position.x),
        z: quantize::fine_of(position.z),
        velocity_x: quantize::velocity_of(velocity.x),
        velocity_z: quantize::velocity_of(velocity.z),
        height: if height < GROUND_METRES { 0 } else { quantize::height_of(height) },
        angle: quantize::angle_of(view.facing[index]),
        share: view.hit_point_share[index],
        pose: view.pose[index],
        effects: view.effects[index],
        target: view.target[index],
    }
}

/// What to publish in place of `old`, and whether the way has changed; `None` when `old` will do.
fn plan_track(ring: &Ring, old: &Track, truth: &Track) -> Option<(Track, bool)> {
    let (x, z) = old.at(truth.tick);
    let off_map = |fine: i32| !(0..=FINE_MAX).contains(&fine);
    let moved = (x - truth.x).abs() > ring.position_slack
        || (z - truth.z).abs() > ring.position_slack
        || off_map(x)
        || off_map(z);
    let turn = old.angle.wrapping_sub(truth.angle).cast_signed().unsigned_abs();
    // Whoever is told anew anyway is told the facing in full.
    let turned = ring.angle_slack.is_some_and(|slack| turn > if moved { 0 } else { slack });
    let is_followed = ring.angle_slack.is_some();
    let dies = (old.pose == Pose::Dead) != (truth.pose == Pose::Dead);
    let posed = old.pose != truth.pose && (is_followed || dies);
    let fights = is_followed && (old.effects != truth.effects || old.target != truth.target);
    let grounded = (old.height == 0) != (truth.height == 0);
    let lifted = grounded || old.height.abs_diff(truth.height) > HEIGHT_SLACK;
    let hurt = old.share != truth.share;
    if !(moved || turned || posed || lifted || hurt || fights) {
        return None;
    }
    let mut new = *old;
    if moved {
        let Track { angle, pose, effects, target, .. } = *old;
        new = Track { angle, pose, effects, target, ..*truth };
        let grade = Grade::within(ring.position_slack);
        (new.velocity_x, new.velocity_z) = snapped_velocity(old, truth, grade);
    }
    if fights {
        (new.effects, new.target) = (truth.effects, truth.target);
    }
    if turned {
        new.angle = truth.angle;
    }
    if posed {
        new.pose = truth.pose;
    }
    new.height = if lifted { truth.height } else { old.height };
    new.share = truth.share;
    new.tick = if moved { truth.tick } else { old.tick };
    Some((new, moved))
}

/// Whether an actor of this kind has a name of its own.
#[must_use]
pub const fn has_name(kind: Kind) -> bool {
    matches!(kind, Kind::Character { .. })
}
