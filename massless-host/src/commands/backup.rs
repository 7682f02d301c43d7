//! `massless backup` and `massless restore`: the whole database as one packed file with a manifest, and back.
//!
//! A backup is a moment: SQLite copies itself while others go on (`VACUUM INTO`), PostgreSQL is dumped by its
//! own `pg_dump` in one snapshot. What is restored is checked by `massless verify` before anybody uses it.

mod postgres;
mod sqlite;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use massless_store::{Backend, Store, StoreSettings, verify};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::migrate::Database;
use super::report::{Outcome, Report, WrongUse, fields};
use crate::clock;

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
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// The backup; its manifest has to lie beside it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Replace the database that is there. An embedded one is kept beside it.
    #[arg(long)]
    yes: bool,
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
        days => remove_old(&arguments.to, created_at.saturating_sub(days * DAY_MILLIS))?,
    };
    println!("{}: {bytes} bytes; {removed} older ones removed", file.display());
    if arguments.json {
        let line = json!({
            "file": file, "bytes": bytes, "blake3": manifest.blake3, "backend": manifest.backend,
            "created_at": created_at, "removed": removed,
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}

/// Brings a backup back, and verifies what there is then; missed when the books do not hold.
pub(crate) fn restore(arguments: &RestoreArguments) -> anyhow::Result<Outcome> {
    let report = Report::start("restore", 0);
    let manifest = checked_manifest(&arguments.file)?;
    let config = arguments.database.settings()?;
    let address = config.store.database(&config.data.dir);
    match manifest.backend.as_str() {
        "sqlite" => sqlite::load(&arguments.file, (&address, &config.data.dir), arguments.yes)?,
        "postgres" => postgres::load(&arguments.file, &address, arguments.yes)?,
        other => return Err(WrongUse(format!("a backup of {other:?} is not known here")).into()),
    }
    let store = Store::open(&address, StoreSettings::default())?;
    let violations = verify::run(&mut store.connect()?)?;
    for violation in &violations {
        println!("{}: {}", violation.invariant, violation.what);
    }
    let pending = store.pending_migrations()?;
    let age = clock::unix_millis().saturating_sub(manifest.created_at) / 1_000;
    println!(
        "restored as of {age} s ago; {} violations, {} migrations to be applied",
        violations.len(),
        pending.len()
    );
    let outcome = if violations.is_empty() { Outcome::Met } else { Outcome::Missed };
    if arguments.json {
        let line = json!({
            "file": arguments.file, "created_at": manifest.created_at,
            "violations": violations.len(), "pending_migrations": pending,
        });
        report.print(outcome, fields(line));
    }
    Ok(outcome)
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

/// Removes backups from before a moment, by the moment in their names; how many.
fn remove_old(folder: &Path, before: u64) -> anyhow::Result<u64> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if moment_in(name).is_some_and(|at| at < before) {
            std::fs::remove_file(&path)?;
            removed += u64::from(!name.ends_with(MANIFEST));
        }
    }
    Ok(removed)
}

/// When a backup was made, by its name or that of its manifest; `None` for other files.
fn moment_in(name: &str) -> Option<u64> {
    let (moment, ending) = name.strip_prefix("massless-")?.split_once('.')?;
    let ending = ending.strip_suffix(".json").unwrap_or(ending);
    let is_ours =
        [Backend::Sqlite, Backend::Postgres].into_iter().any(|it| ending == self::ending(it));
    moment.parse().ok().filter(|_| is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_backup_wrote_is_ever_removed() {
        for (name, moment) in [
            ("massless-1700000000000.sqlite.gz", Some(1_700_000_000_000)),
            ("massless-1700000000000.sqlite.gz.json", Some(1_700_000_000_000)),
            ("massless-5.pgdump", Some(5)),
            ("massless-5.pgdump.part", None),
            ("massless-.pgdump", None),
            ("massless-5.db", None),
            ("notes.json", None),
        ] {
            assert_eq!(moment_in(name), moment, "{name}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["massless-10.pgdump", "massless-10.pgdump.json", "massless-20.pgdump", "other"]
        {
            std::fs::write(folder.path().join(name), b"x").expect("written");
        }
        assert_eq!(remove_old(folder.path(), 20).expect("it reads"), 1);
        assert_eq!(std::fs::read_dir(folder.path()).expect("it reads").count(), 2);
    }
}
