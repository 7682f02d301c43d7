//! `docker/deploy.sh` against a made-up `docker`, which notes what it is asked and plays two colours: the order
//! of the steps, and what happens when one fails. That the real one does what it is asked is not shown here.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Plays compose: `serving` holds the colour that serves, `fails` what fails.
const DOCKER: &str = r#"#!/bin/sh
cd "$STAGE"
echo "$*" >>asked
fails=$(cat fails)
if [ -n "$fails" ] && echo "$*" | grep -q -e "$fails"; then exit 1; fi
case "$*" in
    *"game-server-blue massless status --live"*|*"game-server-green massless status --live"*) ;;
    *"game-server-blue massless status"*) [ "$(cat serving)" = blue ] ;;
    *"game-server-green massless status"*) [ "$(cat serving)" = green ] ;;
    *"drain --host game-server-blue"*|*"stop game-server-blue"*) echo green >serving ;;
    *"drain --host game-server-green"*|*"stop game-server-green"*) echo blue >serving ;;
esac
"#;

/// The steps of an update that goes well, in their order.
const STEPS: [&str; 8] = [
    "compose pull --quiet game-server-green migrate",
    "compose run --rm migrate",
    "compose up --detach --no-deps game-server-green",
    "game-server-green massless drain --host game-server-blue --notice 5m",
    "game-server-green massless status --wait",
    "backup job.sh smoke",
    "compose pull --quiet game-client backup game-server-blue",
    "compose up --detach --no-deps game-client backup game-server-blue",
];

/// A stage with blue serving version 1.
struct Stage {
    folder: PathBuf,
    script: PathBuf,
}

/// How a run ended.
struct Ended {
    code: Option<i32>,
    asked: String,
    serving: String,
    versions: String,
}

impl Stage {
    fn run(&self, fails: &str, arguments: &[&str]) -> Result<Ended> {
        let file = |name: &str| self.folder.join(name);
        std::fs::create_dir_all(&self.folder)?;
        std::fs::write(file("docker"), DOCKER)?;
        std::fs::set_permissions(file("docker"), PermissionsExt::from_mode(0o755))?;
        std::fs::write(file("fails"), fails)?;
        std::fs::write(file("asked"), "")?;
        let nobody = fails == "massless status";
        std::fs::write(file("serving"), if nobody { "nobody\n" } else { "blue\n" })?;
        std::fs::write(file("versions"), "BLUE_VERSION=1\nGREEN_VERSION=1\nCLIENT_VERSION=1\n")?;
        let output = Command::new(&self.script)
            .args(arguments)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.folder.display()))
            .env("STAGE", &self.folder)
            .env("VERSIONS_FILE", file("versions"))
            .output()
            .context("the script cannot be started")?;
        let read = |name: &str| std::fs::read_to_string(file(name));
        Ok(Ended {
            code: output.status.code(),
            asked: read("asked")?,
            serving: read("serving")?.trim().to_owned(),
            versions: read("versions")?,
        })
    }
}

impl Ended {
    fn version(&self, name: &str) -> Option<&str> {
        self.versions.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    }

    fn words(&self) -> String {
        let mut words = format!("code {:?}, {} serves\n", self.code, self.serving);
        let _ = write!(words, "{}{}", self.versions, self.asked);
        words
    }
}

/// Runs it well and badly.
pub(super) fn check(folder: &Path, home: &Path) -> Result<()> {
    let stage = Stage { folder: home.join("stage"), script: folder.join("deploy.sh") };
    let good = stage.run("", &["update", "2"])?;
    let mut rest = good.asked.as_str();
    for step in STEPS {
        let at = rest.find(step).with_context(|| format!("no {step:?} in:\n{}", good.words()))?;
        rest = &rest[at + step.len()..];
    }
    ensure!(good.code == Some(0) && good.serving == "green", "{}", good.words());
    for name in ["BLUE_VERSION", "GREEN_VERSION", "CLIENT_VERSION", "BACKUP_VERSION"] {
        ensure!(good.version(name) == Some("2"), "{name}: {}", good.words());
    }
    // What fails, and whether the new one had been started by then.
    for (fails, is_started) in [
        ("pull", false),
        ("run --rm migrate", false),
        ("status --live", true),
        ("drain", true),
        ("green massless status --wait", true),
        ("smoke", true),
    ] {
        let bad = stage.run(fails, &["update", "2"])?;
        ensure!(bad.code == Some(1) && bad.serving == "blue", "{fails}: {}", bad.words());
        ensure!(bad.version("BLUE_VERSION") == Some("1"), "{fails}: {}", bad.words());
        ensure!(bad.version("GREEN_VERSION") == Some("1"), "{fails}: {}", bad.words());
        ensure!(bad.version("CLIENT_VERSION") == Some("1"), "{fails}: {}", bad.words());
        let was_started = bad.asked.contains("up --detach --no-deps game-server-green");
        ensure!(was_started == is_started, "{fails}: {}", bad.words());
    }
    let nobody = stage.run("massless status", &["update", "2"])?;
    ensure!(nobody.code == Some(2) && !nobody.asked.contains("migrate"), "{}", nobody.words());
    for wrong in [&["update"][..], &["update", "2; rm"], &["downgrade"], &[]] {
        let refused = stage.run("", wrong)?;
        ensure!(refused.code == Some(2) && refused.asked.is_empty(), "{}", refused.words());
    }
    Ok(())
}
