//! The composition of production with the services that have a stand-in here: up as the runbook says, asked by
//! every door, played on, updated, backed up.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::compose::Stage;
use super::engine::Engine;
use super::images::{FIRST, name};
use super::{backup, keys, say, update, watched};
use crate::project::Project;
use crate::{packages, shell};

/// What differs here from the file as it is: the names of the sites, which have certificates of Caddy's own authority.
const SITES: [&str; 6] = ["landing", "play", "api", "ws", "cdn", "staging"];
/// The bit of the right to go beyond limits, which a machine may not have that is itself enclosed.
const SYS_RESOURCE: u64 = 1 << 24;
/// The file of production.
pub(super) const COMPOSITION: &str = "docker-compose.prod.yml";
/// The file with what differs.
const HERE: &str = "here.yml";
/// What is started, in the order of the report.
pub(super) const SERVICES: [&str; 9] = [
    "postgres",
    "redis",
    "game-server-blue",
    "game-server-green",
    "game-client",
    "caddy",
    "backup",
    "prometheus",
    "alertmanager",
];
/// Those that do their work and end.
const ENDED: [&str; 2] = ["owners", "backup-role"];
/// Time until all are healthy.
const PATIENCE: Duration = Duration::from_secs(180);
/// Versions that the stage begins with.
const VERSIONS: [&str; 5] = ["BLUE", "GREEN", "CLIENT", "BACKUP", "MIGRATE"];
/// Somebody in the world who answers by TCP.
const OUTSIDE: (&str, u16) = ("deb.debian.org", 80);
/// Asks by HTTP/3, which Debian's curl does not know.
const NIQUESTS: &str = "niquests==3.21.2";
/// Where Caddy's own authority keeps its certificate.
const ROOT: &str = "/data/caddy/pki/authorities/local/root.crt";

/// All of it.
pub(super) fn run(project: &Project, engine: &Engine, clients: u32) -> Result<Value> {
    let mut stage = prepare(project, engine, "massless-prod", COMPOSITION)?;
    stage.set("PUBLIC_GAME_URL", "ws://caddy:8081/game");
    let mut told = up(&stage, "production")?;
    ended_well(&stage, engine)?;
    isolated(&stage)?;
    doors(project, &stage)?;
    watched::everybody(&stage)?;
    told["update"] = update::run(&stage, engine, clients)?;
    told["backup"] = backup::run(&stage)?;
    told["panels"] = watched::panels(project, &stage)?;
    told["memory"] = memory(&stage, engine)?;
    stage.healthy(&SERVICES, PATIENCE)?;
    stage.down()?;
    Ok(told)
}

/// Migrates and starts all of it as the runbook says; how long that took.
pub(super) fn up(stage: &Stage<'_>, what: &str) -> Result<Value> {
    let begun = Instant::now();
    stage.run(&["run", "--rm", "migrate"])?;
    stage.run(&[&["up", "--detach", "--no-build"][..], &SERVICES].concat())?;
    let times = stage.healthy(&SERVICES, PATIENCE)?;
    let up_s = begun.elapsed().as_secs();
    let mut healthy = json!({});
    for (service, seconds) in SERVICES.iter().zip(&times) {
        say(&format!("{service}: healthy, {seconds:.1} s after its start"));
        healthy[*service] = json!((seconds * 10.0).round() / 10.0);
    }
    say(&format!("{what} is up {up_s} s after the order, migration included"));
    Ok(json!({ "up_s": up_s, "healthy_s": healthy }))
}

/// A stage with these compositions, with secrets drawn for it and the first version everywhere.
pub(super) fn prepare<'a>(
    project: &Project,
    engine: &'a Engine,
    name: &str,
    compositions: &str,
) -> Result<Stage<'a>> {
    let mut stage = Stage::new(project, engine, name, &format!("{compositions}:{HERE}"))?;
    let text = VERSIONS.map(|name| format!("{name}_VERSION={FIRST}\n")).concat();
    std::fs::write(stage.docker().join(".env"), text)?;
    std::fs::write(stage.docker().join(HERE), differences()?.to_string())?;
    let backups = stage.path("backups");
    std::fs::create_dir_all(&backups)?;
    let secrets = stage.path("secrets");
    stage.set("SECRETS_DIR", secrets.to_str().context("a plain path")?);
    stage.set("BACKUP_DIR", backups.to_str().context("a plain path")?);
    // As much as the databases of a check need.
    stage.set("PG_SHARED_BUFFERS", "128MB");
    let drawn = keys::draw(&stage.path(""))?;
    shell::run(stage.command(&stage.docker().join("secrets.sh")).envs(drawn))?;
    Ok(stage)
}

/// A composition to be laid over the one that is run.
fn differences() -> Result<Value> {
    let sites: serde_json::Map<String, Value> = SITES
        .iter()
        .map(|site| (format!("SITE_{}", site.to_uppercase()), json!(format!("{site}.localhost"))))
        .collect();
    let mut services = json!({ "caddy": { "environment": sites } });
    let status = std::fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    let rights = u64::from_str_radix(field("CapEff:").context("rights")?.trim(), 16)?;
    if rights & SYS_RESOURCE == 0 {
        let limits = std::fs::read_to_string("/proc/self/limits")?;
        let files = limits.lines().find(|line| line.starts_with("Max open files"));
        let files = files.and_then(|line| line.split_whitespace().nth(4)).context("a limit")?;
        let files: u64 = files.parse()?;
        say(&format!(
            "this machine may not raise limits: {files} open files, nobody's memory is spared"
        ));
        services["postgres"] = json!({ "oom_score_adj": 0 });
        let limits = json!({ "ulimits": { "nofile": { "soft": files, "hard": files } } });
        services["game-server-blue"] = limits.clone();
        services["game-server-green"] = limits;
    }
    Ok(json!({ "services": services }))
}

/// What makes a start ready has ended with 0.
fn ended_well(stage: &Stage<'_>, engine: &Engine) -> Result<()> {
    for service in ENDED {
        let id = stage.told(&["ps", "--all", "--quiet", service])?;
        let format = "--format={{.State.Status}} {{.State.ExitCode}}";
        let state = engine.told(&["inspect", format, &id])?;
        ensure!(state == "exited 0", "{service} is {state}");
    }
    Ok(())
}

/// The databases have no way out, and neither the proxy nor the page's server a way in.
fn isolated(stage: &Stage<'_>) -> Result<()> {
    let reach = |from: &str, host: &str, port: u16| {
        let open = format!("exec 3<>/dev/tcp/{host}/{port}");
        stage.within(from, &["timeout", "3", "bash", "-c", &open]).is_ok()
    };
    ensure!(reach("game-server-blue", "postgres", 5432), "the game does not reach PostgreSQL");
    ensure!(reach("game-server-blue", "redis", 6379), "the game does not reach Redis");
    ensure!(!reach("caddy", "postgres", 5432), "the proxy reaches PostgreSQL");
    ensure!(!reach("game-client", "redis", 6379), "the page's server reaches Redis");
    let (host, port) = OUTSIDE;
    ensure!(
        reach("caddy", host, port),
        "the proxy does not reach the world, so nobody's way out is seen"
    );
    for service in ["postgres", "redis", "prometheus"] {
        ensure!(!reach(service, host, port), "{service} has a way out");
    }
    say("the databases are reached by the game, not by the proxy, and have no way out");
    Ok(())
}

/// Every name by TLS from this machine, and two players by the way inside.
fn doors(project: &Project, stage: &Stage<'_>) -> Result<()> {
    let door = Door::new(stage)?;
    let rows = [
        ("landing", "/", "200", "play.massless.game"),
        ("play", "/", "200", "<canvas"),
        ("play", "/massless.wasm", "200", ""),
        ("play", "/api/v1/status", "200", "\"zones\""),
        ("api", "/api/v1/status", "200", "\"zones\""),
        ("api", "/metrics", "404", ""),
        ("cdn", "/icon.svg", "200", "<svg"),
    ];
    for (site, path, status, words) in rows {
        door.answers(site, path, (status, words))?;
    }
    for (site, path) in [("play", "/"), ("api", "/api/v1/status")] {
        door.answers_http3(project, site, path)?;
    }
    say(&format!(
        "{} addresses answer as they should, by TLS and HTTP/2, page and interface by HTTP/3, too",
        rows.len()
    ));
    smoke(stage)
}

/// The proxy's sites, from this machine, by the certificate of the proxy's own authority.
pub(super) struct Door {
    root: PathBuf,
    body: PathBuf,
}

impl Door {
    /// Takes the authority's certificate from the proxy.
    pub(super) fn new(stage: &Stage<'_>) -> Result<Self> {
        let (root, body) = (stage.path("root.crt"), stage.path("body"));
        // Some read nothing of a last line that has no end.
        std::fs::write(&root, stage.within("caddy", &["cat", ROOT])? + "\n")?;
        Ok(Self { root, body })
    }

    /// `curl` of a path of a site.
    pub(super) fn ask(&self, site: &str, path: &str, more: &[&str]) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"]);
        curl.args(["--resolve", &format!("{site}.localhost:443:127.0.0.1")]);
        curl.arg("--cacert").arg(&self.root).args(more);
        curl.arg(format!("https://{site}.localhost{path}"));
        curl
    }

    /// Holds that a site answers by HTTP/3.
    pub(super) fn answers_http3(&self, project: &Project, site: &str, path: &str) -> Result<()> {
        let python = packages::python_with(project, "http3", &[NIQUESTS])?;
        let mut ask = Command::new(python);
        ask.arg(project.path("xtask/src/containers/http3.py"));
        let told = shell::output(ask.arg(format!("{site}.localhost")).arg(path).arg(&self.root))?;
        ensure!(told.trim() == "200 30", "{site}, {path}: {told} instead of 200 by HTTP/3");
        Ok(())
    }

    /// Holds the status, HTTP/2 and words of an answer.
    pub(super) fn answers(&self, site: &str, path: &str, wanted: (&str, &str)) -> Result<()> {
        let (status, words) = wanted;
        let body = self.body.to_str().context("a plain path")?;
        let more = ["--write-out", "%{http_code} %{http_version}", "--output", body];
        let told = shell::output(&mut self.ask(site, path, &more))?;
        let wanted = format!("{status} 2");
        ensure!(told == wanted, "{site}, {path}: {told} instead of {status} by HTTP/2");
        let text = String::from_utf8_lossy(&std::fs::read(&self.body)?).into_owned();
        ensure!(text.contains(words), "{site}, {path} is not what it should be");
        Ok(())
    }
}

/// Two made-up players through the proxy, by the service that does so every five minutes.
pub(super) fn smoke(stage: &Stage<'_>) -> Result<()> {
    stage.run(&["exec", "-T", "backup", "job.sh", "smoke"])
}

/// What each container has in memory.
fn memory(stage: &Stage<'_>, engine: &Engine) -> Result<Value> {
    let mut told = json!({});
    for service in SERVICES {
        let id = stage.container(service)?;
        let text = engine.told(&["stats", "--no-stream", "--format={{.MemUsage}}", &id])?;
        let used = text.split(" / ").next().unwrap_or_default().to_owned();
        say(&format!("{service}: {text}"));
        told[service] = json!(used);
    }
    Ok(told)
}

/// The image that bots are run from.
pub(super) fn bots_image() -> String {
    name("backup", FIRST)
}
