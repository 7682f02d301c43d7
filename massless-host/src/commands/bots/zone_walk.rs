//! `massless bots zone-walk`: the reference measurement of a server, with the floor of the same run.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use massless_net::online::Way;
use massless_net::transport::Transport;
use serde_json::{Value, json};

use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::floor_load::{self, FloorRun};
use crate::bots::measure::{self, Findings, Notes};
use crate::bots::shown;
use crate::bots::verdict::{Floor, Scene, Span, Verdict};
use crate::bots::wander::{Range, Wanderer, Whim};
use crate::bots::way::{SOCKETS_MAX, TransportName};
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::scenario::{CROWD_RADIUS_METRES, Spread, centre};
use crate::system;

/// Clients that take in what they are told of others, and note what they know of them.
const OBSERVERS: u32 = 24;
/// Clients that join in each 10 ms.
const JOINS_PER_STEP: u64 = 5;
/// Seconds of the floor's own warm-up and measurement.
const FLOOR_SECONDS: (u64, u64) = (2, 6);

/// Arguments of `bots zone-walk`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many clients.
    #[arg(long, value_name = "N", default_value_t = 300,
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    clients: u32,
    /// Where they walk.
    #[arg(long, value_enum, default_value_t)]
    spread: Spread,
    /// How frames travel.
    #[arg(long, value_enum, default_value_t)]
    transport: TransportName,
    /// Seconds between the last join and the measurement.
    #[arg(long, value_name = "S", default_value_t = 5)]
    warm: u64,
    /// Seconds of the measurement.
    #[arg(long, value_name = "S", default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Seed of what the clients do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's process, for its processor time and memory; it must run on this machine.
    #[arg(long, value_name = "PID")]
    server_pid: Option<i32>,
    /// Write what observers showed of others to this file, for `massless replay shown`.
    #[arg(long, value_name = "FILE")]
    shown: Option<PathBuf>,
    /// Leave out the floor.
    #[arg(long)]
    no_floor: bool,
    /// End with one line of JSON only.
    #[arg(long)]
    json: bool,
}

/// Measures; met when rate, bytes, fidelity and cost are in bounds.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots zone-walk", arguments.seed);
    system::raise_open_files_limit();
    if let Some(pid) = arguments.server_pid
        && system::cpu_time(&pid.to_string()).is_none()
    {
        let text = format!("there is no process {pid} here; name the server's with --server-pid");
        return Err(WrongUse(text).into());
    }
    // One thread: the load has one core of its own, and its share of it is part of the result.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (span, findings) = runtime.block_on(measure_server(arguments))?;
    let rss_mb = arguments.server_pid.and_then(|pid| system::resident_peak_bytes(&pid.to_string()));
    let floor = match arguments.server_pid {
        Some(pid) if !arguments.no_floor => Some(runtime.block_on(measure_floor(arguments, pid))?),
        _ => None,
    };
    let scene = Scene {
        clients: arguments.clients,
        spread: arguments.spread,
        has_datagrams: Transport::from(arguments.transport).has_datagrams(),
        server_cores: arguments.server_pid.and_then(|pid| system::affinity(Some(pid))),
        load_cores: system::affinity(None),
    };
    let result = Verdict::of(&scene, &span, &findings, floor.as_ref());
    let line = line_of(arguments, (&span, &findings), (&result, floor.as_ref()), rss_mb);
    if !arguments.json {
        eprintln!("{}", serde_json::to_string_pretty(&line)?);
    }
    report.print(result.outcome(), fields(line));
    Ok(result.outcome())
}

/// The fields of the result.
fn line_of(
    arguments: &Arguments,
    (span, findings): (&Span, &Findings),
    (result, floor): (&Verdict, Option<&Floor>),
    rss_mb: Option<u64>,
) -> Value {
    json!({
        "clients": arguments.clients,
        "alive": span.alive,
        "came_back": span.came_back,
        "observers": arguments.clients.div_ceil(observer_step(arguments.clients)),
        "transport": Transport::from(arguments.transport).label(),
        "spread": arguments.spread.label(),
        "ticks": span.ticks,
        "hz": rounded(findings.hz, 3),
        "hz_min": rounded(findings.hz_min, 3),
        "core_us_per_client_tick": result.core_us.map(|us| rounded(us, 2)),
        "floor_us": floor.map(|floor| rounded(floor.us, 2)),
        "target_us": result.target_us.map(|us| rounded(us, 2)),
        "kb_per_s_per_client": rounded(findings.kb_per_s, 3),
        "kb_per_s_p99_1s": rounded(findings.kb_per_s_p99, 3),
        "kb_per_s_max_1s": findings.kb_per_s_max.map(|most| rounded(most, 3)),
        "starved": findings.starved,
        "p50_interval_ms": findings.interval_p50,
        "p99_interval_ms": findings.interval_p99,
        "rss_mb": rss_mb.map(|bytes| rounded(bytes as f64 / 1e6, 1)),
        "load_cores": rounded(result.load_cores, 3),
        "server_cores": result.server_cores.map(|cores| rounded(cores, 3)),
        "others_cores": rounded(result.others_cores, 3),
        "visible_recall": rounded(findings.visible_recall, 5),
        "stale_ms_p99": findings.stale_ms_p99,
        "pos_error_m_p99": rounded(findings.pos_error_p99, 3),
        "shown_error_m_p50": rounded(findings.shown_error_p50, 3),
        "shown_error_m_p99": rounded(findings.shown_error_p99, 3),
        "raw_error_m_p50": rounded(findings.raw_error_p50, 3),
        "raw_error_m_p99": rounded(findings.raw_error_p99, 3),
        "corrected_per_minute": rounded(findings.corrected_per_minute, 2),
        "far_errors": findings.far_errors,
        "shown_delay_ticks_mean": rounded(findings.delay_mean, 3),
        "guessed_share": rounded(findings.guessed_share, 4),
        "seen_mean": rounded(findings.seen_mean, 1),
        "speed_mean_m_per_s": rounded(findings.speed_mean, 2),
        "applied_share": rounded(findings.applied_share, 4),
        "margin_mean": rounded(findings.margin_mean, 2),
        "lead_ms_mean": rounded(findings.lead_ms_mean, 1),
        "pairs": findings.pairs,
        "void": !result.void.is_empty(),
        "why": result.void.iter().chain(&result.missed).collect::<Vec<_>>(),
    })
}

/// Every so many-th client is an observer, the first one too: they are spread evenly over all.
const fn observer_step(clients: u32) -> u32 {
    clients.div_ceil(OBSERVERS)
}

async fn measure_server(arguments: &Arguments) -> anyhow::Result<(Span, Findings)> {
    let server = find::find(&arguments.url, arguments.transport).await?;
    let run = Arc::new(Run::default());
    let range = match arguments.spread {
        Spread::Uniform => None,
        Spread::Crowd => Some(Range { centre: centre(), radius: CROWD_RADIUS_METRES }),
    };
    let step = u64::from(observer_step(arguments.clients));
    let mut bots = Vec::new();
    for index in 0..u64::from(arguments.clients) {
        let is_observer = index.is_multiple_of(step);
        let orders = Orders {
            index,
            way: server.way.clone(),
            map: Arc::clone(&server.map),
            role: Role::Wander(Wanderer::new(Whim::new(arguments.seed, index), range, false)),
            talk: None,
            notes: Notes::new(is_observer),
            sees: is_observer,
            comes_back: true,
        };
        bots.push(tokio::spawn(bot::play(orders, Arc::clone(&run))));
        if index % JOINS_PER_STEP == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(arguments.warm)).await;
    run.is_measured.store(true, Relaxed);
    let (since, before) = (Instant::now(), Reading::take(arguments));
    let tick_before = run.newest_tick.load(Relaxed);
    tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
    run.is_measured.store(false, Relaxed);
    let after = Reading::take(arguments);
    let span = Span {
        seconds: since.elapsed().as_secs_f64(),
        ticks: run.newest_tick.load(Relaxed) - tick_before,
        server: after.server.zip(before.server).map(|(after, before)| after - before),
        load: after.load - before.load,
        busy: after.busy - before.busy,
        alive: run.alive.load(Relaxed),
        came_back: run.gaps().count,
    };
    run.is_over.store(true, Relaxed);
    let mut notes = Vec::with_capacity(bots.len());
    for bot in bots {
        notes.push(bot.await.context("a bot panicked")?.notes);
    }
    if let Some(path) = &arguments.shown {
        let looks = shown::write(path, notes.iter().flat_map(Notes::shown_looks))?;
        eprintln!("{looks} looks in {}", path.display());
    }
    let findings = measure::evaluate(&notes, span.seconds);
    Ok((span, findings))
}

/// Processor times at one moment.
struct Reading {
    server: Option<Duration>,
    load: Duration,
    busy: Duration,
}

impl Reading {
    fn take(arguments: &Arguments) -> Self {
        Self {
            server: arguments.server_pid.and_then(|pid| system::cpu_time(&pid.to_string())),
            load: system::cpu_time("self").unwrap_or_default(),
            busy: system::busy_time().unwrap_or_default(),
        }
    }
}

/// What a server without a world costs, on the server's own cores.
async fn measure_floor(arguments: &Arguments, pid: i32) -> anyhow::Result<Floor> {
    let cores = system::affinity(Some(pid)).context("the server's cores are not known")?;
    let (mut child, ready) = start_floor(&cores)?;
    let way = floor_way(&ready, arguments.transport.into())?;
    let run = Arc::new(FloorRun::default());
    let mut loads = Vec::new();
    for index in 0..u64::from(arguments.clients) {
        loads.push(tokio::spawn(floor_load::load(way.clone(), Arc::clone(&run))));
        if index % JOINS_PER_STEP == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(FLOOR_SECONDS.0)).await;
    let id = child.id().to_string();
    let read = || {
        let load = system::cpu_time("self").unwrap_or_default();
        (system::cpu_time(&id), run.frames.load(Relaxed), load, run.open.load(Relaxed))
    };
    let (since, before) = (Instant::now(), read());
    tokio::time::sleep(Duration::from_secs(FLOOR_SECONDS.1)).await;
    let (seconds, after) = (since.elapsed().as_secs_f64(), read());
    run.is_over.store(true, Relaxed);
    for load in loads {
        load.abort();
    }
    child.kill().context("the floor server cannot be stopped")?;
    child.wait()?;
    let time = after.0.zip(before.0).map(|(after, before)| after - before);
    let time = time.context("the floor server ended early")?;
    let frames = after.1 - before.1;
    Ok(Floor {
        us: time.as_secs_f64() * 1e6 / frames.max(1) as f64,
        seconds,
        frames,
        open: before.3.min(after.3),
        load_cores: (after.2 - before.2).as_secs_f64() / seconds,
    })
}

/// Starts this very program as the floor server on `cores`; returns it and what it says of itself.
fn start_floor(cores: &[usize]) -> anyhow::Result<(Child, Value)> {
    use std::io::BufRead as _;
    let list: Vec<String> = cores.iter().map(ToString::to_string).collect();
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .args(["serve", "--scenario", "floor", "--port", "0", "--bind", "127.0.0.1", "--cores"])
        .arg(list.join(","))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("the floor server cannot be started")?;
    let output = child.stdout.take().expect("it is piped");
    let mut line = String::new();
    std::io::BufReader::new(output).read_line(&mut line)?;
    let ready = serde_json::from_str(&line).context("the floor server is not ready")?;
    Ok((child, ready))
}

/// How the floor server is reached.
fn floor_way(ready: &Value, transport: Transport) -> anyhow::Result<Way> {
    let port = ready["game"].as_u64().context("the floor server names no port")?;
    let scheme = match transport {
        Transport::Ws => "ws",
        Transport::Quic => "quic",
        Transport::WebTransport => "https",
    };
    let url = format!("{scheme}://127.0.0.1:{port}/");
    Ok(Way::to(url, transport, (&ready["certificates"], SOCKETS_MAX))?)
}
