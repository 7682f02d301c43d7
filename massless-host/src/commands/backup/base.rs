//! Base backups: the whole server as files, taken while it works, packed, and held against PostgreSQL's own
//! manifest before anybody counts on them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::folder::{Base, Folder, OWN_MANIFEST, Range};
use super::server::{Work, program};
use super::{DAY_MILLIS, postgres};
use crate::clock;

/// What came of it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) base: Base,
    /// Older ones that went.
    pub(super) removed: u64,
}

/// Takes one, verifies it, removes what nobody needs any more.
pub(super) fn make(
    folder: &Folder,
    address: &str,
    (keep_days, work): (u64, &Path),
) -> anyhow::Result<Made> {
    let started_at = clock::unix_millis();
    let archive = folder.archive_of(&identity(address)?)?;
    let place = folder.base(started_at);
    let part = place.with_extension("part");
    std::fs::create_dir_all(&part).context("the folder for base backups cannot be made")?;
    let taken = take(address, &part).and_then(|()| check(&part, work));
    if let Err(error) = taken {
        let _ = std::fs::remove_dir_all(&part);
        return Err(error);
    }
    let range = Range::read(&part.join(OWN_MANIFEST))?;
    let times = (started_at, clock::unix_millis());
    let (database, user) = postgres::names(address)?;
    let base = Base::new(times, (size(&part)?, range), (archive, database, user));
    Folder::write_base(&part, &base)?;
    // Whoever sees the folder sees it whole.
    std::fs::rename(&part, &place)?;
    let removed = match keep_days {
        0 => 0,
        days => folder.remove_bases(started_at.saturating_sub(days * DAY_MILLIS))?,
    };
    Ok(Made { base, removed })
}

/// Who a server is, as archives are named: its number and its timeline.
pub(in crate::commands) fn identity(address: &str) -> anyhow::Result<String> {
    let mut command = postgres::program("psql", address)?;
    command.args(["--no-psqlrc", "--no-align", "--tuples-only", "--field-separator= "]);
    command.args(["--command", "IDENTIFY_SYSTEM", "replication=true"]);
    let output = super::server::finish(command).context(
        "the server tells nobody who it is: the role needs REPLICATION, pg_hba.conf a line",
    )?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace();
    let (system, timeline) =
        words.next().zip(words.next()).context("the server does not say who it is")?;
    Ok(format!("{system}-t{timeline}"))
}

fn take(address: &str, part: &Path) -> anyhow::Result<()> {
    let mut command = postgres::program("pg_basebackup", address)?;
    command.arg("--pgdata").arg(part);
    command.args(["--format=tar", "--compress=gzip:6", "--wal-method=stream"]);
    command.args(["--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"]);
    command.arg("--label=massless");
    postgres::run(command)?;
    for entry in std::fs::read_dir(part)? {
        let name = entry?.file_name();
        let known = ["base.tar.gz", "pg_wal.tar.gz", OWN_MANIFEST];
        let is_known = known.iter().any(|known| name == *known);
        ensure!(is_known, "the server has tablespaces, which are not supported: {name:?}");
    }
    Ok(())
}

/// Unpacks it as a restore would, and holds every file against the manifest.
fn check(part: &Path, work: &Path) -> anyhow::Result<()> {
    let work = Work::make(work)?;
    unpack(part, &work)?;
    Ok(())
}

/// Unpacks a base backup into the folder `data` of `work`; refused when it is not what its manifest says.
pub(super) fn unpack(place: &Path, work: &Work) -> anyhow::Result<()> {
    let data = work.make_folder("data")?;
    let (base, log) = (place.join("base.tar.gz"), place.join("pg_wal.tar.gz"));
    let bytes =
        [&base, &log].into_iter().filter_map(|path| path.metadata().ok()).map(|it| it.len());
    let bar = super::spinner(&format!("{} MB are unpacked", bytes.sum::<u64>() >> 20));
    work.unpack(&base, &data)?;
    work.unpack(&log, &data.join("pg_wal"))?;
    bar.set_message("the base backup is checked");
    let mut command = Command::new(program("pg_verifybackup", major(&data).ok().as_deref()));
    command.arg("--exit-on-error").arg("--manifest-path").arg(place.join(OWN_MANIFEST)).arg(&data);
    let checked = super::server::finish(command);
    bar.finish_and_clear();
    checked.with_context(|| format!("{} is damaged", place.display()))?;
    Ok(())
}

/// The version of the server that a data folder is of.
pub(super) fn major(data: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(data.join("PG_VERSION"));
    Ok(text.context("this is no data of PostgreSQL")?.trim().to_owned())
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
