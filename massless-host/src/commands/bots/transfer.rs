//! `massless bots transfer`: bots that go to and fro through portals on one connection each, and how long
//! they are without a world.
//!
//! All come by a name alone, so the server has to allow that (`auth.names`, `limits.sockets_per_address`).
//! With `zone.start` 10 they begin a short and safe way from a portal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::content::Content;
use massless_core::ids::FactionId;
use massless_net::transport::Transport;
use serde_json::json;

use crate::bots::admin_page;
use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::measure::{Notes, percentile};
use crate::bots::shuttle::{Crossing, Shuttle};
use crate::bots::ticks::Ticks;
use crate::bots::wander::Whim;
use crate::bots::way::TransportName;
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::{content, system};

/// First number of the bots' names, apart from those of other commands.
const FIRST_NAME: u64 = 85_000;
/// Pause between two bots that set out, so that they do not reach the portal in one tick.
const SET_OUT_PAUSE: Duration = Duration::from_millis(37);
/// Pause between two looks at how many crossings there were.
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// Time all have to leave.
const LEAVE_TIME: Duration = Duration::from_secs(5);
/// Milliseconds without a world at the 99th of 100 crossings. Source: targets P13.
const MILLIS_MAX: f64 = 100.0;
/// Beginning of the lines in which the host says how long it took.
const HOST_TIMES: &str = "massless_transfer_duration_seconds_bucket{";

/// Arguments of `bots transfer`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many bots.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    clients: u32,
    /// Changes of zone that are waited for, of all together.
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u64).range(1..))]
    transfers: u64,
    /// Seconds after which it ends all the same.
    #[arg(long, value_name = "S", default_value_t = 180,
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's port for administration, for its own measure.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9600")]
    admin_url: String,
    /// What carries them.
    #[arg(long, value_enum, default_value_t)]
    transport: TransportName,
    /// The content set of the server, when it is not the one built in.
    #[arg(long, value_name = "DIR")]
    content: Option<std::path::PathBuf>,
    /// Seed of what they do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What came of it.
struct Findings {
    crossings: Vec<Crossing>,
    /// Milliseconds that 99 of 100 took by the host's own clock, from leaving one zone to the welcome of the
    /// other.
    host_p99: Option<f64>,
    lost: u32,
    why_lost: BTreeMap<String, u32>,
}

/// Travels; met when the gap was short and no connection was lost or changed; void with too few crossings.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots transfer", arguments.seed);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let Findings { crossings, host_p99, lost, why_lost } = runtime.block_on(travel(arguments))?;
    let transfers = crossings.len() as u64;
    let kept = crossings.iter().filter(|crossing| crossing.is_same_session).count() as u64;
    let mut millis: Vec<f64> = crossings.iter().map(|crossing| crossing.millis).collect();
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|share| percentile(&mut millis, share));
    let is_void = transfers < arguments.transfers;
    let is_met = lost == 0 && kept == transfers && p99 <= MILLIS_MAX;
    let outcome = match (is_void, is_met) {
        (_, false) if lost > 0 => Outcome::Missed,
        (true, _) => Outcome::Void,
        (false, true) => Outcome::Met,
        (false, false) => Outcome::Missed,
    };
    eprintln!(
        "{transfers} changes of zone, {kept} of them on the session they began with; without a world for \
         {p50:.1} ms in the middle, {p99:.1} ms at the 99th of 100 (at most {MILLIS_MAX}), {most:.1} ms at \
         most; {lost} connections lost",
    );
    for (why, count) in &why_lost {
        eprintln!("{count} lost: {why}");
    }
    if is_void {
        eprintln!("void: {} were asked for", arguments.transfers);
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients,
            "transport": Transport::from(arguments.transport).label(),
            "transfers": transfers,
            "connection_ids_kept": kept,
            "p50_ms": rounded(p50, 2),
            "p99_ms": rounded(p99, 2),
            "max_ms": rounded(most, 2),
            "host_p99_ms": host_p99.map(|millis| rounded(millis, 2)),
            "lost": lost,
            "why_lost": why_lost,
            "void": is_void,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

async fn travel(arguments: &Arguments) -> anyhow::Result<Findings> {
    let content = match &arguments.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let server = find::find(&arguments.url, arguments.transport).await?;
    let before = host_times(arguments).await?;
    let run = Arc::new(Run::default());
    let progress = progress(arguments);
    let mut bots = Vec::new();
    let begun = Instant::now();
    for index in 0..u64::from(arguments.clients) {
        let index = FIRST_NAME + index;
        let whim = Whim::new(arguments.seed, index);
        let shuttle = Shuttle::new(Arc::clone(&content), FactionId::new(1), whim);
        let orders = Orders {
            index,
            way: server.way.clone(),
            map: Arc::clone(&server.map),
            role: Role::Shuttle(Box::new(shuttle)),
            talk: None,
            notes: Notes::new(false),
            sees: true,
            comes_back: false,
        };
        bots.push(tokio::spawn(bot::play(orders, Arc::clone(&run))));
        tokio::time::sleep(SET_OUT_PAUSE).await;
    }
    let time = Duration::from_secs(arguments.seconds);
    while run.crossings.load(Relaxed) < arguments.transfers && begun.elapsed() < time {
        tokio::time::sleep(LOOK_PAUSE).await;
        progress.set_position(run.crossings.load(Relaxed).min(arguments.transfers));
    }
    progress.finish_and_clear();
    let (lost, why_lost) = (run.lost.load(Relaxed), run.why_lost());
    let after = host_times(arguments).await?;
    run.is_over.store(true, Relaxed);
    let mut crossings = Vec::new();
    for bot in bots {
        let ended = tokio::time::timeout(LEAVE_TIME, bot).await;
        let orders = ended.context("a bot does not stop")?.context("a bot panicked")?;
        if let Role::Shuttle(shuttle) = orders.role {
            crossings.extend(shuttle.crossings);
        }
    }
    let host_p99 = after.percentile_since(&before, 0.99);
    Ok(Findings { crossings, host_p99, lost, why_lost })
}

async fn host_times(arguments: &Arguments) -> anyhow::Result<Ticks> {
    let page = admin_page::metrics(&arguments.admin_url).await?;
    Ok(Ticks::of(&page, HOST_TIMES))
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new(arguments.transfers);
    let style = "{spinner} {elapsed_precise} {pos}/{len} changes of zone";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
