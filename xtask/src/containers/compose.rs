//! A composition on a stage: a copy of `docker/` as it lies on the machine of a deployment, with its own `.env`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::engine::Engine;
use crate::project::Project;
use crate::shell;

/// Time between two looks at a container.
const LOOK_PAUSE: Duration = Duration::from_millis(200);

/// Moments are told without their day where only a span is wanted, which may go over midnight.
pub(super) const DAY_SECONDS: f64 = 86_400.0;

/// A composition; it goes down with this.
pub(super) struct Stage<'a> {
    engine: &'a Engine,
    folder: tempfile::TempDir,
    project: String,
    /// What compose and the scripts are given beside the settings of the engine.
    variables: Vec<(String, String)>,
    is_down: std::cell::Cell<bool>,
}

impl<'a> Stage<'a> {
    /// Copies the files; nothing runs yet.
    pub(super) fn new(
        project: &Project,
        engine: &'a Engine,
        name: &str,
        files: &str,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("massless-stage-").tempdir()?;
        let mut copy = Command::new("cp");
        copy.args(["--recursive"]).arg(project.path("docker")).arg(folder.path());
        shell::run(&mut copy)?;
        // Versions of whoever works here are not those of the stage.
        let _ = std::fs::remove_file(folder.path().join("docker/.env"));
        let mut stage = Self {
            engine,
            folder,
            project: name.to_owned(),
            variables: Vec::new(),
            is_down: std::cell::Cell::new(false),
        };
        stage.set("COMPOSE_PROJECT_NAME", name);
        stage.set("COMPOSE_FILE", files);
        Ok(stage)
    }

    /// Gives it a variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The copy of `docker/`.
    pub(super) fn docker(&self) -> PathBuf {
        self.folder.path().join("docker")
    }

    /// A place on the stage, outside of `docker/`.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program on the stage, led to the engine.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.engine.lead(&mut command);
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.envs(variables).current_dir(self.docker());
        command
    }

    fn compose(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(Path::new("docker"));
        command.arg("compose").args(arguments);
        command
    }

    /// Runs compose with its output on the terminal.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<()> {
        shell::run(&mut self.compose(arguments))
    }

    /// What compose says.
    pub(super) fn told(&self, arguments: &[&str]) -> Result<String> {
        Ok(shell::output(&mut self.compose(arguments))?.trim().to_owned())
    }

    /// What a program in the container of a service says.
    pub(super) fn within(&self, service: &str, command: &[&str]) -> Result<String> {
        self.told(&[&["exec", "-T", service], command].concat())
    }

    /// The container of a service.
    pub(super) fn container(&self, service: &str) -> Result<String> {
        let id = self.told(&["ps", "--quiet", service])?;
        ensure!(!id.is_empty(), "{service} has no container");
        Ok(id)
    }

    /// The name of a network of the composition.
    pub(super) fn network(&self, name: &str) -> String {
        format!("{}_{name}", self.project)
    }

    /// Waits until each of these services runs and, where it has a check of its health, is healthy; seconds that
    /// each took from its container's start to the first good check.
    pub(super) fn healthy(&self, services: &[&str], patience: Duration) -> Result<Vec<f64>> {
        let begun = Instant::now();
        let format = "--format={{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}";
        let mut times = Vec::new();
        for service in services {
            let id = self.container(service)?;
            loop {
                let state = self.engine.told(&["inspect", format, &id])?;
                if state == "running healthy" {
                    break;
                }
                if begun.elapsed() > patience {
                    let log = self.told(&["logs", "--tail=20", service]).unwrap_or_default();
                    bail!("{service} is {state} after {patience:?}:\n{log}");
                }
                std::thread::sleep(LOOK_PAUSE);
            }
            times.push(self.seconds_until_healthy(&id)?);
        }
        Ok(times)
    }

    /// From the start of a container to the end of its first good check, 0 where it has none.
    fn seconds_until_healthy(&self, id: &str) -> Result<f64> {
        let format = "--format={{json .State}}";
        let state: serde_json::Value =
            serde_json::from_str(&self.engine.told(&["inspect", format, id])?)?;
        let checks = state["Health"]["Log"].as_array().into_iter().flatten();
        let Some(good) = checks.into_iter().find(|check| check["ExitCode"] == 0) else {
            return Ok(0.0);
        };
        let moment = |value: &serde_json::Value| -> Result<f64> {
            let text = value.as_str().context("a moment")?;
            seconds_of_day(text).with_context(|| format!("no moment: {text}"))
        };
        Ok((moment(&good["End"])? - moment(&state["StartedAt"])?).rem_euclid(DAY_SECONDS))
    }

    /// Ends and removes everything of it, data too.
    pub(super) fn down(&self) -> Result<()> {
        self.is_down.set(true);
        self.run(&["down", "--volumes", "--remove-orphans", "--timeout", "30"])
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if !self.is_down.get() {
            let _ = self.down();
        }
    }
}

/// Seconds since midnight, UTC, of a moment such as `2026-11-26T04:05:06.789Z`.
pub(super) fn seconds_of_day(moment: &str) -> Option<f64> {
    let time = moment.split('T').nth(1)?;
    let time = time.split(['Z', '+']).next()?;
    let mut parts = time.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some((hours * 60.0 + minutes) * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds_of_day;

    #[test]
    fn a_moment_is_read() {
        assert_eq!(seconds_of_day("2026-11-26T01:02:03.5Z"), Some(3_723.5));
        assert_eq!(seconds_of_day("2026-11-26T00:00:10+00:00"), Some(10.0));
        assert_eq!(seconds_of_day("yesterday"), None);
    }
}
