//! `massless bots idle`: very many connections that stand and say nothing, and what one of them costs the server.
//!
//! All come from one address, so the server has to be started with higher limits for it
//! (`limits.sockets_max`, `limits.sockets_per_address`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use massless_net::limits::HANDSHAKE_MILLIS;
use massless_net::transport::Transport;
use massless_net::transport::socket::Socket;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::bots::find;
use crate::bots::way::TransportName;
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::system;

/// Connections that are opened at a time.
const OPENING_MAX: usize = 64;
/// Time within which all have to stand: whoever says nothing is cut after the handshake's time.
const OPEN_TIME: Duration = Duration::from_millis(HANDSHAKE_MILLIS - 300);
/// Pause before memory is looked at, so that the last handshake is over.
const SETTLE_PAUSE: Duration = Duration::from_millis(100);
/// KiB that a connection may cost, all included. Source: reliability F13.
const KIB_MAX: f64 = 16.0;

/// Arguments of `bots idle`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many connections.
    #[arg(long, value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=60_000))]
    clients: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// What carries them.
    #[arg(long, value_enum, default_value_t)]
    transport: TransportName,
    /// The server's process, for its memory; it must run on this machine.
    #[arg(long, value_name = "PID")]
    server_pid: i32,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Opens and looks; met when one costs no more than it may, void when not all stood at once.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots idle", 0);
    system::raise_open_files_limit();
    let pid = arguments.server_pid.to_string();
    let memory = || {
        let text = format!("there is no process {pid} here; name the server's with --server-pid");
        system::resident_bytes(&pid).ok_or(WrongUse(text))
    };
    let before = memory()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let begun = Instant::now();
    let sockets = runtime.block_on(open(arguments))?;
    let opened = begun.elapsed();
    std::thread::sleep(SETTLE_PAUSE);
    let after = memory()?;
    let stood = sockets.len();
    ensure!(stood > 0, "no connection could be opened");
    let kib = after.saturating_sub(before) as f64 / 1_024.0 / stood as f64;
    let is_void = stood < arguments.clients as usize || opened > OPEN_TIME;
    let outcome = match (is_void, kib <= KIB_MAX) {
        (true, _) => Outcome::Void,
        (false, true) => Outcome::Met,
        (false, false) => Outcome::Missed,
    };
    eprintln!(
        "{stood} of {} connections stood after {:.1} s: {kib:.1} KiB each (at most {KIB_MAX})",
        arguments.clients,
        opened.as_secs_f64(),
    );
    if is_void {
        eprintln!(
            "void: not all stood within {OPEN_TIME:?}; look at the server's limits of sockets"
        );
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients,
            "transport": Transport::from(arguments.transport).label(),
            "alive": stood,
            "opened_s": rounded(opened.as_secs_f64(), 3),
            "kib_per_connection": rounded(kib, 2),
            "rss_mb_before": rounded(before as f64 / 1e6, 1),
            "rss_mb": rounded(after as f64 / 1e6, 1),
            "void": is_void,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

async fn open(arguments: &Arguments) -> anyhow::Result<Vec<Socket>> {
    let server = find::find(&arguments.url, arguments.transport).await?;
    let places = Arc::new(Semaphore::new(OPENING_MAX));
    let progress = progress(arguments);
    let mut opening = JoinSet::new();
    for _ in 0..arguments.clients {
        let place = Arc::clone(&places).acquire_owned().await.context("the run is over")?;
        let way = server.way.clone();
        opening.spawn(async move {
            let socket = way.connect().await;
            drop(place);
            socket
        });
        progress.inc(1);
    }
    let mut sockets = Vec::new();
    while let Some(socket) = opening.join_next().await {
        sockets.extend(socket?.ok());
    }
    progress.finish_and_clear();
    Ok(sockets)
}

fn progress(arguments: &Arguments) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(arguments.clients));
    let style = "{spinner} {elapsed_precise} {pos}/{len} connections";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    bar
}
