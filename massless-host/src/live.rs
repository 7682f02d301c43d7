//! What a zone shows of itself to the staff beside the board's plain facts: how long its newest ticks
//! took, and, while somebody looks, a picture of who stands where.
//!
//! The zone's thread writes without waiting: atomics, and a lock that readers hold for the copy of one
//! pointer. Without a watcher no picture is made.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use massless_core::content::Content;
use massless_core::math::ground;
use massless_core::view::{Kind, Pose, View};
use serde_json::{Value, json};

use crate::clock;

/// Newest ticks whose durations are kept: 25 s.
const TICKS_KEPT: usize = 512;
/// Ticks between two pictures (1 s).
const PICTURE_TICKS: u64 = 20;
/// Milliseconds after the last look for which pictures are still made.
const WATCH_MILLIS: u64 = 10_000;

/// A zone's facts for the staff.
#[derive(Debug)]
pub(crate) struct Live {
    /// Microseconds, `[tick % TICKS_KEPT]`.
    durations: Box<[AtomicU32]>,
    /// Ticks made so far.
    made: AtomicU64,
    /// Ticks that were given up.
    pub(crate) missed: AtomicU64,
    /// Bytes of the log that are held in memory: the open segment and the checkpoint.
    pub(crate) log_bytes: AtomicU64,
    watched_until: AtomicU64,
    picture: Mutex<Option<Arc<Picture>>>,
}

/// Who stands where, in the tick it was made.
#[derive(Debug)]
pub(crate) struct Picture {
    tick: u64,
    actors: Vec<Dot>,
}

#[derive(Debug)]
struct Dot {
    id: u64,
    kind: Kind,
    x: f32,
    z: f32,
    level: u16,
    share: u8,
    pose: Pose,
    /// Of a character.
    name: Option<String>,
}

impl Live {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            durations: (0..TICKS_KEPT).map(|_| AtomicU32::new(0)).collect(),
            made: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            log_bytes: AtomicU64::new(0),
            watched_until: AtomicU64::new(0),
            picture: Mutex::new(None),
        }
    }

    /// A tick took so long.
    pub(crate) fn took(&self, micros: u64) {
        let made = self.made.load(Relaxed);
        let slot = &self.durations[made as usize % TICKS_KEPT];
        slot.store(u32::try_from(micros).unwrap_or(u32::MAX), Relaxed);
        self.made.store(made + 1, Relaxed);
    }

    /// Ticks made so far.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Relaxed)
    }

    /// Durations of the ticks made since there were `since`, microseconds, rising; the newest
    /// `TICKS_KEPT` at most.
    pub(crate) fn since(&self, since: u64) -> Vec<u32> {
        let made = self.made();
        let first = since.max(made.saturating_sub(TICKS_KEPT as u64)).min(made);
        let slots = (first..made).map(|n| &self.durations[n as usize % TICKS_KEPT]);
        let mut micros: Vec<u32> = slots.map(|slot| slot.load(Relaxed)).collect();
        micros.sort_unstable();
        micros
    }

    /// Makes the picture of a tick when one is due and somebody looks.
    pub(crate) fn draw(&self, view: &View) {
        if !view.tick.get().is_multiple_of(PICTURE_TICKS) {
            return;
        }
        if self.watched_until.load(Relaxed) >= clock::uptime_millis().max(1) {
            self.put(Some(Arc::new(Picture::of(view))));
        } else if self.watched_until.swap(0, Relaxed) > 0 {
            self.put(None);
        }
    }

    fn put(&self, picture: Option<Arc<Picture>>) {
        *self.picture.lock().unwrap_or_else(PoisonError::into_inner) = picture;
    }

    /// Somebody looks: the newest picture, none for the first second.
    pub(crate) fn look(&self) -> Option<Arc<Picture>> {
        self.watched_until.store(clock::uptime_millis() + WATCH_MILLIS, Relaxed);
        self.picture.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Picture {
    fn of(view: &View) -> Self {
        let mut names: Vec<Option<&String>> = vec![None; view.len()];
        for (entry, name) in view.players.iter().zip(&view.names) {
            names[entry.index as usize] = Some(name);
        }
        let actors =
            (0..view.len()).filter(|&index| !matches!(view.kind[index], Kind::Area { .. }));
        let actors = actors.map(|index| {
            let place = ground(view.position[index]);
            Dot {
                id: view.actor[index].get(),
                kind: view.kind[index],
                x: place.x,
                z: place.y,
                level: view.level[index].get().into(),
                share: view.hit_point_share[index],
                pose: view.pose[index],
                name: names[index].cloned(),
            }
        });
        Self { tick: view.tick.get(), actors: actors.collect() }
    }

    /// For the page.
    pub(crate) fn shown(&self, content: &Content) -> Value {
        let tenths = |metres: f32| (f64::from(metres) * 10.0).round() / 10.0;
        let actors = self.actors.iter().map(|dot| {
            let (kind, name) = match dot.kind {
                Kind::Character { .. } => ("player", dot.name.clone()),
                Kind::Creature(id) => ("creature", content.creature(id).map(|it| it.name.clone())),
                Kind::Npc(_) => ("npc", None),
                Kind::Item { definition, .. } => {
                    ("item", content.item(definition).map(|it| it.name.clone()))
                }
                Kind::Area { .. } => ("area", None),
            };
            json!({
                "id": dot.id, "kind": kind, "name": name, "x": tenths(dot.x), "z": tenths(dot.z),
                "level": dot.level, "share": dot.share, "pose": format!("{:?}", dot.pose),
            })
        });
        json!({ "tick": self.tick, "actors": actors.collect::<Vec<_>>() })
    }
}

/// The value below which a share of rising durations lies.
pub(crate) fn percentile(rising: &[u32], percent: usize) -> u32 {
    let last = rising.len().saturating_sub(1);
    rising.get(last * percent / 100).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use massless_core::ids::ZoneId;
    use massless_core::zone::{NoProbe, Zone};

    use super::*;

    #[test]
    fn the_newest_ticks_are_kept() {
        let live = Live::new();
        for micros in 1..=600 {
            live.took(micros);
        }
        assert_eq!(live.since(590), [591, 592, 593, 594, 595, 596, 597, 598, 599, 600]);
        assert_eq!(live.since(0).len(), TICKS_KEPT);
        assert_eq!(live.since(9_999), Vec::<u32>::new());
        let rising: Vec<u32> = (1..=101).collect();
        let shares = [0, 50, 99, 100].map(|percent| percentile(&rising, percent));
        assert_eq!(shares, [1, 51, 100, 101]);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn a_picture_is_made_while_somebody_looks_and_once_a_second() {
        let content = Content::embedded();
        let mut zone = Zone::new(content.clone(), ZoneId::new(1), 7, 1).expect("zone 1");
        let live = Live::new();
        let mut step = |live: &Live, ticks: u64| {
            for _ in 0..ticks {
                zone.step(&[], &mut NoProbe);
                live.draw(zone.view());
            }
        };
        step(&live, PICTURE_TICKS + 1);
        assert!(live.look().is_none(), "nobody had looked");
        step(&live, PICTURE_TICKS);
        let picture = live.look().expect("somebody looks");
        assert!(picture.tick.is_multiple_of(PICTURE_TICKS) && !picture.actors.is_empty());
        let shown = picture.shown(&content);
        assert_eq!(shown["actors"].as_array().map(Vec::len), Some(picture.actors.len()));
    }
}
