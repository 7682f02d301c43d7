//! `massless bots economy`: merchants that do business on a running server and keep journals of what they
//! were told.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::content::Content;
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use crate::bots::bot::name_of;
use crate::bots::economy::{Business, Fair, trade};
use crate::commands::report::{Outcome, Report, fields};
use crate::commands::seed;
use crate::{content, shutdown, system};

/// First number of the names of characters that are made, apart from those of other bots.
const FIRST_NAME: u64 = 80_000;
/// Time that what is on its way gets when the run is over.
const END_TIME: Duration = Duration::from_secs(90);

/// Arguments of merchants.
#[derive(Debug, clap::Args)]
#[group(id = "economy")]
pub(crate) struct Arguments {
    /// First number of the accounts, for several runs beside each other; even, so that partners stay together.
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,
    /// How many bots; two in a row are partners.
    #[arg(long, value_name = "N", default_value_t = 12,
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    clients: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// How long.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Seed of what the bots do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder of their journals, one file a bot; is made, and gone on with.
    #[arg(long, value_name = "DIR")]
    journal: PathBuf,
    /// Password of the accounts seed-0001 and so on, which are made when they are not there.
    #[arg(long, value_name = "TEXT", default_value = seed::PASSWORD)]
    password: String,
    /// The content set of the server, when it is not the one built in.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Does business until the time is over or a signal comes; met when something was acknowledged.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots economy", arguments.seed);
    system::raise_open_files_limit();
    std::fs::create_dir_all(&arguments.journal).context("the journals need a folder")?;
    let content = match &arguments.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let fair = runtime.block_on(hold(arguments, &content))?;
    let acknowledged = fair.acknowledged.load(Relaxed);
    let outcome = if acknowledged > 0 { Outcome::Met } else { Outcome::Void };
    let line = of_fair(arguments, &fair);
    eprintln!(
        "{} operations acknowledged, {} refused, {} unknown; {} times somebody came in",
        acknowledged,
        fair.refused.load(Relaxed),
        fair.unknown.load(Relaxed),
        fair.joins.load(Relaxed),
    );
    if arguments.json {
        report.print(outcome, line);
    }
    Ok(outcome)
}

async fn hold(arguments: &Arguments, content: &Arc<Content>) -> anyhow::Result<Arc<Fair>> {
    let fair = Arc::new(Fair::default());
    let (_order, mut stop) = shutdown::on_signal()?;
    let mut bots: Vec<JoinHandle<anyhow::Result<()>>> = Vec::new();
    for index in (arguments.first..).take(arguments.clients as usize) {
        let business = business(arguments, content, index);
        bots.push(tokio::spawn(trade(business, Arc::clone(&fair))));
    }
    let progress = progress(arguments);
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    while Instant::now() < end && !bots.iter().any(JoinHandle::is_finished) {
        tokio::select! {
            _ = every_second.tick() => {}
            () = shutdown::ordered(&mut stop) => break,
        }
        progress.set_position(u64::from(fair.alive.load(Relaxed)));
        progress.set_message(format!("{} operations", fair.acknowledged.load(Relaxed)));
    }
    fair.is_over.store(true, Relaxed);
    progress.finish_and_clear();
    let deadline = tokio::time::Instant::now() + END_TIME;
    for bot in bots {
        let ended = tokio::time::timeout_at(deadline, bot).await;
        ended.context("a bot does not stop")?.context("a bot panicked")??;
    }
    Ok(fair)
}

fn business(arguments: &Arguments, content: &Arc<Content>, index: u64) -> Business {
    let faction = 1 + (index / 2) % 3;
    Business {
        url: arguments.url.clone(),
        login: seed::login(index + 1),
        password: arguments.password.clone(),
        wanted: json!({
            "name": name_of(FIRST_NAME + index),
            "class": 1 + index % 4,
            "faction": faction,
            "look": index % 16,
        }),
        folder: arguments.journal.clone(),
        content: Arc::clone(content),
        seed: arguments.seed,
        index,
    }
}

fn of_fair(arguments: &Arguments, fair: &Fair) -> Map<String, Value> {
    let kinds = fair.kinds.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let kinds: Map<String, Value> = kinds
        .iter()
        .map(|(kind, (done, refused))| (kind.clone(), json!({ "done": done, "refused": refused })))
        .collect();
    fields(json!({
        "clients": arguments.clients,
        "acknowledged": fair.acknowledged.load(Relaxed),
        "refused": fair.refused.load(Relaxed),
        "unknown": fair.unknown.load(Relaxed),
        "joins": fair.joins.load(Relaxed),
        "kinds": kinds,
    }))
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(arguments.clients));
    let style = "{spinner} {elapsed_precise} {pos}/{len} bots do business: {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
