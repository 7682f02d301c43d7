//! `massless bots record`: bot play in process, without sockets and faster than real time, as a log.
//!
//! The bots fight, loot, level and die by what the zone shows, and hand their inputs to the zone's own
//! input buffer. They come over the first minute; some leave or lose their connections and come again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::command::Command;
use massless_core::content::Content;
use massless_core::ids::{ClassId, PlayerId, ZoneId};
use massless_core::replay::LogWriter;
use massless_core::units::{Level, TICKS_PER_SECOND};
use serde_json::json;

use crate::bots::mind::Conduct;
use crate::bots::tally::Tally;
use crate::bots::wander::Whim;
use crate::bots::world::{Birth, World};
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::content;

/// Ticks over which the bots come.
const ARRIVAL_TICKS: u64 = 60 * TICKS_PER_SECOND as u64;
/// A bot leaves (or loses its connection) about once in so many ticks.
const ABSENCE_TICKS: u64 = 6_000;
/// Ticks a bot stays away.
const AWAY_TICKS: u64 = 400;
/// Ticks a lost connection is lost at most; bodies wait for 200.
const DETACHED_TICKS_MAX: u64 = 190;
/// Classes there are.
const CLASSES: u64 = 4;
/// Spawn group of the starting zone that the reckless go to: the captain, too strong for all of them.
const RECKLESS_GROUP: usize = 7;
/// Levels of the starting zone's creatures.
const LEVELS: u64 = 7;

/// Arguments of `bots record`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many ticks; 72000 is an hour.
    #[arg(long, value_name = "N", default_value_t = 72_000)]
    ticks: u64,
    /// How many bots.
    #[arg(long, value_name = "N", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(0..=4_096))]
    clients: u32,
    /// The log to write.
    #[arg(long, value_name = "LOG")]
    out: PathBuf,
    /// Seed of the zone and of what the bots do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The zone.
    #[arg(long, value_name = "ID", default_value_t = 1)]
    zone: u32,
    /// Folder of a content set to use instead of the one built in.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Records; always met when the log is written.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots record", arguments.seed);
    let content = match &arguments.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let started = std::time::Instant::now();
    let (log, tally) = record(arguments, content)?;
    let seconds = started.elapsed().as_secs_f64();
    std::fs::write(&arguments.out, &log)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    let mb = log.len() as f64 / 1e6;
    let game_seconds = arguments.ticks as f64 / f64::from(TICKS_PER_SECOND);
    let times_real = game_seconds / seconds.max(1e-9);
    eprintln!(
        "{} ticks of {} bots in {seconds:.1} s ({times_real:.0} times real time), {mb:.2} MB",
        arguments.ticks, arguments.clients
    );
    tally.print(u64::from(arguments.clients));
    if arguments.json {
        let line = json!({
            "ticks": arguments.ticks,
            "clients": arguments.clients,
            "mb": rounded(mb, 4),
            "mb_per_zone_hour": rounded(mb * 3_600.0 / game_seconds.max(1e-9), 3),
            "times_real": rounded(times_real, 1),
        });
        let mut line = fields(line);
        line.extend(fields(tally.json()));
        report.print(Outcome::Met, line);
    }
    Ok(Outcome::Met)
}

fn record(arguments: &Arguments, content: Arc<Content>) -> anyhow::Result<(Vec<u8>, Tally)> {
    let mut world = World::new(content, &[ZoneId::new(arguments.zone)], arguments.seed)?;
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(world.first_zone(), &mut log);
    let mut company = Company::new(arguments);
    let progress = progress(arguments.ticks);
    for tick in 0..arguments.ticks {
        company.act(&mut world, tick)?;
        world.tick(&mut |commands, output| writer.tick(commands, output, &mut log));
        progress.inc(1);
    }
    progress.finish_and_clear();
    let mut sum = Tally::default();
    world.players.iter().for_each(|bot| sum.add(&bot.tally));
    Ok((log, sum))
}

fn progress(ticks: u64) -> ProgressBar {
    let bar = ProgressBar::new(ticks);
    let style = "{bar:40} {pos}/{len} ticks, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Lets bots come, lose their connections, leave and come again.
struct Company {
    clients: u64,
    arrival_ticks: u64,
    seed: u64,
    whim: Whim,
    /// When who lost the connection is back, and who left.
    back: Vec<(u64, Absence)>,
}

/// Who is away.
#[derive(Clone, Copy)]
enum Absence {
    Detached(PlayerId),
    Left(usize),
}

impl Company {
    fn new(arguments: &Arguments) -> Self {
        Self {
            clients: u64::from(arguments.clients),
            arrival_ticks: ARRIVAL_TICKS.min(arguments.ticks / 4),
            seed: arguments.seed,
            whim: Whim::new(!arguments.seed, 0),
            back: Vec::new(),
        }
    }

    /// What happens before a tick.
    fn act(&mut self, world: &mut World, tick: u64) -> anyhow::Result<()> {
        let come = self.clients.min(tick * self.clients / self.arrival_ticks.max(1) + 1);
        for index in world.players.len() as u64..come {
            world.join(birth(index), self.seed)?;
        }
        let due: Vec<Absence> =
            self.back.iter().filter(|(at, _)| *at <= tick).map(|(_, who)| *who).collect();
        self.back.retain(|(at, _)| *at > tick);
        for who in due {
            match who {
                Absence::Detached(player) => world.host(Command::Attach { player }),
                Absence::Left(index) => {
                    // Outside of a safe circle leaving takes its time.
                    if !world.come_back(index) {
                        self.back.push((tick + AWAY_TICKS, who));
                    }
                }
            }
        }
        for index in 0..world.players.len() {
            if self.whim.below(ABSENCE_TICKS) == 0 {
                self.send_away(world, index, tick);
            }
        }
        Ok(())
    }

    fn send_away(&mut self, world: &mut World, index: usize, tick: u64) {
        let player = world.players[index].player;
        let is_away = self.back.iter().any(|(_, who)| match who {
            Absence::Detached(other) => *other == player,
            Absence::Left(other) => *other == index,
        });
        if is_away {
            return;
        }
        if self.whim.below(2) == 0 {
            world.host(Command::Leave { player });
            self.back.push((tick + AWAY_TICKS, Absence::Left(index)));
        } else {
            world.host(Command::Detach { player });
            let ticks = 1 + self.whim.below(DETACHED_TICKS_MAX);
            self.back.push((tick + ticks, Absence::Detached(player)));
        }
    }
}

/// Classes take turns; all levels of the starting zone, most of them soon full.
fn birth(index: u64) -> Birth {
    let class = ClassId::new((index % CLASSES) as u8 + 1);
    let level = Level::new((index % LEVELS) as u8 + 1);
    let conduct = match index % 6 {
        0 | 3 => Conduct::Fight,
        // Whoever is not strong enough for them dies there, and goes there again.
        5 => Conduct::Camp(RECKLESS_GROUP),
        _ => Conduct::Level,
    };
    Birth { level, percent: 90, ..Birth::new(class, conduct) }
}
