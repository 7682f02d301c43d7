//! A server that ends with whoever started it, by a shell that waits for the end of a pipe: the pipe
//! ends with this process, also when it is killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::PATIENCE;

/// Starts what follows, tells its number, waits until nobody holds the pipe, ends it, and removes the
/// folder when it is told to.
const SHELL: &str = r#"
trap '' INT TERM HUP QUIT
folder=$1; signal=$2; shift 2
"$@" </dev/null >>"$folder/server.log" 2>&1 &
server=$!
echo "$server" >"$folder/server.pid.new"
mv "$folder/server.pid.new" "$folder/server.pid"
cat >/dev/null
kill -CONT "$server" 2>/dev/null
kill -"$signal" "$server" 2>/dev/null
wait "$server"
test -e "$folder/keep" || rm -rf "$folder"
"#;

/// A running server and its folder.
#[derive(Debug)]
pub struct Guarded {
    shell: Child,
    folder: PathBuf,
    server: Pid,
}

impl Guarded {
    /// Starts `command` with its log in `folder`; it is ended by `signal` (a name as `kill` takes it).
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(folder: &Path, signal: &str, command: &[&str]) -> Self {
        let pid_file = folder.join("server.pid");
        let _ = std::fs::remove_file(&pid_file);
        let shell = Command::new("sh")
            .args(["-c", SHELL, "testbed"])
            .arg(folder)
            .arg(signal)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let number = wait_for("the server's number", || {
            std::fs::read_to_string(&pid_file).ok()?.trim().parse::<i32>().ok()
        });
        let server = Pid::from_raw(number).expect("processes have numbers above 0");
        Self { shell, folder: folder.to_owned(), server }
    }

    /// Sends it a signal: `KILL` as a fault would, `STOP` to make it hang, `CONT` to let it go on.
    pub fn signal(&self, signal: Signal) {
        // It may have ended already, which is what some signals are for.
        let _ = kill_process(self.server, signal);
    }

    /// Kills it as a fault would and waits until it is gone.
    pub fn kill(self) {
        self.signal(Signal::KILL);
        self.wait_for_end(true);
    }

    /// Ends it in order, and keeps its folder.
    pub fn stop(self) {
        self.wait_for_end(true);
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<&str>>().join("\n")
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        // One that ended stays as a zombie until the shell looks after it.
        let stat = format!("/proc/{}/stat", self.server.as_raw_nonzero());
        let is_zombie = std::fs::read_to_string(stat).is_ok_and(|stat| stat.contains(") Z "));
        test_kill_process(self.server).is_ok() && !is_zombie
    }

    fn wait_for_end(mut self, keep: bool) {
        if keep {
            File::create(self.folder.join("keep")).expect("the folder can be written");
        }
        drop(self.shell.stdin.take());
        self.shell.wait().expect("the shell ends with its pipe");
        if keep {
            let _ = std::fs::remove_file(self.folder.join("keep"));
        }
    }
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none for `PATIENCE`.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
