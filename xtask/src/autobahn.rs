//! `cargo xtask autobahn`: the cases of Autobahn's test suite for WebSockets against the echo on the game port
//! (`massless serve --scenario echo`), which is the game's own stack with longer messages allowed.
//!
//! `autobahn/suite.py` says how a suite in Python 2 is run today.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::project::Project;
use crate::running::Running;
use crate::verdict::Verdict;
use crate::{build, packages, shell};

/// The suite, the client that it was written for, and what translates it.
const PACKAGES: [&str; 6] = [
    "autobahntestsuite==25.10.1",
    "autobahn==0.10.9",
    "txaio==2.1.0",
    "twisted==26.10.0",
    "wsaccel==0.6.7",
    "fissix==24.4.24",
];
/// Cases that have to be run, so that a suite that lost some does not pass.
const CASES: u64 = 303;

/// What is tested.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// This server instead of the one that is built here in release.
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A step of the gate: an error when a case failed or was closed uncleanly.
pub(crate) fn check(project: &Project) -> Result<()> {
    match run(project, &Arguments { server: None, json: false })? {
        Verdict::Met => Ok(()),
        verdict => bail!("Autobahn's suite is {verdict:?}"),
    }
}

/// Runs it.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let python = packages::python_with(project, "autobahn", &PACKAGES)?;
    let server = match &arguments.server {
        Some(server) => std::path::absolute(server)?,
        None => {
            build::server(project)?;
            project.target().join("release/massless")
        }
    };
    let begun = Instant::now();
    let echo = Running::start(Command::new(server).args(["serve", "--scenario", "echo"]))?;
    let told = shell::output(
        Command::new(python)
            .arg(project.path("xtask/src/autobahn/suite.py"))
            .arg(project.target().join("autobahn/translated"))
            .arg(format!("ws://127.0.0.1:{}/", echo.port("game")?)),
    );
    drop(echo);
    let told = told?;
    let last = told.lines().last().context("the suite says nothing")?;
    let told: Value = serde_json::from_str(last).context("the suite's last line is no JSON")?;
    let sums = Sums::of(&told);
    for wrong in told["wrong"].as_array().into_iter().flatten() {
        eprintln!("{wrong}");
    }
    eprintln!(
        "{} cases: {} as wanted, {} informational, {} not strict, {} unimplemented, {} failed; {} closed \
         uncleanly",
        sums.cases,
        sums.ok,
        sums.informational,
        sums.non_strict,
        sums.unimplemented,
        sums.failed,
        sums.unclean,
    );
    let verdict = sums.verdict();
    if arguments.json {
        println!("{}", line(project, &sums, &told, begun));
    }
    Ok(verdict)
}

/// How the cases went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    cases: u64,
    ok: u64,
    informational: u64,
    non_strict: u64,
    unimplemented: u64,
    failed: u64,
    unclean: u64,
}

impl Sums {
    fn of(told: &Value) -> Self {
        let behaved = |word: &str| told["behaviour"][word].as_u64().unwrap_or(0);
        let all = |key: &str| -> u64 {
            let counts = told[key].as_object().into_iter().flat_map(|counts| counts.values());
            counts.filter_map(Value::as_u64).sum()
        };
        let cases = told["cases"].as_u64().unwrap_or(0);
        let [ok, informational, non_strict, unimplemented] =
            ["OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED"].map(behaved);
        let closed = |word: &str| told["close"][word].as_u64().unwrap_or(0);
        let clean = closed("OK") + closed("INFORMATIONAL");
        Self {
            cases,
            ok,
            informational,
            non_strict,
            unimplemented,
            // What was not run has not passed.
            failed: cases.saturating_sub(ok + informational + non_strict + unimplemented),
            unclean: all("close").max(cases) - clean,
        }
    }

    fn verdict(&self) -> Verdict {
        match (self.cases < CASES, self.failed + self.unclean) {
            (true, _) => Verdict::Void,
            (false, 0) => Verdict::Met,
            (false, _) => Verdict::Missed,
        }
    }
}

/// The line of the machine interface.
fn line(project: &Project, sums: &Sums, told: &Value, begun: Instant) -> Value {
    json!({
        "schema": 1,
        "ok": sums.verdict() == Verdict::Met,
        "command": "autobahn",
        "seed": 0,
        "commit": project.commit(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "cases": sums.cases,
        "ok_cases": sums.ok,
        "informational": sums.informational,
        "non_strict": sums.non_strict,
        "unimplemented": sums.unimplemented,
        "failed": sums.failed,
        "unclean": sums.unclean,
        "wrong": told["wrong"],
        "versions": told["versions"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_was_unclean_or_not_run_is_counted() {
        let told = json!({
            "cases": 303,
            "behaviour": { "OK": 296, "NON-STRICT": 2, "INFORMATIONAL": 3, "UNIMPLEMENTED": 2 },
            "close": { "OK": 300, "INFORMATIONAL": 3 },
        });
        let good = Sums::of(&told);
        assert_eq!((good.failed, good.unclean, good.verdict()), (0, 0, Verdict::Met));
        let with = |key: &str, counts: Value| {
            let mut told = told.clone();
            told[key] = counts;
            Sums::of(&told)
        };
        let failed = with("behaviour", json!({ "OK": 302, "FAILED": 1 }));
        assert_eq!((failed.failed, failed.verdict()), (1, Verdict::Missed));
        let unclean = with("close", json!({ "OK": 302, "UNCLEAN": 1 }));
        assert_eq!((unclean.unclean, unclean.verdict()), (1, Verdict::Missed));
        let broken_off = with("close", json!({ "OK": 100 }));
        assert_eq!((broken_off.unclean, broken_off.verdict()), (203, Verdict::Missed));
        assert_eq!(with("cases", json!(3)).verdict(), Verdict::Void);
    }
}
