//! Builds the whole host, runs it until the signal, and takes it down in order.
//!
//! No other file constructs two subsystems. The order down: admit nobody, tell the players, let the
//! zones store their state, write down the sessions, finish the web ports.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use massless_core::content::Content;
use massless_core::ids::ZoneId;
use massless_core::zone::Zone;
use massless_net::replication::{Replicator, Settings};
use massless_net::session::token::ResumeKey;
use massless_net::transport::ws;
use massless_net::wire::PROTOCOL_VERSION;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle as Task;

use crate::admin::{self, Admin};
use crate::board::{Board, ZoneBoard};
use crate::commands::WrongUse;
use crate::config::Config;
use crate::gateway::{self, Gateway, Meters};
use crate::http::{self, Site};
use crate::record::{self, Incidents, LastStop, Recorder, WriterSettings, ZoneFolder};
use crate::registry::Registry;
use crate::scenario::{Scenario, Spread};
use crate::telemetry::MetricsPage;
use crate::zone_runner::{self, Mailbox, Runner, RunnerParts};
use crate::{floor, shutdown, system, web};

/// What is to be served.
pub(crate) struct Plan {
    /// The settings.
    pub(crate) config: Config,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// What is served.
    pub(crate) scenario: Scenario,
    /// Where the players of the reference scene begin.
    pub(crate) spread: Spread,
    /// Renders the metrics.
    pub(crate) metrics: MetricsPage,
}

/// The open ports.
struct Ports {
    http: TcpListener,
    game: TcpListener,
    admin: TcpListener,
}

/// The running zone and its threads.
struct RunningZone {
    mailbox: Arc<Mailbox>,
    thread: JoinHandle<()>,
    log: JoinHandle<()>,
}

/// Runs the host until SIGTERM or SIGINT.
pub(crate) async fn run(plan: Plan) -> anyhow::Result<()> {
    let stop = shutdown::on_signal().context("signals cannot be listened to")?;
    system::raise_open_files_limit();
    let ports = open_ports(&plan.config).await?;
    if plan.scenario == Scenario::Floor {
        announce(&plan.config, &ports)?;
        floor::serve(ports.game, stop).await;
        return Ok(());
    }
    let data = plan.config.data.dir.clone();
    prepare_data(&data)?;
    let key = host_key(&data).context("the host's key cannot be read or made")?;
    let board = Arc::new(board_of(&plan)?);
    let zone = ZoneId::new(plan.config.zone.start);
    let folder = ZoneFolder::open(&data, zone.get()).context("the zone's folder")?;
    let epoch = folder.claim_epoch().context("the zone's epoch cannot be stored")?;
    let registry = Arc::new(Registry::new(epoch));
    let running = start_zone(&plan, (folder, epoch), &registry, &board)?;
    let gateway = Arc::new(Gateway {
        key,
        registry: Arc::clone(&registry),
        mailbox: Arc::clone(&running.mailbox),
        board: Arc::clone(&board),
        content: Arc::clone(&plan.content),
        scenario: plan.scenario,
        spread: plan.spread,
        joined: AtomicU64::new(0),
        meters: Meters::new(),
    });
    let sweeper = tokio::spawn(sweep(Arc::clone(&registry)));
    board.set_started();
    announce(&plan.config, &ports)?;
    let (web_stop, web_stopped) = watch::channel(false);
    let webs = serve_webs(&plan, &board, ports.http, ports.admin, &web_stopped, &ports.game)?;
    serve_game(&plan.config, gateway, ports.game, stop).await;
    board.set_stopping();
    sweeper.abort();
    stop_zone(running).await;
    if let Err(error) = registry.store(&data) {
        tracing::warn!(%error, "the sessions could not be written down; players join anew");
    }
    let _ = web_stop.send(true);
    for web in webs {
        let _ = web.await;
    }
    tracing::info!("stopped");
    Ok(())
}
