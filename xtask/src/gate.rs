//! The gate: every check of the repository as named steps, the same on a laptop and in `.ci/run`.
//!
//! All steps run, also after a failure, so one run tells everything. What a step needs is installed
//! before it starts. Nothing is kept outside cargo's target folder and the client's packages.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::verdict::Verdict;
use crate::{
    api, autobahn, build, clients, deploy, drill, kill, lint, outside, packages, shell, wasm,
};

/// Ticks of the log that is played in WebAssembly.
const GOLDEN_TICKS: u32 = 4_000;
const EXAMPLES: [&str; 3] =
    ["01_zone_in_a_loop", "02_two_players_over_a_link", "03_replaying_a_bug"];

/// One check: what it is called and what it does.
type Step = (&'static str, fn(&Project) -> Result<()>);

/// What everybody needs before the first check.
const PREPARE: [Step; 2] = [("tools", tools), ("client packages", build::client_packages)];

/// The static checks.
pub(crate) const LINT: [Step; 3] =
    [("format", lint::format), ("clippy", lint::clippy), ("eslint", lint::eslint)];

/// The types, without building.
pub(crate) const TYPECHECK: [Step; 2] =
    [("cargo check", lint::cargo_check), ("tsc", lint::typescript)];

/// Tests that need no release build, no browser and no network.
pub(crate) const UNIT: [Step; 2] = [("rust tests", rust_tests), ("client unit tests", client_unit)];

/// Tests of what is shipped.
const WHOLE: &[Step] = &[
    ("core in release, golden plays", golden_release),
    ("wasm module", wasm_module),
    ("golden log in wasm", golden_wasm),
    ("balance of levels 1 to 10", balance),
    ("kill test", kill_test),
    ("crash drill", crash_drill),
    ("restore drill", restore_drill),
    ("alert rules", alert_rules),
    ("dashboards", deploy::boards::check),
    ("deployment files", deploy::check),
    ("examples", examples),
    ("clients for others", clients::check),
    ("outside crate", outside::run),
    ("schemathesis", api::check),
    ("Autobahn", autobahn::check),
    ("browser", browser),
    ("browser, fighting", browser_fight),
    ("browser, keeping", browser_keep),
    ("browser, transports", browser_transport),
    ("browser, admin console", browser_console),
];

/// Runs the whole gate, or those of its steps whose name contains `only`.
pub(crate) fn whole(project: &Project, only: Option<&str>) -> Result<()> {
    // Clippy has checked the types of Rust already.
    let mut steps = [&PREPARE[..], &LINT, &TYPECHECK[1..], &UNIT, WHOLE].concat();
    steps.retain(|(name, _)| only.is_none_or(|part| name.contains(part)));
    if steps.is_empty() {
        bail!("no step of the gate has that name");
    }
    run(project, &steps)
}

/// Runs steps in their order and prints one line each and a sum; an error when one failed.
pub(crate) fn run(project: &Project, steps: &[Step]) -> Result<()> {
    let mut report = Vec::new();
    for (name, step) in steps {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = step(project);
        if let Err(error) = &outcome {
            println!("== {name} FAILED: {error:#}");
        }
        report.push((*name, start.elapsed(), outcome));
    }
    summarise(&report)
}

fn summarise(report: &[(&str, Duration, Result<()>)]) -> Result<()> {
    println!();
    for (name, time, outcome) in report {
        let verdict = if outcome.is_ok() { "passed" } else { "FAILED" };
        println!("{verdict}  {:>7.1} s  {name}", time.as_secs_f32());
    }
    for (name, _, outcome) in report {
        if let Err(error) = outcome {
            println!("\n{name}: {error:#}");
        }
    }
    let failed = report.iter().filter(|(_, _, outcome)| outcome.is_err()).count();
    println!("{} passed, {failed} failed", report.len() - failed);
    if failed > 0 {
        bail!("{failed} of {} steps failed", report.len());
    }
    Ok(())
}

/// Compiler components, Node, the browser, and the servers that tests start.
fn tools(_: &Project) -> Result<()> {
    for (component, program) in [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")] {
        if !shell::succeeds(Command::new(program).arg("--version")) {
            shell::run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    let version = shell::output(Command::new("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    if !major.parse::<u32>().is_ok_and(|major| major >= 20) {
        bail!("Node 20 or newer is needed, this is {}", version.trim());
    }
    if !shell::succeeds(Command::new("chromium").arg("--version")) {
        packages::ensure(&["chromium"])?;
    }
    // Tests start servers of their own from these.
    packages::ensure(&["postgresql", "redis-server", "redis-tools"])
}

/// All tests in debug.
fn rust_tests(project: &Project) -> Result<()> {
    let order = [&["test", "--quiet", "--no-fail-fast"], &build::TESTED[..]].concat();
    shell::run(&mut project.cargo(&order))
}

/// The house rules alone.
pub(crate) fn tidy(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&["test", "--quiet", "--package", "xtask", "--test", "tidy"]))
}

fn client_unit(project: &Project) -> Result<()> {
    npm(project, &["run", "test"])
}

/// Golden plays as the server is built, at 1, 2, 3 and 8 threads, 25,000 ticks each; and that steady play
/// allocates nothing.
fn golden_release(project: &Project) -> Result<()> {
    let release = ["test", "--release", "--quiet", "--package", "massless-core"];
    let tests = ["--test", "golden_threads", "--test", "golden_log", "--test", "steady_alloc"];
    shell::run(&mut project.cargo(&[&release[..], &tests].concat()))
}

fn wasm_module(project: &Project) -> Result<()> {
    wasm::build(project, None)
}

/// The committed log, and fresh play by 500 bots that the server's build records and verifies, both
/// played by the browser's module.
fn golden_wasm(project: &Project) -> Result<()> {
    build::server(project)?;
    let server = project.target().join("release/massless");
    let log = project.target().join("golden.log");
    let ticks = GOLDEN_TICKS.to_string();
    let record = ["bots", "record", "--clients", "500", "--seed", "5", "--ticks", &ticks, "--out"];
    shell::run(Command::new(&server).args(record).arg(&log))?;
    let mut natively = Command::new(&server);
    natively.args(["replay", "verify"]).arg(&log);
    let mut in_node = Command::new("node");
    in_node
        .arg(project.path("massless-client/test/golden.mjs"))
        .arg(project.path(wasm::MODULE))
        .arg(project.path("massless-core/tests/golden/vale-fight.mlr"))
        .arg(&log);
    // Node plays on one core, and neither of them judges time.
    std::thread::scope(|scope| {
        let natively = scope.spawn(|| shell::run(&mut natively));
        shell::run(&mut in_node).and(natively.join().expect("it does not panic"))
    })
}

/// Bots of all classes play the real zones from level 1 to 10: within a quarter of the rules' table
/// of minutes.
fn balance(project: &Project) -> Result<()> {
    build::server(project)?;
    let server = project.target().join("release/massless");
    let play = ["bots", "level", "--in-process", "--clients", "12", "--levels", "10", "--report"];
    shell::run(Command::new(server).args(play))
}

/// A short one: every named place and everybody is killed.
fn kill_test(project: &Project) -> Result<()> {
    match kill::run(project, &kill::Arguments::short())? {
        Verdict::Met => Ok(()),
        verdict => bail!("the kill test is {verdict:?}"),
    }
}

/// A short one. The databases' drills are left to `faults`: the kill test kills them, too.
fn crash_drill(project: &Project) -> Result<()> {
    short_drill(project, drill::Name::Crash)
}

/// A short one: to one second, and as it was last.
fn restore_drill(project: &Project) -> Result<()> {
    short_drill(project, drill::Name::Restore)
}

fn short_drill(project: &Project, name: drill::Name) -> Result<()> {
    match drill::run(project, &drill::Arguments::short(name))? {
        Verdict::Met => Ok(()),
        verdict => bail!("the drill is {verdict:?}"),
    }
}

/// Prometheus' own tool reads its settings and rules, and each rule fires in its test.
fn alert_rules(project: &Project) -> Result<()> {
    packages::ensure(&["prometheus"])?;
    for (verbs, file) in [
        (["check", "config"], "prometheus.yml"),
        (["check", "rules"], "alerts.yml"),
        (["test", "rules"], "alerts.test.yml"),
    ] {
        let folder = project.path("docker/prometheus");
        shell::run(Command::new("promtool").args(verbs).arg(file).current_dir(folder))?;
    }
    Ok(())
}

/// As the tests have compiled them: in release they want crates with features that nothing else has.
fn examples(project: &Project) -> Result<()> {
    build::examples(project)?;
    for example in EXAMPLES {
        shell::run(&mut Command::new(build::example(project, example)))?;
    }
    Ok(())
}

/// The page and the server as they are shipped, driven by input events in a real browser.
fn browser(project: &Project) -> Result<()> {
    in_browser(project, "test/browser/run.mjs")
}

/// The same: somebody's first ten minutes, and a party.
fn browser_fight(project: &Project) -> Result<()> {
    in_browser(project, "test/browser/fight.mjs")
}

/// The same: two accounts do business, the server is killed, and all is as it was.
fn browser_keep(project: &Project) -> Result<()> {
    in_browser(project, "test/browser/keep.mjs")
}

/// The same: over each transport, and what happens when UDP does not get through.
fn browser_transport(project: &Project) -> Result<()> {
    in_browser(project, "test/browser/transport.mjs")
}

/// The same: the staff at the admin console while bots play.
fn browser_console(project: &Project) -> Result<()> {
    in_browser(project, "test/browser/console.mjs")
}

fn in_browser(project: &Project, script: &str) -> Result<()> {
    build::client(project)?;
    build::server(project)?;
    let server = project.target().join("release/massless");
    // This program itself: built anew, since the one that runs may have been replaced meanwhile.
    shell::run(&mut project.cargo(&["build", "--package", "xtask"]))?;
    let link = project.target().join("debug/xtask");
    let pictures = project.target().join("browser");
    std::fs::create_dir_all(&pictures).context("the pictures need a folder")?;
    let run = shell::run(
        Command::new("node")
            .arg(script)
            .env("BROWSER_TEST_SERVER", server)
            .env("BROWSER_TEST_PICTURES", &pictures)
            .env("BROWSER_TEST_LINK", link)
            .current_dir(project.path("massless-client")),
    );
    run.map_err(|error| match std::fs::read_to_string(pictures.join("failure.txt")) {
        Ok(how) => error.context(how),
        Err(_) => error,
    })
}

fn npm(project: &Project, arguments: &[&str]) -> Result<()> {
    shell::run(Command::new("npm").args(arguments).current_dir(project.path("massless-client")))
}
