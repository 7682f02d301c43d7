//! The processes of a test: private databases, the host, the bots. All of them end with it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use massless_testbed::{Durability, Postgres, Redis, free_port};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Time between two looks.
const PULSE: Duration = Duration::from_millis(10);
/// Time a host may take until players can join.
const START_TIME: Duration = Duration::from_secs(30);
/// Time in which all bots have to be in. Reason: passwords are hashed one after the other, 33 ms each.
const GATHER_TIME: Duration = Duration::from_secs(180);
/// Time between two looks whether they are.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
/// Time the bots may take to finish what is on its way.
const END_TIME: Duration = Duration::from_secs(100);
/// Time one request for metrics or health may take.
const ASK_TIME: Duration = Duration::from_secs(2);
/// Name of the database.
const DATABASE: &str = "massless";
/// Lines of a log that are shown when something goes wrong.
const LAST_LINES: usize = 25;

/// What is run.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The server's binary.
    pub(crate) server: PathBuf,
    /// Bots.
    pub(crate) clients: u32,
    /// Whether there are a PostgreSQL and a Redis; else everything is in a file.
    pub(crate) has_databases: bool,
    /// Whether the folder with logs and journals outlives it.
    pub(crate) keeps: bool,
    /// A small disk for each of PostgreSQL, Redis and the host; without them everything is where there is room.
    pub(crate) disks: Option<Disks>,
}

/// Folders on small disks.
#[derive(Clone, Debug)]
pub(crate) struct Disks {
    pub(crate) postgres: PathBuf,
    pub(crate) redis: PathBuf,
    pub(crate) data: PathBuf,
}

/// A child that is killed when nobody holds it any more.
#[derive(Debug)]
struct Process(Child);

impl Process {
    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything.
pub(crate) struct Realm {
    host: Option<Process>,
    bots: Option<Process>,
    agent: Option<Process>,
    /// The databases.
    pub(crate) postgres: Option<Postgres>,
    /// What hosts share.
    pub(crate) redis: Option<Redis>,
    programs: Programs,
    ports: [u16; 3],
    folder: PathBuf,
    data: PathBuf,
    stop: Arc<AtomicBool>,
    /// Retries that this host answered from the ledger, as it was asked last.
    duplicates: u64,
}

impl Realm {
    /// Databases, migrated and filled; nobody plays yet.
    pub(crate) fn start(programs: Programs, stop: Arc<AtomicBool>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("massless-kill-").tempdir()?.keep();
        let has_databases = programs.has_databases;
        let start_postgres = || match &programs.disks {
            Some(disks) => Postgres::start_in(&disks.postgres, Durability::Disk),
            None => Postgres::start_private(Durability::Disk),
        };
        let start_redis = || match &programs.disks {
            Some(disks) => Redis::start_in(&disks.redis),
            None => Redis::start(),
        };
        let (postgres, redis) =
            (has_databases.then(start_postgres), has_databases.then(start_redis));
        let data = match &programs.disks {
            Some(disks) => disks.data.join("data"),
            None => folder.join("data"),
        };
        let players = programs.clients.to_string();
        let realm = Self {
            host: None,
            bots: None,
            agent: None,
            postgres,
            redis,
            programs,
            ports: [free_port(), free_port(), free_port()],
            folder,
            data,
            stop,
            duplicates: 0,
        };
        std::fs::create_dir_all(realm.journals())?;
        if let Some(postgres) = &realm.postgres {
            postgres.create_database(DATABASE, None);
        }
        realm.tool(&["migrate"])?;
        realm.tool(&["seed", "--players", &players, "--seed", "1"])?;
        Ok(realm)
    }

    /// Where the bots' journals are.
    pub(crate) fn journals(&self) -> PathBuf {
        self.folder.join("journals")
    }

    /// Starts the host with these places armed; how long it took until one can join. `None` when it died
    /// before.
    pub(crate) fn start_host(&mut self, failpoints: Option<&str>) -> Result<Option<Duration>> {
        let begun = Instant::now();
        let [http, game, admin] = self.ports.map(|port| port.to_string());
        let mut command = self.command("host");
        command.args(["serve", "--bind", "127.0.0.1", "--port", &http]);
        command.args(["--game-port", &game, "--admin-port", &admin, "--seed", "1"]);
        command.arg("--data").arg(&self.data);
        if let Some(failpoints) = failpoints {
            command.env("FAILPOINTS", failpoints);
        }
        self.duplicates = 0;
        self.host = Some(Process(command.spawn().context("the host cannot be started")?));
        loop {
            if self.host_has_ended()? {
                return Ok(None);
            }
            if self.is_ready() {
                return Ok(Some(begun.elapsed()));
            }
            if begun.elapsed() > START_TIME {
                bail!("nobody can join the host {START_TIME:?} after its start");
            }
            self.pulse()?;
        }
    }

    /// Whether the host says that players may be sent to it.
    pub(crate) fn is_ready(&self) -> bool {
        self.ask("/readyz").is_some_and(|(status, _)| status == 200)
    }

    /// Starts the bots; they play until `end_bots`.
    pub(crate) fn start_bots(&mut self, seed: u64) -> Result<()> {
        let url = format!("http://127.0.0.1:{}", self.ports[0]);
        let mut command = self.command("bots");
        command.args(["bots", "economy", "--seconds", "86400", "--json", "--url", &url]);
        command.args(["--clients", &self.programs.clients.to_string()]);
        command.args(["--seed", &seed.to_string()]).arg("--journal").arg(self.journals());
        self.bots = Some(Process(command.spawn().context("the bots cannot be started")?));
        Ok(())
    }

    /// Kills the host as a power cut would.
    pub(crate) fn kill_host(&mut self) {
        self.look_at_duplicates();
        // Dropping it kills and reaps it.
        self.host = None;
    }

    /// Whether the host is gone; then nobody holds it any more.
    pub(crate) fn host_has_ended(&mut self) -> Result<bool> {
        let Some(host) = &mut self.host else { return Ok(true) };
        if host.ended()?.is_some() {
            self.host = None;
            return Ok(true);
        }
        Ok(false)
    }

    /// Goes on after a moment, unless somebody wants to stop or the bots are gone.
    pub(crate) fn pulse(&mut self) -> Result<()> {
        if self.stop.load(Ordering::SeqCst) {
            bail!("stopped");
        }
        if let Some(bots) = &mut self.bots
            && let Some(status) = bots.ended()?
        {
            bail!("the bots ended by themselves: {status}");
        }
        std::thread::sleep(PULSE);
        Ok(())
    }

    /// Waits until all bots are in the world.
    pub(crate) fn gather(&mut self) -> Result<()> {
        let begun = Instant::now();
        let wanted = f64::from(self.programs.clients);
        while self.metric("massless_players{").is_none_or(|count| count < wanted) {
            if begun.elapsed() > GATHER_TIME {
                bail!("not all bots are in after {GATHER_TIME:?}");
            }
            self.let_play(LOOK_PAUSE)?;
        }
        Ok(())
    }

    /// Lets everybody play for a while; the host must stay.
    pub(crate) fn let_play(&mut self, time: Duration) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if self.host_has_ended()? {
                bail!("the host ended by itself");
            }
            self.pulse()?;
        }
        self.look_at_duplicates();
        Ok(())
    }

    /// The bots finish what is on its way and end.
    pub(crate) fn end_bots(&mut self) -> Result<()> {
        let Some(mut bots) = self.bots.take() else { return Ok(()) };
        bots.signal(Signal::TERM);
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = bots.ended()? {
                break status;
            }
            if begun.elapsed() > END_TIME {
                bail!("the bots do not end");
            }
            std::thread::sleep(PULSE);
        };
        if !status.success() {
            bail!("the bots ended badly: {status}");
        }
        Ok(())
    }

    /// Kills the bots; their journals end where they were.
    pub(crate) fn kill_bots(&mut self) {
        self.bots = None;
    }

    /// Retries of this host that were answered from the ledger so far.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    fn look_at_duplicates(&mut self) {
        if let Some(count) = self.metric("massless_econ_duplicates_total") {
            self.duplicates = count as u64;
        }
    }

    /// Sum over all lines of the host's metrics that begin so; `None` when it does not answer.
    pub(crate) fn metric(&self, beginning: &str) -> Option<f64> {
        let (200, page) = self.ask("/metrics")? else { return None };
        let lines = page.lines().filter(|line| line.starts_with(beginning));
        Some(lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    /// What the database answers.
    pub(crate) fn sql(&self, statement: &str) -> Result<String> {
        let postgres = self.postgres.as_ref().context("there is no PostgreSQL")?;
        Ok(postgres.sql(DATABASE, statement))
    }

    /// Stops the host in order.
    pub(crate) fn stop_host(&mut self) -> Result<()> {
        if let Some(mut host) = self.host.take() {
            host.signal(Signal::TERM);
            let begun = Instant::now();
            while host.ended()?.is_none() && begun.elapsed() < START_TIME {
                std::thread::sleep(PULSE);
            }
        }
        Ok(())
    }

    /// Stops the host in order and checks everything; the line of `massless verify --json`.
    pub(crate) fn verify(&mut self) -> Result<Value> {
        self.stop_host()?;
        self.verify_database(DATABASE, None)
    }

    /// Holds a database against the journals, as far as a moment if one is given.
    pub(crate) fn verify_database(&self, name: &str, until: Option<&str>) -> Result<Value> {
        let journals = self.journals().display().to_string();
        let mut arguments = vec!["verify", "--journal", &journals];
        if let Some(until) = until {
            arguments.extend(["--until", until]);
        }
        self.ask_tool(&arguments, name)
    }

    /// The last line of a command of the server's program with `--json`, whatever its exit code is.
    pub(crate) fn ask_tool(&self, arguments: &[&str], database: &str) -> Result<Value> {
        let name = arguments[0];
        let mut command = self.command(name);
        if let Some(postgres) = &self.postgres {
            command.env("DATABASE_URL", postgres.url(database));
        }
        command.args(arguments).arg("--json").arg("--data").arg(&self.data);
        let output = command.stdout(Stdio::piped()).output();
        let output = output.with_context(|| format!("{name} cannot be started"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        std::fs::write(self.folder.join(format!("{name}.txt")), text.as_bytes())?;
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| {
            format!("{name} says nothing ({}): {}", output.status, tail(&self.log(name)))
        })
    }

    /// Runs a measurement of the server's program against the host, with `{url}`, `{admin}` and `{pid}` put in;
    /// whether it says that its target was met.
    pub(crate) fn measure(&self, arguments: &[&str]) -> Result<bool> {
        let pid = self.host.as_ref().and_then(Process::pid).context("no host runs")?;
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let [http, _, admin] = self.ports;
        let mut command = self.command("measure");
        for argument in arguments {
            command.arg(match *argument {
                "{url}" => url(http),
                "{admin}" => url(admin),
                "{pid}" => pid.to_string(),
                other => other.to_owned(),
            });
        }
        Ok(command.status().context("the measurement cannot be started")?.success())
    }

    /// What a log ends with.
    pub(crate) fn words_of(&self, name: &str) -> String {
        tail(&self.log(name))
    }

    /// The small disks, where it has them.
    pub(crate) fn disks(&self) -> Option<&Disks> {
        self.programs.disks.as_ref()
    }

    /// Where the backups are.
    pub(crate) fn backups(&self) -> PathBuf {
        self.folder.join("backups")
    }

    /// Starts what archives PostgreSQL's log, and waits until it does.
    pub(crate) fn start_archive(&mut self) -> Result<()> {
        let mut command = self.command("archive");
        command.args(["backup-agent", "--no-tasks", "--port", "0", "--to"]).arg(self.backups());
        let agent = command.arg("--data").arg(&self.data).spawn();
        self.agent = Some(Process(agent.context("the archive cannot be started")?));
        let begun = Instant::now();
        let slot = "SELECT count(*) FROM pg_replication_slots WHERE active";
        while self.sql(slot)? == "0" {
            if begun.elapsed() > START_TIME {
                bail!("the log is not archived: {}", tail(&self.log("archive")));
            }
            self.pulse()?;
        }
        Ok(())
    }

    /// Kills what archives the log as a power cut would.
    pub(crate) fn kill_archive(&mut self) {
        self.agent = None;
    }

    /// What the logs end with.
    pub(crate) fn last_words(&self) -> String {
        let words = ["host", "bots", "archive", "restore"]
            .map(|name| format!("{name}:\n{}", tail(&self.log(name))));
        words.join("\n")
    }

    fn tool(&self, arguments: &[&str]) -> Result<()> {
        let mut command = self.command(arguments[0]);
        let status = command.args(arguments).arg("--data").arg(&self.data).status()?;
        if !status.success() {
            bail!("massless {}: {status}\n{}", arguments[0], tail(&self.log(arguments[0])));
        }
        Ok(())
    }

    /// The server's binary with everything it has to know, its words in the log of that name. It ends
    /// with this process, also when that one is killed.
    fn command(&self, name: &str) -> Command {
        let log = || -> Stdio {
            let file = OpenOptions::new().create(true).append(true).open(self.log(name));
            file.map_or_else(|_| Stdio::null(), Stdio::from)
        };
        let mut command = Command::new("setpriv");
        // A signal to this program's group is its own affair: the others are told to end one by one.
        command.process_group(0);
        command.args(["--pdeathsig", "KILL"]).arg(&self.programs.server);
        command.current_dir(&self.folder).env_remove("FAILPOINTS");
        for name in ["DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"] {
            command.env_remove(name);
        }
        if let Some(postgres) = &self.postgres {
            command.env("DATABASE_URL", postgres.url(DATABASE));
        }
        if let Some(redis) = &self.redis {
            command.env("REDIS_URL", redis.url());
        }
        for limit in
            ["SOCKETS_PER_ADDRESS", "CALLS_PER_SECOND", "LOGINS_PER_MINUTE", "ACCOUNTS_PER_HOUR"]
        {
            command.env(format!("MASSLESS_LIMITS_{limit}"), "100000");
        }
        command.env("MASSLESS_LIMITS_SOCKETS_MAX", "20000");
        command.stdin(Stdio::null()).stdout(log()).stderr(log());
        command
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Asks the port of administration.
    fn ask(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.ports[2])).ok()?;
        stream.set_read_timeout(Some(ASK_TIME)).ok()?;
        let request = format!("GET {path} HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer))
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        (self.bots, self.host, self.agent) = (None, None, None);
        if self.programs.keeps {
            eprintln!("logs and journals are in {}", self.folder.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn tail(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    if read.is_err() {
        return String::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// Now, microseconds since 1970, as in the bots' journals.
pub(crate) fn micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}
