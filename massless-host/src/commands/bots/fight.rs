//! `massless bots fight` and `crowd`: bots that fight over real sockets against a running server; and those
//! of `level` that play the whole game there.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId};
use massless_net::online::Server;
use serde_json::json;

use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::measure::Notes;
use crate::bots::mind::Conduct;
use crate::bots::play::{Part, Play};
use crate::bots::tally::Tally;
use crate::bots::way::TransportName;
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::{content, shutdown, system};

/// Clients that join in each 10 ms.
pub(super) const JOINS_PER_STEP: u64 = 5;
/// Classes there are.
const CLASSES: u64 = 4;

/// Arguments of bots that fight over sockets.
#[derive(Debug, clap::Args)]
#[group(id = "play")]
pub(crate) struct Arguments {
    /// How many bots; classes take turns.
    #[arg(long, value_name = "N", default_value_t = 12,
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub(crate) clients: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    pub(crate) url: String,
    /// How frames travel.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) transport: TransportName,
    /// How long.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: u64,
    /// Play in parties of so many.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u64).range(1..=5))]
    pub(crate) party: u64,
    /// Which spawn group of the zone all of a crowd go to, from 0 on.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) group: usize,
    /// The content set of the server, when it is not the one built in.
    #[arg(long, value_name = "DIR")]
    pub(crate) content: Option<PathBuf>,
    /// Seed of what the bots do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// First number of the bots' names, for several runs beside each other.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first: u64,
    /// Print what became of them.
    #[arg(long)]
    pub(crate) report: bool,
    /// End with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Fights what is near, everywhere in the zone.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    play("bots fight", arguments, Conduct::Fight)
}

/// Fights in one spawn group, all in a crowd.
pub(crate) fn run_crowd(arguments: &Arguments) -> anyhow::Result<Outcome> {
    play("bots crowd", arguments, Conduct::Camp(arguments.group))
}

/// Plays until the time is over or a signal comes; met when no connection was lost and something died.
pub(crate) fn play(
    command: &'static str,
    arguments: &Arguments,
    conduct: Conduct,
) -> anyhow::Result<Outcome> {
    let report = Report::start(command, arguments.seed);
    system::raise_open_files_limit();
    let content = match &arguments.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run = Arc::new(Run::default());
    let tallies = runtime.block_on(fight(arguments, conduct, &content, &run))?;
    let mut sum = Tally::default();
    tallies.iter().for_each(|tally| sum.add(tally));
    let lost = run.lost.load(Relaxed);
    let (compared, equal) = (run.compared.load(Relaxed), run.equal.load(Relaxed));
    let outcome = if lost == 0 && sum.kills > 0 { Outcome::Met } else { Outcome::Missed };
    if arguments.report || !arguments.json {
        sum.print(tallies.len() as u64);
        eprintln!("{lost} connections lost; {equal} of {compared} own states predicted exactly");
    }
    if arguments.json {
        let share = equal as f64 / compared.max(1) as f64;
        let mut line = fields(json!({
            "clients": arguments.clients,
            "lost": lost,
            "predicted_share": rounded(share, 5),
            "bytes": run.bytes.load(Relaxed),
        }));
        line.extend(fields(sum.json()));
        report.print(outcome, line);
    }
    Ok(outcome)
}

async fn fight(
    arguments: &Arguments,
    conduct: Conduct,
    content: &Arc<Content>,
    run: &Arc<Run>,
) -> anyhow::Result<Vec<Tally>> {
    let server = find::find(&arguments.url, arguments.transport).await?;
    let (_order, mut stop) = shutdown::on_signal()?;
    let mut bots = Vec::new();
    for index in arguments.first..arguments.first + u64::from(arguments.clients) {
        let conduct = (conduct, arguments.party);
        let orders = orders(&server, content, conduct, (arguments.seed, index));
        bots.push(tokio::spawn(bot::play(orders, Arc::clone(run))));
        if index % JOINS_PER_STEP == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let progress = progress(arguments);
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    while Instant::now() < end && !bots.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::select! {
            _ = every_second.tick() => {}
            () = shutdown::ordered(&mut stop) => break,
        }
        progress.set_position(u64::from(run.alive.load(Relaxed)));
        progress.set_message(format!("{} lost", run.lost.load(Relaxed)));
    }
    run.is_over.store(true, Relaxed);
    progress.finish_and_clear();
    let mut tallies = Vec::new();
    for bot in bots {
        let ended = tokio::time::timeout(Duration::from_secs(5), bot).await;
        let orders = ended.context("a bot does not stop")?.context("a bot panicked")?;
        if let Role::Play(play) = orders.role {
            tallies.push(play.tally);
        }
    }
    Ok(tallies)
}

/// A bot that plays alone, or in a party of so many; classes take turns.
pub(super) fn orders(
    server: &Server,
    content: &Arc<Content>,
    (conduct, party): (Conduct, u64),
    (seed, index): (u64, u64),
) -> Orders {
    let class = ClassId::new((index % CLASSES) as u8 + 1);
    let part = Part { class, faction: FactionId::new(1), conduct, party };
    Orders {
        index,
        way: server.way.clone(),
        map: Arc::clone(&server.map),
        role: Role::Play(Box::new(Play::new(Arc::clone(content), part, seed, index))),
        talk: None,
        notes: Notes::new(false),
        sees: true,
        comes_back: false,
    }
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(arguments.clients));
    let style = "{spinner} {elapsed_precise} {pos}/{len} bots fight: {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
