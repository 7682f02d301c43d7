//! A PostgreSQL server.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, geteuid};

use crate::free_port;
use crate::guard::{Guarded, wait_for};

/// The variable that names a server to use instead of a private one.
const VARIABLE: &str = "TEST_DATABASE_URL";
/// Who rules the private server.
const USER: &str = "massless";

/// Whether commits reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// They stay in the system's memory, which outlives every process: quick tests.
    Memory,
    /// As in production: for measurements.
    Disk,
}

/// A server, private or given.
#[derive(Debug)]
pub struct Postgres {
    /// Where databases are named behind; ends with `/`.
    base: String,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    folder: PathBuf,
    port: u16,
    durability: Durability,
    server: Option<Guarded>,
}

impl Postgres {
    /// The server that `TEST_DATABASE_URL` names, or a new private one.
    ///
    /// # Panics
    /// When there is none: Debian's package `postgresql` is missing, or it does not start.
    #[must_use]
    pub fn start(durability: Durability) -> Self {
        if let Ok(url) = std::env::var(VARIABLE) {
            let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
            return Self { base: format!("{base}/"), private: None };
        }
        Self::start_private(durability)
    }

    /// A new private server, whatever the environment says: for whoever kills it.
    ///
    /// # Panics
    /// As `start`.
    #[must_use]
    pub fn start_private(durability: Durability) -> Self {
        Self::start_in(&std::env::temp_dir(), durability)
    }

    /// The same with its folder inside another one: on the disk that a test is about.
    ///
    /// # Panics
    /// As `start`.
    #[must_use]
    pub fn start_in(parent: &Path, durability: Durability) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("massless-postgres-")
            .tempdir_in(parent)
            .expect("there is a temporary folder")
            .keep();
        give_to_server(&folder);
        let data = folder.join("data");
        let mut init = as_server_user(&program("initdb"));
        let made = init
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", USER, "-D"])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let private = Private { folder, port, durability, server: None };
        let base = format!("postgres://{USER}@127.0.0.1:{port}/");
        let mut server = Self { base, private: Some(private) };
        server.start_again();
        server
    }

    /// The address of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("{}{database}", self.base)
    }

    /// Makes a database, empty or like another one that nobody is connected to; its address.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn create_database(&self, name: &str, like: Option<&str>) -> String {
        let like = like.map(|like| format!(" TEMPLATE \"{like}\"")).unwrap_or_default();
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\"{like}"));
        self.url(name)
    }

    /// Removes a database and whoever is connected to it.
    ///
    /// # Panics
    /// When it cannot be removed.
    pub fn drop_database(&self, name: &str) {
        self.sql("postgres", &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
    }

    /// Runs SQL by `psql`.
    ///
    /// # Panics
    /// When it fails.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let ran = Command::new(program("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--command", sql])
            .arg(self.url(database))
            .output()
            .expect("psql starts");
        assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }

    /// Lets in who these rules name (as in `pg_hba.conf`), and nobody else from now on.
    ///
    /// # Panics
    /// When it is not private or not running.
    pub fn admit(&self, rules: &str) {
        let private = self.private.as_ref().expect("a private server has rules of its own");
        let file = private.folder.join("data/pg_hba.conf");
        std::fs::write(file, rules).expect("the rules can be written");
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// Whether the private server's main process runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let server = self.private.as_ref().and_then(|it| it.server.as_ref());
        server.is_some_and(Guarded::is_running)
    }

    /// Sends the private server's main process a signal.
    ///
    /// # Panics
    /// When it is not private or not running.
    pub fn signal(&self, signal: Signal) {
        let server = self.private.as_ref().and_then(|it| it.server.as_ref());
        server.expect("a private server runs").signal(signal);
    }

    /// Kills the private server as a fault would; nobody answers until `start_again`.
    ///
    /// # Panics
    /// When it is not private.
    pub fn kill(&mut self) {
        let private = self.private.as_mut().expect("only a private server is killed");
        if let Some(server) = private.server.take() {
            server.kill();
        }
    }

    /// Stops the private server in order, as an update would (mode fast): open transactions are undone. Nobody
    /// answers until `start_again`.
    ///
    /// # Panics
    /// When it is not private.
    pub fn stop(&mut self) {
        let private = self.private.as_mut().expect("only a private server is stopped");
        if let Some(server) = private.server.take() {
            server.stop();
        }
    }

    /// Starts the private server on the same folder and port and waits until it answers.
    ///
    /// # Panics
    /// When it is not private or does not start.
    pub fn start_again(&mut self) {
        let private = self.private.as_mut().expect("only a private server is started again");
        if private.server.is_none() {
            private.start();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let Some(private) = &mut self.private else { return };
        if let Some(server) = private.server.take() {
            server.stop();
        }
        let _ = std::fs::remove_dir_all(&private.folder);
    }
}

impl Private {
    fn start(&mut self) {
        let data = self.folder.join("data");
        let port = self.port.to_string();
        let mut command = prefix();
        command.push(program("postgres").display().to_string());
        let fsync = match self.durability {
            Durability::Memory => "off",
            Durability::Disk => "on",
        };
        let data = data.display().to_string();
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            format!("port={port}"),
            format!("fsync={fsync}"),
            "max_connections=200".to_owned(),
            "shared_buffers=64MB".to_owned(),
            "autovacuum_naptime=10min".to_owned(),
        ];
        command.extend(["-D".to_owned(), data]);
        command.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let server = wait_for("PostgreSQL", || self.try_start(&words, &port));
        self.server = Some(server);
    }

    /// `None` while children of a killed server still hold its memory: they notice a little later.
    fn try_start(&self, words: &[&str], port: &str) -> Option<Guarded> {
        let _ = std::fs::remove_file(self.folder.join("server.log"));
        let server = Guarded::start(&self.folder, "QUIT", words);
        let is_ready = wait_for("PostgreSQL", || {
            if !server.is_running() {
                return Some(false);
            }
            let ready = Command::new(program("pg_isready"))
                .args(["--quiet", "--host=127.0.0.1", "--port", port])
                .status();
            ready.is_ok_and(|status| status.success()).then_some(true)
        });
        if is_ready {
            return Some(server);
        }
        let log = server.log();
        server.stop();
        assert!(log.contains("shared memory block"), "PostgreSQL ends: {log}");
        None
    }
}

/// The newest installed PostgreSQL's program of that name.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin").join(name)))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}

/// PostgreSQL refuses to run as root: then it is its package's user.
fn server_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let number = |flag: &str| {
        let known = Command::new("id").args([flag, "postgres"]).output().ok()?;
        String::from_utf8(known.stdout).ok()?.trim().parse::<u32>().ok()
    };
    Some((number("-u").unwrap_or(65_534), number("-g").unwrap_or(65_534)))
}

fn prefix() -> Vec<String> {
    let Some((user, group)) = server_user() else { return Vec::new() };
    let (user, group) = (format!("--reuid={user}"), format!("--regid={group}"));
    vec!["setpriv".to_owned(), user, group, "--clear-groups".to_owned()]
}

fn as_server_user(program: &Path) -> Command {
    let words = prefix();
    let Some((first, rest)) = words.split_first() else { return Command::new(program) };
    let mut command = Command::new(first);
    command.args(rest).arg(program);
    command
}

fn give_to_server(folder: &Path) {
    if let Some((user, group)) = server_user() {
        chown(folder, Some(user), Some(group)).expect("root may give its folders away");
    }
}
