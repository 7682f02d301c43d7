//! The backups of production by the services that make them and bring them back.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::compose::Stage;
use super::say;

/// What the service `backup` does on a schedule, by hand.
const TASKS: [&str; 4] = ["base", "dump", "verify", "restore-test"];
/// Where a moment is restored beside the game.
const BESIDE: &str = "looked_up";

/// Each task, then the game's database as it was last into another one.
pub(super) fn run(stage: &Stage<'_>) -> Result<Value> {
    let mut told = json!({});
    for task in TASKS {
        let begun = Instant::now();
        stage.run(&["exec", "-T", "backup", "job.sh", task])?;
        let seconds = begun.elapsed().as_secs_f64();
        say(&format!("backups: {task} by its service, {seconds:.1} s"));
        told[task] = json!((seconds * 10.0).round() / 10.0);
    }
    let restore = ["run", "--rm", "restore", "massless", "restore", "--json"];
    let whither = ["--from", "/backups", "--to-time", "latest", "--into", BESIDE];
    let text = stage.told(&[&restore[..], &whither].concat())?;
    let line = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
    told["restore"] = line.with_context(|| format!("restore ends without a word: {text}"))?;
    let count = |database: &str| -> Result<String> {
        let ask = "SELECT count(*) FROM character";
        let psql = ["psql", "--no-psqlrc", "--username=massless", "--tuples-only", "--no-align"];
        let database = format!("--dbname={database}");
        stage.within("postgres", &[&psql[..], &[&database, "--command", ask]].concat())
    };
    let (there, back) = (count("massless")?, count(BESIDE)?);
    ensure!(there == back && there != "0", "{back} characters came back of {there}");
    say(&format!("backups: restored beside the game, {back} characters as there"));
    Ok(told)
}
