//! `cargo xtask coverage`: how much of each part the tests run through, counted by the compiler itself.
//!
//! The Rust tests are built once more, instrumented, in a folder of their own below the target folder; the browser
//! client's run under its test runner's own counter. A process that is killed leaves no counts, so what only the
//! kill tests reach is not in here. There is no threshold: the table is for finding what nothing tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::project::Project;
use crate::{build, packages, shell};

/// Sources that are not counted: those of others, and tests.
const NOT_OURS: &str = r"(/\.cargo/|/rustc/|/registry/|/tests?/|/tests\.rs|/target/|/build\.rs)";
/// Counts the client's; of the version of the test runner.
const CLIENT_COUNTER: &str = "@vitest/coverage-v8";

/// What is counted.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only one side; both when absent.
    side: Option<Side>,
    /// Only the tests of these packages.
    #[arg(long, value_name = "NAME")]
    package: Vec<String>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// A side of the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Side {
    /// What is written in Rust.
    Server,
    /// What is written in TypeScript.
    Client,
}

/// Lines of a part: run through, and all.
type Lines = BTreeMap<String, (u64, u64)>;

/// Counts and prints the table.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    let mut lines = Lines::new();
    if arguments.side != Some(Side::Client) {
        lines.extend(of_rust(project, &arguments.package)?);
    }
    if arguments.side != Some(Side::Server) && arguments.package.is_empty() {
        lines.extend(of_client(project)?);
    }
    println!("{:<28} {:>8} {:>8} {:>7}", "part", "lines", "run", "share");
    for (part, (run, all)) in &lines {
        println!("{part:<28} {all:>8} {run:>8} {:>6.1} %", share(*run, *all));
    }
    if arguments.json {
        let parts = lines.iter().map(|(part, (run, all))| {
            let share = (share(*run, *all) * 10.0).round() / 10.0;
            (part.clone(), json!({ "lines": all, "run": run, "percent": share }))
        });
        let line = json!({
            "schema": 1,
            "ok": true,
            "command": "coverage",
            "seed": 0,
            "commit": project.commit(),
            "cores": std::thread::available_parallelism().map_or(1, usize::from),
            "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            "parts": parts.collect::<serde_json::Map<_, _>>(),
        });
        println!("{line}");
    }
    Ok(())
}

fn share(run: u64, all: u64) -> f64 {
    100.0 * run as f64 / all.max(1) as f64
}

fn of_rust(project: &Project, chosen: &[String]) -> Result<Lines> {
    let tools = tools()?;
    let folder = project.target().join("coverage");
    let profiles = folder.join("profiles");
    if profiles.exists() {
        std::fs::remove_dir_all(&profiles)?;
    }
    std::fs::create_dir_all(&profiles)?;
    let scope: Vec<String> = if chosen.is_empty() {
        build::TESTED.map(str::to_owned).to_vec()
    } else {
        chosen.iter().flat_map(|name| ["--package".to_owned(), name.clone()]).collect()
    };
    let test = |more: &[&str]| {
        let mut cargo = project.cargo(&["test", "--no-fail-fast"]);
        cargo.args(&scope).args(more).env("CARGO_TARGET_DIR", &folder);
        cargo.env("RUSTFLAGS", "-C instrument-coverage");
        // Processes share a few files and add up in them.
        cargo.env("LLVM_PROFILE_FILE", profiles.join("%4m.profraw"));
        cargo
    };
    let programs = programs(&shell::output(&mut test(&["--no-run", "--message-format=json"]))?);
    ensure!(!programs.is_empty(), "no package of that name has tests");
    let passed = shell::run(&mut test(&["--quiet"]));
    let all = folder.join("all.profdata");
    let mut merge = Command::new(tools.join("llvm-profdata"));
    merge.args(["merge", "--sparse", "--output"]).arg(&all).arg(&profiles);
    shell::run(&mut merge)?;
    let mut export = Command::new(tools.join("llvm-cov"));
    export.args(["export", "--summary-only", "--ignore-filename-regex", NOT_OURS]);
    export.arg("--instr-profile").arg(&all);
    for (at, program) in programs.iter().enumerate() {
        if at > 0 {
            export.arg("--object");
        }
        export.arg(program);
    }
    let told: Value = serde_json::from_str(&shell::output(&mut export)?)?;
    passed.context("there are tests that fail; what they did not reach is not counted")?;
    Ok(by_crate(project.root(), &told))
}

/// The compiler's own tools; rustup's, else Debian's of the same version.
fn tools() -> Result<PathBuf> {
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let facts = shell::output(Command::new("rustc").arg("-vV"))?;
    let fact = |name: &str| facts.lines().find_map(|line| line.strip_prefix(name));
    let host = fact("host: ").context("rustc names its host")?;
    let own = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin");
    let is_there = |folder: &Path| folder.join("llvm-cov").is_file();
    if is_there(&own) {
        return Ok(own);
    }
    let mut add = Command::new("rustup");
    if shell::succeeds(add.args(["component", "add", "llvm-tools"])) && is_there(&own) {
        return Ok(own);
    }
    let version = fact("LLVM version: ").and_then(|text| text.split('.').next());
    let package = format!("llvm-{}", version.context("rustc names its LLVM")?);
    packages::ensure(&[&package])?;
    let debian = Path::new("/usr/lib").join(package).join("bin");
    if !is_there(&debian) {
        bail!("neither rustup nor Debian has llvm-cov for this compiler");
    }
    Ok(debian)
}

/// Tests and what they start, from cargo's messages.
fn programs(messages: &str) -> Vec<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?))).collect()
}

/// Sums of the files of each crate.
fn by_crate(root: &Path, told: &Value) -> Lines {
    let mut lines = Lines::new();
    for file in told["data"][0]["files"].as_array().into_iter().flatten() {
        let path = Path::new(file["filename"].as_str().unwrap_or_default());
        let Ok(inside) = path.strip_prefix(root) else { continue };
        let name = inside.to_str().unwrap_or_default().split("/src/").next().unwrap_or_default();
        let count = |what: &str| file["summary"]["lines"][what].as_u64().unwrap_or(0);
        let entry = lines.entry(name.to_owned()).or_default();
        *entry = (entry.0 + count("covered"), entry.1 + count("count"));
    }
    lines
}

fn of_client(project: &Project) -> Result<Lines> {
    build::client_packages(project)?;
    let folder = project.path("massless-client");
    let runner = std::fs::read_to_string(folder.join("node_modules/vitest/package.json"))?;
    let runner: Value = serde_json::from_str(&runner)?;
    let version = runner["version"].as_str().context("the test runner has a version")?;
    let installed = folder.join("node_modules").join(CLIENT_COUNTER).join("package.json");
    let has_it = std::fs::read_to_string(installed)
        .is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")));
    if !has_it {
        let counter = format!("{CLIENT_COUNTER}@{version}");
        let install = ["install", "--no-save", "--no-audit", "--no-fund", &counter];
        shell::run(Command::new("npm").args(install).current_dir(&folder))?;
    }
    let target = project.target().join("coverage/client");
    let mut vitest = Command::new(folder.join("node_modules/.bin/vitest"));
    vitest.args(["run", "--coverage.enabled", "--coverage.provider=v8"]);
    vitest.args(["--coverage.include=src/**/*.ts", "--coverage.reporter=json-summary"]);
    vitest.arg(format!("--coverage.reportsDirectory={}", target.display()));
    shell::run(vitest.current_dir(&folder).stdin(Stdio::null()))?;
    let summary = std::fs::read_to_string(target.join("coverage-summary.json"))?;
    let summary: Value = serde_json::from_str(&summary)?;
    Ok(by_folder(&folder.join("src"), &summary))
}

/// Sums of the files of each folder of the client.
fn by_folder(root: &Path, summary: &Value) -> Lines {
    let mut lines = Lines::new();
    for (path, file) in summary.as_object().into_iter().flatten() {
        let Ok(inside) = Path::new(path).strip_prefix(root) else { continue };
        let parent = inside.parent().unwrap_or(Path::new("")).display().to_string();
        let name = format!("massless-client/src/{parent}");
        let count = |what: &str| file["lines"][what].as_u64().unwrap_or(0);
        let entry = lines.entry(name.trim_end_matches('/').to_owned()).or_default();
        *entry = (entry.0 + count("covered"), entry.1 + count("total"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_added_up_by_crate_and_by_folder() {
        let line = |covered: u64, count: u64| json!({ "covered": covered, "count": count });
        let file = |name: &str, covered, count| json!({ "filename": name, "summary": { "lines": line(covered, count) } });
        let told = json!({ "data": [{ "files": [
            file("/r/massless-net/src/clock.rs", 3, 4),
            file("/r/massless-net/src/wire/bits.rs", 5, 10),
            file("/r/xtask/src/main.rs", 0, 7),
            file("/elsewhere/lib.rs", 9, 9),
        ] }] });
        let lines = by_crate(Path::new("/r"), &told);
        let wanted = [("massless-net".to_owned(), (8, 14)), ("xtask".to_owned(), (0, 7))];
        assert_eq!(lines, Lines::from(wanted));
        let summary = json!({
            "total": { "lines": { "covered": 9, "total": 9 } },
            "/c/src/app.ts": { "lines": { "covered": 1, "total": 2 } },
            "/c/src/net/api.ts": { "lines": { "covered": 3, "total": 3 } },
        });
        let lines = by_folder(Path::new("/c/src"), &summary);
        assert_eq!(lines["massless-client/src"], (1, 2));
        assert_eq!(lines["massless-client/src/net"], (3, 3));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn programs_are_taken_from_cargos_messages() {
        let messages = "not json\n{\"reason\":\"compiler-artifact\",\"executable\":\"/t/a\"}\n\
            {\"reason\":\"compiler-artifact\",\"executable\":null}\n";
        assert_eq!(programs(messages), [PathBuf::from("/t/a")]);
    }
}
