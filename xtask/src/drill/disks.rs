//! Small disks for the drill that fills them: file systems in memory that only this process and its children
//! see, and that are gone with the last of them, however it ends.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use rustix::process::geteuid;
use tempfile::TempDir;

use super::Arguments;
use crate::project::Project;
use crate::realm::Disks;
use crate::shell;
use crate::verdict::Verdict;

/// Set for the process that has its own mounts.
const INSIDE: &str = "XTASK_DRILL_DISKS";
/// Bytes of each disk. PostgreSQL: a new server takes 40 MB, its log 16 and more.
const POSTGRES_BYTES: u64 = 224 << 20;
const REDIS_BYTES: u64 = 16 << 20;
const DATA_BYTES: u64 = 64 << 20;
/// Bytes that are written at a time, at first and when those no longer fit.
const PIECES: [usize; 2] = [1 << 20, 4 << 10];

/// Whether this process may mount what nobody else sees.
pub(super) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the same drill in a process that may, and takes its verdict over.
pub(super) fn enter(project: &Project, arguments: &Arguments) -> Result<Verdict> {
    let words: &[&str] = if geteuid().is_root() {
        &["--mount", "--propagation", "private"]
    } else {
        // The same user, with a right to mount that ends at this process and its children.
        &["--user", "--map-current-user", "--keep-caps", "--mount", "--propagation", "private"]
    };
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(words);
        command
    };
    if !shell::succeeds(unshare().arg("true")) {
        bail!(
            "this drill mounts small disks for itself, which is not allowed here: run it as root, \
             or let users have namespaces (sysctl user.max_user_namespaces and, where it is \
             known, kernel.unprivileged_userns_clone); a container needs CAP_SYS_ADMIN"
        );
    }
    // This program itself: built anew, since the one that runs may have been replaced meanwhile.
    shell::run(&mut project.cargo(&["build", "--quiet", "--package", "xtask"]))?;
    let mut command = unshare();
    command
        .arg(project.target().join("debug/xtask"))
        .args(["drill", "disk-full"])
        .args(arguments.words());
    let status = command.env(INSIDE, "1").stdin(Stdio::null()).status();
    match status.context("unshare cannot be started (util-linux)")?.code() {
        Some(0) => Ok(Verdict::Met),
        Some(1) => Ok(Verdict::Missed),
        Some(3) => Ok(Verdict::Void),
        code => bail!("the drill ended by itself: {code:?}"),
    }
}

/// The disks, as long as it is there.
pub(super) struct Stage {
    pub(super) disks: Disks,
    _place: TempDir,
}

impl Stage {
    /// Mounts them below a folder that everybody may enter.
    pub(super) fn make() -> Result<Self> {
        let place = tempfile::Builder::new().prefix("massless-disks-").tempdir()?;
        std::fs::set_permissions(place.path(), PermissionsExt::from_mode(0o755))?;
        let disk = |name: &str, bytes: u64| -> Result<PathBuf> {
            let disk = place.path().join(name);
            std::fs::create_dir(&disk)?;
            let options = CString::new(format!("size={bytes},mode=0755"))?;
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            mount("tmpfs", &disk, "tmpfs", flags, options.as_c_str())
                .with_context(|| format!("{} cannot be mounted", disk.display()))?;
            Ok(disk)
        };
        let disks = Disks {
            postgres: disk("postgres", POSTGRES_BYTES)?,
            redis: disk("redis", REDIS_BYTES)?,
            data: disk("data", DATA_BYTES)?,
        };
        Ok(Self { disks, _place: place })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let Disks { postgres, redis, data } = &self.disks;
        for disk in [postgres, redis, data] {
            let _ = unmount(disk, UnmountFlags::DETACH);
        }
    }
}

/// What fills a disk; the space comes back when it is dropped.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    file: File,
}

impl Ballast {
    /// Fills a disk.
    pub(super) fn fill(disk: &Path) -> Result<Self> {
        let path = disk.join("ballast");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let mut ballast = Self { path, file };
        ballast.top_up();
        Ok(ballast)
    }

    /// Takes what became free meanwhile.
    pub(super) fn top_up(&mut self) {
        for bytes in PIECES {
            let piece = vec![1; bytes];
            // Part of a piece may still fit, so it goes on until nothing does.
            while self.file.write(&piece).is_ok_and(|written| written > 0) {}
        }
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        let _ = std::fs::remove_file(&self.path);
    }
}
