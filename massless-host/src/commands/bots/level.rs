//! `massless bots level`: bots that begin at level 1 and play the game; in process faster than real time,
//! to hold the rules' own table of minutes against the real zones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use massless_core::content::Content;
use massless_core::ids::{ClassId, PartyId, ZoneId};
use massless_core::units::TICKS_PER_SECOND;
use serde_json::{Value, json};

use crate::bots::mind::Conduct;
use crate::bots::tally::Tally;
use crate::bots::world::{Birth, World};
use crate::commands::bots::fight;
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::content;

/// Minutes a level takes, from level 1 on. Game rules, section 17.
const TABLE_MINUTES: [f64; 9] = [5.4, 5.5, 8.2, 9.9, 12.3, 14.9, 17.9, 17.5, 24.4];
/// How far the whole way may be from the table.
const TOLERANCE: f64 = 0.25;
/// Ticks a minute.
const TICKS_PER_MINUTE: f64 = 60.0 * TICKS_PER_SECOND as f64;
/// Ticks between two looks at progress.
const STRIDE_TICKS: u32 = 200;
/// Classes there are.
const CLASSES: u64 = 4;

/// Arguments of `bots level`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Those of bots over sockets.
    #[command(flatten)]
    play: fight::Arguments,
    /// The level they play to.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u8).range(2..=90))]
    levels: u8,
    /// Play in this process, without a server and as fast as it goes.
    #[arg(long)]
    in_process: bool,
    /// In process: so many bots share a world; each of them alone in its own by default.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "in_process",
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    together: u32,
    /// In process: hours of play after which a bot is given up.
    #[arg(long, value_name = "H", default_value_t = 6, requires = "in_process")]
    hours: u32,
}

/// Plays; in process met when the minutes are those of the rules within a quarter.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if !arguments.in_process {
        return fight::play("bots level", &arguments.play, Conduct::Level);
    }
    let report = Report::start("bots level", arguments.play.seed);
    let content = match &arguments.play.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let tallies = play_worlds(arguments, &content)?;
    let findings = Findings::of(arguments, &tallies);
    let mut sum = Tally::default();
    tallies.iter().for_each(|tally| sum.add(tally));
    if arguments.play.report || !arguments.play.json {
        sum.print(tallies.len() as u64);
        findings.print();
    }
    if arguments.play.json {
        let mut line = fields(findings.json());
        line.insert("clients".to_owned(), json!(arguments.play.clients));
        line.insert("together".to_owned(), json!(arguments.together));
        line.insert("levels".to_owned(), json!(arguments.levels));
        line.extend(fields(sum.json()));
        report.print(findings.outcome(), line);
    }
    Ok(findings.outcome())
}

/// All worlds, as many at a time as there are processors; the bots' tallies in their order.
fn play_worlds(arguments: &Arguments, content: &Arc<Content>) -> anyhow::Result<Vec<Tally>> {
    let worlds = arguments.play.clients.div_ceil(arguments.together) as usize;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(worlds);
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let progress = progress(arguments);
    let work = || {
        let mut played = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= worlds {
                return Ok(played);
            }
            let tallies = play_world(arguments, content, index as u64, &done, &progress)?;
            played.push((index, tallies));
        }
    };
    let mut all = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            let played: anyhow::Result<Vec<_>> =
                worker.join().map_err(|_| anyhow::anyhow!("a world panicked"))?;
            all.extend(played?);
        }
        anyhow::Ok(all)
    })?;
    progress.finish_and_clear();
    all.sort_by_key(|(index, _)| *index);
    Ok(all.into_iter().flat_map(|(_, tallies)| tallies).collect())
}

fn play_world(
    arguments: &Arguments,
    content: &Arc<Content>,
    index: u64,
    done: &AtomicU64,
    progress: &ProgressBar,
) -> anyhow::Result<Vec<Tally>> {
    let seed = arguments.play.seed.wrapping_mul(1_000).wrapping_add(index);
    let zones: Vec<ZoneId> = content.zones().iter().map(|zone| zone.id).collect();
    let mut world = World::new(Arc::clone(content), &zones, seed)?;
    let first = index * u64::from(arguments.together);
    let last = (first + u64::from(arguments.together)).min(u64::from(arguments.play.clients));
    for bot in first..last {
        let class = ClassId::new((bot % CLASSES) as u8 + 1);
        let player = world.join(Birth::new(class, Conduct::Level), seed)?;
        if arguments.play.party > 1 {
            world.party(player, PartyId::new((bot - first) / arguments.play.party + 1));
        }
    }
    let ticks_max = u64::from(arguments.hours) * 3_600 * u64::from(TICKS_PER_SECOND);
    let goal = usize::from(arguments.levels) - 1;
    let mut ticks = 0;
    while ticks < ticks_max && world.players.iter().any(|bot| bot.tally.level_ticks.len() < goal) {
        for _ in 0..STRIDE_TICKS {
            world.tick(&mut |_, _| {});
        }
        ticks += u64::from(STRIDE_TICKS);
        let all = done.fetch_add(u64::from(STRIDE_TICKS), Ordering::Relaxed);
        let levels: usize = world.players.iter().map(|bot| bot.tally.level_ticks.len()).sum();
        progress.set_message(format!("{} h played; world {index}: {levels} levels", all / 72_000));
    }
    Ok(world.players.into_iter().map(|bot| bot.tally).collect())
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = "{spinner} {elapsed_precise} {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.set_message(format!("{} bots begin", arguments.play.clients));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Minutes by level beside the table's.
struct Findings {
    minutes: Vec<f64>,
    by_class: Vec<(u64, f64)>,
    unfinished: usize,
    table: f64,
}

impl Findings {
    fn of(arguments: &Arguments, tallies: &[Tally]) -> Self {
        let goal = usize::from(arguments.levels) - 1;
        let whole: Vec<(u64, &Tally)> =
            (0..).zip(tallies).filter(|(_, tally)| tally.level_ticks.len() >= goal).collect();
        let mean = |of: &dyn Fn(&Tally) -> f64, class: Option<u64>| {
            let own = whole.iter().filter(|(bot, _)| class.is_none_or(|one| bot % CLASSES == one));
            let values: Vec<f64> = own.map(|(_, tally)| of(tally)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let level = |index: usize| {
            move |tally: &Tally| {
                let began = if index == 0 { 0 } else { tally.level_ticks[index - 1] };
                (tally.level_ticks[index] - began) as f64 / TICKS_PER_MINUTE
            }
        };
        let all = |tally: &Tally| tally.level_ticks[goal - 1] as f64 / TICKS_PER_MINUTE;
        Self {
            minutes: (0..goal).map(|index| mean(&level(index), None)).collect(),
            by_class: (0..CLASSES).map(|class| (class + 1, mean(&all, Some(class)))).collect(),
            unfinished: tallies.len() - whole.len(),
            table: TABLE_MINUTES.iter().take(goal).sum(),
        }
    }

    fn total(&self) -> f64 {
        self.minutes.iter().sum()
    }

    fn outcome(&self) -> Outcome {
        let is_tabled = self.minutes.len() <= TABLE_MINUTES.len();
        let is_near = (self.total() / self.table - 1.0).abs() <= TOLERANCE;
        if self.unfinished > 0 || (is_tabled && !is_near) { Outcome::Missed } else { Outcome::Met }
    }

    fn print(&self) {
        eprintln!("level   minutes   table");
        for (index, minutes) in self.minutes.iter().enumerate() {
            let table = TABLE_MINUTES.get(index).map_or(String::new(), |own| format!("{own:.1}"));
            eprintln!("{:>5}   {minutes:>7.1}   {table:>5}", index + 1);
        }
        let (total, table) = (self.total(), self.table);
        eprintln!("  all   {total:>7.1}   {table:>5.1}   {:+.0} %", (total / table - 1.0) * 100.0);
        for (class, minutes) in &self.by_class {
            eprintln!("class {class}: {minutes:.1} minutes");
        }
        if self.unfinished > 0 {
            eprintln!("{} bots did not get there", self.unfinished);
        }
    }

    fn json(&self) -> Value {
        let by_class: serde_json::Map<String, Value> = self
            .by_class
            .iter()
            .map(|(class, minutes)| (class.to_string(), json!(rounded(*minutes, 2))))
            .collect();
        json!({
            "minutes": rounded(self.total(), 2),
            "table_minutes": rounded(self.table, 1),
            "minutes_by_level": self.minutes.iter().map(|own| rounded(*own, 2)).collect::<Vec<_>>(),
            "table_by_level": TABLE_MINUTES.iter().take(self.minutes.len()).collect::<Vec<_>>(),
            "minutes_by_class": by_class,
            "unfinished": self.unfinished,
        })
    }
}
