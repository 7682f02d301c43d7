//! The step "deployment files" of the gate: what lies in `docker/`, each file by its own tool, and the proxy's
//! settings for real, in front of two hosts of which one drains and the other takes over.
//!
//! No container engine is needed; what only one could show is named in docs/operations.md.

pub(crate) mod boards;
mod door;
pub(crate) mod place;
pub(crate) mod process;
mod role;
mod script;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::project::Project;
use crate::{build, packages, shell};

/// Debian's names of what reads the files.
const PACKAGES: [&str; 8] = [
    "caddy",
    "docker-compose",
    "postgresql",
    "prometheus",
    "prometheus-alertmanager",
    "redis-server",
    "redis-tools",
    "shellcheck",
];
/// Reads workflows by their published schema.
const CHECK_JSONSCHEMA: &str = "check-jsonschema==0.39.0";
/// Compositions, as they are started.
const COMPOSITIONS: [&[&str]; 3] = [
    &["docker-compose.yml"],
    &["docker-compose.prod.yml"],
    &["docker-compose.prod.yml", "docker-compose.staging.yml"],
];
/// Settings of the proxy and of the page's server.
const CADDYFILES: [&str; 3] = ["Caddyfile", "staging.Caddyfile", "client.Caddyfile"];
const SCRIPTS: [&str; 5] =
    ["secrets.sh", "deploy.sh", "empty-crates.sh", "backup/job.sh", "postgres/backup-role.sh"];
/// What a colour of the game server must have in the finished composition.
const PROMISES: [&str; 5] = [
    "stop_grace_period: 7m",
    "read_only: true",
    "no-new-privileges",
    "service_healthy",
    "internal: true",
];

/// Checks everything.
pub(crate) fn check(project: &Project) -> Result<()> {
    packages::ensure(&PACKAGES)?;
    let folder = project.path("docker");
    compositions(&folder)?;
    let home = tempfile::tempdir()?;
    for file in CADDYFILES {
        let validate = ["validate", "--adapter", "caddyfile", "--config", file];
        let mut caddy = Command::new("caddy");
        caddy.args(validate).current_dir(folder.join("caddy"));
        shell::run(process::at_home(&mut caddy, home.path()))?;
    }
    let prometheus = folder.join("prometheus");
    let check = ["check", "config", "prometheus.prod.yml"];
    shell::run(Command::new("promtool").args(check).current_dir(prometheus))?;
    let check = ["check-config", "alertmanager/alertmanager.yml"];
    shell::run(Command::new("amtool").args(check).current_dir(&folder))?;
    shell::run(Command::new("shellcheck").args(SCRIPTS).current_dir(&folder))?;
    workflows(project)?;
    role::check(&folder, home.path())?;
    secrets(&folder, home.path())?;
    script::check(&folder, home.path())?;
    door::redis(&folder, home.path())?;
    build::client(project)?;
    build::server(project)?;
    door::hand_over(project)
}

/// Compose reads them and puts the variables in; nothing of ours is open but the proxy.
fn compositions(folder: &Path) -> Result<()> {
    for files in COMPOSITIONS {
        let mut command = Command::new("docker-compose");
        command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
        for file in files {
            command.args(["--file", file]);
        }
        let text = shell::output(command.arg("config"))?;
        if files[0] == COMPOSITIONS[0][0] {
            continue;
        }
        for promise in PROMISES {
            ensure!(text.contains(promise), "{files:?} has no {promise:?}");
        }
        ensure!(!text.contains(":5432") && !text.contains(":6379"), "{files:?} opens a database");
        ensure!(!text.contains("latest"), "{files:?} names an image without a version");
    }
    Ok(())
}

/// The workflows have the form that their service reads, and run only what is there.
fn workflows(project: &Project) -> Result<()> {
    let command = packages::from_pypi(project, CHECK_JSONSCHEMA)?;
    let folder = project.path(".github");
    let schema = ["--builtin-schema", "vendor.github-workflows"];
    let files = std::fs::read_dir(folder.join("workflows"))?;
    let files = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    shell::run(Command::new(command).args(schema).args(files))?;
    shell::run(Command::new("shellcheck").arg("deploy.sh").current_dir(&folder))
}

/// The script writes what it is given and nothing when something is missing.
fn secrets(folder: &Path, home: &Path) -> Result<()> {
    let script = std::fs::read_to_string(folder.join("secrets.sh"))?;
    let table = script.split("table='").nth(1).and_then(|rest| rest.split('\'').next());
    let rows: Vec<(&str, &str)> = table
        .context("the script has a table")?
        .lines()
        .filter_map(|row| row.split_once(' '))
        .collect();
    let target = home.join("secrets");
    let run = |left_out: &str| -> Result<std::process::Output> {
        let given = rows.iter().filter(|(variable, _)| *variable != left_out);
        let mut command = Command::new("./secrets.sh");
        command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
        command.env("SECRETS_DIR", &target);
        command.envs(given.map(|(variable, file)| (variable, format!("{file}\nline $two 'x'"))));
        Ok(command.output()?)
    };
    let refused = run("REDIS_PASSWORD")?;
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    ensure!(refused.status.code() == Some(2) && words.contains("REDIS_PASSWORD"), "{words}");
    ensure!(!target.exists(), "nothing is written when something is missing");
    let done = run("")?;
    ensure!(done.status.success() && done.stdout.is_empty() && done.stderr.is_empty());
    for (_, file) in &rows {
        let text = std::fs::read_to_string(target.join(file))?;
        if text != format!("{file}\nline $two 'x'") {
            bail!("the secret {file} was not written as it is");
        }
    }
    let compose = std::fs::read_to_string(folder.join("docker-compose.prod.yml"))?;
    for (_, file) in rows {
        ensure!(compose.contains(&format!("/{file}\n")), "no service is given {file}");
    }
    Ok(())
}
