//! The archive of PostgreSQL's log: `pg_receivewal` takes it over the network as it is written, with a slot, so
//! the server keeps what was not taken yet, and flushes it at once.
//!
//! An archive has no gap. Where the server no longer has what should come next (it was away from its slot for
//! too long, or is another server), a new archive begins, and the agent orders a base backup for it.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use massless_store::{Connection, Store};
use rustix::process::{Pid, Signal, kill_process};

use crate::clock;
use crate::commands::backup::folder::Folder;
use crate::commands::backup::server::finish;
use crate::commands::backup::{base, postgres};

/// Name of the slot.
const SLOT: &str = "massless_backup";
/// Time until it is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(3);
/// Time between two looks at how far it is.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Looks that are remembered: a day.
const LOOKS_MAX: usize = 86_400;
/// What PostgreSQL says when it no longer has what should come next.
const GONE: [&str; 3] = ["has already been removed", "has been invalidated", "can no longer"];

/// Where the server is and how much of that is archived.
const PLACES: &str = "SELECT concat_ws(' ', pg_current_wal_flush_lsn() - '0/0'::pg_lsn, \
     (SELECT restart_lsn - '0/0'::pg_lsn FROM pg_replication_slots \
      WHERE slot_name = 'massless_backup')) AS what";

/// What takes the log.
#[derive(Debug)]
pub(super) struct Receiver {
    folder: Folder,
    address: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The archive that is written; none before the server was reached.
    archive: Option<String>,
    /// The process that writes it.
    pid: Option<Pid>,
    is_stopping: bool,
    lag: Lag,
}

/// How old the oldest piece of the log is that is not archived yet.
#[derive(Debug, Default)]
struct Lag {
    /// When the server was where, oldest first; none that is archived.
    looks: VecDeque<(Duration, u64)>,
}

impl Lag {
    fn look(&mut self, now: Duration, server: u64, archived: u64) {
        while self.looks.front().is_some_and(|(_, place)| *place <= archived) {
            self.looks.pop_front();
        }
        if server > archived && self.looks.len() < LOOKS_MAX {
            self.looks.push_back((now, server));
        }
    }

    fn seconds(&self, now: Duration) -> f64 {
        self.looks.front().map_or(0.0, |(since, _)| now.saturating_sub(*since).as_secs_f64())
    }
}

impl Receiver {
    pub(super) fn new(folder: &Folder, address: &str) -> Self {
        Self { folder: folder.clone(), address: address.to_owned(), state: Mutex::default() }
    }

    /// Begins, on threads of its own.
    pub(super) fn start(self: &Arc<Self>, store: Store) -> anyhow::Result<()> {
        let receiver = Arc::clone(self);
        std::thread::Builder::new().name("wal".to_owned()).spawn(move || receiver.work())?;
        let receiver = Arc::clone(self);
        std::thread::Builder::new()
            .name("wal lag".to_owned())
            .spawn(move || receiver.watch(&store))?;
        Ok(())
    }

    /// The archive that is written.
    pub(super) fn archive(&self) -> Option<String> {
        self.state().archive.clone()
    }

    /// Whether it is written just now.
    pub(super) fn is_up(&self) -> bool {
        self.state().pid.is_some()
    }

    /// Age of what is not archived yet.
    pub(super) fn lag_seconds(&self) -> f64 {
        self.state().lag.seconds(clock::uptime())
    }

    /// Ends it; what was taken is on the disk.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.is_stopping = true;
        if let Some(pid) = state.pid {
            let _ = kill_process(pid, Signal::INT);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while !self.state().is_stopping {
            if let Err(error) = self.receive() {
                tracing::error!("the log is not archived: {error:#}");
            }
            std::thread::sleep(RETRY_PAUSE);
        }
    }

    /// Takes the log until something ends that.
    fn receive(&self) -> anyhow::Result<()> {
        let server = base::identity(&self.address)?;
        let known = self.folder.archive_of(&server)?;
        let archive = known.unwrap_or_else(|| format!("{server}-{}", clock::unix_millis()));
        let place = self.folder.archive(&archive);
        std::fs::create_dir_all(&place).context("the archive cannot be made")?;
        let mut create = self.program()?;
        create.args(["--create-slot", "--if-not-exists"]);
        finish(create)?;
        let mut command = self.program()?;
        command.arg("--directory").arg(&place);
        command.args(["--synchronous", "--compress=gzip:6", "--no-loop"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().context("pg_receivewal cannot be started")?;
        tracing::info!(archive, "the log is archived");
        {
            let mut state = self.state();
            state.archive = Some(archive);
            state.pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        }
        let words = listen(&mut child);
        let ended = child.wait();
        self.state().pid = None;
        ended?;
        if GONE.iter().any(|gone| words.contains(gone)) {
            self.begin_anew(&server)?;
        }
        Ok(())
    }

    /// Gives the slot up and begins another archive.
    fn begin_anew(&self, server: &str) -> anyhow::Result<()> {
        tracing::error!(
            "the server no longer has what should be archived next: a new archive begins"
        );
        let mut drop = self.program()?;
        drop.arg("--drop-slot");
        finish(drop)?;
        let name = format!("{server}-{}", clock::unix_millis());
        std::fs::create_dir_all(self.folder.archive(&name))?;
        Ok(())
    }

    /// `pg_receivewal`, which ends with this process.
    fn program(&self) -> anyhow::Result<Command> {
        let known = postgres::program("pg_receivewal", &self.address)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(known.get_program());
        command.args(["--slot", SLOT, "--no-password"]);
        for (name, value) in known.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        Ok(command)
    }

    /// Looks how far the archive is behind.
    fn watch(&self, store: &Store) {
        let mut conn: Option<Connection> = None;
        loop {
            std::thread::sleep(LOOK_PAUSE);
            let open = conn.take().or_else(|| store.connect().ok());
            let Some(mut open) = open else { continue };
            // While the server is away nothing is logged that could be missing.
            let Ok(answer) = open.texts(PLACES) else { continue };
            conn = Some(open);
            if let Some((server, archived)) = answer.first().and_then(|text| places(text)) {
                self.state().lag.look(clock::uptime(), server, archived);
            }
        }
    }
}

/// Where the server is and what is archived; without a slot nothing is.
fn places(text: &str) -> Option<(u64, u64)> {
    let mut words = text.split(' ');
    let server = words.next()?.parse().ok()?;
    Some((server, words.next().and_then(|word| word.parse().ok()).unwrap_or(0)))
}

/// Passes on what a process says until it ends.
fn listen(child: &mut Child) -> String {
    let Some(words) = child.stderr.take() else { return String::new() };
    let mut all = String::new();
    for line in BufReader::new(words).lines().map_while(Result::ok) {
        tracing::warn!("{line}");
        all.push_str(&line);
        all.push('\n');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_age_of_the_oldest_piece_that_is_missing() {
        let at = Duration::from_secs;
        let mut lag = Lag::default();
        lag.look(at(1), 100, 100);
        assert_eq!(lag.seconds(at(1)), 0.0);
        lag.look(at(2), 200, 100);
        lag.look(at(3), 300, 100);
        assert_eq!(lag.seconds(at(5)), 3.0, "since it was at 200");
        lag.look(at(6), 300, 200);
        assert_eq!(lag.seconds(at(6)), 3.0, "since it was at 300");
        lag.look(at(7), 300, 300);
        assert_eq!(lag.seconds(at(9)), 0.0);
    }

    #[test]
    fn places_are_read_with_and_without_a_slot() {
        assert_eq!(places("300 200"), Some((300, 200)));
        assert_eq!(places("300"), Some((300, 0)));
        assert_eq!(places(""), None);
    }
}
