//! `massless bots slow-readers`: many stop reading in one moment and play on; what that costs the server, and whether
//! those who read notice it.
//!
//! All come from one address and by a name alone, as for `join-burst`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use massless_net::online::Server;
use massless_net::transport::Transport;
use serde_json::json;
use tokio::task::JoinSet;

use crate::bots::admin_page::{metrics, ticks};
use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::measure::{self, Findings, Notes};
use crate::bots::ticks::{Ticks, gauge};
use crate::bots::unread::Unreader;
use crate::bots::wander::{Wanderer, Whim};
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::system;

/// First numbers of the bots' names, apart from those of other commands: of those who read, and of the others.
const FIRST_NAMES: (u64, u64) = (60_000, 61_000);
/// Who joins in each 10 ms.
const JOINS_PER_STEP: u64 = 5;
/// Time in which all have to be in the world.
const COME_IN_TIME: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// Time of a measurement, before and while some do not read.
const MEASURED: Duration = Duration::from_secs(8);
/// Time after which it is in vain to wait for the last one to be cut off.
const CUT_TIME: Duration = Duration::from_secs(40);
/// Time all have to leave.
const LEAVE_TIME: Duration = Duration::from_secs(5);
/// KiB that one may cost all in. Source: reliability F10.
const KIB_MAX: f64 = 256.0;
/// Seconds until the last one is cut off. Source: reliability F10.
const CUT_MAX: f64 = 10.0;
/// How many times the p99 from before counts as unhurt; and half a tick, which always does.
const GROWTH_MAX: f64 = 1.5;
const TICK_P99_UNHURT: f64 = 25.0;
/// Milliseconds that gaps between updates may grow by: a tick is 50.
const INTERVAL_SLACK: f64 = 25.0;

/// Arguments of `bots slow-readers`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many stop reading: three of five by WebSocket, the others by QUIC and WebTransport.
    #[arg(long, value_name = "N", default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(5..=4_096))]
    clients: u32,
    /// How many read on, by all transports.
    #[arg(long, value_name = "N", default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(3..=1_000))]
    readers: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's port for administration, for its ticks and sockets.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9600")]
    admin_url: String,
    /// The server's process, for its memory; it must run on this machine.
    #[arg(long, value_name = "PID")]
    server_pid: i32,
    /// Seed of what the readers do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What was measured while all read, or while some did not.
struct Span {
    tick_p99: f64,
    readers: Findings,
}

/// When the last one was cut off.
#[derive(Clone, Copy, Default)]
struct Cut {
    ws: Option<f64>,
    udp: Option<f64>,
}

/// What came of it.
struct Result {
    before: Span,
    during: Span,
    /// Seconds from when they stopped reading until the last one was cut off, by WebSocket and by UDP; `None`: never.
    cut: Cut,
    kib: f64,
    readers_lost: u32,
}

impl Result {
    /// What does not hold.
    fn missed(&self) -> Vec<String> {
        let mut missed = Vec::new();
        for (by, cut) in [("WebSocket", self.cut.ws), ("UDP", self.cut.udp)] {
            if cut.is_none_or(|cut| cut > CUT_MAX) {
                missed.push(format!("the last one by {by} is cut off after more than {CUT_MAX} s"));
            }
        }
        if self.kib > KIB_MAX {
            missed.push(format!("one costs more than {KIB_MAX} KiB"));
        }
        let (before, during) = (self.before.tick_p99, self.during.tick_p99);
        if during > (before * GROWTH_MAX).max(TICK_P99_UNHURT) {
            missed.push("ticks take longer".to_owned());
        }
        let (before, during) = (&self.before.readers, &self.during.readers);
        if during.interval_p99 > before.interval_p99 + INTERVAL_SLACK || during.starved > 0 {
            missed.push("updates of the others come later".to_owned());
        }
        if self.readers_lost > 0 {
            missed.push("somebody who reads was lost".to_owned());
        }
        missed
    }
}

/// Measures; met when all are cut off in time, cheap, and unnoticed.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots slow-readers", arguments.seed);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(measure_all(arguments))?;
    let missed = result.missed();
    let outcome = if missed.is_empty() { Outcome::Met } else { Outcome::Missed };
    let Result { before, during, cut, kib, readers_lost } = &result;
    let when = |cut: Option<f64>| {
        cut.map_or_else(|| "never".to_owned(), |cut| format!("after {cut:.1} s"))
    };
    eprintln!(
        "{} stopped reading: the last one by WebSocket was cut off {}, by UDP {} (at most {CUT_MAX} \
         s), {kib:.1} KiB each (at most {KIB_MAX}); of {} others {readers_lost} lost, updates' p99 {:.0} ms before and {:.0} ms meanwhile, ticks' p99 {:.1} and {:.1} ms",
        arguments.clients,
        when(cut.ws),
        when(cut.udp),
        arguments.readers,
        before.readers.interval_p99,
        during.readers.interval_p99,
        before.tick_p99,
        during.tick_p99,
    );
    for what in &missed {
        eprintln!("missed: {what}");
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients,
            "readers": arguments.readers,
            "cut_s": {
                "ws": cut.ws.map(|cut| rounded(cut, 2)),
                "udp": cut.udp.map(|cut| rounded(cut, 2)),
            },
            "kib_each": rounded(*kib, 1),
            "readers_lost": readers_lost,
            "interval_ms_p99": { "before": before.readers.interval_p99, "during": during.readers.interval_p99 },
            "hz": { "before": rounded(before.readers.hz, 2), "during": rounded(during.readers.hz, 2) },
            "tick_ms_p99": { "before": rounded(before.tick_p99, 2), "during": rounded(during.tick_p99, 2) },
            "why": missed,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

async fn measure_all(arguments: &Arguments) -> anyhow::Result<Result> {
    let pid = arguments.server_pid.to_string();
    let gone = || WrongUse(format!("there is no process {pid} here; name the server's"));
    let memory = || system::resident_bytes(&pid).ok_or_else(gone);
    let mut servers = Vec::new();
    for transport in Transport::ALL {
        servers.push(find::find(&arguments.url, transport).await?);
    }
    // Two groups, so that each span has notes of its own.
    let groups = [Arc::new(Run::default()), Arc::new(Run::default())];
    let mut readers = JoinSet::new();
    for index in 0..u64::from(arguments.readers) {
        let run = &groups[index as usize % 2];
        readers.spawn(bot::play(orders(arguments, &servers, index), Arc::clone(run)));
        pace(index).await;
    }
    let alive = || groups.iter().map(|run| run.alive.load(Relaxed)).sum::<u32>();
    all_in(arguments.readers, alive).await.context("not all who read came in")?;
    let empty = memory()?;
    let slow = Arc::new(Run::default());
    let stops_reading = Arc::new(AtomicBool::new(false));
    let mut unreaders = JoinSet::new();
    for index in 0..u64::from(arguments.clients) {
        let server = &servers[[0, 0, 0, 1, 2][index as usize % 5]];
        let (way, map) = (server.way.clone(), Arc::clone(&server.map));
        let (slow, stops_reading) = (Arc::clone(&slow), Arc::clone(&stops_reading));
        unreaders.spawn(async move {
            match Unreader::connect(&way, map, FIRST_NAMES.1 + index).await {
                Ok(unreader) => unreader.play(slow, stops_reading).await,
                Err(error) => slow.lose(&error.to_string()),
            }
        });
        pace(index).await;
    }
    let in_time = all_in(arguments.clients, || slow.alive.load(Relaxed)).await;
    in_time.with_context(|| format!("not all came in: {:?}", slow.why_lost()))?;
    let before = span(arguments, &groups[0]).await?;
    ensure!(slow.lost.load(Relaxed) == 0, "lost while they read: {:?}", slow.why_lost());
    stops_reading.store(true, Relaxed);
    let cutting = cut_off(arguments, &memory);
    let (during, cut) = tokio::join!(span(arguments, &groups[1]), cutting);
    let (during, (cut, most)) = (during?, cut?);
    let readers_lost = groups.iter().map(|run| run.lost.load(Relaxed)).sum();
    for run in groups.iter().chain([&slow]) {
        run.is_over.store(true, Relaxed);
    }
    let mut notes: [Vec<Notes>; 2] = Default::default();
    let deadline = tokio::time::Instant::now() + LEAVE_TIME;
    while let Ok(Some(bot)) = tokio::time::timeout_at(deadline, readers.join_next()).await {
        let orders = bot.context("a bot panicked")?;
        notes[(orders.index - FIRST_NAMES.0) as usize % 2].push(orders.notes);
    }
    let [first, second] = notes;
    let of = |span: SpanTicks, notes: &[Notes]| Span {
        tick_p99: span.p99,
        readers: measure::evaluate(notes, span.seconds),
    };
    let kib = most.saturating_sub(empty) as f64 / 1_024.0 / f64::from(arguments.clients);
    Ok(Result { before: of(before, &first), during: of(during, &second), cut, kib, readers_lost })
}

/// Ticks of a span.
struct SpanTicks {
    p99: f64,
    seconds: f64,
}

/// Lets a group take notes for a while.
async fn span(arguments: &Arguments, run: &Run) -> anyhow::Result<SpanTicks> {
    let (since, before): (_, Ticks) = (Instant::now(), ticks(&arguments.admin_url).await?);
    run.is_measured.store(true, Relaxed);
    tokio::time::sleep(MEASURED).await;
    run.is_measured.store(false, Relaxed);
    let after = ticks(&arguments.admin_url).await?;
    let p99 = after.percentile_since(&before, 0.99).context("no zone had a tick")?;
    Ok(SpanTicks { p99, seconds: since.elapsed().as_secs_f64() })
}

/// When the last of those who do not read was cut off, and the most memory until then.
async fn cut_off(
    arguments: &Arguments,
    memory: &dyn Fn() -> std::result::Result<u64, WrongUse>,
) -> anyhow::Result<(Cut, u64)> {
    let (begun, mut most, mut cut) = (Instant::now(), 0, Cut::default());
    // Readers take turns by transport.
    let readers = f64::from(arguments.readers);
    let by_ws = f64::from(arguments.readers.div_ceil(Transport::ALL.len() as u32));
    while begun.elapsed() < CUT_TIME && (cut.ws.is_none() || cut.udp.is_none()) {
        most = most.max(memory()?);
        let page = metrics(&arguments.admin_url).await?;
        let open = |it: Transport| {
            gauge(&page, "massless_sockets", ("transport", it.label())).unwrap_or(f64::MAX)
        };
        let elapsed = begun.elapsed().as_secs_f64();
        if open(Transport::Ws) <= by_ws {
            cut.ws = cut.ws.or(Some(elapsed));
        }
        if open(Transport::Quic) + open(Transport::WebTransport) <= readers - by_ws {
            cut.udp = cut.udp.or(Some(elapsed));
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
    Ok((cut, most))
}

fn orders(arguments: &Arguments, servers: &[Server], index: u64) -> Orders {
    let server = &servers[index as usize % servers.len()];
    Orders {
        index: FIRST_NAMES.0 + index,
        way: server.way.clone(),
        map: Arc::clone(&server.map),
        role: Role::Wander(Wanderer::new(Whim::new(arguments.seed, index), None, true)),
        talk: None,
        notes: Notes::new(false),
        sees: true,
        comes_back: false,
    }
}

async fn pace(index: u64) {
    if index.is_multiple_of(JOINS_PER_STEP) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn all_in(count: u32, alive: impl Fn() -> u32) -> anyhow::Result<()> {
    let begun = Instant::now();
    while alive() < count {
        ensure!(begun.elapsed() < COME_IN_TIME, "{} of {count} after {COME_IN_TIME:?}", alive());
        tokio::time::sleep(LOOK_PAUSE).await;
    }
    Ok(())
}
