//! The composition of development: it comes up, and both databases answer on the loopback address as it says.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::compose::Stage;
use super::engine::Engine;
use super::say;
use crate::project::Project;

/// Time until both are healthy.
const PATIENCE: Duration = Duration::from_secs(90);

/// Up, asked, migrated into, down.
pub(super) fn run(project: &Project, engine: &Engine) -> Result<Value> {
    let stage = Stage::new(project, engine, "massless-dev", "docker-compose.yml")?;
    let begun = Instant::now();
    stage.run(&["up", "--detach"])?;
    stage.healthy(&["postgres", "redis"], PATIENCE)?;
    let seconds = begun.elapsed().as_secs();
    say(&format!("development: PostgreSQL and Redis are healthy after {seconds} s"));
    // By the ports that it opens here, as `cargo xtask dev` does.
    let redis = std::net::TcpStream::connect(("127.0.0.1", 6379));
    ensure!(redis.is_ok(), "Redis is not on the loopback address");
    let image = super::images::name("server", super::images::FIRST);
    let url = "DATABASE_URL=postgres://massless:massless@127.0.0.1:5432/massless_dev";
    let run = ["run", "--rm", "--network=host", "--env", url, &image];
    for command in [&["migrate"][..], &["seed", "--players", "2"], &["verify"]] {
        engine.run(&[&run[..], command].concat())?;
    }
    stage.down()?;
    Ok(json!({ "healthy_s": seconds }))
}
