//! Our own images: built through all stages, weighed, and run alone with what production allows them.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::engine::Engine;
use super::say;
use crate::deploy::process::until;
use crate::project::Project;
use crate::shell;

/// The targets of the Dockerfile.
const TARGETS: [&str; 3] = ["server", "client", "backup"];
/// What the server is made of.
const SOURCES: [&str; 6] = [
    "Cargo.lock",
    "massless-core",
    "massless-host",
    "massless-net",
    "massless-store",
    "migrations",
];
/// The version that runs first; the update brings another.
pub(super) const FIRST: &str = "first";
/// Time a container may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// What production allows our images.
const HARDENED: [&str; 5] = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges:true",
    "--network=none",
    "--tmpfs=/tmp:size=16m",
];
/// The user that they run as.
const USER: &str = "10001:10001";

/// The name of an image of ours.
pub(super) fn name(target: &str, version: &str) -> String {
    format!("massless-{target}:{version}")
}

/// Builds all, through all stages.
pub(super) fn build(project: &Project, engine: &Engine) -> Result<()> {
    let commit = format!("MASSLESS_COMMIT={}", last_change(project)?);
    for target in TARGETS {
        let begun = Instant::now();
        say(&format!("image {target}: all stages"));
        let mut command = engine.docker();
        command.args(["build", "--progress", "plain", "--network", "host", "--target", target]);
        command.args(["--build-arg", &commit, "--tag", &name(target, FIRST)]);
        command.args(["--file", "docker/Dockerfile", "."]).current_dir(project.root());
        shell::run(&mut command)?;
        say(&format!("image {target}: built in {} s", begun.elapsed().as_secs()));
    }
    Ok(())
}

/// How large they are, and how much of it is not the base's; each runs as a user without rights.
pub(super) fn weigh(engine: &Engine) -> Result<Value> {
    let mut told = json!({});
    for target in TARGETS {
        let image = name(target, FIRST);
        ensure!(engine.has(&image), "{image} is not there; run it once without --built");
        let ask = |image: &str, what: &str| {
            engine.told(&["image", "inspect", &format!("--format={{{{.{what}}}}}"), image])
        };
        let size = |image: &str| -> Result<f64> { Ok(ask(image, "Size")?.parse::<f64>()? / 1e6) };
        let whole = size(&image)?;
        let own = whole - size(base_of(target))?;
        say(&format!("image {target}: {whole:.0} MB, {own:.0} of them ours"));
        told[target] = json!({ "mb": whole.round(), "own_mb": own.round() });
        let user = ask(&image, "Config.User")?;
        ensure!(user == USER, "the image {target} runs as {user:?}");
    }
    Ok(told)
}

/// The newest commit that changed what the server is made of: others need no other program.
fn last_change(project: &Project) -> Result<String> {
    let mut git = Command::new("git");
    git.args(["log", "--max-count=1", "--abbrev=12", "--format=%h", "--"]).args(SOURCES);
    Ok(shell::output(git.current_dir(project.root()))?.trim().to_owned())
}

fn base_of(target: &str) -> &'static str {
    match target {
        "backup" => "postgres:16.6-bookworm",
        "client" => "caddy:2.8.4-alpine",
        _ => "debian:bookworm-slim",
    }
}

/// Server and page, each without a network: time until ready, and memory. The backups' agent needs a database and
/// is run by the composition.
pub(super) fn run_alone(engine: &Engine) -> Result<Value> {
    let server = alone(engine, "server", &["--volume=/data"], &["serve"], &["massless", "status"])?;
    let health = ["wget", "--quiet", "--spider", "http://127.0.0.1:8080/healthz"];
    let client = alone(engine, "client", &[], &[], &health)?;
    Ok(json!({ "server": server, "client": client }))
}

/// Starts one; told when `ready` ends well in it, and its own check of health does.
fn alone(
    engine: &Engine,
    target: &str,
    options: &[&str],
    command: &[&str],
    ready: &[&str],
) -> Result<Value> {
    let begun = Instant::now();
    let image = name(target, FIRST);
    let run = ["run", "--detach"];
    let words = [&run[..], &HARDENED, options, &[image.as_str()], command].concat();
    let id = engine.told(&words)?;
    let ask = [&["exec", id.as_str()], ready].concat();
    until("a container that is ready", PATIENCE, || Ok(engine.asked(&ask).is_some()))
        .with_context(|| engine.asked(&["logs", "--tail=20", &id]).unwrap_or_default())?;
    let ready_s = begun.elapsed().as_secs_f64();
    let health = ["inspect", "--format={{.State.Health.Status}}", &id];
    until("a container that is healthy", PATIENCE, || {
        Ok(engine.asked(&health).as_deref() == Some("healthy"))
    })?;
    let memory = engine.told(&["stats", "--no-stream", "--format={{.MemUsage}}", &id])?;
    let memory = memory.split(" / ").next().unwrap_or_default().to_owned();
    let begun = Instant::now();
    engine.told(&["stop", &id])?;
    let stop_s = begun.elapsed().as_secs_f64();
    let code = engine.told(&["inspect", "--format={{.State.ExitCode}}", &id])?;
    ensure!(code == "0", "{target} ended with {code}");
    engine.told(&["rm", "--volumes", &id])?;
    say(&format!(
        "{target} alone: ready after {ready_s:.1} s, {memory}, ended after {stop_s:.1} s"
    ));
    let tenths = |seconds: f64| (seconds * 10.0).round() / 10.0;
    Ok(json!({ "ready_s": tenths(ready_s), "memory": memory, "stop_s": tenths(stop_s) }))
}
