//! Static checks: form, lints and types of both languages.

use std::process::Command;

use anyhow::Result;

use crate::project::Project;
use crate::{build, shell};

/// Sources are formatted as `rustfmt.toml` says.
pub(crate) fn format(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&["fmt", "--all", "--check"]))
}

/// No warning of the compiler or of clippy in any crate, tests and examples included.
pub(crate) fn clippy(project: &Project) -> Result<()> {
    let scope = ["clippy", "--workspace", "--all-targets", "--quiet"];
    shell::run(&mut project.cargo(&[&scope[..], &["--", "--deny", "warnings"]].concat()))
}

/// The client's own lints.
pub(crate) fn eslint(project: &Project) -> Result<()> {
    npm(project, "lint")
}

/// All crates compile, the protocol also without its transports.
pub(crate) fn cargo_check(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&["check", "--workspace", "--all-targets", "--quiet"]))?;
    shell::run(&mut project.cargo(&["check", "--package", "massless-net", "--quiet"]))
}

/// The client's types.
pub(crate) fn typescript(project: &Project) -> Result<()> {
    npm(project, "typecheck")
}

fn npm(project: &Project, script: &str) -> Result<()> {
    build::client_packages(project)?;
    let folder = project.path("massless-client");
    shell::run(Command::new("npm").args(["run", "--silent", script]).current_dir(folder))
}
