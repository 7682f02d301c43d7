//! `massless backup-agent`: what looks after the backups. It archives PostgreSQL's log all the time, runs the
//! tasks of the schedule, and shows Prometheus how all of it went.
//!
//! Each task is a command of this program in a process of its own, so none can take the archive down with it.
//! What a task came to is written beside the backups and outlives this process.

mod page;
mod receiver;
mod schedule;
mod task;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use massless_store::{Backend, Store, StoreSettings};
use serde_json::json;
use tokio::sync::watch;

use super::backup::folder::Folder;
use super::migrate::Database;
use super::report::{Outcome, WrongUse};
use crate::{clock, shutdown, telemetry, web};

use receiver::Receiver;
use task::{Task, Tasks};

/// Time between two looks at the schedule.
const LOOK_PAUSE: Duration = Duration::from_millis(500);

/// Arguments of `backup-agent`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Folder of the backups; is made.
    #[arg(long, value_name = "DIR", default_value = "backups")]
    to: PathBuf,
    /// Every moment of so many days can be restored; what is older goes.
    #[arg(long, value_name = "DAYS", default_value_t = 30, env = "KEEP_DAYS")]
    keep_days: u64,
    /// Folder with room for the whole database, for checks and restore tests; without it that of the backups.
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Address of the page for Prometheus.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", env = "BACKUP_AGENT_BIND")]
    bind: IpAddr,
    /// Its port; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 9601)]
    port: u16,
    /// Where two made-up players try the game every 5 minutes; without it they do not.
    #[arg(long, value_name = "URL", env = "SMOKE_URL")]
    smoke_url: Option<String>,
    /// The game's address, where it is not the one that the page names.
    #[arg(long, value_name = "URL", env = "SMOKE_GAME_URL")]
    smoke_game_url: Option<String>,
    /// What wants to hear of every run of the two players (Uptime Kuma); http.
    #[arg(long, value_name = "URL", env = "KUMA_PUSH_URL", hide_env_values = true)]
    push_url: Option<String>,
    /// Further disks whose used share is shown, each by a name and a folder on it, such as
    /// postgres=/watched/postgres.
    #[arg(long = "disk", value_name = "NAME=DIR", value_parser = named_folder)]
    disks: Vec<(String, PathBuf)>,
    /// Archive the log and show the metrics, but run no task: where another schedule does.
    #[arg(long, conflicts_with = "once")]
    no_tasks: bool,
    /// Run one task now, and end with its exit code.
    #[arg(long, value_name = "TASK")]
    once: Option<Task>,
}

/// What all parts of the agent share.
#[derive(Debug)]
struct Agent {
    folder: Folder,
    tasks: Tasks,
    receiver: Option<Arc<Receiver>>,
    running: Mutex<BTreeSet<Task>>,
    /// Disks that are watched, by name.
    disks: Vec<(String, PathBuf)>,
}

fn named_folder(text: &str) -> Result<(String, PathBuf), String> {
    let named =
        text.split_once('=').filter(|(name, folder)| !name.is_empty() && !folder.is_empty());
    let (name, folder) = named.ok_or_else(|| format!("{text:?} is not NAME=DIR"))?;
    Ok((name.to_owned(), PathBuf::from(folder)))
}

/// Looks after the backups until a signal.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = arguments.database.settings()?;
    let address = config.store.database(&config.data.dir);
    let store = Store::open(&address, StoreSettings::default())?;
    let is_postgres = store.backend() == Backend::Postgres;
    let folder = Folder::new(&std::path::absolute(&arguments.to)?);
    std::fs::create_dir_all(folder.path()).context("the folder for backups cannot be made")?;
    let tasks = Tasks::new(arguments, &folder, is_postgres);
    if let Some(task) = arguments.once {
        if !tasks.has(task) {
            let sentence = format!("{} cannot be run with these settings", task.word());
            return Err(WrongUse(sentence).into());
        }
        let is_good = tasks.run(task)?;
        return Ok(if is_good { Outcome::Met } else { Outcome::Missed });
    }
    let _log = telemetry::start_log(&config.log)?;
    let metrics = page::start()?;
    let receiver = is_postgres.then(|| Arc::new(Receiver::new(&folder, &address)));
    if let Some(receiver) = &receiver {
        receiver.start(store)?;
    }
    let mut disks = arguments.disks.clone();
    disks.push(("backups".to_owned(), folder.path().to_owned()));
    let agent = Arc::new(Agent { folder, tasks, receiver, running: Mutex::default(), disks });
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let (_order, mut stop) = shutdown::on_signal()?;
        let listener =
            web::listen(arguments.bind, arguments.port, "--port").await.map_err(WrongUse)?;
        let port = listener.local_addr()?.port();
        let (ending, ended) = watch::channel(false);
        let shown = page::routes(Arc::clone(&agent), metrics);
        let served = tokio::spawn(web::serve(listener, shown, ended));
        println!("{}", json!({ "ready": true, "admin": port, "pid": std::process::id() }));
        if !arguments.no_tasks {
            let agent = Arc::clone(&agent);
            // Tasks are waited for by threads; the process ends without them, and they with it.
            let schedule = std::thread::Builder::new().name("schedule".to_owned());
            schedule.spawn(move || look_after(&agent))?;
        }
        shutdown::ordered(&mut stop).await;
        if let Some(receiver) = &agent.receiver {
            receiver.stop();
        }
        let _ = ending.send(true);
        served.await?;
        Ok(Outcome::Met)
    })
}

/// Starts what is due, for ever.
fn look_after(agent: &Arc<Agent>) {
    let mut minute = schedule::minute(clock::unix_millis());
    loop {
        std::thread::sleep(LOOK_PAUSE);
        let now = clock::unix_millis();
        let this = schedule::minute(now);
        let mut due = agent.missing(now);
        if this != minute {
            minute = this;
            due.extend(schedule::due(now));
        }
        for task in due.into_iter().filter(|task| agent.tasks.has(*task)) {
            agent.begin(task);
        }
    }
}

impl Agent {
    /// Tasks that should have had their first run already.
    fn missing(&self, now: u64) -> BTreeSet<Task> {
        let archive = self.receiver.as_ref().and_then(|receiver| receiver.archive());
        let bases = self.folder.bases().unwrap_or_default();
        let has_base = |name: &String| bases.iter().any(|base| base.archive.as_ref() == Some(name));
        // Without a base backup an archive is worth nothing.
        let wants_base = archive.as_ref().is_some_and(|name| !has_base(name));
        let rests = |task: Task| !self.tasks.has_tried(task, now);
        let mut missing = BTreeSet::new();
        if wants_base && rests(Task::Base) {
            missing.insert(Task::Base);
        }
        let never = |task: Task| self.tasks.record(task).last_success_at == 0;
        if never(Task::Dump) && rests(Task::Dump) {
            missing.insert(Task::Dump);
        }
        let has_all = !wants_base && !never(Task::Dump);
        if has_all && never(Task::RestoreTest) && rests(Task::RestoreTest) {
            missing.insert(Task::RestoreTest);
        }
        missing
    }

    /// Begins a task beside all others, unless it is still at it.
    fn begin(self: &Arc<Self>, task: Task) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if !running.insert(task) {
            return;
        }
        drop(running);
        tracing::info!(task = task.word(), "a task begins");
        let agent = Arc::clone(self);
        let begun = std::thread::Builder::new().name(task.word().to_owned()).spawn(move || {
            match agent.tasks.run(task) {
                Ok(is_good) => tracing::info!(task = task.word(), ok = is_good, "a task ended"),
                Err(error) => {
                    tracing::error!(task = task.word(), "a task cannot be run: {error:#}")
                }
            }
            agent.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&task);
        });
        if let Err(error) = begun {
            tracing::error!(task = task.word(), "there is no thread for a task: {error}");
            self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&task);
        }
    }
}
