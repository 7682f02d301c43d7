//! The composition of staging: production with a file laid over it, under one name, up as the runbook says and updated
//! as a merge to `develop` does it.

use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::compose::Stage;
use super::engine::Engine;
use super::production::{self, Door};
use super::{say, update};
use crate::project::Project;

/// What is laid over production.
const OVERLAY: &str = "docker-compose.staging.yml";
/// The one site.
const SITE: &str = "staging";
/// Notice of an update, as in the workflow.
const NOTICE: &str = "10s";
/// Bytes that each colour may have in memory.
const GAME_BYTES: &str = "2147483648";
/// The head of a request for a WebSocket; the key is any 16 bytes.
const UPGRADE: [&str; 4] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==",
];

/// All of it.
pub(super) fn run(project: &Project, engine: &Engine) -> Result<Value> {
    let files = format!("{}:{OVERLAY}", production::COMPOSITION);
    let stage = production::prepare(project, engine, "massless-staging", &files)?;
    let mut told = production::up(&stage, "staging")?;
    let door = Door::new(&stage)?;
    for (path, wanted) in [
        ("/", ("200", "<canvas")),
        ("/massless.wasm", ("200", "")),
        ("/api/v1/status", ("200", "Massless Staging")),
        ("/api/v1/session", ("200", "wss://staging.massless.game/ws")),
        // The page, as for any path that it does not know, and not what the game says to those who watch it.
        ("/metrics", ("200", "<canvas")),
    ] {
        door.answers(SITE, path, wanted)?;
    }
    door.answers_http3(project, SITE, "/")?;
    robots_stay_away(&door)?;
    takes_game_sockets(&door)?;
    for colour in ["blue", "green"] {
        let id = stage.container(&format!("game-server-{colour}"))?;
        let most = engine.told(&["inspect", "--format={{.HostConfig.Memory}}", &id])?;
        ensure!(most == GAME_BYTES, "{colour} may have {most} bytes in memory");
    }
    production::smoke(&stage)?;
    say("staging answers under its one name: page, interface, game sockets; two players played");
    told["update_s"] = json!(update_of(&stage, engine)?);
    stage.down()?;
    Ok(told)
}

fn robots_stay_away(door: &Door) -> Result<()> {
    let head = crate::shell::output(&mut door.ask(SITE, "/", &["--head"]))?;
    let says = head.lines().any(|line| line.to_lowercase().trim() == "x-robots-tag: noindex");
    ensure!(says, "staging may be indexed:\n{head}");
    Ok(())
}

/// By the proxy to whichever colour serves.
fn takes_game_sockets(door: &Door) -> Result<()> {
    let headers = UPGRADE.iter().flat_map(|header| ["--header", *header]);
    let mut more = vec!["--http1.1", "--include", "--no-buffer", "--max-time", "2"];
    more.extend(headers);
    // It stands until the time is over, which is an error to curl.
    let mut curl: Command = door.ask(SITE, "/ws", &more);
    let told = String::from_utf8_lossy(&curl.output()?.stdout).into_owned();
    ensure!(told.starts_with("HTTP/1.1 101 "), "no WebSocket at /ws:\n{told}");
    Ok(())
}

/// To another version, by the script that the workflow calls; seconds that it took.
fn update_of(stage: &Stage<'_>, engine: &Engine) -> Result<u64> {
    update::versions(stage, engine)?;
    let from = update::serving(stage)?;
    let begun = std::time::Instant::now();
    ensure!(update::deploy(stage, update::SECOND, NOTICE)?, "the update of staging failed");
    let seconds = begun.elapsed().as_secs();
    ensure!(update::serving(stage)? != from, "{from} serves still");
    production::smoke(stage)?;
    say(&format!("staging was updated within {seconds} s"));
    Ok(seconds)
}
