//! Benchmarks: each prints its rows beside their targets and fails when one is missed.

use anyhow::Result;

use crate::project::Project;
use crate::shell;

/// Runs one benchmark, or all, in release on this machine.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let base = ["run", "--release", "--quiet", "--package", "massless-bench", "--"];
    shell::run(project.cargo(&base).args(arguments))
}
