//! Two hosts on one data folder, each on an address of its own, behind production's proxy; all of it ends with it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use massless_testbed::free_port;

use super::process::{Process, ask, at_home, bound, until};
use crate::project::Project;
use crate::shell;

/// Time a program may take until it answers, or until it has ended.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// Where the two hosts listen: addresses of their own, so that both have the same ports, as in containers.
pub(crate) const BLUE: &str = "127.0.0.2";
/// The other one.
pub(crate) const GREEN: &str = "127.0.0.3";
/// Where the proxy listens.
pub(crate) const HERE: &str = "127.0.0.1";

/// Folder and ports.
pub(crate) struct Place {
    /// Where data, logs and journals are.
    pub(crate) folder: tempfile::TempDir,
    /// The program of every call that names none.
    pub(crate) server: PathBuf,
    /// Further variables for every call of a server's program.
    pub(crate) variables: Vec<(String, String)>,
    /// The hosts' port of administration.
    pub(crate) admin: u16,
    /// The proxy's port for people, and the one inside the network.
    pub(crate) door: u16,
    pub(crate) inner: u16,
    rest: u16,
    game: u16,
    page: u16,
}

impl Place {
    /// With the program that is built here in release.
    pub(crate) fn new(project: &Project) -> Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("massless-door-").tempdir()?,
            server: project.target().join("release/massless"),
            variables: Vec::new(),
            admin: free_port(),
            door: free_port(),
            inner: free_port(),
            rest: free_port(),
            game: free_port(),
            page: free_port(),
        })
    }

    /// The program with what every call of it has to know; nothing of the caller's surroundings.
    pub(crate) fn massless(&self, server: &Path) -> Command {
        let mut command = bound(server);
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        command.env("MASSLESS_DATA_DIR", self.folder.path().join("data"));
        command.env("SMOKE_PASSWORD", "for this check only");
        let public = format!("ws://{HERE}:{}/game", self.inner);
        command.env("MASSLESS_SERVER_PUBLIC_GAME_URL", public);
        command.env("MASSLESS_REST_TRUSTED_PROXIES", format!("[\"{HERE}\"]"));
        for limit in
            ["SOCKETS_PER_ADDRESS", "CALLS_PER_SECOND", "LOGINS_PER_MINUTE", "ACCOUNTS_PER_HOUR"]
        {
            command.env(format!("MASSLESS_LIMITS_{limit}"), "100000");
        }
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.envs(variables);
        command
    }

    /// A command of the server's program that has to end well.
    pub(crate) fn tool(&self, arguments: &[&str]) -> Result<()> {
        shell::run(self.massless(&self.server).args(arguments))
    }

    /// Starts a host; its words in the log of its address.
    pub(crate) fn host(&self, server: &Path, address: &str, more: &[&str]) -> Result<Process> {
        let [rest, game, admin] = [self.rest, self.game, self.admin].map(|port| port.to_string());
        let mut command = self.massless(server);
        command.env("MASSLESS_SERVER_ADMIN_BIND", address);
        command.args(["serve", "--zones", "1,2", "--bind", address, "--port", &rest]);
        command.args(["--game-port", &game, "--admin-port", &admin]).args(more);
        Process::start(&mut command, self.folder.path(), address)
    }

    /// Waits until players may be sent to a host.
    pub(crate) fn ready(&self, address: &str, host: &mut Process) -> Result<()> {
        self.answers((address, "/readyz"), host)
    }

    /// Waits until a host answers so with 200.
    pub(crate) fn answers(&self, (address, path): (&str, &str), host: &mut Process) -> Result<()> {
        until("a host that is ready", PATIENCE, || {
            ensure!(host.ended()?.is_none(), "a host ended: {}", host.words());
            let answer = ask((address, self.admin), address, path, "");
            Ok(answer.is_ok_and(|answer| answer.status == 200))
        })
    }

    /// What a host says on the port of its administration.
    pub(crate) fn told(&self, address: &str, path: &str) -> Result<String> {
        Ok(ask((address, self.admin), address, path, "")?.body)
    }

    /// Who serves the files of the page and the landing page.
    pub(crate) fn page(&self, project: &Project) -> Result<Process> {
        let file = project.path("docker/caddy/client.Caddyfile");
        let mut command = bound(Path::new("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        command.env("CLIENT_PORT", self.page.to_string());
        command.env("CLIENT_ROOT", project.path("massless-client/dist"));
        command.env("LANDING_ROOT", project.path("docker/landing"));
        let folder = self.folder.path();
        Process::start(at_home(&mut command, folder), folder, "page")
    }

    /// The proxy, with production's own file; it answers when this returns.
    pub(crate) fn caddy(&self, project: &Project) -> Result<Process> {
        let file = project.path("docker/caddy/Caddyfile");
        let mut command = bound(Path::new("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        for site in ["landing", "play", "api", "ws", "cdn"] {
            let address = format!("http://{site}.localhost:{}", self.door);
            command.env(format!("SITE_{}", site.to_uppercase()), address);
        }
        command.env("CADDY_ADMIN", format!("{HERE}:{}", free_port()));
        command.env("BLUE", BLUE).env("GREEN", GREEN).env("CLIENT", HERE);
        for (name, port) in [
            ("REST_PORT", self.rest),
            ("GAME_PORT", self.game),
            ("ADMIN_PORT", self.admin),
            ("CLIENT_PORT", self.page),
            ("INNER_PORT", self.inner),
            ("METRICS_PORT", free_port()),
        ] {
            command.env(name, port.to_string());
        }
        let folder = self.folder.path();
        let mut caddy = Process::start(at_home(&mut command, folder), folder, "caddy")?;
        until("an answer through the proxy", PATIENCE, || {
            ensure!(caddy.ended()?.is_none(), "Caddy ended: {}", caddy.words());
            Ok(self.through("/api/v1/status").is_ok_and(|(status, _)| status == 200))
        })?;
        Ok(caddy)
    }

    /// The hosts' address inside the network, by the proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://{HERE}:{}", self.inner)
    }

    /// A call by the way inside the network.
    pub(crate) fn through(&self, path: &str) -> Result<(u16, String)> {
        let answer = ask((HERE, self.inner), HERE, path, "")?;
        Ok((answer.status, answer.body))
    }
}
