//! `massless replay`: plays zone logs again and says whether every bit came out as recorded.

mod shown;
mod told;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::Subcommand;
use massless_core::command::Command as ZoneCommand;
use massless_core::content::{Content, ContentHash};
use massless_core::ids::ActorId;
use massless_core::replay::{self, LogError, LogReader};
use massless_core::units::{TICKS_PER_SECOND, Tick};
use massless_core::zone::{NoProbe, Probe, Zone};
use serde_json::{Value, json};

use super::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::zone_runner::panic_message;
use crate::{content, scenario};

/// What is done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plays a log and compares the state's hash in every tick.
    Verify(One),
    /// Plays two logs side by side and names the first difference.
    Diff(Two),
    /// Counts what a log holds; plays nothing.
    Stats(One),
    /// Shows one tick: its commands, events and intents, the zone before and after it, one actor in
    /// full.
    Inspect(Inspection),
    /// Compares what clients showed of others with where they were by the log, at the same tick.
    Shown(shown::Arguments),
}

/// One log.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The log.
    log: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Two logs.
#[derive(Debug, clap::Args)]
pub(crate) struct Two {
    /// The first log.
    left: PathBuf,
    /// The second log.
    right: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// One tick of a log.
#[derive(Debug, clap::Args)]
pub(crate) struct Inspection {
    /// The log.
    log: PathBuf,
    /// The tick.
    #[arg(long, value_name = "N")]
    tick: u64,
    /// The actor to show in full.
    #[arg(long, value_name = "ID")]
    actor: Option<u64>,
    #[command(flatten)]
    common: Common,
}

/// What all of them take.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Folder of the content set the log was made with, if it is neither built in nor a scenario's.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs what was asked for.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Verify(arguments) => verify(arguments),
        Command::Diff(arguments) => diff(arguments),
        Command::Stats(arguments) => stats(arguments),
        Command::Inspect(arguments) => inspect(arguments),
        Command::Shown(arguments) => shown::run(arguments),
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        WrongUse(format!("the log {} cannot be read: {error}", path.display())).into()
    })
}

/// Opens a log's head; what is no log of this version is wrong use, what is damaged is not.
fn open<'a>(path: &Path, log: &'a [u8]) -> anyhow::Result<Result<LogReader<'a>, LogError>> {
    match LogReader::open(log) {
        Err(error @ (LogError::NotALog | LogError::Version { .. })) => {
            Err(WrongUse(format!("{}: {error}", path.display())).into())
        }
        other => Ok(other),
    }
}

/// The contents at hand: the given one, or the built-in one and the scenarios'.
pub(super) fn contents(folder: Option<&Path>) -> anyhow::Result<Vec<Arc<Content>>> {
    Ok(match folder {
        Some(folder) => vec![content::load_folder(folder)?],
        None => vec![Content::embedded(), scenario::walk_content()],
    })
}

/// The content a log was made with: the given one, the built-in one, or a scenario's.
fn content_of(wanted: ContentHash, common: &Common) -> anyhow::Result<Arc<Content>> {
    let candidates = contents(common.content.as_deref())?;
    let loaded: Vec<String> = candidates.iter().map(|content| content.hash().to_string()).collect();
    candidates.into_iter().find(|content| content.hash() == wanted).ok_or_else(|| {
        WrongUse(format!(
            "the log was made with content {wanted}, here is {}; name the folder of its content \
             with --content, or use the build that made it",
            loaded.join(" and ")
        ))
        .into()
    })
}

/// What went wrong in a log, and where.
struct Fault {
    tick: Option<u64>,
    part: Option<&'static str>,
    text: String,
}

impl Fault {
    fn of(error: &LogError) -> Self {
        let tick = match error {
            LogError::DamagedHead { tick }
            | LogError::DamagedTick { tick }
            | LogError::CutShort { tick } => Some(tick.get()),
            _ => None,
        };
        Self { tick, part: None, text: error.to_string() }
    }
}

fn verify(arguments: &One) -> anyhow::Result<Outcome> {
    let report = Report::start("replay verify", 0);
    let log = read(&arguments.log)?;
    let started = Instant::now();
    let (ticks, last_hash, fault) = match open(&arguments.log, &log)? {
        Err(error) => (0, None, Some(Fault::of(&error))),
        Ok(reader) => {
            let content = content_of(reader.header().content, &arguments.common)?;
            play(content, &log)
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    let game_seconds = ticks as f64 / f64::from(TICKS_PER_SECOND);
    let times_real = game_seconds / seconds.max(1e-9);
    let outcome = if fault.is_none() { Outcome::Met } else { Outcome::Missed };
    match &fault {
        None => eprintln!("verified: {ticks} ticks, {times_real:.0} times real time"),
        Some(fault) => {
            let tick = fault.tick.map_or_else(String::new, |tick| format!("tick {tick}: "));
            eprintln!("not verified: {tick}{}", fault.text);
        }
    }
    if arguments.common.json {
        let first_diff = fault
            .map(|fault| json!({"tick": fault.tick, "component": fault.part, "text": fault.text}));
        let line = json!({
            "verified": first_diff.is_none(),
            "ticks": ticks,
            "hash": last_hash,
            "times_real": rounded(times_real, 1),
            "mb": rounded(log.len() as f64 / 1e6, 4),
            "mb_per_zone_hour": per_hour(log.len(), ticks),
            "first_diff": first_diff,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

/// Plays a log; a panic is a fault at the tick that it reached, as in an incident's log.
fn play(content: Arc<Content>, log: &[u8]) -> (u64, Option<String>, Option<Fault>) {
    let mut reached = None;
    let played = catch_unwind(AssertUnwindSafe(|| {
        replay::play(content, log, &mut |record, _| reached = Some(record.tick))
    }));
    match played {
        Ok(Ok(verdict)) => {
            let fault = verdict.divergence.map(|divergence| Fault {
                tick: Some(divergence.tick.get()),
                part: divergence.part,
                text: format!(
                    "the state differs{}: logged {}, found {}",
                    divergence.part.map_or_else(String::new, |part| format!(" in {part}")),
                    divergence.logged,
                    divergence.found
                ),
            });
            (verdict.ticks, Some(verdict.last_hash.to_string()), fault)
        }
        Ok(Err(error)) => (ticks_until(&error, log), None, Some(Fault::of(&error))),
        Err(_) => {
            let tick = reached.map(|tick| tick.next().get());
            let text = "the zone panics here (the message stands above)".to_owned();
            (0, None, Some(Fault { tick, part: None, text }))
        }
    }
}

/// How many ticks stand before a damaged one.
fn ticks_until(error: &LogError, log: &[u8]) -> u64 {
    let damaged = match error {
        LogError::DamagedTick { tick } | LogError::CutShort { tick } => tick.get(),
        _ => return 0,
    };
    LogReader::open(log).map_or(0, |reader| damaged - reader.header().first_tick.get())
}

/// Million bytes an hour of play; `None` without ticks.
fn per_hour(bytes: usize, ticks: u64) -> Option<f64> {
    let hours = ticks as f64 / f64::from(TICKS_PER_SECOND) / 3_600.0;
    (ticks > 0).then(|| rounded(bytes as f64 / 1e6 / hours, 3))
}

fn diff(arguments: &Two) -> anyhow::Result<Outcome> {
    let report = Report::start("replay diff", 0);
    let (left, right) = (read(&arguments.left)?, read(&arguments.right)?);
    let reader = open(&arguments.left, &left)?.context("the first log")?;
    open(&arguments.right, &right)?.context("the second log")?;
    let content = content_of(reader.header().content, &arguments.common)?;
    let difference = replay::diff(content, &left, &right)?;
    let outcome = if difference.is_none() { Outcome::Met } else { Outcome::Missed };
    match &difference {
        None => eprintln!("the logs agree"),
        Some(found) => {
            let actor = found.actor.map_or_else(String::new, |actor| format!(", actor {actor}"));
            let component = found.component.unwrap_or("-");
            eprintln!("tick {}: {} differs, component {component}{actor}", found.tick, found.cause);
            if let Some((one, two)) = &found.values {
                eprintln!("  first:  {one}\n  second: {two}");
            }
        }
    }
    if arguments.common.json {
        let first_diff = difference.map(|found| {
            json!({
                "tick": found.tick.get(),
                "system": found.cause,
                "component": found.component,
                "entity": found.actor.map(ActorId::get),
                "values": found.values,
            })
        });
        report.print(outcome, fields(json!({"first_diff": first_diff})));
    }
    Ok(outcome)
}

fn stats(arguments: &One) -> anyhow::Result<Outcome> {
    let report = Report::start("replay stats", 0);
    let log = read(&arguments.log)?;
    let mut reader = open(&arguments.log, &log)?.context("the log's head")?;
    let header = reader.header().clone();
    let snapshot_bytes = reader.snapshot().len();
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut ticks = 0_u64;
    let fault = loop {
        match reader.next() {
            Ok(Some(record)) => {
                ticks += 1;
                for command in record.commands {
                    *kinds.entry(kind_of(command)).or_default() += 1;
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(Fault::of(&error)),
        }
    };
    let line = json!({
        "zone": header.zone.get(),
        "epoch": header.epoch,
        "zone_seed": header.seed,
        "content": header.content.to_string(),
        "first_tick": header.first_tick.get(),
        "ticks": ticks,
        "commands": kinds,
        "snapshot_bytes": snapshot_bytes,
        "mb": rounded(log.len() as f64 / 1e6, 4),
        "mb_per_zone_hour": per_hour(log.len() - snapshot_bytes, ticks),
        "damage": fault.as_ref().map(|fault| json!({"tick": fault.tick, "text": fault.text})),
    });
    let outcome = if fault.is_none() { Outcome::Met } else { Outcome::Missed };
    show(&report, outcome, line, arguments.common.json);
    Ok(outcome)
}

/// The word of a command's kind.
pub(crate) fn kind_of(command: &ZoneCommand) -> &'static str {
    match command {
        ZoneCommand::Join { .. } => "join",
        ZoneCommand::Leave { .. } => "leave",
        ZoneCommand::Detach { .. } => "detach",
        ZoneCommand::Attach { .. } => "attach",
        ZoneCommand::Input { .. } => "input",
        ZoneCommand::Place { .. } => "place",
        ZoneCommand::Remove { .. } => "remove",
        ZoneCommand::Act { .. } => "act",
        ZoneCommand::Party { .. } => "party",
        ZoneCommand::Secret { .. } => "secret",
        ZoneCommand::Answer { .. } => "answer",
    }
}

fn inspect(arguments: &Inspection) -> anyhow::Result<Outcome> {
    let report = Report::start("replay inspect", 0);
    let log = read(&arguments.log)?;
    let mut reader = open(&arguments.log, &log)?.context("the log's head")?;
    let content = content_of(reader.header().content, &arguments.common)?;
    let first = reader.header().first_tick.get();
    if arguments.tick < first {
        let text = format!("the log begins at tick {first}; name one of its ticks with --tick");
        return Err(WrongUse(text).into());
    }
    let tick = Tick::new(arguments.tick);
    let mut zone = replay::play_until(content, &log, tick)?;
    let commands = loop {
        match reader.next()? {
            Some(record) if record.tick == tick => break record.commands.to_vec(),
            Some(_) => {}
            None => {
                let text = format!("the log ends at tick {}; name an earlier one", zone.tick());
                return Err(WrongUse(text).into());
            }
        }
    };
    let line = look(&mut zone, &commands, arguments.actor, &mut NoProbe);
    show(&report, Outcome::Met, line, arguments.common.json);
    Ok(Outcome::Met)
}

/// Makes one tick and tells all about it. The tick of an incident may panic here as it did there:
/// then that is told, with the commands and the state before, which are what led to it.
fn look(
    zone: &mut Zone,
    commands: &[ZoneCommand],
    actor: Option<u64>,
    probe: &mut dyn Probe,
) -> Value {
    let describe =
        |zone: &Zone| actor.map(|actor| BTreeMap::from_iter(zone.describe(ActorId::new(actor))));
    let mut line = json!({
        "tick": zone.tick().get(),
        "hash": null,
        "commands": commands.iter().map(told::command).collect::<Vec<_>>(),
        "events": null,
        "intents": null,
        "players": zone.view().players.len(),
        "actors": zone.view().len(),
        "actor": actor,
        "before": describe(zone),
        "after": null,
        "panic": null,
    });
    let stepped = catch_unwind(AssertUnwindSafe(|| {
        let output = zone.step(commands, probe);
        let hash = output.hash.to_string();
        let events: Vec<String> = output.events.iter().map(told::event).collect();
        let intents: Vec<String> =
            output.intents.iter().map(|intent| format!("{intent:?}")).collect();
        (hash, (events, intents), describe(zone), zone.view().players.len(), zone.view().len())
    }));
    match stepped {
        Ok((hash, (events, intents), after, players, actors)) => {
            line["hash"] = json!(hash);
            line["events"] = json!(events);
            line["intents"] = json!(intents);
            line["after"] = json!(after);
            line["players"] = json!(players);
            line["actors"] = json!(actors);
        }
        Err(payload) => line["panic"] = json!(panic_message(&*payload)),
    }
    line
}

fn show(report: &Report, outcome: Outcome, line: Value, is_json: bool) {
    if is_json {
        report.print(outcome, fields(line));
    } else {
        println!("{line:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::{PlayerId, ZoneId};

    /// A system of the zone with a bug.
    struct Bug;

    impl Probe for Bug {
        fn enter(&mut self, system: &'static str) {
            assert_ne!(system, "movement", "a bug in movement");
        }
    }

    #[test]
    fn the_tick_that_panicked_is_shown_with_what_led_to_it() {
        let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 7, 1).expect("zone 1");
        zone.step(&[], &mut NoProbe);
        let actor = zone.view().actor[0].get();
        let commands = [ZoneCommand::Leave { player: PlayerId::new(5) }];
        let line = look(&mut zone, &commands, Some(actor), &mut Bug);
        assert!(line["panic"].as_str().expect("a message").contains("a bug in movement"));
        assert!(line["commands"][0].as_str().expect("a command").contains("Leave"));
        assert!(line["before"].is_object(), "{line}");
        assert!(line["after"].is_null() && line["hash"].is_null());
        let mut sound = Zone::new(Content::embedded(), ZoneId::new(1), 7, 1).expect("zone 1");
        let line = look(&mut sound, &[], None, &mut NoProbe);
        assert!(line["panic"].is_null() && line["hash"].is_string());
    }

    #[test]
    fn a_log_without_ticks_has_no_rate() {
        assert_eq!(per_hour(1_000_000, 0), None);
        assert_eq!(per_hour(1_000_000, 36_000), Some(2.0));
    }
}
