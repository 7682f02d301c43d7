//! The bundle's log played again up to and with its bad tick: time by system, who did what.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use massless_core::command::Command;
use massless_core::content::Content;
use massless_core::replay::LogReader;
use massless_core::zone::{Probe, Zone};
use serde_json::{Value, json};

use super::Crowd;
use crate::zone_runner::panic_message;

/// Ticks before the bad one that say what is usual (10 s).
const USUAL_TICKS: usize = 200;

/// What the replay showed.
pub(super) struct Replayed {
    /// Systems of the bad tick in their order, microseconds here; up to the panic if it panics.
    pub(super) systems: Vec<(&'static str, u64)>,
    /// Mean microseconds here over the ticks before, by system.
    pub(super) usual: BTreeMap<&'static str, u64>,
    /// Ticks that `usual` is the mean of.
    pub(super) usual_ticks: usize,
    /// What the panic says, and in which system.
    pub(super) panic: Option<(String, &'static str)>,
    /// Commands of the bad tick by kind, and the players who gave most.
    pub(super) commands: BTreeMap<&'static str, u32>,
    /// Players by the number of their commands in the bad tick, most first.
    pub(super) busiest_players: Vec<(u64, u32)>,
    /// Who was there and did what.
    pub(super) crowd: Crowd,
    /// Whether the bad tick's hash came out as logged; `None` when it has none.
    pub(super) is_same: Option<bool>,
}

/// Times the systems of one tick.
#[derive(Default)]
struct Stopwatch {
    current: Option<(&'static str, Instant)>,
    systems: Vec<(&'static str, u64)>,
}

impl Probe for Stopwatch {
    fn enter(&mut self, system: &'static str) {
        self.leave();
        self.current = Some((system, Instant::now()));
    }

    fn leave(&mut self) {
        if let Some((system, since)) = self.current.take() {
            let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.systems.push((system, micros));
        }
    }
}

/// Plays up to and with `tick`; why not, when that cannot be.
pub(super) fn play(content: &Arc<Content>, log: &[u8], tick: u64) -> Result<Replayed, String> {
    let mut reader = LogReader::open(log).map_err(|error| error.to_string())?;
    let header = reader.header().clone();
    if tick < header.first_tick.get() {
        return Err(format!(
            "its log begins at tick {}, after the incident: the segment had just ended",
            header.first_tick
        ));
    }
    let mut zone = Zone::restore(Arc::clone(content), reader.snapshot(), header.epoch)
        .map_err(|error| error.to_string())?;
    let mut recent: Vec<Vec<(&'static str, u64)>> = Vec::new();
    loop {
        let record = reader.next().map_err(|error| error.to_string())?;
        let Some(record) = record else {
            return Err(format!("its log ends at tick {}, before the incident", zone.tick()));
        };
        let is_it = record.tick.get() == tick;
        let mut watch = Stopwatch::default();
        if !is_it {
            let played =
                catch_unwind(AssertUnwindSafe(|| zone.step(record.commands, &mut watch).tick));
            if let Err(payload) = played {
                let text = panic_message(&*payload);
                return Err(format!("its log panics at tick {} already: {text}", record.tick));
            }
            if recent.len() >= USUAL_TICKS {
                recent.remove(0);
            }
            recent.push(watch.systems);
            continue;
        }
        let mut crowd = Crowd::before(&zone, content);
        let (commands, busiest_players) = counted(record.commands);
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            let output = zone.step(record.commands, &mut watch);
            crowd.note(output.events, output.view);
            output.hash == record.hash
        }));
        let (is_same, panic) = match stepped {
            Ok(is_same) => (Some(is_same), None),
            Err(payload) => {
                let system = watch.current.map_or("", |(system, _)| system);
                watch.leave();
                (None, Some((panic_message(&*payload), system)))
            }
        };
        return Ok(Replayed {
            systems: watch.systems,
            usual: usual(&recent),
            usual_ticks: recent.len(),
            panic,
            commands,
            busiest_players,
            crowd,
            is_same,
        });
    }
}

fn usual(recent: &[Vec<(&'static str, u64)>]) -> BTreeMap<&'static str, u64> {
    let mut sums: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (system, micros) in recent.iter().flatten() {
        *sums.entry(system).or_default() += micros;
    }
    let ticks = recent.len().max(1) as u64;
    sums.into_iter().map(|(system, sum)| (system, sum / ticks)).collect()
}

type Counted = (BTreeMap<&'static str, u32>, Vec<(u64, u32)>);

fn counted(commands: &[Command]) -> Counted {
    let mut kinds: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut players: BTreeMap<u64, u32> = BTreeMap::new();
    for command in commands {
        *kinds.entry(crate::commands::kind_of(command)).or_default() += 1;
        let player = match command {
            Command::Join { player, .. }
            | Command::Leave { player }
            | Command::Detach { player }
            | Command::Attach { player }
            | Command::Input { player, .. }
            | Command::Act { player, .. }
            | Command::Party { player, .. }
            | Command::Remove { player }
            | Command::Place { player, .. } => player.get(),
            Command::Secret { .. } | Command::Answer { .. } => continue,
        };
        *players.entry(player).or_default() += 1;
    }
    let mut players: Vec<(u64, u32)> = players.into_iter().collect();
    players.sort_by_key(|&(player, count)| (std::cmp::Reverse(count), player));
    players.truncate(super::crowd::NAMED_MAX);
    (kinds, players)
}

impl Replayed {
    /// Microseconds of the whole bad tick here.
    pub(super) fn micros(&self) -> u64 {
        self.systems.iter().map(|it| it.1).sum()
    }

    /// Mean microseconds of the ticks before here.
    pub(super) fn usual_micros(&self) -> u64 {
        self.usual.values().sum()
    }

    pub(super) fn json(&self) -> Value {
        let panic = self.panic.as_ref();
        let players = self.busiest_players.iter();
        json!({
            "played": true, "micros": self.micros(), "usual_micros": self.usual_micros(),
            "usual_ticks": self.usual_ticks, "same_hash": self.is_same,
            "panic": panic.map(|(text, system)| json!({ "text": text, "system": system })),
            "commands": self.commands,
            "busiest_players": players.map(|(player, count)| {
                json!({ "player": player, "name": self.crowd.name_of(*player), "commands": count })
            }).collect::<Vec<_>>(),
            "crowd": self.crowd.json(),
        })
    }
}
