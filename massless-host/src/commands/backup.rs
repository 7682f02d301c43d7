//! `massless backup` and `massless restore`: the whole database as one packed file with a manifest, and back.
//!
//! A backup is a moment: SQLite copies itself while others go on (`VACUUM INTO`), PostgreSQL is dumped by its
//! own `pg_dump` in one snapshot. Of PostgreSQL there are base backups, too, from which together with the archived
//! log every later moment can be restored. What is restored is checked before anybody uses it.

pub(super) mod base;
pub(super) mod folder;
pub(super) mod moment;
pub(super) mod postgres;
mod recovery;
mod restore;
pub(super) mod server;
mod sqlite;
mod trial;
mod wal;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_store::Backend;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::migrate::Database;
use super::report::{Outcome, Report, WrongUse, fields};
use crate::clock;

pub(crate) use restore::{RestoreArguments, restore};

use folder::Folder;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;
/// What a manifest's name ends with, after the backup's.
const MANIFEST: &str = "json";
/// Version of the manifest.
const FORMAT: u32 = 1;
const DAY_MILLIS: u64 = 86_400_000;

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    database: Database,
    /// Folder that the backup goes into; is made.
    #[arg(long, value_name = "DIR", default_value = "backups")]
    to: PathBuf,
    /// Backups in the folder that are older go, once this one is written; 0 keeps all.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    keep_days: u64,
    /// A base backup of the whole PostgreSQL server instead of a dump of the database: where restoring to a moment
    /// begins. The role needs REPLICATION.
    #[arg(long)]
    base: bool,
    /// With --base: folder with room for the whole database, which is unpacked there to be checked; without it the
    /// folder of the backups, or that for temporary files when this runs as root.
    #[arg(long, value_name = "DIR", requires = "base")]
    work: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What is known of a backup.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    backend: String,
    /// Milliseconds since 1970.
    created_at: u64,
    /// Of the packed file.
    bytes: u64,
    /// Of the packed file, hexadecimal.
    blake3: String,
    commit: String,
}

/// Writes a backup.
pub(crate) fn backup(arguments: &BackupArguments) -> anyhow::Result<Outcome> {
    if arguments.base { take_base(arguments) } else { dump(arguments) }
}

fn take_base(arguments: &BackupArguments) -> anyhow::Result<Outcome> {
    let report = Report::start("backup", 0);
    let config = arguments.database.settings()?;
    let address = config.store.database(&config.data.dir);
    let folder = Folder::new(&std::path::absolute(&arguments.to)?);
    let work = restore::work_in(arguments.work.as_deref(), folder.path());
    let made = base::make(&folder, &address, (arguments.keep_days, &work))?;
    let place = folder.base(made.base.started_at);
    let (bytes, removed) = (made.base.bytes, made.removed);
    println!("{}: {bytes} bytes, checked; {removed} older ones removed", place.display());
    match &made.base.archive {
        Some(archive) => println!("every moment from now on can be restored with wal/{archive}"),
        None => println!("nobody archives the log: it restores to this moment alone"),
    }
    if arguments.json {
        let line = json!({
            "kind": "base", "file": place, "bytes": bytes, "archive": made.base.archive,
            "created_at": made.base.started_at, "finished_at": made.base.finished_at,
            "removed": removed,
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}

fn dump(arguments: &BackupArguments) -> anyhow::Result<Outcome> {
    let report = Report::start("backup", 0);
    let store = arguments.database.open()?;
    let created_at = clock::unix_millis();
    std::fs::create_dir_all(&arguments.to).context("the folder for backups cannot be made")?;
    let backend = store.backend();
    let name = format!("massless-{created_at}.{}", ending(backend));
    let (file, part) = (arguments.to.join(&name), arguments.to.join(format!("{name}.part")));
    let config = arguments.database.settings()?;
    match backend {
        Backend::Sqlite => sqlite::dump(&store, &part)?,
        Backend::Postgres => postgres::dump(&config.store.database(&config.data.dir), &part)?,
    }
    let (bytes, blake3) = seal(&part)?;
    let (word, commit) = (word(backend).to_owned(), env!("MASSLESS_COMMIT").to_owned());
    let manifest = Manifest { format: FORMAT, backend: word, created_at, bytes, blake3, commit };
    std::fs::write(manifest_of(&file), serde_json::to_vec_pretty(&manifest)?)?;
    // Whoever sees the file sees it whole.
    std::fs::rename(&part, &file)?;
    let removed = match arguments.keep_days {
        0 => 0,
        days => {
            Folder::new(&arguments.to).remove_dumps(created_at.saturating_sub(days * DAY_MILLIS))?
        }
    };
    println!("{}: {bytes} bytes; {removed} older ones removed", file.display());
    if arguments.json {
        let line = json!({
            "kind": "dump", "file": file, "bytes": bytes, "blake3": manifest.blake3, "backend": manifest.backend,
            "created_at": created_at, "removed": removed,
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}

const fn word(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    }
}

const fn ending(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite.gz",
        Backend::Postgres => "pgdump",
    }
}

fn manifest_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(MANIFEST);
    PathBuf::from(name)
}

/// The manifest, once the file is what it says.
fn checked_manifest(file: &Path) -> anyhow::Result<Manifest> {
    let wrong = |what: &str| WrongUse(format!("{} {what}", file.display()));
    let path = manifest_of(file);
    let text = std::fs::read(&path).map_err(|_| wrong("has no manifest beside it (.json)"))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| wrong("has a manifest that makes no sense"))?;
    if manifest.format != FORMAT {
        return Err(wrong("was written by another version of this program").into());
    }
    let (bytes, blake3) = digest(&mut File::open(file).map_err(|_| wrong("cannot be read"))?)?;
    if (bytes, &blake3) != (manifest.bytes, &manifest.blake3) {
        return Err(wrong("is damaged: it is not the file of its manifest").into());
    }
    Ok(manifest)
}

/// Brings a file to the disk; its size and hash.
fn seal(path: &Path) -> anyhow::Result<(u64, String)> {
    let mut file = File::open(path)?;
    file.sync_all().context("the backup does not reach the disk")?;
    digest(&mut file)
}

fn digest(file: &mut File) -> anyhow::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let bytes = copy(file, &mut hasher, "checked")?;
    Ok((bytes, hasher.finalize().to_hex().to_string()))
}

/// Copies all of a file, and shows how far it is.
fn copy(from: &mut File, to: &mut impl Write, what: &str) -> anyhow::Result<u64> {
    let bar = ProgressBar::new(from.metadata()?.len());
    let style =
        format!("{{spinner}} {{elapsed_precise}} {{bytes}}/{{total_bytes}} {what}, {{eta}} left");
    bar.set_style(ProgressStyle::with_template(&style).expect("the template is fixed"));
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            bar.finish_and_clear();
            return Ok(bytes);
        }
        to.write_all(&piece[..count])?;
        bytes += count as u64;
        bar.set_position(bytes);
    }
}

/// Shows that something is at work whose length nobody knows.
fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}");
    bar.set_style(style.expect("the template is fixed"));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Shows how many of so many are done.
fn counter(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = format!("{{spinner}} {{elapsed_precise}} {{pos}}/{{len}} {what}, {{eta}} left");
    bar.set_style(ProgressStyle::with_template(&style).expect("the template is fixed"));
    bar
}
