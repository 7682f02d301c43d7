//! `cargo xtask api-test`: schemathesis against the interface's own description, on the real server.
//!
//! The server keeps everything in a temporary folder and listens on free ports; it and what is called are
//! the client's test script's business. Here are what it needs, and its verdict.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::project::Project;
use crate::verdict::Verdict;
use crate::{build, packages};

/// What is installed, in an environment of its own in the target folder.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Exit code of the script when its own token has ended, so that refusals say nothing.
const VOID: i32 = 3;

/// How much is called.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Cases of each call in each phase, at most.
    #[arg(long, value_name = "N", default_value_t = 40,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) examples: u32,
    /// The same seed makes the same cases.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// This server instead of the one that is built here in release.
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    /// As the gate runs it.
    const fn gate() -> Self {
        Self { examples: 40, seed: 1, server: None, json: false }
    }
}

/// A step of the gate: an error when a call was answered otherwise than described.
pub(crate) fn check(project: &Project) -> Result<()> {
    match run(project, &Arguments::gate())? {
        Verdict::Met => Ok(()),
        verdict => bail!("the test of the interface is {verdict:?}"),
    }
}

/// Runs it.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let schemathesis = packages::from_pypi(project, SCHEMATHESIS)?;
    let server = match &arguments.server {
        Some(server) => std::path::absolute(server)?,
        None => {
            build::client(project)?;
            build::server(project)?;
            project.target().join("release/massless")
        }
    };
    let reports = project.target().join("api-test");
    std::fs::create_dir_all(&reports).context("the reports need a folder")?;
    let summary = reports.join("summary.json");
    // What an earlier run counted must not pass for what this one did.
    if summary.exists() {
        std::fs::remove_file(&summary)?;
    }
    let begun = Instant::now();
    let status = Command::new("node")
        .arg("test/api.mjs")
        .env("BROWSER_TEST_SERVER", server)
        .env("SCHEMATHESIS", schemathesis)
        .env("API_TEST_REPORTS", &reports)
        .env("API_TEST_EXAMPLES", arguments.examples.to_string())
        .env("API_TEST_SEED", arguments.seed.to_string())
        .current_dir(project.path("massless-client"))
        .status()
        .context("node cannot be started")?;
    let verdict = match status.code() {
        Some(0) => Verdict::Met,
        Some(VOID) => Verdict::Void,
        _ => Verdict::Missed,
    };
    if arguments.json {
        println!("{}", line(arguments, verdict, begun, &summary));
    }
    Ok(verdict)
}

/// The line of the machine interface; its counts are null when the script did not come so far.
fn line(arguments: &Arguments, verdict: Verdict, begun: Instant, summary: &Path) -> Value {
    let text = std::fs::read_to_string(summary).unwrap_or_default();
    let told: Value = serde_json::from_str(&text).unwrap_or_default();
    json!({
        "schema": 1,
        "ok": verdict == Verdict::Met,
        "command": "api-test",
        "seed": arguments.seed,
        "commit": told["commit"],
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "examples": arguments.examples,
        "operations": told["operations"],
        "cases": told["cases"],
        "failures": told["failures"],
    })
}
