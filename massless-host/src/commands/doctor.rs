//! `massless doctor`: is this machine ready to serve? One line a check, with the way out.

use std::io;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::report::{Outcome, Report, fields};
use crate::clock;
use crate::config::{Config, Overrides};
use crate::system;

/// Files and sockets that a full zone needs: one socket a player, some files.
const OPEN_FILES_WANTED: u64 = 10_240;
/// Free bytes below which a day of logs may not fit.
const DISK_FREE_WANTED: u64 = 2 << 30;
/// 1 January 2025: a clock before it is wrong.
const CLOCK_MILLIS_MIN: u64 = 1_735_689_600_000;

/// Arguments of `doctor`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// Settings file; default massless.toml if it exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Warning,
    Bad,
}

struct Check {
    name: &'static str,
    verdict: Verdict,
    text: String,
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { name, verdict, text: text.into() }
    }
}

/// Runs all checks; met when none is bad.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("doctor", 0);
    let config = Config::load(arguments.config.as_deref(), &Overrides::default())?;
    let server = &config.server;
    let checks = [
        open_files(),
        cores(),
        port("page port", server.bind, server.http_port, "server.http_port"),
        port("game port", server.bind, server.game_port, "server.game_port"),
        udp_port(&config),
        port("admin port", server.admin_bind, server.admin_port, "server.admin_port"),
        data_folder(&config.data.dir),
        wall_clock(),
        client(&config),
        content(&config),
    ];
    for check in &checks {
        let mark = match check.verdict {
            Verdict::Good => "ok  ",
            Verdict::Warning => "warn",
            Verdict::Bad => "BAD ",
        };
        println!("{mark}  {:<12} {}", check.name, check.text);
    }
    let is_good = checks.iter().all(|check| check.verdict != Verdict::Bad);
    let outcome = if is_good { Outcome::Met } else { Outcome::Missed };
    if arguments.json {
        let list: Vec<_> = checks
            .iter()
            .map(|check| {
                let verdict = format!("{:?}", check.verdict).to_lowercase();
                json!({"name": check.name, "verdict": verdict, "text": check.text})
            })
            .collect();
        report.print(outcome, fields(json!({"checks": list})));
    }
    Ok(outcome)
}

fn open_files() -> Check {
    let name = "open files";
    match system::open_files_limit() {
        (_, Some(most)) if most < OPEN_FILES_WANTED => Check::new(
            name,
            Verdict::Warning,
            format!(
                "at most {most} files and sockets, so about {} players; raise it with `ulimit -Hn \
                 {OPEN_FILES_WANTED}` or LimitNOFILE= in the service",
                most.saturating_sub(128)
            ),
        ),
        (_, most) => {
            let most = most.map_or_else(|| "no limit".to_owned(), |most| most.to_string());
            Check::new(name, Verdict::Good, format!("{most} (the server raises itself to it)"))
        }
    }
}

fn cores() -> Check {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Check::new("cores", Verdict::Good, format!("{cores} usable"))
}

fn port(name: &'static str, address: IpAddr, port: u16, setting: &str) -> Check {
    bound(name, &TcpListener::bind((address, port)), (address, port), setting)
}

/// The game's port again, for QUIC and WebTransport.
fn udp_port(config: &Config) -> Check {
    let name = "game by UDP";
    if !config.quic.enabled {
        return Check::new(name, Verdict::Good, "shut by `quic.enabled`");
    }
    let place = (config.server.bind, config.server.game_port);
    bound(name, &UdpSocket::bind(place), place, "server.game_port")
}

/// What trying a port has shown.
fn bound<T>(
    name: &'static str,
    tried: &io::Result<T>,
    (address, port): (IpAddr, u16),
    setting: &str,
) -> Check {
    match tried {
        Ok(_) => Check::new(name, Verdict::Good, format!("{port} on {address} is free")),
        Err(error) => Check::new(
            name,
            Verdict::Bad,
            format!("{port} on {address}: {error}; stop what uses it or change `{setting}`"),
        ),
    }
}

fn data_folder(folder: &Path) -> Check {
    let name = "data folder";
    let shown = folder.display();
    let made = std::fs::create_dir_all(folder);
    let probe = folder.join(".doctor");
    if let Err(error) = made.and_then(|()| std::fs::write(&probe, b"x")) {
        let text = format!("{shown} is not writable ({error}); change `data.dir` or its owner");
        return Check::new(name, Verdict::Bad, text);
    }
    let _ = std::fs::remove_file(&probe);
    match system::disk(folder) {
        Some(disk) if disk.free < DISK_FREE_WANTED => {
            let text = format!(
                "{shown} has {} MB free; a day of logs may not fit: make room or lower \
                 `data.log_bytes_max`",
                disk.free >> 20
            );
            Check::new(name, Verdict::Warning, text)
        }
        Some(disk) => {
            Check::new(name, Verdict::Good, format!("{shown}, {} MB free", disk.free >> 20))
        }
        None => Check::new(name, Verdict::Good, format!("{shown} is writable")),
    }
}

fn wall_clock() -> Check {
    if clock::unix_millis() < CLOCK_MILLIS_MIN {
        let text = "stands before 2025; set it (log retention goes by it)";
        Check::new("clock", Verdict::Warning, text)
    } else {
        Check::new("clock", Verdict::Good, "plausible")
    }
}

fn client(config: &Config) -> Check {
    match config.client.folder() {
        Some(folder) => Check::new("client", Verdict::Good, format!("{}", folder.display())),
        None => Check::new(
            "client",
            Verdict::Warning,
            "the browser client is not built; run `cargo xtask build client` or set `client.dir`",
        ),
    }
}

fn content(config: &Config) -> Check {
    match crate::content::load(&config.content) {
        Ok(content) => Check::new(
            "content",
            Verdict::Good,
            format!("{} zone(s), hash {}", content.zones().len(), content.hash()),
        ),
        Err(error) => Check::new("content", Verdict::Bad, format!("{error:#}")),
    }
}
