//! `massless replay shown`: what clients showed of others against the zone's log, at the same tick.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use massless_core::content::Content;
use massless_core::math::{Vec2, ground};
use massless_core::replay::{LogError, LogReader};
use massless_core::view::Kind;
use massless_core::zone::{NoProbe, Zone};
use serde_json::json;

use super::{Common, content_of, open, read, show};
use crate::bots::measure::percentile;
use crate::bots::shown::{self, ShownLook};
use crate::commands::report::{Outcome, Report, WrongUse, rounded};

/// Metres within which others are judged. Reason: farther ones are told every fifth tick.
const SIGHT_METRES: f32 = 50.0;

/// What was shown, and the log of the same time.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Segments of the zone's log, or the folder they are in.
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// What observers showed: the file that `bots zone-walk --shown` wrote.
    #[arg(long, value_name = "FILE")]
    shown: PathBuf,
    /// Not met when the 99th percentile of what was shown is off by more metres.
    #[arg(long, value_name = "METRES")]
    limit: Option<f64>,
    #[command(flatten)]
    common: Common,
}

/// Where an actor truly is.
#[derive(Clone, Copy, Debug)]
struct True {
    place: Vec2,
    is_player: bool,
}

/// All actors of a tick, by tick.
type Truth = BTreeMap<u64, HashMap<u64, True>>;

/// Plays the logs as far as they are needed and compares.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("replay shown", 0);
    let looks = shown::read(&arguments.shown)
        .map_err(|error| WrongUse(format!("{error:#}; name the file that bots zone-walk wrote")))?;
    let wanted: BTreeSet<u64> =
        looks.iter().flat_map(|look| [look.tick as u64, look.tick as u64 + 1, look.told]).collect();
    let mut truth = Truth::new();
    for log in segments(&arguments.logs)? {
        play(&log, &arguments.common, &wanted, &mut truth)?;
    }
    let mut found = Found::of(&looks, &truth);
    let mut shown = [found.players.as_slice(), found.creatures.as_slice()].concat();
    let places = shown.len();
    let shown_p99 = percentile(&mut shown, 0.99);
    let line = json!({
        "looks": looks.len(),
        "looks_in_log": found.looks,
        "places": places,
        "shown_error_m_p50": rounded(percentile(&mut shown, 0.5), 4),
        "shown_error_m_p99": rounded(shown_p99, 4),
        "players_error_m_p99": rounded(percentile(&mut found.players, 0.99), 4),
        "creatures_error_m_p99": rounded(percentile(&mut found.creatures, 0.99), 4),
        "raw_error_m_p50": rounded(percentile(&mut found.raw, 0.5), 4),
        "raw_error_m_p99": rounded(percentile(&mut found.raw, 0.99), 4),
        "unknown": found.unknown,
    });
    let is_within = arguments.limit.is_none_or(|limit| shown_p99 <= limit);
    let outcome = if places > 0 && is_within { Outcome::Met } else { Outcome::Missed };
    if places == 0 {
        eprintln!("nothing could be compared: the log is of another time or another zone");
    }
    show(&report, outcome, line, arguments.common.json);
    Ok(outcome)
}

/// The segments that are meant, in their order.
fn segments(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in given {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path)
            .with_context(|| format!("the folder {} cannot be read", path.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "mlr") {
                all.push(path);
            }
        }
    }
    all.sort();
    if all.is_empty() {
        return Err(WrongUse("there is no log in that folder".to_owned()).into());
    }
    Ok(all)
}

/// Plays a segment and keeps the places of the wanted ticks; a segment that is still being written ends where it ends.
fn play(
    path: &Path,
    common: &Common,
    wanted: &BTreeSet<u64>,
    truth: &mut Truth,
) -> anyhow::Result<()> {
    let log = read(path)?;
    let what = || format!("the log {}", path.display());
    let mut reader = open(path, &log)?.with_context(what)?;
    let (first, last) = (reader.header().first_tick.get(), wanted.last().copied().unwrap_or(0));
    if first > last {
        return Ok(());
    }
    let content = content_of(reader.header().content, common)?;
    let mut zone = zone_of(content, &reader).with_context(what)?;
    keep(&zone, wanted, truth);
    loop {
        let record = match reader.next() {
            Ok(Some(record)) => record,
            Ok(None) | Err(LogError::CutShort { .. }) => return Ok(()),
            Err(error) => return Err(error).with_context(what),
        };
        let tick = record.tick;
        let hash = zone.step(record.commands, &mut NoProbe).hash;
        anyhow::ensure!(
            hash == record.hash,
            "{}: tick {tick} does not come out as it was logged; massless replay verify says more",
            path.display()
        );
        keep(&zone, wanted, truth);
        if zone.view().tick.get() >= last {
            return Ok(());
        }
    }
}

fn zone_of(content: std::sync::Arc<Content>, reader: &LogReader<'_>) -> anyhow::Result<Zone> {
    Ok(Zone::restore(content, reader.snapshot(), reader.header().epoch)?)
}

/// Keeps where everybody is, if somebody asks for this tick.
fn keep(zone: &Zone, wanted: &BTreeSet<u64>, truth: &mut Truth) {
    let view = zone.view();
    let tick = view.tick.get();
    if wanted.contains(&tick) {
        let all = view.actor.iter().zip(view.position.iter().zip(&view.kind));
        let places = all.map(|(actor, (place, kind))| {
            let is_player = matches!(kind, Kind::Character { .. });
            (actor.get(), True { place: ground(*place), is_player })
        });
        truth.insert(tick, places.collect());
    }
}

/// Errors, metres.
#[derive(Debug, Default)]
struct Found {
    /// Of what was shown.
    players: Vec<f64>,
    creatures: Vec<f64>,
    /// Of both, by the control.
    raw: Vec<f64>,
    /// Looks whose tick the log has.
    looks: u64,
    /// Places of actors that the log does not have at that tick: they had just come or gone.
    unknown: u64,
}

impl Found {
    fn of(looks: &[ShownLook], truth: &Truth) -> Self {
        let mut found = Self::default();
        for look in looks {
            let whole = look.tick as u64;
            let Some((from, to)) = truth.get(&whole).zip(truth.get(&(whole + 1))) else { continue };
            found.looks += 1;
            let share = (look.tick - whole as f64) as f32;
            let drawn = |actor: u64| {
                let (from, to) = (from.get(&actor)?, to.get(&actor)?);
                Some(True { place: from.place.lerp(to.place, share), ..*from })
            };
            let judged = judge(look.own, &look.shown, drawn);
            for (error, is_player) in judged.errors {
                if is_player {
                    found.players.push(error);
                } else {
                    found.creatures.push(error);
                }
            }
            found.unknown += judged.unknown;
            if let Some(now) = truth.get(&look.told) {
                let judged = judge(look.own, &look.raw, |actor| now.get(&actor).copied());
                found.raw.extend(judged.errors.into_iter().map(|(error, _)| error));
            }
        }
        found
    }
}

/// What came of a look.
#[derive(Debug, Default)]
struct Judged {
    /// Metres, and whether it is about a player.
    errors: Vec<(f64, bool)>,
    /// Places of actors that the truth does not have.
    unknown: u64,
}

/// Compares places with the truth, of those within sight of the observer.
fn judge(own: u64, places: &[(u64, f32, f32)], truth: impl Fn(u64) -> Option<True>) -> Judged {
    let mut judged = Judged::default();
    let Some(me) = truth(own) else {
        return Judged { unknown: places.len() as u64, ..judged };
    };
    for &(actor, x, z) in places {
        match truth(actor) {
            None => judged.unknown += 1,
            Some(it) if it.place.distance(me.place) > SIGHT_METRES => {}
            Some(it) => {
                let error = f64::from(it.place.distance(Vec2::new(x, z)));
                judged.errors.push((error, it.is_player));
            }
        }
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_judged_at_the_moment_that_is_shown() {
        // Actor 2 walks 0.3 m a tick, actor 3 is far away.
        let at = |tick: u64| {
            let places = [(1, Vec2::ZERO), (2, Vec2::new(0.3 * tick as f32, 1.0))];
            let far = (3, Vec2::new(60.0, 0.0));
            let all = places.into_iter().chain([far]);
            all.map(|(actor, place)| (actor, True { place, is_player: actor == 2 })).collect()
        };
        let truth: Truth = (40..50).map(|tick| (tick, at(tick))).collect();
        let look = ShownLook {
            own: 1,
            tick: 42.5,
            // Half a metre beside the middle of two ticks; 4 is gone.
            shown: vec![(2, 0.3 * 42.5, 1.5), (3, 0.0, 0.0), (4, 0.0, 0.0)],
            told: 45,
            raw: vec![(2, 0.3 * 42.0, 1.0)],
        };
        let late = ShownLook { tick: 60.2, ..look.clone() };
        let found = Found::of(&[look, late], &truth);
        assert_eq!((found.looks, found.raw.len(), found.unknown), (1, 1, 1));
        assert_eq!((found.players.len(), found.creatures.len()), (1, 0));
        assert!((found.players[0] - 0.5).abs() < 1e-3);
        assert!((found.raw[0] - 0.9).abs() < 1e-3);
    }

    #[test]
    fn the_log_of_a_zone_is_the_truth() {
        use massless_core::ids::ZoneId;
        use massless_core::replay::LogWriter;
        let folder = tempfile::tempdir().expect("a folder");
        let content = crate::scenario::walk_content();
        let mut zone = Zone::new(content, ZoneId::new(1), 7, 1).expect("zone 1");
        let mut log = Vec::new();
        let mut writer = LogWriter::begin(&zone, &mut log);
        let (mut shown, mut own) = (Vec::new(), 0);
        for tick in 0..60 {
            let output = zone.step(&[], &mut NoProbe);
            writer.tick(&[], &output, &mut log);
            let view = zone.view();
            own = view.actor[0].get();
            if tick == 40 {
                let all = view.actor.iter().zip(&view.position);
                shown = all.map(|(actor, at)| (actor.get(), at.x + 0.25, at.z)).collect();
            }
        }
        let tick = zone.view().tick.get() - 19;
        std::fs::write(folder.path().join("one.mlr"), &log).expect("a log");
        let look = ShownLook { own, tick: tick as f64, raw: shown.clone(), shown, told: tick };
        let file = folder.path().join("shown.jsonl");
        assert_eq!(shown::write(&file, std::iter::once(look.clone())).expect("a file"), 1);
        assert_eq!(shown::read(&file).expect("it was written"), vec![look.clone()]);
        let wanted = BTreeSet::from([tick, tick + 1]);
        let mut truth = Truth::new();
        let common = Common { content: None, json: true };
        for log in segments(&[folder.path().to_owned()]).expect("one") {
            play(&log, &common, &wanted, &mut truth).expect("it plays");
        }
        let found = Found::of(&[look], &truth);
        assert!(!found.creatures.is_empty());
        assert!(found.creatures.iter().chain(&found.raw).all(|error| (error - 0.25).abs() < 1e-3));
        let arguments = |limit| Arguments {
            logs: vec![folder.path().to_owned()],
            shown: file.clone(),
            limit: Some(limit),
            common: Common { content: None, json: true },
        };
        assert_eq!(run(&arguments(0.3)).expect("it runs"), Outcome::Met);
        assert_eq!(run(&arguments(0.2)).expect("it runs"), Outcome::Missed);
    }
}
