//! PostgreSQL's own programs, and a private server in a work folder that nobody else can reach: no port, a socket
//! that only its user may open, gone with this process.

use std::fs::File;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::commands::report::WrongUse;

/// Where Debian and the images have the programs of each version.
const INSTALLED: &str = "/usr/lib/postgresql";
/// Whom PostgreSQL runs as where this program runs as root, whom it refuses.
const SERVER_USER: &str = "postgres";
/// Time between two looks.
const PULSE: Duration = Duration::from_millis(50);
/// Time a server may take to stop.
const STOP_TIME: Duration = Duration::from_secs(120);
/// What the name of a work folder begins with, and the file in it that is locked as long as it is in use.
const WORK: &str = "restoring-";
const LOCK: &str = "lock";
/// The port that names the socket; nobody listens on it.
const PORT: &str = "5432";

/// A program of that version of PostgreSQL, or of the newest that is installed; else what the PATH has.
pub(in crate::commands) fn program(name: &str, major: Option<&str>) -> PathBuf {
    let versions = std::fs::read_dir(INSTALLED).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin").join(name)))
        })
        .filter(|(version, path)| {
            path.exists() && major.is_none_or(|major| major == version.to_string())
        })
        .collect();
    found.sort();
    found.pop().map_or_else(|| PathBuf::from(name), |(_, path)| path)
}

/// Work folders that this process made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Runs a program to its end; an error with its own words when it fails.
pub(in crate::commands) fn finish(mut command: Command) -> anyhow::Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(&name))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}", words.trim());
    Ok(output)
}

pub(super) fn cannot_start(name: &str) -> String {
    format!("{name} cannot be started; it comes with PostgreSQL (Debian: postgresql)")
}

/// A folder for one recovery, removed with it.
#[derive(Debug)]
pub(super) struct Work {
    folder: PathBuf,
    sockets: PathBuf,
    user: Option<(u32, u32)>,
    /// Held as long as the folder is in use.
    _lock: File,
}

impl Work {
    /// Makes one inside `parent`, which has to have room for the whole database.
    pub(super) fn make(parent: &Path) -> anyhow::Result<Self> {
        let user = server_user()?;
        let number = format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = parent.join(format!("{WORK}{number}"));
        // The name of a socket may have 107 bytes, so it has a short folder of its own.
        let sockets = std::env::temp_dir().join(format!("massless-restore-{number}"));
        sweep(parent);
        for folder in [&folder, &sockets] {
            // What is left of a process of this number that was killed.
            let _ = std::fs::remove_dir_all(folder);
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700))?;
        }
        let lock = File::create(folder.join(LOCK))?;
        lock.try_lock().context("a new work folder is in use")?;
        let work = Self { folder, sockets, user, _lock: lock };
        work.give(&work.folder)?;
        work.give(&work.sockets)?;
        let mut can = work.command(Path::new("test"));
        can.current_dir("/").arg("-x").arg(&work.folder);
        if !can.status().context("setpriv cannot be started (util-linux)")?.success() {
            let folder = parent.display();
            let sentence = format!(
                "the user {SERVER_USER} cannot get into {folder}; name with --work another folder that has room"
            );
            return Err(WrongUse(sentence).into());
        }
        Ok(work)
    }

    /// A place in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes a folder in it that the server may write.
    pub(super) fn make_folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.path(name);
        std::fs::create_dir(&folder)?;
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700))?;
        self.give(&folder)?;
        Ok(folder)
    }

    /// Gives a file or folder to whom the server runs as.
    pub(super) fn give(&self, path: &Path) -> anyhow::Result<()> {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).context("root may give its folders away")?;
        }
        Ok(())
    }

    /// A command that runs as whom the server runs as, and ends with this process.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "QUIT"]);
        if let Some((user, group)) = self.user {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
            command.arg("--clear-groups");
        }
        command.arg(program).current_dir(&self.folder).env("TZ", "UTC");
        command
    }

    /// Unpacks `.tar.gz` into a folder in it.
    pub(super) fn unpack(&self, file: &Path, into: &Path) -> anyhow::Result<()> {
        let mut command = self.command(Path::new("tar"));
        command.args(["--extract", "--gzip", "--file=-", "--directory"]).arg(into);
        command.stdin(File::open(file).with_context(|| file.display().to_string())?);
        let output = command.output().context("tar cannot be started")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {}", file.display(), words.trim());
        Ok(())
    }

    /// Starts a server on `data`, which reads `settings` and no file of its own.
    pub(super) fn start(
        self,
        data: PathBuf,
        major: &str,
        settings: &[(&str, String)],
    ) -> anyhow::Result<Server> {
        let hba = self.path("pg_hba.conf");
        std::fs::write(&hba, "local all all trust\n")?;
        let mut text = String::new();
        let own = [
            ("listen_addresses", String::new()),
            ("port", PORT.to_owned()),
            ("unix_socket_directories", self.sockets.display().to_string()),
            ("hba_file", hba.display().to_string()),
            ("ident_file", self.path("pg_ident.conf").display().to_string()),
            ("shared_buffers", "128MB".to_owned()),
            ("huge_pages", "off".to_owned()),
            ("max_wal_size", "2GB".to_owned()),
            ("autovacuum", "off".to_owned()),
            ("log_timezone", "UTC".to_owned()),
            ("timezone", "UTC".to_owned()),
            ("lc_messages", "C".to_owned()),
        ];
        std::fs::write(self.path("pg_ident.conf"), "")?;
        for (name, value) in own
            .iter()
            .map(|(name, value)| (*name, value))
            .chain(settings.iter().map(|(name, value)| (*name, value)))
        {
            text.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
        }
        let config = self.path("postgresql.conf");
        std::fs::write(&config, text)?;
        let log = File::create(self.path("server.log"))?;
        let mut command = self.command(&program("postgres", Some(major)));
        command.arg("-D").arg(&data).arg("-c");
        command.arg(format!("config_file={}", config.display()));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| cannot_start("postgres"))?;
        Ok(Server { child, data, major: major.to_owned(), work: self })
    }
}

/// Removes work folders of processes that were killed: each is as large as the database.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(WORK) {
            continue;
        }
        let lock = File::open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = std::fs::remove_dir_all(&self.sockets);
    }
}

/// A private server.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    data: PathBuf,
    major: String,
    work: Work,
}

/// What a server says after it was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is still at it.
    Recovering,
    /// It takes connections.
    Ready,
    /// It ended by itself.
    Ended,
}

impl Server {
    /// How far it is, after a moment.
    pub(super) fn look(&mut self) -> anyhow::Result<State> {
        std::thread::sleep(PULSE);
        if self.child.try_wait()?.is_some() {
            return Ok(State::Ended);
        }
        let mut ready = Command::new(program("pg_isready", Some(&self.major)));
        ready.arg("--quiet").arg("--host").arg(&self.work.sockets).args(["--port", PORT]);
        let status = ready.status().with_context(|| cannot_start("pg_isready"))?;
        Ok(if status.success() { State::Ready } else { State::Recovering })
    }

    /// Waits until it takes connections.
    pub(super) fn wait(&mut self) -> anyhow::Result<()> {
        loop {
            match self.look()? {
                State::Ready => return Ok(()),
                State::Recovering => {}
                State::Ended => bail!("PostgreSQL does not start: {}", self.last_words()),
            }
        }
    }

    /// The address of one of its databases.
    pub(super) fn url(&self, user: &str, database: &str) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let sockets = encode(&self.work.sockets.display().to_string());
        let (user, database) = (encode(user), encode(database));
        format!("postgres://{user}@localhost:{PORT}/{database}?host={sockets}")
    }

    /// Its folder for what is only needed meanwhile.
    pub(super) fn work(&self) -> &Work {
        &self.work
    }

    /// All that it said.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.work.path("server.log")).unwrap_or_default()
    }

    /// What it said last, without the times.
    pub(super) fn last_words(&self) -> String {
        let log = self.log();
        let mut lines = log.lines().filter(|line| line.contains("FATAL") || line.contains("PANIC"));
        let line = lines.next_back().or_else(|| log.lines().next_back()).unwrap_or_default();
        line.split_once("] ").map_or(line, |(_, words)| words).trim().to_owned()
    }

    /// Stops it in order and moves its data to where an operator can start it.
    pub(super) fn keep(mut self, folder: &Path) -> anyhow::Result<()> {
        self.end(Signal::INT);
        ensure!(self.child.try_wait()?.is_some_and(|it| it.success()), "PostgreSQL does not stop");
        std::fs::rename(&self.data, folder)
            .with_context(|| format!("{} cannot be made", folder.display()))
    }

    fn end(&mut self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if let Some(pid) = pid.filter(|_| begun.elapsed() < PULSE) {
                let _ = kill_process(pid, signal);
            }
            if begun.elapsed() > STOP_TIME {
                let _ = self.child.kill();
            }
            std::thread::sleep(PULSE);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data goes with the work folder, so nothing has to be written.
        self.end(Signal::QUIT);
    }
}

/// PostgreSQL refuses root: then it runs as its package's user.
fn server_user() -> anyhow::Result<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let number = |flag: &str| {
        let known = Command::new("id").args([flag, SERVER_USER]).output().ok()?;
        String::from_utf8(known.stdout).ok()?.trim().parse::<u32>().ok()
    };
    let user = number("-u").zip(number("-g"));
    let sentence = format!(
        "PostgreSQL does not run as root, and there is no user {SERVER_USER}; run this as another \
         user"
    );
    Ok(Some(user.ok_or(WrongUse(sentence))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_folders_of_the_dead_are_removed_and_those_of_the_living_stay() {
        let parent = tempfile::tempdir().expect("a folder");
        let dead = parent.path().join("restoring-1-0");
        let strange = parent.path().join("restoring-2-0");
        let living = parent.path().join("restoring-3-0");
        for folder in [&dead, &strange, &living] {
            std::fs::create_dir(folder).expect("made");
        }
        File::create(dead.join(LOCK)).expect("made");
        let lock = File::create(living.join(LOCK)).expect("made");
        lock.try_lock().expect("nobody else has it");
        sweep(parent.path());
        assert!(!dead.exists() && strange.exists() && living.exists());
    }
}
