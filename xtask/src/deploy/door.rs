//! The proxy's settings for real: Caddy in front of two hosts on one data folder, blue serving and green standing
//! by. Players come in through the door by every name; blue drains, green takes over, and nobody touches Caddy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use massless_testbed::free_port;

use super::process::{Process, ask, at_home, bound, until};
use crate::project::Project;
use crate::shell;

/// Time a program may take until it answers, or until it has ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the two hosts listen: addresses of their own, so that both have the same ports, as in containers.
const BLUE: &str = "127.0.0.2";
const GREEN: &str = "127.0.0.3";
const HERE: &str = "127.0.0.1";
/// Players who do business while the hosts change.
const PLAYERS: &str = "4";
/// Seconds they do so: some before the drain, and some after it.
const PLAY_SECONDS: &str = "45";
/// Time they play before the drain begins.
const BEFORE_DRAIN: Duration = Duration::from_secs(12);
/// Time they may take to find out what became of what was on its way.
const END_TIME: Duration = Duration::from_secs(150);
/// Time in which calls must come through again. Reason: a resume token is good for 30 s.
const HAND_OVER_MAX: Duration = Duration::from_secs(30);

/// One call through the door: site, path, further header lines; status, headers and a part of the body that come.
type Call<'a> = (&'a str, &'a str, &'a str, u16, &'a [&'a str], &'a str);

/// Redis takes the settings as they are, with the password as the composition adds it.
pub(super) fn redis(folder: &Path, home: &Path) -> Result<()> {
    let data = home.join("redis");
    std::fs::create_dir_all(&data)?;
    let text = std::fs::read_to_string(folder.join("redis/redis.conf"))?;
    let port = free_port();
    // What differs here from a container: address, port and folder.
    ensure!(text.contains("\ndir /data\n"), "its folder is the volume");
    let text = text.replace("\ndir /data\n", &format!("\ndir {}\n", data.display()));
    let place = format!("\nbind {HERE}\nport {port}\nrequirepass only-here\n");
    let settings = home.join("redis.conf");
    std::fs::write(&settings, text + &place)?;
    let mut command = bound(Path::new("redis-server"));
    let mut server = Process::start(command.arg(&settings), home, "redis")?;
    let call = |words: &[&str], password: &str| -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-h", HERE, "-p", &port.to_string()]).args(words);
        let output = command.env("REDISCLI_AUTH", password).output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default()
    };
    until("an answer of Redis", PATIENCE, || {
        ensure!(server.ended()?.is_none(), "Redis ended: {}", server.words());
        Ok(call(&["ping"], "only-here").contains("PONG"))
    })?;
    ensure!(!call(&["ping"], "").contains("PONG"), "Redis lets in who has no password");
    for (name, value) in [("save", "900 1"), ("appendonly", "yes"), ("appendfsync", "everysec")] {
        let told = call(&["config", "get", name], "only-here");
        ensure!(told.contains(value), "Redis says of {name}: {told}");
    }
    Ok(())
}

/// All of it.
pub(super) fn hand_over(project: &Project) -> Result<()> {
    let place = Place::new(project)?;
    place.tool(&["migrate"])?;
    place.tool(&["seed", "--players", PLAYERS, "--seed", "1"])?;
    let mut blue = place.host(BLUE, &[])?;
    place.ready(BLUE, &mut blue)?;
    let mut green = place.host(GREEN, &["--standby"])?;
    let _page = place.page(project)?;
    let mut caddy = place.caddy(project)?;
    until("an answer through the proxy", PATIENCE, || {
        ensure!(caddy.ended()?.is_none(), "Caddy ended: {}", caddy.words());
        Ok(place.through("/api/v1/status").is_ok_and(|(status, _)| status == 200))
    })?;
    place.names()?;
    place.smoke()?;

    let mut bots = place.bots()?;
    std::thread::sleep(BEFORE_DRAIN);
    ensure!(bots.ended()?.is_none(), "the players ended: {}", bots.words());
    let drain = ["drain", "--host", BLUE, "--notice", "5s", "--no-wait", "--admin-port"];
    place.tool(&[&drain[..], &[&place.admin()]].concat())?;
    ensure!(blue.wait(PATIENCE)?.success(), "blue ended badly: {}", blue.words());
    let begun = Instant::now();
    let (status, text) = place.through("/api/v1/status")?;
    let gap = begun.elapsed();
    ensure!(status == 200 && text.contains("\"epoch\":2"), "no successor: {status} {text}");
    ensure!(gap < HAND_OVER_MAX, "the successor came after {gap:?}");
    println!("the successor answered {gap:.1?} after the end of the one before it");
    let ended = bots.wait(END_TIME)?;
    ensure!(ended.success(), "players did not go on at the successor: {}", bots.words());
    place.smoke()?;
    ensure!(caddy.ended()?.is_none() && green.ended()?.is_none(), "somebody ended by himself");
    let journal = place.folder.path().join("journal");
    place.tool(&["verify", "--journal", journal.to_str().context("a plain path")?])
}

/// Folder and ports.
struct Place {
    folder: tempfile::TempDir,
    server: PathBuf,
    rest: u16,
    game: u16,
    admin: u16,
    door: u16,
    inner: u16,
    page: u16,
}

impl Place {
    fn new(project: &Project) -> Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("massless-door-").tempdir()?,
            server: project.target().join("release/massless"),
            rest: free_port(),
            game: free_port(),
            admin: free_port(),
            door: free_port(),
            inner: free_port(),
            page: free_port(),
        })
    }

    fn admin(&self) -> String {
        self.admin.to_string()
    }

    /// The program with what every call of it has to know; nothing of the caller's surroundings.
    fn massless(&self) -> Command {
        let mut command = bound(&self.server);
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
        command
    }

    fn tool(&self, arguments: &[&str]) -> Result<()> {
        shell::run(self.massless().args(arguments))
    }

    fn host(&self, address: &str, more: &[&str]) -> Result<Process> {
        let [rest, game, admin] = [self.rest, self.game, self.admin].map(|port| port.to_string());
        let mut command = self.massless();
        command.env("MASSLESS_SERVER_ADMIN_BIND", address);
        command.args(["serve", "--zones", "1,2", "--bind", address, "--port", &rest]);
        command.args(["--game-port", &game, "--admin-port", &admin]).args(more);
        Process::start(&mut command, self.folder.path(), address)
    }

    fn ready(&self, address: &str, host: &mut Process) -> Result<()> {
        until("a host that is ready", PATIENCE, || {
            ensure!(host.ended()?.is_none(), "a host ended: {}", host.words());
            let answer = ask((address, self.admin), address, "/readyz", "");
            Ok(answer.is_ok_and(|answer| answer.status == 200))
        })
    }

    /// Who serves the files of the page and the landing page.
    fn page(&self, project: &Project) -> Result<Process> {
        let file = project.path("docker/caddy/client.Caddyfile");
        let mut command = bound(Path::new("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        command.env("CLIENT_PORT", self.page.to_string());
        command.env("CLIENT_ROOT", project.path("massless-client/dist"));
        command.env("LANDING_ROOT", project.path("docker/landing"));
        let folder = self.folder.path();
        Process::start(at_home(&mut command, folder), folder, "page")
    }

    /// The proxy, with production's own file.
    fn caddy(&self, project: &Project) -> Result<Process> {
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
        Process::start(at_home(&mut command, folder), folder, "caddy")
    }

    /// A call by the way inside the network.
    fn through(&self, path: &str) -> Result<(u16, String)> {
        let answer = ask((HERE, self.inner), HERE, path, "")?;
        Ok((answer.status, answer.body))
    }

    /// Every name has what it is for, with the headers that it should have.
    fn names(&self) -> Result<()> {
        let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let rows: [Call<'_>; 9] = [
            ("landing", "/", "", 200, &["strict-transport-security"], "play.massless.game"),
            ("play", "/", "", 200, &["wasm-unsafe-eval", "x-frame-options: deny"], "<canvas"),
            ("play", "/api/v1/status", "", 200, &["nosniff"], "\"zones\""),
            ("api", "/api/v1/status", "", 200, &["strict-transport-security"], "\"zones\""),
            ("api", "/", "", 404, &[], ""),
            ("api", "/metrics", "", 404, &[], ""),
            ("cdn", "/icon.svg", "", 200, &["access-control-allow-origin: *"], "<svg"),
            ("ws", "/", upgrade, 101, &["upgrade: websocket"], ""),
            ("ws", "/h/blue", upgrade, 101, &["upgrade: websocket"], ""),
        ];
        for (site, path, more, status, heads, body) in rows {
            let host = format!("{site}.localhost:{}", self.door);
            let answer = ask((HERE, self.door), &host, path, more)?;
            let what = format!("{site}{path}");
            ensure!(answer.status == status, "{what}: {} instead of {status}", answer.status);
            for head in heads {
                ensure!(answer.head.contains(head), "{what} has no {head}: {}", answer.head);
            }
            let doubled = answer.head.matches("x-content-type-options").count() > 1;
            ensure!(!doubled, "{what} has a header twice: {}", answer.head);
            ensure!(answer.body.contains(body), "{what} is not what it should be");
        }
        Ok(())
    }

    /// Two made-up players through the door.
    fn smoke(&self) -> Result<()> {
        let url = format!("http://{HERE}:{}", self.inner);
        let game = format!("ws://{HERE}:{}/game", self.inner);
        self.tool(&["smoke", "--json", "--url", &url, "--game-url", &game])
    }

    /// Players who do business, with a journal of what they were told.
    fn bots(&self) -> Result<Process> {
        let url = format!("http://{HERE}:{}", self.inner);
        let mut command = self.massless();
        command.args(["bots", "economy", "--clients", PLAYERS, "--seconds", PLAY_SECONDS]);
        command
            .args(["--json", "--url", &url, "--journal"])
            .arg(self.folder.path().join("journal"));
        Process::start(&mut command, self.folder.path(), "bots")
    }
}
