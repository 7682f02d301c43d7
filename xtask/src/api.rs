//! `cargo xtask api-test`: schemathesis against the interface's own description, on the real server.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::project::Project;
use crate::{build, packages, shell};

/// What is installed, in an environment of its own in the target folder.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Runs it; an error when a call answered otherwise than described.
pub(crate) fn run(project: &Project) -> Result<()> {
    let schemathesis = install(project)?;
    build::client(project)?;
    build::server(project)?;
    shell::run(
        Command::new("node")
            .arg("test/api.mjs")
            .env("BROWSER_TEST_SERVER", project.target().join("release/massless"))
            .env("SCHEMATHESIS", schemathesis)
            .current_dir(project.path("massless-client")),
    )
}

/// The command, installed when it is missing.
fn install(project: &Project) -> Result<PathBuf> {
    let place = project.target().join(SCHEMATHESIS.replace("==", "-"));
    let command = place.join("bin/schemathesis");
    if shell::succeeds(Command::new(&command).arg("--version")) {
        return Ok(command);
    }
    packages::ensure(&["python3-venv"])?;
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS];
    shell::run(Command::new(place.join("bin/python")).args(install))?;
    ensure!(shell::succeeds(Command::new(&command).arg("--version")), "it does not start");
    Ok(command)
}
