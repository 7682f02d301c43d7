//! Builds the whole host, runs it until the signal, and takes it down in order.
//!
//! No other file constructs two subsystems, but for `channels::opener`, which builds what belongs to
//! one channel. The order down: admit nobody, tell the players, let the
//! zones store their state, write down the sessions, finish the web ports.

mod ports;
mod services;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use massless_core::content::Content;
use massless_core::ids::{FactionId, ZoneId};
use massless_net::interest::InterestSettings;
use massless_net::session::token::ResumeKey;
use massless_net::transport::gate::Gate;
use massless_net::transport::quic::{QuicCounts, QuicHandle};
use massless_net::wire::PROTOCOL_VERSION;
use massless_store::repo::leases::HostRow;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle as Task, JoinSet};

use crate::admin::{self, Admin, Console, Orders};
use crate::board::Board;
use crate::channels::{ChannelId, Channels, Ground, Opener, Order, Rules, prepare};
use crate::commands::WrongUse;
use crate::config::{Config, Setting};
use crate::drain::{self, Drain};
use crate::gateway::{self, Gateway, Meters};
use crate::http::{self, MapFile, Site};
use crate::keep::{self, Keeper};
use crate::limits::{LEASE_WAIT_MAX, LOADERS, METRICS_UPKEEP_PAUSE};
use crate::record;
use crate::registry::{Registry, first_number};
use crate::rest::Api;
use crate::scenario::{Scenario, Spread};
use crate::telemetry::MetricsPage;
use crate::vault::{self, Storage, Vault, VaultSettings};
use crate::wiring::ports::Ports;
pub(crate) use crate::wiring::ports::{GamePorts, as_text};
use crate::wiring::services::Services;
use crate::workers::Workers;
use crate::{floor, mark, memory, rest, shutdown, standby, system, web, zone_runner};

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
    /// Whether to wait for the data folder instead of giving up.
    pub(crate) stands_by: bool,
    /// The settings as the staff sees them.
    pub(crate) settings: Vec<Setting>,
}

/// What makes and keeps the zones.
struct World {
    channels: Arc<Channels>,
    registry: Arc<Registry>,
    vault: Vault,
    orders: Sender<Order>,
    opener: JoinHandle<bool>,
    workers: Vec<JoinHandle<()>>,
    saver: Option<JoinHandle<()>>,
}

/// The lock on the data folder, and the open ports; `None` when a stop was wished for while it stood by.
///
/// Who stands by has only the port of the administration open. On the others a player would be taken in and then
/// wait for as long as the other host serves; refused, he is with the other one at once.
async fn take_place(
    plan: &Plan,
    wished: &mut mpsc::Receiver<drain::Wish>,
) -> anyhow::Result<Option<(File, Ports)>> {
    let (config, bytes) = (&plan.config, plan.scenario.message_bytes_max());
    let data = &config.data.dir;
    if !plan.stands_by {
        let ports = ports::open(config, None, bytes).await?;
        return Ok(standby::hold(data, None, wished).await?.map(|lock| (lock, ports)));
    }
    let admin = ports::open_admin(config).await?;
    let beside = Some((&admin, plan.metrics.clone()));
    let Some(lock) = standby::hold(data, beside, wished).await? else { return Ok(None) };
    Ok(Some((lock, ports::open(config, Some(admin), bytes).await?)))
}

/// Runs the host until SIGTERM or SIGINT; an error when a zone's thread ended by itself.
pub(crate) async fn run(plan: Plan, signals: mpsc::Receiver<()>) -> anyhow::Result<()> {
    let (order, stop) = shutdown::order();
    let (wishes, mut wished) = drain::wishes();
    let notice = match plan.scenario {
        Scenario::Play => Duration::from_secs(plan.config.server.shutdown_notice),
        Scenario::ZoneWalk | Scenario::Floor | Scenario::Echo => Duration::ZERO,
    };
    tokio::spawn(shutdown::obey(signals, wishes.clone(), notice, Arc::clone(&order)));
    system::raise_open_files_limit();
    if let Scenario::Floor | Scenario::Echo = plan.scenario {
        let ports = ports::open(&plan.config, None, plan.scenario.message_bytes_max()).await?;
        ports::announce(&plan.config.server.name, &ports)?;
        match plan.scenario {
            Scenario::Echo => floor::echo(ports.game, stop).await,
            _ => floor::serve(ports.game, stop).await,
        }
        return Ok(());
    }
    let data = plan.config.data.dir.clone();
    let Some((lock, mut ports)) = take_place(&plan, &mut wished).await? else { return Ok(()) };
    let key = host_key(&data).context("the host's key cannot be read or made")?;
    let board = Arc::new(Board::new());
    let mut services = services::open(&plan.config, plan.scenario)?;
    let keeper = open_keeper(&plan, &services)?;
    let world = make_world(&plan, Arc::clone(&order), &board, keeper)?;
    let talk = services.start(&world.registry, &board, &plan.config.server.name)?;
    let registry = Arc::clone(&world.registry);
    let drain = Drain { talk: talk.clone(), registry, board: Arc::clone(&board), order };
    let gateway = Arc::new(gateway_of(&plan, key, (&world, &services, &board))?);
    let mut tasks = background(&plan, &gateway, &ports);
    tasks.push(tokio::spawn(drain.run(wished)));
    board.set_started();
    ports::announce(&plan.config.server.name, &ports)?;
    let (web_stop, web_stopped) = watch::channel(false);
    let start_zone = gateway.start_zone(FactionId::new(1)).get();
    let site = Arc::new(site_of(&plan, &board, (&ports, start_zone)));
    tasks.extend(ports.keep_certificates());
    let api = services.api(&plan.config, &site, (&plan.content, &talk));
    let orders = services.orders(&data, &talk, wishes).context("admin.token cannot be written")?;
    let console = services.console(&plan, (&site, &orders))?;
    tasks.push(tokio::spawn(admin::keep_history(Arc::clone(&console), plan.metrics.clone())));
    let webs =
        serve_webs(&plan, (site, api, orders, console), (ports.http, ports.admin), &web_stopped);
    serve_game(&plan.config, gateway, ports.game, stop).await;
    tracing::info!("all players were told");
    tasks.iter().for_each(Task::abort);
    let is_stored = put_away(world, &services, &data).await;
    let _ = web_stop.send(true);
    for web in webs {
        let _ = web.await;
    }
    services.stop();
    drop(lock);
    anyhow::ensure!(is_stored, "a zone's thread ended by a panic; the log above says where");
    tracing::info!("stopped");
    Ok(())
}

/// What looks after the host meanwhile.
fn background(plan: &Plan, gateway: &Arc<Gateway>, ports: &Ports) -> Vec<Task<()>> {
    let sweeper = sweep(Arc::clone(gateway), (ports.game.gate(), ports.game.quic()));
    let (board, registry) = (Arc::clone(&gateway.board), Arc::clone(&gateway.registry));
    let memory = memory::watch(plan.config.limits.clone(), board, registry);
    let upkeep = keep_metrics_small(plan.metrics.clone());
    vec![tokio::spawn(sweeper), tokio::spawn(memory), tokio::spawn(upkeep)]
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

/// Says to the database who this host is. The reference scenes have none.
fn open_keeper(plan: &Plan, services: &Services) -> anyhow::Result<Option<Arc<Keeper>>> {
    if plan.scenario != Scenario::Play {
        return Ok(None);
    }
    let host = HostRow {
        id: services.host.clone(),
        address: plan.config.server.public_game_url.clone(),
        build_hash: env!("MASSLESS_COMMIT").to_owned(),
        content_hash: plan.content.hash().to_string(),
    };
    let keeper = Keeper::open(services.store.clone(), Arc::clone(&plan.content), &host);
    let keeper = keeper.context("the database cannot be used")?;
    mark::check(&plan.config.data.dir, &services.store)?;
    Ok(Some(Arc::new(keeper)))
}

/// The zones that shall run, with how many their channels hold.
fn rules_of(plan: &Plan) -> Result<BTreeMap<ZoneId, Rules>, WrongUse> {
    let zone = &plan.config.zone;
    let known: Vec<u32> = plan.content.zones().iter().map(|zone| zone.id.get()).collect();
    let wanted = if zone.ids.is_empty() { &known } else { &zone.ids };
    let names = |ids: &[u32]| ids.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    if let Some(id) = wanted.iter().find(|id| !known.contains(id)) {
        return Err(WrongUse(format!(
            "setting `zone.ids` names {id}, but the content has no such zone; it has {}",
            names(&known)
        )));
    }
    if let Some(start) = zone.start.filter(|start| !wanted.contains(start)) {
        return Err(WrongUse(format!(
            "setting `zone.start` is {start}, but no such zone runs here; there are {}",
            names(wanted)
        )));
    }
    let running = plan.content.zones().iter().filter(|zone| wanted.contains(&zone.id.get()));
    let rules = running.map(|def| {
        let open_at = zone.open_channel_at.unwrap_or(def.open_channel_at);
        let (characters_max, channels_max) = (def.characters_max, zone.channels_max);
        (def.id, Rules { open_at, characters_max, channels_max })
    });
    Ok(rules.collect())
}

/// Makes the zones, takes up what the last stop left, and starts all threads.
fn make_world(
    plan: &Plan,
    order: Arc<watch::Sender<bool>>,
    board: &Arc<Board>,
    keeper: Option<Arc<Keeper>>,
) -> anyhow::Result<World> {
    let data = &plan.config.data.dir;
    let (orders, ordered) = std::sync::mpsc::channel();
    let channels = Arc::new(Channels::new(rules_of(plan)?, orders.clone()));
    let mut ids: BTreeSet<ChannelId> = channels.zones().map(ChannelId::first).collect();
    let left = record::channels_with_state(data);
    ids.extend(left.into_iter().filter(|id| channels.has(id.zone)));
    let mut prepared = Vec::new();
    for id in ids {
        let keeper = (keeper.as_deref(), LEASE_WAIT_MAX);
        prepared.push((prepare(&plan.config, &plan.content, keeper, id)?, channels.add(id)));
    }
    let newest_epoch = prepared.iter().map(|(channel, _)| channel.epoch).max().unwrap_or(0);
    let start = record::claim_start(data, newest_epoch).context("the start's number")?;
    let registry = Arc::new(Registry::new(start));
    let saver = keeper
        .as_ref()
        .map(|keeper| keep::spawn_saver(Arc::clone(keeper), Arc::clone(board)))
        .transpose()?;
    let storage = match &keeper {
        Some(keeper) => Storage::Kept(Arc::clone(keeper)),
        None => Storage::in_memory(first_number(start)),
    };
    let delay = Duration::from_millis(plan.config.vault.delay_ms);
    let (vault, workers) = vault::spawn(VaultSettings { delay, storage })?;
    for (channel, _) in &prepared {
        for player in channel.bodies() {
            channels.seat_again(player, channel.id);
        }
        for (player, character) in zone_runner::characters_in(channel.zone().view()) {
            vault.enrol(player, &character);
        }
    }
    match registry.restore(data, gateway::now(), |player| channels.seat_of(player).is_some()) {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "sessions of the last stop can be taken up again"),
        Err(error) => tracing::warn!("{error}"),
    }
    if let Some(keeper) = &keeper {
        let bodies = prepared.iter().flat_map(|(channel, _)| channel.bodies());
        let people: BTreeSet<_> = bodies.chain(registry.players()).collect();
        let people: Vec<_> = people.into_iter().collect();
        keeper.take_up(&people).context("what the last stop left")?;
    }
    let ground = Ground {
        config: plan.config.clone(),
        content: Arc::clone(&plan.content),
        interest: interest_of(plan.scenario),
        registry: Arc::clone(&registry),
        board: Arc::clone(board),
        vault: vault.clone(),
        channels: Arc::clone(&channels),
    };
    let mut opener = Opener::new(ground, order, Handle::current());
    for (channel, mailbox) in prepared {
        opener.start(channel, mailbox)?;
    }
    let opener = std::thread::Builder::new()
        .name("channels".to_owned())
        .spawn(move || opener.run(&ordered))?;
    Ok(World { channels, registry, vault, orders, opener, workers, saver })
}

/// The door of the game.
fn gateway_of(
    plan: &Plan,
    key: ResumeKey,
    (world, services, board): (&World, &Services, &Arc<Board>),
) -> anyhow::Result<Gateway> {
    Ok(Gateway {
        key,
        registry: Arc::clone(&world.registry),
        channels: Arc::clone(&world.channels),
        vault: world.vault.clone(),
        accounts: Arc::clone(&services.accounts),
        has_names: services.has_names || plan.scenario != Scenario::Play,
        loaders: Workers::start(LOADERS)?,
        board: Arc::clone(board),
        content: Arc::clone(&plan.content),
        start: plan.config.zone.start.map(ZoneId::new),
        scenario: plan.scenario,
        spread: plan.spread,
        joined: AtomicU64::new(0),
        meters: Meters::new(),
    })
}

fn interest_of(scenario: Scenario) -> InterestSettings {
    match scenario {
        Scenario::Play | Scenario::Floor | Scenario::Echo => InterestSettings::GAME,
        Scenario::ZoneWalk => InterestSettings::ZONE_WALK,
    }
}

/// What the page's port shows.
fn site_of(plan: &Plan, board: &Arc<Board>, (ports, start_zone): (&Ports, u32)) -> Site {
    let server = &plan.config.server;
    let maps = plan.content.zones().iter();
    let site = Site {
        name: server.name.clone(),
        content: plan.content.hash().to_string(),
        maps: maps.map(|zone| (zone.id.get(), MapFile::new(&zone.map_bytes))).collect(),
        start_zone,
        game_port: ports.game.address().port(),
        public_game_url: server.public_game_url.clone(),
        quic: ports.quic_site(&plan.config),
        protocol: PROTOCOL_VERSION,
        client: plan.config.client.folder(),
        board: Arc::clone(board),
    };
    if site.client.is_none() {
        tracing::warn!("the browser client is not built; the page says how to build it");
    }
    site
}

/// Starts the page's and the administration's port.
fn serve_webs(
    plan: &Plan,
    (site, api, orders, console): (Arc<Site>, Arc<Api>, Orders, Arc<Console>),
    (http, admin): (TcpListener, TcpListener),
    stop: &watch::Receiver<bool>,
) -> Vec<Task<()>> {
    let admin_site = Admin {
        board: Arc::clone(&site.board),
        metrics: plan.metrics.clone(),
        data: plan.config.data.dir.clone(),
        content: site.content.clone(),
        protocol: PROTOCOL_VERSION,
        site: Arc::clone(&site),
        orders,
        console,
    };
    let page = http::routes(site, rest::routes(api));
    vec![
        tokio::spawn(web::serve(http, page, stop.clone())),
        tokio::spawn(web::serve(admin, admin::routes(admin_site), stop.clone())),
    ]
}

/// Accepts players until the signal, then waits until all were told, `stop_seconds` at most.
async fn serve_game(
    config: &Config,
    gateway: Arc<Gateway>,
    mut listener: GamePorts,
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

/// Forgets people who can no longer come back, lets go of whom another host holds, and reports who was not
/// even let in.
async fn sweep(gateway: Arc<Gateway>, (gate, quic): (Gate, Option<QuicHandle>)) {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    let mut gone = Vec::new();
    loop {
        tokio::select! {
            _ = every_second.tick() => {
                gateway.registry.sweep(gateway::now());
                gateway.registry.sweep_parties(gateway::now());
                let refused = gate.refused();
                metrics::counter!("massless_shed_total", "stage" => "sockets").absolute(refused.full);
                metrics::counter!("massless_shed_total", "stage" => "address")
                    .absolute(refused.address);
                if let Some(counts) = quic.as_ref().map(QuicHandle::counts) {
                    count_quic(counts);
                }
            }
            // A name is free at once for whoever left by choice.
            () = gateway.registry.forgets() => {}
        }
        gone.extend(gateway.registry.take_forgotten());
        gateway.let_go(&mut gone).await;
    }
}

/// What became of those who knocked at the UDP port.
fn count_quic(counts: QuicCounts) {
    let QuicCounts { retried, refused: _, failed, restarts } = counts;
    for (event, count) in [("retried", retried), ("failed", failed), ("restarted", restarts)] {
        metrics::counter!("massless_quic_total", "event" => event).absolute(count);
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

/// Stores the world and who may come back; false when a thread of a zone had panicked.
async fn put_away(world: World, services: &Services, data: &Path) -> bool {
    let registry = Arc::clone(&world.registry);
    let is_stored = stop_world(world).await;
    if let Err(error) = registry.store(data) {
        tracing::warn!(%error, "the sessions could not be written down; players join anew");
    }
    if services.is_open {
        let (folder, store) = (data.to_owned(), services.store.clone());
        let marked = tokio::task::spawn_blocking(move || mark::leave(&folder, &store));
        if let Ok(Err(error)) = marked.await {
            tracing::warn!(%error, "where the books are could not be written down");
        }
    }
    is_stored
}

/// Lets the zones store their state, without blocking the sockets that are still being told. False
/// when a thread of one had panicked.
async fn stop_world(world: World) -> bool {
    let World { vault, orders, opener, workers, saver, .. } = world;
    let _ = orders.send(Order::Stop);
    let threads = tokio::task::spawn_blocking(move || {
        let mut is_well = opener.join().unwrap_or(false);
        vault.stop();
        for worker in workers {
            is_well &= worker.join().is_ok();
        }
        if let Some(keeper) = vault.keeper() {
            keeper.stop();
        }
        saver.is_none_or(|saver| saver.join().is_ok()) && is_well
    });
    threads.await.unwrap_or(false)
}
