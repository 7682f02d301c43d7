//! An engine of this command's own: its images in the target folder, its socket in a folder that goes with it.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::say;
use crate::deploy::process::{Process, bound, until};
use crate::project::Project;
use crate::shell;

/// Time until the engine answers, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// Debian's own programs before all others: its `docker` has the builder built in.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// Where an engine that Debian started says its number.
const PID_FILE: &str = "/run/docker.pid";
/// `docker compose` by Debian's `docker-compose`, which knows the same words.
const COMPOSE: &str = r#"#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
    echo '{"SchemaVersion":"0.1.0","Vendor":"Debian","Version":"1.29.2","ShortDescription":"Compose"}'
    exit 0
fi
shift
exec docker-compose "$@"
"#;

/// A running engine; ends with this, and its images, too, unless they are kept.
pub(super) struct Engine {
    daemon: Option<Process>,
    folder: tempfile::TempDir,
    data: PathBuf,
    keeps: bool,
    // Let go with it: two engines on one folder wait for each other.
    _lock: File,
}

/// Two engines on one machine take each other's rules for packets away.
pub(super) fn refuse_another() -> Result<()> {
    let number = std::fs::read_to_string(PID_FILE).unwrap_or_default();
    let runs = !number.trim().is_empty() && Path::new("/proc").join(number.trim()).exists();
    ensure!(
        !runs,
        "an engine runs here already, and two of them take each other's rules for packets away; \
         end it before (systemctl stop docker.socket docker)"
    );
    Ok(())
}

impl Engine {
    /// Starts it and waits until it answers.
    pub(super) fn start(project: &Project, keeps: bool) -> Result<Self> {
        // A package that was installed just now may have started its own.
        if Path::new(PID_FILE).exists() {
            shell::succeeds(Command::new("systemctl").args(["stop", "docker.socket", "docker"]));
        }
        refuse_another()?;
        let folder = tempfile::Builder::new().prefix("massless-engine-").tempdir()?;
        let data = project.target().join("containers");
        std::fs::create_dir_all(&data)?;
        let lock = File::create(project.target().join("containers.lock"))?;
        ensure!(lock.try_lock().is_ok(), "this command runs already, with the same target folder");
        let plugins = folder.path().join("config/cli-plugins");
        std::fs::create_dir_all(&plugins)?;
        let plugin = plugins.join("docker-compose");
        std::fs::write(&plugin, COMPOSE)?;
        std::fs::set_permissions(&plugin, PermissionsExt::from_mode(0o755))?;
        let mut engine = Self { daemon: None, folder, data, keeps, _lock: lock };
        engine.begin()?;
        Ok(engine)
    }

    fn begin(&mut self) -> Result<()> {
        let place = self.folder.path();
        let mut command = bound(Path::new("dockerd"));
        // Moments of health checks are in its local time, others are not.
        command.env("PATH", PATH).env("TZ", "UTC");
        command.args(["--bridge", "none", "--storage-driver", "overlay2"]);
        command.arg("--host").arg(self.socket());
        command.arg("--data-root").arg(&self.data);
        command.arg("--exec-root").arg(place.join("exec"));
        command.arg("--pidfile").arg(place.join("pid"));
        let mut daemon = Process::start(&mut command, place, "engine")?;
        until("the engine's answer", PATIENCE, || {
            ensure!(daemon.ended()?.is_none(), "the engine ended: {}", daemon.words());
            Ok(shell::succeeds(self.docker().arg("version")))
        })
        .with_context(|| daemon.words())?;
        say(&format!(
            "engine {} answers",
            self.told(&["version", "--format={{.Server.Version}}"])?
        ));
        self.daemon = Some(daemon);
        Ok(())
    }

    fn socket(&self) -> String {
        format!("unix://{}", self.folder.path().join("socket").display())
    }

    /// Makes a command speak to this engine and to no other.
    pub(super) fn lead<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("PATH", PATH)
            .env("HOME", self.folder.path())
            .env("DOCKER_HOST", self.socket())
            .env("DOCKER_CONFIG", self.folder.path().join("config"))
            .env("DOCKER_BUILDKIT", "1")
    }

    /// The engine's client.
    pub(super) fn docker(&self) -> Command {
        let mut command = Command::new("docker");
        self.lead(&mut command);
        command
    }

    /// Runs the client with its output on the terminal.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<()> {
        shell::run(self.docker().args(arguments))
    }

    /// What the client says.
    pub(super) fn told(&self, arguments: &[&str]) -> Result<String> {
        Ok(shell::output(self.docker().args(arguments))?.trim().to_owned())
    }

    /// What the client says, or nothing where it fails; for questions that may come too early.
    pub(super) fn asked(&self, arguments: &[&str]) -> Option<String> {
        let output = self.docker().args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    }

    /// Whether an image is there.
    pub(super) fn has(&self, image: &str) -> bool {
        self.asked(&["image", "inspect", image]).is_some()
    }

    /// A folder for what the containers are given, gone with the engine.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn end(&mut self) -> Result<()> {
        let Some(mut daemon) = self.daemon.take() else { return Ok(()) };
        let running = self.told(&["ps", "--all", "--quiet"])?;
        let running: Vec<&str> = running.lines().collect();
        if !running.is_empty() {
            let remove = ["rm", "--force", "--volumes"];
            self.told(&[&remove[..], &running].concat())?;
        }
        self.told(&["network", "prune", "--force"])?;
        self.told(&["volume", "prune", "--force"])?;
        daemon.terminate();
        let ended = daemon.wait(PATIENCE)?;
        if !ended.success() {
            bail!("the engine ended badly: {}", daemon.words());
        }
        // It leaves the network of the machine mounted under a name of its own.
        let mounted = self.folder.path().join("exec/netns/default");
        if mounted.exists() {
            shell::run(Command::new("umount").arg(mounted))?;
        }
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            say(&format!("the engine's end: {error:#}"));
        }
        if self.keeps {
            say(&format!("images and caches are kept in {}", self.data.display()));
        } else if let Err(error) = std::fs::remove_dir_all(&self.data) {
            say(&format!("{} cannot be removed: {error}", self.data.display()));
        }
    }
}
