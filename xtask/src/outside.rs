//! The outside crate: what a stranger gets who adds the published core to a program of their own.
//!
//! The core is packaged as for a registry and unpacked under the target folder; a crate outside the
//! workspace, with content of its own, is built against that copy and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::project::Project;
use crate::shell;

/// Packages the core, builds the outside crate against it and runs that.
pub(crate) fn run(project: &Project) -> Result<()> {
    let folder = project.target().join("outside");
    let packages = folder.join("packages");
    shell::run(
        project
            .cargo(&["package", "--package", "massless-core", "--no-verify", "--allow-dirty"])
            .arg("--quiet")
            .arg("--target-dir")
            .arg(&packages),
    )?;
    let core = unpack(&packages.join("package"), &folder)?;
    let outside = project.path("examples/outside");
    let source = format!("patch.crates-io.massless-core.path=\"{}\"", core.display());
    // In debug and without its tables: what is asked is whether it builds and runs, not how fast.
    shell::run(
        project
            .cargo(&["run", "--quiet", "--config", &source, "--config", "profile.dev.debug=false"])
            .arg("--target-dir")
            .arg(folder.join("target"))
            .current_dir(outside),
    )
}

/// Unpacks the newest archive to a folder of a fixed name, so builds are reused.
fn unpack(packages: &Path, folder: &Path) -> Result<std::path::PathBuf> {
    let archive = fs::read_dir(packages)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "crate"))
        .max_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok())
        .context("cargo package leaves an archive")?;
    let core = folder.join("massless-core");
    if core.exists() {
        fs::remove_dir_all(&core)?;
    }
    fs::create_dir_all(&core)?;
    let from = archive.display().to_string();
    shell::run(Command::new("tar").args(["-xzf", &from, "--strip-components=1", "-C"]).arg(&core))?;
    Ok(core)
}
