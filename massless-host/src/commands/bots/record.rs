//! `massless bots record`: bot play in process, without sockets and faster than real time, as a log.
//!
//! The bots walk by what the zone shows and hand their inputs to the zone's own input buffer, meant
//! for the next tick, some of them late. They come over the first minute; some leave and come again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::command::{Character, Command, Input};
use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::math::{Vec2, ground};
use massless_core::replay::LogWriter;
use massless_core::units::{TICKS_PER_SECOND, Tick};
use massless_core::view::View;
use massless_core::zone::{InputBuffer, NoProbe, Zone};
use serde_json::json;

use crate::bots::bot::name_of;
use crate::bots::wander::{Wanderer, Whim};
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::content;

/// Ticks over which the bots come.
const ARRIVAL_TICKS: u64 = 60 * TICKS_PER_SECOND as u64;
/// A bot leaves (or loses its connection) about once in so many ticks.
const ABSENCE_TICKS: u64 = 6_000;
/// Ticks a bot stays away.
const AWAY_TICKS: u64 = 400;

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
    let log = record(arguments, content)?;
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
    if arguments.json {
        let line = json!({
            "ticks": arguments.ticks,
            "clients": arguments.clients,
            "mb": rounded(mb, 4),
            "mb_per_zone_hour": rounded(mb * 3_600.0 / game_seconds.max(1e-9), 3),
            "times_real": rounded(times_real, 1),
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}

fn record(arguments: &Arguments, content: Arc<Content>) -> anyhow::Result<Vec<u8>> {
    let id = ZoneId::new(arguments.zone);
    let map = content.zone(id).map(|zone| Arc::clone(&zone.map));
    let mut zone = Zone::new(content, id, arguments.seed, 1)?;
    let map = map.context("the zone was made, so the content has it")?;
    let mut log = Vec::new();
    let mut writer = LogWriter::begin(&zone, &mut log);
    let mut company = Company::new(arguments);
    let mut commands = Vec::new();
    let progress = progress(arguments.ticks);
    for _ in 0..arguments.ticks {
        commands.clear();
        company.act(&map, zone.view(), zone.tick(), &mut commands);
        let output = zone.step(&commands, &mut NoProbe);
        writer.tick(&commands, &output, &mut log);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(log)
}

fn progress(ticks: u64) -> ProgressBar {
    let bar = ProgressBar::new(ticks);
    let style = "{bar:40} {pos}/{len} ticks, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// One recorded bot.
struct Actor {
    player: PlayerId,
    legs: Wanderer,
    whim: Whim,
    sequence: u16,
    back_at: u64,
    is_detached: bool,
}

/// All recorded bots.
struct Company {
    actors: Vec<Actor>,
    inputs: InputBuffer,
}

impl Company {
    fn new(arguments: &Arguments) -> Self {
        let count = u64::from(arguments.clients);
        let actor = |index: u64| Actor {
            player: PlayerId::new(index + 1),
            legs: Wanderer::new(Whim::new(arguments.seed, index), None, true),
            whim: Whim::new(!arguments.seed, index),
            sequence: 0,
            back_at: index * ARRIVAL_TICKS.min(arguments.ticks / 4) / count.max(1),
            is_detached: false,
        };
        Self { actors: (0..count).map(actor).collect(), inputs: InputBuffer::new() }
    }

    /// Appends the commands of one tick: the host's first, then the inputs.
    fn act(&mut self, map: &Map, view: &View, tick: Tick, commands: &mut Vec<Command>) {
        for actor in &mut self.actors {
            let place = view
                .player(actor.player)
                .map(|(_, entry)| ground(view.position[entry.index as usize]));
            if let Some(place) = place.filter(|_| tick.get() >= actor.back_at) {
                if actor.is_detached {
                    actor.is_detached = false;
                    commands.push(Command::Attach { player: actor.player });
                }
                actor.walk(map, place, tick, &mut self.inputs);
                if let Some(goodbye) = actor.goodbye(tick) {
                    self.inputs.remove(actor.player);
                    commands.push(goodbye);
                }
            } else if place.is_none() && tick.get() >= actor.back_at {
                actor.is_detached = false;
                commands.push(actor.hello());
            }
        }
        self.inputs.take(tick, commands);
    }
}

impl Actor {
    fn hello(&self) -> Command {
        let index = self.player.get() - 1;
        let character = Character::plain(&name_of(index), (index % 16) as u8);
        Command::Join { player: self.player, character: Box::new(character) }
    }

    /// One input a tick, meant for the tick to come; now and then late or not at all.
    fn walk(&mut self, map: &Map, place: Vec2, tick: Tick, inputs: &mut InputBuffer) {
        let (direction, facing) = self.legs.steer(map, place);
        let chance = self.whim.below(100);
        if chance == 0 {
            return;
        }
        let meant = if chance == 1 { tick.get().saturating_sub(1) } else { tick.get() + 1 };
        self.sequence = self.sequence.wrapping_add(1);
        let input = Input { direction, facing, ..Input::default() };
        inputs.push(tick, self.player, (self.sequence, Tick::new(meant)), input);
    }

    fn goodbye(&mut self, tick: Tick) -> Option<Command> {
        if self.whim.below(ABSENCE_TICKS) != 0 {
            return None;
        }
        let player = self.player;
        self.is_detached = true;
        if self.whim.below(2) == 0 {
            self.back_at = tick.get() + AWAY_TICKS;
            return Some(Command::Leave { player });
        }
        self.back_at = tick.get() + 1 + self.whim.below(AWAY_TICKS);
        Some(Command::Detach { player })
    }
}
