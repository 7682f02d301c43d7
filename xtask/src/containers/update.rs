//! `docker/deploy.sh` with the real engine, while bots do business through the proxy: two updates that fail, one that
//! goes well, and the way back.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::compose::{DAY_SECONDS, Stage, seconds_of_day};
use super::engine::Engine;
use super::images::{FIRST, name};
use super::{production, say};
use crate::deploy::process::until;
use crate::drill::journals::{gaps, percentile, read};
use crate::realm::micros;
use crate::shell;

/// The version that is updated to: the same program under another label. That a newer program takes over from an
/// older one is what `cargo xtask drill update` shows.
pub(super) const SECOND: &str = "second";
/// A version whose server does not come up.
const BROKEN: &str = "broken";
/// A version that is nowhere.
const NOWHERE: &str = "nowhere";
/// Notice that players get before the update; the way back gives none.
const NOTICE: &str = "10s";
/// Time of play before, between and after.
const PLAY_TIME: Duration = Duration::from_secs(10);
/// Time in which everybody has to be in. Reason: passwords are hashed one after the other.
const IN_TIME: Duration = Duration::from_secs(120);
/// Time in which a colour that was made anew has to be healthy.
const PATIENCE: Duration = Duration::from_secs(90);
/// Seconds the bots may take to find out what became of what was on its way.
const END_SECONDS: &str = "150";
/// Seconds until everybody is back: a proxy's look, a dial that fails, and room for a slow machine. A player whom a
/// host that stands by takes in is back much later.
const BACK_SECONDS: f64 = 5.0;
/// Name of the bots' container.
const BOTS: &str = "massless-bots";

/// Everything that an update needs.
struct Update<'a> {
    stage: &'a Stage<'a>,
    engine: &'a Engine,
    journals: PathBuf,
    clients: u32,
}

/// All of it; what the bots and their journals say.
pub(super) fn run(stage: &Stage<'_>, engine: &Engine, clients: u32) -> Result<Value> {
    let journals = stage.path("journals");
    std::fs::create_dir_all(&journals)?;
    // The bots are user 10001 in their container.
    std::fs::set_permissions(&journals, PermissionsExt::from_mode(0o777))?;
    let update = Update { stage, engine, journals, clients };
    versions(stage, engine)?;
    let from = update.serving()?;
    update.play(&from)?;
    update.fails(NOWHERE, &from)?;
    update.fails(BROKEN, &from)?;
    let forward = update.succeeds(SECOND, NOTICE, &from)?;
    let to = update.serving()?;
    ensure!(to != from, "{from} serves still");
    std::thread::sleep(PLAY_TIME);
    let back = update.succeeds(FIRST, "0", &to)?;
    ensure!(update.serving()? == from, "{to} serves still");
    std::thread::sleep(PLAY_TIME);
    let bots = update.end_bots()?;
    let checked = update.verify()?;
    production::smoke(stage)?;
    update.told(&[("update", forward), ("back", back)], &bots, &checked)
}

/// Makes the images of the other versions.
pub(super) fn versions(stage: &Stage<'_>, engine: &Engine) -> Result<()> {
    let serve = r#"ENTRYPOINT ["sh", "-c", "test \"$1\" != serve && exec massless \"$@\"", "sh"]"#;
    let broken = format!("{serve}\nCMD [\"serve\", \"--standby\"]\n");
    for (target, version, more) in [
        ("server", SECOND, ""),
        ("client", SECOND, ""),
        ("backup", SECOND, ""),
        ("server", BROKEN, broken.as_str()),
    ] {
        let folder = stage.path(&format!("{target}-{version}"));
        std::fs::create_dir_all(&folder)?;
        let text = format!("FROM {}\nLABEL version={version}\n{more}", name(target, FIRST));
        std::fs::write(folder.join("Dockerfile"), text)?;
        let mut command = engine.docker();
        command.args(["build", "--quiet", "--tag", &name(target, version)]).arg(folder);
        shell::output(&mut command)?;
    }
    Ok(())
}

/// The script on the stage.
fn script(stage: &Stage<'_>) -> PathBuf {
    stage.docker().join("deploy.sh")
}

/// The colour that serves.
pub(super) fn serving(stage: &Stage<'_>) -> Result<String> {
    let mut command = stage.command(&script(stage));
    Ok(shell::output(command.arg("serving"))?.trim().to_owned())
}

/// Runs the script; whether the update went well.
pub(super) fn deploy(stage: &Stage<'_>, version: &str, notice: &str) -> Result<bool> {
    say(&format!("deploy.sh update {version}, notice {notice}"));
    let mut command = stage.command(&script(stage));
    command.args(["update", version]).env("NOTICE", notice).env("DEPLOY_PULL", "no");
    let status = command.status().context("deploy.sh cannot be started")?;
    ensure!(matches!(status.code(), Some(0 | 1)), "deploy.sh ended with {status}");
    Ok(status.success())
}

/// When and how long.
struct Way {
    /// When the host that served ended, microseconds since 1970.
    cut: u64,
    /// From then until the other one says that it is ready.
    ready_s: f64,
    seconds: f64,
}

impl Update<'_> {
    fn serving(&self) -> Result<String> {
        serving(self.stage)
    }

    /// Lets bots come in, and play for a while.
    fn play(&self, colour: &str) -> Result<()> {
        let players = self.clients.to_string();
        let seed = ["run", "--rm", "migrate", "seed", "--yes", "--seed", "1", "--players"];
        self.stage.run(&[&seed[..], &[players.as_str()]].concat())?;
        let network = format!("--network={}", self.stage.network("edge"));
        let volume = format!("--volume={}:/journals", self.journals.display());
        let image = production::bots_image();
        let run = ["run", "--detach", "--name", BOTS, &network, &volume, &image];
        let bots = ["massless", "bots", "economy", "--seconds", "86400", "--json"];
        let whither = ["--url", "http://caddy:8081", "--journal", "/journals"];
        let how_many = ["--clients", &players];
        self.engine.told(&[&run[..], &bots, &whither, &how_many].concat())?;
        let url = format!("http://game-server-{colour}:9600/metrics");
        let ask = ["wget", "--quiet", "--output-document=-", &url];
        until("the bots in the world", IN_TIME, || {
            let page = self.stage.within("prometheus", &ask)?;
            let lines = page.lines().filter(|line| line.starts_with("massless_players{"));
            let count: f64 =
                lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum();
            std::thread::sleep(Duration::from_millis(500));
            Ok(count >= f64::from(self.clients))
        })
        .with_context(|| self.words())?;
        say(&format!("{players} bots do business through the proxy; {colour} serves"));
        std::thread::sleep(PLAY_TIME);
        Ok(())
    }

    fn words(&self) -> String {
        self.engine.asked(&["logs", "--tail=20", BOTS]).unwrap_or_default()
    }

    /// An update that fails changes nothing for the players.
    fn fails(&self, version: &str, serving: &str) -> Result<()> {
        let since = micros();
        ensure!(!deploy(self.stage, version, NOTICE)?, "an update to {version} went well");
        let serves = self.serving()?;
        ensure!(serves == serving, "{serves} serves after an update to {version} that failed");
        ensure!(self.end_of(serving, since)?.is_none(), "{serving} was ended for {version}");
        self.stage.healthy(&production::SERVICES, PATIENCE)?;
        say(&format!("the update to {version} failed as it should, and {serving} served on"));
        Ok(())
    }

    fn succeeds(&self, version: &str, notice: &str, from: &str) -> Result<Way> {
        let (since, begun) = (micros(), Instant::now());
        ensure!(deploy(self.stage, version, notice)?, "the update to {version} failed");
        let seconds = begun.elapsed().as_secs_f64();
        let cut = self.end_of(from, since)?.with_context(|| format!("{from} never ended"))?;
        self.stage.healthy(&production::SERVICES, PATIENCE)?;
        let id = self.stage.container(&format!("game-server-{from}"))?;
        let image = self.engine.told(&["inspect", "--format={{.Config.Image}}", &id])?;
        ensure!(image == name("server", version), "{from} runs {image} after the update");
        let ready_s = self.ready_after(cut)?;
        say(&format!("update to {version}: {seconds:.0} s, and all are healthy"));
        Ok(Way { cut, ready_s, seconds })
    }

    /// Seconds from the end of one host until the other one said that it is ready.
    fn ready_after(&self, cut: u64) -> Result<f64> {
        let id = self.stage.container(&format!("game-server-{}", self.serving()?))?;
        let log = self.engine.told(&["logs", "--timestamps", &id])?;
        let line = log.lines().rev().find(|line| line.contains("\"ready\":true"));
        let moment = line.and_then(|line| seconds_of_day(line.split(' ').next()?));
        let moment = moment.context("the host never says that it is ready")?;
        Ok((moment - cut as f64 / 1e6).rem_euclid(DAY_SECONDS))
    }

    /// When the process of a colour ended first since then, microseconds since 1970.
    fn end_of(&self, colour: &str, since: u64) -> Result<Option<u64>> {
        let label = format!("label=com.docker.compose.service=game-server-{colour}");
        let seconds = |moment: u64| format!("{}.{:06}", moment / 1_000_000, moment % 1_000_000);
        let (since, until) = (seconds(since), seconds(micros()));
        let span = ["events", "--since", &since, "--until", &until];
        let what = ["--filter", "event=die", "--filter", &label, "--format={{.TimeNano}}"];
        let told = self.engine.told(&[&span[..], &what].concat())?;
        let first = told.lines().next().map(str::parse::<u64>).transpose()?;
        Ok(first.map(|nanos| nanos / 1_000))
    }

    /// They finish what is on its way and end.
    fn end_bots(&self) -> Result<Value> {
        self.engine.told(&["stop", "--time", END_SECONDS, BOTS])?;
        let code = self.engine.told(&["inspect", "--format={{.State.ExitCode}}", BOTS])?;
        ensure!(code == "0", "the bots ended with {code}: {}", self.words());
        let text = self.engine.told(&["logs", BOTS])?;
        let line = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        let line =
            line.with_context(|| format!("the bots end without a word: {}", self.words()))?;
        self.engine.told(&["rm", BOTS])?;
        Ok(line)
    }

    /// The books, and the journals against them.
    fn verify(&self) -> Result<Value> {
        let volume = format!("--volume={}:/journals", self.journals.display());
        let run = ["run", "--rm", &volume, "migrate", "verify", "--json", "--journal", "/journals"];
        let text = self.stage.told(&run)?;
        let line = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        line.with_context(|| format!("the checker ends without a word: {text}"))
    }

    fn told(&self, ways: &[(&str, Way)], bots: &Value, checked: &Value) -> Result<Value> {
        let lines = read(Path::new(&self.journals))?;
        let mut told = json!({ "bots": bots, "verify": checked });
        for (name, way) in ways {
            let (mut back, lost) = gaps(&lines, &[way.cut]);
            let mut at = |share| percentile(&mut back, share).round();
            let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
            say(&format!(
                "{name}: after the end of the host the other was ready within {:.1} s, players were back \
                 after {p50} ms (p50), {most} ms (max)",
                way.ready_s
            ));
            ensure!(lost == 0, "{lost} players never came back");
            ensure!(most <= BACK_SECONDS * 1_000.0, "a player was back after {most} ms");
            told[*name] = json!({
                "seconds": way.seconds.round(),
                "ready_s": (way.ready_s * 10.0).round() / 10.0,
                "gap_ms": { "p50": p50, "p99": p99, "max": most },
                "lost": lost,
            });
        }
        let acknowledged = checked["acknowledged"].as_u64().unwrap_or(0);
        ensure!(acknowledged > 0, "nothing was acknowledged: {checked}");
        for what in ["lost", "doubled", "violations"] {
            ensure!(checked[what] == 0, "{what}: {checked}");
        }
        say(&format!("{acknowledged} operations acknowledged, all of them in the books once"));
        Ok(told)
    }
}
