//! Building what is shipped. Each part is built only from its own sources, so the order is fixed:
//! the browser's module, then the client that carries it, then the server that serves both.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::project::Project;
use crate::{shell, wasm};

/// What is compiled in debug. The measurements have no tests, and building their peers would take minutes. Cargo joins
/// the features of all that it is given, so another choice would compile much of it anew.
pub(crate) const TESTED: [&str; 3] = ["--workspace", "--exclude", "massless-bench"];

/// A part that can be built alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The core and the protocol as the browser's module.
    Wasm,
    /// The same as a library, natively.
    Shared,
    /// The page, with the module.
    Client,
    /// The binary `massless`, in release.
    Server,
}

/// Builds one part, or all that is shipped.
pub(crate) fn run(project: &Project, part: Option<Part>, route: Option<wasm::Route>) -> Result<()> {
    match part {
        Some(Part::Wasm) => wasm::build(project, route),
        Some(Part::Shared) => shared(project),
        Some(Part::Client) => {
            wasm::build(project, route)?;
            client(project)
        }
        Some(Part::Server) => server(project),
        None => {
            wasm::build(project, route)?;
            client(project)?;
            server(project)
        }
    }
}

/// Installs the client's packages when the lock file is newer than what is installed.
pub(crate) fn client_packages(project: &Project) -> Result<()> {
    let folder = project.path("massless-client");
    let modified = |path| std::fs::metadata(folder.join(path)).and_then(|meta| meta.modified());
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_ok_and(|at| modified("package-lock.json").is_ok_and(|lock| lock <= at)) {
        return Ok(());
    }
    shell::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// Builds the page into `massless-client/dist`.
pub(crate) fn client(project: &Project) -> Result<()> {
    client_packages(project)?;
    let folder = project.path("massless-client");
    shell::run(Command::new("npm").args(["run", "build"]).current_dir(folder))
}

/// Builds the server in release.
pub(crate) fn server(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&["build", "--release", "--package", "massless-host"]))
}

/// Builds the examples as the tests do, in debug.
pub(crate) fn examples(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&[&["build", "--quiet", "--examples"], &TESTED[..]].concat()))
}

/// Where an example lies then.
pub(crate) fn example(project: &Project, name: &str) -> PathBuf {
    project.target().join("debug/examples").join(name)
}

fn shared(project: &Project) -> Result<()> {
    let packages = ["--package", "massless-core", "--package", "massless-net"];
    shell::run(&mut project.cargo(&[&["build", "--release"], packages.as_slice()].concat()))
}
