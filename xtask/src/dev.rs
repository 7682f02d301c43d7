//! `cargo xtask dev`: from a fresh clone to a page in the browser, and on from there.
//!
//! Builds what is missing, starts the server in `data/`, prints the address, then watches the
//! sources: what changed is built again and the server is started anew when it must be.

mod server;

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::project::Project;
use crate::{build, gate, packages, shell, wasm};
use server::Server;

/// How long sources must be quiet before a build starts: editors write in several steps.
const QUIET: Duration = Duration::from_millis(300);
/// How often the loop looks whether it shall end.
const PULSE: Duration = Duration::from_millis(200);
const WATCHED: [&str; 6] = [
    "massless-core",
    "massless-net",
    "massless-store",
    "massless-host",
    "massless-client",
    "migrations",
];
const IGNORED: [&str; 7] = ["node_modules", "dist", "public", "target", "tests", "test", ".vite"];

/// A half of the game to work on alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// The page only, with Vite's own server; it expects a game server at MASSLESS_URL.
    Client,
    /// The server only.
    Server,
}

/// What a change of sources makes stale.
#[derive(Clone, Copy, Default)]
struct Stale {
    wasm: bool,
    client: bool,
    server: bool,
}

impl Stale {
    fn any(self) -> bool {
        self.wasm || self.client || self.server
    }
}

/// Runs until Ctrl-C.
pub(crate) fn run(project: &Project, side: Option<Side>, arguments: &[String]) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))
        .context("cannot listen for Ctrl-C")?;
    if !shell::succeeds(Command::new("npm").arg("--version")) && side != Some(Side::Server) {
        packages::ensure(&["nodejs", "npm"])?;
    }
    match side {
        Some(Side::Client) => client(project, &stop),
        Some(Side::Server) => both(project, false, arguments, &stop),
        None => both(project, true, arguments, &stop),
    }
}

/// Vite's own server: it rebuilds the page by itself.
fn client(project: &Project, stop: &AtomicBool) -> Result<()> {
    wasm::build(project, None)?;
    build::client_packages(project)?;
    let mut vite: Child = Command::new("npm")
        .args(["run", "dev"])
        .current_dir(project.path("massless-client"))
        .spawn()
        .context("cannot start npm")?;
    while !stop.load(Ordering::SeqCst) && vite.try_wait()?.is_none() {
        std::thread::sleep(PULSE);
    }
    server::end(&mut vite)
}

/// The server, with the page or without, built again whenever sources change.
fn both(project: &Project, page: bool, arguments: &[String], stop: &AtomicBool) -> Result<()> {
    rebuild(project, Stale { wasm: page, client: page, server: true })?;
    let (_watcher, changes) = watch(project)?;
    let mut server = Server::start(project, arguments)?;
    while !stop.load(Ordering::SeqCst) {
        server.notice_end();
        let stale = next_changes(project, &changes);
        let stale = Stale { wasm: stale.wasm && page, client: stale.client && page, ..stale };
        if !stale.any() {
            continue;
        }
        // A mistake in a source is shown, and the running server stays up until it is mended.
        match rebuild(project, stale) {
            Err(error) => eprintln!("\n{error:#}\nstill running what was built before"),
            Ok(()) if stale.server => {
                server.stop()?;
                server = Server::start(project, arguments)?;
            }
            Ok(()) => println!("the page is built again: reload it"),
        }
    }
    server.stop()
}

/// Runs the quick tests after each change of a source, until Ctrl-C.
pub(crate) fn watch_tests(project: &Project) -> Result<()> {
    let (_watcher, changes) = watch(project)?;
    loop {
        if let Err(error) = gate::run(project, &gate::UNIT) {
            eprintln!("{error:#}");
        }
        while !next_changes(project, &changes).any() {}
    }
}

/// Watches the sources; changes end with the watcher.
fn watch(project: &Project) -> Result<(RecommendedWatcher, Receiver<PathBuf>)> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        for path in event.into_iter().filter(is_change).flat_map(|event| event.paths) {
            // The receiver is gone only when the loop below has ended.
            let _ = sender.send(path);
        }
    })?;
    for folder in WATCHED {
        watcher.watch(&project.path(folder), RecursiveMode::Recursive)?;
    }
    Ok((watcher, changes))
}

fn is_change(event: &Event) -> bool {
    matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_))
}

/// Waits a moment for changes, then until they are over, and says what they make stale.
fn next_changes(project: &Project, changes: &Receiver<PathBuf>) -> Stale {
    let mut stale = Stale::default();
    let mut wait = PULSE;
    loop {
        match changes.recv_timeout(wait) {
            Ok(path) => {
                mark(&mut stale, path.strip_prefix(project.root()).unwrap_or(&path));
                wait = QUIET;
            }
            Err(RecvTimeoutError::Timeout) => return stale,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(PULSE);
                return stale;
            }
        }
    }
}

/// Marks what a changed file, named from the root, makes stale.
fn mark(stale: &mut Stale, path: &Path) {
    let hidden =
        |name: &str| IGNORED.contains(&name) || name.starts_with('.') || name.ends_with('~');
    if path.components().any(|part| part.as_os_str().to_str().is_some_and(hidden)) {
        return;
    }
    let rust = path.starts_with("massless-core") || path.starts_with("massless-net");
    let wasm = rust || path.starts_with("massless-client/wasm");
    stale.wasm |= wasm;
    stale.client |= wasm || path.starts_with("massless-client");
    let server = ["massless-host", "massless-store", "migrations"];
    stale.server |= rust || server.iter().any(|folder| path.starts_with(folder));
}

fn rebuild(project: &Project, stale: Stale) -> Result<()> {
    if stale.wasm {
        wasm::build(project, None)?;
    }
    if stale.client {
        build::client(project)?;
    }
    if stale.server {
        build::server(project)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale_after(path: &str) -> (bool, bool, bool) {
        let mut stale = Stale::default();
        mark(&mut stale, Path::new(path));
        (stale.wasm, stale.client, stale.server)
    }

    #[test]
    fn a_change_makes_stale_what_is_built_from_it() {
        assert_eq!(stale_after("massless-core/src/walk.rs"), (true, true, true));
        assert_eq!(stale_after("massless-host/src/main.rs"), (false, false, true));
        assert_eq!(stale_after("massless-store/src/pool.rs"), (false, false, true));
        assert_eq!(stale_after("migrations/sqlite/1/up.sql"), (false, false, true));
        assert_eq!(stale_after("massless-client/src/main.ts"), (false, true, false));
        assert_eq!(stale_after("massless-client/wasm/src/lib.rs"), (true, true, false));
    }

    #[test]
    fn what_a_build_writes_starts_no_build() {
        assert_eq!(stale_after("massless-client/public/massless.wasm"), (false, false, false));
        assert_eq!(stale_after("massless-client/dist/index.html"), (false, false, false));
        assert_eq!(stale_after("massless-core/src/.walk.rs.swp"), (false, false, false));
    }
}
