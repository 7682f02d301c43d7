//! The tasks: commands of this program, and what their last runs came to, kept beside the backups.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use clap::ValueEnum;
use hyper::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Arguments;
use crate::clock;
use crate::commands::backup::folder::Folder;
use massless_net::online::call::{Call, call};

/// Time until a first run that failed is tried again, milliseconds.
const RETRY_MILLIS: u64 = 15 * 60_000;

/// A task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Task {
    /// A base backup of PostgreSQL.
    Base,
    /// A dump, or a copy of an embedded database.
    Dump,
    /// The newest of each kind comes back in a throw-away server.
    RestoreTest,
    /// The checker.
    Verify,
    /// Two made-up players.
    Smoke,
}

impl Task {
    /// All of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Base, Self::Dump, Self::RestoreTest, Self::Verify, Self::Smoke];

    /// As it is called in metrics and files.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Dump => "dump",
            Self::RestoreTest => "restore-test",
            Self::Verify => "verify",
            Self::Smoke => "smoke",
        }
    }
}

/// What the runs of a task came to. Times are milliseconds since 1970; 0 is never.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) started_at: u64,
    pub(super) ended_at: u64,
    /// Whether the last run was good.
    pub(super) ok: bool,
    /// When the last good one ended.
    pub(super) last_success_at: u64,
    /// The line of JSON that the last run ended with.
    pub(super) line: Value,
}

/// How the tasks are run.
#[derive(Debug)]
pub(super) struct Tasks {
    folder: Folder,
    is_postgres: bool,
    database: Vec<OsString>,
    keep_days: u64,
    work: Option<PathBuf>,
    smoke: Option<(String, Option<String>)>,
    push_url: Option<String>,
}

impl Tasks {
    pub(super) fn new(arguments: &Arguments, folder: &Folder, is_postgres: bool) -> Self {
        // An empty variable is how a composition says that there is none.
        let given = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
        let smoke = given(&arguments.smoke_url).map(|url| (url, given(&arguments.smoke_game_url)));
        Self {
            folder: folder.clone(),
            is_postgres,
            database: arguments.database.words(),
            keep_days: arguments.keep_days,
            work: arguments.work.clone(),
            smoke,
            push_url: given(&arguments.push_url),
        }
    }

    /// Whether there is such a task with these settings.
    pub(super) fn has(&self, task: Task) -> bool {
        match task {
            Task::Base => self.is_postgres,
            Task::Smoke => self.smoke.is_some(),
            Task::Dump | Task::RestoreTest | Task::Verify => true,
        }
    }

    /// What is known of its runs.
    pub(super) fn record(&self, task: Task) -> Record {
        let text = std::fs::read(self.folder.status(task.word())).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Whether it was tried in vain a short while ago.
    pub(super) fn has_tried(&self, task: Task, now_millis: u64) -> bool {
        let record = self.record(task);
        !record.ok && record.started_at + RETRY_MILLIS > now_millis
    }

    /// Runs it to its end and writes down what it came to; whether it was good.
    pub(super) fn run(&self, task: Task) -> anyhow::Result<bool> {
        let before = self.record(task);
        let started_at = clock::unix_millis();
        let mut record = Record { started_at, ok: false, ..before };
        self.write(task, &record)?;
        let output = self.command(task)?.stderr(Stdio::inherit()).output();
        let output = output.context("setpriv cannot be started (util-linux)")?;
        record.ok = output.status.success();
        record.ended_at = clock::unix_millis();
        let text = String::from_utf8_lossy(&output.stdout);
        record.line = text
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_default();
        if record.ok {
            record.last_success_at = record.ended_at;
        }
        self.write(task, &record)?;
        print!("{text}");
        if task == Task::Smoke {
            self.push(record.ok);
        }
        Ok(record.ok)
    }

    fn command(&self, task: Task) -> anyhow::Result<Command> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(std::env::current_exe()?);
        let keep = self.keep_days.to_string();
        match task {
            Task::Base | Task::Dump => {
                command.arg("backup").arg("--to").arg(self.folder.path());
                command.args(["--keep-days", &keep]);
            }
            Task::RestoreTest => {
                command.args(["restore", "--test", "--from"]).arg(self.folder.path());
            }
            Task::Verify => _ = command.arg("verify"),
            Task::Smoke => {
                let (url, game) = self.smoke.as_ref().context("there is no address for smoke")?;
                command.args(["smoke", "--url", url]);
                if let Some(game) = game {
                    command.args(["--game-url", game]);
                }
            }
        }
        if task == Task::Base {
            command.arg("--base");
        }
        if let Some(work) =
            self.work.as_ref().filter(|_| matches!(task, Task::Base | Task::RestoreTest))
        {
            command.arg("--work").arg(work);
        }
        if task != Task::Smoke {
            command.args(&self.database);
        }
        command.arg("--json").stdin(Stdio::null());
        Ok(command)
    }

    /// Whoever reads it reads it whole.
    fn write(&self, task: Task, record: &Record) -> anyhow::Result<()> {
        let path = self.folder.status(task.word());
        let part = path.with_extension("part");
        std::fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
        std::fs::write(&part, serde_json::to_vec_pretty(record)?)?;
        Ok(std::fs::rename(part, path)?)
    }

    /// Tells whoever waits for it; silence is an alarm, too.
    fn push(&self, is_good: bool) {
        let Some(url) = &self.push_url else { return };
        let url = format!("{url}?status={}&msg=smoke", if is_good { "up" } else { "down" });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let pushed = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
            let push = Call { method: Method::GET, url: &url, token: None, body: None };
            runtime.block_on(call(push)).map(|_| ()).map_err(anyhow::Error::from)
        });
        if pushed.is_err() {
            // The address is a secret.
            tracing::warn!("nobody took the word of the smoke test");
        }
    }
}
