//! Builds the whole host, runs it until the signal, and takes it down in order.
//!
//! No other file constructs two subsystems. The order down: admit nobody, tell the players, let the
//! zones store their state, write down the sessions, finish the web ports.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use massless_core::content::Content;
use massless_core::ids::ZoneId;
use massless_core::zone::Zone;
use massless_net::interest::InterestSettings;
use massless_net::session::token::ResumeKey;
use massless_net::transport::gate::{Gate, GateSettings};
use massless_net::transport::ws::Listener;
use massless_net::wire::PROTOCOL_VERSION;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle as Task, JoinSet};

use crate::admin::{self, Admin};
use crate::board::{Board, ZoneBoard};
use crate::commands::WrongUse;
use crate::config::Config;
use crate::gateway::{self, Gateway, Meters};
use crate::http::{self, MapFile, Site};
use crate::limits::METRICS_UPKEEP_PAUSE;
use crate::record::{self, Incidents, LastStop, Pace, Recorder, WriterSettings, ZoneFolder};
use crate::registry::Registry;
use crate::scenario::{Scenario, Spread};
use crate::telemetry::MetricsPage;
use crate::zone_runner::{self, Ended, Mailbox, Runner, RunnerParts};
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
    game: Listener,
    admin: TcpListener,
}

/// The running zone and its threads.
struct RunningZone {
    mailbox: Arc<Mailbox>,
    thread: JoinHandle<()>,
    log: JoinHandle<()>,
}

/// Runs the host until SIGTERM or SIGINT; an error when a zone's thread ended by itself.
pub(crate) async fn run(plan: Plan) -> anyhow::Result<()> {
    let (order, stop) = shutdown::on_signal().context("signals cannot be listened to")?;
    system::raise_open_files_limit();
    let ports = open_ports(&plan.config).await?;
    if plan.scenario == Scenario::Floor {
        announce(&plan.config, &ports)?;
        floor::serve(ports.game, stop).await;
        return Ok(());
    }
    let data = plan.config.data.dir.clone();
    let lock = prepare_data(&data)?;
    let key = host_key(&data).context("the host's key cannot be read or made")?;
    let board = Arc::new(board_of(&plan)?);
    let zone = ZoneId::new(plan.config.zone.start);
    let folder = ZoneFolder::open(&data, zone.get()).context("the zone's folder")?;
    let epoch = folder.claim_epoch().context("the zone's epoch cannot be stored")?;
    let registry = Arc::new(Registry::new(epoch));
    let (running, ended) = start_zone(&plan, (folder, epoch), &registry, &board)?;
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
    let sweeper = tokio::spawn(sweep(Arc::clone(&registry), ports.game.gate()));
    let upkeep = tokio::spawn(keep_metrics_small(plan.metrics.clone()));
    let watchman = tokio::spawn(watch_zone(ended, order));
    board.set_started();
    announce(&plan.config, &ports)?;
    let (web_stop, web_stopped) = watch::channel(false);
    let game_port = ports.game.address().port();
    let webs = serve_webs(&plan, &board, (ports.http, ports.admin), game_port, &web_stopped);
    serve_game(&plan.config, gateway, ports.game, stop).await;
    tracing::info!("all players were told");
    sweeper.abort();
    watchman.abort();
    let is_stored = stop_zone(running).await;
    if let Err(error) = registry.store(&data) {
        tracing::warn!(%error, "the sessions could not be written down; players join anew");
    }
    let _ = web_stop.send(true);
    for web in webs {
        let _ = web.await;
    }
    upkeep.abort();
    drop(lock);
    anyhow::ensure!(is_stored, "a zone's thread ended by a panic; the log above says where");
    tracing::info!("stopped");
    Ok(())
}

async fn open_ports(config: &Config) -> Result<Ports, WrongUse> {
    let server = &config.server;
    let gate = GateSettings {
        connections_max: config.limits.sockets_max,
        per_address_max: config.limits.sockets_per_address,
    };
    let (bind, port) = (server.bind, server.game_port);
    let game = Listener::bind(SocketAddr::new(bind, port), gate).await;
    let game =
        game.map_err(|error| WrongUse(web::cannot_open(&error, (bind, port), "server.game_port")))?;
    let http = web::listen(bind, server.http_port, "server.http_port").await.map_err(WrongUse)?;
    let admin = web::listen(server.admin_bind, server.admin_port, "server.admin_port").await;
    Ok(Ports { http, game, admin: admin.map_err(WrongUse)? })
}

/// Makes the data folder and locks it: two hosts in one folder would claim the same epochs. The
/// lock lasts as long as the file is open, so a crash leaves none behind.
fn prepare_data(data: &Path) -> anyhow::Result<File> {
    let refused = |what: String| {
        let (data, way) = (data.display(), "name another one with --data or MASSLESS_DATA_DIR");
        WrongUse(format!("the data folder {data} {what}; {way}"))
    };
    let cannot = |error: std::io::Error| refused(format!("cannot be used ({error})"));
    std::fs::create_dir_all(data).map_err(cannot)?;
    let lock = File::create(data.join("lock")).map_err(cannot)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err(refused("is in use by another server".to_owned()).into())
        }
        Err(TryLockError::Error(error)) => Err(cannot(error).into()),
    }
}

/// The key that signs resume tokens: made once, kept in a file that only its owner reads.
fn host_key(data: &Path) -> anyhow::Result<ResumeKey> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = data.join("host.key");
    if let Ok(bytes) = std::fs::read(&path)
        && let Ok(bytes) = <[u8; 32]>::try_from(bytes)
    {
        return Ok(ResumeKey::new(bytes));
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system has no randomness")?;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(ResumeKey::new(bytes))
}

fn board_of(plan: &Plan) -> anyhow::Result<Board> {
    let id = plan.config.zone.start;
    let Some(zone) = plan.content.zone(ZoneId::new(id)) else {
        let known: Vec<String> =
            plan.content.zones().iter().map(|zone| zone.id.to_string()).collect();
        return Err(WrongUse(format!(
            "setting `zone.start` is {id}, but the content has no such zone; it has {}",
            known.join(", ")
        ))
        .into());
    };
    Ok(Board::new(vec![ZoneBoard::new(id, zone.name.clone())]))
}

fn start_zone(
    plan: &Plan,
    (folder, epoch): (ZoneFolder, u32),
    registry: &Arc<Registry>,
    board: &Arc<Board>,
) -> anyhow::Result<(RunningZone, Ended)> {
    let data = &plan.config.data;
    let zone = first_state(plan, &folder, epoch)?;
    let is_here = |player| zone.view().player(player).is_some();
    match registry.restore(&data.dir, gateway::now(), is_here) {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "sessions of the last stop can be taken up again"),
        Err(error) => tracing::warn!(%error, "the sessions of the last stop are lost"),
    }
    let settings = WriterSettings {
        folder: folder.clone(),
        age_max: Duration::from_secs(data.log_hours * 3_600),
        bytes_max: data.log_bytes_max,
        incidents: Incidents::new(&data.dir, data.incidents_max),
    };
    let (writer, log) = record::spawn(zone.id().get(), settings)?;
    let segment_ticks = data.segment_seconds * u64::from(massless_core::units::TICKS_PER_SECOND);
    let pace = Pace::new(Duration::from_secs(data.incident_pause_seconds));
    let recorder = Recorder::begin(&zone, folder.clone(), writer, segment_ticks, pace);
    let mailbox = Arc::new(Mailbox::default());
    let runner = Runner::new(RunnerParts {
        zone,
        content: Arc::clone(&plan.content),
        folder,
        recorder,
        interest: interest_of(plan.scenario),
        registry: Arc::clone(registry),
        board: Arc::clone(board),
        slow_tick: Duration::from_millis(plan.config.zone.slow_tick_ms),
    });
    let (thread, ended) = zone_runner::spawn(runner, &mailbox)?;
    Ok((RunningZone { mailbox, thread, log }, ended))
}

/// The state a zone starts with: that of the last clean stop, else its beginning.
fn first_state(plan: &Plan, folder: &ZoneFolder, epoch: u32) -> anyhow::Result<Zone> {
    let id = ZoneId::new(plan.config.zone.start);
    let content = &plan.content;
    match folder.take_final(content.hash().get()).context("the last state of the zone")? {
        LastStop::Clean(snapshot) => match Zone::restore(Arc::clone(content), &snapshot, epoch) {
            Ok(zone) => {
                let tick = zone.tick().get();
                tracing::info!(zone.id = id.get(), epoch, tick, "the zone goes on");
                return Ok(zone);
            }
            Err(error) => {
                tracing::warn!(%error, "the last state of the zone was refused");
            }
        },
        LastStop::Unusable(why) => {
            tracing::warn!(why, "the last state of the zone cannot be used");
        }
        LastStop::None => {}
    }
    let seed = match plan.config.zone.seed {
        Some(seed) => seed,
        None => getrandom::u64().context("the system has no randomness")?,
    };
    tracing::info!(zone.id = id.get(), epoch, "the zone starts afresh");
    Zone::new(Arc::clone(content), id, seed, epoch).context("the zone cannot be made")
}

fn interest_of(scenario: Scenario) -> InterestSettings {
    match scenario {
        Scenario::Play | Scenario::Floor => InterestSettings::GAME,
        Scenario::ZoneWalk => InterestSettings::ZONE_WALK,
    }
}

/// Starts the page's and the administration's port.
fn serve_webs(
    plan: &Plan,
    board: &Arc<Board>,
    (http, admin): (TcpListener, TcpListener),
    game_port: u16,
    stop: &watch::Receiver<bool>,
) -> Vec<Task<()>> {
    let content = plan.content.hash().to_string();
    let server = &plan.config.server;
    let maps = plan.content.zones().iter();
    let site = Site {
        name: server.name.clone(),
        content: content.clone(),
        maps: maps.map(|zone| (zone.id.get(), MapFile::new(&zone.map_bytes))).collect(),
        start_zone: plan.config.zone.start,
        game_port,
        public_game_url: server.public_game_url.clone(),
        protocol: PROTOCOL_VERSION,
        client: plan.config.client.folder(),
        board: Arc::clone(board),
    };
    if site.client.is_none() {
        tracing::warn!("the browser client is not built; the page says how to build it");
    }
    let admin_site = Admin {
        board: Arc::clone(board),
        metrics: plan.metrics.clone(),
        data: plan.config.data.dir.clone(),
        content,
        protocol: PROTOCOL_VERSION,
    };
    vec![
        tokio::spawn(web::serve(http, http::routes(Arc::new(site)), stop.clone())),
        tokio::spawn(web::serve(admin, admin::routes(admin_site), stop.clone())),
    ]
}

/// Accepts players until the signal, then waits until all were told, `stop_seconds` at most.
async fn serve_game(
    config: &Config,
    gateway: Arc<Gateway>,
    mut listener: Listener,
    mut stop: watch::Receiver<bool>,
) {
    let mut open = JoinSet::new();
    loop {
        let socket = tokio::select! {
            socket = listener.accept() => socket,
            () = shutdown::ordered(&mut stop) => break,
        };
        while open.try_join_next().is_some() {}
        let Some(socket) = socket else { break };
        open.spawn(Arc::clone(&gateway).serve(socket, stop.clone()));
    }
    gateway.board.set_stopping();
    drop(listener);
    let all_ended = async { while open.join_next().await.is_some() {} };
    let patience = Duration::from_secs(config.server.stop_seconds);
    if tokio::time::timeout(patience, all_ended).await.is_err() {
        tracing::warn!("some connections did not close in time and were cut");
    }
}

/// Forgets people who can no longer come back, and reports who was not even let in.
async fn sweep(registry: Arc<Registry>, gate: Gate) {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        registry.sweep(gateway::now());
        let refused = gate.refused();
        metrics::counter!("massless_shed_total", "stage" => "sockets").absolute(refused.full);
        metrics::counter!("massless_shed_total", "stage" => "address").absolute(refused.address);
    }
}

/// Keeps what the metrics hold in memory small when nobody reads them.
async fn keep_metrics_small(metrics: MetricsPage) {
    let mut due = tokio::time::interval(METRICS_UPKEEP_PAUSE);
    loop {
        due.tick().await;
        metrics.run_upkeep();
    }
}

/// Orders the stop when a zone's thread is gone: without it the host only looks alive.
async fn watch_zone(ended: Ended, order: Arc<watch::Sender<bool>>) {
    let _ = ended.await;
    tracing::error!("a zone's thread ended by itself; stopping");
    let _ = order.send(true);
}

/// Lets the zone store its state, without blocking the sockets that are still being told. False
/// when a thread of it had panicked.
async fn stop_zone(zone: RunningZone) -> bool {
    zone.mailbox.stop();
    let threads = tokio::task::spawn_blocking(move || {
        let ended = zone.thread.join().is_ok();
        zone.log.join().is_ok() && ended
    });
    threads.await.unwrap_or(false)
}

/// The line for machines on standard output, the address for people on standard error.
fn announce(config: &Config, ports: &Ports) -> anyhow::Result<()> {
    let http = ports.http.local_addr()?;
    let game = ports.game.address();
    let admin = ports.admin.local_addr()?;
    println!(
        "{}",
        json!({
            "ready": true,
            "http": http.port(),
            "game": game.port(),
            "admin": admin.port(),
            "pid": std::process::id(),
        })
    );
    let host =
        if http.ip().is_unspecified() { "localhost".to_owned() } else { http.ip().to_string() };
    eprintln!("{} is ready: http://{host}:{}/", config.server.name, http.port());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_zone_thread_that_is_gone_orders_the_stop() {
        let (alive, ended) = tokio::sync::oneshot::channel();
        let (order, mut stop) = watch::channel(false);
        let thread = std::thread::spawn(move || {
            let _alive = alive;
            panic!("a panic outside of a tick");
        });
        assert!(thread.join().is_err());
        watch_zone(ended, Arc::new(order)).await;
        assert!(*stop.borrow_and_update());
    }
}
