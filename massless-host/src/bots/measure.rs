//! What a bot notes during a measurement, and what all notes together say.
//!
//! Truth is what the server told each bot about itself, tick by tick. An observer notes now and then
//! what it knows of the others, extrapolated to the newest tick that any bot was told. Afterwards both
//! are compared:
//! - `visible_recall`: of the other bots truly within 50 m, the share that the observer knew;
//! - `pos_error`: metres between the known and the true place at that tick;
//! - `stale`: age of the newest tick at which the true place lay within 0.1 m of the known one (for
//!   actors within 25 m); zero when the extrapolation is right;
//! - `shown_error`: metres between where another bot is shown on the screen and where it was at the tick that is
//!   shown; `raw_error`, the control: between the point it was told of last, as it is, and the truth of the newest
//!   tick, as if figures were drawn without interpolation and extrapolation.
//!
//! Creatures have no truth on this side, so only players are compared.

use std::collections::HashMap;

use massless_core::math::{Vec2, Vec3};
use massless_core::units::{TICK_MILLIS, Tick};
use massless_net::client::{Client, Figure, Stats};
use massless_net::clock::Millis;

use super::shown::{ShownLook, places};

/// Metres within which others must be known.
const SIGHT_METRES: f32 = 50.0;
/// Metres within which staleness is judged.
const NEAR_METRES: f32 = 25.0;
/// Metres within which a known place counts as the true one.
const SAME_METRES: f32 = 0.1;
/// Ticks that are searched for the known place; older counts as this old.
const STALE_TICKS_MAX: u64 = 40;
/// Ticks between two looks of an observer.
const LOOK_TICKS: u64 = 10;
/// Intervals are counted by milliseconds up to here.
const INTERVAL_MILLIS_MAX: usize = 1_000;

/// What an observer knew at one moment.
#[derive(Clone, Debug)]
struct Look {
    tick: u64,
    known: Vec<(u64, Vec2)>,
    /// All actors it knew, creatures too.
    seen: u32,
    /// The tick that is shown, and where everybody is shown.
    shown: Option<(f64, Vec<(u64, Vec2)>)>,
    /// The newest tick it was told, and the points that it was told of last.
    raw: (u64, Vec<(u64, Vec2)>),
}

/// One bot's notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// The bot's body; 0 before its welcome.
    pub(crate) actor: u64,
    is_observer: bool,
    truth: Vec<(u64, Vec2)>,
    looks: Vec<Look>,
    updated_at: Option<Millis>,
    intervals: Vec<u32>,
    second: Option<u64>,
    second_bytes: Vec<u32>,
    bytes: u64,
    updates: u32,
    applied: u32,
    margins: i64,
    lead_millis: f64,
    /// Corrections of the own figure before the measurement, and at its end.
    corrected: Option<(u64, u64)>,
    /// Of these, those by more than 4 m.
    far: Option<(u64, u64)>,
    /// Sum over updates of the ticks by which others are shown in the past.
    delay_ticks: f64,
    /// Pictures of others, and those of them that were ahead of all that was known.
    pictures: (u64, u64),
}

impl Notes {
    /// Empty notes; an observer also notes what it knows of others.
    pub(crate) fn new(is_observer: bool) -> Self {
        Self { is_observer, ..Self::default() }
    }

    /// How the bot's inputs arrived, by the newest update.
    pub(crate) fn timed(&mut self, applied: bool, stats: &Stats) {
        self.applied += u32::from(applied);
        self.margins += i64::from(stats.margin);
        self.lead_millis += stats.lead_millis;
        let corrected = stats.agreement.corrected;
        self.corrected = Some((self.corrected.map_or(corrected, |first| first.0), corrected));
        let far = stats.agreement.far;
        self.far = Some((self.far.map_or(far, |first| first.0), far));
        self.delay_ticks += stats.delay_ticks;
        self.pictures = (stats.pictures, stats.guessed);
    }

    /// The server told where the bot itself is.
    pub(crate) fn told(&mut self, now: Millis, tick: Tick, place: Vec3) {
        self.truth.push((tick.get(), Vec2::new(place.x, place.z)));
        self.updates += 1;
        if let Some(before) = self.updated_at.replace(now) {
            let millis = (now.since(before) as usize).min(INTERVAL_MILLIS_MAX);
            if self.intervals.is_empty() {
                self.intervals = vec![0; INTERVAL_MILLIS_MAX + 1];
            }
            self.intervals[millis] += 1;
        }
    }

    /// A frame came; its WebSocket head counts too.
    pub(crate) fn received(&mut self, now: Millis, len: usize) {
        let bytes = len as u32 + if len < 126 { 2 } else { 4 };
        let second = now.get() / 1_000;
        let first = *self.second.get_or_insert(second);
        let index = (second - first) as usize;
        if self.second_bytes.len() <= index {
            self.second_bytes.resize(index + 1, 0);
        }
        self.second_bytes[index] += bytes;
        self.bytes += u64::from(bytes);
    }

    /// Notes what is known of the others at the newest tick, every `LOOK_TICKS`.
    pub(crate) fn look(&mut self, newest: u64, now: Millis, client: &mut Client) {
        let is_due = self.looks.last().is_none_or(|last| newest >= last.tick + LOOK_TICKS);
        if !(self.is_observer && is_due) {
            return;
        }
        let known = client.known();
        let places = known.iter().map(|known| {
            let (x, z) = known.place_at(Tick::new(newest));
            (known.identity.actor.get(), Vec2::new(x, z))
        });
        let raw = known.iter().map(|known| {
            let (x, z) = known.place_at(known.track().tick);
            (known.identity.actor.get(), Vec2::new(x, z))
        });
        let raw = (client.told().0.get(), raw.collect());
        let (known, seen) = (places.collect(), known.len() as u32);
        let shown = client.shown_tick(now).map(|tick| {
            let place = |figure: &Figure| Vec2::new(figure.position.x, figure.position.z);
            let figures = client.figures(now).iter();
            (tick, figures.map(|figure| (figure.actor.get(), place(figure))).collect())
        });
        self.looks.push(Look { tick: newest, known, seen, shown, raw });
    }
}

impl Notes {
    /// What it showed of others, for the comparison with the zone's log.
    pub(crate) fn shown_looks(&self) -> impl Iterator<Item = ShownLook> + '_ {
        self.looks.iter().filter_map(|look| {
            let (tick, shown) = look.shown.as_ref()?;
            let (told, raw) = &look.raw;
            let (shown, raw) = (places(shown), places(raw));
            Some(ShownLook { own: self.actor, tick: *tick, shown, told: *told, raw })
        })
    }
}

/// What all notes say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Findings {
    /// Updates a second and client, mean over all clients.
    pub(crate) hz: f64,
    /// The same of the slowest client; 0 when one got none.
    pub(crate) hz_min: f64,
    /// Thousand bytes a second and client, mean.
    pub(crate) kb_per_s: f64,
    /// The same, 99th percentile of all whole seconds of all clients.
    pub(crate) kb_per_s_p99: f64,
    /// The most of any whole second of any client; `None` when no whole second was measured.
    pub(crate) kb_per_s_max: Option<f64>,
    /// Clients that got no update at all.
    pub(crate) starved: u32,
    /// Median gap between two updates, milliseconds.
    pub(crate) interval_p50: f64,
    /// 99th percentile of these gaps.
    pub(crate) interval_p99: f64,
    /// Share of the truly visible that was known.
    pub(crate) visible_recall: f64,
    /// 99th percentile of staleness, milliseconds.
    pub(crate) stale_ms_p99: f64,
    /// 99th percentile of the error of position, metres.
    pub(crate) pos_error_p99: f64,
    /// Median of the error of what is shown, metres.
    pub(crate) shown_error_p50: f64,
    /// 99th percentile of it.
    pub(crate) shown_error_p99: f64,
    /// Median of the same without interpolation, metres.
    pub(crate) raw_error_p50: f64,
    /// 99th percentile of it.
    pub(crate) raw_error_p99: f64,
    /// Times a minute and client that the own figure had to be corrected.
    pub(crate) corrected_per_minute: f64,
    /// Own errors of more than 4 m, all clients.
    pub(crate) far_errors: u64,
    /// Ticks by which others are shown in the past, mean.
    pub(crate) delay_mean: f64,
    /// Share of the observers' pictures that were ahead of all that was known.
    pub(crate) guessed_share: f64,
    /// Others known to a client, mean.
    pub(crate) seen_mean: f64,
    /// True speed of the clients, metres per second, mean: whether they walked at all.
    pub(crate) speed_mean: f64,
    /// Share of updates in whose tick an input came to use (else the last one was held).
    pub(crate) applied_share: f64,
    /// Ticks between arrival and use of inputs, mean.
    pub(crate) margin_mean: f64,
    /// Lead of the clients' inputs, milliseconds, mean.
    pub(crate) lead_ms_mean: f64,
    /// Pairs that were compared.
    pub(crate) pairs: u64,
}

/// Evaluates the notes of all clients of a run of `seconds`, those that got nothing included.
pub(crate) fn evaluate(notes: &[Notes], seconds: f64) -> Findings {
    if notes.is_empty() {
        return Findings::default();
    }
    let count = notes.len() as f64;
    let rates = notes.iter().map(|notes| f64::from(notes.updates) / seconds);
    let mut intervals = vec![0_u64; INTERVAL_MILLIS_MAX + 1];
    for notes in notes {
        for (sum, count) in intervals.iter_mut().zip(&notes.intervals) {
            *sum += u64::from(*count);
        }
    }
    let mut windows: Vec<f64> = Vec::new();
    for notes in notes {
        // The first and the last second are cut off.
        let whole = notes.second_bytes.len().saturating_sub(1);
        let windows_of = notes.second_bytes.get(1..whole).unwrap_or(&[]);
        windows.extend(windows_of.iter().map(|bytes| f64::from(*bytes) / 1_000.0));
    }
    let bytes: u64 = notes.iter().map(|notes| notes.bytes).sum();
    let updates = notes.iter().map(|notes| f64::from(notes.updates)).sum::<f64>().max(1.0);
    let pictures: u64 = notes.iter().map(|notes| notes.pictures.0).sum();
    let guessed: u64 = notes.iter().map(|notes| notes.pictures.1).sum();
    let mut findings = Findings {
        far_errors: notes
            .iter()
            .filter_map(|notes| notes.far)
            .map(|(first, last)| last - first)
            .sum(),
        delay_mean: notes.iter().map(|notes| notes.delay_ticks).sum::<f64>() / updates,
        guessed_share: guessed as f64 / pictures.max(1) as f64,
        applied_share: notes.iter().map(|n| f64::from(n.applied)).sum::<f64>() / updates,
        margin_mean: notes.iter().map(|n| n.margins as f64).sum::<f64>() / updates,
        lead_ms_mean: notes.iter().map(|n| n.lead_millis).sum::<f64>() / updates,
        corrected_per_minute: notes
            .iter()
            .filter_map(|notes| notes.corrected)
            .map(|(first, last)| (last - first) as f64)
            .sum::<f64>()
            / count
            / (seconds / 60.0),
        hz: rates.clone().sum::<f64>() / count,
        hz_min: rates.fold(f64::INFINITY, f64::min),
        kb_per_s: bytes as f64 / 1_000.0 / count / seconds,
        kb_per_s_max: windows.iter().copied().max_by(f64::total_cmp),
        kb_per_s_p99: percentile(&mut windows, 0.99),
        starved: notes.iter().filter(|notes| notes.updates == 0).count() as u32,
        interval_p50: interval_at(&intervals, 0.5),
        interval_p99: interval_at(&intervals, 0.99),
        speed_mean: notes.iter().map(|notes| walked(&notes.truth)).sum::<f64>() / count / seconds,
        ..Findings::default()
    };
    compare(notes, &mut findings);
    findings
}

/// Metres of a true path.
fn walked(truth: &[(u64, Vec2)]) -> f64 {
    truth.windows(2).map(|pair| f64::from(pair[0].1.distance(pair[1].1))).sum()
}

/// True places by actor, each by tick.
type Truth<'a> = HashMap<u64, &'a [(u64, Vec2)]>;

fn place_at(truth: &[(u64, Vec2)], tick: u64) -> Option<Vec2> {
    let after = truth.partition_point(|(at, _)| *at < tick);
    let (to, end) = *truth.get(after)?;
    if to == tick {
        return Some(end);
    }
    // Between two updates that were told: halfway along the straight line.
    let (from, start) = *truth.get(after.checked_sub(1)?)?;
    let share = (tick - from) as f32 / (to - from) as f32;
    Some(start.lerp(end, share))
}

/// Between two whole ticks: on the straight line.
fn place_between(truth: &[(u64, Vec2)], tick: f64) -> Option<Vec2> {
    let whole = tick.max(0.0).floor();
    let (from, to) = (place_at(truth, whole as u64)?, place_at(truth, whole as u64 + 1)?);
    Some(from.lerp(to, (tick - whole) as f32))
}

/// What is shown, and what would be without interpolation, against the truth: of those within sight.
fn compare_shown(notes: &[Notes], truth: &Truth<'_>, findings: &mut Findings) {
    let (mut shown_errors, mut raw_errors) = (Vec::new(), Vec::new());
    for notes in notes {
        for look in &notes.looks {
            let Some(own) = place_at(&notes.truth, look.tick) else { continue };
            let judge = |errors: &mut Vec<f64>, places: &[(u64, Vec2)], tick: f64| {
                for (actor, place) in places {
                    let track = truth.get(actor).filter(|_| *actor != notes.actor);
                    let true_place = track.and_then(|track| place_between(track, tick));
                    let near =
                        true_place.filter(|true_place| true_place.distance(own) < SIGHT_METRES);
                    errors.extend(near.map(|true_place| f64::from(place.distance(true_place))));
                }
            };
            if let Some((tick, places)) = &look.shown {
                judge(&mut shown_errors, places, *tick);
            }
            judge(&mut raw_errors, &look.raw.1, look.raw.0 as f64);
        }
    }
    findings.shown_error_p50 = percentile(&mut shown_errors, 0.5);
    findings.shown_error_p99 = percentile(&mut shown_errors, 0.99);
    findings.raw_error_p50 = percentile(&mut raw_errors, 0.5);
    findings.raw_error_p99 = percentile(&mut raw_errors, 0.99);
}

fn compare(notes: &[Notes], findings: &mut Findings) {
    let truth: Truth<'_> =
        notes.iter().map(|notes| (notes.actor, notes.truth.as_slice())).collect();
    compare_shown(notes, &truth, findings);
    let (mut visible, mut known_of_visible) = (0_u64, 0_u64);
    let (mut stale, mut errors) = (Vec::new(), Vec::new());
    let (mut seen, mut looks) = (0_u64, 0_u64);
    for notes in notes {
        for look in &notes.looks {
            let Some(own) = place_at(&notes.truth, look.tick) else { continue };
            seen += u64::from(look.seen);
            looks += 1;
            let known: HashMap<u64, Vec2> = look.known.iter().copied().collect();
            for (actor, track) in &truth {
                let Some(place) = place_at(track, look.tick) else { continue };
                let distance = place.distance(own);
                if *actor == notes.actor || distance > SIGHT_METRES {
                    continue;
                }
                visible += 1;
                let Some(believed) = known.get(actor) else { continue };
                known_of_visible += 1;
                errors.push(f64::from(believed.distance(place)));
                if distance <= NEAR_METRES {
                    stale.push(age(track, look.tick, *believed));
                }
            }
        }
    }
    findings.pairs = visible;
    findings.visible_recall =
        if visible == 0 { 0.0 } else { known_of_visible as f64 / visible as f64 };
    findings.stale_ms_p99 = percentile(&mut stale, 0.99);
    findings.pos_error_p99 = percentile(&mut errors, 0.99);
    findings.seen_mean = if looks == 0 { 0.0 } else { seen as f64 / looks as f64 };
}

/// Milliseconds since the true place was the believed one.
fn age(track: &[(u64, Vec2)], tick: u64, believed: Vec2) -> f64 {
    let is_same = |back: &u64| {
        tick.checked_sub(*back)
            .and_then(|tick| place_at(track, tick))
            .is_some_and(|place| place.distance(believed) <= SAME_METRES)
    };
    let back = (0..STALE_TICKS_MAX).find(is_same).unwrap_or(STALE_TICKS_MAX);
    (back * u64::from(TICK_MILLIS)) as f64
}

/// The value below which `share` of all values lie; 0 without values.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let index = ((values.len() - 1) as f64 * share).round() as usize;
    *values.select_nth_unstable_by(index, f64::total_cmp).1
}

fn interval_at(counts: &[u64], share: f64) -> f64 {
    let all: u64 = counts.iter().sum();
    let wanted = (all as f64 * share).ceil() as u64;
    let mut sum = 0;
    for (millis, count) in counts.iter().enumerate() {
        sum += count;
        if sum >= wanted {
            return millis as f64;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bots: one stands at the origin, the other walks east at 0.3 m a tick from 10 m on.
    fn notes(believed_lag_ticks: u64) -> Vec<Notes> {
        let mut standing = Notes { actor: 1, is_observer: true, updates: 100, ..Notes::default() };
        let mut walking = Notes { actor: 2, updates: 100, ..Notes::default() };
        let place = |tick: u64| Vec2::new(10.0 + 0.3 * tick as f32, 0.0);
        for tick in 0..100 {
            standing.truth.push((tick, Vec2::ZERO));
            walking.truth.push((tick, place(tick)));
        }
        standing.looks.push(Look {
            tick: 40,
            known: vec![(2, place(40 - believed_lag_ticks))],
            seen: 1,
            // Shown two and a half ticks ago, half a metre off; the point told last is four ticks old.
            shown: Some((37.5, vec![(2, (place(37) + place(38)) / 2.0 + Vec2::new(0.0, 0.5))])),
            raw: (40, vec![(2, place(36))]),
        });
        vec![standing, walking]
    }

    #[test]
    fn knowledge_is_as_old_as_the_place_it_shows() {
        let fresh = evaluate(&notes(0), 5.0);
        assert!(fresh.stale_ms_p99 < 1.0 && fresh.pos_error_p99 < 1e-3, "{fresh:?}");
        assert!((fresh.visible_recall - 1.0).abs() < 1e-9);
        assert!((fresh.speed_mean - 0.3 * 99.0 / 5.0 / 2.0).abs() < 0.01, "{fresh:?}");
        assert!((fresh.shown_error_p99 - 0.5).abs() < 0.01, "{fresh:?}");
        assert!((fresh.raw_error_p50 - 1.2).abs() < 0.01, "{fresh:?}");
        let old = evaluate(&notes(3), 5.0);
        assert!((old.stale_ms_p99 - 150.0).abs() < 1.0, "{old:?}");
        assert!((old.pos_error_p99 - 0.9).abs() < 0.01, "{old:?}");
    }

    #[test]
    fn who_is_visible_and_unknown_costs_recall() {
        let mut notes = notes(0);
        notes[0].looks[0].known.clear();
        assert!(evaluate(&notes, 5.0).visible_recall < 0.01);
    }

    #[test]
    fn rates_and_windows_come_from_all_clients() {
        let mut notes = Notes { actor: 1, ..Notes::default() };
        for tick in 0..100_u64 {
            let now = Millis::new(10_000 + tick * 50);
            notes.told(now, Tick::new(tick), Vec3::ZERO);
            notes.received(now, 98);
        }
        let findings = evaluate(&[notes.clone()], 5.0);
        assert!((findings.hz - 20.0).abs() < 1e-9);
        assert!((findings.kb_per_s - 2.0).abs() < 1e-9);
        assert!((findings.kb_per_s_p99 - 2.0).abs() < 1e-9);
        assert!((findings.kb_per_s_max.expect("whole seconds") - 2.0).abs() < 1e-9);
        assert!((findings.interval_p50 - 50.0).abs() < 1e-9);
        let half = evaluate(&[notes, Notes::default()], 5.0);
        assert!((half.hz - 10.0).abs() < 1e-9, "who gets nothing counts");
        assert!(half.hz_min < 1e-9);
        assert_eq!((half.starved, half.pairs), (1, 0));
        assert!(half.visible_recall < 1e-9, "nothing compared is nothing proved");
    }
}
