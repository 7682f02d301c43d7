//! `massless bots walk`: headless players that wander through a running world.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use massless_net::online::Server;
use serde_json::json;

use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::measure::Notes;
use crate::bots::wander::{Wanderer, Whim};
use crate::bots::way::TransportName;
use crate::commands::report::{Outcome, Report, fields};
use crate::{shutdown, system};

/// Arguments of `bots walk`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many bots.
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    clients: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// How frames travel.
    #[arg(long, value_enum, default_value_t)]
    transport: TransportName,
    /// How long; without it until interrupted.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Seed of what the bots do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// First number of the bots' names, for several runs beside each other.
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,
    /// Come back after every loss by the resume token, as a page does, and tell how long each was away.
    #[arg(long)]
    come_back: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Walks until the time is over or a signal comes; met when no connection was lost.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots walk", arguments.seed);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run = Arc::new(Run::default());
    runtime.block_on(walk(arguments, &run))?;
    let (compared, equal) = (run.compared.load(Relaxed), run.equal.load(Relaxed));
    let lost = run.lost.load(Relaxed);
    let outcome = if lost == 0 { Outcome::Met } else { Outcome::Missed };
    eprintln!(
        "{} bots: {lost} connections lost, {equal} of {compared} own states predicted exactly, \
         {} lines of chat heard",
        arguments.clients,
        run.heard.load(Relaxed)
    );
    let gaps = run.gaps();
    if arguments.come_back {
        eprintln!(
            "{} times somebody came back, after {:.0} ms at most, {} times to what it knew",
            gaps.count,
            gaps.max,
            run.resumed.load(Relaxed)
        );
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients,
            "lost": lost,
            "updates": run.updates.load(Relaxed),
            "bytes": run.bytes.load(Relaxed),
            "compared": compared,
            "equal": equal,
            "heard": run.heard.load(Relaxed),
            "came_back": gaps.count,
            "went_on": run.resumed.load(Relaxed),
            "gap_ms": { "p50": gaps.p50, "p99": gaps.p99, "max": gaps.max },
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

async fn walk(arguments: &Arguments, run: &Arc<Run>) -> anyhow::Result<()> {
    let server = find::find(&arguments.url, arguments.transport).await?;
    let (_order, mut stop) = shutdown::on_signal()?;
    let bots: Vec<_> = (0..u64::from(arguments.clients))
        .map(|index| tokio::spawn(bot::play(orders(arguments, &server, index), Arc::clone(run))))
        .collect();
    let progress = progress(arguments);
    let end = arguments.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    let (mut updates, mut bytes) = (0, 0);
    loop {
        tokio::select! {
            _ = every_second.tick() => {}
            () = shutdown::ordered(&mut stop) => break,
        }
        let (updates_now, bytes_now) = (run.updates.load(Relaxed), run.bytes.load(Relaxed));
        let alive = run.alive.load(Relaxed);
        progress.set_position(u64::from(alive));
        progress.set_message(format!(
            "{:.1} updates and {:.1} kB a second each, {} lost, {} lines heard",
            (updates_now - updates) as f64 / f64::from(alive.max(1)),
            (bytes_now - bytes) as f64 / 1_000.0 / f64::from(alive.max(1)),
            run.lost.load(Relaxed),
            run.heard.load(Relaxed),
        ));
        (updates, bytes) = (updates_now, bytes_now);
        if end.is_some_and(|end| Instant::now() >= end) || bots.iter().all(|bot| bot.is_finished())
        {
            break;
        }
    }
    run.is_over.store(true, Relaxed);
    for bot in bots {
        let _ = tokio::time::timeout(Duration::from_secs(5), bot).await;
    }
    progress.finish_and_clear();
    Ok(())
}

fn orders(arguments: &Arguments, server: &Server, index: u64) -> Orders {
    let index = arguments.first + index;
    Orders {
        index,
        way: server.way.clone(),
        map: Arc::clone(&server.map),
        role: Role::Wander(Wanderer::new(Whim::new(arguments.seed, index), None, true)),
        talk: Some(Whim::new(!arguments.seed, index)),
        notes: Notes::new(false),
        sees: true,
        comes_back: arguments.come_back,
    }
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(arguments.clients));
    let style = "{spinner} {elapsed_precise} {pos}/{len} bots walk: {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
