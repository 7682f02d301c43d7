//! Children of a check: each writes into a log of its own and ends with whoever holds it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// Time one request may take: longer than the proxy lets a call wait for a successor.
const ASK_TIME: Duration = Duration::from_secs(20);
/// Time between two looks.
const PULSE: Duration = Duration::from_millis(50);
/// Lines of a log that are shown when something goes wrong.
const LAST_LINES: usize = 20;

/// A running program.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it, its words in the log of that name.
    pub(crate) fn start(command: &mut Command, folder: &Path, name: &str) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { child, log })
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self, patience: Duration) -> Result<ExitStatus> {
        let mut status = None;
        until("the end of a program", patience, || {
            status = self.ended()?;
            Ok(status.is_some())
        })
        .map_err(|error| error.context(self.words()))?;
        status.context("it has ended")
    }

    /// Tells it to end.
    pub(crate) fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// All that it said.
    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What its log ends with.
    pub(crate) fn words(&self) -> String {
        let mut text = String::new();
        let read = File::open(&self.log).and_then(|mut file| file.read_to_string(&mut text));
        let lines: Vec<&str> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        if read.is_ok() { format!("{}:\n{last}", self.log.display()) } else { String::new() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that ends with this one, also when this one is killed.
pub(crate) fn bound(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    // A signal to this program's group is its own affair: the others are told to end one by one.
    command.process_group(0);
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

/// Lets a program keep what it keeps below `home`.
pub(crate) fn at_home<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    command.env("HOME", home).env("XDG_DATA_HOME", home).env("XDG_CONFIG_HOME", home)
}

/// Looks again and again until it holds.
pub(crate) fn until(
    what: &str,
    patience: Duration,
    mut holds: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let begun = Instant::now();
    while !holds()? {
        if begun.elapsed() > patience {
            bail!("{what} did not come within {patience:?}");
        }
        std::thread::sleep(PULSE);
    }
    Ok(())
}

/// An answer of a web server.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, in small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request; `more` are further header lines. What never ends is read as far as its head.
pub(crate) fn ask(address: (&str, u16), host: &str, path: &str, more: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ASK_TIME))?;
    let close = if more.contains("upgrade") { "" } else { "connection: close\r\n" };
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\n{close}{more}\r\n")?;
    let mut bytes = Vec::new();
    let mut part = [0; 4_096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut part)? {
            0 => bail!("{host}{path}: no answer"),
            count => bytes.extend_from_slice(&part[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    if status != 101 {
        stream.read_to_end(&mut bytes)?;
    }
    let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    Ok(Answer { status, head, body })
}
