//! `massless bots join-burst`: very many join in one moment, and what that does to the ticks.
//!
//! All come from one address and by a name alone, so the server has to allow that (`auth.names`,
//! `limits.sockets_per_address`, or the reference scene).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use massless_net::transport::Transport;
use serde_json::json;

use crate::bots::admin_page::ticks;
use crate::bots::bot::{self, Orders, Role, Run};
use crate::bots::find;
use crate::bots::measure::Notes;
use crate::bots::wander::{Wanderer, Whim};
use crate::bots::way::TransportName;
use crate::commands::report::{Outcome, Report, fields, rounded};
use crate::system;

/// First number of the bots' names, apart from those of other commands.
const FIRST_NAME: u64 = 80_000;
/// Time in which all have to be in the world.
const COME_IN_TIME: Duration = Duration::from_secs(30);
/// Pause between two looks whether they are.
const LOOK_PAUSE: Duration = Duration::from_millis(5);
/// Time they stay, so that the ticks that follow count, too.
const STAY_TIME: Duration = Duration::from_secs(2);
/// Time all have to leave.
const LEAVE_TIME: Duration = Duration::from_secs(5);
/// Seconds until all are in, and milliseconds of the longest tick. Source: targets P13.
const TARGETS: (f64, f64) = (1.0, 50.0);

/// Arguments of `bots join-burst`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many join.
    #[arg(long, value_name = "N", default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    clients: u32,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's port for administration, for its ticks.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9600")]
    admin_url: String,
    /// What carries them.
    #[arg(long, value_enum, default_value_t)]
    transport: TransportName,
    /// Seed of what they do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What came of it.
struct Burst {
    /// Seconds until the last one was in; `None`: not all came in.
    joined: Option<f64>,
    /// Milliseconds that no tick exceeded, in the slowest zone: the bound above the longest.
    tick_max: f64,
    lost: u32,
    why_lost: BTreeMap<String, u32>,
}

/// Joins; met when all were in within a second and no tick was too long.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots join-burst", arguments.seed);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let Burst { joined, tick_max, lost, why_lost } = runtime.block_on(burst(arguments))?;
    let (seconds, millis) = TARGETS;
    let is_met = lost == 0 && joined.is_some_and(|it| it <= seconds) && tick_max <= millis;
    let outcome = if is_met { Outcome::Met } else { Outcome::Missed };
    let when = joined.map_or_else(|| "never".to_owned(), |joined| format!("after {joined:.2} s"));
    eprintln!(
        "{} joined at once, the last one {when} (at most {seconds} s), {lost} lost; no tick over \
         {tick_max:.1} ms (at most {millis})",
        arguments.clients,
    );
    for (why, count) in &why_lost {
        eprintln!("{count} lost: {why}");
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients,
            "transport": Transport::from(arguments.transport).label(),
            "joined_s": joined.map(|joined| rounded(joined, 3)),
            "tick_max_ms": rounded(tick_max, 2),
            "lost": lost,
            "why_lost": why_lost,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

async fn burst(arguments: &Arguments) -> anyhow::Result<Burst> {
    let server = find::find(&arguments.url, arguments.transport).await?;
    let before = ticks(&arguments.admin_url).await?;
    let run = Arc::new(Run::default());
    let begun = Instant::now();
    let bots: Vec<_> = (0..u64::from(arguments.clients))
        .map(|index| {
            let index = FIRST_NAME + index;
            let orders = Orders {
                index,
                way: server.way.clone(),
                map: Arc::clone(&server.map),
                role: Role::Wander(Wanderer::new(Whim::new(arguments.seed, index), None, true)),
                talk: None,
                notes: Notes::new(false),
                sees: false,
                comes_back: false,
            };
            tokio::spawn(bot::play(orders, Arc::clone(&run)))
        })
        .collect();
    let joined = loop {
        if run.alive.load(Relaxed) >= arguments.clients {
            break Some(begun.elapsed().as_secs_f64());
        }
        if begun.elapsed() > COME_IN_TIME {
            break None;
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    };
    tokio::time::sleep(STAY_TIME).await;
    let after = ticks(&arguments.admin_url).await?;
    let lost = run.lost.load(Relaxed);
    let why_lost = run.why_lost();
    run.is_over.store(true, Relaxed);
    for bot in bots {
        let _ = tokio::time::timeout(LEAVE_TIME, bot).await;
    }
    let tick_max = after.percentile_since(&before, 1.0).context("no zone had a tick")?;
    Ok(Burst { joined, tick_max, lost, why_lost })
}
