//! The proxy's settings for real: Caddy in front of two hosts on one data folder, blue serving and green standing
//! by. Players come in through the door by every name; blue drains, green takes over, and nobody touches Caddy.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use massless_testbed::free_port;

use super::place::{BLUE, GREEN, HERE, PATIENCE, Place};
use super::process::{Process, ask, bound, until};
use crate::project::Project;

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
    let door = Door(Place::new(project)?);
    let place = &door.0;
    place.tool(&["migrate"])?;
    place.tool(&["seed", "--players", PLAYERS, "--seed", "1"])?;
    let mut blue = place.host(&place.server, BLUE, &[])?;
    place.ready(BLUE, &mut blue)?;
    let mut green = place.host(&place.server, GREEN, &["--standby"])?;
    let _page = place.page(project)?;
    let mut caddy = place.caddy(project)?;
    door.names()?;
    door.smoke()?;

    let mut bots = door.bots()?;
    std::thread::sleep(BEFORE_DRAIN);
    ensure!(bots.ended()?.is_none(), "the players ended: {}", bots.words());
    let drain = ["drain", "--host", BLUE, "--notice", "5s", "--no-wait", "--admin-port"];
    place.tool(&[&drain[..], &[&place.admin.to_string()]].concat())?;
    ensure!(blue.wait(PATIENCE)?.success(), "blue ended badly: {}", blue.words());
    let begun = Instant::now();
    let (status, text) = place.through("/api/v1/status")?;
    let gap = begun.elapsed();
    ensure!(status == 200 && text.contains("\"epoch\":2"), "no successor: {status} {text}");
    ensure!(gap < HAND_OVER_MAX, "the successor came after {gap:?}");
    println!("the successor answered {gap:.1?} after the end of the one before it");
    let ended = bots.wait(END_TIME)?;
    ensure!(ended.success(), "players did not go on at the successor: {}", bots.words());
    door.smoke()?;
    ensure!(caddy.ended()?.is_none() && green.ended()?.is_none(), "somebody ended by himself");
    let journal = place.folder.path().join("journal");
    place.tool(&["verify", "--journal", journal.to_str().context("a plain path")?])
}

/// A door that is looked at.
struct Door(Place);

impl Door {
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
            let host = format!("{site}.localhost:{}", self.0.door);
            let answer = ask((HERE, self.0.door), &host, path, more)?;
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
        let url = self.0.url();
        let game = format!("ws://{HERE}:{}/game", self.0.inner);
        self.0.tool(&["smoke", "--json", "--url", &url, "--game-url", &game])
    }

    /// Players who do business, with a journal of what they were told.
    fn bots(&self) -> Result<Process> {
        let url = self.0.url();
        let mut command = self.0.massless(&self.0.server);
        command.args(["bots", "economy", "--clients", PLAYERS, "--seconds", PLAY_SECONDS]);
        command
            .args(["--json", "--url", &url, "--journal"])
            .arg(self.0.folder.path().join("journal"));
        Process::start(&mut command, self.0.folder.path(), "bots")
    }
}
