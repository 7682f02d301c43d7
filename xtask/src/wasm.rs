//! The browser's module: the core and the protocol, compiled for WebAssembly.
//!
//! Two routes lead to the target, tried in this order. *rustup*: the target is installed or can be
//! fetched. *debian*: Debian's `rustc-web` with the standard library built from its own sources,
//! once, into a private sysroot under the target folder. What comes out must import nothing: the
//! empty import section is the cheapest proof that the core is pure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use wasmparser::{Parser, Payload};

use crate::project::Project;
use crate::{packages, shell};

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];
/// Where the client's own build looks for the module.
pub(crate) const MODULE: &str = "massless-client/public/massless.wasm";

/// A way to the WebAssembly target.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Route {
    /// The target as rustup provides it.
    Rustup,
    /// Debian's compiler and sources.
    Debian,
}

/// Compiles the module, checks it and puts it where the client expects it.
pub(crate) fn build(project: &Project, route: Option<Route>) -> Result<()> {
    let route = match route {
        Some(route) => route,
        None => choose(project),
    };
    let folder = project.target().join("wasm");
    let (mut cargo, target) = match route {
        Route::Rustup => {
            if !rustup_target() {
                bail!("rustup cannot provide the target {TARGET} here; try --route debian");
            }
            (project.cargo(&["build"]), folder.join("rustup"))
        }
        Route::Debian => (debian_cargo(project, &folder)?, folder.join("debian")),
    };
    cargo
        .args(["--package", "massless-client-wasm", "--lib", "--profile", "wasm"])
        .args(["--target", TARGET, "--target-dir"])
        .arg(&target);
    append_flags(&mut cargo, &remap_flags(project));
    shell::run(&mut cargo)?;
    publish(project, &target.join(TARGET).join("wasm/massless_client_wasm.wasm"))
}

/// rustup's target when it is there; a private sysroot already built; rustup's when it can be
/// fetched; Debian's otherwise.
fn choose(project: &Project) -> Route {
    if rustup_has_target() {
        return Route::Rustup;
    }
    let built = rustc_version().is_ok_and(|version| {
        sysroot_is_complete(&sysroot(&project.target().join("wasm"), &version))
    });
    if !built && rustup_target() { Route::Rustup } else { Route::Debian }
}

fn rustup_has_target() -> bool {
    shell::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn rustup_target() -> bool {
    rustup_has_target()
        || shell::succeeds(
            Command::new("rustup").args(["target", "add", TARGET]).env("RUSTUP_MAX_RETRIES", "1"),
        )
}

/// Debian's cargo, ready to `build` against the private sysroot.
fn debian_cargo(project: &Project, folder: &Path) -> Result<Command> {
    packages::ensure(&DEBIAN_PACKAGES)?;
    let sysroot = sysroot(folder, &rustc_version()?);
    if !sysroot_is_complete(&sysroot) {
        build_sysroot(&sysroot, folder)?;
    }
    let mut cargo = debian_command(project.root());
    cargo.arg("build").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    append_flags(&mut cargo, &["--sysroot".to_owned(), sysroot.display().to_string()]);
    Ok(cargo)
}

/// Debian's cargo with Debian's rustc, and nothing of the toolchain that runs this tool.
fn debian_command(folder: &Path) -> Command {
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo.current_dir(folder).env("RUSTC", "/usr/bin/rustc").env("CARGO", "/usr/bin/cargo");
    for name in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH"] {
        cargo.env_remove(name);
    }
    cargo
}

fn rustc_version() -> Result<String> {
    let line = shell::output(Command::new("/usr/bin/rustc").arg("--version"))?;
    Ok(line.split_whitespace().nth(1).context("rustc prints its version")?.to_owned())
}

/// One sysroot for each version of the compiler: its libraries fit no other.
fn sysroot(folder: &Path, version: &str) -> PathBuf {
    folder.join(format!("sysroot-{version}"))
}

fn libraries_of(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn sysroot_is_complete(sysroot: &Path) -> bool {
    sysroot.join("complete").is_file()
}

/// Builds the standard library by way of an empty crate and collects it into a sysroot.
fn build_sysroot(sysroot: &Path, folder: &Path) -> Result<()> {
    let seed = folder.join("std");
    fs::create_dir_all(seed.join("src"))?;
    fs::write(
        seed.join("Cargo.toml"),
        "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.release]\npanic = \"abort\"\n",
    )?;
    fs::write(seed.join("src/lib.rs"), "//! Empty: only its dependencies are wanted.\n")?;
    let target = seed.join("target");
    shell::run(
        debian_command(&seed)
            .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET])
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTC_BOOTSTRAP", "1"),
    )?;
    let libraries = libraries_of(sysroot);
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(target.join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().context("a file has a name")?.to_owned();
        if path.extension().is_some_and(|ending| ending == "rlib")
            && !name.to_string_lossy().starts_with("libseed")
        {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    fs::write(sysroot.join("complete"), "")?;
    Ok(())
}

/// Keeps the folders of the building machine out of the module that everybody downloads.
fn remap_flags(project: &Project) -> Vec<String> {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))
        .unwrap_or_default();
    let mut flags = vec![format!("--remap-path-prefix={}=massless", project.root().display())];
    if !home.is_empty() {
        flags.push(format!("--remap-path-prefix={home}=cargo"));
    }
    flags
}

/// Adds compiler flags for the target. They travel encoded, so a folder may contain spaces.
fn append_flags(command: &mut Command, flags: &[String]) {
    const NAME: &str = "CARGO_ENCODED_RUSTFLAGS";
    let present = command
        .get_envs()
        .find(|(name, _)| *name == NAME)
        .and_then(|(_, value)| value.map(|value| value.to_string_lossy().into_owned()));
    let joined = flags.join("\u{1f}");
    let value = present.map_or(joined.clone(), |present| format!("{present}\u{1f}{joined}"));
    command.env(NAME, value);
}

/// Checks the module's purity, copies it to the client and prints its size.
fn publish(project: &Project, module: &Path) -> Result<()> {
    let bytes = fs::read(module).with_context(|| format!("no module at {}", module.display()))?;
    let (imports, exports) = interface_of(&bytes)?;
    if !imports.is_empty() {
        bail!("the module must import nothing, but it wants {}", imports.join(", "));
    }
    let to = project.path(MODULE);
    fs::create_dir_all(to.parent().context("the module lies in a folder")?)?;
    fs::write(&to, &bytes)?;
    println!("{MODULE}: {} kB, {exports} exports, no imports", bytes.len() / 1_000);
    Ok(())
}

/// Names of what a module imports, and the number of what it exports.
fn interface_of(module: &[u8]) -> Result<(Vec<String>, u32)> {
    let mut imports = Vec::new();
    let mut exports = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => exports = section.count(),
            _ => {}
        }
    }
    Ok((imports, exports))
}
