//! `massless serve`: runs the game until it is told to stop.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use massless_store::fault;

use super::report::{Outcome, WrongUse};
use crate::config::{Config, Overrides};
use crate::scenario::{self, Scenario, Spread};
use crate::{content, shutdown, system, telemetry, wiring};

/// Arguments of `serve`. What is not given comes from the environment, the file, the defaults.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// Settings file; default massless.toml if it exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Port of the page; 0 takes free ports for page, game and administration.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Port of the game socket.
    #[arg(long, value_name = "PORT")]
    game_port: Option<u16>,
    /// Port of health and metrics.
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
    /// Address of page and game.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    /// Folder for logs, snapshots and incidents.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder of a content set to use instead of the one built in.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// Folder of the built browser client.
    #[arg(long, value_name = "DIR")]
    client: Option<PathBuf>,
    /// Seed of all chance in a fresh zone.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Zones to run, such as 1,10; all of the content without it.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    zones: Vec<u32>,
    /// text or json.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Stand by: wait until the server that uses the data folder has ended, then take over from it.
    #[arg(long)]
    standby: bool,
    /// What is served.
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Where the players of the reference scene begin.
    #[arg(long, value_enum, default_value_t)]
    spread: Spread,
    /// Run on these cores only, such as 0 or 0,1.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    cores: Vec<usize>,
}

/// Serves until a signal.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if !arguments.cores.is_empty() {
        system::pin(&arguments.cores).map_err(|error| {
            let cores = &arguments.cores;
            WrongUse(format!("this process cannot run on cores {cores:?} ({error}); name others"))
        })?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // From here on a signal is an order that is obeyed, also while the start goes on.
    let inside = runtime.enter();
    let signals = shutdown::signals().context("signals cannot be listened to")?;
    drop(inside);
    let mut config = Config::load(arguments.config.as_deref(), &overrides(arguments))?;
    let settings = Config::shown(arguments.config.as_deref(), &overrides(arguments))?;
    let telemetry = telemetry::start(&config.log)?;
    if !config.server.core_dumps
        && let Err(error) = system::forbid_core_dumps()
    {
        tracing::warn!(%error, "the system keeps its limit of core dumps");
    }
    let _armed = fault::arm();
    let content = match arguments.scenario {
        Scenario::Play => content::load(&config.content)?,
        Scenario::ZoneWalk | Scenario::Floor | Scenario::Echo => {
            for limit in scenario::lift_limits(&mut config) {
                eprintln!("lifted: {limit}");
            }
            // The world's own state and logs are left alone.
            config.data.dir.push("zone-walk");
            scenario::walk_content()
        }
    };
    let plan = wiring::Plan {
        config,
        content,
        scenario: arguments.scenario,
        spread: arguments.spread,
        metrics: telemetry.page(),
        stands_by: arguments.standby,
        settings,
    };
    runtime.block_on(wiring::run(plan, signals))?;
    Ok(Outcome::Met)
}

fn overrides(arguments: &Arguments) -> Overrides {
    let mut flags = Overrides::default();
    let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let is_free = arguments.port == Some(0);
    let or_free = |port: Option<u16>| port.or(is_free.then_some(0));
    flags.set("server.http_port", arguments.port);
    flags.set("server.game_port", or_free(arguments.game_port));
    flags.set("server.admin_port", or_free(arguments.admin_port));
    flags.set("server.bind", arguments.bind.map(|address| address.to_string()));
    flags.set("data.dir", text(&arguments.data));
    flags.set("content.dir", text(&arguments.content));
    flags.set("client.dir", text(&arguments.client));
    flags.set("zone.seed", arguments.seed);
    let zones = Some(&arguments.zones).filter(|zones| !zones.is_empty());
    flags.set("zone.ids", zones.cloned());
    flags.set("log.format", arguments.log_format.clone());
    flags
}
