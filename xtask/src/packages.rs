//! Packages that a task needs, installed when they are missing: Debian's, and a few of Python's index.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::project::Project;
use crate::shell;

/// Installs those of `names` that are missing. Needs root or sudo, and says so.
pub(crate) fn ensure(names: &[&str]) -> Result<()> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !shell::succeeds(Command::new("apt-get").arg("--version")) {
        bail!("this is no Debian system; please install by hand: {}", missing.join(" "));
    }
    let install = [&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat();
    if shell::run(&mut apt(&install)).is_ok() {
        return Ok(());
    }
    shell::run(&mut apt(&["update"]))?;
    shell::run(&mut apt(&install))
}

fn installed(name: &str) -> bool {
    let query = ["--show", "--showformat=${db:Status-Abbrev}", name];
    Command::new("dpkg-query")
        .args(query)
        .output()
        .is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"ii"))
}

fn apt(arguments: &[&str]) -> Command {
    let root = shell::succeeds(Command::new("sh").args(["-c", "test $(id -u) = 0"]));
    let mut command = Command::new(if root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    command
}

/// A Python with these packages of its index, `name==version` each, in an environment of its own in the target folder;
/// made when it is missing or has others.
pub(crate) fn python_with(project: &Project, name: &str, wanted: &[&str]) -> Result<PathBuf> {
    let place = project.target().join(name);
    let (python, list) = (place.join("bin/python"), place.join("packages.txt"));
    let text = wanted.join("\n");
    if std::fs::read_to_string(&list).is_ok_and(|there| there == text)
        && shell::succeeds(Command::new(&python).arg("--version"))
    {
        return Ok(python);
    }
    ensure(&["python3-venv", "python3-dev"])?;
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    shell::run(Command::new(&python).args(install).args(wanted))?;
    std::fs::write(&list, text)?;
    Ok(python)
}

/// A program of Python's index, `name==version`, in an environment of its own in the target folder; installed when
/// it is missing.
pub(crate) fn from_pypi(project: &Project, requirement: &str) -> Result<PathBuf> {
    let name = requirement.split("==").next().unwrap_or_default();
    let place = project.target().join(requirement.replace("==", "-"));
    let command = place.join("bin").join(name);
    if shell::succeeds(Command::new(&command).arg("--version")) {
        return Ok(command);
    }
    ensure(&["python3-venv"])?;
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
    shell::run(Command::new(place.join("bin/python")).args(install))?;
    if !shell::succeeds(Command::new(&command).arg("--version")) {
        bail!("{} does not start", command.display());
    }
    Ok(command)
}
